package render

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Story tells for each client what it was given to remember, what it brought
// back, and what the servers said: HTTP's memory, which no connection holds.
// Clients are told apart by their IP address. It tells the first 20,000 exchanges.
func Story(w io.Writer, events Events, o Options) error {
	x, first, failed := readExchanges(events, &o)
	t := &storyteller{text: newText(w, o), first: first}
	t.title()
	if len(x.all) == 0 {
		t.noHTTP(&x)
		return firstError(t.w.Flush(), failed)
	}
	var order []netip.Addr
	by := map[netip.Addr][]*told{}
	for _, one := range x.all {
		a := one.client.Addr.Addr()
		if by[a] == nil {
			order = append(order, a)
		}
		by[a] = append(by[a], one)
	}
	for i, a := range order {
		if i > 0 {
			t.blank()
		}
		t.clientStory(a, by[a])
		t.keptCookies(a, x.tale.Cookies())
	}
	if x.left > 0 {
		t.blank()
		t.leftOut(&x)
	}
	t.whole()
	return firstError(t.w.Flush(), failed)
}

// storyteller writes a story; first is when the trace begins.
type storyteller struct {
	*text
	first time.Time
}

// where names the frame in which something was, or its time.
func (t *storyteller) where(frame int, at time.Time) string {
	return t.say.where(frame, at.Sub(t.first))
}

func (t *storyteller) clientStory(a netip.Addr, all []*told) {
	name := explain.Name(t.o.Lang, trace.Participant{Role: all[0].client.Role, N: all[0].client.N})
	t.painted(strong, name+" "+safe(a.String()))
	for _, one := range all {
		if m := one.Request; m != nil {
			t.storyLine(m, t.way(true)+" "+words(t.say.heard(m.Method), t.say.heard(m.Target)))
			t.requestFacts(m, one.facts[m], one.says)
		}
		for _, m := range append(one.Interim[:len(one.Interim):len(one.Interim)], one.Response) {
			if m == nil {
				continue
			}
			t.storyLine(m, t.way(false)+" "+words(strconv.Itoa(m.Status), t.say.heard(m.Reason)))
			for _, f := range one.facts[m] {
				t.storyFact(memory, t.setText(f))
				t.storyJWT(f.Value)
			}
		}
	}
}

// way points from the client to the server, or back.
func (t *text) way(asks bool) string {
	switch {
	case t.o.ASCII && asks:
		return "->"
	case t.o.ASCII:
		return "<-"
	case asks:
		return "→"
	}
	return "←"
}

const (
	storyIndent = 10
	factIndent  = 12
)

// storyLine is a message, with its frame's number, or its time where that has none.
func (t *storyteller) storyLine(m *http1.Message, s string) {
	c := newCanvas(t.o.width())
	n := strconv.Itoa(m.FirstFrame)
	if m.FirstFrame == 0 {
		n = secondsCell(m.FirstTime.Sub(t.first))
	}
	c.put(storyIndent-2-len(n), n, faint)
	c.put(storyIndent, t.fit(s, t.o.width()-storyIndent), plain)
	t.emit(c)
}

// storyFact is something that a message says of who asks.
func (t *storyteller) storyFact(st style, s string) {
	for _, part := range wrap(t.text.text(s), t.o.width()-factIndent) {
		c := newCanvas(t.o.width())
		c.put(factIndent, part, st)
		t.emit(c)
	}
}

func (t *storyteller) requestFacts(m *http1.Message, facts []http1.CookieFact, says []http1.Credential) {
	switch {
	case m.HeadCut:
		t.storyFact(faint, t.say.of(storyCutHead))
	case !has(m, "Cookie") && !has(m, "Authorization") && len(says) == 0:
		t.storyFact(faint, t.say.of(storyNothing))
	}
	for _, f := range facts {
		st := memory
		switch f.Act {
		case http1.CookieAltered, http1.CookieExpired, http1.CookieElsewhere, http1.CookieOtherHost, http1.CookieOtherPath:
			st = trouble
		default:
		}
		t.storyFact(st, t.actText(&f))
		t.storyJWT(f.Value)
	}
	for _, c := range says {
		says := storySays
		if c.Unsure {
			says = storyMaySay
		}
		t.storyFact(memory, t.say.f(says, t.credentialText(c)))
		t.storyJWT(c.Token)
	}
}

// actText says what happened to a cookie.
func (t *storyteller) actText(f *http1.CookieFact) string {
	act := storyActs[f.Act]
	if f.Act == http1.CookieRemoved && f.SetTime.IsZero() {
		act = storyRemovedBare
	}
	return t.say.f(act, t.cookieName(f.Name)+"="+t.valueText(f.Name, f.Value), t.where(f.SetFrame, f.SetTime), t.say.heard(f.SetHost), t.say.heard(f.SetPath))
}

// credentialText names a credential by the place in which it stands, and shows the
// beginning of one that is in a place of the application's own. Passwords, and what
// follows a scheme, are not shown; a target is, by the line above.
func (t *storyteller) credentialText(c http1.Credential) string {
	place, shown := storyPlaces[c.In], t.say.heard(c.Scheme)
	switch {
	case c.Scheme != "":
	case c.Token == "" && c.In == http1.InTarget:
		place = storyInTarget
	case c.Token == "":
		shown = t.say.of(storyHidden)
	default:
		shown = t.valueText(c.Field, c.Token)
	}
	s := t.say.f(place, t.say.heard(c.Field), shown)
	if c.User != "" {
		s += ", " + t.say.f(storyUser, t.say.heard(c.User))
	}
	return s
}

// cookieName is a cookie's name, or that it has none.
func (t *storyteller) cookieName(name string) string {
	if name == "" {
		return t.say.of(storyNameless)
	}
	return t.say.heard(name)
}

// valueText is the beginning of a value, and what it seems to be.
func (t *storyteller) valueText(name, value string) string {
	s := t.say.preview([]byte(value), 16)
	switch http1.Recognise(name, value) {
	case http1.ValueSession:
		s += " (" + t.say.of(storySession) + ")"
	case http1.ValueToken:
		s += " (JWT)"
	case http1.ValuePlain:
	}
	return s
}

// setText says what a Set-Cookie field asks for.
func (t *storyteller) setText(f http1.CookieFact) string {
	s := t.actText(&f)
	if f.Act == http1.CookieRemoved {
		return s
	}
	var parts []string
	secure := "Secure"
	if f.Trusted {
		secure = t.say.of(storyTrusted)
	}
	for _, a := range []struct {
		set  bool
		name string
	}{{f.Set.Secure, secure}, {f.Set.HTTPOnly, "HttpOnly"}, {f.Set.Partitioned, "Partitioned"}} {
		if a.set {
			parts = append(parts, a.name)
		}
	}
	for _, a := range [][2]string{{"SameSite", f.Set.SameSite}, {"Domain", f.Set.Domain}, {"Path", f.Set.Path}} {
		if a[1] != "" {
			parts = append(parts, a[0]+"="+t.say.heard(a[1]))
		}
	}
	if f.Ends.IsZero() {
		parts = append(parts, t.say.of(storyUntilClosed))
	} else {
		parts = append(parts, t.say.f(storyUntil, f.Ends.UTC().Format(time.DateTime)))
	}
	for _, p := range f.Problems {
		parts = append(parts, "! "+t.say.of(storyProblems[p]))
	}
	return s + ": " + strings.Join(parts, ", ")
}

// storyJWT shows what a token says of itself, if it is a JSON Web Token.
func (t *storyteller) storyJWT(token string) {
	j, ok := http1.ParseJWT(token)
	if !ok {
		return
	}
	t.storyFact(plain, t.say.f(storyDecoded, t.say.heard(string(j.Header)), t.say.heard(string(j.Claims)), explain.Count(j.Signature, "byte")))
}

// keptCookies is what a client was given to remember, and whether it ever
// brought it back.
func (t *storyteller) keptCookies(a netip.Addr, kept []*http1.Kept) {
	headed := false
	for _, k := range kept {
		if k.Client != a {
			continue
		}
		if !headed {
			headed = true
			t.blank()
			t.painted(strong, "  "+t.say.of(storyKept))
		}
		for i, part := range wrap(t.text.text(t.keptText(k)), t.o.width()-6) {
			c := newCanvas(t.o.width())
			c.put(4+2*min(i, 1), part, plain)
			t.emit(c)
		}
	}
}

// keptText is what became of a cookie that a client was given.
func (t *storyteller) keptText(k *http1.Kept) string {
	s := fmt.Sprintf("%s  %s%s  ", t.cookieName(k.Name), t.say.heard(k.Host), t.say.heard(k.Path)) + t.say.f(storySetIn, t.where(k.SetFrame, k.SetTime)) + ", "
	switch {
	case !k.LastTime.IsZero():
		s += t.say.f(storyLast, t.where(k.LastFrame, k.LastTime))
	case k.Asked:
		s += t.say.of(storyNever)
	default:
		s += t.say.of(storyUnasked)
	}
	if k.Earlier > 0 {
		s += ", " + t.say.f(storyBefore, explain.Count(k.Earlier, "value"))
	}
	if k.Removed {
		s += ", " + t.say.f(storyRemoved, t.where(k.RemovedFrame, k.RemovedTime))
	}
	return s
}
