package render

import (
	"bufio"
	"container/heap"
	"encoding/json"
	"io"
	"time"

	"statelab/capture/trace"
)

// JSONLines writes one object per TCP frame, in the order of the file, and
// nothing else. Where a network was watched at both ends, the file is the trace
// of the primary vantage point: frames that never reached it are not in it.
func JSONLines(w io.Writer, events Events, o Options) error {
	out := bufio.NewWriter(w)
	l := lines{enc: json.NewEncoder(out), next: 1}
	for e, err := range events {
		if err != nil {
			return firstError(l.flush(0), out.Flush(), err)
		}
		if e.Frame == 0 {
			continue
		}
		var line *jsonFrame
		switch {
		case e.Segment == nil && e.Kind != trace.KindOther:
			continue
		case e.Segment != nil && o.shows(e.Stream):
			line = frameLine(&e)
		}
		if e.Wire == 0 {
			l.next = max(l.next, e.Frame) // one vantage point: events come in the file's order
		}
		if err := l.add(e.Frame, e.Kind, line); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return firstError(l.flush(0), out.Flush())
}

// jsonFrame is one line of JSONLines.
type jsonFrame struct {
	Frame    int         `json:"frame"`
	Stream   int         `json:"stream"`
	Time     *time.Time  `json:"time"`
	From     string      `json:"from"`
	Src      jsonAddress `json:"src"`
	Dst      jsonAddress `json:"dst"`
	Flags    []string    `json:"flags"`
	Seq      uint32      `json:"seq"`
	Ack      *uint32     `json:"ack"`
	RelSeq   *uint32     `json:"relative_seq"`
	RelAck   *uint32     `json:"relative_ack"`
	Len      int         `json:"len"`
	Window   uint16      `json:"window"`
	Scaled   *uint32     `json:"scaled_window"`
	Findings []string    `json:"findings"`
}

func frameLine(e *trace.Event) *jsonFrame {
	s := e.Segment
	j := segmentOf(s)
	line := &jsonFrame{
		Frame: e.Frame, Stream: e.Stream, Time: new(e.At.UTC()), From: s.From.String(),
		Src: jsonAddress{ipText(s.Src), s.Src.Port()}, Dst: jsonAddress{ipText(s.Dst), s.Dst.Port()},
		Flags: j.Flags, Seq: j.Seq, Ack: j.Ack, RelSeq: j.RelativeSeq, RelAck: j.RelativeAck,
		Len: j.Len, Window: j.Window, Scaled: j.Scaled, Findings: []string{},
	}
	for _, f := range s.Findings {
		line.Findings = append(line.Findings, valid(f.Name))
	}
	return line
}

// maxBehind bounds how many frames wait for one that comes later in time but
// earlier in the file: a sender's frame bears the number of its arrival.
const maxBehind = 4096

// lines puts frames into the order of their numbers.
type lines struct {
	enc     *json.Encoder
	next    int // the number to be written next
	waiting waiting
}

// waitingLine is a frame that has its number, and its line where it is to be
// written.
type waitingLine struct {
	number int
	line   *jsonFrame
}

// add takes a frame. An arrival says nothing that its departure has not said,
// but for the second copy of a segment, which has a number of its own.
func (l *lines) add(number int, kind trace.Kind, line *jsonFrame) error {
	if number < l.next || (kind == trace.KindArrival && l.waiting.has(number)) {
		return nil
	}
	heap.Push(&l.waiting, waitingLine{number, line})
	return l.flush(maxBehind)
}

// flush writes the frames whose turn it is, and all but the last keep of those
// that wait: a number that never comes must not hold up the rest.
func (l *lines) flush(keep int) error {
	for len(l.waiting) > 0 && (l.waiting[0].number <= l.next || len(l.waiting) > keep) {
		first := heap.Pop(&l.waiting).(waitingLine)
		l.next = max(l.next, first.number+1)
		if first.line == nil {
			continue
		}
		if err := l.enc.Encode(first.line); err != nil {
			return err
		}
	}
	return nil
}

// waiting is a heap by number.
type waiting []waitingLine

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].number < w[j].number }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(waitingLine)) }
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

func (w waiting) has(number int) bool {
	for _, x := range w {
		if x.number == number {
			return true
		}
	}
	return false
}
