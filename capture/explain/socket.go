package explain

import (
	"net/netip"
	"strings"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// standing is how one end of a connection stands for its program: as the end
// itself, its segments and the results of earlier calls have told.
type standing struct {
	state tcpstate.State
	// behind: the end may have left that state; the system told it when it was
	// asked, or a call by returning.
	behind bool
	linger bool // SO_LINGER 0 is set
	shut   bool // shutdown(write) was called
	// accepted: a program has taken it from the queue.
	accepted bool
	reset    bool // a RST had been sent
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

// came takes a change of state that was reported, or that segments show.
func (r *reported) came(ev *trace.Event) {
	c := ev.State
	if !ev.To.Addr.IsValid() {
		return // a listener's
	}
	now := r.sockets[connOf(ev)]
	if alive(c.To) && (c.From == tcpstate.Closed || c.From == tcpstate.Listen) && !alive(now.state) {
		now = standing{} // a new connection
	}
	_, byReturn := returned[triggerOf(c)]
	now.state, now.behind = c.To, c.Basis == tcpstate.Observed && (byReturn || c.Cause.Kind == tcpstate.OnPoll)
	r.stands(ev, now)
}

// connOf is the connection of an event as the party that it is From has it.
func connOf(ev *trace.Event) trace.Conn {
	return trace.Conn{Local: ev.From.Addr, Remote: ev.To.Addr}
}

func (r *reported) stands(ev *trace.Event, s standing) {
	end := connOf(ev)
	if _, known := r.sockets[end]; !known && len(r.sockets) >= endingLimit {
		clear(r.sockets)
	}
	r.sockets[end] = s
}

// called keeps how things stand at a call, for it may be explained when more has
// happened, and what the call says of its socket.
func (r *reported) called(ev *trace.Event) {
	now := r.sockets[connOf(ev)]
	switch c := ev.Call; {
	case c.Name == "connect" && c.Result == "":
		now = standing{} // a new socket
	case c.Name == "listen" || c.Name == "close" && c.Args == ListenerArgs:
		r.listens(ev.From.Addr, c.Name == "listen")
		return
	case c.Name == "accept" && c.Result != "":
		now.accepted = true
	case c.Name == "setsockopt" && isLingerZero(c):
		now.linger = true
	case c.Name == "shutdown":
		now.shut = true
	case c.Name == "close", c.Name == "read":
		key := keyOfCall(ev)
		if _, ok := r.calls[key]; ok {
			return
		}
		if len(r.calls) >= historyLimit {
			clear(r.calls)
		}
		at := now
		at.reset = r.reset[ev.Stream]
		r.calls[key] = at
		if isReset(c) {
			now.state, now.behind = tcpstate.Closed, false
		}
	default:
		return
	}
	r.stands(ev, now)
}

// listens notes that a listening socket was opened, or closed.
func (r *reported) listens(at netip.AddrPort, open bool) {
	switch {
	case open:
		delete(r.deaf, at)
	case len(r.deaf) < endingLimit:
		r.deaf[at] = true
	}
}

// isReset recognises the result of a call by which an RST is told.
func isReset(c *trace.Call) bool { return strings.Contains(c.Result, "connection reset") }

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
	case tcpstate.Unknown, tcpstate.Listen, tcpstate.SynSent: // nor would it be open
		now.behind = true
	case tcpstate.SynReceived, tcpstate.Established, tcpstate.CloseWait:
	}
	switch {
	case now.linger:
		return closeLingerText, true
	case now.behind && now.shut:
		return closeAgainText, true
	case now.behind:
		return closeIfOpenText, true
	}
	return text{}, false
}

// isLingerZero recognises the option that turns CLOSE into ABORT.
func isLingerZero(c *trace.Call) bool {
	return c.Args == "SO_LINGER 0" || strings.HasPrefix(c.Args, "SO_LINGER 0 ")
}

// endOfStream says why nothing more will be read.
func (x *Explainer) endOfStream(ev *trace.Event) text {
	now := x.reported.calls[keyOfCall(ev)]
	if now.shut && now.state != tcpstate.Closed {
		return eofClosedText
	}
	switch now.state {
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
