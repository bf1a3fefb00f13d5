// Package network is what lessons and servers run on: hosts that listen and
// dial, a wire between them with a tap at each end, and rules that say what the
// wire does. Scenarios are written once, against these interfaces; virtual and
// host implement them.
package network

import (
	"context"
	"net"
	"net/netip"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
)

// Host is one machine of a network: its own TCP stack, its own address.
type Host interface {
	// Addr is the host's address.
	Addr() netip.Addr
	// Listen announces on a port of the host's address; port 0 takes a free
	// one. backlog is the length of the accept queue; 0 takes the stack's
	// default.
	Listen(port uint16, backlog int) (net.Listener, error)
	// Dial opens a connection. The port is taken from local when it is not 0.
	// Errors are those of net: an *net.OpError that wraps a syscall.Errno such
	// as ECONNREFUSED or ETIMEDOUT.
	Dial(ctx context.Context, to netip.AddrPort, local uint16) (Conn, error)
}

// Conn is a TCP connection: net.Conn, and of *net.TCPConn's methods those that
// a lesson needs, with the same meaning.
type Conn interface {
	net.Conn
	CloseWrite() error
	// SetLinger with 0 makes Close send RST and discard unsent data.
	SetLinger(sec int) error
	// SetNoDelay(true), the default, turns Nagle's algorithm off.
	SetNoDelay(noDelay bool) error
	SetKeepAliveConfig(c net.KeepAliveConfig) error
}

// Clock is the network's time and its scheduler. On a virtual network nothing
// else may be used for waiting: time moves only while everyone waits.
type Clock interface {
	Now() time.Time
	// Sleep waits for d of the network's time.
	Sleep(d time.Duration)
	// Go starts f as an application on the network.
	Go(f func())
}

// Info says which network and which stack made an output.
type Info struct {
	Name  string // "virtual", "host"
	Stack string // "gVisor netstack", "Linux 6.18"
}

// Recording is what a network saw and reported while a lesson ran, each in
// order of (time, order).
type Recording struct {
	// Frames of all taps together. A frame that crossed a wire appears at its
	// sender's tap (Outbound) and, once for each copy delivered, at its
	// receiver's (Inbound), under one Wire number. Number is the frame's place
	// in the trace of the primary vantage point, the client's unless said
	// otherwise; where a frame was not seen there it is 0. A sender's frame at
	// the far end bears the number under which its first copy arrived at the
	// primary one.
	Frames       []capture.Frame
	Observations []trace.Observation
}

// At returns the frames of one tap, numbered from 1, as its trace file holds
// them.
func (r *Recording) At(vantage string) []capture.Frame {
	var out []capture.Frame
	for _, f := range r.Frames {
		if f.Vantage != vantage {
			continue
		}
		f.Number = len(out) + 1
		out = append(out, f)
	}
	return out
}
