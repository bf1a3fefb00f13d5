package httpdemo

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestReasonPhrases: a status line has the name that RFC 9110 §15 gives the status,
// whoever answers, on a connection that goes on; and no body is taken for one.
func TestReasonPhrases(t *testing.T) {
	t.Parallel()
	const old = "HTTP/1.1 422 Unprocessable Entity\r\n"
	srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if _, err := io.ReadAll(r.Body); tooLarge(err) {
			status = http.StatusRequestEntityTooLarge
		}
		w.Header().Set("Content-Length", fmt.Sprint(2*len(old)))
		w.WriteHeader(status)
		_ = http.NewResponseController(w).Flush() // the body's first octets are a write's too
		for range 2 {
			_, _ = io.WriteString(w, old)
			_ = http.NewResponseController(w).Flush()
		}
	}), Limits{Body: 4}, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(Strict(l, srv, DefaultReadTimeout, 4<<10)) }()
	t.Cleanup(func() { _ = srv.Close() })
	for _, requests := range [][][2]string{
		{
			{"GET /422 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 422 Unprocessable Content"},
			{"GET /200 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK"},
			{"GET /416 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 416 Range Not Satisfiable"},
			{"GET /402 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 402 Payment Required"},
			{"POST /200 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345", "HTTP/1.1 413 Content Too Large"},
		},
		{{"POST /422 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n1", "HTTP/1.1 422 Unprocessable Content"}},
		{{"GET /422 HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.0 422 Unprocessable Content"}},
		{{"GET /" + strings.Repeat("x", 5<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 414 URI Too Long"}},
	} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		in := bufio.NewReader(c)
		for _, q := range requests {
			if _, err := io.WriteString(c, q[0]); err != nil {
				t.Fatal(err)
			}
			first, err := in.Peek(len("HTTP/1.1 100 Continue\r\n\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			if string(first) == "HTTP/1.1 100 Continue\r\n\r\n" {
				_, _ = in.Discard(len(first))
			}
			line, _ := in.Peek(len(q[1]) + 2)
			if string(line) != q[1]+"\r\n" {
				t.Errorf("%.30q: %q, want %q", q[0], line, q[1])
			}
			r, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || r.StatusCode != http.StatusRequestURITooLong && string(body) != old+old {
				t.Errorf("%.30q: the body is %q, %v", q[0], body, err)
			}
		}
	}
}
