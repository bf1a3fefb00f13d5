// Package tcpstate is RFC 9293 as data and as an observer: the states, the
// figure of the connection state machine with every edge's source, sequence
// arithmetic, and a passive observer that follows both ends of a connection
// from the segments alone. It imports the standard library only.
package tcpstate

// State is a connection state (RFC 9293 §3.3.2).
type State uint8

// The states, in the RFC's order. Unknown is the observer's: an end about which
// the segments seen so far prove nothing.
const (
	Unknown     State = iota
	Closed            // no connection: a fictional state, there is no TCB
	Listen            // waiting for a connection request from any remote peer
	SynSent           // waiting for a matching request after having sent one
	SynReceived       // waiting for the acknowledgment of the request after both received and sent one
	Established       // the open connection: data can flow both ways
	FinWait1          // waiting for the remote FIN, or for the acknowledgment of our own
	FinWait2          // waiting for the remote FIN
	CloseWait         // the remote has closed; waiting for the local user to close
	Closing           // both have closed; waiting for the acknowledgment of our FIN
	LastAck           // waiting for the acknowledgment of our FIN, the remote's having come first
	TimeWait          // waiting for old segments to die out (2 MSL)
)

var stateNames = [...]string{
	Unknown: "unknown", Closed: "CLOSED", Listen: "LISTEN", SynSent: "SYN-SENT", SynReceived: "SYN-RECEIVED",
	Established: "ESTABLISHED", FinWait1: "FIN-WAIT-1", FinWait2: "FIN-WAIT-2", CloseWait: "CLOSE-WAIT",
	Closing: "CLOSING", LastAck: "LAST-ACK", TimeWait: "TIME-WAIT",
}

// String returns the RFC's spelling: "SYN-RECEIVED".
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}
