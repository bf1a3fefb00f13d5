package viewer

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// help is the screen of all keys.
type help struct {
	base
	under tabKind // where it was asked for
	n     int
}

func newHelp(m *Model) *help {
	return &help{base: base{m: m}, under: m.top().tab(), n: m.chosenStream()}
}

// Key is a key, or several, and what it does. Where Name is empty, About is the
// head of those that follow.
type Key struct {
	Name  string
	About trace.Text
}

// Keys returns all keys, in the order in which one meets them.
func Keys() []Key { return slices.Clone(helpLines) }

var helpLines = []Key{
	{"", wordHelpEverywhere},
	{"↑ ↓  j k", wordHelpMove},
	{"PgUp PgDn", wordHelpPage},
	{"g G  Home End", wordHelpEnds},
	{"Enter", wordHelpEnter},
	{"Esc  q", wordHelpBack},
	{"1 2 3 4 5  Tab", wordHelpTabs},
	{"/  n  N", wordHelpSearch},
	{"f b  ] [", wordHelpFindings},
	{"F", wordHelpFilter},
	{"e", wordHelpExport},
	{"y", wordHelpCopy},
	{"c  l", wordHelpLook},
	{"Ctrl-C", wordHelpQuit},
	{"Ctrl-Z  Ctrl-L", wordHelpSuspend},
	{"", wordHelpConnections},
	{"< >", wordHelpSort},
	{"r", wordHelpReverse},
	{"", wordHelpLadder},
	{"Space", wordHelpMark},
	{"d  =", wordHelpCompare},
	{"t", wordHelpClock},
	{"s", wordHelpPane},
	{"x", wordHelpNoPane},
	{"m", wordHelpMessages},
	{"o", wordHelpFollow},
	{"< >", wordHelpPan},
	{"", wordHelpSegment},
	{"← →", wordHelpTurn},
	{"h", wordHelpHex},
	{"s", wordHelpBare},
	{"", wordHelpStream},
	{"h", wordHelpFollowHex},
	{"s", wordHelpRaw},
	{"v", wordHelpSides},
	{"", wordHelpSigns},
	{"▶ ■", wordHelpMarks},
	{"→ ?", wordHelpOpener},
}

func (x *help) tab() tabKind { return x.under }
func (x *help) stream() int  { return x.n }
func (x *help) count() int   { return len(x.lines()) }

// helpLine is a line of the screen: a key with what it does, or more of that.
type helpLine struct {
	name, about string
	head        bool
}

// helpNames are the cells of the names of keys, with what stands before them.
const helpNames = 18

// lines are those of the screen, as wide as it is.
func (x *help) lines() []helpLine {
	l := x.m.look
	var out []helpLine
	for _, k := range helpLines {
		if k.Name == "" {
			out = append(out, helpLine{about: l.of(k.About), head: true})
			continue
		}
		name := l.plain(k.Name)
		for _, part := range l.wrap(l.lang.Of(k.About), x.m.w-2-helpNames) {
			out = append(out, helpLine{name: name, about: part})
			name = ""
		}
	}
	return out
}

func (x *help) text(i int) string {
	line := x.lines()[i]
	return line.name + " " + line.about
}

func (x *help) flagged(i int) bool { return x.lines()[i].head }

func (x *help) body(w, h int) []string {
	l, lines := x.m.look, x.lines()
	return x.list(len(lines), w, h, func(i, _ int) string {
		if line := lines[i]; !line.head {
			return "  " + l.paint(render.Forward, l.left(line.name, helpNames-2)) + line.about
		}
		return l.paint(render.Strong, lines[i].about)
	})
}

func (x *help) press(key string) (tea.Cmd, bool) {
	if key != "?" && key != "enter" {
		return nil, false
	}
	x.m.pop()
	return nil, true
}

func (x *help) status() string {
	l := x.m.look
	return l.of(wordHelp) + l.glyph(" · ", " | ") + l.f(wordRowOf, x.cur.at+1, x.count())
}
func (x *help) keys() []hint   { return []hint{{"↑↓", wordMove}, {"/", wordSearch}} }
func (x *help) export() Export { return Export{View: "summary", Format: "text"} }

// commonHints are the keys that the bottom line ends with.
func commonHints(first bool) []hint {
	if first {
		return []hint{{"q", wordQuit}, {"?", wordHelp}}
	}
	return []hint{{"Esc", wordBack}, {"?", wordHelp}}
}
