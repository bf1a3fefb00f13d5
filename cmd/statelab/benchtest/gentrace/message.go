package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// message is an HTTP message: a head, and octets of the text that bodies are
// made of. A chunked body is in the head.
type message struct {
	head []byte
	body int // octets of text
}

func (m *message) len() int { return len(m.head) + m.body }

// part returns n octets from octet from on.
func (m *message) part(from, n int) (parts [2][]byte) {
	if from < len(m.head) {
		parts[0] = m.head[from:min(from+n, len(m.head))]
	}
	if from, to := max(from-len(m.head), 0), from+n-len(m.head); to > from {
		at := from % textLen
		parts[1] = text[at : at+to-from]
	}
	return parts
}

// textLen is how long the text is before it begins again.
const textLen = 1 << 16

// text is what bodies are made of: the text, and a segment of it again, so that
// a part may begin anywhere.
var text = makeText()

func makeText() []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"state", "segment", "octet", "cookie", "window", "remember", "forget", "session", "the", "of", "a", "and"}
	var b bytes.Buffer
	for b.Len() < textLen {
		fmt.Fprintf(&b, "%s%d ", words[r.IntN(len(words))], r.IntN(1000))
	}
	b.Truncate(textLen)
	return append(b.Bytes(), b.Bytes()[:1<<11]...)
}

var paths = []string{"/", "/index.html", "/style.css", "/app.js", "/logo.svg", "/api/accounts/17", "/api/cart", "/search?q=tcp", "/login", "/feed.json"}

// request makes the nth request of a connection.
func request(r *rand.Rand, n int) *message {
	method, path := "GET", paths[r.IntN(len(paths))]
	var m message
	switch r.IntN(20) {
	case 0, 1:
		method, m.body = "POST", 20+r.IntN(3000)
	case 2:
		method, m.body = "PUT", 20+r.IntN(400)
	case 3:
		method = "HEAD"
	}
	b := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: gentrace/1\r\nAccept: */*\r\nCookie: id=%08x; seen=%d\r\n", method, path, r.Uint32(), n)
	if m.body > 0 {
		b = append(b, "Content-Type: text/plain\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(m.body), 10)
		b = append(b, "\r\n"...)
	}
	m.head = append(b, "\r\n"...)
	return &m
}

// sizes are the sizes of response bodies, in octets, each as often as it
// stands here, give or take a half.
var sizes = []int{0, 40, 120, 300, 300, 500, 900, 900, 1400, 2000, 2600, 3000, 5200, 8000, 12000, 36000}

const (
	ok          = "200 OK"
	notModified = "304 Not Modified"
)

// statuses are those of responses, each as often as it stands here.
var statuses = []string{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, "302 Found", notModified, "404 Not Found", "404 Not Found", "500 Internal Server Error"}

// response makes the answer to a request.
func response(r *rand.Rand, asked *message) *message {
	status := statuses[r.IntN(len(statuses))]
	size := sizes[r.IntN(len(sizes))]
	size = size/2 + r.IntN(size+1)
	b := fmt.Appendf(nil, "HTTP/1.1 %s\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nServer: gentrace\r\nContent-Type: text/plain\r\n", status)
	if r.IntN(5) == 0 {
		b = fmt.Appendf(b, "Set-Cookie: id=%08x; Path=/; HttpOnly\r\n", r.Uint32())
	}
	m := &message{}
	switch head := bytes.HasPrefix(asked.head, []byte("HEAD")); {
	case status == notModified: // has no body (RFC 9110 §15.4.5)
	case !head && r.IntN(5) == 0 && size < 12000:
		b = append(b, "Transfer-Encoding: chunked\r\n\r\n"...)
		m.head = appendChunks(b, size)
		return m
	default:
		b = fmt.Appendf(b, "Content-Length: %d\r\n", size)
		if !head {
			m.body = size
		}
	}
	m.head = append(b, "\r\n"...)
	return m
}

// appendChunks appends a chunked body (RFC 9112 §7.1).
func appendChunks(b []byte, size int) []byte {
	for size > 0 {
		n := min(size, 1000)
		b = fmt.Appendf(b, "%x\r\n", n)
		b = append(b, text[:n]...)
		b = append(b, "\r\n"...)
		size -= n
	}
	return append(b, "0\r\n\r\n"...)
}
