package tcpstate

import "slices"

// InvisibleChange is a change of state that no frame shows: an observer of the
// wire learns of it late, or never.
type InvisibleChange struct {
	From, To State
	Reason   string
	Source   string
}

var invisible = []InvisibleChange{
	{Closed, Listen, "the application's passive OPEN sends nothing; the first SYN,ACK shows that it happened", sourceOpen},
	{Listen, Closed, "the application closes the listening socket, which sends nothing; the next SYN is answered with RST", sourceClose},
	{Listen, SynReceived, "between the SYN's arrival and the SYN,ACK; a listener that uses SYN cookies never enters SYN-RECEIVED, and nothing on the wire tells", "RFC 4987 §3.6"},
	{SynSent, Closed, "the application gives up, or the SYN was retransmitted as often as the stack is willing to", sourceTimeout},
	{SynReceived, Closed, "the SYN,ACK was retransmitted as often as the stack is willing to, or the backlog overflowed", sourceTimeout},
	{SynReceived, Established, "the ACK of the handshake was lost on its way after the vantage point: until the server sends something, nobody there can tell", sourceArrives},
	{Established, Closed, "data or keep-alives stayed without an answer; or the host crashed, which makes the connection half-open", "RFC 9293 §3.8.3, §3.8.4, §3.5.1"},
	{FinWait1, Closed, "the FIN was retransmitted as often as the stack is willing to", sourceTimeout},
	{FinWait2, Closed, "the stack bounds the wait for the remote FIN once the application has closed (Linux: 60 s)", "tcp(7): tcp_fin_timeout"},
	{CloseWait, Closed, "data or keep-alives stayed without an answer; or the host crashed", "RFC 9293 §3.8.3, §3.8.4, §3.5.1"},
	{Closing, Closed, "the FIN was retransmitted as often as the stack is willing to", sourceTimeout},
	{LastAck, Closed, "the last ACK is not acknowledged: whether it arrived shows only by the FIN not being retransmitted", sourceArrives},
	{TimeWait, Closed, "2 MSL have passed", sourceTimeout},
}

// Invisible returns a copy of the table of changes that no frame shows:
// applications' calls that send nothing, timers, SYN cookies, last ACKs.
func Invisible() []InvisibleChange { return slices.Clone(invisible) }
