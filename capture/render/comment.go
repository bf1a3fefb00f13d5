package render

import (
	"fmt"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// Comment writes the comment that a packet bears in a pcapng file, for a
// segment's event: the changes of state that its sender and receiver go
// through, then why. changes are the state events that belong to it; where
// there are none, what was read from the segment itself stands in. An event of
// another kind has no comment.
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
	return strings.Join(lines, "\n")
}

func changeLine(who string, c *trace.StateChange) string {
	return fmt.Sprintf("%s: %s → %s", safe(who), c.Change.From, c.To)
}
