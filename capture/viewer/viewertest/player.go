// Package viewertest walks through a viewer without a terminal: it presses keys
// and reads the screen.
package viewertest

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/viewer"
)

// Player runs a viewer as bubbletea does, but one command after another, so that
// every walk ends the same.
type Player struct {
	Model *viewer.Model
	// Ended says that the viewer was quit.
	Ended bool
}

// Play shows a trace on a screen of so many cells, and reads it.
func Play(t viewer.Trace, o render.Options, width, height int) *Player {
	p := &Player{Model: viewer.New(t, viewer.Options{Render: o})}
	p.Resize(width, height)
	p.run(p.Model.Init())
	return p
}

// Resize gives the screen another size.
func (p *Player) Resize(width, height int) { p.Send(tea.WindowSizeMsg{Width: width, Height: height}) }

// Press presses keys: "enter", "ctrl+u", or the characters that they are.
func (p *Player) Press(keys ...string) {
	for _, k := range keys {
		p.Send(keyOf(k))
	}
}

// Type presses a key for each character of a text.
func (p *Player) Type(text string) {
	for _, r := range text {
		p.Press(string(r))
	}
}

// Lines are those of the screen, without colours, and without blanks at their
// ends.
func (p *Player) Lines() []string {
	var out []string
	for _, line := range p.Model.Lines() {
		out = append(out, strings.TrimRight(ansi.Strip(line), " "))
	}
	return out
}

// Send gives the viewer a message, and does what comes of it.
func (p *Player) Send(msg tea.Msg) {
	_, cmd := p.Model.Update(msg)
	p.run(cmd)
}

func (p *Player) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	case tea.QuitMsg:
		p.Ended = true
	default:
		p.Send(msg)
	}
}

// named are keys that are no characters.
var named = map[string]rune{
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"home": tea.KeyHome, "end": tea.KeyEnd, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
}

func keyOf(k string) tea.KeyPressMsg {
	if code, ok := named[k]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	switch rest, control := strings.CutPrefix(k, "ctrl+"); {
	case control:
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	case k == "space":
		return tea.KeyPressMsg{Code: ' ', Text: " "}
	case k == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}
