package network

import (
	"time"

	"statelab/capture/trace"
)

// MaxHold is how long a swap holds a segment back at most.
const MaxHold = 100 * time.Millisecond

// Decider is the wire's mind: it says of each frame what becomes of it. It
// keeps no time and starts nothing: the network calls Decide for each frame that
// a host sends, and Due when the time that NextDue names has come. The same
// calls with the same seed give the same decisions. It is not safe for
// concurrent use.
//
// All rules see every segment that a host sends, and count it, whatever another
// rule does to it. Then, in this order and whatever the order of the rules: what
// is cut, dropped or lost by chance is gone; a packet that is too big is
// refused, or fragmented where IPv4 allows it; a bit flips; the packet waits for
// its turn; it travels; it is doubled; it is held back.
//
// Packets of one direction arrive in the order in which they were sent, with
// three exceptions: a delay that picks segments out lets others overtake them,
// a swap, and a duplicate of either.
//
// Every interference gets a verdict, except a delay or a rate that applies to
// all that passes: that is the wire's nature while it lasts.
//
// Times count from the network's start.
type Decider struct {
	rules  []*ruling
	seed   uint64
	link   Link
	reader reader
	flows  flows
	others [2]uint64        // packets without a segment
	last   [2]time.Duration // when the latest frame in order arrives
	held   []held           // the longest held first
	dec    Decision
}

// ruling is a rule at work.
type ruling struct {
	Rule
	text   string // for verdicts
	counts [2]uint32
	hit    bool             // by the frame at hand
	place  uint32           // its ordinal
	begun  bool             // VerbCut: it has begun with its segment, at
	at     time.Duration    //
	busy   [2]time.Duration // VerbRate: until when
}

// held is a frame that waits for another to pass.
type held struct {
	by         *ruling
	dir        Direction
	connection uint32
	since      time.Duration
	wire       uint64
	deliveries []Delivery // After counts from since
}

// transit is a frame on its way.
type transit struct {
	Delivery
	packet
	seen    sighting
	now     time.Duration
	at      time.Duration // where it has got to in time
	mtu     int           // to fragment to; 0 leaves it whole
	inOrder bool
	copies  int
}

// NewDecider returns the mind of a wire of the given nature under rules. The
// seed decides what chance decides: which segments are lost, which bit flips.
func NewDecider(rules []Rule, seed uint64, base Link) *Decider {
	if !base.Router.IsValid() {
		base.Router = DefaultRouter
	}
	d := &Decider{seed: seed, link: base}
	if base.Rate > 0 {
		d.rules = append(d.rules, &ruling{Rule: Rule{Verb: VerbRate, Rate: base.Rate, Queue: base.Queue}})
	}
	if base.MTU > 0 {
		d.rules = append(d.rules, &ruling{Rule: Rule{Verb: VerbMTU, MTU: base.MTU}})
	}
	for _, r := range rules {
		text := r.Text
		if text == "" {
			text = r.String()
		}
		d.rules = append(d.rules, &ruling{Rule: r, text: text})
	}
	d.flows = flows{all: map[ends]*flow{}, rules: len(d.rules)}
	return d
}

// Decide says what becomes of an Ethernet frame that is put on the wire now.
// The frame must not be changed afterwards: it may be held, and deliveries
// share it.
func (d *Decider) Decide(dir Direction, now time.Duration, wire uint64, frame []byte) Decision {
	d.reset()
	d.release(now)
	t := transit{Delivery: Delivery{Dir: dir, Wire: wire, Data: frame}, now: now, at: now, packet: d.reader.read(frame), copies: 1}
	t.inOrder = t.ip
	if t.tcp {
		t.seen = d.flows.see(dir, t.segment)
	}
	for _, r := range d.rules {
		r.hit = false
	}
	for i, r := range d.rules {
		r.hit = d.count(i, r, &t)
	}
	passes := d.survives(&t)
	if passes {
		d.corrupt(&t)
		passes = d.queue(&t)
	}
	if passes {
		d.travel(&t)
		d.arrive(&t)
	}
	d.follow(&t, passes)
	return d.dec
}

// Due returns what becomes of held frames whose time has come.
func (d *Decider) Due(now time.Duration) Decision {
	d.reset()
	d.release(now)
	return d.dec
}

// NextDue returns the time at which Due is to be called next, if at all. A
// decision may change it.
func (d *Decider) NextDue() (at time.Duration, ok bool) {
	if len(d.held) == 0 {
		return 0, false
	}
	return d.held[0].since + MaxHold, true
}

func (d *Decider) reset() {
	d.dec.Deliveries, d.dec.Replies, d.dec.Verdicts = d.dec.Deliveries[:0], d.dec.Replies[:0], d.dec.Verdicts[:0]
}

// verdict reports what r did to t.
func (d *Decider) verdict(t *transit, r *ruling, fate trace.Fate, by time.Duration, bit int) {
	d.dec.Verdicts = append(d.dec.Verdicts, trace.Verdict{Fate: fate, Wire: t.Wire, Rule: r.text, By: by, Bit: bit})
}

// count gives the frame its place in the rule's count, and reports whether the
// rule means it.
func (d *Decider) count(i int, r *ruling, t *transit) bool {
	target := &r.Target
	if !target.Way.Has(t.Dir) || r.timed() {
		return false
	}
	inTime := t.now >= r.From && (r.Until == 0 || t.now < r.Until)
	switch {
	case r.Verb == VerbRate || r.Verb == VerbMTU:
		return inTime && t.ip
	case target.Kind == KindFrame:
		r.place = r.next(&r.counts, t.Dir)
		return inTime && target.Which.Has(r.place) && target.Transmissions.Has(1)
	case !t.tcp:
		return inTime && t.ip && r.everything() && (r.Verb == VerbDelay || r.Verb == VerbLoss)
	case !t.seen.kinds.has(target.Kind), target.Connection > 0 && uint32(target.Connection) != t.seen.flow.number:
		return false
	}
	record := t.seen.record
	if target.Kind == KindFIN && t.seen.fin != nil {
		record = t.seen.fin
	}
	p := &record.places[i]
	if p.ordinal == 0 {
		p.ordinal = r.next(d.counter(i, r, t), t.Dir)
	}
	p.transmissions++
	r.place = p.ordinal
	return inTime && target.Which.Has(p.ordinal) && target.Transmissions.Has(p.transmissions)
}

// everything reports whether the rule picks nothing out.
func (r *ruling) everything() bool {
	t := &r.Target
	return t.Which.All() && t.Kind == KindAny && t.Connection == 0 && t.Transmissions == always
}

// counter returns the counters in which r counts t: the rule's, or its own for
// each connection.
func (d *Decider) counter(i int, r *ruling, t *transit) *[2]uint32 {
	if r.Target.Connection != EachConnection {
		return &r.counts
	}
	f := t.seen.flow
	if f.counts == nil {
		f.counts = map[int]*[2]uint32{}
	}
	if f.counts[i] == nil {
		f.counts[i] = new([2]uint32)
	}
	return f.counts[i]
}

// next counts one more. A rule without a way counts both directions together,
// but for a swap.
func (r *ruling) next(counts *[2]uint32, dir Direction) uint32 {
	if r.Target.Way == WayWire && r.Verb != VerbSwap {
		dir = ClientToServer
	}
	counts[dir]++
	return counts[dir]
}
