package virtual

import (
	"fmt"
	"net/netip"
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"

	"statelab/capture"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

var wireParty = trace.Participant{Role: trace.RoleWire}

// transmit takes a frame from a machine's card. It is called with an endpoint's
// lock held, at the moment at which the stack sends: what the endpoint's state
// is now shows why.
func (n *Network) transmit(m *machine, frame []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || m.dead {
		return
	}
	var t *tcb
	seg, ok := parse(frame)
	if ok {
		if t = m.find(seg.sender()); t != nil {
			t.sends(seg)
			m.look(t)
		}
	}
	if a := n.arrival; a != nil && a.machine == m {
		a.held = append(a.held, pending{frame: frame, tcb: t, ack: seg.ack})
		return
	}
	n.put(m, frame)
}

// put puts a frame on the wire to the host that it is meant for, and lets the
// wire decide what becomes of it; what is meant for all goes on every wire. A
// frame to the host's own address never leaves it: its tap shows it twice.
func (n *Network) put(m *machine, frame []byte) {
	n.record.wire++
	number, from := n.record.wire, m.host
	n.recordFrame(from, capture.Outbound, number, frame)
	known := false
	for _, w := range from.wires {
		if w == nil {
			continue
		}
		if way := w.way(from); forHost(frame, linkAddress(w.far(way).index)) {
			known = true
			n.carry(w, w.decider.Decide(way, n.clock.elapsed(), number, frame))
		}
	}
	switch {
	case known:
	case forHost(frame, m.nic.address):
		// The host talks to itself: no wire, no rule, no delay.
		n.clock.after(0, func() { n.arrive(from, number, frame) })
	default:
		n.verdict(trace.Verdict{Fate: trace.Dropped, Wire: number, Rule: "no host has " + tcpip.LinkAddress(frame[:min(6, len(frame))]).String()})
	}
}

func (n *Network) verdict(v trace.Verdict) {
	n.observe(trace.Observation{Kind: trace.ObservedVerdict, Party: wireParty, Verdict: &v})
}

// carry does what a wire decided.
func (n *Network) carry(w *wire, d network.Decision) {
	for _, v := range d.Verdicts {
		n.verdict(v)
	}
	for _, c := range d.Deliveries {
		n.clock.after(c.After, func() { n.arrive(w.far(c.Dir), c.Wire, c.Data) })
	}
	for _, r := range d.Replies {
		n.inject(w.far(r.Dir), r)
	}
	if w.due != nil {
		w.due.Stop()
		w.due = nil
	}
	if at, ok := w.decider.NextDue(); ok {
		w.due = n.clock.after(at-n.clock.elapsed(), func() { n.releaseHeld(w) })
	}
}

// releaseHeld asks a wire for frames that it held back.
func (n *Network) releaseHeld(w *wire) {
	n.mu.Lock()
	defer n.mu.Unlock()
	w.due = nil
	n.carry(w, w.decider.Due(n.clock.elapsed()))
}

func (n *Network) inject(to *Host, r network.Reply) {
	n.record.wire++
	wire := n.record.wire
	n.verdict(trace.Verdict{Fate: trace.Injected, Wire: wire, Rule: r.Rule})
	n.clock.after(r.After, func() { n.arrive(to, wire, r.Data) })
}

// Inject puts a crafted Ethernet frame on the wire towards a host, which it
// reaches at once. No rule sees it; the timeline shows it as injected. The host
// knows the frame's sender from then on, so that it can answer: an answer to a
// sender that does not exist is lost, and the timeline says so.
func (n *Network) Inject(to *Host, frame []byte) error {
	if len(frame) < header.EthernetMinimumSize {
		return fmt.Errorf("inject: a frame of %d bytes has no Ethernet header", len(frame))
	}
	if err := n.apps.ask(turn{op: opHost}); err != nil {
		return fmt.Errorf("inject: %w", err)
	}
	n.mu.Lock()
	m := to.machine
	n.mu.Unlock()
	frame = slices.Clone(frame)
	if addr, link, ok := senderOf(frame); ok && n.at(netip.AddrFrom4(addr.As4())) == nil {
		if err := stackError(m.stack.AddStaticNeighbor(nicID, ipv4.ProtocolNumber, addr, link)); err != nil {
			return fmt.Errorf("inject: %w", err)
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.inject(to, network.Reply{Data: frame})
	return nil
}

// arrival is the frame that a machine is dealing with.
type arrival struct {
	machine *machine
	wire    uint64
	seg     segment
	tcp     bool
	held    []pending
}

// pending is what happens while a machine deals with a frame: it goes on the
// timeline when the machine is done, because the stack sends its acknowledgment
// of a FIN before it changes state, and the figure draws it the other way.
type pending struct {
	change *trace.Observation
	frame  []byte
	tcb    *tcb
	ack    uint32
}

// arrive is a frame reaching a host.
func (n *Network) arrive(to *Host, wire uint64, frame []byte) {
	a := &arrival{wire: wire}
	a.seg, a.tcp = parse(frame)
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return
	}
	a.machine = to.machine
	n.recordFrame(a.machine.host, capture.Inbound, wire, frame)
	n.arrival = a
	n.mu.Unlock()
	overflows := a.machine.stack.Stats().TCP.ListenOverflowSynDrop
	before := overflows.Value()
	a.machine.nic.deliver(frame)
	a.machine.barrier()
	n.mu.Lock()
	defer n.mu.Unlock()
	if overflows.Value() != before {
		n.observe(trace.Observation{
			Kind: trace.ObservedVerdict, Party: a.machine.host.party(a.seg.dst),
			Verdict: &trace.Verdict{Fate: trace.Discarded, Wire: wire},
		})
	}
	a.conclude()
	n.arrival = nil
	a.flush()
	a.machine.sample()
}

// conclude notices what the frame changed after the last segment was sent.
func (a *arrival) conclude() {
	m := a.machine
	if !a.tcp {
		m.lookAll() // ICMP may end any connection
		return
	}
	t := m.find(a.seg.receiver())
	if t == nil {
		return
	}
	t.receives(a.seg)
	before := len(a.held)
	m.look(t)
	if len(a.held) == before || !a.seg.flags.Contains(header.TCPFlagFin) {
		return
	}
	change := a.held[before]
	for i, p := range a.held[:before] {
		if p.tcb == t && p.frame != nil && p.ack == a.seg.end() {
			a.held = slices.Insert(a.held[:before], i, change)
			return
		}
	}
}

// flush puts what was held on the timeline and on the wire.
func (a *arrival) flush() {
	n := a.machine.net
	for _, p := range a.held {
		if p.change != nil {
			n.observe(*p.change)
		} else {
			n.put(a.machine, p.frame)
		}
	}
}
