package httpdemo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// TestLikeErrors: the same error has the same status in every lesson.
func TestLikeErrors(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	const form, object = "application/x-www-form-urlencoded", "application/json"
	for _, c := range []struct {
		want                     int
		method, path, kind, body string
		says                     string
	}{
		// Nobody is logged in.
		{401, "GET", "/cookie/account", "", "", "Session "},
		{401, "GET", "/cookie/signed", "", "", "Session "},
		{401, "POST", "/cookie/gift", form, "to=mallory&points=1", "Session "},
		{401, "GET", "/theft/account", "", "", "Session "},
		{401, "GET", "/theft/api", "", "", "Bearer "},
		{401, "GET", "/session/header/profile", "", "", "Session "},
		{401, "GET", "/restart/memory", "", "", "Session "},
		{401, "GET", "/restart/token", "", "", "Bearer "},
		{401, "GET", "/websocket/chat", "", "", "Session "},
		{401, "GET", "/transfer/receipt/x", "", "", "Session "},
		{401, "GET", "/api/data", "", "", "ApiToken "},
		// A wrong password.
		{403, "POST", "/session/login", form, "username=jisoo&password=wrong-whale", ""},
		{403, "POST", "/flask/login", form, "username=admin&password=wrong-whale", ""},
		// A value that can be read, and may not be.
		{422, "POST", "/vending/", form, "coin=x&choice=cola", "whole number"},
		{422, "POST", "/vending/", form, "coin=-1&choice=cola", "whole number"},
		{422, "POST", "/vending/", form, "coin=99999999999999999999&choice=cola", "whole number"},
		{422, "POST", "/vending/", object, `{"coin":100001,"choice":"cola"}`, "whole number"},
		{422, "POST", "/vending/", form, "coin=2000&choice=wine", ""},
		{422, "POST", "/cookie/large", form, "bytes=x", ""},
		{422, "POST", "/cookie/login", form, "user=user1&max-age=-1", ""},
		{422, "POST", "/cart/add", form, "item=wine", ""},
		// What cannot be read.
		{400, "POST", "/vending/", object, `{"coin":99999999999999999999}`, "64 bits"},
		{400, "POST", "/vending/", object, `{"coin":"ten"}`, "whole number"},
		{400, "POST", "/session/login", object, `{"username":7}`, "string"},
		{400, "POST", "/session/login", form, "username=%zz", ""},
		{415, "POST", "/transfer/confirm", object, "{}", ""},
		{415, "POST", "/transfer/amount", "application/x-www-form-urlencodedly", "amount=1", ""},
		{415, "POST", "/theft/login", object, "{}", ""},
	} {
		resp, body := send(t, c.method, s.URL+c.path, c.kind, c.body)
		where := body
		if c.want == http.StatusUnauthorized {
			where = resp.Header.Get("WWW-Authenticate")
		}
		if resp.StatusCode != c.want || !strings.Contains(where, c.says) || strings.Contains(body, "Go struct") {
			t.Errorf("%s %s %q: %d, want %d with %q:\n%s", c.method, c.path, c.body, resp.StatusCode, c.want, c.says, body)
		}
	}
}

// TestTypedStays: a page that refuses a form gives it back as it was typed, without
// what was secret, and in no case what another site had sent.
func TestTypedStays(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		path, body  string
		fields      []string
		has, hasNot []string
	}{
		{"/vending/?lang=en", "coin=9x&choice=cola", nil, []string{`name="coin" type="text" value="9x"`, `value="cola"`, `action="/vending/?lang=en"`}, nil},
		{"/vending/?lang=ko", "coin=100&choice=cola", nil, []string{"동전", `value="100"`, "다시 보내기"}, nil},
		{"/cookie/guestbook", "comment=" + url.QueryEscape("two\nlines"+strings.Repeat("<x>", 100)), nil, []string{"<textarea", "&lt;x&gt;"}, []string{"<x>"}},
		{"/flask/login", "password=wrong-whale&username=admin", nil, []string{"value=\"admin\"></label></p>\n<p><label>Password <input name=\"password\" type=\"password\" value=\"\""}, []string{"wrong-whale"}},
		{"/cookie/login", "user=nobody&secure=on", nil, []string{`type="checkbox" value="on" checked`}, nil},
		{"/vending/", "coin=9x&choice=cola", []string{"Sec-Fetch-Site", "cross-site"}, nil, []string{"cola", "<form"}},
	} {
		resp, body := send(t, "POST", s.URL+c.path, form, c.body, append([]string{"Accept", "text/html"}, c.fields...)...)
		if resp.StatusCode < 400 {
			t.Errorf("%s %s: %d", c.path, c.body, resp.StatusCode)
		}
		for _, want := range c.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s %s: no %s in\n%s", c.path, c.body, want, body)
			}
		}
		for _, no := range c.hasNot {
			if strings.Contains(body, no) {
				t.Errorf("%s %s: %s in\n%s", c.path, c.body, no, body)
			}
		}
	}
}

// TestMaxAgeZero: the form's 0 is Max-Age=0, which takes the browser's cookie away,
// and nothing typed is no Max-Age.
func TestMaxAgeZero(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	at, err := url.Parse(s.URL + "/cookie/")
	if err != nil {
		t.Fatal(err)
	}
	var jar Jar
	for _, c := range []struct {
		typed, says string
		kept        int
	}{{"", "", 1}, {"0", "; Max-Age=0", 0}, {"60", "; Max-Age=60", 1}} {
		resp, body := send(t, "POST", s.URL+"/cookie/login", "application/x-www-form-urlencoded", "user=user1&max-age="+c.typed)
		set := resp.Header.Get("Set-Cookie")
		if resp.StatusCode != http.StatusNoContent || strings.Contains(set, "Max-Age") != (c.says != "") || !strings.Contains(set, c.says) {
			t.Errorf("max-age=%s: %d %s, %q", c.typed, resp.StatusCode, body, set)
		}
		if refused := jar.Set(at, set, time.Now(), false); refused != "" || len(jar.cookies) != c.kept {
			t.Errorf("max-age=%s: the browser has %d cookies (%s), want %d", c.typed, len(jar.cookies), refused, c.kept)
		}
	}
}

// halting is a store that answers so many deletions, and then nothing more of them.
type halting struct {
	session.Store
	deletions int
}

func (f *halting) Delete(ctx context.Context, key string, revision uint64) error {
	if f.deletions--; f.deletions < 0 {
		return fmt.Errorf("down: %w", session.ErrUnavailable)
	}
	return f.Store.Delete(ctx, key, revision)
}

// TestEverywhereHalfWay: if the store fails while all of a user's sessions are ended,
// the answer says how many were.
func TestEverywhereHalfWay(t *testing.T) {
	t.Parallel()
	services := testServices()
	store := &halting{Store: session.NewMemory(session.MemoryOptions{Now: services.Now}), deletions: 100}
	services.Store = store
	lesson, _ := Find("session")
	s := serveSite(t, services, lesson)
	var cookie string
	for range 4 {
		resp, body := send(t, "POST", s.URL+"/session/login", "application/json", `{"username":"jisoo","password":"blue-whale-42"}`)
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("login: %d %s", resp.StatusCode, body)
		}
		cookie = resp.Cookies()[0].String()
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	for _, c := range []struct {
		deletions int
		says, not string
	}{{2, "Ended: at least 2", "not changed"}, {0, "Your session was not changed", "Ended"}} {
		store.deletions = c.deletions
		resp, body := send(t, "POST", s.URL+"/session/everywhere", "application/x-www-form-urlencoded", "", "Cookie", cookie, "Accept", "application/json")
		if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, c.says) || strings.Contains(body, c.not) || resp.Header.Get("Retry-After") == "" {
			t.Errorf("after %d deletions: %d %s", c.deletions, resp.StatusCode, body)
		}
	}
}
