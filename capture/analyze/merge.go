package analyze

import (
	"iter"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
)

// item is a frame or an observation; exactly one of the pointers is set.
type item struct {
	frame *capture.Frame
	obs   *trace.Observation
}

// merge yields frames and observations in order of (time, order), each valid
// until the next is asked for. Of a frame and an observation with the same
// time and order the frame comes first. Ticks take part in the order, which is
// what they are for, and are not yielded.
func merge(frames capture.Source, observations iter.Seq[trace.Observation], yield func(item, error) bool) {
	nextFrame, stopFrames := iter.Pull2(frames)
	defer stopFrames()
	nextObs, stopObs := iter.Pull(observations)
	defer stopObs()

	frame, err, moreFrames := nextFrame()
	obs, moreObs := nextObs()
	for moreFrames || moreObs {
		switch {
		case moreFrames && err != nil:
			// The frames have ended in damage; the observations up to it are
			// good, and those after it have nothing to stand beside.
			yield(item{}, err)
			return
		case moreFrames && (!moreObs || !later(frame.Time, frame.Order, obs.At, obs.Order)):
			if !frame.Marks.Has(capture.Tick) && !yield(item{frame: &frame}, nil) {
				return
			}
			frame, err, moreFrames = nextFrame()
		default:
			if obs.Kind != trace.ObservedTick && !yield(item{obs: &obs}, nil) {
				return
			}
			obs, moreObs = nextObs()
		}
	}
}

// later reports whether (a, ao) lies after (b, bo).
func later(a time.Time, ao uint64, b time.Time, bo uint64) bool {
	if c := a.Compare(b); c != 0 {
		return c > 0
	}
	return ao > bo
}
