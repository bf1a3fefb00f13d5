// Package vantage lays two captures of the same traffic, taken at both hosts,
// on one timeline: a frame that left one host and reached the other bears one
// Wire number at both, as on a network of statelab's own, and one that is
// missing at the far end is told as lost.
//
// Compare reads both captures once. It pairs frames by what routers do not
// change, estimates how the server's clock runs beside the client's, and puts
// all frames in one order. Comparison.Frames then yields that order from a
// second reading, with the server's times on the client's clock.
//
// Between the readings 64 bytes are kept for each frame, and nothing of its
// data: MaxFrames bounds them.
package vantage

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
)

// Host is one of the two places.
type Host uint8

// Hosts: Client is the one that sent the first SYN, or in want of one the first
// segment.
const (
	Client Host = iota
	Server
)

// String returns "client" or "server".
func (h Host) String() string {
	if h == Server {
		return "server"
	}
	return "client"
}

// Far is the other host.
func (h Host) Far() Host { return 1 - h }

// MaxFrames is how many frames of one capture are compared. It keeps the
// comparison below 1 GiB.
const MaxFrames = 1 << 22

// Errors of Compare.
var (
	// ErrNothingShared: no frame is in both captures, or none of those that are
	// goes from one host to another: both its addresses are one.
	ErrNothingShared = errors.New("the two captures share no frame from one host to another")
	// ErrTooLong: a capture holds more than MaxFrames frames.
	ErrTooLong = fmt.Errorf("more than %d frames in one capture", MaxFrames)
	// ErrChanged: a capture was not the same when it was read again.
	ErrChanged = errors.New("the capture has changed between two readings")
)

// Comparison is what two captures say together.
type Comparison struct {
	// Swapped says that the first capture is the server's.
	Swapped bool
	Clock   Clock
	// Shared counts the frames that left one host and reached the other.
	Shared int
	// Lost counts, by the host that sent them, frames that were seen to leave
	// and never to arrive, within the span of the far end's capture, unless they
	// are Unseen or Doubtful; Outside
	// those of before and after it; Copies further arrivals of one frame;
	// Damaged arrivals with other bytes than left; Unsent arrivals that were
	// never seen to leave.
	Lost, Outside, Copies, Damaged, Unsent [2]int
	// Unseen counts, by sender, frames that arrived though the far end's capture
	// does not hold them: their numbers were acknowledged. Doubtful counts those that
	// such a capture does not hold and of which nothing says whether they arrived.
	Unseen, Doubtful [2]int
	// Recut counts frames whose bytes crossed in other cuts (offload): they are
	// not paired, and not lost.
	Recut [2]int
	// Alone counts frames between other hosts than these two.
	Alone [2]int

	order    []place
	verdicts []trace.Observation
	delays   [2][]time.Duration // by sender, one for each shared frame, ascending
}

// place is one frame in the common order.
type place struct {
	at        int64 // on the client's clock, in ns since 1970
	wire      uint32
	number    uint32 // within its own capture
	shown     uint32 // see capture.Frame.Number
	host      Host
	direction capture.Direction
	skipped   bool // it stands in the order in another form
}

// Compare reads both captures. The sources are used up. Their errors, and those
// above, are returned; an error in the frames leaves the frames before it
// compared, and is returned beside a Comparison.
func Compare(first, second capture.Source) (*Comparison, error) {
	c := &Comparison{}
	var logs [2]*log
	var damage [2]error
	p := newParties()
	for i, src := range [2]capture.Source{first, second} {
		logs[i], damage[i] = digest(src, p)
		if errors.Is(damage[i], ErrTooLong) {
			return nil, damage[i]
		}
	}
	swapped, err := c.compare(logs, p)
	if err != nil {
		return nil, errors.Join(append(damage[:], err)...)
	}
	c.Swapped = swapped
	return c, errors.Join(damage[:]...)
}

// Frames yields the frames of both captures, read again from the same sources
// in the same order as Compare's, in the common order. Number is the frame's
// place in the client's capture; a frame that was never seen there bears 0.
func (c *Comparison) Frames(first, second capture.Source) capture.Source {
	if c.Swapped {
		first, second = second, first
	}
	return func(yield func(capture.Frame, error) bool) {
		var next [2]func() (capture.Frame, error, bool)
		for h, src := range [2]capture.Source{first, second} {
			pull, stop := iter.Pull2(ticklessly(src))
			defer stop()
			next[h] = pull
		}
		for i, p := range c.order {
			f, err, ok := next[p.host]()
			switch {
			case !ok || err == nil && f.Number != int(p.number):
				err = ErrChanged
				fallthrough
			case err != nil:
				yield(capture.Frame{}, err)
				return
			case p.skipped:
				continue
			}
			f.Time, f.Order = time.Unix(0, p.at).UTC(), orderOf(i)
			f.Number, f.Wire, f.Direction, f.Vantage = int(p.shown), uint64(p.wire), p.direction, p.host.String()
			if p.host == Server {
				f.Interface = 1
			}
			if !yield(f, nil) {
				return
			}
		}
		for h := range next { // what a capture's end has to say
			if _, err, ok := next[h](); ok && err != nil {
				yield(capture.Frame{}, err)
				return
			}
		}
	}
}

// orderOf leaves room for what is said of a frame after it.
func orderOf(i int) uint64 { return uint64(i+1) * 2 }

// Observations yields what the comparison says of single frames, in order.
func (c *Comparison) Observations() iter.Seq[trace.Observation] {
	return func(yield func(trace.Observation) bool) {
		for _, o := range c.verdicts {
			if !yield(o) {
				return
			}
		}
	}
}

// Begin is the time of the first frame, on the client's clock.
func (c *Comparison) Begin() time.Time {
	if len(c.order) == 0 {
		return time.Time{}
	}
	return time.Unix(0, c.order[0].at).UTC()
}

// Delay returns the median one-way delay of the frames that a host sent, and
// whether there was one.
func (c *Comparison) Delay(from Host) (time.Duration, bool) {
	d := c.delays[from]
	if len(d) == 0 {
		return 0, false
	}
	return d[len(d)/2], true
}

// ticklessly leaves out what is no frame.
func ticklessly(src capture.Source) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for f, err := range src {
			if !f.Marks.Has(capture.Tick) && !yield(f, err) {
				return
			}
		}
	}
}
