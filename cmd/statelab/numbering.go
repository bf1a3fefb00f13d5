package main

import "sort"

// maxStretches bounds what is kept of a numbering: 8 MiB.
const maxStretches = 1 << 20

// numbering says which number a frame of one trace has in another that is made of
// some of its frames, in their order. Both count from 1.
type numbering struct {
	parts []stretch
	n     uint32 // frames so far
}

// stretch is where frames begin that follow one another in both traces.
type stretch struct{ from, to uint32 }

// add gives a frame the next number.
func (n *numbering) add(from int) {
	n.n++
	if k := len(n.parts); k > 0 && uint32(from)-n.parts[k-1].from == n.n-n.parts[k-1].to {
		return
	}
	if len(n.parts) >= maxStretches { // those of long ago are forgotten
		n.parts = append(n.parts[:0], n.parts[maxStretches/2:]...)
	}
	n.parts = append(n.parts, stretch{uint32(from), n.n})
}

// of returns a frame's number in the new trace; not ok where it is not in it, or is
// forgotten.
func (n *numbering) of(from int) (to int, ok bool) {
	k := sort.Search(len(n.parts), func(i int) bool { return n.parts[i].from > uint32(from) })
	if k == 0 {
		return 0, false
	}
	r, end := n.parts[k-1], n.n+1
	if k < len(n.parts) {
		end = n.parts[k].to
	}
	at := r.to + uint32(from) - r.from
	return int(at), at < end
}
