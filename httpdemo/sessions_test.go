package httpdemo

import (
	"net/http"
	"net/http/httptest"
	"testing"

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
