package tcpdemo

import (
	"slices"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// refutationsOfFlow are refutations by lessons on the flow of octets, on long
// waits, and on what a server keeps.
var refutationsOfFlow = map[string][]trace.Refutation{
	"fast-retransmit": {ackNamesTheNext},
	"reorder":         {ackNamesTheNext},
	"backoff": {{N: 18, Why: because(
		"with the cable out the stack is told nothing: it sends the same bytes again and again, until the last of these, the peer's ACK, and the connection goes on",
		"케이블이 빠져도 스택에는 아무 통지가 없습니다. 같은 바이트를 거듭 다시 보내다가 마지막 프레임에서 상대의 ACK를 받고, 연결은 그대로 이어집니다",
	), Seen: []trace.Sight{every(carried(client), lostByCut), every(resentData, lostByCut), every(resentData, lostByCut), every(acknowledgesResent, goesOn)}}},
	"keepalive": {
		{N: 18, Why: because(
			"the cable is out already as this probe is lost; only the side that asked gives up",
			"케이블이 이미 빠져서 이 프로브가 손실됩니다. 물어본 쪽만 연결을 포기합니다",
		), Seen: []trace.Sight{every(probe, lostByCut), gaveUpUnanswered}},
		{N: 19, Why: because(
			"the probe is a segment between two stacks: no program reads or writes, and nobody speaks HTTP",
			"프로브는 두 스택 사이의 세그먼트일 뿐입니다. 읽거나 쓴 프로그램도, HTTP도 없습니다",
		), Seen: []trace.Sight{probe, every(sent(server, tcpstate.ACK), bare, answersProbe)}},
	},
	"zero-window": {{N: 28, Why: because(
		"the window was closed, only probes went out, and when it had opened the rest was read",
		"윈도우가 닫힌 동안 프로브만 보내다가, 열린 뒤 나머지까지 다 읽었습니다",
	), Seen: []trace.Sight{found(server, tcpstate.FoundZeroWindow), every(called(server, "read", 1), here, onlyProbesSince), restRead}}},
	"nagle": {{N: 21, Why: because(
		"Go had switched it off; switched on, it holds the second half back until the first is acknowledged",
		"Go는 꺼 두었습니다. 켜면 뒷부분은 앞부분의 ACK가 올 때까지 나가지 못합니다",
	), Seen: []trace.Sight{every(called(client, "setsockopt", 0), nagleOn), every(carried(client), here), acknowledged(server), heldBack}}},
	"framing": {{N: 20, Why: counted(
		"three writes of %d, %d and %d bytes became one read of %d",
		"%d바이트, %d바이트, %d바이트 write 세 번이 %d바이트 read 한 번이 되었습니다",
		func(seen []trace.Event) []any {
			return []any{seen[0].Call.Bytes, seen[1].Call.Bytes, seen[2].Call.Bytes, seen[3].Call.Bytes}
		},
	), Seen: []trace.Sight{called(client, "write", 1), nextWrite, nextWrite, readOfAll}}},
	"mss": {
		{N: 24, Why: counted(
			"the client announces %d, the server %d, and both hold: each for what the other sends",
			"클라이언트는 %d, 서버는 %d를 알립니다. 각각 상대가 보내는 세그먼트에 적용됩니다",
			func(seen []trace.Event) []any {
				return []any{seen[0].Segment.Options.MSS, seen[1].Segment.Options.MSS}
			},
		), Seen: []trace.Sight{every(sent(client, tcpstate.SYN), namesMSS), every(sent(server, tcpstate.SYN), acknowledged(server), namesMSS, bothHold)}},
		{N: 25, Why: counted(
			"the MSS that the receiver announced is %d, and this full segment carries %d bytes: options take the rest",
			"받는 쪽이 알린 MSS는 %d인데 가득 찬 이 세그먼트의 데이터는 %d바이트입니다. 나머지는 옵션의 자리입니다",
			func(seen []trace.Event) []any { return []any{seen[0].Segment.Options.MSS, seen[1].Segment.Len} },
		), Seen: []trace.Sight{every(sent(client, tcpstate.SYN), namesMSS), filledWithOptions}},
	},
	"window-scale": {{N: 27, Why: counted(
		"the field says %d; shifted by the announced scale it is %d bytes",
		"필드 값은 %d이고, 알린 배율만큼 시프트하면 %d바이트입니다",
		func(seen []trace.Event) []any { return []any{seen[0].Segment.Window, seen[0].Segment.ScaledWindow} },
	), Seen: []trace.Sight{scaled}}},
	"backlog": {
		{N: 1, Why: because(
			"the server is ESTABLISHED; its program calls accept() only later",
			"서버는 ESTABLISHED이고, 프로그램은 나중에야 accept()를 부릅니다",
		), Seen: []trace.Sight{every(came(server, tcpstate.Established), unaccepted), every(called(server, "accept", 0), here, later)}},
		{N: 13, Why: because(
			"the SYN finds the queue full, and nothing comes back, no RST either: the client waits, and sends it again",
			"SYN이 왔을 때 백로그가 차 있고, RST조차 돌아오지 않습니다. 클라이언트는 기다리다가 SYN을 다시 보냅니다",
		), Seen: []trace.Sight{queueFull, unansweredSYN}},
	},
	"close-wait": {{N: 7, Why: because(
		"the network has delivered the FIN, and read() has told the program; what is missing is its close()",
		"네트워크는 FIN을 전달했고 read()가 프로그램에 알렸습니다. 빠진 것은 프로그램의 close()입니다",
	), Seen: []trace.Sight{came(server, tcpstate.CloseWait), every(failed(server, "read", "EOF"), here, neverClosed)}}},
	"old-duplicate": {{N: 14, Why: because(
		"with two messages the server would now hold a connection with nobody; the third one, a RST, tells it so",
		"메시지 두 개뿐이었다면 서버는 상대 없는 연결을 지니게 됩니다. 세 번째인 RST가 그것을 알려 줍니다",
	), Seen: []trace.Sight{injected, answersInjected, refusesAnswer}}},
}

// ackNamesTheNext: belief 23, where an ACK repeats itself.
var ackNamesTheNext = trace.Refutation{N: 23, Why: counted(
	"later bytes have come, and the ACK still says %d: it names the byte that is missing",
	"뒤의 바이트가 왔는데도 ACK 번호는 그대로 %d입니다. 빠진 바이트를 가리킵니다",
	func(seen []trace.Event) []any { return []any{seen[1].Segment.RelAck} },
), Seen: []trace.Sight{carried(client), stillNames}}

// stillNames sees the server's ACK of a number before those of the octets seen
// before, after they have arrived, where it has said that number already.
func stillNames(l *trace.Look) bool {
	e, later := l.Event(), l.Last()
	return isSegment(e, server, tcpstate.ACK) && here(l) && e.Segment.Ack.Before(later.Segment.Seq) &&
		ever(l.Since(0), e.Stream, func(a *trace.Event) bool {
			return a.Kind == trace.KindArrival && a.Wire == later.Wire && !a.Segment.Damaged
		}) &&
		ever(l.Run[:l.At], e.Stream, func(s *trace.Event) bool { return isSegment(s, server, tcpstate.ACK) && s.Segment.Ack == e.Segment.Ack })
}

// lostByCut sees a segment that the wire loses because the cable is out.
func lostByCut(l *trace.Look) bool {
	return slices.ContainsFunc(l.Run[l.At:], func(e trace.Event) bool {
		return e.Kind == trace.KindVerdict && e.Wire == l.Event().Wire && e.Verdict.Fate == trace.Dropped && strings.HasPrefix(e.Verdict.Rule, "cut")
	})
}

// resentData sees the octets of the first segment that was seen sent once more.
func resentData(l *trace.Look) bool {
	e, first := l.Event(), l.Seen(0)
	return isSegment(e, client, 0) && here(l) && e.Segment.Seq == first.Segment.Seq && e.Segment.Len == first.Segment.Len
}

// acknowledgesResent sees the server's ACK of those octets, when a copy of them has
// arrived at last.
func acknowledgesResent(l *trace.Look) bool {
	e, first := l.Event(), l.Seen(0)
	return isSegment(e, server, tcpstate.ACK) && here(l) && e.Segment.Ack == first.Segment.End() &&
		ever(l.Since(0), e.Stream, func(e *trace.Event) bool {
			return e.Kind == trace.KindArrival && e.From.Role == client && !e.Segment.Damaged && e.Segment.Seq == first.Segment.Seq
		})
}

// goesOn sees an event of a connection that no end gives up after it.
func goesOn(l *trace.Look) bool {
	return !ever(l.Run[l.At:], l.Event().Stream, func(e *trace.Event) bool {
		return e.Kind == trace.KindState && e.State.To == tcpstate.Closed
	})
}

// probe sees a keepalive probe of the client: a number before the next, no octet.
func probe(l *trace.Look) bool {
	return found(client, tcpstate.FoundKeepAlive)(l) && l.Event().Segment.Len == 0
}

// gaveUpUnanswered sees a timer end the client's part, where nothing has come from
// the server since the probe seen before; the server's part never ends.
func gaveUpUnanswered(l *trace.Look) bool {
	e := l.Event()
	return isState(e, client, tcpstate.Closed) && e.State.Cause.Kind == tcpstate.OnTimer && here(l) &&
		!ever(l.Since(0), e.Stream, func(e *trace.Event) bool { return e.Kind == trace.KindArrival && e.From.Role == server }) &&
		!ever(l.Run, e.Stream, func(e *trace.Event) bool { return isState(e, server, tcpstate.Closed) })
}

// answersProbe sees the server's answer to the probe seen before; meanwhile no
// program has read or written.
func answersProbe(l *trace.Look) bool {
	e, asked := l.Event(), l.Last()
	return answeredAtOnce(l) && e.Segment.Ack == asked.Segment.Seq+1 &&
		!ever(l.Since(len(l.Before)-1), e.Stream, func(e *trace.Event) bool { return e.Kind == trace.KindCall && e.Call.Bytes > 0 })
}

// onlyProbesSince sees an event before which, from when the client had learnt that
// the window was closed, it has sent probes of that window and no other octets.
func onlyProbesSince(l *trace.Look) bool {
	since, shut := l.Since(len(l.Before)-1), l.Last()
	learnt := slices.IndexFunc(since, arrivalOf(shut))
	if learnt < 0 {
		return false
	}
	octets := func(e *trace.Event) bool { return isSegment(e, client, 0) && e.Segment.Len > 0 }
	probes := func(e *trace.Event) bool { return octets(e) && has(e, tcpstate.FoundWindowProbe) }
	return ever(since[learnt:], shut.Stream, probes) &&
		!ever(since[learnt:], shut.Stream, func(e *trace.Event) bool { return octets(e) && !probes(e) })
}

// restRead sees a read that brings the last of all that the client has written.
func restRead(l *trace.Look) bool {
	e := l.Event()
	return isCall(e, server, "read") && e.Call.Bytes > 0 && here(l) &&
		moved(l.Run[:l.At+1], server, "read", e.Stream) == moved(l.Run, client, "write", e.Stream)
}

// nagleOn sees TCP_NODELAY being switched off.
func nagleOn(l *trace.Look) bool { return l.Event().Call.Args == "TCP_NODELAY off" }

// heldBack sees the octets after those of the segment seen before last, sent for the
// first time when its ACK, seen last, has come; they had been written before that.
func heldBack(l *trace.Look) bool {
	e, first, ack := l.Event(), l.Seen(1), l.Last()
	came := slices.IndexFunc(l.Since(2), arrivalOf(ack))
	if !isSegment(e, client, 0) || e.Segment.Len == 0 || !here(l) || came < 0 || e.Segment.Seq != first.Segment.End() {
		return false
	}
	written := moved(l.Run[:l.Before[2]+1+came], client, "write", e.Stream)
	return written >= int(e.Segment.RelSeq)+e.Segment.Len-1 && // the SYN has the number 0
		!ever(l.Run[:l.At], e.Stream, func(s *trace.Event) bool {
			return isSegment(s, client, 0) && first.Segment.End().Before(s.Segment.End())
		})
}

// nextWrite sees the client's write after the one seen before.
func nextWrite(l *trace.Look) bool {
	return isCall(l.Event(), client, "write") && l.Event().Call.Bytes > 0 && here(l) &&
		!ever(l.Since(len(l.Before)-1), l.Event().Stream, func(e *trace.Event) bool { return isCall(e, client, "write") })
}

// readOfAll sees a read that brings what the writes before it wrote: those octets of
// the connection, and no more.
func readOfAll(l *trace.Look) bool {
	e, octets := l.Event(), 0
	for i := range l.Before {
		octets += l.Seen(i).Call.Bytes
	}
	return isCall(e, server, "read") && here(l) && e.Call.Bytes == octets &&
		moved(l.Run[:l.At], server, "read", e.Stream) == moved(l.Run[:l.Before[0]], client, "write", e.Stream)
}

// namesMSS sees a segment that announces an MSS.
func namesMSS(l *trace.Look) bool { return l.Event().Segment.Options.HasMSS }

// bothHold sees the second of two announcements of another MSS each, where both
// ends send octets, and never more in a segment than the other one has announced.
func bothHold(l *trace.Look) bool {
	e, other := l.Event(), l.Last()
	stays := func(by trace.Role, mss uint16) bool {
		return ever(l.Run, e.Stream, func(e *trace.Event) bool { return isSegment(e, by, 0) && e.Segment.Len > 0 }) &&
			!ever(l.Run, e.Stream, func(e *trace.Event) bool { return isSegment(e, by, 0) && e.Segment.Len > int(mss) })
	}
	client, server := other.Segment.Options.MSS, e.Segment.Options.MSS
	return client != server && stays(other.From.Role, server) && stays(e.From.Role, client)
}

// filledWithOptions sees a segment of the server's whose octets and options together
// are the MSS that was announced to it (RFC 9293 §3.7.1).
func filledWithOptions(l *trace.Look) bool {
	if !carried(server)(l) || !here(l) {
		return false
	}
	s := l.Event().Segment
	options := len(s.Options.Raw)
	return options > 0 && s.Len+options == int(l.Last().Segment.Options.MSS)
}

// scaled sees a window field that its sender has shifted (RFC 7323 §2.2). Of an end
// that is not ESTABLISHED yet that is not certain: this stack answers a repeated SYN
// with the window of its SYN-ACK, in bytes.
func scaled(l *trace.Look) bool {
	e := l.Event()
	return e.Kind == trace.KindSegment && e.Segment.ScaleKnown && e.Segment.ScaledWindow > uint32(e.Segment.Window) &&
		ever(l.Run[:l.At], e.Stream, func(s *trace.Event) bool { return isState(s, e.From.Role, tcpstate.Established) })
}

// later sees what happens after the event seen before, and not with it: a call that
// had been waiting for that returns at once.
func later(l *trace.Look) bool { return l.Event().At.After(l.Last().At) }

// queueFull sees the server's stack throw a SYN away for which the accept queue has
// no room.
func queueFull(l *trace.Look) bool {
	e := l.Event()
	if e.Kind != trace.KindVerdict || e.Verdict.Fate != trace.Discarded || e.From.Role != client {
		return false
	}
	s := segmentOf(l)
	return s != nil && s.Flags.Has(tcpstate.SYN)
}

// unansweredSYN sees the client's next SYN on a connection of which the server has
// said nothing since the event seen before.
func unansweredSYN(l *trace.Look) bool {
	return isSegment(l.Event(), client, tcpstate.SYN) && here(l) &&
		!ever(l.Since(0), l.Event().Stream, func(e *trace.Event) bool { return isSegment(e, server, 0) })
}

// neverClosed sees an event of a connection that the server's program never closes.
func neverClosed(l *trace.Look) bool {
	return !ever(l.Run, l.Event().Stream, func(e *trace.Event) bool { return isCall(e, server, "close") })
}

// injected sees a SYN that no host has sent.
func injected(l *trace.Look) bool {
	return l.Event().Kind == trace.KindVerdict && l.Event().Verdict.Fate == trace.Injected
}

// answersInjected sees the server's SYN-ACK to the SYN seen before: that one comes
// from no host, and is seen at the server alone.
func answersInjected(l *trace.Look) bool {
	return sent(server, tcpstate.SYN|tcpstate.ACK)(l) && slices.ContainsFunc(l.Since(0), func(e trace.Event) bool {
		return isSegment(&e, client, tcpstate.SYN) && e.Wire == l.Last().Wire && e.Segment.End() == l.Event().Segment.Ack
	})
}

// refusesAnswer sees the client's RST to the SYN-ACK seen before (RFC 9293
// §3.10.7.1); it arrives.
func refusesAnswer(l *trace.Look) bool {
	e, answer := l.Event(), l.Last()
	return isSegment(e, client, tcpstate.RST) && e.Segment.Seq == answer.Segment.Ack &&
		arrived(l.Since(1), answer) && arrived(l.Run[l.At:], e)
}
