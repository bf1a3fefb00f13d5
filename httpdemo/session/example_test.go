package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// A client that goes away does not undo what its request has done.
func TestClientGone(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	s.mux.HandleFunc("/pay", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		if err := session.From(r.Context()).Put("paid", true); err != nil {
			t.Error(err)
		}
	})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/pay", http.NoBody)
	s.m.Handler(s.mux).ServeHTTP(httptest.NewRecorder(), r)
	if n, _ := s.store.Usage(); n != 1 {
		t.Error("the client went away, and its payment with it")
	}
}

// A store that keeps a record for longer than it should does not prolong it.
func TestManagerDecidesExpiry(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(c *session.Config) {
		c.Store = session.NewMemory(session.MemoryOptions{Now: func() time.Time { return time.Time{} }})
	})
	id := s.login(t, "kim")
	s.clock.Advance(20 * time.Minute)
	if got := text(t, s.do("/who", id)); got != "" {
		t.Errorf("after the idle timeout: %q", got)
	}
}

// What a handler sets after a flush are trailers (RFC 9110 §6.5).
func TestTrailers(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	url := s.serve(t, "/trailer", func(w http.ResponseWriter, _ *session.Session) {
		w.Header().Set("Trailer", "Sum")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		w.Header().Set("Sum", "42")
	}).URL + "/trailer"
	if r, _ := fetch(t, url); r.Trailer.Get("Sum") != "42" {
		t.Errorf("trailer %v", r.Trailer)
	}
}

func ExampleManager() {
	m, err := session.NewManager(session.Config{Store: session.NewMemory(session.MemoryOptions{})})
	if err != nil {
		fmt.Println(err)
		return
	}
	shop := m.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, item := session.From(r.Context()), r.FormValue("item")
		if err := session.Update(s, "cart", func(cart []string) []string { return append(cart, item) }); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		var cart []string
		if _, err := s.Get("cart", &cart); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, cart)
	}))
	var cookies []*http.Cookie
	for _, item := range []string{"apple", "pear"} {
		r := httptest.NewRequest(http.MethodPost, "/?item="+url.QueryEscape(item), http.NoBody)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		shop.ServeHTTP(w, r)
		fmt.Print(w.Body)
		cookies = append(cookies, w.Result().Cookies()...)
	}
	// Output:
	// [apple]
	// [apple pear]
}

func ExampleStore() {
	ctx := context.Background()
	store := session.NewMemory(session.MemoryOptions{})
	r := session.Record{Key: "k", User: "kim", Data: []byte("one"), Expires: time.Now().Add(time.Hour)}
	r.Revision, _ = store.Commit(ctx, r)
	_ = store.Delete(ctx, r.Key, 0) // logout
	_, err := store.Commit(ctx, r)  // a request that was in flight
	fmt.Println(errors.Is(err, session.ErrConflict))
	// Output: true
}
