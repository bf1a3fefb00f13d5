package explain

import (
	"strings"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// standing is how the connection of a call stood when the call was made, as its
// own end had reported it by then.
type standing struct {
	state  tcpstate.State
	linger bool // SO_LINGER 0 was set
	reset  bool // a RST had been sent
}

// callKey names a call. Events are reused, so it holds what a call is.
type callKey struct {
	end          endKey
	at           time.Time
	name, result string
}

func keyOfCall(ev *trace.Event) callKey {
	return callKey{endKey{ev.Stream, ev.From.Addr}, ev.At, ev.Call.Name, ev.Call.Result}
}

// called keeps how things stand at a call, for it may be explained when more has
// happened.
func (r *reported) called(ev *trace.Event) {
	end := endKey{ev.Stream, ev.From.Addr}
	switch c := ev.Call; c.Name {
	case "setsockopt":
		if isLingerZero(c) && len(r.linger) < endingLimit {
			r.linger[end] = true
		}
	case "close", "read":
		key := keyOfCall(ev)
		if _, ok := r.calls[key]; ok {
			return
		}
		if len(r.calls) >= historyLimit {
			clear(r.calls)
		}
		r.calls[key] = standing{r.state[end], r.linger[end], r.reset[ev.Stream]}
	}
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
	now := x.reported.calls[keyOfCall(ev)]
	switch now.state {
	case tcpstate.Closed:
		return closeOverText, true
	case tcpstate.TimeWait:
		return closeTimeWaitText, true
	case tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.LastAck:
		return closeAgainText, true
	case tcpstate.SynReceived, tcpstate.Established, tcpstate.CloseWait:
		return closeLingerText, now.linger
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
	switch now := x.reported.calls[keyOfCall(ev)]; now.state {
	case tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.LastAck, tcpstate.TimeWait:
		return eofClosedText
	case tcpstate.Closed:
		if now.reset {
			return eofResetText
		}
		return eofClosedText
	default:
		return eofText
	}
}
