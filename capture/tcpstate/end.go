package tcpstate

// end is what the observer keeps of one end.
type end struct {
	sums bool // a right checksum was seen
	// tcb holds what the segments prove.
	tcb tcb
	// ahead are the states beyond it that are assumed: they follow if what was
	// sent to this end has arrived.
	ahead  [4]State
	nAhead int
	since  [4]int // the frames by which they were assumed
	// doubt is the frame by which its newest state was assumed, 0 if it is proved.
	doubt int
	// withdrawn says that some of what they rest on has not arrived after all.
	withdrawn bool
	// tapped says that segments are seen at this end's own host, as they leave
	// and as they arrive: then nothing need be assumed about it.
	tapped bool
	// reply is the ISN of its latest SYN,ACK, if it has sent one.
	reply   Seq
	replied bool
	both    *tapView // nil unless both hosts are watched
	// before is the state in which it sent its latest RST, in nanoseconds since 1970
	// resetAt.
	before  State
	resetAt int64
	// lost: a RST of its own has shown that it had lost the connection.
	lost bool
	// assumed is what its peer has sent to it and it may have received.
	assumed struct {
		una      Seq // the highest acknowledgment
		hasUna   bool
		syn      bool
		reset    bool
		resetAt  int64 // when that RST was seen, in nanoseconds since 1970
		midway   bool  // the peer is in the middle of a connection with it
		frame    int   // the frame that carried the latest of these
		finFrame int   // the frame that carried its first FIN
		finAt    int64 // when its latest one was seen, in nanoseconds since 1970
		// untaken: what it sent since has shown that it had not taken that FIN.
		untaken bool
	}
	// suspicious says that a RST or SYN calls for a challenge ACK, suspect is its frame.
	suspicious bool
	suspect    int
	// lastControl tells a SYN or FIN sent again from the same frame seen twice.
	lastControl struct {
		flags Flags
		wire  uint64
		ipid  uint16
		ttl   uint8
	}
	flow flow
	log  sentLog
}

// tapView is what is kept of an end where both hosts are watched.
type tapView struct {
	flow flow // its own, as its peer's tap has it
	// As its own tap has it, when the latest SYN was, and the time from there to the
	// first ACK, in nanoseconds.
	synTime, initialRTT int64
}

// flow is what the analysis keeps of one direction: what its sender sent, as
// seen at the vantage point.
type flow struct {
	base          Seq // the ISN, or what is taken for it
	nextSeq       Seq // after the highest octet seen, and the number of a RST, as Wireshark has it
	octets        Seq // after the highest octet seen, where a RST has moved nextSeq
	contiguous    Seq // after the highest octet before any hole
	lastAck       Seq // 0 before the first ACK, as Wireshark has it
	highAck       Seq
	edge          Seq    // lastAck + scaled window
	window        uint16 // as sent
	shift         uint8
	hasBase       bool
	hasNext       bool
	moved         bool // by a RST: see octets
	hasContiguous bool
	hasAck        bool
	seenWindow    bool
	hasShift      bool // window scaling is agreed or ruled out
	probe         bool // its last segment was a zero-window probe,
	keepAlive     bool // or a keep-alive,
	late          bool // or what has the form of one and was sent before nextSeq
	lastHadAck    bool
	overtaken     bool // it was acknowledged beyond nextSeq since
	synCounted    bool
	finCounted    bool
	crossed       bool // its SYN and the peer's crossed, and it has sent its SYN,ACK
	fastOpen      bool // its SYN carried data (RFC 7413)
	nextFrame     int
	nextTime      int64
	nextStamp     stamp
	lastFrame     int
	lastAckTime   int64
	firstAckFrame int // the segment that duplicate ACKs repeat
	dupAcks       int
	highAckFrame  int // the first with highAck
	offer         offer
	empties       empties
	repeats       *empties // those with octets that were sent before; nil before the first
}

// stamp tells when a segment left its host among others from there.
type stamp struct {
	wire            uint64
	val, ecr        uint32 // RFC 7323 §3
	stamped, echoes bool   // which of the two it has
}

// suspects notes a segment that calls for a challenge ACK.
func (e *end) suspects(s *Segment) { e.suspicious, e.suspect = true, s.Frame }

// restart forgets what was sent: its numbers begin anew.
func (f *flow) restart() {
	*f = flow{
		base: f.base, hasBase: f.hasBase, hasShift: f.hasShift, shift: f.shift,
		synCounted: f.synCounted, finCounted: f.finCounted, fastOpen: f.fastOpen,
	}
}

// offer is the latest window that an end offers. What an ACK brings that another
// one has overtaken is none: SND.WL1 and SND.WL2 are there to prevent it (RFC 9293
// §3.10.7.4).
type offer struct {
	edge   Seq    // SEG.ACK + scaled window
	window uint16 // as sent
	known  bool
	frame  int
}
