package vantage

import (
	"cmp"
	"hash/maphash"
	"slices"

	"statelab/capture/tcpstate"
)

// pair pairs the frames that h sent, by what routers do not change.
func (w *work) pair(h Host) {
	w.group(h, [2]func(*record) uint64{w.sentBy(h, keyOf), w.sentBy(h, keyOf)}, paired)
}

// sentBy is a key of the frames alone that h sent.
func (w *work) sentBy(h Host, key func(*record) uint64) func(*record) uint64 {
	return func(r *record) uint64 {
		if s, ok := w.from(r); ok && s == h {
			return key(r)
		}
		return 0
	}
}

// group pairs the frames that have one key.
func (w *work) group(h Host, key [2]func(*record) uint64, as fate) {
	far := h.Far()
	matching(w.logs[h], w.logs[far], key, func(of [2][]int32) {
		left, arrived := w.free(h, of[0]), w.free(far, of[1])
		for j, i := range w.assign(h, left, arrived) {
			if i >= 0 {
				w.join(h, left[i], arrived[j], as)
			}
		}
	})
}

// free leaves out the frames that are paired.
func (w *work) free(h Host, all []int32) []int32 {
	return slices.DeleteFunc(slices.Clone(all), func(i int32) bool { return w.mates[h][i].fate != foreign })
}

// join pairs a departure and one arrival of it.
func (w *work) join(h Host, i, j int32, as fate) {
	d, a := &w.mates[h][i], &w.mates[h.Far()][j]
	if d.n == 0 {
		d.other = j
	}
	d.n++
	if w.logs[h.Far()][j].has(bad) && !w.logs[h][i].has(bad) {
		as = damaged
	}
	*a = mate{fate: as, other: i, n: d.n}
	d.fate = max(d.fate, as)
}

// maxTable bounds the work for frames that are all alike.
const maxTable = 1 << 20

// assign finds for each arrival which of the departures, all alike, it is: the
// index, or -1. Both go in order. What an assignment costs is how far each delay
// is from the usual one, up to a bound; a departure that never arrives costs
// about the bound; a further arrival of one departure little, but its delay
// counts twice: copies that the wire makes come close to each other.
func (w *work) assign(h Host, left, arrived []int32) []int32 {
	out := make([]int32, len(arrived))
	if len(left) == 0 || len(arrived) == 0 || len(left)*len(arrived) > maxTable || len(left) == 1 {
		for j := range out {
			out[j] = min(int32(j), int32(len(left)-1))
		}
		return out
	}
	most := float64(4*(max(w.usual[h], 0)+w.spread[h]) + 1_000_000)
	again := most / 100
	never := most - 2*again
	x, y := make([]float64, len(left)), make([]float64, len(arrived))
	first := w.time(h, left[0])
	for i, k := range left {
		x[i] = float64(w.time(h, k) - first + w.usual[h])
	}
	for j, k := range arrived {
		y[j] = float64(w.time(h.Far(), k) - first)
	}
	return settle(len(x), len(y), never, again, func(i, j int) float64 {
		d := y[j] - x[i]
		if d < 0 {
			d = -4 * d // it cannot be much quicker than usual
		}
		return min(d, most) + d/1000
	})
}

// settle returns the cheapest assignment of m arrivals to n departures, both in
// order, at least one of each. off is what an arrival as a departure's costs.
func settle(n, m int, never, again float64, off func(i, j int) float64) []int32 {
	// cost is that of the first i departures and j arrivals, how what it does with
	// the last: 'l' the departure is lost, 'p' the two are paired, 'c' the arrival
	// is a further copy.
	cost := make([]float64, (n+1)*(m+1))
	how := make([]byte, (n+1)*(m+1))
	at := func(i, j int) int { return i*(m+1) + j }
	for i := range n + 1 {
		for j := range m + 1 {
			if i == 0 {
				cost[at(i, j)] = float64(j) * 1e18
				continue
			}
			best, by := cost[at(i-1, j)]+never, byte('l')
			if j > 0 {
				if c := cost[at(i-1, j-1)] + off(i-1, j-1); c < best {
					best, by = c, 'p'
				}
				if how[at(i, j-1)] != 'l' && j > 1 {
					if c := cost[at(i, j-1)] + again + 2*off(i-1, j-1); c < best {
						best, by = c, 'c'
					}
				}
			}
			cost[at(i, j)], how[at(i, j)] = best, by
		}
	}
	out := make([]int32, m)
	for i, j := n, m; j > 0; {
		switch {
		case i == 0:
			j--
			out[j] = -1
		case how[at(i, j)] == 'l':
			i--
		case how[at(i, j)] == 'p':
			i, j = i-1, j-1
			out[j] = int32(i)
		default:
			j--
			out[j] = int32(i - 1)
		}
	}
	return out
}

// repair pairs arrivals that were damaged: of the addresses, the TCP header and
// the payload, two are as they left.
func (w *work) repair(h Host) {
	for spared := range 3 {
		key := func(r *record) uint64 {
			two := [2]uint32{r.parts[spared], r.parts[(spared+1)%3]}
			return maphash.Comparable(repairSeed, two) | 1
		}
		broken := func(r *record) uint64 {
			if !r.has(bad) {
				return 0
			}
			return key(r)
		}
		w.group(h, [2]func(*record) uint64{w.sentBy(h, key), w.sentBy(h, broken)}, damaged)
	}
}

var repairSeed = maphash.MakeSeed()

// recuts finds bytes that crossed in other cuts than they left in: a sender's
// network card cuts large segments, a receiver's joins small ones.
func (w *work) recuts(h Host) {
	far := h.Far()
	left, arrived := w.flows(h, h), w.flows(far, h)
	for flow, ours := range left {
		if theirs := arrived[flow]; len(theirs) > 0 {
			w.recut(h, ours, far, theirs)
			w.recut(far, theirs, h, ours)
		}
	}
}

// flows returns, of one capture, the unpaired segments with data that from sent,
// by connection, in order of their numbers.
func (w *work) flows(h, from Host) map[uint32][]int32 {
	flows := map[uint32][]int32{}
	for i := range w.logs[h] {
		r := &w.logs[h][i]
		if s, ok := w.from(r); ok && s == from && r.has(data) && (w.mates[h][i].fate == foreign || w.mates[h][i].fate == recut) {
			flows[r.flow] = append(flows[r.flow], int32(i))
		}
	}
	for _, f := range flows {
		slices.SortFunc(f, func(a, b int32) int {
			x, y := &w.logs[h][a], &w.logs[h][b]
			return cmp.Or(int(int32(x.seq-y.seq)), cmp.Compare(a, b))
		})
	}
	return flows
}

// recut marks those of ours whose bytes theirs cover in other cuts.
func (w *work) recut(h Host, ours []int32, far Host, theirs []int32) {
	k := 0
	for _, i := range ours {
		r := &w.logs[h][i]
		for k < len(theirs) && int32(w.logs[far][theirs[k]].end-r.seq) <= 0 {
			k++
		}
		if next := w.reach(r.seq, far, theirs[k:]); int32(next-r.end) >= 0 {
			w.mates[h][i] = mate{fate: recut, other: -1}
		}
	}
}

// reach returns up to which number, from seq on, theirs hold all bytes.
func (w *work) reach(seq tcpstate.Seq, far Host, theirs []int32) tcpstate.Seq {
	for _, j := range theirs {
		r := &w.logs[far][j]
		if int32(r.seq-seq) > 0 {
			break
		}
		if int32(r.end-seq) > 0 {
			seq = r.end
		}
	}
	return seq
}
