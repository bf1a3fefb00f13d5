package tcpstate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// checkMeasures holds what is promised of every connection, whatever was seen.
func checkMeasures(t *testing.T, c *tcpstate.Conn) {
	t.Helper()
	sum := time.Duration(0)
	for l, d := range c.Spent() {
		if d < 0 {
			t.Fatalf("%v on %v", d, tcpstate.Limit(l))
		}
		sum += d
	}
	if sum != c.Span() {
		t.Fatalf("%v is spent of %v: %v", sum, c.Span(), c.Spent())
	}
	for _, e := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
		d := c.Direction(e)
		if a := d.Again; a.Fast+a.Timeout+a.Spurious != a.Segments || a.Bytes < 0 || a.Bytes > d.Total {
			t.Fatalf("%+v of %d bytes", a, d.Total)
		}
		if r := d.RTT; r.Min > r.Median || r.Median > r.Max || r.RTO < r.Estimated {
			t.Fatalf("%+v is in no order", r)
		}
		if w := d.Window; w.Min > w.Median || w.Median > w.Max {
			t.Fatalf("%+v is in no order", w)
		}
		if d.Bytes > d.Total || d.Goodput() > d.Throughput() || d.Busy > c.Span() {
			t.Fatalf("%+v of %v", d, c.Span())
		}
	}
	if v := c.Verdict(); v.For > v.Span {
		t.Fatalf("%+v", v)
	}
}

// TestMeasuresHold: random lives, and segments without any sense, from each place.
func TestMeasuresHold(t *testing.T) {
	t.Parallel()
	for seed := range lives() / 3 {
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{OnClose: func(c *tcpstate.Conn) { checkMeasures(t, c) }})
		for i, s := range soup(seed) {
			s.Frame = i + 1
			o.Observe(&s, tcpstate.Where(seed%3))
		}
		o.Finish(time.Time{})
		m := runModel(seed)
		for _, place := range []view{atClient, atServer, between, atBoth} {
			o := tcpstate.NewObserver(tcpstate.ObserverOptions{BothTaps: place == atBoth, OnClose: func(c *tcpstate.Conn) { checkMeasures(t, c) }})
			for i := range m.sights {
				s := m.sights[i]
				if where, ok := seenFrom(place, s); ok {
					s.segment.Frame = i + 1
					o.Observe(&s.segment, where)
				}
			}
			o.Finish(time.Time{})
		}
	}
}

// TestRTTIsRFC6298 works the RFC's formulae out by hand: R = 100 ms, then 140 ms.
func TestRTTIsRFC6298(t *testing.T) {
	t.Parallel()
	var r tcpstate.RTT
	r.Add(100 * time.Millisecond)
	if r.Estimated != 100*time.Millisecond || r.Deviation != 50*time.Millisecond || r.RTO != 300*time.Millisecond {
		t.Errorf("the first sample makes %+v", r)
	}
	r.Add(140 * time.Millisecond) // RTTVAR = 3/4·50 + 1/4·|100−140| = 47.5; SRTT = 7/8·100 + 1/8·140 = 105
	if r.Estimated != 105*time.Millisecond || r.Deviation != 47500*time.Microsecond || r.RTO != 295*time.Millisecond {
		t.Errorf("the second sample makes %+v", r)
	}
	for range 1000 {
		r.Add(105 * time.Millisecond)
	}
	if r.RTO-r.Estimated != tcpstate.ClockGranularity {
		t.Errorf("without any deviation, RTO is %v above SRTT; G is %v", r.RTO-r.Estimated, tcpstate.ClockGranularity)
	}
}

// TestMedianOfMany: of very many round trips the median is near the middle one,
// also where they come in a rhythm.
func TestMedianOfMany(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for name, next := range map[string]func(i int) time.Duration{
		"random":    func(int) time.Duration { return time.Duration(1+rng.IntN(1000)) * time.Millisecond },
		"in turns":  func(i int) time.Duration { return time.Duration(1+i%10*100) * time.Millisecond },
		"ascending": func(i int) time.Duration { return time.Duration(1+i) * time.Millisecond },
	} {
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
		b := newBulk(o, 40000, false)
		var all []time.Duration
		for i := range 1000 {
			d := next(i)
			all = append(all, d)
			b.see(b.server, b.client, tcpstate.ACK, b.snd, 101, 100)
			b.snd += 100
			b.at = b.at.Add(d - time.Microsecond)
			b.see(b.client, b.server, tcpstate.ACK, 101, b.snd, 0)
		}
		slices.Sort(all)
		got := o.Conns()[0].Direction(tcpstate.Server).RTT
		if got.Samples < 1000 || got.Median < all[250] || got.Median > all[750] {
			t.Errorf("%s: %+v, the true median is %v", name, got, all[500])
		}
	}
}
