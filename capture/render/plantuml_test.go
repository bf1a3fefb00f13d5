package render_test

import (
	"regexp"
	"strings"
	"testing"

	"statelab/capture/render"
	"statelab/capture/render/rendertest"
)

// plantLine is a line that PlantUML's sequence diagrams have, with text in which
// nothing is markup: no quotes, brackets, percent signs or exclamation marks,
// and no sign of Creole doubled.
var plantLine = regexp.MustCompile(`^(?:@startuml|@enduml|title TEXT|participant "TEXT" as L\d+|h?note over L\d+(?:, L\d+)? : TEXT|== TEXT ==|\.\.\. TEXT \.\.\.|L\d+ (?:->|-->|->x) L\d+ : TEXT)$`)

// plantBody takes the text out of a line.
var plantBody = regexp.MustCompile(`^(title |participant "|h?note over [L\d, ]+ : |== |\.\.\. |L\d+ [->x]+ L\d+ : )(.*?)(" as L\d+| ==| \.\.\.|)$`)

func TestPlantUMLLines(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "plantuml")
	code := regexp.MustCompile(`<U\+[0-9A-F]{4,6}>`)
	for _, tr := range rendertest.Corpus() {
		out := string(rendertest.Render(t, f, tr, render.Options{Explain: true}))
		if !strings.HasPrefix(out, "@startuml\n") || !strings.HasSuffix(out, "\n@enduml\n") {
			t.Errorf("%s: not framed", tr.Name)
		}
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			m := plantBody.FindStringSubmatch(line)
			if m != nil {
				line = m[1] + "TEXT" + m[3]
			}
			if !plantLine.MatchString(line) {
				t.Errorf("%s: strange line %q", tr.Name, line)
			}
			if m == nil {
				continue
			}
			text := code.ReplaceAllString(m[2], "·")
			if strings.HasPrefix(line, "L") {
				text = strings.ReplaceAll(text, `\n`, "·") // an arrow's next line; a "\" of the trace's is a code
			}
			if strings.ContainsAny(text, "\"'~<>[]{}%!\\&$#`*_|@^") || strings.Contains(text, "//") || strings.Contains(text, "--") || strings.Contains(text, "..") || strings.Contains(text, "==") {
				t.Errorf("%s: markup in %q", tr.Name, text)
			}
		}
	}
}
