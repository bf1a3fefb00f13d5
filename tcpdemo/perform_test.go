package tcpdemo_test

import (
	"bytes"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// perform runs a scenario on the virtual network and returns what happened. The
// test fails if the scenario's program does.
func perform(t testing.TB, name string, seed uint64, rules ...network.Rule) *network.Recording {
	t.Helper()
	sc, ok := tcpdemo.Find(name)
	if !ok {
		t.Fatalf("no scenario %q", name)
	}
	return enact(t, sc, seed, rules...)
}

// enact is perform for a scenario that no table holds.
func enact(t testing.TB, sc tcpdemo.Scenario, seed uint64, rules ...network.Rule) *network.Recording {
	t.Helper()
	r, failure := attempt(t, sc, seed, rules...)
	if failure != nil {
		t.Errorf("scenario %s, seed %d: %v", sc.Name, seed, failure)
	}
	return r
}

// attempt is perform for a wire on which the program may fail; it returns that
// error beside what happened.
func attempt(t testing.TB, sc tcpdemo.Scenario, seed uint64, rules ...network.Rule) (*network.Recording, error) {
	t.Helper()
	return stage(t, sc, seed, false, rules)
}

// bend runs a scenario on a wire on which rules of the user's act beside its own,
// as tcp demo --rule does: it goes on as far as it can.
func bend(t testing.TB, sc tcpdemo.Scenario, seed uint64, rules []network.Rule) *network.Recording {
	t.Helper()
	r, _ := stage(t, sc, seed, true, rules) // where it stopped is the rules' doing
	return r
}

func stage(t testing.TB, sc tcpdemo.Scenario, seed uint64, bent bool, rules []network.Rule) (*network.Recording, error) {
	t.Helper()
	c := sc.Network
	c.Seed, c.Rules = seed, append(slices.Clone(c.Rules), rules...)
	n, err := virtual.New(virtual.Config{
		Seed: c.Seed, Client: virtual.HostConfig(c.Client), Server: virtual.HostConfig(c.Server), Rules: c.Rules,
		Delay: c.Delay, Link: c.Link, Start: c.Start, ARP: c.ARP, Samples: c.Samples, Cooperative: c.Cooperative,
		NoDiary: sc.Fold, // as tcp demo has it
	})
	if err != nil {
		t.Fatal(err)
	}
	lab := &tcpdemo.Lab{
		Clock: n, Client: n.Client(), Server: n.Server(), Ctx: t.Context(),
		Report: n.Report, Reboot: n.Server().Restart, Bent: bent,
		Inject: func(toward network.Direction, frame []byte) error {
			to := n.Server()
			if toward == network.ServerToClient {
				to = n.Client()
			}
			return n.Inject(to, frame)
		},
	}
	failure := fmt.Errorf("it had not ended after %v of the network's time", sc.Within())
	n.Go(func() { failure = sc.Run(lab) })
	_ = n.Run(sc.Within()) // timers that are still running are part of the picture
	n.ReportMemory()
	r := n.Recording()
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	return r, failure
}

// seeds is how many seeds the properties of every scenario are tried on.
func seeds() uint64 {
	if os.Getenv("STATELAB_SOAK") != "" {
		return 200
	}
	return 5
}

// taps are the vantage points of a recording.
var taps = []string{virtual.ClientTap, virtual.ServerTap}

// traceFile writes one tap's trace file, as tcp demo -w does.
func traceFile(t testing.TB, r *network.Recording, vantage string) []byte {
	t.Helper()
	r.Number(vantage)
	var file bytes.Buffer
	told := func() render.Events { return events(r) }
	if err := render.Annotated(&file, r.At(vantage), told, explain.English, pcapfile.WriterOptions{
		Link: capture.LinkEthernet, Interface: vantage, Comment: "tcp demo",
	}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

var roles = map[netip.Addr]trace.Participant{
	virtual.ClientAddr: {Role: trace.RoleClient},
	virtual.ServerAddr: {Role: trace.RoleServer},
}

// events tells a recording.
func events(r *network.Recording) iter.Seq2[trace.Event, error] {
	return analyze.Options{Roles: roles, Exact: true, VerifyChecksums: true}.Run(
		func(yield func(capture.Frame, error) bool) {
			for _, f := range r.Frames {
				if !yield(f, nil) {
					return
				}
			}
		},
		slices.Values(r.Observations))
}

// line is one event in short, for logs.
func line(e *trace.Event) string {
	s := fmt.Sprintf("%12v %-10s f%-3d w%-3d s%-2d %s>%s ", e.At.Sub(virtual.DefaultStart), e.Kind, e.Frame, e.Wire, e.Stream, e.From.Name(), e.To.Name())
	switch e.Kind {
	case trace.KindSegment, trace.KindArrival:
		s += fmt.Sprintf("flags %03x seq %d ack %d len %d win %d %v", uint16(e.Segment.Flags), e.Segment.RelSeq, e.Segment.RelAck, e.Segment.Len, e.Segment.ScaledWindow, e.Segment.Findings)
	case trace.KindState:
		s += fmt.Sprintf("%v → %v (%v)", e.State.From, e.State.To, e.State.Cause)
		if e.State.Contradicted {
			s += " CONTRADICTED"
		}
		if e.State.Edge == nil {
			s += " OFF THE FIGURE"
		}
	case trace.KindVerdict:
		s += fmt.Sprintf("%v %q", e.Verdict.Fate, e.Verdict.Rule)
	case trace.KindCall:
		s += fmt.Sprintf("%s %s → %s", e.Call.Name, e.Call.Args, e.Call.Result)
	case trace.KindNote:
		s += e.Note.Text.En
	case trace.KindMemory:
		s += fmt.Sprintf("%d B", e.Memory.Bytes(trace.MemoryConnection))
	case trace.KindConnection:
		s += fmt.Sprintf("%v %v %v", e.Connection.History, e.Connection.Ending, e.Connection.Findings)
	case trace.KindMessage, trace.KindOther, trace.KindGap, trace.KindTotals:
	}
	return s
}

// Every scenario does what its program expects, on five seeds; -v shows its
// timeline.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) {
				r := perform(t, sc.Name, seed)
				for e, err := range events(r) {
					if err != nil {
						t.Fatal(err)
					}
					if seed == 1 {
						t.Log(line(&e))
					}
				}
			}
		})
	}
}
