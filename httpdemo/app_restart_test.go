package httpdemo

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session/sqlite"
)

// TestRestartVerdict: one cell that came out otherwise fails the lesson.
func TestRestartVerdict(t *testing.T) {
	t.Parallel()
	e := &Env{Now: time.Now, Sleep: func(time.Duration) {}, Report: func(trace.Observation) {}}
	l := &restartRun{Env: e, observed: restartExpected()}
	if err := l.verdict(); err != nil {
		t.Errorf("all as expected: %v", err)
	}
	for _, m := range restartMechanisms() {
		for event := range restartEvents {
			l.observed = restartExpected()
			row := l.observed[m]
			row[event] = !row[event]
			l.observed[m] = row
			if err := l.verdict(); err == nil || !strings.Contains(err.Error(), m) {
				t.Errorf("%s after event %d came out otherwise: %v", m, event, err)
			}
		}
	}
}

// TestRestartPage: a browser logs in, starts the server's part anew, and sees what
// is left.
func TestRestartPage(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s := testSite(t, Lesson{Name: "restart", App: func(s *Services) (App, error) { return newRestartApp(s, store, nil) }})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	known := func() (all []bool) {
		for _, m := range restartMechanisms() {
			r, err := browser.Get(s.URL + "/restart/" + m)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
			if r.StatusCode != 200 && (r.StatusCode != 401 || r.Header.Get("WWW-Authenticate") == "") {
				t.Errorf("%s: %d %v", m, r.StatusCode, r.Header)
			}
			all = append(all, r.StatusCode == 200)
		}
		return all
	}
	post := func(path string, form url.Values) {
		r, err := browser.PostForm(s.URL+path, form)
		if err != nil || r.StatusCode != 200 {
			t.Fatal(r.StatusCode, err)
		}
		_ = r.Body.Close()
	}
	for _, c := range []struct {
		path string
		want []bool
	}{
		{"", []bool{true, false, false, false, false, false}},
		{"/restart/login", []bool{true, true, true, true, true, true}},
		{"/restart/again", []bool{true, true, false, false, true, true}},
	} {
		if c.path != "" {
			post(c.path, url.Values{"user": {"kim"}})
		}
		if got := known(); !slices.Equal(got, c.want) {
			t.Errorf("after %q: %v, want %v", c.path, got, c.want)
		}
	}
}

// TestRestartRefuses: what is no login, and a store that does not answer.
func TestRestartRefuses(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	with := testSite(t, Lesson{Name: "restart", App: func(s *Services) (App, error) { return newRestartApp(s, store, nil) }})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	without := testSite(t, restart())
	const form, js = "application/x-www-form-urlencoded", "application/json"
	for _, c := range []struct {
		base, method, path, kind, body string
		want                           int
	}{
		{without.URL, "GET", "/restart/nothing", "", "", 404},
		{without.URL, "GET", "/restart/file", "", "", 404},
		{without.URL, "GET", "/restart/", "", "", 200},
		{without.URL, "PUT", "/restart/login", js, "{}", 405},
		{without.URL, "POST", "/restart/login", "text/plain", "kim", 415},
		{without.URL, "POST", "/restart/login", js, `{"user":`, 400},
		{without.URL, "POST", "/restart/login", js, `{"user":""}`, 422},
		{without.URL, "POST", "/restart/login", form, "user=%ff", 422},
		{without.URL, "POST", "/restart/login", form, "user=" + strings.Repeat("x", 65), 422},
		{with.URL, "POST", "/restart/login", js, `{"user":"kim"}`, 503},
	} {
		resp, body := send(t, c.method, c.base+c.path, c.kind, c.body)
		if resp.StatusCode != c.want || len(resp.Cookies()) != 0 || c.want == 503 && resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s %q: %d %v %s, want %d and no cookie", c.method, c.path, c.body, resp.StatusCode, resp.Header, body, c.want)
		}
	}
}
