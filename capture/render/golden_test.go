package render_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// look is one way in which a format can look.
type look struct {
	name string
	o    render.Options
}

// looks are those that the golden files hold. Machines' formats look the same
// whatever the options.
func looks(view, format string) []look {
	switch view + "." + format {
	case "ladder.text":
		return []look{
			{"en.color", render.Options{Color: true}},
			{"ko.color", render.Options{Lang: explain.Korean, Color: true}},
			{"en.ascii", render.Options{ASCII: true, Explain: true}},
			{"ko.ascii", render.Options{Lang: explain.Korean, ASCII: true}},
			{"en.wide", render.Options{Width: 140, Explain: true}},
			{"ko.wide", render.Options{Lang: explain.Korean, Width: 120, Explain: true}},
			{"en.messages", render.Options{Detail: 1}},
		}
	case "time-sequence.text", "rtt.text", "window.text", "throughput.text":
		return []look{{"en", render.Options{Color: true}}, {"ko.ascii", render.Options{Lang: explain.Korean, ASCII: true, Width: 120}}}
	case "ladder.svg", "ladder.mermaid", "ladder.plantuml":
		return []look{
			{"en", render.Options{}},
			{"ko.explain", render.Options{Lang: explain.Korean, Explain: true, Dark: true}},
		}
	case "ladder.html":
		return nil // see TestHTMLGolden
	case "connections.text", "expert.text", "http.text", "story.text", "summary.text":
		return []look{
			{"en", render.Options{Width: 140}},
			{"ko.color", render.Options{Lang: explain.Korean, Color: true}},
			{"en.ascii", render.Options{ASCII: true}},
		}
	}
	return []look{{"any", render.Options{}}}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, v := range render.Views {
		for _, f := range v.Formats {
			for _, tr := range rendertest.Corpus() {
				for _, l := range looks(v.Name, f.Name) {
					golden(t, filepath.Join(v.Name, f.Name, tr.Name+"."+l.name+f.Extension), f, tr, l.o)
				}
			}
		}
	}
}

// golden holds what f makes of a timeline against a file.
func golden(t *testing.T, name string, f render.Format, tr rendertest.Trace, o render.Options) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		compare(t, filepath.Join("testdata", name), rendertest.Render(t, f, tr, o))
	})
}

// compare holds got against a golden file.
func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (see the difference after -update):\n%s", path, got)
	}
}
