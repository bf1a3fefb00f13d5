package viewer

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// asking is what a prompt asks for.
type asking uint8

const (
	askSearch asking = iota
	askFilter
	askExport
	askOverwrite
)

// prompt is a line that is typed at the bottom of the screen.
type prompt struct {
	asking
	label trace.Text
	text  []rune
	at    int // where the cursor is, in characters
	// above are lines over it: what is wrong, what may be typed.
	above func(m *Model, p *prompt) []string
	done  func(m *Model, text string) tea.Cmd
	// tab acts on the Tab key, and edited on every change.
	tab    func(p *prompt, d int)
	edited func(p *prompt)
	// key, if set, takes every key but Esc: a question with one letter as its
	// answer.
	key func(m *Model, key string) tea.Cmd
}

// maxTyped bounds what can be typed, in characters.
const maxTyped = 4000

// insert puts text at the cursor. Only what may stand on a screen is taken.
func (p *prompt) insert(text string) {
	if p.key != nil {
		return
	}
	for _, r := range text {
		if trace.SafeRune(r) && len(p.text) < maxTyped {
			p.text = slices.Insert(p.text, p.at, r)
			p.at++
		}
	}
	p.change()
}

func (p *prompt) change() {
	if p.edited != nil {
		p.edited(p)
	}
}

func (p *prompt) set(s string) { p.text, p.at = []rune(s), len([]rune(s)) }

// press acts on a key.
func (p *prompt) press(m *Model, key, typed string) tea.Cmd {
	if p.key != nil && key != "esc" {
		return p.key(m, key)
	}
	switch key {
	case "esc":
		m.prompt = nil
	case "enter":
		m.prompt = nil
		return p.done(m, string(p.text))
	case "backspace":
		if p.at == 0 {
			if len(p.text) == 0 {
				m.prompt = nil
			}
			return nil
		}
		p.text = slices.Delete(p.text, p.at-1, p.at)
		p.at--
		p.change()
	case "delete":
		if p.at < len(p.text) {
			p.text = slices.Delete(p.text, p.at, p.at+1)
			p.change()
		}
	case "left":
		p.at = max(0, p.at-1)
	case "right":
		p.at = min(len(p.text), p.at+1)
	case "home", "ctrl+a":
		p.at = 0
	case "end", "ctrl+e":
		p.at = len(p.text)
	case "ctrl+u":
		p.text, p.at = p.text[p.at:], 0
		p.change()
	case "tab", "shift+tab", "up", "down":
		if p.tab != nil {
			d := 1
			if key == "shift+tab" || key == "up" {
				d = -1
			}
			p.tab(p, d)
		}
	default:
		p.insert(typed)
	}
	return nil
}

// window is the part of what was typed that there is room for, and how many
// cells of it lie before the cursor.
func (p *prompt) window(room int) (shown string, before int) {
	from := 0
	for ansi.StringWidth(string(p.text[from:p.at])) >= room && from < p.at {
		from++
	}
	return ansi.Truncate(string(p.text[from:]), room, ""), ansi.StringWidth(string(p.text[from:p.at]))
}

func (p *prompt) head(m *Model) string { return " " + m.look.of(p.label) + " " }

// column is the cell of the cursor.
func (p *prompt) column(m *Model) int {
	head := ansi.StringWidth(p.head(m))
	_, before := p.window(m.w - head - 1)
	return min(head+before, m.w-1)
}

// lines are the prompt's, the last of them the one that is typed on.
func (p *prompt) lines(m *Model) []string {
	head := p.head(m)
	shown, _ := p.window(m.w - ansi.StringWidth(head) - 1)
	var out []string
	if p.above != nil {
		out = p.above(m, p)
	}
	if most := m.h / 2; len(out) > most {
		out = out[len(out)-most:]
	}
	return append(out, m.look.paint(render.Strong, head)+shown)
}
