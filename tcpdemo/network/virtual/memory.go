package virtual

import (
	"strconv"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Sample is the state of one connection's sender at one moment.
type Sample struct {
	At    time.Time
	Party trace.Participant
	Conn  trace.Conn
	// Cwnd is the congestion window in segments, CwndBytes in bytes (RFC 5681
	// §2); Ssthresh is in segments, 0 while it is "arbitrarily
	// high" (§3.1): no loss has set it yet.
	Cwnd, CwndBytes, Ssthresh int
	// SRTT, RTTVar and RTO are those of RFC 6298 §2; SRTT is 0 before the
	// first measurement.
	SRTT, RTTVar, RTO time.Duration
	// InFlight is SND.NXT - SND.UNA, SendWindow is SND.WND, in bytes.
	InFlight, SendWindow int
}

// sample takes a sample of each connection that sent or received something
// since the last one. The caller holds net.mu.
func (m *machine) sample() {
	for _, t := range m.dirty {
		t.dirty = false
		if m.net.config.Samples {
			t.sample()
		}
	}
	clear(m.dirty)
	m.dirty = m.dirty[:0]
}

func (t *tcb) sample() {
	b := peek(t.endpoint)
	if !b.synchronized || t.over {
		return
	}
	s := Sample{
		Cwnd: b.cwnd, CwndBytes: b.cwnd * b.mss, Ssthresh: b.ssthresh,
		SRTT: b.srtt, RTTVar: b.rttvar, RTO: b.rto,
		InFlight: int(b.sndNxt - b.sndUna), SendWindow: int(b.sndWnd),
	}
	if s.Ssthresh == tcp.InitialSsthresh {
		s.Ssthresh = 0
	}
	if s == t.sampled {
		return
	}
	t.sampled = s
	n := t.machine.net
	s.At, s.Party, s.Conn = n.Now(), t.machine.host.party(t.conn.Local), t.conn
	n.samples = append(n.samples, s)
}

// Samples returns the course of every sender's congestion state, in order of
// time: one sample for each change. Config.Samples turns it on.
func (n *Network) Samples() []Sample {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]Sample(nil), n.samples...)
}

// ConnectionMemory is what a host remembers of one connection.
type ConnectionMemory struct {
	Conn   trace.Conn
	Memory trace.Memory
}

// Connections returns what the host remembers of each connection that has a
// transmission control block, in order of appearance. It is asked by an
// application on the network, or while Run is not running.
func (h *Host) Connections() []ConnectionMemory {
	if h.net.apps.ask(turn{op: opHost}) != nil {
		return nil
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	return h.machine.connections()
}

func (m *machine) connections() []ConnectionMemory {
	var all []ConnectionMemory
	for _, t := range m.live {
		if !t.over && t.state != tcpstate.Closed && t.state != tcpstate.Listen {
			all = append(all, ConnectionMemory{t.conn, t.holding().memory()})
		}
	}
	return all
}

// Memory returns all that the host's stack remembers of connections, as
// trace.Blocks has it. Listening sockets do not count: they remember no peer.
func (h *Host) Memory() trace.Memory {
	return merge(h.Connections())
}

func merge(all []ConnectionMemory) trace.Memory {
	var b trace.Blocks
	for _, c := range all {
		b.Set(c.Conn, c.Memory)
	}
	return b.Memory()
}

// ReportMemory puts on the timeline what each host's stack remembers now. A
// host without a connection reports an empty memory.
func (n *Network) ReportMemory() {
	if n.apps.ask(turn{op: opHost}) != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.hosts {
		m := merge(h.machine.connections())
		n.observe(trace.Observation{Kind: trace.ObservedMemory, Party: h.Party(), Memory: &m})
	}
}

// holding is what a stack remembers of one connection at one moment.
type holding struct {
	conn           trace.Conn
	state          tcpstate.State
	iss, irs       uint32
	hasISS, hasIRS bool
	block          block
	buffers        bool // what lies in its buffers is remembered with it
}

func (t *tcb) holding() holding {
	return holding{t.conn, t.state, t.iss, t.irs, t.hasISS, t.hasIRS, peek(t.endpoint), !t.machine.net.config.NoBuffers}
}

// memory lists a transmission control block by the standards' own names. Sizes
// are those of the values: 4 octets for a sequence number, 6 for an address
// with its port.
func (h holding) memory() trace.Memory {
	var m trace.Memory
	add := func(name, value string, size int) {
		m.Entries = append(m.Entries, trace.Entry{Kind: trace.MemoryConnection, Name: name, Value: value, Bytes: size})
	}
	count := func(name string, v uint32, size int) { add(name, strconv.FormatUint(uint64(v), 10), size) }
	b := h.block
	add("state", h.state.String(), 1)
	add("local address", h.conn.Local.String(), 6)
	add("remote address", h.conn.Remote.String(), 6)
	if h.hasISS {
		count("ISS", h.iss, 4)
	}
	if h.hasIRS {
		count("IRS", h.irs, 4)
	}
	if !b.synchronized {
		return m
	}
	count("SND.UNA", b.sndUna, 4)
	count("SND.NXT", b.sndNxt, 4)
	count("SND.WND", b.sndWnd, 4)
	count("RCV.NXT", b.rcvNxt, 4)
	count("RCV.WND", b.rcvWnd, 4)
	count("Snd.Wind.Shift", uint32(b.sndScale), 1)
	count("Rcv.Wind.Shift", uint32(b.rcvScale), 1)
	count("Eff.snd.MSS", uint32(b.mss), 2) // RFC 9293 §3.7.1
	count("cwnd", uint32(b.cwnd*b.mss), 4)
	if b.ssthresh == tcp.InitialSsthresh {
		add("ssthresh", "unlimited", 4)
	} else {
		count("ssthresh", uint32(b.ssthresh*b.mss), 4)
	}
	if b.measured {
		add("SRTT", b.srtt.Round(time.Microsecond).String()+h.oddSample(), 4)
		add("RTTVAR", b.rttvar.Round(time.Microsecond).String(), 4)
	} else {
		add("SRTT", "not measured", 4)
		add("RTTVAR", "not measured", 4)
	}
	add("RTO", b.rto.Round(time.Microsecond).String(), 4)
	if !h.buffers {
		return m
	}
	add("send buffer", bytesText(b.sendOctets), b.sendOctets)
	add("receive buffer", bytesText(b.receiveOctets), b.receiveOctets)
	add("reorder queue", bytesText(b.reorderOctets), b.reorderOctets)
	return m
}

// oddSample says of SRTT why it is no round trip: what is shorter than a
// millisecond is noted as one; or its last sample is none: the stack
// acknowledges a FIN before it takes the FIN's timestamp (RFC 7323 §4.3 has it the
// other way round), so that the ACK echoes the segment before. The sample of who
// sent the FIN is as long as the silence before it.
func (h holding) oddSample() string {
	if h.block.srtt == tcp.MinSRTT {
		return ", rounded up"
	}
	if h.block.timestamps && (h.state == tcpstate.FinWait2 || h.state == tcpstate.TimeWait) {
		return ", by the ACK of a FIN"
	}
	return ""
}

// measure grows and shrinks with what memory lists: in octets of buffers, and by
// one for each part of a control block that is there or not.
func (h holding) measure() int {
	n := 0
	if h.buffers {
		n = h.block.sendOctets + h.block.receiveOctets + h.block.reorderOctets
	}
	for _, has := range []bool{h.hasISS, h.hasIRS, h.block.synchronized} {
		if has {
			n++
		}
	}
	return n
}
