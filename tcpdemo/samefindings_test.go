package tcpdemo_test

import (
	"maps"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// wires are what the wire does to lessons whose findings are compared.
var wires = []string{
	"", "loss 25%", "loss 10%", "delay 300ms", "delay 150ms 2nd any", "duplicate all any", "duplicate 2nd any", "swap 3,4",
	"drop 1st syn-ack", "drop 2nd any server→client", "corrupt 2nd any", "rate 1mbit",
}

// judged is what was found of a segment, by name, and whether it is a SYN,ACK.
type judged struct {
	names  map[string]bool
	synAck bool
}

func namesOf(s *trace.Segment) judged {
	names := map[string]bool{}
	for _, f := range s.Findings {
		names[f.Name] = true
	}
	return judged{names, s.Flags.Has(tcpstate.SYN | tcpstate.ACK)}
}

// What a lesson finds of a segment is what is found in the file of its sender's
// own tap: what has not come to a tap changes nothing there. Beyond Wireshark, it
// knows that nothing is missing, and whether a SYN,ACK with another number came to
// anybody. ACKs repeat what has come to the tap whose numbers it has: see
// TestLessonCountsAcksThatCome.
func TestLessonFindsWhatTheSendersFileHolds(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		if sc.Name == "many" || sc.Name == "congestion" { // long
			continue
		}
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for _, text := range wires {
				for seed := uint64(1); seed <= max(3, seeds()/10); seed++ {
					var rules []network.Rule
					if text != "" {
						rules = network.MustParseRules(text)
					}
					compareTaps(t, text, seed, bend(t, sc, seed, rules))
				}
			}
		})
	}
}

func compareTaps(t *testing.T, rule string, seed uint64, r *network.Recording) {
	t.Helper()
	file, told, fromClient := map[uint64]judged{}, map[uint64]judged{}, map[uint64]bool{}
	for _, tap := range taps {
		wired := r.At(tap)
		for e := range analyze.Run(source(reread(t, r, tap)), nil) {
			if e.Kind == trace.KindSegment && wired[e.Frame-1].Direction == capture.Outbound {
				file[wired[e.Frame-1].Wire] = namesOf(e.Segment)
			}
		}
	}
	for e := range events(r) {
		if e.Kind == trace.KindSegment {
			told[e.Wire] = namesOf(e.Segment)
		}
	}
	for wire, lesson := range told {
		if lesson.names[tcpstate.FoundLostSegment] || lesson.names[tcpstate.FoundAckLostSegment] {
			t.Errorf("%q, seed %d, segment %d: the lesson misses a segment, and saw them all", rule, seed, wire)
		}
	}
	lost := map[bool]uint64{} // by whether the client sends: the first that the numbered trace has not
	for e := range events(r) {
		if byClient := e.From.Role == trace.RoleClient; e.Kind == trace.KindSegment && e.Frame == 0 && lost[byClient] == 0 {
			lost[byClient] = e.Wire
		}
		if e.Kind == trace.KindSegment {
			fromClient[e.Wire] = e.From.Role == trace.RoleClient
		}
	}
	compared := 0
	for _, wire := range slices.Sorted(maps.Keys(file)) {
		lesson, own := told[wire], file[wire]
		compared++
		for _, name := range tcpstate.FindingNames() {
			if first := lost[fromClient[wire]]; (slices.Contains(ofAcks, name) || name == tcpstate.FoundSimultaneousOpen) && first != 0 && wire >= first {
				continue
			}
			if lesson.names[name] != own.names[name] && !(own.names[name] && knowsBetter(name, own)) {
				t.Errorf("%q, seed %d, segment %d: %s: %v in the lesson, %v in its sender's file", rule, seed, wire, name, lesson.names[name], own.names[name])
			}
		}
	}
	if compared == 0 {
		t.Errorf("%q, seed %d: nothing was compared", rule, seed)
	}
}

// ofAcks are the findings of what a segment acknowledges and offers, beside the one
// before it.
var ofAcks = []string{tcpstate.FoundDuplicateAck, tcpstate.FoundWindowUpdate, tcpstate.FoundKeepAliveAck, tcpstate.FoundZeroWindowProbeAck}

// An ACK that the wire dropped repeats nothing, and nothing repeats it: the sender of
// the data counts those that come (RFC 5681 §2), as its own trace has them.
func TestLessonCountsAcksThatCome(t *testing.T) {
	t.Parallel()
	counted := 0
	for _, sc := range tcpdemo.Scenarios() {
		if sc.Name == "old-duplicate" || sc.Name == "self-connect" || sc.Name == "many" { // one SYN more, no two ends, long
			continue
		}
		for _, rule := range []string{"drop 1st pure-ack server→client", "drop 2nd pure-ack server→client once", "drop every 3rd pure-ack server→client", "loss 10% server→client"} {
			r := bend(t, sc, 1, network.MustParseRules(rule))
			told, counts := map[int][]tcpstate.Finding{}, map[string]int{}
			for e := range events(r) {
				if e.Kind == trace.KindSegment && e.Frame != 0 {
					told[e.Frame] = ackFindings(e.Segment)
				}
				if e.Kind == trace.KindConnection {
					counts["lesson"] += e.Connection.Findings[tcpstate.FoundDuplicateAck]
				}
			}
			for e := range analyze.Run(source(reread(t, r, virtual.ClientTap)), nil) {
				if e.Kind == trace.KindConnection {
					counts["file"] += e.Connection.Findings[tcpstate.FoundDuplicateAck]
				}
				if e.Kind != trace.KindSegment {
					continue
				}
				file := ackFindings(e.Segment)
				counted += len(file)
				if !slices.Equal(told[e.Frame], file) {
					t.Errorf("%s, %q, frame %d: %v in the lesson, %v in its file", sc.Name, rule, e.Frame, told[e.Frame], file)
				}
			}
			if counts["lesson"] != counts["file"] {
				t.Errorf("%s, %q: duplicate ACKs: %v", sc.Name, rule, counts)
			}
		}
	}
	if counted == 0 {
		t.Error("there was nothing to find")
	}
}

func ackFindings(s *trace.Segment) (list []tcpstate.Finding) {
	for _, f := range s.Findings {
		if slices.Contains(ofAcks, f.Name) {
			list = append(list, f)
		}
	}
	return list
}

// knowsBetter reports whether a lesson may leave out what a file holds.
func knowsBetter(name string, own judged) bool {
	switch name {
	case tcpstate.FoundLostSegment, tcpstate.FoundAckLostSegment:
		return true
	case tcpstate.FoundReusedPorts:
		return own.synAck
	}
	return false
}

// A SYN,ACK that the wire lost has opened nothing: when the listener, which has
// forgotten it, answers with another number, no port is used again.
func TestLostSynAckOpensNothing(t *testing.T) {
	t.Parallel()
	numbers := map[tcpstate.Seq]bool{}
	for e := range events(bend(t, scenario(t, "backlog"), 1, network.MustParseRules("loss 25%"))) {
		if e.Kind != trace.KindSegment || e.Stream != 2 || !e.Segment.Flags.Has(tcpstate.SYN|tcpstate.ACK) {
			continue
		}
		numbers[e.Segment.Seq] = true
		if namesOf(e.Segment).names[tcpstate.FoundReusedPorts] {
			t.Errorf("frame %d: ports used again", e.Frame)
		}
	}
	if len(numbers) < 2 {
		t.Error("the listener answered with one number, so nothing was tested")
	}
}

func scenario(t *testing.T, name string) tcpdemo.Scenario {
	t.Helper()
	sc, ok := tcpdemo.Find(name)
	if !ok {
		t.Fatalf("no scenario %q", name)
	}
	return sc
}
