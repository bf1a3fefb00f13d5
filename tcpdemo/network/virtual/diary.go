package virtual

import (
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// diary keeps when a host's stack learned and forgot: what is asked for its
// memory only at the end of a step would not know at which segment it changed.
type diary struct {
	pages []page
	now   extent
	// first is the first page since the last that was kept: where memory came to
	// be what it is again, if it was something else in between.
	first *page
}

// page is what a host remembered at one place of the timeline.
type page struct {
	at       time.Time
	order    uint64
	extent   extent
	holdings []holding
	kept     bool // it is shown, whatever comes after it
}

// extent is how much a host remembers.
type extent struct {
	blocks       int // transmission control blocks
	synchronized int // those whose handshake is over
	measure      int // see holding.measure
}

// noteMemory looks at what the hosts remember. It is called when every
// application is parked and the stacks have dealt with what they were given.
func (n *Network) noteMemory() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.hosts {
		h.note()
	}
}

// note begins a page when the host's memory has another size. The caller holds
// net.mu.
func (h *Host) note() {
	if h.net.config.NoDiary {
		return
	}
	var is extent
	var holdings []holding
	for _, t := range h.machine.live {
		if t.over || t.state == tcpstate.Closed || t.state == tcpstate.Listen {
			continue
		}
		held := t.holding()
		holdings = append(holdings, held)
		is.blocks++
		is.measure += held.measure()
		if held.block.synchronized {
			is.synchronized++
		}
	}
	if is == h.diary.now {
		return
	}
	h.diary.write(page{at: h.net.Now(), order: h.net.record.reserve(), extent: is, holdings: holdings})
}

// write adds a page. Kept are those on which a handshake was completed or a
// control block went, with what was there before it went; and the last one. What
// comes and goes between them, such as octets on their way, is not.
func (d *diary) write(p page) {
	made := p.extent.synchronized > d.now.synchronized
	gone := p.extent.blocks < d.now.blocks
	p.kept = made || gone
	if n := len(d.pages); n > 0 && !d.pages[n-1].kept && !gone {
		d.pages = d.pages[:n-1]
	}
	switch {
	case p.kept:
		d.first = nil
	case d.first == nil:
		d.first = &p
	case d.first.extent == p.extent:
		p = *d.first
	}
	d.now = p.extent
	d.pages = append(d.pages, p)
}

// Changes returns what the host's stack remembered each time that it had learned
// or forgotten something since the last call: observations of its memory, each
// with its place on the timeline, for Place. It is asked by an application on
// the network, or while Run is not running.
func (h *Host) Changes() []trace.Observation {
	if h.net.apps.ask(turn{op: opHost}) != nil {
		return nil
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.note()
	var changes []trace.Observation
	for _, p := range h.diary.pages {
		var all []ConnectionMemory
		for _, held := range p.holdings {
			all = append(all, ConnectionMemory{held.conn, held.memory()})
		}
		m := merge(all)
		changes = append(changes, trace.Observation{
			Kind: trace.ObservedMemory, At: p.at, Order: p.order, Party: h.Party(), Memory: &m,
		})
	}
	h.diary.pages, h.diary.first = nil, nil
	return changes
}

// Here is the present place on the timeline, for Place, with what the host's stack
// remembers at it. What happens from now on comes after it. It is asked by an
// application on the network, or while Run is not running.
func (h *Host) Here() trace.Observation {
	_ = h.net.apps.ask(turn{op: opHost}) // a network that is closed changes no more
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	m := merge(h.machine.connections())
	return trace.Observation{
		Kind: trace.ObservedMemory, At: h.net.Now(), Order: h.net.record.reserve(), Party: h.Party(), Memory: &m,
	}
}
