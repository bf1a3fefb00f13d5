package viewer

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/trace"
)

// segment is the screen of one frame: what it says, field by field, beside its
// bytes. Its rows are the fields.
type segment struct {
	base
	ladder *ladderScreen
	frame  int
	fields []decode.Field
	of     int // the frame that fields are of
	asText bool
	bare   bool // bytes alone, without the fields
}

func (x *segment) tab() tabKind { return tabLadder }
func (x *segment) stream() int  { return x.ladder.n }

// captured is the frame, if its bytes are held.
func (x *segment) captured() (capture.Frame, bool) {
	f, ok := x.m.frames.held[x.frame]
	return f, ok
}

func (x *segment) count() int {
	f, ok := x.captured()
	if ok && x.of != x.frame {
		x.fields, x.of = decode.Fields(&f), x.frame
	}
	if !ok {
		return 0
	}
	return len(x.fields)
}

func (x *segment) open() tea.Cmd {
	return x.fetch(func() tea.Cmd {
		x.settle()
		return nil
	})
}

// fetch reads the frame's bytes, with those of its neighbours, and calls then.
func (x *segment) fetch(then func() tea.Cmd) tea.Cmd {
	if _, ok := x.captured(); ok {
		return then()
	}
	wanted := []int{x.frame}
	for d := 1; d < maxHeld/4; d++ {
		for _, i := range []int{x.ladder.cur.at - d, x.ladder.cur.at + d} {
			if n := x.ladder.frameAt(i); n > 0 && len(wanted) < maxHeld {
				wanted = append(wanted, n)
			}
		}
	}
	return x.m.fetch(wanted, then)
}

// settle chooses the TCP header, which most come for.
func (x *segment) settle() {
	if x.cur.at > 0 || x.count() == 0 {
		return
	}
	for i, f := range x.fields {
		if f.Depth == 0 && f.Layer == "TCP" {
			x.cur.at, x.cur.top = i, i
			return
		}
	}
}

func (x *segment) text(i int) string {
	f := &x.fields[i]
	return strings.Repeat("  ", f.Depth) + fieldText(f)
}

// fieldText is a field's name and value. What has no value is as long as it is.
func fieldText(f *decode.Field) string {
	name := trace.Escape(f.Name)
	switch {
	case f.Value != "":
		return name + ": " + trace.Escape(f.Value)
	case f.BitLength%8 == 0:
		return fmt.Sprintf("%s (%d B)", name, f.BitLength/8)
	}
	return name
}

func (x *segment) press(key string) (tea.Cmd, bool) {
	switch key {
	case "h":
		x.asText = !x.asText
	case "s":
		x.bare = !x.bare
	case "right", "enter", "J":
		return x.turn(1), true
	case "left", "K":
		return x.turn(-1), true
	case "space":
		x.ladder.mark()
	case "f", "]", "b", "[":
		d := 1
		if key == "b" || key == "[" {
			d = -1
		}
		return x.m.nextFinding(x.ladder, d, x.show), true
	case "o":
		return x.m.openTab(tabFollow), true
	default:
		return nil, false
	}
	return nil, true
}

// turn goes to the segment after, or to the one before.
func (x *segment) turn(d int) tea.Cmd {
	for i := x.ladder.cur.at + d; i >= 0 && i < x.ladder.count(); i += d {
		if n := x.ladder.frameAt(i); n > 0 && n != x.frame && x.ladder.segmentAt(i) {
			x.ladder.cur.at = i
			return x.show()
		}
	}
	return x.ladder.beyond(d, x.show)
}

// show shows the frame of the row that is chosen in the ladder. The same field
// stays chosen, where there is one.
func (x *segment) show() tea.Cmd {
	n := x.ladder.frameAt(x.ladder.cur.at)
	if n == 0 || n == x.frame {
		return nil
	}
	var was decode.Field
	if x.cur.at < len(x.fields) {
		was = x.fields[x.cur.at]
	}
	x.frame = n
	return x.fetch(func() tea.Cmd {
		x.count()
		for i, f := range x.fields {
			if f.Name == was.Name && f.Layer == was.Layer {
				x.cur.at = i
				break
			}
		}
		return nil
	})
}

func (x *segment) status() string {
	l := x.m.look
	n := x.count()
	if n == 0 {
		return l.f(wordFrame, x.frame)
	}
	return l.f(wordFrame, x.frame) + l.glyph(" · ", " | ") + l.f(wordFieldOf, x.cur.at+1, n)
}

func (x *segment) keys() []hint {
	return []hint{
		{"↑↓", wordField}, {"←→", wordTurn}, {"h", wordHexText}, {"f b", wordNextFinding}, {"s", wordBare}, {"Space", wordMark}, {"/", wordSearch},
	}
}

func (x *segment) export() Export {
	return Export{View: "ladder", Format: "html", Streams: []int{x.ladder.n}, From: x.frame, To: x.frame}
}
