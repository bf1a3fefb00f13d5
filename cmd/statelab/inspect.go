package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/trace"
)

type inspectFlags struct {
	viewFlags
	chooseFlags
	extractFlags
	filter filterFlag
	two    bool // --vantage
	beside bool // --diff
	screen bool // -i
}

func newInspect(e *env) *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Read a trace: ladder, both ends' states, findings, HTTP",
		Long: `Read traces (pcap or pcapng, also compressed with gzip, zstd, lz4 or bzip2; - is
stdin) and show the ladder, with what both ends' states must have been. A
damaged file is shown up to the damage.

With -i the trace becomes a screen to walk on: the connections, Enter for the
ladder of one, Enter again for the bytes of a segment; ? names every key.

With --vantage two captures of the same traffic, one from each host, make one
ladder: what was lost on the way, and how long each segment took.
With --diff two connections stand side by side, with what differs marked (as
text or json).`,
		Example: `  statelab tcp demo loss -w loss.pcapng
  statelab inspect loss.pcapng --explain
  statelab inspect loss.pcapng --view connections
  statelab inspect -i loss.pcapng
  statelab inspect loss.pcapng --filter 'tcp[tcpflags] & tcp-syn != 0'
  statelab tcp demo loss --at both -w loss.pcapng
  statelab inspect --vantage loss.client.pcapng loss.server.pcapng
  statelab tcp demo echo -w echo.pcapng
  statelab inspect --diff echo.pcapng loss.pcapng`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misusef("inspect needs a trace to read; - is stdin")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			v, err := f.viewFlags.resolve(e)
			if err != nil {
				return err
			}
			if err := errors.Join(f.chooseFlags.resolve(&v.opts), f.filter.resolve(v.lang)); err != nil {
				return err
			}
			if f.screen {
				if err := f.checkView(e, args); err != nil {
					return err
				}
				return f.walk(c.Context(), e, v, args[0])
			}
			traces := len(args)
			if f.beside {
				if err := f.checkDiff(args); err != nil {
					return err
				}
				traces = 1
			}
			if f.two {
				if err := f.checkVantage(args, &v); err != nil {
					return err
				}
				traces = 1
			}
			if err := v.oneDocument(traces, "a trace"); err != nil {
				return err
			}
			if err := keepInputs(args, v.out); err != nil {
				return err
			}
			v.opts.Streams = f.streams
			defer e.spare(reading)()
			if err := f.extractFlags.open(); err != nil {
				return err
			}
			shown := v.output(e, func(w io.Writer) error {
				if f.beside {
					return f.diff(e, w, v, args)
				}
				if f.two {
					return f.vantage(e, w, v, args)
				}
				var all error // one bad file does not hide the others
				for _, name := range args {
					err := f.inspect(e, w, v, name, len(args) > 1)
					if errors.Is(err, syscall.EPIPE) {
						return err
					}
					all = errors.Join(all, err)
				}
				return all
			})
			return errors.Join(shown, f.extractFlags.close(e, v))
		},
	}
	f.viewFlags.register(c)
	f.chooseFlags.register(c)
	f.extractFlags.register(c)
	c.Flags().BoolVar(&f.two, "vantage", false, "two captures of the same traffic, one from each host, on one ladder")
	c.Flags().BoolVar(&f.beside, "diff", false, "two connections side by side, as text or json: of two traces, or of one with --stream 0,1")
	c.Flags().BoolVarP(&f.screen, "interactive", "i", false, "walk through one trace on the screen: connections, ladder, bytes; ? names the keys")
	f.filter.register(c.Flags(), "analyse only the frames that pass, in tcpdump's language, e.g. 'tcp port 80'; they keep their numbers")
	return c
}

// inspect shows one trace.
func (f *inspectFlags) inspect(e *env, w io.Writer, v view, name string, several bool) error {
	in, done, err := openInput(e, name)
	if err != nil {
		return err
	}
	defer done()
	return f.inspectFrom(e, w, v, name, in, several)
}

// openInput opens a trace; - is stdin, which is not closed.
func openInput(e *env, name string) (in io.Reader, done func(), err error) {
	if name == "-" {
		return e.stdin, func() {}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil
}

// inspectFrom shows the trace that in holds.
func (f *inspectFlags) inspectFrom(e *env, w io.Writer, v view, name string, in io.Reader, several bool) error {
	v.opts.File, v.opts.Between = name, f.between()
	if f.expression != nil {
		again, done, err := rereadable(in)
		if err != nil {
			return err
		}
		defer done()
		if v.opts.Streams, err = f.chosen(again, v.lang); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(v.opts.Streams) == 0 {
			v.opts.Streams = []int{noStream}
			fmt.Fprintln(e.stderr, "statelab: "+fmt.Sprintf(v.lang.Of(trace.Text{
				En: "no connection in %s fits --where", Ko: "%s에 --where에 맞는 연결이 없습니다",
			}), trace.Escape(name)))
		}
		in = again
	}
	p := newProgress(e, v, name, in)
	defer p.end()
	if e.terminal && v.out == "-" {
		w = p.before(w)
	}
	r, err := pcapfile.NewReader(p)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	v.opts.FileFormat, v.opts.ByStream = string(r.Format()), true
	if several || v.opts.Title == "" {
		v.opts.Title = "inspect " + name + f.filter.String()
	}
	k, frames := &keeper{}, f.filter.frames(e, r.Frames(), v.lang)
	if v.trace {
		var link capture.LinkType
		link, frames = firstLink(frames)
		if k, err = newKeeper(keepOpen{w}, v.lang, pcapfile.WriterOptions{Link: link, Batch: 1 << 16}); err != nil {
			return err
		}
		k.only = len(v.opts.Streams) > 0 || v.opts.Between != nil
		k.of = traceName(name, v.lang)
		frames = k.frames(frames)
	}
	if v.format.Frames {
		var last lastFrame
		v.opts.Frame, frames = last.find, last.frames(frames)
	}
	o, chosen := f.options(v), f.selects(v.opts.Streams)
	o.Kinds = chosen.kinds(o.Kinds)
	if !v.trace && !v.format.Frames && regular(in) { // else frames are needed one by one, as they are explained
		o.Ahead = r
	}
	err = v.format.Render(w, k.note(f.extracted(name, v.opts.Streams, f.only(v, chosen.events(o.Run(frames, nil))))), v.opts)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	} else {
		chosen.tell(v, e, name)
	}
	return errors.Join(err, k.close())
}

// traceName is what a trace is called where another one speaks of it.
func traceName(name string, lang explain.Lang) string {
	if name == "-" {
		return lang.Of(trace.Text{En: "the original trace", Ko: "원본 트레이스"})
	}
	return filepath.Base(name)
}

// options are what has to be analysed for what is to be shown.
func (f *inspectFlags) options(v view) analyze.Options {
	o := analyze.Options{VerifyChecksums: true, Bodies: v.format.Bodies, Kinds: v.format.Kinds}
	if n := f.bodies(); n > 0 {
		o.Bodies = max(o.Bodies, n)
	}
	if v.trace || v.opts.Between != nil || f.bodies() > 0 {
		o.Kinds = 0 // others read the events too
	}
	return o
}

// regular reports whether in is a file, which never lets its reader wait.
func regular(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// chosen reads a trace for the connections that --where, and --stream beside
// it, choose, and goes back to its start. A damaged trace is read up to the
// damage, which its second reading reports.
func (f *inspectFlags) chosen(in io.ReadSeeker, lang explain.Lang) ([]int, error) {
	r, err := pcapfile.NewReader(in)
	if err != nil {
		return nil, err
	}
	streams, err := f.chosenOf(analyze.Run(f.filter.frames(&env{stderr: io.Discard}, r.Frames(), lang), nil))
	if err != nil {
		return nil, err
	}
	_, err = in.Seek(0, io.SeekStart)
	return streams, err
}

// chosenOf returns the connections among events that are chosen.
func (f *inspectFlags) chosenOf(events iter.Seq2[trace.Event, error]) ([]int, error) {
	streams, err := f.expression.Streams(events)
	var damage *pcapfile.DamageError
	if err != nil && !errors.As(err, &damage) {
		return nil, err
	}
	if len(f.streams) > 0 {
		streams = slices.DeleteFunc(streams, func(s int) bool { return !slices.Contains(f.streams, s) })
	}
	return streams, nil
}

// noStream is the number of no connection.
const noStream = -2

// firstLink returns the link type of the first frame, and all frames.
func firstLink(src capture.Source) (capture.LinkType, capture.Source) {
	next, stop := iter.Pull2(src)
	first, err, ok := next()
	return first.Link, func(yield func(capture.Frame, error) bool) {
		defer stop()
		for f, err, ok := first, err, ok; ok && yield(f, err); f, err, ok = next() {
			continue
		}
	}
}

// keepInputs refuses an output that is one of the inputs: opening it would empty
// it before it is read.
func keepInputs(inputs []string, out string) error {
	to, err := os.Stat(out)
	if out == "-" || err != nil {
		return nil // nothing is there to lose
	}
	for _, name := range inputs {
		if from, err := os.Stat(name); err == nil && to.Mode().IsRegular() && os.SameFile(from, to) {
			return misusef("-o %s is the trace that is to be read: name another file", out)
		}
	}
	return nil
}
