package virtual

import (
	"io"
	"testing"
	"time"
)

func benchmark(b *testing.B, c Config, app func(*lab)) {
	frames := 0
	for b.Loop() {
		n, err := New(c)
		if err != nil {
			b.Fatal(err)
		}
		app(&lab{n, b})
		if err := n.Run(10 * time.Minute); err != nil {
			b.Fatal(err)
		}
		frames += len(n.record.frames)
		_ = n.Close()
	}
	b.ReportMetric(float64(frames)/float64(b.N), "frames/op")
}

func BenchmarkEcho(b *testing.B) { benchmark(b, Config{}, echoApplication) }

func BenchmarkEchoCooperative(b *testing.B) {
	benchmark(b, Config{Cooperative: true}, echoApplication)
}

func BenchmarkHTTP(b *testing.B) { benchmark(b, Config{}, httpApplication) }

// BenchmarkBulk sends a mebibyte.
func BenchmarkBulk(b *testing.B) {
	benchmark(b, Config{Samples: true}, func(l *lab) { bulk(l, 1<<20) })
}

func BenchmarkHandshake(b *testing.B) {
	benchmark(b, Config{}, func(l *lab) {
		l.listen(7, 0)
		l.Go(func() { l.mustDial(7) })
	})
}

// BenchmarkMany has a thousand clients that connect, echo a word and close.
func BenchmarkMany(b *testing.B) {
	benchmark(b, Config{Cooperative: true}, func(l *lab) {
		l.serve(7, echo)
		for range 1000 {
			l.Go(func() {
				c := l.mustDial(7)
				_, _ = c.Write([]byte("hello"))
				_, _ = io.ReadFull(c, make([]byte, 5))
				_ = c.Close()
			})
		}
	})
}

// BenchmarkManyCounted is BenchmarkMany without its promise.
func BenchmarkManyCounted(b *testing.B) {
	benchmark(b, Config{}, func(l *lab) {
		l.serve(7, echo)
		for range 1000 {
			l.Go(func() {
				c := l.mustDial(7)
				_, _ = c.Write([]byte("hello"))
				_, _ = io.ReadFull(c, make([]byte, 5))
				_ = c.Close()
			})
		}
	})
}
