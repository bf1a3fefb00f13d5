package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// entry is one lesson of a catalogue, as --list prints it.
type entry struct {
	name    string
	title   trace.Text
	claims  []string
	refutes []int
}

// list prints the lessons of a command.
func (f *viewFlags) list(e *env, entries []entry) error {
	lang, err := chooseLang(e, f.lang)
	if err != nil {
		return err
	}
	return catalogue(e.stdout, f.format, view{lang: lang, opts: render.Options{Width: e.width, ASCII: f.ascii}}, entries)
}

// catalogue writes --list: a table for people, or JSON whose field names are a
// contract.
func catalogue(w io.Writer, format string, v view, entries []entry) error {
	switch format {
	case "json":
		return catalogueJSON(w, v.lang, entries)
	case "text":
		return catalogueText(w, v, entries)
	}
	return misusef("--list prints text or json, not %q", format)
}

func catalogueJSON(w io.Writer, lang explain.Lang, entries []entry) error {
	type item struct {
		Name    string   `json:"name"`
		Title   string   `json:"title"`
		Claims  []string `json:"claims"`
		Refutes []int    `json:"refutes"`
	}
	items := make([]item, len(entries))
	for i, e := range entries {
		items[i] = item{e.name, lang.Of(e.title), append([]string{}, e.claims...), append([]int{}, e.refutes...)}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(items)
}

func catalogueText(w io.Writer, v view, entries []entry) error {
	names := 0
	for _, e := range entries {
		names = max(names, len(e.name))
	}
	indent := strings.Repeat(" ", names+2)
	var b strings.Builder
	for _, e := range entries {
		title := v.say(e.title)
		if len(e.claims) > 0 {
			title += " (" + strings.Join(e.claims, ", ") + ")"
		}
		fmt.Fprintf(&b, "%-*s  %s\n", names, e.name, hang(title, v.opts.Width, indent))
		for _, m := range explain.Misconceptions() {
			if slices.Contains(e.refutes, m.N) {
				b.WriteString(indent + hang(v.spell("✗ ")+v.say(m.Text), v.opts.Width, indent+"  ") + "\n")
			}
		}
	}
	b.WriteString("\n" + hang(v.say(trace.Text{
		En: "✗ marks what people believe and the lesson refutes; in brackets, the claims it shows.",
		Ko: "✗는 흔한 오해 가운데 이 시나리오가 반증하는 것이고, 괄호 안은 시나리오가 보여 주는 주장입니다.",
	}), v.opts.Width, "") + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// hang wraps text to width cells; lines after the first begin with indent.
func hang(text string, width int, indent string) string {
	room := max(20, width-ansi.StringWidth(indent))
	// A state's name is one word: it is not broken at its hyphen.
	const hyphen, unbroken = "-", "\u2011"
	lines := ansi.Wordwrap(strings.ReplaceAll(text, hyphen, unbroken), room, "")
	return strings.ReplaceAll(strings.ReplaceAll(lines, unbroken, hyphen), "\n", "\n"+indent)
}

func names(entries []entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.name
	}
	return out
}
