package tcpdemo_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// The same seed gives the same trace files, byte for byte, and the same
// observations.
func TestRunsRepeat(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds() {
				one, two := perform(t, sc.Name, seed), perform(t, sc.Name, seed)
				for i := range max(len(one.Observations), len(two.Observations)) {
					a, b := observation(one, i), observation(two, i)
					if !reflect.DeepEqual(a, b) {
						t.Fatalf("seed %d, observation %d: %s, and %s when run again", seed, i, spell(a), spell(b))
					}
				}
				for _, tap := range taps {
					if !bytes.Equal(traceFile(t, one, tap), traceFile(t, two, tap)) {
						t.Fatalf("seed %d: two runs write different traces at the %s", seed, tap)
					}
				}
				if len(one.Frames) > long && seed+1 >= seeds()/2 {
					break
				}
			}
		})
	}
}

// long is how many frames make a run that is tried on half of the seeds.
const long = 1000

// observation returns the i-th observation, nil beyond the last.
func observation(r *network.Recording, i int) *trace.Observation {
	if i >= len(r.Observations) {
		return nil
	}
	return &r.Observations[i]
}

// spell writes an observation with what it points to.
func spell(o *trace.Observation) string {
	switch {
	case o == nil:
		return "nothing"
	case o.Memory != nil:
		return fmt.Sprintf("%+v %+v", *o, *o.Memory)
	case o.Verdict != nil:
		return fmt.Sprintf("%+v %+v", *o, *o.Verdict)
	case o.Call != nil:
		return fmt.Sprintf("%+v %+v", *o, *o.Call)
	case o.Note != nil:
		return fmt.Sprintf("%+v %+v", *o, *o.Note)
	}
	return fmt.Sprintf("%+v", *o)
}

// firstEphemeral is the lowest port that the virtual network's stacks choose.
const firstEphemeral = 16000

// Another seed gives other initial sequence numbers, and other ports where the
// stack chooses them.
func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			isn := map[tcpstate.Seq]uint64{}
			port := map[uint16]bool{}
			chosen := uint64(0) // seeds whose first connection is from a chosen port
			for seed := range seeds() {
				opening := syns(t, perform(t, sc.Name, seed))
				if len(opening) == 0 {
					t.Fatalf("seed %d: nobody sent a SYN", seed)
				}
				for _, s := range opening {
					if other, seen := isn[s.Seq]; seen && other != seed {
						t.Errorf("seeds %d and %d: %v begins with the same number %d", other, seed, s.Src, s.Seq)
					}
					isn[s.Seq] = seed
				}
				if p := opening[0].Src.Port(); p >= firstEphemeral {
					port[p] = true
					chosen++
				}
			}
			// Two of many seeds may meet in a port by chance.
			if uint64(len(port))*10 < chosen*9 {
				t.Errorf("%d seeds chose %d ports", chosen, len(port))
			}
		})
	}
}

// syns returns the first SYN that each end sent for each connection, as its own
// host's tap saw it leave.
func syns(t *testing.T, r *network.Recording) []tcpstate.Segment {
	t.Helper()
	type opening struct {
		src, dst netip.AddrPort
		seq      tcpstate.Seq
	}
	seen := map[opening]bool{}
	var all []tcpstate.Segment
	var d decode.Decoder
	var p decode.Packet
	for _, f := range r.Frames {
		if f.Direction != capture.Outbound {
			continue
		}
		d.Decode(&f, &p)
		o := opening{p.Segment.Src, p.Segment.Dst, p.Segment.Seq}
		if p.TCP && p.Segment.Flags.Has(tcpstate.SYN) && !seen[o] {
			seen[o] = true
			all = append(all, p.Segment)
		}
	}
	return all
}
