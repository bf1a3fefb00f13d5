package httpdemo

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"statelab/capture/trace"
)

// The date of RFC 9110's own example of HTTP-date (§5.6.7).
func exampleDate() time.Time { return time.Date(1994, time.November, 6, 8, 49, 37, 0, time.UTC) }

func plainServer(t testing.TB) *Plain {
	t.Helper()
	p, err := NewPlain(exampleDate)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlainAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, target string
		status         int
		contains       string
		allow          string
	}{
		{"GET", "/", 200, "I have never met you", ""},
		{"HEAD", "/", 200, "", ""},
		{"GET", "/api/public", 200, `"remembers": null`, ""},
		{"POST", "/api/public", 405, "405", "GET, HEAD"},
		{"DELETE", "/", 405, "405", "GET, HEAD"},
		{"FOO", "/", 405, "405", "GET, HEAD"},
		{"get", "/", 405, "405", "GET, HEAD"},
		{"GET", "/nobody", 404, "404", ""},
	} {
		t.Run(c.method+c.target, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			plainServer(t).ServeHTTP(w, httptest.NewRequest(c.method, c.target, nil))
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) || w.Header().Get("Allow") != c.allow {
				t.Errorf("%d, Allow %q, %q", w.Code, w.Header().Get("Allow"), w.Body)
			}
			if c.method == "HEAD" && w.Body.Len() != 0 {
				t.Errorf("HEAD has %d bytes of body (RFC 9110 §9.3.2)", w.Body.Len())
			}
			if got := w.Header().Get("Date"); got != "Sun, 06 Nov 1994 08:49:37 GMT" {
				t.Errorf("Date: %q", got)
			}
			if w.Header().Get("Set-Cookie") != "" {
				t.Error("the server that forgets sets a cookie")
			}
		})
	}
}

// What the server holds does not depend on who asked: the same, byte for byte,
// for everyone, and nothing of any conversation.
func TestPlainForgets(t *testing.T) {
	t.Parallel()
	p := plainServer(t)
	before := fmt.Sprint(p.Memory())
	var first []byte
	for i := range 3 {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = fmt.Sprintf("10.0.0.%d:4000", i+1)
		r.Header.Set("Cookie", fmt.Sprintf("visits=%d", i))
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		var b bytes.Buffer
		if err := w.Result().Write(&b); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = b.Bytes()
		} else if !bytes.Equal(b.Bytes(), first) {
			t.Errorf("answer %d differs from the first", i+1)
		}
	}
	if after := fmt.Sprint(p.Memory()); after != before {
		t.Errorf("memory was %s, and is %s", before, after)
	}
	for _, e := range p.Memory() {
		if e.Kind == trace.MemoryConversation {
			t.Errorf("it remembers %q of a conversation", e.Name)
		}
	}
}

// TestPlainPolicy: the page's own style runs, by its hash (CSP Level 3, §6.7.2), and
// no other.
func TestPlainPolicy(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	plainServer(t).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(w.Body.String())
	if style == nil {
		t.Fatal("the page has no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	policy := w.Header().Get("Content-Security-Policy")
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, "style-src "+want) || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q; the style is %s", policy, want)
	}
}

func addr(n byte) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, n}) }

// serving runs a real server on a listener in memory.
func serving(t testing.TB, h http.Handler, l Limits) *memoryListener {
	t.Helper()
	m := newMemoryListener()
	srv := NewServer(h, l, nil)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(m) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, errListenerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return m
}

func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	m := serving(t, plainServer(t), Limits{Header: 8 << 10})
	c, err := m.dial(addr(1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("a", 16<<10)+"\r\n\r\n")
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d, want 431 (RFC 6585 §5)", resp.StatusCode)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	read := make(chan error, 1)
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		read <- err
	})
	m := serving(t, h, Limits{Body: 100})
	c, err := m.dial(addr(1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("b", 1000))
	}()
	go func() { _, _ = io.Copy(io.Discard, c) }()
	var tooLarge *http.MaxBytesError
	if err := <-read; !errors.As(err, &tooLarge) {
		t.Errorf("reading 1000 bytes with a limit of 100: %v", err)
	}
}

// Who asks whether a body may come that is too long is not told to go on.
func TestExpectTooMuch(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			status, _ := bodyFailed(err)
			w.WriteHeader(status)
		}
	})
	m := serving(t, h, Limits{Body: 100})
	for length, want := range map[int]int{101: http.StatusRequestEntityTooLarge, 100: http.StatusContinue} {
		c, err := m.dial(addr(1))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", length)
		}()
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || resp.StatusCode != want {
			t.Errorf("%d bytes: %v, %v; want %d", length, resp, err, want)
		}
		_ = c.Close()
	}
}

// A client that sends its header a byte at a time is cut off at the limit.
func TestSlowHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		srv := NewServer(plainServer(t), Limits{ReadTimeout: 5 * time.Second}, nil)
		l := &oneConn{conn: there, done: make(chan struct{})}
		go func() { _ = srv.Serve(l) }()
		start := time.Now()
		_, _ = io.WriteString(here, "GET / HTTP/1.1\r\nHo")
		rest, _ := io.ReadAll(here)
		if took := time.Since(start); took < 4*time.Second || took > 7*time.Second {
			t.Errorf("it was held for %v; the limit is 5s (%q)", took, rest)
		}
		_ = srv.Close()
		_ = here.Close()
	})
}

// oneConn is a listener with one connection to give.
type oneConn struct {
	conn net.Conn
	done chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.done
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error   { close(l.done); return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// Tap shows the bytes that go by, in order and complete, both ways.
func TestTap(t *testing.T) {
	t.Parallel()
	m := newMemoryListener()
	var in, out bytes.Buffer
	tapped := Tap(m, func(_ net.Addr, incoming bool, b []byte) {
		if incoming {
			in.Write(b)
		} else {
			out.Write(b)
		}
	})
	srv := NewServer(plainServer(t), Limits{}, nil)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(tapped) }()
	c, err := m.dial(addr(1))
	if err != nil {
		t.Fatal(err)
	}
	request := "GET /api/public HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	m.served.Wait()
	_ = srv.Close()
	<-done
	if in.String() != request || out.String() != string(answer) {
		t.Errorf("in %q, out %q; the client sent %q and got %q", &in, &out, request, answer)
	}
}

func Example() {
	for _, l := range Lessons() {
		fmt.Println(l.Name, l.Claims)
	}
	p, err := NewPlain(exampleDate)
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest("GET", "/api/public", nil))
	_, _ = io.Copy(os.Stdout, w.Body)
	// Output:
	// stateless [B1 E2]
	// keep-alive [E2 B1]
	// vending [B2]
	// api [B3 B1]
	// cookie [C1 E4]
	// session [C2 C3 C4 C11]
	// flask [E1]
	// cart [C5]
	// token [C7 C8 C9 C13 D5 E3 E5]
	// token-attacks [C7]
	// theft [C10 E4]
	// websocket [C12]
	// cache [B6]
	// restart [A5 B5]
	// transfer [C6]
	// compare [B4 C13 D8]
	// {"message": "the same answer for everyone", "remembers": null}
}
