package explain

import (
	"cmp"
	"fmt"
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
		"who": x.called(self, other), "peer": x.called(other, self),
		"a": c.From.String(), "b": c.To.String(),
		"frames": x.frames(c.Frames), "trigger": quoted(CauseName(x.lang, trigger.Name)),
	}
	m, usual := changeText(c, trigger)
	if t, ok := x.inContext(ev); ok && usual {
		m = t
	}
	sum := ""
	if c.To == tcpstate.TimeWait && c.Edge != nil {
		sum = x.phrase(twoMSLText, nil)
	}
	section := m.section
	if c.Edge != nil && sameKind(c.Edge.On.Kind, trigger.Kind) {
		section = edgeSection(c.Edge.Source, m.section, usual)
	}
	return Explanation{
		Sentence:   join(x.say(m.text, values), x.basis(c, values)),
		Arithmetic: sum,
		Section:    section,
	}
}

// inContext is the sentence for a change that means something else where the
// connection has one end, or where its SYN was not the peer's.
func (x *Explainer) inContext(ev *trace.Event) (moveText, bool) {
	c := ev.State
	if ev.ToItself() {
		t, ok := selfMoves[move{c.From, c.To}]
		return t, ok
	}
	switch (move{c.From, c.To}) {
	case move{tcpstate.Listen, tcpstate.SynReceived}:
		return answeredForgedMove, x.answersForged(c)
	case move{tcpstate.SynReceived, tcpstate.Established}:
		return openBothMove, x.dialled(ev)
	}
	return moveText{}, false
}

// answersForged reports whether the SYN that made the change is known not to be
// the peer's own.
func (x *Explainer) answersForged(c *trace.StateChange) bool {
	if s := x.history.wire(c.Cause.Wire); s != nil && s.forged {
		return true
	}
	for _, n := range c.Frames {
		if s := x.history.frame(n); s != nil && s.refused {
			return true
		}
	}
	return false
}

// peerOf is the other end of self, whose role says more than the reading's guess.
func peerOf(self trace.Participant, end tcpstate.End) tcpstate.End {
	switch self.Role {
	case trace.RoleClient:
		return tcpstate.Server
	case trace.RoleServer:
		return tcpstate.Client
	default:
		return end.Peer()
	}
}

// triggerOf is the trigger as the better witness knows it: the party itself,
// where it reported the change.
func triggerOf(c *trace.StateChange) tcpstate.Trigger {
	if c.Basis == tcpstate.Observed && c.Cause.Name != "" {
		return tcpstate.Trigger{Kind: c.Cause.Kind, Name: c.Cause.Name}
	}
	return c.Trigger
}

// edgeSection names an edge's own source before the section that says what to do
// on it; for an end out of the ordinary, the latter is enough.
func edgeSection(edge, section string, usual bool) string {
	if !usual || edge == "" {
		return cmp.Or(section, edge)
	}
	if own, ok := strings.CutPrefix(section, "RFC 9293 §"); ok && !strings.Contains(edge, own) {
		return edge + "; §" + own
	}
	return edge
}

// sameKind: several edges may join two states, by different triggers. What an
// end is seen to send shows a call.
func sameKind(edge, seen tcpstate.TriggerKind) bool {
	return edge == seen || edge == tcpstate.OnCall && seen == tcpstate.OnSend
}

// changeText chooses the sentence: by the edge, unless the connection was cut
// off, which may happen in any state. It reports whether the change is a usual
// one.
func changeText(c *trace.StateChange, trigger tcpstate.Trigger) (m moveText, usual bool) {
	switch {
	case c.From == tcpstate.Unknown && c.To == tcpstate.Listen:
		return metListening, false
	case c.From == tcpstate.Unknown && trigger.Kind == tcpstate.OnPoll:
		return metPolled, false
	case c.From == tcpstate.Unknown:
		return metMidway, false
	case c.Corrects:
		return correctedMove, false
	case c.Basis == tcpstate.Observed && trigger.Kind == tcpstate.OnPoll:
		return polled(c)
	}
	if t, ok := returned[trigger]; ok && c.To == tcpstate.Established {
		return t, false
	}
	if c.To == tcpstate.Closed || c.To == tcpstate.Listen && c.From == tcpstate.SynReceived {
		if t, ok := cutOff(c, trigger); ok {
			return t, false
		}
	}
	return onFigure(c)
}

// onFigure explains a change by its edge.
func onFigure(c *trace.StateChange) (m moveText, usual bool) {
	if t, ok := moves[move{c.From, c.To}]; ok {
		return t, true
	}
	if c.Edge != nil {
		return otherMove, true
	}
	return offFigureMove, false
}

// polled explains a change that the system told when it was asked: it does not
// tell what has led there, and what was in between.
func polled(c *trace.StateChange) (m moveText, usual bool) {
	switch {
	case c.From == tcpstate.SynSent && c.To == tcpstate.Closed:
		return polledUnopened, false
	case c.Edge == nil:
		return polledMove, false
	case c.PassedOver():
		return polledEnd, false
	}
	return onFigure(c)
}

// cutOff explains a connection that ends otherwise than by both FINs.
func cutOff(c *trace.StateChange, trigger tcpstate.Trigger) (moveText, bool) {
	name := strings.ToUpper(trigger.Name)
	switch trigger.Kind {
	case tcpstate.OnReceive:
		return cutByPeer(c, name)
	case tcpstate.OnTimer:
		return timedOut(c.From, name)
	case tcpstate.OnSend:
		switch {
		case strings.Contains(name, "RST") && c.Edge == nil:
			return lostMove, true
		case strings.Contains(name, "RST"):
			return abortMove, true
		}
	case tcpstate.OnCall:
		switch {
		case name == "RESTART" && c.From == tcpstate.Listen:
			return restartListenMove, true
		case name == "RESTART":
			return restartMove, true
		case c.From == tcpstate.Listen || c.From == tcpstate.SynSent:
			return moveText{}, false
		case sendsReset(c.From):
			return abortMove, true // a CLOSE call that sends a FIN leads elsewhere
		}
		return silentAbortMove, true
	case tcpstate.OnPoll: // that it was seen does not say why
	}
	return moveText{}, false
}

// cutByPeer explains what a segment of the peer, or an ICMP message, cut off.
func cutByPeer(c *trace.StateChange, name string) (moveText, bool) {
	switch {
	case strings.Contains(name, "RST") && c.From == tcpstate.SynSent:
		return refusedMove, true
	case strings.Contains(name, "RST") && c.To == tcpstate.Listen:
		return backToListen, true
	case strings.Contains(name, "RST"):
		return resetMove, true
	case strings.Contains(name, "SYN"):
		return resetBySynMove, c.To == tcpstate.Closed
	case name == "DATA AFTER CLOSE":
		return dataAfterCloseMove, true
	case name == "GAP AFTER CLOSE":
		return gapAfterCloseMove, true
	case name == "ICMP":
		return icmpMove, true
	}
	return moveText{}, false
}

// sendsReset: ABORT sends an RST only where the peer may hold a control block
// (RFC 9293 §3.10.5).
func sendsReset(s tcpstate.State) bool {
	switch s {
	case tcpstate.SynReceived, tcpstate.Established, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.CloseWait:
		return true
	default:
		return false
	}
}

// timedOut: which timer can end a connection depends on the state.
func timedOut(from tcpstate.State, timer string) (moveText, bool) {
	switch {
	case from == tcpstate.TimeWait:
		return moveText{}, false // the ordinary edge
	case timer == "ADDRESS-RESOLUTION":
		return noNeighbour, true
	case timer == "KEEPALIVE":
		return keepAliveTimeout, true
	case from == tcpstate.SynSent:
		return synTimeout, true
	case from == tcpstate.SynReceived:
		return synAckTimeout, true
	case from == tcpstate.FinWait2:
		return orphanTimeout, true
	}
	return gaveUp, true
}

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
	case c.Basis == tcpstate.Assumed && c.To == tcpstate.LastAck && c.Trigger.Kind == tcpstate.OnSend:
		return x.say(assumedSecondText, values)
	case c.Basis == tcpstate.Assumed && c.To == tcpstate.FinWait1 && c.Trigger.Kind == tcpstate.OnSend:
		return x.say(assumedFirstText, values)
	case c.Basis == tcpstate.Assumed && c.To == tcpstate.Closed && c.Trigger.Kind == tcpstate.OnSend:
		return x.say(assumedResetText, values)
	case c.Basis == tcpstate.Assumed && evidence:
		return x.say(assumedText, values)
	case c.Basis == tcpstate.Assumed:
		return x.say(assumedBareText, values)
	}
	return ""
}

// frames names the frames that are evidence; 0 is no frame.
func (x *Explainer) frames(frames []int) string {
	var list []string
	for _, n := range frames {
		if n != 0 {
			list = append(list, fmt.Sprint(x.named(n)))
		}
	}
	t := framesText
	switch len(list) {
	case 0:
		return ""
	case 1:
		t = frameText
	}
	return x.phrase(t, args{"list": strings.Join(list, ", ")})
}
