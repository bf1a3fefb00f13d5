package http1

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// CookieAct is what happened to a cookie in one message.
type CookieAct uint8

// What can happen to a cookie.
const (
	CookieSet       CookieAct = iota // the client is asked to remember it
	CookieChanged                    // it had another value before
	CookieRenewed                    // set again with the value that it had
	CookieRemoved                    // the server makes it expire
	CookieReturned                   // the client brings it back
	CookieAltered                    // the client sends another value than was set
	CookieExpired                    // the client sends it after its end
	CookieElsewhere                  // the client sends what another client was given
	CookieNeverSet                   // the client sends it, and nothing here has set it
)

var cookieActs = [...]string{"set", "changed", "renewed", "removed", "returned", "altered", "expired", "elsewhere", "never-set"}

// String returns the act's name: a key, not a label.
func (a CookieAct) String() string { return cookieActs[min(int(a), len(cookieActs)-1)] }

// CookieFact is what happened to one cookie.
type CookieFact struct {
	Act         CookieAct
	Name, Value string
	// Set is what the server asked for, for the acts of a response.
	Set *SetCookie
	// Problems: see SetCookie.Problems.
	Problems []string
	// SetFrame is the frame that last set it before this message, 0 for none.
	SetFrame int
	// Ends is when the cookie expires; zero for a session's.
	Ends time.Time
}

// Kept is a cookie that a client was given.
type Kept struct {
	Client              netip.Addr
	Host                string // the host that set it, or its Domain
	Name, Value, Path   string
	SetFrame, LastFrame int // LastFrame returned it last, 0: never
	Ends                time.Time
	Removed             bool
	onlyHost            bool
}

// maxKept bounds the cookies of all clients that a Jar remembers. Further ones
// are told of, and not remembered.
const maxKept = 20_000

// jar follows the cookies of every client, as far as a trace shows them. It
// tells clients apart by their IP address.
type jar struct {
	kept   []*Kept
	byName map[string][]*Kept
}

// Tale follows what messages say of who asks: exchanges, and the cookies'
// lives. Its zero value is ready.
type Tale struct {
	Pairing
	jar jar
}

// Add takes a message that went between a client and a server. It keeps nothing
// of m.
func (t *Tale) Add(client, server netip.AddrPort, stream int, m *Message) (x *Exchange, fresh bool, facts []CookieFact) {
	x, fresh = t.Pairing.Add(stream, m)
	host, target := server.Addr().String(), "/"
	if x.Request != nil {
		target = pathOf(x.Request.Target)
		if h, ok := x.Request.Get("Host"); ok && h != "" {
			host = hostOf(h)
		}
	}
	if m.Request {
		for _, pair := range m.Cookies() {
			facts = append(facts, t.jar.returned(client.Addr(), host, target, pair, m))
		}
		return x, fresh, facts
	}
	for _, c := range m.SetCookies() {
		facts = append(facts, t.jar.set(client.Addr(), host, target, c, m))
	}
	return x, fresh, facts
}

// Cookies returns every cookie that was set, in order.
func (t *Tale) Cookies() []*Kept { return t.jar.kept }

func hostOf(s string) string {
	if h, _, err := net.SplitHostPort(s); err == nil {
		s = h
	}
	return strings.ToLower(s)
}

func pathOf(target string) string {
	if u, err := url.Parse(target); err == nil && u.Path != "" {
		return u.Path
	}
	return "/"
}

// defaultPath: RFC 6265 §5.1.4.
func defaultPath(target string) string {
	if i := strings.LastIndexByte(target, '/'); i > 0 {
		return target[:i]
	}
	return "/"
}

// set remembers a cookie, which a client's has if name, domain and path are the
// same (RFC 6265 §5.3, step 11).
func (j *jar) set(client netip.Addr, host, target string, c SetCookie, m *Message) CookieFact {
	fact := CookieFact{Act: CookieSet, Name: c.Name, Value: c.Value, Set: &c, Problems: c.Problems(host)}
	domain, path := host, c.Path
	if c.Domain != "" {
		domain = c.Domain
	}
	if path == "" {
		path = defaultPath(target)
	}
	end, session := c.Ends(m.LastTime)
	gone := !session && !end.After(m.LastTime)
	if !session {
		fact.Ends = end
	}
	var old *Kept
	for _, k := range j.byName[c.Name] {
		if k.Client == client && k.Host == domain && k.Path == path {
			old = k
		}
	}
	if old != nil {
		fact.SetFrame = old.SetFrame
	}
	switch {
	case gone:
		fact.Act = CookieRemoved
	case old != nil && !old.Removed && old.Value == c.Value:
		fact.Act = CookieRenewed
	case old != nil && !old.Removed:
		fact.Act = CookieChanged
	}
	if old == nil {
		if gone || len(j.kept) >= maxKept {
			return fact
		}
		old = &Kept{Client: client, Host: domain, Name: c.Name, Path: path, onlyHost: c.Domain == ""}
		if j.byName == nil {
			j.byName = map[string][]*Kept{}
		}
		j.kept, j.byName[c.Name] = append(j.kept, old), append(j.byName[c.Name], old)
	}
	old.Removed, old.Ends = gone, fact.Ends
	if !gone {
		old.Value, old.SetFrame = c.Value, m.FirstFrame
	}
	return fact
}

// longValue is from where a value is hardly the same by chance.
const longValue = 8

// returned finds what a client brings back: among those of its own cookies that
// fit, the one with that value.
func (j *jar) returned(client netip.Addr, host, target string, pair CookiePair, m *Message) CookieFact {
	fact := CookieFact{Act: CookieNeverSet, Name: pair.Name, Value: pair.Value}
	var mine, others *Kept
	for _, k := range j.byName[pair.Name] {
		fits := k.Host == host || !k.onlyHost && domainMatch(host, k.Host)
		switch {
		case !fits:
		case k.Client != client:
			if k.Value == pair.Value && len(pair.Value) >= longValue {
				others = k
			}
		case mine == nil || better(k, mine, pair.Value, target):
			mine = k
		}
	}
	switch {
	case mine == nil && others != nil:
		fact.Act, fact.SetFrame = CookieElsewhere, others.SetFrame
	case mine == nil:
	default:
		fact.Act, fact.SetFrame, fact.Ends = CookieReturned, mine.SetFrame, mine.Ends
		late := mine.Removed || !mine.Ends.IsZero() && m.FirstTime.After(mine.Ends)
		switch {
		case mine.Value != pair.Value && others != nil:
			fact.Act, fact.SetFrame = CookieElsewhere, others.SetFrame
		case mine.Value != pair.Value:
			fact.Act = CookieAltered
		case late:
			fact.Act = CookieExpired
		}
		if mine.Value == pair.Value {
			mine.LastFrame = m.FirstFrame
		}
	}
	return fact
}

// better reports whether a fits what was sent better than b does.
func better(a, b *Kept, value, target string) bool {
	if same := a.Value == value; same != (b.Value == value) {
		return same
	}
	if fits := pathMatch(target, a.Path); fits != pathMatch(target, b.Path) {
		return fits
	}
	return len(a.Path) > len(b.Path)
}
