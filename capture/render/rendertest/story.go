package rendertest

import (
	"net/netip"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// story writes a timeline down, one call a line.
type story struct {
	trace   Trace
	now     time.Time
	wire    uint64
	lossy   bool // a plain trace: one vantage point, nothing observed
	frame   int
	flying  map[uint64]int // index of a wire's segment event
	conns   []*tcpstate.Conn
	parties [][2]trace.Participant
	totals  trace.Totals
}

var began = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

func newStory(name, title string) *story {
	return &story{
		trace:  Trace{Name: name, Title: title, Network: "virtual network, gVisor netstack, seed 1"},
		now:    began,
		flying: map[uint64]int{},
	}
}

// plain makes it a file's trace.
func (s *story) plain() *story {
	s.lossy = true
	s.trace.Network = "capture.pcapng"
	return s
}

func (s *story) add(e trace.Event) *trace.Event {
	e.At = s.now
	s.trace.events = append(s.trace.events, e)
	return &s.trace.events[len(s.trace.events)-1]
}

func (s *story) wait(d time.Duration) { s.now = s.now.Add(d) }

func (s *story) step(en, ko string) {
	s.add(trace.Event{Kind: trace.KindNote, Stream: -1, Note: &trace.Note{Step: true, Text: trace.Text{En: en, Ko: ko}}})
}

func (s *story) note(en, ko string) {
	s.add(trace.Event{Kind: trace.KindNote, Stream: -1, Note: &trace.Note{Text: trace.Text{En: en, Ko: ko}}})
}

// connect makes a connection known; it returns its stream.
func (s *story) connect(client, server trace.Participant) int {
	stream := len(s.conns)
	c := &tcpstate.Conn{
		Stream: stream, Key: tcpstate.Key{Client: client.Addr, Server: server.Addr}, OpenerKnown: true,
		ISN: [2]tcpstate.Seq{1000000007, 3000000019}, HasISN: [2]bool{true, true}, Findings: map[string]int{},
		FirstTime: s.now,
	}
	o := tcpstate.Options{HasMSS: true, MSS: 1460, HasScale: true, Scale: 7, SackPermitted: true, HasTimestamps: true}
	c.Options = [2]tcpstate.Options{o, o}
	s.conns = append(s.conns, c)
	s.parties = append(s.parties, [2]trace.Participant{client, server})
	return stream
}

// packet is one segment to be told.
type packet struct {
	stream   int
	from     tcpstate.End
	flags    tcpstate.Flags
	seq, ack uint32 // relative
	data     string
	window   uint16
	findings []tcpstate.Finding
	changes  []tcpstate.Change
}

// send tells of a segment that leaves (or, in a plain trace, passes) and
// returns its wire number.
func (s *story) send(p packet) uint64 {
	c := s.conns[p.stream]
	from, to := s.parties[p.stream][p.from], s.parties[p.stream][p.from.Peer()]
	seg := &trace.Segment{}
	seg.Time, seg.Src, seg.Dst, seg.Flags, seg.Window = s.now, from.Addr, to.Addr, p.flags, p.window
	if seg.Window == 0 {
		seg.Window = 64240
	}
	for _, f := range p.findings {
		c.Findings[f.Name]++
		if f.Name == "zero-window" {
			seg.Window = 0
		}
	}
	seg.Segment.Seq, seg.RelSeq, seg.Relative = c.ISN[p.from].Add(p.seq), p.seq, true
	if p.flags.Has(tcpstate.ACK) {
		seg.Ack, seg.RelAck = c.ISN[p.from.Peer()].Add(p.ack), p.ack
	}
	if p.flags.Has(tcpstate.SYN) {
		seg.Options = c.Options[p.from]
	}
	seg.Len, seg.Payload = len(p.data), []byte(p.data)
	seg.ScaledWindow, seg.ScaleKnown = uint32(seg.Window), true
	seg.Conn, seg.Reading.From, seg.Findings, seg.Changes = c, p.from, p.findings, p.changes
	seg.TTL, seg.Checksum = 64, tcpstate.Valid
	c.Total[p.from] += int64(len(p.data))
	if p.data != "" {
		c.Bytes[p.from] = max(c.Bytes[p.from], int64(p.seq)+int64(len(p.data))-1)
	}
	c.Segments[p.from]++
	c.LastTime = s.now
	e := trace.Event{Kind: trace.KindSegment, Stream: p.stream, From: from, To: to, Segment: seg}
	s.totals.Segments++
	if s.lossy {
		s.number(c, &e)
		s.add(e)
		return 0
	}
	s.wire++
	e.Wire, seg.Segment.Wire = s.wire, s.wire
	if p.from == tcpstate.Client {
		s.number(c, &e)
	}
	s.flying[s.wire] = len(s.trace.events)
	s.add(e)
	return s.wire
}

// number gives an event the next frame number of the trace.
func (s *story) number(c *tcpstate.Conn, e *trace.Event) {
	s.frame++
	e.Frame = s.frame
	if e.Segment != nil {
		e.Segment.Segment.Frame = s.frame
	}
	if c.First == 0 {
		c.First = s.frame
	}
	c.Last = s.frame
}

// arrive tells that a segment reached its receiver.
func (s *story) arrive(wire uint64) {
	left := &s.trace.events[s.flying[wire]]
	if left.Frame == 0 { // the trace is the client's
		s.number(s.conns[left.Stream], left)
	}
	e := left.Clone()
	e.Kind, e.Segment.Findings, e.Segment.Changes = trace.KindArrival, nil, nil
	s.add(e)
}

// fate tells what the wire did.
func (s *story) fate(wire uint64, f trace.Fate, rule string, by time.Duration) {
	e := trace.Event{Kind: trace.KindVerdict, Wire: wire, Stream: -1, Verdict: &trace.Verdict{Fate: f, Wire: wire, Rule: rule, By: by}}
	if f == trace.Corrupted {
		e.Verdict.Bit = 437
	}
	if at, ok := s.flying[wire]; ok {
		left := &s.trace.events[at]
		e.Frame, e.Stream, e.From, e.To = left.Frame, left.Stream, left.From, left.To
	}
	s.add(e)
}

// become tells of an end's change of state.
func (s *story) become(stream int, end tcpstate.End, to tcpstate.State, kind tcpstate.TriggerKind, name string) {
	c := s.conns[stream]
	ch := trace.StateChange{Cause: trace.Cause{Kind: kind, Name: name}}
	ch.End, ch.From, ch.To = end, c.State[end], to
	ch.Trigger = tcpstate.Trigger{Kind: kind, Name: name}
	if ch.From == tcpstate.Unknown {
		ch.From = tcpstate.Closed
	}
	ch.Edge = tcpstate.FindEdge(ch.From, to)
	if len(c.History[end]) == 0 {
		c.History[end] = append(c.History[end], ch.From)
	}
	c.State[end] = to
	c.History[end] = append(c.History[end], to)
	e := trace.Event{Kind: trace.KindState, Stream: stream, From: s.parties[stream][end], State: &ch}
	if to != tcpstate.Listen { // a listener has no peer
		e.To = s.parties[stream][end.Peer()]
	}
	s.add(e)
}

func (s *story) call(stream int, who trace.Participant, name, args, result string) {
	e := trace.Event{
		Kind: trace.KindCall, Stream: stream, From: who,
		Call: &trace.Call{Name: name, Args: args, Result: result},
	}
	if stream >= 0 {
		e.To = s.parties[stream][tcpstate.Client]
		if who == e.To {
			e.To = s.parties[stream][tcpstate.Server]
		}
	}
	s.add(e)
}

func (s *story) remember(who trace.Participant, entries ...trace.Entry) {
	s.add(trace.Event{Kind: trace.KindMemory, Stream: -1, From: who, Memory: &trace.Memory{Entries: entries}})
}

func (s *story) access(who trace.Participant, a trace.Access) {
	s.add(trace.Event{Kind: trace.KindStore, Stream: -1, From: who, Access: &a})
}

func (s *story) message(stream int, from tcpstate.End, m http1.Message) {
	m.FirstFrame, m.LastFrame, m.FirstTime, m.LastTime = s.frame, s.frame, s.now, s.now
	s.add(trace.Event{
		Kind: trace.KindMessage, Frame: s.frame, Stream: stream,
		From: s.parties[stream][from], To: s.parties[stream][from.Peer()], Message: &m,
	})
}

func (s *story) other(protocol, info string, err error) {
	s.frame++
	if s.totals.Others == nil {
		s.totals.Others = map[string]int{}
	}
	s.totals.Others[protocol]++
	s.add(trace.Event{
		Kind: trace.KindOther, Frame: s.frame, Stream: -1,
		Other: &trace.Other{Protocol: protocol, Info: trace.Text{En: info, Ko: info}, Err: err},
	})
}

// end writes the summaries and returns the trace.
func (s *story) end(endings ...tcpstate.Ending) Trace {
	for i, c := range s.conns {
		if i < len(endings) {
			c.Ending = endings[i]
		}
		s.add(trace.Event{Kind: trace.KindConnection, Stream: c.Stream, Connection: c})
	}
	s.totals.Frames, s.totals.Connections = s.frame, len(s.conns)
	s.totals.First, s.totals.Last = began, s.now
	s.add(trace.Event{Kind: trace.KindTotals, Stream: -1, Totals: &s.totals})
	return s.trace
}

func party(role trace.Role, n int, addr string) trace.Participant {
	return trace.Participant{Role: role, N: n, Addr: netip.MustParseAddrPort(addr)}
}
