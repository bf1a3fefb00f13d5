// Package cache is a shared cache in front of an origin server, as RFC 9111 says:
// small enough to be read in a lesson, and no more than it needs to be right.
package cache

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
)

// Hop is a gateway with a cache. It keeps responses to GET, answers HEAD from them
// too, validates what has grown stale, and hands on everything else. It guesses no
// lifetime (RFC 9111 §4.2.2), and keeps no response with Set-Cookie.
type Hop struct {
	// Origin is how the origin is reached, and Authority where: host and port.
	Origin    http.RoundTripper
	Authority string
	Now       func() time.Time
	// StoresCookies is the mistake that gives one visitor's cookie to the next. It
	// is for a lesson that shows it.
	StoresCookies bool

	mu   sync.Mutex
	kept []*stored // the one that was used last comes last
}

// What a Hop keeps at the most: responses, and octets of one body. A longer body
// goes by and is not kept.
const (
	maxKept = 256
	maxBody = 1 << 20
)

// ServeHTTP answers from what is stored where it may, and asks the origin
// otherwise. Cache-Status (RFC 9211) says which.
func (h *Hop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.Now()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat)) // of what the cache says itself
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.pass(w, r, "fwd=method")
		return
	case headerHas(r.Header, "Range"): // a part is not put together from what is stored (RFC 9111 §3.3)
		h.pass(w, r, "fwd=bypass")
		return
	}
	s, status := h.find(r), "fwd=uri-miss"
	switch {
	case s == nil:
	case !s.mustValidate(r, now):
		h.answer(w, r, s, fmt.Sprintf("hit; ttl=%d", (s.fresh-s.age(now))/time.Second))
		return
	case s.fresh > s.age(now):
		status = "fwd=request"
	default:
		status = "fwd=stale"
	}
	if readDirectives(r.Header).has("only-if-cached") { // RFC 9111 §5.2.1.7
		http.Error(w, "504 nothing fresh is stored", http.StatusGatewayTimeout)
		return
	}
	if s == nil {
		h.fetch(w, r, status)
		return
	}
	h.validate(w, r, s, status)
}

// find returns the stored response for a request, a copy, or nil.
func (h *Hop) find(r *http.Request) *stored {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := len(h.kept) - 1; i >= 0; i-- {
		if s := h.kept[i]; s.key == key(r) && s.selected(r) {
			h.kept = append(slices.Delete(h.kept, i, i+1), s)
			c := *s
			c.header = s.header.Clone()
			return &c
		}
	}
	return nil
}

// keep stores a response in place of those for the same requests.
func (h *Hop) keep(r *http.Request, s *stored) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = slices.DeleteFunc(h.kept, func(o *stored) bool { return o.key == s.key && o.selected(r) })
	h.kept = append(h.kept, s)
	if len(h.kept) > maxKept {
		h.kept = slices.Delete(h.kept, 0, 1)
	}
}

// drop forgets all responses for a request's target.
func (h *Hop) drop(r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = slices.DeleteFunc(h.kept, func(o *stored) bool { return o.key == key(r) })
}

// answer sends a stored response. The client's own condition is kept by the cache
// (RFC 9111 §4.3.2).
func (h *Hop) answer(w http.ResponseWriter, r *http.Request, s *stored, how string) {
	header := w.Header()
	for name, values := range s.header {
		header[name] = values
	}
	header.Set("Age", strconv.FormatInt(int64(s.age(h.Now())/time.Second), 10)) // RFC 9111 §5.1
	header.Set("Cache-Status", "statelab; "+how)
	if s.status == http.StatusOK && unchanged(r, s.header) {
		for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding"} {
			header.Del(name)
		}
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(s.body)))
	w.WriteHeader(s.status)
	if r.Method == http.MethodGet {
		_, _ = w.Write(s.body) // the client may have gone: nothing is left to tell it
	}
}

// unchanged reports whether what the client holds is what is stored (RFC 9110
// §13.2.2: If-None-Match before If-Modified-Since; weak comparison, §8.8.3.2).
func unchanged(r *http.Request, header http.Header) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		mine := strings.TrimPrefix(header.Get("ETag"), "W/")
		return slices.ContainsFunc(members(strings.Join(tags, ",")), func(tag string) bool {
			return tag == "*" || mine != "" && strings.TrimPrefix(tag, "W/") == mine
		})
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	modified, err2 := http.ParseTime(header.Get("Last-Modified"))
	return err == nil && err2 == nil && !modified.After(since)
}

// Memory lists what is stored. Responses are resources: they would be the same
// whoever had asked; one with Set-Cookie is somebody's conversation.
func (h *Hop) Memory() (all []trace.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.kept {
		e := trace.Entry{
			Kind: trace.MemoryResource, Name: "GET " + s.key, Bytes: s.size(),
			Value: fmt.Sprintf("%d, %d B, fresh until %s", s.status, len(s.body), s.expires().UTC().Format(http.TimeFormat)),
		}
		if c := s.header.Get("Set-Cookie"); c != "" {
			e.Kind, e.Value = trace.MemoryConversation, e.Value+", Set-Cookie: "+c
		}
		all = append(all, e)
	}
	return all
}

// hopByHop are the fields that concern one connection (RFC 9110 §7.6.1), beside
// those that Connection names.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// endToEnd is a header without the fields that concern one connection.
func endToEnd(h http.Header) http.Header {
	out := h.Clone()
	for _, name := range append(members(strings.Join(h.Values("Connection"), ",")), hopByHop...) {
		out.Del(textproto.CanonicalMIMEHeaderKey(name))
	}
	return out
}

// ask sends a request to the origin, with the given fields set or, where empty,
// taken away. The response's body is to be closed.
func (h *Hop) ask(r *http.Request, fields map[string]string) (*http.Response, error) {
	q := r.Clone(r.Context())
	q.Header = endToEnd(r.Header)
	q.Header.Add("Via", "1.1 statelab") // RFC 9110 §7.6.3
	for name, value := range fields {
		q.Header.Set(name, value)
		if value == "" {
			q.Header.Del(name)
		}
	}
	q.URL.Scheme, q.URL.Host, q.RequestURI = "http", h.Authority, ""
	if r.ContentLength == 0 {
		q.Body = http.NoBody
	}
	resp, err := h.Origin.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	resp.Header = endToEnd(resp.Header)
	return resp, nil
}

// unreachable answers for an origin that does not.
func unreachable(w http.ResponseWriter) {
	w.Header().Set("Cache-Status", "statelab; fwd=miss; detail=unreachable")
	http.Error(w, "502 the origin cannot be reached", http.StatusBadGateway)
}

// errLong says that a body is longer than what is kept.
var errLong = errors.New("the body is too long to be kept")

// whole reads a body of which at most maxBody octets are kept. With errLong, what
// was read comes first and the rest is still in r.
func whole(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	n, err := io.CopyN(&b, r, maxBody+1)
	switch {
	case errors.Is(err, io.EOF):
		return b.Bytes(), nil
	case err == nil && n > maxBody:
		err = errLong
	}
	return b.Bytes(), err
}
