package network

import "time"

// Decider is the wire's mind: it says of each frame what becomes of it. It
// keeps no time and starts nothing: the network calls Decide for each frame that
// a host sends, and Due when the time that NextDue names has come. The same
// calls with the same seed give the same decisions. It is not safe for
// concurrent use.
//
// Times count from the network's start.
type Decider struct {
	link Link
	dec  Decision
}

// NewDecider returns the mind of a wire of the given nature under rules. The
// seed decides what chance decides: which segments are lost, which bit flips.
func NewDecider(rules []Rule, seed uint64, base Link) *Decider {
	return &Decider{link: base}
}

// Decide says what becomes of an Ethernet frame that is put on the wire now.
// The frame must not be changed afterwards: it may be held, and deliveries
// share it.
func (d *Decider) Decide(dir Direction, now time.Duration, wire uint64, frame []byte) Decision {
	d.dec = Decision{Deliveries: append(d.dec.Deliveries[:0], Delivery{Dir: dir, Wire: wire, After: d.link.Delay, Data: frame})}
	return d.dec
}

// Due returns what becomes of held frames whose time has come.
func (d *Decider) Due(now time.Duration) Decision { return Decision{} }

// NextDue returns the time at which Due is to be called next, if at all. A
// decision may change it.
func (d *Decider) NextDue() (at time.Duration, ok bool) { return 0, false }
