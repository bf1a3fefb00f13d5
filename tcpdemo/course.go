package tcpdemo

import (
	"fmt"
	"maps"
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
	// beginning to this step's end; moved what its writes of this step alone moved,
	// each by itself. How many reads take the octets hangs on when they come.
	states, calls, moved courseEnds
	// segments are what each end sent in this step, each with what the wire did to
	// it; messages the HTTP messages that it sent.
	segments, messages courseEnds
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
	// underWay are the numbers of the frames that had left when the step was over,
	// and that arrive later.
	underWay []int

	passages []passage
	asked    []asked
}

// courseEnd is one end of one connection; stream is -1 for what belongs to none.
type courseEnd struct {
	stream int
	role   trace.Role
}

// courseEnds is something of each end, in its order.
type courseEnds map[courseEnd][]string

func (c courseEnds) clone() courseEnds {
	out := courseEnds{}
	for end, all := range c {
		out[end] = slices.Clone(all)
	}
	return out
}

// Rest is what of a lesson's course a sentence rests on.
type Rest uint8

// What a sentence may rest on.
const (
	OnStates   Rest = iota // the states of the ends and what their programs' calls came to
	OnSegments             // the segments as well, what became of each, and each write
	OnMessages             // the states and the HTTP messages
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
			if !is.passed(end, rest, meant) {
				return false
			}
		}
	}
	if len(meant.segments) == 0 && len(is.segments) > 0 {
		return false // where only time was to pass, something else is still going on
	}
	switch rest {
	case OnSegments:
		return maps.EqualFunc(is.segments, meant.segments, slices.Equal) && maps.EqualFunc(is.moved, meant.moved, slices.Equal)
	case OnMessages:
		return maps.EqualFunc(is.messages, meant.messages, slices.Equal)
	case OnStates:
	}
	return true
}

// passed reports whether an end has gone through the same until the end of s as
// until that of meant. Where messages are held against one another, calls are
// not: when a server's reading is interrupted between two requests hangs on when
// they came, and what a call of TLS moves on chance.
func (s *CourseStep) passed(end courseEnd, rest Rest, meant *CourseStep) bool {
	return slices.Equal(s.states[end], meant.states[end]) &&
		(rest == OnMessages || slices.Equal(s.calls[end], meant.calls[end]))
}

// Heading is what stands above step n where a rule of the user's has changed it:
// what its connection's ends were in when it was over. A row has the state on
// arrival beside the segment: what had not arrived by then is named.
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
	if frames := step.underWay; len(frames) > 0 {
		list := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(frames)), ", "), "[]")
		noun := "frame "
		if len(frames) > 1 {
			noun = "frames "
		}
		text.En += ", with " + noun + list + " still on the way"
		text.Ko += ", 프레임 " + list + " 전송 중"
	}
	if step.several {
		text.En += fmt.Sprintf(" (connection %d)", step.stream+1)
		text.Ko += fmt.Sprintf("(연결 %d)", step.stream+1)
	}
	return text
}
