package render_test

import (
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// Frames without any connection need no lanes, and no legend for them; their words
// have the whole width, and are not cut.
func TestTextWithoutConnections(t *testing.T) {
	t.Parallel()
	const info = "192.168.100.200:52059 > 192.168.100.210:443, length 1357, and no more"
	events := func(yield func(trace.Event, error) bool) {
		for i := range 2 {
			e := trace.Event{Kind: trace.KindOther, Frame: 40 + i, Stream: -1, At: time.Unix(int64(i), 0), Other: &trace.Other{Protocol: "UDP", Info: info}}
			if !yield(e, nil) {
				return
			}
		}
		yield(trace.Event{Kind: trace.KindTotals, Stream: -1, Totals: &trace.Totals{Frames: 2, Others: map[string]int{"UDP": 2}}}, nil)
	}
	for lang, head := range map[explain.Lang]string{explain.English: "  #  time s  delta\n", explain.Korean: "  #  시각 s   간격\n"} {
		for width, want := range map[int]string{
			80:  " 41 1.00000    +1s UDP 192.168.100.200:52059 > 192.168.100.210:443, length\n                   1357, and no more\n",
			100: " 41 1.00000    +1s UDP " + info + "\n",
		} {
			var b strings.Builder
			if err := render.Text(&b, events, render.Options{Lang: lang, Width: width}); err != nil {
				t.Fatal(err)
			}
			out := b.String()
			if !strings.HasPrefix(out, head) || !strings.Contains(out, want) {
				t.Errorf("width %d: got\n%s\nwant the head\n%s\nand\n%s", width, out, head, want)
			}
			if strings.Contains(out, "TCB") || strings.ContainsAny(out, "┊…") || strings.HasSuffix(out, "\n\n") {
				t.Errorf("width %d: lanes, a cut or an empty line where there is nothing:\n%s", width, out)
			}
		}
	}
}
