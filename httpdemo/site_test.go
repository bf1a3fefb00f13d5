package httpdemo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"statelab/capture/trace"
)

// counted is an App that remembers who has visited.
type counted struct {
	mu   sync.Mutex
	seen []string
}

func (c *counted) Routes(mux Mux) {
	mux.HandleFunc("POST /visit", func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = append(c.seen, r.FormValue("name"))
	})
}

func (c *counted) Memory() (all []trace.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.seen {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "visitor", Value: s, Bytes: len(s)})
	}
	return all
}

func testServices() *Services {
	return &Services{Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32)}
}

func testSite(t *testing.T, lessons ...Lesson) *httptest.Server {
	t.Helper()
	return serveSite(t, testServices(), lessons...)
}

func serveSite(t *testing.T, services *Services, lessons ...Lesson) *httptest.Server {
	t.Helper()
	site, err := NewSite(services, lessons...)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(site)
	t.Cleanup(func() {
		s.Close()
		if err := site.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func send(t *testing.T, method, url, kind, body string, fields ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// TestSiteRefuses: what no page has, what is not allowed, and what another site
// sends.
func TestSiteRefuses(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	for _, c := range []struct {
		method, path, kind, body string
		fields                   []string
		want                     int
		says                     string
	}{
		{"GET", "/nobody", "", "", nil, 404, ""},
		{"GET", "/assets/..%2fsite.go", "", "", nil, 404, ""},
		{"DELETE", "/vending/", "", "", nil, 405, ""},
		{"FOO", "/vending/", "", "", nil, 405, "does not have that method"},
		{"get", "/vending/", "", "", nil, 405, ""},
		{"PATCH", "/vending/", "", "", nil, 405, ""},
		{"POST", "/vending/", "text/plain", "x", nil, 415, ""},
		{"POST", "/vending/", "application/json", `[]`, nil, 400, "The JSON is to be an object."},
		{"POST", "/vending/", "application/json", `"x"`, nil, 400, "The JSON is to be an object."},
		{"POST", "/vending/", "application/json", `{"coin":1,`, nil, 400, "byte 10"},
		{"POST", "/vending/", "application/json", `{"coin":"x"}`, nil, 400, "byte "},
		{"POST", "/vending/", "application/json", `{"coin":1,"choice":"cola"} {}`, nil, 400, "behind"},
		{"POST", "/vending/", "application/x-www-form-urlencoded", "coin=%zz", nil, 400, ""},
		{"POST", "/vending/", "application/x-www-form-urlencoded", "coin=2000&choice=cola", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"POST", "/vending/", "application/x-www-form-urlencoded", "coin=2000&choice=cola", []string{"Sec-Fetch-Site", "same-origin"}, 200, ""},
	} {
		resp, body := send(t, c.method, s.URL+c.path, c.kind, c.body, c.fields...)
		if resp.StatusCode != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %q: %d %s, want %d", c.method, c.path, c.body, resp.StatusCode, body, c.want)
		}
		if c.want == 405 && resp.Header.Get("Allow") != "GET, HEAD, POST" {
			t.Errorf("Allow: %q", resp.Header.Get("Allow"))
		}
	}
}

// TestSitePages: every link of the index leads to a page in both languages, under
// a policy that lets no foreign script run.
func TestSitePages(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	for _, lang := range []string{"en", "ko"} {
		_, index := send(t, "GET", s.URL+"/?lang="+lang, "", "", "Accept", "text/html")
		links := regexp.MustCompile(`<li><a href="([^"]+)"`).FindAllStringSubmatch(index, -1)
		if len(links) == 0 {
			t.Fatal("the index leads nowhere")
		}
		for _, l := range append(links, []string{"", "/memory?lang=" + lang}) {
			resp, body := send(t, "GET", s.URL+l[1], "", "", "Accept", "text/html")
			if resp.StatusCode != 200 || resp.Header.Get("Content-Language") != lang || !strings.Contains(body, `<html lang="`+lang+`">`) {
				t.Errorf("%s: %d, %q", l[1], resp.StatusCode, resp.Header.Get("Content-Language"))
			}
			policy := resp.Header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("%s: policy %q lacks %s", l[1], policy, part)
				}
			}
			if strings.Contains(policy, "unsafe") {
				t.Errorf("%s: policy %q", l[1], policy)
			}
			for name, want := range map[string]string{
				"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
				"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "",
			} {
				if got := resp.Header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", l[1], name, got, want)
				}
			}
		}
	}
}

// TestMemoryFollows: the memory's live view tells what a request has changed, with
// hostile bytes escaped.
func TestMemoryFollows(t *testing.T) {
	t.Parallel()
	app := &counted{}
	s := testSite(t, Lesson{Name: "counted", App: func(*Services) (App, error) { return app, nil }})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/memory/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() (m remembered) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &m); err != nil {
					t.Fatal(err)
				}
				return m
			}
		}
		t.Fatal("the stream ended: ", lines.Err())
		return m
	}
	if m := next(); m.Bytes["conversation"] != 0 {
		t.Fatalf("before the first request: %+v", m)
	}
	send(t, "POST", s.URL+"/visit", "application/x-www-form-urlencoded", "name=%1b[31mred")
	if m := next(); m.Bytes["conversation"] != 8 || len(m.Entries) != 1 || m.Entries[0].Value != `\x1b[31mred` {
		t.Errorf("after it: %+v", m)
	}
}

// The memory is nobody's business on another machine, or on another site, and its
// live views are bounded.
func TestMemoryIsGuarded(t *testing.T) {
	t.Parallel()
	site, err := NewSite(testServices(), Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	get := func(path, from, host, at string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr, r.Host = from, host
		if at != "" {
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(at))))
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		from, host, at string
		want           int
	}{
		{"127.0.0.1:4000", "127.0.0.1:8080", "127.0.0.1:8080", 200},
		{"[::1]:4000", "[::1]:8080", "", 200},
		{"[::1]:4000", "LocalHost:8080", "", 200},
		{"127.0.0.1:4000", "shop.localhost", "", 200},
		{"127.0.0.1:4000", "evil.test:8080", "", 403}, // a name that was made to point here
		{"127.0.0.1:4000", "localhost.evil.test", "", 403},
		{"192.0.2.1:4000", "192.0.2.7:8080", "192.0.2.7:8080", 403},
		{"192.0.2.7:4000", "192.0.2.7:8080", "192.0.2.7:8080", 200}, // this machine, by its address
		{"192.0.2.1:4000", "127.0.0.1", "", 403},
	} {
		for _, path := range []string{"/memory", "/memory.json"} {
			if w := get(path, c.from, c.host, c.at); w.Code != c.want {
				t.Errorf("%s of %s from %s: %d, want %d", path, c.host, c.from, w.Code, c.want)
			}
		}
	}
	if w := get("/memory/events", "192.0.2.1:4000", "127.0.0.1", ""); w.Code != http.StatusForbidden {
		t.Errorf("live, from another machine: %d", w.Code)
	}
	for range maxStreams {
		site.streams <- struct{}{}
	}
	if w := get("/memory/events", "[::1]:4000", "localhost", ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("one view too many: %d", w.Code)
	}
}

// TestMemoryLeavesNothingUnsaid: what is too much to list is counted.
func TestMemoryLeavesNothingUnsaid(t *testing.T) {
	t.Parallel()
	app := &counted{}
	for range maxShown + 7 {
		app.seen = append(app.seen, "x")
	}
	s := testSite(t, Lesson{Name: "counted", App: func(*Services) (App, error) { return app, nil }})
	resp, body := send(t, "GET", s.URL+"/memory.json", "", "")
	var m remembered
	if err := json.Unmarshal([]byte(body), &m); err != nil || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatal(err, resp.Header)
	}
	if len(m.Entries) != maxShown || m.LeftOut != 7 || m.Bytes["conversation"] != maxShown+7 || m.Entries[0].Lesson != "counted" {
		t.Errorf("%d entries, %d left out, %v", len(m.Entries), m.LeftOut, m.Bytes)
	}
	_, page := send(t, "GET", s.URL+"/memory", "", "", "Accept", "text/html")
	if !strings.Contains(page, "<strong>7</strong>") || strings.Contains(page, "data-left hidden") {
		t.Error("the page does not say how many it leaves out")
	}
}

// TestCourse: whoever goes to the next lesson each time has seen every page that
// the index names, in its order, and comes back by the way he came.
func TestCourse(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	_, index := send(t, "GET", s.URL+"/", "", "", "Accept", "text/html")
	for _, l := range Lessons() {
		if !strings.Contains(index, "statelab http demo "+l.Name+"<") {
			t.Errorf("the index does not name %s", l.Name)
		}
	}
	var want []string
	for _, l := range regexp.MustCompile(`<li><a href="([^"]+)"`).FindAllStringSubmatch(index, -1) {
		want = append(want, l[1])
	}
	walk := func(from, rel string) (seen []string) {
		for at := from; at != "" && len(seen) <= len(want); {
			seen = append(seen, at)
			_, page := send(t, "GET", s.URL+at, "", "", "Accept", "text/html")
			link := regexp.MustCompile(`<a rel="` + rel + `" href="([^"]+)"`).FindStringSubmatch(page)
			if at = ""; link != nil {
				at = link[1]
			}
		}
		return seen
	}
	if got := walk(want[0], "next"); !slices.Equal(got, want) {
		t.Errorf("forth: %v\nwant:  %v", got, want)
	}
	got := walk(want[len(want)-1], "prev")
	slices.Reverse(got)
	if !slices.Equal(got, want) {
		t.Errorf("back: %v\nwant: %v", got, want)
	}
}

// TestPlainHTTPAtTLS: who forgets the s is told, and the server goes on.
func TestPlainHTTPAtTLS(t *testing.T) {
	t.Parallel()
	c, err := Certificate(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			http.Error(w, "the handler does not know of TLS", http.StatusInternalServerError)
		}
	}), Limits{}, nil)
	strict := Strict(Secure(l, &tls.Config{Certificates: []tls.Certificate{c}}), srv, DefaultReadTimeout, DefaultHeader)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(strict) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	resp, body := send(t, "GET", "http://"+l.Addr().String()+"/", "", "")
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "https://") {
		t.Errorf("over http: %d %q", resp.StatusCode, body)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.Leaf)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	r, err := http.NewRequestWithContext(t.Context(), "GET", "https://"+l.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err = client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("over https: %d", resp.StatusCode)
	}
}

// TestCertificate: a client that trusts the certificate, and it alone, is served
// by each of its names.
func TestCertificate(t *testing.T) {
	t.Parallel()
	c, err := Certificate(rand.Reader, time.Now(), "shop.test", "10.0.0.2", "127.0.0.1", "localhost")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.Leaf)
	for name, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "shop.test": true, "10.0.0.2": true, "evil.test": false} {
		_, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots})
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(c.Leaf.DNSNames) + len(c.Leaf.IPAddresses); n != 5 {
		t.Errorf("%v, %v: each name is to stand there once", c.Leaf.DNSNames, c.Leaf.IPAddresses)
	}
	if f := Fingerprint(c); len(f) != 32*3-1 || f == Fingerprint(tls.Certificate{Certificate: [][]byte{{1}}}) {
		t.Errorf("fingerprint %q", f)
	}
}

// TestLocalHosts: a name that was made to mean a loopback address is no name of
// this server's.
func TestLocalHosts(t *testing.T) {
	t.Parallel()
	s := testServices()
	h := LocalHosts(s, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:8080": 200, "localhost:8080": 200, "LOCALHOST.": 200, "shop.localhost": 200, "[::1]:8080": 200, "": 200,
		"evil.example": 421, "evil.example:8080": 421, "localhost.evil.example": 421, "10.0.0.2": 421, "127.0.0.1.evil.example": 421,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %q: %d, want %d", host, w.Code, want)
		}
	}
}

// A page that has no data of its own is made once, with what its header section says
// of it, and a request whose server is the site's is not copied.
func TestConstantPageCostsNothing(t *testing.T) {
	site, err := NewSite(testServices(), Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	w := &probe{header: http.Header{}}
	for _, c := range []struct {
		what string
		ctx  context.Context
		most float64
	}{{"a server of the site's", site.Context(t.Context()), 1}, {"another", t.Context(), 3}} {
		r := httptest.NewRequestWithContext(c.ctx, http.MethodGet, "/stateless/", http.NoBody)
		if n := testing.AllocsPerRun(100, func() {
			clear(w.header)
			site.ServeHTTP(w, r)
		}); n > c.most || w.status != http.StatusOK {
			t.Errorf("%s: %v allocations, status %d", c.what, n, w.status)
		}
	}
}

// BenchmarkStatelessPage is one request for the page that remembers nothing, on an
// open connection: behind all that `http serve` sets before it, and from a bare
// handler that gives the same answer.
func BenchmarkStatelessPage(b *testing.B) {
	s := &Services{Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32)}
	site, err := NewSite(s, Lessons()...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = site.Close() })
	whole := strictly(b, LocalHosts(s, site))
	const request = "GET /stateless/ HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: text/html\r\n\r\n"
	first, err := whole.dial(addr(1))
	if err != nil {
		b.Fatal(err)
	}
	defer first.Close()
	if _, err := io.WriteString(first, request); err != nil {
		b.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(first), nil)
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status, err)
	}
	delete(resp.Header, "Date") // net/http's own
	bare := newMemoryListener()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		_, _ = w.Write(body)
	})}
	go func() { _ = srv.Serve(bare) }()
	b.Cleanup(func() { _ = srv.Close() })
	for _, c := range []struct {
		name string
		l    *memoryListener
	}{{"statelab", whole}, {"bare", bare}} {
		b.Run(c.name, func(b *testing.B) {
			conn, err := c.l.dial(addr(2))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			sent, answer := []byte(request), make([]byte, 4<<10)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(sent); err != nil {
					b.Fatal(err)
				}
				if n, err := conn.Read(answer); err != nil || !bytes.HasSuffix(answer[:n], body) {
					b.Fatalf("%q, %v", answer[:n], err)
				}
			}
		})
	}
}
