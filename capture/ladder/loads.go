package ladder

import (
	"slices"
	"time"
)

// maxCarriers bounds how many frames of a connection wait for a message to tell of
// them: a conversation that is not HTTP never does.
const maxCarriers = 4096

// loads are, by connection, the frames that carry messages of which nothing has told
// yet. The zero value is ready.
type loads map[int]*load

type load struct {
	frames []carrier // as they come
	there  map[int]time.Time
}

// carrier is a frame, and the lane whose octets it carries: -1 for an ACK without.
type carrier struct{ frame, lane int }

// add takes a segment's row.
func (l *loads) add(r *Row) {
	s, a := r.Event.Segment, r.Arrow
	if a.Injected || s.Len == 0 && control(r) {
		return
	}
	x := (*l)[r.Stream]
	if x == nil {
		x = &load{there: map[int]time.Time{}}
		if *l == nil {
			*l = loads{}
		}
		(*l)[r.Stream] = x
	}
	lane := -1
	if s.Len > 0 {
		lane = a.From
	}
	if lane >= 0 && !a.Lost {
		x.there[lane] = later(x.there[lane], arrival(r))
	}
	if r.Frame > 0 && a.Part != Arrival { // the row where it left stands for its frame
		x.frames = append(x.frames, carrier{r.Frame, lane})
		x.frames = slices.Delete(x.frames, 0, max(len(x.frames)-maxCarriers, 0))
	}
}

// owed reports whether a lane has sent octets on a connection of which no message has
// told yet.
func (l *loads) owed(stream, lane int) bool {
	x := (*l)[stream]
	return x != nil && !x.there[lane].IsZero()
}

// told takes the row of a message: its sender's octets are there.
func (l *loads) told(r *Row) {
	if x := (*l)[r.Stream]; x != nil && !r.At.Before(x.there[r.Arrow.From]) {
		delete(x.there, r.Arrow.From)
	}
}

// unload returns the frames from first to last that a message's row stands for: those
// that carried octets of its sender, and ACKs. Nothing else will tell of them, but for
// the last, in which the next message may begin.
func (l *loads) unload(r *Row, first, last int) []int {
	x := (*l)[r.Stream]
	if x == nil {
		return nil
	}
	sender := r.Arrow.From
	others := last // from here on an ACK may be of a message of the other end
	for _, c := range x.frames {
		if c.lane >= 0 && c.lane != sender {
			others = min(others, c.frame)
		}
	}
	var own []int
	x.frames = slices.DeleteFunc(x.frames, func(c carrier) bool {
		mine := c.lane == sender || c.lane < 0
		if mine && first <= c.frame && c.frame <= last {
			own = append(own, c.frame)
		}
		return c.lane == sender && c.frame < last || c.lane < 0 && c.frame < others
	})
	return own
}
