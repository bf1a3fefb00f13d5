package httpdemo

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/publicsuffix"
)

// TestJarBesideNetHTTP lets net/http/cookiejar judge: the same Set-Cookie fields,
// the same cookies for each address at each time, in the same order. It knows
// RFC 6265 alone, so only what that has is asked: no SameSite, no prefixes,
// Secure over https only, and no name of which one cookie is the host's own and
// another has that host as its Domain, which RFC 6265bis alone keeps apart.
func TestJarBesideNetHTTP(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 6265))
			judge, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
			if err != nil {
				t.Fatal(err)
			}
			var ours Jar
			var said []string
			sent := 0
			for range 80 {
				time.Sleep(time.Duration(1+r.IntN(20_000)) * time.Millisecond) // of the bubble's time
				from := anyURL(r)
				value := anySetCookie(r)
				said = append(said, from.String()+" "+value)
				if why := ours.Set(from, value, time.Now(), false); why == "malformed" {
					t.Fatalf("%q is malformed", value)
				}
				c, err := http.ParseSetCookie(value)
				if err != nil {
					t.Fatalf("%q: %v", value, err)
				}
				for _, host := range anyHost {
					judge.Cookies(&url.URL{Scheme: "https", Host: host}) // it forgets what has expired only when it is asked
				}
				judge.SetCookies(from, []*http.Cookie{c})
				to := anyURL(r)
				var got, want []string
				for _, c := range ours.get(to, time.Now(), situation{}) {
					got = append(got, c.pair())
				}
				for _, c := range judge.Cookies(to) {
					want = append(want, c.Name+"="+c.Value)
				}
				sent += len(want)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("seed %d: to %s go %v, and cookiejar sends %v, after\n%s", seed, to, got, want, strings.Join(said, "\n"))
				}
			}
			if sent < 20 {
				t.Errorf("seed %d: %d cookies were sent in all: the test says little", seed, sent)
			}
		})
	}
}

var anyHost = []string{"shop.test", "www.shop.test", "a.www.shop.test", "other.test", "SHOP.test", "b.co.uk", "x.b.co.uk", "co.uk", "127.0.0.1", "localhost"}

func anyURL(r *rand.Rand) *url.URL {
	paths := []string{"", "/", "/cart", "/cart/", "/cart/add", "/cartoon", "/a/b/c"}
	return &url.URL{Scheme: "https", Host: anyHost[r.IntN(len(anyHost))], Path: paths[r.IntN(len(paths))]}
}

// anySetCookie is one that both jars can be asked about.
func anySetCookie(r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	parts := []string{pick("a", "b", "c") + "=" + fmt.Sprint(r.IntN(1000))}
	if r.IntN(3) == 0 {
		parts[0] = "of-domain-" + parts[0]
		parts = append(parts, "Domain="+pick("shop.test", ".shop.test", "www.shop.test", "SHOP.TEST", "test", "co.uk", "b.co.uk", "127.0.0.1", "localhost", "evil.test"))
	}
	if r.IntN(2) == 0 {
		parts = append(parts, "Path="+pick("/", "/cart", "/cart/", "/a/b", "cart", ""))
	}
	if r.IntN(3) == 0 {
		parts = append(parts, "Max-Age="+pick("0", "-1", "10", "60", "100000"))
	}
	if r.IntN(4) == 0 {
		at := time.Now().Add(time.Duration(r.IntN(100)-20) * time.Second).UTC()
		parts = append(parts, "Expires="+at.Format(pick(http.TimeFormat, "Mon, 02-Jan-2006 15:04:05 MST")))
	}
	if r.IntN(4) == 0 {
		parts = append(parts, pick("Secure", "HttpOnly"))
	}
	r.Shuffle(len(parts)-1, func(i, k int) { parts[i+1], parts[k+1] = parts[k+1], parts[i+1] })
	return strings.Join(parts, "; ")
}

// FuzzJar: whatever a server sends, what goes back to it is no longer than the
// limit, ends no line of a request, and is gone when it is taken back.
func FuzzJar(f *testing.F) {
	for _, s := range []string{
		"a=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60", "__Host-a=1; Secure; Path=/", "a=1; Domain=.shop.test; Expires=Sun, 06 Nov 1994 08:49:38 GMT",
		"nameless", "=", "a=\x00", "a=1; Path=/\r\nSet-Cookie: b=2", "a=1; Domain=test", "a=1; Max-Age=-9223372036854775809",
	} {
		f.Add(s)
	}
	u := &url.URL{Scheme: "https", Host: "shop.test", Path: "/cart/add"}
	f.Fuzz(func(t *testing.T, value string) {
		var j Jar
		now := exampleDate()
		why := j.Set(u, value, now, false)
		back := j.get(u, now, situation{})
		if why != "" && len(j.cookies) > 0 || len(j.cookies) > 1 {
			t.Fatalf("%q is refused (%q), and kept: %v", value, why, j.cookies)
		}
		for _, c := range back {
			if len(c.Name)+len(c.Value) > maxCookie || strings.ContainsAny(c.pair(), "\r\n\x00;") {
				t.Fatalf("%q goes back as %q", value, c.pair())
			}
			if !c.Ends.IsZero() && (!c.Ends.After(now) || c.Ends.Sub(now) > 400*24*time.Hour) {
				t.Fatalf("%q ends at %v", value, c.Ends)
			}
		}
		if j.Set(u, value+"; Max-Age=0", now, false); len(j.get(u, now, situation{})) > 0 {
			t.Fatalf("%q cannot be taken back", value)
		}
	})
}
