package httpdemo

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
)

// wsServed is the chat behind the strict reader, as http serve has it.
type wsServed struct {
	t   *testing.T
	app *wsApp
	at  netip.AddrPort
}

func serveWS(t *testing.T) wsServed {
	t.Helper()
	s := wsServed{t: t}
	lesson := webSocket()
	lesson.App = func(services *Services) (App, error) {
		s.app = newWSApp(services)
		return s.app, nil
	}
	site, err := NewSite(testServices(), lesson)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.at = netip.MustParseAddrPort(l.Addr().String())
	srv := NewServer(site, Limits{}, nil)
	served := make(chan error, 1)
	strict := Strict(l, srv, DefaultReadTimeout, DefaultHeader)
	go func() { served <- srv.Serve(strict) }()
	t.Cleanup(func() {
		s.app.Close()
		_ = srv.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return s
}

// login returns a new session's Cookie field.
func (s wsServed) login(name string) http1.Field {
	s.t.Helper()
	resp, _ := send(s.t, "POST", "http://"+s.at.String()+"/websocket/login", "application/json", `{"user":`+strconv.Quote(name)+`}`)
	if resp.StatusCode != http.StatusNoContent {
		s.t.Fatal(resp.Status)
	}
	return http1.Field{Name: "Cookie", Value: resp.Cookies()[0].Name + "=" + resp.Cookies()[0].Value}
}

// dial upgrades a connection, whose reads end after some seconds.
func (s wsServed) dial(path string, fields ...http1.Field) (*wsClient, *http.Response, error) {
	e := &Env{Rand: rand.Reader, Now: time.Now}
	m := &Machine{Dial: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", to.String())
		if err == nil {
			err = c.SetDeadline(time.Now().Add(20 * time.Second))
		}
		return c, err
	}}
	return e.upgrade(s.t.Context(), m, &Machine{At: s.at}, path, fields...)
}

// join is dial for a new member, who has been told of joining.
func (s wsServed) join(name, room string) *wsClient {
	s.t.Helper()
	c, _, err := s.dial("/websocket/chat?room="+room, s.login(name))
	if err != nil {
		s.t.Fatal(err)
	}
	if f, err := c.receive(); err != nil || !strings.Contains(string(f.payload), "joined") {
		s.t.Fatalf("%q, %v", f.payload, err)
	}
	return c
}

// wsHeard is all that came until the connection's end, or as many messages as were
// waited for.
type wsHeard struct {
	texts []string // of messages
	pongs []string
	code  int // of the close frame; 0 if there was none
	why   string
}

func (c *wsClient) all(most int) (h wsHeard) {
	for {
		f, err := c.receive()
		if err != nil {
			return h
		}
		switch f.opcode {
		case http1.OpText:
			var s wsSaid
			if json.Unmarshal(f.payload, &s) == nil && s.Type == "message" {
				h.texts = append(h.texts, s.Text)
			}
		case http1.OpPong:
			h.pongs = append(h.pongs, string(f.payload))
		case http1.OpClose:
			h.code, h.why = f.code(), string(f.payload[min(2, len(f.payload)):])
			_ = c.send(http1.OpClose, string(f.payload[:min(2, len(f.payload))])) // it may be closed already
			return h
		}
		if len(h.texts) == most && most > 0 {
			return h
		}
	}
}

// What cases are made of.
var (
	wsKey    = [4]byte{0x37, 0xfa, 0x21, 0x3d} // RFC 6455 §5.7's
	wsNoMask = [4]byte{}
)

func fin(op http1.Opcode, payload string) []byte { return wsEncode(0x80|byte(op), &wsKey, payload) }
func part(op http1.Opcode, payload string) []byte {
	return wsEncode(byte(op), &wsKey, payload)
}

// bye is a close frame.
func bye(code int, reason string) []byte {
	return fin(http1.OpClose, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

// stretched is a text frame whose length takes more octets than it needs.
func stretched(octets int, length uint64) []byte {
	b := []byte{0x81, 0x80 | 126}
	if octets == 2 {
		b = binary.BigEndian.AppendUint16(b, uint16(length))
	} else {
		b[1] = 0x80 | 127
		b = binary.BigEndian.AppendUint64(b, length)
	}
	return append(append(b, wsNoMask[:]...), "hello"...)
}

// TestWebSocketFrames sends what RFC 6455 speaks of, octet by octet. Each case ends
// with a close frame of its own, which a connection that is still good answers
// with 1000.
func TestWebSocketFrames(t *testing.T) {
	t.Parallel()
	const text, binaryOp, cont, ping, pong = http1.OpText, http1.OpBinary, http1.OpContinuation, http1.OpPing, http1.OpPong
	none := []string(nil)
	long := strings.Repeat("x", wsMostMessage)
	s := serveWS(t)
	for _, c := range []struct {
		section, what string
		octets        []byte
		texts, pongs  []string
		code          int
	}{
		{"5.7", "a masked text", fin(text, "Hello"), []string{"Hello"}, none, 1000},
		{"5.3", "a mask of zeros", wsEncode(0x81, &wsNoMask, "Hello"), []string{"Hello"}, none, 1000},
		{"5.6", "an empty text", fin(text, ""), []string{""}, none, 1000},
		{"5.1", "not masked", wsEncode(0x81, nil, "Hello"), none, none, 1002},
		{"5.1", "a ping that is not masked", wsEncode(0x89, nil, ""), none, none, 1002},
		{"5.2", "RSV1 with no extension", wsEncode(0xc1, &wsKey, "x"), none, none, 1002},
		{"5.2", "RSV2", wsEncode(0xa1, &wsKey, "x"), none, none, 1002},
		{"5.2", "RSV3", wsEncode(0x91, &wsKey, "x"), none, none, 1002},
		{"5.2", "RSV1 in a ping", wsEncode(0xc9, &wsKey, ""), none, none, 1002},
		{"5.2", "opcode 3", wsEncode(0x83, &wsKey, "x"), none, none, 1002},
		{"5.2", "opcode 7", wsEncode(0x87, &wsKey, "x"), none, none, 1002},
		{"5.2", "opcode 11", wsEncode(0x8b, &wsKey, ""), none, none, 1002},
		{"5.2", "opcode 15", wsEncode(0x8f, &wsKey, ""), none, none, 1002},
		{"5.2", "16 bits for a length of 5", stretched(2, 5), none, none, 1002},
		{"5.2", "64 bits for a length of 5", stretched(8, 5), none, none, 1002},
		{"5.2", "a length with its first bit set", stretched(8, 1<<63), none, none, 1002},
		{"5.2", "126 octets, in 16 bits", fin(text, long[:126]), []string{long[:126]}, none, 1000},
		{"5.4", "a continuation of nothing", fin(cont, "x"), none, none, 1002},
		{"5.4", "a text within a text", slices.Concat(part(text, "a"), fin(text, "b")), none, none, 1002},
		{"5.4", "three fragments", slices.Concat(part(text, "a"), part(cont, "b"), fin(cont, "c")), []string{"abc"}, none, 1000},
		{"5.4", "empty fragments", slices.Concat(part(text, ""), part(cont, ""), fin(cont, "x")), []string{"x"}, none, 1000},
		{"5.4", "a ping between fragments", slices.Concat(part(text, "a"), fin(ping, "p"), fin(cont, "b")), []string{"ab"}, []string{"p"}, 1000},
		{"5.5", "a ping of 126", fin(ping, long[:126]), none, none, 1002},
		{"5.5", "a ping of 125", fin(ping, long[:125]), none, []string{long[:125]}, 1000},
		{"5.5", "a ping in fragments", part(ping, "x"), none, none, 1002},
		{"5.5", "a close in fragments", part(http1.OpClose, "\x03\xe8"), none, none, 1002},
		{"5.5.1", "a close of 126", fin(http1.OpClose, "\x03\xe8"+long[:124]), none, none, 1002},
		{"5.5.2", "two pings", slices.Concat(fin(ping, "1"), fin(ping, "2")), none, []string{"1", "2"}, 1000},
		{"5.5.2", "an empty ping", fin(ping, ""), none, []string{""}, 1000},
		{"5.5.3", "a pong that nobody asked for", slices.Concat(fin(pong, "x"), fin(text, "a")), []string{"a"}, none, 1000},
		{"5.5.1", "a message after the close", slices.Concat(bye(1000, ""), fin(text, "late")), none, none, 1000},
		{"5.5.1", "a close without a code", fin(http1.OpClose, ""), none, none, 1005},
		{"5.5.1", "a close of one octet", fin(http1.OpClose, "\x03"), none, none, 1002},
		{"5.5.1", "a reason that is not UTF-8", bye(1000, "\xff"), none, none, 1007},
		{"5.5.1", "a reason", bye(1000, "끝"), none, none, 1000},
		{"7.4.1", "code 1001", bye(1001, ""), none, none, 1001},
		{"7.4.2", "code 999", bye(999, ""), none, none, 1002},
		{"7.4.1", "code 1004", bye(1004, ""), none, none, 1002},
		{"7.4.1", "code 1005", bye(1005, ""), none, none, 1002},
		{"7.4.1", "code 1006", bye(1006, ""), none, none, 1002},
		{"7.4.1", "code 1015", bye(1015, ""), none, none, 1002},
		{"7.4.2", "code 2999", bye(2999, ""), none, none, 1002},
		{"7.4.2", "code 3000", bye(3000, ""), none, none, 3000},
		{"7.4.2", "code 4999", bye(4999, ""), none, none, 4999},
		{"7.4.2", "code 5000", bye(5000, ""), none, none, 1002},
		{"8.1", "a text that is not UTF-8", fin(text, "\xff"), none, none, 1007},
		{"8.1", "a surrogate", fin(text, "\xed\xa0\x80"), none, none, 1007},
		{"8.1", "an overlong form", fin(text, "\xc0\xaf"), none, none, 1007},
		{"8.1", "a character that is cut off", fin(text, "\xea\xb0"), none, none, 1007},
		{"8.1", "a character in two fragments", slices.Concat(part(text, "\xea\xb0"), fin(cont, "\x80")), []string{"가"}, none, 1000},
		{"5.6", "binary: ours is text alone", fin(binaryOp, "x"), none, none, 1003},
		{"10.4", "32 KiB", fin(text, long), []string{long}, none, 1000},
		{"10.4", "32 KiB and one octet", fin(text, long+"x"), none, none, 1009},
		{"10.4", "more than 32 KiB in fragments", slices.Concat(part(text, long), fin(cont, "xx")), none, none, 1009},
		{"10.4", "a length of 2^40", stretched(8, 1<<40), none, none, 1009},
	} {
		for _, drops := range []bool{false, true} {
			if drops && len(c.octets) > 300 {
				continue
			}
			client := s.join("x", "frames")
			pieces := [][]byte{c.octets}
			if len(c.texts) == 0 {
				pieces[0] = append(slices.Clone(c.octets), bye(1000, "")...)
			}
			if drops { // each octet by itself
				pieces = slices.Collect(slices.Chunk(pieces[0], 1))
			}
			for _, p := range pieces {
				if _, err := client.conn.Write(p); err != nil {
					break // it may have been closed over what came before
				}
			}
			if strings.HasPrefix(c.what, "a length of") { // what was promised
				_, _ = client.conn.Write([]byte(long + long))
			}
			h := client.all(len(c.texts))
			if len(c.texts) > 0 && h.code == 0 { // its own message has come back
				_, _ = client.conn.Write(bye(1000, ""))
				h.code = client.all(0).code
			}
			_ = client.conn.Close() // whatever state it is in
			if h.code == 1009 && h.why != "a message has at most 32768 bytes" {
				t.Errorf("%s: the reason is %q", c.what, h.why)
			}
			if !slices.Equal(h.texts, c.texts) || !slices.Equal(h.pongs, c.pongs) || h.code != c.code {
				t.Errorf("RFC 6455 §%s, %s (by drops: %v): heard %.80q, pongs %.80q, closed with %d; want %.80q, %.80q, %d",
					c.section, c.what, drops, h.texts, h.pongs, h.code, c.texts, c.pongs, c.code)
			}
		}
	}
}

// TestWebSocketHandshake: who is let in, and what the others are told (RFC 6455
// §4.2, §10.2).
func TestWebSocketHandshake(t *testing.T) {
	t.Parallel()
	s := serveWS(t)
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	good := map[string]string{"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
	for _, c := range []struct {
		what, line string
		change     map[string]string
		status     int
		field      string // that the answer is to have, with its value
	}{
		{"the RFC's own example", "", nil, 101, "Sec-Websocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
		{"no Origin: no browser's page", "", nil, 101, ""},
		{"its own Origin", "", map[string]string{"Origin": "http://" + s.at.String()}, 101, ""},
		{"a foreign Origin", "", map[string]string{"Origin": "http://evil.example"}, 403, ""},
		{"another port is another origin", "", map[string]string{"Origin": "http://127.0.0.1:1"}, 403, ""},
		{"an Origin of no site", "", map[string]string{"Origin": "null"}, 403, ""},
		{"no cookie", "", map[string]string{"Cookie": ""}, 401, `Www-Authenticate: Session realm="websocket"`},
		{"an invented cookie", "", map[string]string{"Cookie": "chat=0123"}, 401, ""},
		{"no Upgrade", "", map[string]string{"Upgrade": ""}, 426, "Upgrade: websocket"},
		{"Connection without upgrade", "", map[string]string{"Connection": "close"}, 426, ""},
		{"version 8", "", map[string]string{"Sec-WebSocket-Version": "8"}, 400, "Sec-Websocket-Version: 13"},
		{"no key", "", map[string]string{"Sec-WebSocket-Key": ""}, 400, ""},
		{"a short key", "", map[string]string{"Sec-WebSocket-Key": "YQ=="}, 400, ""},
		{"a room that is none", "GET /websocket/chat?room=%2e%2e HTTP/1.1", nil, 422, ""},
		{"POST", "POST /websocket/chat HTTP/1.1", map[string]string{"Content-Length": "0"}, 405, "Allow: GET, HEAD"},
	} {
		head := c.line
		if head == "" {
			head = "GET /websocket/chat HTTP/1.1"
		}
		fields := map[string]string{"Host": s.at.String(), "Cookie": s.login("x").Value}
		for name, value := range good {
			fields[name] = value
		}
		for name, value := range c.change {
			fields[name] = value
		}
		head += "\r\n"
		for name, value := range fields {
			if value != "" {
				head += name + ": " + value + "\r\n"
			}
		}
		conn, err := net.Dial("tcp", s.at.String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		name, value, _ := strings.Cut(c.field, ": ")
		if r.StatusCode != c.status || c.field != "" && r.Header.Get(name) != value {
			t.Errorf("%s: %d %v, want %d %s", c.what, r.StatusCode, r.Header, c.status, c.field)
		}
		_ = conn.Close() // nothing more is wanted of it
	}
}
