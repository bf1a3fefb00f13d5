package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// Every number is that of a plain count, and what was left out has none.
func TestNumbering(t *testing.T) {
	t.Parallel()
	var n numbering
	want := map[int]int{}
	for from := 1; from <= 200; from++ {
		if from%7 == 0 || from > 40 && from < 60 {
			continue
		}
		n.add(from)
		want[from] = len(want) + 1
	}
	for from := -1; from <= 201; from++ {
		to, ok := n.of(from)
		if _, kept := want[from]; ok != kept || ok && to != want[from] {
			t.Errorf("frame %d is %d (%v), want %d", from, to, ok, want[from])
		}
	}
}

// What is too long ago is forgotten, and not told wrongly.
func TestNumberingForgets(t *testing.T) {
	t.Parallel()
	var n numbering
	const frames = maxStretches + 10
	for i := range frames {
		n.add(2*i + 1)
	}
	if to, ok := n.of(1); ok {
		t.Errorf("the first frame is still %d", to)
	}
	if to, ok := n.of(2*frames - 1); !ok || to != frames {
		t.Errorf("the last frame is %d (%v), want %d", to, ok, frames)
	}
	if len(n.parts) > maxStretches {
		t.Errorf("%d stretches are kept", len(n.parts))
	}
}

// No comment speaks of a frame by its number in another trace: what is said of the
// lessons, whatever the wire does, names every frame where frames have names.
func TestCommentsNameFrames(t *testing.T) {
	t.Parallel()
	names := 0
	for _, sc := range tcpdemo.Scenarios() {
		for n, text := range []string{"loss 10%", "swap 3,4 server→client"} {
			r, err := network.ParseRule(text)
			if err != nil {
				t.Fatal(err)
			}
			p, err := performScenario(t.Context(), sc, uint64(n)+1, []network.Rule{r})
			if err != nil {
				continue
			}
			names += namesFrames(t, sc.Name+", "+text, p.events(vantageServer))
			all := p.recording.At(vantageClient)
			for i := range all { // as a file has them
				all[i].Wire, all[i].Direction, all[i].Vantage = 0, capture.DirectionUnknown, ""
			}
			names += namesFrames(t, sc.Name+", "+text+", from a file", analyze.Run(frames(all), nil))
		}
	}
	if names < 1000 {
		t.Errorf("%d frames were named", names)
	}
}

// namesFrames holds that every frame is named, and returns how often.
func namesFrames(t *testing.T, where string, events render.Events) (names int) {
	t.Helper()
	unnamed := regexp.MustCompile(`\bframes? \d+(?:[^\d(]|$)`)
	x, y := explain.New(explain.English), explain.New(explain.English)
	y.Frame = func(n int) string { names++; return strconv.Itoa(n) + "(trace)" }
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != trace.KindSegment && e.Kind != trace.KindState && e.Kind != trace.KindMessage {
			x.Observe(&e)
			y.Observe(&e)
			continue
		}
		numbered, named := x.Explain(&e).String(), y.Explain(&e).String()
		if of := unnamed.FindString(named); of != "" || strings.ReplaceAll(named, "(trace)", "") != numbered {
			t.Errorf("%s: %q is named %q", where, numbered, named)
		}
	}
	return names
}
