package cache

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// stored is a response that is kept, with what tells when it may be used.
type stored struct {
	key      string      // host and target: see [key]
	asked    http.Header // of the request, as far as Vary names its fields
	status   int
	header   http.Header
	body     []byte
	received time.Time
	initial  time.Duration // its age when it was received: corrected_initial_age
	fresh    time.Duration // its lifetime
}

// key is what a response is found by (RFC 9111 §2): one origin, its target. The
// method is GET: this cache keeps no other's responses.
func key(r *http.Request) string { return strings.ToLower(r.Host) + " " + r.URL.RequestURI() }

// age is current_age of RFC 9111 §4.2.3.
func (s *stored) age(now time.Time) time.Duration {
	return s.initial + max(0, now.Sub(s.received))
}

// expires is when its age reaches its lifetime: from then on it is stale (RFC 9111 §4.2).
func (s *stored) expires() time.Time { return s.received.Add(s.fresh - s.initial) }

// dated sets what a response's age is counted from (RFC 9111 §4.2.3).
func (s *stored) dated(asked, received time.Time) {
	date, err := http.ParseTime(s.header.Get("Date"))
	if err != nil {
		date = received
		s.header.Set("Date", received.UTC().Format(http.TimeFormat)) // RFC 9110 §6.6.1
	}
	apparent := max(0, received.Sub(date))
	s.initial = max(apparent, seconds(s.header.Get("Age"))+received.Sub(asked))
	s.received = received
	s.fresh, _ = lifetime(s.header, date)
}

// selected reports whether a stored response is for a request like this one (RFC
// 9111 §4.1): the fields that its Vary names have the same values.
func (s *stored) selected(r *http.Request) bool {
	for _, name := range members(strings.Join(s.header.Values("Vary"), ",")) {
		if !slices.Equal(s.asked.Values(name), r.Header.Values(name)) {
			return false
		}
	}
	return true
}

// varied is the part of a request that a response's Vary names.
func varied(r *http.Request, response http.Header) http.Header {
	kept := http.Header{}
	for _, name := range members(strings.Join(response.Values("Vary"), ",")) {
		kept[http.CanonicalHeaderKey(name)] = slices.Clone(r.Header.Values(name))
	}
	return kept
}

// understood are the statuses whose responses this cache keeps (RFC 9111 §3).
var understood = []int{
	http.StatusOK, http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusNotFound, http.StatusGone,
}

// mayStore says why a shared cache must not keep a response (RFC 9111 §3), or "".
func (h *Hop) mayStore(r *http.Request, status int, header http.Header) (why string) {
	asked, said := readDirectives(r.Header), readDirectives(header)
	_, explicit := lifetime(header, time.Time{})
	switch {
	case r.Method != http.MethodGet:
		return "method"
	case !slices.Contains(understood, status):
		return "status"
	case asked.has("no-store") || said.has("no-store"): // §5.2.1.5, §5.2.2.5
		return "no-store"
	case said.has("private"): // §5.2.2.7
		return "private"
	case headerHas(r.Header, "Authorization") && !said.has("public") && !said.has("s-maxage") && !said.has("must-revalidate"): // §3.5
		return "authorization"
	case headerHas(header, "Set-Cookie") && !h.StoresCookies:
		// RFC 9111 §7.3 leaves this to the origin, which has to forbid it. This cache
		// does not rely on that: our choice.
		return "set-cookie"
	case slices.Contains(members(strings.Join(header.Values("Vary"), ",")), "*"): // §4.1: it matches nothing
		return "vary"
	case !explicit && header.Get("ETag") == "" && header.Get("Last-Modified") == "":
		return "lifetime" // neither fresh nor to be validated: it would never be used
	}
	return ""
}

// mustValidate reports whether a stored response may not be used as it is (RFC 9111
// §4): it is stale, or one side has said so.
func (s *stored) mustValidate(r *http.Request, now time.Time) bool {
	asked, said := readDirectives(r.Header), readDirectives(s.header)
	age := s.age(now)
	left := s.fresh - age
	switch {
	case asked.has("no-cache") || said.has("no-cache"): // §5.2.1.4, §5.2.2.4
		return true
	case asked.has("max-age") && age > seconds(asked["max-age"]): // §5.2.1.1
		return true
	case asked.has("min-fresh") && left < seconds(asked["min-fresh"]): // §5.2.1.3
		return true
	}
	return left <= 0 // fresh is what lives longer than its age, §4.2; max-stale is not honoured, as §5.2.1.2 permits
}

// neverStale reports whether the origin forbids a stale response even where it
// cannot be reached (RFC 9111 §4.2.4).
func (s *stored) neverStale() bool {
	said := readDirectives(s.header)
	return slices.ContainsFunc([]string{"must-revalidate", "proxy-revalidate", "s-maxage", "no-cache"}, said.has)
}

// update takes the fields of a 304 into the stored response (RFC 9111 §3.2).
func (s *stored) update(header http.Header) {
	for name, values := range header {
		if !slices.Contains([]string{"Content-Length", "Content-Encoding", "Content-Type", "Content-Range", "Set-Cookie"}, name) {
			s.header[name] = slices.Clone(values)
		}
	}
	if !headerHas(header, "Age") {
		s.header.Del("Age")
	}
}

func (s *stored) size() int {
	n := len(s.key) + len(s.body)
	for name, values := range s.header {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}
