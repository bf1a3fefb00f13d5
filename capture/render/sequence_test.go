package render_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
)

// A segment that meets another on its way is one arrow of a diagram, where it arrives;
// a note at its sender says that it leaves.
func TestDiagramDrawsASegmentOnce(t *testing.T) {
	t.Parallel()
	arrow := regexp.MustCompile(`^L\d+ ?-[-)>x]+ ?L\d+ ?: [\d.]+s \((\d+)\)`)
	for _, tr := range rendertest.Corpus() {
		if tr.Name != "crossing" {
			continue
		}
		for _, format := range []string{"mermaid", "plantuml"} {
			f, _ := render.Choose("ladder", format)
			for l, leaves := range map[explain.Lang]string{explain.English: "leaves", explain.Korean: "출발"} {
				left, arrived := map[string]int{}, map[string]int{}
				for line := range strings.Lines(string(rendertest.Render(t, f, tr, render.Options{Lang: l}))) {
					line = strings.TrimSpace(line)
					switch m := arrow.FindStringSubmatch(line); {
					case m != nil:
						if arrived[m[1]]++; left[m[1]] != 1 {
							t.Errorf("%s: %q, which has left %d times", format, line, left[m[1]])
						}
					case strings.HasSuffix(line, leaves):
						_, tie, _ := strings.Cut(line, "(")
						tie, _, _ = strings.Cut(tie, ")")
						left[tie]++
					}
				}
				if len(left) < 3 || len(left) != len(arrived) {
					t.Errorf("%s: segments that leave %v, that arrive %v", format, left, arrived)
				}
				for tie, n := range arrived {
					if n != 1 {
						t.Errorf("%s: segment %s is %d arrows", format, tie, n)
					}
				}
			}
		}
	}
}

// How long a segment was on its way stands in a picture and in a page as it does in a
// text, that of one that others overtake or meet too.
func TestDelaysOfAllSegments(t *testing.T) {
	t.Parallel()
	for _, tr := range rendertest.Corpus() {
		for lang, delay := range map[explain.Lang]*regexp.Regexp{explain.English: regexp.MustCompile(` on the way, ±1ms`), explain.Korean: regexp.MustCompile(`전달 \S+, ±1ms`)} {
			o := render.Options{Lang: lang, Width: 200, Delays: true, DelayError: time.Millisecond}
			told := map[string]int{}
			for _, format := range []string{"text", "svg", "html"} {
				f, _ := render.Choose("ladder", format)
				told[format] = len(delay.FindAllString(string(rendertest.Render(t, f, tr, o)), -1))
			}
			same := told["svg"] == told["html"] && (told["text"] == told["svg"] || tr.Name == "cluster") // its narrow lanes break the words
			if !same || tr.Name == "crossing" && told["text"] == 0 {
				t.Errorf("%s: delays told %v", tr.Name, told)
			}
		}
	}
}

// No line of a Mermaid note is wider than the space between two lanes that stand as
// near as they can.
func TestMermaidNotesFit(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "mermaid")
	entity := regexp.MustCompile(`#(\d+);`)
	lines := 0
	for _, tr := range rendertest.Corpus() {
		for _, l := range []explain.Lang{explain.English, explain.Korean} {
			for line := range strings.Lines(string(rendertest.Render(t, f, tr, render.Options{Lang: l, Explain: true}))) {
				over, note, ok := strings.Cut(strings.TrimSpace(line), ": ")
				if !ok || !strings.HasPrefix(over, "Note over ") {
					continue
				}
				for _, part := range strings.Split(note, "<br/>") {
					lines++
					text := entity.ReplaceAllStringFunc(part, func(e string) string {
						n, err := strconv.Atoi(e[1 : len(e)-1])
						if err != nil {
							t.Fatal(err)
						}
						return string(rune(n))
					})
					if ansi.StringWidth(text) > 34 {
						t.Errorf("%s: %q", tr.Name, text)
					}
				}
			}
		}
	}
	if lines < 100 {
		t.Errorf("%d lines of notes", lines)
	}
}

// A title that is too long for a Mermaid title, which is cut, stands in a note.
func TestMermaidLongTitle(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "mermaid")
	tr := rendertest.Corpus()[0]
	for title, want := range map[string]string{
		"Three segments open a connection":                               "---\ntitle: \"Three segments open a connection\"\n---\nsequenceDiagram\n",
		"A segment is lost; its sender remembers it, and sends it again": "sequenceDiagram\n",
		"세그먼트가 손실되고, 보낸 쪽은 그것을 기억하고 있다가 다시 보낸다":                          "sequenceDiagram\n",
	} {
		tr.Title = title
		got := string(rendertest.Render(t, f, tr, render.Options{}))
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q: the diagram begins with %.80q", title, got)
		}
		_, note, _ := strings.Cut(got, "Note over ")
		note, _, _ = strings.Cut(note, "\n")
		first, _, _ := strings.Cut(title, " ")
		if long := !strings.HasPrefix(want, "---"); strings.Contains(note, first) != long {
			t.Errorf("%q: the first note is %q", title, note)
		}
	}
}
