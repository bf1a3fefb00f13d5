package viewer

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// View draws the screen.
func (m *Model) View() tea.View {
	v := tea.NewView(strings.Join(m.Lines(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "statelab " + trace.Escape(m.trace.Name)
	if m.prompt != nil && m.w >= minWidth && m.h >= minHeight {
		v.Cursor = tea.NewCursor(m.prompt.column(m), m.h-1)
	}
	return v
}

// Lines are those of the screen, from top to bottom: none is wider than it.
func (m *Model) Lines() []string {
	if m.w <= 0 || m.h <= 0 || m.closed {
		return nil
	}
	if m.w < minWidth || m.h < minHeight {
		return m.exactly(m.look.wrap(m.look.f(wordTooSmall, minWidth, minHeight, m.w, m.h), m.w))
	}
	foot := m.foot()
	lines := append([]string{m.bar()}, m.top().body(m.w, m.h-1-len(foot))...)
	for len(lines) < m.h-len(foot) {
		lines = append(lines, "")
	}
	return m.exactly(append(lines[:m.h-len(foot)], foot...))
}

// exactly cuts lines to the screen.
func (m *Model) exactly(lines []string) []string {
	out := make([]string, m.h)
	for i := range out {
		if i < len(lines) {
			out[i] = ansi.Truncate(lines[i], m.w, "")
		}
	}
	return out
}

// bar names the tabs, and the trace. Where there is no room for all names, only
// that of the tab that is shown stands there.
func (m *Model) bar() string {
	out := m.tabNames(false)
	if ansi.StringWidth(out) > m.w {
		out = m.tabNames(true)
	}
	name := trace.Escape(m.trace.Name)
	size := min(ansi.StringWidth(name), m.w-ansi.StringWidth(out)-2)
	if size >= 8 || size == ansi.StringWidth(name) {
		gap := m.w - ansi.StringWidth(out) - size
		out += blank(gap) + m.look.paint(render.Strong, m.look.tail(name, size))
	}
	return out
}

func (m *Model) tabNames(short bool) string {
	n, current, out := m.chosenStream(), m.top().tab(), ""
	for t := range tabs {
		name := string(rune('1' + t))
		if !short || t == current {
			name += " " + m.look.of(tabWords[t])
		}
		if t == tabLadder || t == tabFollow {
			if n < 0 {
				continue
			}
			if !short || t == current {
				name += m.look.f(wordOf, n)
			}
		}
		switch {
		case t != current:
			out += m.look.paint(render.Faint, " "+name+" ")
		case m.look.color:
			out += m.look.paint(render.Chosen, " "+name+" ")
		default:
			out += "[" + name + "]"
		}
	}
	return out
}

// foot is the status line and the keys, or the prompt.
func (m *Model) foot() []string {
	if m.prompt != nil {
		return m.prompt.lines(m)
	}
	return []string{m.statusLine(), m.hints()}
}

// statusLine says where the reader is, and what is going on.
func (m *Model) statusLine() string {
	left, right := m.top().status(), m.progress()
	if m.where != "" {
		left += " " + m.look.glyph("·", "|") + " " + m.look.f(wordFiltered, trace.Escape(m.where))
	}
	style := render.Strong
	if m.note != "" {
		left = m.note
		if m.bad {
			style = render.Trouble
			left = m.look.glyph("✗ ", "X ") + left
		}
	} else if m.err != nil {
		right = strings.TrimSpace(right + " " + m.look.glyph("⚠ ", "! ") + m.look.of(wordDamaged))
	}
	room := m.w - 2
	if right != "" {
		right = m.look.fit(right, room*2/3)
		room -= ansi.StringWidth(right) + 2
	}
	line := " " + m.look.paint(style, m.look.left(left, room))
	if right != "" {
		line += "  " + m.look.paint(render.Opening, right)
	}
	return line
}

// hints are the keys that mean something here, as many as there is room for.
func (m *Model) hints() string {
	out, used := "", 0
	own, common := m.top().keys(), commonHints(len(m.stack) == 1)
	size := func(h hint) int { return ansi.StringWidth(" " + m.look.plain(h.key) + " " + m.look.of(h.about)) }
	for _, h := range common { // the way out, and to all others, is always there
		used += size(h)
	}
	for i, h := range append(own, common...) {
		words := m.look.of(h.about)
		if i < len(own) {
			if used+size(h) > m.w {
				continue
			}
			used += size(h)
		}
		out += " " + m.look.paint(render.Strong, m.look.plain(h.key)) + " " + m.look.paint(render.Faint, words)
	}
	return out
}
