package http1

import (
	"crypto/sha256"
	"net/netip"
	"time"
)

// Kept is a cookie that a client was given.
type Kept struct {
	Client            netip.Addr
	Host              string // the host that set it, or its Domain
	Name, Value, Path string
	// SetFrame and SetTime are where the value was set, LastFrame and LastTime
	// where it was brought back last before its end, LastTime zero where it never
	// was; frames are 0 where they have no number.
	SetFrame, LastFrame int
	SetTime, LastTime   time.Time
	Ends                time.Time
	// Asked says that the client was seen to ask, since the value was set, where a
	// browser would have brought it back. Of others nobody knows whether it would.
	Asked bool
	// Removed says that the server has made it expire: in RemovedFrame, at
	// RemovedTime.
	Removed      bool
	RemovedFrame int
	RemovedTime  time.Time
	// Earlier counts the values that were set before this one.
	Earlier  int
	onlyHost bool
	ignored  bool // clients do not keep it: see CookieIgnored
	named    bool // Host is what a message has named, not the server's address
	server   netip.Addr
	before   []setting // the latest of the earlier values, oldest first
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

// Earlier values are remembered up to maxBefore of one cookie and maxSettings of
// all, as a hash and where they were set.
const (
	maxBefore   = 1000
	maxSettings = 20_000
)

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

// brought finds what a request brought of a cookie: one of its earlier values, nil
// where it is none of those. none says that it brought nothing, where a browser that
// had the cookie would have.
func (k *Kept) brought(request *Message, path string) (earlier *setting, none bool) {
	if request == nil {
		return nil, false
	}
	none = pathMatch(path, k.Path)
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

// fits reports whether the cookie belongs to where a request goes (RFC 6265 §5.4).
// Where one of the two hosts was not named, nobody knows better than the address.
func (k *Kept) fits(o origin) bool {
	return k.Host == o.host || !k.onlyHost && domainMatch(o.host, k.Host) || (!k.named || !o.named) && k.server == o.server
}

// sent tells what it is that a client sends a value of the cookie to a path, which
// was set at s, and notes that it was brought back.
func (k *Kept) sent(v value, s setting, path string, m *Message) CookieAct {
	if s.removed || !s.ends.IsZero() && m.FirstTime.After(s.ends) {
		return CookieExpired
	}
	latest := k.Value == v.text
	if latest {
		k.LastFrame, k.LastTime = m.FirstFrame, m.FirstTime
	}
	switch {
	case !pathMatch(path, k.Path):
		return CookieOtherPath
	case latest:
		return CookieReturned
	}
	return CookieEarlier
}

// better reports whether a fits what was sent better than b does: by its value, now
// or before, by its path, and as the one that was not removed. Of equals it is the
// one with the longer path (RFC 6265 §5.4).
func better(a, b *Kept, v value, path string) bool {
	if x, y := a.rank(v, path), b.rank(v, path); x != y {
		return x > y
	}
	return len(a.Path) > len(b.Path)
}

func (k *Kept) rank(v value, path string) (n int) {
	s, had := k.had(v)
	for _, holds := range [...]bool{had, pathMatch(path, k.Path), k.Value == v.text, !s.removed} {
		n *= 2
		if holds {
			n++
		}
	}
	return n
}
