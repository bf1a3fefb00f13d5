package explain

import (
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// standing is what is known of the end that makes a call: its state before it,
// as the end itself reported it.
func (x *Explainer) standing(ev *trace.Event) tcpstate.State {
	return x.reported.state[endKey{ev.Stream, ev.From.Addr}]
}

// callNow is the sentence for a call whose effect depends on where its
// connection stands (RFC 9293 §3.10.4, CLOSE; RFC 1122 §4.2.2.13).
func (x *Explainer) callNow(ev *trace.Event) (text, bool) {
	c := ev.Call
	switch {
	case c.Name == "setsockopt" && isLingerZero(c):
		return setLingerText, true
	case c.Name != "close", c.Args == ListenerArgs:
		return text{}, false
	}
	switch x.standing(ev) {
	case tcpstate.Closed:
		return closeOverText, true
	case tcpstate.TimeWait:
		return closeTimeWaitText, true
	case tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.LastAck:
		return closeAgainText, true
	case tcpstate.SynReceived, tcpstate.Established, tcpstate.CloseWait:
		return closeLingerText, x.reported.linger[endKey{ev.Stream, ev.From.Addr}]
	case tcpstate.Unknown, tcpstate.Listen, tcpstate.SynSent:
	}
	return text{}, false
}

// isLingerZero recognises the option that turns CLOSE into ABORT.
func isLingerZero(c *trace.Call) bool {
	return c.Args == "SO_LINGER 0" || strings.HasPrefix(c.Args, "SO_LINGER 0 ")
}

// endOfStream says why nothing more will be read.
func (x *Explainer) endOfStream(ev *trace.Event) text {
	switch x.standing(ev) {
	case tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.LastAck, tcpstate.TimeWait:
		return eofClosedText
	case tcpstate.Closed:
		if x.reported.reset[ev.Stream] {
			return eofResetText
		}
		return eofClosedText
	default:
		return eofText
	}
}
