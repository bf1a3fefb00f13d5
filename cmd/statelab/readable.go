package main

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// readable makes a Markdown text fit for a terminal of so many cells: comments
// and pictures, which only a browser needs, are left out, prose is broken into
// lines anew, and tables stand in columns. Fenced blocks stay as they are.
func readable(markdown string, width int) string {
	r := reader{width: width}
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSuffix(line, "\n")
		bare := strings.TrimSpace(line)
		fence := strings.HasPrefix(bare, "```")
		switch {
		case fence || fenced:
			r.flush()
			r.line(line)
			fenced = fenced != fence
		case bare == "":
			r.flush()
			r.blank()
		case strings.HasPrefix(bare, "<"):
			r.flush()
		case strings.HasPrefix(bare, "#"):
			r.flush()
			r.line(line)
		case strings.HasPrefix(bare, "|"):
			r.flushWords()
			r.rows = append(r.rows, bare)
		default:
			r.prose(line)
		}
	}
	r.flush()
	return strings.TrimRight(r.b.String(), "\n") + "\n"
}

// reader gathers paragraphs and list items until they end.
type reader struct {
	b      strings.Builder
	width  int
	first  string   // what the first line begins with: "- ", "  - ", "1. "
	indent string   // what further lines begin with
	words  []string // of the paragraph or item so far
	rows   []string // of the table so far
	spaced bool     // the last line written was empty
}

// item is the mark that begins an item of a list.
var item = regexp.MustCompile(`^ *(?:-|\d+\.) +`)

// prose adds a line of a paragraph or of an item.
func (r *reader) prose(line string) {
	mark := item.FindString(line)
	if mark != "" || len(r.rows) > 0 {
		r.flush()
		r.first, r.indent = mark, strings.Repeat(" ", len(mark))
	} else if len(r.words) == 0 {
		r.indent = line[:len(line)-len(strings.TrimLeft(line, " "))]
		r.first = r.indent
	}
	r.words = append(r.words, strings.Fields(line[len(mark):])...)
}

// flush writes what was gathered.
func (r *reader) flush() {
	r.flushWords()
	if len(r.rows) > 0 {
		for _, line := range newSheet(r.rows).lines(r.width) {
			r.line(line)
		}
		r.rows = nil
	}
}

// flushWords writes the words gathered, in lines as long as the width allows.
func (r *reader) flushWords() {
	begin := r.first
	for len(r.words) > 0 {
		line, n := begin+r.words[0], 1
		for n < len(r.words) && ansi.StringWidth(line)+1+ansi.StringWidth(r.words[n]) <= r.width {
			line += " " + r.words[n]
			n++
		}
		r.line(line)
		r.words, begin = r.words[n:], r.indent
	}
}

func (r *reader) line(s string) {
	r.b.WriteString(s + "\n")
	r.spaced = s == ""
}

// blank writes an empty line, unless there is one.
func (r *reader) blank() {
	if !r.spaced {
		r.line("")
	}
}
