package analyze_test

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func source(all []capture.Frame, end error) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
		if end != nil {
			yield(capture.Frame{}, end)
		}
	}
}

// tell reads a run to its end, keeping its events.
func tell(t *testing.T, run iter.Seq2[trace.Event, error]) ([]trace.Event, error) {
	t.Helper()
	var all []trace.Event
	for e, err := range run {
		if err != nil {
			return all, err
		}
		all = append(all, e.Clone())
	}
	return all, nil
}

func kinds(all []trace.Event) (out []trace.Kind) {
	for _, e := range all {
		out = append(out, e.Kind)
	}
	return out
}

// TestCutFrames: frames of which the capture kept a part are counted, though their
// headers are whole.
func TestCutFrames(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	b.data(100)
	b.frames[3].Data = b.frames[3].Data[:len(b.frames[3].Data)-50]
	all, err := tell(t, analyze.Run(source(b.frames, nil), nil))
	if err != nil {
		t.Fatal(err)
	}
	if n := all[len(all)-1].Totals; n.Cut != 1 || n.Damaged != 0 {
		t.Errorf("%+v", n)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	all, err := tell(t, analyze.Run(source(b.frames, nil), nil))
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1]
	if last.Kind != trace.KindTotals || last.Totals.Frames != 3 || last.Totals.Segments != 3 || last.Totals.Connections != 1 {
		t.Errorf("the last event is %v %+v", last.Kind, last.Totals)
	}
	var history []string
	for _, e := range all {
		if e.Kind == trace.KindState {
			history = append(history, fmt.Sprintf("%d %s %v", e.Frame, e.From.Role, e.State.To))
		}
	}
	want := []string{"1 client SYN-SENT", "2 server SYN-RECEIVED", "2 client ESTABLISHED", "3 server ESTABLISHED"}
	if !slices.Equal(history, want) {
		t.Errorf("states %q, want %q", history, want)
	}
}

// All that could be read is told, its summary too, before the damage is.
func TestDamage(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	torn := errors.New("torn")
	all, err := tell(t, analyze.Run(source(b.frames, torn), nil))
	if !errors.Is(err, torn) {
		t.Errorf("error %v", err)
	}
	if n := len(all); n == 0 || all[n-1].Kind != trace.KindTotals || all[n-1].Totals.Segments != 3 {
		t.Errorf("before the damage: %v", kinds(all))
	}
}

func at(ms int) time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
}

func note(ms int, order uint64, text string) trace.Observation {
	return trace.Observation{Kind: trace.ObservedNote, At: at(ms), Order: order, Note: &trace.Note{Text: trace.Text{En: text}}}
}

// Frames and observations come in order of time, then of order; ticks take
// part in the order and are not told.
func TestMerge(t *testing.T) {
	t.Parallel()
	frame := func(ms int, order uint64, marks capture.Marks) capture.Frame {
		return capture.Frame{Number: ms, Time: at(ms), Order: order, Link: capture.LinkEthernet, Marks: marks}
	}
	frames := []capture.Frame{frame(10, 2, 0), frame(20, 1, 0), frame(25, 0, capture.Tick), frame(40, 0, 0)}
	observations := []trace.Observation{
		note(10, 1, "a"), note(10, 3, "b"), note(20, 1, "c"),
		{Kind: trace.ObservedTick, At: at(30)},
		note(50, 0, "d"),
	}
	all, err := tell(t, analyze.Run(source(frames, nil), slices.Values(observations)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		switch e.Kind {
		case trace.KindNote:
			got = append(got, e.Note.Text.En)
		case trace.KindOther:
			got = append(got, fmt.Sprint(e.Frame))
		default:
		}
	}
	want := []string{"a", "10", "b", "20", "c", "40", "d"}
	if !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}

func observed(ms int, c trace.Conn, role trace.Role, from, to tcpstate.State) trace.Observation {
	return trace.Observation{
		Kind: trace.ObservedState, At: at(ms), Conn: c, From: from, To: to,
		Party: trace.Participant{Role: role, Addr: c.Local},
	}
}

var (
	client = netip.MustParseAddrPort("10.0.0.1:40000")
	server = netip.MustParseAddrPort("10.0.0.2:7")
)

// Where every change is observed, each is told once, with the frames that show
// it; a report that the segments do not bear out is marked.
func TestExact(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	c := trace.Conn{Local: client, Remote: server}
	states := func(last tcpstate.State) []trace.StateChange {
		all, err := tell(t, analyze.Options{Exact: true}.Run(source(b.frames, nil), slices.Values([]trace.Observation{
			observed(-1, c, trace.RoleClient, tcpstate.Closed, tcpstate.SynSent),
			observed(1000, c, trace.RoleClient, tcpstate.SynSent, last),
		})))
		if err != nil {
			t.Fatal(err)
		}
		var out []trace.StateChange
		for _, e := range all {
			if e.Kind == trace.KindState && e.From.Role == trace.RoleClient {
				out = append(out, *e.State)
			}
		}
		return out
	}
	right := states(tcpstate.Established)
	if len(right) != 2 || right[0].Contradicted || right[1].Contradicted || right[1].Basis != tcpstate.Observed {
		t.Errorf("agreeing: %+v", right)
	}
	wrong := states(tcpstate.SynReceived)
	if len(wrong) != 2 || !wrong[1].Contradicted {
		t.Errorf("contradicting: %+v", wrong)
	}
}

// Where states are sampled, what the segments prove is told, and a sample that
// says the same adds nothing.
func TestSampled(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	c := trace.Conn{Local: client, Remote: server}
	all, err := tell(t, analyze.Run(source(b.frames, nil), slices.Values([]trace.Observation{
		observed(1000, c, trace.RoleClient, tcpstate.Unknown, tcpstate.Established),
		observed(2000, c, trace.RoleClient, tcpstate.Established, tcpstate.Closed),
	})))
	if err != nil {
		t.Fatal(err)
	}
	var path []string
	for _, e := range all {
		if e.Kind == trace.KindState && e.From.Role == trace.RoleClient {
			path = append(path, fmt.Sprint(e.State.To, e.State.Basis == tcpstate.Observed))
		}
	}
	want := []string{"SYN-SENT false", "ESTABLISHED false", "CLOSED true"}
	if !slices.Equal(path, want) {
		t.Errorf("%q, want %q", path, want)
	}
}

// A consumer that has had enough ends the run.
func TestStop(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	n := 0
	for range analyze.Run(source(b.frames, nil), nil) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d events", n)
	}
}

// A frame that stays within a machine was sent and has arrived: nothing about
// it is assumed.
func TestLoopback(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.loopback = true
	b.handshake()
	b.send(0, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	all, err := tell(t, analyze.Run(source(b.frames, nil), nil))
	if err != nil {
		t.Fatal(err)
	}
	allInferred(t, all)
}

// allInferred holds the states of a connection that opens, and of which the client
// closes, all within one machine.
func allInferred(t *testing.T, all []trace.Event) {
	t.Helper()
	var got []string
	for _, e := range all {
		if e.Kind == trace.KindState {
			got = append(got, fmt.Sprint(e.Frame, " ", e.State.To))
			if e.State.Basis != tcpstate.Inferred {
				t.Errorf("frame %d: %v is %v", e.Frame, e.State.To, e.State.Basis)
			}
		}
	}
	want := []string{"1 SYN-SENT", "2 SYN-RECEIVED", "2 ESTABLISHED", "3 ESTABLISHED", "4 FIN-WAIT-1", "4 CLOSE-WAIT"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A checksum that nobody computes within a machine is told of once, and keeps
// nothing from arriving.
func TestLoopbackWithoutChecksums(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.loopback = true
	b.handshake()
	b.send(0, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	const checksum = 14 + 20 + 16 // Ethernet, IPv4, and before it in TCP's header
	for i := range b.frames {
		b.frames[i].Data[checksum] ^= 0xff
	}
	all, err := tell(t, analyze.Options{VerifyChecksums: true}.Run(source(b.frames, nil), nil))
	if err != nil {
		t.Fatal(err)
	}
	allInferred(t, all)
	told := 0
	for _, e := range all {
		switch e.Kind {
		case trace.KindSegment:
			told += len(e.Segment.Findings)
		case trace.KindConnection:
			if n := e.Connection.Findings[tcpstate.FoundBadChecksum]; n != 4 || told != n {
				t.Errorf("of 4 wrong checksums %d are told of, and %d counted", told, n)
			}
		default:
		}
	}
}

// TestResetEndsReading: what a RST cuts off is told before it, and nothing behind
// it is read: its sender has no TCB any more.
func TestResetEndsReading(t *testing.T) {
	t.Parallel()
	ack := func(t *layers.TCP) { t.ACK = true }
	b := newBuilder(t)
	b.handshake()
	b.send(0, ack, []byte("GET / HTTP/1.1\r\n\r\n"))
	b.send(1, ack, []byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))
	b.send(0, func(t *layers.TCP) { t.RST, t.ACK = true, true }, nil)
	b.send(1, ack, []byte("def"))
	for _, ahead := range []bool{false, true} {
		for _, only := range []trace.Kinds{0, trace.KindsOf(trace.KindMessage, trace.KindState)} {
			o, frames := analyze.Options{Kinds: only}, source(b.frames, nil)
			if ahead {
				in := &lender{frames: b.frames}
				o.Ahead, frames = in, in.source
			}
			all, err := tell(t, o.Run(frames, nil))
			var got []string
			for _, e := range all {
				if m := e.Message; m != nil && !m.Request {
					got = append(got, fmt.Sprintf("%d after %d bytes, truncated %v", e.Frame, m.BodyBytes, m.Truncated))
				} else if e.Frame >= 6 {
					got = append(got, fmt.Sprint(e.Frame))
					break
				}
			}
			if want := []string{"5 after 3 bytes, truncated true", "6"}; err != nil || !slices.Equal(got, want) {
				t.Errorf("ahead %v: %q, want %q; %v", ahead, got, want, err)
			}
		}
	}
}

// TestClock: what is wrong with the times of frames is counted.
func TestClock(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	b.data(1)
	b.frames[1].Time = time.Unix(capture.MaxSeconds, 5)
	all, err := tell(t, analyze.Run(source(b.frames, nil), nil))
	if n := all[len(all)-1].Totals; err != nil || n.Clamped != 1 || n.Backward != 1 {
		t.Errorf("%+v, %v", n, err)
	}
}

func Example() {
	frames := []capture.Frame{{Number: 1, Link: capture.LinkEthernet, Data: make([]byte, 14)}}
	for e, err := range analyze.Run(source(frames, nil), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch e.Kind {
		case trace.KindOther:
			fmt.Println("frame", e.Frame, "is", e.Other.Protocol)
		case trace.KindTotals:
			fmt.Println(e.Totals.Frames, "frame,", e.Totals.Segments, "segments")
		default:
		}
	}
	// Output:
	// frame 1 is LLC
	// 1 frame, 0 segments
}
