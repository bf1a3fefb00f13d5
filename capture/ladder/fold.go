package ladder

import (
	"fmt"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// folder keeps a ladder of a long transfer short: of the rows of one step that
// are alike, it shows the first few, and puts a note with their count in the
// place of the others. What changes a state, and every note, stays.
type folder struct {
	seen    map[likeness]int
	opened  int // connections so far
	dropped tally
	// last is the last row that was left out: the note stands at its time.
	last Row
	// held are the first rows of a run that are left out, which come back if
	// there are no more of them.
	held []Row
}

// fewest is how many rows a note may stand for: fewer are shown.
const fewest = 3

const (
	patience           = 3 // rows that are alike, in one step
	patientConnections = 2 // connections that are shown; further ones are counted
)

// likeness is what makes two rows alike.
type likeness struct {
	kind RowKind
	lane int
	what string
}

// tally counts what a note stands for.
type tally struct {
	rows, segments, octets, lost, resent, calls int
	opened, ended, changes                      int
}

// fold leaves out of rows what need not be shown.
func (f *folder) fold(rows []Row) []Row {
	var out []Row
	for _, r := range rows {
		if r.Kind == RowOpening && r.First {
			f.opened++
		}
		if r.Kind == RowStep {
			clear(f.seen)
		}
		if f.shows(&r) {
			out = append(f.flush(out), r)
			continue
		}
		f.drop(r)
	}
	return out
}

// shows reports whether a row is shown.
func (f *folder) shows(r *Row) bool {
	if f.later(r) {
		return false
	}
	like, ordinary := likenessOf(r)
	if !ordinary {
		return true
	}
	if f.seen == nil {
		f.seen = map[likeness]int{}
	}
	f.seen[like]++
	return f.seen[like] <= patience
}

// later reports whether a row is of one of the many connections that are only
// counted: all but its RST.
func (f *folder) later(r *Row) bool {
	switch r.Kind {
	case RowArrow:
		s := r.Event.Segment
		return r.Stream >= patientConnections && s != nil && !s.Flags.Has(tcpstate.RST)
	case RowCall: // a call has no connection yet when it dials one
		return r.Stream >= patientConnections || r.Stream < 0 && r.Event.Call.Name == "connect" && f.opened >= patientConnections
	case RowOpening, RowState, RowConnection:
		return r.Stream >= patientConnections
	case RowPause, RowMessage, RowStore, RowFolded, RowMemory, RowStep, RowNote, RowOther, RowVerdict, RowLost, RowTotals:
	}
	return false
}

func (f *folder) drop(r Row) {
	f.dropped.add(&r)
	f.last = r
	if len(f.held) < fewest {
		f.held = append(f.held, r)
	}
}

// flush appends what stands for the rows that were left out.
func (f *folder) flush(out []Row) []Row {
	switch {
	case f.dropped.rows == 0:
		return out
	case f.dropped.rows <= fewest:
		out = append(out, f.held...)
	default:
		text := f.dropped.text()
		out = append(out, Row{
			Kind: RowNote, At: f.last.At, Since: f.last.Since, Stream: -1, Lane: -1, Alive: f.last.Alive,
			Event: trace.Event{Kind: trace.KindNote, At: f.last.At, Stream: -1, Note: &trace.Note{Text: text}},
		})
	}
	f.dropped, f.held = tally{}, f.held[:0]
	return out
}

// likenessOf tells what a row is like, and whether it may be left out at all.
func likenessOf(r *Row) (likeness, bool) {
	switch r.Kind {
	case RowArrow:
		return segmentLikeness(r)
	case RowCall:
		c := r.Event.Call
		transfer := (c.Name == "read" || c.Name == "write") && c.Bytes > 0
		return likeness{RowCall, r.Lane, c.Name}, transfer && len(r.States) == 0
	case RowOpening, RowConnection, RowPause, RowState, RowMessage, RowStore, RowFolded, RowMemory, RowStep, RowNote, RowOther, RowVerdict, RowLost, RowTotals:
	}
	return likeness{}, false
}

// segmentLikeness looks at a segment's row: one that changes nothing but numbers
// may be left out.
func segmentLikeness(r *Row) (likeness, bool) {
	s := r.Event.Segment
	if s == nil || r.Arrow.Injected || r.Arrow.Damaged || len(r.States) > 0 || s.Flags.Any(tcpstate.SYN|tcpstate.FIN|tcpstate.RST) {
		return likeness{}, false
	}
	like := likeness{RowArrow, r.Arrow.From, "ack"}
	switch {
	case r.Arrow.Lost:
		like.what = "lost"
	case r.Arrow.Resent:
		like.what = "resent"
	case s.Len > 0:
		like.what = "data"
	case len(s.Findings) > 0:
		like.what = s.Findings[0].Name
	}
	return like, true
}

func (t *tally) add(r *Row) {
	t.rows++
	switch {
	case r.Kind == RowState:
		t.changes++
	case r.Kind == RowConnection:
		t.ended++
	case r.Kind == RowCall:
		t.calls++
	case r.Kind == RowOpening && r.First:
		t.opened++
	case r.Kind == RowArrow && r.Arrow.Part != Arrival:
		t.segments++
		t.octets += r.Event.Segment.Len
		if r.Arrow.Lost {
			t.lost++
		}
		if r.Arrow.Resent {
			t.resent++
		}
	}
}

// text is the note: "… 412 more segments with 388,000 bytes (14 lost, 14 sent
// again), 201 calls".
func (t *tally) text() trace.Text {
	var en, ko []string
	if t.segments > 0 {
		e, k := more(t.segments, "segment", ""), fmt.Sprintf("세그먼트 %d개", t.segments)
		var within []string
		if t.octets > 0 {
			e = fmt.Sprintf("%s with %d bytes", e, t.octets)
			within = append(within, fmt.Sprintf("%d바이트", t.octets))
		}
		if within = append(within, t.troubleInKorean()...); len(within) > 0 {
			k += "(" + strings.Join(within, ", ") + ")"
		}
		en, ko = append(en, e), append(ko, k)
	}
	for _, part := range []struct {
		n      int
		en, ko string
	}{
		{t.lost, fmt.Sprintf("%d of them lost", t.lost), ""},
		{t.resent, fmt.Sprintf("%d of them sent again", t.resent), ""},
		{max(t.opened, t.ended), more(max(t.opened, t.ended), "connection", ""), "연결 %d개"},
		{t.changes, more(t.changes, "change", " of state"), "상태 변화 %d번"},
		{t.calls, more(t.calls, "call", ""), "호출 %d번"},
	} {
		if part.n > 0 {
			en = append(en, part.en)
			if part.ko != "" {
				ko = append(ko, fmt.Sprintf(part.ko, part.n))
			}
		}
	}
	if len(en) == 0 {
		en, ko = append(en, fmt.Sprintf("%d more like these", t.rows)), append(ko, fmt.Sprintf("비슷한 것 %d개", t.rows))
	}
	return trace.Text{En: "… " + strings.Join(en, ", "), Ko: "… " + strings.Join(ko, ", ") + " 더"}
}

// more is "1 more call" or "2 more calls".
func more(n int, noun, of string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d more %s%s", n, noun, of)
}

// troubleInKorean is what of the segments was lost or sent again: in Korean it
// stands in the parentheses after their number.
func (t *tally) troubleInKorean() []string {
	var parts []string
	if t.lost > 0 {
		parts = append(parts, fmt.Sprintf("손실 %d개", t.lost))
	}
	if t.resent > 0 {
		parts = append(parts, fmt.Sprintf("재전송 %d개", t.resent))
	}
	if len(parts) > 0 {
		parts[len(parts)-1] += " 포함"
	}
	return parts
}
