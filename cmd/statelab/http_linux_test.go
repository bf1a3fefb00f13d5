package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// exchange is what these tests read of an HTTP exchange in --format json.
type exchange struct {
	Stream  int
	Request struct {
		Method, Target string
		Headers        [][2]string
	}
	Response struct {
		Status    int
		BodyBytes int64 `json:"body_bytes"`
	}
}

// exchanges are those of a trace.
func exchanges(t testing.TB, trace string) []exchange {
	t.Helper()
	out, errs, code := try(t, "", "inspect", trace, "--format", "json")
	if code != exitFine {
		t.Fatal(errs)
	}
	var doc struct {
		Connections []struct{ Closed string }
		HTTP        []exchange
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.HTTP
}

// curl gets two pages over one connection, and the trace, in which no frame of
// tcpdump's is missing, tells them apart.
func TestCurlKeepsTheConnection(t *testing.T) {
	t.Parallel()
	needs(t, "curl", "tshark", "tcpdump")
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	trace := filepath.Join(t.TempDir(), "http.pcapng")
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "--wire", "--capture", "--no-split", "-w", trace)
	addr := server.address()
	stop := tcpdump(t, ns, portOf(addr), anyFrame)
	curl := start(t, ns, "curl", "--noproxy", "*", "-sv", "-w", "\n%{num_connects} %{http_code} %{size_download}\n",
		"http://"+addr+"/", "http://"+addr+"/api/public")
	if code := curl.wait(); code != 0 {
		t.Fatalf("curl: %d, %s", code, curl.stderr)
	}
	server.stdout.has(t, "LAST-ACK")
	server.interrupt()
	server.stdout.has(t, "price of cola") // the closing table has what the pages remember
	sameFrames(t, trace, stop())
	opens(t, trace)

	var sizes []int64
	for i, connects := range []string{"1", "0"} {
		for line := range strings.Lines(curl.stdout.String()) {
			f := strings.Fields(line)
			if len(f) == 3 && f[0] == connects && f[1] == "200" {
				n, err := strconv.ParseInt(f[2], 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				sizes = append(sizes, n)
			}
		}
		if len(sizes) != i+1 {
			t.Fatalf("curl did not make one connection for two pages:\n%s", curl.stdout)
		}
	}
	got := exchanges(t, trace)
	if len(got) != 2 {
		t.Fatalf("%d exchanges, want 2", len(got))
	}
	for i, target := range []string{"/", "/api/public"} {
		x := got[i]
		if x.Stream != 0 || x.Request.Method != "GET" || x.Request.Target != target || x.Response.Status != 200 || x.Response.BodyBytes != sizes[i] {
			t.Errorf("%+v, and curl got %d bytes of %s", x, sizes[i], target)
		}
	}
	// What curl says that it sent and received stands in the ladder.
	shown := map[string]string{}
	for line := range strings.Lines(server.stdout.String()) {
		sign, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		shown[sign] += text // a line may have been read in two pieces
	}
	for line := range strings.Lines(curl.stderr.String()) {
		line = strings.TrimRight(line, "\r\n")
		sign, text, ok := strings.Cut(line, " ")
		if !ok || sign != ">" && sign != "<" || len(text) > 40 {
			continue // longer ones are folded
		}
		if !strings.Contains(shown[sign], text+`\r\n`) {
			t.Errorf("the ladder does not show %q", line)
		}
	}
}

// --wire shows every byte, hostile ones included, in both directions: they can
// be read back from what it prints.
func TestWireIsExact(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	requests := []string{
		"GET /api/public HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"GET /?q=\"a\\b\" HTTP/1.1\r\nhOsT:   odd \t spaces  \r\nX-Uni: 한글\r\nConnection: close\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x1b[31m\u202e\x9b\r\n\r\n",
		"\x16\x03\x01 no HTTP at all \x00\xff\n\n",
	}
	for _, format := range []string{"text", "events"} {
		ns := newNamespace(t)
		args := []string{"http", "serve", "127.0.0.1:0", "--wire", "--format", format}
		if format == "events" {
			args = append(args, "--capture")
		}
		server := start(t, ns, "statelab", args...)
		addr := server.address()
		responses := map[string]string{}
		var clients []string
		for _, r := range requests {
			c := ns.dial(t, addr)
			if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(c, r); err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(c)
			if err != nil {
				t.Fatal(err)
			}
			responses[c.LocalAddr().String()] = string(b)
			clients = append(clients, c.LocalAddr().String())
		}
		server.interrupt()
		out := server.stdout.String()
		if err := plain(out); err != nil {
			t.Error(err)
		}
		for i, client := range clients {
			if got := wire(t, format, out, client, "> "); got != requests[i] {
				t.Errorf("%s: sent\n%q, shown\n%q", format, requests[i], got)
			}
			if got := wire(t, format, out, client, "< "); got != responses[client] || got == "" {
				t.Errorf("%s: received\n%q, shown\n%q", format, responses[client], got)
			}
		}
	}
}

// What --wire prints with --tls is on no wire, and that is said at the start.
func TestWireInTLS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string // "" for nothing
	}{
		{[]string{"--wire", "--tls"}, "before it is encrypted"},
		{[]string{"--wire", "--tls", "--lang", "ko"}, "암호화하기 전"},
		{[]string{"--wire"}, ""},
		{[]string{"--tls"}, ""},
	} {
		server := start(t, nil, "statelab", append([]string{"http", "serve", "127.0.0.1:0"}, c.args...)...)
		if c.says != "" {
			server.stderr.await(t, c.says, func(s string) bool { return strings.Contains(s, c.says) })
		} else {
			server.address()
		}
		server.interrupt()
		if said := server.stderr.String(); c.says == "" && strings.Contains(said, "--wire") {
			t.Errorf("%v: %s", c.args, said)
		}
	}
}

// wire reads the bytes back that the lines of one client and one way show: the
// client stands on a line of its own before them.
func wire(t testing.TB, format, out, client, sign string) string {
	t.Helper()
	var all strings.Builder
	whose := ""
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if format == "events" {
			var e event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			line = e.Note.En
		} else if _, after, ok := strings.Cut(line, "  "); ok {
			line = after // the time
		}
		if _, err := netip.ParseAddrPort(line); err == nil {
			whose = line
		}
		text, ok := strings.CutPrefix(line, sign)
		if !ok || whose != client {
			continue
		}
		s, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		all.WriteString(s)
	}
	return all.String()
}

// A real browser gets the page, and its connections are followed to the end, frame
// for frame as tcpdump sees them.
func TestBrowser(t *testing.T) {
	t.Parallel()
	needs(t, "chromium", "tshark", "tcpdump")
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	trace := filepath.Join(t.TempDir(), "browser.pcapng")
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "--capture", "--no-split", "-w", trace)
	addr := server.address()
	stop := tcpdump(t, ns, portOf(addr), anyFrame)
	profile, err := os.MkdirTemp("", "statelab-browser") // not t.TempDir: the browser may still write to it as it goes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	browser := start(t, ns, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
		"--user-data-dir="+profile, "--dump-dom", "http://"+addr+"/stateless/")
	if code := browser.wait(); code != 0 {
		t.Fatalf("chromium: %d", code)
	}
	if !strings.Contains(browser.stdout.String(), "I have never met you") {
		t.Errorf("the page is not there:\n%s", browser.stdout)
	}
	server.interrupt()
	sameFrames(t, trace, stop())
	opens(t, trace)
	var page exchange
	for _, x := range exchanges(t, trace) {
		if x.Request.Target == "/stateless/" {
			page = x
		}
	}
	if page.Response.Status != 200 || page.Response.BodyBytes == 0 {
		t.Errorf("the exchange is told as %+v", page)
	}
	chrome := false
	for _, h := range page.Request.Headers {
		chrome = chrome || h[0] == "User-Agent" && strings.Contains(h[1], "Chrome")
	}
	if !chrome {
		t.Errorf("no browser's headers: %v", page.Request.Headers)
	}
}

// A client that takes its time over the header section is cut off.
func TestSlowHeader(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "--header-timeout", "300ms")
	addr := server.address()
	began := time.Now()
	c := ns.dial(t, addr)
	if err := c.SetDeadline(began.Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if took := time.Since(began); err != nil || !strings.HasPrefix(string(b), "HTTP/1.1 408 ") || took < 300*time.Millisecond || took > 3*time.Second {
		t.Errorf("cut off after %v with %q, %v; want 408 after 300 ms", took, b, err)
	}
	server.interrupt()
}

// A header section that is too long is refused by its status.
func TestLongHeader(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "--max-header", "5000")
	for size, want := range map[int]int{3000: http.StatusOK, 20000: http.StatusRequestHeaderFieldsTooLarge} {
		c := ns.dial(t, server.address())
		if status := get(t, c, "X-Long: "+strings.Repeat("x", size)); status != want {
			t.Errorf("%d bytes of header: status %d, want %d", size, status, want)
		}
	}
	server.interrupt()
}

// get makes one request on a connection and returns the status.
func get(t testing.TB, c net.Conn, header string) int {
	t.Helper()
	if _, err := io.WriteString(c, "GET /api/public HTTP/1.1\r\nHost: localhost\r\n"+header+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return status(t, c)
}

// status reads the head of a response.
func status(t testing.TB, c net.Conn) int {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close() // it may end in RST, where the server did not read all
	return r.StatusCode
}

// With one connection allowed, the second is served when the first has gone.
func TestHTTPConnectionLimit(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "--max-connections", "1")
	first, second := ns.dial(t, server.address()), ns.dial(t, server.address())
	if got := get(t, first, "X: 1"); got != http.StatusOK {
		t.Errorf("the first got %d", got)
	}
	if _, err := io.WriteString(second, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := second.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := second.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the second read %d, %v beside the first", n, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got := status(t, second); got != http.StatusOK {
		t.Errorf("the second got %d", got)
	}
	server.interrupt()
}
