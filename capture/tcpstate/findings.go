package tcpstate

import "slices"

// Names of findings that mean what Wireshark's tcp.analysis.* mean (its
// release 4.0), and are computed by the same rules. Finding.Frame is, of a
// retransmission, the segment that carried the octets first; of a lost segment,
// an unseen one that is acknowledged, a late one and a keep-alive, the segment
// that went farthest before; of a duplicate ACK and a window update, the segment
// that they repeat; of the answer to a probe or a keep-alive, that one; of
// reused ports, the SYN of the old connection.
const (
	FoundRetransmission         = "retransmission"          // octets, SYN or FIN that were sent before
	FoundFastRetransmission     = "fast-retransmission"     // … within 20 ms of at least two duplicate ACKs for it
	FoundSpuriousRetransmission = "spurious-retransmission" // … all acknowledged already
	FoundOutOfOrder             = "out-of-order"            // fills a hole within the initial RTT, or 3 ms where that is unknown
	FoundLostSegment            = "lost-segment"            // begins beyond what was seen: a segment before it is missing here
	FoundAckLostSegment         = "ack-lost-segment"        // acknowledges what was never seen
	FoundDuplicateAck           = "duplicate-ack"           // repeats the ACK and the window, and carries nothing
	FoundWindowUpdate           = "window-update"           // repeats the ACK with another window
	FoundWindowFull             = "window-full"             // goes up to the edge of the offered window
	FoundZeroWindow             = "zero-window"             // offers no window
	FoundZeroWindowProbe        = "zero-window-probe"       // one octet into a window of zero
	FoundZeroWindowProbeAck     = "zero-window-probe-ack"   // answers it, with the window still closed
	FoundKeepAlive              = "keep-alive"              // no or one octet, one before the next
	FoundKeepAliveAck           = "keep-alive-ack"          // answers it
	FoundReusedPorts            = "reused-ports"            // a SYN with another ISN on known addresses and ports
)

// Names of findings that are statelab's own.
const (
	// FoundMidstream: the connection's first segment here is no SYN.
	FoundMidstream = "midstream"
	// FoundBadChecksum: the TCP checksum is wrong: its receiver drops it
	// (RFC 9293 §3.1).
	FoundBadChecksum = "bad-checksum"
	// FoundChallengeAck: an ACK that answers a suspicious RST or SYN instead
	// of obeying it (RFC 5961 §3.2, §4.2). Frame is that RST or SYN.
	FoundChallengeAck = "challenge-ack"
	// FoundHalfOpen: one end has lost the connection that the other still
	// holds (RFC 9293 §3.5.1): a RST without ACK, as an end without a TCB
	// sends it, answers a segment of an open connection; or a SYN reaches an
	// end that still holds the old one. Frame is the segment it answers.
	FoundHalfOpen = "half-open"
	// FoundOffFigure: what the segment shows is no edge of the state machine
	// in the state that its sender was in.
	FoundOffFigure = "off-figure"
	// FoundNotArrived: a change that was assumed, because its cause was seen
	// on the way, had not happened when its end sent this segment.
	FoundNotArrived = "assumption-corrected"
	// FoundDuplicateFrame: the same IP packet, seen twice in this trace, which was
	// taken at two places of its way, or after the wire had doubled it: what looks
	// like a retransmission, or a duplicate ACK, is none. Frame is its first sight.
	FoundDuplicateFrame = "duplicate-frame"
)

// FindingNames returns every name that a Finding can bear.
func FindingNames() []string { return slices.Clone(findingNames) }

var findingNames = []string{
	FoundRetransmission, FoundFastRetransmission, FoundSpuriousRetransmission, FoundOutOfOrder,
	FoundLostSegment, FoundAckLostSegment, FoundDuplicateAck, FoundWindowUpdate, FoundWindowFull,
	FoundZeroWindow, FoundZeroWindowProbe, FoundZeroWindowProbeAck, FoundKeepAlive, FoundKeepAliveAck,
	FoundReusedPorts,
	FoundMidstream, FoundBadChecksum, FoundChallengeAck, FoundHalfOpen, FoundOffFigure, FoundNotArrived,
	FoundDuplicateFrame, FoundBytesSeen, FoundFillsGap, FoundInTurn, FoundReordered, FoundInconsistent, FoundTailProbe, FoundHoleReported, FoundWindowExhausted, FoundWindowProbe,
	FoundSimultaneousOpen, FoundOvertaken, FoundOvertakenReply,
}
