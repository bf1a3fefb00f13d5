package render_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Frames without any connection need no lanes, and no legend for them; their words
// have the whole width, and are not cut.
func TestTextWithoutConnections(t *testing.T) {
	t.Parallel()
	const info = "192.168.100.200:52059 > 192.168.100.210:443, length 1357, and no more"
	events := func(yield func(trace.Event, error) bool) {
		for i := range 2 {
			e := trace.Event{Kind: trace.KindOther, Frame: 40 + i, Stream: -1, At: time.Unix(int64(i), 0), Other: &trace.Other{Protocol: "UDP", Info: trace.Text{En: info, Ko: info}}}
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

// TestOtherFrameInItsLanguage: a frame without a segment is told in the reader's
// language from its bytes on, on each screen; what programs read stays as it is.
func TestOtherFrameInItsLanguage(t *testing.T) {
	t.Parallel()
	arp, err := hex.DecodeString("ffffffffffff0200000000010806" + "0001080006040001" + "0200000000010a000001" + "0000000000000a000002")
	if err != nil {
		t.Fatal(err)
	}
	frames := func(yield func(capture.Frame, error) bool) {
		yield(capture.Frame{Number: 1, Time: time.Unix(1, 0), Link: capture.LinkEthernet, Data: arp, Length: len(arp)}, nil)
	}
	words := map[explain.Lang]string{explain.English: "who has 10.0.0.2?", explain.Korean: "10.0.0.2의 MAC 주소 요청"}
	for lang, want := range words {
		for _, format := range []string{"text", "svg", "mermaid", "plantuml", "events"} {
			f, ok := render.Choose("ladder", format)
			if !ok {
				t.Fatal(format)
			}
			var b strings.Builder
			if err := f.Render(&b, analyze.Run(frames, nil), render.Options{Lang: lang, Explain: true}); err != nil {
				t.Fatal(err)
			}
			out := strings.ReplaceAll(b.String(), "<br/>", " ")
			for other, foreign := range words {
				if shown := strings.Contains(out, foreign); shown != (foreign == want) && format != "events" || shown != (other == explain.English) && format == "events" {
					t.Errorf("%v, %s: %q is shown: %v\n%s", lang, format, foreign, shown, out)
				}
			}
		}
	}
}

// TestEventsOfOvertakenAcks: an event tells which ACK had overtaken a segment's, and
// which of its octets are new.
func TestEventsOfOvertakenAcks(t *testing.T) {
	t.Parallel()
	s := trace.Segment{}
	s.Flags, s.NewerAck, s.Anew = tcpstate.ACK, 7, 12
	events := func(yield func(trace.Event, error) bool) {
		yield(trace.Event{Kind: trace.KindSegment, Frame: 9, Segment: &s}, nil)
	}
	var b strings.Builder
	if err := render.EventLines(&b, events, render.Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"newer_ack":7,"anew":12`) {
		t.Error(b.String())
	}
}

// A plot says what it plots, under whatever title it stands.
func TestPlotSaysWhatItPlots(t *testing.T) {
	t.Parallel()
	for _, kind := range render.Plots {
		for _, format := range []string{"text", "svg"} {
			for _, lang := range []explain.Lang{explain.English, explain.Korean} {
				f, _ := render.Choose(kind.Name, format)
				got := string(rendertest.Render(t, f, rendertest.Corpus()[0], render.Options{Lang: lang, Width: 140}))
				if !strings.Contains(got, lang.Of(kind.About)) {
					t.Errorf("%s.%s in %s does not say %q", kind.Name, format, lang, lang.Of(kind.About))
				}
			}
		}
	}
}
