package network_test

import (
	"fmt"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

const ms = time.Millisecond

// Which segments a rule means: each row sends the handshake and then segments.
func TestAddressing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule string
		send []segment
		want string // after the handshake
	}{
		// A retransmission of the 2nd data segment is the 2nd data segment.
		{"drop 2nd data segment client→server once", []segment{data(0, 10), data(10, 10), data(20, 10), data(10, 10), data(30, 10)}, "ok dropped ok ok ok"},
		{"drop 2nd data segment client→server always", []segment{data(0, 10), data(10, 10), data(20, 10), data(10, 10), data(10, 10)}, "ok dropped ok dropped dropped"},
		{"drop 2nd data segment client→server twice", []segment{data(0, 10), data(10, 10), data(10, 10), data(10, 10)}, "ok dropped dropped ok"},
		{"drop 2nd transmission of 1st data segment", []segment{data(0, 10), data(0, 10), data(0, 10)}, "ok dropped ok"},
		{"drop retransmissions of 1st data segment", []segment{data(0, 10), data(0, 10), data(10, 10), data(0, 10)}, "ok dropped ok dropped"},
		{"drop 3rd data segment client→server", []segment{data(0, 10), data(0, 10), data(0, 10), data(10, 10), data(20, 10)}, "ok ok ok ok dropped"},
		// A retransmission may be cut otherwise: it is known by its first octet.
		{"drop 2nd data segment client→server always", []segment{data(0, 10), data(10, 10), data(20, 10), data(10, 30), data(15, 5), data(40, 5)}, "ok dropped ok dropped dropped ok"},
		{"drop 4th data segment client→server", []segment{data(0, 10), data(10, 10), data(10, 30), data(30, 10), data(40, 10), data(50, 10)}, "ok ok ok ok ok dropped"},
		// Lost before the wire saw it, seen late: it is new.
		{"drop 2nd data segment client→server", []segment{data(10, 10), data(0, 10)}, "ok dropped"},
		{"drop every 2nd data segment client→server", []segment{data(0, 1), data(1, 1), data(2, 1), data(3, 1)}, "ok dropped ok dropped"},
		{"drop 2-3 data client→server", []segment{data(0, 1), data(1, 1), data(2, 1), data(3, 1)}, "ok dropped dropped ok"},
		{"drop 3- data client→server", []segment{data(0, 1), data(1, 1), data(2, 1), data(3, 1)}, "ok ok dropped dropped"},
		// Without a way both are counted together; "both" counts each.
		{"drop 2nd data segment", []segment{data(0, 1), reply(0, 1), data(1, 1), reply(1, 1)}, "ok dropped ok ok"},
		{"drop 2nd data segment both", []segment{data(0, 1), reply(0, 1), data(1, 1), reply(1, 1)}, "ok ok dropped dropped"},
		{"drop 2nd data segment server→client", []segment{data(0, 1), reply(0, 1), data(1, 1), reply(1, 1)}, "ok ok ok dropped"},
		{"drop 4th", []segment{data(0, 1), reply(0, 1)}, "dropped ok"},
		{"drop 3rd segment client→server", []segment{data(0, 1), reply(0, 1)}, "dropped ok"},
		{"drop frame 5", []segment{data(0, 1), data(0, 1)}, "ok dropped"},
		// Kinds. Pure ACKs are never retransmitted: each one counts.
		{"drop 2nd pure-ack server→client", []segment{ackOf(0), ackOf(0), ackOf(0)}, "ok dropped ok"},
		{"drop 2nd pure-ack", []segment{data(0, 1), ackOf(1)}, "ok dropped"},
		{"drop 1st psh", []segment{{flags: ack, seq: 1001, ack: 5001, payload: "a"}, data(1, 1)}, "ok dropped"},
		{"drop fin", []segment{data(0, 1), {flags: fin | ack, seq: 1002, ack: 5001}, {flags: fin | ack, seq: 1002, ack: 5001}}, "ok dropped dropped"},
		{"drop 1st fin once", []segment{data(0, 1), {flags: fin | ack, seq: 1002, ack: 5001}, {flags: fin | ack, seq: 1001, ack: 5001, payload: "x"}}, "ok dropped ok"},
		{"drop rst", []segment{data(0, 1), {dir: s2c, flags: rst, seq: 5001}}, "ok dropped"},
		{"drop ack", []segment{data(0, 1)}, "dropped"},
		// A new connection between the same ends, and another one.
		{"drop 1st data segment of 2nd connection", []segment{data(0, 1), {flags: syn, seq: 90000}, {flags: ack | psh, seq: 90001, payload: "z"}}, "ok ok dropped"},
		{"drop 1st data segment of each connection", []segment{data(0, 1), data(1, 1), {port: 40001, flags: syn, seq: 7}, {port: 40001, flags: ack, seq: 8, payload: "z"}}, "dropped ok ok dropped"},
		{"drop 2nd data segment", []segment{data(0, 1), {port: 40001, flags: syn, seq: 7}, {port: 40001, flags: ack, seq: 8, payload: "z"}}, "ok ok dropped"},
		// Time.
		{"drop from 5ms until 7ms", []segment{data(0, 1), data(1, 1), data(2, 1), data(3, 1)}, "ok dropped dropped ok"},
		{"drop 2nd data segment from 6ms", []segment{data(0, 1), data(1, 1), data(1, 1)}, "ok ok ok"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, network.Link{}, test.rule)
			handshake := w.fates(open()...)
			if want := "ok ok ok"; handshake != want && test.rule != "drop ack" {
				t.Fatalf("handshake: %s", handshake)
			}
			if got := w.fates(test.send...); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestHandshakeKinds(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"drop syn": "dropped dropped ok", "drop 1st syn": "dropped ok ok", "drop all syn server→client": "ok dropped ok",
		"drop syn-ack": "ok dropped ok", "drop 2nd ack": "ok ok dropped", "drop pure-ack": "ok ok dropped",
	} {
		if got := newWire(t, network.Link{}, rule).fates(open()...); got != want {
			t.Errorf("%s: got %s, want %s", rule, got, want)
		}
	}
}

// Sequence numbers wrap; the places stay.
func TestAddressingAcrossTheWrap(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "drop 2nd data segment client→server always")
	start := ^uint32(0) - 15
	at := func(offset uint32) segment {
		return segment{flags: ack, seq: start + 1 + offset, payload: "0123456789"}
	}
	if got := w.fates(segment{flags: syn, seq: start}, at(0), at(10), at(20), at(10), at(0)); got != "ok ok dropped ok dropped ok" {
		t.Error(got)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "drop probe")
	w.fates(open()...)
	keepAlive := segment{flags: ack, seq: 1010, ack: 5001}
	if got := w.fates(data(0, 10), keepAlive, ackOf(10), keepAlive); got != "ok ok ok dropped" {
		t.Errorf("keep-alive: %s", got)
	}
	full := segment{dir: s2c, flags: ack, seq: 5001, ack: 1011, window: closed}
	if got := w.fates(full, data(10, 1), data(10, 10)); got != "ok dropped ok" {
		t.Errorf("zero window: %s", got)
	}
	w = newWire(t, network.Link{}, "drop 2nd data segment client→server")
	w.fates(open()...)
	if got := w.fates(data(0, 1), ackOf(1), segment{flags: ack, seq: 1001, ack: 5001, payload: "x"}, data(1, 1)); got != "ok ok ok dropped" {
		t.Errorf("a probe was counted as data: %s", got)
	}
}

func TestVerdictNamesTheRule(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "drop 1st SYN")
	v := verdict(t, w.send(open()[0]))
	if v != (trace.Verdict{Fate: trace.Dropped, Wire: 1, Rule: "drop 1st SYN"}) {
		t.Errorf("%+v", v)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{Delay: 5 * ms}, "delay 50ms client→server")
	d := w.send(open()[0])
	if one := only(t, d); one.After != 55*ms || one.Dir != c2s || one.Wire != 1 || len(d.Verdicts) != 0 {
		t.Errorf("%+v", d)
	}
	if one := only(t, w.send(open()[1])); one.After != 5*ms {
		t.Errorf("the other way: %v", one.After)
	}
	if one := only(t, w.sendFrame(c2s, arp(t))); one.After != 5*ms {
		t.Errorf("ARP is not touched: %v", one.After)
	}
}

// A delay that ends does not let later segments overtake; one that picks a
// segment out does.
func TestDelayAndOrder(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "delay 50ms until 2ms")
	a, b := only(t, w.send(data(0, 1))), only(t, w.send(data(1, 1)))
	if a.After != 50*ms || b.After != 49*ms {
		t.Errorf("arrivals %v and 1ms + %v: want the same instant", a.After, b.After)
	}
	w = newWire(t, network.Link{}, "delay 50ms 1st data")
	d := w.send(data(0, 1))
	if v := verdict(t, d); v.Fate != trace.Delayed || v.By != 50*ms || only(t, d).After != 50*ms {
		t.Errorf("%+v", d)
	}
	if b := only(t, w.send(data(1, 1))); b.After != 0 {
		t.Errorf("the 2nd waits for the 1st: %v", b.After)
	}
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{Delay: ms}, "duplicate 3rd")
	w.send(open()[0])
	w.send(open()[1])
	d := w.send(open()[2])
	if len(d.Deliveries) != 2 || d.Deliveries[0].Wire != 3 || d.Deliveries[1].Wire != 3 || d.Deliveries[1].After != ms || verdict(t, d).Fate != trace.Duplicated {
		t.Errorf("%+v", d)
	}
}

func TestSwap(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{Delay: 5 * ms}, "swap 3,4 client→server")
	w.fates(open()...)
	if d := w.send(data(0, 1)); len(d.Deliveries) != 0 || len(d.Verdicts) != 0 { // wire 4, at 4 ms
		t.Fatalf("not held: %+v", d)
	}
	if at, ok := w.d.NextDue(); !ok || at != 104*ms {
		t.Errorf("due at %v, %v", at, ok)
	}
	if d := w.send(reply(0, 1)); only(t, d).Wire != 5 {
		t.Errorf("the other way: %+v", d)
	}
	d := w.send(data(1, 1))
	if len(d.Deliveries) != 2 || d.Deliveries[0].Wire != 6 || d.Deliveries[1].Wire != 4 || d.Deliveries[0].After != 5*ms || d.Deliveries[1].After != 5*ms {
		t.Fatalf("%+v", d.Deliveries)
	}
	if v := verdict(t, d); v.Fate != trace.Swapped || v.Wire != 4 || v.By != 2*ms {
		t.Errorf("%+v", v)
	}
	if _, ok := w.d.NextDue(); ok {
		t.Error("still due")
	}
	if got := w.fates(data(0, 1), data(1, 1)); got != "ok ok" {
		t.Errorf("retransmissions: %s", got)
	}
}

// A segment is not held for ever.
func TestSwapGivesUp(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{Delay: 5 * ms}, "swap 1,2 data")
	w.send(data(0, 1))
	at, _ := w.d.NextDue()
	if d := w.d.Due(at - 1); len(d.Deliveries) != 0 {
		t.Errorf("too early: %+v", d)
	}
	d := clone(w.d.Due(at))
	if one := only(t, d); one.Wire != 1 || one.After != 5*ms {
		t.Errorf("%+v", one)
	}
	if v := verdict(t, d); v.Fate != trace.Delayed || v.By != network.MaxHold {
		t.Errorf("%+v", v)
	}
	// Decide does the same for a network that is late.
	w = newWire(t, network.Link{}, "swap 1,2 data client→server")
	w.send(data(0, 1))
	w.now = time.Second
	d = w.send(ackOf(0))
	if len(d.Deliveries) != 2 || d.Deliveries[0].Wire != 1 || d.Deliveries[0].Dir != c2s || d.Deliveries[1].Wire != 2 {
		t.Errorf("%+v", d)
	}
}

func TestSwapWithALostOne(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "swap 1,2 data", "drop 2nd data client→server")
	w.send(data(0, 1))
	d := w.send(data(1, 1))
	if one := only(t, d); one.Wire != 1 {
		t.Errorf("%+v", one)
	}
	if len(d.Verdicts) != 2 || d.Verdicts[0].Fate != trace.Dropped || d.Verdicts[1].Fate != trace.Delayed {
		t.Errorf("%+v", d.Verdicts)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "cut 3ms")
	w.fates(open()...)
	if got := w.fates(data(0, 1), ackOf(1)); got != "dropped dropped" {
		t.Error(got)
	}
	if d := w.sendFrame(c2s, arp(t)); len(d.Deliveries) != 0 || verdict(t, d).Rule != "cut 3ms" {
		t.Errorf("ARP: %+v", d)
	}
	if got := w.fates(data(0, 1), data(1, 1)); got != "ok ok" {
		t.Errorf("after it: %s", got)
	}
	w = newWire(t, network.Link{}, "cut client→server from 2ms for 2ms")
	if got := w.fates(data(0, 1), data(1, 1), reply(0, 1), data(2, 1)); got != "ok dropped ok ok" {
		t.Error(got)
	}
}

func TestSegmentRulesLeaveARPAlone(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "drop any", "loss 100%", "duplicate all", "corrupt all", "rate 1bit", "delay 1s")
	if one := only(t, w.sendFrame(c2s, arp(t))); one.After != 0 {
		t.Errorf("%+v", one)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	// 1 Mbit/s carries a frame of 54 + 946 = 1000 bytes in 8 ms; one is
	// being sent while two wait.
	w := newWire(t, network.Link{Delay: 100 * ms}, "rate 1mbit queue 3kB")
	var got []string
	for i := range 6 {
		d := w.send(data(uint32(i)*946, 946))
		if len(d.Deliveries) == 0 {
			got = append(got, verdict(t, d).Fate.String())
			continue
		}
		got = append(got, fmt.Sprint(w.now+d.Deliveries[0].After))
	}
	if want := "[109ms 117ms 125ms queue-full queue-full queue-full]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if d := w.send(reply(0, 946)); d.Deliveries[0].After != 108*ms {
		t.Errorf("each way has its own: %v", d.Deliveries[0].After)
	}
}

func TestLinkHasNatureOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{Rate: 1_000_000, Queue: 100, MTU: 600})
	w.send(data(0, 500))
	if v := verdict(t, w.send(data(500, 500))); v.Fate != trace.QueueFull || v.Rule != "" {
		t.Errorf("%+v", v)
	}
	if v := verdict(t, w.send(data(500, 600))); v.Fate != trace.TooBig || v.Rule != "" {
		t.Errorf("%+v", v)
	}
}

func BenchmarkDecide(b *testing.B) {
	w := newWire(b, network.Link{Delay: ms}, "drop 2nd data segment", "loss 0.1%")
	frame, confirm := data(0, 1400).frame(b), ackOf(0).frame(b)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		w.d.Decide(c2s, 0, 1, frame)
		w.d.Decide(s2c, 0, 2, confirm)
	}
}
