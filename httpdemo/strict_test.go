package httpdemo

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"statelab/capture/trace"
)

// framingCase is a line of testdata/framing.tsv.
type framingCase struct {
	section, word, name string
	statuses            []int
	octets              string
}

var repeated = regexp.MustCompile(`\{(.)\*(\d+)\}`)

func framingCases(t testing.TB) (cases []framingCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/framing.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' {
			continue
		}
		cell := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cell) != 6 {
			t.Fatalf("%q has %d cells", line, len(cell))
		}
		octets, err := strconv.Unquote(`"` + strings.ReplaceAll(cell[5], `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%q: %v", cell[5], err)
		}
		octets = repeated.ReplaceAllStringFunc(octets, func(s string) string {
			m := repeated.FindStringSubmatch(s)
			n, _ := strconv.Atoi(m[2])
			return strings.Repeat(m[1], n)
		})
		c := framingCase{section: cell[0], word: cell[1], name: cell[3], octets: octets}
		for _, s := range strings.Fields(cell[2]) {
			n, err := strconv.Atoi(s)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			c.statuses = append(c.statuses, n)
		}
		cases = append(cases, c)
	}
	return cases
}

// taking answers what is let through: 400 where a body cannot be read.
func taking(w http.ResponseWriter, r *http.Request) {
	switch _, err := io.Copy(io.Discard, r.Body); {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		http.Error(w, "method", http.StatusMethodNotAllowed)
	}
}

// strictly serves h behind the strict reader.
func strictly(t testing.TB, h http.Handler) *memoryListener {
	t.Helper()
	m := newMemoryListener()
	srv := NewServer(h, Limits{}, nil)
	l := Strict(m, srv, DefaultReadTimeout, DefaultHeader)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, errListenerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return m
}

// TestFraming sends every case, in one piece and octet by octet: the answers
// are those of the table, and the connection is closed after a refusal.
func TestFraming(t *testing.T) {
	t.Parallel()
	cases := framingCases(t)
	if len(cases) < 60 {
		t.Fatalf("%d cases are too few", len(cases))
	}
	for _, c := range cases {
		for _, piece := range []int{len(c.octets), 1} {
			t.Run(c.name+"/"+strconv.Itoa(piece), func(t *testing.T) {
				t.Parallel()
				statuses, closed := exchangeRaw(t, strictly(t, http.HandlerFunc(taking)), c.octets, piece, len(c.statuses))
				if len(statuses) != len(c.statuses) {
					t.Fatalf("statuses %v, want %v", statuses, c.statuses)
				}
				for i, s := range c.statuses {
					if statuses[i] != s {
						t.Fatalf("statuses %v, want %v", statuses, c.statuses)
					}
				}
				if refused := c.word != "taken"; refused && !closed {
					t.Error("the connection stays open after a refusal")
				}
			})
		}
	}
}

// exchangeRaw writes octets in pieces, reads that many responses, and says
// whether the connection was closed then.
func exchangeRaw(t *testing.T, l *memoryListener, octets string, piece, responses int) (statuses []int, closed bool) {
	t.Helper()
	conn, err := l.dial(addr(1))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		for rest := octets; rest != ""; {
			n := min(piece, len(rest))
			if _, err := io.WriteString(conn, rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	r := bufio.NewReader(conn)
	for len(statuses) < responses {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return statuses, true
		}
		if resp.StatusCode == http.StatusContinue {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		statuses = append(statuses, resp.StatusCode)
		closed = resp.Close
	}
	if closed {
		_, err := r.ReadByte()
		closed = errors.Is(err, io.EOF)
	}
	return statuses, closed
}

// TestStrictMatters holds that the reader is needed: net/http alone answers
// these as if nothing were wrong.
func TestStrictMatters(t *testing.T) {
	t.Parallel()
	lenient := map[string]bool{}
	for _, c := range framingCases(t) {
		if c.word == "taken" || len(c.statuses) != 1 {
			continue
		}
		m := serving(t, http.HandlerFunc(taking), Limits{})
		if statuses, _ := exchangeRaw(t, m, c.octets, len(c.octets), 1); len(statuses) == 1 && statuses[0] == http.StatusOK {
			lenient[c.name] = true
		}
	}
	for _, name := range []string{"Transfer-Encoding beside Content-Length", "Transfer-Encoding in HTTP/1.0", "lines that end in LF alone"} {
		if !lenient[name] {
			t.Errorf("net/http refuses %q by itself now", name)
		}
	}
}

// strictPipe is a server behind the strict reader, with one connection.
func strictPipe(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	srv := NewServer(h, Limits{}, nil)
	l := &oneConn{conn: there, done: make(chan struct{})}
	go func() { _ = srv.Serve(Strict(l, srv, DefaultReadTimeout, DefaultHeader)) }()
	t.Cleanup(func() {
		_ = srv.Close()
		_ = here.Close()
	})
	return here
}

// The head has its time from its first octet on, on a connection that was idle
// before as on a new one, and the client is told.
func TestStrictSlowHead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := strictPipe(t, http.HandlerFunc(taking))
		r := bufio.NewReader(c)
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		time.Sleep(40 * time.Second)
		start := time.Now()
		written := make(chan struct{})
		go func() {
			defer close(written)
			for _, b := range []byte("GET / HTTP/1.1\r\nHost: a\r\nX: by and by") {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		resp, err = http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); resp.StatusCode != http.StatusRequestTimeout || took < 5*time.Second || took > 6*time.Second {
			t.Errorf("status %d after %v", resp.StatusCode, took)
		}
		_ = c.Close()
		<-written
	})
}

// Who reads a body that was refused is told why, and by which section: not that it
// has ended early.
func TestStrictBodyWhy(t *testing.T) {
	t.Parallel()
	const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
	chunked := head + "Transfer-Encoding: chunked\r\n\r\n"
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, why := readForm(r)
		w.WriteHeader(max(status, http.StatusOK))
		fmt.Fprint(w, why.En, "\n", why.Ko)
	})
	for _, c := range []struct{ name, octets, en, ko string }{
		{"no number", chunked + "zz\r\na\r\n0\r\n\r\n", "The chunked body is malformed (RFC 9112 §7.1).", "청크로 나눈 본문의 형식이 틀렸습니다(RFC 9112 §7.1)."},
		{"extension", chunked + "1;" + strings.Repeat("e", 5000) + "\r\na\r\n0\r\n\r\n", "The line before a chunk is longer than 4,095 octets (RFC 9112 §7.1.1).", "청크 앞의 줄이 4,095바이트보다 깁니다(RFC 9112 §7.1.1)."},
		{"trailers", chunked + "1\r\na\r\n0\r\n" + strings.Repeat("X: y\r\n", 2000) + "\r\n", "The trailer section is longer than 4,095 octets (RFC 9112 §7.1.2).", "트레일러 섹션이 4,095바이트보다 깁니다(RFC 9112 §7.1.2)."},
		{"LF", chunked + "1\na\r\n0\r\n\r\n", "A line of the chunked body ends in LF alone (RFC 9112 §7.1).", "청크로 나눈 본문의 줄이 LF만으로 끝납니다(RFC 9112 §7.1)."},
		{ // its own fault is told, not that of the request behind it
			"another behind it", head + "Content-Length: 5\r\n\r\na=%zz" + chunked + "zz\r\n",
			"The form cannot be read: invalid URL escape \"%zz\".", "폼을 읽을 수 없습니다: invalid URL escape \"%zz\".",
		},
		{"good", chunked + "1;" + strings.Repeat("e", 4091) + "\r\na\r\n0\r\n" + strings.Repeat("X: y\r\n", 680) + "\r\n", "", ""},
	} {
		for _, piece := range []int{1, 100, len(c.octets)} {
			conn, err := strictly(t, h).dial(addr(1))
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				for rest := c.octets; rest != ""; {
					n := min(piece, len(rest))
					if _, err := io.WriteString(conn, rest[:n]); err != nil {
						return
					}
					rest = rest[n:]
				}
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); err != nil || string(body) != c.en+"\n"+c.ko {
				t.Errorf("%s, %d at once: %d %q, %v", c.name, piece, resp.StatusCode, body, err)
			}
			_ = conn.Close()
		}
	}
}

// After a switch of protocols the octets are let through as they are.
func TestStrictTunnel(t *testing.T) {
	t.Parallel()
	c := strictPipe(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
		got := make([]byte, 5)
		if _, err := io.ReadFull(buf, got); err == nil {
			_, _ = conn.Write(got)
		}
	}))
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp, err)
	}
	sent := []byte("\x81\x00\n\n\x00")
	if _, err := c.Write(sent); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzStrict holds that what is let through was sent, in its order, that nothing is
// let through after a refusal, and that it is the same in whatever pieces it comes.
func FuzzStrict(f *testing.F) {
	for _, c := range framingCases(f) {
		f.Add([]byte(c.octets), uint16(7))
	}
	f.Fuzz(func(t *testing.T, sent []byte, piece uint16) {
		c := &strictConn{Conn: &scripted{rest: sent, piece: int(piece)%len(append(sent, 0)) + 1}, header: time.Second, size: 8 << 10}
		got, _ := io.ReadAll(c)
		if c.refusal.Load() != nil && !c.inBody {
			var found bool
			if got, found = bytes.CutSuffix(got, []byte("GET "+refusedTarget()+" HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n")); !found {
				t.Fatalf("no word of the refusal in %q", got)
			}
		}
		whole := &strictConn{Conn: &scripted{rest: sent, piece: len(sent) + 1}, header: time.Second, size: 8 << 10}
		got2, _ := io.ReadAll(whole)
		if one, two := c.refusal.Load(), whole.refusal.Load(); (one == nil) != (two == nil) || !c.inBody && one != nil && one.Status != two.Status {
			t.Fatalf("in pieces %+v, at once %+v", one, two)
		} else if !c.inBody && one == nil && !bytes.Equal(got, got2) {
			t.Fatalf("in pieces %q, at once %q", got, got2)
		}
		for rest := sent; len(got) > 0; got = got[1:] {
			i := bytes.IndexByte(rest, got[0])
			if i < 0 || len(bytes.Trim(rest[:i], "\r\n")) > 0 {
				t.Fatalf("%q was not sent there", got)
			}
			rest = rest[i+1:]
		}
	})
}

// scripted is a connection from which prepared octets come in pieces.
type scripted struct {
	net.Conn
	rest  []byte
	piece int
}

func (s *scripted) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.piece)], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (*scripted) SetReadDeadline(time.Time) error { return nil }

// Heads that come whole are let through where they are read: nothing is made of them.
func TestStrictReadsInPlace(t *testing.T) {
	const request = "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n"
	below := &scripted{piece: len(request)}
	c := &strictConn{Conn: below, header: time.Second, size: DefaultHeader}
	sent, got := []byte(request), make([]byte, 4<<10)
	if n := testing.AllocsPerRun(100, func() {
		below.rest = sent
		if n, err := c.Read(got); err != nil || string(got[:n]) != request {
			t.Fatalf("%q, %v", got[:n], err)
		}
	}); n != 0 || c.buffer != nil {
		t.Errorf("%v allocations for a head, and a buffer of %d octets", n, len(c.buffer))
	}
}

// timed is a connection that counts the deadlines that are set for Read, and knows
// the last one.
type timed struct {
	scripted
	set  int
	last time.Time
}

func (c *timed) SetReadDeadline(t time.Time) error {
	c.set++
	c.last = t
	return nil
}

// Of the deadlines that net/http sets one after another, the connection below gets
// the one that a Read waits for, and none twice; a Read that was taken back before it
// began asks for nothing.
func TestStrictDeadlines(t *testing.T) {
	t.Parallel()
	const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	below := &timed{scripted: scripted{rest: []byte(request), piece: len(request)}}
	c := &strictConn{Conn: below, header: time.Second, size: DefaultHeader}
	now := time.Now()
	for _, d := range []time.Duration{time.Minute, time.Second, time.Hour} {
		_ = c.SetReadDeadline(now.Add(d))
	}
	buf := make([]byte, 4<<10)
	if n, err := c.Read(buf); err != nil || n != len(request) || below.set != 1 || !below.last.Equal(now.Add(time.Hour)) {
		t.Errorf("%d octets, %v; %d deadlines, the last in %v", n, err, below.set, below.last.Sub(now))
	}
	_ = c.SetReadDeadline(longAgo)
	below.rest = []byte(request)
	if n, err := c.Read(buf[:1]); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || below.set != 1 || len(below.rest) != len(request) {
		t.Errorf("taken back: %d octets, %v; %d deadlines, %d octets left", n, err, below.set, len(below.rest))
	}
	_ = c.SetReadDeadline(now.Add(time.Hour))
	if n, err := c.Read(buf); err != nil || n != len(request) || below.set != 1 {
		t.Errorf("as before: %d octets, %v; %d deadlines", n, err, below.set)
	}
}

// A deadline that is set while a Read waits ends it.
func TestStrictReadTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer here.Close()
		c := &strictConn{Conn: there, header: time.Second, size: DefaultHeader}
		ended := make(chan error)
		go func() {
			_, err := c.Read(make([]byte, 1))
			ended <- err
		}()
		synctest.Wait()
		_ = c.SetReadDeadline(longAgo)
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		_ = c.SetReadDeadline(time.Time{})
		go func() { _, _ = io.WriteString(here, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") }()
		if n, err := c.Read(make([]byte, 4<<10)); n == 0 || err != nil {
			t.Errorf("after it: %d octets, %v", n, err)
		}
	})
}

// BenchmarkStrict is one request on an open connection, behind the reader and
// without it.
func BenchmarkStrict(b *testing.B) {
	for _, c := range []struct {
		name string
		l    *memoryListener
	}{{"strict", strictly(b, http.HandlerFunc(taking))}, {"bare", serving(b, http.HandlerFunc(taking), Limits{})}} {
		b.Run(c.name, func(b *testing.B) {
			conn, err := c.l.dial(addr(1))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			r := bufio.NewReader(conn)
			for b.Loop() {
				if _, err := io.WriteString(conn, "GET /api/public HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"); err != nil {
					b.Fatal(err)
				}
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
			}
		})
	}
}

// TestStrictTooLong: whose head, or body of either framing, takes too long is told so,
// and the connection is closed a second later at most: also of a first request, and also
// if something comes now and then.
func TestStrictTooLong(t *testing.T) {
	t.Parallel()
	const json = "POST /session/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	for _, c := range []struct {
		name, sent, drops string
		limit             time.Duration
	}{
		{"a method", "GET /", "", DefaultReadTimeout},
		{"a field", "GET / HTTP/1.1\r\nHost: a\r\nX: ", "", DefaultReadTimeout},
		{"a field by drops", "GET / HTTP/1.1\r\nHost: a\r\nX: ", "x", DefaultReadTimeout},
		{"Content-Length", json + "Content-Length: 20\r\n\r\n{", "", 6 * DefaultReadTimeout},
		{"Content-Length by drops", json + "Content-Length: 2000\r\n\r\n{", " ", 6 * DefaultReadTimeout},
		{"chunked", json + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "", 6 * DefaultReadTimeout},
		{"chunked by drops", json + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "1\r\n \r\n", 6 * DefaultReadTimeout},
		{"a form", strings.Replace(json, "application/json", urlencoded, 1) + "Content-Length: 20\r\n\r\nu", "", 6 * DefaultReadTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := testServices()
				conn := strictPipe(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					status, why := http.StatusOK, trace.Text{}
					if wantsPage(r) {
						status, why = readForm(r)
					} else {
						status, why = readJSON(r, new(struct{}))
					}
					s.Fail(w, r, status, why)
				}))
				start := time.Now()
				written := make(chan struct{})
				go func() {
					defer close(written)
					for piece := c.sent; piece != ""; piece = c.drops {
						if _, err := io.WriteString(conn, piece); err != nil {
							return
						}
						time.Sleep(500 * time.Millisecond)
					}
				}()
				r := bufio.NewReader(conn)
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Fatalf("no answer after %v: %v", time.Since(start), err)
				}
				if took := time.Since(start); resp.StatusCode != http.StatusRequestTimeout || !resp.Close || took < c.limit || took > c.limit+time.Second {
					t.Errorf("status %d, close %v, after %v", resp.StatusCode, resp.Close, took)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				if _, err := r.ReadByte(); err == nil || time.Since(start) > c.limit+time.Second {
					t.Errorf("the connection is held for %v: %v", time.Since(start), err)
				}
				_ = conn.Close()
				<-written
			})
		})
	}
}
