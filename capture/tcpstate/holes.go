package tcpstate

// fill keeps how many octets are missing below the highest.
func (m *meter) fill(s *Segment, fresh uint32) {
	if hole := s.Seq.Sub(later(m.next, m.una)); hole > 0 {
		if m.missing == 0 {
			m.holeStart, m.real = later(m.next, m.una), false
		}
		m.missing += uint32(hole)
		m.holeEnd = s.Seq
	} else if m.missing > 0 && s.Seq.Before(m.next) {
		beyond := uint32(max(s.End().Sub(m.next), 0))
		m.missing -= min(m.missing, fresh-min(fresh, beyond))
	}
}

// lose attributes time to octets that were missing.
func (c *Conn) lose(passed int64) {
	proved := false
	for i := range c.meters {
		m := &c.meters[i]
		if m.recovering || m.missing > 0 {
			m.lost += passed
		}
		proved = proved || m.recovering || m.missing > 0 && m.real
	}
	c.spending.spent[LimitLoss] += passed
	if !proved {
		c.spending.unproved += passed
	}
}

// reportsHole reports whether a segment says that octets are missing where it comes
// from: by a SACK of what lies beyond (RFC 2018 §3), or a duplicate ACK (RFC 5681 §2).
func (a *analysis) reportsHole() bool {
	for i, b := range a.s.Options.Sack[:a.s.Options.SackBlocks] {
		if a.Astray>>i&1 == 0 && b.Right.After(a.s.Ack) {
			return true
		}
	}
	for _, f := range a.Findings {
		if f.Name == FoundDuplicateAck {
			return !a.copied
		}
	}
	return false
}

// holeIsReal notes that octets which are missing here were lost, or late, before
// they came here: they have come since, or their receiver lacks them too.
func (c *Conn) holeIsReal(m *meter) {
	m.real, m.realTo, m.blind = true, m.next, 0
	c.spending.unproved = 0
}

// coversHole follows an ACK of octets behind the first that are missing: if nothing
// has shown that these were lost, they had come, and the capture missed them. What
// the hole seemed to cost was spent on the way; and when its sender's application
// had given the first of them, is not known.
func (c *Conn) coversHole(sender End, ack Seq) {
	s, m := &c.spending, &c.meters[sender]
	m.real = m.real && ack.Before(m.realTo)
	if m.real || !ack.After(m.holeStart) {
		return
	}
	c.move(LimitLoss, LimitPath, s.unproved)
	c.move(limitOf(sender), LimitUnseen, m.blind)
	m.lost = max(m.lost-s.unproved, 0)
	m.blind, s.unproved = 0, 0
}
