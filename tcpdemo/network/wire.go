package network

import (
	"net/netip"
	"time"

	"statelab/capture/trace"
)

// Direction is the way a frame travels on the wire. Of any two hosts, the one
// that stands further to the left on the ladder counts as the client's side: see
// [trace.Participant.Compare].
type Direction uint8

// Directions.
const (
	ClientToServer Direction = iota
	ServerToClient
)

// Back returns the other direction.
func (d Direction) Back() Direction { return d ^ 1 }

// String returns "client→server" or "server→client".
func (d Direction) String() string {
	if d == ServerToClient {
		return "server→client"
	}
	return "client→server"
}

// Link is the wire's own nature, before any rule. What it does to a frame gets
// a verdict without a rule.
type Link struct {
	// Delay is the one-way propagation delay.
	Delay time.Duration
	// Rate is the capacity of each direction in bits per second; 0 is without
	// limit.
	Rate int64
	// Queue is how many bytes may wait for the capacity, the
	// frame being sent included; 0 means DefaultQueue.
	Queue int
	// MTU is the longest IP packet in bytes that the path's router passes on;
	// 0 is without limit.
	MTU int
	// Router is the address that the router signs its ICMP messages with; the
	// zero value means DefaultRouter.
	Router netip.Addr
}

// DefaultRouter is the address of the router that the wire plays.
var DefaultRouter = netip.AddrFrom4([4]byte{10, 0, 0, 254})

// Delivery is one frame that reaches the far end of the wire.
type Delivery struct {
	Dir  Direction // the way it travels: it may be an earlier frame than the one decided
	Wire uint64
	// After is how long after now it arrives. Deliveries of one instant and one
	// direction arrive in the order of the list.
	After time.Duration
	// Data is the frame: the slice given to Decide, or a changed copy.
	Data []byte
}

// Reply is a frame that the wire itself crafts and sends to the sender of the
// frame decided. It has no wire number yet: the network gives it one, and
// reports [trace.Injected] under it.
type Reply struct {
	Dir   Direction // the way it travels
	After time.Duration
	Data  []byte
	Rule  string
}

// Decision is what the wire does. It is valid until the Decider's next call.
type Decision struct {
	// Deliveries may be none (dropped, or held back) or several, and may hold
	// frames that were held back earlier.
	Deliveries []Delivery
	Replies    []Reply
	Verdicts   []trace.Verdict
}
