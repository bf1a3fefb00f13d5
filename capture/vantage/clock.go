package vantage

import (
	"math"
	"slices"
	"time"
)

// maxDrift is the most by which two clocks are believed to drift apart, in
// seconds a second: twice what RFC 5905 §A.5.5.6 (PHI's discipline) lets a clock
// be corrected by.
const maxDrift = 1000e-6

// Clock is how the server's clock runs beside the client's: a straight line.
//
// Each frame bounds it. One that left the client at c and reached the server at
// s has not travelled less than no time: the server's clock is ahead by s−c at
// most. One that left the server at s and reached the client at c: by s−c at
// least. What all bounds leave is a range of lines; the one in the middle, as
// far from the quickest frames of one direction as from those of the other, is
// the estimate. It is right where the quickest frames take the same time both
// ways, and else wrong by half the difference, which no capture can tell. Error
// is therefore the range itself: if the clocks run straight, no line outside it
// is possible.
type Clock struct {
	// Offset is how far the server's clock is ahead of the client's at Since, on
	// the client's clock.
	Offset time.Duration
	Since  time.Time
	// Drift is how much further ahead it gets, in seconds a second; DriftError
	// the most by which that is wrong.
	Drift, DriftError float64
	// Error is the most by which the server's time, and so a one-way delay, is
	// wrong within the captures.
	Error time.Duration
	// Bounded says that frames went both ways: without it nothing bounds the
	// clock on one side, and Error means nothing.
	Bounded bool
	// Straight says that one line fits: where it is false a clock was set while
	// the captures ran, and Error is what no line can mend.
	Straight bool
}

// ahead is how far the server's clock is ahead at a time of the client's, in ns.
func (c *Clock) ahead(at int64) int64 {
	return int64(c.Offset) + int64(c.Drift*float64(at-c.Since.UnixNano()))
}

// client returns the client's time for a time of the server's.
func (c *Clock) client(at int64) int64 {
	// The drift is counted on the client's clock: one more step settles it.
	guess := at - c.ahead(at-int64(c.Offset))
	return at - c.ahead(guess)
}

// point is a bound: at time t of the client's clock, the server's is ahead by y
// at most, or at least. Both in ns, t from the fit's own origin.
type point struct{ t, y float64 }

// envelope keeps the points that bound a line from above (lower hull) or, with
// their signs turned, from below. Points come in any order.
type envelope struct{ points []point }

func (e *envelope) add(p point) { e.points = append(e.points, p) }

// hull reduces the points to the lower convex hull: no other can bound a line.
func (e *envelope) hull() {
	slices.SortFunc(e.points, func(a, b point) int {
		switch {
		case a.t != b.t && a.t < b.t, a.t == b.t && a.y < b.y:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	h := e.points[:0]
	for _, p := range e.points {
		for len(h) > 1 && turn(h[len(h)-2], h[len(h)-1], p) <= 0 {
			h = h[:len(h)-1]
		}
		h = append(h, p)
	}
	e.points = h
}

// turn is positive where a, b, c turn left.
func turn(a, b, c point) float64 { return (b.t-a.t)*(c.y-a.y) - (b.y-a.y)*(c.t-a.t) }

// least is the least y − slope·t.
func (e *envelope) least(slope float64) float64 {
	low := math.Inf(1)
	for _, p := range e.points {
		low = min(low, p.y-slope*p.t)
	}
	return low
}

// bounds are the hulls of both directions. below holds −t's bounds with y's sign
// turned.
type bounds struct{ above, below envelope }

// room is the height between the bounds for a slope: the round trip that the
// quickest frames of both directions make together. It is concave in the slope.
func (b *bounds) room(slope float64) float64 {
	return b.above.least(slope) + b.below.least(-slope)
}

// best returns the slope with the most room; of several that have the same, the
// one nearest to none.
func (b *bounds) best() (slope, room float64) {
	lo, hi := -maxDrift, maxDrift
	for range 100 {
		third := (hi - lo) / 3
		if b.room(lo+third) < b.room(hi-third) {
			lo += third
		} else {
			hi -= third
		}
	}
	slope = (lo + hi) / 2
	room = b.room(slope)
	flat := room - 1 // ns
	if b.room(0) >= flat {
		return 0, b.room(0)
	}
	return slope, room
}

// corner is a line that two bounds allow at their limits: offset + slope·t.
type corner struct{ offset, slope float64 }

// corners returns the corners of all lines that the bounds allow.
func (b *bounds) corners(center float64) []corner {
	const far = 1e15
	all := []corner{{center - far, -maxDrift}, {center + far, -maxDrift}, {center + far, maxDrift}, {center - far, maxDrift}}
	for _, p := range b.above.points {
		all = clip(all, func(c corner) float64 { return p.y - (c.offset + c.slope*p.t) })
	}
	for _, p := range b.below.points {
		all = clip(all, func(c corner) float64 { return p.y + (c.offset + c.slope*p.t) })
	}
	return all
}

// clip keeps the part of a convex polygon where inside is not negative.
func clip(all []corner, inside func(corner) float64) (kept []corner) {
	for i, a := range all {
		b := all[(i+1)%len(all)]
		ia, ib := inside(a), inside(b)
		if ia >= 0 {
			kept = append(kept, a)
		}
		if (ia < 0) != (ib < 0) {
			f := ia / (ia - ib)
			kept = append(kept, corner{a.offset + f*(b.offset-a.offset), a.slope + f*(b.slope-a.slope)})
		}
	}
	return kept
}

// fit estimates the clock from the bounds, whose hulls are made. origin is where
// their t begins, base what was taken from y, length how long the captures last
// beyond the origin.
func (b *bounds) fit(origin, base int64, length float64) Clock {
	c := Clock{Since: time.Unix(0, origin).UTC()}
	switch {
	case len(b.above.points) == 0:
		c.Offset = time.Duration(base + int64(-b.below.least(0)))
		return c
	case len(b.below.points) == 0:
		c.Offset = time.Duration(base + int64(b.above.least(0)))
		return c
	}
	c.Bounded = true
	slope, room := b.best()
	middle := (b.above.least(slope) - b.below.least(-slope)) / 2
	c.Offset, c.Drift = time.Duration(base+int64(math.Round(middle))), slope
	worst := 0.0
	corners := b.corners(middle)
	for _, k := range corners {
		c.DriftError = max(c.DriftError, math.Abs(k.slope-slope))
		for _, t := range [2]float64{0, length} {
			worst = max(worst, math.Abs(k.offset+k.slope*t-(middle+slope*t)))
		}
	}
	c.Straight = len(corners) > 0
	if !c.Straight {
		worst, c.DriftError = -room/2, maxDrift
	}
	c.Error = time.Duration(math.Ceil(worst)) + 1
	return c
}
