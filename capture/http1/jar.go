package http1

import (
	"cmp"
	"net/netip"
	"slices"
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
	CookieEarlier                    // it brings back a value that was set before the latest
	CookieAltered                    // the client sends a value that was not set
	CookieUnsure                     // it may be altered, or earlier than what is remembered here
	CookieExpired                    // the client sends it after its end
	CookieElsewhere                  // the client sends what another client was given
	CookieOtherHost                  // the client sends what it was given for another host
	CookieOtherPath                  // the client sends it where its Path does not match
	CookieNeverSet                   // the client sends it, and nothing here has set it
	CookieIgnored                    // the client is asked to remember it for a host that is not the server's
)

var cookieActs = [...]string{"set", "changed", "renewed", "removed", "returned", "earlier", "altered", "unsure", "expired", "elsewhere", "other-host", "other-path", "never-set", "ignored"}

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
	// Trusted says that a browser keeps it in spite of Secure and plain HTTP, for
	// it comes from the machine that the browser runs on: see Loopback.
	Trusted bool
	// SetFrame is the frame that last set it before this message, or set the value
	// that is sent; SetTime is when. They are 0 where nothing did, SetFrame also
	// where the frame has no number.
	SetFrame int
	SetTime  time.Time
	// SetHost is for which host it was set, of CookieOtherHost, and SetPath for
	// which path, of CookieOtherPath.
	SetHost, SetPath string
	// Ends is when the cookie expires; zero for a session's.
	Ends time.Time
}

// maxKept bounds the cookies of all clients that a Jar remembers. Further ones
// are told of, and not remembered.
const maxKept = 20_000

// jar follows the cookies of every client, as far as a trace shows them. It
// tells clients apart by their IP address.
type jar struct {
	kept   []*Kept
	byName map[string][]*Kept // and those that were ignored
	count  int                // of both
	before int                // settings that the cookies remember
	// unasked are those of a client that no request of its has asked for yet.
	unasked map[netip.Addr][]*Kept
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
	o := originOf(server.Addr(), x.Request)
	if m.Request {
		t.jar.asks(client.Addr(), o, m)
		for _, pair := range m.Cookies() {
			facts = append(facts, t.jar.returned(client.Addr(), o, pair, m))
		}
		return x, fresh, facts
	}
	for _, c := range m.SetCookies() {
		facts = append(facts, t.jar.set(client.Addr(), o, c, m, x.Request))
	}
	return x, fresh, facts
}

// Cookies returns every cookie that was set, in order.
func (t *Tale) Cookies() []*Kept { return t.jar.kept }

// set remembers a cookie, which a client's has if name, domain and path are the
// same (RFC 6265 §5.3, step 11). What the request brought tells which browser is
// meant, where several at the client's address have it.
func (j *jar) set(client netip.Addr, o origin, c SetCookie, m, request *Message) CookieFact {
	fact := CookieFact{Act: CookieSet, Name: c.Name, Value: c.Value, Set: &c, Problems: c.Problems(o.known()), Trusted: c.Secure && Loopback(o.host)}
	domain, path := cmp.Or(c.Domain, o.host), cmp.Or(c.Path, defaultPath(o.path))
	gone := c.Removes(m.LastTime)
	fact.Ends, _ = c.Ends(m.LastTime)
	ignored := c.foreign(o.known())
	old := j.find(client, domain, path, c.Name, ignored)
	if gone {
		fact.Act = CookieRemoved
	}
	if ignored { // RFC 6265 §5.3, step 6
		fact.Act = CookieIgnored
	}
	switch {
	case old == nil && (gone || j.count >= maxKept), ignored && gone:
		return fact
	case old == nil:
		old = j.keep(&Kept{Client: client, Host: domain, Name: c.Name, Path: path, onlyHost: c.Domain == "", named: c.Domain != "" || o.named, server: o.server, ignored: ignored})
	case ignored:
	default:
		if done := j.again(old, &fact, gone, request, o.path); done {
			return fact
		}
	}
	old.Removed, old.Ends = gone, fact.Ends
	if gone {
		old.RemovedFrame, old.RemovedTime = m.FirstFrame, m.FirstTime
	} else {
		old.Value, old.SetFrame, old.SetTime = c.Value, m.FirstFrame, m.FirstTime
		if fact.Act != CookieRenewed && !ignored {
			j.awaits(old)
		}
	}
	return fact
}

// awaits begins to wait for a request that a cookie belongs to.
func (j *jar) awaits(k *Kept) {
	if j.unasked == nil {
		j.unasked = map[netip.Addr][]*Kept{}
	}
	if k.Asked = false; !slices.Contains(j.unasked[k.Client], k) {
		j.unasked[k.Client] = append(j.unasked[k.Client], k)
	}
}

// asks notes which cookies a request should bring, if its head is whole.
func (j *jar) asks(client netip.Addr, o origin, m *Message) {
	if m.HeadCut || len(j.unasked[client]) == 0 {
		return
	}
	j.unasked[client] = slices.DeleteFunc(j.unasked[client], func(k *Kept) bool {
		k.Asked = k.fits(o) && pathMatch(o.path, k.Path) && (k.Ends.IsZero() || !m.FirstTime.After(k.Ends)) && !k.Removed
		return k.Asked
	})
}

// again tells what becomes of a cookie that was set before. It reports whether that
// is all: another browser at the client's address has the latest value.
func (j *jar) again(old *Kept, fact *CookieFact, gone bool, request *Message, path string) (done bool) {
	earlier, none := old.brought(request, path)
	fact.SetFrame, fact.SetTime = old.SetFrame, old.SetTime
	if earlier != nil {
		fact.SetFrame, fact.SetTime = earlier.frame, earlier.at
	}
	switch {
	case gone && earlier != nil:
		earlier.removed = true
		return true
	case gone && none && old.Earlier > 0:
		fact.SetFrame, fact.SetTime = 0, time.Time{}
		return true
	case gone:
		return false
	case !old.Removed && old.Value == fact.Value:
		fact.Act = CookieRenewed
	case earlier != nil || !old.Removed && !none:
		fact.Act = CookieChanged
	}
	if old.Value != fact.Value {
		j.push(old)
	}
	if fact.Act != CookieRenewed {
		old.LastFrame, old.LastTime = 0, time.Time{}
	}
	return false
}

func (j *jar) find(client netip.Addr, domain, path, name string, ignored bool) *Kept {
	for _, k := range j.byName[name] {
		if k.ignored == ignored && k.Client == client && k.Host == domain && k.Path == path {
			return k
		}
	}
	return nil
}

func (j *jar) keep(k *Kept) *Kept {
	if j.byName == nil {
		j.byName = map[string][]*Kept{}
	}
	j.count++
	j.byName[k.Name] = append(j.byName[k.Name], k)
	if !k.ignored {
		j.kept = append(j.kept, k)
	}
	return k
}

// push makes a cookie's value an earlier one, and forgets the oldest of these where
// there are too many.
func (j *jar) push(k *Kept) {
	if len(k.before) == maxBefore || j.before == maxSettings && len(k.before) > 0 {
		k.before = k.before[1:]
		j.before--
	}
	if j.before < maxSettings {
		k.before = append(k.before, k.setting(valued(k.Value).sum))
		j.before++
	}
	k.Earlier++
}

// longValue is from where a value is hardly the same by chance.
const longValue = 8

// returned finds what a client brings back: among those of its own cookies that
// fit, the one with that value.
func (j *jar) returned(client netip.Addr, o origin, pair CookiePair, m *Message) CookieFact {
	fact := CookieFact{Act: CookieNeverSet, Name: pair.Name, Value: pair.Value}
	v := valued(pair.Value)
	mine, others, foreign := j.owners(client, o, pair.Name, v)
	var at setting
	own := false
	if mine != nil {
		at, own = mine.had(v)
	}
	switch {
	case own:
		fact.Act, fact.Ends = mine.sent(v, at, o.path, m), at.ends
		if fact.Act == CookieOtherPath {
			fact.SetPath = mine.Path
		}
	case others != nil:
		fact.Act = CookieElsewhere
		at, _ = others.had(v)
	case foreign != nil:
		fact.Act, fact.SetHost = CookieOtherHost, foreign.Host
		at, _ = foreign.had(v)
	case mine != nil:
		fact.Act, fact.Ends = CookieAltered, mine.Ends
		if mine.Earlier > len(mine.before) {
			fact.Act = CookieUnsure
		}
		at = mine.setting(valued(mine.Value).sum)
	}
	fact.SetFrame, fact.SetTime = at.frame, at.at
	return fact
}

// owners finds whose cookie a pair is: the client's own, of this host, that fits it
// best; another client's that has its value, of this host if there is one; and the
// client's own of another host that has it. Where nobody had the value, only a
// cookie whose path matches can be the one that was altered.
func (j *jar) owners(client netip.Addr, o origin, name string, v value) (mine, others, foreign *Kept) {
	for _, k := range j.byName[name] {
		_, had := k.had(v)
		switch fits := k.fits(o) && !k.ignored; {
		case k.Client == client && fits:
			if (had || pathMatch(o.path, k.Path)) && (mine == nil || better(k, mine, v, o.path)) {
				mine = k
			}
		case !had || len(v.text) < longValue:
		case k.Client == client:
			foreign = k
		case k.ignored:
		case fits || others == nil:
			others = k
		}
	}
	return mine, others, foreign
}
