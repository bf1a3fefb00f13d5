package virtual

import (
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
