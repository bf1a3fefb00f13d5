package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// A ladder's curves stand under it, in text and in a picture, in the language of
// the ladder.
func TestCurvesUnderLadder(t *testing.T) {
	t.Parallel()
	curves := &Curves{
		Title: trace.Text{En: "Window of the sender", Ko: "송신자의 윈도우"}, X: trace.Text{En: "seconds", Ko: "초"}, Y: trace.Text{En: "segments", Ko: "세그먼트"},
		Series: []Curve{{Name: trace.Text{En: "cwnd of it", Ko: "그것의 cwnd"}, Points: []Point{{0, 1}, {1, 2}, {2, 4}}}},
	}
	none := func(func(trace.Event, error) bool) {}
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		var page, picture, bare bytes.Buffer
		o := Options{Lang: lang, Title: "a lesson", Curves: curves}
		if err := errors.Join(Text(&page, none, o), SVG(&picture, none, o), SVG(&bare, none, Options{Lang: lang, Title: "a lesson"})); err != nil {
			t.Fatal(err)
		}
		for name, out := range map[string]string{"text": page.String(), "svg": picture.String()} {
			for _, want := range []trace.Text{curves.Title, curves.X, curves.Y, curves.Series[0].Name} {
				if !strings.Contains(out, lang.Of(want)) {
					t.Errorf("%s, %v: %q is not there:\n%s", name, lang, lang.Of(want), out)
				}
			}
		}
		if height(t, picture.Bytes()) <= height(t, bare.Bytes()) {
			t.Errorf("%v: the picture is no higher with a plot than without", lang)
		}
	}
}

// height is that of an SVG document, which must be well-formed.
func height(t *testing.T, svg []byte) string {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	found := ""
	for {
		token, err := d.Token()
		if err == io.EOF {
			return strings.Repeat("0", max(0, 6-len(found))) + found
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && found == "" {
			for _, a := range e.Attr {
				if a.Name.Local == "height" {
					found = a.Value
				}
			}
		}
	}
}
