package decode

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// Packet is what Decode read from one frame. It is reused from frame to frame
// and refers to the frame's bytes.
type Packet struct {
	// TCP says that Segment is set: the frame holds a whole TCP header (its
	// options perhaps cut), or completes the datagram that does.
	TCP     bool
	Segment tcpstate.Segment
	// Protocol is the innermost protocol recognised: "TCP", "UDP", "ICMPv4",
	// "ARP", "IPv4 fragment", "PPPoE Discovery", "ETHERNET 0x88cc", "LINKTYPE 147".
	Protocol string
	// Err is an *Error: the first header that is cut or malformed. TCP may be
	// true beside it.
	Err  error
	Link Link
	IP   IP

	data   []byte // what was captured
	wire   int    // length of the frame on the wire, at least len(data)
	frame  *capture.Frame
	layers [maxLayers]layer
	depth  int // how many of layers are used
	// tunnels is how many encapsulations were entered.
	tunnels int
	// payloadEnd is where the innermost layer's payload ends on the wire; what
	// follows it in the frame is padding.
	payloadEnd int
}

// Link is what the link layer says.
type Link struct {
	// Src and Dst are the hardware addresses, those of the outermost header;
	// invalid where the link layer has none.
	Src, Dst HardwareAddr
	// EtherType is the type of what the link layer carries, after VLAN tags; 0
	// where there is none.
	EtherType uint16
	// VLAN is the VLAN identifier of the outermost tag, and Tags the number of
	// tags (IEEE 802.1Q); 0 for an untagged frame.
	VLAN uint16
	Tags int
	// Direction is the frame's, or what the cooked header says where the
	// frame does not know it.
	Direction capture.Direction
}

// HardwareAddr is a link-layer address of 1 to 8 octets. It is comparable; the
// zero value is no address.
type HardwareAddr struct {
	octets [8]byte
	n      uint8
}

// IsValid reports whether there is an address.
func (a HardwareAddr) IsValid() bool { return a.n > 0 }

// String returns "02:00:00:00:00:01", and "" for no address.
func (a HardwareAddr) String() string {
	var buf [3 * len(a.octets)]byte
	out := buf[:0]
	for i, octet := range a.octets[:a.n] {
		if i > 0 {
			out = append(out, ':')
		}
		out = hex.AppendEncode(out, []byte{octet})
	}
	return string(out)
}

// set6 makes a the address in the first 6 octets of b.
func (a *HardwareAddr) set6(b []byte) {
	*(*[6]byte)(a.octets[:]) = [6]byte(b)
	a.n = 6
}

// hardwareAddr returns the address of n octets, at most 8, in b.
func hardwareAddr(b []byte, n int) (a HardwareAddr) {
	a.n = uint8(copy(a.octets[:], b[:min(n, len(b))]))
	return a
}

// IP is what the innermost IP header says. Version is 0 where the frame has none.
type IP struct {
	Version  uint8 // 4 or 6
	Src, Dst netip.Addr
	// Length is the datagram's length in bytes, its header included, as its
	// header says (RFC 791 §3.1 Total Length; 40 more than RFC 8200 §3 Payload
	// Length). Where the header says 0, as offload leaves it, it is the length
	// of what the frame carries.
	Length int
	// HeaderLen is the header's length in bytes with options (IPv4), or with
	// the extension headers that were read (IPv6).
	HeaderLen int
	// Protocol is the number of what the datagram carries, after IPv6
	// extension headers: 6 for TCP.
	Protocol uint8
	// TrafficClass is the octet of DSCP and ECN (RFC 2474, RFC 3168).
	TrafficClass uint8
	TTL          uint8 // or hop limit
	// ID is the identification: 16 bits in IPv4, 32 bits in an IPv6 fragment
	// header, else 0.
	ID uint32
	// DF is IPv4's Don't Fragment. An IPv6 router never fragments; DF is false
	// there.
	DF bool
	// More says that more fragments follow; FragmentOffset is this fragment's
	// place in the datagram's payload, in bytes.
	More           bool
	FragmentOffset int
	// Fragments is how many fragments the datagram was put together from, 0 for
	// one that came whole; More and FragmentOffset are then those of the whole.
	Fragments int
	// Checksum is what is known of the IPv4 header checksum; Unverified on
	// IPv6, which has none.
	Checksum tcpstate.Validity
}

// Fragment reports whether the frame holds only a part of the datagram. An
// IPv6 fragment header on a whole datagram makes no fragment (RFC 6946).
func (ip *IP) Fragment() bool { return ip.More || ip.FragmentOffset > 0 }

// layer is one header and where it lies.
type layer struct {
	kind layerKind
	// off is the first byte's offset in the frame, end the offset after the
	// last: by the header's own length, so that it may lie beyond what was
	// captured.
	off, end int
}

func (p *Packet) reset(f *capture.Frame) {
	p.TCP, p.Protocol, p.Err = false, "", nil
	p.Link, p.IP = Link{Direction: f.Direction}, IP{}
	p.data, p.frame = f.Data, f
	p.wire = max(min(f.Length, maxWire), len(f.Data))
	p.depth, p.tunnels, p.payloadEnd = 0, 0, p.wire
}

// push notes a header. The walk is bounded so that there is always room; a
// header that found none would be shown as payload.
func (p *Packet) push(kind layerKind, off, end int) {
	if p.depth < len(p.layers) {
		p.layers[p.depth] = layer{kind, off, end}
		p.depth++
	}
}

// extend moves the end of the innermost header, once its length is known.
func (p *Packet) extend(end int) { p.layers[p.depth-1].end = end }

// innermost returns the last header that was found.
func (p *Packet) innermost() layer {
	if p.depth == 0 {
		return layer{}
	}
	return p.layers[p.depth-1]
}

// outermost returns the first header that was found.
func (p *Packet) outermost() layer {
	if p.depth == 0 {
		return layer{}
	}
	return p.layers[0]
}

// captured returns the bytes from off up to end, or as many as were captured.
func (p *Packet) captured(off, end int) []byte {
	end = min(end, len(p.data))
	if off >= end {
		return nil
	}
	return p.data[off:end]
}

// need reports whether n bytes from off on are there: within end, where the
// enclosing layer ends, and captured. If not, it notes the error.
func (p *Packet) need(kind layerKind, off, n, end int) bool {
	if off+n <= end && off+n <= len(p.data) {
		return true
	}
	if off+n <= end {
		p.fail(Error{Layer: kind.String(), Field: "header", Problem: Cut, Offset: len(p.data), Value: max(len(p.data)-off, 0), Bound: n})
	} else {
		p.fail(Error{Layer: kind.String(), Field: "header", Problem: TooSmall, Offset: min(off, len(p.data)), Value: max(end-off, 0), Bound: n})
	}
	return false
}

// fail notes the first error of the frame.
func (p *Packet) fail(e Error) {
	if p.Err == nil {
		p.Err = &e
	}
}

// Ends returns the addresses of the frame's two IP ends, with ports where the
// frame is UDP or TCP and they were captured; else port 0, and invalid
// addresses where there is no IP.
func (p *Packet) Ends() (src, dst netip.AddrPort) {
	var ports [2]uint16
	for i := p.depth - 1; i >= 0 && p.layers[i].kind != layerIPv4 && p.layers[i].kind != layerIPv6; i-- {
		if in := p.layers[i]; in.kind == layerTCP || in.kind == layerUDP {
			if b := p.captured(in.off, in.off+4); len(b) == 4 {
				ports = [2]uint16{be16(b), be16(b[2:])}
			}
		}
	}
	return netip.AddrPortFrom(p.IP.Src, ports[0]), netip.AddrPortFrom(p.IP.Dst, ports[1])
}

// Payload returns what was captured of the innermost layer's payload, padding
// excluded: the segment's data, the fragment, the tunnel's content.
func (p *Packet) Payload() []byte { return p.captured(p.innermost().end, p.payloadEnd) }

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
