package render

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Mermaid writes a Mermaid sequence diagram, for Markdown and web pages. It
// collects the rows. A lost segment ends in a cross, a retransmission is
// dashed, changes of state are notes over the party that changes.
func Mermaid(w io.Writer, events Events, o Options) error {
	return writeSequence(w, events, o, func(l *lineWriter) dialect { return mermaid{l} })
}

type mermaid struct{ *lineWriter }

// mermaidTitle is how many cells a title may have, however near the lanes stand:
// Mermaid cuts what is longer.
const mermaidTitle = 40

func (m mermaid) begin(title string) (rest string) {
	switch {
	case cells(safe(title)) > mermaidTitle:
		rest = title
	case title != "":
		m.line("---")
		m.line("title: %s", yaml(title))
		m.line("---")
	}
	m.line("sequenceDiagram")
	return rest
}

func (m mermaid) end() {}

func (m mermaid) lane(lane int, name string) {
	m.line("    participant L%d as %s", lane, mermaidText(name))
}

func (m mermaid) over(first, last int, text string) {
	m.note(first, last, mermaidLines(safe(text)))
}

// mermaidWidth is how many cells a note over two lanes holds, however near they
// stand: Mermaid cuts what is wider.
const mermaidWidth = 34

// mermaidLines is a note's text on as many lines as it takes.
func mermaidLines(s string) string {
	return cmp.Or(mermaidJoined(wrap(s, mermaidWidth)), mermaidText(s))
}

// mermaidJoined is one text of lines.
func mermaidJoined(lines []string) string {
	escaped := make([]string, len(lines))
	for i, line := range lines {
		escaped[i] = mermaidText(line)
	}
	return strings.Join(escaped, "<br/>")
}

func (m mermaid) note(first, last int, escaped string) {
	if first == last {
		m.line("    Note over L%d: %s", first, escaped)
		return
	}
	m.line("    Note over L%d,L%d: %s", first, last, escaped)
}

func (m mermaid) state(lane int, text string)       { m.over(lane, lane, text) }
func (m mermaid) step(first, last int, text string) { m.over(first, last, text) }

func (m mermaid) pause(first, last int, text string) {
	m.note(first, last, mermaidLines("⋮ "+text+" ⋮"))
}

func (m mermaid) arrow(from, to int, shape arrowShape, lines []string) {
	head := [...]string{arrives: "->>", resent: "-->>", dies: "-x"}[shape]
	m.line("    L%d%sL%d: %s", from, head, to, mermaidJoined(lines))
}

// harmless is the punctuation that means nothing to Mermaid within a text.
const harmless = " =.,()+-/*_?!:'\"→·×§✗⋮│…—°"

// mermaidText makes s fit for a message or a note: letters, digits and harmless
// punctuation stay, everything else becomes one of Mermaid's entity codes.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range safe(s) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune(harmless, r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	out := b.String()
	if head := strings.ToLower(out); strings.HasPrefix(head, "wrap:") || strings.HasPrefix(head, "nowrap:") {
		out = strings.Replace(out, ":", "#58;", 1) // else it would be a directive
	}
	if strings.TrimSpace(out) == "" {
		return "·"
	}
	return out
}

// yaml quotes s for Mermaid's front matter, which is YAML. Mermaid looks for
// its directives in the raw text, so their signs are written as escapes.
func yaml(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range safe(s) {
		if strings.ContainsRune("\"\\%<>`{}", r) {
			fmt.Fprintf(&b, `\x%02x`, r) // YAML 1.2 §5.7
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
