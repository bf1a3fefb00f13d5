package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// MaxDiff is how many segments of one side are compared.
const MaxDiff = 4096

// DiffSide is one connection, to be laid beside another.
type DiffSide struct {
	Name     string
	Stream   int
	Segments []DiffSegment
	// Cut says that it has more than MaxDiff segments.
	Cut bool
}

// DiffSegment is a segment in numbers that two connections have in common:
// counted from its connection's beginning, not absolute ones.
type DiffSegment struct {
	Frame   int      `json:"frame"`
	SinceUS int64    `json:"since_us"`
	From    string   `json:"from"`
	Flags   []string `json:"flags"`
	Seq     uint32   `json:"seq"`
	Ack     uint32   `json:"ack"`
	Len     int      `json:"len"`

	end   tcpstate.End
	flags tcpstate.Flags
}

// ReadSide reads the segments of one connection from events.
func ReadSide(name string, stream int, events Events) (DiffSide, error) {
	side := DiffSide{Name: name, Stream: stream}
	var first time.Time
	for e, err := range events {
		if err != nil {
			return side, err
		}
		if e.Kind != trace.KindSegment || e.Stream != stream {
			continue
		}
		if len(side.Segments) == MaxDiff {
			side.Cut = true
			continue
		}
		if first.IsZero() {
			first = e.At
		}
		s := DiffSegment{
			Frame: e.Frame, SinceUS: e.At.Sub(first).Microseconds(), From: e.Segment.From.String(),
			Flags: flagList(e.Segment.Flags), Seq: e.Segment.RelSeq, Len: e.Segment.Len,
			end: e.Segment.From, flags: e.Segment.Flags,
		}
		if s.flags.Has(tcpstate.ACK) {
			s.Ack = e.Segment.RelAck
		}
		side.Segments = append(side.Segments, s)
	}
	return side, nil
}

// DiffRow is a segment of both sides, or of one.
type DiffRow struct {
	// Kind is "same", "changed", "left" or "right".
	Kind string `json:"kind"`
	// Changed names the fields that differ.
	Changed     []string     `json:"changed,omitempty"`
	Left, Right *DiffSegment `json:"-"`
}

// MarshalJSON writes an absent side as null.
func (r DiffRow) MarshalJSON() ([]byte, error) {
	type sides struct {
		Kind    string       `json:"kind"`
		Changed []string     `json:"changed,omitempty"`
		Left    *DiffSegment `json:"left"`
		Right   *DiffSegment `json:"right"`
	}
	b, err := json.Marshal(sides(r))
	if err != nil {
		return nil, fmt.Errorf("diff: %w", err)
	}
	return b, nil
}

// alike reports whether two segments are the same step of two connections.
func alike(a, b *DiffSegment) bool {
	return a.end == b.end && a.flags == b.flags && a.Seq == b.Seq && a.Len == b.Len && a.Ack == b.Ack
}

// changes names the fields in which two segments of one sender differ.
func changes(a, b *DiffSegment) (all []string) {
	for _, f := range []struct {
		name string
		same bool
	}{{"flags", a.flags == b.flags}, {"seq", a.Seq == b.Seq}, {"ack", a.Ack == b.Ack}, {"len", a.Len == b.Len}} {
		if !f.same {
			all = append(all, f.name)
		}
	}
	return all
}

// Align lays two connections side by side: the longest common subsequence of
// their segments stands in both; of what is left between, segments of one sender
// that differ in some fields only are paired.
func Align(left, right []DiffSegment) []DiffRow {
	n, m := len(left), len(right)
	common := make([]uint16, (n+1)*(m+1)) // of what is left from (i, j) on
	at := func(i, j int) int { return i*(m+1) + j }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if alike(&left[i], &right[j]) {
				common[at(i, j)] = common[at(i+1, j+1)] + 1
			} else {
				common[at(i, j)] = max(common[at(i+1, j)], common[at(i, j+1)])
			}
		}
	}
	var rows []DiffRow
	gapI, gapJ := 0, 0
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && alike(&left[i], &right[j]):
			rows = between(rows, left[gapI:i], right[gapJ:j])
			rows = append(rows, DiffRow{Kind: "same", Left: &left[i], Right: &right[j]})
			i, j = i+1, j+1
			gapI, gapJ = i, j
		case j == m || i < n && common[at(i+1, j)] >= common[at(i, j+1)]:
			i++
		default:
			j++
		}
	}
	return between(rows, left[gapI:], right[gapJ:])
}

// between appends what is left between two common segments.
func between(rows []DiffRow, left, right []DiffSegment) []DiffRow {
	for len(left) > 0 || len(right) > 0 {
		switch {
		case len(left) == 0:
			rows, right = append(rows, DiffRow{Kind: "right", Right: &right[0]}), right[1:]
		case len(right) == 0:
			rows, left = append(rows, DiffRow{Kind: "left", Left: &left[0]}), left[1:]
		default:
			l, r := &left[0], &right[0]
			switch c := changes(l, r); {
			case l.end == r.end && len(c) < 3:
				rows = append(rows, DiffRow{Kind: "changed", Changed: c, Left: l, Right: r})
				left, right = left[1:], right[1:]
			case len(left) >= len(right):
				rows, left = append(rows, DiffRow{Kind: "left", Left: l}), left[1:]
			default:
				rows, right = append(rows, DiffRow{Kind: "right", Right: r}), right[1:]
			}
		}
	}
	return rows
}

// DiffJSON writes the comparison as one object.
func DiffJSON(w io.Writer, left, right DiffSide) error {
	type side struct {
		File     string `json:"file"`
		Stream   int    `json:"stream"`
		Segments int    `json:"segments"`
		Cut      bool   `json:"cut"`
	}
	of := func(s *DiffSide) side { return side{valid(s.Name), s.Stream, len(s.Segments), s.Cut} }
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Left  side      `json:"left"`
		Right side      `json:"right"`
		Rows  []DiffRow `json:"rows"`
	}{of(&left), of(&right), Align(left.Segments, right.Segments)})
}

var (
	wordDiffLegend = trace.Text{
		En: "= in both   < left alone   > right alone   ~ changed; the time between is how much later the right one comes. Numbers and times count from each connection's beginning.",
		Ko: "= 양쪽에 있음   < 왼쪽에만   > 오른쪽에만   ~ 바뀜. 가운데 시간은 오른쪽이 얼마나 늦은가입니다. 번호와 시각은 각 연결의 처음부터 셉니다.",
	}
	wordDiffCounts = trace.Text{En: "in both: %d, left alone: %d, right alone: %d, changed: %d", Ko: "양쪽: %d, 왼쪽만: %d, 오른쪽만: %d, 바뀜: %d"}
	wordDiffCut    = trace.Text{En: "Only the first %d segments of a connection are compared.", Ko: "연결마다 처음 %d개 세그먼트만 비교합니다."}
)

// diffMiddle is the width of the column between the sides.
const diffMiddle = 12

// DiffText writes the comparison for a terminal.
func DiffText(w io.Writer, left, right DiffSide, o Options) error {
	p, say := newPalette(o.Color), o.speaker()
	room := (o.width() - diffMiddle) / 2
	rows := Align(left.Segments, right.Segments)
	var b strings.Builder
	tail := tailOf(o.ASCII)
	line := func(l, mid, r string, st style) {
		c := newCanvas(o.width())
		c.put(0, ansi.Truncate(l, room, tail), st)
		c.put(room+1, mid, st)
		c.put(room+diffMiddle, ansi.Truncate(r, room, tail), st)
		s := c.line(p)
		if o.ASCII {
			s = asciify(s)
		}
		b.WriteString(s + "\n")
	}
	head := func(s *DiffSide) string {
		number := fmt.Sprintf(" #%d", s.Stream)
		return cutLeft(safe(s.Name), room-len(number), tail) + number
	}
	line(head(&left), "", head(&right), strong)
	wide := max(left.timeWidth(), right.timeWidth())
	count := map[string]int{}
	for _, r := range rows {
		count[r.Kind]++
		st, mark := diffMark(r.Kind)
		mid := mark
		if r.Left != nil && r.Right != nil {
			if later := r.Right.SinceUS - r.Left.SinceUS; later != 0 {
				mid += fmt.Sprintf(" %+.4gms", float64(later)/1000)
			}
		}
		line(diffCell(r.Left, room, wide, o.ASCII), mid, diffCell(r.Right, room, wide, o.ASCII), st)
	}
	b.WriteString("\n")
	under := []string{say.f(wordDiffCounts, count["same"], count["left"], count["right"], count["changed"]), say.of(wordDiffLegend)}
	if left.Cut || right.Cut {
		under = append(under, say.f(wordDiffCut, MaxDiff))
	}
	for _, s := range under {
		for _, part := range wrap(s, o.width()) {
			b.WriteString(part + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func diffMark(kind string) (style, string) {
	switch kind {
	case "left":
		return trouble, "<"
	case "right":
		return open, ">"
	case "changed":
		return memory, "~"
	}
	return plain, "="
}

// timeWidth is how many cells the longest time of a side takes.
func (s *DiffSide) timeWidth() (wide int) {
	for i := range s.Segments {
		wide = max(wide, len(s.Segments[i].since()))
	}
	return wide
}

// since is when a segment came, in seconds.
func (s *DiffSegment) since() string { return fmt.Sprintf("%.4f", float64(s.SinceUS)/1e6) }

// diffCell is a segment in at most room cells, if they hold its time, its number and
// how much it carries: a flag that another word tells of gives way first, then what
// it acknowledges.
func diffCell(s *DiffSegment, room, wide int, ascii bool) string {
	if s == nil {
		return ""
	}
	way := "→"
	switch server := s.end == tcpstate.Server; {
	case ascii && server:
		way = "<"
	case ascii:
		way = ">"
	case server:
		way = "←"
	}
	ack, size := "", ""
	if s.flags.Has(tcpstate.ACK) {
		ack = fmt.Sprintf(" ack=%d", s.Ack)
	}
	if s.Len > 0 {
		size = fmt.Sprintf(" len=%d", s.Len)
	}
	flags := flagText(s.flags)
	short := strings.TrimSuffix(flags, ",ACK") // ack= says ACK
	out := ""
	for _, words := range []string{
		fmt.Sprintf("%s %d%s%s", flags, s.Seq, ack, size),
		fmt.Sprintf("%s %d%s%s", short, s.Seq, ack, size),
		fmt.Sprintf("%s %d%s", flags, s.Seq, size),
		fmt.Sprintf("%s %d%s", short, s.Seq, size),
	} {
		out = fmt.Sprintf("%*s %s %s", wide, s.since(), way, words)
		if cells(out) <= room {
			break
		}
	}
	return out
}
