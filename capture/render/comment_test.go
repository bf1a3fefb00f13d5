package render_test

import (
	"fmt"
	"testing"

	"statelab/capture/render"
)

// Our own comments go, so that new ones may come in their place; what others
// wrote stays, between them too.
func TestForeign(t *testing.T) {
	t.Parallel()
	own := render.Marked("client: SYN-SENT → ESTABLISHED\nThe server agrees.")
	for comment, want := range map[string]string{
		"":                                      "",
		"look here":                             "look here",
		own:                                     "",
		"look here\n" + own:                     "look here",
		own + "\nand here":                      "and here",
		"a\n" + own + "\nb\n\nc\n" + own:        "a\nb\n\nc",
		"the mark ▸ within a line is no mark":   "the mark ▸ within a line is no mark",
		render.Marked(""):                       "",
		own + "\n" + own + "\n" + own + "\nend": "end",
	} {
		if got := render.Foreign(comment); got != want {
			t.Errorf("Foreign(%q) = %q, want %q", comment, got, want)
		}
	}
}

func ExampleForeign() {
	fmt.Println(render.Foreign("seen by Ada\n" + render.Marked("The client sends 5 bytes.")))
	// Output: seen by Ada
}

func ExampleMarked() {
	fmt.Println(render.Marked("client: SYN-SENT → ESTABLISHED\nThe server agrees."))
	// Output:
	// ▸ client: SYN-SENT → ESTABLISHED
	// ▸ The server agrees.
}
