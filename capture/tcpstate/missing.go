package tcpstate

// Missing is why octets of a direction were missing here, or sent again, as far as
// the segments tell: what the time of LimitLoss was spent on.
type Missing uint8

// Kinds of Missing.
const (
	MissingLost    Missing = iota // they were sent again, and nothing says that the first copies came
	MissingLate                   // they were late, and not lost
	MissingUnknown                // they came late, and nothing tells whether they were sent again
)

// Missing judges by what is known of most: near the receiver, of the segments that
// came late; near the sender, of those that were sent again, of which the receiver
// reports what came to it twice (D-SACK, RFC 2883; RFC 3708 §3).
func (d *Direction) Missing() Missing {
	switch {
	case d.Late <= d.Again.Segments:
		if d.Again.DSACKs*2 > d.Again.Segments {
			return MissingLate
		}
		return MissingLost
	case d.Overtaken > d.Remade:
		return MissingLate
	case d.Remade > 0:
		return MissingLost
	}
	return MissingUnknown
}

// reorders reports whether the order of a direction is known to change on its way: in
// a queue it does not.
func (m *meter) reorders() bool {
	return m.overtaken > 0 || m.fast > 0 && m.dsacks*2 > m.again
}
