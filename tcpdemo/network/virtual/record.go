package virtual

import (
	"slices"

	"statelab/capture"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// recorder keeps what the network saw. Order is shared by frames and
// observations: a total order of all that happened.
type recorder struct {
	order        uint64
	wire         uint64
	frames       []capture.Frame
	observations []trace.Observation
}

// reserve takes a place in the order for what is not known yet.
func (r *recorder) reserve() uint64 {
	r.order++
	return r.order
}

func (n *Network) recordFrame(h *Host, d capture.Direction, wire uint64, data []byte) {
	r := &n.record
	r.frames = append(r.frames, capture.Frame{
		Time: n.Now(), Order: r.reserve(), Data: data, Length: len(data), Link: capture.LinkEthernet,
		Interface: h.index, Direction: d, Vantage: h.tap, Wire: wire,
	})
}

// observe puts an observation on the timeline, here and now.
func (n *Network) observe(o trace.Observation) {
	o.At, o.Order = n.Now(), n.record.reserve()
	n.record.observations = append(n.record.observations, o)
}

// Report puts a lesson's own observation on the timeline: a note, what an
// application remembers. Its At and Order are set here.
func (n *Network) Report(o trace.Observation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.observe(o)
}

// Place puts on the timeline what has its At and Order already: see Host.Changes and
// Host.Here.
func (n *Network) Place(o trace.Observation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.observations = append(n.record.observations, o)
}

// Recording returns what happened so far. Frames share their bytes with the
// network, which does not change them.
func (n *Network) Recording() *network.Recording {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := &network.Recording{Frames: slices.Clone(n.record.frames), Observations: slices.Clone(n.record.observations)}
	for i := range r.Observations {
		if call := r.Observations[i].Call; call != nil {
			c := *call // its result may still be to come
			r.Observations[i].Call = &c
		}
	}
	r.Number(ClientTap)
	return r
}
