package tcpstate

import "time"

// What the other end says of a direction, and what it offers to it.

// offer keeps the windows that its sender offers, scaled.
func (m *meter) offer(a *analysis) {
	s := a.s
	if s.Flags.Has(RST) {
		return
	}
	if s.Window == 0 {
		if m.closedSince == 0 && !s.Flags.Has(SYN) {
			m.closedSince = a.now
		}
	} else if m.closedSince != 0 {
		m.closedFor += max(a.now-m.closedSince, 0)
		m.closedSince = 0
	}
	if s.Flags.Has(SYN) || !a.ScaleKnown {
		return
	}
	if m.offers && s.Window == m.offered {
		return // each change counts once
	}
	m.offered, m.offers = s.Window, true
	w := a.ScaledWindow
	if m.window.n == 0 || w < m.windowMin {
		m.windowMin = w
	}
	m.windowMax = max(m.windowMax, w)
	m.window.add(float32(w))
}

// sack keeps the highest octet that was selectively acknowledged, and counts
// blocks that say: this came twice (RFC 2883 §4).
func (m *meter) sack(a *analysis) {
	o := &a.s.Options
	if b := o.Sack[0]; a.Astray&1 == 0 && b.Right.After(b.Left) && !b.Right.After(a.s.Ack) {
		m.dsacks++
	}
	for i, b := range o.Sack[:o.SackBlocks] {
		if a.Astray>>i&1 == 0 && b.Right.After(a.s.Ack) && (!m.hasSacked || b.Right.After(m.sacked)) {
			m.sacked, m.hasSacked = b.Right, true
		}
	}
}

// astray finds the SACK blocks that report nothing of what the peer sends: they name
// octets beyond the highest that was seen and beyond the window, or from before the
// ISN (RFC 2018 §3 has a block name octets that were received). Whoever renumbers a
// stream on its way and leaves this option as it was makes them.
func (a *analysis) astray(c *Conn) (blocks uint8) {
	s, highest, peer := a.s, a.fwd.offer.edge, a.From.Peer()
	if !a.ScaleKnown {
		highest = s.Ack.Add(uint32(s.Window) << maxShift)
	}
	if a.rev.hasNext {
		highest = later(highest, a.rev.nextSeq)
	}
	numbered := c.HasISN[peer] && c.Bytes[peer] < 1<<31 // beyond, its numbers come round
	for i, b := range s.Options.Sack[:s.Options.SackBlocks] {
		if b.Right.After(highest) || numbered && b.Left.Before(c.ISN[peer]) {
			blocks |= 1 << i
		}
	}
	return blocks
}

// acked takes over an acknowledgment for what this direction sent.
func (m *meter) acked(ack Seq, now int64) {
	m.una = ack
	m.sincePath, m.sinceWindow = 0, 0
	m.last, m.ackedAt = max(m.last, now), now
	if m.recovering && !ack.Before(m.recover) {
		m.recovering = false
	}
	if m.missing > 0 && !ack.Before(m.holeEnd) {
		m.missing = 0
	}
	if m.hasSacked && !ack.Before(m.sacked) {
		m.hasSacked = false
	}
}

// weigh adds the octets in flight to their sum over time; a SYN alone is none.
func (m *meter) weigh(passed int64) {
	if n := m.flight(); n > 0 && (m.data > 0 || m.fin) {
		m.busy += passed
		m.flightTime += float64(n) * float64(passed)
	}
}

// sample takes a round-trip time.
func (m *meter) sample(rtt time.Duration) {
	m.rtt.Add(rtt)
	m.rtts.add(float32(rtt))
}

// medianRTT is the sketch's, within what rounding it has left.
func (m *meter) medianRTT() time.Duration {
	return min(max(time.Duration(m.rtts.median()), m.rtt.Min), m.rtt.Max)
}
