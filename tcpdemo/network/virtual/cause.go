package virtual

import (
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Timers that change a state.
const (
	timerTimeWait       = "time-wait"          // 2 MSL, RFC 9293 §3.4.2
	timerFinWait2       = "fin-wait-2"         // the stack's own: a closed socket's peer sends no FIN
	timerKeepAlive      = "keepalive"          // RFC 9293 §3.8.4
	timerRetransmission = "retransmission"     // given up after R2, RFC 9293 §3.8.3
	timerResolution     = "address-resolution" // no answer to ARP, RFC 826
)

// cause says why the endpoint's state has become what it is, from what the
// network is doing at this moment.
func (m *machine) cause(t *tcb, to tcpstate.State) trace.Cause {
	n := m.net
	if a := n.arrival; a != nil && a.machine == m {
		return trace.Cause{Kind: tcpstate.OnReceive, Name: receiveName(t.state, to, a), Wire: a.wire}
	}
	if t.call != "" {
		return trace.Cause{Kind: tcpstate.OnCall, Name: t.call}
	}
	if n.timer == m {
		return trace.Cause{Kind: tcpstate.OnTimer, Name: timerName(t)}
	}
	return trace.Cause{Kind: tcpstate.OnCall, Name: callClose} // of its listener
}

// receiveName is the part of a segment that made a change: the label on the
// edge of RFC 9293 Figure 5.
func receiveName(from, to tcpstate.State, a *arrival) string {
	flags := a.seg.flags
	switch {
	case !a.tcp:
		return "ICMP"
	case from == tcpstate.Listen && to == tcpstate.Established:
		return "ACK of a SYN cookie" // RFC 4987 §3.6
	case to == tcpstate.SynReceived:
		return "SYN"
	case to == tcpstate.CloseWait, to == tcpstate.Closing, from == tcpstate.FinWait2 && to == tcpstate.TimeWait:
		return "FIN"
	case from == tcpstate.FinWait1 && to == tcpstate.TimeWait:
		return "FIN,ACK"
	case from == tcpstate.SynSent && to == tcpstate.Established:
		return "SYN,ACK"
	case flags.Contains(header.TCPFlagRst):
		return "RST"
	case to == tcpstate.Closed && (from == tcpstate.FinWait1 || from == tcpstate.FinWait2):
		// The stack aborts: what comes beyond RCV.NXT can no longer be read (RFC
		// 9293 §3.6.1; RFC 1122 §4.2.2.13). It takes a number that lies there for
		// that too, with no data in the segment.
		if a.seg.payload > 0 {
			return "data after close"
		}
		return "gap after close"
	case to == tcpstate.Established, to == tcpstate.FinWait2, to == tcpstate.TimeWait, from == tcpstate.LastAck:
		return "ACK"
	}
	return flagNames(flags)
}

func flagNames(flags header.TCPFlags) string {
	var names []string
	for _, f := range []struct {
		bit  header.TCPFlags
		name string
	}{{header.TCPFlagSyn, "SYN"}, {header.TCPFlagFin, "FIN"}, {header.TCPFlagRst, "RST"}, {header.TCPFlagPsh, "PSH"}, {header.TCPFlagAck, "ACK"}} {
		if flags.Contains(f.bit) {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ",")
}

func timerName(t *tcb) string {
	switch t.state {
	case tcpstate.TimeWait:
		return timerTimeWait
	case tcpstate.FinWait2:
		return timerFinWait2
	case tcpstate.SynSent:
		if unreachable(t.endpoint) {
			return timerResolution
		}
	default:
		if keepAliveSpent(t.endpoint) {
			return timerKeepAlive
		}
	}
	return timerRetransmission
}
