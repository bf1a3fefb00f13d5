package viewer

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/ladder"
	"statelab/capture/render"
)

// maxRows is how many rows of a ladder are held; margin how many of them lie
// before a frame that is gone to, and overlap with the part before.
const (
	maxRows = 4000
	margin  = 1000
	overlap = 200
)

// leastLadder is the fewest cells on which a ladder is drawn. Of a screen that
// has less, a part is out of sight.
const leastLadder = 58

// panBy moves the ladder on a screen that is too narrow for it.
func (x *ladderScreen) panBy(key string) {
	const step = 10
	hidden := max(0, leastLadder-(x.m.w-2))
	if key == "<" {
		x.pan = max(0, min(x.pan, hidden)-step)
	} else {
		x.pan = min(hidden, x.pan+step)
	}
}

// paneKind is what stands under the ladder.
type paneKind uint8

const (
	paneWhy paneKind = iota // why the chosen row happened
	paneRaw                 // the octets that its segment carries
	paneNone
	panes
)

// ladderScreen is the ladder of one connection.
type ladderScreen struct {
	base
	n     int
	sheet *render.Sheet
	job   *job
	err   error

	clock  render.Clock
	pan    int // cells that are out of sight on the left
	detail ladder.Detail
	pane   paneKind

	drawing *render.SheetText
	drawn   map[int][]string
	as      drawnAs
}

// drawnAs is what the drawing depends on.
type drawnAs struct {
	look
	w     int
	clock render.Clock
}

func newLadder(m *Model, stream int) *ladderScreen {
	return &ladderScreen{base: base{m: m}, n: stream}
}

func (x *ladderScreen) tab() tabKind { return tabLadder }
func (x *ladderScreen) stream() int  { return x.n }

func (x *ladderScreen) count() int {
	if x.sheet == nil {
		return 0
	}
	return x.sheet.Len()
}

func (x *ladderScreen) open() tea.Cmd {
	if x.sheet != nil || x.job != nil {
		return nil
	}
	return x.load(render.Part{}, func() tea.Cmd { x.cur = cursor{}; return nil })
}

func (x *ladderScreen) shut() { x.m.drop(x.job) }

// frameAt is the frame of a row, 0 for none.
func (x *ladderScreen) frameAt(i int) int {
	if i < 0 || i >= x.count() {
		return 0
	}
	return x.sheet.Row(i).Frame
}

// segmentAt reports whether a row is a segment, or what stands for segments
// where messages are the arrows.
func (x *ladderScreen) segmentAt(i int) bool {
	kind := x.sheet.Row(i).Kind
	return kind == ladder.RowArrow || x.detail == ladder.DetailMessages && kind == ladder.RowMessage
}

func (x *ladderScreen) flagged(i int) bool {
	r := x.sheet.Row(i)
	s := r.Event.Segment
	return r.Arrow != nil && (r.Arrow.Lost || r.Arrow.Damaged || r.Arrow.Discarded || s != nil && r.Arrow.Part != ladder.Arrival && len(s.Findings) > 0)
}

func (x *ladderScreen) text(i int) string {
	var parts []string
	for _, line := range x.lines(i) {
		parts = append(parts, strings.TrimSpace(ansi.Strip(line)))
	}
	for _, why := range x.sheet.Why(i, x.m.look.lang) {
		parts = append(parts, x.m.look.plain(why.String()))
	}
	return strings.Join(parts, "\n")
}

func (x *ladderScreen) press(key string) (tea.Cmd, bool) {
	switch key {
	case "enter", "right":
		return x.enter(), true
	case "space":
		x.mark()
	case "t":
		x.clock = (x.clock + 1) % render.Clocks
	case "<", ">":
		x.panBy(key)
	case "s", "x":
		x.pane = (x.pane + 1) % panes
		if key == "x" && x.pane == paneRaw {
			x.pane = paneNone
		}
	case "h":
		x.pane = paneRaw
	case "m":
		x.detail = 1 - x.detail
		x.sheet = nil
		return x.open(), true
	case "o":
		return x.m.openTab(tabFollow), true
	default:
		return nil, false
	}
	return nil, true
}

// enter shows the frame of the chosen row.
func (x *ladderScreen) enter() tea.Cmd {
	if x.count() == 0 {
		return nil
	}
	if x.frameAt(x.cur.at) == 0 {
		return x.m.say(x.m.look.of(wordNoFrame))
	}
	return x.m.push(&segment{base: base{m: x.m}, ladder: x, frame: x.frameAt(x.cur.at)})
}

// mark marks the chosen segment, or no longer; of three, the first is forgotten.
func (x *ladderScreen) mark() {
	m, p := x.m, place{x.frameAt(x.cur.at), x.n}
	if p.frame == 0 {
		m.say(m.look.of(wordNoFrame))
		return
	}
	if i := slices.Index(m.marks, p); i >= 0 {
		m.marks = slices.Delete(m.marks, i, i+1)
		return
	}
	if m.marks = append(m.marks, p); len(m.marks) > 2 {
		m.marks = m.marks[1:]
	}
	if len(m.marks) == 2 {
		m.say(m.look.f(wordTwoMarked, m.marks[0].frame, m.marks[1].frame))
	} else {
		m.say(m.look.f(wordOneMarked, p.frame))
	}
}

func (x *ladderScreen) status() string {
	l := x.m.look
	if x.count() == 0 {
		return ""
	}
	s := l.f(wordRowOf, x.sheet.Before()+x.cur.at+1, x.sheet.Before()+x.count())
	if x.sheet.More() {
		s += "+"
	}
	if f := x.frameAt(x.cur.at); f > 0 {
		s += l.glyph(" · ", " | ") + l.f(wordFrame, f)
	}
	if x.sheet.More() || x.sheet.Before() > 0 {
		s += l.glyph(" · ", " | ") + l.f(wordHeld, x.sheet.Before()+1, x.sheet.Before()+x.count())
	}
	if x.m.w-2 < leastLadder {
		s = l.of(wordPan) + l.glyph(" · ", " | ") + s
	}
	return s
}

func (x *ladderScreen) keys() []hint {
	return []hint{
		{"↑↓", wordMove},
		{"Enter", wordOpenBytes},
		{"f b", wordNextFinding},
		{"Space", wordMark},
		{"d", wordCompare},
		{"t", wordClock},
		{"s", wordPane},
		{"o", wordFollow},
		{"/", wordSearch},
		{"e", wordExport},
	}
}

func (x *ladderScreen) export() Export {
	return Export{View: "ladder", Format: "text", Streams: []int{x.n}}
}
