package main

import (
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/explain"
)

// Of a trace that does not say which way its frames went, an expression that asks
// for it passes none, and that is said once.
func TestFilterWithoutDirection(t *testing.T) {
	t.Parallel()
	frame := capture.Frame{Number: 1, Data: make([]byte, 60), Length: 60, Link: capture.LinkEthernet}
	src := func(yield func(capture.Frame, error) bool) {
		for n := 0; n < 2 && yield(frame, nil); n++ {
		}
	}
	for expr, want := range map[string]struct{ passed, said int }{"inbound": {0, 1}, "not outbound": {2, 1}, "not udp": {2, 0}} {
		var out strings.Builder
		f := filterFlag{expr}
		passed := 0
		for _, err := range f.frames(&env{stderr: &out}, src, explain.English) {
			if err != nil {
				t.Fatal(err)
			}
			passed++
		}
		if said := strings.Count(out.String(), "which way frame 1 went"); passed != want.passed || said != want.said {
			t.Errorf("%s: %d passed, want %d; %q", expr, passed, want.passed, out.String())
		}
	}
}
