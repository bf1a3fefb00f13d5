package analyze_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/trace"
)

// fleeting yields frames whose data is overwritten as soon as the next one is
// asked for, as a reader's buffer is, and ends in an error if there is one.
func fleeting(frames []capture.Frame, end error) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		var buf []byte
		for _, f := range frames {
			for i := range buf {
				buf[i] = 0xff
			}
			buf = append(buf[:0], f.Data...)
			f.Data = buf
			if !yield(f, nil) {
				return
			}
		}
		if end != nil {
			yield(capture.Frame{}, end)
		}
	}
}

// lender is a reader of frames that lends the blocks that they lie in, of some
// frames each. What nobody borrows any more is overwritten.
type lender struct {
	frames []capture.Frame
	end    error
	turn   func(read []byte) (empty []byte)
	blocks int // that had to be made
}

func (l *lender) Lend(turn func(read []byte) (empty []byte)) { l.turn = turn }

func (l *lender) source(yield func(capture.Frame, error) bool) {
	var block []byte
	begin := func() {
		if block != nil {
			block = l.turn(block)[:0]
		}
		for i := range block[:cap(block)] {
			block[:cap(block)][i] = 0xff
		}
		if block == nil {
			block = make([]byte, 0, 4<<10)
			l.blocks++
		}
	}
	begin()
	for _, f := range l.frames {
		if len(block)+len(f.Data) > cap(block) {
			begin()
		}
		at := len(block)
		block = append(block, f.Data...)
		f.Data = block[at:len(block):len(block)]
		if !yield(f, nil) {
			return
		}
	}
	if l.end != nil {
		yield(capture.Frame{}, l.end)
	}
}

// told is what a run tells, as text, and its error.
func told(o analyze.Options, frames capture.Source) (all []string, failed error) {
	for e, err := range o.Run(frames, nil) {
		if err != nil {
			return all, err
		}
		line := fmt.Sprint(e.Kind, e.At, e.Frame, e.Stream, e.From, e.To)
		switch {
		case e.Segment != nil:
			s := e.Segment
			line += fmt.Sprintf("%+v %v %v %d %d", s.Segment, s.Findings, s.RTT, s.AcksFrame, s.InFlight)
		case e.State != nil:
			c := e.State.Change
			line += fmt.Sprint(c.End, c.From, c.To, c.Frames)
		case e.Message != nil:
			line += fmt.Sprintf("%+v", *e.Message)
		case e.Other != nil:
			line += fmt.Sprintf("%+v", *e.Other)
		case e.Connection != nil:
			line += fmt.Sprint(e.Connection.Bytes, e.Connection.Findings)
		case e.Totals != nil:
			line += fmt.Sprintf("%+v", *e.Totals)
		}
		all = append(all, line)
	}
	return all, nil
}

// exchanges are the frames of n connections, one after another, each with an HTTP
// exchange and its end.
func exchanges(tb testing.TB, n int) (all []capture.Frame) {
	tb.Helper()
	for i := range n {
		b := newBuilder(tb)
		b.seq = [2]uint32{uint32(1000 * i), uint32(7000 * i)}
		b.now = b.now.Add(time.Duration(i+1) * time.Hour)
		b.handshake()
		push := func(t *layers.TCP) { t.ACK, t.PSH = true, true }
		b.send(0, push, fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i))
		body := bytes.Repeat([]byte("b"), 100*i)
		b.send(1, push, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		end := func(t *layers.TCP) { t.FIN, t.ACK = true, true }
		b.send(0, end, nil)
		b.send(1, end, nil)
		b.send(0, func(t *layers.TCP) { t.ACK = true }, nil)
		all = append(all, b.frames...)
	}
	return all
}

// What is read ahead is told as what is not: also where fragments are put
// together in borrowed memory, where frames are larger than a batch, and where
// the trace ends in damage.
func TestAheadTellsTheSame(t *testing.T) {
	t.Parallel()
	frames := traffic(t, 500)
	large := frames[5].Clone()
	large.Data = append(large.Data, make([]byte, 3<<20)...)
	frames = append(frames, large)
	first, last := fragmented(frames[10], 64)
	frames = append(frames, first, last)
	frames = append(frames, traffic(t, 100)...)
	frames = append(frames, exchanges(t, 50)...)
	damage := errors.New("damage")
	withoutSegments := trace.KindsOf(trace.KindState, trace.KindMessage, trace.KindOther, trace.KindConnection, trace.KindTotals)
	for _, c := range []struct {
		end   error
		kinds trace.Kinds
	}{{nil, 0}, {damage, 0}, {nil, withoutSegments}, {damage, withoutSegments}} {
		end := c.end
		want, wantErr := told(analyze.Options{VerifyChecksums: true, Kinds: c.kinds}, fleeting(frames, end))
		in := &lender{frames: frames, end: end}
		got, gotErr := told(analyze.Options{VerifyChecksums: true, Kinds: c.kinds, Ahead: in}, in.source)
		if in.turn != nil || in.blocks > 8 {
			t.Errorf("%d blocks were made, and the last is still lent: %t", in.blocks, in.turn != nil)
		}
		if !errors.Is(gotErr, end) || !errors.Is(wantErr, end) {
			t.Errorf("errors %v and %v, want %v", gotErr, wantErr, end)
		}
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("event %d differs:\nahead  %v\nalone  %s", i, got[min(i, len(got)):min(i+1, len(got))], want[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d events, want %d", len(got), len(want))
		}
	}
}

// A consumer that has seen enough ends the reading, and waits for its end.
func TestAheadStops(t *testing.T) {
	t.Parallel()
	frames := traffic(t, 5000)
	frames = append(frames, exchanges(t, 20)...)
	for i, enough := range []int{1, 2, 100, 1000, 1, 2, 100, 1000} {
		kind := trace.KindSegment
		if i >= 4 {
			kind = trace.KindMessage // then the other goroutine follows connections, too
		}
		ended := false
		source := func(yield func(capture.Frame, error) bool) {
			defer func() { ended = true }()
			for {
				for _, f := range frames {
					if !yield(f, nil) {
						return
					}
				}
			}
		}
		n := 0
		for range (analyze.Options{Ahead: &lender{}, Kinds: trace.KindsOf(kind)}).Run(source, nil) {
			if n++; n == enough {
				break
			}
		}
		if !ended {
			t.Errorf("after %d events the frames are still being read", enough)
		}
	}
}
