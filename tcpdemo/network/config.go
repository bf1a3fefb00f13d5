package network

import (
	"time"

	"statelab/capture/trace"
)

// Config describes a network of statelab's own: its hosts and the wires between
// them. The zero value is a good one: a client, a server, and one wire.
type Config struct {
	// Seed decides initial sequence numbers, ephemeral ports, timestamp
	// offsets, IP identifications, and what chance decides on the wire.
	Seed uint64
	// Client and Server are the two hosts' stacks.
	Client, Server HostConfig
	// Hosts are the hosts where there are others than a client and a server: all
	// of them, each of another party. Client and Server are not used then.
	Hosts []Member
	// Rules say what the wire does beyond its nature. Where there are several
	// wires, each obeys all rules, and counts only what passes on it.
	Rules []Rule
	// Delay is the one-way delay: 0 takes the network's default, negative
	// means none.
	Delay time.Duration
	// Link is the rest of the wire's nature; its own Delay is not used.
	Link Link
	// Start is the date at the network's beginning; zero takes the network's
	// default.
	Start time.Time
	// ARP makes the hosts find each other's Ethernet address on the wire (RFC
	// 826). Without it they know it from the beginning.
	ARP bool
	// Samples records the senders' congestion state.
	Samples bool
	// NoDiary lets the hosts keep no diary of when they learned and forgot: with
	// hundreds of connections it would be a book, and cost the square of their number.
	NoDiary bool
	// NoBuffers leaves out of what hosts remember the octets in a connection's buffers:
	// where messages are shown by themselves, they are these on their way.
	NoBuffers bool
	// Cooperative promises that every application goroutine is started by
	// Clock.Go and waits in calls of this network alone (no channels, mutexes
	// or goroutines of its own). Knowing that everyone waits then costs
	// nothing, however many there are; otherwise the network has to look at
	// all of the process's goroutines after each turn.
	Cooperative bool
}

// Member is a host of a network: whose it is, and its stack.
type Member struct {
	// Party is whose host it is, by role and number; the network gives it an
	// address.
	Party trace.Participant
	Stack HostConfig
}

// HostConfig describes one host's stack.
type HostConfig struct {
	// MTU is the longest IP packet in bytes that the host's interface takes:
	// 68 to 65535 (RFC 791 §3.2), 0 for 1500.
	MTU int
	// MSS, if not 0, is offered in the SYN instead of what follows from the MTU
	// (RFC 9293 §3.7.1), in bytes.
	MSS int
	// ReceiveBuffer and SendBuffer are the sockets' buffers in bytes: 4096 to
	// 4 MiB, 0 for 1 MiB. Half of the receive buffer is offered as window.
	ReceiveBuffer, SendBuffer int
	// AutoTune lets the stack grow the receive buffer by itself.
	AutoTune bool
	// Congestion is the congestion control: "reno" (RFC 5681, the default: what
	// the textbooks draw) or "cubic" (RFC 9438).
	Congestion string
	// NoSACK turns selective acknowledgment (RFC 2018) off.
	NoSACK bool
	// RACK turns loss detection by time (RFC 8985) on.
	RACK bool
	// SYNCookies makes listeners answer every SYN without remembering it (RFC
	// 4987 §3.6).
	SYNCookies bool
	// TimeWait is how long TIME-WAIT lasts: 0 for 60 s.
	TimeWait time.Duration
	// FinWait2 is how long a closed socket waits for the peer's FIN: 0 for 60 s.
	FinWait2 time.Duration
	// MaxRetries is how many retransmissions of one segment the host tries
	// before it gives up (RFC 9293 §3.8.3, R2): 0 for 15.
	MaxRetries int
	// MinRTO bounds the retransmission timeout from below (RFC 6298): 0 for
	// 200 ms.
	MinRTO time.Duration
}
