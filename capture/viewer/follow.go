package viewer

import (
	"bytes"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// maxFollowed bounds what is shown of what a connection's programs said, in
// bytes of text.
const maxFollowed = 4 << 20

// follow is the screen of what the two programs of a connection said to each
// other. Its rows are lines.
type follow struct {
	base
	n    int
	form followForm
	side render.Side
	all  []string
	cut  bool
	job  *job
	err  error
	as   followAs
}

// followForm is how the octets are written.
type followForm uint8

const (
	followText followForm = iota
	followHex
	followRaw // without who said it, and when
)

// followAs is what the text depends on.
type followAs struct {
	look
	w    int
	form followForm
	side render.Side
}

func (x *follow) tab() tabKind { return tabFollow }
func (x *follow) stream() int  { return x.n }
func (x *follow) count() int   { return len(x.all) }

func (x *follow) open() tea.Cmd {
	m := x.m
	as := followAs{m.look, m.w, x.form, x.side}
	if m.w == 0 || x.as == as && (x.all != nil || x.job != nil) {
		return nil
	}
	m.drop(x.job)
	j := &job{what: wordReadingFollow}
	x.job, x.as = j, as
	n, form := x.n, x.form
	o := render.Options{Streams: []int{n}, Side: x.side, Lang: m.look.lang, Width: m.w - 2, ASCII: m.look.ascii}
	o.Color = m.look.color && o.Width >= render.MinWidth // what is broken anew has none
	o.Between = m.trace.between()
	return m.begin(j, func(r *Reading) tea.Msg {
		out := limited{room: maxFollowed}
		err := followForms[form](&out, m.trace.Events(trace.KindsOf(trace.KindSegment, trace.KindArrival, trace.KindConnection), r), o)
		cut := errors.Is(err, errFull)
		if cut {
			err = nil
		}
		lines := followLines(out.Bytes(), form, o.Width)
		return arrived{j, func() tea.Cmd {
			x.job, x.all, x.cut, x.err = nil, lines, cut, failure(err)
			return nil
		}}
	})
}

var followForms = [...]func(*limited, render.Events, render.Options) error{
	followText: func(w *limited, e render.Events, o render.Options) error { return render.FollowText(w, e, o) },
	followHex:  func(w *limited, e render.Events, o render.Options) error { return render.FollowHex(w, e, o) },
	followRaw:  func(w *limited, e render.Events, o render.Options) error { return render.FollowRaw(w, e, o) },
}

// followLines are the lines of what a renderer wrote. Octets as they are become
// lines of text first.
func followLines(text []byte, form followForm, w int) []string {
	lines := []string{}
	for line := range bytes.Lines(text) {
		if form == followRaw {
			lines = append(lines, look{}.chop(trace.EscapeBytes(line, -1), w)...)
			continue
		}
		s := string(bytes.TrimSuffix(line, []byte("\n")))
		if w < render.MinWidth {
			lines = append(lines, look{}.chop(s, w)...)
			continue
		}
		lines = append(lines, s)
	}
	return lines
}

// errFull says that no more will be kept.
var errFull = errors.New("full")

// limited is a buffer that takes so much.
type limited struct {
	bytes.Buffer
	room int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		n, _ := l.Buffer.Write(p[:l.room])
		l.room = 0
		return n, errFull
	}
	l.room -= len(p)
	return l.Buffer.Write(p)
}

func (x *follow) redraw() tea.Cmd { return x.open() }
func (x *follow) shut()           { x.m.drop(x.job) }

func (x *follow) text(i int) string { return strings.TrimSpace(ansi.Strip(x.all[i])) }

// flagged: another end begins to speak.
func (x *follow) flagged(i int) bool {
	return x.form != followRaw && strings.HasPrefix(ansi.Strip(x.all[i]), "#")
}

func (x *follow) body(w, h int) []string {
	l := x.m.look
	if len(x.all) == 0 {
		word := wordNothing
		if x.job != nil {
			word = wordReadingFollow
		}
		return []string{"", "  " + l.of(word)}
	}
	return x.list(len(x.all), w, h, func(i, _ int) string { return x.all[i] })
}

func (x *follow) press(key string) (tea.Cmd, bool) {
	switch key {
	case "h":
		if x.form == followHex {
			x.form = followText
		} else {
			x.form = followHex
		}
	case "s":
		if x.form == followRaw {
			x.form = followText
		} else {
			x.form = followRaw
		}
	case "v":
		x.side = (x.side + 1) % (render.ServerSide + 1)
	default:
		return nil, false
	}
	x.cur = cursor{}
	return x.open(), true
}

var sideWords = [...]trace.Text{render.BothSides: wordBoth, render.ClientSide: wordClientOnly, render.ServerSide: wordServerOnly}

func (x *follow) status() string {
	l := x.m.look
	s := l.of(sideWords[x.side])
	if len(x.all) > 0 {
		s = l.f(wordLineOf, x.cur.at+1, len(x.all)) + l.glyph(" · ", " | ") + s
	}
	if x.cut {
		s += l.glyph(" · ", " | ") + l.f(wordFollowCut, maxFollowed>>20)
	}
	if x.err != nil {
		s += " " + l.glyph("⚠ ", "! ") + trace.Escape(x.err.Error())
	}
	return s
}

func (x *follow) keys() []hint {
	return []hint{{"↑↓", wordMove}, {"h", wordHexText}, {"s", wordTextRaw}, {"v", wordSides}, {"f b", wordNextSpeaker}, {"/", wordSearch}, {"e", wordExport}}
}

func (x *follow) export() Export { return Export{View: "follow", Format: "text", Streams: []int{x.n}} }
