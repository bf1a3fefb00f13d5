package stream_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// recorder writes down what it is given.
type recorder struct {
	text   [2]strings.Builder // "abc", "[3]" for a gap, "." for an End, "!" for a Cut
	next   [2]int64
	chunks [2][]stream.Chunk
	over   [2]bool
	t      testing.TB
}

func (r *recorder) deliver(from tcpstate.End, c *stream.Chunk) {
	if r.over[from] {
		r.t.Errorf("%v: a chunk after the end: %+v", from, c)
	}
	if c.Offset != r.next[from] {
		r.t.Errorf("%v: offset %d, want %d", from, c.Offset, r.next[from])
	}
	if (c.Kind == stream.Data) != (len(c.Data) > 0) || c.Kind != stream.Gap && c.Lost != 0 || c.Lost < 0 {
		r.t.Errorf("%v: a malformed chunk %+v", from, c)
	}
	if c.Release < c.Frame {
		r.t.Errorf("%v: released by frame %d before it came in frame %d", from, c.Release, c.Frame)
	}
	r.next[from] += int64(len(c.Data)) + c.Lost
	switch c.Kind {
	case stream.Data:
		r.text[from].Write(c.Data)
	case stream.Gap:
		fmt.Fprintf(&r.text[from], "[%d]", c.Lost)
	case stream.End:
		r.text[from].WriteByte('.')
		r.over[from] = true
	case stream.Cut:
		r.text[from].WriteByte('!')
		r.over[from] = true
	}
	kept := *c
	kept.Data = bytes.Clone(c.Data)
	r.chunks[from] = append(r.chunks[from], kept)
}

// step is one segment of a test: relative sequence number (the SYN is 0), data.
type step struct {
	server bool
	seq    uint32
	flags  tcpstate.Flags
	data   string
	len    int // 0: len(data)
	ack    uint32
}

const (
	syn = tcpstate.SYN
	fin = tcpstate.FIN
	rst = tcpstate.RST
	ack = tcpstate.ACK
)

// isn makes the sequence numbers of every test wrap after the eleventh octet.
const isn = tcpstate.Seq(0xffff_fff5)

func play(t testing.TB, limits stream.Limits, steps ...step) *recorder {
	t.Helper()
	r := &recorder{t: t}
	a := stream.New(limits)
	c := a.Open(r.deliver)
	for i, s := range steps {
		seg := segment(s, i+1)
		c.Segment(from(s), &seg)
	}
	c.Close()
	c.Close() // once more changes nothing
	if a.Held() != 0 {
		t.Errorf("%d bytes are still held", a.Held())
	}
	return r
}

// Of several SYNs the one counts that is acknowledged, or that data follow.
func TestAnotherBeginning(t *testing.T) {
	t.Parallel()
	const far = 1 << 31 / 3 * 2
	both := ack | syn
	first, other := step{server: true, flags: both, ack: 1}, step{server: true, seq: far, flags: both, ack: 1}
	data := []step{{server: true, seq: far + 1, flags: ack, data: "abc", ack: 4}, {server: true, seq: far + 4, flags: ack | fin, ack: 4}}
	for name, steps := range map[string][]step{
		"acknowledged": {{flags: syn}, first, other, first, {seq: 1, flags: ack, data: "get", ack: far + 1}, first, {seq: 4, flags: ack, ack: far + 1}},
		"gone on with": {{flags: syn}, first, other, {seq: 1, data: "get"}},
		"alone":        {{flags: syn}, other, {seq: 1, flags: ack, data: "get", ack: far + 1}, first},
	} {
		r := play(t, stream.Limits{}, append(steps, data...)...)
		if got := r.text[tcpstate.Server].String(); got != "abc." {
			t.Errorf("%s: the server's stream is %q", name, got)
		}
	}
	// Of what is acknowledged, the capture may lack the beginning.
	gap := play(t, stream.Limits{}, step{flags: syn}, first, other, step{seq: 1, flags: ack, data: "get", ack: far + 1}, step{server: true, seq: far + 4, flags: ack | fin, data: "def", ack: 4})
	if got := gap.text[tcpstate.Server].String(); got != "[3]def." {
		t.Errorf("without its beginning: the server's stream is %q", got)
	}
	// Once one is acknowledged and gone on with, a later SYN does not undo it.
	r := play(t, stream.Limits{}, step{flags: syn}, first, step{seq: 1, flags: ack, data: "get", ack: 1}, step{server: true, seq: 1, flags: ack, data: "abc", ack: 4}, other,
		step{server: true, seq: 4, flags: ack | fin, ack: 4})
	if got := r.text[tcpstate.Server].String(); got != "abc." {
		t.Errorf("a late SYN: the server's stream is %q", got)
	}
}

func from(s step) tcpstate.End {
	if s.server {
		return tcpstate.Server
	}
	return tcpstate.Client
}

func segment(s step, frame int) tcpstate.Segment {
	n := s.len
	if n == 0 {
		n = len(s.data)
	}
	return tcpstate.Segment{
		Frame: frame, Time: time.Unix(int64(frame), 0), Seq: isn.Add(s.seq), Ack: isn.Add(s.ack),
		Flags: s.flags, Len: n, Payload: []byte(s.data),
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		steps []step
		want  string
	}{
		{"in order, over the wrap", []step{{flags: syn}, {seq: 1, data: "hello "}, {seq: 7, data: "worlds"}, {seq: 13, flags: fin}}, "hello worlds."},
		{"data on the SYN and on the FIN", []step{{flags: syn, data: "fast "}, {seq: 6, data: "open", flags: fin}}, "fast open."},
		{"out of order", []step{{flags: syn}, {seq: 7, data: "world"}, {seq: 1, data: "hello "}}, "hello world!"},
		{"last first, FIN included", []step{{flags: syn}, {seq: 7, data: "world", flags: fin}, {seq: 4, data: "lo "}, {seq: 1, data: "hel"}}, "hello world."},
		{"retransmission", []step{{flags: syn}, {flags: syn}, {seq: 1, data: "abc"}, {seq: 1, data: "XYZ"}, {seq: 4, data: "d"}}, "abcd!"},
		{"partial retransmission", []step{{flags: syn}, {seq: 1, data: "abc"}, {seq: 2, data: "XYde"}}, "abcde!"},
		{"the first copy wins while it waits", []step{{flags: syn}, {seq: 3, data: "c"}, {seq: 5, data: "e"}, {seq: 2, data: "BXDYF"}, {seq: 1, data: "a"}}, "aBcDeF!"},
		{"a late copy around what waits", []step{{flags: syn}, {seq: 3, data: "cd"}, {seq: 1, data: "ABXXEF"}}, "ABcdEF!"},
		{"keep-alive probe", []step{{flags: syn}, {seq: 1, data: "abc"}, {seq: 3, data: "\x00"}, {seq: 4, data: "d"}}, "abcd!"},
		{"a hole at the end of the capture", []step{{flags: syn}, {seq: 1, data: "ab"}, {seq: 5, data: "ef"}}, "ab[2]ef!"},
		{"a hole before the FIN", []step{{flags: syn}, {seq: 1, data: "ab"}, {seq: 5, flags: fin}}, "ab[2]."},
		{"two holes", []step{{flags: syn}, {seq: 2, data: "b"}, {seq: 4, data: "d", flags: fin}}, "[1]b[1]d."},
		{"cut by the capture's snapshot length", []step{{flags: syn}, {seq: 1, data: "ab", len: 5}, {seq: 6, data: "fg"}}, "ab[3]fg!"},
		{"cut while it waits", []step{{flags: syn}, {seq: 4, data: "d", len: 3}, {seq: 1, data: "abcXXXg"}}, "abcd[2]g!"},
		{"no SYN", []step{{seq: 100, data: "abc"}, {seq: 103, data: "d"}}, "[0]abcd!"},
		{"no SYN, and older data", []step{{seq: 100, data: "abc"}, {seq: 50, data: "old"}, {seq: 103, data: "d"}}, "[0]abcd!"},
		{"only a FIN", []step{{seq: 100, flags: fin}}, "[0]."},
		{"nothing", []step{{flags: syn}}, "!"},
		{"a pure ACK begins nothing", []step{{seq: 100, flags: ack}}, ""},
		{"after the FIN", []step{{flags: syn}, {seq: 1, data: "a", flags: fin}, {seq: 2, data: "more"}, {seq: 1, data: "a", flags: fin}}, "a."},
		{"behind a FIN that waits", []step{{flags: syn}, {seq: 2, data: "b", flags: fin}, {seq: 3, data: "cc"}, {seq: 2, data: "bcc"}, {seq: 1, data: "a"}}, "ab."},
		{"reset", []step{{flags: syn}, {seq: 1, data: "a"}, {seq: 3, data: "c"}, {seq: 2, flags: rst, data: "why"}, {seq: 2, data: "b"}}, "a!"},
		{"a reset elsewhere in the window", []step{{flags: syn}, {seq: 1, data: "a"}, {seq: 3, flags: rst}, {seq: 2, data: "b"}}, "ab!"},
		{"a reset alone", []step{{seq: 5, flags: rst}}, ""},
		{"further ahead than any window", []step{{flags: syn}, {seq: 1<<30 + 3, data: "x"}, {seq: 1, data: "a"}}, "a!"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := play(t, stream.Limits{}, tt.steps...).text[tcpstate.Client].String(); got != tt.want {
				t.Errorf("client: %q, want %q", got, tt.want)
			}
			for i := range tt.steps {
				tt.steps[i].server = true
			}
			r := play(t, stream.Limits{}, tt.steps...)
			if got := r.text[tcpstate.Server].String(); got != tt.want || r.text[tcpstate.Client].Len() > 0 {
				t.Errorf("server: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFramesOfChunks(t *testing.T) {
	t.Parallel()
	r := play(t, stream.Limits{}, step{flags: syn}, step{seq: 4, data: "d", flags: fin}, step{seq: 1, data: "abc"})
	var got []string
	for _, c := range r.chunks[tcpstate.Client] {
		got = append(got, fmt.Sprintf("%s@%d carried by %d at %d, released by %d at %d",
			c.Data, c.Offset, c.Frame, c.Time.Unix(), c.Release, c.ReleaseTime.Unix()))
	}
	want := []string{
		"abc@0 carried by 3 at 3, released by 3 at 3",
		"d@3 carried by 2 at 2, released by 3 at 3",
		"@4 carried by 2 at 2, released by 3 at 3",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestAcknowledgedHole: the receiver has what the capture lacks, so that nobody
// will send it again. The gap must not wait for the end.
func TestAcknowledgedHole(t *testing.T) {
	t.Parallel()
	steps := []step{{flags: syn}, {seq: 1, data: "ab"}, {seq: 5, data: "ef"}, {server: true, flags: ack, ack: 7}}
	for range 7 {
		steps = append(steps, step{server: true, flags: ack, ack: 7})
	}
	r := &recorder{t: t}
	c := stream.New(stream.Limits{}).Open(r.deliver)
	for i, s := range steps {
		seg := segment(s, i+1)
		c.Segment(from(s), &seg)
	}
	if got := r.text[tcpstate.Client].String(); got != "ab" {
		t.Errorf("%q: a segment that the capture shows late has no chance", got)
	}
	seg := segment(step{seq: 7, data: "gh"}, 100)
	c.Segment(tcpstate.Client, &seg)
	if got := r.text[tcpstate.Client].String(); got != "ab[2]efgh" {
		t.Errorf("%q after the grace, want ab[2]efgh", got)
	}

	// Not acknowledged: the hole may still be filled, however late.
	for i := range steps {
		steps[i].ack = min(steps[i].ack, 3)
	}
	for range 100 {
		steps = append(steps, step{server: true, flags: ack, ack: 3})
	}
	steps = append(steps, step{seq: 3, data: "cd"})
	if got := play(t, stream.Limits{}, steps...).text[tcpstate.Client].String(); got != "abcdef!" {
		t.Errorf("not acknowledged: %q", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const limit = 10_000
	a := stream.New(stream.Limits{PerConn: limit, Total: 3 * limit})
	var conns [8]*stream.Conn
	var recorders [8]recorder
	payload := strings.Repeat("x", 100)
	most := 0
	for i := range conns {
		recorders[i].t = t
		conns[i] = a.Open(recorders[i].deliver)
		seg := segment(step{flags: syn}, 1)
		conns[i].Segment(tcpstate.Client, &seg)
	}
	for n := range uint32(300) {
		for i := range conns {
			seg := segment(step{seq: 10 + 200*n, data: payload}, int(n)+2) // every other 100 octets are missing
			conns[i].Segment(tcpstate.Client, &seg)
			most = max(most, a.Held())
		}
	}
	if most > 3*limit || most < 2*limit {
		t.Errorf("held %d bytes at most; the limit is %d", most, 3*limit)
	}
	for i := range conns {
		if recorders[i].next[tcpstate.Client] == 0 {
			t.Errorf("connection %d got nothing, though memory was short", i)
		}
		conns[i].Close()
		if got, want := recorders[i].next[tcpstate.Client], int64(9+200*299+100); got != want {
			t.Errorf("connection %d ends at %d, want %d", i, got, want)
		}
	}
	if a.Held() != 0 {
		t.Errorf("%d bytes held after all is over", a.Held())
	}
}

// TestAnyOrder cuts a stream into overlapping segments, each of which says
// something else about the octets that it shares with others, shuffles them,
// and compares with the rule itself: for each octet, the first copy.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	seeds := uint64(300)
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds *= 500
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 7))
		length := 1 + r.IntN(200)
		steps := []step{{flags: syn}}
		for covered := 0; covered < length; {
			n := min(1+r.IntN(20), length-covered)
			steps = append(steps, step{seq: uint32(1 + covered), data: noise(r, n)})
			covered += n
		}
		for range r.IntN(20) {
			at := r.IntN(length)
			steps = append(steps, step{seq: uint32(1 + at), data: noise(r, 1+r.IntN(length-at))})
		}
		steps = append(steps, step{seq: uint32(1 + length), flags: fin})
		r.Shuffle(len(steps)-1, func(i, j int) { steps[i+1], steps[j+1] = steps[j+1], steps[i+1] })
		want := make([]byte, length)
		for _, s := range steps {
			for i := range s.data {
				if at := int(s.seq) - 1 + i; want[at] == 0 {
					want[at] = s.data[i]
				}
			}
		}
		if got := play(t, stream.Limits{}, steps...).text[tcpstate.Client].String(); got != string(want)+"." {
			t.Fatalf("seed %d:\n got %q\nwant %q", seed, got, want)
		}
	}
}

func noise(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// TestLongStream: offsets go on where sequence numbers have wrapped.
func TestLongStream(t *testing.T) {
	t.Parallel()
	r := &recorder{t: t}
	c := stream.New(stream.Limits{}).Open(r.deliver)
	s := tcpstate.Segment{Frame: 1, Seq: isn, Flags: syn}
	c.Segment(tcpstate.Client, &s)
	const chunk = 1 << 29
	for i := range 20 { // 10 GiB, of which the capture kept nothing
		s := tcpstate.Segment{Frame: i + 2, Seq: isn.Add(1).Add(uint32(i) * chunk), Len: chunk}
		c.Segment(tcpstate.Client, &s)
	}
	c.Close()
	if got := r.next[tcpstate.Client]; got != 20*chunk {
		t.Errorf("the stream ends at %d, want %d", got, int64(20*chunk))
	}
}

// FuzzSegments plays anything: offsets must stay in order (the recorder looks),
// and all memory must be let go.
func FuzzSegments(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 0, 1, 5, 9, 2, 10, 3, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		r := &recorder{t: t}
		a := stream.New(stream.Limits{PerConn: 2000, Total: 3000})
		conns := [2]*stream.Conn{a.Open(r.deliver), a.Open(func(tcpstate.End, *stream.Chunk) {})}
		for i := 0; i+4 <= len(script); i += 4 {
			b := script[i : i+4]
			s := segment(step{
				seq: uint32(b[1]) << (b[3] >> 5 * 4), flags: tcpstate.Flags(b[0]) & (syn | fin | rst | ack),
				data: strings.Repeat("z", int(b[2])), len: int(b[2]) + int(b[3]&1), ack: uint32(b[3]),
			}, i+1)
			conns[b[0]>>6&1].Segment(tcpstate.End(b[0]>>7), &s)
			if a.Held() > 3000 || a.Held() < 0 {
				t.Fatalf("%d bytes held", a.Held())
			}
		}
		conns[0].Close()
		conns[1].Close()
		if a.Held() != 0 {
			t.Fatalf("%d bytes held after the end", a.Held())
		}
	})
}

func BenchmarkInOrder(b *testing.B) {
	total := 0
	c := stream.New(stream.Limits{}).Open(func(_ tcpstate.End, c *stream.Chunk) { total += len(c.Data) })
	s := tcpstate.Segment{Flags: ack, Len: 1448, Payload: make([]byte, 1448)}
	b.SetBytes(1448)
	b.ReportAllocs()
	for b.Loop() {
		c.Segment(tcpstate.Client, &s)
		s.Seq = s.Seq.Add(1448)
	}
}

func BenchmarkSwappedPairs(b *testing.B) {
	total := 0
	c := stream.New(stream.Limits{}).Open(func(_ tcpstate.End, c *stream.Chunk) { total += len(c.Data) })
	s := tcpstate.Segment{Seq: 0, Len: 1448, Payload: make([]byte, 1448)}
	c.Segment(tcpstate.Client, &s)
	b.SetBytes(2 * 1448)
	for b.Loop() {
		s.Seq = s.Seq.Add(2 * 1448)
		c.Segment(tcpstate.Client, &s)
		s.Seq = s.Seq.Add(^uint32(1448) + 1)
		c.Segment(tcpstate.Client, &s)
		s.Seq = s.Seq.Add(1448)
	}
}

// TestBothDirections: what an end sends comes behind what it had received, in
// whatever order a capture shows the two, and whatever it lacks.
func TestBothDirections(t *testing.T) {
	t.Parallel()
	open := []step{{flags: syn}, {server: true, flags: syn | ack, ack: 1}}
	ask, answer := step{seq: 1, flags: ack, data: "ask", ack: 1}, step{server: true, seq: 1, flags: ack, data: "answer", ack: 4}
	again, answered := step{seq: 4, flags: ack, data: "more", ack: 7}, step{server: true, seq: 7, flags: ack, data: "all", ack: 8}
	idle := slices.Repeat([]step{{seq: 8, flags: ack, ack: 10}}, 9)
	far := step{server: true, seq: 1, flags: ack, data: "answer", ack: 1 << 29}
	tests := []struct {
		name  string
		steps []step
		want  string
	}{
		{"in order", []step{ask, answer, again, answered}, ">ask <answer >more <all >! <!"},
		{"the answer is seen first", []step{answer, ask, answered, again}, ">ask <answer >more <all >! <!"},
		{"a request is missing", slices.Concat([]step{answer, again, answered}, idle), ">[3] <answer >more <all >! <!"},
		{"an answer is missing", slices.Concat([]step{ask, again, answered}, idle), ">ask <[6] >more <all >! <!"},
		{"when all ends", []step{ask, again, answered}, ">ask <[6] >more <all >! <!"},
		{"the last request is missing", slices.Concat([]step{ask, answer, answered}, idle), ">ask <answer <all >! <!"},
		{"a number that nobody has sent", slices.Concat([]step{far}, idle, []step{ask, again}), "<answer >ask >more >! <!"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			a := stream.New(stream.Limits{})
			c := a.Open(func(from tcpstate.End, chunk *stream.Chunk) {
				text := string(chunk.Data)
				switch chunk.Kind {
				case stream.Gap:
					text = fmt.Sprintf("[%d]", chunk.Lost)
				case stream.Cut:
					text = "!"
				case stream.Data, stream.End:
				}
				got = append(got, map[tcpstate.End]string{tcpstate.Client: ">", tcpstate.Server: "<"}[from]+text)
			})
			for i, s := range slices.Concat(open, tt.steps) {
				seg := segment(s, i+1)
				c.Segment(from(s), &seg)
			}
			c.Close()
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if a.Held() != 0 {
				t.Errorf("%d bytes are still held", a.Held())
			}
		})
	}
}
