package httpdemo

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// sessionsOf gives a handler that counts visits in a session.
func sessionsOf(t *testing.T, s *Services) http.Handler {
	t.Helper()
	m, err := s.sessions(s.part("test"), session.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return m.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := session.Update(session.From(r.Context()), "visits", func(n int) int { return n + 1 })
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write([]byte("counted"))
	}))
}

// TestSessionsAreWatched: each access to the store is told, with its name and size,
// and never with an id that a server would take.
func TestSessionsAreWatched(t *testing.T) {
	t.Parallel()
	var told []trace.Access
	s := testServices()
	s.Watch = func(a trace.Access) { told = append(told, a) }
	h := sessionsOf(t, s)
	first := httptest.NewRecorder()
	h.ServeHTTP(first, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	again := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	cookie := first.Result().Cookies()[0]
	again.AddCookie(cookie)
	h.ServeHTTP(httptest.NewRecorder(), again)

	if len(told) != 3 {
		t.Fatalf("%d accesses, want a write, a read and a write: %v", len(told), told)
	}
	key := session.Key(cookie.Value)[:8] + "…"
	for i, op := range []string{trace.StoreWrite, trace.StoreRead, trace.StoreWrite} {
		a := told[i]
		if a.Op != op || a.Store != "memory" || a.Key != key || a.Bytes < 64 || a.Revision == 0 || a.Outcome != trace.StoreDone {
			t.Errorf("access %d: %+v", i, a)
		}
	}
}

// TestStoreDown: a store that does not answer is 503 with Retry-After, and nothing
// of the page that would have said otherwise.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	store := session.NewMemory(session.MemoryOptions{})
	s := testServices()
	s.Store, s.StoreName = store, "redis"
	var last trace.Access
	s.Watch = func(a trace.Access) { last = a }
	h := sessionsOf(t, s)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := w.Body.String(); body == "" || body == "counted" {
		t.Errorf("it says %q", body)
	}
	if last.Store != "redis" || last.Outcome != trace.StoreUnavailable {
		t.Errorf("told: %+v", last)
	}
}

// TestFullStore: a flood of one lesson's sessions ends at what the lesson may keep. It is
// told that the store is full, and until when; who is there goes on, and so do the others.
func TestFullStore(t *testing.T) {
	t.Parallel()
	s := testServices()
	began := time.Now()
	s.Now = func() time.Time { return began }
	site, err := NewSite(s, Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	send := func(path, body string, fields ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", urlencoded)
		for i := 0; i < len(fields); i += 2 {
			r.Header.Set(fields[i], fields[i+1])
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	first := send("/cart/add", "item=A")
	for range lessonSessions - 1 {
		if w := send("/cart/add", "item=A"); w.Code != http.StatusOK {
			t.Fatalf("before the store is full: %d %s", w.Code, w.Body)
		}
	}
	for lang, says := range map[string]string{"en": "is full", "ko": "가득"} {
		w := send("/cart/add?lang="+lang, "item=A")
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), says) || w.Header().Get("Retry-After") != "1800" {
			t.Errorf("a full store: %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
	if w := send("/cart/add", "item=B", "Cookie", first.Result().Cookies()[0].String()); w.Code != http.StatusOK {
		t.Errorf("who has a cart already: %d %s", w.Code, w.Body)
	}
	if w := send("/session/login", "username=jisoo&password=blue-whale-42"); w.Code != http.StatusSeeOther {
		t.Errorf("another lesson: %d %s", w.Code, w.Body)
	}
	m := site.remembered()
	if len(m.Entries) != maxShown || m.LeftOut < lessonSessions-maxShown || m.Bytes["conversation"] < lessonSessions*100 {
		t.Errorf("the memory shows %d entries, leaves out %d, and counts %v", len(m.Entries), m.LeftOut, m.Bytes)
	}
}

// TestRecordsAreCut: what no view shows is not made ready for one, and is counted.
func TestRecordsAreCut(t *testing.T) {
	t.Parallel()
	store := session.NewMemory(session.MemoryOptions{})
	for i := range maxShown + 10 {
		r := session.Record{Key: fmt.Sprintf("%064d", i), Data: []byte(`{"form":"0123456789"}`), Expires: time.Now().Add(time.Hour)}
		if _, err := store.Commit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	n, size := store.Usage()
	sum := 0
	all := sessionRecords(store, transferSecrets...)
	for i, e := range all {
		sum += e.Bytes
		if shown := e.Value == `{"form":"0123…"}`; shown != (i < maxShown) {
			t.Errorf("record %d: %q", i, e.Value)
		}
	}
	if len(all) != n || int64(sum) != size {
		t.Errorf("%d records of %d bytes, of %d and %d", len(all), sum, n, size)
	}
}
