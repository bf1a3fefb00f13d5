package session_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"statelab/httpdemo/session"
)

func TestTransports(t *testing.T) {
	t.Parallel()
	for _, transport := range []session.Transport{session.ByCookie, session.ByHeader, session.ByURL} {
		s := newShop(t, func(c *session.Config) { c.Transport = transport })
		s.mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
			link, err := session.From(r.Context()).URL("/link?a=1#top")
			if err != nil {
				t.Error(err)
			}
			_, _ = fmt.Fprint(w, link)
		})
		server := httptest.NewServer(s.m.Handler(s.mux))
		t.Cleanup(server.Close)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client, id, query := server.Client(), "", ""
		client.Jar = jar
		get := func(path string) string {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if id != "" {
				r.Header.Set(session.HeaderName, id)
			}
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got := resp.Header.Get(session.HeaderName); got != "" {
				id = got
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(body)
		}
		link := get("/link")
		if transport == session.ByURL {
			_, query, _ = strings.Cut(strings.TrimSuffix(link, "#top"), "?")
			if !strings.Contains(query, "a=1&sid=") {
				t.Errorf("link %s carries no id", link)
			}
		} else if link != "/link?a=1#top" {
			t.Errorf("link %s", link)
		}
		get("/add?item=apple&" + query)
		get("/add?item=pear&" + query)
		if got := get("/cart?" + query); got != "[\"apple\",\"pear\"]\n" {
			t.Errorf("transport %d: the cart is %s", transport, got)
		}
	}
}

func (s *shop) serve(t *testing.T, path string, h func(http.ResponseWriter, *session.Session)) *httptest.Server {
	t.Helper()
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { h(w, session.From(r.Context())) })
	server := httptest.NewServer(s.m.Handler(s.mux))
	t.Cleanup(server.Close)
	return server
}

func fetch(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp, text(t, resp)
}

// A flush keeps the session first; what comes after it is refused, not lost.
func TestFlush(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	url := s.serve(t, "/stream", func(w http.ResponseWriter, mine *session.Session) {
		if err := mine.Put("a", 1); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "one ")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		if n, _ := s.store.Usage(); n != 1 {
			t.Error("flushed, and not kept")
		}
		for _, err := range []error{mine.Put("b", 2), mine.Login("kim"), mine.Renew(), mine.Destroy()} {
			if !errors.Is(err, session.ErrSent) {
				t.Errorf("a change after the flush: %v, want ErrSent", err)
			}
		}
		_, _ = io.WriteString(w, "two")
	}).URL + "/stream"
	if r, body := fetch(t, url); body != "one two" || idIn(r) == "" {
		t.Errorf("body %q, header %v", body, r.Header)
	}
}

func TestFlushWhileStoreIsDown(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(c *session.Config) { c.Store = &failing{Store: c.Store, verb: "commit"} })
	url := s.serve(t, "/stream", func(w http.ResponseWriter, mine *session.Session) {
		if err := mine.Put("a", 1); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "PAID")
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("flush: %v, want ErrUnavailable", err)
		}
		if _, err := io.WriteString(w, "PAID"); err == nil {
			t.Error("a write after the refusal was taken")
		}
	}).URL + "/stream"
	if r, body := fetch(t, url); r.StatusCode != http.StatusServiceUnavailable || strings.Contains(body, "PAID") {
		t.Errorf("status %d, body %q", r.StatusCode, body)
	}
}

// A response that is longer than what is held back is committed, and whole.
func TestLongResponse(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	part := strings.Repeat("x", 1<<20)
	url := s.serve(t, "/long", func(w http.ResponseWriter, mine *session.Session) {
		if err := mine.Put("a", 1); err != nil {
			t.Error(err)
		}
		for range 10 {
			if _, err := io.WriteString(w, part); err != nil {
				t.Error(err)
			}
		}
	}).URL + "/long"
	if r, body := fetch(t, url); len(body) != 10<<20 || idIn(r) == "" {
		t.Errorf("%d bytes, header %v", len(body), r.Header)
	}
}

// An upgrade keeps the session before the connection is another protocol's, and
// its cookie stands in the 101 response.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	url := s.serve(t, "/upgrade", func(w http.ResponseWriter, mine *session.Session) {
		if err := mine.Put("a", 1); err != nil {
			t.Error(err)
		}
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "echo")
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if err := mine.Put("b", 2); !errors.Is(err, session.ErrSent) {
			t.Errorf("a change after the upgrade: %v, want ErrSent", err)
		}
		line, err := rw.ReadString('\n')
		if err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(conn, line)
	}).URL + "/upgrade"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "echo")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols || idIn(resp) == "" {
		t.Fatalf("status %d, header %v", resp.StatusCode, resp.Header)
	}
	conn := resp.Body.(io.ReadWriter)
	if _, err := io.WriteString(conn, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
}

func TestHeadersOfOthersStay(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.mux.HandleFunc("/made", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Del("X-Gone")
		w.Header().Set("Cache-Control", "private")
		w.WriteHeader(http.StatusCreated)
	})
	w := httptest.NewRecorder()
	w.Header().Set("X-Outer", "1")
	w.Header().Set("X-Gone", "1")
	s.m.Handler(s.mux).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/made", http.NoBody))
	if h := w.Header(); w.Code != http.StatusCreated || h.Get("X-Outer") != "1" || h.Get("X-Gone") != "" || h.Get("Cache-Control") != "private" {
		t.Errorf("status %d, header %v", w.Code, h)
	}
}
