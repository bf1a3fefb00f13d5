package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"statelab/capture/trace"
)

// unnoticed is how long a reading may last before its progress is shown.
const unnoticed = 500 * time.Millisecond

// progress shows on a terminal how far the reading of a trace has come: bytes of
// the file, and how long it will yet take. It gives way to the first output that
// goes to the same terminal.
type progress struct {
	in    io.Reader
	began time.Time
	make  func() *progressbar.ProgressBar

	mu   sync.Mutex // a trace may be read ahead, beside what shows it
	bar  *progressbar.ProgressBar
	read int64
	over bool
}

// newProgress watches the reading of in, called name. Where stderr is no
// terminal, it shows nothing.
func newProgress(e *env, v view, name string, in io.Reader) *progress {
	p := &progress{in: in, began: time.Now(), over: !e.watched}
	size := int64(-1) // not known: of a pipe only what has come is shown
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
	}
	p.make = func() *progressbar.ProgressBar {
		theme := progressbar.ThemeUnicode
		if v.opts.ASCII {
			theme = progressbar.ThemeASCII
		}
		return progressbar.NewOptions64(size,
			progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(trace.Escape(name)),
			progressbar.OptionShowBytes(true), progressbar.OptionSetWidth(20), progressbar.OptionSetTheme(theme),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += int64(n)
	switch {
	case p.over:
	case p.bar != nil:
		_ = p.bar.Set64(p.read)
	case time.Since(p.began) >= unnoticed:
		p.bar = p.make()
		_ = p.bar.Set64(p.read)
	}
	return n, err
}

// end takes the bar away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && !p.over {
		_ = p.bar.Clear()
	}
	p.over = true
}

// before makes a writer before whose first output the bar is gone.
func (p *progress) before(w io.Writer) io.Writer { return &firstOutput{w: w, p: p} }

type firstOutput struct {
	w io.Writer
	p *progress
}

func (f *firstOutput) Write(b []byte) (int, error) {
	if f.p != nil && len(b) > 0 {
		f.p.end()
		f.p = nil
	}
	return f.w.Write(b)
}
