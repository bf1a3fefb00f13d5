package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// extractFlags ask for the bodies of HTTP messages. They are written into a
// folder that is kept to, whatever is in it.
type extractFlags struct {
	dir       string
	decode    bool
	extractor *render.Extractor // nil: nothing is asked for
	root      *os.Root
}

func (f *extractFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&f.dir, "extract", "", "write the bodies of HTTP messages to files in this folder, which must be new or empty, with an index")
	fs.BoolVar(&f.decode, "decode", true, "with --extract: undo content codings (gzip, deflate, br, zstd); --decode=false writes bodies as sent")
}

// open opens the folder, which has to be new or empty: nothing there is
// overwritten, and no link followed.
func (f *extractFlags) open() error {
	if f.dir == "" {
		if !f.decode {
			return misusef("--decode goes with --extract")
		}
		return nil
	}
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return fmt.Errorf("--extract: %w", err)
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("--extract: %w", err)
	}
	if len(entries) > 0 {
		return misusef("--extract %s: the folder is not empty; name a new one", trace.Escape(f.dir))
	}
	if f.root, err = os.OpenRoot(f.dir); err != nil {
		return fmt.Errorf("--extract: %w", err)
	}
	f.extractor = &render.Extractor{Encoded: !f.decode, Create: func(name string) (io.WriteCloser, error) {
		return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}}
	return nil
}

// bodies is how much of each body events have to hold.
func (f *extractFlags) bodies() int {
	if f.extractor == nil {
		return 0
	}
	return render.ExtractBody
}

// extracted passes on a trace's events, and writes the bodies among them.
func (f *extractFlags) extracted(name string, streams []int, events render.Events) render.Events {
	if f.extractor == nil {
		return events
	}
	f.extractor.Streams = streams
	return f.extractor.Events(name, events)
}

// close writes the index and says on stderr what was written.
func (f *extractFlags) close(e *env, v view) error {
	if f.extractor == nil {
		return nil
	}
	err := errors.Join(f.extractor.Close(), f.root.Close())
	if err == nil {
		fmt.Fprintf(e.stderr, v.lang.Of(trace.Text{
			En: "%d HTTP bodies in %s, listed in %s\n", Ko: "HTTP 본문 %d개를 %s에 저장했습니다. 목록은 %s\n",
		}), f.extractor.Count(), trace.Escape(f.dir), render.IndexName)
	}
	return err
}
