package render

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// firstFrames is how many frames the list names of each finding.
const firstFrames = 4

var (
	wordTimesIn    = trace.Text{En: "%d in %s; first frames: %s", Ko: "%d번, 연결 %s개, 첫 프레임: %s"}
	wordTimesAt    = trace.Text{En: "%d in %s; first: %s", Ko: "%d번, 연결 %s개, 처음: %s"}
	wordFrameList  = trace.Text{En: "frames %s", Ko: "프레임 %s"}
	wordDenied     = trace.Text{En: "not counted: %d × %s [%s]", Ko: "세지 않음: %d × %s [%s]"}
	wordNoFindings = trace.Text{En: "nothing was found", Ko: "발견 사항 없음"}
)

// expertEntry is what was found under one name.
type expertEntry struct {
	name    string
	count   int
	first   []found
	streams map[int]bool
	// denied counts where one of our own findings stands beside it and denies it: as in
	// every list, these are not in count.
	denied map[string]int
}

// found is where a finding was: see speaker.where.
type found struct {
	frame int
	since time.Duration
}

// Expert lists what was found: the gravest first, under the names of Wireshark's
// expert information, each name with its count, the number of connections, its
// first frames, and why it matters. Memory grows with the number of connections
// that have findings.
func Expert(w io.Writer, events Events, o Options) error {
	t := newText(w, o)
	t.title()
	entries := map[string]*expertEntry{}
	var began time.Time
	var totals string
	var failed error
	for e, err := range timed(events, &began) {
		if err != nil {
			failed = err
			break
		}
		switch {
		case e.Kind == trace.KindSegment && o.shows(e.Stream):
			for _, f := range e.Segment.Findings {
				noteFinding(entries, f, &e, began)
			}
		case e.Kind == trace.KindTotals:
			totals = totalsText(t.say, e.Totals)
		}
	}
	all := make([]*expertEntry, 0, len(entries))
	for _, x := range entries {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *expertEntry) int {
		return cmp.Or(cmp.Compare(explain.SeverityOf(a.name), explain.SeverityOf(b.name)), cmp.Compare(b.count, a.count), cmp.Compare(a.name, b.name))
	})
	for i, x := range all {
		s := explain.SeverityOf(x.name)
		if i == 0 || explain.SeverityOf(all[i-1].name) != s {
			t.severity(s, all)
		}
		t.expertEntry(x)
	}
	if len(all) == 0 {
		t.plainLine(t.say.of(wordNoFindings))
	}
	if totals != "" {
		t.blank()
		t.painted(faint, totals)
	}
	return firstError(t.w.Flush(), failed)
}

func noteFinding(entries map[string]*expertEntry, f tcpstate.Finding, e *trace.Event, began time.Time) {
	x := entries[f.Name]
	if x == nil {
		x = &expertEntry{name: f.Name, streams: map[int]bool{}, denied: map[string]int{}}
		entries[f.Name] = x
	}
	if own := tcpstate.Denies(f.Name, e.Segment.Findings); own != "" {
		x.denied[own]++
		return
	}
	x.count++
	x.streams[e.Stream] = true
	if len(x.first) < firstFrames {
		x.first = append(x.first, found{e.Frame, e.At.Sub(began)})
	}
}

// severity writes a group's head: its name, and how much is in it.
func (t *text) severity(s explain.Severity, all []*expertEntry) {
	n := 0
	for _, x := range all {
		if explain.SeverityOf(x.name) == s {
			n += x.count
		}
	}
	t.blank()
	st := strong
	if s <= explain.SeverityWarning {
		st = trouble
	}
	t.painted(st, fmt.Sprintf("%s (%d)", explain.Label(t.o.Lang, "severity."+s.String()), n))
}

func (t *text) expertEntry(x *expertEntry) {
	t.indented(2, plain, t.say.finding(x.name, 0)+"  ["+safe(x.name)+"]")
	if x.count > 0 {
		connections := strconv.Itoa(len(x.streams))
		if t.o.Lang == explain.English {
			connections = explain.Plural(int64(len(x.streams)), "connection")
		}
		t.indented(4, plain, t.firstText(x, connections))
	}
	for _, own := range slices.Sorted(maps.Keys(x.denied)) {
		t.indented(4, plain, t.say.f(wordDenied, x.denied[own], t.say.finding(own, 0), safe(own)))
	}
	if x.count > 0 { // else the name fits none of them, and its reason neither
		t.indented(4, faint, explain.WhyItMatters(t.o.Lang, x.name))
	}
}

// firstText says how often something was found, and where first: in frames, and at
// times where frames have no number.
func (t *text) firstText(x *expertEntry, connections string) string {
	var frames, times []string
	for _, f := range x.first {
		if f.frame > 0 {
			frames = append(frames, strconv.Itoa(f.frame))
		} else {
			times = append(times, t.say.where(0, f.since))
		}
	}
	if len(times) == 0 {
		if x.count > len(x.first) {
			frames = append(frames, "…")
		}
		return t.say.f(wordTimesIn, x.count, connections, strings.Join(frames, ", "))
	}
	switch len(frames) {
	case 0:
	case 1:
		times = append([]string{explain.Label(t.o.Lang, "column.frame") + " " + frames[0]}, times...)
	default:
		times = append([]string{t.say.f(wordFrameList, strings.Join(frames, ", "))}, times...)
	}
	if x.count > len(x.first) {
		times = append(times, "…")
	}
	return t.say.f(wordTimesAt, x.count, connections, strings.Join(times, "; "))
}

// indented writes words wrapped beside a margin.
func (t *text) indented(margin int, st style, s string) {
	for _, line := range wrap(t.text(s), t.o.width()-margin) {
		c := newCanvas(t.o.width())
		c.put(margin, line, st)
		t.emit(c)
	}
}
