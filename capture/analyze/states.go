package analyze

import (
	"net/netip"
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// endKey names one end of one connection by its addresses.
type endKey struct{ local, remote netip.AddrPort }

// endLog holds, for one end, the changes that one side has reported and the
// other not yet: at most one of the two lists is not empty.
type endLog struct {
	inferred []inferred
	observed []reported     // changes that the segments have not shown
	last     tcpstate.State // the last that was told, where states are sampled
	proved   bool           // segments have shown a state of this end for certain
	opened   bool           // accept or connect has: it has been ESTABLISHED
	lost     bool           // a call has taken its control block away, and no segment has begun another
	asked    time.Time      // for the sample of its memory that was told last
	gone     time.Time      // when it was known to have no control block, by its own report
	told     *told
	past     []*told // of connections before it, whose summaries have not been told
}

// inferred is a change that the segments show, and the frame that shows it by its
// identity on the wire.
type inferred struct {
	tcpstate.Change
	wire uint64
}

// reported is a change that a party has reported: to which state, and whether it
// may be that no segment ever shows it.
type reported struct {
	to        tcpstate.State
	invisible bool
}

// shows takes away the report that an inferred change to a state confirms, with
// the invisible ones before it, and says whether there was one.
func (e *endLog) shows(to tcpstate.State) bool {
	for i, o := range e.observed {
		if o.to == to {
			e.observed = e.observed[i+1:]
			return true
		}
		if !o.invisible {
			break
		}
	}
	return false
}

// reconcile lays what parties report beside what the segments prove. Where a
// network observes every change (Options.Exact), the observations are what is
// told, and inferences only confirm or contradict them; where states are
// sampled, the inferences are told, and an observation adds what they miss.
type reconcile struct {
	exact bool
	ends  map[endKey]*endLog
	hosts map[netip.Addr]bool // that report of themselves
}

// anywhere names the socket that listens on a port of every address, 0.0.0.0 or
// [::]: no segment bears its address.
func anywhere(port uint16) endKey {
	return endKey{local: netip.AddrPortFrom(netip.Addr{}, port)}
}

// maxPending bounds what one end may wait for: a disagreement is reported, not
// stored.
const maxPending = 16

func (r *reconcile) end(k endKey) *endLog {
	e := r.ends[k]
	if e == nil {
		e = &endLog{}
		r.ends[k] = e
	}
	return e
}

// forget drops what is kept of a connection that is over.
func (r *reconcile) forget(c *tcpstate.Conn) {
	delete(r.ends, endKey{c.Key.Client, c.Key.Server})
	delete(r.ends, endKey{c.Key.Server, c.Key.Client})
}

// infer takes a change that the segments show, and reports whether it is to be
// told.
func (r *reconcile) infer(k endKey, ch tcpstate.Change, wire uint64) bool {
	e := r.end(k)
	if e.shows(ch.To) {
		e.proved = e.proved || ch.To == e.last && ch.Basis == tcpstate.Inferred
		return false // it has been told
	}
	if !r.exact {
		if e.lost = e.lost && alive(ch.From); e.lost {
			return false // it would be so if the end still knew the connection
		}
		e.last, e.proved = ch.To, ch.Basis == tcpstate.Inferred
		if ch.From == tcpstate.Listen { // so somebody listens: a poll that finds it later tells no news
			r.end(endKey{local: k.local}).last = tcpstate.Listen
			r.end(anywhere(k.local.Port())).last = tcpstate.Listen
		}
		return true
	}
	if len(e.inferred) < maxPending {
		ch.Frames = slices.Clone(ch.Frames)
		e.inferred = append(e.inferred, inferred{ch, wire})
	}
	return false
}

// observe takes a change that a party reports. It reports whether it is to be
// told, and fills in s what the segments know of it.
func (r *reconcile) observe(k endKey, o *trace.Observation, s *trace.StateChange) bool {
	if !k.remote.IsValid() && k.local.Addr().IsUnspecified() {
		k = anywhere(k.local.Port())
	}
	e := r.end(k)
	*s = trace.StateChange{Cause: o.Cause}
	s.From, s.To, s.Basis = o.From, o.To, tcpstate.Observed
	s.Trigger = tcpstate.Trigger{Kind: o.Cause.Kind, Name: o.Cause.Name}
	s.Edge = edge(o)
	if !r.exact {
		if e.last == o.To || returned(o) && alive(e.last) && stale(e.last, o.To) || e.late(o) {
			return false
		}
		e.opened = e.opened || returned(o)
		if e.last != tcpstate.Unknown && e.last != o.From {
			s.From = e.last
			s.Edge = tcpstate.FindEdge(s.From, s.To)
		}
		e.last, e.gone = o.To, time.Time{}
		e.lost = o.Cause.Kind == tcpstate.OnCall && !alive(o.To)
		if !alive(o.To) {
			e.gone = o.At
		}
		if len(e.observed) < maxPending {
			e.observed = append(e.observed, reported{to: o.To})
		}
		return true
	}
	for i, ch := range e.inferred {
		if ch.To == o.To {
			s.Trigger, s.Frames = ch.Trigger, ch.Frames
			if ch.From == o.From { // else it went another way than the segments suggest
				s.Edge = ch.Edge
			}
			s.Contradicted = slices.ContainsFunc(e.inferred[:i], func(skipped inferred) bool {
				return remembered(skipped.Change) && !sameCause(skipped, o)
			})
			e.inferred = e.inferred[i+1:]
			return true
		}
	}
	unseen := invisible(o.From, o.To)
	s.Contradicted = len(e.inferred) > 0 && !unseen
	if len(e.observed) < maxPending {
		e.observed = append(e.observed, reported{o.To, unseen})
	}
	return true
}

// returned reports whether a change is told by the return of accept, which may be
// called long after the handshake, or of connect.
func returned(o *trace.Observation) bool {
	return o.Cause.Kind == tcpstate.OnCall && o.To == tcpstate.Established
}

// late reports whether a state that polling found is one that this end has left,
// by what segments, accept or connect have shown for certain.
func (e *endLog) late(o *trace.Observation) bool {
	return o.Cause.Kind == tcpstate.OnPoll && (e.proved || e.opened && alive(e.last)) && stale(e.last, o.To)
}

// stale reports whether a state that polling found lies behind the one that
// segments have shown for certain: the answer was late. A connection passes no
// state twice; only a new one, from CLOSED or LISTEN, begins again.
func stale(shown, polled tcpstate.State) bool {
	if !alive(shown) {
		return polled >= tcpstate.Established
	}
	return !slices.Contains(tcpstate.Reachable(shown, func(e tcpstate.Edge) bool {
		return alive(e.From) && (e.From != tcpstate.TimeWait || e.To == tcpstate.Closed)
	}), polled)
}

// outlived reports whether a sample of memory is older than what has been told:
// it was asked for before the last one, by somebody who had to wait for longer; or
// it is of a control block that is gone, as segments have shown for certain that
// the end has given it up, or holds the smaller one of TIME-WAIT in its place, or as
// the end itself has reported before the sample was asked for or while it was. That
// nothing is remembered is no such sample.
func (r *reconcile) outlived(k endKey, o *trace.Observation) bool {
	if r.exact || o.Asked.IsZero() {
		return false
	}
	e := r.end(k)
	older := o.Asked.Before(e.asked)
	if !older {
		e.asked = o.Asked
	}
	if len(o.Memory.Entries) == 0 {
		return false
	}
	if older || !alive(e.last) && o.Asked.Before(e.gone) {
		return true
	}
	if !e.proved {
		return false
	}
	switch e.last {
	case tcpstate.Closed, tcpstate.Listen:
		return true
	case tcpstate.TimeWait:
		return !slices.ContainsFunc(o.Memory.Entries, func(m trace.Entry) bool {
			return m.Kind == trace.MemoryConnection && m.Name == "state" && m.Value == tcpstate.TimeWait.String()
		})
	default:
		return false
	}
}

// edge is the edge of the figure that an observed change took: a call, a segment
// and a timer may join the same two states. Polling does not see which it was.
func edge(o *trace.Observation) *tcpstate.Edge {
	if o.Cause.Kind == tcpstate.OnPoll {
		return tcpstate.FindEdge(o.From, o.To)
	}
	return tcpstate.FindEdge(o.From, o.To, o.Cause.Kind)
}

// sameCause reports whether the segment that the party names as the cause of a
// change is the one that shows an earlier change, which the party passed over: it
// went on at once, and both say so of the same segment. A stack that aborts
// because of a segment does not take its ACK first.
func sameCause(skipped inferred, o *trace.Observation) bool {
	return skipped.wire != 0 && skipped.wire == o.Cause.Wire
}

// remembered reports whether an end that segments show to have taken the change
// must have taken it: a listener that answers with a SYN cookie looks as if it
// were in SYN-RECEIVED, and remembers nothing (RFC 4987 §3.6).
func remembered(ch tcpstate.Change) bool {
	return ch.From != tcpstate.Listen || ch.To != tcpstate.SynReceived
}

// invisible reports whether no frame shows the change.
func invisible(from, to tcpstate.State) bool {
	return slices.ContainsFunc(tcpstate.Invisible(), func(c tcpstate.InvisibleChange) bool { return c.From == from && c.To == to })
}
