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
	// Exact says that every change of every end's state is observed: then the
	// observations are told, and what the segments prove confirms or
	// contradicts them. Otherwise observed states are samples, and what the
	// segments prove is told.
	Exact bool
	// NoHTTP leaves the payload unread.
	NoHTTP bool
	// Bodies is how much of each HTTP body an event holds, in bytes; 0 means
	// 1 KiB. All bodies that have not ended hold 256 MiB at most.
	Bodies int
	// VerifyChecksums computes TCP checksums; without it they are unverified.
	VerifyChecksums bool
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
	if observations == nil {
		observations = func(func(trace.Observation) bool) {}
	}
	return func(yield func(trace.Event, error) bool) {
		r := newRun(&o, yield)
		var damage error
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
		r.finish()
		if damage != nil && !r.stopped {
			yield(trace.Event{}, damage)
		}
	}
}
