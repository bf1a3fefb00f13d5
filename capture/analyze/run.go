package analyze

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// run is one pass over one trace. Where two goroutines share it, what the one
// writes lies apart from what the other reads, or each would wait for the other's
// cache.
type run struct {
	opts    *Options
	yield   func(trace.Event, error) bool
	stopped bool
	// reported says that parties report, beside the frames, what they know.
	reported bool
	// What Options.Kinds ask for.
	wantsSegments, wantsHTTP bool
	web                      web

	own     decode.Packet  // for frames that are decoded when their turn comes
	packet  *decode.Packet // of the frame at hand
	decoder decode.Decoder
	// tape, if set, takes what another goroutine is to do: see ahead.
	tape     *tape
	observer *tcpstate.Observer
	states   reconcile
	streams  map[endKey]place
	sent     departures
	ended    []*tcpstate.Conn // that are told of at the end
	totals   trace.Totals

	// Reused from event to event.
	segment trace.Segment
	change  trace.StateChange
	other   trace.Other
	// What is read from a segment that was sent and has arrived.
	both     tcpstate.Reading
	changes  []tcpstate.Change
	findings []tcpstate.Finding
}

func newRun(o *Options, yield func(trace.Event, error) bool) *run {
	r := &run{opts: o, yield: yield, streams: map[endKey]place{}}
	r.decoder.VerifyChecksums, r.decoder.Fragments = o.VerifyChecksums, new(decode.Reassembler)
	r.observer = tcpstate.NewObserver(tcpstate.ObserverOptions{OnClose: r.over, BothTaps: o.Exact})
	r.states = reconcile{exact: o.Exact, ends: map[endKey]*endLog{}, hosts: map[netip.Addr]bool{}}
	r.wantsSegments = o.Kinds.Has(trace.KindSegment) || o.Kinds.Has(trace.KindArrival)
	r.wantsHTTP = !o.NoHTTP && (o.Kinds.Has(trace.KindMessage) || o.Kinds.Has(trace.KindWebSocket))
	r.totals.Others = map[string]int{}
	r.web.init(o.Bodies)
	return r
}

// emit tells one event, unless the consumer has had enough.
func (r *run) emit(e trace.Event) {
	switch {
	case !r.opts.Kinds.Has(e.Kind):
	case r.tape != nil:
		r.tape.event(&e)
	default:
		r.give(e)
	}
}

// give hands an event to the consumer.
func (r *run) give(e trace.Event) {
	if !r.stopped && r.opts.Kinds.Has(e.Kind) && !r.yield(e, nil) {
		r.stopped = true
	}
}

// frame takes the next frame.
func (r *run) frame(f *capture.Frame) {
	r.decoder.Decode(f, &r.own)
	r.decoded(f, &r.own)
}

// decoded takes the next frame, and what its headers say.
func (r *run) decoded(f *capture.Frame, p *decode.Packet) {
	r.packet = p
	arrival := f.Direction == capture.Inbound && f.Wire != 0 && r.sent.has(f.Wire)
	if !arrival {
		r.totals.Frames++
		if len(f.Data) < f.Length {
			r.totals.Cut++
		}
		if r.totals.First.IsZero() {
			r.totals.First = f.Time
		}
		r.clock(f.Time)
	}
	r.totals.Last = f.Time
	if f.Wire != 0 {
		r.totals.Numbered = max(r.totals.Numbered, f.Number)
	}
	if r.packet.Err != nil && !arrival {
		r.totals.Damaged++
	}
	if !r.packet.TCP {
		r.notTCP(f, arrival)
		return
	}
	r.segmentSeen(f, arrival)
}

// clock counts what is wrong with the times of frames.
func (r *run) clock(at time.Time) {
	if at.Before(r.totals.Last) {
		r.totals.Backward++
	}
	if capture.Clamped(at) {
		r.totals.Clamped++
	}
}

// where says what seeing the frame proves: a tap at one host's own wire saw it
// leave that host, or reach it; of any other it is known only that it passed.
func where(f *capture.Frame) tcpstate.Where {
	switch f.Direction {
	case capture.Outbound:
		return tcpstate.Sent
	case capture.Inbound:
		return tcpstate.Received
	case capture.DirectionUnknown:
	}
	return tcpstate.Passing
}

// within reports whether a frame never left one machine: it has crossed no
// wire, so that what was sent has arrived.
func within(f *capture.Frame, s *tcpstate.Segment) bool {
	src, dst := s.Src.Addr(), s.Dst.Addr()
	return f.Wire == 0 && (src == dst || src.IsLoopback() && dst.IsLoopback())
}

func (r *run) segmentSeen(f *capture.Frame, arrival bool) {
	s := &r.packet.Segment
	inside := within(f, s)
	at := where(f)
	if inside {
		at = tcpstate.Sent
	}
	reading := r.observer.Observe(s, at)
	if inside && !reading.Damaged { // else nothing of it has arrived
		r.both = *reading
		reading = &r.both
		r.changes = append(r.changes[:0], reading.Changes...)
		findings := append(r.findings[:0], reading.Findings...)
		for i := range r.changes { // the observer reuses what they point to
			r.changes[i].Frames = slices.Clone(r.changes[i].Frames)
		}
		// A wrong checksum was found as the segment left, and is none of the wire's
		// doing: within a machine nobody computes it, and nobody asks.
		sum := s.Checksum
		if sum == tcpstate.Invalid {
			s.Checksum = tcpstate.Unverified
		}
		settled := slices.Clone(reading.Settled)
		arrived := r.observer.Observe(s, tcpstate.Received)
		s.Checksum = sum
		r.changes = append(r.changes, arrived.Changes...)
		findings = append(findings, arrived.Findings...)
		reading.RTT, reading.AcksFrame = arrived.RTT, arrived.AcksFrame
		reading.Changes, reading.Findings, r.findings = r.changes, findings, findings
		reading.Settled = append(settled, arrived.Settled...)
	}
	if !arrival {
		r.totals.Segments++
	}
	r.whereabouts(f, s, place{reading.Conn.Stream, reading.From}, arrival)
	reads := r.wantsHTTP && r.delivers(f, reading, arrival)
	aborts := reads && reading.Aborts(s)
	if aborts { // what it cuts off came before it
		r.readUp(exchangeOf(reading.Conn, s))
	}
	if r.wantsSegments || f.Wire != 0 {
		r.tellSegment(f, s, reading, arrival)
	}
	for i := range reading.Changes {
		r.inferred(f, reading, reading.Changes[i])
	}
	if reads && !aborts {
		r.payload(f, s, reading, arrival)
	}
}

// payload has a segment's payload read.
func (r *run) payload(f *capture.Frame, s *tcpstate.Segment, reading *tcpstate.Reading, arrival bool) {
	if x := exchangeOf(reading.Conn, s); r.tape != nil {
		r.tape.payload(x, reading.From, s)
	} else {
		s.Time = r.timeOf(f, reading.From, arrival)
		r.web.segment(r, x, reading.From, s, f.Time.Sub(s.Time))
		s.Time = f.Time
	}
}

// readUp ends the reading of an exchange.
func (r *run) readUp(x *exchange) {
	if r.tape != nil {
		r.tape.over(x)
	} else {
		r.web.close(r, x)
	}
}

// timeOf is when a segment whose payload has been delivered was seen where times
// are taken: see Options.Vantage.
func (r *run) timeOf(f *capture.Frame, from tcpstate.End, arrival bool) time.Time {
	left, known := r.sent.of(f.Wire)
	switch {
	case !arrival || !known, f.Vantage == r.opts.Vantage:
		return f.Time
	case left.tap == r.opts.Vantage, from == tcpstate.Client:
		return left.at
	}
	return f.Time
}

// delivers reports whether this sight of a frame is the one whose payload
// counts: where both ends are watched, its arrival with a good checksum, or its
// departure where its arrival was not watched.
func (r *run) delivers(f *capture.Frame, reading *tcpstate.Reading, arrival bool) bool {
	if reading.Damaged {
		return false
	}
	return arrival || f.Wire == 0 || f.Direction != capture.Outbound
}

// inferred takes a change that a segment shows.
func (r *run) inferred(f *capture.Frame, reading *tcpstate.Reading, ch tcpstate.Change) {
	c := reading.Conn
	if r.reported {
		k := endKey{addrOf(c, ch.End), addrOf(c, ch.End.Peer())}
		if !r.states.infer(k, ch, f.Wire) {
			return
		}
		r.states.tell(k, c.Stream, &ch)
	}
	whose, peer := r.opts.parties(c, ch.End)
	r.change = trace.StateChange{Change: ch}
	r.emit(trace.Event{
		Kind: trace.KindState, At: f.Time, Frame: f.Number, Wire: f.Wire,
		Stream: c.Stream, From: whose, To: peer, State: &r.change,
	})
}

func (r *run) notTCP(f *capture.Frame, arrival bool) {
	if arrival {
		return
	}
	if f.Wire != 0 {
		r.sent.add(f.Wire, departure{frame: f.Number, stream: -1})
	}
	r.totals.Others[r.packet.Protocol]++
	if !r.opts.Kinds.Has(trace.KindOther) {
		return
	}
	r.other = trace.Other{Protocol: r.packet.Protocol, Info: trace.Text{En: r.packet.Info(), Ko: r.packet.InfoKorean()}, Src: r.packet.IP.Src, Dst: r.packet.IP.Dst, Err: r.packet.Err}
	e := trace.Event{Kind: trace.KindOther, At: f.Time, Frame: f.Number, Wire: f.Wire, Stream: -1, Other: &r.other}
	if p, ok := r.opts.Roles[r.packet.IP.Src]; ok {
		e.From = p
	}
	if p, ok := r.opts.Roles[r.packet.IP.Dst]; ok {
		e.To = p
	}
	r.emit(e)
}

// observe takes what a party reports.
func (r *run) observe(o *trace.Observation) {
	k := endKey{o.Conn.Local, o.Conn.Remote}
	e := trace.Event{At: o.At, Stream: -1, From: o.Party, N: o.N}
	if p, ok := r.streams[k]; ok {
		e.Stream = p.stream
	}
	if o.Conn.Remote.IsValid() {
		e.To = r.opts.peer(o.Party, o.Conn)
	}
	switch o.Kind {
	case trace.ObservedState:
		e.Kind, e.State, e.Wire = trace.KindState, &r.change, o.Cause.Wire
		if !r.states.observe(k, o, &r.change) {
			return
		}
		r.change.End = r.endOf(k, o.Party)
		r.states.tell(k, e.Stream, &r.change.Change)
		if d, ok := r.sent.of(o.Cause.Wire); ok {
			e.Frame = d.frame
		}
	case trace.ObservedMemory:
		if r.states.outlived(k, o) {
			return
		}
		e.Kind, e.Memory = trace.KindMemory, o.Memory
	case trace.ObservedVerdict:
		e.Kind, e.Verdict, e.Wire = trace.KindVerdict, o.Verdict, o.Verdict.Wire
		if d, ok := r.sent.of(e.Wire); ok {
			e.Frame, e.Stream, e.From, e.To = d.frame, d.stream, d.from, d.to
		}
	case trace.ObservedCall:
		e.Kind, e.Call = trace.KindCall, o.Call
	case trace.ObservedNote:
		e.Kind, e.Note = trace.KindNote, o.Note
	case trace.ObservedStore:
		e.Kind, e.Access = trace.KindStore, o.Access
	case trace.ObservedGap:
		e.Kind = trace.KindGap
		r.totals.Dropped += o.N
	case trace.ObservedTick:
		return
	}
	r.emit(e)
}

// place is where an end stands: its connection, and which end of it.
type place struct {
	stream int
	end    tcpstate.End
}

// endOf is which end of a connection a party is: as the segments have it, or as
// its role says before there are any.
func (r *run) endOf(k endKey, p trace.Participant) tcpstate.End {
	if at, ok := r.streams[k]; ok {
		return at.end
	}
	if p.Role == trace.RoleServer {
		return tcpstate.Server
	}
	return tcpstate.Client
}

// over ends the reading of a connection that is over, tells of it, and forgets it.
// Where all is reported, its stacks may still have something to say of it: what was
// on its way arrives, and TIME-WAIT ends. It is told of at the end then.
func (r *run) over(c *tcpstate.Conn) {
	r.readUp(leave(c))
	if r.opts.Exact {
		r.ended = append(r.ended, c)
		return
	}
	r.tellConn(c)
	r.states.forget(c)
	delete(r.streams, endKey{c.Key.Client, c.Key.Server})
	delete(r.streams, endKey{c.Key.Server, c.Key.Client})
}

// tellConn tells how a connection was.
func (r *run) tellConn(c *tcpstate.Conn) {
	r.states.settle(c)
	from, to := r.opts.parties(c, tcpstate.Client)
	if !c.Resumed {
		r.totals.Connections++
	}
	r.emit(trace.Event{
		Kind: trace.KindConnection, At: c.LastTime, Frame: c.Last, Stream: c.Stream,
		From: from, To: to, Connection: c,
	})
}

// finish tells what is left when the trace ends.
func (r *run) finish() {
	r.observer.Finish(r.totals.Last)
	slices.SortFunc(r.ended, func(a, b *tcpstate.Conn) int { return cmp.Compare(a.Stream, b.Stream) })
	for _, c := range r.ended {
		r.tellConn(c)
	}
	r.totals.Incomplete = r.decoder.Fragments.Incomplete()
	r.emit(trace.Event{Kind: trace.KindTotals, At: r.totals.Last, Stream: -1, Totals: &r.totals})
}
