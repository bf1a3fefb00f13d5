package tcpdemo

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Course is what happened in a lesson, step by step: what its sentences are
// held against.
type Course []*CourseStep

// CourseStep is what happened until the next step began.
type CourseStep struct {
	// states and calls are what each end has gone through from the lesson's
	// beginning to this step's end; segments what it sent in this step, each with
	// what the wire did to it.
	states, calls, segments map[courseEnd][]string
	// acted are the ends that did something in this step.
	acted map[courseEnd]bool
	// amiss: the lesson itself noticed that its step went otherwise.
	amiss bool
	// stream is the connection whose state changed last, and ends what its ends
	// were in when the step was over; more than one connection was seen by then
	// if several.
	stream  int
	ends    map[trace.Role]tcpstate.State
	several bool
}

// courseEnd is one end of one connection; stream is -1 for what belongs to none.
type courseEnd struct {
	stream int
	role   trace.Role
}

// ReadCourse reads a lesson's course from its timeline; what came before the
// first step is step 0. It returns the error of the events, if they have one.
func ReadCourse(events iter.Seq2[trace.Event, error]) (Course, error) {
	r := courseReader{
		fates: map[uint64]string{}, wires: map[*CourseStep][]wired{},
		at: map[courseEnd]tcpstate.State{}, dials: map[netip.AddrPort]bool{}, now: newCourseStep(),
	}
	course := Course{r.now}
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		if e.Kind == trace.KindNote && e.Note.Step {
			r.now = r.now.next()
			course = append(course, r.now)
		}
		r.read(&e)
	}
	for step, all := range r.wires {
		for _, w := range all {
			step.segments[w.end] = append(step.segments[w.end], w.text+r.fates[w.wire])
		}
	}
	return course, nil
}

func newCourseStep() *CourseStep {
	return &CourseStep{
		states: map[courseEnd][]string{}, calls: map[courseEnd][]string{}, segments: map[courseEnd][]string{},
		acted: map[courseEnd]bool{}, stream: -1, ends: map[trace.Role]tcpstate.State{},
	}
}

// next is the step after s, with all that was gone through until then.
func (s *CourseStep) next() *CourseStep {
	n := newCourseStep()
	for end, all := range s.states {
		n.states[end] = slices.Clone(all)
	}
	for end, all := range s.calls {
		n.calls[end] = slices.Clone(all)
	}
	n.stream, n.several = s.stream, s.several
	for role, state := range s.ends {
		n.ends[role] = state
	}
	return n
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
	at    map[courseEnd]tcpstate.State
	// dials are ends in SYN-SENT whose connection gets its number by the SYN.
	dials map[netip.AddrPort]bool
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
		r.now.calls[end] = addCall(r.now.calls[end], e.Call)
	case trace.KindSegment:
		s := e.Segment
		if r.dials[e.From.Addr] && s.Flags.Has(tcpstate.SYN) {
			delete(r.dials, e.From.Addr)
			r.comes(end, tcpstate.SynSent)
		}
		r.wires[r.now] = append(r.wires[r.now], wired{end, fmt.Sprint(uint(s.Flags), s.RelSeq, s.RelAck, s.Len), e.Wire})
	case trace.KindVerdict:
		if e.Verdict.Fate != trace.Delayed { // it comes, and the lesson's numbers are measured
			r.fates[e.Verdict.Wire] += " " + e.Verdict.Fate.String()
		}
	case trace.KindNote:
		r.now.amiss = r.now.amiss || e.Note.Amiss
	case trace.KindArrival, trace.KindMemory, trace.KindMessage, trace.KindWebSocket, trace.KindStore, trace.KindOther,
		trace.KindGap, trace.KindConnection, trace.KindTotals:
	}
}

func (r *courseReader) state(end courseEnd, e *trace.Event) {
	r.now.acted[end] = true
	r.now.states[end] = append(r.now.states[end], e.State.To.String())
	switch {
	case e.Stream >= 0:
		r.comes(end, e.State.To)
	case e.State.To == tcpstate.SynSent:
		r.dials[e.From.Addr] = true
	}
}

// comes notes that an end of a connection has come into a state.
func (r *courseReader) comes(end courseEnd, to tcpstate.State) {
	r.at[end] = to
	r.now.several = r.now.several || r.now.stream >= 0 && r.now.stream != end.stream
	r.now.stream = end.stream
	clear(r.now.ends)
	for _, role := range []trace.Role{client, server} {
		if s, ok := r.at[courseEnd{end.stream, role}]; ok {
			r.now.ends[role] = s
		}
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

// Rest is what of a lesson's course a sentence rests on.
type Rest uint8

// What a sentence may rest on.
const (
	OnStates   Rest = iota // the states of the ends and what their programs' calls came to
	OnSegments             // the segments as well, and what became of each
)

// Holds reports whether a sentence of step n, which is true of the course of the
// lesson by itself, is true of this one as well.
func (c Course) Holds(n int, rest Rest, itself Course) bool {
	if n >= len(c) || n >= len(itself) || c[n].amiss {
		return false
	}
	is, meant := c[n], itself[n]
	for _, acted := range []map[courseEnd]bool{is.acted, meant.acted} {
		for end := range acted {
			if !slices.Equal(is.states[end], meant.states[end]) || !slices.Equal(is.calls[end], meant.calls[end]) {
				return false
			}
		}
	}
	if rest == OnStates {
		return true
	}
	for _, sent := range []map[courseEnd][]string{is.segments, meant.segments} {
		for end := range sent {
			if !slices.Equal(is.segments[end], meant.segments[end]) {
				return false
			}
		}
	}
	return true
}

// Heading is what stands above step n where a rule of the user's has changed it:
// what its connection's ends were in when it was over.
func (c Course) Heading(n int) trace.Text {
	step := c[n]
	var en, ko []string
	for _, end := range []struct {
		role   trace.Role
		en, ko string
	}{{client, "client", "클라이언트"}, {server, "server", "서버"}} {
		if s, ok := step.ends[end.role]; ok {
			en, ko = append(en, end.en+" "+s.String()), append(ko, end.ko+" "+s.String())
		}
	}
	text := trace.Text{En: fmt.Sprintf("Step %d, changed by your rule", n), Ko: fmt.Sprintf("%d단계, 규칙이 바꾼 결과", n)}
	if len(en) == 0 {
		return text
	}
	text.En += ". At its end: " + strings.Join(en, ", ")
	text.Ko += ": " + strings.Join(ko, ", ")
	if step.several {
		text.En += fmt.Sprintf(" (connection %d)", step.stream+1)
		text.Ko += fmt.Sprintf("(연결 %d)", step.stream+1)
	}
	return text
}
