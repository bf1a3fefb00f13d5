package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/capture/viewer"
)

// checkView refuses what does not go with -i.
func (f *inspectFlags) checkView(e *env, args []string) error {
	switch {
	case !e.terminal:
		return misusef("-i is a screen to walk on: it needs a terminal, and stdout is none; leave -i out to print the ladder")
	case len(args) != 1:
		return misusef("-i shows one trace, and there are %d", len(args))
	case f.two || f.beside:
		return misusef("-i shows one trace as it is: it does not go with --vantage or --diff")
	case f.dir != "":
		return misusef("-i writes what you choose on its screen (key e): it does not go with --extract")
	case f.out != "-" || f.format != "text" || f.view != render.Views[0].Name:
		return misusef("-i writes to the terminal: it does not go with -o, --format or --view; its key e writes files")
	}
	return nil
}

// walk shows a trace on a screen to walk on.
func (f *inspectFlags) walk(ctx context.Context, e *env, v view, name string) error {
	in, closed, err := openInput(e, name)
	if err != nil {
		return err
	}
	defer closed()
	p := newProgress(e, v, name, in)
	if !regular(in) { // a pipe is read to its end first
		in = p
	}
	again, done, err := rereadable(in)
	p.end()
	if err != nil {
		return err
	}
	defer done()
	s := shown{flags: f, env: e, name: name, file: again.(*os.File), lang: v.lang}
	t, err := s.trace(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	model := viewer.New(t, viewer.Options{Render: v.opts, Tick: tea.Tick})
	defer model.Close()
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithColorProfile(colorprofile.ANSI), tea.WithOutput(e.stdout)}
	if e.keys == nil { // stdin is the trace: keys come from the terminal itself
		keys, out, err := tea.OpenTTY()
		if err != nil {
			return misusef("-i needs a terminal to press keys on: %v", err)
		}
		defer keys.Close()
		if out != keys {
			defer out.Close()
		}
		options = append(options, tea.WithInput(keys))
	} else {
		options = append(options, tea.WithInput(e.stdin))
	}
	_, err = tea.NewProgram(model, options...).Run()
	model.Close()
	switch {
	case errors.Is(err, tea.ErrInterrupted), ctx.Err() != nil:
		err = nil
	case err != nil:
		err = fmt.Errorf("terminal: %w", err)
	}
	if model.Err() != nil {
		err = errors.Join(err, fmt.Errorf("%s: %w", name, model.Err()))
	}
	return err
}

// shown is a file that the viewer reads, several times at once where it has to.
type shown struct {
	flags *inspectFlags
	env   *env
	name  string
	file  *os.File
	lang  explain.Lang
}

// trace is what the viewer is given.
func (s *shown) trace(v view) (viewer.Trace, error) {
	t := viewer.Trace{
		Name: s.name + s.flags.filter.String(), Streams: s.flags.streams, Where: s.flags.where, Events: s.events, Frames: s.frames, Nearest: didYouMean,
		Export: func(x viewer.Export) error { return s.export(v, x) },
	}
	if info, err := s.file.Stat(); err == nil {
		t.Size = info.Size()
	}
	if s.flags.begin.Set || s.flags.end.Set {
		t.Between = s.flags.between
	}
	// What is no trace is said before the screen is cleared.
	if _, err := pcapfile.NewReader(s.reader(&viewer.Reading{})); err != nil {
		return t, err
	}
	return t, nil
}

// reader reads the file from its beginning.
func (s *shown) reader(r *viewer.Reading) io.Reader {
	return &stoppable{io.NewSectionReader(s.file, 0, 1<<62), r}
}

// stoppable ends where its reading is stopped, and tells how far it is.
type stoppable struct {
	in      io.Reader
	reading *viewer.Reading
}

func (s *stoppable) Read(p []byte) (int, error) {
	if s.reading.Stopped() {
		return 0, viewer.ErrStopped
	}
	n, err := s.in.Read(p)
	s.reading.Add(n)
	return n, err
}

func (s *shown) frames(r *viewer.Reading) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		in, err := pcapfile.NewReader(s.reader(r))
		if err != nil {
			yield(capture.Frame{}, err)
			return
		}
		s.filtered(in)(yield)
	}
}

// filtered are the frames that are shown.
func (s *shown) filtered(in *pcapfile.Reader) capture.Source {
	quiet := &env{stderr: io.Discard} // the screen is the viewer's
	return s.flags.filter.frames(quiet, in.Frames(), s.lang)
}

func (s *shown) events(kinds trace.Kinds, r *viewer.Reading) render.Events {
	return func(yield func(trace.Event, error) bool) {
		in, err := pcapfile.NewReader(s.reader(r))
		if err != nil {
			yield(trace.Event{}, err)
			return
		}
		analyze.Options{VerifyChecksums: true, Bodies: -1, Kinds: kinds, Ahead: in}.Run(s.filtered(in), nil)(yield)
	}
}

// export writes what the viewer shows, as inspect would. The trace itself is
// never written over.
func (s *shown) export(v view, x viewer.Export) error {
	if info, err := os.Stat(x.File); err == nil {
		from, err := s.file.Stat()
		switch {
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is no file", x.File)
		case err == nil && os.SameFile(info, from):
			return fmt.Errorf("%s is the trace that is shown: name another file", x.File)
		case !x.Overwrite:
			return fmt.Errorf("%s: %w", x.File, fs.ErrExist)
		}
	}
	f := *s.flags
	f.viewFlags.view, f.viewFlags.format, f.viewFlags.out = x.View, x.Format, x.File
	f.viewFlags.lang, f.viewFlags.ascii, f.viewFlags.color = x.Options.Lang.String(), x.Options.ASCII, "never"
	f.viewFlags.width = min(max(v.opts.Width, render.MinWidth), 400)
	quiet := *s.env
	quiet.stderr, quiet.terminal, quiet.watched = io.Discard, false, false
	w, err := f.viewFlags.resolve(&quiet)
	if err != nil {
		return err
	}
	w.opts.Streams, f.streams, f.expression = x.Streams, x.Streams, nil
	if x.From > 0 {
		f.begin, f.end = render.Bound{Set: true, Frame: x.From}, render.Bound{Set: true, Frame: x.To}
	}
	if x.Streams != nil && len(x.Streams) == 0 {
		w.opts.Streams = []int{noStream}
	}
	quiet.stdin = s.reader(x.Reading)
	return createNew(x, func(out io.Writer) error { return f.inspectFrom(&quiet, out, w, s.name, quiet.stdin, false) })
}

// createNew writes a file that was not there; or, where it may be overwritten,
// one that takes its place once it is whole. What came before the damage of a
// trace is kept; of anything else that goes wrong, nothing stays.
func createNew(x viewer.Export, write func(io.Writer) error) error {
	var file *os.File
	var err error
	if x.Overwrite {
		file, err = os.CreateTemp(filepath.Dir(x.File), ".statelab-*")
	} else {
		file, err = os.OpenFile(x.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<16)
	err = write(buffered)
	var damage *pcapfile.DamageError
	if errors.As(err, &damage) {
		err = fmt.Errorf("%w: %w", viewer.ErrPartial, err)
	}
	whole := err == nil || errors.Is(err, viewer.ErrPartial)
	if failed := errors.Join(buffered.Flush(), file.Close()); failed != nil {
		whole, err = false, errors.Join(err, failed)
	}
	if !whole {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if x.Overwrite {
		err = errors.Join(err, replace(file.Name(), x.File))
	}
	return err
}

// replace puts a file in another's place, with its permissions.
func replace(file, other string) error {
	if info, err := os.Stat(other); err == nil {
		_ = os.Chmod(file, info.Mode().Perm())
	}
	if err := os.Rename(file, other); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}
