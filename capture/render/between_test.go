package render_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/trace"
)

// TestBehindTheLastFrame: what comes behind the last frame that is shown changes
// nothing of a ladder but its foot, and its parties are those of its rows.
func TestBehindTheLastFrame(t *testing.T) {
	t.Parallel()
	corpus := rendertest.Corpus()
	i := slices.IndexFunc(corpus, func(tr rendertest.Trace) bool { return tr.Name == "file" })
	whole := func(yield func(trace.Event, error) bool) { corpus[i].Events()(yield) }
	upTo := func(last int) render.Events { // as if the trace held no more
		return func(yield func(trace.Event, error) bool) {
			for e, err := range whole {
				if behind := e.Frame > last && e.Kind != trace.KindConnection && e.Kind != trace.KindTotals; !behind && !yield(e, err) {
					return
				}
			}
		}
	}
	for _, last := range []int{4, 5, 6, 8} {
		for _, format := range []string{"text", "svg", "mermaid"} {
			f, _ := render.Choose("ladder", format)
			var cut, short bytes.Buffer
			between := func() render.Options {
				return render.Options{Between: &render.Between{To: render.Bound{Set: true, Frame: last}}}
			}
			if err := f.Render(&cut, whole, between()); err != nil {
				t.Fatal(err)
			}
			if err := f.Render(&short, upTo(last), between()); err != nil {
				t.Fatal(err)
			}
			if cut.String() != short.String() {
				t.Errorf("%s --to %d is not what a trace shows that ends there", format, last)
			}
			if last == 5 && !strings.Contains(cut.String(), "2001:db8::1") || !strings.Contains(cut.String(), ":50001") {
				t.Errorf("%s --to 5: the only client of its rows is not named", format)
			}
		}
	}
}
