package render

import (
	"fmt"
	"io"
	"strings"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/trace"
)

// Annotated writes the frames of one vantage point to w as a pcapng trace, each
// with its explanation as comment: see Comments. Errors are those of w and of
// the events.
func Annotated(w io.Writer, frames []capture.Frame, events func() Events, lang explain.Lang, o pcapfile.WriterOptions) error {
	comments, err := Comments(frames, events, lang)
	if err != nil {
		return err
	}
	out, err := pcapfile.NewWriter(w, o)
	if err != nil {
		return err
	}
	for _, f := range frames {
		f.Comment = comments[f.Number]
		if err := out.WriteFrame(f); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Comments returns the comment of each frame of a vantage point by its number:
// the changes of state that go with it, why, and what the wire did to it. It
// reads the events twice, because what a frame changes comes after it: events
// tells them anew at each call, with the frame numbers of that vantage point.
func Comments(frames []capture.Frame, events func() Events, lang explain.Lang) (map[int]string, error) {
	number := map[uint64]int{} // of each wire number's first sight here
	for _, f := range frames {
		if f.Wire != 0 && number[f.Wire] == 0 {
			number[f.Wire] = f.Number
		}
	}
	changes, err := changesByWire(events())
	if err != nil {
		return nil, fmt.Errorf("comments: %w", err)
	}
	all := map[int]string{}
	add := func(frame int, text string) {
		if text != "" && frame != 0 {
			all[frame] = strings.TrimPrefix(all[frame]+"\n"+text, "\n")
		}
	}
	x := explain.New(lang)
	for ev := range events() {
		switch ev.Kind {
		case trace.KindSegment:
			add(number[ev.Wire], Comment(x, &ev, changes[ev.Wire]...))
		case trace.KindVerdict:
			add(number[ev.Wire], Marked(x.Explain(&ev).String()))
		case trace.KindMessage:
			add(ev.Frame, Marked(x.Explain(&ev).String()))
		default:
			x.Observe(&ev)
		}
	}
	return all, nil
}

// changesByWire collects the changes of state by the frame that made them.
func changesByWire(events Events) (map[uint64][]*trace.Event, error) {
	changes := map[uint64][]*trace.Event{}
	for ev, err := range events {
		if err != nil {
			return nil, err
		}
		if ev.Kind == trace.KindState && ev.Wire != 0 {
			c := ev.Clone()
			changes[ev.Wire] = append(changes[ev.Wire], &c)
		}
	}
	return changes, nil
}
