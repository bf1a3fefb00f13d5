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
			got, want := words(text), words(strings.Join(visible(source), " "))
			if strings.Contains(source, "\n|---|") { // words of tables stand in another order
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
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

// words are those of a guide on a terminal, without the lines below headings of
// tables.
func words(text string) []string {
	return slices.DeleteFunc(strings.Fields(text), func(w string) bool { return strings.Trim(w, "─") == "" })
}

// A table stands in columns, each as wide as its cells or as the room allows.
func TestReadableTable(t *testing.T) {
	t.Parallel()
	const markdown = `Before:
| written | passes |
|---|---|
| ` + "`a \\|\\| b`, `c`" + ` | one<br>two |
| 서버가 켜져 있는 동안 | 한국어 글자는 두 칸 |
| x | averyveryverylongwordindeed |
after
`
	const wide = `Before:
written                passes
─────────────────────  ───────────────────────────
` + "`a || b`, `c`          one" + `
                       two
서버가 켜져 있는 동안  한국어 글자는 두 칸
x                      averyveryverylongwordindeed
after
`
	const narrow = `Before:
written      passes
───────────  ───────────
` + "`a || b`,    one" + `
` + "`c`          two" + `
서버가 켜져  한국어
있는 동안    글자는 두
             칸
x            averyveryve
             rylongwordi
             ndeed
after
`
	if got := readable(markdown, 80); got != wide {
		t.Errorf("got\n%s\nwant\n%s", got, wide)
	}
	if got := readable(markdown, 24); got != narrow {
		t.Errorf("got\n%s\nwant\n%s", got, narrow)
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
		if bare := strings.TrimSpace(line); !fenced && strings.HasPrefix(bare, "|") {
			if strings.Trim(bare, "|-") == "" {
				continue
			}
			line = strings.ReplaceAll(strings.ReplaceAll(bare, `\|`, "\x00"), "|", " ")
			line = strings.NewReplacer("\x00", "|", "<br>", " ").Replace(line)
		}
		if fenced || !strings.HasPrefix(strings.TrimSpace(line), "<") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return words
}
