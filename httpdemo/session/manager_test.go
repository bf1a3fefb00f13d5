package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/storetest"
)

// shop is a server with a session manager, on a clock and a store of its own.
type shop struct {
	m     *session.Manager
	clock *storetest.Clock
	store *session.Memory
	mux   *http.ServeMux
	ops   func() []session.Op
}

func newShop(t testing.TB, change func(*session.Config)) *shop {
	t.Helper()
	s := &shop{clock: storetest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), mux: http.NewServeMux()}
	s.store = session.NewMemory(session.MemoryOptions{Now: s.clock.Now})
	var mu sync.Mutex
	var ops []session.Op
	c := session.Config{
		Store: s.store, Now: s.clock.Now, Rand: rand.NewChaCha8([32]byte{1}),
		Lifetime: 8 * time.Hour, IdleTimeout: 20 * time.Minute,
		Watch: func(op session.Op) {
			mu.Lock()
			defer mu.Unlock()
			ops = append(ops, op)
		},
	}
	s.ops = func() []session.Op {
		mu.Lock()
		defer mu.Unlock()
		told := ops
		ops = nil
		return told
	}
	if change != nil {
		change(&c)
	}
	m, err := session.NewManager(c)
	if err != nil {
		t.Fatal(err)
	}
	s.m = m
	handle := func(path string, f func(*session.Session, http.ResponseWriter, *http.Request) error) {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if err := f(session.From(r.Context()), w, r); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		})
	}
	handle("/page", func(*session.Session, http.ResponseWriter, *http.Request) error { return nil })
	handle("/who", func(s *session.Session, w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprint(w, s.User())
		return err
	})
	handle("/login", func(s *session.Session, w http.ResponseWriter, r *http.Request) error {
		_, _ = fmt.Fprint(w, "welcome")
		return s.Login(r.FormValue("user"))
	})
	handle("/logout", func(s *session.Session, _ http.ResponseWriter, _ *http.Request) error { return s.Destroy() })
	handle("/add", func(s *session.Session, w http.ResponseWriter, r *http.Request) error {
		_, _ = fmt.Fprint(w, "PAID")
		return session.Update(s, "cart", func(cart []string) []string { return append(cart, r.FormValue("item")) })
	})
	handle("/put", func(s *session.Session, w http.ResponseWriter, r *http.Request) error {
		_, _ = fmt.Fprint(w, "PAID")
		return s.Put("last", r.FormValue("item"))
	})
	handle("/cart", func(s *session.Session, w http.ResponseWriter, _ *http.Request) error {
		var cart []string
		if _, err := s.Get("cart", &cart); err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(cart)
	})
	return s
}

// do sends a request with the session's cookie, if id is not empty.
func (s *shop) do(target, id string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
	if id != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-session", Value: id})
	}
	w := httptest.NewRecorder()
	s.m.Handler(s.mux).ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// idIn is the id that a response sets; empty if it sets none.
func idIn(r *http.Response) string {
	for _, c := range r.Cookies() {
		return c.Value
	}
	return ""
}

func (s *shop) login(t *testing.T, user string) string {
	t.Helper()
	id := idIn(s.do("/login?user="+user, ""))
	if id == "" {
		t.Fatal("login set no cookie")
	}
	return id
}

func TestNothingIsStoredForNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	if r := s.do("/page", ""); idIn(r) != "" || r.Header.Get("Vary") != "Cookie" {
		t.Errorf("a page that needs no session: %v", r.Header)
	}
	if ops := s.ops(); len(ops) != 0 {
		t.Errorf("it asked the store: %v", ops)
	}
}

func TestCookie(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	got := s.do("/add?item=apple", "").Header
	c := got.Get("Set-Cookie")
	for _, want := range []string{"__Host-session=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(c, want) {
			t.Errorf("Set-Cookie: %s lacks %s", c, want)
		}
	}
	if strings.Contains(c, "Domain") || strings.Contains(c, "Max-Age") || got.Get("Cache-Control") != "no-store" {
		t.Errorf("header %v", got)
	}
	id := idIn(s.do("/add?item=apple", ""))
	if len(id) != 43 {
		t.Errorf("id %q is not 256 bits in base64url", id)
	}
	for name, cookie := range map[string]http.Cookie{
		"no Secure":   {Name: "__Host-session", Path: "/"},
		"a path":      {Name: "__Host-session", Path: "/shop", Secure: true},
		"a domain":    {Name: "__Host-session", Path: "/", Secure: true, Domain: "example.org"},
		"a bad token": {Name: "a b"},
	} {
		if _, err := session.NewManager(session.Config{Store: s.store, Cookie: cookie}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	weak := newShop(t, func(c *session.Config) { c.Cookie = http.Cookie{Name: "id"} })
	if c := weak.do("/add?item=apple", "").Header.Get("Set-Cookie"); !strings.HasPrefix(c, "id=") || strings.Contains(c, ";") {
		t.Errorf("the lesson's cookie without protection: %s", c)
	}
}

func TestIDIsHashedAtRest(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	id := s.login(t, "kim")
	all, err := s.store.List(t.Context(), "")
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if strings.Contains(fmt.Sprintf("%+v %s", all[0], all[0].Data), id) {
		t.Errorf("the store has the id: %+v", all[0])
	}
	if got := text(t, s.do("/who", all[0].Key)); got != "" {
		t.Errorf("what the store has logs one in as %q", got)
	}
	if !json.Valid(all[0].Data) {
		t.Errorf("the record cannot be read: %s", all[0].Data)
	}
}

func TestUnknownIDIsNotAdopted(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	chosen := strings.Repeat("A", 43)
	for _, id := range []string{chosen, "x", "../../etc/passwd", strings.Repeat("A", 4000)} {
		if got := idIn(s.do("/add?item=apple", id)); got == "" || got == id {
			t.Errorf("%.50s: the session's id is %q", id, got)
		}
	}
	if got := text(t, s.do("/cart", chosen)); got != "null\n" {
		t.Errorf("who chose the id sees the cart %s", got)
	}
	finds := 0
	for _, op := range s.ops() {
		if op.Verb == "find" {
			finds++
		}
	}
	if finds != 2 {
		t.Errorf("%d ids were looked up; only the two that could be ours should be", finds)
	}
}

// Session fixation: the id from before the login must not be logged in.
func TestLoginRenews(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	before := idIn(s.do("/add?item=apple", ""))
	after := idIn(s.do("/login?user=kim", before))
	if after == "" || after == before {
		t.Fatalf("the id after login is %q, before it %q", after, before)
	}
	if got := text(t, s.do("/who", before)); got != "" {
		t.Errorf("the id from before is logged in as %q", got)
	}
	if got := text(t, s.do("/cart", after)); got != "[\"apple\"]\n" {
		t.Errorf("the cart after login: %s", got)
	}
	if n, _ := s.store.Usage(); n != 1 {
		t.Errorf("%d records are left, want 1", n)
	}
}

// A renewal that cannot end the old session gives nobody a new one.
func TestRenewalIsWholeOrNot(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(c *session.Config) { c.Store = &failing{Store: c.Store, verb: "delete of revision"} })
	before := idIn(s.do("/add?item=apple", ""))
	r := s.do("/login?user=kim", before)
	if r.StatusCode != http.StatusServiceUnavailable || idIn(r) != "" {
		t.Errorf("status %d, cookie %q", r.StatusCode, idIn(r))
	}
	if got := text(t, s.do("/cart", before)); got != "[\"apple\"]\n" || text(t, s.do("/who", before)) != "" {
		t.Errorf("the session from before: %s", got)
	}
	if n, _ := s.store.Usage(); n != 1 {
		t.Errorf("%d records are left, want 1", n)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	id := s.login(t, "kim")
	s.clock.Advance(20*time.Minute - time.Millisecond)
	if got := text(t, s.do("/who", id)); got != "kim" {
		t.Errorf("just before the idle timeout: %q", got)
	}
	s.clock.Advance(20 * time.Minute)
	if got := text(t, s.do("/who", id)); got != "" {
		t.Errorf("after the idle timeout: %q", got)
	}
	id = s.login(t, "kim")
	for used := time.Duration(0); used < 8*time.Hour-10*time.Minute; used += 10 * time.Minute {
		s.clock.Advance(10 * time.Minute)
		if got := text(t, s.do("/who", id)); got != "kim" {
			t.Fatalf("in use for %v: %q", used, got)
		}
	}
	s.clock.Advance(10 * time.Minute)
	if got := text(t, s.do("/who", id)); got != "" {
		t.Errorf("after its lifetime, in use throughout: %q", got)
	}
}

// An idle timeout that writes on each request makes each slow page a writer.
func TestIdleTimeoutWritesSeldom(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	id := s.login(t, "kim")
	s.ops()
	for range 20 {
		s.clock.Advance(time.Minute)
		s.do("/page", id)
	}
	commits := 0
	for _, op := range s.ops() {
		if op.Verb == "commit" {
			commits++
		}
	}
	if commits != 4 {
		t.Errorf("20 requests in the 20 minutes of the idle timeout wrote %d times, want 4", commits)
	}
}

// slow holds a request in its handler until the test lets it go on.
func (s *shop) slow(path string, change func(*session.Session) error) (inside, goOn chan struct{}) {
	inside, goOn = make(chan struct{}), make(chan struct{})
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		close(inside)
		<-goOn
		if err := change(session.From(r.Context())); err != nil {
			_, _ = fmt.Fprint(w, err)
		}
		_, _ = fmt.Fprint(w, "PAID")
	})
	return inside, goOn
}

// A request in flight at logout revives nothing: neither by a change nor because
// the idle timeout was touched.
func TestLogoutWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*session.Session) error
		status int
	}{
		"a change":  {func(s *session.Session) error { return s.Put("a", 1) }, http.StatusConflict},
		"an update": {func(s *session.Session) error { return session.Update(s, "a", func(n int) int { return n + 1 }) }, http.StatusConflict},
		"a renewal": {func(s *session.Session) error { return s.Renew() }, http.StatusConflict},
		"a touch":   {func(*session.Session) error { return nil }, http.StatusOK},
	} {
		s := newShop(t, nil)
		id := s.login(t, "kim")
		s.clock.Advance(19 * time.Minute)
		inside, goOn := s.slow("/slow", c.change)
		done := make(chan *http.Response)
		go func() { done <- s.do("/slow", id) }()
		<-inside
		if r := s.do("/logout", id); r.Header.Get("Set-Cookie") == "" || !strings.Contains(r.Header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("%s: logout's header %v", name, r.Header)
		}
		close(goOn)
		r := <-done
		body := text(t, r)
		if r.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", name, r.StatusCode, c.status)
		}
		if c.status == http.StatusConflict && strings.Contains(body, "PAID") {
			t.Errorf("%s: %q was sent with the refusal", name, body)
		}
		if n, _ := s.store.Usage(); n != 0 {
			t.Errorf("%s: the session is back after logout", name)
		}
	}
}

func (s *shop) twenty(path, id string) (byStatus map[int]int) {
	var mu sync.Mutex
	byStatus = map[int]int{}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			r := s.do(fmt.Sprintf("%s?item=%d", path, i), id)
			mu.Lock()
			defer mu.Unlock()
			byStatus[r.StatusCode]++
		})
	}
	all.Wait()
	return byStatus
}

func TestTwentyAddsAtOnce(t *testing.T) {
	t.Parallel()
	var together sync.WaitGroup // all twenty have read before the first writes
	s := newShop(t, nil)
	id := s.login(t, "kim")
	together.Add(20)
	s.mux.HandleFunc("/together", func(_ http.ResponseWriter, r *http.Request) {
		together.Done()
		together.Wait()
		err := session.Update(session.From(r.Context()), "cart", func(cart []string) []string { return append(cart, r.FormValue("item")) })
		if err != nil {
			t.Error(err)
		}
	})
	if got := s.twenty("/together", id); got[http.StatusOK] != 20 {
		t.Errorf("statuses %v", got)
	}
	var cart []string
	if err := json.Unmarshal([]byte(text(t, s.do("/cart", id))), &cart); err != nil || len(cart) != 20 {
		t.Errorf("%d items of 20 are in the cart: %v", len(cart), cart)
	}
}

// Without Update or Rerun all but one of twenty are told that they lost.
func TestTwentyPutsAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	id := s.login(t, "kim")
	var together sync.WaitGroup
	together.Add(20)
	s.mux.HandleFunc("/together", func(_ http.ResponseWriter, r *http.Request) {
		together.Done()
		together.Wait()
		if err := session.From(r.Context()).Put("last", r.FormValue("item")); err != nil {
			t.Error(err)
		}
	})
	if got := s.twenty("/together", id); got[http.StatusOK] != 1 || got[http.StatusConflict] != 19 {
		t.Errorf("statuses %v, want one 200 and 19 409", got)
	}
}

// A handler that says so is run again, with its request's content.
func TestRerun(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(c *session.Config) {
		c.Rerun = func(r *http.Request) bool { return r.Method == http.MethodPut }
	})
	id := s.login(t, "kim")
	var runs atomic.Int32
	s.mux.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) {
		mine := session.From(r.Context())
		var n int
		if _, err := mine.Get("n", &n); err != nil {
			t.Error(err)
		}
		if runs.Add(1) == 1 { // another request is faster than the first run
			r2 := httptest.NewRequest(http.MethodPut, "/count", strings.NewReader("10"))
			r2.AddCookie(&http.Cookie{Name: "__Host-session", Value: id})
			s.m.Handler(s.mux).ServeHTTP(httptest.NewRecorder(), r2)
		}
		var by int
		if _, err := fmt.Fscan(r.Body, &by); err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprint(w, n+by)
		if err := mine.Put("n", n+by); err != nil {
			t.Error(err)
		}
	})
	r := httptest.NewRequest(http.MethodPut, "/count", strings.NewReader("1"))
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: id})
	w := httptest.NewRecorder()
	s.m.Handler(s.mux).ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Body.String() != "11" || runs.Load() != 3 {
		t.Errorf("status %d, body %q after %d runs; want 200, \"11\", 3", w.Code, w.Body, runs.Load())
	}
}

func TestListAndEnd(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	first := s.login(t, "kim")
	s.clock.Advance(time.Minute)
	second := s.login(t, "kim")
	other := s.login(t, "lee")
	all, err := s.m.Sessions(t.Context(), "kim")
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if all[0].Key != session.Key(second) || all[1].Created.Add(time.Minute) != all[0].Created || all[0].Bytes == 0 {
		t.Errorf("sessions %+v", all)
	}
	if ended, err := s.m.End(t.Context(), "kim", session.Key(other)); err != nil || ended {
		t.Errorf("kim ends lee's session: %v, %v", ended, err)
	}
	if ended, err := s.m.End(t.Context(), "kim", session.Key(first)); err != nil || !ended {
		t.Errorf("kim cannot end her own: %v, %v", ended, err)
	}
	third := s.login(t, "kim")
	if n, err := s.m.DestroyAll(t.Context(), "kim", session.Key(third)); err != nil || n != 1 {
		t.Errorf("ended %d, %v", n, err)
	}
	for id, want := range map[string]string{first: "", second: "", third: "kim", other: "lee"} {
		if got := text(t, s.do("/who", id)); got != want {
			t.Errorf("logged in as %q, want %q", got, want)
		}
	}
	if _, err := s.m.DestroyAll(t.Context(), ""); err == nil {
		t.Error("everybody's sessions were ended for nobody's sake")
	}
}

// failing is a store of which one call fails.
type failing struct {
	session.Store
	verb string
}

var errDown = fmt.Errorf("%w: as the test asked", session.ErrUnavailable)

func (f *failing) Find(ctx context.Context, key string) (session.Record, bool, error) {
	if f.verb == "find" {
		return session.Record{}, false, errDown
	}
	return f.Store.Find(ctx, key)
}

func (f *failing) Commit(ctx context.Context, r session.Record) (uint64, error) {
	if f.verb == "commit" {
		return 0, errDown
	}
	return f.Store.Commit(ctx, r)
}

func (f *failing) Delete(ctx context.Context, key string, revision uint64) error {
	if f.verb == "delete" || f.verb == "delete of revision" && revision != 0 {
		return errDown
	}
	return f.Store.Delete(ctx, key, revision)
}

// The handler has run and written PAID when the store fails: the client must not
// read that.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	for verb, path := range map[string]string{"find": "/who", "commit": "/put?item=x", "delete": "/logout"} {
		f := &failing{}
		s := newShop(t, func(c *session.Config) { f.Store = c.Store; c.Store = f })
		id := s.login(t, "kim")
		f.verb = verb
		r := s.do(path, id)
		if body := text(t, r); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") != "1" ||
			strings.Contains(body, "PAID") || idIn(r) != "" || len(r.Cookies()) != 0 {
			t.Errorf("%s: status %d, header %v, body %q", verb, r.StatusCode, r.Header, body)
		}
		if r := s.do("/page", ""); r.StatusCode != http.StatusOK {
			t.Errorf("%s: a page without a session: %d", verb, r.StatusCode)
		}
		ops := s.ops()
		if last := ops[len(ops)-1]; last.Outcome != session.Unavailable || !errors.Is(last.Err, session.ErrUnavailable) {
			t.Errorf("%s: told %+v", verb, last)
		}
		f.verb = ""
		if got := text(t, s.do("/who", id)); got != "kim" {
			t.Errorf("%s: when the store is back: %q", verb, got)
		}
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	id := s.login(t, "kim")
	s.do("/add?item=apple", id)
	s.do("/logout", id)
	s.do("/who", id)
	var got []string
	for _, op := range s.ops() {
		got = append(got, fmt.Sprintf("%s %d→%d %s", op.Verb, op.Was, op.Record.Revision, op.Outcome))
		if op.Record.Key != session.Key(id) {
			t.Errorf("%s of key %s", op.Verb, op.Record.Key)
		}
	}
	want := "commit 0→1 ok; find 1→1 ok; commit 1→2 ok; find 2→2 ok; delete 0→0 ok; find 0→0 absent"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("told %s\nwant %s", s, want)
	}
}

// mute is a store that does what it is asked, and whose answers to one kind of call are
// lost.
type mute struct {
	session.Store
	verb string
}

func (m *mute) Commit(ctx context.Context, r session.Record) (uint64, error) {
	revision, err := m.Store.Commit(ctx, r)
	if err == nil && m.verb == "commit" {
		return 0, session.Uncertain(ctx, "commit", errDown)
	}
	return revision, err
}

func (m *mute) Delete(ctx context.Context, key string, revision uint64) error {
	if m.verb == "delete of revision" && revision == 0 {
		return errDown
	}
	err := m.Store.Delete(ctx, key, revision)
	if err == nil && m.verb == "delete of revision" {
		return session.Uncertain(ctx, "delete", errDown)
	}
	return err
}

// Nobody is told the id of a session of which it is not known whether it is kept. At
// the next use that the store answers it is ended, and so is the one that a renewal has left.
func TestOrphans(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"commit", "delete of revision"} {
		f := &mute{}
		s := newShop(t, func(c *session.Config) { f.Store = c.Store; c.Store = f })
		other := s.login(t, "lee")
		id := idIn(s.do("/add?item=apple", ""))
		f.verb = verb
		r := s.do("/login?user=kim", id)
		if r.StatusCode != http.StatusServiceUnavailable || idIn(r) != "" {
			t.Errorf("%s: status %d, cookie %q", verb, r.StatusCode, idIn(r))
		}
		ofKim := func() int {
			all, err := s.store.List(t.Context(), "kim")
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		if n := ofKim(); n != 1 {
			t.Errorf("%s: the login was not written: %d", verb, n)
		}
		f.verb = ""
		if got := text(t, s.do("/who", other)); got != "lee" || ofKim() != 0 {
			t.Errorf("%s: for %q %d sessions of kim's are left when the store answers", verb, got, ofKim())
		}
	}
}
