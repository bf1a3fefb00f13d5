// Package decode reads the headers of a frame: link layer, IP, TCP. It turns a
// capture.Frame into a tcpstate.Segment (Decoder), and into a list of named
// bit ranges for a byte view (Fields).
//
// The two agree because they share one walk: Decode notes where each header
// lies, and Fields spells out those headers bit by bit.
//
// Bytes come from a network and are hostile. Decode never reads outside
// Frame.Data, never panics, walks a bounded number of headers, and produces
// text only from numbers. What was decoded before an error stays usable.
//
// Encapsulations (IP in IP, GRE, VXLAN, GENEVE, GTP-U, MPLS, PPPoE, …) are
// entered, one in another up to a bound: a segment's ends are the innermost
// addresses and ports, as Wireshark counts streams. Fragments are named, and
// reassembled where the Decoder has a Reassembler.
package decode

import (
	"fmt"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// Bounds on what one frame may make the decoder do.
const (
	maxTags       = 8  // VLAN tags
	maxLabels     = 16 // in an MPLS label stack
	maxExtensions = 8  // IPv6 extension headers
	maxLayers     = 64 // headers in all
	// maxWire is the longest frame that is believed, in bytes: the length of a
	// datagram that does not tell its own is taken from the frame's.
	maxWire = 1 << 24
)

// Decoder decodes frames one after another. Its zero value is ready. It is not
// safe for concurrent use.
type Decoder struct {
	// VerifyChecksums makes Decode verify the IPv4 header checksum and the TCP
	// checksum. Without it both are tcpstate.Unverified.
	VerifyChecksums bool
	// Fragments, if not nil, puts fragmented datagrams together: the frame that
	// completes one yields what the datagram carries. The Packet refers then to
	// memory of its own, and offsets in Err beyond the frame's own length are in
	// what the earlier fragments brought.
	Fragments *Reassembler

	// names holds the names made for numbers that have none of their own, so
	// that a stream of unknown frames makes no garbage. At most 2¹⁶ entries a
	// registry.
	names map[unknown]string
}

// unknown is a protocol number that has no name here, in one registry.
type unknown struct {
	format string
	number uint16
}

// Decode reads the headers of f into p, replacing all that p held. p refers to
// f.Data: it is valid as long as that is. Decoding a well-formed frame
// allocates nothing.
func (d *Decoder) Decode(f *capture.Frame, p *Packet) {
	hadSegment := p.TCP
	p.reset(f)
	d.link(p)
	if hadSegment && !p.TCP {
		p.Segment = tcpstate.Segment{}
	}
}

// name returns the name of an unknown number, the same string each time.
func (d *Decoder) name(format string, number uint16) string {
	key := unknown{format, number}
	if s, ok := d.names[key]; ok {
		return s
	}
	if d.names == nil {
		d.names = make(map[unknown]string)
	}
	s := fmt.Sprintf(format, number)
	d.names[key] = s
	return s
}
