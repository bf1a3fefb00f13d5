package httpdemo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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
	// answering says that a handler has begun, and that nothing of its response has
	// been written.
	answering atomic.Bool

	// All below belong to Read, of which one runs at a time.
	conversation *http1.Conversation
	whole        *http1.Message // the message that the last octets have completed
	buffer       []byte
	ready        []byte // looked at, for net/http
	held         []byte // a head that is not whole
	line         []byte // a line between chunks that is not whole
	trailer      int    // octets of the trailer section
	inBody       bool   // the refusal came when the head had been let through
	told         bool   // net/http has been told of the refusal
	drained      int    // octets thrown away since

	deadlines sync.Mutex
	outer     time.Time // net/http's
	inner     time.Time // for the head
	applied   time.Time // the one that the connection below has
	writing   time.Time // the same for writing
	reading   bool      // the connection below is being read
}

const (
	strictBuffer = 4 << 10
	// strictDrain is how much of what follows a refused request is read and
	// thrown away: a connection that is closed over unread octets is reset, and
	// with it the answer is lost (RFC 9112 §9.6).
	strictDrain = 256 << 10
	// strictLine is how long the line of a chunk may be, and a trailer section, in
	// octets: no longer than net/http takes.
	strictLine = 4<<10 - 1
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
			return c.fetch(p, false)
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
		// Most heads come whole, and are let through where net/http wants them. With
		// one octet it only looks whether the client is still there.
		into, direct := p, c.conversation == nil && c.refusal.Load() == nil && len(p) > 1
		if !direct {
			if c.buffer == nil {
				c.buffer = make([]byte, strictBuffer)
			}
			into = c.buffer
		}
		n, err := c.fetch(into, len(c.held) > 0)
		switch {
		case c.told:
			if c.drained += n; err == nil && c.drained > strictDrain {
				err = io.EOF
			}
		case n > 0:
			plain := 0
			if direct {
				plain = plainHeads(into[:n], c.size)
			}
			c.look(into[plain:n])
			if plain > 0 {
				return plain, nil
			}
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
			if n := plainHeads(data, c.size); n > 0 {
				c.ready = append(c.ready, data[:n]...)
				data = data[n:]
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
		c.conversation.Feed(tcpstate.Client, &stream.Chunk{Data: piece})
		if before.Head {
			c.body(piece, &before)
		} else {
			c.head(piece)
		}
	}
}

// plainHeads returns how many octets, of those at the beginning, are whole heads to
// let through, after none of which a body comes: most are, and no message has to be
// made of them. size is how long a head may be.
func plainHeads(data []byte, size int) (n int) {
	for {
		end := bytes.Index(data[n:], emptyLine) + len(emptyLine)
		if end < len(emptyLine) || end > size || !plainHead(data[n:n+end]) {
			return n
		}
		n += end
	}
}

// plainHead reports whether a whole head is to be let through, names its host once,
// and says nothing of a body. Others take a closer look.
func plainHead(head []byte) bool {
	if refuseLines(head) != nil {
		return false
	}
	hosts := 0
	for line := range bytes.Lines(head[bytes.IndexByte(head, '\n')+1:]) {
		name, value, _ := bytes.Cut(line, colon)
		switch {
		case bytes.EqualFold(name, hostName):
			hosts++
			if !validHost(string(bytes.Trim(value, " \t\r\n"))) {
				return false
			}
		case bytes.EqualFold(name, codingName), bytes.EqualFold(name, lengthName):
			return false
		}
	}
	return hosts == 1
}

var (
	colon      = []byte(":")
	hostName   = []byte("Host")
	codingName = []byte("Transfer-Encoding")
	lengthName = []byte("Content-Length")
)

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
	if now.Lost && !bytes.HasSuffix(c.held, []byte("\n")) && !longMethod(c.held) {
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

// body takes octets of a body, or of a line between chunks, which it lets through
// when it is whole. before is how far the message had come.
func (c *strictConn) body(piece []byte, before *http1.Progress) {
	if before.Left == 0 {
		c.line = append(c.line, piece...)
		piece = c.line
	}
	if r := c.refuseBody(before); r != nil {
		c.inBody = true
		c.refuse(r)
		return
	}
	if before.Left == 0 && !bytes.HasSuffix(piece, []byte("\n")) {
		return // not whole yet
	}
	c.ready = append(c.ready, piece...)
	c.line = c.line[:0]
	c.next()
}

// refuseBody looks at a chunked body's lines, and at how long they are. RFC 9112
// §7.1.1 and §7.1.2 leave it to a server how much it takes.
func (c *strictConn) refuseBody(before *http1.Progress) *Refusal {
	now := c.conversation.Progress(tcpstate.Client)
	m := c.whole
	if m == nil {
		m = now.Message
	}
	if before.Trailer && bytes.HasSuffix(c.line, []byte("\n")) {
		c.trailer += len(c.line)
	}
	r := (*Refusal)(nil)
	switch {
	case before.Trailer && (len(c.line) > strictLine || c.trailer > strictLine):
		r = choice(400, "9112 §7.1.2", "The trailer section is longer than 4,095 octets")
		r.ko = "트레일러 섹션이 4,095바이트보다 깁니다"
	case len(c.line) > strictLine:
		r = choice(400, "9112 §7.1.1", "The line before a chunk is longer than 4,095 octets")
		r.ko = "청크 앞의 줄이 4,095바이트보다 깁니다"
	case m == nil || m.Malformed || now.Lost:
		r = must(400, "9112 §7.1", "The chunked body is malformed")
		r.ko = "청크로 나눈 본문의 형식이 틀렸습니다"
	case m.Marks.Has(http1.BareLF):
		r = choice(400, "9112 §7.1", "A line of the chunked body ends in LF alone")
		r.ko = "청크로 나눈 본문의 줄이 LF만으로 끝납니다"
	}
	return r
}

// next begins anew where a message was completed: nothing of it is kept.
func (c *strictConn) next() {
	if c.whole != nil {
		c.whole, c.conversation, c.trailer = nil, nil, 0
	}
}

func (c *strictConn) refuse(r *Refusal) {
	c.refusal.Store(r)
	c.held, c.conversation = nil, nil
}
