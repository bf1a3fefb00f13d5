package explain_test

import (
	"errors"
	"net/netip"
	"time"

	"statelab/capture/http1"
	. "statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// story is a named run of events, explained in order by one Explainer.
type story struct {
	name   string
	events []trace.Event
}

var (
	clientAddr = netip.MustParseAddrPort("10.0.0.1:16000")
	serverAddr = netip.MustParseAddrPort("10.0.0.2:7")
	start      = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	client     = trace.Participant{Role: trace.RoleClient, Addr: clientAddr}
	server     = trace.Participant{Role: trace.RoleServer, Addr: serverAddr}
)

const (
	clientISN = Seq(1000)
	serverISN = Seq(5000)
)

// seg is a segment to be told: numbers are relative, ms is when it was seen.
type seg struct {
	frame, ms int
	from      End
	seq, ack  uint32
	flags     Flags
	payload   string
	window    uint16
	options   Options
	found     []Finding
	changes   []Change
	acks      int
	rtt       time.Duration
	checksum  Validity
	wire      uint64
	raw       bool // relative numbers are not known
	newer     int
	anew      uint32
	astray    uint8
}

// stamped are options with a TSval.
func stamped(val uint32) Options { return Options{HasTimestamps: true, TSVal: val} }

func (s seg) event() trace.Event {
	base, peerBase := clientISN, serverISN
	from, to := client, server
	if s.from == Server {
		base, peerBase = peerBase, base
		from, to = to, from
	}
	at := start.Add(time.Duration(s.ms) * time.Millisecond)
	window := s.window
	if window == 0 {
		window = 502
	}
	scaled := uint32(window) << 7
	if s.flags.Has(SYN) {
		scaled = uint32(window)
	}
	ack := peerBase + Seq(s.ack)
	if !s.flags.Has(ACK) {
		ack = 0
	}
	t := &trace.Segment{
		Segment: Segment{
			Time: at, Frame: s.frame, Wire: s.wire, Src: from.Addr, Dst: to.Addr,
			Seq: base + Seq(s.seq), Ack: ack, Flags: s.flags, Window: window, Options: s.options,
			Len: len(s.payload), Payload: []byte(s.payload), Checksum: s.checksum, IPID: 77,
		},
		Reading: Reading{
			Conn: &Conn{}, From: s.from, RelSeq: s.seq, RelAck: s.ack, Relative: !s.raw,
			ScaledWindow: scaled, ScaleKnown: !s.raw, AcksFrame: s.acks, RTT: s.rtt, NewerAck: s.newer, Anew: s.anew, Astray: s.astray,
			Findings: s.found, Changes: s.changes,
		},
	}
	return trace.Event{Kind: trace.KindSegment, At: at, Frame: s.frame, Wire: s.wire, From: from, To: to, Segment: t}
}

func segs(list ...seg) []trace.Event {
	events := make([]trace.Event, len(list))
	for i, s := range list {
		events[i] = s.event()
	}
	return events
}

// zeroWindow is a segment whose window field is 0.
func zeroWindow(s seg) trace.Event {
	ev := s.event()
	ev.Segment.Window, ev.Segment.ScaledWindow = 0, 0
	return ev
}

func state(end End, from, to State, kind TriggerKind, name string, basis Basis, frames ...int) trace.Event {
	who := client
	if end == Server {
		who = server
	}
	edge := FindEdge(from, to, kind)
	return trace.Event{Kind: trace.KindState, From: who, State: &trace.StateChange{Change: Change{
		End: end, From: from, To: to, Trigger: Trigger{Kind: kind, Name: name}, Basis: basis, Edge: edge, Frames: frames,
	}}}
}

func call(who trace.Participant, name, args, result string, n int) trace.Event {
	return trace.Event{Kind: trace.KindCall, From: who, Call: &trace.Call{Name: name, Args: args, Result: result, Bytes: n}}
}

func verdict(wire uint64, fate trace.Fate, rule string) trace.Event {
	return trace.Event{
		Kind: trace.KindVerdict, Wire: wire, From: client, To: server,
		Verdict: &trace.Verdict{Fate: fate, Wire: wire, Rule: rule, By: 50 * time.Millisecond, Bit: 437},
	}
}

func memory(who trace.Participant, entries ...trace.Entry) trace.Event {
	return trace.Event{Kind: trace.KindMemory, From: who, Memory: &trace.Memory{Entries: entries}}
}

func httpEvent(m http1.Message) trace.Event {
	ev := trace.Event{Kind: trace.KindMessage, From: client, To: server, Message: &m}
	if !m.Request {
		ev.From, ev.To = server, client
	}
	return ev
}

var (
	synOptions = Options{HasMSS: true, MSS: 1460, HasScale: true, Scale: 7, SackPermitted: true, HasTimestamps: true}
	syn        = seg{frame: 1, from: Client, flags: SYN, window: 65535, options: synOptions}
	synAck     = seg{frame: 2, ms: 1, from: Server, ack: 1, flags: SYN | ACK, window: 65535, options: synOptions, acks: 1}
	thirdAck   = seg{frame: 3, ms: 2, from: Client, seq: 1, ack: 1, flags: ACK, acks: 2}
	hello      = seg{frame: 4, ms: 10, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n"}
	big        = string(make([]byte, 1460))
)

func stories() []story {
	return []story{
		{"handshake", segs(syn, synAck, thirdAck)},
		{"syn without options", segs(seg{frame: 1, from: Client, flags: SYN})},
		{"syn scale above 14", segs(seg{frame: 1, from: Client, flags: SYN, options: Options{HasScale: true, Scale: 200}})},
		{"syn with ecn and data", segs(seg{frame: 1, from: Client, flags: SYN | ECE | CWR, payload: "x", options: Options{HasMSS: true, MSS: 536}})},
		{"syn again", segs(
			syn,
			seg{frame: 2, ms: 1000, from: Client, flags: SYN, found: []Finding{{Name: "retransmission", Frame: 1, Nth: 1}}},
			seg{frame: 3, ms: 3000, from: Client, flags: SYN, found: []Finding{{Name: "retransmission", Frame: 1, Nth: 2}}},
		)},
		{"syn-ack again", segs(
			syn, synAck,
			seg{frame: 3, ms: 1001, from: Server, ack: 1, flags: SYN | ACK, found: []Finding{{Name: "retransmission", Frame: 2, Nth: 1}}},
		)},
		{"syn-ack lost before it came here", segs(
			syn,
			seg{frame: 2, ms: 1020, from: Server, seq: 1, ack: 1, flags: ACK, acks: 1},
			seg{frame: 3, ms: 3000, from: Server, ack: 1, flags: SYN | ACK, options: synOptions, found: []Finding{{Name: "retransmission"}}},
		)},
		{"syn-ack missing in the capture", segs(syn, seg{frame: 2, ms: 20, from: Client, seq: 1, ack: 1, flags: ACK})},
		{"simultaneous open", segs(
			syn,
			seg{frame: 2, from: Server, flags: SYN, options: synOptions},
			seg{frame: 3, from: Client, ack: 1, flags: SYN | ACK, options: synOptions, acks: 2},
			seg{frame: 4, from: Client, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: "duplicate-ack", Nth: 1}}},
		)},
		{"ports used again", segs(seg{frame: 9, from: Client, flags: SYN, options: synOptions, found: []Finding{{Name: "reused-ports", Frame: 1}}})},
		{"syn on a half-open connection", segs(seg{frame: 9, from: Client, flags: SYN, found: []Finding{{Name: "half-open", Frame: 5}}})},
		{"data and ack", segs(
			syn, synAck, thirdAck, hello,
			seg{frame: 5, ms: 11, from: Server, seq: 1, ack: 7, flags: ACK, acks: 4, rtt: 1234 * time.Microsecond},
			seg{frame: 6, ms: 12, from: Server, seq: 1, ack: 7, flags: PSH | ACK, payload: "hello\n", acks: 4},
			seg{frame: 7, ms: 13, from: Client, seq: 7, ack: 7, flags: ACK, acks: 6},
			seg{frame: 8, ms: 14, from: Client, seq: 7, ack: 7, flags: ACK},
			seg{frame: 9, ms: 15, from: Client, seq: 7, ack: 7, flags: ACK, payload: big},
			seg{frame: 10, ms: 15, from: Client, seq: 1467, ack: 7, flags: ACK | PSH, payload: "x", found: []Finding{{Name: "window-full"}}},
			seg{frame: 11, ms: 16, from: Server, seq: 7, ack: 700, flags: ACK, acks: 9},
			seg{frame: 12, ms: 16, from: Server, seq: 7, ack: 1468, flags: ACK | ECE, acks: 10},
			seg{frame: 13, ms: 17, from: Client, seq: 1468, ack: 7, flags: ACK | CWR | URG, payload: "\x1b[31m"},
		)},
		{"met midway", segs(
			seg{frame: 1, from: Client, seq: 4000000, ack: 77, flags: ACK, payload: big, raw: true, found: []Finding{{Name: "midstream"}}},
			seg{frame: 2, ms: 3, from: Server, seq: 77, ack: 4001460, flags: ACK, raw: true, acks: 1, rtt: 3 * time.Millisecond},
		)},
		{"close", segs(
			hello,
			seg{frame: 5, ms: 20, from: Client, seq: 7, ack: 1, flags: FIN | ACK, changes: []Change{{End: Client, From: Established, To: FinWait1}}},
			seg{frame: 6, ms: 21, from: Server, seq: 1, ack: 8, flags: ACK, acks: 5},
			seg{frame: 7, ms: 22, from: Server, seq: 1, ack: 8, flags: FIN | ACK, payload: "bye", changes: []Change{{End: Server, From: CloseWait, To: LastAck}}},
			seg{frame: 8, ms: 23, from: Client, seq: 8, ack: 5, flags: ACK, acks: 7},
		)},
		{"simultaneous close", segs(
			seg{frame: 5, from: Client, seq: 7, ack: 1, flags: FIN | ACK, changes: []Change{{End: Client, From: Established, To: FinWait1}}},
			seg{frame: 6, from: Server, seq: 1, ack: 7, flags: FIN | ACK, changes: []Change{{End: Server, From: Established, To: FinWait1}}},
		)},
		{"fin beyond what was seen", segs(
			seg{frame: 5, from: Server, seq: 1, ack: 164, flags: FIN | ACK, changes: []Change{{End: Server, From: Established, To: FinWait1, Basis: Assumed}}},
		)},
		{"fin without its changes", segs(
			seg{frame: 5, from: Client, seq: 7, ack: 1, flags: FIN | ACK},
			seg{frame: 7, from: Server, seq: 1, ack: 8, flags: FIN | ACK, acks: 5},
		)},
		{"refused", segs(syn, seg{frame: 2, from: Server, ack: 1, flags: RST | ACK, raw: true})},
		{"reset by its application", segs(hello, seg{frame: 5, from: Server, seq: 1, ack: 7, flags: RST | ACK})},
		{"no such connection", segs(hello, seg{frame: 5, from: Server, seq: 1, flags: RST, found: []Finding{{Name: "half-open", Frame: 4}}})},
		{"data after close", segs(
			seg{frame: 3, from: Server, seq: 1, ack: 1, flags: FIN | ACK},
			seg{frame: 4, from: Client, seq: 1, ack: 2, flags: PSH | ACK, payload: "late"},
			seg{frame: 5, from: Server, seq: 2, flags: RST},
		)},
		{"syn-ack that nobody asked for", segs(synAck, seg{frame: 3, from: Client, seq: 1, flags: RST})},
		{"syn-ack that nobody waits for any more", segs(syn, synAck, seg{frame: 3, from: Client, seq: 1, flags: RST})},
		{"forged reset", segs(
			hello,
			seg{frame: 5, ms: 10, from: Client, seq: 107, flags: RST},
			seg{frame: 6, ms: 11, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "duplicate-ack"}, {Name: "challenge-ack", Frame: 5}}},
			seg{frame: 7, ms: 300, from: Client, seq: 7, ack: 1, flags: PSH | ACK, payload: "on", found: []Finding{
				{Name: "retransmission"}, {Name: "in-turn", Frame: 5}, {Name: "assumption-corrected", Frame: 5},
			}},
			seg{frame: 8, ms: 301, from: Client, seq: 9, ack: 1, flags: FIN | ACK, found: []Finding{{Name: "retransmission"}, {Name: "in-turn", Frame: 5}}},
		)},
		{"reset out of nowhere", segs(seg{frame: 9, from: Server, seq: 44, flags: RST})},
		{"repair", segs(
			hello,
			seg{frame: 5, ms: 210, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n", found: []Finding{{Name: "retransmission", Frame: 4, Nth: 1}}},
			seg{frame: 6, ms: 610, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n", found: []Finding{{Name: "retransmission", Frame: 4, Nth: 2}}},
			seg{frame: 7, ms: 700, from: Client, seq: 50, ack: 1, flags: FIN | ACK, found: []Finding{{Name: "retransmission"}}},
			seg{frame: 8, ms: 701, from: Client, seq: 1, ack: 1, flags: ACK, payload: "h", found: []Finding{{Name: "spurious-retransmission", Frame: 4, Nth: 3}}},
			seg{frame: 9, ms: 702, from: Client, seq: 101, ack: 1, flags: ACK, payload: "late bytes", found: []Finding{{Name: "out-of-order", Frame: 8}}},
			seg{frame: 10, ms: 703, from: Client, seq: 300, ack: 1, flags: ACK, payload: "after a hole", found: []Finding{{Name: "lost-segment", Frame: 9}}},
			seg{frame: 14, ms: 703, from: Client, seq: 400, ack: 1, flags: ACK, found: []Finding{{Name: "lost-segment", Frame: 9}}},
			seg{frame: 11, ms: 704, from: Server, seq: 1, ack: 900, flags: ACK, found: []Finding{{Name: "ack-lost-segment", Frame: 10}}},
			seg{frame: 12, ms: 705, from: Client, seq: 1, ack: 1, flags: ACK, payload: "hello\n", found: []Finding{{Name: "retransmission", Frame: 4}, {Name: "duplicate-frame", Frame: 4}}},
			seg{frame: 13, ms: 706, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "challenge-ack", Frame: 12}}},
		)},
		{"ack after a retransmission", segs(
			hello,
			seg{frame: 5, ms: 210, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n", found: []Finding{{Name: "retransmission", Frame: 4, Nth: 1}}},
			seg{frame: 6, ms: 220, from: Server, seq: 1, ack: 7, flags: ACK, acks: 4},
		)},
		{"a SACK of what was never sent", segs(
			hello,
			seg{frame: 5, from: Server, seq: 1, ack: 7, flags: ACK, astray: 1, options: Options{
				SackBlocks: 1, Sack: [4]SackBlock{{Left: clientISN + 1143865582, Right: clientISN + 1143867002}},
			}},
		)},
		{"strangers over IPv6", strangers()},
		{"an ACK again with nothing outstanding", segs(
			syn, synAck, thirdAck,
			seg{frame: 4, from: Client, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: "duplicate-ack", Nth: 1}}},
		)},
		{"fast retransmit", segs(
			seg{frame: 4, from: Client, seq: 201, ack: 1, flags: ACK, payload: big},
			seg{frame: 5, from: Server, seq: 1, ack: 101, flags: ACK, found: []Finding{{Name: "duplicate-ack", Nth: 1}}},
			seg{frame: 6, from: Server, seq: 1, ack: 101, flags: ACK, found: []Finding{{Name: "duplicate-ack", Nth: 3}}, options: Options{
				SackBlocks: 2,
				Sack:       [4]SackBlock{{Left: clientISN + 201, Right: clientISN + 301}, {Left: clientISN + 401, Right: clientISN + 501}},
			}},
			seg{frame: 7, from: Client, seq: 101, ack: 1, flags: ACK, payload: big, found: []Finding{{Name: "fast-retransmission", Frame: 3, Nth: 1}}},
			seg{frame: 8, from: Client, seq: 101, ack: 1, flags: ACK, payload: big, found: []Finding{{Name: "fast-retransmission"}}},
		)},
		{"overtaken, sent again, or neither is known", segs(
			seg{frame: 4, from: Client, seq: 2001, ack: 1, flags: ACK, payload: big, options: stamped(20)},
			seg{frame: 5, from: Client, seq: 101, ack: 1, flags: ACK, payload: "late", options: stamped(19), found: []Finding{{Name: "fast-retransmission"}, {Name: "reordered", Frame: 4}}},
			seg{frame: 6, from: Client, seq: 201, ack: 1, flags: ACK, payload: "late", options: stamped(19), found: []Finding{{Name: "out-of-order", Frame: 4}}},
			seg{frame: 7, from: Client, seq: 301, ack: 1, flags: ACK, payload: "anew", options: stamped(21), found: []Finding{{Name: "out-of-order", Frame: 4}}},
			seg{frame: 8, from: Client, seq: 401, ack: 1, flags: ACK, payload: "anew", options: stamped(21), found: []Finding{{Name: "retransmission"}, {Name: "fills-gap", Frame: 4}}},
			seg{frame: 9, from: Client, seq: 501, ack: 1, flags: ACK, payload: "anew", options: stamped(21), found: []Finding{{Name: "fast-retransmission"}, {Name: "fills-gap", Frame: 4}}},
			seg{frame: 10, from: Client, seq: 601, ack: 1, flags: ACK, payload: "or so", options: stamped(20), found: []Finding{{Name: "fast-retransmission"}, {Name: "fills-gap", Frame: 4}}},
			seg{frame: 11, from: Client, seq: 201, ack: 1, flags: ACK, payload: "late", options: stamped(30), found: []Finding{{Name: "spurious-retransmission", Frame: 6, Nth: 1}}},
			seg{frame: 12, from: Server, seq: 1, ack: 701, flags: ACK, options: Options{SackBlocks: 1, Sack: [4]SackBlock{{Left: clientISN + 201, Right: clientISN + 205}}}},
			seg{frame: 13, from: Client, seq: 101, ack: 1, flags: ACK, payload: "late", options: stamped(31), found: []Finding{{Name: "spurious-retransmission"}}},
			seg{frame: 14, from: Client, seq: 31, ack: 1, flags: ACK, payload: "late", found: []Finding{{Name: "retransmission"}, {Name: "reordered"}}},
		)},
		{"a tail loss probe", segs(
			hello,
			seg{frame: 5, ms: 100, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n", found: []Finding{{Name: "retransmission", Frame: 4, Nth: 1}, {Name: "tail-loss-probe", Frame: 4}}},
		)},
		{"other bytes", segs(
			hello,
			seg{frame: 5, ms: 900, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "jello\n", found: []Finding{{Name: "retransmission", Frame: 4, Nth: 1}, {Name: "inconsistent-retransmission", Frame: 4}}},
		)},
		{"fast open", segs(
			seg{frame: 1, from: Client, flags: SYN, payload: "GET /", options: Options{Raw: []byte{1, 1, 34, 10, 1, 2, 3, 4, 5, 6, 7, 8}}},
			seg{frame: 2, from: Server, ack: 6, flags: SYN | ACK, acks: 1},
			seg{frame: 3, from: Server, ack: 1, flags: SYN | ACK, options: Options{Raw: []byte{254, 8, 0xf9, 0x89, 1, 2, 3, 4}}},
		)},
		{"fast open asked for", segs(seg{frame: 1, from: Client, flags: SYN, options: Options{Raw: []byte{34, 2}}})},
		{"no fast open", segs(seg{frame: 1, from: Client, flags: SYN, options: Options{Raw: []byte{254, 4, 0, 1, 34, 9, 0}}})},
		{"flow control", []trace.Event{
			hello.event(),
			zeroWindow(seg{frame: 5, from: Server, seq: 1, ack: 7, flags: ACK, acks: 4, found: []Finding{{Name: "zero-window"}}}),
			seg{frame: 6, from: Client, seq: 7, ack: 1, flags: ACK, payload: "x", found: []Finding{{Name: "zero-window-probe"}}}.event(),
			zeroWindow(seg{frame: 7, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "zero-window"}, {Name: "zero-window-probe-ack"}}}),
			seg{frame: 8, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "window-update", Frame: 5}}}.event(),
			seg{frame: 9, from: Server, seq: 1, ack: 7, flags: ACK, raw: true, found: []Finding{{Name: "window-update", Frame: 5}}}.event(),
			seg{frame: 11, from: Server, seq: 1, ack: 7, flags: ACK, window: 600, found: []Finding{{Name: "window-update", Frame: 9}}}.event(),
			seg{frame: 12, from: Server, seq: 1, ack: 7, flags: ACK, window: 500, found: []Finding{{Name: "window-update", Frame: 11}}}.event(),
			zeroWindow(seg{frame: 10, from: Server, seq: 1, ack: 7, flags: ACK | PSH, payload: "data", found: []Finding{{Name: "zero-window"}}}),
		}},
		{"keepalive", segs(
			seg{frame: 5, from: Client, seq: 6, ack: 1, flags: ACK, found: []Finding{{Name: "keep-alive", Frame: 4}}},
			seg{frame: 6, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "keep-alive-ack", Frame: 5}}},
			seg{frame: 7, from: Client, seq: 6, ack: 1, flags: ACK, payload: "\x00", found: []Finding{{Name: "keep-alive", Frame: 4}}},
			seg{frame: 8, from: Server, seq: 1, ack: 7, flags: ACK, window: 600, found: []Finding{{Name: "window-update", Frame: 6}}},
			seg{frame: 9, from: Server, seq: 1, ack: 7, flags: ACK, window: 700, found: []Finding{{Name: "window-update", Frame: 8}}},
		)},
		{"a probe that looks like a keepalive", []trace.Event{
			zeroWindow(seg{frame: 5, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "zero-window"}}}),
			seg{frame: 6, from: Client, seq: 6, ack: 1, flags: ACK, payload: "x", found: []Finding{{Name: "keep-alive"}}}.event(),
			seg{frame: 7, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: "window-update"}}}.event(),
		}},
		{"a SYN again at once", oldDuplicate()},
		{"data again at once", segs(
			hello,
			seg{frame: 5, ms: 12, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n", found: []Finding{{Name: "retransmission", Frame: 4, Nth: 1}}},
		)},
		{"damage and nonsense", segs(
			seg{frame: 5, from: Client, seq: 1, ack: 1, flags: ACK, payload: "x", checksum: Invalid, found: []Finding{{Name: "bad-checksum"}}},
			seg{frame: 15, from: Client, seq: 2, ack: 1, flags: ACK, payload: "y", checksum: Invalid},
			seg{frame: 6, from: Client, flags: SYN | FIN},
			seg{frame: 7, from: Client, seq: 1, payload: "x"},
			seg{frame: 8, from: Client, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: "off-figure"}, {Name: "assumption-corrected", Frame: 3}}},
		)},
		{"arrival and verdicts", wireStory()},
		{"states of a life", stateStory()},
		{"states cut off", cutStory()},
		{"calls", callStory()},
		{"memory", []trace.Event{
			memory(client, trace.Entry{Kind: trace.MemoryConnection, Name: "SND.NXT", Bytes: 4}, trace.Entry{Kind: trace.MemoryConnection, Name: "RCV.NXT", Bytes: 4}),
			memory(server, trace.Entry{Kind: trace.MemoryConnection, Bytes: 100}, trace.Entry{Kind: trace.MemoryConversation, Name: "cart", Bytes: 1}, trace.Entry{Kind: trace.MemoryResource, Bytes: 2000}),
			memory(trace.Participant{Role: trace.RoleBackend, N: 2}, trace.Entry{Kind: trace.MemoryResource, Bytes: 2000}),
			memory(server),
			{Kind: trace.KindMemory, From: server, Memory: &trace.Memory{Heap: 2384, HeapMeasured: true}},
		}},
		{"http", httpStory()},
		{"around", aroundStory()},
	}
}

// strangers have no role, only addresses.
func strangers() []trace.Event {
	a, b := netip.MustParseAddrPort("[fe80::1%25eth0]:999"), netip.MustParseAddrPort("[2001:db8::2]:80")
	opening := syn.event()
	opening.From, opening.To = trace.Participant{Addr: a}, trace.Participant{Addr: b}
	opening.Segment.Src, opening.Segment.Dst = a, b
	unnamed := hello.event()
	unnamed.From, unnamed.To = trace.Participant{}, trace.Participant{}
	backend := thirdAck.event()
	backend.From, backend.To = trace.Participant{Role: trace.RoleBalancer}, trace.Participant{Role: trace.RoleBackend, N: 2}
	return []trace.Event{opening, unnamed, backend}
}

func wireStory() []trace.Event {
	sent := seg{frame: 4, ms: 10, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\n", wire: 21}
	arrived := sent
	arrived.ms = 12
	arrival := arrived.event()
	arrival.Kind = trace.KindArrival
	arrived.checksum = Invalid
	damaged := arrived.event()
	damaged.Kind = trace.KindArrival
	events := append(segs(sent), arrival, damaged)
	for fate := range trace.Doubtful + 1 {
		events = append(events, verdict(21, fate, ""))
	}
	ack := seg{frame: 5, from: Client, seq: 7, ack: 1, flags: ACK, wire: 22}
	first := seg{frame: 6, from: Client, flags: SYN, wire: 23}
	return append(events, verdict(99, trace.Dropped, "drop 2nd data client→server once"),
		ack.event(), verdict(22, trace.Dropped, "loss 2%"), first.event(), verdict(23, trace.Dropped, "cut 2s"),
		verdict(23, trace.Dropped, "no host has 02:00:00:00:00:66"))
}

func stateStory() []trace.Event {
	return []trace.Event{
		state(Server, Closed, Listen, OnCall, "OPEN", Observed),
		state(Client, Closed, SynSent, OnCall, "OPEN", Observed),
		state(Server, Listen, SynReceived, OnReceive, "SYN", Inferred, 1, 2),
		state(Client, SynSent, Established, OnReceive, "SYN,ACK", Inferred, 3),
		state(Server, SynReceived, Established, OnReceive, "ACK", Assumed, 3),
		state(Client, Established, FinWait1, OnSend, "FIN", Inferred, 7),
		state(Client, Established, FinWait1, OnSend, "FIN", Assumed, 7),
		state(Server, Established, CloseWait, OnReceive, "FIN", Assumed, 7),
		state(Client, Established, Closed, OnSend, "RST", Assumed, 7),
		state(Client, FinWait1, FinWait2, OnReceive, "ACK", Inferred, 8),
		state(Server, CloseWait, LastAck, OnSend, "FIN", Inferred, 9),
		state(Client, FinWait2, TimeWait, OnReceive, "FIN", Inferred, 9, 10),
		state(Server, LastAck, Closed, OnReceive, "ACK", Assumed, 10),
		state(Client, TimeWait, Closed, OnTimer, "time-wait", Observed),
		state(Client, FinWait1, Closing, OnReceive, "FIN", Observed),
		state(Client, Closing, TimeWait, OnReceive, "ACK", Observed),
		state(Client, FinWait1, TimeWait, OnReceive, "FIN,ACK", Observed),
		state(Client, SynSent, SynReceived, OnReceive, "SYN", Observed),
		state(Server, SynReceived, FinWait1, OnCall, "CLOSE", Observed),
		state(Server, SynReceived, CloseWait, OnReceive, "FIN", Observed),
		state(Server, Listen, Closed, OnCall, "CLOSE", Observed),
		state(Server, Listen, SynSent, OnCall, "SEND", Observed),
		state(Client, SynSent, Closed, OnCall, "CLOSE", Observed),
		state(Server, TimeWait, SynReceived, OnReceive, "SYN", Inferred, 12),
		state(Server, Listen, Established, OnReceive, "ACK of a SYN cookie", Observed),
		state(Client, Unknown, Established, OnSend, "ACK", Inferred, 1),
		state(Client, Listen, TimeWait, OnReceive, "FIN", Inferred, 1),
		state(Server, Established, TimeWait, OnCall, "ABORT", Observed),
	}
}

func cutStory() []trace.Event {
	contradicted := state(Client, Established, Closed, OnReceive, "RST", Observed)
	contradicted.State.Contradicted = true
	cause := state(Client, Established, Closed, OnCall, "ABORT", Observed)
	cause.State.Cause = trace.Cause{Kind: OnTimer, Name: "keepalive"}
	return []trace.Event{
		state(Client, SynSent, Closed, OnReceive, "RST", Inferred, 2),
		state(Server, SynReceived, Listen, OnReceive, "RST", Inferred, 3),
		contradicted,
		state(Server, CloseWait, Closed, OnSend, "RST", Inferred, 5),
		state(Server, Established, Closed, OnCall, "close", Observed),
		state(Server, LastAck, Closed, OnCall, "ABORT", Observed),
		state(Server, Established, Closed, OnCall, "restart", Observed),
		state(Server, Established, Closed, OnReceive, "SYN", Observed),
		state(Client, SynSent, Closed, OnReceive, "ICMP", Observed),
		state(Client, SynSent, Closed, OnTimer, "retransmission", Observed),
		state(Client, SynSent, Closed, OnTimer, "address-resolution", Observed),
		state(Server, SynReceived, Closed, OnTimer, "retransmission", Observed),
		state(Client, FinWait2, Closed, OnTimer, "fin-wait-2", Observed),
		state(Client, Established, Closed, OnTimer, "user-timeout", Observed),
		cause,
	}
}

func callStory() []trace.Event {
	return []trace.Event{
		call(server, "listen", "7", "", 0),
		call(client, "connect", "10.0.0.2:7", "", 0),
		call(client, "connect", "", "connected", 0),
		call(client, "connect", "10.0.0.2:9", "connection refused", 0),
		call(client, "connect", "10.0.0.9:7", "connection timed out", 0),
		call(client, "connect", "10.0.0.9:7", "no route to host", 0),
		call(server, "accept", "", "", 0),
		call(server, "accept", "", "10.0.0.1:16000", 0),
		call(client, "write", `"hello\n"`, "6 bytes", 6),
		call(client, "write", `"hello\n"`, "", 6),
		call(client, "write", `"hello\n"`, "broken pipe", 0),
		call(server, "read", "", "", 0),
		call(server, "read", `"hello\n"`, "6 bytes", 6),
		call(server, "read", "", "EOF", 0),
		call(client, "read", "", "connection reset by peer", 0),
		call(client, "read", "", "connection aborted", 0),
		call(client, "read", "", "i/o timeout", 0),
		call(client, "read", "", "use of closed network connection", 0),
		call(client, "read", "", "resource temporarily unavailable", 0),
		call(client, "shutdown", "write", "", 0),
		call(client, "close", "", "", 0),
		call(client, "setsockopt", "SO_LINGER, 0", "", 0),
		call(server, "listen", "7", "address already in use", 0),
		call(server, "restart", "", "", 0),
		call(server, "poll", "\x1b[2J", "", 0),
	}
}

func httpStory() []trace.Event {
	events := []trace.Event{
		httpEvent(http1.Message{Request: true, Method: "GET", Target: "/", Version: "HTTP/1.1", BodyStart: 78, End: 78}),
		httpEvent(http1.Message{Request: true, Method: "POST", Target: "/session/login", Framing: http1.ContentLength, BodyBytes: 12, BodyStart: 100, End: 112}),
		httpEvent(http1.Message{Request: true, Method: "GET", Target: "/profile", Fields: []http1.Field{{Name: "cookie", Value: "sid=1"}}}),
		httpEvent(http1.Message{Request: true, Method: "GET", Target: "/api/data", Fields: []http1.Field{{Name: "Authorization", Value: "Bearer x"}}}),
		httpEvent(http1.Message{Request: true, Method: "GET", Target: "/page", Fields: []http1.Field{{Name: "If-None-Match", Value: `"1"`}}}),
		httpEvent(http1.Message{Request: true, Method: "GET", Target: "/chat", Fields: []http1.Field{{Name: "Upgrade", Value: "websocket"}}}),
		httpEvent(http1.Message{Request: true, Method: "BREW", Target: "/\x1b[31m\u202e", Truncated: true, Break: http1.BreakCut}),
		httpEvent(http1.Message{Status: 200, Reason: "OK", Framing: http1.ContentLength, BodyBytes: 1, Start: 100, BodyStart: 200, End: 201}),
		httpEvent(http1.Message{Status: 200, Reason: "OK", Framing: http1.Chunked, BodyBytes: 300, BodyStart: 90, End: 410}),
		httpEvent(http1.Message{Status: 200, Framing: http1.UntilClose, BodyBytes: 300, BodyStart: 90, End: 390}),
		httpEvent(http1.Message{Status: 302, Reason: "Found", Fields: []http1.Field{{Name: "Set-Cookie", Value: "sid=1"}}}),
		httpEvent(http1.Message{Status: 304, Reason: "Not Modified"}),
		httpEvent(http1.Message{Status: 401, Reason: "Unauthorized", BodyBytes: 20}),
		httpEvent(http1.Message{Status: 299}),
	}
	return append(append(events, whoStory()...), cutStoryHTTP()...)
}

// whoStory has requests that say who asks, each in another place.
func whoStory() (events []trace.Event) {
	const id = "qC9vh7Gng1MmN3gFr6umlNetFqZceAHMygAxxeL0QZY"
	form, cookie := http1.Field{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}, http1.Field{Name: "Cookie", Value: "sid=1"}
	for _, c := range []struct {
		target, body string
		fields       []http1.Field
	}{
		{"/", "", []http1.Field{{Name: "Proxy-Authorization", Value: "Basic QQ=="}}},
		{"/", "", []http1.Field{{Name: "x-auth-token", Value: "k"}, cookie}},
		{"/p;jsessionid=" + id, "", nil},
		{"/p?sid=7&access_token=k", "", nil},
		{"/p?sid=7", "", nil},
		{"/p?sid=7", "", []http1.Field{cookie}},
		{"/login", "user=u&password=p", []http1.Field{form}},
		{"/login", "user=u&password=p", []http1.Field{form, cookie}},
		{"/login", `{"password":"p"}`, []http1.Field{{Name: "Content-Type", Value: "application/json"}}},
		{"/empty", "", []http1.Field{{Name: "Cookie", Value: ""}}},
	} {
		m := http1.Message{Request: true, Method: "POST", Target: c.target, Fields: c.fields, Body: []byte(c.body), BodyBytes: int64(len(c.body))}
		events = append(events, httpEvent(m))
	}
	return events
}

// cutStoryHTTP has messages that end early, and one that takes a cookie back.
func cutStoryHTTP() []trace.Event {
	length := []http1.Field{{Name: "Content-Length", Value: "5"}}
	return []trace.Event{
		httpEvent(http1.Message{Request: true, Method: "PUT", Target: "/", Framing: http1.ContentLength, Fields: length, Truncated: true, Break: http1.BreakGap}),
		httpEvent(http1.Message{Request: true, Method: "PUT", Target: "/", Framing: http1.Chunked, BodyBytes: 9, Missing: 8, Truncated: true, Break: http1.BreakGap}),
		httpEvent(http1.Message{Request: true, Method: "GET", Target: "/", Truncated: true, Break: http1.BreakGap, HeadCut: true}),
		httpEvent(http1.Message{Status: 200, Reason: "OK", Framing: http1.ContentLength, Fields: length, Truncated: true, Break: http1.BreakClose}),
		httpEvent(http1.Message{Status: 200, Framing: http1.ContentLength, Fields: length, BodyBytes: 5, Missing: 2, Truncated: true, Break: http1.BreakGap}),
		httpEvent(http1.Message{Status: 200, Reason: "OK", Framing: http1.UntilClose, BodyBytes: 1, Truncated: true, Break: http1.BreakCut}),
		httpEvent(http1.Message{Status: 200, Reason: "OK", Truncated: true, Break: http1.BreakGap, HeadCut: true}),
		httpEvent(http1.Message{Status: 200, Reason: "OK", Truncated: true, Malformed: true}),
		httpEvent(http1.Message{Status: 204, Reason: "No Content", Fields: []http1.Field{{Name: "Set-Cookie", Value: "sid=; Max-Age=0"}}}),
		httpEvent(http1.Message{Status: 204, Reason: "No Content", Fields: []http1.Field{{Name: "Set-Cookie", Value: "sid=; Max-Age=0"}, {Name: "Set-Cookie", Value: "a=b"}}}),
	}
}

func aroundStory() []trace.Event {
	conn := func(edit func(*Conn)) trace.Event {
		c := &Conn{Key: Key{Client: clientAddr, Server: serverAddr}, OpenerKnown: true, Bytes: [2]int64{6, 1}, Total: [2]int64{12, 1}, Ending: EndFIN}
		c.Handshake = Handshake{SYN: 1, SynAck: 2, Ack: 3, Asked: true, Answered: true, Complete: true, HasRTT: true, RTT: 412 * time.Microsecond}
		edit(c)
		return trace.Event{Kind: trace.KindConnection, Connection: c}
	}
	return []trace.Event{
		{Kind: trace.KindNote, Note: &trace.Note{Text: trace.Text{En: "A note.", Ko: "메모입니다."}}},
		{Kind: trace.KindOther, Other: &trace.Other{Protocol: "ARP", Info: trace.Text{En: "who has 10.0.0.2? tell 10.0.0.1", Ko: "who has 10.0.0.2? tell 10.0.0.1"}}},
		{Kind: trace.KindOther, Other: &trace.Other{Protocol: "UDP", Info: trace.Text{En: "10.0.0.1:53 → 10.0.0.2:99", Ko: "10.0.0.1:53 → 10.0.0.2:99"}}},
		{Kind: trace.KindOther, Other: &trace.Other{Protocol: "LLDP"}},
		{Kind: trace.KindOther, Other: &trace.Other{Protocol: "IPv4", Err: errors.New("header is cut: 12 of 20 bytes\x1b")}},
		{Kind: trace.KindGap, N: 1},
		{Kind: trace.KindGap, N: 4},
		conn(func(c *Conn) { c.Findings = map[string]int{"retransmission": 1, "duplicate-ack": 3, "new\x1bname": 2} }),
		conn(func(c *Conn) { c.Ending, c.Handshake.RTT, c.Handshake.HasRTT = EndRST, 0, false }),
		conn(func(c *Conn) { c.Ending, c.Handshake, c.Stream = EndRST, Handshake{SYN: 1, Asked: true}, 1 }),
		conn(func(c *Conn) { c.Ending, c.OpenerKnown, c.Stream = EndHalf, false, 2 }),
		conn(func(c *Conn) { c.Ending = EndTimeout }),
		conn(func(c *Conn) { c.Ending = EndOpen }),
		{Kind: trace.KindTotals, Totals: &trace.Totals{
			Frames: 12, Segments: 10, Connections: 1, Others: map[string]int{"ARP": 2}, First: start, Last: start.Add(61 * time.Second),
		}},
		{Kind: trace.KindTotals, Totals: &trace.Totals{Frames: 1, Damaged: 1, Dropped: 1}},
	}
}

// oldDuplicate is the end of RFC 9293 §3.5 Figure 8 with a lost SYN: the answer
// to an old one is of the earlier connection, its RST and what follows of the
// new one.
func oldDuplicate() []trace.Event {
	const unacceptable = Seq(777)
	again := func(frame, ms, nth int) seg {
		return seg{frame: frame, ms: ms, from: Client, flags: SYN, found: []Finding{{Name: "retransmission", Frame: 7, Nth: nth}}}
	}
	events := segs(
		seg{frame: 7, from: Client, flags: SYN},
		seg{frame: 8, from: Server, ack: 1, flags: SYN | ACK},
		seg{frame: 9, from: Client, seq: uint32(unacceptable), flags: RST},
		again(10, 1, 1), again(11, 2, 2),
	)
	for i := range events {
		events[i].Stream = 1
	}
	events[1].Stream, events[1].Segment.Ack = 0, unacceptable
	events[2].Segment.Seq = unacceptable
	return events
}
