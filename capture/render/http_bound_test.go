package render_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// What is told at the end holds the first exchanges and says how many it leaves
// out; CSV has them all, also those that nobody answers.
func TestManyExchanges(t *testing.T) {
	t.Parallel()
	const listed, more = 20_000, 3
	events := func(yield func(trace.Event, error) bool) {
		for i := range listed + more {
			m := &http1.Message{Request: true, Method: "GET", Target: fmt.Sprintf("/%d", i+1), Exchange: i + 1}
			if !yield(trace.Event{Kind: trace.KindMessage, Message: m}, nil) {
				return
			}
		}
	}
	write := func(f func(io.Writer, render.Events, render.Options) error) string {
		var b strings.Builder
		if err := f(&b, events, render.Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, out := range map[string]string{"table": write(render.HTTPTable), "story": write(render.Story)} {
		if !strings.Contains(out, "/20000") || strings.Contains(out, "/20001") || !strings.Contains(out, "3 more are left out") {
			t.Errorf("the %s ends in %q", name, out[max(0, len(out)-300):])
		}
	}
	if rows := strings.Count(write(render.HTTPCSV), "\n"); rows != 1+listed+more {
		t.Errorf("CSV has %d rows", rows)
	}
}
