package tcpdemo_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

const rto = 200 * time.Millisecond // the stack's smallest, which these round trips of 20 ms give

func TestLessonLoss(t *testing.T) {
	onSeeds(t, "loss", func(t *testing.T, all evidence) {
		lost := all.where(fate(trace.Dropped)).one(t, "lost segment")
		first := all.where(sent, by(client), data, func(e *trace.Event) bool { return e.Wire == lost.Wire }).one(t, "the lost data")
		again := all.where(sent, found(tcpstate.FoundRetransmission)).one(t, "retransmission")
		if again.Segment.Seq != first.Segment.Seq || !bytes.Equal(again.Segment.Payload, first.Segment.Payload) {
			t.Errorf("%s repeats %s", line(again), line(first))
		}
		if d := again.At.Sub(first.At); d != rto {
			t.Errorf("retransmitted after %v, want the RTO of %v", d, rto)
		}
		all.where(arrived, by(client), data).one(t, "arrival")
		all.where(by(server), call("read", "5 bytes")).one(t, "delivery")
	})
}

func TestLessonFastRetransmit(t *testing.T) {
	onSeeds(t, "fast-retransmit", func(t *testing.T, all evidence) {
		lost := all.where(fate(trace.Dropped)).one(t, "lost segment")
		all.where(sent, by(server), found(tcpstate.FoundDuplicateAck)).count(t, "duplicate ACKs", 3)
		third := all.where(arrived, by(server), func(e *trace.Event) bool { return e.Segment.RelAck == 5 })
		again := all.where(sent, found(tcpstate.FoundFastRetransmission)).one(t, "fast retransmission")
		if len(third) != 4 || !again.At.Equal(third[3].At) || again.Segment.RelSeq != 5 {
			t.Errorf("%s does not answer the third duplicate of 4 ACKs of 5 (there are %d)", line(again), len(third))
		}
		if d := again.At.Sub(lost.At); d >= rto {
			t.Errorf("retransmitted after %v: the timer's work", d)
		}
		all.where(sent, by(client), data).count(t, "data segments, with the retransmission", 6)
		all.where(by(server), call("read", "19 bytes")).one(t, "what had waited")
	})
}

func TestLessonReorder(t *testing.T) {
	onSeeds(t, "reorder", func(t *testing.T, all evidence) {
		all.where(fate(trace.Delayed)).one(t, "delayed segment")
		out, in := all.where(sent, by(client), data), all.where(arrived, by(client), data)
		if len(out) != 2 || len(in) != 2 || out[0].Wire != in[1].Wire || out[1].Wire != in[0].Wire {
			t.Fatalf("%d segments sent, %d arrived: not one that overtakes another", len(out), len(in))
		}
		all.where(sent, by(server), found(tcpstate.FoundDuplicateAck)).one(t, "duplicate ACK")
		all.where(sent, found(tcpstate.FoundRetransmission)).count(t, "retransmissions", 0)
		read := all.where(by(server), call("read", "12 bytes")).one(t, "delivery")
		if read.At.Before(in[1].At) || read.Call.Args != `"first second"` {
			t.Errorf("%s at %v, and the first segment came at %v", line(read), since(read), since(&in[1]))
		}
	})
}

func TestLessonDuplicate(t *testing.T) {
	onSeeds(t, "duplicate", func(t *testing.T, all evidence) {
		all.where(fate(trace.Duplicated)).one(t, "duplicated segment")
		out := all.where(sent, by(client), data).one(t, "data sent")
		all.where(arrived, by(client), data, func(e *trace.Event) bool { return e.Wire == out.Wire }).count(t, "arrivals", 2)
		all.where(sent, by(server), func(e *trace.Event) bool { return e.Segment.RelAck == 6 }).count(t, "ACKs of it", 2)
		all.where(by(server), func(e *trace.Event) bool { return e.Kind == trace.KindCall && e.Call.Name == "read" }).one(t, "delivery")
	})
}

func TestLessonCorrupt(t *testing.T) {
	onSeeds(t, "corrupt", func(t *testing.T, all evidence) {
		all.where(fate(trace.Corrupted)).one(t, "corrupted segment")
		in := all.where(arrived, by(client), data)
		if len(in) != 2 || in[0].Segment.Checksum != tcpstate.Invalid || in[1].Segment.Checksum != tcpstate.Valid {
			t.Fatalf("%d arrivals, want one with a wrong checksum and one with the right one", len(in))
		}
		if bytes.Equal(in[0].Segment.Payload, in[1].Segment.Payload) {
			t.Error("no bit of the payload was flipped")
		}
		all.where(sent, by(client), found(tcpstate.FoundRetransmission)).one(t, "retransmission")
		all.where(sent, by(server), without(tcpstate.SYN), func(e *trace.Event) bool { return e.At.Before(in[1].At) }).
			count(t, "answers to the damaged segment", 0)
		all.where(by(server), call("read", "5 bytes")).one(t, "delivery")
	})
}

func TestLessonBackoff(t *testing.T) {
	onSeeds(t, "backoff", func(t *testing.T, all evidence) {
		syns := all.where(sent, by(client), stream(0), flags(tcpstate.SYN))
		want := []time.Duration{1, 2, 4, 8, 16, 32}
		for i := range want {
			want[i] *= time.Second
		}
		if got := syns.gaps(); !slices.Equal(got, want) {
			t.Errorf("SYNs came %v apart, want %v", got, want)
		}
		all.where(arrived, stream(0)).count(t, "SYNs that arrived", 0)
		end := all.where(by(client), stream(0), becomes(tcpstate.Closed)).one(t, "giving up")
		if d := end.At.Sub(syns[0].At); d != 127*time.Second || end.State.Cause.Kind != tcpstate.OnTimer {
			t.Errorf("gave up after %v by %v", d, end.State.Cause)
		}
		all.where(by(client), call("connect", "connection timed out")).one(t, "connect")

		attempts := all.where(sent, by(client), stream(1), data)
		if got := attempts.gaps(); !slices.Equal(got, []time.Duration{rto, 2 * rto, 4 * rto, 8 * rto}) {
			t.Errorf("transmissions came %v apart, want each wait twice the last", got)
		}
		all.where(arrived, by(client), stream(1), data).one(t, "arrival")
		all.where(by(server), call("read", "5 bytes")).one(t, "delivery")
		all.where(stream(1), becomes(tcpstate.Closed)).count(t, "ends of the second connection", 0)
	})
}

func TestLessonZeroWindow(t *testing.T) {
	onSeeds(t, "zero-window", func(t *testing.T, all evidence) {
		closed := all.where(sent, by(server), found(tcpstate.FoundZeroWindow))
		if len(closed) == 0 {
			t.Fatal("the window was never closed")
		}
		opened := all.where(arrived, by(server), func(e *trace.Event) bool { return e.At.After(closed[0].At) && e.Segment.ScaledWindow > 0 })
		if len(opened) == 0 {
			t.Fatal("the window was never opened again")
		}
		probes := all.where(sent, by(client), data, func(e *trace.Event) bool {
			return e.At.After(closed[0].At) && e.At.Before(opened[0].At)
		})
		if len(probes) < 3 {
			t.Fatalf("%d probes, want 3 at least", len(probes))
		}
		edge := closed[0].Segment.Ack // RCV.NXT and no window: nothing from here on may be sent
		for _, p := range probes {
			if p.Segment.Len != 1 || p.Segment.End() != edge {
				t.Errorf("%s: want a probe of one octet, below %d", line(&p), edge)
			}
		}
		for i, gap := range probes.gaps() {
			if want := 2 * rto << i; gap != want {
				t.Errorf("probe %d came %v after the one before, want %v", i+2, gap, want)
			}
		}
		read := 0
		for _, e := range all.where(by(server)) {
			if e.Kind == trace.KindCall && e.Call.Name == "read" {
				read += e.Call.Bytes
			}
		}
		if read != 3000 {
			t.Errorf("the server's program read %d bytes, want 3000", read)
		}
	})
}
