package tcpdemo

import (
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// ReadCourse reads a lesson's course from its timeline; what came before the
// first step is step 0. It returns the error of the events, if they have one.
func ReadCourse(events iter.Seq2[trace.Event, error]) (Course, error) {
	r := courseReader{
		fates: map[uint64]string{}, wires: map[*CourseStep][]wired{},
		dials: map[netip.AddrPort]bool{}, flying: map[uint64]int{}, now: newCourseStep(),
	}
	course := Course{r.now}
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		if e.Kind == trace.KindNote && e.Note.Step {
			r.now.underWay = slices.Sorted(maps.Values(r.flying))
			r.now = newCourseStep()
			course = append(course, r.now)
		}
		r.read(&e)
	}
	for step, all := range r.wires {
		for _, w := range all {
			step.segments[w.end] = append(step.segments[w.end], w.text+r.fates[w.wire])
		}
	}
	course.add()
	return course, nil
}

func newCourseStep() *CourseStep {
	return &CourseStep{
		moved: courseEnds{}, segments: courseEnds{}, messages: courseEnds{}, acted: map[courseEnd]bool{}, ends: map[trace.Role]tcpstate.State{},
	}
}

// passage is an end's coming into a state.
type passage struct {
	end courseEnd
	to  tcpstate.State
	// again: it was in that state already, when the connection had no number yet.
	again bool
}

// asked is a call of an end's application.
type asked struct {
	end  courseEnd
	call trace.Call
}

// add adds up, step by step, what each end has gone through.
func (c Course) add() {
	states, calls, at := courseEnds{}, courseEnds{}, map[courseEnd]tcpstate.State{}
	stream, several := -1, false
	for _, s := range c {
		for _, p := range s.passages {
			if !p.again {
				states[p.end] = append(states[p.end], p.to.String())
			}
			if p.end.stream < 0 {
				continue
			}
			at[p.end] = p.to
			several = several || stream >= 0 && stream != p.end.stream
			stream = p.end.stream
		}
		for _, a := range s.asked {
			calls[a.end] = addCall(calls[a.end], &a.call)
			if a.call.Bytes > 0 && a.call.Name == "write" {
				s.moved[a.end] = append(s.moved[a.end], fmt.Sprint(a.call.Name, a.call.Bytes))
			}
		}
		s.states, s.calls = states.clone(), calls.clone()
		s.stream, s.several = stream, several
		for end, state := range maps.All(at) {
			if end.stream == stream {
				s.ends[end.role] = state
			}
		}
	}
}

// wired is a segment, of which the wire may speak later.
type wired struct {
	end  courseEnd
	text string
	wire uint64
}

type courseReader struct {
	now   *CourseStep
	fates map[uint64]string
	wires map[*CourseStep][]wired
	// dials are ends in SYN-SENT whose connection gets its number by the SYN.
	dials map[netip.AddrPort]bool
	// flying are the numbers of the frames that have left and not arrived.
	flying map[uint64]int
}

func (r *courseReader) read(e *trace.Event) {
	end := courseEnd{e.Stream, e.From.Role}
	switch e.Kind {
	case trace.KindState:
		if e.State.Basis == tcpstate.Observed {
			r.state(end, e)
		}
	case trace.KindCall:
		r.now.acted[end] = true
		r.now.asked = append(r.now.asked, asked{end, *e.Call})
	case trace.KindSegment:
		s := e.Segment
		if r.dials[e.From.Addr] && s.Flags.Has(tcpstate.SYN) {
			delete(r.dials, e.From.Addr)
			r.now.passages = append(r.now.passages, passage{end, tcpstate.SynSent, true})
		}
		if e.Frame > 0 {
			r.flying[e.Wire] = e.Frame
		}
		r.wires[r.now] = append(r.wires[r.now], wired{end, fmt.Sprint(uint(s.Flags), s.RelSeq, s.RelAck, s.Len), e.Wire})
	case trace.KindArrival:
		delete(r.flying, e.Wire)
	case trace.KindVerdict:
		switch e.Verdict.Fate {
		case trace.Dropped, trace.TooBig, trace.QueueFull:
			delete(r.flying, e.Wire)
		default:
		}
		if e.Verdict.Fate != trace.Delayed { // it comes, and the lesson's numbers are measured
			r.fates[e.Verdict.Wire] += " " + e.Verdict.Fate.String()
		}
	case trace.KindMessage:
		m := e.Message
		path, _, _ := strings.Cut(m.Target, "?") // a query may hold what was sealed at that time
		r.now.messages[end] = append(r.now.messages[end], fmt.Sprint(m.Method, path, m.Status, m.Truncated, m.Malformed))
	case trace.KindNote:
		r.now.amiss = r.now.amiss || e.Note.Amiss
	case trace.KindMemory, trace.KindWebSocket, trace.KindStore, trace.KindOther,
		trace.KindGap, trace.KindConnection, trace.KindTotals:
	}
}

func (r *courseReader) state(end courseEnd, e *trace.Event) {
	r.now.acted[end] = true
	r.now.passages = append(r.now.passages, passage{end: end, to: e.State.To})
	if e.Stream < 0 && e.State.To == tcpstate.SynSent {
		r.dials[e.From.Addr] = true
	}
}

// addCall adds a call to those before it. How many reads or writes moved some
// octets depends on how they came: together they count as one.
func addCall(calls []string, c *trace.Call) []string {
	if c.Bytes == 0 {
		result := c.Result
		if c.Name == "accept" {
			result = "" // it names the peer's port
		}
		return append(calls, strings.TrimSpace(c.Name+" "+result))
	}
	moved := c.Bytes
	if n := len(calls); n > 0 {
		var before int
		if _, err := fmt.Sscanf(calls[n-1], c.Name+" of %d", &before); err == nil {
			moved += before
			calls = calls[:n-1]
		}
	}
	return append(calls, fmt.Sprintf("%s of %d", c.Name, moved))
}
