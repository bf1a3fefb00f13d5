package viewer

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// jamo are the letters of the Korean two-set keyboard (KS X 5002) on the keys of
// Latin ones: who forgot to switch the input method is understood.
var jamo = strings.NewReplacer(
	"ㅂ", "q", "ㅈ", "w", "ㄷ", "e", "ㄱ", "r", "ㅅ", "t", "ㅛ", "y", "ㅕ", "u", "ㅑ", "i", "ㅐ", "o", "ㅔ", "p",
	"ㅁ", "a", "ㄴ", "s", "ㅇ", "d", "ㄹ", "f", "ㅎ", "g", "ㅗ", "h", "ㅓ", "j", "ㅏ", "k", "ㅣ", "l",
	"ㅋ", "z", "ㅌ", "x", "ㅊ", "c", "ㅍ", "v", "ㅠ", "b", "ㅜ", "n", "ㅡ", "m",
	"ㅃ", "Q", "ㅉ", "W", "ㄸ", "E", "ㄲ", "R", "ㅆ", "T", "ㅒ", "O", "ㅖ", "P",
)

// keyName is a key's name: "up", "enter", "G".
func keyName(k tea.KeyPressMsg) string {
	name := k.String()
	if name == " " {
		return "space"
	}
	return name
}

// press acts on a key; typed is the text that it stands for, if any.
func (m *Model) press(key, typed string) tea.Cmd {
	m.note = ""
	switch {
	case key == "ctrl+c":
		m.closed = true
		return tea.Quit
	case m.w < minWidth || m.h < minHeight:
		if key == "q" {
			m.closed = true
			return tea.Quit
		}
		return nil
	case m.prompt != nil:
		return m.prompt.press(m, key, typed)
	}
	key = jamo.Replace(key)
	s := m.top()
	if cmd, ok := s.press(key); ok {
		return cmd
	}
	if to, ok := s.place().step(key, s.count()); ok {
		return m.moveTo(s, to, key)
	}
	return m.global(s, key)
}

// moveTo chooses a row, which may lie beyond those that are held.
func (m *Model) moveTo(s screen, to int, key string) tea.Cmd {
	c, n := s.place(), s.count()
	was := c.at
	c.put(to, n)
	switch {
	case key == "home", key == "g":
		return s.edge(-1)
	case key == "end", key == "G":
		return s.edge(1)
	case to < 0 && was == 0:
		return s.beyond(-1, nil)
	case to >= n && was == n-1:
		return s.beyond(1, nil)
	}
	return nil
}

// global acts on the keys that mean the same everywhere.
func (m *Model) global(s screen, key string) tea.Cmd {
	switch key {
	case "q", "esc", "backspace":
		return m.back(key)
	case "1", "2", "3", "4", "5":
		return m.openTab(tabKind(key[0] - '1'))
	case "tab":
		return m.openTab((s.tab() + 1) % tabs)
	case "shift+tab":
		return m.openTab((s.tab() + tabs - 1) % tabs)
	case "?", "f1":
		return m.push(newHelp(m))
	case "/":
		return m.ask(askSearch)
	case "n":
		return m.seek(1)
	case "N":
		return m.seek(-1)
	case "f", "]":
		return m.nextFinding(s, 1)
	case "b", "[":
		return m.nextFinding(s, -1)
	case "F":
		return m.ask(askFilter)
	case "e":
		return m.ask(askExport)
	case "y":
		return m.copyRow(s)
	case "=", "d":
		return m.compareMarks()
	case "ctrl+z":
		return tea.Suspend
	case "ctrl+l":
		return tea.ClearScreen
	case "c":
		m.look.color = !m.look.color
		return m.redraw()
	case "l":
		m.look.lang = languages[(int(m.look.lang)+1)%len(languages)]
		return m.redraw()
	}
	return nil
}

// back goes to the screen before; q on the first ends.
func (m *Model) back(key string) tea.Cmd {
	switch {
	case len(m.stack) > 1:
		m.pop()
	case key == "q":
		m.closed = true
		return tea.Quit
	case m.where != "" && key == "esc":
		return m.filter("")
	case key == "esc":
		return m.say(m.look.of(wordQQuits))
	}
	return nil
}
