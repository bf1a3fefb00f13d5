package viewer

import (
	tea "charm.land/bubbletea/v2"

	"statelab/capture/trace"
)

// screen is one thing to look at: rows, of which one is chosen. base has what
// most of them do not do.
type screen interface {
	tab() tabKind
	place() *cursor
	count() int
	// text is a row without its colours: to be searched and copied.
	text(i int) string
	// flagged reports whether something was found at a row.
	flagged(i int) bool
	// body draws h lines of at most w cells.
	body(w, h int) []string
	// press acts on a key; false is for one that means nothing here.
	press(key string) (tea.Cmd, bool)
	// beyond fetches rows before the first or behind the last, whichever way d
	// points, and calls then; nil if there are none.
	beyond(d int, then func() tea.Cmd) tea.Cmd
	// edge goes to the first row that there is, or to the last, whichever way d
	// points, where it has to be fetched; nil where it is held.
	edge(d int) tea.Cmd
	// status says where the reader is.
	status() string
	// keys are those of the bottom line.
	keys() []hint
	// export is what --view it is, and which part of the trace.
	export() Export
	// stream is the connection that it is about, -1 for none.
	stream() int
	open() tea.Cmd
	redraw() tea.Cmd
	shut()
}

// hint is a key and what it does.
type hint struct {
	key   string
	about trace.Text
}

type base struct {
	m   *Model
	cur cursor
}

func (b *base) place() *cursor                     { return &b.cur }
func (b *base) flagged(int) bool                   { return false }
func (b *base) beyond(int, func() tea.Cmd) tea.Cmd { return nil }
func (b *base) edge(int) tea.Cmd                   { return nil }
func (b *base) open() tea.Cmd                      { return nil }
func (b *base) redraw() tea.Cmd                    { return nil }
func (b *base) shut()                              {}

// list draws rows of one line each.
func (b *base) list(n, w, h int, row func(i, w int) string) []string {
	var out []string
	for i := b.cur.window(n, h); i < n && len(out) < h; i++ {
		out = append(out, b.m.look.row(row(i, w-2), w, i == b.cur.at, false))
	}
	return out
}

// tabKind is which tab a screen lies under.
type tabKind uint8

const (
	tabConnections tabKind = iota
	tabFindings
	tabHTTP
	tabLadder
	tabFollow
	tabs
)

// go to a tab: by its number, or the next one.
func (m *Model) openTab(t tabKind) tea.Cmd {
	if m.top().tab() == t && len(m.stack) <= 2 {
		return nil
	}
	n := m.chosenStream()
	if n < 0 && (t == tabLadder || t == tabFollow) {
		return m.fail(m.look.of(wordNoneChosen))
	}
	for len(m.stack) > 1 {
		m.pop()
	}
	switch t {
	case tabFindings:
		return m.push(&findings{base: base{m: m}})
	case tabHTTP:
		return m.push(&web{base: base{m: m}})
	case tabLadder:
		return m.push(newLadder(m, n))
	case tabFollow:
		return m.push(&follow{base: base{m: m}, n: n})
	case tabConnections, tabs:
	}
	return nil
}

// chosenStream is the connection that is looked at, or chosen in the table; -1
// for none.
func (m *Model) chosenStream() int {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if n := m.stack[i].stream(); n >= 0 {
			return n
		}
	}
	return -1
}
