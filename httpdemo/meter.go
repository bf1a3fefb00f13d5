package httpdemo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Measurement is what a number of clients, each with a connection and an
// address of its own, left in a server's heap after they had gone.
type Measurement struct {
	Clients int
	// Growth is the difference of live heap, in bytes, after a collection
	// before and after. It may be slightly negative: the runtime's own
	// bookkeeping comes and goes.
	Growth int64
	// Spread is how far apart two readings with nothing between them lay, in
	// bytes: what the meter cannot tell from zero.
	Spread int64
}

// warmUp is how many clients go before those that count.
const warmUp = 2000

// PerClient is the growth for one client, in bytes.
func (m Measurement) PerClient() float64 { return float64(m.Growth) / float64(m.Clients) }

// Measure lets n clients make one request each of a real net/http server with
// this handler, over connections in memory, and weighs the heap before and
// after. Other clients go first, so that what the server and the runtime make only once is
// not counted.
func Measure(ctx context.Context, handler http.Handler, n int) (Measurement, error) {
	l := newMemoryListener()
	srv := NewServer(handler, Limits{}, nil)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	defer func() { _ = srv.Close(); <-done }()

	if err := visit(ctx, l, 0, warmUp); err != nil {
		return Measurement{}, err
	}
	first := liveHeap()
	before := liveHeap()
	if err := visit(ctx, l, warmUp, n); err != nil {
		return Measurement{}, err
	}
	after := liveHeap()
	runtime.KeepAlive(handler)
	return Measurement{Clients: n, Growth: after - before, Spread: max(before-first, first-before)}, nil
}

// visit makes one request from each of n clients, numbered from first on.
func visit(ctx context.Context, l *memoryListener, first, n int) error {
	for i := first; i < first+n; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		conn, err := l.dial(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		if err != nil {
			return err
		}
		err = visitOnce(conn)
		_ = conn.Close() // the response has been read whole
		if err != nil {
			return fmt.Errorf("client %d: %w", i, err)
		}
		// One at a time, so that the runtime needs no more goroutines for the
		// last client than for the first.
		l.served.Wait()
	}
	return nil
}

func visitOnce(conn net.Conn) error {
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", r.StatusCode)
	}
	return r.Body.Close()
}

// liveHeap is what is reachable, in bytes. Two collections: the first lets
// finalizers and pools go, the second takes what they held.
func liveHeap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Counting remembers each client's address and time of its last visit: one
// entry a client, as a session store has. It is the meter's counter-proof.
type Counting struct {
	Handler http.Handler
	mu      sync.Mutex
	seen    map[string]visitRecord
}

type visitRecord struct {
	Address string
	Last    time.Time
	Visits  int
}

// ServeHTTP counts the visit and lets Handler answer.
func (c *Counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	addr := strings.Clone(r.RemoteAddr)
	c.mu.Lock()
	if c.seen == nil {
		c.seen = map[string]visitRecord{}
	}
	v := c.seen[addr]
	c.seen[addr] = visitRecord{addr, time.Now(), v.Visits + 1}
	c.mu.Unlock()
	c.Handler.ServeHTTP(w, r)
}

// memoryListener hands out connections that are a pipe in memory, with the
// client's address.
type memoryListener struct {
	conns  chan net.Conn
	done   chan struct{}
	once   sync.Once
	served sync.WaitGroup
}

var errListenerClosed = errors.New("listener closed")

func newMemoryListener() *memoryListener {
	return &memoryListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *memoryListener) dial(from netip.Addr) (net.Conn, error) {
	here, there := net.Pipe()
	l.served.Add(1)
	server := &addressed{Conn: there, remote: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 40000)), closed: l.served.Done}
	select {
	case l.conns <- server:
		return here, nil
	case <-l.done:
		l.served.Done()
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, errListenerClosed
	}
}

func (l *memoryListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{} }

type addressed struct {
	net.Conn
	remote net.Addr
	once   sync.Once
	closed func()
}

func (c *addressed) RemoteAddr() net.Addr { return c.remote }

// SetReadDeadline lets through only a deadline that has passed already, by which
// net/http interrupts a read. A pipe's timer for one to come would hold the pipe
// until it fires, long after both ends have gone, and weigh in the measurement.
func (c *addressed) SetReadDeadline(t time.Time) error {
	if t.After(time.Now()) {
		t = time.Time{}
	}
	return c.Conn.SetReadDeadline(t)
}

// SetWriteDeadline does the same for writes.
func (c *addressed) SetWriteDeadline(t time.Time) error {
	if t.After(time.Now()) {
		t = time.Time{}
	}
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline does the same for both.
func (c *addressed) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *addressed) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.closed)
	return err
}
