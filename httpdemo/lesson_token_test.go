package httpdemo_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/httpdemo/token"
)

// tokenExchange is a request and its response on the wire, and what the server did with
// its store between them.
type tokenExchange struct {
	request, target    string
	bearer             string // the access token that it brought
	sent, got          map[string]any
	status             int
	challenge          string
	accesses           []string
	requested, replied int // events
}

// tokenExchanges pairs the messages of each connection, in the order of the requests.
func (r *run) tokenExchanges(t *testing.T) (all []*tokenExchange) {
	t.Helper()
	open := map[int]*tokenExchange{}
	for i, e := range r.events {
		switch {
		case e.Kind == trace.KindStore:
			for _, x := range open {
				x.accesses = append(x.accesses, e.Access.Op)
			}
		case e.Kind != trace.KindMessage:
		case e.Message.Request:
			x := &tokenExchange{request: e.Message.Method, target: e.Message.Target, requested: i}
			x.sent = object(e.Message.Body)
			auth, _ := e.Message.Get("Authorization")
			x.bearer, _ = strings.CutPrefix(auth, "Bearer ")
			open[e.Stream] = x
			all = append(all, x)
		default:
			x := open[e.Stream]
			if x == nil {
				t.Fatalf("a response without a request: %d", e.Message.Status)
			}
			delete(open, e.Stream)
			x.status, x.got, x.replied = e.Message.Status, object(e.Message.Body), i
			x.challenge, _ = e.Message.Get("WWW-Authenticate")
		}
	}
	return all
}

func object(body []byte) (o map[string]any) {
	_ = json.Unmarshal(body, &o) // a body that is none has no members
	return o
}

func (x *tokenExchange) String() string {
	return fmt.Sprintf("%s %s %d %s", x.request, strings.TrimPrefix(x.target, "/token/"), x.status, strings.Join(x.accesses, "+"))
}

// TestToken: what went over the wire, and what servers looked up for it (C7, C8,
// C9, D5, E3, E5).
func TestToken(t *testing.T) {
	t.Parallel()
	r := performed(t, "token", 1)
	all := r.tokenExchanges(t)
	var got []string
	for _, x := range all {
		got = append(got, x.String())
	}
	want := []string{
		"POST login 200 write",
		"GET profile 200 ", "GET profile 200 ", // at either server, nothing is looked up
		"GET profile 200 ", "POST refresh 400 read", "POST login 200 write",
		"GET profile 401 ", "POST refresh 200 read+write", "GET profile 200 ",
		"GET profile 200 ", "POST refresh 200 *", "POST refresh 200 *", // two tabs
		"POST refresh 200 read+write", "POST refresh 400 read+write", "POST refresh 400 read", "POST login 200 write",
		"POST logout 204 read+write", "POST refresh 400 read", "GET profile 200 ", "GET profile 200 ", "GET profile 401 ",
		"POST login 200 write", "POST revoke 200 ", "POST logout 204 read+write", "GET profile 401 ", "GET profile 200 ",
	}
	same := func(got, want string) bool {
		prefix, any := strings.CutSuffix(want, "*")
		return got == want || any && strings.HasPrefix(got, prefix)
	}
	if !slices.EqualFunc(got, want, same) {
		t.Fatalf("exchanges:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	login := all[0].got
	access, _ := login["access_token"].(string)
	for _, i := range []int{1, 2, 3, 6} {
		if i < 6 && all[i].bearer != access {
			t.Errorf("request %d brought another token than the login gave", i)
		}
	}
	if d, err := token.Decode(access); err != nil || d.Subject() != "jisoo" || login["expires_in"] != 30.0 {
		t.Errorf("the login gave %v: %v", login, err)
	}
	for _, i := range []int{6, 20, 24} {
		if !strings.Contains(all[i].challenge, `Bearer realm="statelab", error="invalid_token"`) {
			t.Errorf("401 number %d challenges with %q (RFC 6750 §3)", i, all[i].challenge)
		}
	}
	for i, says := range map[int]string{6: "expired", 24: "taken back"} {
		if !strings.Contains(all[i].challenge, says) {
			t.Errorf("%q does not say that it was %s", all[i].challenge, says)
		}
	}
	if a, b := all[10], all[11]; a.sent["refresh_token"] != b.sent["refresh_token"] || a.got["refresh_token"] != b.got["refresh_token"] ||
		a.got["refresh_token"] == a.sent["refresh_token"] || b.requested > a.replied {
		t.Error("two tabs at once: want the same token sent and the same successor given")
	}
	user, thief, after := all[12], all[13], all[14]
	if user.sent["refresh_token"] != thief.sent["refresh_token"] || after.sent["refresh_token"] != user.got["refresh_token"] {
		t.Error("the thief is to use the user's token, and the user then its successor")
	}
	if thief.got["error"] != "invalid_grant" || !strings.Contains(fmt.Sprint(after.got["error_description"]), "revoked") {
		t.Errorf("the second use: %v; the successor: %v", thief.got, after.got)
	}
	for _, i := range []int{18, 19, 20} { // after the logout: as before it, until its time is up
		if all[i].bearer != all[15].got["access_token"] {
			t.Errorf("request %d brought another token than that of the login before", i)
		}
	}
}

// TestTokenMemory: of who brings an access token no server remembers anything; of
// refresh tokens and of the denylist one does.
func TestTokenMemory(t *testing.T) {
	t.Parallel()
	r := performed(t, "token", 1)
	if n := r.most(httpdemo.Server2, trace.MemoryConversation); n != 0 {
		t.Errorf("server 2 remembered %d bytes of its clients", n)
	}
	if n := r.most(httpdemo.Server1, trace.MemoryConversation); n < 200 {
		t.Errorf("server 1 remembered %d bytes, want a refresh token's family", n)
	}
	if n := r.most(httpdemo.Client, trace.MemoryConversation); n < 400 {
		t.Errorf("the client remembered %d bytes, want its tokens", n)
	}
	denied := 0
	for _, o := range r.memories {
		for _, e := range o.Memory.Entries {
			if e.Name == "denylist" && o.Party.N == 1 {
				denied = e.Bytes
			}
		}
	}
	if denied != 22+8 {
		t.Errorf("the denylist has %d bytes, want an id of 22 and a time of 8", denied)
	}
}

// TestTokenPages: what the endpoints take and refuse.
func TestTokenPages(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "token")
	const form, js = "application/x-www-form-urlencoded", "application/json"
	for _, c := range []struct {
		method, path, kind, body string
		want                     int
		says                     string
	}{
		{"GET", "/token/", "", "", 200, "/token/login"},
		{"GET", "/token/?lang=ko", "", "", 200, "토큰"},
		{"POST", "/token/login", form, "username=jisoo&password=wrong", 400, `"invalid_grant"`},
		{"POST", "/token/login", js, `{"username":"nobody","password":"wrong"}`, 400, `"invalid_grant"`},
		{"POST", "/token/login", js, `{"username":"jisoo"`, 400, "at byte 19"},
		{"POST", "/token/login", js, `{"username":1}`, 400, "at byte"},
		{"POST", "/token/login", "text/plain", "x", 415, ""},
		{"POST", "/token/refresh", form, "refresh_token=x", 400, `"invalid_grant"`},
		{"POST", "/token/refresh", form, "refresh_token=%zz", 400, ""},
		{"POST", "/token/logout", form, "", 204, ""},
		{"POST", "/token/revoke", form, "token=x", 200, ""},
		{"GET", "/token/login", "", "", 405, ""},
		{"DELETE", "/token/profile", "", "", 405, ""},
		{"GET", "/token/profile", "", "", 401, ""},
	} {
		resp, body := s.send(c.method, c.path, c.kind, c.body)
		if resp.StatusCode != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %q: %d, want %d\n%s", c.method, c.path, c.body, resp.StatusCode, c.want, body)
		}
	}
	for _, c := range []struct{ auth, want string }{
		{"", `Bearer realm="statelab"`},
		{"Basic eDp5", `Bearer realm="statelab"`},
		{"Bearer", `Bearer realm="statelab", error="invalid_token"`},
		{"Bearer a.b.c", `Bearer realm="statelab", error="invalid_token"`},
	} {
		resp, _ := s.send("GET", "/token/profile", "", "", "Authorization", c.auth)
		got := resp.Header.Get("WWW-Authenticate")
		if resp.StatusCode != 401 || !strings.HasPrefix(got, c.want) || strings.Contains(c.want, "error") != strings.Contains(got, "error") {
			t.Errorf("%q: %d, %s", c.auth, resp.StatusCode, got)
		}
	}
	resp, body := s.send("POST", "/token/login", form, "username=jisoo&password=blue-whale-42")
	if resp.StatusCode != 200 || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("login: %d %v", resp.StatusCode, resp.Header)
	}
	access := fmt.Sprint(object([]byte(body))["access_token"])
	if resp, body = s.send("GET", "/token/profile", "", "", "Authorization", "bearer "+access); resp.StatusCode != 200 || object([]byte(body))["user"] != "jisoo" {
		t.Errorf("profile: %d %s", resp.StatusCode, body)
	}
}
