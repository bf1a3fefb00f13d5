package analyze

import (
	"slices"
	"strings"

	"statelab/capture/tcpstate"
)

// maxTold bounds how many states of one end are kept, as the observer's own
// history is bounded.
const maxTold = 64

// told is what has been told of one end of one connection, in order: what the
// stack or the system reported of it, and what the segments show beside that.
type told struct {
	stream int // -1 before its first segment
	states []tcpstate.State
	// next is how a new connection of the same addresses and ports has begun,
	// before any segment of it.
	next []tcpstate.State
	// witness: the end itself has reported. reset: it has reported a RST. timer:
	// it has reported that a timer ended it.
	witness, reset, timer bool
	// over: it was open, and at some time neither end remembered it any more.
	over bool
}

// alive reports whether an end in that state keeps a control block.
func alive(s tcpstate.State) bool {
	return s != tcpstate.Unknown && s != tcpstate.Closed && s != tcpstate.Listen
}

func (t *told) last() tcpstate.State {
	if len(t.states) == 0 {
		return tcpstate.Unknown
	}
	return t.states[len(t.states)-1]
}

// tell keeps a change that is told of an end. A listener has no connection.
func (r *reconcile) tell(k endKey, stream int, ch *tcpstate.Change) {
	if !k.remote.IsValid() {
		return
	}
	e := r.end(k)
	if ch.Basis == tcpstate.Observed {
		r.hosts[k.local.Addr()] = true
	}
	if e.told == nil && ch.Basis != tcpstate.Observed {
		return // the observer's own history tells as much
	}
	if e.told == nil {
		e.told = &told{stream: -1}
	}
	if t := e.told; stream >= 0 && t.stream >= 0 && stream != t.stream {
		e.past = append(e.past, t)
		e.told = &told{stream: stream, states: t.next, witness: t.next != nil}
	}
	t := e.told
	if ch.From == tcpstate.Closed && ch.To == tcpstate.SynSent && t.stream >= 0 && !alive(t.last()) {
		t.next = []tcpstate.State{ch.From, ch.To}
		return
	}
	if stream >= 0 {
		t.stream = stream
	}
	if ch.From != tcpstate.Unknown && ch.From != t.last() {
		t.states = append(t.states, ch.From)
	}
	t.states = append(t.states, ch.To)
	if len(t.states) > maxTold {
		t.states = append(t.states[:maxTold-1], ch.To)
	}
	if ch.Basis != tcpstate.Observed {
		return
	}
	t.witness = true
	t.timer = ch.To == tcpstate.Closed && ch.Trigger.Kind == tcpstate.OnTimer
	t.reset = t.reset || strings.Contains(ch.Trigger.Name, "RST")
	peer := r.ends[endKey{k.remote, k.local}]
	if peer != nil && peer.told != nil && !alive(ch.To) && !alive(peer.told.last()) && slices.Contains(t.states, tcpstate.Established) {
		t.over, peer.told.over = true, true
	}
}

// take hands out what was told of an end in one connection, nil if nothing was.
func (e *endLog) take(stream int) *told {
	if e == nil {
		return nil
	}
	if len(e.past) > 0 && e.past[0].stream == stream {
		t := e.past[0]
		e.past = e.past[1:]
		return t
	}
	t := e.told
	if t == nil || t.stream >= 0 && t.stream != stream {
		return nil
	}
	e.told = nil
	if t.next != nil {
		e.told = &told{stream: -1, states: t.next, witness: true}
	}
	return t
}

// settle makes the summary of a connection say what was told of it: its ends'
// own reports know of states that no segment shows.
func (r *reconcile) settle(c *tcpstate.Conn) {
	over, reset := false, false
	var witnesses [2]bool
	timer := false
	for _, who := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
		t := r.ends[endKey{addrOf(c, who), addrOf(c, who.Peer())}].take(c.Stream)
		if r.exact && len(c.History[who]) > 1 && r.hosts[addrOf(c, who).Addr()] && t == nil {
			// Its host tells every change and has told none: a listener that
			// answers with a SYN cookie remembers nothing (RFC 4987 §3.6).
			c.History[who] = c.History[who][:1]
			c.State[who], c.Assumed[who] = c.History[who][0], 0
		}
		if t == nil {
			continue
		}
		if t.witness && len(t.states) > 0 {
			before := max(slices.Index(c.History[who], t.states[0]), 0)
			c.History[who] = append(slices.Clone(c.History[who][:before]), t.states...)
			c.State[who], c.Assumed[who] = t.last(), 0
			witnesses[who] = true
		}
		over, reset, timer = over || t.over, reset || t.reset, timer || t.timer
		if c.Key.OneEnd() {
			break // its other end is unused
		}
	}
	unfinished := c.Ending == tcpstate.EndOpen || c.Ending == tcpstate.EndNever
	switch {
	case unfinished && over && reset:
		c.Ending, unfinished = tcpstate.EndRST, false
	case unfinished:
		c.Ending = c.Unfinished() // by what its ends have told
	}
	switch {
	case !r.exact:
	case stillOpen(c, witnesses):
		c.Ending = c.Unfinished()
	case unfinished && timer && !alive(c.State[tcpstate.Client]) && !alive(c.State[tcpstate.Server]):
		c.Ending = tcpstate.EndTimeout // sooner than its silence could tell
	}
}

// stillOpen reports whether a connection that its segments show as ending has
// not ended for the ends that tell of themselves: the RST or the FIN was lost.
func stillOpen(c *tcpstate.Conn, witness [2]bool) bool {
	heard := false // an end has received a FIN (RFC 9293 §3.6)
	remembered := false
	for who, told := range witness {
		if !told {
			continue
		}
		s := c.State[who]
		remembered = remembered || alive(s) && s != tcpstate.TimeWait
		heard = heard || slices.ContainsFunc(c.History[who], func(s tcpstate.State) bool {
			return s == tcpstate.CloseWait || s == tcpstate.LastAck || s == tcpstate.Closing || s == tcpstate.TimeWait
		})
	}
	switch c.Ending {
	case tcpstate.EndRST, tcpstate.EndTimeout:
		return remembered
	case tcpstate.EndHalf, tcpstate.EndFIN:
		return remembered && !heard
	case tcpstate.EndOpen, tcpstate.EndNever:
	}
	return false
}
