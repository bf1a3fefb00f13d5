package http1_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// life tells what happens to cookies: each step is "client second request
// fields" and "-> response fields".
func life(steps ...string) (facts []string, tale http1.Tale) {
	for i, step := range steps {
		asked, answered, _ := strings.Cut(step, "->")
		parts := strings.SplitN(strings.TrimSpace(asked), " ", 4)
		parts = append(parts, "")
		client := netip.MustParseAddrPort("10.0.0." + parts[0] + ":1")
		var seconds int
		fmt.Sscan(parts[1], &seconds)
		at := start.Add(time.Duration(seconds) * time.Second)
		request := &http1.Message{
			Request: true, Exchange: 1, Target: parts[2], Span: http1.Span{FirstTime: at, LastTime: at, FirstFrame: 2*i + 1},
			Fields: []http1.Field{{Name: "Host", Value: "www.a.example:8080"}},
		}
		if parts[3] != "" {
			request.Fields = append(request.Fields, http1.Field{Name: "Cookie", Value: parts[3]})
		}
		response := &http1.Message{Status: 200, Exchange: 1, Span: http1.Span{FirstTime: at, LastTime: at, FirstFrame: 2*i + 2}}
		for set := range strings.SplitSeq(answered, "|") {
			if set = strings.TrimSpace(set); set != "" {
				response.Fields = append(response.Fields, http1.Field{Name: "set-cookie", Value: set})
			}
		}
		for _, m := range []*http1.Message{request, response} {
			_, _, all := tale.Add(client, netip.MustParseAddrPort("10.0.0.9:80"), i, m)
			for _, f := range all {
				facts = append(facts, strings.TrimSpace(fmt.Sprintf("%s %s=%s %d %s%s", f.Act, f.Name, f.Value, f.SetFrame, f.SetHost, f.SetPath)))
			}
		}
	}
	return facts, tale
}

func TestCookieLives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		steps []string
		want  []string
	}{
		{"set and returned", []string{"1 0 / -> sid=abc", "1 1 /x sid=abc"}, []string{"set sid=abc 0", "returned sid=abc 2"}},
		{"never set", []string{"1 0 / sid=abc; b=c"}, []string{"never-set sid=abc 0", "never-set b=c 0"}},
		{"for another domain", []string{"1 0 / -> sid=abcdefgh; Domain=b.example", "1 1 / -> sid=abcdefgh", "1 2 / sid=abcdefgh", "1 3 / -> sid=abcdefgh; Domain=b.example"}, []string{
			"ignored sid=abcdefgh 0", "set sid=abcdefgh 0", "returned sid=abcdefgh 4", "ignored sid=abcdefgh 0",
		}},
		{"for another domain, and brought back", []string{"1 0 / -> sid=abcdefgh; Domain=b.example", "1 1 / sid=abcdefgh", "2 2 / sid=abcdefgh"}, []string{
			"ignored sid=abcdefgh 0", "other-host sid=abcdefgh 2 b.example", "never-set sid=abcdefgh 0",
		}},
		{"changed, renewed, removed", []string{"1 0 / -> sid=a", "1 1 / sid=a -> sid=b", "1 2 / sid=b -> sid=b", "1 3 / sid=b -> sid=; Max-Age=0", "1 4 /"}, []string{
			"set sid=a 0", "returned sid=a 2", "changed sid=b 2", "returned sid=b 4", "renewed sid=b 4", "returned sid=b 6", "removed sid= 6",
		}},
		{"removed by a date, and sent all the same", []string{"1 0 / -> sid=a", "1 1 / -> sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "1 2 / sid=a"}, []string{"set sid=a 0", "removed sid=x 2", "expired sid=a 2"}},
		{"sent after its end", []string{"1 0 / -> sid=a; max-age=60", "1 60 / sid=a", "1 61 / sid=a"}, []string{"set sid=a 0", "returned sid=a 2", "expired sid=a 2"}},
		{"Max-Age wins over Expires", []string{"1 0 / -> sid=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9"}, []string{"set sid=a 0"}},
		{ // a laptop's cookie, then a phone's, at one address
			"two browsers at one address",
			[]string{"1 0 / -> sid=laptop", "1 1 / -> sid=phone", "1 2 / sid=laptop", "1 3 / sid=phone", "1 4 / sid=forged", "1 5 / sid=laptop -> sid=; Max-Age=0", "1 6 / sid=phone", "1 7 / sid=laptop"},
			[]string{
				"set sid=laptop 0", "set sid=phone 2", "earlier sid=laptop 2", "returned sid=phone 4", "altered sid=forged 4",
				"earlier sid=laptop 2", "removed sid= 2", "returned sid=phone 4", "expired sid=laptop 2",
			},
		},
		{
			"one of two browsers gets another value",
			[]string{"1 0 / -> sid=laptop", "1 1 / -> sid=phone", "1 2 / sid=laptop -> sid=laptop2", "1 3 / sid=phone", "1 4 / -> sid=; Max-Age=0", "1 5 / sid=laptop2"},
			[]string{"set sid=laptop 0", "set sid=phone 2", "earlier sid=laptop 2", "changed sid=laptop2 2", "earlier sid=phone 4", "removed sid= 0", "returned sid=laptop2 6"},
		},
		{
			"another client's earlier value",
			[]string{"1 0 / -> sid=0123456789", "1 1 / sid=0123456789 -> sid=later", "2 2 / sid=0123456789"},
			[]string{"set sid=0123456789 0", "returned sid=0123456789 2", "changed sid=later 2", "elsewhere sid=0123456789 2"},
		},
		{
			"an earlier value that had ended",
			[]string{"1 0 / -> sid=a; Max-Age=5", "1 9 / -> sid=b", "1 10 / sid=a"},
			[]string{"set sid=a 0", "set sid=b 2", "expired sid=a 2"},
		},
		{"altered", []string{"1 0 / -> sid=a", "1 1 / sid=b"}, []string{"set sid=a 0", "altered sid=b 2"}},
		{"another client's", []string{"1 0 / -> sid=0123456789", "2 1 / sid=0123456789"}, []string{"set sid=0123456789 0", "elsewhere sid=0123456789 2"}},
		{"another client's, instead of its own", []string{"1 0 / -> sid=0123456789", "2 1 / -> sid=mine", "2 2 / sid=0123456789"}, []string{"set sid=0123456789 0", "set sid=mine 0", "elsewhere sid=0123456789 2"}},
		{"the same by chance", []string{"1 0 / -> theme=dark", "2 1 / theme=dark"}, []string{"set theme=dark 0", "never-set theme=dark 0"}},
		{"paths are cookies of their own", []string{"1 0 /a/b -> k=1; Path=/a|k=2; Path=/", "1 1 /a/c k=1; k=2"}, []string{"set k=1 0", "set k=2 0", "returned k=1 2", "returned k=2 2"}},
		{"a domain above the host", []string{"1 0 / -> k=1; Domain=.A.example", "1 1 / k=1"}, []string{"set k=1 0", "returned k=1 2"}},
		{ // RFC 6265 §5.4: what one host has given is for no other
			"another host's",
			[]string{"1 0 / -> sid=0123456789|theme=dark", "1 1 http://b.example/x sid=0123456789; theme=dark", "1 2 http://www.A.example/x sid=0123456789"},
			[]string{"set sid=0123456789 0", "set theme=dark 0", "other-host sid=0123456789 2 www.a.example", "never-set theme=dark 0", "returned sid=0123456789 2"},
		},
		{
			"another host's, instead of its own",
			[]string{"1 0 / -> sid=0123456789", "1 1 http://b.example/ -> sid=own", "1 2 http://b.example/ sid=0123456789", "1 3 http://b.example/ sid=altered"},
			[]string{"set sid=0123456789 0", "set sid=own 0", "other-host sid=0123456789 2 www.a.example", "altered sid=altered 4"},
		},
		{
			"another client's of this host before that of another one",
			[]string{"1 0 / -> sid=0123456789", "1 1 http://b.example/ -> sid=0123456789", "2 2 / sid=0123456789", "2 3 http://c.example/ sid=0123456789"},
			[]string{"set sid=0123456789 0", "set sid=0123456789 0", "elsewhere sid=0123456789 2", "elsewhere sid=0123456789 2"},
		},
		{ // RFC 6265 §5.1.4
			"paths that match and paths that do not",
			[]string{"1 0 / -> p=1; Path=/sub", "1 1 /other p=1", "1 2 /sub?x=/sub p=1", "1 3 /sub/y p=1", "1 4 /subway p=1", "1 5 /%73ub p=1", "1 6 //sub p=1"},
			[]string{"set p=1 0", "other-path p=1 2 /sub", "returned p=1 2", "returned p=1 2", "other-path p=1 2 /sub", "other-path p=1 2 /sub", "other-path p=1 2 /sub"},
		},
		{
			"the path of who sets it",
			[]string{"1 0 /a/b/c?d=/e -> p=1", "1 1 /a/b p=1", "1 2 /a p=1", "1 3 http://www.a.example/a/b/x p=1", "1 4 http://www.a.example?/a/b p=1"},
			[]string{"set p=1 0", "returned p=1 2", "other-path p=1 2 /a/b", "returned p=1 2", "other-path p=1 2 /a/b"},
		},
		{"of another path it is not altered", []string{"1 0 / -> p=1; Path=/sub", "1 1 /other p=2", "1 2 /sub p=2"}, []string{"set p=1 0", "never-set p=2 0", "altered p=2 2"}},
		{
			"removed at one path, alive at the other",
			[]string{"1 0 /a/b -> k=1", "1 1 / -> k=1", "1 2 /a/b -> k=; Max-Age=0", "1 3 /a/b k=1"},
			[]string{"set k=1 0", "set k=1 0", "removed k= 2", "returned k=1 4"},
		},
		{
			"an earlier value that fits, not the latest of another path",
			[]string{"1 0 / -> k=1", "1 1 / -> k=2", "1 2 / -> k=1; Path=/sub", "1 3 /x k=1"},
			[]string{"set k=1 0", "set k=2 2", "set k=1 0", "earlier k=1 2"},
		},
		{ // draft-ietf-httpbis-rfc6265bis §5.6, §5.8.3
			"without a name",
			[]string{"1 0 / -> a value|b=c", "1 1 / a value; b=c; =a value;; =", "1 2 / -> =; Max-Age=0|=x; Max-Age=0"},
			[]string{"set =a value 0", "set b=c 0", "returned =a value 2", "returned b=c 2", "returned =a value 2", "removed =x 2"},
		},
		{"no life to speak of", []string{"1 0 / -> k=1; Max-Age=-5", "1 1 / k=1"}, []string{"removed k=1 0", "never-set k=1 0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := life(tt.steps...); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
	_, tale := life("1 0 / -> a=1|b=2", "1 1 / a=1 -> b=; Max-Age=0")
	kept := tale.Cookies()
	if len(kept) != 2 || kept[0].LastFrame != 3 || kept[1].LastFrame != 0 || !kept[1].Removed || kept[0].Removed {
		t.Errorf("kept %+v, %+v", kept[0], kept[1])
	}
}

// A new value has not been brought back, whatever the one before was.
func TestNewValueNotBroughtBack(t *testing.T) {
	t.Parallel()
	_, tale := life("1 0 / -> a=1", "1 1 / a=1", "1 2 / a=1 -> a=2")
	k := tale.Cookies()[0]
	if k.SetFrame != 6 || k.LastFrame != 0 || !k.LastTime.IsZero() || k.Earlier != 1 {
		t.Errorf("%+v", k)
	}
}

// Only a request to where a cookie belongs, while it lasts, tells that it was not
// brought back.
func TestAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps []string
		asked bool
	}{
		{[]string{"1 0 / -> a=1"}, false},
		{[]string{"1 0 / -> a=1", "1 1 /"}, true},
		{[]string{"1 0 / -> a=1", "2 1 /"}, false},
		{[]string{"1 0 / -> a=1; Path=/x", "1 1 /y"}, false},
		{[]string{"1 0 / -> a=1; Path=/x", "1 1 /y", "1 2 /x/z"}, true},
		{[]string{"1 0 / -> a=1; Domain=a.example", "1 1 /"}, true},
		{[]string{"1 0 / -> a=1; Max-Age=5", "1 6 /"}, false},
		{[]string{"1 0 / -> a=1", "1 1 / -> a=2"}, false},
		{[]string{"1 0 / -> a=1", "1 1 / -> a=1"}, true},
	} {
		_, tale := life(c.steps...)
		if k := tale.Cookies()[0]; k.Asked != c.asked {
			t.Errorf("%q: asked for %v, want %v", c.steps, k.Asked, c.asked)
		}
	}
}

// What was removed was not brought back after that, whoever sends it; set anew, it
// has not been brought back since.
func TestRemovedNotBroughtBack(t *testing.T) {
	t.Parallel()
	steps := []string{"1 0 / -> a=1", "1 1 / a=1", "1 2 / -> a=; Max-Age=0", "1 3 / a=1"}
	facts, tale := life(steps...)
	k := tale.Cookies()[0]
	if k.LastFrame != 3 || !k.Removed || k.RemovedFrame != 6 || !k.RemovedTime.Equal(start.Add(2*time.Second)) || facts[3] != "expired a=1 2" {
		t.Errorf("%+v, %q", k, facts)
	}
	_, tale = life(append(steps, "1 4 / -> a=1")...)
	if k := tale.Cookies()[0]; k.Removed || k.SetFrame != 10 || !k.LastTime.IsZero() {
		t.Errorf("%+v", k)
	}
	_, tale = life("1 0 / -> a=1; Max-Age=5", "1 1 / a=1", "1 6 / a=1")
	if k := tale.Cookies()[0]; k.LastFrame != 3 {
		t.Errorf("%+v", k)
	}
}

// Where no request named the host, a cookie may belong to any name of that server.
func TestCookiesOfUnnamedHosts(t *testing.T) {
	t.Parallel()
	const set, send = "sid=0123456789; Domain=a.example", "sid=0123456789"
	var tale http1.Tale
	client := netip.MustParseAddrPort("10.0.0.1:1")
	add := func(server string, exchange int, m http1.Message) (acts string) {
		m.Exchange = exchange
		_, _, facts := tale.Add(client, netip.MustParseAddrPort(server), 1, &m)
		for _, f := range facts {
			acts += f.Act.String() + strings.Join(f.Problems, " ")
		}
		return acts
	}
	response := http1.Message{Status: 200, Fields: []http1.Field{{Name: "Set-Cookie", Value: send}}}
	domain := http1.Message{Status: 200, Fields: []http1.Field{{Name: "Set-Cookie", Value: set}}}
	ask := func(host string) http1.Message {
		m := http1.Message{Request: true, Target: "/", Fields: []http1.Field{{Name: "Cookie", Value: send}}}
		if host != "" {
			m.Fields = append(m.Fields, http1.Field{Name: "Host", Value: host})
		}
		return m
	}
	for i, c := range []struct{ got, want string }{
		{add("10.0.0.9:80", 0, response), "set"},
		{add("10.0.0.9:8080", 1, ask("a.example")), "returned"},
		{add("10.0.0.8:80", 2, ask("b.example")), "other-host"},
		{add("10.0.0.8:80", 3, ask("")), "other-host"},
		{add("10.0.0.7:80", 0, domain), "set"},
		{add("10.0.0.7:80", 4, ask("")), "returned"},
		{add("10.0.0.6:80", 5, ask("[::1]:80")), "other-host"},
		{add("10.0.0.6:80", 5, response), "set"},
		{add("10.0.0.5:80", 6, ask("[::1]")), "returned"},
	} {
		if c.got != c.want {
			t.Errorf("step %d: %s, want %s", i, c.got, c.want)
		}
	}
}

// Of a flood of values so many are remembered; of what may have been one of the
// others nobody says that it was altered.
func TestManyValues(t *testing.T) {
	t.Parallel()
	var steps []string
	for i := range 1002 {
		steps = append(steps, fmt.Sprintf("1 0 / -> sid=v%d", i))
	}
	facts, _ := life(append(steps, "1 1 / sid=v1", "1 1 / sid=v0")...)
	if got := facts[1002:]; !slices.Equal(got, []string{"earlier sid=v1 4", "unsure sid=v0 2004"}) {
		t.Error(got)
	}
	steps = nil
	for i := range 21 {
		for j := range 1001 {
			steps = append(steps, fmt.Sprintf("1 0 / -> c%d=%d-%d", i, i, j))
		}
	}
	facts, _ = life(append(steps, "1 1 / c19=19-0; c20=20-0")...)
	if got := facts[21*1001:]; got[0] != "earlier c19=19-0 38040" || !strings.HasPrefix(got[1], "unsure c20=20-0 ") {
		t.Error(got)
	}
}

func TestParseSetCookie(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	tests := []struct {
		in   string
		want http1.SetCookie
		ok   bool
	}{
		{"a=b", http1.SetCookie{Name: "a", Value: "b"}, true},
		{" a = b c ; Secure; HttpOnly ; secure=x;Partitioned", http1.SetCookie{Name: "a", Value: "b c", Secure: true, HTTPOnly: true, Partitioned: true}, true},
		{"a=b; Path=/x; path=y; DOMAIN=.Example.COM; SameSite=Lax", http1.SetCookie{Name: "a", Value: "b", Domain: "example.com", SameSite: "Lax"}, true},
		{"a=b; Max-Age=9; max-age=x; Max-Age=-1", http1.SetCookie{Name: "a", Value: "b", HasMaxAge: true, MaxAge: -1}, true},
		{"a=b; Max-Age=+1", http1.SetCookie{Name: "a", Value: "b"}, true},
		{"a=b; Expires=Wed, 06 May 2026 07:08:09 GMT", http1.SetCookie{Name: "a", Value: "b", HasExpires: true, Expires: at}, true},
		{"a=b; expires=Wed, 06-May-2026 07:08:09 GMT", http1.SetCookie{Name: "a", Value: "b", HasExpires: true, Expires: at}, true},
		{"a=b; expires=Wed, 06-May-26 07:08:09 GMT", http1.SetCookie{Name: "a", Value: "b", HasExpires: true, Expires: at}, true},
		{"a=b; expires=soon", http1.SetCookie{Name: "a", Value: "b"}, true},
		{"only a value", http1.SetCookie{Value: "only a value"}, true},
		{"a=", http1.SetCookie{Name: "a"}, true},
		{"=", http1.SetCookie{}, false},
		{"", http1.SetCookie{}, false},
		{"a=b\x00c", http1.SetCookie{Name: "a", Value: "b\x00c"}, false},
	}
	for _, tt := range tests {
		got, ok := http1.ParseSetCookie(tt.in)
		got.Expires = got.Expires.UTC()
		tt.want.Expires = tt.want.Expires.UTC()
		if got != tt.want || ok != tt.ok {
			t.Errorf("%q: %+v, %v", tt.in, got, ok)
		}
	}
}

func TestCookieProblems(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a=b":                             "",
		"a=b; Secure":                     "secure-over-plain-http",
		"a=b; SameSite=None":              "samesite-none-without-secure",
		"__Secure-a=b":                    "secure-prefix",
		"__host-a=b; Secure; Path=/x":     "secure-over-plain-http host-prefix",
		"a=b; Partitioned":                "partitioned-without-secure",
		"a=b; Domain=other.example":       "foreign-domain",
		"a=b; Domain=a.example":           "",
		"a=b; Domain=example":             "", // who keeps a list of public suffixes would refuse it
		"a=" + strings.Repeat("b", 5000):  "too-long",
		"a=b; Path=/x; Domain=xa.example": "foreign-domain",
	}
	for in, want := range tests {
		c, _ := http1.ParseSetCookie(in)
		if got := strings.Join(c.Problems("www.a.example"), " "); got != want {
			t.Errorf("%.60q: %q, want %q", in, got, want)
		}
	}
}

// What the browser's own machine sends is trustworthy to it also over plain HTTP.
func TestSecureOnLoopback(t *testing.T) {
	t.Parallel()
	c, _ := http1.ParseSetCookie("__Host-a=b; Secure; Path=/")
	for host, loopback := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "app.localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "[::1]": true,
		"notlocalhost": false, "localhost.example": false, "128.0.0.1": false, "::2": false, "": false, "127.0.0.1.example": false,
	} {
		if trusted := len(c.Problems(host)) == 0; trusted != loopback || http1.Loopback(host) != loopback {
			t.Errorf("%q: %v, problems %v", host, http1.Loopback(host), c.Problems(host))
		}
	}
}

// Who asks is said in many places.
func TestCredentialPlaces(t *testing.T) {
	t.Parallel()
	const id, form = "qC9vh7Gng1MmN3gFr6umlNetFqZceAHMygAxxeL0QZY", "application/x-www-form-urlencoded"
	tests := []struct{ target, field, value, kind, body, want string }{
		{"/", "Session-Id", id, "", "", "field Session-Id=" + id},
		{"/", "X-API-TOKEN", "k", "", "", "field X-API-TOKEN=k"},
		{"/p?page=2&sid=" + id, "", "", "", "", "target sid=" + id},
		{"/p;jsessionid=" + id + "?a=b", "", "", "", "", "target jsessionid=" + id},
		{"/p?access_token=" + jwt, "", "", "", "", "target access_token=" + jwt},
		{"/p?session=morning&v=8f14e45fceea167a5a36dedd4bea2543", "", "", "", "", "target session=morning ?"},
		{"/p?sid=abc123&sid=", "", "", "", "", "target sid=abc123 ?"},
		{"/p?token=" + jwt, "", "", "", "", "target token=" + jwt},
		{"/p?token=" + id, "", "", "", "", "target token=" + id},
		{"/p?access_token=zzz", "", "", "", "", "target access_token=zzz"},
		{"/p?password=secret&user=bob", "", "", "", "", "target password= bob"},
		{"/", "Proxy-Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "", "", "field Proxy-Authorization= Aladdin"},
		{"/", "", "", form, "_token=" + id, "form _token=" + id + " ?"},
		{"/", "", "", "application/json", `{"token":"` + jwt + `"}`, "json token=" + jwt + " ?"},
		{"/", "", "", form, "username=al%20ex&password=secret", "form password= al ex"},
		{"/", "", "", form + "; charset=utf-8", "sid=" + id, "form sid=" + id},
		{"/", "", "", "application/json", `{"user":"alex","passWord":"secret","n":1}`, "json passWord= alex"},
		{"/", "", "", "application/json", `[{"password":"secret"}]`, ""},
		{"/", "", "", "text/plain", "password=secret", ""},
		{"/", "", "", form, "amount=3", ""},
	}
	for _, tt := range tests {
		m := &http1.Message{Request: true, Target: tt.target, Body: []byte(tt.body), Fields: []http1.Field{{Name: tt.field, Value: tt.value}, {Name: "Content-Type", Value: tt.kind}}}
		got := ""
		for _, c := range m.Credentials() {
			got += strings.TrimSpace(fmt.Sprintf("%s %s=%s %s", c.In, c.Field, c.Token, c.User))
			if c.Unsure {
				got += " ?"
			}
		}
		if got != tt.want {
			t.Errorf("%s %s %s: %q, want %q", tt.target, tt.field, tt.body, got, tt.want)
		}
		if strings.Contains(fmt.Sprint(m.Credentials()), "secret") {
			t.Errorf("the password is shown: %+v", m.Credentials())
		}
	}
}

// Credentials of a long body do not hold it in memory. It measures the heap, and so
// runs alone.
func TestCredentialsHoldNoBody(t *testing.T) {
	const messages, most = 200, 1 << 20
	body := []byte("user=jisoo&pwd=p&sid=qC9vh7Gng1MmN3gFr6umlNetFqZceAHMygAxxeL0QZY&rest=" + strings.Repeat("x", http1.CredentialBody-100))
	m := &http1.Message{Request: true, Target: "/", Body: body, Fields: []http1.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}}
	heap := func() int64 {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	before := heap()
	var all []http1.Credential
	for range messages {
		all = append(all, m.Credentials()...)
	}
	if grown := heap() - before; grown > most || len(all) != 2*messages {
		t.Errorf("%d credentials hold %d bytes", len(all), grown)
	}
	runtime.KeepAlive(all)
}

// The example of RFC 7519 §3.1.
const jwt = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func TestCredentials(t *testing.T) {
	t.Parallel()
	m := &http1.Message{Fields: []http1.Field{
		{Name: "Authorization", Value: "Bearer " + jwt},
		{Name: "authorization", Value: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		{Name: "X-API-Key", Value: "k"},
		{Name: "Accept", Value: jwt},
	}}
	all := m.Credentials()
	if len(all) != 3 {
		t.Fatalf("%+v", all)
	}
	if j := all[0].JWT; j == nil || j.Algorithm != "HS256" || j.Issuer != "joe" || j.Signature != 32 || !j.Expires.Equal(time.Unix(1300819380, 0)) {
		t.Errorf("%+v", all[0])
	}
	if all[1].User != "Aladdin" || all[1].Token != "" {
		t.Errorf("%+v", all[1])
	}
	if all[2].Scheme != "" || all[2].Token != "k" {
		t.Errorf("%+v", all[2])
	}
	for _, bad := range []string{"", "ey.ey.ey", "a.b.c", jwt[1:], jwt + ".x", strings.Replace(jwt, ".", "..", 1), "ey" + strings.Repeat("J", 20000) + ".eyJ9.", "eyJ9.eyJ9."} {
		if _, ok := http1.ParseJWT(bad); ok {
			t.Errorf("%.40q was taken for a token", bad)
		}
	}
}

func TestRecognise(t *testing.T) {
	t.Parallel()
	tests := map[string]http1.ValueKind{
		"PHPSESSID=m2sef3f20ck5sdgt62vi9f4kv0": http1.ValueSession,
		"sid=1":                                http1.ValuePlain,
		"theme=dark":                           http1.ValuePlain,
		"x=8f14e45fceea167a5a36dedd4bea2543":   http1.ValueSession,
		"__utma=247384155.1796325982.1391406303.139234887.1":    http1.ValuePlain,
		"count=12345678901234567890123456789012345678901234567": http1.ValuePlain,
		"t=" + jwt: http1.ValueToken,
	}
	for in, want := range tests {
		name, value, _ := strings.Cut(in, "=")
		if got := http1.Recognise(name, value); got != want {
			t.Errorf("%.50q: %q, want %q", in, got, want)
		}
	}
}

// FuzzState: cookies and tokens of any bytes are read without harm, and what is
// read of a cookie can be set and returned.
func FuzzState(f *testing.F) {
	f.Add("sid=abc; Path=/; Max-Age=60; SameSite=Lax", "sid=abc; b=c", "Bearer "+jwt)
	f.Add("a=b; Expires=Wed, 06-May-26 07:08:09 GMT; Domain=.x; Secure", "=; ;a", "Basic QQ==")
	f.Add("__Host-a=\x00", "a=b=c;", "ey.ey.ey")
	f.Fuzz(func(t *testing.T, set, cookie, authorization string) {
		request := &http1.Message{Request: true, Exchange: 1, Target: cookie, Fields: []http1.Field{
			{Name: "Cookie", Value: cookie}, {Name: "Authorization", Value: authorization}, {Name: "Host", Value: set},
		}}
		response := &http1.Message{Status: 200, Exchange: 1, Fields: []http1.Field{{Name: "Set-Cookie", Value: set}}}
		var tale http1.Tale
		client, server := netip.MustParseAddrPort("10.0.0.1:1"), netip.MustParseAddrPort("10.0.0.2:80")
		for range 2 {
			for _, m := range []*http1.Message{request, response} {
				if _, _, facts := tale.Add(client, server, 1, m); len(facts) > 300 {
					t.Fatalf("%d facts", len(facts))
				}
			}
		}
		if len(tale.Cookies()) > 1 {
			t.Fatalf("%d cookies of one field", len(tale.Cookies()))
		}
		for _, c := range request.Credentials() {
			if c.JWT != nil && (c.JWT.Signature < 0 || len(c.JWT.Claims) == 0) {
				t.Fatalf("%+v", c.JWT)
			}
		}
		http1.Recognise(set, cookie)
	})
}
