package httpdemo

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Jar is a browser's memory of cookies, by the rules of RFC 6265bis, with the
// network's time. Its zero value is empty and ready.
type Jar struct {
	// LaxAllowingUnsafe is for how long, after it was set, a cookie without SameSite
	// goes along with a form that another site sends: as such of Lax it would not.
	// Some browsers do so for two minutes (RFC 6265bis, "Lax-Allowing-Unsafe"
	// enforcement). Zero is never.
	LaxAllowingUnsafe time.Duration

	cookies []Cookie
}

// Cookie is one that a browser remembers.
type Cookie struct {
	http1.SetCookie
	// Host is the one that it goes back to, and where OnlyHost is false, to those
	// below it.
	Host     string
	OnlyHost bool
	Set      time.Time
	Used     time.Time // set, or sent, the last time
	Ends     time.Time // zero: with the browser's session
}

// pair is the cookie as it goes back (§5.8.3): one without a name is its value
// alone.
func (c *Cookie) pair() string {
	if c.Name == "" {
		return c.Value
	}
	return c.Name + "=" + c.Value
}

// maxCookie is the limit of RFC 6265bis §5.6, §5.7, in octets.
const maxCookie = 4096

// How many cookies a jar keeps of one domain and in all: what RFC 6265 §6.1 asks of
// every browser. Most keep more.
const (
	maxOfDomain = 50
	maxCookies  = 3000
)

// Set takes the value of a Set-Cookie field that came with a response from u.
// crossSite says that the request was another site's doing, and did not lead the
// user there (§5.7). refused is why a browser does not keep it: "secure",
// "host-prefix", …; empty where it does.
func (j *Jar) Set(u *url.URL, value string, now time.Time, crossSite bool) (refused string) {
	parsed, ok := http1.ParseSetCookie(value)
	if !ok {
		return "malformed"
	}
	c := Cookie{SetCookie: parsed, Host: hostname(u), OnlyHost: true, Set: now, Used: now}
	if c.Domain == c.Host && publicSuffix(c.Host) {
		c.Domain = "" // a public suffix may set cookies for itself
	}
	if refused := c.refused(u, crossSite); refused != "" {
		return refused
	}
	if c.Domain != "" {
		c.Host, c.OnlyHost = c.Domain, false
	}
	if c.Path == "" {
		c.Path = defaultPath(u.Path)
	}
	j.expire(now)
	if j.laysOver(&c, u) {
		return "secure-stays"
	}
	ends, session := c.SetCookie.Ends(now)
	if !session {
		c.Ends = ends
	}
	i := slices.IndexFunc(j.cookies, func(old Cookie) bool {
		return old.Name == c.Name && old.Host == c.Host && old.OnlyHost == c.OnlyHost && old.Path == c.Path
	})
	switch gone := !session && !ends.After(now); {
	case i >= 0 && gone:
		j.cookies = slices.Delete(j.cookies, i, i+1)
	case i >= 0:
		c.Set = j.cookies[i].Set
		j.cookies[i] = c
	case !gone:
		j.cookies = append(j.cookies, c)
		j.evict(c.Host)
	}
	return ""
}

// evict makes room (RFC 6265bis §5.7): a domain that has too many loses one without
// Secure first, and of several the one that was not used for the longest time.
func (j *Jar) evict(host string) {
	oldest := func(of func(*Cookie) bool) (at, n int) {
		at = -1
		for i := range j.cookies {
			if c := &j.cookies[i]; of(c) {
				if n++; at < 0 || c.Used.Before(j.cookies[at].Used) {
					at = i
				}
			}
		}
		return at, n
	}
	at, n := oldest(func(c *Cookie) bool { return c.Host == host })
	if n > maxOfDomain {
		if open, m := oldest(func(c *Cookie) bool { return c.Host == host && !c.Secure }); m > 0 {
			at = open
		}
	} else if at, n = oldest(func(*Cookie) bool { return true }); n <= maxCookies {
		return
	}
	j.cookies = slices.Delete(j.cookies, at, at+1)
}

// laysOver reports whether a cookie without Secure, from where all can be read,
// would stand before or in place of a Secure one (§5.7, "Leave Secure Cookies
// Alone").
func (j *Jar) laysOver(c *Cookie, u *url.URL) bool {
	return !c.Secure && !trustworthy(u) && slices.ContainsFunc(j.cookies, func(old Cookie) bool {
		return old.Secure && old.Name == c.Name && pathMatch(c.Path, old.Path) &&
			(domainMatch(c.Host, old.Host) || domainMatch(old.Host, c.Host))
	})
}

// refused says why a browser does not keep a cookie from u (§5.7).
func (c *Cookie) refused(u *url.URL, crossSite bool) string {
	name, secure := strings.ToLower(c.Name), trustworthy(u)
	toAll := strings.EqualFold(c.SameSite, "none") // what is unknown counts as Lax
	if c.Name == "" {
		name = strings.ToLower(c.Value) // which a server would read as the name
	}
	switch {
	case len(c.Name)+len(c.Value) > maxCookie:
		return "too-long"
	case c.Domain != "" && publicSuffix(c.Domain):
		return "public-suffix"
	case c.Domain != "" && !domainMatch(hostname(u), c.Domain):
		return "foreign-domain"
	case c.Name == "" && (strings.HasPrefix(name, "__secure-") || strings.HasPrefix(name, "__host-")):
		return "nameless-prefix"
	case c.Secure && !secure:
		return "secure"
	case strings.HasPrefix(name, "__secure-") && !c.Secure:
		return "secure-prefix"
	case strings.HasPrefix(name, "__host-") && (!c.Secure || c.Domain != "" || c.Path != "/"):
		return "host-prefix"
	case toAll && !c.Secure:
		return "samesite-none"
	case crossSite && !toAll:
		return "cross-site"
	}
	return ""
}

// situation is in which cookies are asked for.
type situation struct {
	crossSite bool
	// navigation: the user goes there; safeNavigation: by a method that is safe.
	navigation, safeNavigation bool
	// script: a page's script asks, which sees no HttpOnly cookies.
	script bool
}

// get returns those that go with a request to u, in the order of §5.8.3.
func (j *Jar) get(u *url.URL, now time.Time, s situation) (all []Cookie) {
	j.expire(now)
	path := u.Path
	if path == "" {
		path = "/"
	}
	for i := range j.cookies {
		c, host := &j.cookies[i], hostname(u)
		switch {
		case c.OnlyHost && host != c.Host, !c.OnlyHost && !domainMatch(host, c.Host):
		case !pathMatch(path, c.Path), c.Secure && !trustworthy(u), s.script && c.HTTPOnly:
		case s.crossSite && !j.acrossSites(c, now, s):
		default:
			c.Used = now
			all = append(all, *c)
		}
	}
	slices.SortStableFunc(all, func(a, b Cookie) int {
		if n := len(b.Path) - len(a.Path); n != 0 {
			return n
		}
		return a.Set.Compare(b.Set)
	})
	return all
}

// acrossSites says whether a cookie goes with what another site has asked for
// (RFC 6265bis §5.8.3).
func (j *Jar) acrossSites(c *Cookie, now time.Time, s situation) bool {
	switch strings.ToLower(c.SameSite) {
	case "none":
		return true
	case "strict":
		return false
	case "lax":
		return s.safeNavigation
	default:
		return s.safeNavigation || s.navigation && now.Sub(c.Set) < j.LaxAllowingUnsafe
	}
}

// expire forgets what has expired.
func (j *Jar) expire(now time.Time) {
	j.cookies = slices.DeleteFunc(j.cookies, func(c Cookie) bool { return !c.Ends.IsZero() && !c.Ends.After(now) })
}

// EndSession forgets the cookies that live as long as the browser's session.
func (j *Jar) EndSession() {
	j.cookies = slices.DeleteFunc(j.cookies, func(c Cookie) bool { return c.Ends.IsZero() })
}

// Memory lists the cookies.
func (j *Jar) Memory() (all []trace.Entry) {
	for _, c := range j.cookies {
		all = append(all, trace.Entry{
			Kind: trace.MemoryConversation, Name: "cookie " + c.Name, Value: c.Value, Bytes: len(c.Name) + len(c.Value),
		})
	}
	return all
}

// hostname is u's host in lower case, as RFC 6265bis §5.1.2 compares it. Names are
// taken to be ASCII already.
func hostname(u *url.URL) string { return strings.ToLower(u.Hostname()) }

// publicSuffix reports whether anybody may have a name below this one, as below
// com: a cookie for it would go to strangers (§5.7).
func publicSuffix(domain string) bool {
	_, err := netip.ParseAddr(domain)
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return err != nil && suffix == domain
}

// trustworthy says that what goes to u cannot be read on the way: https, and
// what never leaves the machine (Secure Contexts §3.1).
func trustworthy(u *url.URL) bool {
	host := hostname(u)
	if u.Scheme == "https" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// defaultPath: RFC 6265bis §5.1.4.
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// domainMatch: RFC 6265bis §5.1.3.
func domainMatch(host, domain string) bool {
	if host == domain {
		return true
	}
	_, err := netip.ParseAddr(host)
	return strings.HasSuffix(host, "."+domain) && err != nil
}

// pathMatch: RFC 6265bis §5.1.4.
func pathMatch(target, path string) bool {
	return target == path || strings.HasPrefix(target, path) && (strings.HasSuffix(path, "/") || target[len(path)] == '/')
}
