package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// bends are rules that bend lessons in many ways.
var bends = []string{
	"swap 6,7", "drop fin always", "drop rst always", "drop syn-ack twice", "drop syn always", "drop syn-ack always",
	"drop 1st fin client→server once", "drop 1st fin server→client once", "drop pure-ack always", "drop data always",
	"drop 1st data segment client→server once", "drop 1st segment server→client always",
	"duplicate 1st segment client→server", "duplicate 2nd data segment client→server", "swap 2,3",
	"delay 150ms", "delay 700ms", "cut from 0s", "cut 3s", "loss 30%", "corrupt 2nd segment client→server", "mtu 600",
}

// scene is what there was in a step of a performance.
type scene struct {
	lesson       string
	ends, begins map[string]tcpstate.State // by connection and party, as the step is over and as it begins
	moves        map[string]bool           // "FIN-WAIT-1 TIME-WAIT server": changes of state
	arrived      map[string]bool           // flags of segments that reached their receiver
	fates        map[trace.Fate]bool
	sent         int
	results      []string
	brought      map[trace.Role]int // octets read
}

// claims are what words of a lesson's sentences say of their step, in either
// language. They are read here from the words alone.
var claims = []struct {
	en, ko string
	true   func(s *scene) bool
}{
	{`straight to TIME-WAIT`, `바로 TIME-WAIT`, func(s *scene) bool { return s.moves["FIN-WAIT-1 TIME-WAIT client"] }},
	{`LISTEN straight to ESTABLISHED`, `LISTEN에서 바로 ESTABLISHED`, func(s *scene) bool { return s.moves["LISTEN ESTABLISHED server"] }},
	{`60 seconds .*TIME-WAIT|60 seconds pass`, `TIME-WAIT.*60초|60초가 지납니다`, func(s *scene) bool {
		return s.moves["TIME-WAIT CLOSED client"] || s.moves["TIME-WAIT CLOSED server"]
	}},
	{`on both sides$`, `양쪽에서 60초`, func(s *scene) bool {
		return !strings.Contains(s.lesson, "simultaneous-close") || s.moves["TIME-WAIT CLOSED client"] && s.moves["TIME-WAIT CLOSED server"]
	}},
	{`the server remembers for 60 s`, `서버는 60초 동안 기억`, func(s *scene) bool { return s.moves["TIME-WAIT CLOSED server"] }},
	{`^A connection is open|both (ends|sides) remember`, `연결이 열려|양쪽이 기억`, func(s *scene) bool { return s.alive("client") && s.alive("server") }},
	{`ESTABLISHED on both sides`, `양쪽이 ESTABLISHED`, func(s *scene) bool {
		return s.has("client", tcpstate.Established) && s.has("server", tcpstate.Established)
	}},
	{`only the client remembers`, `클라이언트만 기억`, func(s *scene) bool { return s.alive("client") && !s.alive("server") }},
	{`the clients have forgotten, the server has not`, `클라이언트는 잊었지만 서버는`, func(s *scene) bool { return !s.alive("client") && s.alive("server") }},
	{`three-way handshake`, `3-way 핸드셰이크`, func(s *scene) bool { return s.moves["SYN-RECEIVED ESTABLISHED server"] }},
	{`: four segments$`, `세그먼트 네 개$`, func(s *scene) bool { return s.sent == 4 }},
	{`: a RST$|gets a RST$`, `RST가 (나갑니다|돌아옵니다)$`, func(s *scene) bool { return s.arrived["RST"] }},
	{`The client closes, then the server`, `서버가 뒤따라 닫`, func(s *scene) bool { return s.arrived["FIN"] && s.moves["CLOSE-WAIT LAST-ACK server"] }},
	{`(second|ACK|SYN|") is lost`, `손실됩니다`, func(s *scene) bool { return s.fates[trace.Dropped] }},
	{`arrives twice`, `두 번 와도`, func(s *scene) bool { return s.fates[trace.Duplicated] }},
	{`is damaged`, `손상되어`, func(s *scene) bool { return s.fates[trace.Corrupted] }},
	{`sends it back$`, `되돌려줍니다$`, func(s *scene) bool { return s.brought[trace.RoleClient] == len("hello") }},
	{`^Refused after`, `만에 거절되었`, func(s *scene) bool { return slices.Contains(s.results, "connection refused") }},
}

// denied is what a sentence says that there was not.
var denied = regexp.MustCompile(`never in SYN-RECEIVED|SYN-RECEIVED를 거치지`)

// stateName finds the states that a sentence names (RFC 9293 §3.3.2).
var stateName = regexp.MustCompile(`SYN-SENT|SYN-RECEIVED|ESTABLISHED|FIN-WAIT-[12]|CLOSE-WAIT|CLOSING|LAST-ACK|TIME-WAIT`)

func (s *scene) has(role string, state tcpstate.State) bool {
	for key, is := range s.ends {
		if strings.HasSuffix(key, role) && is == state {
			return true
		}
	}
	return false
}

func (s *scene) alive(role string) bool {
	for key, is := range s.ends {
		if strings.HasSuffix(key, role) && is != tcpstate.Closed && is != tcpstate.Listen {
			return true
		}
	}
	return false
}

// named reports whether an end was in a state of that name at any time in s.
func (s *scene) named(state string) bool {
	for _, all := range []map[string]tcpstate.State{s.begins, s.ends} {
		for _, is := range all {
			if is.String() == state {
				return true
			}
		}
	}
	for move := range s.moves {
		if slices.Contains(strings.Fields(move)[:2], state) {
			return true
		}
	}
	return false
}

// scenes takes a performance apart into its steps.
func scenes(t *testing.T, p *performance, lesson string) []*scene {
	t.Helper()
	fresh := func(begins map[string]tcpstate.State) *scene {
		s := &scene{lesson, map[string]tcpstate.State{}, begins, map[string]bool{}, map[string]bool{}, map[trace.Fate]bool{}, 0, nil, map[trace.Role]int{}}
		for k, v := range begins {
			s.ends[k] = v
		}
		return s
	}
	s := fresh(map[string]tcpstate.State{})
	all := []*scene{s}
	for e, err := range p.events(vantageClient) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind { //nolint:exhaustive // the others are not claimed
		case trace.KindNote:
			if e.Note.Step {
				s = fresh(s.ends)
				all = append(all, s)
			}
		case trace.KindState:
			if e.State.Basis == tcpstate.Observed {
				s.ends[e.From.Addr.String()+" "+e.To.Addr.String()+" "+e.From.Role.String()] = e.State.To
				s.moves[fmt.Sprint(e.State.From, " ", e.State.To, " ", e.From.Role)] = true
			}
		case trace.KindArrival:
			for name, flag := range map[string]tcpstate.Flags{"RST": tcpstate.RST, "FIN": tcpstate.FIN} {
				s.arrived[name] = s.arrived[name] || e.Segment.Flags.Has(flag)
			}
		case trace.KindSegment:
			s.sent++
		case trace.KindVerdict:
			s.fates[e.Verdict.Fate] = true
		case trace.KindCall:
			s.results = append(s.results, e.Call.Result)
			if e.Call.Name == "read" {
				s.brought[e.From.Role] += e.Call.Bytes
			}
		}
	}
	return all
}

// Whatever a rule does to a lesson, no title and no sentence on its timeline says
// what the ends, the wire and the programs do not bear out, in either language.
func TestLessonsSayWhatHappened(t *testing.T) {
	t.Parallel()
	used := make([]bool, len(claims))
	for _, sc := range tcpdemo.Scenarios() {
		if sc.Fold {
			continue // thousands of segments
		}
		for _, rule := range append([]string{""}, bends...) {
			var rules []network.Rule
			if rule != "" {
				rules = network.MustParseRules(rule)
			}
			p, err := performScenario(t.Context(), sc, defaultSeed, rules)
			if err != nil {
				t.Fatalf("%s, %s: %v", sc.Name, rule, err)
			}
			all, step := scenes(t, p, sc.Name), 0
			for _, o := range p.recording.Observations {
				if o.Kind != trace.ObservedNote {
					continue
				}
				if o.Note.Step {
					step++
				}
				for _, text := range []string{o.Note.Text.En, o.Note.Text.Ko} {
					for i, c := range claims {
						if regexp.MustCompile(c.en).MatchString(text) || regexp.MustCompile(c.ko).MatchString(text) {
							used[i] = true
							if !c.true(all[step]) {
								t.Errorf("%s, %q, step %d: %q", sc.Name, rule, step, text)
							}
						}
					}
					for _, state := range stateName.FindAllString(denied.ReplaceAllString(text, ""), -1) {
						if !all[step].named(state) {
							t.Errorf("%s, %q, step %d: no end in %s: %q", sc.Name, rule, step, state, text)
						}
					}
				}
			}
			sumsUp(t, p, sc.Name+", "+rule)
		}
	}
	for i, c := range claims {
		if !used[i] {
			t.Errorf("no lesson says %q any more", c.en)
		}
	}
}

// sumsUp holds what is said of each connection at the end against what reached
// its ends, and against the states that they reported last.
func sumsUp(t *testing.T, p *performance, where string) {
	t.Helper()
	x := explain.New(explain.English)
	reset, gone, heard := map[int]bool{}, map[int]bool{}, map[int]map[trace.Role]bool{}
	last := map[int]map[trace.Role]tcpstate.State{}
	alive := func(stream int, r trace.Role) bool {
		s, ok := last[stream][r]
		return ok && s != tcpstate.Closed && s != tcpstate.Listen
	}
	for e, err := range p.events(vantageClient) {
		if err != nil {
			t.Fatal(err)
		}
		x.Observe(&e)
		if last[e.Stream] == nil {
			last[e.Stream], heard[e.Stream] = map[trace.Role]tcpstate.State{}, map[trace.Role]bool{}
		}
		switch e.Kind { //nolint:exhaustive // the others say nothing of an end
		case trace.KindArrival:
			reset[e.Stream] = reset[e.Stream] || e.Segment.Flags.Has(tcpstate.RST)
			if e.Segment.Flags.Has(tcpstate.FIN) {
				heard[e.Stream][e.From.Role] = true
			}
		case trace.KindState:
			_, again := last[e.Stream][e.From.Role] // a new connection of the same ports has no number yet
			if e.State.Basis == tcpstate.Observed && (!again || e.State.From != tcpstate.Closed) {
				last[e.Stream][e.From.Role] = e.State.To
				gone[e.Stream] = gone[e.Stream] || !alive(e.Stream, trace.RoleClient) && !alive(e.Stream, trace.RoleServer)
			}
		case trace.KindConnection:
			ending, at := x.Ending(e.Connection), last[e.Stream]
			client, server := alive(e.Stream, trace.RoleClient), alive(e.Stream, trace.RoleServer)
			is := true
			switch {
			case strings.HasPrefix(ending, "reset"):
				is = reset[e.Stream] && gone[e.Stream]
			case strings.HasPrefix(ending, "closed by both"):
				is = len(heard[e.Stream]) == 2 || e.Connection.Key.Client == e.Connection.Key.Server
			case strings.HasPrefix(ending, "half-closed"):
				is = len(heard[e.Stream]) == 1 && client && server
			case strings.Contains(ending, "the client still"):
				is = client && !server
			case strings.Contains(ending, "the server still"):
				is = server && !client
			case strings.Contains(ending, "not acknowledged"):
				is = client && server && (at[trace.RoleClient] == tcpstate.FinWait1 || at[trace.RoleServer] == tcpstate.FinWait1)
			case strings.HasPrefix(ending, "still open"):
				is = client && server
			}
			if !is {
				t.Errorf("%s: connection %d: %q; last states %v, FINs that came %v, RST %v", where, e.Stream+1, ending, at, heard[e.Stream], reset[e.Stream])
			}
		}
	}
}
