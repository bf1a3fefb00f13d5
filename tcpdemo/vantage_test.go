package tcpdemo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
	"statelab/capture/vantage"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// skew is how the server's clock is set apart, which the comparison must find.
type skew struct {
	offset time.Duration
	drift  float64 // seconds a second
}

func (s skew) of(at time.Time) time.Time {
	since := at.Sub(virtual.DefaultStart)
	return at.Add(s.offset + time.Duration(s.drift*float64(since)))
}

// seen is what a capture file keeps of a tap's frames: nothing that only the
// wire knows.
func seen(frames []capture.Frame, s skew) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for i, f := range frames {
			f = capture.Frame{Number: i + 1, Time: s.of(f.Time), Data: f.Data, Length: f.Length, Link: f.Link}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// The comparison of a lesson's two captures, whatever the wire does, names every
// frame's fate as the wire itself does, and its delays are right within the error
// that it states.
func TestTwoCapturesTellWhatTheWireKnows(t *testing.T) {
	t.Parallel()
	wild := []string{
		"", "loss 10%", "delay 37ms 3rd data segment client→server once", "duplicate 2nd data segment client→server once",
		"corrupt 1st data segment client→server once", "loss 5% server→client", "duplicate 1st segment server→client once",
	}
	var total struct{ paired, twins, lost, runs int }
	for _, sc := range tcpdemo.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			for n, text := range wild {
				var rules []network.Rule
				if text != "" {
					r, err := network.ParseRule(text)
					if err != nil {
						t.Fatal(err)
					}
					rules = append(rules, r)
				}
				luck := rand.New(rand.NewPCG(uint64(n), 7))
				s := skew{time.Duration(luck.Int64N(int64(10*time.Hour))) - 5*time.Hour, (luck.Float64() - 0.5) * 400e-6}
				rec, _ := attempt(t, sc, uint64(n)+1, rules...)
				paired, twins, lost := compareWithTruth(t, fmt.Sprintf("%s, %q", sc.Name, text), rec, s, n%2 == 1)
				total.paired, total.twins, total.lost, total.runs = total.paired+paired, total.twins+twins, total.lost+lost, total.runs+1
			}
		})
	}
	if total.paired < 1000 || total.lost < 20 {
		t.Errorf("%+v: too little was compared", total)
	}
	// Frames that are alike byte for byte, and overtake each other, nobody can tell
	// apart by what they hold.
	if total.twins*1000 > total.paired {
		t.Errorf("%+v: too many frames were taken for others that are like them", total)
	}
}

// truth is what the wire knows of a departure.
type truth struct {
	frame    capture.Frame
	arrivals []capture.Frame
}

// incomplete drops some of what a tap has seen, as a capture does whose disk is too
// slow.
func incomplete(frames []capture.Frame, share float64, luck *rand.Rand) (kept []capture.Frame) {
	for _, f := range frames {
		if luck.Float64() >= share {
			kept = append(kept, f)
		}
	}
	return kept
}

// What a capture missed is not told as lost where the frames show that it arrived,
// and nothing is told to have arrived that did not.
func TestACaptureThatMissesFramesIsFoundOut(t *testing.T) {
	t.Parallel()
	var total struct{ unseen, doubtful, lost, wrong int }
	for _, sc := range tcpdemo.Scenarios() {
		for n, text := range []string{"", "loss 10%", "loss 5% server→client"} {
			var rules []network.Rule
			if text != "" {
				r, err := network.ParseRule(text)
				if err != nil {
					t.Fatal(err)
				}
				rules = append(rules, r)
			}
			rec, _ := attempt(t, sc, uint64(n)+1, rules...)
			luck := rand.New(rand.NewPCG(uint64(n), 11))
			ends := [2][]capture.Frame{rec.At(virtual.ClientTap), rec.At(virtual.ServerTap)}
			ends[n%2] = incomplete(ends[n%2], 0.2, luck)
			c, err := vantage.Compare(seen(ends[0], skew{}), seen(ends[1], skew{}))
			if err != nil || !c.Clock.Bounded {
				continue
			}
			arrived := map[uint64]bool{}
			alike := map[string]int{}
			for _, f := range rec.Frames {
				if f.Direction == capture.Outbound {
					alike[string(f.Data)]++
				} else {
					arrived[f.Wire] = true
				}
			}
			fates := map[uint64]trace.Fate{}
			for o := range c.Observations() {
				fates[o.Verdict.Wire] = o.Verdict.Fate
			}
			left := departures(t, c, ends)
			for wire, own := range left {
				if alike[string(own.Data)] > 1 {
					continue
				}
				switch fates[wire] {
				case trace.Unseen:
					if total.unseen++; !arrived[own.Wire] {
						t.Errorf("%s, %q: frame %d at %s never arrived, and is told as acknowledged", sc.Name, text, own.Number, own.Vantage)
					}
				case trace.Doubtful:
					total.doubtful++
				case trace.Missing:
					if total.lost++; arrived[own.Wire] {
						total.wrong++
					}
				}
			}
		}
	}
	// One that lost nothing but bare ACKs does not give itself away.
	if total.unseen < 500 || total.lost < 200 || total.wrong*50 > total.lost+total.unseen {
		t.Errorf("%+v: too little was found out", total)
	}
}

// departures returns by its number on the wire what each frame was, as its tap
// recorded it, that the comparison shows leaving.
func departures(t *testing.T, c *vantage.Comparison, ends [2][]capture.Frame) map[uint64]capture.Frame {
	t.Helper()
	left := map[uint64]capture.Frame{}
	var at [2]int
	for f, err := range c.Frames(seen(ends[0], skew{}), seen(ends[1], skew{})) {
		if err != nil {
			t.Fatal(err)
		}
		h := 0
		if (f.Vantage == "server") != c.Swapped {
			h = 1
		}
		for string(ends[h][at[h]].Data) != string(f.Data) { // what is not shown twice: ARP
			at[h]++
		}
		if own := ends[h][at[h]]; own.Direction == capture.Outbound && f.Wire != 0 {
			left[f.Wire] = own
		}
		at[h]++
	}
	return left
}

func compareWithTruth(t *testing.T, what string, rec *network.Recording, s skew, turned bool) (paired, twins, lost int) {
	t.Helper()
	ends := [2][]capture.Frame{rec.At(virtual.ClientTap), rec.At(virtual.ServerTap)}
	known := map[uint64]*truth{}
	alike := map[string][]uint64{} // departures by their bytes
	for _, f := range rec.Frames {
		if f.Direction == capture.Outbound {
			known[f.Wire] = &truth{frame: f}
			alike[string(f.Data)] = append(alike[string(f.Data)], f.Wire)
		} else if k := known[f.Wire]; k != nil {
			k.arrivals = append(k.arrivals, f)
		}
	}
	open := func() (a, b capture.Source) {
		a, b = seen(ends[0], skew{}), seen(ends[1], s)
		if turned {
			a, b = b, a
		}
		return a, b
	}
	a, b := open()
	c, err := vantage.Compare(a, b)
	if errors.Is(err, vantage.ErrNothingShared) {
		return 0, 0, 0
	} else if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !c.Clock.Bounded {
		return 0, 0, 0
	}
	fates := map[uint64]trace.Fate{}
	for o := range c.Observations() {
		if o.Verdict.Fate != trace.Repeated && o.Verdict.Fate != trace.Altered {
			fates[o.Verdict.Wire] = o.Verdict.Fate
		}
	}
	left := map[uint64]capture.Frame{} // by our number: the recorded frame
	leftAt := map[uint64]time.Time{}
	var at [2]int
	arrived := map[uint64]int{}
	a, b = open()
	for f, err := range c.Frames(a, b) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		h := 0
		if (f.Vantage == "server") != (c.Swapped != turned) {
			h = 1
		}
		own := ends[h][at[h]]
		for string(own.Data) != string(f.Data) { // what is not shown twice: ARP
			at[h]++
			own = ends[h][at[h]]
		}
		at[h]++
		if f.Wire == 0 {
			continue
		}
		if own.Direction == capture.Outbound {
			left[f.Wire], leftAt[f.Wire] = own, f.Time
			continue
		}
		from, ok := left[f.Wire]
		if !ok {
			if known[own.Wire] != nil && fates[f.Wire] != trace.Uncovered && len(alike[string(known[own.Wire].frame.Data)]) == 1 {
				t.Errorf("%s: the frame that arrived as %d at %s was seen to leave, and is told as %v", what, own.Number, own.Vantage, fates[f.Wire])
			}
			continue
		}
		arrived[f.Wire]++
		switch {
		case from.Wire == own.Wire:
			paired++
			delay, real := f.Time.Sub(leftAt[f.Wire]), own.Time.Sub(from.Time)
			if off := (delay - real).Abs(); off > c.Clock.Error+time.Microsecond {
				t.Errorf("%s: frame %d at %s: %v on its way, in truth %v, which is more than ±%v", what, from.Number, from.Vantage, delay, real, c.Clock.Error)
			}
		case known[own.Wire] != nil && len(alike[string(known[own.Wire].frame.Data)]) > 1:
			twins++
		default:
			t.Errorf("%s: frame %d at %s is taken for frame %d at %s", what, from.Number, from.Vantage, own.Number, own.Vantage)
		}
	}
	for wire, from := range left {
		gone := len(known[from.Wire].arrivals) == 0
		switch fate, said := fates[wire]; {
		case len(alike[string(from.Data)]) > 1:
			if gone != (arrived[wire] == 0) {
				twins++
			} else if gone {
				lost++
			}
		case gone && !said, gone && fate == trace.Unsent:
			t.Errorf("%s: frame %d at %s never arrived, and nothing is said of it", what, from.Number, from.Vantage)
		case !gone && said && fate == trace.Missing:
			t.Errorf("%s: frame %d at %s arrived, and is told as lost", what, from.Number, from.Vantage)
		case gone && fate == trace.Missing:
			lost++
		}
	}
	return paired, twins, lost
}
