package tcpdemo

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"statelab/capture/trace"
)

// EchoSession is one connection of an echo server.
type EchoSession struct {
	N             uint64 // counts the server's connections from 1
	Local, Remote netip.AddrPort
	Since         time.Time // when it was accepted
	Read, Written int64     // octets so far
}

// EchoObserver is told what an echo server does. Functions that are nil are not
// called. They are called by the connection's own goroutine, for several
// connections at once, and hold the connection up while they run.
type EchoObserver struct {
	OnAccept func(EchoSession)
	// OnRead and OnWrite get the octets, which are hostile, and valid only
	// during the call.
	OnRead, OnWrite func(s EchoSession, octets []byte)
	// OnClose says how the connection ended, before the server closes its own
	// end: what the stack does then comes later. err is what the socket reported,
	// where it did.
	OnClose func(s EchoSession, end EchoEnd, err error)
}

// EchoEnd is how a connection of an echo server ended.
type EchoEnd uint8

// Ends.
const (
	EndEOF     EchoEnd = iota // the peer's FIN; all it sent was echoed
	EndReset                  // the peer's RST, or its host gave up
	EndIdle                   // nothing came or went for EchoServer.Idle
	EndLine                   // a line was longer than EchoServer.Line
	EndCrowded                // turned away: EchoServer.Connections were open
	EndStopped                // the server stopped
	EndFailed                 // another error
)

var endTexts = [...]struct {
	key  string
	text trace.Text
}{
	EndEOF:     {"eof", trace.Text{En: "the peer sent FIN", Ko: "상대가 FIN을 보냄"}},
	EndReset:   {"reset", trace.Text{En: "the peer reset the connection", Ko: "상대가 RST로 연결을 끊음"}},
	EndIdle:    {"idle", trace.Text{En: "closed: idle for too long", Ko: "오래 쉬어서 닫음"}},
	EndLine:    {"line-too-long", trace.Text{En: "closed: the line is too long", Ko: "한 줄이 너무 길어서 닫음"}},
	EndCrowded: {"crowded", trace.Text{En: "turned away: too many connections", Ko: "연결이 너무 많아 거절함"}},
	EndStopped: {"stopped", trace.Text{En: "closed: the server stopped", Ko: "서버가 멈춰서 닫음"}},
	EndFailed:  {"failed", trace.Text{En: "an error ended it", Ko: "오류로 끝남"}},
}

// String returns the end in English, in lower case: a key, not a label.
func (e EchoEnd) String() string { return endTexts[min(e, EndFailed)].key }

// Text returns the end for people.
func (e EchoEnd) Text() trace.Text { return endTexts[min(e, EndFailed)].text }

// Buffers. A connection that is idle, or sends little, has the small one; while
// it fills that, it borrows a large one: with those of 64 KB and more an echo is
// as fast as with splice(2), which would hide the octets from us.
const (
	smallBuffer = 2 << 10
	largeBuffer = 128 << 10
)

// burstPause is how long a connection keeps the large buffer without using it.
const burstPause = 100 * time.Millisecond

var largeBuffers = sync.Pool{New: func() any { return new([largeBuffer]byte) }}

// echoConn is one connection at work.
type echoConn struct {
	server  *EchoServer
	conn    net.Conn
	session EchoSession
	line    int // octets since the last newline
	// bursting: it has the large buffer. hurried: its read deadline is a
	// burst's.
	bursting, hurried bool
	small             [smallBuffer]byte
}

func newEchoConn(s *EchoServer, c net.Conn, n uint64) *echoConn {
	return &echoConn{server: s, conn: c, session: EchoSession{
		N: n, Local: endpoint(c.LocalAddr()), Remote: endpoint(c.RemoteAddr()), Since: s.clock().Now(),
	}}
}

// endpoint returns a TCP address in its shortest form; the zero value for an
// address of another kind.
func endpoint(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		ap := tcp.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// run echoes until the connection ends.
func (e *echoConn) run() {
	end, err := e.echo()
	e.close(end, err)
	e.server.mu.Lock()
	delete(e.server.open, e)
	e.server.mu.Unlock()
}

// close tells how the connection ended, and closes it.
func (e *echoConn) close(end EchoEnd, err error) {
	if f := e.server.Observe.OnClose; f != nil {
		f(e.session, end, err)
	}
	_ = e.conn.Close() // there is nothing left to do about it
}

// echo waits with the small buffer, and borrows the large one while octets come
// faster than that takes them.
func (e *echoConn) echo() (EchoEnd, error) {
	for {
		n, end, err := e.pass(e.small[:])
		if n == smallBuffer && end == going {
			end, err = e.burst()
		}
		if end != going {
			return end, err
		}
	}
}

// going is the end of what goes on.
const going = EchoEnd(255)

// burst passes octets on until they no longer fill the small buffer, or stop
// coming: who stops may not keep the large one.
func (e *echoConn) burst() (EchoEnd, error) {
	large := largeBuffers.Get().(*[largeBuffer]byte)
	defer largeBuffers.Put(large)
	e.bursting = true
	for {
		n, end, err := e.pass(large[:])
		if n < smallBuffer || end != going {
			e.bursting = false
			return end, err
		}
	}
}

// pass reads once and writes what it read.
func (e *echoConn) pass(buffer []byte) (n int, end EchoEnd, err error) {
	e.renew()
	n, readErr := e.conn.Read(buffer)
	octets := buffer[:n]
	e.session.Read += int64(n)
	if f := e.server.Observe.OnRead; f != nil && n > 0 {
		f(e.session, octets)
	}
	octets, tooLong := e.limit(octets)
	if len(octets) > 0 {
		written, err := e.conn.Write(octets)
		e.session.Written += int64(written)
		if f := e.server.Observe.OnWrite; f != nil && written > 0 {
			f(e.session, octets[:written])
		}
		if err != nil {
			return n, e.ended(err), err
		}
	}
	switch {
	case tooLong:
		return n, EndLine, nil
	case readErr == io.EOF:
		return n, EndEOF, nil
	case readErr != nil:
		if end = e.ended(readErr); end == EndIdle && e.bursting {
			return n, going, nil
		}
		return n, end, readErr
	}
	return n, going, nil
}

// renew gives the connection Idle from now on, and a burst less to read in. A
// stopping server has set the last deadline.
func (e *echoConn) renew() {
	s := e.server
	if s.Idle == 0 && !e.bursting && !e.hurried {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return
	}
	now := s.clock().Now()
	var by time.Time
	if s.Idle > 0 {
		by = now.Add(s.Idle)
	}
	// A connection that is closed already says so when it is read.
	_ = e.conn.SetDeadline(by)
	if e.hurried = e.bursting; e.hurried {
		_ = e.conn.SetReadDeadline(now.Add(burstPause))
	}
}

// limit returns the octets that the limit on lines lets through.
func (e *echoConn) limit(octets []byte) (allowed []byte, tooLong bool) {
	most := e.server.Line
	if most == 0 {
		return octets, false
	}
	for at := 0; at < len(octets); {
		rest := octets[at:]
		length := bytes.IndexByte(rest, '\n') + 1
		ends := length > 0
		if !ends {
			length = len(rest)
		}
		if e.line+length > most {
			return octets[:at+most-e.line], true
		}
		at += length
		e.line += length
		if ends {
			e.line = 0
		}
	}
	return octets, false
}

// ended names the end that a socket's error means.
func (e *echoConn) ended(err error) EchoEnd {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.server.mu.Lock()
		defer e.server.mu.Unlock()
		if e.server.stopping {
			return EndStopped
		}
		return EndIdle
	case isAny(err, resetErrors):
		return EndReset
	}
	return EndFailed
}
