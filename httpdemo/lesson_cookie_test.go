package httpdemo_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo"
)

func statusesOf(all []exchange) (s []int) {
	for _, x := range all {
		s = append(s, x.status)
	}
	return s
}

// TestCookieWays: what the server makes of a cookie that its client has changed, and
// what the client can read, from the wire (C1).
func TestCookieWays(t *testing.T) {
	t.Parallel()
	r := performed(t, "cookie", 1)
	all := r.exchanges()
	plain := asked(all, "/cookie/plain")
	if s := statusesOf(plain); !slices.Equal(s, []int{204, 200}) || plain[1].cookie != "plain=user=user1&role=admin" || !strings.Contains(plain[1].answer, `"role":"admin"`) {
		t.Errorf("plain: %v, %q → %s; want the change believed", s, plain[1].cookie, plain[1].answer)
	}
	for way, readable := range map[string]bool{"signed": true, "encrypted": false} {
		x := asked(all, "/cookie/"+way)
		if s := statusesOf(x); !slices.Equal(s, []int{204, 200, 401}) {
			t.Fatalf("%s: %v, want it set, accepted, and refused after a change", way, s)
		}
		if x[1].cookie == x[2].cookie || x[1].cookie != way+"="+x[0].set[0].Value {
			t.Errorf("%s: sent %q, then %q", way, x[1].cookie, x[2].cookie)
		}
		raw, err := base64.RawURLEncoding.DecodeString(x[0].set[0].Value)
		if err != nil || strings.Contains(string(raw), "role=customer") != readable {
			t.Errorf("%s: %q, %v; readable should be %v", way, raw, err, readable)
		}
	}
	large := asked(all, "/cookie/large")
	if len(large) != 3 || len(large[0].set[0].Value) != 4096-len("large") || len(large[1].set[0].Value) != 4097-len("large") {
		t.Fatalf("large: %+v", large)
	}
	if got := len(large[2].cookie) - len("="); got < 4096 || !strings.Contains(large[2].answer, `"bytes":4096`) {
		t.Errorf("after 4096 and 4097 bytes came back %d: %s", got, large[2].answer)
	}
	if n := r.most(httpdemo.Server, trace.MemoryConversation); n != 0 {
		t.Errorf("the server remembered %d bytes of its clients", n)
	}
}

// TestCookieAttributes: each attack succeeds without the attribute and fails with
// it, by what the server and the attacker were sent (C1, E4).
func TestCookieAttributes(t *testing.T) {
	t.Parallel()
	r := performed(t, "cookie", 1)
	all := r.exchanges()

	taken := asked(all, "/evil/take")
	if len(taken) != 2 || !strings.HasPrefix(taken[0].target, "/evil/take?c=login%3D") || taken[1].target != "/evil/take?c=" {
		t.Errorf("HttpOnly: the attacker was sent %+v", taken)
	}
	gifts := append(asked(all, "/cookie/attackable/gift"), asked(all, "/cookie/gift")...)
	if s := statusesOf(gifts); !slices.Equal(s, []int{200, 401, 403}) || gifts[0].cookie == "" || gifts[1].cookie != "" || gifts[2].cookie == "" {
		t.Errorf("SameSite: %+v; want a gift, one without its cookie, and one refused for its origin", gifts)
	}
	neighbour := asked(all, "/cookie/attackable/neighbour")
	if len(neighbour) != 2 || !strings.Contains(neighbour[0].cookie, "login=") || neighbour[1].cookie != "" {
		t.Errorf("Path: the neighbour was sent %+v", neighbour)
	}
	account := asked(all, "/cookie/account")
	// Replay after XSS; with HttpOnly. Read on the wire; replayed; with Secure. Path
	// twice. Max-Age without; with, and a copy. Planted.
	if s := statusesOf(account); !slices.Equal(s, []int{200, 401, 200, 200, 401, 200, 200, 200, 401, 401, 200}) {
		t.Errorf("account: %v", s)
	}
	stolen, _, _ := strings.Cut(taken[0].target[len("/evil/take?c=login%3D"):], "&")
	if account[0].cookie != "login="+stolen {
		t.Errorf("the attacker sent %q, and had stolen %q", account[0].cookie, stolen)
	}
	if account[2].cookie != account[3].cookie || account[4].cookie != "" {
		t.Errorf("Secure: %q on the wire, %q replayed, %q with it", account[2].cookie, account[3].cookie, account[4].cookie)
	}
	if account[8].cookie != "" || account[9].cookie == "" {
		t.Errorf("Max-Age: %q from the browser, %q from a copy", account[8].cookie, account[9].cookie)
	}
	planted, host := account[10], asked(all, "/cookie/host-account")
	if !strings.Contains(planted.answer, "mallory") || len(host) != 1 || !strings.Contains(host[0].answer, "user1") {
		t.Errorf("__Host-: without it %s, with it %+v", planted.answer, host)
	}
	for _, x := range asked(all, "/evil/plant") {
		if len(x.set) != 1 || x.set[0].Domain != "shop.localhost" {
			t.Errorf("planted: %+v", x.set)
		}
	}
}

// TestCookiePages: the pages, and what they refuse.
func TestCookiePages(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "cookie")
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		method, path, kind, body string
		want                     int
		says                     string
	}{
		{"GET", "/cookie/", "", "", 200, "document.cookie"},
		{"GET", "/cookie/?lang=ko", "", "", 200, "속성"},
		{"GET", "/cookie/plain", "", "", 401, ""},
		{"GET", "/cookie/none", "", "", 404, ""},
		{"POST", "/cookie/none", form, "", 404, ""},
		{"POST", "/cookie/large", form, "bytes=9000", 422, ""},
		{"POST", "/cookie/large", form, "bytes=x", 422, ""},
		{"POST", "/cookie/large", "application/json", "{}", 415, ""},
		{"POST", "/cookie/login", form, "user=nobody", 422, ""},
		{"POST", "/cookie/login", form, "user=user1&path=x%3B%0d%0aA:b", 422, ""},
		{"POST", "/cookie/login", form, "user=user1&samesite=x", 422, ""},
		{"POST", "/cookie/gift", form, "to=mallory&points=1", 401, ""},
		{"POST", "/cookie/guestbook", form, "comment=", 422, ""},
		{"POST", "/cookie/guestbook", form, "comment=%3Cscript%3Ealert(1)%3C/script%3E", 303, ""},
		{"GET", "/cookie/guestbook", "", "", 200, "&lt;script&gt;alert(1)"},
		// What can be attacked is not there unless asked for.
		{"GET", "/cookie/attackable/guestbook", "", "", 404, ""},
		{"GET", "/cookie/attackable/neighbour", "", "", 404, ""},
		{"POST", "/cookie/attackable/gift", form, "to=mallory&points=1", 404, ""},
		{"GET", "/evil/", "", "", 404, ""},
	} {
		resp, body := s.send(c.method, c.path, c.kind, c.body)
		if resp.StatusCode != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %q: %d, want %d\n%s", c.method, c.path, c.body, resp.StatusCode, c.want, body)
		}
	}
	resp, _ := s.send("POST", "/cookie/login", form, "user=user1&httponly=on&samesite=strict&max-age=60&host=on")
	want := []string{"__Host-login=", "Path=/", "Max-Age=60", "HttpOnly", "Secure", "SameSite=Strict"}
	if got := strings.Split(resp.Header.Get("Set-Cookie"), "; "); len(got) != len(want) || !strings.HasPrefix(got[0], want[0]) || !slices.Equal(got[1:], want[1:]) {
		t.Errorf("Set-Cookie: %q", got)
	}
}

// TestCookieAttackable: what can be attacked says so on the screen.
func TestCookieAttackable(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, true, "cookie")
	const form = "application/x-www-form-urlencoded"
	s.send("POST", "/cookie/guestbook", form, "comment=%3Cscript%3Ealert(1)%3C/script%3E")
	for _, path := range []string{"/cookie/attackable/guestbook", "/evil/"} {
		for lang, label := range map[string]string{"en": "on purpose.</strong>", "ko": "공격"} {
			resp, body := s.send("GET", path+"?lang="+lang, "", "")
			if path == "/evil/" && lang == "en" {
				label = "part of a lesson"
			}
			if resp.StatusCode != 200 || !strings.Contains(body, `class="warning"`) || !strings.Contains(body, label) {
				t.Errorf("%s in %s: %d\n%s", path, lang, resp.StatusCode, body)
			}
		}
	}
	if _, body := s.send("GET", "/cookie/attackable/guestbook", "", ""); !strings.Contains(body, "<script>alert(1)</script>") {
		t.Errorf("the script is not there:\n%s", body)
	}
	if resp, _ := s.send("POST", "/cookie/gift", form, "to=mallory&points=1", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != 403 {
		t.Errorf("the protected gift: %d", resp.StatusCode)
	}
	resp, body := s.send("POST", "/cookie/attackable/gift", form, "to=mallory&points=1", "Sec-Fetch-Site", "cross-site")
	if resp.StatusCode != 401 || !strings.Contains(body, "brought no login") {
		t.Errorf("the attackable gift, without a login: %d %s", resp.StatusCode, body)
	}
}

// TestClientForgetsWhereItHappens: a client's cookies go when its user deletes them,
// when their time is over, or with an answer that takes them away, and not with
// whatever answer comes next.
func TestClientForgetsWhereItHappens(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cookie", "session"} {
		had := map[string]bool{}
		var deleted, dies time.Time
		taken := map[string]time.Time{} // when an answer deleted a cookie of that name
		gone := 0
		for _, e := range performed(t, name, 1).events {
			switch {
			case e.Kind == trace.KindNote && strings.Contains(e.Note.Text.En, "The user deletes the"):
				deleted = e.At
			case e.Kind == trace.KindMessage && !e.Message.Request && e.To.Role == trace.RoleClient:
				for _, c := range e.Message.SetCookies() {
					end, session := c.Ends(e.At)
					if !session && !end.After(e.At) {
						taken["cookie "+c.Name] = e.At
					} else if !session {
						dies = end
					}
				}
			case e.Kind == trace.KindMemory && e.From == httpdemo.Client:
				now := map[string]bool{}
				for _, entry := range e.Memory.Entries {
					if strings.Contains(entry.Name, "cookie ") {
						now[entry.Name] = true
					}
				}
				for old := range had {
					if now[old] {
						continue
					}
					gone++
					if !e.At.Equal(deleted) && !e.At.Equal(dies) && !e.At.Equal(taken[old[strings.Index(old, "cookie "):]]) {
						t.Errorf("%s: %s is gone at %v; deleted at %v, at its end at %v", name, old, e.At, deleted, dies)
					}
				}
				had = now
			}
		}
		if gone < 2 {
			t.Errorf("%s: %d cookies went", name, gone)
		}
	}
}
