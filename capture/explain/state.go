package explain

import (
	"strconv"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// move is a pair of states, the key of the sentences about changes.
type move struct{ from, to tcpstate.State }

// moveText is what a change means, and the section that orders it.
type moveText struct {
	text
	section string
}

// state explains one end's change of state: what it now waits for, how that is
// known, and which edge of RFC 9293 Figure 5 it is.
func (x *Explainer) state(ev *trace.Event) Explanation {
	c := ev.State
	self := known(ev.From, c.End, ev.From.Addr)
	other := known(ev.To, peerOf(self, c.End), ev.To.Addr)
	trigger := triggerOf(c)
	values := args{
		"who": inSentence(x.lang, self), "peer": inSentence(x.lang, other),
		"a": c.From.String(), "b": c.To.String(),
		"frames": frameList(c.Frames), "trigger": trace.Escape(trigger.Name),
	}
	m := changeText(c, trigger)
	section := m.section
	if c.Edge != nil && c.Edge.Source != "" {
		section = c.Edge.Source
	}
	sum := ""
	if c.To == tcpstate.TimeWait {
		sum = x.phrase(twoMSLText, nil)
	}
	return Explanation{
		Sentence:   join(x.say(m.text, values), x.basis(c, values)),
		Arithmetic: sum,
		Section:    section,
	}
}

// peerOf is the other end of self, whose role says more than the reading's guess.
func peerOf(self trace.Participant, end tcpstate.End) tcpstate.End {
	switch self.Role {
	case trace.RoleClient:
		return tcpstate.Server
	case trace.RoleServer:
		return tcpstate.Client
	}
	return end.Peer()
}

// triggerOf is the trigger as the better witness knows it: the party itself,
// where it reported the change.
func triggerOf(c *trace.StateChange) tcpstate.Trigger {
	if c.Basis == tcpstate.Observed && c.Cause.Name != "" {
		return tcpstate.Trigger{Kind: c.Cause.Kind, Name: c.Cause.Name}
	}
	return c.Trigger
}

// changeText chooses the sentence: by the edge, unless the connection was cut
// off, which may happen in any state.
func changeText(c *trace.StateChange, trigger tcpstate.Trigger) moveText {
	if c.From == tcpstate.Unknown {
		return metMidway
	}
	if c.To == tcpstate.Closed || c.To == tcpstate.Listen && c.From == tcpstate.SynReceived {
		if t, ok := cutOff(c, trigger); ok {
			return t
		}
	}
	if t, ok := moves[move{c.From, c.To}]; ok {
		return t
	}
	return otherMove
}

// cutOff explains a connection that ends otherwise than by both FINs.
func cutOff(c *trace.StateChange, trigger tcpstate.Trigger) (moveText, bool) {
	name := strings.ToUpper(trigger.Name)
	switch {
	case trigger.Kind == tcpstate.OnReceive && strings.Contains(name, "RST"):
		switch {
		case c.From == tcpstate.SynSent:
			return refusedMove, true
		case c.To == tcpstate.Listen:
			return backToListen, true
		}
		return resetMove, true
	case trigger.Kind == tcpstate.OnSend && strings.Contains(name, "RST"),
		trigger.Kind == tcpstate.OnCall && name == "ABORT":
		return abortMove, true
	case trigger.Kind == tcpstate.OnTimer:
		return timedOut(c.From)
	case trigger.Kind == tcpstate.OnCall && synchronized(c.From):
		return abortMove, true // a CLOSE call by itself sends a FIN and leads elsewhere
	}
	return moveText{}, false
}

// timedOut: which timer can end a connection depends on the state.
func timedOut(from tcpstate.State) (moveText, bool) {
	switch from {
	case tcpstate.TimeWait:
		return moveText{}, false // the ordinary edge
	case tcpstate.SynSent:
		return synTimeout, true
	case tcpstate.SynReceived:
		return synAckTimeout, true
	case tcpstate.FinWait2:
		return orphanTimeout, true
	}
	return gaveUp, true
}

// synchronized reports whether both SYNs have been acknowledged in state s
// (RFC 9293 §3.5.2, group 3).
func synchronized(s tcpstate.State) bool { return s >= tcpstate.Established }

// basis says how the change is known, where it was not the stack that said so.
func (x *Explainer) basis(c *trace.StateChange, values args) string {
	evidence := values["frames"] != ""
	switch {
	case c.Contradicted:
		return x.say(contradictedText, values)
	case c.Basis == tcpstate.Inferred && evidence:
		return x.say(inferredText, values)
	case c.Basis == tcpstate.Inferred:
		return x.say(inferredBareText, values)
	case c.Basis == tcpstate.Assumed && evidence:
		return x.say(assumedText, values)
	case c.Basis == tcpstate.Assumed:
		return x.say(assumedBareText, values)
	}
	return ""
}

// frameList writes frame numbers; 0 is no frame.
func frameList(frames []int) string {
	var list []string
	for _, n := range frames {
		if n != 0 {
			list = append(list, strconv.Itoa(n))
		}
	}
	return strings.Join(list, ", ")
}
