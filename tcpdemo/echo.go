// Package tcpdemo is TCP at work: an echo server and a client for it, which the
// lessons run on a virtual network and the commands on real sockets.
package tcpdemo

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"statelab/tcpdemo/network"
)

// EchoServer sends back what it receives, octet by octet, until the peer's FIN
// (RFC 862). It knows no messages: where a segment ends means nothing to it. All
// it remembers of a connection is in its TCB and a buffer of 2 KB.
//
// The zero value serves without limits. Fields must not be changed while it
// serves.
type EchoServer struct {
	// Clock is the network's time; nil is the system's.
	Clock network.Clock
	// Connections is how many may be open at once; 0 is without limit. One more
	// is accepted and closed at once, so that its client sees why nothing comes
	// back: EOF.
	Connections int
	// Idle is how long a connection may stay without an octet read or written
	// before it is closed; 0 is for ever.
	Idle time.Duration
	// Line is how many octets may come without a newline; 0 is without limit. A
	// longer line is echoed up to that many octets; then the connection is
	// closed.
	Line int
	// Grace is how long connections may go on when the server stops: 0 for
	// DefaultGrace.
	Grace time.Duration
	// Observe is told what happens.
	Observe EchoObserver

	mu       sync.Mutex
	open     map[*echoConn]struct{}
	accepted uint64
	stopping bool
}

// DefaultGrace is how long a stopping server goes on echoing.
const DefaultGrace = 100 * time.Millisecond

// Backoff when the system has no descriptors left, as net/http does it.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
)

// Serve accepts connections and echoes on each until ctx is done, the listener
// is closed or it fails. Then connections may go on for Grace; Serve returns
// when the last one is closed. It closes the listener. The error is nil when
// ctx or a closed listener ended it.
//
// On a virtual network Serve is called by an application; what it starts, it
// starts by Clock.Go.
func (s *EchoServer) Serve(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	s.mu.Lock()
	s.open, s.stopping = map[*echoConn]struct{}{}, false
	s.mu.Unlock()
	err := s.accept(ctx, ln)
	s.stop()
	return err
}

func (s *EchoServer) accept(ctx context.Context, ln net.Listener) error {
	backoff := minBackoff
	for {
		c, err := ln.Accept()
		switch {
		case err == nil:
			backoff = minBackoff
			s.admit(c)
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		case isAny(err, temporaryErrors):
			s.clock().Sleep(backoff)
			backoff = min(2*backoff, maxBackoff)
		default:
			return err
		}
	}
}

// admit serves a connection, or turns it away.
func (s *EchoServer) admit(c net.Conn) {
	s.mu.Lock()
	s.accepted++
	e := newEchoConn(s, c, s.accepted)
	crowded := s.Connections > 0 && len(s.open) >= s.Connections
	if !crowded {
		s.open[e] = struct{}{}
	}
	s.mu.Unlock()
	if f := s.Observe.OnAccept; f != nil {
		f(e.session)
	}
	if crowded {
		e.close(EndCrowded, nil)
		return
	}
	s.clock().Go(e.run)
}

// stop gives every connection a last deadline, and waits until all are closed.
func (s *EchoServer) stop() {
	grace := s.Grace
	if grace == 0 {
		grace = DefaultGrace
	}
	s.mu.Lock()
	s.stopping = true
	for e := range s.open {
		_ = e.conn.SetDeadline(s.clock().Now().Add(grace)) // a closed connection needs none
	}
	s.mu.Unlock()
	// The network's own clock is the only thing to wait by that every network
	// has.
	for nap := time.Millisecond; s.Open() > 0; nap = min(2*nap, 20*time.Millisecond) {
		s.clock().Sleep(nap)
	}
}

// Open is how many connections are open now.
func (s *EchoServer) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

func (s *EchoServer) clock() network.Clock {
	if s.Clock == nil {
		return systemClock{}
	}
	return s.Clock
}

// isAny reports whether err is one of errnos.
func isAny(err error, errnos []syscall.Errno) bool {
	return slices.ContainsFunc(errnos, func(e syscall.Errno) bool { return errors.Is(err, e) })
}

// systemClock is the machine's own time.
type systemClock struct{}

func (systemClock) Now() time.Time        { return time.Now() }
func (systemClock) Sleep(d time.Duration) { time.Sleep(d) }
func (systemClock) Go(f func())           { go f() }
