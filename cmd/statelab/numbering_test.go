package main

import "testing"

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
