package httpdemo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// listed is a Mux that says what was put there.
type listed struct{ patterns []string }

func (l *listed) Handle(pattern string, _ http.Handler) { l.patterns = append(l.patterns, pattern) }
func (l *listed) HandleFunc(pattern string, _ func(http.ResponseWriter, *http.Request)) {
	l.patterns = append(l.patterns, pattern)
}

// route is what one pattern of a lesson's App is asked for.
type route struct{ pattern, method, path string }

// routes are those of all lessons, also of the parts that can be attacked.
func routes(t *testing.T) (all []route) {
	t.Helper()
	var l listed
	s := testServices()
	s.Attackable = true
	for _, lesson := range Lessons() {
		if lesson.App == nil {
			continue
		}
		app, err := lesson.App(s)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := app.(interface{ Close() error }); ok {
			t.Cleanup(func() { _ = c.Close() })
		}
		app.Routes(&l)
	}
	slices.Sort(l.patterns)
	fill := strings.NewReplacer("{$}", "", "{way}", "plain", "{mechanism}", "memory", "{key}", "nobody's", "{kind}", "alg-none")
	for _, p := range l.patterns {
		method, path, _ := strings.Cut(p, " ")
		if path = fill.Replace(path); method == "" || strings.ContainsAny(path, "{}") {
			t.Fatalf("what is asked for with %q?", p)
		}
		all = append(all, route{p, method, path})
	}
	return all
}

// bad is a site, and a client that keeps its cookies and is logged in wherever it
// can be.
type bad struct {
	t      *testing.T
	h      http.Handler
	jar    *cookiejar.Jar
	fields map[string]string // for the addresses that begin so: a credential
	query  map[string]string
	tokens struct{ Access, Refresh, Form string }
	told   func(path string, w *httptest.ResponseRecorder) // of each response; nil: nobody is
}

func badSite(t *testing.T, store session.Store) *bad {
	t.Helper()
	s := &Services{Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32), Attackable: true, Store: store, StoreName: "store"}
	site, err := NewSite(s, Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	b := &bad{t: t, h: NewServer(site, Limits{}, nil).Handler, query: map[string]string{}}
	if b.jar, err = cookiejar.New(nil); err != nil {
		t.Fatal(err)
	}
	b.login()
	return b
}

func (b *bad) login() {
	const who = "username=jisoo&password=blue-whale-42"
	for _, x := range []struct{ path, body string }{
		{"/session/login", who},
		{"/session/header/login", who},
		{"/session/attackable/url/login", who},
		{"/session/attackable/fixed/login", who},
		{"/theft/login", "user=user1"},
		{"/theft/attackable/login", "user=user1"},
		{"/cart/add", "item=A"},
		{"/token/login", who},
		{"/restart/login", "user=user1"},
		{"/websocket/login", "user=kim"},
	} {
		w := b.ask("POST", x.path, urlencoded, x.body)
		if w.Code >= 400 {
			b.t.Fatalf("%s: %d %s", x.path, w.Code, w.Body)
		}
		if strings.HasPrefix(x.path, "/session/attackable/") {
			to, err := w.Result().Location()
			if err != nil {
				b.t.Fatal(err)
			}
			b.query[strings.TrimSuffix(x.path, "login")] = to.RawQuery
		}
		if id := w.Header().Get("Session-Id"); id != "" {
			b.fields = map[string]string{"Session-Id": id}
		}
		if x.path == "/token/login" {
			var answer tokenAnswer
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				b.t.Fatal(err)
			}
			b.tokens.Access, b.tokens.Refresh = answer.Access, answer.Refresh
		}
	}
	if err := json.Unmarshal(b.ask("GET", "/transfer/", "", "").Body.Bytes(), &b.tokens); err != nil || b.tokens.Form == "" {
		b.t.Fatal(err, b.tokens)
	}
}

const urlencoded = "application/x-www-form-urlencoded"

func (b *bad) ask(method, path, kind, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	for prefix, q := range b.query {
		if strings.HasPrefix(path, prefix) {
			path += "?" + q
		}
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "localhost", "127.0.0.1:1"
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for name, value := range b.fields {
		r.Header.Set(name, value)
	}
	at := &url.URL{Scheme: "http", Host: "localhost", Path: r.URL.Path}
	for _, c := range b.jar.Cookies(at) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	b.jar.SetCookies(at, w.Result().Cookies())
	if b.told != nil {
		b.told(r.URL.Path, w)
	}
	return w
}

// TestBadInput: every address of every lesson says what is wrong with what it is
// sent: the method (RFC 9110 §15.5.6), the type of the content (§15.5.16), its
// length (§15.5.14), its form.
func TestBadInput(t *testing.T) {
	t.Parallel()
	b := badSite(t, nil)
	all := routes(t)
	methods := map[string][]string{}
	for _, r := range all {
		if methods[r.path] = append(methods[r.path], r.method); r.method == "GET" {
			methods[r.path] = append(methods[r.path], "HEAD")
		}
	}
	objects, texts := 0, 0
	for _, r := range all {
		want := func(what string, w *httptest.ResponseRecorder, statuses ...int) {
			t.Helper()
			if !slices.Contains(statuses, w.Code) {
				t.Errorf("%s, %s: %d, want %v: %.200s", r.pattern, what, w.Code, statuses, w.Body)
			}
			if strings.Contains(w.Body.String(), "\x1b") {
				t.Errorf("%s, %s: raw bytes of the request come back: %.200q", r.pattern, what, w.Body)
			}
		}
		for _, method := range []string{"DELETE", "PATCH", "PUT", "TRACE", "NONE"} {
			w := b.ask(method, r.path, "", "")
			want(method, w, http.StatusMethodNotAllowed)
			allowed := strings.Split(w.Header().Get("Allow"), ", ")
			for _, m := range methods[r.path] {
				if !slices.Contains(allowed, m) {
					t.Errorf("%s is allowed for %s, and Allow is %q", m, r.path, allowed)
				}
			}
			if slices.Contains(allowed, method) {
				t.Errorf("%s: 405, and Allow is %q", method, allowed)
			}
		}
		if r.method != "POST" {
			continue
		}
		want("a type that nobody knows", b.ask("POST", r.path, "application/x-\x1bnothing", "x"), http.StatusUnsupportedMediaType)
		want("a form with half an escape", b.ask("POST", r.path, urlencoded, "\x1b[31m=%zz"), http.StatusBadRequest)
		want("a form that is too long", b.ask("POST", r.path, urlencoded, "x="+strings.Repeat("x", DefaultBody)), http.StatusRequestEntityTooLarge)
		switch w := b.ask("POST", r.path, "application/json", `{"user":"a`); w.Code {
		case http.StatusUnsupportedMediaType:
		case http.StatusBadRequest:
			objects++
			if !strings.Contains(w.Body.String(), "at byte 10") {
				t.Errorf("%s: JSON that ends early is refused without saying where: %s", r.pattern, w.Body)
			}
			want("JSON of the wrong kind", b.ask("POST", r.path, "application/json", `[1,2]`), http.StatusBadRequest)
			want("JSON with a word too many", b.ask("POST", r.path, "application/json", `{"\u001b[31m":1}`), http.StatusBadRequest)
			want("JSON that is too long", b.ask("POST", r.path, "application/json", `{"x":"`+strings.Repeat("x", DefaultBody)), http.StatusRequestEntityTooLarge)
		default:
			t.Errorf("%s: half an object of JSON: %d", r.pattern, w.Code)
		}
		if w := b.ask("POST", r.path, "text/plain", strings.Repeat("x", DefaultBody+1)); w.Code == http.StatusRequestEntityTooLarge {
			texts++
		} else {
			want("a text", w, http.StatusUnsupportedMediaType)
		}
	}
	if objects < 9 || texts != 1 {
		t.Errorf("%d addresses take JSON, %d a text", objects, texts)
	}
}

// fickle is a store that can be down, for writes alone or for all, and that counts
// what it could not do.
type fickle struct {
	session.Store
	reads, writes bool // are refused
	refused       int
}

func (f *fickle) fails(ctx context.Context, refuse bool, call string) error {
	if !refuse {
		return nil
	}
	f.refused++
	return session.Failure(ctx, call, errors.New("it is down"))
}

func (f *fickle) Find(ctx context.Context, key string) (session.Record, bool, error) {
	if err := f.fails(ctx, f.reads, "find"); err != nil {
		return session.Record{}, false, err
	}
	return f.Store.Find(ctx, key)
}

func (f *fickle) List(ctx context.Context, user string) ([]session.Record, error) {
	if err := f.fails(ctx, f.reads, "list"); err != nil {
		return nil, err
	}
	return f.Store.List(ctx, user)
}

func (f *fickle) Commit(ctx context.Context, r session.Record) (uint64, error) {
	if err := f.fails(ctx, f.writes, "commit"); err != nil {
		return 0, err
	}
	return f.Store.Commit(ctx, r)
}

func (f *fickle) Delete(ctx context.Context, key string, revision uint64) error {
	if err := f.fails(ctx, f.writes, "delete"); err != nil {
		return err
	}
	return f.Store.Delete(ctx, key, revision)
}

// TestStoreDownEverywhere: whatever asks the store while it is down is answered with 503 and
// Retry-After (RFC 9110 §15.6.4), sets no cookie, and leaves nothing half done. So
// it is while it can be read alone. What asks nothing of it goes on.
func TestStoreDownEverywhere(t *testing.T) {
	t.Parallel()
	store := &fickle{Store: session.NewMemory(session.MemoryOptions{})}
	b := badSite(t, store)
	refresh, form := b.tokens.Refresh, b.tokens.Form
	const who = "username=jisoo&password=blue-whale-42"
	bodies := map[string]string{
		"/token/refresh": "refresh_token=" + refresh, "/token/logout": "refresh_token=" + refresh, "/token/revoke": "token=" + refresh,
		"/transfer/password": who + "&form=" + form, "/cart/add": "item=B", "/session/end": "key=x", "/token/login": who,
		"/session/login": who, "/session/header/login": who, "/session/attackable/url/login": who, "/session/attackable/fixed/login": who,
	}
	held := func() []session.Record {
		all, err := store.Store.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := fmt.Sprint(held())
	asked := map[string]int{}
	for _, down := range []struct {
		what          string
		reads, writes bool
	}{{"down", true, true}, {"read-only", false, true}} {
		for _, r := range routes(t) {
			kind, body := "", ""
			if r.method == "POST" {
				kind, body = urlencoded, bodies[r.path]
			}
			if r.path == "/token/profile" {
				b.fields["Authorization"] = "Bearer " + b.tokens.Access
			}
			store.reads, store.writes, store.refused = down.reads, down.writes, 0
			w := b.ask(r.method, r.path, kind, body)
			refused := store.refused
			store.reads, store.writes = false, false
			delete(b.fields, "Authorization")
			if refused == 0 && w.Code >= 500 {
				t.Errorf("%s, %s: %d, and nothing was asked of it: %s", down.what, r.pattern, w.Code, w.Body)
			}
			if now := fmt.Sprint(held()); now != before {
				t.Errorf("%s, %s: the store holds\n%s\nand held\n%s", down.what, r.pattern, now, before)
			}
			if refused == 0 {
				continue
			}
			asked[down.what+" "+strings.Split(r.path, "/")[1]]++
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || len(w.Result().Cookies()) > 0 {
				t.Errorf("%s, %s: %d, Retry-After %q, cookies %v: %s", down.what, r.pattern, w.Code, w.Header().Get("Retry-After"), w.Result().Cookies(), w.Body)
			}
		}
	}
	for _, want := range []string{"session", "cart", "transfer", "token", "theft"} {
		for _, down := range []string{"down ", "read-only "} {
			if asked[down+want] == 0 {
				t.Errorf("%s%s: nothing was asked of the store: %v", down, want, asked)
			}
		}
	}
}

// TestBankDown: a transfer whose bank does not answer is 503 with Retry-After at
// every step.
func TestBankDown(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/bank.db"
	s := testServices()
	s.Store = session.NewMemory(session.MemoryOptions{})
	app, err := newTransferAt(s, path)
	if err != nil {
		t.Fatal(err)
	}
	b := &teller{t: t, app: app}
	mux := http.NewServeMux()
	app.Routes(mux)
	b.srv = httptest.NewServer(mux)
	t.Cleanup(b.srv.Close)
	c, form := ready(t, b)
	if err := app.bank.Close(); err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"", "confirm", "abort", "amount", "receipt/" + form.Get("key")} {
		method, body := http.MethodPost, form.Encode()
		if step == "" || strings.HasPrefix(step, "receipt/") {
			method, body = http.MethodGet, ""
		}
		r, err := http.NewRequestWithContext(t.Context(), method, b.srv.URL+"/transfer/"+step, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", urlencoded)
		resp, err := c.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s %q: %d, Retry-After %q", method, step, resp.StatusCode, resp.Header.Get("Retry-After"))
		}
	}
}
