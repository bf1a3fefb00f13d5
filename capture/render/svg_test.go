package render_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/trace"
)

// box is a rectangle, or a line from one corner to the other.
type box struct{ x1, y1, x2, y2 float64 }

// An arrow that runs through other rows runs below their words, which stand on a
// ground of their own there.
func TestSVGArrowsBelowWords(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "svg")
	crossed := 0
	for _, tr := range rendertest.Corpus() {
		for _, dark := range []bool{false, true} {
			crossed += crossedWords(t, tr.Name, rendertest.Render(t, f, tr, render.Options{Dark: dark}))
		}
	}
	if crossed == 0 {
		t.Error("no arrow crosses words anywhere: the test holds nothing")
	}
}

// crossedWords counts the words that an arrow runs through, and holds each of them
// to be on a ground.
func crossedWords(t *testing.T, name string, picture []byte) (crossed int) {
	t.Helper()
	var arrows []box
	var before xml.StartElement
	words := false
	for d := xml.NewDecoder(bytes.NewReader(picture)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return crossed
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := func(name string) float64 { return number(&e, name) }
		switch class := attr(&e, "class"); {
		case e.Name.Local == "line" && attr(&e, "stroke-width") == "2.2":
			if words {
				t.Errorf("%s: an arrow is drawn over words that were there before", name)
			}
			arrows = append(arrows, box{at("x1"), at("y1"), at("x2"), at("y2")})
		case e.Name.Local == "text" && (class == "h" || class == "h m"):
			words = true
			text, _ := d.Token()
			size := at("font-size")
			w := 0.4 * size * float64(utf8.RuneCount(text.(xml.CharData))) // less than it takes
			b := box{at("x"), at("y") - 0.7*size, at("x") + w, at("y")}
			switch attr(&e, "text-anchor") {
			case "middle":
				b.x1, b.x2 = at("x")-w/2, at("x")+w/2
			case "end":
				b.x1, b.x2 = at("x")-w, at("x")
			}
			for _, a := range arrows {
				if !a.through(b) {
					continue
				}
				crossed++
				x, y := number(&before, "x"), number(&before, "y")
				if before.Name.Local != "rect" || x > b.x1 || y > b.y1 || x+number(&before, "width") < b.x2 || y+number(&before, "height") < b.y2 {
					t.Errorf("%s: an arrow runs through %q", name, text)
				}
			}
		}
		before = e
	}
}

// through reports whether a line passes through a box.
func (a box) through(b box) bool {
	left, right := max(b.x1, min(a.x1, a.x2)), min(b.x2, max(a.x1, a.x2))
	if a.x1 == a.x2 || left >= right {
		return false
	}
	at := func(x float64) float64 { return a.y1 + (a.y2-a.y1)*(x-a.x1)/(a.x2-a.x1) }
	return max(at(left), at(right)) > b.y1 && min(at(left), at(right)) < b.y2
}

func attr(e *xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func number(e *xml.StartElement, name string) float64 {
	n, _ := strconv.ParseFloat(attr(e, name), 64)
	return n
}

// tinySpan are curves of so little time, and of so much, that their axes' numbers are
// long.
var tinySpan = render.Series{Name: strings.Repeat("cwnd of a client ", 9), Points: []render.Point{{X: 0, Y: 0}, {X: 0.0000149, Y: 123456789}}}

// No text goes beyond its picture, as a real browser sets it: neither a long title nor
// the numbers of an axis.
func TestSVGTextsFit(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	var page bytes.Buffer
	page.WriteString(`<!DOCTYPE html><body><ol id="rows"></ol>`)
	add := func(name string, picture []byte) {
		fmt.Fprintf(&page, "<div data-name=%q>%s</div>", name, picture)
	}
	title := strings.Repeat("wwww-0123456789-", 9) + " how many connections the server would remember, and why no other server can take them over"
	for _, tr := range rendertest.Corpus() {
		for _, view := range []string{"ladder", "time-sequence", "rtt"} {
			f, _ := render.Choose(view, "svg")
			add(tr.Name+" "+view, rendertest.Render(t, f, tr, render.Options{}))
			tr.Title = title
			add(tr.Name+" "+view, rendertest.Render(t, f, tr, render.Options{}))
		}
	}
	var plot bytes.Buffer
	if err := render.PlotSVG(&plot, render.PlotOptions{Title: title, X: title, Y: "segments"}, tinySpan); err != nil {
		t.Fatal(err)
	}
	add("plot", plot.Bytes())
	b.open(page.Bytes(), "")
	const texts = `Array.from(document.querySelectorAll("div[data-name] text"))`
	want(b, texts+`.length > 600`, true)
	want(b, texts+`.filter(e => {
		const words = e.getBoundingClientRect(), picture = e.ownerSVGElement.getBoundingClientRect();
		return words.left < picture.left - 0.5 || words.right > picture.right + 0.5;
	}).map(e => e.closest("div").dataset.name + ": " + e.textContent).join("\n")`, "")
}

// A picture of nothing says so to those who do not see it.
func TestSVGOfNothing(t *testing.T) {
	t.Parallel()
	for lang, want := range map[explain.Lang]string{explain.English: "nothing to show", explain.Korean: "보여 줄 것이 없음"} {
		var picture bytes.Buffer
		if err := render.SVG(&picture, func(func(trace.Event, error) bool) {}, render.Options{Lang: lang}); err != nil {
			t.Fatal(err)
		}
		if _, desc, _ := strings.Cut(picture.String(), `<desc id="desc">`); !strings.HasPrefix(desc, want+"</desc>") {
			t.Errorf("%s: the description begins with %.60q", lang, desc)
		}
	}
}
