package http1

import (
	"crypto/sha256"
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
	CookieEarlier                    // it brings back a value that was set before the latest
	CookieAltered                    // the client sends a value that was not set
	CookieUnsure                     // it may be altered, or earlier than what is remembered here
	CookieExpired                    // the client sends it after its end
	CookieElsewhere                  // the client sends what another client was given
	CookieNeverSet                   // the client sends it, and nothing here has set it
)

var cookieActs = [...]string{"set", "changed", "renewed", "removed", "returned", "earlier", "altered", "unsure", "expired", "elsewhere", "never-set"}

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
	// Ends is when the cookie expires; zero for a session's.
	Ends time.Time
}

// Kept is a cookie that a client was given.
type Kept struct {
	Client            netip.Addr
	Host              string // the host that set it, or its Domain
	Name, Value, Path string
	// SetFrame and SetTime are where the value was set, LastFrame and LastTime
	// where it was brought back last, LastTime zero where it never was; frames are
	// 0 where they have no number.
	SetFrame, LastFrame int
	SetTime, LastTime   time.Time
	Ends                time.Time
	Removed             bool
	// Earlier counts the values that were set before this one.
	Earlier  int
	onlyHost bool
	before   []setting // the latest of those, oldest first
}

// setting is a value that a cookie had. Several browsers at one address have each
// their own, of which every one may still be kept.
type setting struct {
	sum     [sha256.Size]byte
	frame   int
	at      time.Time
	ends    time.Time
	removed bool
}

// maxKept bounds the cookies of all clients that a Jar remembers. Further ones
// are told of, and not remembered.
const maxKept = 20_000

// Earlier values are remembered up to maxBefore of one cookie and maxSettings of
// all, as a hash and where they were set.
const (
	maxBefore   = 1000
	maxSettings = 20_000
)

// jar follows the cookies of every client, as far as a trace shows them. It
// tells clients apart by their IP address.
type jar struct {
	kept   []*Kept
	byName map[string][]*Kept
	before int // settings that the cookies remember
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
		facts = append(facts, t.jar.set(client.Addr(), host, target, c, m, x.Request))
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
// same (RFC 6265 §5.3, step 11). What the request brought tells which browser is
// meant, where several at the client's address have it.
func (j *jar) set(client netip.Addr, host, target string, c SetCookie, m, request *Message) CookieFact {
	fact := CookieFact{Act: CookieSet, Name: c.Name, Value: c.Value, Set: &c, Problems: c.Problems(host), Trusted: c.Secure && Loopback(host)}
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
	old := j.find(client, domain, path, c.Name)
	if gone {
		fact.Act = CookieRemoved
	}
	switch {
	case old == nil && (gone || len(j.kept) >= maxKept):
		return fact
	case old == nil:
		old = j.keep(&Kept{Client: client, Host: domain, Name: c.Name, Path: path, onlyHost: c.Domain == ""})
	default:
		if done := j.again(old, &fact, gone, request, target); done {
			return fact
		}
	}
	old.Removed, old.Ends = gone, fact.Ends
	if !gone {
		old.Value, old.SetFrame, old.SetTime = c.Value, m.FirstFrame, m.FirstTime
	}
	return fact
}

// again tells what becomes of a cookie that was set before. It reports whether that
// is all: another browser at the client's address has the latest value.
func (j *jar) again(old *Kept, fact *CookieFact, gone bool, request *Message, target string) (done bool) {
	earlier, none := old.brought(request, target)
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
	return false
}

// brought finds what a request brought of a cookie: one of its earlier values, nil
// where it is none of those. none says that it brought nothing, where a browser that
// had the cookie would have.
func (k *Kept) brought(request *Message, target string) (earlier *setting, none bool) {
	if request == nil {
		return nil, false
	}
	none = pathMatch(target, k.Path)
	for _, pair := range request.Cookies() {
		if pair.Name != k.Name {
			continue
		}
		none = false
		if pair.Value == k.Value {
			return nil, false
		}
		if s := k.earlier(valued(pair.Value).sum); s != nil {
			earlier = s
		}
	}
	return earlier, none
}

func (j *jar) find(client netip.Addr, domain, path, name string) *Kept {
	for _, k := range j.byName[name] {
		if k.Client == client && k.Host == domain && k.Path == path {
			return k
		}
	}
	return nil
}

func (j *jar) keep(k *Kept) *Kept {
	if j.byName == nil {
		j.byName = map[string][]*Kept{}
	}
	j.kept, j.byName[k.Name] = append(j.kept, k), append(j.byName[k.Name], k)
	return k
}

// value is a cookie's, with the hash under which an earlier one is remembered.
type value struct {
	text string
	sum  [sha256.Size]byte
}

func valued(text string) value { return value{text, sha256.Sum256([]byte(text))} }

// setting is where the cookie's value was set.
func (k *Kept) setting(sum [sha256.Size]byte) setting {
	return setting{sum: sum, frame: k.SetFrame, at: k.SetTime, ends: k.Ends, removed: k.Removed}
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
	k.LastFrame, k.LastTime = 0, time.Time{}
}

// earlier returns the latest time that a cookie had a value which it has no more,
// nil where none is remembered.
func (k *Kept) earlier(sum [sha256.Size]byte) *setting {
	for i := len(k.before) - 1; i >= 0; i-- {
		if k.before[i].sum == sum {
			return &k.before[i]
		}
	}
	return nil
}

// had returns where a value of the cookie was set, and whether it was at all.
func (k *Kept) had(v value) (s setting, ok bool) {
	if k.Value == v.text {
		return k.setting(v.sum), true
	}
	if s := k.earlier(v.sum); s != nil {
		return *s, true
	}
	return s, false
}

// longValue is from where a value is hardly the same by chance.
const longValue = 8

// returned finds what a client brings back: among those of its own cookies that
// fit, the one with that value.
func (j *jar) returned(client netip.Addr, host, target string, pair CookiePair, m *Message) CookieFact {
	fact := CookieFact{Act: CookieNeverSet, Name: pair.Name, Value: pair.Value}
	v := valued(pair.Value)
	mine, others := j.owners(client, host, target, pair.Name, v)
	var at setting
	own := false
	if mine != nil {
		at, own = mine.had(v)
	}
	switch {
	case own:
		fact.Act, fact.Ends = CookieEarlier, at.ends
		if mine.Value == v.text {
			fact.Act = CookieReturned
			mine.LastFrame, mine.LastTime = m.FirstFrame, m.FirstTime
		}
		if at.removed || !at.ends.IsZero() && m.FirstTime.After(at.ends) {
			fact.Act = CookieExpired
		}
	case others != nil:
		fact.Act = CookieElsewhere
		at, _ = others.had(v)
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

// owners finds whose cookie a pair is: the client's own that fits it best, and
// another client's that has its value.
func (j *jar) owners(client netip.Addr, host, target, name string, v value) (mine, others *Kept) {
	for _, k := range j.byName[name] {
		fits := k.Host == host || !k.onlyHost && domainMatch(host, k.Host)
		switch {
		case !fits:
		case k.Client != client:
			if _, same := k.had(v); same && len(v.text) >= longValue {
				others = k
			}
		case mine == nil || better(k, mine, v, target):
			mine = k
		}
	}
	return mine, others
}

// better reports whether a fits what was sent better than b does.
func better(a, b *Kept, v value, target string) bool {
	if same := a.Value == v.text; same != (b.Value == v.text) {
		return same
	}
	if was := a.earlier(v.sum) != nil; was != (b.earlier(v.sum) != nil) {
		return was
	}
	if fits := pathMatch(target, a.Path); fits != pathMatch(target, b.Path) {
		return fits
	}
	return len(a.Path) > len(b.Path)
}
