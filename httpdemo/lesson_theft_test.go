package httpdemo_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
)

// TestTheft: what was read on the wire is accepted from another machine until the
// logout and the expiry; over TLS there is nothing to read (C10, E4).
func TestTheft(t *testing.T) {
	t.Parallel()
	r := performed(t, "theft", 1)
	all := r.exchanges()

	api := asked(all, "/theft/api")
	if s := statusesOf(api); !slices.Equal(s, []int{200, 200, 200, 401}) {
		t.Errorf("the token: %v; want the user's, the thief's, after the logout, after the expiry", s)
	}
	account := asked(all, "/theft/attackable/account")
	// The user's and the thief's; after the logout and after the expiry; in the clear
	// without Secure; the id from before a login.
	if s := statusesOf(account); !slices.Equal(s, []int{200, 200, 401, 401, 200, 401}) {
		t.Fatalf("the session: %v", s)
	}
	if account[0].cookie != account[1].cookie || account[1].cookie != account[2].cookie || account[4].cookie == "" || account[4].cookie == account[0].cookie {
		t.Errorf("sent were %+v", account)
	}
	if safe := asked(all, "/theft/account"); len(safe) != 1 || safe[0].status != http.StatusUnauthorized || safe[0].cookie != "" {
		t.Errorf("with Secure, over plain HTTP: %+v", safe)
	}
	if fixed := asked(all, "/theft/attackable/fixed"); len(fixed) != 2 || fixed[1].status != 200 || fixed[1].cookie != "sid="+fixed[0].set[0].Value {
		t.Errorf("fixation: %+v", fixed)
	}
	login := asked(all, "/theft/attackable/login")
	if last := login[len(login)-1]; len(last.set) != 1 || last.cookie == "session="+last.set[0].Value || account[5].cookie != last.cookie {
		t.Errorf("the cure: %+v, then %+v", last, account[5])
	}
	if n := r.most(httpdemo.Attacker, trace.MemoryConversation); n < 200 {
		t.Errorf("the attacker remembered %d bytes, want a session id and a token", n)
	}
}

// TestTheftOnTheWire looks at the frames themselves: all of the conversation on the
// one port, none of it on the other.
func TestTheftOnTheWire(t *testing.T) {
	t.Parallel()
	recording, _ := perform(t, "theft", 2)
	var plain, secure []byte
	for _, f := range recording.Frames {
		switch f.Vantage {
		case "server 1":
			plain = append(plain, f.Data...)
		case "server 2":
			secure = append(secure, f.Data...)
		}
	}
	if len(plain) == 0 || len(secure) == 0 {
		vantages := map[string]int{}
		for _, f := range recording.Frames {
			vantages[f.Vantage]++
		}
		t.Fatalf("frames were recorded at %v", vantages)
	}
	for _, word := range []string{"HTTP/1.1", "Cookie: session=", "Authorization: Bearer ", "user1"} {
		if !bytes.Contains(plain, []byte(word)) || bytes.Contains(secure, []byte(word)) {
			t.Errorf("%q: in the clear %v, over TLS %v", word, bytes.Contains(plain, []byte(word)), bytes.Contains(secure, []byte(word)))
		}
	}
	if !bytes.Contains(secure, []byte("shop.test")) {
		t.Error("the host's name is not in the ClientHello, and the lesson says that it is")
	}
	hello, opaque := 0, 0
	for _, o := range recording.Observations {
		if o.Kind != trace.ObservedNote {
			continue
		}
		if strings.Contains(o.Note.Text.En, "to the server: TLS Handshake (22)") && strings.Contains(o.Note.Text.Ko, "server_name shop.test") {
			hello++
		}
		if strings.Contains(o.Note.Text.En, "TLS Application Data (23), ") {
			opaque++
		}
	}
	if hello != 1 || opaque < 6 { // three requests, three answers
		t.Errorf("of the TLS records were told: %d ClientHello, %d opaque", hello, opaque)
	}
}

// TestTheftPages: the pages, and what they refuse.
// Who brings no token is not told that it was wrong (RFC 6750 §3.1).
func TestTheftChallenge(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "theft")
	for sent, want := range map[string]string{
		"": `Bearer realm="statelab"`, "Basic QTpC": `Bearer realm="statelab"`,
		"Bearer a.b.c": `Bearer realm="statelab", error="invalid_token", error_description="`,
	} {
		fields := []string{"Authorization", sent}
		if sent == "" {
			fields = nil
		}
		r, _ := s.send("GET", "/theft/api", "", "", fields...)
		if got := r.Header.Get("WWW-Authenticate"); r.StatusCode != 401 || !strings.HasPrefix(got, want) || strings.Contains(got, "error") != strings.Contains(want, "error") {
			t.Errorf("%q: %d %q, want %q", sent, r.StatusCode, got, want)
		}
	}
}

func TestTheftPages(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "theft")
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		method, path, kind, body string
		want                     int
		says                     string
	}{
		{"GET", "/theft/", "", "", 200, "/theft/login"},
		{"GET", "/theft/?lang=ko", "", "", 200, "훔친"},
		{"GET", "/theft/account", "", "", 401, ""},
		{"GET", "/theft/api", "", "", 401, ""},
		{"POST", "/theft/login", "application/json", "{}", 415, ""},
		{"POST", "/theft/attackable/login", form, "", 404, ""},
		{"POST", "/theft/attackable/fixed?sid=x", form, "", 404, ""},
	} {
		resp, body := s.send(c.method, c.path, c.kind, c.body)
		if resp.StatusCode != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s: %d, want %d\n%s", c.method, c.path, resp.StatusCode, c.want, body)
		}
		scheme := "Session "
		if c.path == "/theft/api" {
			scheme = "Bearer "
		}
		if c.want == 401 && !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), scheme) {
			t.Errorf("the challenge is %q", resp.Header.Get("WWW-Authenticate"))
		}
	}
	resp, _ := s.send("POST", "/theft/login", form, "")
	if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) != 1 || resp.Cookies()[0].Name != "__Host-theft" {
		t.Fatalf("login: %d, %v", resp.StatusCode, resp.Cookies())
	}
	cookie := "__Host-theft=" + resp.Cookies()[0].Value
	if _, body := s.send("GET", "/theft/account", "", "", "Cookie", cookie); !strings.Contains(body, "user1") {
		t.Errorf("with the session: %s", body)
	}
	if resp, _ := s.send("POST", "/theft/logout", form, "", "Cookie", cookie); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("logout: %d", resp.StatusCode)
	}
	if resp, _ := s.send("GET", "/theft/account", "", "", "Cookie", cookie); resp.StatusCode != 401 {
		t.Errorf("after the logout: %d", resp.StatusCode)
	}
}

// Every page below /attackable/ says in both languages what it is, whatever else it
// shows, and no other page does; the lessons lead to theirs.
func TestAttackablePagesSaySo(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, true, "session", "theft", "cookie")
	for path, attackable := range map[string]bool{
		"/session/attackable/url/": true, "/session/attackable/url/login": true, "/session/attackable/fixed/login": true,
		"/session/attackable/partner": true, "/cookie/attackable/guestbook": true, "/theft/attackable/account": true,
		"/session/": false, "/session/login": false, "/theft/": false, "/cookie/guestbook": false,
	} {
		for lang, says := range map[string]string{"en": "<strong>Attackable on purpose.</strong>", "ko": "<strong>일부러 공격할 수 있게 한 페이지입니다.</strong>"} {
			_, body := s.send("GET", path+"?lang="+lang, "", "", "Accept", "text/html")
			if n := strings.Count(body, says); !strings.Contains(body, "<main>") || n > 1 || (n == 1) != attackable {
				t.Errorf("%s in %s says so %d times", path, lang, n)
			}
		}
	}
	without := lessonSite(t, false, "session", "theft")
	for path, links := range map[string][]string{
		"/session/": {`href="/session/attackable/url/"`, `href="/session/attackable/fixed/"`},
		"/theft/":   {`action="/theft/attackable/login"`, `href="/theft/attackable/account"`, `action="/theft/attackable/fixed?sid=`},
	} {
		for _, link := range links {
			_, with := s.send("GET", path, "", "", "Accept", "text/html")
			_, bare := without.send("GET", path, "", "", "Accept", "text/html")
			if !strings.Contains(with, link) || strings.Contains(bare, "attackable") {
				t.Errorf("%s: with %v, without %v", link, strings.Contains(with, link), strings.Contains(bare, "attackable"))
			}
		}
	}
}
