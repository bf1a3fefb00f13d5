package tcpstate

import "slices"

// Sources of edges, as Edge.Source spells them.
const (
	sourceFigure  = "RFC 9293 §3.3.2 Figure 5"
	sourceNote1   = "RFC 9293 §3.3.2 Figure 5, note 1"
	sourceNote2   = "RFC 9293 §3.3.2 Figure 5, note 2"
	sourceNote3   = "RFC 9293 §3.3.2 Figure 5, note 3"
	sourceOpen    = "RFC 9293 §3.10.1"
	sourceClose   = "RFC 9293 §3.10.4"
	sourceAbort   = "RFC 9293 §3.10.5"
	sourceSynSent = "RFC 9293 §3.10.7.3"
	sourceArrives = "RFC 9293 §3.10.7.4"
	sourceReopen  = "RFC 9293 §3.6.1 (MAY-2), §3.10.7.4"
	sourceTimeout = "RFC 9293 §3.10.8"
)

// Reasons why no program that uses sockets sees an edge.
const (
	noSendOnListen = "a listening socket cannot send or connect: the sockets interface answers with an error"
	noSocketLeft   = "the application has no socket any more: TIME-WAIT is the stack's own"
	noListenTimer  = "listening waits without a limit: no timer runs"
	noOldReset     = "stacks follow RFC 5961 §4.2 and answer a SYN with a challenge ACK"
	noResetWait    = "stacks delete the TCB as soon as they have sent the RST (§3.10.5)"
	noEmbryoReset  = "stacks answer a repeated SYN with the SYN,ACK again"
	noFinAlone     = "a segment without ACK is dropped (§3.10.7.4, fifth), and its ACK leads to ESTABLISHED first"
)

// figure is Figure 5 of RFC 9293, its notes, and the edges that only the prose
// of §3.10 gives. Where several edges join the same two states, the usual one
// comes first. A challenge ACK (RFC 5961) changes no state, so it is no edge.
var figure = []Edge{
	// Opening.
	{From: Closed, To: Listen, On: Trigger{OnCall, "OPEN"}, Figure: true, Source: sourceFigure, Note: "passive OPEN; create TCB"},
	{From: Closed, To: SynSent, On: Trigger{OnCall, "OPEN"}, Action: "SYN", Figure: true, Source: sourceFigure, Note: "active OPEN; create TCB"},
	{From: Listen, To: SynReceived, On: Trigger{OnReceive, "SYN"}, Action: "SYN,ACK", Figure: true, Source: sourceFigure},
	{From: Listen, To: SynSent, On: Trigger{OnCall, "SEND"}, Action: "SYN", Figure: true, Source: sourceFigure, Unreachable: noSendOnListen},
	{From: Listen, To: SynSent, On: Trigger{OnCall, "OPEN"}, Action: "SYN", Source: sourceOpen, Note: "active OPEN of a passive connection", Unreachable: noSendOnListen},
	{From: Listen, To: Closed, On: Trigger{OnCall, "CLOSE"}, Figure: true, Source: sourceFigure, Note: "delete TCB"},
	{From: SynSent, To: Established, On: Trigger{OnReceive, "SYN,ACK"}, Action: "ACK", Figure: true, Source: sourceFigure},
	{From: SynSent, To: SynReceived, On: Trigger{OnReceive, "SYN"}, Action: "SYN,ACK", Figure: true, Source: sourceFigure, Note: "simultaneous open"},
	{From: SynSent, To: Closed, On: Trigger{OnCall, "CLOSE"}, Figure: true, Source: sourceFigure, Note: "delete TCB"},
	{From: SynReceived, To: Established, On: Trigger{OnReceive, "ACK"}, Figure: true, Source: sourceFigure, Note: "ACK of SYN"},
	{From: SynReceived, To: Listen, On: Trigger{OnReceive, "RST"}, Figure: true, Source: sourceNote1, Note: "only after a passive OPEN"},
	{From: SynReceived, To: FinWait1, On: Trigger{OnCall, "CLOSE"}, Action: "FIN", Figure: true, Source: sourceFigure},

	// Closing.
	{From: Established, To: FinWait1, On: Trigger{OnCall, "CLOSE"}, Action: "FIN", Figure: true, Source: sourceFigure},
	{From: Established, To: CloseWait, On: Trigger{OnReceive, "FIN"}, Action: "ACK", Figure: true, Source: sourceFigure},
	{From: FinWait1, To: FinWait2, On: Trigger{OnReceive, "ACK"}, Figure: true, Source: sourceFigure, Note: "ACK of FIN"},
	{From: FinWait1, To: Closing, On: Trigger{OnReceive, "FIN"}, Action: "ACK", Figure: true, Source: sourceFigure, Note: "simultaneous close"},
	{From: FinWait1, To: TimeWait, On: Trigger{OnReceive, "FIN,ACK"}, Action: "ACK", Source: sourceNote2, Note: "FIN received, and the own FIN acknowledged with it"},
	{From: FinWait2, To: TimeWait, On: Trigger{OnReceive, "FIN"}, Action: "ACK", Figure: true, Source: sourceFigure},
	{From: CloseWait, To: LastAck, On: Trigger{OnCall, "CLOSE"}, Action: "FIN", Figure: true, Source: sourceFigure},
	{From: Closing, To: TimeWait, On: Trigger{OnReceive, "ACK"}, Figure: true, Source: sourceFigure, Note: "ACK of FIN"},
	{From: LastAck, To: Closed, On: Trigger{OnReceive, "ACK"}, Figure: true, Source: sourceFigure, Note: "ACK of FIN; delete TCB"},
	{From: TimeWait, To: Closed, On: Trigger{OnTimer, "time-wait"}, Figure: true, Source: sourceFigure, Note: "after 2 MSL; delete TCB"},

	// A new connection out of TIME-WAIT.
	{From: TimeWait, To: SynReceived, On: Trigger{OnReceive, "SYN"}, Action: "SYN,ACK", Source: sourceReopen, Note: "a new incarnation of the connection"},

	// ABORT: the RST goes out only where the other end may still hold a TCB.
	{From: Listen, To: Closed, On: Trigger{OnCall, "ABORT"}, Source: sourceAbort},
	{From: SynSent, To: Closed, On: Trigger{OnCall, "ABORT"}, Source: sourceAbort},
	{From: SynReceived, To: Closed, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceAbort},
	{From: Established, To: Closed, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceAbort},
	{From: FinWait1, To: Closed, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceAbort},
	{From: FinWait2, To: Closed, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceAbort},
	{From: CloseWait, To: Closed, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceAbort},
	{From: Closing, To: Closed, On: Trigger{OnCall, "ABORT"}, Source: sourceAbort},
	{From: LastAck, To: Closed, On: Trigger{OnCall, "ABORT"}, Source: sourceAbort},
	{From: TimeWait, To: Closed, On: Trigger{OnCall, "ABORT"}, Source: sourceAbort, Unreachable: noSocketLeft},

	// A RST arrives, and is acceptable.
	{From: SynSent, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceSynSent, Note: "connection refused: the RST acknowledges the SYN"},
	{From: SynReceived, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives, Note: "after an active OPEN: connection refused"},
	{From: Established, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives, Note: "connection reset"},
	{From: FinWait1, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives, Note: "connection reset"},
	{From: FinWait2, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives, Note: "connection reset"},
	{From: CloseWait, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives, Note: "connection reset"},
	{From: Closing, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives},
	{From: LastAck, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives},
	{From: TimeWait, To: Closed, On: Trigger{OnReceive, "RST"}, Source: sourceArrives, Note: "TIME-WAIT assassination; RFC 1337 advises to ignore it"},

	// A SYN or a FIN arrives where the figure draws no edge for it.
	{From: SynReceived, To: Listen, On: Trigger{OnReceive, "SYN"}, Source: sourceArrives, Note: "a SYN in the window, after a passive OPEN", Unreachable: noEmbryoReset},
	{From: SynReceived, To: CloseWait, On: Trigger{OnReceive, "FIN"}, Action: "ACK", Source: sourceArrives, Unreachable: noFinAlone},
	{From: SynReceived, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: Established, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: FinWait1, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: FinWait2, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: CloseWait, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: Closing, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: LastAck, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},
	{From: TimeWait, To: Closed, On: Trigger{OnReceive, "SYN"}, Action: "RST", Source: sourceArrives, Note: "RFC 793's answer", Unreachable: noOldReset},

	// USER TIMEOUT: the retransmission timer gives up (R2, §3.8.3) by the same edge.
	{From: Listen, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Unreachable: noListenTimer},
	{From: SynSent, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "SYN retransmitted without an answer"},
	{From: SynReceived, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "SYN,ACK retransmitted without an answer"},
	{From: Established, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "data or keep-alives without an answer"},
	{From: FinWait1, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "FIN retransmitted without an answer"},
	{From: FinWait2, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "stacks bound the wait for the remote FIN"},
	{From: CloseWait, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout},
	{From: Closing, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "FIN retransmitted without an answer"},
	{From: LastAck, To: Closed, On: Trigger{OnTimer, "user-timeout"}, Source: sourceTimeout, Note: "FIN retransmitted without an answer"},

	// Note 3: whoever sends a RST may remember the connection in TIME-WAIT.
	{From: SynReceived, To: TimeWait, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceNote3, Unreachable: noResetWait},
	{From: Established, To: TimeWait, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceNote3, Unreachable: noResetWait},
	{From: FinWait1, To: TimeWait, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceNote3, Unreachable: noResetWait},
	{From: FinWait2, To: TimeWait, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceNote3, Unreachable: noResetWait},
	{From: CloseWait, To: TimeWait, On: Trigger{OnCall, "ABORT"}, Action: "RST", Source: sourceNote3, Unreachable: noResetWait},
}

// Edges returns a copy of every edge of RFC 9293's state machine: Figure 5 as
// drawn (Edge.Figure), its notes, and what the prose of §3.10 adds. Edges that
// no program using sockets can take have Edge.Unreachable set to the reason.
func Edges() []Edge { return slices.Clone(figure) }

// FindEdge returns the edge that leads from one state to the other, nil if
// there is none. Kinds narrow the search: without any, the first edge counts.
// What a Change calls OnSend shows a call, so OnSend finds OnCall's edges. The
// edge is the package's own: do not write to it.
func FindEdge(from, to State, kinds ...TriggerKind) *Edge {
	for i := range figure {
		e := &figure[i]
		if e.From != from || e.To != to {
			continue
		}
		if len(kinds) == 0 || slices.Contains(kinds, e.On.Kind) || e.On.Kind == OnCall && slices.Contains(kinds, OnSend) {
			return e
		}
	}
	return nil
}

// Reachable returns the states that edges lead to from one state, itself
// included, in the RFC's order. Follow says which edges to take; nil takes all.
func Reachable(from State, follow func(Edge) bool) []State {
	seen := map[State]bool{from: true}
	for grown := true; grown; {
		grown = false
		for _, e := range figure {
			if seen[e.From] && !seen[e.To] && (follow == nil || follow(e)) {
				seen[e.To], grown = true, true
			}
		}
	}
	states := make([]State, 0, len(seen))
	for s := range seen {
		states = append(states, s)
	}
	slices.Sort(states)
	return states
}
