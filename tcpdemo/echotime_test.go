package tcpdemo_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"statelab/tcpdemo"
)

// pipes is a listener for connections inside this process, whose time is
// synctest's.
type pipes struct {
	incoming chan net.Conn
	closed   chan struct{}
	peer     *halfPipe
	errs     []error // what Accept reports before it works
}

func newPipes() *pipes { return &pipes{incoming: make(chan net.Conn), closed: make(chan struct{})} }

// halfPipe is a server's end whose stream can end while it may still write, as
// FIN does it.
type halfPipe struct {
	net.Conn
	fin chan struct{}
}

func (p *halfPipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		select {
		case <-p.fin:
			return n, io.EOF
		default:
		}
	}
	return n, err
}

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.peer = &halfPipe{server, make(chan struct{})}
	p.incoming <- p.peer
	return client
}

// finish ends the stream to the server.
func (p *pipes) finish() {
	close(p.peer.fin)
	p.peer.SetReadDeadline(time.Unix(1, 0))
}

func (p *pipes) Accept() (net.Conn, error) {
	if len(p.errs) > 0 {
		err := p.errs[0]
		p.errs = p.errs[1:]
		return nil, err
	}
	select {
	case c := <-p.incoming:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// exchange writes and reads back.
func exchange(t *testing.T, c net.Conn, octets []byte) {
	t.Helper()
	go c.Write(octets)
	got := make([]byte, len(octets))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, octets) {
		t.Fatalf("%d octets: equal: %v, %v", len(octets), bytes.Equal(got, octets), err)
	}
}

// A connection is closed Idle after its last octet, and not before.
func TestIdle(t *testing.T) {
	t.Parallel()
	for _, octets := range []int{1, 4096, 5000} { // the last two borrow the large buffer
		synctest.Test(t, func(t *testing.T) {
			ln := newPipes()
			l := serveOn(t, &tcpdemo.EchoServer{Idle: time.Minute}, ln)
			c := ln.dial()
			for range 3 {
				time.Sleep(59 * time.Second) // synctest's time
				exchange(t, c, make([]byte, octets))
			}
			last := time.Now()
			e := <-l.endings
			if took := time.Since(last); e.end != tcpdemo.EndIdle || took < time.Minute || took > time.Minute+time.Second {
				t.Errorf("%d octets: %v after %v", octets, e.end, took)
			}
			if _, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the client reads %v", err)
			}
		})
	}
}

// Without Idle a connection may rest for ever, also after it has borrowed the
// large buffer.
func TestNeverIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		l := serveOn(t, &tcpdemo.EchoServer{}, ln)
		c := ln.dial()
		for _, octets := range []int{4096, 1, 200_000, 4096, 4096} {
			exchange(t, c, make([]byte, octets))
			time.Sleep(24 * time.Hour)
		}
		c.Close()
		if e := <-l.endings; e.end != tcpdemo.EndEOF || e.Read != 4096*3+1+200_000 {
			t.Errorf("%+v", e)
		}
	})
}

// A peer that does not read is idle too.
func TestIdleWhileWriting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		l := serveOn(t, &tcpdemo.EchoServer{Idle: time.Minute}, ln)
		c := ln.dial()
		began := time.Now()
		c.Write([]byte("and I do not read"))
		if e := <-l.endings; e.end != tcpdemo.EndIdle || time.Since(began) != time.Minute || e.Written != 0 {
			t.Errorf("%+v after %v", e, time.Since(began))
		}
	})
}

// A stopping server goes on echoing for Grace, and no longer.
func TestGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		l := serveOn(t, &tcpdemo.EchoServer{Idle: time.Minute, Grace: 5 * time.Second}, ln)
		c := ln.dial()
		exchange(t, c, []byte("x"))
		l.stop()
		began := time.Now()
		time.Sleep(4 * time.Second)
		exchange(t, c, []byte("y"))
		if e := <-l.endings; e.end != tcpdemo.EndStopped || e.Read != 2 || time.Since(began) != 5*time.Second {
			t.Errorf("%+v after %v", e, time.Since(began))
		}
		err := <-l.done
		l.done <- err
		if took := time.Since(began); err != nil || took > 5*time.Second+50*time.Millisecond {
			t.Errorf("Serve returned %v after %v", err, took)
		}
	})
}

// When descriptors are short the server waits, and then goes on.
func TestAcceptBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		for range 3 {
			ln.errs = append(ln.errs, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept", syscall.EMFILE)})
		}
		began := time.Now()
		l := serveOn(t, &tcpdemo.EchoServer{}, ln)
		c := ln.dial()
		if waited := time.Since(began); waited != 5*time.Millisecond+10*time.Millisecond+20*time.Millisecond {
			t.Errorf("waited %v", waited)
		}
		exchange(t, c, []byte("x"))
		c.Close()
		<-l.endings
	})
}
