// Package rendertest holds what every renderer must do, whatever its format: a
// corpus of timelines, and Run, which checks one format against it.
package rendertest

import (
	"bytes"
	"errors"
	"iter"
	"regexp"
	"testing"
	"unicode/utf8"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// Options completes o with what the timeline says of itself.
func (tr *Trace) Options(o render.Options) render.Options {
	o.Title, o.Network, o.Lanes, o.File = tr.Title, tr.Network, tr.Lanes, "capture.pcapng"
	return o
}

// Variants are options that a renderer must cope with.
func Variants() []render.Options {
	var all []render.Options
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		for _, explained := range []bool{false, true} {
			for _, ascii := range []bool{false, true} {
				all = append(all, render.Options{Lang: lang, Explain: explained, ASCII: ascii, Color: !ascii, Dark: ascii})
			}
		}
	}
	return append(all, render.Options{Detail: 1}, render.Options{Streams: []int{1}}, render.Options{Width: 1}, render.Options{Width: 300, Explain: true})
}

// Run checks f: that it renders the whole corpus, that nothing hostile comes
// through, that it keeps nothing of the events that it was lent, that errors of
// the events and of the writer come back, and, of a streaming format, that it
// does not wait for the end.
func Run(t *testing.T, f render.Format) {
	t.Run("describes itself", func(t *testing.T) {
		if f.Name == "" || f.Extension == "" || f.Extension[0] != '.' || f.MIME == "" || f.About.En == "" || f.About.Ko == "" {
			t.Errorf("an entry is missing in %+v", f)
		}
	})
	t.Run("renders everything", func(t *testing.T) { everything(t, f) })
	t.Run("asks for what it reads", func(t *testing.T) { asksEnough(t, f) })
	t.Run("keeps nothing", func(t *testing.T) { keepsNothing(t, f) })
	t.Run("nothing happened", func(t *testing.T) {
		var out bytes.Buffer
		if err := f.Render(&out, none, render.Options{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("events fail", func(t *testing.T) { eventsFail(t, f) })
	t.Run("writer fails", func(t *testing.T) { writerFails(t, f) })
	if f.Streaming {
		t.Run("streams", func(t *testing.T) { streams(t, f) })
	}
}

func none(func(trace.Event, error) bool) {}

func everything(t *testing.T, f render.Format) {
	for _, tr := range Corpus() {
		for _, o := range Variants() {
			var out bytes.Buffer
			if err := f.Render(&out, tr.Events(), tr.Options(o)); err != nil {
				t.Fatalf("%s: %v", tr.Name, err)
			}
			if !f.Binary {
				checkSafe(t, tr.Name, out.Bytes(), o.Color)
			}
		}
	}
}

// checkSafe holds that an output is text, and that no character in it can do
// more than be seen, but for line feeds and, where colours were asked for,
// colours.
func checkSafe(t *testing.T, name string, out []byte, color bool) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Errorf("%s: not UTF-8", name)
	}
	if color {
		out = sgr.ReplaceAll(out, nil)
	}
	for _, r := range string(out) {
		if r != '\n' && !trace.SafeRune(r) {
			t.Fatalf("%s: %U came through", name, r)
		}
	}
}

// asksEnough: a format that names the kinds of event that it reads writes the
// same without the others, and one that shows no bodies the same without them.
func asksEnough(t *testing.T, f render.Format) {
	for _, tr := range Corpus() {
		o := tr.Options(render.Options{Explain: true})
		var all, some bytes.Buffer
		if err := errors.Join(f.Render(&all, tr.Events(), o), f.Render(&some, asked(f, tr), o)); err != nil {
			t.Fatalf("%s: %v", tr.Name, err)
		}
		if !bytes.Equal(all.Bytes(), some.Bytes()) {
			t.Errorf("%s: the output changes when the events that were not asked for are left out", tr.Name)
		}
	}
}

// asked is what an analysis would give that makes only what f asks for.
func asked(f render.Format, tr Trace) render.Events {
	return func(yield func(trace.Event, error) bool) {
		for e, err := range tr.Events() {
			if err == nil && !f.Kinds.Has(e.Kind) {
				continue
			}
			if e.Message != nil && f.Bodies < 0 {
				m := *e.Message
				m.Body, e.Message = nil, &m
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// keepsNothing compares the output of lent events, which are overwritten, with
// that of events that stay.
func keepsNothing(t *testing.T, f render.Format) {
	for _, tr := range Corpus() {
		o := tr.Options(render.Options{Explain: true})
		var lent, kept bytes.Buffer
		stay := func(yield func(trace.Event, error) bool) {
			for i := range tr.events {
				if !yield(tr.events[i].Clone(), nil) {
					return
				}
			}
		}
		if err := errors.Join(f.Render(&lent, tr.Events(), o), f.Render(&kept, stay, o)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(lent.Bytes(), kept.Bytes()) {
			t.Errorf("%s: the output of reused events differs:\n%s\n%s", tr.Name, &lent, &kept)
		}
	}
}

var errStop = errors.New("the trace is damaged from here on")

func eventsFail(t *testing.T, f render.Format) {
	for _, tr := range Corpus() {
		for _, n := range []int{0, 1, tr.Len() / 2, tr.Len()} {
			var out bytes.Buffer
			if err := f.Render(&out, tr.Until(n, errStop), tr.Options(render.Options{})); !errors.Is(err, errStop) {
				t.Errorf("%s after %d events: error %v, want %v", tr.Name, n, err, errStop)
			}
			if !f.Binary {
				checkSafe(t, tr.Name, out.Bytes(), false)
			}
		}
	}
}

var errFull = errors.New("no space left")

// narrow is a writer that takes n bytes and then fails.
type narrow struct{ n int }

func (w *narrow) Write(p []byte) (int, error) {
	if len(p) > w.n {
		return w.n, errFull
	}
	w.n -= len(p)
	return len(p), nil
}

func writerFails(t *testing.T, f render.Format) {
	tr := Corpus()[0]
	whole := Render(t, f, tr, render.Options{})
	for _, n := range []int{0, 1, 100} {
		if n >= len(whole) {
			continue // a view that has nothing to show of it
		}
		if err := f.Render(&narrow{n}, tr.Events(), tr.Options(render.Options{})); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: error %v, want %v", n, err, errFull)
		}
	}
}

// streams holds that a trace's output grows as segments come, or, where a format
// tells of few of them, that most of it is written before the last one.
func streams(t *testing.T, f render.Format) {
	for _, tr := range Corpus() {
		var out bytes.Buffer
		var sizes []int
		watch := func(yield func(trace.Event, error) bool) {
			for e := range tr.Events() {
				if e.Kind == trace.KindSegment {
					sizes = append(sizes, out.Len())
				}
				if !yield(e, nil) {
					return
				}
			}
		}
		if err := f.Render(&out, iter.Seq2[trace.Event, error](watch), tr.Options(render.Options{})); err != nil {
			t.Fatal(err)
		}
		if n := len(sizes); n > 2 && !grows(sizes) && 2*sizes[n-1] < out.Len() {
			t.Errorf("%s: nothing was written while segments came: %v", tr.Name, sizes)
		}
	}
}

// grows reports whether at least half of the steps are upwards.
func grows(sizes []int) bool {
	up := 0
	for i := 1; i < len(sizes); i++ {
		if sizes[i] > sizes[i-1] {
			up++
		}
	}
	return 2*up >= len(sizes)-1
}

// Render is a shorthand: the output of one timeline.
func Render(tb testing.TB, f render.Format, tr Trace, o render.Options) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := f.Render(&out, tr.Events(), tr.Options(o)); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// sgr is a colour's control sequence, the only one that may appear.
var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")
