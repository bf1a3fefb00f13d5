package virtual

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// net/http's deadlines are the system's; on the network only their duration
// counts.
func TestHTTPTimeout(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.NotFoundHandler()}
	ln := l.listen(80, 0)
	l.Go(func() { _ = server.Serve(ln) })
	l.run(time.Hour, func() {
		c := l.mustDial(80)
		_, _ = io.WriteString(c, "GET / HT") // and no more
		_, _ = io.Copy(io.Discard, c)
		if at := l.Elapsed(); at < 5*time.Second || at > 6*time.Second {
			l.t.Errorf("the server gave up at %v", at)
		}
	})
}

func TestUntil(t *testing.T) {
	t.Parallel()
	lab := DefaultStart
	system := time.Date(2031, time.July, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		t    time.Time
		want time.Duration
	}{
		{lab.Add(5 * time.Second), 5 * time.Second},
		{lab.Add(1234567), 1234567},
		{lab.Add(-time.Second), -time.Second},
		{system.Add(30*time.Second - 20*time.Millisecond), 30 * time.Second},
		{system.Add(250*time.Millisecond - 300*time.Microsecond), 250 * time.Millisecond},
		{system.Add(2*time.Second - time.Millisecond), 2 * time.Second},
		{system.Add(7 * time.Millisecond), 7 * time.Millisecond},
	} {
		if got := until(c.t, lab, system); got != c.want {
			t.Errorf("until(%v) = %v, want %v", c.t, got, c.want)
		}
	}
	if until(time.Unix(1, 0), lab, system) > 0 { // net/http's "a long time ago"
		t.Error("1970 lies ahead")
	}
}

// A dial whose context ends is given up.
func TestDialContext(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, "drop all frames")
	l.run(time.Hour, func() {
		to := netip.AddrPortFrom(ServerAddr, 7)
		ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
		defer cancel()
		_, err := l.Client().Dial(ctx, to, 0)
		wantErr(l.t, "dial with a timeout", err, context.DeadlineExceeded)
		if at := l.Elapsed(); at != 1500*time.Millisecond {
			l.t.Errorf("the dial was given up at %v", at)
		}
		ctx, cancel = context.WithCancel(context.Background())
		l.Go(func() { l.Sleep(time.Second); cancel() })
		_, err = l.Client().Dial(ctx, to, 0)
		wantErr(l.t, "dial that is cancelled", err, context.Canceled)
		if at := l.Elapsed(); at != 2500*time.Millisecond {
			l.t.Errorf("the dial was cancelled at %v", at)
		}
	})
}

// Concurrent writes are not mixed.
func TestWritesDoNotMix(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Client: HostConfig{SendBuffer: 8192}})
	const size = 100_000
	l.serve(7, func(c *Conn) {
		got, _ := io.ReadAll(c)
		if len(got) != 3*size {
			l.t.Errorf("%d octets arrived", len(got))
			return
		}
		for block := range 3 {
			if b := got[block*size : (block+1)*size]; bytes.Count(b, b[:1]) != size {
				l.t.Error("writes were mixed")
			}
		}
	})
	l.run(time.Hour, func() {
		c := l.mustDial(7)
		left := 3
		for i := range 3 {
			l.Go(func() {
				_, _ = c.Write(bytes.Repeat([]byte{'a' + byte(i)}, size))
				if left--; left == 0 {
					_ = c.Close()
				}
			})
		}
	})
}

// An application may keep its own goroutines and channels: time waits for them.
func TestOwnGoroutines(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	l.run(time.Hour, func() {
		results := make(chan int)
		go func() {
			sum := 0
			for i := range 50_000_000 {
				sum += i & 1
			}
			results <- sum
		}()
		l.Go(func() { l.Sleep(time.Second) })
		if <-results; l.Elapsed() != 0 {
			l.t.Errorf("%v passed while an application was at work", l.Elapsed())
		}
	})
}
