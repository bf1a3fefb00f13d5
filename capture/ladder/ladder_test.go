package ladder_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/ladder"
	"statelab/capture/render/rendertest"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var (
	alice = trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:40001")}
	bob   = trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("10.0.0.2:7")}
	epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// script is a timeline in the making: a clock that ticks a millisecond an event.
type script struct {
	events []trace.Event
	now    time.Time
}

func (s *script) add(e trace.Event) {
	if s.now.IsZero() {
		s.now = epoch
	}
	s.now = s.now.Add(time.Millisecond)
	e.At = s.now
	s.events = append(s.events, e)
}

func ends(fromServer bool) (from, to trace.Participant) {
	if fromServer {
		return bob, alice
	}
	return alice, bob
}

func (s *script) leave(wire uint64, fromServer bool, flags tcpstate.Flags, findings ...string) {
	from, to := ends(fromServer)
	seg := &trace.Segment{}
	seg.Flags = flags
	for _, f := range findings {
		seg.Findings = append(seg.Findings, tcpstate.Finding{Name: f})
	}
	s.add(trace.Event{Kind: trace.KindSegment, Wire: wire, Frame: int(wire), From: from, To: to, Segment: seg})
}

func (s *script) arrive(wire uint64, fromServer bool) {
	from, to := ends(fromServer)
	s.add(trace.Event{Kind: trace.KindArrival, Wire: wire, Frame: int(wire), From: from, To: to, Segment: &trace.Segment{}})
}

func (s *script) fate(wire uint64, f trace.Fate) {
	s.add(trace.Event{Kind: trace.KindVerdict, Wire: wire, Verdict: &trace.Verdict{Fate: f, Wire: wire}})
}

func (s *script) become(who trace.Participant, from, to tcpstate.State, kind tcpstate.TriggerKind) {
	c := &trace.StateChange{}
	c.Change.From, c.To, c.Trigger.Kind, c.Cause.Kind = from, to, kind, kind
	s.add(trace.Event{Kind: trace.KindState, From: who, State: c})
}

func (s *script) rows(o ladder.Options) []ladder.Row {
	b := ladder.New(o)
	var rows []ladder.Row
	for i := range s.events {
		rows = append(rows, b.Add(&s.events[i])...)
	}
	return append(rows, b.Flush()...)
}

// arrows writes rows down in short: "1>" is frame 1 from lane 0 to lane 1,
// whole; "1>(" its departure, ")1>" its arrival, "1>x" its loss.
func arrows(rows []ladder.Row) string {
	out := ""
	for _, r := range rows {
		if r.Kind != ladder.RowArrow {
			continue
		}
		dir := ">"
		if r.Arrow.From > r.Arrow.To {
			dir = "<"
		}
		head, tail := "", ""
		switch r.Arrow.Part {
		case ladder.Departure:
			tail = "("
		case ladder.Arrival:
			head = ")"
		case ladder.Whole:
		}
		if r.Arrow.Lost {
			tail += "x"
		}
		if r.Arrow.ThrownAway() {
			tail += "!"
		}
		if r.Arrow.Copy > 0 {
			tail += fmt.Sprint("*", r.Arrow.Copy)
		}
		out += fmt.Sprintf("%s%d%s%s ", head, r.Frame, dir, tail)
	}
	return out
}

const (
	data = tcpstate.PSH | tcpstate.ACK
	ack  = tcpstate.ACK
	fin  = tcpstate.FIN | tcpstate.ACK
	syn  = tcpstate.SYN
)

func TestArrows(t *testing.T) {
	t.Parallel()
	const c, s = false, true // who sends
	tests := []struct {
		name string
		tell func(*script)
		want string
	}{
		{"there and back", func(x *script) {
			x.leave(1, c, data)
			x.arrive(1, c)
			x.leave(2, s, ack)
			x.arrive(2, s)
		}, "1> 2< "},
		{"data and acknowledgments cross in bulk", func(x *script) {
			x.leave(1, c, data)
			x.leave(2, c, data)
			x.arrive(1, c)
			x.leave(3, s, ack)
			x.leave(4, c, data)
			x.arrive(2, c)
			x.arrive(3, s)
			x.arrive(4, c)
		}, "1> 2> 3< 4> "},
		{"simultaneous close", func(x *script) {
			x.leave(1, c, fin)
			x.leave(2, s, fin)
			x.arrive(1, c)
			x.arrive(2, s)
		}, "1>( 2<( )1> )2< "},
		{"a FIN meets data", func(x *script) {
			x.leave(1, c, fin)
			x.leave(2, s, data)
			x.arrive(1, c)
			x.arrive(2, s)
		}, "1>( 2<( )1> )2< "},
		{"a spurious retransmission meets the ACK", func(x *script) {
			x.leave(1, c, data)
			x.arrive(1, c)
			x.leave(2, s, ack)
			x.leave(3, c, data, "spurious-retransmission")
			x.arrive(2, s)
			x.arrive(3, c)
		}, "1> 2<( 3>( )2< )3> "},
		{"overtaken", func(x *script) {
			x.leave(1, c, data)
			x.leave(2, c, data)
			x.arrive(2, c)
			x.arrive(1, c)
		}, "1>( 2> )1> "},
		{"lost", func(x *script) {
			x.leave(1, c, data)
			x.fate(1, trace.Dropped)
			x.leave(2, c, data)
			x.arrive(2, c)
		}, "1>x 2> "},
		{"lost as it crosses", func(x *script) {
			x.leave(1, c, fin)
			x.leave(2, s, fin)
			x.fate(2, trace.QueueFull)
			x.arrive(1, c)
		}, "1>( 2<x )1> "},
		{"the receiver's stack has no room for it", func(x *script) {
			x.leave(1, c, syn)
			x.arrive(1, c)
			x.fate(1, trace.Discarded)
			x.leave(2, c, data)
			x.arrive(2, c)
		}, "1>! 2> "},
		{"no room, and its copy has crossed another", func(x *script) {
			x.leave(1, c, syn)
			x.leave(2, s, fin)
			x.arrive(1, c)
			x.fate(1, trace.Discarded)
			x.arrive(2, s)
		}, "1>( 2<( )1>! )2< "},
		{"two copies", func(x *script) {
			x.leave(1, c, data)
			x.fate(1, trace.Duplicated)
			x.arrive(1, c)
			x.arrive(1, c)
		}, "1> )1>*2 "},
		{"no host sent it", func(x *script) {
			x.leave(1, c, data)
			x.arrive(1, c)
			x.fate(2, trace.Injected)
			x.arrive(2, s)
		}, "1> 2< "},
		{"never seen to arrive", func(x *script) {
			x.leave(1, c, data)
		}, "1> "},
		{"an ACK changes the receiver, and a FIN follows behind it", func(x *script) {
			x.leave(1, s, ack)
			x.leave(2, s, fin)
			x.arrive(1, s)
			x.become(alice, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.OnReceive)
			x.arrive(2, s)
		}, "1< 2< "},
		{"the receiver changes by itself while a segment is on its way", func(x *script) {
			x.leave(1, c, data)
			x.become(bob, tcpstate.Established, tcpstate.Closed, tcpstate.OnTimer)
			x.arrive(1, c)
		}, "1>( )1> "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := &script{}
			tt.tell(x)
			if got := arrows(x.rows(ladder.Options{Lanes: []trace.Participant{alice, bob}})); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// The end of a listener stands in the row of the call, where the lane holds nothing
// else; beside a connection's state it has a row of its own, which names it.
func TestListenerGone(t *testing.T) {
	t.Parallel()
	for _, connected := range []bool{false, true} {
		x := &script{}
		if connected {
			x.leave(1, false, syn)
			x.arrive(1, false)
			x.become(bob, tcpstate.Listen, tcpstate.SynReceived, tcpstate.OnReceive)
		}
		x.add(trace.Event{Kind: trace.KindCall, Stream: -1, From: bob, Call: &trace.Call{Name: "close", Args: "listener"}})
		x.add(trace.Event{Kind: trace.KindState, Stream: -1, From: bob, State: &trace.StateChange{
			Change: tcpstate.Change{From: tcpstate.Listen, To: tcpstate.Closed}, Cause: trace.Cause{Kind: tcpstate.OnCall, Name: "close"},
		}})
		own := false
		for _, r := range x.rows(ladder.Options{}) {
			own = own || r.Kind == ladder.RowState && r.Stream < 0
		}
		if own != connected {
			t.Errorf("with a connection %v, a row of its own %v", connected, own)
		}
	}
}

// A poll that finds the listener gone after a connection's call tells of it: that
// call's row, whose end is closed already, does not swallow it.
func TestListenerGoneAfterAnotherCall(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.leave(1, false, syn)
	x.arrive(1, false)
	x.become(bob, tcpstate.Listen, tcpstate.SynReceived, tcpstate.OnReceive)
	x.become(bob, tcpstate.SynReceived, tcpstate.Closed, tcpstate.OnReceive)
	x.add(trace.Event{Kind: trace.KindCall, Stream: -1, From: bob, Call: &trace.Call{Name: "close", Args: "listener"}})
	x.add(trace.Event{Kind: trace.KindCall, From: bob, Call: &trace.Call{Name: "close"}})
	x.add(trace.Event{Kind: trace.KindState, Stream: -1, From: bob, State: &trace.StateChange{
		Change: tcpstate.Change{From: tcpstate.Listen, To: tcpstate.Closed}, Cause: trace.Cause{Kind: tcpstate.OnPoll, Name: "poll"},
	}})
	rows := x.rows(ladder.Options{})
	last := rows[len(rows)-1]
	if last.Kind != ladder.RowState || last.Stream >= 0 || len(last.States) != 1 || last.States[0].To != tcpstate.Closed {
		t.Errorf("the last row is %+v", last)
	}
}

// A change of state stands in the row of what caused it.
func TestStates(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.add(trace.Event{Kind: trace.KindCall, From: alice, Call: &trace.Call{Name: "connect"}})
	x.leave(1, false, syn)
	x.become(alice, tcpstate.Closed, tcpstate.SynSent, tcpstate.OnCall)
	x.arrive(1, false)
	x.become(bob, tcpstate.Listen, tcpstate.SynReceived, tcpstate.OnReceive)
	x.become(bob, tcpstate.SynReceived, tcpstate.Closed, tcpstate.OnTimer)
	var kinds []ladder.RowKind
	for _, r := range x.rows(ladder.Options{}) {
		kinds = append(kinds, r.Kind)
		switch r.Kind {
		case ladder.RowArrow:
			if len(r.States) != 2 || r.States[0].To != tcpstate.SynSent || r.States[1].To != tcpstate.SynReceived {
				t.Errorf("the arrow's states are %+v", r.States)
			}
			if fmt.Sprint(r.Alive) != "[SYN-SENT SYN-RECEIVED]" {
				t.Errorf("after the SYN the lanes are in %v, want both opening", r.Alive)
			}
		case ladder.RowState:
			if fmt.Sprint(r.Alive) != "[SYN-SENT unknown]" {
				t.Errorf("after the timer the lanes are in %v, want the client alone opening", r.Alive)
			}
		case ladder.RowOpening:
			if len(r.States) > 0 && (len(r.States) != 2 || r.States[0].To != tcpstate.Closed || r.States[1].To != tcpstate.Listen) {
				t.Errorf("the opening states are %+v", r.States)
			}
		default:
		}
	}
	want := fmt.Sprint([]ladder.RowKind{ladder.RowOpening, ladder.RowCall, ladder.RowOpening, ladder.RowArrow, ladder.RowState})
	if fmt.Sprint(kinds) != want {
		t.Errorf("rows %v, want %v", kinds, want)
	}
}

// Where one end is watched, a row is given out with the event that makes it:
// a live ladder must not lag.
func TestNoLag(t *testing.T) {
	t.Parallel()
	b := ladder.New(ladder.Options{})
	for i := range 10 {
		seg := &trace.Segment{}
		seg.Changes = []tcpstate.Change{{End: tcpstate.Client, From: tcpstate.Closed, To: tcpstate.SynSent, Basis: tcpstate.Inferred}}
		rows := b.Add(&trace.Event{Kind: trace.KindSegment, Frame: i + 1, From: alice, To: bob, Segment: seg})
		if len(rows) == 0 || rows[len(rows)-1].Frame != i+1 {
			t.Fatalf("segment %d: rows %v", i+1, rows)
		}
		told := b.Add(&trace.Event{Kind: trace.KindState, From: alice, State: &trace.StateChange{Change: seg.Changes[0]}})
		if len(told) != 0 {
			t.Fatalf("the change that the segment's row shows came again: %+v", told)
		}
	}
}

// However long an arrival is waited for, rows do not pile up.
func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	b := ladder.New(ladder.Options{})
	given := 0
	const n = 20000
	for i := range n {
		given += len(b.Add(&trace.Event{
			Kind: trace.KindSegment, Wire: uint64(i + 1), From: alice, To: bob, Segment: &trace.Segment{},
		}))
	}
	if given < n-1024 {
		t.Errorf("of %d segments that never arrive %d were given out", n, given)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.leave(1, false, data)
	x.arrive(1, false)
	x.now = x.now.Add(time.Minute)
	x.leave(2, false, data)
	var pauses []time.Duration
	for _, r := range x.rows(ladder.Options{}) {
		if r.Kind == ladder.RowPause {
			pauses = append(pauses, r.Pause.Round(time.Second))
		}
	}
	if len(pauses) != 1 || pauses[0] != time.Minute {
		t.Errorf("pauses %v, want one of a minute", pauses)
	}
}

func TestMemoryAndLedger(t *testing.T) {
	t.Parallel()
	step := func(en string) trace.Event {
		return trace.Event{Kind: trace.KindNote, Stream: -1, Note: &trace.Note{Step: true, Text: trace.Text{En: en, Ko: en}}}
	}
	memory := func(entries ...trace.Entry) trace.Event {
		return trace.Event{Kind: trace.KindMemory, Stream: -1, From: bob, Memory: &trace.Memory{Entries: entries}}
	}
	session := trace.Entry{Kind: trace.MemoryConversation, Name: "sid", Value: "alice", Bytes: 8}
	x := &script{}
	x.add(step("one"))
	x.add(memory(session, trace.Entry{Name: "SND.NXT", Value: "1", Bytes: 4}))
	x.add(memory(session, trace.Entry{Name: "SND.NXT", Value: "6", Bytes: 4}))
	x.add(step("two"))
	x.add(memory(trace.Entry{Name: "SND.NXT", Value: "6", Bytes: 4}))

	b := ladder.New(ladder.Options{})
	var changes []*ladder.MemoryChange
	for i := range x.events {
		for _, r := range b.Add(&x.events[i]) {
			if r.Kind == ladder.RowMemory {
				changes = append(changes, r.Memory)
			}
		}
	}
	b.Flush()
	if len(changes) != 3 {
		t.Fatalf("%d changes, want 3", len(changes))
	}
	if c := changes[0]; len(c.Added) != 2 || !c.Structural() {
		t.Errorf("first %+v", c)
	}
	if c := changes[1]; len(c.Changed) != 1 || c.Structural() {
		t.Errorf("second %+v", c)
	}
	if c := changes[2]; len(c.Removed) != 1 || c.Removed[0] != session || c.Before.Total()-c.After.Total() != 8 {
		t.Errorf("third %+v", c)
	}
	want := "[{{one one} [{0 [4 8 0] 0 false}]} {{two two} [{0 [4 0 0] 0 false}]}]"
	if got := fmt.Sprint(b.Ledger()); got != want {
		t.Errorf("ledger %s, want %s", got, want)
	}
	if m := b.Memories(); len(m) != 1 || len(m[0].Memory.Entries) != 1 {
		t.Errorf("memories %+v", m)
	}
}

// What is reported connection by connection is put together: a party remembers
// all of its connections, and each for as long as it is not said to be forgotten.
func TestMemoryOfSeveralConnections(t *testing.T) {
	t.Parallel()
	from := func(port uint16) trace.Participant {
		p := alice
		p.Addr = netip.AddrPortFrom(alice.Addr.Addr(), port)
		return p
	}
	block := func(port uint16, state string, size int) trace.Event {
		m := &trace.Memory{}
		if size > 0 {
			m.Entries = []trace.Entry{{Name: "state", Value: state, Bytes: 1}, {Name: "remote address", Value: "10.0.0.2:7", Bytes: size - 1}}
		}
		return trace.Event{Kind: trace.KindMemory, Stream: -1, From: from(port), To: bob, Memory: m}
	}
	b := ladder.New(ladder.Options{})
	for _, c := range []struct {
		event trace.Event
		want  string // of all entries
	}{
		{block(1, "ESTABLISHED", 51), "[{connection state ESTABLISHED 1} {connection remote address 10.0.0.2:7 50}]"},
		{block(2, "ESTABLISHED", 51), "[{connection TCB 10.0.0.1:1 ESTABLISHED 51} {connection TCB 10.0.0.1:2 ESTABLISHED 51}]"},
		{block(1, "TIME-WAIT", 17), "[{connection TCB 10.0.0.1:1 TIME-WAIT 17} {connection TCB 10.0.0.1:2 ESTABLISHED 51}]"},
		{
			trace.Event{Kind: trace.KindMemory, Stream: -1, From: from(0), Memory: &trace.Memory{Entries: []trace.Entry{{Kind: trace.MemoryConversation, Name: "jar", Bytes: 9}}}},
			"[{connection TCB 10.0.0.1:1 TIME-WAIT 17} {connection TCB 10.0.0.1:2 ESTABLISHED 51} {conversation jar  9}]",
		},
		{block(2, "", 0), "[{connection state TIME-WAIT 1} {connection remote address 10.0.0.2:7 16} {conversation jar  9}]"},
		{block(1, "", 0), "[{conversation jar  9}]"},
	} {
		rows := b.Add(&c.event)
		if got := fmt.Sprint(b.Memories()[0].Memory.Entries); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
		if got := fmt.Sprint(rows[len(rows)-1].Event.Memory.Entries); got != c.want {
			t.Errorf("the row tells of %s, want %s", got, c.want)
		}
	}
}

// An end that learns or forgets while a segment is on its way to it did so before
// that segment changed anything: the two are rows in that order.
func TestMemoryBeforeAnArrival(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.leave(1, false, tcpstate.RST)
	x.add(trace.Event{Kind: trace.KindMemory, From: bob, Memory: &trace.Memory{Entries: []trace.Entry{{Name: "state", Bytes: 1}}}})
	x.arrive(1, false)
	rows := x.rows(ladder.Options{Lanes: []trace.Participant{alice, bob}})
	if got := arrows(rows); got != "1>( )1> " {
		t.Errorf("rows are %s", got)
	}
}

// TestMemoryLater: what was looked at when the row above had happened bears the
// time of the looking, and the row after it counts from there. What belongs to
// the moment of an arrival does not, nor a look that found nothing new.
func TestMemoryLater(t *testing.T) {
	t.Parallel()
	remembers := func(bytes int) trace.Event {
		m := &trace.Memory{}
		if bytes > 0 {
			m.Entries = []trace.Entry{{Kind: trace.MemoryConnection, Name: "state", Bytes: bytes}}
		}
		return trace.Event{Kind: trace.KindMemory, Stream: -1, From: bob, Memory: m}
	}
	var x script
	x.leave(1, false, tcpstate.SYN)
	x.arrive(1, false)
	arrived := remembers(1)
	x.add(arrived)
	x.events[2].At = x.now.Add(-time.Millisecond) // as it arrived
	x.add(remembers(2))                           // at 4 ms
	x.events[3].From = alice
	x.add(remembers(1)) // nothing new
	x.add(trace.Event{Kind: trace.KindCall, From: bob, Call: &trace.Call{Name: "close"}})
	x.now = x.now.Add(time.Minute)
	x.add(remembers(0))
	x.leave(2, false, data)
	x.add(trace.Event{Kind: trace.KindCall, From: alice, Call: &trace.Call{Name: "close"}})
	x.arrive(2, false)
	x.add(remembers(3)) // as the segment arrived, and below another row
	x.events[len(x.events)-1].At = x.now.Add(-time.Millisecond)
	var got []string
	for _, r := range x.rows(ladder.Options{}) {
		switch {
		case r.Kind == ladder.RowMemory && r.Memory.Structural():
			got = append(got, fmt.Sprint("memory ", r.Delta))
		case r.Kind == ladder.RowCall, r.Kind == ladder.RowPause:
			got = append(got, fmt.Sprint("other ", r.Delta+r.Pause))
		}
	}
	want := "[memory 0s memory 3ms other 2ms other 1m0.001s memory 1m0.001s other 1ms memory 1ms]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// Times count from the trace's first event, be it shown or not; and before the
// first row that is shown there was no pause.
func TestOneClock(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.leave(0, false, data)
	x.now = x.now.Add(time.Minute)
	x.leave(0, false, data)
	x.events[1].Stream = 1
	x.add(trace.Event{Kind: trace.KindMessage, Stream: 1, From: alice, To: bob, Message: &http1.Message{Request: true}})
	for name, o := range map[string]ladder.Options{
		"one connection": {Streams: []int{1}},
		"messages":       {Detail: ladder.DetailMessages},
	} {
		rows := x.rows(o)
		if len(rows) == 0 || rows[0].Kind == ladder.RowPause {
			t.Errorf("%s: %v", name, rows)
			continue
		}
		for _, r := range rows {
			if want := r.At.Sub(x.events[0].At); r.Since != want || r.Since < time.Minute {
				t.Errorf("%s: row of kind %d at %v, want %v", name, r.Kind, r.Since, want)
			}
		}
		if rows[0].Delta != 0 {
			t.Errorf("%s: the first row comes %v after one that is not shown", name, rows[0].Delta)
		}
	}
}

func TestStreamsAndDetail(t *testing.T) {
	t.Parallel()
	x := &script{}
	for stream := range 2 {
		x.leave(0, false, data)
		x.events[len(x.events)-1].Stream = stream
		x.add(trace.Event{Kind: trace.KindMessage, Stream: stream, From: alice, To: bob, Message: &http1.Message{Request: true}})
	}
	count := func(o ladder.Options) map[ladder.RowKind]int {
		n := map[ladder.RowKind]int{}
		for _, r := range x.rows(o) {
			n[r.Kind]++
		}
		return n
	}
	if n := count(ladder.Options{}); n[ladder.RowArrow] != 2 || n[ladder.RowMessage] != 2 || n[ladder.RowOpening] != 2 {
		t.Errorf("all: %v", n)
	}
	if n := count(ladder.Options{Streams: []int{1}}); n[ladder.RowArrow] != 1 || n[ladder.RowMessage] != 1 || n[ladder.RowOpening] != 1 {
		t.Errorf("one stream: %v", n)
	}
	if n := count(ladder.Options{Detail: ladder.DetailMessages}); n[ladder.RowArrow] != 2 || n[ladder.RowMessage] != 0 {
		t.Errorf("messages: %v", n)
	}
}

// What passes between other hosts is no part of a chosen connection's ladder.
func TestOtherFramesOfChosenConnections(t *testing.T) {
	t.Parallel()
	near, far, router, stranger := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.254"), netip.MustParseAddr("10.0.0.9")
	x := &script{}
	x.leave(0, false, data)
	s := x.events[0].Segment
	s.Src, s.Dst = netip.AddrPortFrom(near, 1000), netip.AddrPortFrom(far, 80)
	for _, o := range []trace.Other{
		{Protocol: "UDP", Src: far, Dst: near},
		{Protocol: "UDP", Src: near, Dst: stranger},
		{Protocol: "UDP", Src: stranger, Dst: router},
		{Protocol: "ICMPv4", Src: router, Dst: near},
		{Protocol: "ICMPv4", Src: router, Dst: stranger},
		{Protocol: "ARP"},
	} {
		x.add(trace.Event{Kind: trace.KindOther, Stream: -1, Other: &o})
	}
	shown := func(o ladder.Options) (list []string) {
		for _, r := range x.rows(o) {
			if r.Kind == ladder.RowOther {
				list = append(list, r.Event.Other.Protocol+" "+r.Event.Other.Dst.String())
			}
		}
		return list
	}
	if all := shown(ladder.Options{}); len(all) != 6 {
		t.Errorf("of all connections: %v", all)
	}
	if got := shown(ladder.Options{Streams: []int{0}}); !slices.Equal(got, []string{"UDP 10.0.0.1", "ICMPv4 10.0.0.1", "ARP invalid IP"}) {
		t.Errorf("of one: %v", got)
	}
}

func TestArrange(t *testing.T) {
	t.Parallel()
	b := ladder.New(ladder.Options{Lanes: []trace.Participant{
		{Role: trace.RoleStore}, {Role: trace.RoleBackend, N: 2}, {Role: trace.RoleBackend, N: 1}, {Role: trace.RoleBalancer}, alice,
	}})
	var names []string
	for _, i := range ladder.Arrange(b.Lanes()) {
		names = append(names, b.Lanes()[i].Name())
	}
	if got := fmt.Sprint(names); got != "[client balancer backend 1 backend 2 store]" {
		t.Errorf("lanes stand as %s", got)
	}
}

func TestLanesAreShared(t *testing.T) {
	t.Parallel()
	b := ladder.New(ladder.Options{})
	for _, addr := range []string{"10.0.0.1:1", "10.0.0.1:2"} {
		from := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort(addr)}
		b.Add(&trace.Event{Kind: trace.KindSegment, From: from, To: bob, Segment: &trace.Segment{}})
	}
	if l := b.Lanes(); len(l) != 2 || !l[0].ManyPorts || l[0].ManyHosts || l[1].ManyPorts {
		t.Errorf("lanes %+v", l)
	}
}

// For every timeline: each segment leaves in exactly one row, every departure
// has its arrival or was lost, and rows are in the order of their times.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, tr := range rendertest.Corpus() {
		t.Run(tr.Name, func(t *testing.T) {
			t.Parallel()
			b := ladder.New(ladder.Options{Lanes: tr.Lanes})
			var rows []ladder.Row
			segments := 0
			for e := range tr.Events() {
				if e.Kind == trace.KindSegment {
					segments++
				}
				rows = append(rows, b.Add(&e)...)
			}
			rows = append(rows, b.Flush()...)
			left, ties := 0, map[string]int{}
			var last time.Duration
			for _, r := range rows {
				if r.Since < last && r.Kind != ladder.RowConnection && r.Kind != ladder.RowTotals {
					t.Errorf("a row at %v after one at %v", r.Since, last)
				}
				last = max(last, r.Since)
				if r.Kind != ladder.RowArrow {
					continue
				}
				switch a := r.Arrow; {
				case a.Part == ladder.Departure:
					ties[a.Tie]++
					left++
				case a.Part == ladder.Arrival && a.Copy == 0:
					ties[a.Tie]--
				case a.Part == ladder.Whole:
					left++
				}
			}
			if left != segments {
				t.Errorf("%d segments left in %d rows", segments, left)
			}
			for tie, n := range ties {
				if n != 0 {
					t.Errorf("departure %s has no arrival of its own: %d", tie, n)
				}
			}
		})
	}
}

func ExampleBuilder() {
	b := ladder.New(ladder.Options{})
	show := func(rows []ladder.Row) {
		for _, r := range rows {
			if r.Kind == ladder.RowArrow {
				fmt.Println(r.Frame, b.Lanes()[r.Arrow.From].Name(), "to", b.Lanes()[r.Arrow.To].Name())
			}
		}
	}
	show(b.Add(&trace.Event{Kind: trace.KindSegment, Frame: 1, From: alice, To: bob, Segment: &trace.Segment{}}))
	show(b.Add(&trace.Event{Kind: trace.KindSegment, Frame: 2, From: bob, To: alice, Segment: &trace.Segment{}}))
	show(b.Flush())
	// Output:
	// 1 client to server
	// 2 server to client
}

func BenchmarkAdd(b *testing.B) {
	seg := &trace.Segment{}
	seg.Payload = make([]byte, 1460)
	e := trace.Event{Kind: trace.KindSegment, Frame: 1, From: alice, To: bob, Segment: seg}
	l := ladder.New(ladder.Options{})
	b.ReportAllocs()
	for b.Loop() {
		l.Add(&e)
	}
}

// An end that says itself that it is opening keeps its control block when the trace
// takes its connection for over, since another begins between the same ports: until it
// says otherwise.
func TestLaneOfAnOldConnectionStaysHeavy(t *testing.T) {
	t.Parallel()
	told := func(from, to tcpstate.State) trace.Event {
		c := &trace.StateChange{}
		c.Change.From, c.To, c.Basis = from, to, tcpstate.Observed
		return trace.Event{Kind: trace.KindState, From: bob, State: c}
	}
	other := told(tcpstate.SynReceived, tcpstate.Listen)
	other.Stream = 1
	b := ladder.New(ladder.Options{})
	var rows []ladder.Row
	var alive []tcpstate.State
	for _, e := range []trace.Event{
		told(tcpstate.Listen, tcpstate.SynReceived),
		{Kind: trace.KindConnection, Connection: &tcpstate.Conn{}},
		{Kind: trace.KindNote, Stream: -1, Note: &trace.Note{}},
		other,
	} {
		rows = append(rows, b.Add(&e)...)
	}
	for _, r := range append(rows, b.Flush()...) {
		if r.Kind == ladder.RowState || r.Kind == ladder.RowNote {
			alive = append(alive, r.Alive[0])
		}
	}
	if want := []tcpstate.State{tcpstate.SynReceived, tcpstate.SynReceived, tcpstate.Unknown}; !slices.Equal(alive, want) {
		t.Errorf("what is alive in the lane, row by row: %v, want %v", alive, want)
	}
}

// TestAlive: of several connections in a lane the most alive counts, whichever changed
// last.
func TestAlive(t *testing.T) {
	t.Parallel()
	x := &script{}
	steps := []struct {
		who  trace.Participant
		to   tcpstate.State
		want tcpstate.State
	}{
		{alice, tcpstate.SynSent, tcpstate.SynSent},
		{alice, tcpstate.Established, tcpstate.Established},
		{carol, tcpstate.SynSent, tcpstate.Established},
		{alice, tcpstate.FinWait1, tcpstate.SynSent},
		{carol, tcpstate.Established, tcpstate.Established},
		{alice, tcpstate.TimeWait, tcpstate.Established},
		{carol, tcpstate.FinWait1, tcpstate.FinWait1},
		{carol, tcpstate.Closed, tcpstate.TimeWait},
		{alice, tcpstate.Closed, tcpstate.Unknown},
	}
	was := map[trace.Participant]tcpstate.State{alice: tcpstate.Closed, carol: tcpstate.Closed}
	for _, s := range steps {
		x.reports(s.who, bob, was[s.who], s.to, tcpstate.OnPoll)
		was[s.who] = s.to
	}
	for i, got := range alive(x.rows(ladder.Options{}), ladder.RowState) {
		if want := fmt.Sprint([]tcpstate.State{steps[i].want}); got != want {
			t.Errorf("step %d: %s is alive, want %s", i+1, got, want)
		}
	}
}

// TestApart: a message that does not stand below its segment says so.
func TestApart(t *testing.T) {
	t.Parallel()
	var s script
	s.leave(0, false, tcpstate.ACK)
	s.said(1, 1)
	s.leave(0, false, tcpstate.ACK)
	s.events[2].Stream = 1
	s.said(1, 1)
	var apart []bool
	for _, r := range s.rows(ladder.Options{}) {
		if r.Kind == ladder.RowMessage {
			apart = append(apart, r.Apart)
		}
	}
	if want := []bool{false, true}; !slices.Equal(apart, want) {
		t.Errorf("%v, want %v", apart, want)
	}
}

// Connections stand under the ladder in their order, whichever is over first.
func TestSummariesInOrder(t *testing.T) {
	t.Parallel()
	for _, total := range []bool{true, false} {
		var s script
		for _, stream := range []int{3, 0, 2, 1} {
			s.add(trace.Event{Kind: trace.KindConnection, Stream: stream, From: alice, To: bob, Connection: &tcpstate.Conn{Stream: stream}})
		}
		if total {
			s.add(trace.Event{Kind: trace.KindTotals, Stream: -1, Totals: &trace.Totals{}})
		}
		b := ladder.New(ladder.Options{})
		var rows []ladder.Row
		for i := range s.events {
			rows = append(rows, b.Add(&s.events[i])...)
		}
		var got []int
		for _, r := range append(rows, b.Flush()...) {
			if r.Kind == ladder.RowConnection {
				got = append(got, r.Stream)
			}
		}
		if !slices.Equal(got, []int{0, 1, 2, 3}) {
			t.Errorf("with totals %v: connections %v", total, got)
		}
	}
}

// A frame of which two captures tell no arrival is told by one row, whatever it
// meets: nothing is waited for.
func TestToldHereAlone(t *testing.T) {
	t.Parallel()
	for _, fate := range []trace.Fate{trace.Uncovered, trace.Unsent, trace.Unseen, trace.Doubtful} {
		var s script
		s.leave(1, false, tcpstate.ACK)
		s.fate(1, fate)
		s.leave(2, true, tcpstate.FIN|tcpstate.ACK)
		s.arrive(2, true)
		b := ladder.New(ladder.Options{})
		var rows []ladder.Row
		for i := range s.events {
			rows = append(rows, b.Add(&s.events[i])...)
		}
		rows = slices.DeleteFunc(rows, func(r ladder.Row) bool { return r.Kind != ladder.RowArrow })
		if len(rows) == 0 || rows[0].Frame != 1 || rows[0].Arrow.Part != ladder.Whole || rows[0].Arrow.Lost {
			t.Errorf("%v: %d rows: %+v", fate, len(rows), rows)
		}
	}
}
