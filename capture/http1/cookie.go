package http1

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// CookiePair is one cookie of a Cookie field (RFC 6265 §4.2.1).
type CookiePair struct{ Name, Value string }

// maxCookies bounds the cookies that are read of one message; browsers keep
// about 180 for a site.
const maxCookies = 300

// Cookies returns the cookies that a request brings, as they were sent. One without
// a name is its value alone (draft-ietf-httpbis-rfc6265bis §5.8.3).
func (m *Message) Cookies() (pairs []CookiePair) {
	for _, f := range m.Fields {
		if !equalFold(f.Name, "Cookie") {
			continue
		}
		for part := range strings.SplitSeq(f.Value, ";") {
			if p := pairOf(part); p != (CookiePair{}) && len(pairs) < maxCookies {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// pairOf reads a cookie; what has no "=" is the value of one without a name.
func pairOf(s string) CookiePair {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		name, value = "", s
	}
	return CookiePair{strings.Trim(name, " \t"), strings.Trim(value, " \t")}
}

// SetCookie is what a Set-Cookie field asks the client to remember (RFC 6265
// §4.1, draft-ietf-httpbis-rfc6265bis §5.6).
type SetCookie struct {
	Name, Value string
	// Domain and Path are empty where they are absent, or of no use: then the
	// host that answers, and the folder of the target, are meant.
	Domain, Path string
	SameSite     string // "Strict", "Lax", "None", or what stands there
	Secure       bool
	HTTPOnly     bool
	Partitioned  bool
	// MaxAge, in seconds, wins over Expires.
	HasMaxAge  bool
	MaxAge     int64
	HasExpires bool
	Expires    time.Time
}

// SetCookies returns the cookies that a response sets.
func (m *Message) SetCookies() (all []SetCookie) {
	for _, f := range m.Fields {
		if equalFold(f.Name, "Set-Cookie") && len(all) < maxCookies {
			if c, ok := ParseSetCookie(f.Value); ok {
				all = append(all, c)
			}
		}
	}
	return all
}

// ParseSetCookie reads the value of a Set-Cookie field as a browser does (RFC
// 6265bis §5.6): it passes over attributes that it does not know, and takes the
// last of those that stand twice. ok is false where a browser ignores it all.
func ParseSetCookie(value string) (c SetCookie, ok bool) {
	pair, attributes, _ := strings.Cut(value, ";")
	named := pairOf(pair)
	c.Name, c.Value = named.Name, named.Value
	if c.Name == "" && c.Value == "" || strings.ContainsFunc(value, controls) {
		return c, false
	}
	for attribute := range strings.SplitSeq(attributes, ";") {
		key, v, _ := strings.Cut(attribute, "=")
		c.attribute(strings.ToLower(strings.Trim(key, " \t")), strings.Trim(v, " \t"))
	}
	return c, true
}

func controls(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// maxAttribute is the longest value of an attribute that counts (RFC 6265bis
// §5.6).
const maxAttribute = 1024

func (c *SetCookie) attribute(key, v string) {
	if len(v) > maxAttribute {
		return
	}
	switch key {
	case "expires":
		if at, err := cookieDate(v); err == nil {
			c.Expires, c.HasExpires = at, true
		}
	case "max-age":
		n, err := strconv.ParseInt(v, 10, 64)
		if err == nil && v[0] != '+' {
			c.MaxAge, c.HasMaxAge = n, true
		}
	case "domain":
		c.Domain = strings.ToLower(strings.TrimPrefix(v, "."))
	case "path":
		c.Path = ""
		if strings.HasPrefix(v, "/") {
			c.Path = v
		}
	case "secure":
		c.Secure = true
	case "httponly":
		c.HTTPOnly = true
	case "partitioned":
		c.Partitioned = true
	case "samesite":
		c.SameSite = v
	}
}

// maxLife is the longest that a cookie lives (RFC 6265bis §5.5).
const maxLife = 400 * 24 * time.Hour

// Ends returns when a cookie that was set at a time expires; session is true
// where it lives as long as the browser's session, which nothing here shows.
func (c *SetCookie) Ends(at time.Time) (end time.Time, session bool) {
	switch {
	case c.HasMaxAge && c.MaxAge <= 0:
		return at, false
	case c.HasMaxAge:
		return at.Add(min(time.Duration(min(c.MaxAge, int64(maxLife/time.Second)))*time.Second, maxLife)), false
	case c.HasExpires && c.Expires.Sub(at) > maxLife:
		return at.Add(maxLife), false
	case c.HasExpires:
		return c.Expires, false
	}
	return time.Time{}, true
}

// Removes reports whether a cookie that is set at a time expires at once: the server
// takes it back (RFC 6265 §3.1).
func (c *SetCookie) Removes(at time.Time) bool {
	end, session := c.Ends(at)
	return !session && !end.After(at)
}

// Problems are reasons for which browsers ignore a cookie that came over plain
// HTTP from a host, or keep less of it (RFC 6265bis §5.7): keys, not labels. What a
// browser's own machine sends is trustworthy to it also over plain HTTP.
func (c *SetCookie) Problems(host string) (all []string) {
	lower := strings.ToLower(c.Name)
	if c.Secure && !Loopback(host) {
		all = append(all, "secure-over-plain-http")
	}
	if strings.EqualFold(c.SameSite, "none") && !c.Secure {
		all = append(all, "samesite-none-without-secure")
	}
	if strings.HasPrefix(lower, "__secure-") && !c.Secure {
		all = append(all, "secure-prefix")
	}
	if strings.HasPrefix(lower, "__host-") && (!c.Secure || c.Domain != "" || c.Path != "/") {
		all = append(all, "host-prefix")
	}
	if c.Partitioned && !c.Secure {
		all = append(all, "partitioned-without-secure")
	}
	if c.foreign(host) {
		all = append(all, "foreign-domain")
	}
	if len(c.Name)+len(c.Value) > 4096 {
		all = append(all, "too-long")
	}
	return all
}

// foreign reports whether a cookie that came from a host is for one that does not
// match it, so that it is ignored entirely (RFC 6265 §5.3, step 6).
func (c *SetCookie) foreign(host string) bool {
	return c.Domain != "" && host != "" && !domainMatch(host, c.Domain)
}

// Loopback reports whether a host, without a port, is the machine that asks:
// localhost, a name below it (RFC 6761 §6.3), 127.0.0.0/8 or ::1. Browsers hold
// these potentially trustworthy (W3C Secure Contexts §3.1), and most of them keep
// and send Secure cookies there over plain HTTP.
func Loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
