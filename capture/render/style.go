package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/fatih/color"
)

// style is what a piece of text means; the palette says how that looks.
type style uint8

// Styles. Red is for trouble alone.
const (
	plain style = iota
	faint
	strong
	forward  // from left to right
	backward // from right to left
	trouble
	opening // a connection comes to be
	open    // it is there
	closing // it ends
	memory
	step
	chosen // on a screen
	styles // how many there are
)

// palette paints; without colours it leaves text as it is.
type palette struct{ marks [styles]marks }

// marks are what a terminal reads before a coloured text, and after it.
type marks struct{ before, after string }

// newPalette has its colours switched on one by one: the package's global switch
// belongs to nobody.
func newPalette(on bool) palette {
	var p palette
	if !on {
		return p
	}
	attributes := [styles][]color.Attribute{
		faint:    {color.Faint},
		strong:   {color.Bold},
		forward:  {color.FgCyan},
		backward: {color.FgHiBlue},
		trouble:  {color.FgRed, color.Bold},
		opening:  {color.FgYellow},
		open:     {color.FgGreen, color.Bold},
		closing:  {color.FgMagenta},
		memory:   {color.FgYellow},
		step:     {color.Bold, color.Underline},
		chosen:   {color.ReverseVideo},
	}
	for i, a := range attributes {
		if len(a) > 0 {
			c := color.New(a...)
			c.EnableColor()
			p.marks[i].before, p.marks[i].after, _ = strings.Cut(c.Sprint("|"), "|")
		}
	}
	return p
}

func (p palette) paint(st style, s string) string {
	if s == "" {
		return s
	}
	return p.marks[st].before + s + p.marks[st].after
}

// glyphs are the symbols of the ladder, each one cell wide.
type glyphs struct {
	lane, heavy                string // a lane without and with a control block
	fromLeft, fromRight        string // where an arrow leaves a lane to the right, to the left
	heavyLeft, heavyRight      string
	shaft, dashed, double      string
	head, tail                 string // arrow heads to the right and to the left
	cross, call, store, memory string
	state                      string
	dots, rule, tick, dot      string
}

var unicodeGlyphs = glyphs{
	lane: "┊", heavy: "┃", fromLeft: "├", fromRight: "┤", heavyLeft: "┠", heavyRight: "┨",
	shaft: "─", dashed: "╌", double: "═", head: "►", tail: "◄",
	cross: "✗", call: "●", store: "▣", memory: "▤", state: "◆", dots: "⋮", rule: "─", tick: "·", dot: "⣿",
}

var asciiGlyphs = glyphs{
	lane: ":", heavy: "|", fromLeft: "+", fromRight: "+", heavyLeft: "+", heavyRight: "+",
	shaft: "-", dashed: "~", double: "=", head: ">", tail: "<",
	cross: "X", call: "*", store: "%", memory: "#", state: "@", dots: ":", rule: "-", tick: ".", dot: "|",
}

// spelled replaces the typographic characters of our own sentences.
var spelled = strings.NewReplacer(
	"…", "...", "→", "->", "←", "<-", "↔", "<->", "⇄", "<->", "—", "-", "–", "-", "−", "-", "×", "x", "·", "-",
	"“", `"`, "”", `"`, "‘", "'", "’", "'", "≤", "<=", "≥", ">=", "≠", "!=", "§", "sec. ", "µ", "u",
	"↑", "^", "↓", "v", "₀", "0", "²", "^2", "³", "^3", "•", "*", "►", ">", "◄", "<", "▸", ">",
	"±", "+/-", "≈", "~", "✓", "+", "✗", "X", "⇒", "=>", "⋮", ":",
)

// asciify makes s fit for a terminal with ASCII symbols: letters of any script
// stay, other characters become a question mark.
func asciify(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) {
			return r
		}
		return '?'
	}, spelled.Replace(s))
}

// escapeSymbols makes visible escapes of what asciify would replace, in the spelling
// of trace.Escape.
func escapeSymbols(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf || asciify(string(r)) == string(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// cells is the width of s on a terminal.
func cells(s string) int {
	width := 0
	for i := 0; i < len(s); width++ {
		n := oneCell(s[i:])
		if n == 0 {
			return ansi.StringWidth(s)
		}
		i += n
	}
	return width
}
