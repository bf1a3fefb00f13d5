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
	accept string
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
	w := b.ask("POST", "/transfer/password", urlencoded, "account=jisoo&password=blue-whale-42")
	if err := json.Unmarshal(w.Body.Bytes(), &b.tokens); err != nil || b.tokens.Form == "" {
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
	if b.accept != "" {
		r.Header.Set("Accept", b.accept)
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

// TestOddInput: what a lenient reader takes in one way and another in another is
// refused, and what is missing is no wrong password.
func TestOddInput(t *testing.T) {
	t.Parallel()
	b := badSite(t, nil)
	const kim = `{"username":"kim","password":"x"`
	for _, c := range []struct {
		path, kind, body string
		status           int
	}{
		{"/session/login", "application/json", `null`, 400},
		{"/session/login", "application/json", `{}`, 422},
		{"/session/login", urlencoded, strings.Repeat("x", 1000), 422},
		{"/session/login", urlencoded, "username=kim", 422},
		{"/session/login", urlencoded, "username=kim&password=x", 403},
		{"/session/login", urlencoded, "username=kim&username=lee&password=x", 400},
		{"/session/login", "application/json", kim + `}`, 403},
		{"/session/login", "application/json", kim + `,"username":"lee"}`, 400},
		{"/session/login", "application/json", `{"Username":"kim","PASSWORD":"x"}`, 400},
		{"/token/login", "application/json", `{}`, 400},
		{"/token/login", "application/json", kim + `}`, 400},
		{"/cookie/login", urlencoded, "user=user1&path=<script>", 422},
		{"/cookie/login", urlencoded, "user=user1&path=/a%3Bb", 422},
		{"/cookie/login", urlencoded, "user=user1&path=a", 422},
		{"/cookie/login", urlencoded, "user=user1&path=/cookie/a", 204},
	} {
		if w := b.ask("POST", c.path, c.kind, c.body); w.Code != c.status {
			t.Errorf("%s %.60s: %d, want %d: %s", c.path, c.body, w.Code, c.status, w.Body)
		}
	}
	if w := b.ask("POST", "/token/login", "application/json", `{}`); !strings.Contains(w.Body.String(), "invalid_request") {
		t.Errorf("a login with nothing in it: %s", w.Body)
	}
	w := b.ask("POST", "/session/login", "application/json", `{}`)
	if !strings.Contains(w.Body.String(), `"title":"Unprocessable Content"`) { // RFC 9110 §15.5.21
		t.Errorf("422 is called: %s", w.Body)
	}
}

// TestOddNames: of a JSON text every name is looked at, at any depth.
func TestOddNames(t *testing.T) {
	t.Parallel()
	var v struct {
		A any    `json:"a"`
		B string `json:"b"`
	}
	for text, want := range map[string]string{
		`{"a":1,"b":"a"}`: "", `{"a":["a","a",{"a":"a"},[]],"b":"b"}`: "", `null`: "",
		`{"a":{"x":1,"x":2}}`: "x", `{"a":[{"y":{}},{"y":1,"y":1}]}`: "y", `{"A":1}`: "A", `{"b":"1","a":{},"b":"2"}`: "b",
	} {
		if got := oddName([]byte(text), &v); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// fickle is a store that can be down, for writes alone or for all, and that counts
// what it could not do.
type fickle struct {
	session.Store
	reads, writes bool // are refused
	lost          bool // writes are done, and their answers lost
	refused       int
	orphans       []string // keys of new records whose answers were lost
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
	revision, err := f.Store.Commit(ctx, r)
	if err == nil && f.lost {
		f.refused++
		if r.Revision == 0 {
			f.orphans = append(f.orphans, r.Key)
		}
		return 0, session.Uncertain(ctx, "commit", errors.New("no answer"))
	}
	return revision, err
}

func (f *fickle) Delete(ctx context.Context, key string, revision uint64) error {
	if err := f.fails(ctx, f.writes, "delete"); err != nil {
		return err
	}
	err := f.Store.Delete(ctx, key, revision)
	if err == nil && f.lost {
		f.refused++
		return session.Uncertain(ctx, "delete", errors.New("no answer"))
	}
	return err
}

// TestStoreDownEverywhere: whatever asks the store while it is down is answered with 503 and
// Retry-After (RFC 9110 §15.6.4), sets no cookie, and leaves the store as it was. So
// it is while it can be read alone. What asks nothing of it goes on.
func TestStoreDownEverywhere(t *testing.T) {
	t.Parallel()
	store := &fickle{Store: session.NewMemory(session.MemoryOptions{})}
	b := badSite(t, store)
	bodies := b.bodies()
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

// bodies are forms with which the store is asked for something.
func (b *bad) bodies() map[string]string {
	const who = "username=jisoo&password=blue-whale-42"
	refresh := "refresh_token=" + b.tokens.Refresh
	return map[string]string{
		"/token/refresh": refresh, "/token/logout": refresh, "/token/revoke": "token=" + b.tokens.Refresh,
		"/transfer/amount": "amount=1&form=" + b.tokens.Form, "/cart/add": "item=B", "/session/end": "key=x", "/token/login": who,
		"/session/login": who, "/session/header/login": who, "/session/attackable/url/login": who, "/session/attackable/fixed/login": who,
		"/theft/login": "user=user1", "/theft/attackable/login": "user=user1",
	}
}

// TestAnswerLostEverywhere: where the store may have done what it was asked, the answer
// says that it is not known, and is 503 with Retry-After and no cookie; its page leads
// to where one can look, and has no form to send again. A record that nobody has the
// key of is gone at the next use of a session that the store answers.
func TestAnswerLostEverywhere(t *testing.T) {
	t.Parallel()
	store := &fickle{Store: session.NewMemory(session.MemoryOptions{})}
	b := badSite(t, store)
	b.accept = "text/html"
	before, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	asked, orphans := map[string]bool{}, 0
	for _, r := range routes(t) {
		if r.method != "POST" {
			continue
		}
		store.Store = session.NewMemory(session.MemoryOptions{}) // with what it had
		for _, held := range before {
			held.Revision = 0
			if _, err := store.Commit(t.Context(), held); err != nil {
				t.Fatal(err)
			}
		}
		store.lost, store.refused, store.orphans = true, 0, nil
		w := b.ask(r.method, r.path, urlencoded, b.bodies()[r.path])
		store.lost = false
		if store.refused == 0 {
			continue
		}
		asked[strings.Split(r.path, "/")[1]] = true
		body := w.Body.String()
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || len(w.Result().Cookies()) > 0 {
			t.Errorf("%s: %d, Retry-After %q, cookies %v: %s", r.pattern, w.Code, w.Header().Get("Retry-After"), w.Result().Cookies(), body)
		}
		look := strings.TrimSuffix(r.path[:strings.LastIndexByte(r.path, '/')+1], "attackable/")
		if !strings.Contains(body, "not known") || strings.Contains(body, "not changed") || strings.Contains(body, "<form") || !strings.Contains(body, `href="`+look+`"`) {
			t.Errorf("%s says of what is not known: %s", r.pattern, body)
		}
		if w := b.ask("GET", look, "", ""); w.Code != http.StatusOK {
			t.Errorf("%s: one cannot look at %s: %d", r.pattern, look, w.Code)
		}
		b.ask("POST", r.path, urlencoded, b.bodies()[r.path]) // asks the store where looking does not
		for _, key := range store.orphans {
			orphans++
			if _, left, err := store.Find(t.Context(), key); left || err != nil {
				t.Errorf("%s: nobody has the id of %s, which is left, %v", r.pattern, key, err)
			}
		}
	}
	for _, want := range []string{"session", "cart", "transfer", "token", "theft"} {
		if !asked[want] {
			t.Errorf("%s: no answer of the store was lost: %v", want, asked)
		}
	}
	if orphans < 6 {
		t.Errorf("%d records were new: are the logins among them?", orphans)
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
