// Package viewer is a screen to walk through a trace on: the connections, the
// ladder of one, the bytes of a segment and what each of them means.
//
// It draws nothing that a renderer draws already: a ladder's rows are those of
// render.Sheet, sentences are explain's, fields are decode's. It reads the trace
// anew whenever it needs what it does not hold, so that memory grows with the
// number of connections and not with that of frames. It opens no file and no
// terminal: Model is a bubbletea model, and Trace is how it is given its events.
package viewer

import (
	"errors"
	"sync/atomic"

	"statelab/capture"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// Trace is what is looked at. It is read from its beginning as often as a
// screen asks for it, also by several readings at a time.
type Trace struct {
	// Name is for people; it is escaped where it is shown. Size is how many bytes
	// a reading of it reads; 0 where that is not known.
	Name string
	Size int64
	// Events reads it anew, for the kinds of event that are asked for, with none
	// of the bodies of HTTP messages.
	Events func(trace.Kinds, *Reading) render.Events
	// Frames reads its frames anew.
	Frames func(*Reading) capture.Source
	// Streams are the connections that are shown; nil means all. Where is an
	// expression that chooses among them at first; "" for none.
	Streams []int
	Where   string
	// Between makes a fresh choice of the rows that are shown; nil for all.
	Between func() *render.Between
	// Nearest says which of some names is meant by one that is not among them:
	// "; did you mean …?", or nothing.
	Nearest func(name string, among []string) string
	// Export writes a part of the trace to a file.
	Export func(Export) error
}

// between is a fresh choice of what is shown; nil for all.
func (t *Trace) between() *render.Between {
	if t.Between == nil {
		return nil
	}
	return t.Between()
}

// Export is what is to be written, and where.
type Export struct {
	File, View, Format string
	// Overwrite says that a file of that name may be lost. Otherwise the error
	// is an fs.ErrExist.
	Overwrite bool
	// Streams are the connections, nil for all; From and To the frames, both 0
	// for all.
	Streams  []int
	From, To int
	Options  render.Options
	Reading  *Reading
}

// Reading is one reading of a trace: how far it is, and whether anybody still
// wants it.
type Reading struct {
	bytes   atomic.Int64
	stopped atomic.Bool
}

// ErrPartial is of a file that holds what came before a trace's damage.
var ErrPartial = errors.New("written up to the damage")

// ErrStopped ends a reading that nobody wants any more.
var ErrStopped = errors.New("reading stopped")

// Add tells that n more bytes were read.
func (r *Reading) Add(n int) { r.bytes.Add(int64(n)) }

// Stop ends the reading soon.
func (r *Reading) Stop() { r.stopped.Store(true) }

// Stopped reports whether the reading is to end.
func (r *Reading) Stopped() bool { return r.stopped.Load() }

// percent is how much of size bytes was read, up to 99 while it is read.
func (r *Reading) percent(size int64) int {
	if size <= 0 {
		return 0
	}
	return int(min(99, r.bytes.Load()*100/size))
}
