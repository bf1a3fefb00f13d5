package httpdemo_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/httpdemo/itsdangerous"
)

// TestFlask: the session is in the cookie, anybody can read it and nobody change
// it, the server keeps nothing, and so a logout ends nothing (E1).
func TestFlask(t *testing.T) {
	t.Parallel()
	r := performed(t, "flask", 1)
	if got, want := r.statuses(), []int{302, 302, 200, 302, 302, 302, 200, 302}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	if n := r.most(httpdemo.Server, trace.MemoryConversation); n != 0 {
		t.Errorf("the server remembered %d bytes of its user", n)
	}
	if n := r.most(httpdemo.Client, trace.MemoryConversation); n < 40 {
		t.Errorf("the client remembered %d bytes, want the session", n)
	}
	set, sent := r.cookies()
	if len(set) != 2 || set[0].Name != "session" || !set[0].HTTPOnly || set[0].Secure || set[0].SameSite != "" || set[1].Value != "" {
		t.Fatalf("Set-Cookie: %+v, want Flask's login and logout", set)
	}
	v, err := itsdangerous.Read(set[0].Value)
	if err != nil || string(v.JSON) != `{"user_id":"user1"}` {
		t.Errorf("read without the key: %s, %v", v.JSON, err)
	}
	// The same cookie three times: let in, let in after the logout, refused when old.
	cookie := "session=" + set[0].Value
	if len(sent) != 5 || sent[0] != cookie || sent[1] == cookie || sent[3] != cookie || sent[4] != cookie {
		t.Errorf("Cookie: %q", sent)
	}
	_, mark, _ := strings.Cut(set[0].Value, ".")
	if v, err := itsdangerous.Read(strings.TrimPrefix(sent[1], "session=")); err != nil || string(v.JSON) != `{"user_id":"admin"}` || !strings.HasSuffix(sent[1], mark) {
		t.Errorf("the tampered cookie: %s, %v", v.JSON, err)
	}
}

// TestFlaskPages: the pages of the example, and what they refuse.
func TestFlaskPages(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "flask")
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		method, path, kind, body string
		want                     int
		says                     string
	}{
		{"GET", "/flask/", "", "", 200, "/flask/login"},
		{"GET", "/flask/login?lang=ko", "", "", 200, "비밀번호"},
		{"GET", "/flask/profile", "", "", 302, ""},
		{"POST", "/flask/login", form, "username=user1&password=wrong", 403, ""},
		{"POST", "/flask/login", form, "username=nobody&password=", 403, ""},
		{"POST", "/flask/login", "application/json", "{}", 415, ""},
		{"POST", "/flask/login", form, "username=%zz", 400, ""},
		{"POST", "/flask/logout", form, "", 405, ""},
	} {
		resp, body := s.send(c.method, c.path, c.kind, c.body)
		if resp.StatusCode != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %q: %d, want %d\n%s", c.method, c.path, c.body, resp.StatusCode, c.want, body)
		}
	}
	resp, _ := s.send("POST", "/flask/login", form, "username=user1&password=pass123")
	if resp.StatusCode != http.StatusFound || len(resp.Cookies()) != 1 {
		t.Fatalf("login: %d, %v", resp.StatusCode, resp.Cookies())
	}
	cookie := resp.Cookies()[0].Value
	_, body := s.send("GET", "/flask/", "", "", "Cookie", "session="+cookie)
	for _, want := range []string{"user1", cookie, "{&#34;user_id&#34;:&#34;user1&#34;}"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %s:\n%s", want, body)
		}
	}
	_, body = s.send("GET", "/flask/", "", "", "Cookie", "session="+cookie+"x")
	if !strings.Contains(body, "/flask/login") || strings.Contains(body, "/flask/logout") {
		t.Errorf("with a broken cookie:\n%s", body)
	}
}
