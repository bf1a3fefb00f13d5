package httpdemo

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTooLargeAsOthers: who asks whether a body may come that is too long gets the answer
// that one gets who sends it: a page for a browser, problem details for a program, each in
// the language that was asked for. The connection is over.
func TestTooLargeAsOthers(t *testing.T) {
	t.Parallel()
	site, err := NewSite(testServices(), Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	for _, c := range []struct{ accept, kind, says string }{
		{"text/html", "text/html; charset=utf-8", "본문이 너무 큽니다."},
		{"*/*", "application/problem+json", "본문이 너무 큽니다."},
	} {
		for _, sent := range []struct{ name, fields, body string }{
			{"asked", fmt.Sprintf("Expect: 100-continue\r\nContent-Length: %d\r\n", DefaultBody+1), ""},
			{"chunked", "Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", DefaultBody+1, strings.Repeat(" ", DefaultBody+1))},
		} {
			conn := strictPipe(t, site)
			written := make(chan struct{})
			go func() {
				defer close(written)
				_, _ = fmt.Fprintf(conn, "POST /session/login HTTP/1.1\r\nHost: a\r\nAccept: %s\r\nAccept-Language: ko\r\nContent-Type: application/json\r\n%s\r\n%s", c.accept, sent.fields, sent.body)
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("%s, %s: %v", c.accept, sent.name, err)
			}
			body, err := io.ReadAll(resp.Body)
			if kind := resp.Header.Get("Content-Type"); err != nil || resp.StatusCode != http.StatusRequestEntityTooLarge || kind != c.kind || !resp.Close || !strings.Contains(string(body), c.says) {
				t.Errorf("%s, %s: %d, %s, close %v, %v:\n%s", c.accept, sent.name, resp.StatusCode, kind, resp.Close, err, body)
			}
			_ = conn.Close()
			<-written
		}
	}
}

// TestExpectOther: an expectation that is not 100-continue is answered as the guide says: 417
// without content (RFC 9110 §15.5.18), for a browser as well.
func TestExpectOther(t *testing.T) {
	t.Parallel()
	conn := strictPipe(t, plainServer(t))
	go func() {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nExpect: x\r\n\r\n")
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusExpectationFailed || len(body) != 0 || resp.Header.Get("Content-Type") != "" || !resp.Close {
		t.Errorf("%d, close %v, %v, %v: %q", resp.StatusCode, resp.Close, resp.Header, err, body)
	}
}

// TestDateOfAnswer: Date is when the answer was made, and not when its request came: of a
// body that comes too late as of one that comes slowly.
func TestDateOfAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wait time.Duration
		want int
	}{{20 * time.Second, http.StatusUnprocessableEntity}, {time.Minute, http.StatusRequestTimeout}} {
		synctest.Test(t, func(t *testing.T) {
			site, err := NewSite(testServices(), vending())
			if err != nil {
				t.Fatal(err)
			}
			conn := strictPipe(t, site)
			written := make(chan struct{})
			go func() {
				defer close(written)
				_, _ = io.WriteString(conn, "POST /vending/ HTTP/1.1\r\nHost: a\r\nContent-Type: "+urlencoded+"\r\nContent-Length: 6\r\n\r\n")
				time.Sleep(c.wait)
				_, _ = io.WriteString(conn, "coin=x")
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if date := resp.Header.Get("Date"); resp.StatusCode != c.want || date != time.Now().UTC().Format(http.TimeFormat) {
				t.Errorf("%d, Date %q; it is %v", resp.StatusCode, date, time.Now().UTC())
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = conn.Close()
			<-written
			_ = site.Close()
		})
	}
}
