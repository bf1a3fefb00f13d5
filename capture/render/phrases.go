package render

import (
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// otherText is a row without a segment in words.
func otherText(say speaker, r *ladder.Row) string {
	switch {
	case r.Kind == ladder.RowLost:
		return say.f(wordMissing, explain.Count(r.Event.N, "frame"))
	case r.Kind == ladder.RowVerdict:
		return verdictText(say, *r.Event.Verdict)
	}
	o := r.Event.Other
	s := words(safe(o.Protocol), safe(say.of(o.Info)))
	if o.Err != nil {
		s += ": " + safe(explain.Fault(say.lang, o.Err))
	}
	return s
}

// stateCause names what changed a state without a segment.
func stateCause(say speaker, r *ladder.Row) string {
	if len(r.States) == 0 {
		return ""
	}
	c := r.States[0].Change
	name := c.Trigger.Name
	if c.Cause.Name != "" {
		name = c.Cause.Name
	}
	cause := words(explain.CauseName(say.lang, safe(name)), triggerWord(say, c))
	if r.Stream < 0 && c.From == tcpstate.Listen && c.To == tcpstate.Closed {
		cause += " (" + explain.CallArgs(say.lang, &trace.Call{Name: "close", Args: explain.ListenerArgs}) + ")"
	}
	return cause
}

// otherForms are otherText and, where there is one, a shorter way to say it:
// the MTU is what an ICMP message about it is for.
func otherForms(say speaker, r *ladder.Row) []string {
	forms := []string{otherText(say, r)}
	if o := r.Event.Other; o != nil {
		if _, mtu, ok := strings.Cut(o.Info.En, "MTU "); ok {
			mtu, _, _ = strings.Cut(mtu, " ")
			forms = append(forms, say.f(wordTooBig, safe(mtu)))
		}
	}
	return forms
}

func triggerWord(say speaker, c trace.StateChange) string {
	if c.Trigger.Kind == tcpstate.OnTimer || (c.Basis == tcpstate.Observed && c.Cause.Kind == tcpstate.OnTimer) {
		return explain.Label(say.lang, "legend.timer")
	}
	return ""
}
