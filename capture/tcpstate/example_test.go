package tcpstate_test

import (
	"fmt"
	"net/netip"
	"time"

	"statelab/capture/tcpstate"
)

// A connection is opened, and a segment is lost; seen at the client, what
// the server does on receiving is assumed until it shows.
func Example() {
	client, server := netip.MustParseAddrPort("10.0.0.1:40000"), netip.MustParseAddrPort("10.0.0.2:7")
	observer := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	for i, s := range []tcpstate.Segment{
		{Src: client, Dst: server, Seq: 1000, Flags: tcpstate.SYN},
		{Src: server, Dst: client, Seq: 5000, Ack: 1001, Flags: tcpstate.SYN | tcpstate.ACK},
		{Src: client, Dst: server, Seq: 1001, Ack: 5001, Flags: tcpstate.ACK},
		{Src: client, Dst: server, Seq: 1001, Ack: 5001, Flags: tcpstate.ACK | tcpstate.PSH, Len: 5},
		{Src: client, Dst: server, Seq: 1001, Ack: 5001, Flags: tcpstate.ACK | tcpstate.PSH, Len: 5},
		{Src: server, Dst: client, Seq: 5001, Ack: 1006, Flags: tcpstate.ACK},
	} {
		s.Frame, s.Window = i+1, 65535
		s.Time = time.Unix(0, 0).Add(time.Duration(i) * time.Second)
		where := tcpstate.Sent
		if s.Src == server {
			where = tcpstate.Received
		}
		r := observer.Observe(&s, where)
		fmt.Printf("frame %d: seq %d, ack %d\n", s.Frame, r.RelSeq, r.RelAck)
		for _, c := range r.Changes {
			assumed := ""
			if c.Basis == tcpstate.Assumed {
				assumed = " (assumed)"
			}
			fmt.Printf("  %s: %s → %s%s\n", c.End, c.From, c.To, assumed)
		}
		for _, f := range r.Findings {
			fmt.Printf("  %s of frame %d\n", f.Name, f.Frame)
		}
	}
	// Output:
	// frame 1: seq 0, ack 0
	//   client: CLOSED → SYN-SENT
	// frame 2: seq 0, ack 1
	//   server: LISTEN → SYN-RECEIVED
	//   client: SYN-SENT → ESTABLISHED
	// frame 3: seq 1, ack 1
	//   server: SYN-RECEIVED → ESTABLISHED (assumed)
	// frame 4: seq 1, ack 1
	// frame 5: seq 1, ack 1
	//   retransmission of frame 4
	// frame 6: seq 1, ack 6
}

func ExampleFindEdge() {
	e := tcpstate.FindEdge(tcpstate.FinWait1, tcpstate.TimeWait)
	fmt.Printf("%s → %s: %s\n%s\n", e.From, e.To, e.Label(), e.Source)
	// Output:
	// FIN-WAIT-1 → TIME-WAIT: rcv FIN,ACK / snd ACK
	// RFC 9293 §3.3.2 Figure 5, note 2
}

func ExampleEdges() {
	for _, e := range tcpstate.Edges() {
		if e.Figure && e.Unreachable != "" {
			fmt.Printf("%s → %s on %s: %s\n", e.From, e.To, e.On.Name, e.Unreachable)
		}
	}
	// Output:
	// LISTEN → SYN-SENT on SEND: a listening socket cannot send or connect: the sockets interface answers with an error
}

func ExampleSeq_Before() {
	const last = tcpstate.Seq(0xffffffff)
	fmt.Println(last.Before(last.Add(1)), last.Add(1))
	// Output: true 0
}
