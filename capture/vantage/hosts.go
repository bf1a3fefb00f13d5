package vantage

import (
	"cmp"
	"math"
	"slices"
)

// couple is a frame of the first capture and its like in the second.
type couple struct{ a, b int32 }

// keyed is a frame and its key.
type keyed struct {
	key uint64
	at  int32
}

// byKey returns a capture's frames in order of their keys, those of one key in
// their own order. Frames without one are left out.
func byKey(l log, key func(*record) uint64) []keyed {
	var all []keyed
	for i := range l {
		if k := key(&l[i]); k != 0 {
			all = append(all, keyed{k, int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
	return all
}

// matching calls f for each key that both captures hold, with its frames, which are
// f's until it returns.
func matching(a, b log, key [2]func(*record) uint64, f func(of [2][]int32)) {
	x, y := byKey(a, key[0]), byKey(b, key[1])
	var of [2][]int32
	for len(x) > 0 && len(y) > 0 {
		switch kx, ky := x[0].key, y[0].key; {
		case kx < ky:
			x = x[1:]
		case kx > ky:
			y = y[1:]
		default:
			of[0], x = run(of[0][:0], x)
			of[1], y = run(of[1][:0], y)
			f(of)
		}
	}
}

// run appends the frames at the head of all that have one key, and returns the rest.
func run(to []int32, all []keyed) (frames []int32, rest []keyed) {
	n := 0
	for n < len(all) && all[n].key == all[0].key {
		to = append(to, all[n].at)
		n++
	}
	return to, all[n:]
}

func keyOf(r *record) uint64 { return r.key }

// shared returns the frames that are surely the same at both ends: those that
// are there once in each capture. Where there is none, those of which both hold
// the same number, in order.
func shared(a, b log) []couple {
	var once, even []couple
	matching(a, b, [2]func(*record) uint64{keyOf, keyOf}, func(of [2][]int32) {
		switch x, y := of[0], of[1]; {
		case len(x) == 1 && len(y) == 1:
			once = append(once, couple{x[0], y[0]})
		case len(once) == 0:
			for i := range min(len(x), len(y)) {
				even = append(even, couple{x[i], y[i]})
			}
		}
	})
	if len(once) == 0 {
		once = even
	}
	slices.SortFunc(once, func(x, y couple) int { return cmp.Compare(x.a, y.a) })
	return once
}

// forest joins parties that talk to each other: two that do are at different
// hosts.
type forest struct {
	up  []uint16
	odd []bool // at the other host than its parent
}

func newForest(n int) *forest {
	f := &forest{up: make([]uint16, n), odd: make([]bool, n)}
	for i := range f.up {
		f.up[i] = uint16(i)
	}
	return f
}

func (f *forest) root(p uint16) (root uint16, odd bool) {
	for f.up[p] != p {
		odd = odd != f.odd[p]
		p = f.up[p]
	}
	return p, odd
}

// apart notes that a and b are at different hosts.
func (f *forest) apart(a, b uint16) {
	ra, oa := f.root(a)
	if rb, ob := f.root(b); ra != rb {
		f.up[rb], f.odd[rb] = ra, oa == ob
	}
}

// whereabouts finds out at which capture's host each address is: 0, 1, or -1. Frames
// that are in both captures join their ends; and of the two ways round the one
// is right in which frames do not arrive before they leave. Where frames went
// one way only, the captures' own marks say it, and in want of those the first
// capture is held to be the first sender's.
func whereabouts(a, b log, ones []couple, parties int) []int8 {
	f := newForest(parties)
	size := map[uint16]int{}
	for _, o := range ones {
		if r := &a[o.a]; r.src != noParty && r.dst != noParty && r.src != r.dst {
			f.apart(r.src, r.dst)
		}
	}
	for _, o := range ones {
		if r := &a[o.a]; r.src != noParty {
			root, _ := f.root(r.src)
			size[root]++
		}
	}
	sides := make([]int8, parties)
	for i := range sides {
		sides[i] = -1
	}
	roots := make([]uint16, 0, len(size))
	for r := range size {
		roots = append(roots, r)
	}
	slices.SortFunc(roots, func(x, y uint16) int { return cmp.Or(cmp.Compare(size[y], size[x]), cmp.Compare(x, y)) })
	for _, root := range roots {
		flip := turned(a, b, ones, f, root)
		for p := range sides {
			if r, odd := f.root(uint16(p)); r == root {
				if sides[p] = 0; odd != flip {
					sides[p] = 1
				}
			}
		}
	}
	return sides
}

// turned reports whether the root of joined parties is at the second host.
func turned(a, b log, ones []couple, f *forest, root uint16) bool {
	var ways [2]bounds
	votes, first := 0, -1
	base := b[ones[0].b].at - a[ones[0].a].at
	for _, o := range ones {
		r := &a[o.a]
		at, odd := uint16(0), false
		if r.src == noParty {
			continue
		}
		if at, odd = f.root(r.src); at != root {
			continue
		}
		if first < 0 {
			first = map[bool]int{false: 0, true: 1}[odd]
		}
		if (r.has(out) || b[o.b].has(in)) != (r.has(in) || b[o.b].has(out)) {
			if r.has(out) == !odd || b[o.b].has(in) == !odd {
				votes++
			} else {
				votes--
			}
		}
		t, y := float64(r.at-a[ones[0].a].at), float64(b[o.b].at-r.at-base)
		ways[0].bound(!odd, point{t, y})
		ways[1].bound(odd, point{t, y})
	}
	for i := range ways {
		ways[i].hull()
	}
	_, straight := ways[0].best()
	_, crossed := ways[1].best()
	switch {
	case !math.IsInf(straight, 1) && straight != crossed:
		return crossed > straight
	case votes != 0:
		return votes < 0
	}
	return first == 1
}

// bound adds what one frame says: that it went from the host whose clock is the
// measure, or to it.
func (b *bounds) bound(away bool, p point) {
	if away {
		b.above.add(p)
	} else {
		b.below.add(point{p.t, -p.y})
	}
}

func (b *bounds) hull() {
	b.above.hull()
	b.below.hull()
}

// opener returns which capture is the client's: that of the sender of the first
// SYN that both hold, or of the first segment.
func opener(logs [2]log, ones []couple, sides []int8) int8 {
	first := int8(-1)
	for _, o := range ones {
		r := &logs[0][o.a]
		if r.src == noParty || sides[r.src] < 0 {
			continue
		}
		if r.has(syn) && !r.has(acks) {
			return sides[r.src]
		}
		if first < 0 && r.has(tcp) {
			first = sides[r.src]
		}
	}
	return max(first, 0)
}

// clock fits the server's clock to the client's.
func (w *work) clock(ones []couple) Clock {
	a, b := w.logs[Client], w.logs[Server]
	// A time that was cut to its microsecond may be wrong by one.
	tick := 1.0
	if coarse(a) || coarse(b) {
		tick = 1000
	}
	origin, base := a[0].at, b[ones[0].b].at-a[ones[0].a].at
	var all bounds
	for _, o := range ones {
		if h, ok := w.from(&a[o.a]); ok {
			p := point{float64(a[o.a].at - origin), float64(b[o.b].at - a[o.a].at - base)}
			all.bound(h == Client, p)
		}
	}
	for _, e := range [2]*envelope{&all.above, &all.below} {
		for i := range e.points {
			e.points[i].y += tick
		}
	}
	all.hull()
	end := max(a[len(a)-1].at, b[len(b)-1].at-base)
	return all.fit(origin, base, float64(end-origin))
}

// coarse reports whether a capture's times are whole microseconds.
func coarse(l log) bool {
	for i := range l[:min(len(l), 64)] {
		if l[i].at%1000 != 0 {
			return false
		}
	}
	return true
}
