package tcpdemo_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// benders are rules that change what a lesson shows.
var benders = []string{
	"drop 1st syn", "drop syn twice", "drop 1st ack", "drop 1st pure-ack client→server", "drop 1st data segment once",
	"drop 1st fin", "drop 1st rst", "drop 1st any client→server twice", "drop 1st any server→client", "loss 30%",
	"duplicate 1st any", "delay 150ms 2nd any", "corrupt 2nd segment client→server", "swap 3,4",
}

// Whatever rules do to a lesson: what is said to refute a belief does so in the run
// that is shown. What happened is judged here by what the wire and the stacks have
// said, and not by what was looked for.
func TestRefutationsAreTrueOfBentLessons(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		if len(sc.Refutes) == 0 {
			continue
		}
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			shown := map[int]int{}
			for _, rule := range benders {
				for seed := range max(2, seeds()/20) {
					r := bend(t, sc, seed+1, network.MustParseRules(rule))
					all := told(t, r)
					for _, f := range refuted(t, r, sc.Refutes) {
						key := fmt.Sprintf("%s/%d", sc.Name, f.N)
						judge, see := judges[key], visible[key]
						switch {
						case judge == nil:
							t.Fatalf("belief %d: nobody judges it", f.N)
						case f.Shown():
							shown[f.N]++
							if wrong := judge(all, f.Events); wrong != "" {
								t.Errorf("%s, seed %d: belief %d: %s: %s", rule, seed+1, f.N, wrong, f.Why(f.Events).En)
								for i := range f.Events {
									t.Log(line(&f.Events[i]))
								}
							}
						case see != nil && see(all):
							t.Errorf("%s, seed %d: belief %d is refuted, and that is not said", rule, seed+1, f.N)
						}
					}
				}
			}
			for _, f := range sc.Refutes {
				if shown[f.N] == 0 {
					t.Errorf("belief %d was never refuted, so nothing was tested", f.N)
				}
			}
			t.Log(shown)
		})
	}
}

// told is all that happened in a recording.
func told(t *testing.T, r *network.Recording) (all evidence) {
	t.Helper()
	for e, err := range events(r) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Clone())
	}
	return all
}

// judges say what is wrong with the evidence against a belief, by scenario and
// number; empty if nothing.
var judges = map[string]func(all evidence, cited []trace.Event) string{
	"handshake/1": func(all evidence, c []trace.Event) string {
		return unless("accept was called", len(all.where(calls("accept"))) == 0)
	},
	"handshake/2": func(all evidence, c []trace.Event) string {
		return unless("the numbers are not those of one handshake",
			c[0].Segment.Seq != 0 && c[1].Segment.Seq != 0 && uint32(c[1].Segment.Ack) == uint32(c[0].Segment.Seq)+1)
	},
	"handshake/3": usesANumber, "echo/3": usesANumber, "close/3": usesANumber,
	"echo/16": func(all evidence, c []trace.Event) string {
		return unless("another port", strings.HasPrefix(c[0].Call.Args, "port 7,") && c[1].From.Addr.Port() == 7)
	},
	"echo/23": func(all evidence, c []trace.Event) string {
		got := all.octets(server, c[0].Stream, c[1].At)
		last := int(c[1].Segment.RelAck) - 1
		return unless("the byte acknowledged last is not the last that came", got[last] && !got[last+1] && last == int(c[0].Segment.RelSeq)+c[0].Segment.Len-1)
	},
	"close/4": func(all evidence, c []trace.Event) string {
		for _, s := range all.path(client, c[0].Stream) {
			if s == tcpstate.FinWait2 {
				return "the client was in FIN-WAIT-2"
			}
		}
		over := all.where(by(server), stream(c[0].Stream), becomes(tcpstate.Closed), caused(c[3].Wire))
		return unless("that ACK did not end the server's part", len(over) == 1)
	},
	"close-by-server/5": func(all evidence, c []trace.Event) string {
		waits := all.where(by(client), stream(c[0].Stream), becomes(tcpstate.TimeWait))
		return unless("the client has closed first, or waits too", len(waits) == 0 && c[0].At.Before(c[1].At))
	},
	"half-close/8": func(all evidence, c []trace.Event) string {
		closed := all.where(by(client), calls("close"), before(c[1].At))
		return unless("the client has closed", len(closed) == 0 && c[1].Call.Bytes > 0)
	},
	"simultaneous-open/15": noServer, "self-connect/15": noServer,
	"reset/9": func(all evidence, c []trace.Event) string {
		fins := all.where(sent, by(server), stream(c[0].Stream), flags(tcpstate.FIN))
		return unless("that close() has sent a FIN", len(fins) == 0 && c[0].At.Equal(c[1].At))
	},
	"reset/10": func(all evidence, c []trace.Event) string {
		fins := all.where(sent, by(client), stream(c[1].Stream), flags(tcpstate.FIN))
		return unless("it does not follow from SO_LINGER", len(fins) == 0 && c[1].At.Equal(c[2].At) && strings.Contains(c[0].Call.Args, "LINGER"))
	},
	"reset/12": func(all evidence, c []trace.Event) string {
		read := all.where(by(server), stream(c[0].Stream), calls("read"), func(e *trace.Event) bool { return e.Call.Bytes > 0 })
		return unless("they were read", len(read) == 0)
	},
	"refused/11": func(all evidence, c []trace.Event) string {
		came := all.where(arrived, wire(c[0].Wire))
		return unless("it is no answer at once", len(came) > 0 && came[0].At.Equal(c[1].At) && len(all.where(arrived, wire(c[1].Wire))) > 0)
	},
	"loss/12": func(all evidence, c []trace.Event) string {
		lost := all.where(sent, by(client), wire(c[1].Wire))
		return unless("something else was lost", len(lost) > 0 && string(lost[0].Segment.Payload) == "hello" && len(all.octets(server, c[0].Stream, c[1].At)) == 0)
	},
	"fast-retransmit/23": holdsLater, "reorder/23": holdsLater,
	"backoff/18": func(all evidence, c []trace.Event) string {
		for _, e := range c[:3] {
			if len(all.where(fate(trace.Dropped), wire(e.Wire), rule("cut 2s"))) == 0 {
				return "that one was not lost by the cut"
			}
		}
		got := all.octets(server, c[0].Stream, c[3].At)
		return unless("the connection does not go on", got[1] && all.last(client, c[0].Stream) == tcpstate.Established && all.last(server, c[0].Stream) == tcpstate.Established)
	},
	"keepalive/18": func(all evidence, c []trace.Event) string {
		switch {
		case since(&c[0]) < 15*time.Second || len(all.where(fate(trace.Dropped), wire(c[0].Wire), rule("cut from 15s"))) == 0:
			return "the cable was not out"
		case c[0].Segment.Len > 0 || c[0].Segment.RelSeq != 0:
			return "that is no probe"
		}
		return unless("more than the side that asked gave up", c[1].State.Cause.Name == "keepalive" && all.last(server, c[0].Stream) == tcpstate.Established)
	},
	"keepalive/19": func(all evidence, c []trace.Event) string {
		came := all.where(arrived, wire(c[0].Wire))
		used := all.where(func(e *trace.Event) bool {
			return e.Kind == trace.KindCall && e.Call.Bytes > 0 && !e.At.Before(c[0].At) && !e.At.After(c[1].At)
		})
		return unless("the one does not answer the other", len(came) > 0 && came[0].At.Equal(c[1].At) && len(used) == 0)
	},
	"zero-window/28": func(all evidence, c []trace.Event) string {
		came := all.where(arrived, wire(c[0].Wire)).firstTime()
		for _, e := range all.where(sent, by(client), data, before(c[1].At)) {
			if e.At.After(came) && e.Segment.Len > 1 {
				return "not only probes went out"
			}
		}
		read := 0
		for _, e := range all.where(by(server), calls("read")) {
			if !e.At.After(c[2].At) {
				read += e.Call.Bytes
			}
		}
		return unless("the rest was not read", c[0].Segment.Window == 0 && read == 3000)
	},
	"nagle/21": func(all evidence, c []trace.Event) string {
		came := all.where(arrived, wire(c[2].Wire)).firstTime()
		early := all.where(sent, by(client), data, before(came), func(e *trace.Event) bool {
			return !e.At.Before(c[0].At) && e.Segment.RelSeq >= c[3].Segment.RelSeq
		})
		wrote := all.where(by(client), calls("write"), before(came), func(e *trace.Event) bool { return !e.At.Before(c[0].At) })
		return unless("it was not held back", len(early) == 0 && !c[3].At.Before(came) && len(wrote) >= 2)
	},
	"framing/20": func(all evidence, c []trace.Event) string {
		var wrote string
		for _, e := range c[:3] {
			s, _ := strconv.Unquote(e.Call.Args)
			wrote += s
		}
		read, _ := strconv.Unquote(c[3].Call.Args)
		return unless("other bytes were read", read == wrote && read != "")
	},
	"mss/24": func(all evidence, c []trace.Event) string {
		for _, e := range all.where(sent, data) {
			if most := map[trace.Role]int{client: serverTakes, server: clientTakes}[e.From.Role]; e.Segment.Len > most {
				return "an MSS did not hold"
			}
		}
		return unless("other numbers", c[0].Segment.Options.MSS == clientTakes && c[1].Segment.Options.MSS == serverTakes)
	},
	"mss/25": func(all evidence, c []trace.Event) string {
		const timestamps = 12
		return unless("it is not full", c[1].From.Role == server && c[1].Segment.Len+timestamps == clientTakes)
	},
	"window-scale/27": func(all evidence, c []trace.Event) string {
		syns := all.where(sent, flags(tcpstate.SYN), by(c[0].From.Role))
		if len(syns) > 0 && c[0].Segment.Window == syns[0].Segment.Window {
			return "it is the window of its SYN, in bytes"
		}
		return unless("another scale", len(syns) > 0 && uint32(c[0].Segment.Window)<<syns[0].Segment.Options.Scale == c[0].Segment.ScaledWindow)
	},
	"backlog/1": func(all evidence, c []trace.Event) string {
		accepted := all.where(by(server), stream(c[0].Stream), calls("accept")).firstTime()
		return unless("accept was called before", accepted.After(c[0].At))
	},
	"backlog/13": func(all evidence, c []trace.Event) string {
		waiting := len(all.where(by(server), becomes(tcpstate.Established), before(c[0].At))) - len(all.where(calls("accept"), before(c[0].At)))
		answers := all.where(sent, by(server), stream(c[0].Stream), before(c[1].At))
		return unless("the queue was not full, or there was an answer",
			waiting == 2 && len(answers) == 0 && c[1].Segment.Flags.Has(tcpstate.SYN) && c[1].At.After(c[0].At))
	},
	"close-wait/7": func(all evidence, c []trace.Event) string {
		return unless("it was closed", all.last(server, c[0].Stream) == tcpstate.CloseWait)
	},
	"old-duplicate/14": func(all evidence, c []trace.Event) string {
		undone := all.where(by(server), becomes(tcpstate.Listen), caused(c[2].Wire))
		return unless("that RST has ended nothing", len(undone) == 1 && c[0].At.Before(c[2].At))
	},
}

// visible say whether a run refutes a belief, of those that are easy to see.
var visible = map[string]func(all evidence) bool{
	"reset/9": func(all evidence) bool {
		for _, e := range all.where(by(server), calls("close"), func(e *trace.Event) bool { return e.Stream >= 0 }) {
			at := func(r *trace.Event) bool { return r.At.Equal(e.At) }
			came := all.where(arrived, by(client), stream(e.Stream), at)
			if len(came) == 0 && len(all.where(sent, by(server), stream(e.Stream), flags(tcpstate.RST), at)) > 0 {
				return true
			}
		}
		return false
	},
	"keepalive/18": func(all evidence) bool {
		return len(all.where(fate(trace.Dropped), by(client), rule("cut from 15s"))) > 0 &&
			len(all.where(by(client), becomes(tcpstate.Closed), func(e *trace.Event) bool { return e.State.Cause.Name == "keepalive" })) > 0 &&
			len(all.where(by(server), becomes(tcpstate.Closed))) == 0
	},
	"backlog/13": func(all evidence) bool { return len(all.where(fate(trace.Discarded))) > 0 },
}

// What the ends of the lesson on the MSS announce.
const clientTakes, serverTakes = 1000, 400

func usesANumber(all evidence, c []trace.Event) string {
	came := all.where(arrived, wire(c[0].Wire)).firstTime()
	return unless("that is not what was acknowledged",
		c[0].Segment.Len == 0 && c[1].Segment.RelAck == c[0].Segment.RelSeq+1 && !came.After(c[1].At) && c[0].Stream == c[1].Stream)
}

func noServer(all evidence, c []trace.Event) string {
	if len(c) == 2 && c[0].From.Role == c[1].From.Role {
		return "one end only"
	}
	return unless("somebody listens", len(all.where(becomes(tcpstate.Listen))) == 0)
}

func holdsLater(all evidence, c []trace.Event) string {
	got, missing := all.octets(server, c[1].Stream, c[1].At), int(c[1].Segment.RelAck)
	for n := range got {
		if n > missing && !got[missing] {
			return ""
		}
	}
	return "the server holds nothing out of order"
}

// octets are the numbers of those that have reached one end of a connection whole,
// until then.
func (all evidence) octets(at trace.Role, n int, until time.Time) map[int]bool {
	got := map[int]bool{}
	for _, e := range all.where(arrived, stream(n), func(e *trace.Event) bool { return e.To.Role == at && !e.At.After(until) && !e.Segment.Damaged }) {
		for i := range e.Segment.Len {
			got[int(e.Segment.RelSeq)+i] = true
		}
	}
	return got
}

// firstTime is when the first of these was; long after any lesson if there is none.
func (all evidence) firstTime() time.Time {
	if len(all) == 0 {
		return time.Unix(1<<40, 0)
	}
	return all[0].At
}

func unless(wrong string, so bool) string {
	if so {
		return ""
	}
	return wrong
}

func calls(name string) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Kind == trace.KindCall && e.Call.Name == name }
}

func before(t time.Time) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.At.Before(t) }
}

func wire(n uint64) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Wire == n }
}

func rule(text string) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Kind == trace.KindVerdict && e.Verdict.Rule == text }
}

// caused are changes of state that the arrival of a frame has caused.
func caused(by uint64) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Kind == trace.KindState && e.State.Cause.Wire == by }
}
