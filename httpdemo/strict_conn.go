package httpdemo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// strictConn reads ahead of net/http: a head is let through when it is whole and
// was looked at.
type strictConn struct {
	net.Conn
	header  time.Duration
	size    int
	tunnel  atomic.Bool
	refusal atomic.Pointer[Refusal]

	// All below belong to Read, of which one runs at a time.
	conversation *http1.Conversation
	whole        *http1.Message // the message that the last octets have completed
	buffer       []byte
	ready        []byte        // looked at, for net/http
	held         []byte        // a head that is not whole
	fields       []http1.Field // room for those of a head that is
	inBody       bool          // the refusal came when the head had been let through
	begun        bool          // a head's time is running
	told         bool          // net/http has been told of the refusal
	drained      int           // octets thrown away since

	deadlines sync.Mutex
	outer     time.Time // net/http's
	inner     time.Time // for the head
}

const (
	strictBuffer = 4 << 10
	// strictDrain is how much of what follows a refused request is read and
	// thrown away: a connection that is closed over unread octets is reset, and
	// with it the answer is lost (RFC 9112 §9.6).
	strictDrain = 256 << 10
)

// Read yields what was looked at.
func (c *strictConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		switch {
		case len(c.ready) > 0:
			n := copy(p, c.ready)
			c.ready = c.ready[n:]
			return n, nil
		case c.tunnel.Load() && len(c.held) > 0:
			c.ready, c.held = c.held, nil
			continue
		case c.tunnel.Load():
			c.await(false)
			return c.Conn.Read(p)
		case c.inBody && c.told:
			return 0, io.EOF
		case c.inBody:
			c.told = true
			return 0, io.ErrUnexpectedEOF
		case c.refusal.Load() != nil && !c.told:
			c.told = true
			c.ready = fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n", refusedTarget())
			continue
		}
		if c.buffer == nil {
			c.buffer = make([]byte, strictBuffer)
		}
		c.await(len(c.held) > 0)
		n, err := c.Conn.Read(c.buffer)
		switch {
		case c.told:
			if c.drained += n; err == nil && c.drained > strictDrain {
				err = io.EOF
			}
		case n > 0:
			c.look(c.buffer[:n])
			err = nil // it comes again, when all that came before it was read
		case errors.Is(err, os.ErrDeadlineExceeded) && c.late():
			c.refuse(must(http.StatusRequestTimeout, "9110 §15.5.9", "the head of the request took too long"))
			err = nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// look takes octets, and lets through what it can vouch for.
func (c *strictConn) look(data []byte) {
	for len(data) > 0 && c.refusal.Load() == nil {
		if c.conversation == nil {
			// RFC 9112 §2.2: an empty line before a request says nothing.
			if data = bytes.TrimLeft(data, "\r\n"); len(data) == 0 {
				return
			}
			if end := bytes.Index(data, emptyLine) + len(emptyLine); end >= len(emptyLine) && end <= c.size && c.bodiless(data[:end]) {
				c.ready = append(c.ready, data[:end]...)
				data = data[end:]
				continue
			}
			c.conversation = http1.New(http1.Limits{Head: c.size, Body: -1}, func(_ tcpstate.End, m *http1.Message) { c.whole = m })
		}
		before := c.conversation.Progress(tcpstate.Client)
		piece := data
		if before.Left > 0 {
			piece = data[:min(int64(len(data)), before.Left)]
		} else if end := bytes.Index(data, emptyLine); end >= 0 && before.Message == nil {
			piece = data[:end+len(emptyLine)] // the common case: a whole head
		} else if n := bytes.IndexByte(data, '\n') + 1; n > 0 {
			piece = data[:n]
		}
		data = data[len(piece):]
		c.conversation.Feed(tcpstate.Client, stream.Chunk{Data: piece})
		if before.Head {
			c.body(piece)
		} else {
			c.head(piece)
		}
	}
}

// bodiless reports whether a whole head is one to let through, and no body comes
// after it: most are, and no message has to be made of them.
func (c *strictConn) bodiless(head []byte) bool {
	if refuseLines(head) != nil {
		return false
	}
	line, rest, _ := strings.Cut(string(head), "\r\n")
	m := http1.Message{Version: line[strings.LastIndexByte(line, ' ')+1:], Fields: c.fields[:0]}
	for line := range strings.SplitSeq(rest, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			m.Fields = append(m.Fields, http1.Field{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
	c.fields = m.Fields
	return refuseFraming(&m) == nil && members(&m, "Transfer-Encoding") == nil && members(&m, "Content-Length") == nil
}

// emptyLine ends a line and a head.
var emptyLine = []byte("\r\n\r\n")

// head takes some lines of a head, or all.
func (c *strictConn) head(lines []byte) {
	c.held = append(c.held, lines...)
	now := c.conversation.Progress(tcpstate.Client)
	m := c.whole
	if m == nil {
		m = now.Message
	}
	switch first := bytes.IndexByte(c.held, '\n'); {
	case len(c.held) > c.size && (first < 0 || first >= c.size):
		c.refuse(must(http.StatusRequestURITooLong, "9112 §3", "the request line is too long"))
		return
	case len(c.held) > c.size:
		c.refuse(must(http.StatusRequestHeaderFieldsTooLarge, "6585 §5", "the header section is too long"))
		return
	case c.whole == nil && !now.Head && !now.Lost:
		return // not whole yet
	}
	if now.Lost && !bytes.HasSuffix(c.held, []byte("\n")) {
		c.refuse(must(400, "9112 §3", "this is no request of HTTP/1.x"))
		return
	}
	if r := refuseLines(c.held); r != nil {
		c.refuse(r)
		return
	}
	if m == nil || now.Lost && !m.Malformed {
		c.refuse(must(400, "9112 §3", "this is no request of HTTP/1.x"))
		return
	}
	if r := refuseFraming(m); r != nil {
		c.refuse(r)
		return
	}
	if m.Malformed {
		c.refuse(must(400, "9112 §6.3", "nobody can tell where the body ends"))
		return
	}
	c.ready = append(c.ready, c.held...)
	c.held = c.held[:0]
	c.next()
}

// body takes octets of a body, or a line between chunks.
func (c *strictConn) body(piece []byte) {
	now := c.conversation.Progress(tcpstate.Client)
	m := c.whole
	if m == nil {
		m = now.Message
	}
	if m == nil || m.Malformed || now.Lost || m.Marks.Has(http1.BareLF) {
		c.inBody = true
		c.refuse(must(400, "9112 §7.1", "the chunked body is malformed"))
		return
	}
	c.ready = append(c.ready, piece...)
	c.next()
}

// next begins anew where a message was completed: nothing of it is kept.
func (c *strictConn) next() {
	if c.whole != nil {
		c.whole, c.conversation = nil, nil
	}
}

func (c *strictConn) refuse(r *Refusal) {
	c.refusal.Store(r)
	c.held, c.conversation = nil, nil
}

// SetReadDeadline is net/http's, which knows of no head until it is whole.
func (c *strictConn) SetReadDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.outer = t
	return c.set()
}

// SetDeadline sets both deadlines.
func (c *strictConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.Conn.SetWriteDeadline(t))
}

// await sets the time by which a head that has begun is to be whole.
func (c *strictConn) await(begun bool) {
	if begun == c.begun {
		return
	}
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.begun, c.inner = begun, time.Time{}
	if begun {
		c.inner = time.Now().Add(c.header)
	}
	_ = c.set() // the connection is closed: Read will say so
}

// set sets the earlier of the two deadlines.
func (c *strictConn) set() error {
	t := c.outer
	if !c.inner.IsZero() && (t.IsZero() || c.inner.Before(t)) {
		t = c.inner
	}
	return c.Conn.SetReadDeadline(t)
}

// late reports whether the head's own time is over.
func (c *strictConn) late() bool {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	return !c.inner.IsZero() && (c.outer.IsZero() || c.inner.Before(c.outer))
}
