package virtual

import (
	"math"
	"reflect"
	"strings"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"statelab/capture/tcpstate"
)

// block is a transmission control block as the stack holds it, in the names of
// RFC 9293 §3.3.1, RFC 5681 and RFC 6298.
type block struct {
	synchronized bool // there is a sender and a receiver: the handshake is over
	timestamps   bool // both ends send them, and round trips are measured by them (RFC 7323 §4)

	sndUna, sndNxt uint32
	sndWnd         uint32
	sndScale       uint8
	mss            int  // Eff.snd.MSS: octets of data in a full segment, the most options deducted
	cwnd, ssthresh int  // segments
	measured       bool // the round trip, at least once
	srtt, rttvar   time.Duration
	rto            time.Duration

	rcvNxt, rcvWnd uint32
	rcvScale       uint8

	sendOctets    int // in the send buffer: not sent, or not acknowledged
	receiveOctets int // in the receive buffer: not read
	reorderOctets int // arrived ahead of a gap
}

// Netstack shows its control blocks to a probe, but only when a segment
// arrives; what sending and timers change would be missed. These are the same
// fields, read in place. A test holds that each of them exists.
var (
	sndField    = endpointField("snd")
	rcvField    = endpointField("rcv")
	sendField   = endpointField("sndQueueInfo")
	readField   = endpointField("TCPRcvBufState")
	sackField   = endpointField("sack")
	stampsField = endpointField("SendTSOk")
	probesField = endpointField("keepalive")
	errorField  = endpointField("hardError")
)

func endpointField(name string) []int {
	f, _ := reflect.TypeFor[tcp.Endpoint]().FieldByName(name)
	return f.Index
}

// peek reads an endpoint's control block. Nobody else may be at work on it:
// all applications are parked and the stack has dealt with what it was given,
// or the caller is the endpoint's own call.
func peek(ep *tcp.Endpoint) block {
	e := reflect.ValueOf(ep).Elem()
	var b block
	// The stack takes an acknowledged FIN out of the buffer, which it never was in.
	b.sendOctets = max(0, int(e.FieldByIndex(sendField).FieldByName("TCPSndBufState").FieldByName("SndBufUsed").Int()))
	b.receiveOctets = int(e.FieldByIndex(readField).FieldByName("RcvBufUsed").Int())
	snd, rcv := e.FieldByIndex(sndField), e.FieldByIndex(rcvField)
	if snd.IsNil() || rcv.IsNil() {
		return b
	}
	b.synchronized = true
	b.timestamps = e.FieldByIndex(stampsField).Bool()
	s := snd.Elem().FieldByName("TCPSenderState")
	b.sndUna, b.sndNxt = number(s, "SndUna"), number(s, "SndNxt")
	b.sndWnd, b.sndScale = number(s, "SndWnd"), uint8(number(s, "SndWndScale"))
	b.mss = int(s.FieldByName("MaxPayloadSize").Int())
	b.cwnd, b.ssthresh = int(s.FieldByName("SndCwnd").Int()), int(s.FieldByName("Ssthresh").Int())
	b.rto = time.Duration(s.FieldByName("RTO").Int())
	rtt := snd.Elem().FieldByName("rtt").FieldByName("TCPRTTState")
	b.srtt, b.rttvar = time.Duration(rtt.FieldByName("SRTT").Int()), time.Duration(rtt.FieldByName("RTTVar").Int())
	b.measured = rtt.FieldByName("SRTTInited").Bool()
	r := rcv.Elem().FieldByName("TCPReceiverState")
	b.rcvNxt = number(r, "RcvNxt")
	b.rcvScale = uint8(number(r, "RcvWndScale"))
	// What is left of the window that the peer was last told of: the stack has
	// more in mind than the field can say, and accepts no more than it said.
	offered := min(number(rcv.Elem(), "rcvWnd"), math.MaxUint16<<b.rcvScale)
	if edge := number(rcv.Elem(), "rcvWUP") + offered; tcpstate.Seq(edge).After(tcpstate.Seq(b.rcvNxt)) {
		b.rcvWnd = edge - b.rcvNxt
	}
	b.reorderOctets = gapped(e.FieldByIndex(sackField))
	return b
}

func number(v reflect.Value, field string) uint32 { return uint32(v.FieldByName(field).Uint()) }

// gapped counts the octets that arrived ahead of a gap: the blocks that
// selective acknowledgment would name (RFC 2018 §3), whether or not it is used.
func gapped(sack reflect.Value) int {
	octets := uint32(0)
	blocks := sack.FieldByName("Blocks")
	for i := range int(sack.FieldByName("NumBlocks").Int()) {
		octets += number(blocks.Index(i), "End") - number(blocks.Index(i), "Start")
	}
	return int(octets)
}

// keepAliveSpent reports whether all keep-alive probes went unanswered.
func keepAliveSpent(ep *tcp.Endpoint) bool {
	k := reflect.ValueOf(ep).Elem().FieldByIndex(probesField)
	count := k.FieldByName("count").Int()
	return ep.SocketOptions().GetKeepAlive() && count > 0 && k.FieldByName("unacked").Int() >= count
}

// unreachable reports whether the endpoint failed because nobody answered ARP.
func unreachable(ep *tcp.Endpoint) bool {
	err := reflect.ValueOf(ep).Elem().FieldByIndex(errorField)
	return !err.IsNil() && strings.HasSuffix(err.Elem().Type().String(), "ErrHostUnreachable")
}
