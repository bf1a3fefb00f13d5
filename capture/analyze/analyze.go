// Package analyze is the one pipeline: frames and observations in, events out.
// Lessons, live captures, servers and inspect all call it, so that what they
// show is told in one way.
package analyze

import (
	"iter"
	"net/netip"

	"statelab/capture"
	"statelab/capture/trace"
)

// Options say what is known beforehand. The zero value is for a file of which
// nothing is known.
type Options struct {
	// Roles names the parties at addresses. Without it, the end that opened a
	// connection is the client.
	Roles map[netip.Addr]trace.Participant
	// Party, if it is set, is asked first whose an end is: where one address has
	// several parties, their ports tell.
	Party func(netip.AddrPort) (trace.Participant, bool)
	// Exact says that every change of every end's state is observed: then the
	// observations are told, and what the segments prove confirms or
	// contradicts them. Otherwise observed states are samples, and what the
	// segments prove is told.
	Exact bool
	// NoHTTP leaves the payload unread.
	NoHTTP bool
	// Bodies is how much of each HTTP body an event holds, in bytes; 0 means
	// 1 KiB, and less than 0 nothing. All bodies that have not ended hold 64 MiB
	// at most.
	Bodies int
	// Vantage is the tap at which messages have their times, where frames were seen
	// at two: it is that of the host that opened the connection where this one saw
	// nothing of it. One tap for both ends of an exchange: how long it took would
	// otherwise hold half of the way.
	Vantage string
	// Kinds are the events that are asked for; none means all. What nobody asks
	// for is still read where it counts in a summary; messages are not.
	Kinds trace.Kinds
	// Ahead, if set, shares the work with another goroutine, if nobody reports beside
	// the frames: it reads and decodes them and, where Kinds leave segments out,
	// follows their connections, while the caller's reads payload and tells events. It
	// ends before Run does; so it is for a source that never waits long: a file, not a
	// network. It is the reader of whose blocks the frames are.
	Ahead Lender
	// VerifyChecksums computes TCP checksums; without it they are unverified.
	VerifyChecksums bool
}

// A Lender reads the frames of a trace in blocks that it lends.
type Lender interface {
	// Lend makes the Data of frames valid as long as their block is the borrower's.
	// When a block has been read to its end, turn gets it, before the next frame is
	// yielded, and returns another one that it got before, or the same, or nil if it
	// has none to give back. Lend(nil) ends it, and the trace: no more is read.
	Lend(turn func(read []byte) (empty []byte))
}

// Run is Options{VerifyChecksums: true}.Run.
func Run(frames capture.Source, observations iter.Seq[trace.Observation]) iter.Seq2[trace.Event, error] {
	return Options{VerifyChecksums: true}.Run(frames, observations)
}

// Run merges frames and observations in order of (time, order) and yields what
// happened. Either may be nil. Events are reused: see trace.Event. The last
// event is KindTotals; an error of the frames comes after it, so that all that
// could be read has been told.
//
// Memory is bounded by the connections that are alive, not by the number of
// frames.
func (o Options) Run(frames capture.Source, observations iter.Seq[trace.Observation]) iter.Seq2[trace.Event, error] {
	if frames == nil {
		frames = func(func(capture.Frame, error) bool) {}
	}
	return func(yield func(trace.Event, error) bool) {
		r := newRun(&o, yield)
		var damage error
		switch r.reported = observations != nil; {
		case r.reported:
			damage = r.merged(frames, observations)
		case o.Ahead != nil:
			damage = r.ahead(frames)
		default:
			damage = r.alone(frames)
		}
		r.finish()
		if damage != nil && !r.stopped {
			yield(trace.Event{}, damage)
		}
	}
}

// merged takes frames and observations in their order, and returns the error
// that the frames end in.
func (r *run) merged(frames capture.Source, observations iter.Seq[trace.Observation]) (damage error) {
	merge(frames, observations, func(it item, err error) bool {
		switch {
		case err != nil:
			damage = err
		case it.frame != nil:
			r.frame(it.frame)
		default:
			r.observe(it.obs)
		}
		return !r.stopped
	})
	return damage
}

// alone takes frames beside which nobody reports anything.
func (r *run) alone(frames capture.Source) error {
	var frame capture.Frame // one for all, or each would be a new one on the heap
	for f, err := range frames {
		if err != nil {
			return err
		}
		if f.Marks.Has(capture.Tick) {
			continue
		}
		frame = f
		if r.frame(&frame); r.stopped {
			return nil
		}
	}
	return nil
}
