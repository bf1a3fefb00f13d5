package render

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestTrackHidesNothing: however many values a track takes, it is bounded, in
// order, and each value lies between the least and the greatest of a stretch
// that covers its moment.
func TestTrackHidesNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, maxStretches, maxStretches + 1, 300_000} {
		rng := rand.New(rand.NewPCG(uint64(n), 1))
		tr := &track{}
		at := make([]float64, n)
		value := make([]float64, n)
		now := 0.0
		for i := range n {
			now += rng.ExpFloat64() * 1e-4
			if rng.IntN(10_000) == 0 {
				now += 1 // a pause
			}
			at[i], value[i] = now, rng.Float64()
			tr.add(at[i], value[i])
		}
		if len(tr.stretches) > maxStretches || tr.made != n {
			t.Fatalf("%d values are in %d stretches; %d are counted", n, len(tr.stretches), tr.made)
		}
		k := 0
		for i := range n {
			for k+1 < len(tr.stretches) && tr.stretches[k+1].from <= at[i] {
				k++
			}
			if s := tr.stretches[k]; at[i] < s.from || at[i] > s.to || value[i] < s.low || value[i] > s.high {
				t.Fatalf("%d values: %v at %v is hidden by %+v", n, value[i], at[i], s)
			}
		}
	}
	same := &track{}
	for range 3 * maxStretches { // all at one moment
		same.add(1, 1)
	}
	if len(same.stretches) > maxStretches {
		t.Errorf("%d stretches at one moment", len(same.stretches))
	}
}

// TestRateKeepsEveryOctet: the area below a rate is what was sent.
func TestRateKeepsEveryOctet(t *testing.T) {
	t.Parallel()
	for _, gap := range []float64{1e-6, 1e-3, 0.7, 100} {
		var b bins
		for i := range 5000 {
			b.add(float64(i)*gap, 1448)
		}
		tr := &track{}
		b.fill(tr, b.most, (b.most+shownBins)/shownBins)
		area := 0.0
		for i, s := range tr.stretches[:len(tr.stretches)-1] {
			area += s.last * (tr.stretches[i+1].from - s.from)
		}
		if want := 5000 * 1448.0; area < want*0.999999 || area > want*1.000001 || len(tr.stretches) > shownBins+2 {
			t.Errorf("one each %v s: %v octets of %v, in %d stretches", gap, area, want, len(tr.stretches))
		}
	}
}

// A time takes no more cells than its column has, however long it is.
func TestSinceHasRoom(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		1234567 * time.Microsecond: "1.23457", 99999 * time.Hour: "4167d", -99 * time.Second: "-99.000", 9999999 * time.Second: "9999999",
		-9999999 * time.Second: "-116d", 1<<63 - 1: "106752d",
	} {
		if got := sinceText(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
