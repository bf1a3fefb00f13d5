package viewer

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/explain"
)

// seek goes to the next row that has what was sought, or to the one before.
func (m *Model) seek(d int) tea.Cmd {
	if m.sought == "" {
		return m.ask(askSearch)
	}
	what := strings.ToLower(m.sought)
	s := m.top()
	return m.nextWhere(s, d, func(i int) bool { return strings.Contains(strings.ToLower(s.text(i)), what) },
		func() tea.Cmd { return m.fail(m.look.f(wordNotFound, m.sought)) }, nil)
}

// nextFinding goes to the next row where something was found.
func (m *Model) nextFinding(s screen, d int, then ...func() tea.Cmd) tea.Cmd {
	after := func() tea.Cmd { return nil }
	if len(then) > 0 {
		after = then[0]
	}
	return m.nextWhere(s, d, s.flagged, func() tea.Cmd { return m.say(m.look.of(wordNoMore)) }, after)
}

// nextWhere goes on from the chosen row in direction d to the first of which
// holds is true, also to rows that are not held; from the last row of a list
// that is held as a whole it says none.
func (m *Model) nextWhere(s screen, d int, holds func(int) bool, none, then func() tea.Cmd) tea.Cmd {
	c, n := s.place(), s.count()
	for i := c.at + d; i >= 0 && i < n; i += d {
		if holds(i) {
			c.at = i
			if then != nil {
				return then()
			}
			return nil
		}
	}
	was := c.at
	if n > 0 { // what is not held begins behind the last row
		c.at = 0
		if d > 0 {
			c.at = n - 1
		}
	}
	again := func() tea.Cmd {
		c.at -= d // the row that was gone to is looked at, too
		return m.nextWhere(s, d, holds, none, then)
	}
	if cmd := s.beyond(d, again); cmd != nil {
		return cmd
	}
	c.put(was, n)
	return none()
}

// goTo shows a frame in the ladder of its connection.
func (m *Model) goTo(stream, frame int) tea.Cmd {
	x := newLadder(m, stream)
	m.stack = append(m.stack, x)
	return x.find(frame)
}

// maxCopied bounds what is given to a clipboard, in bytes: terminals take no
// more at a time.
const maxCopied = 32 << 10

// copyRow gives the chosen row to the terminal's clipboard (OSC 52).
func (m *Model) copyRow(s screen) tea.Cmd {
	if s.place().at >= s.count() {
		return m.say(m.look.of(wordNothing))
	}
	text := strings.TrimSpace(s.text(s.place().at))
	text = text[:min(len(text), maxCopied)]
	m.say(m.look.f(wordCopied, explain.Count(len(text), "byte")))
	return tea.SetClipboard(strings.ToValidUTF8(text, ""))
}
