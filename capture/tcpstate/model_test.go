package tcpstate_test

import (
	"container/heap"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"statelab/capture/tcpstate"
)

// sight is one segment seen at one host, with what was true then.
type sight struct {
	segment tcpstate.Segment
	where   tcpstate.Where
	from    tcpstate.End
	// passed holds the states that each end had gone through when the segment
	// was sent.
	passed [2][]tcpstate.State
}

// model is two small TCPs and a bad wire between them: RFC 9293 §3.10 without
// options, windows and congestion control. It is the truth that the observer's
// inferences are held against.
type model struct {
	rng    *rand.Rand
	now    time.Duration
	events events
	order  int
	ends   [2]*modelEnd
	sights []sight
	wires  uint64
	// loss, copies and damage are the wire's probabilities; jitter reorders.
	loss, copies, damage float64
	jitter               time.Duration
	// strict ends drop the SYN,ACK of a simultaneous open, because it lies
	// before the window (RFC 9293 §3.10.7.4, first); the others take its ACK, as
	// Figure 7 has it.
	strict bool
}

type modelEnd struct {
	who                    tcpstate.End
	state                  tcpstate.State
	history                []tcpstate.State
	iss, una, nxt, irs     tcpstate.Seq
	rcv                    tcpstate.Seq
	passive, closing       bool
	pending                int // octets the application has yet to send
	unacked                []tcpstate.Segment
	early                  []tcpstate.Segment
	finSeq                 tcpstate.Seq
	finSent, closesAtEOF   bool
	timer, retransmissions int
}

type event struct {
	at    time.Duration
	order int
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

func (m *model) after(d time.Duration, do func()) {
	m.order++
	heap.Push(&m.events, event{m.now + d, m.order, do})
}

var modelAddr = [2]netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:40000"), netip.MustParseAddrPort("10.0.0.2:80")}

// runModel plays one random life of a connection.
func runModel(seed uint64) *model {
	m := &model{rng: rand.New(rand.NewPCG(seed, 1)), strict: seed%2 == 0}
	m.loss, m.copies, m.damage = m.rng.Float64()*0.3, m.rng.Float64()*0.1, m.rng.Float64()*0.05
	m.jitter = time.Duration(m.rng.IntN(40)) * time.Millisecond
	for who := range m.ends {
		iss := tcpstate.Seq(m.rng.Uint32())
		if m.rng.IntN(2) == 0 {
			iss = -tcpstate.Seq(m.rng.IntN(3000)) // it wraps
		}
		m.ends[who] = &modelEnd{
			who: tcpstate.End(who), state: tcpstate.Closed, history: []tcpstate.State{tcpstate.Closed},
			iss: iss, una: iss, nxt: iss, closesAtEOF: m.rng.IntN(3) > 0,
		}
	}
	client, server := m.ends[0], m.ends[1]
	if m.rng.IntN(8) == 0 {
		m.after(time.Duration(m.rng.IntN(10))*time.Millisecond, func() { m.connect(server) })
	} else {
		server.passive = true
		server.state, server.history = tcpstate.Listen, []tcpstate.State{tcpstate.Listen}
	}
	m.after(0, func() { m.connect(client) })
	for _, e := range m.ends {
		for range m.rng.IntN(4) {
			n := 1 + m.rng.IntN(4000)
			m.after(time.Duration(m.rng.IntN(2000))*time.Millisecond, func() { e.pending += n; m.output(e) })
		}
		switch m.rng.IntN(6) {
		case 0:
			m.after(time.Duration(m.rng.IntN(3000))*time.Millisecond, func() { m.abort(e) })
		case 1, 2, 3:
			m.after(time.Duration(m.rng.IntN(3000))*time.Millisecond, func() { e.closing = true; m.output(e) })
		}
	}
	for steps := 0; m.events.Len() > 0 && steps < 4000; steps++ {
		next := heap.Pop(&m.events).(event)
		m.now = next.at
		next.do()
	}
	return m
}

func (m *model) enter(e *modelEnd, s tcpstate.State) {
	e.state = s
	e.history = append(e.history, s)
}

func (m *model) connect(e *modelEnd) {
	if e.state == tcpstate.Closed {
		e.nxt = e.iss + 1
		m.enter(e, tcpstate.SynSent)
		m.send(e, tcpstate.Segment{Seq: e.iss, Flags: tcpstate.SYN}, true)
	}
}

// abort is ABORT, but for SYN-SENT: there it sends nothing, so that nobody who
// sees segments alone can know.
func (m *model) abort(e *modelEnd) {
	switch e.state {
	case tcpstate.SynReceived, tcpstate.Established, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.CloseWait:
		m.enter(e, tcpstate.Closed)
		m.send(e, tcpstate.Segment{Seq: e.nxt, Ack: e.rcv, Flags: tcpstate.RST | tcpstate.ACK}, false)
	}
	if e.state == tcpstate.Closed {
		e.unacked = nil
	}
}

// output sends what the application has given, and its FIN after that.
func (m *model) output(e *modelEnd) {
	if e.state != tcpstate.Established && e.state != tcpstate.CloseWait {
		return
	}
	for e.pending > 0 {
		n := min(e.pending, 1000)
		e.pending -= n
		s := tcpstate.Segment{Seq: e.nxt, Ack: e.rcv, Flags: tcpstate.ACK | tcpstate.PSH, Len: n}
		e.nxt = e.nxt.Add(uint32(n))
		m.send(e, s, true)
	}
	if e.closing && !e.finSent {
		e.finSent, e.finSeq = true, e.nxt
		e.nxt++
		to := tcpstate.FinWait1
		if e.state == tcpstate.CloseWait {
			to = tcpstate.LastAck
		}
		m.enter(e, to)
		m.send(e, tcpstate.Segment{Seq: e.finSeq, Ack: e.rcv, Flags: tcpstate.FIN | tcpstate.ACK}, true)
	}
}

// send puts a segment on the wire, which loses, copies, damages and delays.
func (m *model) send(e *modelEnd, s tcpstate.Segment, keep bool) {
	m.wires++
	s.Src, s.Dst = modelAddr[e.who], modelAddr[e.who.Peer()]
	s.Wire, s.Window, s.Checksum = m.wires, 65535, tcpstate.Valid
	if keep {
		e.unacked = append(e.unacked, s)
		m.arm(e)
	}
	seen := sight{segment: s, where: tcpstate.Sent, from: e.who}
	for i, end := range m.ends {
		seen.passed[i] = slices.Clone(end.history)
	}
	m.see(seen)
	copies := 1
	if m.rng.Float64() < m.loss {
		copies = 0
	} else if m.rng.Float64() < m.copies {
		copies = 2
	}
	for range copies {
		arriving := seen
		arriving.where = tcpstate.Received
		if m.rng.Float64() < m.damage {
			arriving.segment.Checksum = tcpstate.Invalid
		}
		delay := 10*time.Millisecond + time.Duration(m.rng.Int64N(int64(m.jitter)+1))
		m.after(delay, func() {
			m.see(arriving)
			if arriving.segment.Checksum != tcpstate.Invalid {
				m.arrives(m.ends[e.who.Peer()], arriving.segment)
			}
		})
	}
}

func (m *model) see(s sight) {
	s.segment.Time = time.Unix(1e9, 0).Add(m.now)
	m.sights = append(m.sights, s)
}

// arm starts the retransmission timer.
func (m *model) arm(e *modelEnd) {
	e.timer++
	mine := e.timer
	m.after(300*time.Millisecond, func() {
		if e.timer != mine || len(e.unacked) == 0 || e.state == tcpstate.Closed || e.retransmissions > 12 {
			return
		}
		e.retransmissions++
		s := e.unacked[0]
		if s.Flags.Has(tcpstate.SYN) && e.state == tcpstate.SynReceived {
			s.Flags |= tcpstate.ACK
		}
		if s.Flags.Has(tcpstate.ACK) {
			s.Ack = e.rcv
		}
		m.send(e, s, false)
		m.arm(e)
	})
}
