// Package sockstate asks the operating system what it remembers of TCP
// connections: the state of each socket, its queues, and the variables of its
// control block, as Linux tells them by TCP_INFO (tcp(7)) and sock_diag(7). No
// rights are needed.
//
// [Of] reads one socket of this process, [Diag] finds any socket of the network
// namespace, and [Watcher] follows them and reports each change of state that it
// sees.
//
// On other systems every function returns an error that errors.Is finds to be
// [errors.ErrUnsupported]: there, states can only be inferred from a capture.
package sockstate

import (
	"errors"
	"net/netip"
	"time"

	"statelab/capture/tcpstate"
)

// ErrNotFound says that the system has no such socket: the connection is
// CLOSED, and forgotten.
var ErrNotFound = errors.New("no such socket")

// UnsupportedError says that the operating system does not tell.
type UnsupportedError struct{ Platform string }

// Error names the cause and what to do.
func (e *UnsupportedError) Error() string { return e.Text("en") }

// Text returns the message in "ko", or in English.
func (e *UnsupportedError) Text(lang string) string {
	if lang == "ko" {
		return e.Platform + "에서는 소켓 상태를 관측할 수 없습니다: 상태는 세그먼트에서 추론합니다"
	}
	return "socket states cannot be observed on " + e.Platform + ": they are inferred from the segments"
}

// Unwrap returns errors.ErrUnsupported.
func (e *UnsupportedError) Unwrap() error { return errors.ErrUnsupported }

// Socket is what the system says of one socket.
type Socket struct {
	State         tcpstate.State
	Local, Remote netip.AddrPort // Remote is zero in LISTEN
	// Cookie identifies the socket for its life, from SYN-RECEIVED to TIME-WAIT.
	Cookie uint64
	// ReceiveQueue and SendQueue are in bytes: arrived and not read, written and
	// not acknowledged; a SYN or FIN counts as one. In LISTEN they count connections: those that wait for
	// accept, and how many may.
	ReceiveQueue, SendQueue uint32
	// UID and Inode are 0 where no process holds the socket: in SYN-RECEIVED
	// and TIME-WAIT.
	UID, Inode uint32
	// Timer is the timer that runs, "" for none; Expires is what is left of it
	// and Retransmits how often it has run out so far.
	Timer       string
	Expires     time.Duration
	Retransmits uint8
	// Info holds the control block's variables. HasInfo is false where the
	// system has none, as in SYN-RECEIVED and TIME-WAIT, or was not asked.
	Info    Info
	HasInfo bool
}

// Info is what TCP_INFO holds: the variables of a transmission control block.
// What an older kernel does not tell is 0.
type Info struct {
	State tcpstate.State
	// The options that both ends agreed on. The scales are shift counts
	// (RFC 7323 §2), of what the peer announces and of what we do.
	Timestamps, SACK, WindowScale, ECN bool
	SndScale, RcvScale                 uint8
	// Congestion is the state of loss recovery: "open", "disorder", "cwr",
	// "recovery" or "loss".
	Congestion string

	RTO, RTT, RTTVar, MinRTT time.Duration // RFC 6298 §2; RTT is SRTT
	SndMSS, RcvMSS, AdvMSS   uint32        // bytes
	PMTU                     uint32        // bytes
	// Cwnd and Ssthresh are in segments, as Linux counts them (RFC 5681 §3.1
	// counts bytes): times SndMSS they are bytes. Ssthresh is InfiniteSsthresh
	// until a loss sets it.
	Cwnd, Ssthresh uint32
	// SndWnd and RcvWnd are the windows in bytes: the peer's last, and ours.
	SndWnd, RcvWnd uint32
	RcvSpace       uint32 // bytes: what receive-buffer tuning aims at

	Unacked, Sacked, Lost uint32 // segments sent and not acknowledged; of these sacked; of these held to be lost
	Retrans, TotalRetrans uint32 // segments: retransmitted and not acknowledged; ever retransmitted
	// BytesAcked and BytesReceived count payload, each octet once; the SYN
	// counts as one in BytesAcked. BytesSent counts retransmissions too.
	BytesAcked, BytesReceived, BytesSent, BytesRetrans uint64
	SegsIn, SegsOut                                    uint32
	NotSent                                            uint32 // bytes
	DeliveryRate, PacingRate                           uint64 // bytes per second
	LastDataSent, LastDataReceived                     time.Duration
}

// InfiniteSsthresh is Ssthresh before any loss: slow start without a bound.
const InfiniteSsthresh = 0x7fffffff

// States is a set of states.
type States uint16

// Only returns the set of the states given.
func Only(states ...tcpstate.State) States {
	var s States
	for _, st := range states {
		s |= 1 << st
	}
	return s
}

// All is the set of all states in which the system knows a socket.
const All = States(1<<(tcpstate.TimeWait+1)-1) &^ (1<<tcpstate.Unknown | 1<<tcpstate.Closed)

// Has reports whether st is in the set.
func (s States) Has(st tcpstate.State) bool { return s&(1<<st) != 0 }

// Filter says which sockets a dump visits.
type Filter struct {
	// Port, if not 0, is the port of either end.
	Port uint16
	// States is the set of states; empty for All.
	States States
	// Info asks for the control block's variables.
	Info bool
}
