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
func (x *help) count() int   { return len(helpLines) }

func (x *help) line(i, w int) string {
	l, h := x.m.look, helpLines[i]
	if h.Name == "" {
		return l.paint(render.Strong, l.of(h.About))
	}
	return "  " + l.paint(render.Forward, l.left(l.plain(h.Name), 16)) + l.fit(l.of(h.About), w-18)
}

func (x *help) text(i int) string { return helpLines[i].Name + " " + x.m.look.of(helpLines[i].About) }

func (x *help) flagged(i int) bool { return helpLines[i].Name == "" }

func (x *help) body(w, h int) []string { return x.list(len(helpLines), w, h, x.line) }

func (x *help) press(key string) (tea.Cmd, bool) {
	if key != "?" && key != "enter" {
		return nil, false
	}
	x.m.pop()
	return nil, true
}

func (x *help) status() string { return x.m.look.of(wordHelp) }
func (x *help) keys() []hint   { return []hint{{"↑↓", wordMove}, {"/", wordSearch}} }
func (x *help) export() Export { return Export{View: "summary", Format: "text"} }

// commonHints are the keys that the bottom line ends with.
func commonHints(first bool) []hint {
	if first {
		return []hint{{"q", wordQuit}, {"?", wordHelp}}
	}
	return []hint{{"Esc", wordBack}, {"?", wordHelp}}
}
