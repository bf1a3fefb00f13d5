package render

import (
	"fmt"
	"strconv"
	"strings"

	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// frameText is the number of a row's frame, or the range of those that it stands
// for: "4–6", or "4…9" where some between them stand in other rows. Empty for none.
func frameText(r *ladder.Row) string {
	switch f := r.Folding; {
	case f != nil && f.First > 0 && f.Gaps:
		return strconv.Itoa(f.First) + "…" + strconv.Itoa(f.Last)
	case f != nil && f.First > 0 && f.Last > f.First:
		return strconv.Itoa(f.First) + "–" + strconv.Itoa(f.Last)
	case f != nil && f.First > 0:
		return strconv.Itoa(f.First)
	case r.Frame > 0 && (r.Arrow == nil || r.Arrow.Part != ladder.Arrival || r.Arrow.Tie != strconv.Itoa(r.Frame)):
		return strconv.Itoa(r.Frame)
	}
	return ""
}

// folded is the frames of a row that stands for several, in brackets: "[4–6]".
func folded(r *ladder.Row) string {
	if s := frameText(r); r.Folding != nil && s != "" {
		return "[" + s + "]"
	}
	return ""
}

var (
	wordOpens  = trace.Text{En: "TCP opens", Ko: "TCP 연결 시작"}
	wordCloses = trace.Text{En: "TCP closes", Ko: "TCP 연결 종료"}
	wordBrief  = trace.Text{En: "TCP opens and closes", Ko: "TCP 연결 시작과 종료"}
	wordACK    = trace.Text{En: "TCP ACK", Ko: "TCP ACK"}
	wordTCP    = trace.Text{En: "TCP", Ko: "TCP"}
)

// foldedTrouble is what went wrong with segments that are folded, and what else was
// found: "(+2 retransmissions, duplicate ACK ×1)". Empty for nothing.
func foldedTrouble(say speaker, f *ladder.Folding) string {
	if f == nil || !f.Eventful() {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		n             int
		one, more, ko string
	}{
		{f.Resent, "retransmission", "retransmissions", "재전송 %d개"},
		{f.Resets, "reset", "resets", "RST %d개"},
		{f.Lost, "lost", "lost", "손실 %d개"},
		{f.Damaged, "damaged", "damaged", "손상 %d개"},
		{f.Injected, "injected", "injected", "주입 %d개"},
		{f.Copies, "copy", "copies", "사본 %d개"},
	} {
		if p.n == 0 {
			continue
		}
		en := p.more
		if p.n == 1 {
			en = p.one
		}
		parts = append(parts, "+"+say.of(trace.Text{En: fmt.Sprintf("%d %s", p.n, en), Ko: fmt.Sprintf(p.ko, p.n)}))
	}
	for _, x := range f.Found {
		found := say.finding(x.Name, 0)
		if x.N > 1 {
			found += fmt.Sprintf(" ×%d", x.N)
		}
		parts = append(parts, found)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// foldedText says what segments that are folded have done to their connection,
// which is named where several are told apart, and the row above is of another.
func foldedText(say speaker, r *ladder.Row, several bool) string {
	f := r.Folding
	word := wordACK // an end came into another state, by what is neither SYN, FIN nor RST
	switch {
	case f.Opens && f.Closes:
		word = wordBrief
	case f.Opens:
		word = wordOpens
	case f.Closes:
		word = wordCloses
	case f.Eventful():
		word = wordTCP
	}
	tag := ""
	if several && r.Apart {
		tag = rowTag(r)
	}
	return words(tag, say.of(word), foldedTrouble(say, f))
}

// foldedLines draws a row that stands for segments.
func (t *text) foldedLines(r *ladder.Row) []*canvas {
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	left, right := min(from, to), max(from, to)
	style := faint
	if r.Folding.Troubled() {
		style = trouble
	}
	lines := t.inside(r, left, right, foldedText(t.say, r, t.opened > 1), style)
	t.gutter(lines[0], r)
	if t.grid.two {
		marked := t.withStates(lines[0], r)
		return append(marked, lines[1:]...)
	}
	if len(r.States) > 0 {
		lines = append(lines, t.withStates(t.lanes(r), r)[1:]...)
	}
	return lines
}
