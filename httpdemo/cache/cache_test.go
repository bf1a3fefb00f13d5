package cache_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/cache"
)

// origin answers with what a test says, and remembers what it was asked.
type origin struct {
	now    time.Time
	answer func(*http.Request) (status int, body string, header http.Header)
	asked  []*http.Request
	down   bool
}

func (o *origin) RoundTrip(r *http.Request) (*http.Response, error) {
	if o.down {
		return nil, io.ErrClosedPipe
	}
	o.asked = append(o.asked, r)
	status, body, header := o.answer(r)
	if header.Get("Date") == "" {
		header.Set("Date", o.now.Format(http.TimeFormat))
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fields reads "Name: value" lines.
func fields(lines ...string) http.Header {
	h := http.Header{}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		h.Add(name, value)
	}
	return h
}

// always answers with one body and header, 304 where its ETag is named.
func always(lines ...string) func(*http.Request) (int, string, http.Header) {
	return func(r *http.Request) (int, string, http.Header) {
		h := fields(lines...)
		if tag := h.Get("ETag"); tag != "" && r.Header.Get("If-None-Match") == tag {
			return http.StatusNotModified, "", h
		}
		return http.StatusOK, "body", h
	}
}

func newHop(answer func(*http.Request) (int, string, http.Header)) (*cache.Hop, *origin) {
	o := &origin{now: start, answer: answer}
	return &cache.Hop{Origin: o, Authority: "origin:80", Now: func() time.Time { return o.now }}, o
}

func get(h *cache.Hop, method, target string, lines ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Header = fields(lines...)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestStored: which responses may answer a second request, with the section of RFC
// 9111.
func TestStored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		section  string
		response []string
		first    []string // fields of the first request
		wait     time.Duration
		second   []string
		origin   int // requests that it sees
		status   int // of the second answer
	}{
		{"4.2.1", []string{"Cache-Control: max-age=10"}, nil, 9 * time.Second, nil, 1, 200},
		{"4.2", []string{"Cache-Control: max-age=10"}, nil, 10 * time.Second, nil, 2, 200},
		{"4.2.1 s-maxage first", []string{"Cache-Control: max-age=10, s-maxage=60"}, nil, 59 * time.Second, nil, 1, 200},
		{"4.2.1 s-maxage first", []string{"Cache-Control: max-age=60, s-maxage=10"}, nil, 11 * time.Second, nil, 2, 200},
		{"4.2.1 Expires", []string{"Expires: Thu, 01 Jan 2026 00:01:00 GMT"}, nil, 59 * time.Second, nil, 1, 200},
		{"4.2.1 Expires", []string{"Expires: Thu, 01 Jan 2026 00:01:00 GMT"}, nil, 61 * time.Second, nil, 2, 200},
		{"5.3 invalid Expires", []string{"Expires: 0"}, nil, 0, nil, 2, 200},
		{"5.3 max-age before Expires", []string{"Cache-Control: max-age=60", "Expires: 0"}, nil, 0, nil, 1, 200},
		{"4.2.1 conflict", []string{"Cache-Control: max-age=60", "Cache-Control: max-age=1"}, nil, 2 * time.Second, nil, 2, 200},
		{"1.2.2 too large", []string{"Cache-Control: max-age=99999999999999999999"}, nil, 1000 * time.Hour, nil, 1, 200},
		{"1.2.2 no number", []string{"Cache-Control: max-age=-5"}, nil, 0, nil, 2, 200},
		{"5.2 quoted, any case", []string{`Cache-Control: foo="a,no-store", MAX-AGE="60"`}, nil, 0, nil, 1, 200},
		{"4.2.2 no guess", nil, nil, 0, nil, 2, 200},
		{"3 Set-Cookie", []string{"Cache-Control: max-age=60", "Set-Cookie: a=b"}, nil, 0, nil, 2, 200},
		{"5.2.2.5", []string{"Cache-Control: max-age=60, no-store"}, nil, 0, nil, 2, 200},
		{"5.2.1.5", []string{"Cache-Control: max-age=60"}, []string{"Cache-Control: no-store"}, 0, nil, 2, 200},
		{"5.2.2.7", []string{"Cache-Control: max-age=60, private"}, nil, 0, nil, 2, 200},
		{"5.2.2.4", []string{"Cache-Control: max-age=60, no-cache"}, nil, 0, nil, 2, 200},
		{"3.5", []string{"Cache-Control: max-age=60"}, []string{"Authorization: Bearer x"}, 0, nil, 2, 200},
		{"3.5 public", []string{"Cache-Control: max-age=60, public"}, []string{"Authorization: Bearer x"}, 0, nil, 1, 200},
		{"3.5 s-maxage", []string{"Cache-Control: s-maxage=60"}, []string{"Authorization: Bearer x"}, 0, nil, 1, 200},
		{"3.5 must-revalidate", []string{"Cache-Control: max-age=60, must-revalidate"}, []string{"Authorization: Bearer x"}, 0, nil, 1, 200},
		{"4.1 same", []string{"Cache-Control: max-age=60", "Vary: Accept-Language"}, []string{"Accept-Language: ko"}, 0, []string{"Accept-Language: ko"}, 1, 200},
		{"4.1 other", []string{"Cache-Control: max-age=60", "Vary: Accept-Language"}, []string{"Accept-Language: ko"}, 0, []string{"Accept-Language: en"}, 2, 200},
		{"4.1 missing", []string{"Cache-Control: max-age=60", "Vary: Accept-Language"}, []string{"Accept-Language: ko"}, 0, nil, 2, 200},
		{"4.1 *", []string{"Cache-Control: max-age=60", "Vary: *"}, nil, 0, nil, 2, 200},
		{"4.3 validated", []string{"Cache-Control: max-age=5", `ETag: "v"`}, nil, 6 * time.Second, nil, 2, 200},
		{"4.3.2", []string{"Cache-Control: max-age=60", `ETag: "v"`}, nil, 0, []string{`If-None-Match: "v"`}, 1, 304},
		{"4.3.2 weak", []string{"Cache-Control: max-age=60", `ETag: "v"`}, nil, 0, []string{`If-None-Match: "x", W/"v"`}, 1, 304},
		{"4.3.2 other", []string{"Cache-Control: max-age=60", `ETag: "v"`}, nil, 0, []string{`If-None-Match: "x"`}, 1, 200},
		{"4.3.2 date", []string{"Cache-Control: max-age=60", "Last-Modified: Wed, 31 Dec 2025 00:00:00 GMT"}, nil, 0, []string{"If-Modified-Since: Wed, 31 Dec 2025 00:00:00 GMT"}, 1, 304},
		{"5.2.1.4", []string{"Cache-Control: max-age=60"}, nil, 0, []string{"Cache-Control: no-cache"}, 2, 200},
		{"5.4 Pragma", []string{"Cache-Control: max-age=60"}, nil, 0, []string{"Pragma: no-cache"}, 2, 200},
		{"5.2.1.1", []string{"Cache-Control: max-age=60"}, nil, 5 * time.Second, []string{"Cache-Control: max-age=4"}, 2, 200},
		{"5.2.1.3", []string{"Cache-Control: max-age=60"}, nil, 5 * time.Second, []string{"Cache-Control: min-fresh=56"}, 2, 200},
		{"5.2.1.7", []string{"Cache-Control: max-age=60, no-store"}, nil, 0, []string{"Cache-Control: only-if-cached"}, 1, 504},
		{"4.2.3 Age of another cache", []string{"Cache-Control: max-age=60", "Age: 50"}, nil, 11 * time.Second, nil, 2, 200},
		{"4.2.3 Date is old", []string{"Cache-Control: max-age=60", "Date: Wed, 31 Dec 2025 23:59:00 GMT"}, nil, 0, nil, 2, 200},
	} {
		h, o := newHop(always(c.response...))
		get(h, "GET", "http://h/x", c.first...)
		o.now = o.now.Add(c.wait)
		w := get(h, "GET", "http://h/x", c.second...)
		if len(o.asked) != c.origin || w.Code != c.status {
			t.Errorf("RFC 9111 §%s: %q: the origin saw %d, want %d; status %d, want %d (%s)", c.section, c.response, len(o.asked), c.origin, w.Code, c.status, w.Header().Get("Cache-Status"))
		}
		if w.Code == 304 && w.Body.Len() != 0 {
			t.Errorf("§%s: 304 with a body", c.section)
		}
	}
}

// TestValidation: a stale response is asked for by its validator; 304 gives it a
// new life, and its fields the new values (RFC 9111 §3.2, §4.3.4).
func TestValidation(t *testing.T) {
	t.Parallel()
	version := 1
	h, o := newHop(func(r *http.Request) (int, string, http.Header) {
		return always("Cache-Control: max-age=5", `ETag: "v"`, fmt.Sprintf("X-Version: %d", version), "Content-Type: text/plain")(r)
	})
	get(h, "GET", "http://h/x")
	version, o.now = 2, o.now.Add(7*time.Second)
	w := get(h, "GET", "http://h/x", `If-None-Match: "mine"`)
	if got := o.asked[1].Header.Get("If-None-Match"); got != `"v"` {
		t.Errorf("validated with %q", got)
	}
	if w.Code != 200 || w.Body.String() != "body" || w.Header().Get("X-Version") != "2" || w.Header().Get("Age") != "0" || w.Header().Get("Content-Type") != "text/plain" {
		t.Errorf("after 304: %d %q %v", w.Code, w.Body, w.Header())
	}
	o.now = o.now.Add(4 * time.Second)
	if w = get(h, "HEAD", "http://h/x"); len(o.asked) != 2 || w.Header().Get("Age") != "4" || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "4" {
		t.Errorf("HEAD 4 s later: origin %d, %v", len(o.asked), w.Header())
	}
}

// TestInvalidation: what an unsafe request has changed is not answered from what is
// stored (RFC 9111 §4.4); one that was refused has changed nothing.
func TestInvalidation(t *testing.T) {
	t.Parallel()
	status := http.StatusForbidden
	h, o := newHop(func(r *http.Request) (int, string, http.Header) {
		if r.Method == http.MethodPost {
			return status, "", fields("Location: /x")
		}
		return always("Cache-Control: max-age=60")(r)
	})
	get(h, "GET", "http://h/x")
	get(h, "POST", "http://h/x")
	if get(h, "GET", "http://h/x"); len(o.asked) != 2 {
		t.Errorf("a refused POST has thrown the response away")
	}
	status = http.StatusSeeOther
	get(h, "POST", "http://h/elsewhere")
	if get(h, "GET", "http://h/x"); len(o.asked) != 4 {
		t.Errorf("the response that Location names was used after the POST")
	}
}

// TestDisconnected: what is stale is given only where the origin cannot be reached
// and has not forbidden it (RFC 9111 §4.2.4, §5.2.2.2).
func TestDisconnected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		control string
		want    int
	}{{"max-age=5", 200}, {"max-age=5, must-revalidate", 504}, {"s-maxage=5", 504}, {"no-store", 502}} {
		h, o := newHop(always("Cache-Control: " + c.control))
		get(h, "GET", "http://h/x")
		o.down, o.now = true, o.now.Add(time.Minute)
		if w := get(h, "GET", "http://h/x"); w.Code != c.want || w.Code == 200 && w.Header().Get("Age") != "60" {
			t.Errorf("%s: %d %v, want %d", c.control, w.Code, w.Header(), c.want)
		}
	}
}

// TestHopByHop: fields of one connection go no further, and Via is added (RFC 9110
// §7.6).
func TestHopByHop(t *testing.T) {
	t.Parallel()
	h, o := newHop(always("Connection: X-Mine", "X-Mine: 1", "Keep-Alive: timeout=5", "Cache-Control: max-age=5"))
	w := get(h, "GET", "http://h/x", "Connection: X-Secret", "X-Secret: 1", "TE: trailers", "Upgrade: websocket", "Accept: a")
	sent := o.asked[0]
	if got := fmt.Sprint(sent.Header); got != "map[Accept:[a] Via:[1.1 statelab]]" || sent.Host != "h" || sent.URL.Host != "origin:80" {
		t.Errorf("sent on: %v to %s for %s", got, sent.URL.Host, sent.Host)
	}
	if w.Header().Get("X-Mine") != "" || w.Header().Get("Keep-Alive") != "" {
		t.Errorf("came back: %v", w.Header())
	}
}

// TestBounds: neither long bodies nor many targets fill the memory.
func TestBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20+5)
	h, _ := newHop(func(*http.Request) (int, string, http.Header) { return 200, long, fields("Cache-Control: max-age=60") })
	if w := get(h, "GET", "http://h/x"); w.Body.String() != long || len(h.Memory()) != 0 {
		t.Errorf("a long body: %d octets came, %d responses kept", w.Body.Len(), len(h.Memory()))
	}
	h, _ = newHop(always("Cache-Control: max-age=60"))
	for i := range 1000 {
		get(h, "GET", fmt.Sprintf("http://h/%d", i))
	}
	if n := len(h.Memory()); n != 256 {
		t.Errorf("%d responses kept", n)
	}
}

// TestStoresCookies: the mistake is made only where it is switched on.
func TestStoresCookies(t *testing.T) {
	t.Parallel()
	visitors := 0
	for _, mistake := range []bool{false, true} {
		h, _ := newHop(func(*http.Request) (int, string, http.Header) {
			visitors++
			return 200, "", fields("Cache-Control: max-age=60", fmt.Sprintf("Set-Cookie: id=%d", visitors))
		})
		h.StoresCookies = mistake
		one, two := get(h, "GET", "http://h/x").Header().Get("Set-Cookie"), get(h, "GET", "http://h/x").Header().Get("Set-Cookie")
		if (one == two) != mistake {
			t.Errorf("with the mistake %v: %q and %q", mistake, one, two)
		}
	}
}

// FuzzControl: no Cache-Control lets a response with no-store be kept, whatever
// stands around it.
func FuzzControl(f *testing.F) {
	f.Add(`max-age=60, x="a\"b,c"`, `private="Set-Cookie"`)
	f.Add(`="`, `,,max-age`)
	f.Fuzz(func(t *testing.T, one, two string) {
		h, _ := newHop(always())
		h.Origin = roundTrip(func(r *http.Request) (*http.Response, error) {
			header := http.Header{"Cache-Control": {two, "no-store", one}, "Etag": {`"v"`}}
			return &http.Response{StatusCode: 200, Header: header, Body: http.NoBody, Request: r}, nil
		})
		get(h, "GET", "http://h/x")
		if len(h.Memory()) != 0 && !strings.Contains(two, `"`) {
			t.Errorf("kept under %q, no-store, %q", two, one)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestMemoryNow: what is said of a stored response stays true while time goes by, and is
// another after it was validated.
func TestMemoryNow(t *testing.T) {
	t.Parallel()
	h, o := newHop(always("Cache-Control: max-age=60", `ETag: "a"`, "Age: 10"))
	says := func() string { return h.Memory()[0].Value }
	get(h, "GET", "http://h/x")
	first := says()
	if !strings.HasSuffix(first, ", fresh until Thu, 01 Jan 2026 00:00:50 GMT") {
		t.Errorf("with 10 of 60 s gone: %s", first)
	}
	o.now = start.Add(49 * time.Second)
	if w := get(h, "GET", "http://h/x"); says() != first || !strings.Contains(w.Header().Get("Cache-Status"), "hit") {
		t.Errorf("a second before: %v, %s", w.Header(), says())
	}
	o.now = start.Add(50 * time.Second)
	if w := get(h, "GET", "http://h/x"); !strings.Contains(w.Header().Get("Cache-Status"), "fwd=stale") || !strings.HasSuffix(says(), "00:01:40 GMT") {
		t.Errorf("then: %v, %s", w.Header(), says())
	}
}
