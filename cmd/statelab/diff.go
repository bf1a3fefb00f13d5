package main

import (
	"fmt"
	"io"
	"os"

	"statelab/capture/analyze"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
)

// checkDiff refuses what --diff cannot do.
func (f *inspectFlags) checkDiff(args []string) error {
	switch {
	case f.two:
		return misusef("--diff and --vantage: one lays different connections side by side, the other two views of the same; choose one")
	case len(args) == 1 && len(f.streams) != 2 || len(args) == 2 && len(f.streams) > 2 || len(args) > 2:
		return misusef("--diff compares two connections: of two traces, or of one with --stream\nhint: statelab inspect --diff A.pcapng B.pcapng, or statelab inspect --diff A.pcapng --stream 0,1")
	case f.format != "text" && f.format != "json":
		return misusef("--diff --format %s: text or json", f.format)
	case f.expression != nil || f.begin.Set || f.end.Set || f.dir != "" || f.view != render.Views[0].Name:
		return misusef("--diff goes with --stream and --filter, not with --where, --from, --to, --view or --extract")
	}
	for _, name := range args {
		if name == "-" {
			return misusef("--diff reads files, not stdin")
		}
	}
	return nil
}

// diff lays two connections side by side.
func (f *inspectFlags) diff(e *env, w io.Writer, v view, names []string) error {
	var sides [2]render.DiffSide
	for i := range sides {
		name, stream := names[min(i, len(names)-1)], 0
		if len(f.streams) > 0 {
			stream = f.streams[min(i, len(f.streams)-1)]
		}
		var err error
		if sides[i], err = f.side(e, v, name, stream); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(sides[i].Segments) == 0 {
			return fmt.Errorf("%s has no connection %d", name, stream)
		}
	}
	if v.format.Name == "json" {
		return render.DiffJSON(w, sides[0], sides[1])
	}
	return render.DiffText(w, sides[0], sides[1], v.opts)
}

// side reads one connection.
func (f *inspectFlags) side(e *env, v view, name string, stream int) (render.DiffSide, error) {
	file, err := os.Open(name)
	if err != nil {
		return render.DiffSide{}, err
	}
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	if err != nil {
		return render.DiffSide{}, err
	}
	return render.ReadSide(name, stream, analyze.Run(f.filter.frames(e, r.Frames(), v.lang), nil))
}
