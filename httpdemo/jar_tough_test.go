package httpdemo

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// toughStep is what a jar is told or asked.
type toughStep struct {
	Set       string `json:"set,omitempty"`
	From      string `json:"from,omitempty"`
	CrossSite bool   `json:"crossSite,omitempty"`
	To        string `json:"to,omitempty"`
	Context   string `json:"context,omitempty"` // of the request: strict is the site's own, lax a link of another's, none its form
	Now       int64  `json:"now"`               // ms of the epoch
}

var toughContexts = map[string]situation{
	"strict": {}, "lax": {crossSite: true, navigation: true, safeNavigation: true}, "none": {crossSite: true, navigation: true},
}

// tough are the verdicts of npm's tough-cookie on jars.
func tough(t *testing.T, jars [][]toughStep) (verdicts [][]string) {
	t.Helper()
	judges, err := filepath.Abs("../out/judges")
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(judges, "node_modules", "tough-cookie")); err != nil || missing != nil {
		t.Skip("needs node and npm's tough-cookie: a jar of cookies by others (make deps)")
	}
	judged(t, node, "judge_tough.mjs", judges, jars, &verdicts)
	if len(verdicts) != len(jars) {
		t.Fatalf("%d verdicts on %d jars", len(verdicts), len(jars))
	}
	return verdicts
}

// ours are our own jar's verdicts.
func ours(t *testing.T, steps []toughStep) (verdict []string) {
	t.Helper()
	var j Jar
	address := func(s string) *url.URL {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for _, s := range steps {
		now := time.UnixMilli(s.Now)
		if s.To == "" {
			verdict = append(verdict, j.Set(address(s.From), s.Set, now, s.CrossSite))
			continue
		}
		var pairs []string
		for _, c := range j.get(address(s.To), now, toughContexts[s.Context]) {
			pairs = append(pairs, c.pair())
		}
		verdict = append(verdict, strings.Join(pairs, "; "))
	}
	return verdict
}

// sameJars reports whether two jars refuse and send the same; the words in which
// they refuse are their own.
func sameJars(steps []toughStep, one, two []string) bool {
	for i, s := range steps {
		if s.To == "" && (one[i] == "") != (two[i] == "") || s.To != "" && one[i] != two[i] {
			return false
		}
	}
	return true
}

// TestJarBesideToughCookie: one cookie a jar, and where it goes. Where tough-cookie
// and we differ, it is said who has RFC 6265bis on his side, and it stays so.
func TestJarBesideToughCookie(t *testing.T) {
	t.Parallel()
	const at = 1_700_000_000_000
	long := strings.Repeat("x", 4095)
	var jars [][]toughStep
	cases := []struct {
		from, set, to, context string
		between, after         time.Duration // when it is asked first, if it is, and then
		crossSite              bool
		// differs: what RFC 6265bis says where the two do not agree.
		differs string
	}{
		{from: "https://shop.com/cart/add", set: "a=1", to: "https://shop.com/cart/"},
		{from: "https://shop.com/cart/add", set: "a=1", to: "https://shop.com/other"},
		{from: "https://shop.com/cart/add", set: "a=1", to: "https://shop.com/cartoon"},
		{from: "https://shop.com/", set: "a=1; Path=/cart", to: "https://shop.com/cart/x"},
		{from: "https://shop.com/", set: "a=1; Path=/cart/", to: "https://shop.com/cart"},
		{from: "https://shop.com/x", set: "a=1; Path=nonsense", to: "https://shop.com/y"},
		{from: "https://shop.com/", set: "a=1", to: "https://www.shop.com/"},
		{from: "https://shop.com/", set: "a=1; Domain=shop.com", to: "https://www.shop.com/"},
		{from: "https://shop.com/", set: "a=1; Domain=.shop.com", to: "https://www.shop.com/"},
		{from: "https://shop.com/", set: "a=1; Domain=SHOP.com", to: "https://shop.COM/"},
		{from: "https://shop.com/", set: "a=1; Domain=www.shop.com", to: "https://www.shop.com/"},
		{from: "https://www.shop.com/", set: "a=1; Domain=evil.com", to: "https://evil.com/"},
		{from: "https://www.shop.com/", set: "a=1; Domain=com", to: "https://evil.com/"},
		{from: "https://www.shop.co.uk/", set: "a=1; Domain=co.uk", to: "https://evil.co.uk/"},
		{from: "https://me.github.io/", set: "a=1; Domain=github.io", to: "https://you.github.io/"},
		{from: "https://github.io/", set: "a=1; Domain=github.io", to: "https://github.io/", differs: "§5.7: a public suffix may set cookies for itself alone; tough-cookie refuses them"},
		{from: "http://127.0.0.1/", set: "a=1; Domain=127.0.0.1", to: "http://127.0.0.1/"},
		{from: "http://127.0.0.1/", set: "a=1; Domain=0.0.1", to: "http://127.0.0.1/"},
		{from: "http://shop.com/", set: "a=1; Secure", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1; Secure", to: "http://shop.com/"},
		{from: "https://shop.com/", set: "a=1; secure=no", to: "http://shop.com/"},
		{from: "http://localhost:8080/", set: "a=1; Secure", to: "http://localhost:8081/"},
		{from: "http://127.0.0.1:8080/", set: "a=1; Secure", to: "http://127.0.0.1:8080/"},
		{from: "http://[::1]:8080/", set: "a=1; Secure", to: "http://[::1]:8080/"},
		{from: "http://192.168.0.1/", set: "a=1; Secure", to: "http://192.168.0.1/"},
		{from: "https://shop.com/", set: "__Host-a=1; Secure; Path=/", to: "https://shop.com/x"},
		{from: "https://shop.com/", set: "__Host-a=1; Path=/", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "__Host-a=1; Secure", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "__Host-a=1; Secure; Path=/x", to: "https://shop.com/x"},
		{from: "https://shop.com/", set: "__Host-a=1; Secure; Path=/; Domain=shop.com", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "__HOST-a=1; Path=/", to: "https://shop.com/", differs: "§5.7: a prefix is one in capitals too; tough-cookie reads them as they are"},
		{from: "https://shop.com/", set: "__Secure-a=1; Secure", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "__Secure-a=1", to: "https://shop.com/"},
		{from: "http://localhost/", set: "__Host-a=1; Secure; Path=/", to: "http://localhost/"},
		{from: "https://shop.com/", set: "=__Host-a=1", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1; Max-Age=60", to: "https://shop.com/", after: 59 * time.Second},
		{from: "https://shop.com/", set: "a=1; Max-Age=60", to: "https://shop.com/", after: 60 * time.Second},
		{from: "https://shop.com/", set: "a=1; Max-Age=60", to: "https://shop.com/", between: 50 * time.Second, after: 70 * time.Second, differs: "§5.7: its time runs from when it was set; in tough-cookie from when it was last sent"},
		{from: "https://shop.com/", set: "a=1; Max-Age=0", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1; Max-Age=-1", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1; Max-Age=soon", to: "https://shop.com/", after: time.Hour},
		{from: "https://shop.com/", set: "a=1; Max-Age=1; Max-Age=60", to: "https://shop.com/", after: 30 * time.Second},
		{from: "https://shop.com/", set: "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1; Expires=Tue, 14-Nov-2023 22:14:00 GMT", to: "https://shop.com/", after: 10 * time.Second},
		{from: "https://shop.com/", set: "a=1; Expires=Tue, 14 Nov 2023 22:14:00 GMT", to: "https://shop.com/", after: time.Minute},
		{from: "https://shop.com/", set: "a=1; Expires=yesterday", to: "https://shop.com/", after: time.Minute},
		{from: "https://shop.com/", set: "a=1; Max-Age=63072000", to: "https://shop.com/", after: 401 * 24 * time.Hour, differs: "§5.6.2: no cookie lives longer than 400 days; tough-cookie keeps it for two years"},
		{from: "https://shop.com/", set: "a=1; SameSite=Strict", to: "https://shop.com/", context: "strict"},
		{from: "https://shop.com/", set: "a=1; SameSite=Strict", to: "https://shop.com/", context: "lax"},
		{from: "https://shop.com/", set: "a=1; SameSite=Lax", to: "https://shop.com/", context: "lax"},
		{from: "https://shop.com/", set: "a=1; SameSite=Lax", to: "https://shop.com/", context: "none"},
		{from: "https://shop.com/", set: "a=1; SameSite=None; Secure", to: "https://shop.com/", context: "none"},
		{from: "https://shop.com/", set: "a=1; SameSite=None", to: "https://shop.com/", context: "strict", differs: "§5.7: SameSite=None without Secure is refused; tough-cookie keeps it"},
		{from: "https://shop.com/", set: "a=1", to: "https://shop.com/", context: "none", differs: "§5.8.3: without SameSite a cookie is as with Lax; to tough-cookie it is as with None"},
		{from: "https://shop.com/", set: "a=1; SameSite=nonsense", to: "https://shop.com/", context: "none", differs: "§5.6.7: so is one whose SameSite nobody knows"},
		{from: "https://shop.com/", set: "a=1; SameSite=Lax", to: "https://shop.com/", crossSite: true},
		{from: "https://shop.com/", set: "a=1; SameSite=None; Secure", to: "https://shop.com/", crossSite: true},
		{from: "https://shop.com/", set: "a=1", to: "https://shop.com/", crossSite: true, differs: "§5.7: another site can have none set but with SameSite=None"},
		{from: "https://shop.com/", set: "a=" + long, to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=" + long + "x", to: "https://shop.com/", differs: "§5.7: name and value are 4096 octets at most; tough-cookie has no limit"},
		{from: "https://shop.com/", set: "nameless", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "=value", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=b=c", to: "https://shop.com/"},
		{from: "https://shop.com/", set: `a="b c"`, to: "https://shop.com/"},
		{from: "https://shop.com/", set: "  a  =  1  ;  Path = / ", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1;;; HttpOnly ;", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=안녕", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=1\x00b", to: "https://shop.com/", differs: "§5.6: with a control character it is refused whole; tough-cookie cuts it off there"},
		{from: "https://shop.com/", set: "", to: "https://shop.com/"},
		{from: "https://shop.com/", set: "a=", to: "https://shop.com/"},
	}
	for _, c := range cases {
		context := c.context
		if context == "" {
			context = "strict"
		}
		steps := []toughStep{{Set: c.set, From: c.from, CrossSite: c.crossSite, Now: at}}
		if c.between > 0 {
			steps = append(steps, toughStep{To: c.to, Context: context, Now: at + c.between.Milliseconds()})
		}
		jars = append(jars, append(steps, toughStep{To: c.to, Context: context, Now: at + c.after.Milliseconds()}))
	}
	for i, theirs := range tough(t, jars) {
		c, own := cases[i], ours(t, jars[i])
		if sameJars(jars[i], own, theirs) != (c.differs == "") {
			t.Errorf("%.80q from %s, to %s: we say %.100q, tough-cookie %.100q; RFC 6265bis: %q", c.set, c.from, c.to, own, theirs, c.differs)
		}
	}
}

// TestCookiesByToughCookie: every cookie that a lesson's server sets is kept and sent
// by tough-cookie as by us, over TLS and on loopback.
func TestCookiesByToughCookie(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	var jars [][]toughStep
	for _, origin := range []string{"https://shop.com", "http://localhost:8080"} {
		var steps []toughStep
		at := int64(1_700_000_000_000)
		b := badSite(t, nil)
		b.told = func(path string, w *httptest.ResponseRecorder) {
			for _, value := range w.Result().Header["Set-Cookie"] {
				at++
				steps = append(steps, toughStep{Set: value, From: origin + path, Now: at})
				name, _, _ := strings.Cut(value, "=")
				names[name] = true
			}
		}
		b.login()
		all := routes(t)
		for _, r := range all {
			b.ask(r.method, r.path, urlencoded, "username=jisoo&password=blue-whale-42&user=user1&item=A&bytes=4096")
		}
		for _, r := range all {
			for _, context := range []string{"strict", "lax"} { // in the third they differ
				steps = append(steps, toughStep{To: origin + r.path, Context: context, Now: at + 1})
			}
		}
		jars = append(jars, steps)
	}
	if len(names) < 12 {
		t.Errorf("%d cookies were set: %v", len(names), names)
	}
	for i, theirs := range tough(t, jars) {
		own := ours(t, jars[i])
		for k, s := range jars[i] {
			if !sameJars([]toughStep{s}, own[k:], theirs[k:]) {
				t.Errorf("%+v: we say %q, tough-cookie %q", s, own[k], theirs[k])
			}
		}
	}
}

// TestJarsAtRandom: many cookies one after another, of the same name too, and what
// goes where after each.
func TestJarsAtRandom(t *testing.T) {
	t.Parallel()
	short := regexp.MustCompile(`Max-Age=(10|60)\b`)
	var jars [][]toughStep
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 6265))
		now := time.Now().UnixMilli()
		var steps []toughStep
		for range 60 {
			now += int64(1 + r.IntN(20_000))
			// Where the two are known to differ there is nothing to compare.
			value := short.ReplaceAllString(anySetCookie(r), "Max-Age=100000")
			value = strings.ReplaceAll(value, "Domain=co.uk", "Domain=uk")
			value += "; SameSite=" + []string{"Strict", "Lax", "None; Secure"}[r.IntN(3)]
			context := slices.Sorted(maps.Keys(toughContexts))[r.IntN(3)]
			steps = append(steps, toughStep{Set: value, From: anyURL(r).String(), Now: now}, toughStep{To: anyURL(r).String(), Context: context, Now: now})
		}
		jars = append(jars, steps)
	}
	for seed, theirs := range tough(t, jars) {
		own := ours(t, jars[seed])
		for k, s := range jars[seed] {
			// The order is for cookiejar to judge: a cookie in the place of one that has
			// expired is as old as that to tough-cookie, if nothing was sent meanwhile.
			if s.To != "" {
				theirs[k], own[k] = sortedPairs(theirs[k]), sortedPairs(own[k])
			}
			if !sameJars([]toughStep{s}, own[k:], theirs[k:]) {
				t.Fatalf("seed %d, step %d, %+v: we say %q, tough-cookie %q; before: %v", seed, k, s, own[k], theirs[k], fmt.Sprint(jars[seed][:k]))
			}
		}
	}
}

func sortedPairs(sent string) string {
	pairs := strings.Split(sent, "; ")
	slices.Sort(pairs)
	return strings.Join(pairs, "; ")
}
