package main

import (
	"maps"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/ladder"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/httpdemo/session"
	"statelab/tcpdemo/network"
)

// TestMemoryIsOfTheStates: wherever a lesson tells what a party remembers of its
// connections, there are as many control blocks in each state as the changes of
// state until then have left.
func TestMemoryIsOfTheStates(t *testing.T) {
	t.Parallel()
	for _, l := range httpdemo.Lessons() {
		if l.Run == nil {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			seeds := []uint64{1234}
			if os.Getenv("STATELAB_SOAK") != "" {
				seeds = []uint64{1, 7, 1234}
			}
			for _, seed := range seeds {
				p, err := performLesson(t.Context(), l, seed, nil)
				if err != nil {
					t.Fatal(err)
				}
				told := 0
				live := map[trace.Participant]map[trace.Conn]tcpstate.State{}
				for e, err := range p.events(vantageClient) {
					if err != nil {
						t.Fatal(err)
					}
					who := unaddressed(e.From)
					switch e.Kind {
					case trace.KindState:
						if live[who] == nil {
							live[who] = map[trace.Conn]tcpstate.State{}
						}
						c := trace.Conn{Local: e.From.Addr, Remote: e.To.Addr}
						if live[who][c] = e.State.To; e.State.To == tcpstate.Closed || e.State.To == tcpstate.Listen {
							delete(live[who], c)
						}
					case trace.KindMemory:
						told++
						want := map[string]int{}
						for _, s := range live[who] {
							want[s.String()]++
						}
						if got := blocksByState(t, e.Memory); !maps.Equal(got, want) {
							t.Errorf("seed %d, %s: %s remembers blocks %v, its connections are %v", seed, e.At.Format("15:04:05.000"), who.Name(), got, want)
						}
					default:
					}
				}
				if told == 0 {
					t.Error("nobody told what it remembers")
				}
			}
		})
	}
}

// What happens after a lesson's last step is no part of it: parties that remember
// connections then do so in that step's line of the ledger, and closing them is a step
// of its own, with and without rules of the user's.
func TestLessonEndsInAStepOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"", "delay 300ms", "drop fin always"} {
		var rules []network.Rule
		if rule != "" {
			rules = network.MustParseRules(rule)
		}
		for _, l := range httpdemo.Lessons() {
			if l.Run == nil || rule != "" && l.Name != "keep-alive" && l.Name != "stateless" {
				continue
			}
			t.Run(l.Name+" "+rule, func(t *testing.T) {
				t.Parallel()
				p, err := performLesson(t.Context(), l, defaultSeed, rules)
				if err != nil {
					t.Fatal(err)
				}
				ledger, err := render.ReadLedger(l.Title, p.events(vantageClient), render.Options{})
				if err != nil {
					t.Fatal(err)
				}
				last, before := ledger.Steps[len(ledger.Steps)-1], ledger.Steps[len(ledger.Steps)-2]
				if n := connectionBytes(last); n != 0 {
					t.Errorf("at the end, %d bytes of connections", n)
				}
				if over := last.Title == lessonPast; over != (l.Name != "stateless" || rule == "drop fin always") {
					t.Errorf("its last step: %s", last.Title.En)
				} else if over && connectionBytes(before) == 0 {
					t.Errorf("nothing was left open, and it is a step to close that")
				}
			})
		}
	}
}

// connectionBytes is what everybody remembered of connections when a step ended.
func connectionBytes(s ladder.Step) (n int) {
	for _, h := range s.Holdings {
		n += h.Sizes[0]
	}
	return n
}

// blocksByState counts the control blocks of a memory, and holds that each counts
// as much as its state has fields.
func blocksByState(t *testing.T, m *trace.Memory) map[string]int {
	t.Helper()
	const whole, half = 65, 21 // of a synchronized connection; of one that has both initial sequence numbers
	n := map[string]int{}
	count := func(e trace.Entry, blocks, size int) {
		n[e.Value] += blocks
		least := whole
		if e.Value == tcpstate.SynSent.String() || e.Value == tcpstate.SynReceived.String() {
			least = half - 4
		}
		if size < blocks*least || least == whole && size != blocks*whole {
			t.Errorf("%d blocks in %s have %d bytes", blocks, e.Value, size)
		}
	}
	for _, e := range m.Entries {
		if e.Kind != trace.MemoryConnection {
			continue
		}
		many, isMany := strings.CutSuffix(e.Name, " TCBs")
		switch {
		case isMany:
			blocks, err := strconv.Atoi(many)
			if err != nil {
				t.Fatal(err)
			}
			count(e, blocks, e.Bytes)
		case strings.HasPrefix(e.Name, trace.BlockName):
			count(e, 1, e.Bytes)
		case e.Name == "state":
			count(e, 1, m.Bytes(trace.MemoryConnection))
		}
	}
	return n
}

// TestMemoryIsToldAtOnce: where a store or a cookie jar has changed, what its party
// remembers is told at that moment, and not when the lesson comes to its next step.
func TestMemoryIsToldAtOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"session", "cart", "transfer", "flask", "token", "theft"} {
		l, ok := httpdemo.Find(name)
		if !ok {
			t.Fatalf("no lesson %s", name)
		}
		p := performed(t, l)
		type moment struct {
			who trace.Participant
			at  time.Time
		}
		changed, told := map[moment]string{}, map[moment]bool{}
		for e, err := range p.events(vantageClient) {
			if err != nil {
				t.Fatal(err)
			}
			switch e.Kind {
			case trace.KindMemory:
				told[moment{unaddressed(e.From), e.At}] = true
			case trace.KindStore: // of what the bank writes, nothing may remain: it can be rolled back
				if a := e.Access; a.Outcome == trace.StoreDone && !strings.HasPrefix(a.Store, "bank") && (a.Op == trace.StoreWrite || a.Op == trace.StoreDelete) {
					changed[moment{unaddressed(e.From), e.At}] = a.Op + " " + a.Key
				}
			case trace.KindMessage:
				if set := e.Message.SetCookies(); len(set) > 0 {
					changed[moment{unaddressed(e.To), e.At}] = "Set-Cookie " + set[0].Name
				}
			default:
			}
		}
		for m, what := range changed {
			if !told[m] {
				t.Errorf("%s, %s: %s: nothing is told of what %s remembers", name, m.at.Format("15:04:05.000"), what, m.who.Name())
			}
		}
		if len(changed) == 0 {
			t.Errorf("%s: nobody's memory changes", name)
		}
	}
}

// TestKeptIn: in this process's memory no lesson fills another's store; elsewhere there
// is the one store that was named.
func TestKeptIn(t *testing.T) {
	t.Parallel()
	kept := session.NewMemory(session.MemoryOptions{})
	for url, shared := range map[string]bool{"memory:": false, "sqlite:sessions.db": true, "rediss://host": true} {
		var s httpdemo.Services
		keepIn(&s, url, kept)
		if (s.Store != nil) != shared || s.StoreName == "" {
			t.Errorf("%s: %+v", url, s.Store)
		}
	}
}
