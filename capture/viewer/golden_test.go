package viewer_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every screen, as it stands there: at two widths, in both languages.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {120, 34}} {
		for _, lang := range []explain.Lang{explain.English, explain.Korean} {
			name := fmt.Sprintf("%s-%d.txt", lang, size[0])
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				golden(t, name, tour(t, lang, size[0], size[1]))
			})
		}
	}
}

// tour visits every screen.
func tour(t *testing.T, lang explain.Lang, w, h int) string {
	s := show(t, traceOf("small.pcap", small(), nil), render.Options{Lang: lang}, w, h)
	var b strings.Builder
	for _, stop := range []struct {
		what string
		keys []string
	}{
		{"connections", nil},
		{"sorted by what was found", []string{">", ">", ">", ">", ">", ">", ">"}},
		{"ladder", []string{"enter"}},
		{"next finding", []string{"f"}},
		{"octets", []string{"s"}},
		{"bytes", []string{"enter", "down", "down", "down"}},
		{"bits", []string{"down", "down", "down"}},
		{"characters", []string{"h"}},
		{"compare", []string{"esc", "space", "down", "space", "d"}},
		{"findings", []string{"2", "enter"}},
		{"HTTP", []string{"3"}},
		{"stream", []string{"esc", "5"}},
		{"help", []string{"?"}},
		{"search", []string{"esc", "1", "/", "4", "0", "4"}},
		{"filter", []string{"esc", "F", "h", "t", "t", "p", "."}},
		{"save", []string{"esc", "4", "e"}},
	} {
		s.press(stop.keys...)
		checkScreen(t, s)
		fmt.Fprintf(&b, "==== %s\n%s", stop.what, s.text())
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what it was; go test ./capture/viewer -update, and look at what changed:\n%s", path, got)
	}
}
