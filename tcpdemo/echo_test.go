package tcpdemo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

func ExampleEchoServer() {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &tcpdemo.EchoServer{Idle: time.Minute}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	done := make(chan error)
	go func() { done <- server.Serve(ctx, ln) }()

	conn, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &tcpdemo.EchoClient{Conn: conn.(*net.TCPConn)}
	echo, err := client.Exchange([]byte("hello"))
	fmt.Printf("%s %v\n", echo, err)
	rest, err := client.Finish()
	fmt.Println(rest, err)
	stop()
	fmt.Println(<-done)
	// Output:
	// hello <nil>
	// 0 <nil>
	// <nil>
}

// ending is how one connection of a server ended.
type ending struct {
	tcpdemo.EchoSession
	end tcpdemo.EchoEnd
	err error
}

// lab is a server on this machine's loopback.
type lab struct {
	t       testing.TB
	addr    string
	server  *tcpdemo.EchoServer
	endings chan ending
	stop    context.CancelFunc
	done    chan error
}

func serve(t testing.TB, server *tcpdemo.EchoServer) *lab {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := serveOn(t, server, ln)
	l.addr = ln.Addr().String()
	return l
}

func serveOn(t testing.TB, server *tcpdemo.EchoServer, ln net.Listener) *lab {
	ctx, stop := context.WithCancel(context.Background())
	l := &lab{t: t, server: server, endings: make(chan ending, 2000), stop: stop, done: make(chan error, 1)}
	server.Observe.OnClose = func(s tcpdemo.EchoSession, end tcpdemo.EchoEnd, err error) { l.endings <- ending{s, end, err} }
	go func() { l.done <- server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-l.done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := server.Open(); n != 0 {
			t.Errorf("%d connections are open after Serve", n)
		}
	})
	return l
}

func (l *lab) dial() *tcpdemo.EchoClient {
	l.t.Helper()
	c, err := net.Dial("tcp4", l.addr)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close() })
	return &tcpdemo.EchoClient{Conn: c.(*net.TCPConn), Timeout: 10 * time.Second}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var accepted []tcpdemo.EchoSession
	var read, written []byte
	l := serve(t, &tcpdemo.EchoServer{Observe: tcpdemo.EchoObserver{
		OnAccept: func(s tcpdemo.EchoSession) { mu.Lock(); defer mu.Unlock(); accepted = append(accepted, s) },
		OnRead:   func(s tcpdemo.EchoSession, b []byte) { mu.Lock(); defer mu.Unlock(); read = append(read, b...) },
		OnWrite:  func(s tcpdemo.EchoSession, b []byte) { mu.Lock(); defer mu.Unlock(); written = append(written, b...) },
	}})
	c := l.dial()
	var all []byte
	for _, n := range []int{0, 1, 4095, 4096, 4097, 300_000} {
		sent := bytes.Repeat([]byte{byte(n), '\n', 0xff, 0}, n/4+1)[:n]
		got, err := c.Exchange(sent)
		if err != nil || !bytes.Equal(got, sent) {
			t.Fatalf("%d octets: %d came back, equal: %v, %v", n, len(got), bytes.Equal(got, sent), err)
		}
		all = append(all, sent...)
	}
	if rest, err := c.Finish(); rest != 0 || err != nil {
		t.Errorf("finish: %d, %v", rest, err)
	}
	e := <-l.endings
	if e.end != tcpdemo.EndEOF || e.err != nil || e.N != 1 || e.Read != int64(len(all)) || e.Written != e.Read || e.Since.IsZero() {
		t.Errorf("%+v", e)
	}
	if e.Local.String() != l.addr || e.Remote.String() != c.Conn.LocalAddr().String() {
		t.Errorf("the 4-tuple is %v, %v", e.Local, e.Remote)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(accepted) != 1 || accepted[0].Remote != e.Remote || !bytes.Equal(read, all) || !bytes.Equal(written, all) {
		t.Errorf("observed: accepted %+v, read %d, written %d octets", accepted, len(read), len(written))
	}
}

// A client that sends all before it reads gets all back: what both buffers
// cannot hold waits.
// closing is a listener that knows whether one of its connections was closed.
type closing struct {
	net.Listener
	closed atomic.Bool
}

func (l *closing) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return closingConn{c, l}, err
}

type closingConn struct {
	net.Conn
	from *closing
}

func (c closingConn) Close() error {
	c.from.closed.Store(true)
	return c.Conn.Close()
}

// How a connection ended is told before the server closes it, so that its place is
// before what the stack does then.
func TestEndIsToldBeforeClose(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	noting := &closing{Listener: ln}
	told := make(chan bool, 1)
	server := &tcpdemo.EchoServer{Observe: tcpdemo.EchoObserver{
		OnClose: func(tcpdemo.EchoSession, tcpdemo.EchoEnd, error) { told <- noting.closed.Load() },
	}}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, noting) }()
	c, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if <-told {
		t.Error("the connection was closed before its end was told")
	}
	stop()
	if err := <-done; err != nil || !noting.closed.Load() {
		t.Errorf("closed: %v, %v", noting.closed.Load(), err)
	}
}

func TestEchoUnderBackpressure(t *testing.T) {
	t.Parallel()
	l := serve(t, &tcpdemo.EchoServer{Idle: 10 * time.Second})
	c := l.dial().Conn
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB
	go func() {
		c.Write(sent)
		c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d octets of %d, %v", len(got), len(sent), err)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	l := serve(t, &tcpdemo.EchoServer{})
	c := l.dial()
	c.Exchange([]byte("x"))
	c.Conn.SetLinger(0)
	c.Conn.Close()
	if e := <-l.endings; e.end != tcpdemo.EndReset || !errors.Is(e.err, syscall.ECONNRESET) || e.Read != 1 {
		t.Errorf("%+v", e)
	}
}

// One connection too many is accepted and closed; a place that is free again is
// given away.
func TestCrowded(t *testing.T) {
	t.Parallel()
	l := serve(t, &tcpdemo.EchoServer{Connections: 2})
	a, b := l.dial(), l.dial()
	a.Exchange([]byte("a"))
	b.Exchange([]byte("b"))
	if n, err := l.dial().Conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the third read %d, %v, want EOF", n, err)
	}
	if e := <-l.endings; e.end != tcpdemo.EndCrowded || e.N != 3 {
		t.Errorf("%+v", e)
	}
	if l.server.Open() != 2 {
		t.Errorf("%d are open", l.server.Open())
	}
	a.Finish()
	<-l.endings
	for l.server.Open() > 1 {
		select {
		case <-t.Context().Done():
			t.Fatal("the place is not free")
		default:
		}
	}
	if _, err := l.dial().Exchange([]byte("d")); err != nil {
		t.Errorf("the fourth: %v", err)
	}
}

func TestLineLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		send []string // one segment each
		echo string
		end  tcpdemo.EchoEnd
	}{
		{[]string{"1234567\n", "1234567\r\n"}, "1234567\n1234567\r", tcpdemo.EndLine},
		{[]string{"1234567\n1234567\n", "\n\n\n\n\n\n\n\n\n\n"}, "1234567\n1234567\n\n\n\n\n\n\n\n\n\n\n", tcpdemo.EndEOF},
		{[]string{"12345", "67\nab", "cdefghij"}, "1234567\nabcdefgh", tcpdemo.EndLine},
		{[]string{strings.Repeat("x", 9000)}, "xxxxxxxx", tcpdemo.EndLine},
		{[]string{"12345678"}, "12345678", tcpdemo.EndEOF},
	} {
		server := &tcpdemo.EchoServer{Line: 8}
		ln := newPipes()
		l := serveOn(t, server, ln)
		c := ln.dial()
		go func() {
			for _, s := range test.send {
				if _, err := c.Write([]byte(s)); err != nil {
					return
				}
			}
			ln.finish()
		}()
		got, _ := io.ReadAll(c)
		if e := <-l.endings; string(got) != test.echo || e.end != test.end {
			t.Errorf("%q: got %q and %v, want %q and %v", test.send, got, e.end, test.echo, test.end)
		}
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	l := serve(t, &tcpdemo.EchoServer{Idle: time.Hour})
	idle, busy := l.dial(), l.dial()
	idle.Exchange([]byte("x"))
	busy.Exchange([]byte("y"))
	l.stop()
	if n, err := idle.Conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the idle one read %d, %v, want EOF", n, err)
	}
	ends := 0
	for range 2 {
		if e := <-l.endings; e.end == tcpdemo.EndStopped {
			ends++
		}
	}
	if ends != 2 {
		t.Errorf("%d of 2 connections were stopped", ends)
	}
}

func TestServeReportsItsListener(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	server := &tcpdemo.EchoServer{}
	if err := server.Serve(t.Context(), &failing{errs: []error{broken}}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// failing is a listener with errors and nothing else.
type failing struct{ errs []error }

func (f *failing) Accept() (net.Conn, error) {
	err := f.errs[0]
	f.errs = f.errs[1:]
	return nil, err
}
func (f *failing) Close() error   { return nil }
func (f *failing) Addr() net.Addr { return &net.TCPAddr{} }

func TestEndTexts(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for e := tcpdemo.EndEOF; e <= tcpdemo.EndFailed; e++ {
		if e.Text().En == "" || e.Text().Ko == "" || seen[e.String()] {
			t.Errorf("%d: %q, %+v", e, e, e.Text())
		}
		seen[e.String()] = true
	}
}

var _ network.Conn = (*net.TCPConn)(nil)
