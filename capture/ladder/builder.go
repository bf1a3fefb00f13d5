package ladder

import (
	"net/netip"
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// maxWaiting bounds how many rows wait until it is known what became of the
// segment above them.
const maxWaiting = 512

// maxSummaries bounds how many connections' summaries are kept for the foot;
// those of a trace with more come where they are over.
const maxSummaries = 4096

// maxPayload is how much of a payload or a body a row keeps, in bytes.
const maxPayload = 256

// Builder makes rows out of events as they come. A row is given out as soon as
// it cannot change any more: at once where only one end is watched, and when a
// segment has arrived, or is known not to, where both are. The zero value is
// not ready: use New.
type Builder struct {
	o     Options
	lanes lanes
	queue []*row
	count int // rows so far
	above int // the connection of the last arrow
	// open is the row that a following change of state belongs to.
	open     *row
	flights  flights
	state    map[end]tcpstate.State // what each end is known to be in
	shown    map[end]bool           // ends whose state the ladder has shown
	latest   map[int]tcpstate.State // what it showed last, by lane
	listens  listeners
	holding  map[end]tcpstate.State   // ends that keep a control block
	observed map[end]bool             // those of them that said so themselves
	blocks   []blocks                 // how many that is, by lane
	opened   map[int]bool             // connections that had their RowOpening
	total    int                      // how many connections that is and was
	told     []tcpstate.Change        // changes that the last segment's row shows already
	tooBig   map[end]tcpstate.Segment // the last one that the path had no room for, by its sender
	dialing  []*row                   // connect() calls whose SYN has not been seen
	// summaries are those of connections that are over: they stand at the foot.
	summaries []Row
	ledger    ledger
	folder    folder
	packer    packer
	teller    teller
	hosts     hosts
	talked    bool      // an application's message was seen
	first     time.Time // of the trace, be it shown or not
	last      time.Time // of the rows
	paused    time.Time // until when a row says that time passes
	arrived   time.Time // the last row's segment, where that is known
}

// row is a Row that may still change.
type row struct {
	Row
	place   int  // in the order of rows
	waiting bool // for its segment's arrival, or its call's SYN
	out     bool // given out
	flight  *flight
}

// end is a lane in one connection: by its number, or, where that is -1, by its
// addresses.
type end struct {
	stream, lane int
	conn         trace.Conn
}

// endIn is the end of a lane in a connection.
func endIn(stream, lane int, conn trace.Conn) end {
	if stream >= 0 {
		conn = trace.Conn{}
	}
	return end{stream, lane, conn}
}

// connOf is an event's connection as the party that it is From has it: zero where
// it has no peer, as a listener.
func connOf(e *trace.Event) trace.Conn {
	if !e.To.Addr.IsValid() {
		return trace.Conn{}
	}
	return trace.Conn{Local: e.From.Addr, Remote: e.To.Addr}
}

func reversed(c trace.Conn) trace.Conn { return trace.Conn{Local: c.Remote, Remote: c.Local} }

// New returns a Builder for one ladder.
func New(o Options) *Builder {
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	b := &Builder{
		o: o, state: map[end]tcpstate.State{}, shown: map[end]bool{}, latest: map[int]tcpstate.State{}, holding: map[end]tcpstate.State{}, observed: map[end]bool{}, opened: map[int]bool{},
		listens: listeners{open: map[netip.AddrPort]bool{}, seen: map[netip.AddrPort]bool{}},
	}
	for _, p := range o.Lanes {
		b.lanes.of(p)
	}
	return b
}

// Lanes returns the lanes so far, in the order in which they appeared; a lane's
// index never changes. Arrange orders them for display.
func (b *Builder) Lanes() []Lane { return b.lanes.all }

// Connections is how many connections the ladder has shown so far.
func (b *Builder) Connections() int { return b.total }

// Memories returns what each party last said that it remembers.
func (b *Builder) Memories() []Remembered { return b.ledger.last }

// Ledger returns who remembered how much at the end of each step. Call it after
// Flush.
func (b *Builder) Ledger() []Step { return b.ledger.steps }

// Add takes the next event and returns the rows that are now settled. It keeps
// nothing of e. It is given those of other connections too: times count from the
// trace's first event, whichever connections are shown.
func (b *Builder) Add(e *trace.Event) []Row {
	if b.first.IsZero() {
		b.first = e.At
	}
	if b.hidden(e) {
		return nil
	}
	kept := keep(e)
	e = &kept
	switch e.Kind {
	case trace.KindSegment:
		b.addSegment(e)
	case trace.KindArrival:
		b.addArrival(e)
	case trace.KindVerdict:
		b.addVerdict(e)
	case trace.KindState:
		b.addState(e)
	case trace.KindMessage, trace.KindWebSocket:
		b.addMessage(e)
	case trace.KindMemory:
		b.addMemory(e)
	case trace.KindNote:
		b.addNote(e)
	case trace.KindCall:
		b.call(e)
	case trace.KindStore:
		b.push(Row{Kind: RowStore, Lane: b.lanes.of(e.From)}, e)
	case trace.KindOther:
		b.plain(RowOther, e)
	case trace.KindGap:
		b.plain(RowLost, e)
	case trace.KindConnection:
		b.settleStream(e.Stream)
		b.plain(RowConnection, e)
	case trace.KindTotals:
		b.settleAll()
		b.plain(RowTotals, e)
	}
	return b.shortened(b.settled())
}

// Part returns the rows that only wait for the next event, where that is not to be
// part of the ladder.
func (b *Builder) Part() []Row {
	b.open = nil
	return b.shortened(b.settled())
}

// Flush returns the rows that were still waiting: the trace is over.
func (b *Builder) Flush() []Row {
	b.settleAll()
	b.open = nil
	b.ledger.close()
	rows := append(b.tellAll(b.settled()), b.summed()...)
	return b.folder.flush(b.packer.flush(b.shortened(rows), time.Time{}))
}

// shortened folds rows, if that is asked for.
func (b *Builder) shortened(rows []Row) []Row {
	if b.o.FoldSegments {
		rows = b.packer.fold(rows)
	}
	if !b.o.Fold {
		return rows
	}
	return b.folder.fold(rows)
}

// hidden reports whether the options leave e out: where connections are chosen,
// others, and what passes between other hosts.
func (b *Builder) hidden(e *trace.Event) bool {
	switch {
	case len(b.o.Streams) == 0:
		return false
	case e.Kind == trace.KindOther:
		return !b.hosts.concern(e.Other)
	case e.Stream >= 0 && !slices.Contains(b.o.Streams, e.Stream):
		return true
	}
	b.hosts.meet(e)
	return false
}

// push appends a row to the queue.
func (b *Builder) push(r Row, e *trace.Event) *row {
	r.At, r.Frame, r.Stream, r.Event = e.At, e.Frame, e.Stream, *e
	b.count++
	if r.Arrow != nil {
		b.above = e.Stream
	}
	p := &row{Row: r, place: b.count}
	b.queue = append(b.queue, p)
	b.open = nil
	return p
}

func (b *Builder) plain(kind RowKind, e *trace.Event) {
	b.push(Row{Kind: kind, Lane: -1}, e)
}

// Talked reports whether an application's message was seen: then there is a
// conversation, which somebody may or may not remember.
func (b *Builder) Talked() bool { return b.talked }

func (b *Builder) addMessage(e *trace.Event) {
	b.talked = true
	kind := RowMessage
	if b.o.Detail == DetailMessages {
		kind = RowArrow
	}
	b.push(Row{Kind: kind, Lane: -1, Arrow: &Arrow{From: b.lanes.of(e.From), To: b.lanes.of(e.To)}, Apart: kind == RowMessage && b.above != e.Stream}, e)
}

func (b *Builder) addMemory(e *trace.Event) {
	lane := b.lanes.of(e.From)
	// The report comes between a segment and the change of state that belongs
	// to it as often as after it, so it does not close the open row.
	open := b.open
	all, change := b.ledger.report(lane, e)
	e.Memory = all // what is explained is what is shown
	r := b.push(Row{Kind: RowMemory, Lane: lane, Memory: change}, e)
	if change.Structural() {
		b.flights.learned(e.Stream, lane, r.place)
	}
	b.open = open
}

func (b *Builder) addNote(e *trace.Event) {
	kind := RowNote
	if e.Note.Step {
		kind = RowStep
		b.ledger.step(e.Note.Text)
	}
	b.plain(kind, e)
}

// addState puts a change of state on the row of what caused it, or on a row of
// its own.
func (b *Builder) addState(e *trace.Event) {
	lane := b.lanes.of(e.From)
	if b.toldAlready(e) {
		return
	}
	r := b.causeOf(e, lane)
	if r == nil {
		r = b.push(Row{Kind: RowState, Lane: lane}, e)
	}
	if r.Kind == RowCall && r.Stream < 0 && !r.waiting {
		r.Stream = e.Stream
	}
	b.flights.disturb(e.Stream, lane, r.place)
	if !e.To.Addr.IsValid() {
		b.listens.report(e.From.Addr, e.State.To)
	}
	b.mark(r, lane, connOf(e), e.State)
}

// toldAlready reports whether the row of the last segment shows e: a passive
// observer's reading of a segment holds the changes that follow as events.
func (b *Builder) toldAlready(e *trace.Event) bool {
	for i, c := range b.told {
		if c.From == e.State.From && c.To == e.State.To && c.End == e.State.End && e.State.Basis != tcpstate.Observed {
			b.told = slices.Delete(b.told, i, i+1)
			return true
		}
	}
	return false
}

// causeOf returns the row that a change of state belongs to, nil if it stands
// alone or that row was already given out.
func (b *Builder) causeOf(e *trace.Event, lane int) *row {
	cause := e.State.Cause
	if e.State.Trigger.Kind == tcpstate.OnTimer || (cause.Kind == tcpstate.OnTimer && e.State.Basis == tcpstate.Observed) {
		return nil
	}
	if r := b.flights.row(cause.Wire, lane); r != nil && !r.out {
		return r
	}
	r := b.open
	if r == nil || r.out {
		return nil
	}
	switch {
	case r.Kind == RowCall && r.Lane == lane && listenerGone(e) && (b.holds(lane) || r.Stream >= 0 || r.Event.To.Addr.IsValid()):
		return nil // a row of its own says whose state it is
	case r.Kind == RowCall && cause.Kind == tcpstate.OnPoll && e.To.Addr.IsValid():
		return nil // nor does the system say that the call has made it
	case r.Kind == RowCall && r.Lane == lane:
		return r
	case r.Arrow != nil && r.Stream == e.Stream && (r.Arrow.From == lane || r.Arrow.To == lane):
		return r
	}
	return nil
}

// listenerGone reports whether e is the end of a listening socket.
func listenerGone(e *trace.Event) bool {
	return e.State.From == tcpstate.Listen && e.State.To == tcpstate.Closed && !e.To.Addr.IsValid()
}

// holds reports whether a lane's party keeps a control block.
func (b *Builder) holds(lane int) bool {
	for k, state := range b.state {
		if k.lane == lane && k != (end{stream: -1, lane: lane}) && state != tcpstate.Closed && state != tcpstate.Listen && state != tcpstate.Unknown {
			return true
		}
	}
	return false
}

// mark notes a change of state on r, unless the end is there already.
func (b *Builder) mark(r *row, lane int, conn trace.Conn, c *trace.StateChange) {
	k := endIn(r.Stream, lane, conn)
	if r.Kind == RowCall && c.To == tcpstate.Listen {
		k.stream = -1
	}
	if was, ok := b.state[k]; ok && was == c.To && k.stream >= 0 {
		return
	}
	b.state[k] = c.To
	if k.conn.Remote.IsValid() && c.To == tcpstate.Closed {
		delete(b.state, k)
	}
	r.States = append(r.States, StateMark{
		Lane: lane, From: c.From, To: c.To, Basis: c.Basis, Contradicted: c.Contradicted, Change: *c, conn: conn,
	})
}

// keep copies e, with only the beginning of its payload or body.
func keep(e *trace.Event) trace.Event {
	switch {
	case e.Segment != nil:
		defer shorten(&e.Segment.Payload)()
	case e.WebSocket != nil:
		defer shorten(&e.WebSocket.Payload)()
		defer shorten(&e.WebSocket.Inflated)()
	case e.Message != nil:
		defer shorten(&e.Message.Body)()
	}
	return e.Clone()
}

// shorten leaves the beginning of what is held, until whole is called.
func shorten(held *[]byte) (whole func()) {
	all := *held
	*held = all[:min(len(all), maxPayload)]
	return func() { *held = all }
}
