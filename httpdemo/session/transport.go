package session

import (
	"net/http"
	"net/url"
)

// Transport is how an id travels between client and server.
type Transport int

// The transports.
const (
	// ByCookie: the browser sends it by itself, to this origin alone.
	ByCookie Transport = iota
	// ByHeader: a program reads the response's header field and sends it back.
	ByHeader
	// ByURL: each link carries it, and so do the history, the logs, the Referer
	// field and whatever the user passes on. For the lesson that shows it.
	ByURL
)

// HeaderName and QueryName carry the id of ByHeader and ByURL.
const (
	HeaderName = "Session-Id"
	QueryName  = "sid"
)

func (m *Manager) idOf(r *http.Request) string {
	switch m.c.Transport {
	case ByCookie:
		if c, err := r.Cookie(m.c.Cookie.Name); err == nil {
			return c.Value
		}
	case ByHeader:
		return r.Header.Get(HeaderName)
	case ByURL:
		return r.URL.Query().Get(QueryName)
	}
	return ""
}

// announce tells the client its new id, or that it has none any more. It is
// called after the commit.
func (s *Session) announce(h http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := s.record.Revision != 0
	switch s.m.c.Transport { // what else decides what this URL shows (RFC 9110 §12.5.5)
	case ByCookie:
		h.Add("Vary", "Cookie")
	case ByHeader:
		h.Add("Vary", HeaderName)
	case ByURL: // the URL itself
	}
	if (stored || s.id != "") && h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store") // it is one user's (RFC 9111 §5.2.2.5)
	}
	fresh := s.id != "" && !s.destroy && (!stored || s.renew)
	cookie := s.m.c.Cookie
	switch {
	case s.m.c.Transport == ByHeader && fresh:
		h.Set(HeaderName, s.id)
	case s.m.c.Transport == ByCookie && fresh:
		cookie.Value = s.id
		h.Add("Set-Cookie", cookie.String())
	case s.m.c.Transport == ByCookie && s.destroy && stored:
		cookie.Value, cookie.MaxAge = "", -1 // Max-Age=0 (RFC 6265 §5.2.2)
		h.Add("Set-Cookie", cookie.String())
	}
}

// URL is a link to target that keeps the session: with ByURL the id is added to
// its query, otherwise it is target.
func (s *Session) URL(target string) (string, error) {
	if s.m.c.Transport != ByURL {
		return target, nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	id, err := s.ID()
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set(QueryName, id)
	u.RawQuery = q.Encode()
	return u.String(), nil
}
