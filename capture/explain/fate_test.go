package explain_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"statelab/capture/explain"
	. "statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// arrives is the arrival of a segment at its receiver.
func arrives(s seg) trace.Event {
	ev := s.event()
	ev.Kind = trace.KindArrival
	return ev
}

// observed is a change that an end itself reports.
func observed(end End, from, to State, wire uint64) trace.Event {
	ev := state(end, from, to, OnReceive, "SYN", Observed)
	ev.To, ev.State.Cause = client, trace.Cause{Kind: OnReceive, Name: "SYN", Wire: wire}
	if end == Client {
		ev.To = server
	}
	return ev
}

func callTo(who, peer trace.Participant, name, args, result string) trace.Event {
	ev := call(who, name, args, result, 0)
	ev.To = peer
	return ev
}

// TestWhatIsKnown: where the wire's verdicts, the arrivals or the ends' own
// reports say more than one capture could, the last sentence of a run says that
// too, and nothing that they refute.
func TestWhatIsKnown(t *testing.T) {
	t.Parallel()
	dropped := hello
	dropped.frame, dropped.wire = 0, 4
	again := hello
	again.ms, again.wire, again.found = 400, 5, []Finding{{Name: FoundRetransmission, Nth: 1}}
	soon := again
	soon.ms, soon.found = 12, []Finding{{Name: FoundOutOfOrder, Frame: 3}}
	ack := seg{frame: 6, ms: 410, from: Server, seq: 1, ack: 7, flags: ACK, acks: 4, wire: 6}
	icmp := trace.Event{Kind: trace.KindOther, At: start.Add(11e6), Other: &trace.Other{Protocol: "ICMPv4", Info: trace.Text{En: "fragmentation needed, next-hop MTU 700", Ko: "fragmentation needed, next-hop MTU 700"}}}
	lostFirst := hello
	lostFirst.wire = 4
	resent := hello
	resent.frame, resent.ms, resent.wire = 5, 400, 5
	abort := seg{frame: 5, ms: 20, from: Server, seq: 1, ack: 1, flags: RST | ACK}
	forged := syn
	forged.frame, forged.wire = 0, 9
	stranger := forged.event()
	stranger.From.Addr = netip.MustParseAddrPort("10.0.0.66:6000")
	old := seg{frame: 2, ms: 1, from: Server, ack: 1 << 20, flags: SYN | ACK}
	anew := seg{frame: 4, ms: 3, from: Client, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: FoundAckLostSegment, Frame: 2}}}
	probe := seg{frame: 7, ms: 900, from: Client, seq: 0, ack: 1, flags: ACK, wire: 7, found: []Finding{{Name: FoundKeepAlive, Frame: 3}}}
	twice := func(s seg, frame int, beside ...Finding) seg {
		first := s.frame
		s.frame, s.found = frame, append(beside, Finding{Name: FoundDuplicateFrame, Frame: first})
		return s
	}
	asked := syn
	asked.found = []Finding{{Name: FoundRetransmission, Frame: syn.frame, Nth: 1}}
	stale := seg{frame: 6, ms: 30, from: Server, seq: 1, ack: 1, flags: ACK, newer: 5, found: []Finding{{Name: FoundZeroWindow}}}
	more := seg{frame: 6, ms: 900, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "hello\nyou\n", anew: 4, found: []Finding{{Name: FoundRetransmission, Frame: 4, Nth: 1}}}
	moreFIN := more
	moreFIN.payload, moreFIN.anew, moreFIN.flags = "hello\n", 1, FIN|ACK
	acked := seg{frame: 5, ms: 12, from: Server, seq: 1, ack: 7, flags: ACK, acks: 4}
	whole := seg{frame: 7, ms: 910, from: Server, seq: 1, ack: 11, flags: ACK, acks: 6, found: []Finding{{Name: FoundAckLostSegment, Frame: 4}}}
	dsack := seg{frame: 6, ms: 12, from: Server, seq: 1, ack: 7, flags: ACK, found: []Finding{{Name: FoundDuplicateAck, Frame: 5, Nth: 1}}}
	dsack.options.SackBlocks, dsack.options.Sack[0] = 1, SackBlock{Left: clientISN + 1, Right: clientISN + 7}
	timed := hello
	timed.frame, timed.ms = 8, 300
	fin := seg{frame: 5, ms: 20, from: Server, seq: 101, ack: 1, flags: FIN | ACK}
	notTaken := seg{frame: 6, ms: 300, from: Client, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: FoundNotArrived, Frame: 5}}}
	closed, opened := acked, acked
	closed.window, opened.frame, opened.ms, opened.acks = 1, 6, 40, 0
	sent := func(list ...seg) []trace.Event { return segs(append([]seg{syn, synAck, thirdAck}, list...)...) }
	asks := syn
	asks.wire = 9
	refusal := seg{frame: 5, ms: 20, from: Server, seq: 1, ack: 1, flags: RST | ACK, wire: 5}
	late := seg{frame: 6, ms: 10, from: Server, seq: 1, ack: 1, flags: ACK, wire: 6}
	first := seg{frame: 7, ms: 20, from: Server, seq: 1, ack: 7, flags: ACK, acks: 4, wire: 16}
	again7 := seg{frame: 8, ms: 20, from: Server, seq: 1, ack: 7, flags: ACK, wire: 17, found: []Finding{{Name: FoundDuplicateAck, Frame: 7, Nth: 1}}}
	held, landed, later := thirdAck, lostFirst, lostFirst
	held.wire, landed.ms, later.ms = 13, 20, 25
	earlier := func(s seg) trace.Event {
		ev := s.event()
		ev.Stream = 7
		return ev
	}
	closing := seg{frame: 4, ms: 10, from: Client, seq: 1, ack: 1, flags: FIN | ACK}
	over := seg{frame: 5, ms: 11, from: Client, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: FoundKeepAlive, Frame: 4}, {Name: FoundOvertaken, Frame: 4}}}
	overReply := seg{frame: 6, ms: 12, from: Server, seq: 1, ack: 2, flags: ACK, found: []Finding{{Name: FoundKeepAliveAck, Frame: 5}, {Name: FoundOvertakenReply, Frame: 5}}}
	one := seg{frame: 4, ms: 10, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "x"}
	oneAcked := seg{frame: 5, ms: 20, from: Server, seq: 1, ack: 2, flags: ACK, acks: 4}
	oneAgain := seg{frame: 6, ms: 300, from: Client, seq: 1, ack: 1, flags: PSH | ACK, payload: "x", found: []Finding{{Name: FoundKeepAlive, Frame: 4}}}
	oneLost := oneAgain
	oneLost.found = append(oneLost.found[:1:1], Finding{Name: FoundBytesSeen, Frame: 4, Nth: 1})
	beyond := seg{frame: 5, ms: 11, from: Client, seq: 7, ack: 1, flags: PSH | ACK, payload: "more"}
	dup := func(frame, nth int, wire uint64) seg {
		s := seg{frame: frame, ms: 10 + frame, from: Server, seq: 1, ack: 1, flags: ACK, wire: wire, found: []Finding{{Name: FoundDuplicateAck, Frame: 6, Nth: nth}}}
		s.options.SackBlocks, s.options.Sack[0] = 1, SackBlock{Left: clientISN + 7, Right: clientISN + 11}
		return s
	}
	filled := hello
	filled.frame, filled.ms, filled.found = 8, 18, []Finding{{Name: FoundRetransmission, Frame: 4, Nth: 1}}
	for _, c := range []struct {
		name   string
		events []trace.Event
		says   string
		never  string
	}{
		{"a third duplicate with SACK", sent(hello, beyond, dup(7, 1, 0), dup(9, 2, 0), dup(10, 3, 0)), "if SACK gave none before", "at once"},
		{"one after what it asks for", sent(hello, beyond, dup(7, 1, 0), filled, dup(9, 2, 0), dup(10, 3, 0)), "has sent that again already, in frame 8", "the sign"},
		{"one of which the wire dropped another", append(append(sent(hello, beyond, dup(7, 1, 7)), verdict(7, trace.Dropped, "")), segs(dup(9, 2, 9), dup(10, 3, 10))...), "3rd duplicate ACK", "the sign"},
		{"lost before it had a number", append(sent(dropped), verdict(4, trace.Dropped, ""), again.event()), "The wire had dropped the original", "not in this capture"},
		{"cut to the path's MTU", append(sent(dropped), verdict(4, trace.TooBig, ""), icmp, soon.event()), "cut to fit", "overtaken"},
		{"lost, no ICMP", append(sent(dropped), verdict(4, trace.Dropped, ""), soon.event()), "the wire had dropped the original. It came within", "overtaken"},
		{"seen before, so not overtaken", append(sent(hello), func() trace.Event { s := soon; s.frame, s.wire = 5, 0; return s.event() }()), "again, first sent in frame 4", "overtaken"},
		{"late, and no more is known", append(sent(), func() trace.Event { s := soon; s.wire = 0; return s.event() }()), "overtaken on the way, or sent again", "not sent again"},
		{"the ACK of what has arrived", append(sent(lostFirst), verdict(4, trace.Dropped, ""), resent.event(), arrives(resent), ack.event()), "the end of frame 5,", "frame 4"},
		{"a RST in an open connection", append(sent(abort), abort.event()), "aborts the connection", "refuses"},
		{"a RST after a FIN", sent(seg{frame: 4, ms: 10, from: Server, seq: 1, ack: 1, flags: FIN | ACK}, seg{frame: 5, ms: 20, from: Server, seq: 2, ack: 1, flags: RST | ACK}), "had closed already", "SO_LINGER"},
		{"a SYN from nobody", []trace.Event{verdict(9, trace.Injected, ""), forged.event()}, "in the name of the client", "The client asks"},
		{"its answer", []trace.Event{verdict(9, trace.Injected, ""), forged.event(), synAck.event()}, "the SYN that came in the name of the client", "the SYN of frame"},
		{"its state", []trace.Event{observed(Client, SynSent, Closed, 0), verdict(9, trace.Injected, ""), forged.event(), observed(Server, Listen, SynReceived, 9)}, "answered a SYN in the name of the client", "the client's SYN"},
		{"a SYN from an address of no host", []trace.Event{state(Server, Closed, Listen, OnCall, "listen", Observed), verdict(9, trace.Injected, ""), stranger}, "in the name of 10.0.0.66:6000", "client"},
		{"the answer to another SYN", segs(syn, old), "another than that of frame 1", "agrees and asks back"},
		{"numbers that began anew", segs(syn, synAck, anew), "began anew with frame 2", "never seen"},
		{"a SYN seen twice", segs(syn, twice(syn, 2, asked.found...)), "as in frame 1, seen twice", "again at once"},
		{"the answer to a SYN seen twice", segs(syn, twice(syn, 9, asked.found...), synAck), "the SYN of frame 1,", "sent again"},
		{"an ACK seen twice", sent(twice(thirdAck, 4, Finding{Name: FoundDuplicateAck, Frame: 3, Nth: 1})), "as in frame 3, seen twice", "expects"},
		{"a D-SACK for it", sent(hello, acked, twice(hello, 9), dsack), "frame 9 was doubled on the wire", "sent again"},
		{"a D-SACK for what was sent again too", sent(hello, acked, twice(hello, 9), timed, dsack), "come to the server twice", "doubled on the wire"},
		{"an ACK that was overtaken", sent(hello, acked, stale), "frame 5 brought a higher one", "complete"},
		{"more than was sent before", sent(hello, more), "bytes 1 to 6 again, first sent in frame 4: no ACK for that came in time. It also brings bytes 7 to 10", "1 to 10"},
		{"its FIN besides", sent(hello, moreFIN), "bytes 1 to 6 again, first sent in frame 4: no ACK for that came in time. It also brings its FIN", "6 and its FIN"},
		{"more than was acknowledged", sent(hello, acked, more), "though frame 5 has acknowledged that", "no ACK"},
		{"the ACK of more than was sent before", sent(hello, more, whole), "first came out of turn, as in frame 6", "began anew"},
		{"a FIN beyond a hole", sent(fin, notTaken), "the FIN of frame 5 does not count", "had not reached"},
		{"a window that opens behind an overtaken ACK", sent(hello, closed, stale, opened), "larger window", "nothing new"},
		{"a probe that is lost", append(sent(probe), verdict(7, trace.Dropped, "")), "was asked", "nobody sends it again"},
		{"a rule to its end", append(sent(lostFirst), verdict(4, trace.Dropped, "drop 1st data segment client→server of 2nd connection once")), "2nd connection once.", "…"},
		{"close after the end", []trace.Event{observed(Client, Established, Closed, 0), callTo(client, server, "close", "", "")}, "was over before", "FIN"},
		{"close after shutdown", []trace.Event{observed(Client, FinWait1, FinWait2, 0), callTo(client, server, "close", "", "")}, "FIN went out before", "a FIN follows"},
		{"close in TIME-WAIT", []trace.Event{observed(Client, FinWait2, TimeWait, 0), callTo(client, server, "close", "", "")}, "nothing is sent", "FIN"},
		{"close with SO_LINGER 0", []trace.Event{
			observed(Client, SynSent, Established, 0), callTo(client, server, "setsockopt", "SO_LINGER 0 s", ""), callTo(client, server, "close", "", ""),
		}, "an RST goes out instead", "a FIN follows"},
		{"close of an open connection", []trace.Event{observed(Client, SynSent, Established, 0), callTo(client, server, "close", "", "")}, "a FIN follows", "before"},
		{"close of a listener", []trace.Event{call(server, "close", explain.ListenerArgs, "", 0)}, "no new connection", "FIN"},
		{"end of stream after shutdown", []trace.Event{observed(Client, FinWait2, TimeWait, 0), callTo(client, server, "read", "", "EOF")}, "was closed before", "stays open"},
		{"end of stream after a reset", append(sent(abort), observed(Client, Established, Closed, 0), callTo(client, server, "read", "", "EOF")), "by an RST", "the FIN"},
		{"a RST to a bare ACK after the close", sent(
			seg{frame: 4, ms: 9, from: Server, seq: 1, ack: 1, flags: FIN | ACK}, seg{frame: 5, ms: 10, from: Client, seq: 1, ack: 2, flags: ACK},
			seg{frame: 6, ms: 20, from: Server, seq: 2, flags: RST},
		), "remembers nothing", "bytes are lost"},
		{"a FIN that had not heard of the other", sent(
			seg{frame: 4, ms: 9, from: Client, seq: 1, ack: 1, flags: FIN | ACK},
			seg{frame: 5, ms: 10, from: Server, seq: 1, ack: 1, flags: FIN | ACK, changes: []Change{{End: Server, From: CloseWait, To: FinWait1, Corrects: true}}},
		), "both close at once", "had closed before"},
		{"a FIN that had", sent(
			seg{frame: 4, ms: 9, from: Client, seq: 1, ack: 1, flags: FIN | ACK},
			seg{frame: 5, ms: 10, from: Server, seq: 1, ack: 2, flags: FIN | ACK, changes: []Change{{End: Server, From: Established, To: CloseWait}, {End: Server, From: CloseWait, To: LastAck}}},
		), "had closed before", "both close at once"},
		{"an assumption that was wrong", []trace.Event{func() trace.Event {
			ev := state(Server, Established, SynReceived, OnSend, "SYN,ACK", Inferred, 4)
			ev.State.Corrects = true
			return ev
		}()}, "was not in ESTABLISHED after all", "goes from"},
		{"an old ACK is no keepalive", sent(
			seg{frame: 4, ms: 9, from: Server, seq: 1, ack: 1, flags: FIN | ACK},
			seg{frame: 5, ms: 10, from: Server, seq: 1, ack: 1, flags: ACK, found: []Finding{{Name: FoundKeepAlive, Frame: 4}}},
		), "overtaken on the way", "TCP keepalive:"},
		{"a SYN-ACK at once again", segs(syn, synAck, func() seg {
			s := synAck
			s.frame, s.ms, s.found = 3, 2, []Finding{{Name: FoundRetransmission, Frame: 2, Nth: 1}}
			return s
		}()), "too soon for a timer", "has not come"},
		{"an ACK twice", append(sent(ack), observed(Client, SynSent, Established, 0), verdict(6, trace.Duplicated, "")), "says no more than once", "sequence numbers"},
		{"the last ACK twice", append(sent(ack), observed(Client, CloseWait, LastAck, 0), verdict(6, trace.Duplicated, "")), "gets an RST", "says no more than once"},
		{"data twice to who knows it", append(sent(lostFirst), observed(Server, SynReceived, Established, 0), verdict(4, trace.Duplicated, "")), "the server knows the second copy", "RST"},
		{"data twice to who has forgotten", append(sent(lostFirst), observed(Server, Established, Closed, 0), verdict(4, trace.Duplicated, "")), "gets an RST", "knows the second copy"},
		{"a SYN twice", append(segs(asks), verdict(9, trace.Duplicated, "")), "only if the server remembers the first", "the server knows the second copy"},
		{"an ACK for the wire's copy", append(sent(lostFirst), verdict(4, trace.Duplicated, ""), arrives(landed), first.event(), arrives(landed), again7.event()), "received bytes 1 to 6 once more (frame 4)", "does not show"},
		{"for one that came later", append(sent(lostFirst), verdict(4, trace.Duplicated, ""), arrives(lostFirst), first.event(), arrives(later), again7.event()), "received bytes 1 to 6 once more (frame 4)", "does not show"},
		{"for what was sent again", append(sent(lostFirst, resent), arrives(lostFirst), first.event(), arrives(resent), again7.event()), "received bytes 1 to 6 once more (frame 5)", "does not show"},
		{"for what was sent again and has not come", append(sent(lostFirst, resent), arrives(lostFirst), first.event(), again7.event()), "does not show", "once more"},
		{"for what was sent again, in one capture", sent(lostFirst, resent, first, again7), "or an old one once more", "does not show"},
		{"for an older ACK", append(sent(held, lostFirst), arrives(lostFirst), first.event(), arrives(held), again7.event()), "answers an older ACK of the client, frame 3", "does not show"},
		{"for an older ACK that had come", append(sent(held), arrives(held), lostFirst.event(), arrives(lostFirst), first.event(), again7.event()), "does not show", "answers"},
		{"for an earlier connection", append([]trace.Event{earlier(held)}, append(sent(lostFirst), arrives(lostFirst), first.event(), arrives(held), again7.event())...), "from an earlier connection", "does not show"},
		{"for nothing that is seen", sent(hello, ack, again7), "does not show", "or an old one"},
		{"a keepalive for an ACK that was overtaken", sent(closing, over, overReply), "answers an older ACK of the client, frame 5, which has come late", "answers the keepalive"},
		{"what may be one or the other", sent(closing, seg{frame: 6, ms: 20, from: Server, seq: 1, ack: 2, flags: ACK}, seg{frame: 7, ms: 30, from: Client, seq: 1, ack: 1, flags: ACK, found: over.found[:1]}), "or an ACK from before that frame", "TCP keepalive:"},
		{"its answer", sent(closing, seg{frame: 6, ms: 20, from: Server, seq: 1, ack: 2, flags: ACK}, seg{frame: 7, ms: 30, from: Client, seq: 1, ack: 1, flags: ACK, found: over.found[:1]}, seg{frame: 8, ms: 40, from: Server, seq: 1, ack: 2, flags: ACK, found: []Finding{{Name: FoundKeepAliveAck, Frame: 7}}}), "repeats that it expects", "keepalive"},
		{"a byte again, which may be one", sent(one, oneAcked, oneAgain), "or a retransmission", "TCP keepalive:"},
		{"a byte again, which is none", sent(one, oneLost), "first sent in frame 4: no ACK for that came in time", "TCP keepalive"},
		{"a RST twice", append(sent(refusal), observed(Client, SynSent, Established, 0), verdict(5, trace.Duplicated, "")), "the second finds none", "sequence numbers"},
		{"a RST swapped", append(sent(refusal), verdict(5, trace.Swapped, "")), "does not wait", "restores"},
		{"a RST lost", append(sent(refusal), verdict(5, trace.Dropped, "")), "only if it sends something more", "nobody sends it again"},
		{"a RST overtakes what is answered", sent(late, refusal, seg{frame: 7, ms: 30, from: Client, seq: 1, flags: RST}), "that frame 6 belongs to", "frame 5"},
		{"an ACK swapped", append(sent(ack), verdict(6, trace.Swapped, "")), "as long as the server remembers the connection, an ACK", "restores"},
		{"data swapped, which may come when all is forgotten", append(sent(lostFirst), observed(Server, SynReceived, Established, 0), verdict(4, trace.Swapped, "")), "as long as the server remembers the connection, it restores", "RST"},
		{"data swapped on its way to who has forgotten", append(sent(lostFirst), observed(Server, Established, Closed, 0), verdict(4, trace.Swapped, "")), "answers it with an RST", "restores"},
		{"an ACK swapped on its way to a listener", append(sent(ack), observed(Client, SynReceived, Listen, 0), verdict(6, trace.Swapped, "")), "answers it with an RST", "nothing new"},
		{"a SYN swapped", append(segs(asks), verdict(9, trace.Swapped, "")), "a connection of its own", "restores"},
		{"a listener's restart", []trace.Event{state(Server, Listen, Closed, OnCall, "restart", Observed)}, "listening socket is gone", "half"},
		{"both dialled", []trace.Event{syn.event(), seg{frame: 2, from: Server, flags: SYN}.event(), observed(Server, SynReceived, Established, 0)}, "Both had asked", "too the"},
		{"data after close", []trace.Event{state(Server, FinWait1, Closed, OnReceive, "data after close", Observed)}, "had closed", "goes from"},
		{"a gap after close", []trace.Event{state(Server, FinWait2, Closed, OnReceive, "gap after close", Observed)}, "had closed", "goes from"},
	} {
		for _, lang := range []explain.Lang{explain.English, explain.Korean} {
			x := explain.New(lang)
			var last string
			for i := range c.events {
				e := x.Explain(&c.events[i])
				checkExplanation(t, e)
				last = e.Sentence
			}
			if n := utf8.RuneCountInString(last); n > longest+30 { // two statements
				t.Errorf("%s: %d characters: %q", c.name, n, last)
			}
			named := explain.New(lang)
			named.Frame = func(n int) string { return fmt.Sprintf("%d(trace)", n) }
			for i := range c.events[:len(c.events)-1] {
				named.Observe(&c.events[i])
			}
			if got := named.Explain(&c.events[len(c.events)-1]).Sentence; unnamed.MatchString(got) || strings.ReplaceAll(got, "(trace)", "") != last {
				t.Errorf("%s: %q, where frames have names: %q", c.name, last, got)
			}
			late := explain.New(lang) // a renderer may observe more before it explains
			for i := range c.events {
				late.Observe(&c.events[i])
			}
			after := []trace.Event{observed(Client, Established, FinWait1, 0), observed(Client, FinWait1, TimeWait, 0), verdict(99, trace.Dropped, "")}
			for i := range after {
				late.Observe(&after[i])
			}
			if got := late.Explain(&c.events[len(c.events)-1]).Sentence; got != last {
				t.Errorf("%s: explained late: %q, at once: %q", c.name, got, last)
			}
			switch {
			case last == "":
				t.Errorf("%s: nothing is said in %v", c.name, lang)
			case lang == explain.English && (!strings.Contains(last, c.says) || strings.Contains(last, c.never)):
				t.Errorf("%s: %q: want %q and not %q", c.name, last, c.says, c.never)
			}
		}
	}
}
