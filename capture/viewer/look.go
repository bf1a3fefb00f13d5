package viewer

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// look is how a screen looks: its language, whether it has colours, and whether
// it is drawn with ASCII alone. It is comparable.
type look struct {
	lang         explain.Lang
	color, ascii bool
}

func (l look) paint(st render.Style, s string) string {
	return painters[l.color].Paint(st, s)
}

var painters = map[bool]render.Painter{true: render.NewPainter(true), false: render.NewPainter(false)}

func (l look) of(t trace.Text) string { return l.plain(l.lang.Of(t)) }

func (l look) f(t trace.Text, args ...any) string { return l.plain(fmt.Sprintf(l.lang.Of(t), args...)) }

func (l look) label(key string) string { return l.plain(explain.Label(l.lang, key)) }

// plain spells typographic characters where only ASCII is to be drawn.
func (l look) plain(s string) string {
	if l.ascii {
		return render.ASCII(s)
	}
	return s
}

// glyph chooses a symbol.
func (l look) glyph(unicode, ascii string) string {
	if l.ascii {
		return ascii
	}
	return unicode
}

func (l look) dots() string { return l.glyph("…", "..") }

// fit cuts s to w cells.
func (l look) fit(s string, w int) string { return ansi.Truncate(s, max(w, 0), l.dots()) }

// left is s in w cells, right is s at their right end.
func (l look) left(s string, w int) string {
	s = l.fit(s, w)
	return s + blank(w-ansi.StringWidth(s))
}

func (l look) right(s string, w int) string {
	s = l.fit(s, w)
	return blank(w-ansi.StringWidth(s)) + s
}

// tail is s in w cells of which the end is what matters, as in an address.
func (l look) tail(s string, w int) string {
	if over := ansi.StringWidth(s) - w; over > 0 {
		dots := l.dots()
		s = ansi.TruncateLeft(s, over+ansi.StringWidth(dots), dots)
	}
	return l.left(s, w)
}

func blank(n int) string { return strings.Repeat(" ", max(n, 0)) }

// wrap breaks s into lines of at most w cells.
func (l look) wrap(s string, w int) []string {
	return strings.Split(ansi.Wrap(l.plain(s), max(w, 1), ""), "\n")
}

// rule is a line across, with words in it.
func (l look) rule(words string, w int) string {
	line := l.glyph("─", "-")
	if words != "" {
		words = " " + l.fit(words, w-6) + " "
	}
	return l.paint(render.Faint, strings.Repeat(line, min(2, w))) + words +
		l.paint(render.Faint, strings.Repeat(line, max(0, w-2-ansi.StringWidth(words))))
}

// marker are the two cells before a row: whether it is chosen, or marked.
func (l look) marker(chosen, marked bool) string {
	switch {
	case chosen && marked:
		return l.glyph("▶", ">") + l.glyph("■", "#")
	case chosen:
		return l.glyph("▶", ">") + " "
	case marked:
		return " " + l.glyph("■", "#")
	}
	return "  "
}

// row is a row of a list; the one that is chosen stands out.
func (l look) row(line string, w int, chosen, marked bool) string {
	mark := l.marker(chosen, marked)
	switch {
	case chosen && l.color:
		return l.paint(render.Chosen, l.left(mark+ansi.Strip(line), w))
	case marked:
		return l.paint(render.Strong, mark) + line
	}
	return mark + line
}
