package virtual

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// tcb follows one endpoint of a stack: what the timeline says of it, beside
// what it is. All but the endpoint itself is guarded by net.mu.
type tcb struct {
	serial   uint64
	machine  *machine
	endpoint *tcp.Endpoint
	id       stack.TransportEndpointID
	conn     trace.Conn
	state    tcpstate.State // as last reported
	call     string         // the call that the endpoint is executing
	over     bool           // CLOSED: the stack has forgotten it
	passive  bool           // it was born of a listener
	accepted bool           // an application has it, or had it from the start
	iss, irs uint32
	hasISS   bool
	hasIRS   bool
	dirty    bool
	sampled  Sample
}

func (m *machine) newTCB(ep *tcp.Endpoint, state tcpstate.State, conn trace.Conn) *tcb {
	m.net.serial++
	t := &tcb{serial: m.net.serial, machine: m, endpoint: ep, state: state, conn: conn, passive: state == tcpstate.Listen}
	m.endpoints[ep] = t
	m.live = append(m.live, t)
	return t
}

// find returns the connection of that name, meeting it for the first time if
// the stack has it: as the child of a listener, or as the dialler's endpoint,
// which has its port only now.
func (m *machine) find(id stack.TransportEndpointID) *tcb {
	old := m.tcbs[id]
	if old != nil && !closed(old.endpoint.EndpointState()) {
		return old
	}
	if old != nil {
		m.look(old) // its name may have a new owner
	}
	ep, _ := m.stack.FindTransportEndpoint(ipv4.ProtocolNumber, tcp.ProtocolNumber, id, nicID).(*tcp.Endpoint)
	if ep == nil || ep.EndpointState() == tcp.StateListen {
		return old
	}
	t := m.endpoints[ep]
	if t == nil {
		t = m.newTCB(ep, tcpstate.Listen, trace.Conn{})
	}
	m.name(t, id)
	return t
}

func (m *machine) name(t *tcb, id stack.TransportEndpointID) {
	t.id = id
	t.conn = trace.Conn{Local: addrPort(id.LocalAddress, id.LocalPort), Remote: addrPort(id.RemoteAddress, id.RemotePort)}
	m.tcbs[id] = t
}

func addrPort(a tcpip.Address, port uint16) netip.AddrPort {
	if a.Len() != 4 {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom4(a.As4()), port)
}

func closed(s tcp.EndpointState) bool { return s == tcp.StateClose || s == tcp.StateError }

// states translates the stack's states. What netstack has of its own is hidden:
// Connecting is a moment inside the connect call, Error is CLOSED with a reason.
var states = map[tcp.EndpointState]tcpstate.State{
	tcp.StateInitial:     tcpstate.Closed,
	tcp.StateBound:       tcpstate.Closed,
	tcp.StateListen:      tcpstate.Listen,
	tcp.StateSynSent:     tcpstate.SynSent,
	tcp.StateSynRecv:     tcpstate.SynReceived,
	tcp.StateEstablished: tcpstate.Established,
	tcp.StateFinWait1:    tcpstate.FinWait1,
	tcp.StateFinWait2:    tcpstate.FinWait2,
	tcp.StateCloseWait:   tcpstate.CloseWait,
	tcp.StateClosing:     tcpstate.Closing,
	tcp.StateLastAck:     tcpstate.LastAck,
	tcp.StateTimeWait:    tcpstate.TimeWait,
	tcp.StateClose:       tcpstate.Closed,
	tcp.StateError:       tcpstate.Closed,
}

// look compares an endpoint's state with the one last reported, and reports a
// change with its cause.
func (m *machine) look(t *tcb) {
	state, shown := states[t.endpoint.EndpointState()]
	if !shown || state == t.state || t.over {
		return
	}
	cause := m.cause(t, state)
	if t.passive && t.state == tcpstate.SynReceived && state == tcpstate.Closed && cause.Name == "RST" {
		// The stack deletes the listener's child; in the figure's terms the
		// connection is back in LISTEN (RFC 9293 §3.10.7.4, second).
		m.changed(t, tcpstate.Listen, cause)
		m.forget(t)
		return
	}
	m.changed(t, state, cause)
}

func (m *machine) changed(t *tcb, to tcpstate.State, cause trace.Cause) {
	n := m.net
	o := trace.Observation{Kind: trace.ObservedState, Party: m.host.party(t.conn.Local), Conn: t.conn, From: t.state, To: to, Cause: cause}
	t.state = to
	if a := n.arrival; a != nil && a.machine == m {
		a.held = append(a.held, pending{change: &o, tcb: t})
	} else {
		n.observe(o)
	}
	if to == tcpstate.Closed {
		m.forget(t)
	}
}

// forget drops a connection whose TCB is gone. One that was never accepted
// stays known by its endpoint, which still waits in the listener's queue.
func (m *machine) forget(t *tcb) {
	t.over = true
	if m.tcbs[t.id] == t {
		delete(m.tcbs, t.id)
	}
	if t.accepted {
		delete(m.endpoints, t.endpoint)
	}
}

// lookAll looks at every connection of the machine, and lets go of those that
// are over.
func (m *machine) lookAll() {
	kept := m.live[:0]
	for _, t := range m.live {
		m.look(t)
		if !t.over {
			kept = append(kept, t)
		}
	}
	clear(m.live[len(kept):])
	m.live = kept
}

// expire runs a timer of the machine's stack.
func (m *machine) expire(f func()) {
	n := m.net
	n.mu.Lock()
	if n.closed || m.dead {
		n.mu.Unlock()
		return
	}
	n.timer = m
	n.mu.Unlock()
	f()
	m.barrier()
	n.mu.Lock()
	defer n.mu.Unlock()
	m.lookAll()
	n.timer = nil
	m.sample()
}

// sends learns from a segment that the endpoint sends.
func (t *tcb) sends(seg segment) {
	if seg.flags.Contains(header.TCPFlagSyn) {
		t.iss, t.hasISS = seg.seq, true
	}
	if !t.dirty {
		t.dirty = true
		t.machine.dirty = append(t.machine.dirty, t)
	}
}

// receives learns from a segment that the endpoint has received.
func (t *tcb) receives(seg segment) {
	switch {
	case t.hasIRS:
	case t.hasISS && !seg.flags.Contains(header.TCPFlagRst) && t.state == tcpstate.SynSent &&
		seg.flags.Contains(header.TCPFlagAck) && seg.ack != t.iss+1: // refused: it acknowledges another's SYN (RFC 9293 §3.10.7.3)
	case seg.flags.Contains(header.TCPFlagSyn):
		t.irs, t.hasIRS = seg.seq, true
	case !t.hasISS && seg.flags.Contains(header.TCPFlagAck): // born of a SYN cookie: nobody remembers the SYN
		t.iss, t.hasISS = seg.ack-1, true
		t.irs, t.hasIRS = seg.seq-1, true
	}
	if !t.dirty {
		t.dirty = true
		t.machine.dirty = append(t.machine.dirty, t)
	}
}
