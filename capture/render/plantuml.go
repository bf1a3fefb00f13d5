package render

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// PlantUML writes a PlantUML sequence diagram. It collects the rows. A lost
// segment ends in a cross, a retransmission is dashed, states are hexagons over
// the party that is in them, steps are dividers.
func PlantUML(w io.Writer, events Events, o Options) error {
	return writeSequence(w, events, o, func(l *lineWriter) dialect { return plantUML{l} })
}

type plantUML struct{ *lineWriter }

func (p plantUML) begin(title string) (rest string) {
	p.line("@startuml")
	if title != "" {
		p.line("title %s", plantText(safe(title)))
	}
	return ""
}

func (p plantUML) end() { p.line("@enduml") }

func (p plantUML) lane(lane int, name string) {
	p.line(`participant "%s" as L%d`, plantText(name), lane)
}

func (p plantUML) over(first, last int, text string) { p.note("note", first, last, text) }

func (p plantUML) note(shape string, first, last int, text string) {
	over := fmt.Sprintf("L%d", first)
	if first != last {
		over = fmt.Sprintf("L%d, L%d", first, last)
	}
	p.line("%s over %s : %s", shape, over, plantText(safe(text)))
}

func (p plantUML) state(lane int, text string) { p.note("hnote", lane, lane, text) }
func (p plantUML) step(_, _ int, text string)  { p.line("== %s ==", plantText(safe(text))) }
func (p plantUML) pause(_, _ int, text string) { p.line("... %s ...", plantText(text)) }

func (p plantUML) arrow(from, to int, shape arrowShape, lines []string) {
	escaped := make([]string, len(lines))
	for i, line := range lines {
		escaped[i] = plantText(line)
	}
	head := [...]string{arrives: "->", resent: "-->", dies: "->x"}[shape]
	p.line("L%d %s L%d : %s", from, head, to, strings.Join(escaped, `\n`))
}

// single is the punctuation that means nothing to PlantUML's Creole when it
// stands alone, and something when it is doubled ("//", "--").
const single = " =.,()+:?;→·×§✗⋮│…—°-/"

// plantText makes s fit for any text of a diagram: what might be markup, a
// preprocessor's line or an image to load becomes a character code.
func plantText(s string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range safe(s) {
		harmless := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if harmless || r != last && strings.ContainsRune(single, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
		last = r
	}
	if out := b.String(); strings.TrimSpace(out) != "" {
		return out
	}
	return "·"
}
