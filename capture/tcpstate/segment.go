package tcpstate

import (
	"net/netip"
	"time"
)

// Flags are the control bits of the header (RFC 9293 §3.1), as the 9 low bits
// of octets 12 and 13; AE is RFC 9768's, CWR and ECE are RFC 3168's.
type Flags uint16

// Control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

// Has reports whether all of the bits are set.
func (f Flags) Has(bits Flags) bool { return f&bits == bits }

// Any reports whether at least one of the bits is set.
func (f Flags) Any(bits Flags) bool { return f&bits != 0 }

// Validity is what is known of a checksum.
type Validity uint8

// Validities.
const (
	Unverified Validity = iota // not computed: the frame was cut, is a fragment, or was left to the network card
	Valid
	Invalid
)

// SackBlock is one block of RFC 2018 §3: octets from Left up to, not
// including, Right have been received.
type SackBlock struct{ Left, Right Seq }

// Options are the options of one segment, parsed. An option that is absent, or
// malformed, leaves its Has field false.
type Options struct {
	HasMSS        bool
	MSS           uint16 // RFC 9293 §3.7.1, bytes of payload
	HasScale      bool
	Scale         uint8 // RFC 7323 §2: shift count as sent, 0 to 255; more than 14 is used as 14
	SackPermitted bool  // RFC 2018 §2
	Sack          [4]SackBlock
	SackBlocks    int  // how many of Sack are used, 0 to 4
	HasTimestamps bool // RFC 7323 §3
	TSVal, TSEcr  uint32
	HasUnknown    bool // there is an option of a kind that is not above
	Malformed     bool // the option list ends in the middle of an option, or an option has a wrong length
	Raw           []byte
}

// Segment is one TCP segment as it was seen. Slices point into the frame: they
// live as long as it does.
type Segment struct {
	Time     time.Time
	Frame    int    // number of the frame that carried (for fragments: completed) it
	Wire     uint64 // capture.Frame.Wire
	Src, Dst netip.AddrPort
	Seq, Ack Seq
	Flags    Flags
	Window   uint16 // SEG.WND as sent, before scaling
	Urgent   uint16
	Options  Options
	// Len is the payload's length by the IP header, in bytes: SEG.LEN counts
	// SYN and FIN as one more each.
	Len int
	// Payload is what was captured of the payload: shorter than Len when the
	// frame was cut.
	Payload []byte
	// Checksum is what is known of the TCP checksum.
	Checksum Validity
	IPID     uint16 // IPv4 identification; 0 on IPv6
	TTL      uint8  // IPv4 time to live or IPv6 hop limit
	// Sum is the ones' complement sum of the payload (RFC 1071), where Summed says
	// that it is known: of other octets it is another, all but once in 65,536 times.
	Summed bool
	Sum    uint16
}

// SegLen is SEG.LEN: octets of sequence space the segment takes, SYN and FIN
// included (RFC 9293 §3.4).
func (s *Segment) SegLen() uint32 {
	n := uint32(s.Len)
	if s.Flags.Has(SYN) {
		n++
	}
	if s.Flags.Has(FIN) {
		n++
	}
	return n
}

// End is the sequence number after the segment's last octet.
func (s *Segment) End() Seq { return s.Seq.Add(s.SegLen()) }
