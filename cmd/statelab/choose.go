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
	begin, end render.Bound
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

func parseBound(flag, s string) (render.Bound, error) {
	if s == "" {
		return render.Bound{}, nil
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 {
		return render.Bound{Set: true, Frame: n}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return render.Bound{Set: true, Since: d}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return render.Bound{Set: true, At: t}, nil
	}
	return render.Bound{}, misusef("%s %q: a frame's number (12), a time since the first frame (1.5s), or a time (2026-01-01T09:00:00Z)", flag, s)
}

// between returns what --from and --to leave, nil for all. It is for one
// reading.
func (f *chooseFlags) between() *render.Between {
	if !f.begin.Set && !f.end.Set {
		return nil
	}
	return &render.Between{From: f.begin, To: f.end}
}

// only leaves out of the events what is not chosen. Where there is a renderer,
// the choice of connections is its own, and that of rows too if it can.
func (f *chooseFlags) only(v view, events render.Events) render.Events {
	if !v.format.Cuts {
		events = v.opts.Between.Events(events) // first: its times count from the whole trace's first frame
	}
	if v.trace && len(v.opts.Streams) > 0 {
		events = ofStreams(v.opts.Streams, events)
	}
	return events
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
