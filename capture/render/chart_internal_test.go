package render

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
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

// plotEvents are segments of the client's, half a second apart, each with a stream, a
// sequence number and a length; SYN is what has none.
func plotEvents(segments ...[3]int) Events {
	return func(yield func(trace.Event, error) bool) {
		sent := map[int]bool{}
		for i, n := range segments {
			s := &trace.Segment{Reading: tcpstate.Reading{From: tcpstate.Client}}
			s.Seq, s.Len, s.Flags = tcpstate.Seq(n[1]), n[2], tcpstate.ACK
			if s.Len == 0 {
				s.Flags = tcpstate.SYN
			}
			if sent[n[0]] && s.Len == 0 {
				s.Findings = []tcpstate.Finding{{Name: tcpstate.FoundRetransmission}}
			}
			sent[n[0]] = true
			if !yield(trace.Event{Kind: trace.KindSegment, At: time.Unix(0, int64(i)*5e8), Stream: n[0], Segment: s}, nil) {
				return
			}
		}
	}
}

// The connection that is drawn is the first with data, and what opened it belongs to
// it: a SYN that was sent again is in the picture, and octets count from it.
func TestPlotHoldsTheOpening(t *testing.T) {
	t.Parallel()
	events := plotEvents([3]int{0, 70, 0}, [3]int{1, 1000, 0}, [3]int{2, 5, 0}, [3]int{1, 1000, 0}, [3]int{1, 1001, 500}, [3]int{2, 6, 10})
	for _, streams := range [][]int{nil, {1}} {
		c, err := Plots[0].collect(events, Options{Streams: streams, ByStream: true})
		if err != nil {
			t.Fatal(err)
		}
		p := c.used()[0]
		legend := legendText(speaker{}, p, axis{high: 1000}, 1, "B")
		if !strings.Contains(legend, "R sent again ×1") || !strings.HasPrefix(c.about, "stream 1:") || c.until != 1.5 {
			t.Errorf("streams %v: %s, %v s: %s", streams, c.about, c.until, legend)
		}
		if s := p.tracks[0].stretches; len(s) != 1 || s[0].low != 1 || s[0].high != 501 {
			t.Errorf("streams %v: data %+v", streams, s)
		}
	}
}

// Of very many connections that carry no data, the oldest are let go of.
func TestPlotOpeningsAreBounded(t *testing.T) {
	t.Parallel()
	var segments [][3]int
	for n := range 2 * maxOpenings {
		segments = append(segments, [3]int{n, 1, 0})
	}
	p := Plots[0].begin(Options{})
	for e := range plotEvents(segments...) {
		p.add(&e)
	}
	if len(p.opening) != maxOpenings || p.opening[2*maxOpenings-1] == nil {
		t.Errorf("%d connections are followed", len(p.opening))
	}
}

// An axis begins at 0 where what lies below cannot be seen, and lower where it can.
func TestAxisTolerance(t *testing.T) {
	t.Parallel()
	for low, want := range map[float64]float64{-1: 0, 0: 0, 3: 0, -20_000: -100_000} {
		if a := newAxis(low, 450_000); a.low != want {
			t.Errorf("from %v: the axis begins at %v, want %v", low, a.low, want)
		}
	}
}

// Of octets there is no part, on an axis and in the legend of what lies above it.
func TestWholeOctets(t *testing.T) {
	t.Parallel()
	low := &track{name: trace.Text{En: "low"}, shape: steps}
	low.add(0, 2)
	low.add(1, 1)
	c := &chart{panels: []*panel{{unit: inBytes, tracks: []*track{low}}}}
	if _, y, _, unit := c.axes(c.panels[0]); unit != "B" || y.step != 1 || y.high != 2 || y.format(65536) != "65536" {
		t.Errorf("%+v %s: %s", y, unit, y.format(65536))
	}
}

// Curves are told apart without colours: each has a letter, in the picture as in the
// legend, and with colours the legend has them too.
func TestCurvesHaveLetters(t *testing.T) {
	t.Parallel()
	a := &track{name: trace.Text{En: "one"}, shape: steps, sign: 'p', ink: inkAck}
	b := &track{name: trace.Text{En: "two"}, shape: steps, sign: 'q', ink: inkWindow}
	for i := range 40 {
		a.add(float64(i), float64(i%7))
		b.add(float64(i), float64(i%7)) // where it lies on the other
	}
	c := &chart{until: 40, panels: []*panel{{unit: inBytes, tracks: []*track{a, b}}}}
	for _, o := range []Options{{}, {ASCII: true}, {Color: true}} {
		var out strings.Builder
		if err := chartText(&out, c, o); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "p one") })
		if at < 0 || !strings.Contains(lines[at], "q two") {
			t.Fatalf("no legend:\n%s", out.String())
		}
		picture := strings.Join(lines[at+1:], "\n")
		if strings.Count(picture, "p") < 3 || strings.Count(picture, "q") < 3 {
			t.Errorf("%+v: curves without letters:\n%s", o, picture)
		}
		if o.Color && !strings.Contains(lines[at], newPalette(true).paint(opening, "q two")) {
			t.Errorf("the legend has no colours: %q", lines[at])
		}
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

// What nobody sent is in no plot: neither numbers that only a SACK block has, nor a
// packet that was seen twice.
func TestPlotsLeaveOutWhatWasNotSent(t *testing.T) {
	t.Parallel()
	data := sight{mine: true, s: &trace.Segment{Reading: tcpstate.Reading{Conn: &tcpstate.Conn{Bytes: [2]int64{1000}}}}}
	data.s.Len = 1000
	copied := data
	copied.s = &trace.Segment{Segment: data.s.Segment, Reading: data.s.Reading}
	copied.s.Findings = []tcpstate.Finding{{Name: tcpstate.FoundRetransmission}, {Name: tcpstate.FoundDuplicateFrame}}
	rate := throughput()
	for i, x := range []sight{data, copied, copied} {
		x.at = float64(i)
		rate.look(&x)
	}
	rate.finish()
	sent, once := rate.tracks[0].stretches, rate.tracks[1].stretches
	for i := range sent {
		if sent[i].last != once[i].last {
			t.Errorf("of %v octets a second, %v are sent", once[i].last, sent[i].last)
		}
	}

	ack := sight{s: &trace.Segment{Reading: tcpstate.Reading{Astray: 1 << 1}}, ack: 1}
	ack.s.Flags, ack.s.Ack, ack.s.Options.SackBlocks = tcpstate.ACK, 1, 2
	ack.s.Options.Sack = [4]tcpstate.SackBlock{{Left: 101, Right: 201}, {Left: 1e9, Right: 1e9 + 100}}
	numbers := timeSequence()
	numbers.look(&ack)
	for _, n := range numbers.tracks {
		if n.high() > 201 {
			t.Errorf("%s goes up to %v", n.name.En, n.high())
		}
	}
}

// One value alone is seen in a picture: a curve of one has a length.
func TestCurveOfOneValue(t *testing.T) {
	t.Parallel()
	one := &track{name: trace.Text{En: "one"}, shape: steps}
	one.add(1, 1)
	var out strings.Builder
	if err := chartSVG(&out, &chart{until: 2, panels: []*panel{{unit: inBytes, tracks: []*track{one}}}}, Options{}); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`d="M[0-9.]+ [0-9.]+[hHvVm][^"]*h[1-9]`).MatchString(out.String()) {
		t.Errorf("it cannot be seen:\n%s", out.String())
	}
}
