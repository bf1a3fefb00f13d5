package main

import (
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// disorders are rules that make ends answer what comes twice, late or to nobody.
var disorders = []string{
	"duplicate any", "duplicate fin", "duplicate rst", "duplicate syn", "duplicate pure-ack", "duplicate syn-ack",
	"swap 4,5 client→server", "swap 4,5 server→client", "swap 2,3 server→client", "swap 3,4 client→server",
	"delay 5s 1st pure-ack client→server", "delay 5s 1st pure-ack server→client", "delay 3s 1st data segment client→server",
	"delay 3s 1st data segment server→client", "drop rst once", "drop 1st pure-ack server→client once",
}

// answers are what a sentence says that a segment answers, by the words: what came
// last to its sender, as it was sent.
var answers = []struct {
	says *regexp.Regexp
	true func(last *trace.Event, frame int, sentence []string) bool
}{
	{regexp.MustCompile(`once more \(frame (\d+)\)`), func(last *trace.Event, frame int, said []string) bool {
		return last != nil && last.Segment.SegLen() > 0 && strconv.Itoa(frame) == said[1]
	}},
	{regexp.MustCompile(`answers an older ACK of the \w+, frame (\d+)|answers frame (\d+), which has come late`), func(last *trace.Event, frame int, said []string) bool {
		return last != nil && (last.Segment.SegLen() == 0 || said[2] != "") && !last.Segment.Flags.Has(tcpstate.RST) && slices.Contains(said[1:], strconv.Itoa(frame))
	}},
	{regexp.MustCompile(`that frame (\d+) belongs to: it answers RST|it answers frame (\d+), like|nobody there reads frame (\d+)`), func(last *trace.Event, frame int, said []string) bool {
		return last != nil && !last.Segment.Flags.Has(tcpstate.RST) && slices.Contains(said[1:], strconv.Itoa(frame))
	}},
	{regexp.MustCompile(`duplicate ACK: .*a later segment has arrived`), func(last *trace.Event, _ int, _ []string) bool {
		return last != nil && last.Segment.SegLen() > 0
	}},
	{regexp.MustCompile(`answers the keepalive`), func(last *trace.Event, _ int, _ []string) bool {
		return last != nil && found(last.Segment, tcpstate.FoundKeepAlive)
	}},
}

func found(s *trace.Segment, name string) bool {
	return slices.ContainsFunc(s.Findings, func(f tcpstate.Finding) bool { return f.Name == name })
}

// Whatever the wire does to a lesson, what a segment is said to answer is what came
// to its sender last; and neither name nor sentence takes for a keepalive, in a file
// of either tap, what its sender did not send as one.
func TestAnswersAreToWhatCame(t *testing.T) {
	t.Parallel()
	used := make([]int, len(answers))
	var seeming likeness
	for _, sc := range tcpdemo.Scenarios() {
		if sc.Fold {
			continue // thousands of segments
		}
		for _, rule := range append(append([]string{""}, disorders...), bends...) {
			var rules []network.Rule
			if rule != "" {
				rules = network.MustParseRules(rule)
			}
			p, err := performScenario(t.Context(), sc, defaultSeed, rules)
			if err != nil {
				t.Fatalf("%s, %s: %v", sc.Name, rule, err)
			}
			checkAnswers(t, p, sc.Name+", "+rule, used)
			for _, tap := range []string{vantageClient, vantageServer} {
				seeming.check(t, p, tap, sc.Name+", "+rule)
			}
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("no lesson says %q", answers[i].says)
		}
	}
	if seeming.named == 0 || seeming.doubtful == 0 {
		t.Errorf("%+v: not all was tested", seeming)
	}
}

func checkAnswers(t *testing.T, p *performance, where string, used []int) {
	t.Helper()
	x := explain.New(explain.English)
	frames := map[uint64]int{}
	asks := map[uint64]bool{}         // keepalives
	came := map[string]*trace.Event{} // the last to come, by who received it from whom
	for e, err := range p.events(vantageClient) {
		if err != nil {
			t.Fatal(err)
		}
		said := x.Explain(&e).Sentence
		if strings.Contains(said, "the trace does not show") {
			t.Errorf("%s: frame %d: a lesson shows all that comes: %q", where, e.Frame, said)
		}
		switch e.Kind { //nolint:exhaustive // the others answer nothing
		case trace.KindArrival:
			last, s := e, *e.Segment
			last.Segment, s.Findings = &s, nil
			if asks[e.Wire] {
				s.Findings = []tcpstate.Finding{{Name: tcpstate.FoundKeepAlive}}
			}
			came[e.To.Addr.String()+e.From.Addr.String()] = &last
		case trace.KindSegment:
			frames[e.Wire], asks[e.Wire] = e.Frame, found(e.Segment, tcpstate.FoundKeepAlive)
			last := came[e.From.Addr.String()+e.To.Addr.String()]
			if last != nil && !last.At.Equal(e.At) {
				last = nil
			}
			for i, a := range answers {
				if words := a.says.FindStringSubmatch(said); words != nil {
					used[i]++
					frame := 0
					if last != nil {
						frame = frames[last.Wire]
					}
					if !a.true(last, frame, words) {
						t.Errorf("%s: frame %d, after frame %d: %q", where, e.Frame, frame, strings.TrimSpace(said))
					}
				}
			}
		}
	}
}

// likeness counts what has the form of a keepalive and is none: what bears a name of
// ours that says so, and what a sentence leaves open.
type likeness struct{ named, doubtful int }

func (l *likeness) check(t *testing.T, p *performance, tap, where string) {
	t.Helper()
	asks := map[uint64]bool{}
	for e := range p.events(vantageClient) {
		if e.Kind == trace.KindSegment {
			asks[e.Wire] = found(e.Segment, tcpstate.FoundKeepAlive)
		}
	}
	x, wired := explain.New(explain.English), p.recording.At(tap)
	for e := range analyze.Run(unmarked(wired), nil) {
		said := x.Explain(&e).Sentence
		if e.Kind != trace.KindSegment || asks[wired[e.Frame-1].Wire] {
			continue
		}
		switch seems := found(e.Segment, tcpstate.FoundKeepAlive); {
		case seems && tcpstate.Denies(tcpstate.FoundKeepAlive, e.Segment.Findings) != "":
			l.named++
		case seems && strings.Contains(said, ", or a"):
			l.doubtful++
		case seems, strings.HasPrefix(said, "TCP keepalive"):
			t.Errorf("%s: the %s's frame %d: %q", where, tap, e.Frame, said)
		}
	}
}

// unmarked are frames as a capture elsewhere would hold them.
func unmarked(frames []capture.Frame) iter.Seq2[capture.Frame, error] {
	return func(yield func(capture.Frame, error) bool) {
		for i, f := range frames {
			f.Wire, f.Direction, f.Vantage, f.Number = 0, 0, "", i+1
			if !yield(f, nil) {
				return
			}
		}
	}
}
