package http1_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// piece is what one end sends in one frame: data, or ["gap N"], ["end"],
// ["cut"] as what.
type piece struct {
	from tcpstate.End
	data string
	what stream.Kind
	lost int64
}

func client(s string) piece { return piece{from: tcpstate.Client, data: s} }
func server(s string) piece { return piece{from: tcpstate.Server, data: s} }

func (p piece) gap(n int64) piece { p.what, p.lost = stream.Gap, n; return p }
func (p piece) end() piece        { p.what = stream.End; return p }
func (p piece) cut() piece        { p.what = stream.Cut; return p }

// result is what a test looks at.
type result struct {
	c        *http1.Conversation
	messages []*http1.Message
	from     []tcpstate.End
	tunnel   [2]string
}

// converse feeds the pieces, each of which is a frame, counted from 1, cut up
// into chunks of at most size octets (0: whole).
func converse(limits http1.Limits, size int, pieces ...piece) *result {
	r := &result{}
	r.c = http1.New(limits, func(from tcpstate.End, m *http1.Message) {
		r.messages, r.from = append(r.messages, m), append(r.from, from)
	})
	r.c.Tunnel = func(from tcpstate.End, c *stream.Chunk) { r.tunnel[from] += string(c.Data) }
	var offset [2]int64
	for i, p := range pieces {
		chunk := stream.Chunk{Kind: p.what, Lost: p.lost, Frame: i + 1, Release: i + 1, Time: second(i + 1), ReleaseTime: second(i + 1)}
		for rest := []byte(p.data); ; {
			n := len(rest)
			if size > 0 {
				n = min(n, size)
			}
			chunk.Data, chunk.Offset, chunk.Acked = bytes.Clone(rest[:n]), offset[p.from], offset[p.from.Peer()]
			if p.what != stream.Data || n > 0 {
				r.c.Feed(p.from, &chunk)
			}
			clear(chunk.Data) // it is not ours any more
			offset[p.from] += int64(n) + p.lost
			if rest = rest[n:]; len(rest) == 0 {
				break
			}
		}
	}
	return r
}

func second(i int) time.Time { return time.Unix(int64(i), 0) }

// summary is a message in one line.
func summary(m *http1.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d ", m.Exchange)
	if m.Request {
		fmt.Fprintf(&b, "%s %s %s", m.Method, m.Target, m.Version)
	} else {
		fmt.Fprintf(&b, "%s %d %s", m.Version, m.Status, m.Reason)
	}
	for _, f := range m.Fields {
		fmt.Fprintf(&b, " {%s=%s}", f.Name, f.Value)
	}
	fmt.Fprintf(&b, " %s %d", [...]string{"none", "length", "chunked", "close"}[m.Framing], m.BodyBytes)
	if len(m.Body) > 0 {
		fmt.Fprintf(&b, " %q", m.Body)
	}
	for _, f := range m.Trailers {
		fmt.Fprintf(&b, " trailer{%s=%s}", f.Name, f.Value)
	}
	if m.Truncated {
		b.WriteString(" truncated")
	}
	if m.Malformed {
		b.WriteString(" malformed")
	}
	return b.String()
}

const (
	get  = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	ok   = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	getM = "GET / HTTP/1.1 {Host=a} none 0"
	okM  = `HTTP/1.1 200 OK {Content-Length=2} length 2 "ok"`
)

func TestMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		pieces []piece
		want   []string
	}{
		{"a request and its response", []piece{client(get), server(ok)}, []string{"1 " + getM, "1 " + okM}},
		{"the client is who asks", []piece{server(get), client(ok)}, []string{"1 " + getM, "1 " + okM}},
		{"kept alive", []piece{client(get), server(ok), client(get), server(ok)}, []string{"1 " + getM, "1 " + okM, "2 " + getM, "2 " + okM}},
		{"pipelined", []piece{client(get + get + get), server(ok + ok + ok)}, []string{"1 " + getM, "2 " + getM, "3 " + getM, "1 " + okM, "2 " + okM, "3 " + okM}},
		{
			"names and order as sent, lines of every kind",
			[]piece{client("\r\n\r\nPOST /a?b=c%20d HTTP/1.0\nhOST:\t a.example \r\nX:\r\nX: two\r\n  folded\r\n\tagain\r\nno colon here\r\nY:a:b\r\n\r\n")},
			[]string{"1 POST /a?b=c%20d HTTP/1.0 {hOST=a.example} {X=} {X=two folded again} {Y=a:b} none 0"},
		},
		{"a target with spaces", []piece{client("GET /a b  HTTP/1.1 \r\n\r\n")}, []string{"1 GET /a b HTTP/1.1 none 0"}},
		{"a first line that is folded", []piece{client("GET / HTTP/1.1\r\n folded\r\nA: b\r\n\r\n")}, []string{"1 GET / HTTP/1.1 {A=b} none 0"}},
		{"no reason", []piece{client(get), server("HTTP/1.1 204\r\n\r\n"), server("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n")}, []string{"1 " + getM, "1 HTTP/1.1 204  none 0", "0 HTTP/1.1 404  {Content-Length=0} length 0"}},
		{
			"chunked, with extension and trailer",
			[]piece{client(get), server("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 3\r\n\r\n4;x=\"y\"\r\nWiki\r\n00A \r\npedia\r\nin \r\n0;z\r\nDigest: abc\r\nE:\r\n\r\n"), server(ok)},
			[]string{"1 " + getM, "1 HTTP/1.1 200 OK {Transfer-Encoding=gzip, Chunked} {Content-Length=3} chunked 14 \"Wikipedia\\r\\nin \" trailer{Digest=abc} trailer{E=}", "0 " + okM},
		},
		{
			"a chunked request, then another",
			[]piece{client("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n" + get)},
			[]string{"1 PUT / HTTP/1.1 {Transfer-Encoding=chunked} chunked 1 \"a\"", "2 " + getM},
		},
		{
			"no body in answer to HEAD, 204, 304",
			[]piece{
				client("HEAD / HTTP/1.1\r\n\r\n"), server("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
				client(get), server("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"),
				client(get), server("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
				client(get), server(ok),
			},
			[]string{
				"1 HEAD / HTTP/1.1 none 0", "1 HTTP/1.1 200 OK {Content-Length=99} none 0",
				"2 " + getM, "2 HTTP/1.1 304 Not Modified {Content-Length=99} none 0",
				"3 " + getM, "3 HTTP/1.1 204 No Content {Transfer-Encoding=chunked} none 0",
				"4 " + getM, "4 " + okM,
			},
		},
		{
			"interim responses",
			[]piece{client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"), server("HTTP/1.1 100 Continue\r\n\r\n"), client("abc"), server("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok), client(get), server(ok)},
			[]string{"1 HTTP/1.1 100 Continue none 0", "1 POST / HTTP/1.1 {Expect=100-continue} {Content-Length=3} length 3 \"abc\"", "1 HTTP/1.1 103 Early Hints {Link=x} none 0", "1 " + okM, "2 " + getM, "2 " + okM},
		},
		{"until the connection closes", []piece{client(get), server("HTTP/1.0 200 OK\r\n\r\nall "), server("of it"), server("").end()}, []string{"1 " + getM, "1 HTTP/1.0 200 OK close 9 \"all of it\""}},
		{"until a reset", []piece{client(get), server("HTTP/1.0 200 OK\r\n\r\nall "), server("").cut()}, []string{"1 " + getM, "1 HTTP/1.0 200 OK close 4 \"all \" truncated"}},
		{"an unknown transfer coding", []piece{client(get), server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nxyz"), server("").end()}, []string{"1 " + getM, "1 HTTP/1.1 200 OK {Transfer-Encoding=chunked, gzip} close 3 \"xyz\""}},
		{"the same length twice", []piece{client("POST / HTTP/1.1\r\nContent-Length: 1, 1\r\ncontent-length: 01\r\n\r\nx" + get)}, []string{"1 POST / HTTP/1.1 {Content-Length=1, 1} {content-length=01} length 1 \"x\"", "2 " + getM}},
		{"two lengths", []piece{client("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"), client(get)}, []string{"1 POST / HTTP/1.1 {Content-Length=1} {Content-Length=2} none 0 truncated malformed", "2 " + getM}},
		{"a length that is none", []piece{client("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\nx")}, []string{"1 POST / HTTP/1.1 {Content-Length=+1} none 0 truncated malformed"}},
		{"a request whose coding does not end", []piece{client("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nx")}, []string{"1 POST / HTTP/1.1 {Transfer-Encoding=gzip} none 0 truncated malformed"}},
		{"a chunk size that is none", []piece{client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0x2\r\n")}, []string{"1 POST / HTTP/1.1 {Transfer-Encoding=chunked} chunked 2 \"ab\" truncated malformed"}},
		{"a chunk longer than it says", []piece{client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n")}, []string{"1 POST / HTTP/1.1 {Transfer-Encoding=chunked} chunked 2 \"ab\" truncated malformed"}},
		{"a chunk size beyond 63 bits", []piece{client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")}, []string{"1 POST / HTTP/1.1 {Transfer-Encoding=chunked} chunked 0 truncated malformed"}},
		{"cut inside the head", []piece{client("GET / HTTP/1.1\r\nHost: a\r\nCook"), client("").cut(), server(ok)}, []string{"1 GET / HTTP/1.1 {Host=a} none 0 truncated", "1 " + okM}},
		{"cut inside the start line", []piece{client("GET / HT"), client("").cut()}, nil},
		{"cut inside the body", []piece{client(get), server(ok[:len(ok)-1]), server("").end()}, []string{"1 " + getM, `1 HTTP/1.1 200 OK {Content-Length=2} length 1 "o" truncated`}},
		{"cut inside chunks", []piece{client(get), server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), server("").end()}, []string{"1 " + getM, `1 HTTP/1.1 200 OK {Transfer-Encoding=chunked} chunked 2 "ab" truncated`}},
		{"no HTTP: binary", []piece{client("\x16\x03\x01" + get), server("\x16\x03\x03" + ok)}, nil},
		{"no HTTP: SMTP", []piece{server("220 mail ready\r\n"), client("EHLO me\r\n"), client(get)}, nil},
		{"no HTTP: HTTP/2", []piece{client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), client(get)}, nil},
		{"no HTTP: a status that is none", []piece{server("HTTP/1.1 2000 OK\r\n\r\n"), server(ok)}, nil},
		{"no HTTP: version alone", []piece{server("HTTP/1.1\r\n\r\n")}, nil},
		{"no HTTP: a method without end", []piece{client(strings.Repeat("A", 40))}, nil},
		{"behind a SOCKS handshake", []piece{client("\x04\x01\x00\x50abcd\x00"), server("\x00\x5aabcdef"), client(get), server(ok)}, []string{"1 " + getM, "1 " + okM}},
		{"garbage after a message, then a start line", []piece{client(get + "\x00\x01"), client("more"), client(get)}, []string{"1 " + getM, "2 " + getM}},
		{"a request from the wrong side", []piece{client(get), server(get), server(ok)}, []string{"1 " + getM}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range converse(http1.Limits{}, 0, tt.pieces...).messages {
				got = append(got, summary(m))
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestTunnels(t *testing.T) {
	t.Parallel()
	const (
		connect = "CONNECT a:443 HTTP/1.1\r\n\r\n"
		upgrade = "GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	)
	tests := []struct {
		name           string
		pieces         []piece
		protocol       string
		messages       int
		client, server string
	}{
		{"CONNECT", []piece{client(connect), server("HTTP/1.1 200 Connection established\r\nContent-Length: 9\r\n\r\nSSH-2.0"), client("SSH" + get), client("").gap(9), client("").end()}, "CONNECT", 2, "SSH" + get, "SSH-2.0"},
		{"CONNECT refused", []piece{client(connect), server("HTTP/1.1 407 Auth\r\nContent-Length: 1\r\n\r\nx"), client(connect), server("HTTP/1.1 200 OK\r\n\r\n"), client("x")}, "CONNECT", 4, "x", ""},
		{"WebSocket", []piece{client(upgrade), server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi"), client("\x81\x82mask"), server(ok)}, "websocket", 2, "\x81\x82mask", "\x81\x02hi" + ok},
		{"the client does not wait for 101", []piece{client(upgrade + "\x81\x82mask"), server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), client("more")}, "websocket", 2, "more", ""},
		{"Upgrade refused", []piece{client(upgrade), server(ok), client(get), server(ok)}, "", 4, "", ""},
		{"101 before the request's body ends", []piece{client("POST / HTTP/1.1\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\na"), server("HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n"), client("bTunnel")}, "x", 2, "Tunnel", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{0, 1, 3} {
				r := converse(http1.Limits{}, size, tt.pieces...)
				if len(r.messages) != tt.messages || r.c.Protocol() != tt.protocol || !r.c.HTTP() {
					t.Errorf("%d messages, protocol %q", len(r.messages), r.c.Protocol())
				}
				// A client that does not wait loses what came before the 101.
				if r.tunnel[tcpstate.Server] != tt.server || !strings.HasSuffix(r.tunnel[tcpstate.Client], tt.client) {
					t.Errorf("tunnel %q, %q; want %q, %q", r.tunnel[0], r.tunnel[1], tt.client, tt.server)
				}
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	r := converse(http1.Limits{}, 0,
		client("\r\n"), client("POST / HT"), client("TP/1.1\r\nContent-Length: 5\r\n\r\nab"), client("cd"), client("e"+get))
	m := r.messages[0]
	if m.Start != 2 || m.BodyStart != 40 || m.End != 45 {
		t.Errorf("octets %d, %d, %d", m.Start, m.BodyStart, m.End)
	}
	if m.FirstFrame != 2 || m.LastFrame != 5 || m.CompletedBy != 5 || !m.FirstTime.Equal(second(2)) || !m.LastTime.Equal(second(5)) || !m.CompletedAt.Equal(second(5)) {
		t.Errorf("frames %d to %d, completed by %d; %v to %v", m.FirstFrame, m.LastFrame, m.CompletedBy, m.FirstTime, m.LastTime)
	}
	if string(m.Head) != "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n" {
		t.Errorf("head %q", m.Head)
	}
	if next := r.messages[1]; next.Start != 45 || next.FirstFrame != 5 || next.LastFrame != 5 {
		t.Errorf("the next message at %d, frame %d", next.Start, next.FirstFrame)
	}

	r = converse(http1.Limits{}, 0, client(get), server("HTTP/1.0 200 OK\r\n\r\nbody"), client("x"), server("").end())
	if m := r.messages[1]; m.LastFrame != 2 || m.CompletedBy != 4 || m.End != 23 {
		t.Errorf("until close: last frame %d, completed by %d, end %d", m.LastFrame, m.CompletedBy, m.End)
	}
}

// TestLateOctets: of each message and each WebSocket frame the second segment is
// the last to come, and of the last message the first.
func TestLateOctets(t *testing.T) {
	t.Parallel()
	var spans []string
	note := func(s http1.Span) {
		spans = append(spans, fmt.Sprintf("%d-%d %d-%d", s.FirstFrame, s.LastFrame, s.FirstTime.Unix(), s.LastTime.Unix()))
	}
	frames := http1.NewWebSocket(tcpstate.Client, "", 100, func(_ tcpstate.End, f *http1.WebSocketFrame) { note(f.Span) })
	c := http1.New(http1.Limits{}, func(_ tcpstate.End, m *http1.Message) { note(m.Span) })
	c.Tunnel = frames.Feed
	conn := stream.New(stream.Limits{}).Open(c.Feed)
	var next [2]uint32
	number := 0
	send := func(from tcpstate.End, order []int, parts ...string) {
		var at []uint32
		for _, p := range parts {
			at = append(at, next[from])
			next[from] += uint32(len(p))
		}
		for _, i := range order {
			number++
			conn.Segment(from, &tcpstate.Segment{
				Frame: number, Time: second(number), Seq: tcpstate.Seq(at[i]), Len: len(parts[i]), Payload: []byte(parts[i]),
			})
		}
	}
	for _, from := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
		conn.Segment(from, &tcpstate.Segment{Flags: tcpstate.SYN, Seq: ^tcpstate.Seq(0)})
	}
	late, first := []int{0, 2, 1}, []int{1, 2, 0}
	send(tcpstate.Client, late, "POST / HTTP/1.1\r\nContent-", "Length: 5\r\n\r\na", "bcde")
	send(tcpstate.Server, late, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "ab", "cde")
	send(tcpstate.Client, first, "GET / HT", "TP/1.1\r\n", "\r\n")
	send(tcpstate.Server, []int{0}, "HTTP/1.1 101 \r\nUpgrade: websocket\r\n\r\n")
	send(tcpstate.Server, late, "\x82\x06", "abc", "def")
	want := []string{"1-3 1-3", "4-6 4-6", "7-9 7-9", "10-10 10-10", "11-13 11-13"}
	if !slices.Equal(spans, want) {
		t.Errorf("%q, want %q", spans, want)
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	const ten = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
	const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	gap := func(n int64) piece { return server("").gap(n) }
	tests := []struct {
		name   string
		pieces []piece
		want   []string
	}{
		{"inside a body of known length", []piece{server(ten + "ab"), gap(5), server("hij" + ok)}, []string{`1 HTTP/1.1 200 OK {Content-Length=10} length 10 "ab" truncated`, "2 " + okM}},
		{"the rest of a body", []piece{server(ten + "ab"), gap(8), server(ok)}, []string{`1 HTTP/1.1 200 OK {Content-Length=10} length 10 "ab" truncated`, "2 " + okM}},
		{"beyond a body", []piece{server(ten + "ab"), gap(9), server("garbage"), server(ok)}, []string{`1 HTTP/1.1 200 OK {Content-Length=10} length 2 "ab" truncated`, "0 " + okM}},
		{"inside a chunk", []piece{server(chunks + "5\r\na"), gap(3), server("e\r\n0\r\n\r\n" + ok)}, []string{`1 HTTP/1.1 200 OK {Transfer-Encoding=chunked} chunked 5 "a" truncated`, "2 " + okM}},
		{"between chunks", []piece{server(chunks + "1\r\na"), gap(3), server("x"), server(ok)}, []string{`1 HTTP/1.1 200 OK {Transfer-Encoding=chunked} chunked 1 "a" truncated`, "0 " + okM}},
		{"inside a body until close", []piece{server("HTTP/1.0 200 OK\r\n\r\na"), gap(3), server("e"), server("").end()}, []string{`1 HTTP/1.0 200 OK close 5 "a" truncated`}},
		{"inside a head", []piece{server("HTTP/1.1 200 OK\r\nA: b\r\nContent-"), gap(3), server("\r\n\r\n"), server(ok)}, []string{`1 HTTP/1.1 200 OK {A=b} none 0 truncated`, "0 " + okM}},
		{"inside a start line", []piece{server("HTTP/1.1 20"), gap(3), server("OK\r\n\r\n"), server(ok)}, []string{"0 " + okM}},
		{"between messages", []piece{server(ok), gap(30), server("k" + ok), server(ok)}, []string{"1 " + okM, "0 " + okM}},
		{"before the capture", []piece{gap(0), server("rest of a body"), server(ok)}, []string{"0 " + okM}},
		{"a request among responses is none", []piece{gap(0), server(get), server(ok)}, []string{"0 " + okM}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := converse(http1.Limits{}, 0, append([]piece{client(get + get + get)}, tt.pieces...)...)
			var got []string
			for i, m := range r.messages {
				if r.from[i] == tcpstate.Server {
					got = append(got, summary(m))
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// TestBreaks: why a message is not whole.
func TestBreaks(t *testing.T) {
	t.Parallel()
	const ten = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"
	for name, tt := range map[string]struct {
		pieces []piece
		want   http1.Break
	}{
		"whole":                       {[]piece{server(ten + "cdefghij")}, http1.NoBreak},
		"its sender closed":           {[]piece{server(ten), server("").end()}, http1.BreakClose},
		"reset":                       {[]piece{server(ten), server("").cut()}, http1.BreakCut},
		"octets are missing":          {[]piece{server(ten), server("").gap(2), server("efghij")}, http1.BreakGap},
		"and then its sender closed":  {[]piece{server(ten), server("").gap(2), server("ef"), server("").end()}, http1.BreakGap},
		"nobody knows how many":       {[]piece{server(ten), server("").gap(20)}, http1.BreakGap},
		"its head has a hole":         {[]piece{server(ten[:20]), server("").gap(2)}, http1.BreakGap},
		"its head ends with the rest": {[]piece{server(ten[:20]), server("").end()}, http1.BreakClose},
	} {
		r := converse(http1.Limits{}, 0, append([]piece{client(get)}, tt.pieces...)...)
		if m := r.messages[len(r.messages)-1]; m.Break != tt.want || m.Truncated != (tt.want != http1.NoBreak) {
			t.Errorf("%s: %q, want %q", name, m.Break, tt.want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	limits := http1.Limits{Head: 60, Body: 3}
	long := strings.Repeat("x", 100)
	tests := []struct {
		name string
		in   []piece
		want []string
	}{
		{"body", []piece{client("PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\n" + long + "GET / HTTP/1.1\r\n\r\n")}, []string{`1 PUT / HTTP/1.1 {Content-Length=100} length 100 "xxx"`, "2 GET / HTTP/1.1 none 0"}},
		{"head", []piece{client("GET / HTTP/1.1\r\nA: b\r\nLong: " + long + "\r\n\r\n"), client("GET / HTTP/1.1\r\n\r\n")}, []string{"1 GET / HTTP/1.1 {A=b} none 0 truncated malformed", "2 GET / HTTP/1.1 none 0"}},
		{"start line", []piece{client("GET /" + long + " HTTP/1.1\r\n\r\n")}, nil},
		{"trailer", []piece{client("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + long)}, []string{"1 PUT / HTTP/1.1 {Transfer-Encoding=chunked} chunked 0 truncated malformed"}},
		{"chunk line", []piece{client("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0;" + strings.Repeat(long, 50))}, []string{"1 PUT / HTTP/1.1 {Transfer-Encoding=chunked} chunked 0 truncated malformed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{0, 20} {
				var got []string
				for _, m := range converse(limits, size, tt.in...).messages {
					got = append(got, summary(m))
				}
				if !reflect.DeepEqual(got, tt.want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			}
		})
	}
}

// TestFlood: nobody can make us remember requests without end.
func TestFlood(t *testing.T) {
	t.Parallel()
	r := converse(http1.Limits{}, 0, client(strings.Repeat(get, 1001)), server(strings.Repeat(ok, 1001)), client(get), server(ok))
	if n := len(r.messages); n != 2004 {
		t.Fatalf("%d messages", n)
	}
	for i, want := range map[int]int{0: 1, 1000: 1001, 1001: 1, 2000: 1000, 2001: 0, 2003: 0} {
		if got := r.messages[i].Exchange; got != want {
			t.Errorf("message %d belongs to exchange %d, want %d", i, got, want)
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	var got []string
	c := http1.New(http1.Limits{}, func(_ tcpstate.End, m *http1.Message) { got = append(got, summary(m)) })
	c.Feed(tcpstate.Client, &stream.Chunk{Data: []byte(get[:20])})
	c.Close(tcpstate.Server)
	c.Close(tcpstate.Client)
	c.Close(tcpstate.Client)
	c.Feed(tcpstate.Client, &stream.Chunk{Data: []byte(get)})
	if want := []string{"1 GET / HTTP/1.1 none 0 truncated"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Of a message that ends early it is known whether its head is whole, and how long a
// body it has announced.
func TestCutShort(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	for _, tt := range []struct {
		pieces    []piece
		head      bool
		length    int64
		announced bool
	}{
		{[]piece{server(head + "\r\n"), server("").cut()}, false, 5, true},
		{[]piece{server(head + "\r\nabcde")}, false, 5, true},
		{[]piece{server(head + "Set-Coo"), server("").cut()}, true, 0, false},
		{[]piece{server(head), server("").gap(9)}, true, 0, false},
		{[]piece{server(head + "Content-Length: 6\r\n\r\n")}, false, 0, false},
		{[]piece{server(head + "Transfer-Encoding: chunked\r\n\r\n"), server("").cut()}, false, 0, false},
		{[]piece{server("HTTP/1.1 200 OK\r\n\r\n"), server("").end()}, false, 0, false},
	} {
		pieces := append([]piece{client(get)}, tt.pieces...)
		m := converse(http1.Limits{}, 0, pieces...).messages[1]
		length, announced := m.Announced()
		if m.HeadCut != tt.head || length != tt.length || announced != tt.announced {
			t.Errorf("%q: head cut %v, length %d, %v", tt.pieces[0].data, m.HeadCut, length, announced)
		}
	}
}
