package host

import (
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"statelab/capture/trace"
)

// Bounds of a timeline.
const (
	tickEvery = 50 * time.Millisecond
	// most is how many observations may wait for their consumer: calls beyond
	// it are counted and not kept.
	most = 1 << 16
)

// timeline brings what several goroutines report into order of time.
type timeline struct {
	mu       sync.Mutex
	waiting  []trace.Observation // in order of time
	progress time.Time           // nothing earlier will be reported: these may go
	gone     time.Time           // of the last one that went
	skipped  int                 // calls that found no room
	ended    bool
	changed  chan struct{} // has a token when there may be something to yield
}

func newTimeline() *timeline { return &timeline{changed: make(chan struct{}, 1)} }

func (t *timeline) wake() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// report takes an observation. It is stamped if it is not, and it is not let
// behind those that have gone.
func (t *timeline) report(o trace.Observation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	if o.At.IsZero() {
		o.At = time.Now()
	}
	if o.At.Before(t.gone) {
		o.At = t.gone
	}
	if len(t.waiting) >= most && o.Kind == trace.ObservedCall {
		t.skipped++
		return
	}
	if t.skipped > 0 && len(t.waiting) < most/2 {
		t.insert(t.gap(o.At))
	}
	t.insert(o)
}

// gap says what was not kept.
func (t *timeline) gap(at time.Time) trace.Observation {
	n := t.skipped
	t.skipped = 0
	return trace.Observation{Kind: trace.ObservedNote, At: at, Note: &trace.Note{Text: trace.Text{
		En: fmt.Sprintf("%d calls are not shown: there were too many at once", n),
		Ko: fmt.Sprintf("한꺼번에 너무 많아서 호출 %d개를 표시하지 않았습니다", n),
	}}}
}

// insert puts an observation behind those of the same time. It comes nearly
// always last.
func (t *timeline) insert(o trace.Observation) {
	i := len(t.waiting)
	for i > 0 && t.waiting[i-1].At.After(o.At) {
		i--
	}
	t.waiting = slices.Insert(t.waiting, i, o)
}

// advance says that nothing earlier than at will be reported.
func (t *timeline) advance(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.After(t.progress) {
		t.progress = at
	}
	t.wake()
}

// end says that nothing will be reported any more.
func (t *timeline) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.skipped > 0 {
		t.insert(t.gap(time.Now()))
	}
	t.ended = true
	t.wake()
}

// take moves those that may go to batch.
func (t *timeline) take(batch []trace.Observation) (_ []trace.Observation, progress time.Time, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.waiting)
	if !t.ended {
		for n = 0; n < len(t.waiting) && !t.waiting[n].At.After(t.progress); n++ {
			continue
		}
	}
	if n > 0 {
		t.gone = t.waiting[n-1].At
	}
	batch = append(batch, t.waiting[:n]...)
	t.waiting = slices.Delete(t.waiting, 0, n)
	if t.progress.After(t.gone) {
		t.gone = t.progress
	}
	return batch, t.progress, t.ended
}

// all yields the observations in order of time as they come, and ticks between
// them, until the timeline has ended.
func (t *timeline) all() iter.Seq[trace.Observation] {
	return func(yield func(trace.Observation) bool) {
		var batch []trace.Observation
		var told time.Time
		for {
			var progress time.Time
			var ended bool
			batch, progress, ended = t.take(batch[:0])
			for i := range batch {
				told = batch[i].At
				if !yield(batch[i]) {
					return
				}
			}
			if ended {
				return
			}
			if progress.Sub(told) >= tickEvery {
				told = progress
				if !yield(trace.Observation{Kind: trace.ObservedTick, At: progress}) {
					return
				}
			}
			<-t.changed
		}
	}
}
