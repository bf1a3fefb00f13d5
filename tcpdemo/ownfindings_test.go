package tcpdemo_test

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// tally counts how often each of our own findings was right.
type tally map[string]int

// What statelab finds beside Wireshark's names is what happened: which octets
// this tap had seen before, by their numbers, and which packet is one that it had
// seen before, by the wire's own count.
func TestOwnFindingsAreTrue(t *testing.T) {
	t.Parallel()
	right := make(chan tally, 1)
	right <- tally{}
	t.Run("scenarios", func(t *testing.T) {
		for _, sc := range tcpdemo.Scenarios() {
			if sc.Name == "many" {
				continue
			}
			t.Run(sc.Name, func(t *testing.T) {
				t.Parallel()
				runs := max(4, seeds()/20)
				if sc.Name == "congestion" { // long: what lies 1024 segments behind is forgotten
					runs = 1
				}
				for seed := range runs {
					var rules []network.Rule
					if seed > 0 {
						rules = randomRules(t, rand.New(rand.NewPCG(seed, uint64(len(sc.Name)))))
					}
					r, _ := attempt(t, sc, seed, rules...)
					for _, tap := range taps {
						wired := r.At(tap)
						for _, frames := range [][]capture.Frame{reread(t, r, tap), identified(wired, reread(t, r, tap))} {
							found := checkOwn(t, sc.Name, seed, wired, frames)
							all := <-right
							for name, n := range found {
								all[name] += n
							}
							right <- all
						}
					}
				}
			})
		}
	})
	all := <-right
	t.Log(all)
	for _, name := range []string{tcpstate.FoundBytesSeen, tcpstate.FoundFillsGap, tcpstate.FoundHoleReported, tcpstate.FoundWindowExhausted, tcpstate.FoundWindowProbe, tcpstate.FoundDuplicateFrame} {
		if all[name] == 0 {
			t.Errorf("%s was never found, so nothing was tested", name)
		}
	}
}

// identified gives each packet on the wire an IP identification of its own, as
// most stacks do where this one leaves it 0: the copies of a packet share it.
func identified(wired, frames []capture.Frame) []capture.Frame {
	const ethernet, id, checksum = 14, 4, 10
	for i, f := range frames {
		if ip := f.Data[ethernet:]; len(ip) >= 20 && ip[0]>>4 == 4 {
			adjust(ip[checksum:checksum+2], binary.BigEndian.Uint16(ip[id:]), uint16(wired[i].Wire%0xffff+1))
			binary.BigEndian.PutUint16(ip[id:], uint16(wired[i].Wire%0xffff+1))
		}
	}
	return frames
}

// checkOwn compares the findings in a tap's trace with what its frames are.
func checkOwn(t *testing.T, scenario string, seed uint64, wired, frames []capture.Frame) tally {
	t.Helper()
	truth, found, passed := happened(frames), tally{}, map[uint64]bool{}
	for e, err := range analyze.Run(source(frames), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != trace.KindSegment {
			continue
		}
		names := map[string]bool{}
		for _, f := range e.Segment.Findings {
			names[f.Name] = true
			found[f.Name]++
		}
		is, wire := truth[e.Frame-1], wired[e.Frame-1].Wire
		if wrong := is.refutes(names, passed[wire], e.Segment); wrong != "" {
			t.Errorf("%s, seed %d, frame %d: %s; found %v", scenario, seed, e.Frame, wrong, slices.Sorted(maps.Keys(names)))
		}
		passed[wire] = true
	}
	return found
}

// refutes returns what findings say that is not so, or do not say that is so;
// empty if nothing.
func (f facts) refutes(names map[string]bool, copied bool, s *trace.Segment) string {
	named := names[tcpstate.FoundRetransmission] || names[tcpstate.FoundFastRetransmission] || names[tcpstate.FoundSpuriousRetransmission]
	switch {
	case names[tcpstate.FoundBytesSeen] && !f.again && !f.some:
		return "no octet of it was seen before"
	case names[tcpstate.FoundFillsGap] && (f.again || f.some):
		return "an octet of it was seen before"
	case f.again && names[tcpstate.FoundOutOfOrder] && !names[tcpstate.FoundBytesSeen] && !copied:
		return "all of it was seen before"
	case f.fills && !f.some && named && !names[tcpstate.FoundFillsGap]:
		return "nothing of it was seen before"
	case names[tcpstate.FoundDuplicateFrame] && !copied:
		return "it is another packet than the one before"
	}
	return ""
}
