package viewer

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/capture/where"
)

// ask shows a prompt.
func (m *Model) ask(what asking) tea.Cmd {
	switch what {
	case askSearch:
		m.prompt = &prompt{asking: what, label: wordSearchFor, done: func(m *Model, text string) tea.Cmd {
			if text == "" {
				return nil
			}
			m.sought = text
			return m.seek(1)
		}}
	case askFilter:
		m.askFilter(m.where, nil)
	case askExport:
		m.askExport(m.top().export())
	case askOverwrite:
	}
	return nil
}

// askFilter asks for an expression over the fields of connections. bad is what
// was wrong with the one that stands there.
func (m *Model) askFilter(text string, bad error) {
	p := &prompt{asking: askFilter, label: wordWhere}
	p.set(text)
	p.above = func(m *Model, p *prompt) []string { return m.filterHelp(p, bad) }
	p.edited = func(*prompt) { bad = nil }
	p.tab = func(p *prompt, _ int) { completeField(p) }
	p.done = func(m *Model, text string) tea.Cmd {
		text = strings.TrimSpace(text)
		if text != "" {
			if _, err := where.Compile(text); err != nil {
				m.askFilter(text, err)
				if at, ok := errors.AsType[*where.SyntaxError](err); ok {
					m.prompt.at = max(0, min(at.Column-1, len(m.prompt.text)))
				}
				return nil
			}
		}
		return m.filter(text)
	}
	m.prompt = p
}

// filterHelp stands above the expression that is typed: what is wrong with it,
// and where; or the fields that the word at the cursor may become.
func (m *Model) filterHelp(p *prompt, bad error) []string {
	l := m.look
	if at, ok := errors.AsType[*where.SyntaxError](bad); ok {
		what := at.Error()
		if at.Unknown != "" && m.trace.Nearest != nil {
			what += m.trace.Nearest(at.Unknown, fieldNames())
		}
		column := min(max(at.Column-1, 0), len(p.text))
		indent := ansi.StringWidth(p.head(m)) + ansi.StringWidth(string(p.text[:column]))
		lines := l.wrap(trace.Escape(what), m.w-2)
		out := []string{}
		for _, line := range lines {
			out = append(out, " "+l.paint(render.Trouble, line))
		}
		if indent < m.w {
			out = append(out, blank(indent)+l.paint(render.Trouble, l.glyph("▼", "v")))
		}
		return out
	}
	if bad != nil {
		return []string{" " + l.paint(render.Trouble, l.fit(trace.Escape(bad.Error()), m.w-2))}
	}
	word, fits := fieldsFor(p)
	switch {
	case word == "":
		return []string{" " + l.paint(render.Faint, l.fit(l.of(wordFilterExample), m.w-2))}
	case len(fits) == 0:
		return []string{""}
	case len(fits) == 1:
		return []string{" " + l.fit(l.paint(render.Strong, fits[0].Name)+"  "+l.of(fits[0].About), m.w-2)}
	}
	var names []string
	for _, f := range fits {
		names = append(names, f.Name)
	}
	return []string{" " + l.paint(render.Faint, l.fit(l.of(wordTabCompletes)+" "+strings.Join(names, " "), m.w-2))}
}

func fieldNames() []string {
	var names []string
	for _, f := range where.Fields() {
		names = append(names, f.Name)
	}
	return names
}

// fieldsFor are the word before the cursor, and the fields that begin with it.
func fieldsFor(p *prompt) (word string, fits []where.Field) {
	before := string(p.text[:p.at])
	word = before[strings.LastIndexFunc(before, func(r rune) bool {
		return (r < 'a' || r > 'z') && r != '.' && r != '_'
	})+1:]
	for _, f := range where.Fields() {
		if word != "" && strings.HasPrefix(f.Name, word) {
			fits = append(fits, f)
		}
	}
	return word, fits
}

// completeField completes the word before the cursor as far as it is one.
func completeField(p *prompt) {
	word, fits := fieldsFor(p)
	if len(fits) == 0 {
		return
	}
	common := fits[0].Name
	for _, f := range fits[1:] {
		for !strings.HasPrefix(f.Name, common) {
			common = common[:len(common)-1]
		}
	}
	p.insert(common[len(word):])
}

// filter shows the connections of which an expression holds; "" all again.
func (m *Model) filter(text string) tea.Cmd {
	if text == "" {
		m.where, m.only = "", nil
		m.choose()
		return m.redraw()
	}
	expression, err := where.Compile(text)
	if err != nil {
		return m.fail(trace.Escape(err.Error()))
	}
	j := &job{what: wordFiltering}
	return m.begin(j, func(r *Reading) tea.Msg {
		streams, err := expression.Streams(m.trace.Events(trace.KindsOf(trace.KindMessage, trace.KindConnection), r))
		return arrived{j, func() tea.Cmd {
			m.where, m.only = text, setOf(streams)
			m.choose()
			switch {
			case failure(err) != nil:
				m.fail(trace.Escape(err.Error()))
			case len(m.streams()) == 0:
				m.fail(m.look.of(wordNoneFits))
			default:
				m.say(m.look.f(wordFit, len(m.streams())))
			}
			return m.redraw()
		}}
	})
}

// choose makes the table's rows anew, and goes back to it. The connection that
// was chosen stays so, if it is still there.
func (m *Model) choose() {
	for len(m.stack) > 1 {
		m.pop()
	}
	chosen := m.stack[0].stream()
	m.shown = m.shown[:0]
	for n := range m.conns {
		if m.showsStream(n) {
			m.shown = append(m.shown, n)
		}
	}
	m.resort()
	*m.stack[0].place() = cursor{at: max(0, slices.Index(m.shown, chosen))}
}
