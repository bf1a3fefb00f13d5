package analyze_test

import (
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
)

// traffic is a connection that carries n segments of data one way, with an ACK
// for every second one, as frames in memory.
func traffic(tb testing.TB, n int) []capture.Frame {
	tb.Helper()
	b := newBuilder(tb)
	b.handshake()
	for i := range n {
		b.data(1448)
		if i%2 == 1 {
			b.ack()
		}
	}
	return b.frames
}

// BenchmarkDecode reads headers alone; BenchmarkDecodeObserve follows both ends
// too; BenchmarkRun makes events of all that. One iteration is one frame.
func BenchmarkDecode(b *testing.B) {
	all := traffic(b, 20_000)
	var d decode.Decoder
	var p decode.Packet
	for i := 0; b.Loop(); i++ {
		d.Decode(&all[i%len(all)], &p)
	}
	perSecond(b)
}

func BenchmarkDecodeObserve(b *testing.B) {
	all := traffic(b, 20_000)
	var d decode.Decoder
	var p decode.Packet
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	i := 0
	for b.Loop() {
		if i == len(all) {
			i = 0
			o = tcpstate.NewObserver(tcpstate.ObserverOptions{})
		}
		d.Decode(&all[i], &p)
		if p.TCP {
			o.Observe(&p.Segment, tcpstate.Passing)
		}
		i++
	}
	perSecond(b)
}

func BenchmarkRun(b *testing.B) {
	all := traffic(b, 20_000)
	n := 0
	source := func(yield func(capture.Frame, error) bool) {
		for b.Loop() {
			f := all[n%len(all)]
			n++
			f.Number = n
			f.Time = f.Time.Add(time.Duration(n/len(all)) * time.Hour)
			if !yield(f, nil) {
				return
			}
		}
	}
	for range (analyze.Options{NoHTTP: true}).Run(source, nil) {
		continue
	}
	perSecond(b)
}

func perSecond(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mframes/s")
}
