package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// keeper writes frames to a trace as they pass, each when all has been said
// about it. The zero value keeps nothing.
type keeper struct {
	w        *pcapfile.Writer
	out      io.Closer
	x        *explain.Explainer
	comments map[int]string // of frames that are not written yet
	// only: a frame of which nothing is told is not written either.
	only bool
	told int // the newest frame of which something was told
	// of is the trace that the frames come from, by name; empty where there is no
	// other. Comments speak of frames by their numbers in the new trace, and of one
	// that is not in it by its number there.
	of      string
	numbers numbering
	current int // the number of the frame at hand in the events
	err     error
}

// newKeeper begins a trace on out, which close closes.
func newKeeper(out io.WriteCloser, lang explain.Lang, o pcapfile.WriterOptions) (*keeper, error) {
	w, err := pcapfile.NewWriter(out, o)
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	k := &keeper{w: w, out: out, x: explain.New(lang), comments: map[int]string{}}
	k.x.Frame = k.named
	return k, nil
}

// frameOfText names a frame that another trace holds.
var frameOfText = trace.Text{En: "%d of %s", Ko: "%d(%s)"}

// named is how comments call a frame.
func (k *keeper) named(frame int) string {
	if frame == k.current {
		return strconv.Itoa(int(k.numbers.n) + 1) // it is written when all has been said
	}
	if n, ok := k.numbers.of(frame); ok {
		return strconv.Itoa(n)
	}
	if k.of == "" {
		return strconv.Itoa(frame)
	}
	return fmt.Sprintf(k.x.Lang().Of(frameOfText), frame, trace.Escape(k.of))
}

// frames passes frames on, and writes each when the next one is asked for: by
// then it has been explained.
func (k *keeper) frames(src capture.Source) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for f, err := range src {
			if !f.Marks.Has(capture.Tick) {
				k.current = f.Number
			}
			more := yield(f, err)
			if err == nil && !f.Marks.Has(capture.Tick) && k.err == nil && (!k.only || k.told == f.Number) {
				f.Comment = joinLines(render.Foreign(f.Comment), k.comments[f.Number])
				delete(k.comments, f.Number)
				k.err = k.w.WriteFrame(f)
				k.numbers.add(f.Number)
			}
			if !more {
				return
			}
		}
	}
}

// note listens to the events for what is to stand in the comments.
func (k *keeper) note(events render.Events) render.Events {
	if k.w == nil {
		return events
	}
	return func(yield func(trace.Event, error) bool) {
		for ev, err := range events {
			k.told = max(k.told, ev.Frame)
			switch {
			case err != nil || ev.Frame == 0:
			case ev.Kind == trace.KindSegment:
				k.comments[ev.Frame] = joinLines(k.comments[ev.Frame], render.Comment(k.x, &ev))
			case ev.Kind == trace.KindMessage:
				k.comments[ev.Frame] = joinLines(k.comments[ev.Frame], render.Marked(k.x.Explain(&ev).String()))
			}
			if !yield(ev, err) {
				return
			}
		}
	}
}

// joinLines puts texts on lines of their own, each once.
func joinLines(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || a == b:
		return a
	}
	return a + "\n" + b
}

// close ends the trace.
func (k *keeper) close() error {
	if k.w == nil {
		return nil
	}
	return errors.Join(k.err, k.w.Flush(), k.out.Close())
}
