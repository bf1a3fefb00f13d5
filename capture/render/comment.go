package render

import (
	"fmt"
	"slices"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// commentMark begins each line of a comment that is statelab's own, so that it is
// known again when the trace is annotated anew.
const commentMark = "▸ "

// Marked marks every line of a text as statelab's own comment.
func Marked(text string) string {
	if text == "" {
		return ""
	}
	return commentMark + strings.ReplaceAll(text, "\n", "\n"+commentMark)
}

// Foreign returns what others wrote in a packet's comment: the lines that
// Marked has not made.
func Foreign(comment string) string {
	if !strings.Contains(comment, commentMark) {
		return comment
	}
	lines := slices.DeleteFunc(strings.Split(comment, "\n"), func(line string) bool { return strings.HasPrefix(line, commentMark) })
	return strings.Join(lines, "\n")
}

// Comment writes the comment that a packet bears in a pcapng file, for a
// segment's event: the changes of state that its sender and receiver go
// through, then why. changes are the state events that belong to it; where
// there are none, what was read from the segment itself stands in. An event of
// another kind has no comment. Its lines are marked: see Marked.
func Comment(x *explain.Explainer, e *trace.Event, changes ...*trace.Event) string {
	if e.Kind != trace.KindSegment || e.Segment == nil {
		return ""
	}
	var lines []string
	for _, c := range changes {
		if c.State != nil {
			lines = append(lines, changeLine(explain.Name(x.Lang(), c.From), c.State))
		}
	}
	if len(changes) == 0 {
		for _, c := range e.Segment.Changes {
			who := e.From
			if c.End != e.Segment.From {
				who = e.To
			}
			lines = append(lines, changeLine(explain.Name(x.Lang(), who), &trace.StateChange{Change: c}))
		}
	}
	if s := x.Explain(e).String(); s != "" {
		lines = append(lines, s)
	}
	return Marked(strings.Join(lines, "\n"))
}

func changeLine(who string, c *trace.StateChange) string {
	return fmt.Sprintf("%s: %s → %s", safe(who), c.Change.From, c.To)
}
