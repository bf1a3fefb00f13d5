package tcpdemo_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"statelab/tcpdemo"
)

// against returns a client of a server that does what f does.
func against(t *testing.T, f func(net.Conn)) *tcpdemo.EchoClient {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		if c, err := ln.Accept(); err == nil {
			defer c.Close()
			f(c)
		}
	}()
	c, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &tcpdemo.EchoClient{Conn: c.(*net.TCPConn)}
}

func TestExchangeErrors(t *testing.T) {
	t.Parallel()
	c := against(t, func(c net.Conn) {
		io.ReadFull(c, make([]byte, 5))
		c.Write([]byte("heLlo"))
	})
	got, err := c.Exchange([]byte("hello"))
	var wrong *tcpdemo.EchoMismatch
	if !errors.As(err, &wrong) || *wrong != (tcpdemo.EchoMismatch{Offset: 2, Sent: 'l', Got: 'L'}) || string(got) != "heLlo" {
		t.Errorf("%q, %v", got, err)
	}
	c = against(t, func(c net.Conn) {
		io.ReadFull(c, make([]byte, 5))
		c.Write([]byte("hel"))
	})
	if got, err := c.Exchange([]byte("hello")); !errors.Is(err, io.ErrUnexpectedEOF) || string(got) != "hel" || !strings.Contains(err.Error(), "3 of 5 octets") {
		t.Errorf("%q, %v", got, err)
	}
	c = against(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	c.Timeout = 20 * time.Millisecond
	if _, err := c.Exchange([]byte("hello")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestFinishCountsTheRest(t *testing.T) {
	t.Parallel()
	c := against(t, func(c net.Conn) {
		io.Copy(io.Discard, c)
		c.Write([]byte("bye"))
	})
	if rest, err := c.Finish(); rest != 3 || err != nil {
		t.Errorf("%d, %v", rest, err)
	}
}

func TestRelay(t *testing.T) {
	t.Parallel()
	l := serve(t, &tcpdemo.EchoServer{})
	var out strings.Builder
	in := "first\nsecond\n" + strings.Repeat("x", 100_000)
	sent, received, err := tcpdemo.Relay(l.dial().Conn, strings.NewReader(in), &out)
	if err != nil || sent != int64(len(in)) || received != sent || out.String() != in {
		t.Errorf("sent %d, received %d, %v", sent, received, err)
	}
}

// Relay returns when the peer has closed, though nobody has typed anything.
func TestRelayEndsWithThePeer(t *testing.T) {
	t.Parallel()
	in, typed := io.Pipe()
	defer typed.Close()
	var out strings.Builder
	_, received, err := tcpdemo.Relay(against(t, func(c net.Conn) { c.Write([]byte("bye")) }).Conn, in, &out)
	if err != nil || received != 3 || out.String() != "bye" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// An idle connection costs a goroutine and 2 KB: 20,000 of them stay far below
// 300 MB. The clients' own ends, in this process too, are counted along.
func TestIdleConnectionsAreCheap(t *testing.T) {
	const n = 1000
	l := serve(t, &tcpdemo.EchoServer{Idle: time.Minute})
	before := inUse()
	for range n {
		c, err := net.Dial("tcp4", l.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := (&tcpdemo.EchoClient{Conn: c.(*net.TCPConn)}).Exchange([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if each := (inUse() - before) / n; each > 15_000 {
		t.Errorf("an idle connection costs %d bytes", each)
	} else {
		t.Logf("an idle connection costs %d bytes", each)
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// bulk sends b.N megabytes through an echo and reads them back.
func bulk(b *testing.B, addr string) {
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	message := make([]byte, 1<<20)
	message[len(message)-1] = '\n'
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, struct{ io.Reader }{c})
		done <- err
	}()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		for at := 0; at < len(message); at += 64 << 10 {
			if _, err := c.Write(message[:64<<10]); err != nil {
				b.Fatal(err)
			}
		}
	}
	c.(*net.TCPConn).CloseWrite()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// pingPong exchanges small messages.
func pingPong(b *testing.B, addr string) {
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	message := make([]byte, 100)
	for b.Loop() {
		c.Write(message)
		if _, err := io.ReadFull(c, message); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEcho compares the server with the two barest ones that Go can have.
func BenchmarkEcho(b *testing.B) {
	for _, load := range []struct {
		name string
		run  func(*testing.B, string)
	}{{"bulk", bulk}, {"ping", pingPong}} {
		for _, server := range []struct {
			name  string
			serve func(context.Context, net.Listener)
		}{
			{"ours", func(ctx context.Context, ln net.Listener) { (&tcpdemo.EchoServer{}).Serve(ctx, ln) }},
			{"ours-limited", func(ctx context.Context, ln net.Listener) {
				(&tcpdemo.EchoServer{Idle: time.Minute, Line: 1 << 30, Connections: 100}).Serve(ctx, ln)
			}},
			{"copy", bare(func(c net.Conn) { io.Copy(c, c) })},
			{"loop-32k", bare(func(c net.Conn) {
				buffer := make([]byte, 32<<10)
				for {
					n, err := c.Read(buffer)
					if _, writeErr := c.Write(buffer[:n]); err != nil || writeErr != nil {
						return
					}
				}
			})},
		} {
			b.Run(load.name+"/"+server.name, func(b *testing.B) {
				ln, err := net.Listen("tcp4", "127.0.0.1:0")
				if err != nil {
					b.Fatal(err)
				}
				ctx, stop := context.WithCancel(context.Background())
				done := make(chan struct{})
				go func() {
					defer close(done)
					server.serve(ctx, ln)
				}()
				load.run(b, ln.Addr().String())
				stop()
				ln.Close()
				<-done
			})
		}
	}
}

// bare is an echo server without anything around it.
func bare(echo func(net.Conn)) func(context.Context, net.Listener) {
	return func(_ context.Context, ln net.Listener) {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				echo(c)
			}()
		}
	}
}
