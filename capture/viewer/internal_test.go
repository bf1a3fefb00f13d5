package viewer

import (
	"slices"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// A connection that an observer had let go of, and that goes on, is one row: the
// sum of its parts.
func TestResumedConnection(t *testing.T) {
	t.Parallel()
	m := New(Trace{}, Options{})
	at := time.Unix(0, 0)
	part := func(first, frames int, resumed bool) connection {
		c := connectionOf(&tcpstate.Conn{
			Stream: 3, First: first, Last: first + frames, Segments: [2]int{frames, 0}, Bytes: [2]int64{10, 1}, Resumed: resumed,
			FirstTime: at.Add(time.Duration(first) * time.Second), Findings: map[string]int{tcpstate.FoundRetransmission: 1},
		}, 2)
		return c
	}
	m.keep(part(1, 5, false))
	m.keep(part(1, 7, false)) // more of the same
	for _, frames := range []int{1, 4} {
		m.keep(part(100, frames, true))
		c := m.conns[3]
		if c.frames != 7+frames || c.bytes != [2]int64{20, 2} || c.requests != 4 || c.first != 1 || c.began != at.Add(time.Second) {
			t.Errorf("%d more frames: %+v", frames, c)
		}
		if len(c.found) != 1 || c.found[0].n != 2 {
			t.Errorf("found %v", c.found)
		}
	}
	if m.keep(part(200, 1, true)); m.conns[3].frames != 12 {
		t.Errorf("the third part: %d frames", m.conns[3].frames)
	}
	if len(m.shown) != 1 {
		t.Errorf("%d rows", len(m.shown))
	}
}

// A finding that another one beside it denies is in no list.
func TestDeniedFindingIsNotCounted(t *testing.T) {
	t.Parallel()
	s := &scan{live: map[int]*tcpstate.Conn{}, places: map[string]int{}}
	out := scanned{counts: map[string]int{}, places: map[string][]place{}}
	for frame, found := range [][]tcpstate.Finding{
		{{Name: tcpstate.FoundSpuriousRetransmission}},
		{{Name: tcpstate.FoundSpuriousRetransmission}, {Name: tcpstate.FoundDuplicateFrame}},
	} {
		seg := trace.Segment{Reading: tcpstate.Reading{Conn: &tcpstate.Conn{}, Findings: found}}
		s.take(&trace.Event{Kind: trace.KindSegment, Frame: frame + 1, Segment: &seg}, &out)
	}
	if n := out.counts[tcpstate.FoundSpuriousRetransmission]; n != 1 || len(out.places[tcpstate.FoundSpuriousRetransmission]) != 1 {
		t.Errorf("%d counted, at %v", n, out.places)
	}
	if out.counts[tcpstate.FoundDuplicateFrame] != 1 {
		t.Errorf("counted %v", out.counts)
	}
}

// Whatever held a connection back has a word.
func TestLimitWords(t *testing.T) {
	t.Parallel()
	for l := range tcpstate.Limit(tcpstate.Limits) {
		if w := limitWords[l.String()]; w.En == "" || w.Ko == "" {
			t.Errorf("no word for %v", l)
		}
	}
}

// Each key is explained in both languages.
func TestHelpIsWhole(t *testing.T) {
	t.Parallel()
	for _, k := range Keys() {
		if k.About.En == "" || k.About.Ko == "" || k.About.En == k.About.Ko {
			t.Errorf("%s: %+v", k.Name, k.About)
		}
	}
}

// Each column of the table sorts by what stands in it.
func TestColumns(t *testing.T) {
	t.Parallel()
	m := New(Trace{}, Options{})
	for i := range 5 {
		c := connection{
			stream: i, frames: 50 - i, bytes: [2]int64{int64(i * 7 % 5), 0}, requests: i * 3 % 5, limit: []string{"path", "loss", "idle", "short", ""}[i],
			began: time.Unix(0, 0), ended: time.Unix(int64(i*2%5), 0), found: []tally{{tcpstate.FoundRetransmission, i * 4 % 5}},
		}
		m.keep(c)
	}
	for by := range columns {
		for _, down := range []bool{false, true} {
			m.sort = order{by, down}
			m.resort()
			ok := slices.IsSortedFunc(m.shown, func(a, b int) int {
				n := by.compare(m.conns[a], m.conns[b])
				if down {
					n = -n
				}
				return n
			})
			if !ok {
				t.Errorf("column %d, down %v: %v", by, down, m.shown)
			}
		}
	}
	if s := m.cell(m.conns[0], byVerdict); s != limitWords["path"].En {
		t.Errorf("verdict %q in %v", s, explain.English)
	}
}

// Of options, those of one kind are compared, however the two frames order them:
// Kind and Length are their option's own.
func TestPairsAreOfOneOption(t *testing.T) {
	t.Parallel()
	frame := func(options ...byte) *capture.Frame {
		ip := []byte{0x45, 0, 0, byte(40 + len(options)), 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
		tcp := []byte{0x9c, 0x41, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, byte(5+len(options)/4) << 4, 2, 0xff, 0xff, 0, 0, 0, 0}
		data := slices.Concat(ip, tcp, options)
		return &capture.Frame{Link: capture.LinkRaw, Data: data, Length: len(data)}
	}
	mss, stamps := []byte{2, 4, 5, 0xb4}, []byte{8, 10, 0, 0, 0, 1, 0, 0, 0, 0}
	a, b := frame(slices.Concat(mss, stamps, []byte{1, 1})...), frame(slices.Concat([]byte{1, 1}, stamps)...)
	got := map[string][][2]string{}
	inside := ""
	for _, p := range pairs(a, b) {
		if p.depth == 2 {
			inside = p.name
		}
		if p.depth == 3 && p.name == "Kind" {
			got[inside] = append(got[inside], p.values)
		}
	}
	if want := [][2]string{{"2", ""}}; !slices.Equal(got["Maximum Segment Size"], want) {
		t.Errorf("kinds of MSS: %v, want %v", got["Maximum Segment Size"], want)
	}
	if want := [][2]string{{"8", "8"}}; !slices.Equal(got["Timestamps"], want) {
		t.Errorf("kinds of timestamps: %v, want %v", got["Timestamps"], want)
	}
}
