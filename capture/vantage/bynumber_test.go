package vantage

import (
	"math/rand/v2"
	"slices"
	"testing"

	"statelab/capture/tcpstate"
)

// What byNumber finds and forgets is what a search through all frames would.
func TestByNumber(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		base := tcpstate.Seq(rnd.Uint32()) // numbers wrap
		log := make([]record, 60)
		for i := range log {
			log[i].seq = base.Add(rnd.Uint32N(100))
			log[i].end = log[i].seq.Add(1 + rnd.Uint32N(12))
		}
		var b byNumber
		var all []int32 // in the same order, found step by step
		remove := func(gone func(r *record) bool) (removed []int32) {
			all = slices.DeleteFunc(all, func(i int32) bool {
				if gone(&log[i]) {
					removed = append(removed, i)
					return true
				}
				return false
			})
			return removed
		}
		for i := range log {
			b.add(log, int32(i))
			all = append(all, int32(i))
			slices.SortStableFunc(all, func(x, y int32) int { return int(log[x].seq.Sub(log[y].seq)) })
			s := stretch{from: base.Add(rnd.Uint32N(110))}
			s.to = s.from.Add(1 + rnd.Uint32N(20))
			var want []int32
			for _, k := range all {
				if s.meets(&log[k]) {
					want = append(want, k)
				}
			}
			if got := b.meeting(log, s); !slices.Equal(got, want) {
				t.Fatalf("seed %d: meeting %v, in truth %v", seed, got, want)
			}
			switch rnd.IntN(6) {
			case 0:
				if got := b.take(log, s); !slices.Equal(got, remove(s.meets)) {
					t.Fatalf("seed %d: took %v, in truth %v", seed, got, want)
				}
			case 1:
				b.drop(log, s.from)
				remove(func(r *record) bool { return !r.end.After(s.from) })
			}
			if !slices.Equal(b.frames, all) {
				t.Fatalf("seed %d: holds %v, in truth %v", seed, b.frames, all)
			}
		}
	}
}

// Numbers that go round do not meet those of the round before.
func TestByNumberGoesRound(t *testing.T) {
	t.Parallel()
	const step = 1 << 28
	log := make([]record, 40) // two rounds and a half
	var b byNumber
	for i := range log {
		log[i].seq = tcpstate.Seq(uint32(i) * step & (1<<32 - 1))
		log[i].end = log[i].seq + 10
		b.add(log, int32(i))
	}
	if want := []int32{35, 36, 37, 38, 39}; !slices.Equal(b.frames, want) {
		t.Errorf("holds %v, those within reach are %v", b.frames, want)
	}
	behind := len(log)
	log = append(log, record{seq: log[34].seq - 5, end: log[34].seq})
	if b.add(log, int32(behind)); slices.Contains(b.frames, int32(behind)) {
		t.Error("what lies further back than any window is held")
	}
}

// BenchmarkAcquit compares a capture of one direction with one of both: each ACK
// gives away a frame that came unseen. One operation is one frame.
func BenchmarkAcquit(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(map[int]string{10_000: "10k", 100_000: "100k"}[n], func(b *testing.B) {
			log := make([]record, n)
			for b.Loop() {
				var frames byNumber
				for i := range log {
					log[i].seq, log[i].end = tcpstate.Seq(i), tcpstate.Seq(i+1)
					frames.add(log, int32(i))
				}
				for i := range log {
					if s := (stretch{tcpstate.Seq(i), tcpstate.Seq(i + 1)}); len(frames.meeting(log, s)) != 1 {
						b.Fatal("not found")
					}
					frames.drop(log, tcpstate.Seq(i+1))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/frame")
		})
	}
}
