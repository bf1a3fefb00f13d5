package viewer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// maxExchanges bounds the list of HTTP exchanges.
const maxExchanges = 20000

// exchange is what the list keeps of one.
type exchange struct {
	stream, frame, last int
	begun               int // the how manieth of the trace
	since, wait         time.Duration
	waited              bool
	method, target      string // escaped
	status              int    // 0 where no answer was seen
	bytes               int64
}

// web is the screen of the HTTP exchanges.
type web struct {
	base
	all  []exchange
	more bool // there are more than are kept
	job  *job
	err  error
}

func (x *web) tab() tabKind { return tabHTTP }
func (x *web) count() int   { return len(x.all) }

func (x *web) open() tea.Cmd {
	j := &job{what: wordReadingHTTP}
	x.job, x.all, x.more = j, nil, false
	m := x.m
	var wanted map[int]bool
	if shows := m.streams(); shows != nil {
		wanted = setOf(shows)
	}
	return m.begin(j, func(r *Reading) tea.Msg {
		events := m.trace.Events(trace.KindsOf(trace.KindSegment, trace.KindMessage, trace.KindConnection), r)
		all, more, err := readWeb(events, func(n int) bool { return wanted == nil || wanted[n] }, m.trace.between())
		return arrived{j, func() tea.Cmd {
			x.job, x.all, x.more, x.err = nil, all, more, failure(err)
			return nil
		}}
	})
}

func (x *web) shut() { x.m.drop(x.job) }

// readWeb lists the exchanges of a trace that have a part where rows are shown, in
// the order in which they began, no more than maxExchanges.
func readWeb(events render.Events, shows func(int) bool, between *render.Between) (all []exchange, more bool, failed error) {
	var tale http1.Tale
	var first time.Time
	waiting := map[*http1.Exchange]*listed{}
	begun := 0
	defer func() { slices.SortFunc(all, func(a, b exchange) int { return cmp.Compare(a.begun, b.begun) }) }()
	for e, err := range events {
		if err != nil {
			return all, false, errors.Join(failed, err)
		}
		if first.IsZero() {
			first = e.At
		}
		between.Holds(e.Frame, e.At) // it is told how far the trace has come
		switch {
		case e.Kind == trace.KindConnection:
			for _, pair := range tale.Forget(e.Stream) {
				delete(waiting, pair)
			}
		case e.Kind == trace.KindMessage && shows(e.Stream):
			client, server := e.From.Addr, e.To.Addr
			if !e.Message.Request {
				client, server = server, client
			}
			pair, fresh, _ := tale.Add(client, server, e.Stream, e.Message)
			if fresh {
				waiting[pair] = &listed{begun: begun, at: -1}
				begun++
			}
			x, ok := waiting[pair]
			if !ok || x.at < 0 && !between.Touches(pair.Span()) {
				continue
			}
			if x.at < 0 && len(all) == maxExchanges {
				return all, true, nil
			}
			if x.at < 0 {
				x.at = len(all)
				all = append(all, exchange{})
			}
			all[x.at] = exchangeOf(pair, first)
			all[x.at].begun = x.begun
		}
	}
	return all, false, nil
}

// listed is an exchange that goes on: the how manieth to begin, and where it stands
// in the list, -1 for nowhere yet.
type listed struct{ begun, at int }

// maxTarget is how much of a target is kept, in bytes.
const maxTarget = 512

func exchangeOf(x *http1.Exchange, first time.Time) exchange {
	out := exchange{stream: x.Stream, since: x.Started().Sub(first), method: "?", target: "?"}
	seen := x.Span()
	out.frame, out.last = seen.FirstFrame, seen.LastFrame
	if m := x.Request; m != nil {
		out.method, out.target = trace.EscapeBytes([]byte(m.Method), 32), trace.EscapeBytes([]byte(m.Target), maxTarget)
	}
	if m := x.Response; m != nil {
		out.status, out.bytes = m.Status, m.BodyBytes
	}
	if s, ok := x.Split(); ok {
		out.wait, out.waited = s.Wait, true
	}
	return out
}

func (x *web) stream() int {
	if x.cur.at < len(x.all) {
		return x.all[x.cur.at].stream
	}
	return -1
}

// flagged: an answer that says of an error, or none.
func (x *web) flagged(i int) bool { return x.all[i].status >= 400 || x.all[i].status == 0 }

func (x *web) text(i int) string { return x.row(i, 1000) }

// webTail are the cells of the columns behind the request.
const webTail = 23

func (x *web) row(i, w int) string {
	e, l := &x.all[i], x.m.look
	status, style := "-", render.Trouble
	switch {
	case e.status >= 400:
		status = strconv.Itoa(e.status)
	case e.status > 0:
		status, style = strconv.Itoa(e.status), render.Open
		if e.status >= 300 {
			style = render.Opening
		}
	}
	wait := ""
	if e.waited {
		wait = short(e.wait)
	}
	head := fmt.Sprintf("%7d %5d %10.5f  ", e.frame, e.stream, e.since.Seconds())
	tail := " " + l.paint(style, fmt.Sprintf("%4s", status)) + fmt.Sprintf(" %8s %8s", amount(e.bytes), wait)
	room := w - len(head) - webTail
	return head + l.left(e.method+" "+e.target, room) + tail
}

func (x *web) body(w, h int) []string {
	l := x.m.look
	if len(x.all) == 0 {
		word := wordNoHTTP
		if x.job != nil {
			word = wordReadingHTTP
		}
		return []string{"", "  " + l.of(word)}
	}
	head := l.right(l.label("column.frame"), 7) + " " + l.right("#", 5) + " " + l.right(l.label("column.time"), 10) + "  "
	tail := l.right(l.of(wordStatus), 5) + " " + l.right(l.label("column.bytes"), 8) + " " + l.right(l.of(wordWait), 8)
	room := w - 2 - ansi.StringWidth(head) - webTail
	lines := []string{l.paint(render.Faint, "  "+head+l.left(l.of(wordRequest), room)+tail)}
	return append(lines, x.list(len(x.all), w, h-1, x.row)...)
}

func (x *web) press(key string) (tea.Cmd, bool) {
	if key != "enter" && key != "right" || len(x.all) == 0 {
		return nil, false
	}
	e := x.all[x.cur.at]
	return x.m.goTo(e.stream, e.frame), true
}

func (x *web) status() string {
	l := x.m.look
	s := ""
	if len(x.all) > 0 {
		s = l.f(wordRowOf, x.cur.at+1, len(x.all))
	}
	if x.more {
		s += " " + l.f(wordFirstOnly, maxExchanges)
	}
	if x.err != nil {
		s += " " + l.glyph("⚠ ", "! ") + trace.Escape(x.err.Error())
	}
	return s
}

func (x *web) keys() []hint {
	return []hint{{"↑↓", wordMove}, {"Enter", wordGoToFrame}, {"f b", wordNextFailed}, {"/", wordSearch}, {"e", wordExport}}
}

func (x *web) export() Export { return Export{View: "http", Format: "text", Streams: x.m.streams()} }
