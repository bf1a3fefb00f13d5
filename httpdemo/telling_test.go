package httpdemo

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
)

// TestTelling: what is told of a site is what it remembers: at the beginning, after a
// request that changed it, and at the end.
func TestTelling(t *testing.T) {
	t.Parallel()
	app := &counted{}
	site, err := NewSite(testServices(), Lesson{Name: "counted", App: func(*Services) (App, error) { return app, nil }})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan []trace.Entry, 10)
	telling := NewTelling(site, func(all []trace.Entry) { told <- all })
	visit := func(name string) {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/visit", strings.NewReader("name="+name))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		telling.ServeHTTP(httptest.NewRecorder(), r)
	}
	if first := <-told; len(first) != 0 {
		t.Errorf("before any request: %v", first)
	}
	visit("jisoo")
	if now := <-told; !slices.Equal(now, site.Memory()) || len(now) != 1 || now[0].Bytes != 5 {
		t.Errorf("after a visit: %v", now)
	}
	app.mu.Lock()
	app.seen = nil // as time does, with no request
	app.mu.Unlock()
	telling.Close()
	if last := <-told; len(last) != 0 {
		t.Errorf("at the end: %v", last)
	}
}

// TestToldOfVeryMuch: what is beyond the entries that are told by themselves is in
// the sums.
func TestToldOfVeryMuch(t *testing.T) {
	t.Parallel()
	var m trace.Memory
	for i := range 3 * maxShown {
		kind := trace.MemoryConversation
		if i%3 == 0 {
			kind = trace.MemoryResource
		}
		m.Entries = append(m.Entries, trace.Entry{Kind: kind, Name: "entry", Bytes: i})
	}
	told := trace.Memory{Entries: toldOf(m.Entries)}
	if len(told.Entries) > maxShown+2 {
		t.Errorf("%d entries", len(told.Entries))
	}
	for _, kind := range []trace.MemoryKind{trace.MemoryConversation, trace.MemoryResource} {
		if got, want := told.Bytes(kind), m.Bytes(kind); got != want {
			t.Errorf("%v: %d bytes, not %d", kind, got, want)
		}
	}
}
