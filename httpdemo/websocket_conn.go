package httpdemo

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// wsViolation is a frame over which the connection is to be closed, with the code
// of RFC 6455 §7.4.1.
type wsViolation struct {
	code websocket.StatusCode
	why  string
}

func (v *wsViolation) Error() string { return v.why }

// What coder/websocket lets pass, or answers with no close frame.
var (
	errWSUnmasked = &wsViolation{websocket.StatusProtocolError, "a client's frame is to be masked (RFC 6455 §5.1)"}
	errWSLength   = &wsViolation{websocket.StatusProtocolError, "the length is to take the fewest octets (RFC 6455 §5.2)"}
	errWSHuge     = &wsViolation{websocket.StatusProtocolError, "the first bit of the length is to be 0 (RFC 6455 §5.2)"}
	errWSReason   = &wsViolation{websocket.StatusInvalidFramePayloadData, "the reason is to be UTF-8 (RFC 6455 §5.5.1)"}
	errWSIdle     = &wsViolation{websocket.StatusPolicyViolation, "nothing was heard for too long"}
)

// wsConn reads ahead of coder/websocket, as Strict reads ahead of net/http: it
// checks what that does not, and keeps the time of a client that says nothing.
type wsConn struct {
	net.Conn
	now func() time.Time
	// idle is how long nothing may come; ping is called after half of it.
	idle time.Duration
	ping func()
	// drain is set by the reader when the client broke the protocol: what it has
	// sent since is read and thrown away, or the close frame is lost with the
	// connection's reset (RFC 6455 §7.1.1).
	drain atomic.Bool

	// All below belong to Read, of which one runs at a time.
	frame  wsFrame
	broken error
}

// wsDrain is how much of what follows a violation is thrown away, in octets, and
// for how long.
const (
	wsDrain     = 256 << 10
	wsDrainTime = time.Second
)

// Read yields what comes before a frame that breaks the protocol, and then the
// violation.
func (c *wsConn) Read(p []byte) (int, error) {
	if c.broken != nil {
		return 0, c.broken
	}
	begin := c.now()
	for _, part := range []time.Duration{c.idle / 2, c.idle} {
		if err := c.SetReadDeadline(begin.Add(part)); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(p)
		switch {
		case n > 0:
			if n, c.broken = c.frame.check(p[:n]); n > 0 {
				return n, nil
			}
			return 0, c.broken
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return n, err
		case part < c.idle:
			c.ping()
		}
	}
	c.broken = errWSIdle
	return 0, c.broken
}

// Write gives up on a client that does not read.
func (c *wsConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(c.now().Add(wsWriteTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close closes the connection, after what the client still sends where it has
// broken the protocol.
func (c *wsConn) Close() error {
	if c.drain.Load() && c.SetReadDeadline(c.now().Add(wsDrainTime)) == nil {
		var waste [4 << 10]byte
		for sum := 0; sum < wsDrain; {
			n, err := c.Conn.Read(waste[:])
			if sum += n; err != nil {
				break
			}
			if _, err := c.frame.check(waste[:n]); err == nil && c.frame.closed() {
				break // it has answered
			}
		}
	}
	return c.Conn.Close()
}

// wsFrame follows the frames of a client, octet by octet.
type wsFrame struct {
	head   []byte // of a frame whose head is not whole
	left   uint64 // octets of its payload that are still to come
	close  bool
	mask   [4]byte
	reason []byte // of a close frame, unmasked
}

// check takes octets, and returns how many of them come before a violation.
func (f *wsFrame) check(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if f.left > 0 {
			n := int(min(f.left, uint64(len(p)-i)))
			if err := f.payload(p[i : i+n]); err != nil {
				return i, err
			}
			i += n
			continue
		}
		f.head = append(f.head, p[i])
		i++
		whole, err := f.begin()
		if err != nil {
			return max(0, i-len(f.head)), err
		}
		if whole {
			f.head = f.head[:0]
		}
	}
	return len(p), nil
}

// begin reads a head, as far as it is there (RFC 6455 §5.2).
func (f *wsFrame) begin() (whole bool, err error) {
	h := f.head
	if len(h) < 2 {
		return false, nil
	}
	if h[1]&0x80 == 0 {
		return false, errWSUnmasked
	}
	length, size := uint64(h[1]&0x7f), 2
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if len(h) < size {
		return false, nil
	}
	switch size {
	case 4:
		if length = uint64(binary.BigEndian.Uint16(h[2:])); length < 126 {
			return false, errWSLength
		}
	case 10:
		if length = binary.BigEndian.Uint64(h[2:]); length < 1<<16 {
			return false, errWSLength
		} else if length >= 1<<63 {
			return false, errWSHuge
		}
	}
	if len(h) < size+4 {
		return false, nil
	}
	f.left, f.close, f.mask, f.reason = length, h[0]&0x0f == 8, [4]byte(h[size:]), nil
	return true, nil
}

// closed reports whether the last frame was a close frame, and is whole.
func (f *wsFrame) closed() bool { return f.close && f.left == 0 && len(f.head) == 0 }

// payload takes octets of a payload. Those of a close frame are looked at.
func (f *wsFrame) payload(p []byte) error {
	f.left -= uint64(len(p))
	if !f.close || len(f.reason)+len(p) > 125 {
		return nil
	}
	for _, b := range p {
		f.reason = append(f.reason, b^f.mask[len(f.reason)%4])
	}
	if f.left == 0 && len(f.reason) > 2 && !utf8.Valid(f.reason[2:]) {
		return errWSReason
	}
	return nil
}

// wsWriter is a response whose connection, once it is another protocol's, is read
// through a wsConn.
type wsWriter struct {
	http.ResponseWriter
	conn *wsConn
}

// Hijack implements http.Hijacker.
func (w *wsWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, buf, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if n := buf.Reader.Buffered(); n > 0 { // it did not wait for the answer
		return nil, nil, errors.Join(fmt.Errorf("%d octets came before the connection was switched", n), c.Close())
	}
	w.conn.Conn = c
	return w.conn, buf, nil
}
