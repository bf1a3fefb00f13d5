package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"statelab/docs"
)

func TestReadable(t *testing.T) {
	t.Parallel()
	const markdown = `# Title

<picture>
  <img src="x.svg">
</picture>

One two three
four five.

<!-- output -->
` + "```console\n$ a command  that is longer than a line\n\n\nits output\n```" + `

- an item that
  goes on
  - within it another
1. and a number
`
	const want = `# Title

One two three four
five.

` + "```console\n$ a command  that is longer than a line\n\n\nits output\n```" + `

- an item that goes
  on
  - within it
    another
1. and a number
`
	if got := readable(markdown, 19); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Every topic fits 80 cells outside its fenced blocks, and loses no word.
func TestGuideFits(t *testing.T) {
	t.Parallel()
	for _, topic := range docs.Topics() {
		for _, lang := range []string{"en", "ko"} {
			text := output(t, "guide", topic, "--lang", lang)
			source, err := docs.Guide(lang, topic)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Fields(text), visible(source); !slices.Equal(got, want) {
				t.Errorf("%s/%s: %d words of %d", lang, topic, len(got), len(want))
			}
			fenced := false
			for line := range strings.Lines(text) {
				if strings.HasPrefix(strings.TrimSpace(line), "```") {
					fenced = !fenced
				}
				if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); !fenced && n > 80 {
					t.Errorf("%s/%s: %d cells: %s", lang, topic, n, line)
				}
			}
		}
	}
}

// visible are the words of a Markdown text without comments and pictures.
func visible(markdown string) []string {
	var words []string
	fenced := false
	for line := range strings.Lines(markdown) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced || !strings.HasPrefix(strings.TrimSpace(line), "<") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return words
}
