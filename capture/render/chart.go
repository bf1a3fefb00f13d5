package render

import (
	"math"
	"slices"

	"statelab/capture/trace"
)

// shape is how a track is drawn.
type shape uint8

const (
	steps   shape = iota // a value that holds until the next
	bars                 // what lies between two values at one moment
	crosses              // events that are not to be overlooked: each is drawn, whatever else is there
	points               // samples
)

// track is one quantity of a chart over time.
type track struct {
	name  trace.Text
	shape shape
	ink   ink
	sign  byte // its mark in a terminal, for crosses and along steps
	// beside: it stands beside what the panel is about, and does not make one; where
	// it lies far above, it is only named, so that the rest can be seen.
	beside    bool
	made      int // values that were added
	stretches []stretch
	width     float64 // seconds that a stretch may cover; 0 while every value has its own
}

// ink is what a track is about; a theme has a colour for each.
type ink uint8

const (
	inkData ink = iota
	inkAck
	inkWindow
	inkTrouble
	inkSack
	inkLate
)

// stretch is what happened in a stretch of time: its first value and its last, the
// least and the greatest.
type stretch struct{ from, to, first, last, low, high float64 }

// maxStretches bounds a track. Beyond it neighbours are joined, so that what was
// least and greatest in a stretch stays: no value outside is hidden, only its
// exact moment.
const maxStretches = 4096

// shortest is less than stamps tell apart, in seconds: values at one moment are
// one stretch.
const shortest = 1e-9

// add takes a value at a time.
func (t *track) add(at, v float64) { t.addRange(at, v, v) }

// addRange takes a range of values at a time.
func (t *track) addRange(at, low, high float64) {
	t.made++
	if n := len(t.stretches); n > 0 && t.width > 0 && at < t.stretches[n-1].from+t.width {
		s := &t.stretches[n-1]
		s.to, s.last, s.low, s.high = max(s.to, at), high, min(s.low, low), max(s.high, high)
		return
	}
	if len(t.stretches) >= maxStretches {
		t.join()
	}
	t.stretches = append(t.stretches, stretch{from: at, to: at, first: low, last: high, low: low, high: high})
}

// join makes stretches twice as long as would leave half of them.
func (t *track) join() {
	covered := t.stretches[len(t.stretches)-1].to - t.stretches[0].from
	for t.width = max(2*t.width, covered/(maxStretches/2), shortest); len(t.stretches) > maxStretches/2; t.width *= 2 {
		joined := t.stretches[:1]
		for _, s := range t.stretches[1:] {
			if last := &joined[len(joined)-1]; s.to < last.from+t.width {
				last.to, last.last = s.to, s.last
				last.low, last.high = min(last.low, s.low), max(last.high, s.high)
			} else {
				joined = append(joined, s)
			}
		}
		t.stretches = joined
	}
}

// panel is one set of axes.
type panel struct {
	title  string
	unit   quantity
	tracks []*track
}

// used reports whether there is anything to draw.
func (p *panel) used() bool {
	for _, t := range p.tracks {
		if !t.beside && t.high() > 0 {
			return true
		}
	}
	return false
}

// high is the greatest value; 0 where there is none above.
func (t *track) high() (most float64) {
	for _, s := range t.stretches {
		most = max(most, s.high)
	}
	return most
}

// farAbove is how many times higher a track must lie than the others to be left
// out.
const farAbove = 3

// quantity says in which units an axis counts.
type quantity uint8

const (
	inBytes quantity = iota
	inTime
	inRate // octets a second, shown as bits
)

// scale returns by what to divide values of up to most, and the unit's name.
func (q quantity) scale(most float64) (by float64, unit string) {
	type step struct {
		by   float64
		unit string
	}
	var all []step
	switch q {
	case inTime:
		all = []step{{1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}}
	case inRate:
		all = []step{{1.0 / 8, "bit/s"}, {1e3 / 8, "kbit/s"}, {1e6 / 8, "Mbit/s"}, {1e9 / 8, "Gbit/s"}}
	case inBytes:
		all = []step{{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}}
	}
	best := all[0]
	for _, s := range all[1:] {
		if most >= 2*s.by {
			best = s
		}
	}
	return best.by, best.unit
}

// chart is a connection in pictures: a panel for each direction with data.
type chart struct {
	title  string // may be empty
	shows  string // what is plotted
	about  string // of which connection
	panels []*panel
	notes  []string
	until  float64 // seconds from the first segment to the last
}

// headings are what stands above the panels, the title first.
func (c *chart) headings() []string {
	return slices.DeleteFunc([]string{c.title, c.shows, c.about}, func(s string) bool { return s == "" })
}

func (c *chart) used() []*panel {
	var all []*panel
	for _, p := range c.panels {
		if p.used() {
			all = append(all, p)
		}
	}
	return all
}

// axes returns a panel's axes, its y in units of the returned name.
func (c *chart) axes(p *panel) (x, y axis, by float64, unit string) {
	low, high, above := 0.0, 0.0, 0.0
	for _, t := range p.tracks {
		if t.beside {
			above = max(above, t.high())
			continue
		}
		high = max(high, t.high())
		for _, s := range t.stretches {
			low = min(low, s.low)
		}
	}
	if above <= farAbove*high {
		high = max(high, above)
	}
	by, unit = p.unit.scale(high)
	until := c.until
	if until <= 0 {
		until = 0.001
	}
	if y = newAxis(low/by, high/by); p.unit == inBytes && by == 1 && y.step < 1 {
		y.high, y.step = math.Ceil(y.high), 1 // of octets there is no part
	}
	return newAxis(0, until), y, by, unit
}
