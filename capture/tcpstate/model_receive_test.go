package tcpstate_test

import (
	"slices"

	"statelab/capture/tcpstate"
)

const modelWindow = 65535

// arrives is RFC 9293 §3.10.7 with RFC 5961's challenge ACKs.
func (m *model) arrives(e *modelEnd, s tcpstate.Segment) {
	switch e.state {
	case tcpstate.Closed, tcpstate.Unknown:
		m.refuse(e, s)
	case tcpstate.Listen:
		switch {
		case s.Flags.Has(tcpstate.RST):
		case s.Flags.Has(tcpstate.ACK):
			m.refuse(e, s)
		case s.Flags.Has(tcpstate.SYN):
			e.irs, e.rcv, e.nxt = s.Seq, s.Seq+1, e.iss+1
			m.enter(e, tcpstate.SynReceived)
			m.send(e, tcpstate.Segment{Seq: e.iss, Ack: e.rcv, Flags: tcpstate.SYN | tcpstate.ACK}, true)
		}
	case tcpstate.SynSent:
		m.arrivesInSynSent(e, s)
	default:
		m.arrivesSynchronized(e, s)
	}
}

// refuse answers with a RST (§3.10.7.1).
func (m *model) refuse(e *modelEnd, s tcpstate.Segment) {
	switch {
	case s.Flags.Has(tcpstate.RST):
	case s.Flags.Has(tcpstate.ACK):
		m.send(e, tcpstate.Segment{Seq: s.Ack, Flags: tcpstate.RST}, false)
	default:
		m.send(e, tcpstate.Segment{Ack: s.End(), Flags: tcpstate.RST | tcpstate.ACK}, false)
	}
}

func (m *model) arrivesInSynSent(e *modelEnd, s tcpstate.Segment) {
	acceptable := s.Flags.Has(tcpstate.ACK) && s.Ack == e.nxt
	switch {
	case s.Flags.Has(tcpstate.ACK) && !acceptable:
		m.refuse(e, s)
	case s.Flags.Has(tcpstate.RST):
		if acceptable {
			m.enter(e, tcpstate.Closed)
		}
	case !s.Flags.Has(tcpstate.SYN):
	case acceptable:
		e.irs, e.rcv, e.una, e.unacked = s.Seq, s.Seq+1, s.Ack, nil
		m.enter(e, tcpstate.Established)
		m.acknowledge(e)
		m.output(e)
	default:
		e.irs, e.rcv, e.unacked = s.Seq, s.Seq+1, nil
		m.enter(e, tcpstate.SynReceived)
		m.send(e, tcpstate.Segment{Seq: e.iss, Ack: e.rcv, Flags: tcpstate.SYN | tcpstate.ACK}, true)
	}
}

func (m *model) acknowledge(e *modelEnd) {
	m.send(e, tcpstate.Segment{Seq: e.nxt, Ack: e.rcv, Flags: tcpstate.ACK}, false)
}

func (m *model) arrivesSynchronized(e *modelEnd, s tcpstate.Segment) {
	again := !m.strict && e.state == tcpstate.SynReceived && !e.passive && s.Flags.Has(tcpstate.SYN|tcpstate.ACK) && s.Seq == e.irs
	acceptable := s.Seq.In(e.rcv, modelWindow) || s.SegLen() > 0 && (s.End()-1).In(e.rcv, modelWindow)
	switch {
	case again:
	case !acceptable:
		if !s.Flags.Has(tcpstate.RST) {
			m.acknowledge(e)
		}
		return
	case s.Flags.Has(tcpstate.RST) && e.state == tcpstate.TimeWait:
		return // RFC 1337
	case s.Flags.Has(tcpstate.RST) && s.Seq == e.rcv:
		if e.state == tcpstate.SynReceived && e.passive {
			m.enter(e, tcpstate.Listen)
			e.iss += 100000
			e.una, e.nxt = e.iss, e.iss
		} else {
			m.enter(e, tcpstate.Closed)
		}
		e.unacked = nil
		return
	case s.Flags.Any(tcpstate.RST | tcpstate.SYN):
		m.acknowledge(e)
		return
	case !s.Flags.Has(tcpstate.ACK):
		return
	}
	if e.state == tcpstate.SynReceived {
		if s.Ack != e.nxt {
			m.refuse(e, s)
			return
		}
		m.enter(e, tcpstate.Established)
	}
	if s.Ack.After(e.una) && !s.Ack.After(e.nxt) {
		e.una = s.Ack
		e.retransmissions = 0
		e.unacked = slices.DeleteFunc(e.unacked, func(u tcpstate.Segment) bool { return !u.End().After(e.una) })
	}
	if again {
		m.acknowledge(e)
		m.output(e)
		return
	}
	finArrived := m.take(e, s)
	m.closeSteps(e, finArrived)
	if s.SegLen() > 0 {
		m.acknowledge(e)
	}
	if finArrived && e.closesAtEOF {
		e.closing = true
	}
	m.output(e)
}

// closeSteps changes the state for an acknowledged FIN and a received one.
func (m *model) closeSteps(e *modelEnd, finArrived bool) {
	finAcked := e.finSent && e.una.After(e.finSeq)
	switch {
	case e.state == tcpstate.FinWait1 && finAcked && finArrived:
		m.enter(e, tcpstate.TimeWait)
	case e.state == tcpstate.FinWait1 && finAcked:
		m.enter(e, tcpstate.FinWait2)
	case e.state == tcpstate.FinWait1 && finArrived:
		m.enter(e, tcpstate.Closing)
	case e.state == tcpstate.FinWait2 && finArrived:
		m.enter(e, tcpstate.TimeWait)
	case e.state == tcpstate.Closing && finAcked:
		m.enter(e, tcpstate.TimeWait)
	case e.state == tcpstate.LastAck && finAcked:
		m.enter(e, tcpstate.Closed)
	case e.state == tcpstate.Established && finArrived:
		m.enter(e, tcpstate.CloseWait)
	}
}

// take keeps the segment's octets, and reports whether the FIN's turn has come.
func (m *model) take(e *modelEnd, s tcpstate.Segment) (fin bool) {
	e.early = append(e.early, s)
	for moved := true; moved; {
		moved = false
		for _, x := range e.early {
			if !x.Seq.After(e.rcv) && x.End().After(e.rcv) {
				e.rcv = x.End()
				fin = fin || x.Flags.Has(tcpstate.FIN)
				moved = true
			}
		}
	}
	return fin
}
