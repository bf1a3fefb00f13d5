package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/capture/where"
)

// chooseFlags say which part of a trace is shown. All of it is read: what
// happened before decides what a row means.
type chooseFlags struct {
	streams         []int
	where, from, to string
	side            string
	// What they come to.
	expression *where.Expression
	begin, end bound
}

func (f *chooseFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.IntSliceVar(&f.streams, "stream", nil, "show only these connections, counted from 0")
	fs.StringVar(&f.side, "side", "both", "with --view follow: client, server or both")
	fs.StringVar(&f.where, "where", "", `show only connections of which this holds, e.g. 'tcp.findings has "retransmission" && http.status >= 400'`)
	fs.StringVar(&f.from, "from", "", "show from here on: a frame's number, a time since the first frame (1.5s), or a time of day with its date (2026-01-01T09:00:00Z)")
	fs.StringVar(&f.to, "to", "", "show up to here, this included")
}

func (f *chooseFlags) resolve(o *render.Options) (err error) {
	var ok bool
	if o.Side, ok = map[string]render.Side{"both": render.BothSides, "client": render.ClientSide, "server": render.ServerSide}[f.side]; !ok {
		return misusef("--side %q: client, server or both", f.side)
	}
	if f.where != "" {
		if f.expression, err = where.Compile(f.where); err != nil {
			return misuse{pointAt("--where", f.where, err)}
		}
	}
	if f.begin, err = parseBound("--from", f.from); err != nil {
		return err
	}
	f.end, err = parseBound("--to", f.to)
	return err
}

// pointAt shows where in an expression an error lies.
func pointAt(flag, text string, err error) error {
	var at *where.SyntaxError
	if !errors.As(err, &at) {
		return err
	}
	like := ""
	if at.Unknown != "" {
		like = didYouMean(at.Unknown, fieldNames())
	}
	before := ansi.StringWidth(trace.Escape(string([]rune(text)[:at.Column-1])))
	return fmt.Errorf("%s: %w%s\n  %s\n  %s^\nhint: statelab guide selection names every field", flag, err, like, trace.Escape(text), strings.Repeat(" ", before))
}

// fieldNames lists what --where may ask about.
func fieldNames() []string {
	var names []string
	for _, f := range where.Fields() {
		names = append(names, f.Name)
	}
	return names
}

// bound is an end of what is shown.
type bound struct {
	set   bool
	frame int           // a frame's number, or
	since time.Duration // a time since the first frame, or
	at    time.Time     // a time
}

func parseBound(flag, s string) (bound, error) {
	if s == "" {
		return bound{}, nil
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 {
		return bound{set: true, frame: n}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return bound{set: true, since: d}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return bound{set: true, at: t}, nil
	}
	return bound{}, misusef("%s %q: a frame's number (12), a time since the first frame (1.5s), or a time (2026-01-01T09:00:00Z)", flag, s)
}

// before reports whether an event lies before the bound, and after whether it
// lies behind it. first is the time of the trace's first event.
func (b *bound) before(e *trace.Event, first time.Time, frame int) bool {
	switch {
	case b.frame > 0:
		return frame < b.frame
	case b.at.IsZero():
		return e.At.Sub(first) < b.since
	}
	return e.At.Before(b.at)
}

func (b *bound) after(e *trace.Event, first time.Time, frame int) bool {
	switch {
	case b.frame > 0:
		return frame > b.frame
	case b.at.IsZero():
		return e.At.Sub(first) > b.since
	}
	return e.At.After(b.at)
}

// only leaves out what is not chosen. The choice of connections is the
// renderer's, where there is one: a trace has none.
func (f *chooseFlags) only(v view, events render.Events) render.Events {
	if v.trace && len(v.opts.Streams) > 0 {
		events = ofStreams(v.opts.Streams, events)
	}
	return f.within(events)
}

func ofStreams(streams []int, events render.Events) render.Events {
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			if (err != nil || slices.Contains(streams, e.Stream)) && !yield(e, err) {
				return
			}
		}
	}
}

// within leaves out what happened before --from and after --to. Summaries of
// connections and of the trace stay: they are about all of it.
func (f *chooseFlags) within(events render.Events) render.Events {
	if !f.begin.set && !f.end.set {
		return events
	}
	return func(yield func(trace.Event, error) bool) {
		var first time.Time
		frame := 0 // the newest that was seen: what has none belongs to it
		for e, err := range events {
			if err == nil && e.Kind != trace.KindConnection && e.Kind != trace.KindTotals {
				if first.IsZero() {
					first = e.At
				}
				frame = max(frame, e.Frame)
				if f.begin.set && f.begin.before(&e, first, frame) || f.end.set && f.end.after(&e, first, frame) {
					continue
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// rereadable makes an input that can be read again from its start: --where
// reads a trace twice. What comes through a pipe is kept in a file meanwhile;
// done removes it.
func rereadable(in io.Reader) (f io.ReadSeeker, done func(), err error) {
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, func() {}, nil
		}
	}
	spool, err := os.CreateTemp("", "statelab-*.trace")
	if err != nil {
		return nil, nil, fmt.Errorf("--where reads a trace twice, and keeps what comes through a pipe: %w", err)
	}
	done = func() { _ = errors.Join(spool.Close(), os.Remove(spool.Name())) }
	if _, err = io.Copy(spool, in); err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return spool, done, nil
}
