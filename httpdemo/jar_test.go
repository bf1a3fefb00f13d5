package httpdemo

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestJarRefuses: what a browser does not keep (RFC 6265bis §5.7).
func TestJarRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, value string
		cross       bool
		want        string
	}{
		{"http://shop.test/", "a=1", false, ""},
		{"http://shop.test/", "a=1; Secure", false, "secure"},
		{"https://shop.test/", "a=1; Secure", false, ""},
		{"http://localhost/", "a=1; Secure", false, ""},
		{"http://shop.localhost/", "a=1; Secure", false, ""},
		{"http://localhost.test/", "a=1; Secure", false, "secure"},
		{"http://evil.shop.localhost/", "__Host-a=1; Secure; Path=/; Domain=shop.localhost", false, "host-prefix"},
		{"http://127.0.0.1:8080/", "__Host-a=1; Secure; Path=/", false, ""},
		{"https://shop.test/", "__Host-a=1; Secure", false, "host-prefix"},
		{"https://shop.test/", "__Host-a=1; Secure; Path=/; Domain=shop.test", false, "host-prefix"},
		{"https://shop.test/", "__Secure-a=1", false, "secure-prefix"},
		{"https://shop.test/", "a=1; SameSite=None", false, "samesite-none"},
		{"https://shop.test/", "a=1; Domain=other.test", false, "foreign-domain"},
		{"http://shop.test/", "a=1; SameSite=Strict", true, "cross-site"},
		{"http://shop.test/", "\x01=1", false, "malformed"},
		{"http://shop.test/", "a=" + strings.Repeat("x", 4096), false, "too-long"},
		{"http://shop.test/", "a=" + strings.Repeat("x", 4095), false, ""},
	} {
		u, err := url.Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		var j Jar
		if got := j.Set(u, c.value, exampleDate(), c.cross); got != c.want {
			t.Errorf("%s %.40q: %q, want %q", c.from, c.value, got, c.want)
		}
	}
}

// TestJarReturns: what goes back where (§5.8), and until when.
func TestJarReturns(t *testing.T) {
	t.Parallel()
	var j Jar
	now := exampleDate()
	set := func(from, value string) {
		u, _ := url.Parse(from)
		if why := j.Set(u, value, now, false); why != "" {
			t.Fatalf("%s: %s", value, why)
		}
	}
	set("https://shop.test/cart/add", "deep=1; SameSite=Strict")
	set("https://shop.test/", "all=1; Path=/; Domain=shop.test; Max-Age=60")
	set("https://shop.test/", "lax=1; Path=/; SameSite=Lax; HttpOnly")
	set("https://shop.test/", "none=1; Path=/; SameSite=None; Secure")
	for _, c := range []struct {
		to   string
		at   time.Duration
		s    situation
		want string
	}{
		{"https://shop.test/cart/list", 0, situation{}, "deep all lax none "},
		{"https://shop.test/", 0, situation{}, "all lax none "},
		{"http://shop.test/", 0, situation{}, "all lax "},
		{"https://www.shop.test/", 0, situation{}, "all "},
		{"https://other.test/", 0, situation{}, ""},
		{"https://shop.test/cart/list", 0, situation{crossSite: true}, "none "},
		{"https://shop.test/cart/list", 0, situation{crossSite: true, safeNavigation: true}, "all lax none "},
		{"https://shop.test/", 0, situation{script: true}, "all none "},
		{"https://shop.test/", time.Minute, situation{}, "lax none "},
	} {
		u, _ := url.Parse(c.to)
		got := ""
		for _, k := range j.get(u, now.Add(c.at), c.s) {
			got += k.Name + " "
		}
		if got != c.want {
			t.Errorf("%s after %v, %+v: %q, want %q", c.to, c.at, c.s, got, c.want)
		}
	}
	j.EndSession()
	if len(j.Memory()) != 0 {
		t.Errorf("after the browser's session: %v", j.Memory())
	}
}

// TestJarAllowsUnsafe: in browsers that do, a cookie without SameSite goes along
// with another site's form for as long as it is young (Lax-Allowing-Unsafe).
func TestJarAllowsUnsafe(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	form, fetch := situation{crossSite: true, navigation: true}, situation{crossSite: true}
	for _, c := range []struct {
		value   string
		allowed time.Duration
		at      time.Duration
		s       situation
		want    int
	}{
		{"a=1", 0, 0, form, 0},
		{"a=1", 2 * time.Minute, 119 * time.Second, form, 1},
		{"a=1", 2 * time.Minute, 2 * time.Minute, form, 0},
		{"a=1", 2 * time.Minute, 0, fetch, 0},
		{"a=1; SameSite=Lax", 2 * time.Minute, 0, form, 0},
		{"a=1; SameSite=Strict", 2 * time.Minute, 0, form, 0},
		{"a=1; SameSite=None; Secure", 0, 0, form, 1},
	} {
		j := Jar{LaxAllowingUnsafe: c.allowed}
		if why := j.Set(u, c.value, exampleDate(), false); why != "" {
			t.Fatal(why)
		}
		if got := len(j.get(u, exampleDate().Add(c.at), c.s)); got != c.want {
			t.Errorf("%q, %v after, allowed for %v: %d sent, want %d", c.value, c.at, c.allowed, got, c.want)
		}
	}
}

// TestJarKeepsApart: what is not kept for the sake of another host's cookies.
func TestJarKeepsApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, value, want string
	}{
		{"https://shop.test/", "a=1; Domain=test", "public-suffix"},
		{"https://shop.co.uk/", "a=1; Domain=co.uk", "public-suffix"},
		{"https://shop.co.uk/", "a=1; Domain=.shop.CO.UK", ""},
		{"https://co.uk/", "a=1; Domain=co.uk", ""}, // as one for that host only
		{"https://SHOP.test/", "a=1; Domain=shop.test", ""},
		{"http://127.0.0.1/", "a=1; Domain=127.0.0.1", ""},
		{"http://127.0.0.1/", "a=1; Domain=0.0.1", "foreign-domain"},
		{"https://shop.test/", "__Host-a=1; Path=/", "host-prefix"},
		{"https://shop.test/", "=__host-a=1; Path=/; Secure", "nameless-prefix"},
		{"https://shop.test/", "__Secure-a", "nameless-prefix"},
		{"https://shop.test/", "nameless", ""},
	} {
		u, err := url.Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		var j Jar
		if got := j.Set(u, c.value, exampleDate(), false); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.from, c.value, got, c.want)
		}
	}
}

// TestJarSecureStays: over plain HTTP nobody sets a cookie that would stand in
// place of a Secure one, or before it (§5.7).
func TestJarSecureStays(t *testing.T) {
	t.Parallel()
	secure, err := url.Parse("https://shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, value, want string }{
		{"http://shop.test/", "sid=evil", "secure-stays"},
		{"http://shop.test/", "sid=evil; Max-Age=0", "secure-stays"},
		{"http://www.shop.test/", "sid=evil; Domain=shop.test", "secure-stays"},
		{"http://www.shop.test/", "sid=evil", "secure-stays"},
		{"http://shop.test/cart/", "sid=evil", "secure-stays"}, // it would come first in /cart/
		{"http://shop.test/", "sid=evil; Path=/other", "secure-stays"},
		{"http://shop.test/", "other=1", ""},
		{"http://sister.test/", "sid=1", ""},
		{"https://shop.test/", "sid=2", ""},
	} {
		u, err := url.Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		var j Jar
		if why := j.Set(secure, "sid=1; Secure; Path=/; Domain=shop.test", exampleDate(), false); why != "" {
			t.Fatal(why)
		}
		if got := j.Set(u, c.value, exampleDate(), false); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.from, c.value, got, c.want)
		}
	}
	var above Jar // for the whole domain, over one host's
	host, err := url.Parse("https://www.shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	if why := above.Set(host, "sid=1; Secure; Path=/", exampleDate(), false); why != "" {
		t.Fatal(why)
	}
	sister, err := url.Parse("http://sister.shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	if got := above.Set(sister, "sid=evil; Domain=shop.test", exampleDate(), false); got != "secure-stays" {
		t.Errorf("from a sister of the host: %q", got)
	}
	var j Jar // what is Secure below /cart says nothing of what is above
	if why := j.Set(secure, "sid=1; Secure; Path=/cart", exampleDate(), false); why != "" {
		t.Fatal(why)
	}
	plain, err := url.Parse("http://shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	if got := j.Set(plain, "sid=2; Path=/", exampleDate(), false); got != "" {
		t.Errorf("above it: %q", got)
	}
}

// TestSite: which hosts are one site, beside the list of public suffixes.
func TestSite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://shop.test", "https://www.SHOP.test", true},
		{"https://shop.test", "http://shop.test", false},
		{"https://shop.test", "https://evil.test", false},
		{"https://a.co.uk", "https://b.co.uk", false},
		{"https://a.b.co.uk", "https://c.b.co.uk", true},
		{"http://shop.localhost", "http://evil.localhost", false},
		{"http://127.0.0.1:80", "http://127.0.0.1:8080", true},
		{"http://127.0.0.1", "http://127.0.1.1", false},
	} {
		a, err := url.Parse(c.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := url.Parse(c.b)
		if err != nil {
			t.Fatal(err)
		}
		if got := site(a) == site(b); got != c.same {
			t.Errorf("%s and %s are one site: %v", c.a, c.b, got)
		}
	}
}

// TestJarLimits: a jar keeps 50 cookies of a domain and 3000 in all, and makes room
// by what was not used for the longest time, Secure cookies last.
func TestJarLimits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(host string) *url.URL { return &url.URL{Scheme: "https", Host: host, Path: "/"} }
	var j Jar
	set := func(host, cookie string) {
		t.Helper()
		now = now.Add(time.Second)
		if refused := j.Set(at(host), cookie, now, false); refused != "" {
			t.Fatalf("%s: %s", cookie, refused)
		}
	}
	names := func(host string) (all []string) {
		for _, c := range j.cookies {
			if c.Host == host {
				all = append(all, c.Name)
			}
		}
		return all
	}
	set("a.example", "guarded=1; Secure")
	set("a.example", "used=1; Path=/")
	for i := range maxOfDomain - 2 {
		set("a.example", fmt.Sprintf("c%d=1; Path=/only", i))
	}
	now = now.Add(time.Second)
	if sent := j.get(at("a.example"), now, situation{}); len(sent) != 2 {
		t.Fatalf("%d were sent", len(sent))
	}
	set("a.example", "one-more=1")
	if got := names("a.example"); len(got) != maxOfDomain || slices.Contains(got, "c0") || !slices.Contains(got, "used") || !slices.Contains(got, "c1") {
		t.Errorf("after one more: %d, %q", len(got), got)
	}
	for i := range maxOfDomain {
		set("a.example", fmt.Sprintf("late%d=1", i))
	}
	if got := names("a.example"); len(got) != maxOfDomain || !slices.Contains(got, "guarded") || slices.Contains(got, "used") {
		t.Errorf("after as many again: %q", got)
	}
	for i := range maxCookies {
		set(fmt.Sprintf("h%d.example", i/maxOfDomain), fmt.Sprintf("c%d=1", i))
	}
	if got := len(j.cookies); got != maxCookies {
		t.Errorf("%d in all", got)
	}
	if got := names("a.example"); len(got) != 0 {
		t.Errorf("the oldest of all are still there: %q", got)
	}
}
