// Package networktest holds what every network must do: a suite that each
// implementation of package network's interfaces runs on itself.
package networktest

import (
	"context"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"statelab/tcpdemo/network"
)

// Lab is a network as the suite uses it: two hosts that reach each other, and
// their clock.
type Lab struct {
	Client, Server network.Host
	Clock          network.Clock
	// Drive moves the network until all applications that the clock started
	// have ended. It may be nil where they run by themselves.
	Drive func(t *testing.T)
	// Close ends the network; nothing of it may run afterwards. It may be nil.
	Close func() error
}

// Run runs the suite. lab makes a new network for each test.
//
// The tests' applications are started by Clock.Go and wait in calls of the
// network alone, so a network may take for granted that they do nothing else.
func Run(t *testing.T, lab func(t *testing.T) Lab) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*bench)
	}{
		{"Echo", echo},
		{"ManyConnections", manyConnections},
		{"Addresses", addresses},
		{"LocalPort", localPort},
		{"HalfClose", halfClose},
		{"Refused", refused},
		{"Reset", reset},
		{"PortInUse", portInUse},
		{"DialCancelled", dialCancelled},
		{"ReadDeadline", readDeadline},
		{"DeadlineMoves", deadlineMoves},
		{"WriteDeadline", writeDeadline},
		{"ClosedConn", closedConn},
		{"CloseWakesRead", closeWakesRead},
		{"CloseWakesAccept", closeWakesAccept},
		{"Clock", clock},
	} {
		t.Run(test.name, func(t *testing.T) { runOne(t, lab(t), test.run) })
	}
	t.Run("NoLeak", func(t *testing.T) {
		before := runtime.NumGoroutine()
		l := lab(t)
		runOne(t, l, echo)
		settles(t, before)
	})
}

// bench is where one test stands: its network, and the applications on it.
type bench struct {
	testing.TB
	Lab
	running sync.WaitGroup
}

// runOne runs a test as an application of the network, and closes the network.
func runOne(t *testing.T, l Lab, test func(*bench)) {
	t.Helper()
	b := &bench{TB: t, Lab: l}
	b.start(func() { test(b) })
	if l.Drive != nil {
		l.Drive(t)
	}
	b.running.Wait()
	if l.Close != nil {
		if err := l.Close(); err != nil {
			t.Errorf("closing the network: %v", err)
		}
	}
}

// start starts an application. An application that meets an error reports it
// and goes on or returns: it cannot end the test.
func (b *bench) start(f func()) {
	b.running.Add(1)
	b.Clock.Go(func() {
		defer b.running.Done()
		f()
	})
}

// listen announces on a free port of the server.
func (b *bench) listen() (ln net.Listener, to netip.AddrPort, ok bool) {
	b.Helper()
	ln, err := b.Server.Listen(0, 0)
	if err != nil {
		b.Errorf("listen: %v", err)
		return nil, to, false
	}
	return ln, addrPort(ln.Addr()), true
}

// serve accepts one connection and lets an application have it.
func (b *bench) serve(ln net.Listener, app func(network.Conn)) {
	b.start(func() {
		defer ln.Close()
		c, err := ln.Accept()
		if err != nil {
			b.Errorf("accept: %v", err)
			return
		}
		conn, ok := c.(network.Conn)
		if !ok {
			b.Errorf("accept returned a %T, which is no network.Conn", c)
			return
		}
		app(conn)
	})
}

// connect makes a connection: the server's end goes to app, the client's is
// returned.
func (b *bench) connect(app func(network.Conn)) (network.Conn, bool) {
	b.Helper()
	ln, to, ok := b.listen()
	if !ok {
		return nil, false
	}
	b.serve(ln, app)
	conn, err := b.Client.Dial(context.Background(), to, 0)
	if err != nil {
		b.Errorf("dial %v: %v", to, err)
		ln.Close()
		return nil, false
	}
	return conn, true
}

func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		ap := tcp.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// settles waits until there are no more goroutines than before.
func settles(t *testing.T, before int) {
	t.Helper()
	timeout := time.After(5 * time.Second)
	for runtime.NumGoroutine() > before {
		select {
		case <-timeout:
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines were running before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		default:
			runtime.Gosched()
		}
	}
}
