package tcpdemo_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// troubled are the scenarios that are run on a wire with random rules.
var troubled = []string{"handshake", "echo", "close", "close-by-server", "half-close", "simultaneous-open", "simultaneous-close"}

// randomRules returns up to four rules that do what chance says to the first
// segments of a connection.
func randomRules(t testing.TB, rng *rand.Rand) []network.Rule {
	t.Helper()
	rules := make([]network.Rule, 0, 4)
	for range 1 + rng.IntN(4) {
		text := randomRule(rng)
		r, err := network.ParseRule(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		rules = append(rules, r)
	}
	return rules
}

func randomRule(rng *rand.Rand) string {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	way := pick("client→server", "server→client", "client→server", "server→client", "both")
	target := func() string {
		which := pick("all", "every 2nd", "every 3rd")
		if rng.IntN(4) > 0 {
			which = fmt.Sprint(1+rng.IntN(6), pick("", "", "-", "-8"))
		}
		which = strings.ReplaceAll(which, " ", "")
		kind := pick("data", "syn", "syn-ack", "ack", "pure-ack", "fin", "rst", "psh", "any", "any", "any")
		return strings.Join([]string{spread(which), kind, way, pick("once", "twice", "always", "")}, " ")
	}
	switch pick("drop", "drop", "drop", "duplicate", "duplicate", "corrupt", "delay", "delay", "swap", "cut", "loss", "rate", "mtu") {
	case "drop":
		return "drop " + target()
	case "duplicate":
		return "duplicate " + target()
	case "corrupt":
		return "corrupt " + target()
	case "delay":
		return fmt.Sprintf("delay %dms %s", 1+rng.IntN(900), target())
	case "swap":
		first := 1 + rng.IntN(5)
		return fmt.Sprintf("swap %d,%d %s %s", first, first+1+rng.IntN(3), pick("any", "any", "data", "ack"), way)
	case "cut":
		from := rng.IntN(1000)
		return fmt.Sprintf("cut from %dms until %dms", from, from+1+rng.IntN(3000))
	case "loss":
		return fmt.Sprintf("loss %d%% %s", 1+rng.IntN(60), way)
	case "rate":
		return fmt.Sprintf("rate %dkbit %s", 5+rng.IntN(200), way)
	}
	return fmt.Sprintf("mtu %d", 68+rng.IntN(200))
}

// spread puts the space back that "every 2nd" needs.
func spread(which string) string { return strings.Replace(which, "every", "every ", 1) }

// checkTrouble runs a scenario on a wire with random rules. Whatever the rules,
// the run ends, and the stacks stay on the figure. Its program may fail.
func checkTrouble(t *testing.T, name string, seed uint64, rules []network.Rule) *network.Recording {
	t.Helper()
	sc, ok := tcpdemo.Find(name)
	if !ok {
		t.Fatalf("no scenario %q", name)
	}
	r, _ := attempt(t, sc, seed, rules...)
	if edgesTaken(t, name, r); t.Failed() {
		t.Fatalf("%s, seed %d, rules %v", name, seed, texts(rules))
	}
	const most = 5000 // the scenarios send a few dozen
	if len(r.Frames) > most {
		t.Fatalf("%s, seed %d, rules %v: %d frames", name, seed, texts(rules), len(r.Frames))
	}
	return r
}

// ackOutOfTurn reports whether an end in FIN-WAIT-1 got the ACK of its FIN in a
// segment that lies beyond a hole, and did not take it. RFC 9293 §3.10.7.4 takes
// segments in turn, and so does this stack; but most take the ACK at once, and
// the observer has it so.
func ackOutOfTurn(r *network.Recording) bool {
	found := false
	for s, life := range reported(r) {
		for i, m := range life {
			if m.to != tcpstate.FinWait1 {
				continue
			}
			until := m.at.Add(time.Hour)
			if i+1 < len(life) {
				until = life[i+1].at
			}
			found = found || holeAcked(r, s, m.at, until)
		}
	}
	return found
}

// holeAcked reports whether, while a side was in FIN-WAIT-1, a segment reached it
// that lies beyond all that it had acknowledged, and acknowledges its FIN.
func holeAcked(r *network.Recording, s side, from, until time.Time) bool {
	decoder := decode.Decoder{VerifyChecksums: true}
	var p decode.Packet
	var rcvNxt, fin tcpstate.Seq
	for _, f := range r.Frames {
		decoder.Decode(&f, &p)
		seg := &p.Segment
		switch {
		case !p.TCP || f.Time.After(until):
		case f.Direction == capture.Outbound && seg.Src == s.local && seg.Dst == s.remote:
			rcvNxt = seg.Ack
			if seg.Flags.Has(tcpstate.FIN) {
				fin = seg.End()
			}
		case f.Direction == capture.Inbound && seg.Src == s.remote && seg.Dst == s.local && !f.Time.Before(from):
			if seg.Checksum == tcpstate.Valid && seg.Ack == fin && seg.Seq.After(rcvNxt) {
				return true
			}
		}
	}
	return false
}

func texts(rules []network.Rule) []string {
	var all []string
	for _, r := range rules {
		all = append(all, r.Text)
	}
	return all
}

// However bad the wire, both taps together tell what the stacks did, one tap
// claims nothing that did not happen, and nothing is contradicted.
func TestTroubledWires(t *testing.T) {
	t.Parallel()
	for _, name := range troubled {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipped, runs := 0, seeds()*10
			defer func() { t.Logf("%d of %d runs were left out", skipped, runs) }()
			for seed := range runs {
				rules := randomRules(t, rand.New(rand.NewPCG(seed, 7)))
				r := checkTrouble(t, name, seed, rules)
				if ackOutOfTurn(r) {
					skipped++
					continue
				}
				checkBothTaps(t, seed, r, func(move) {})
				for _, tap := range taps {
					checkOneTap(t, seed, r, tap)
				}
				checkContradictions(t, seed, r)
				if t.Failed() {
					t.Fatalf("seed %d, rules %q", seed, texts(rules))
				}
			}
		})
	}
}

// checkContradictions holds that what the segments prove is what the stacks
// report. The exception is a stack's own abort: see aborted.
func checkContradictions(t *testing.T, seed uint64, r *network.Recording) {
	t.Helper()
	states := 0
	for e, err := range events(r) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != trace.KindState {
			continue
		}
		states++
		if e.State.Contradicted && !selfAbort(e.State.From, e.State.To, e.State.Cause) {
			t.Errorf("seed %d: %s", seed, line(&e))
		}
	}
	if states == 0 {
		t.Errorf("seed %d: nobody's state changed", seed)
	}
}

func FuzzRules(f *testing.F) {
	for i, name := range troubled {
		f.Add(uint64(i), uint64(len(name)), byte(i))
	}
	f.Fuzz(func(t *testing.T, seed, chance uint64, which byte) {
		rng := rand.New(rand.NewPCG(seed, chance))
		checkTrouble(t, troubled[int(which)%len(troubled)], seed, randomRules(t, rng))
	})
}
