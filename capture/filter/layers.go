package filter

import (
	"golang.org/x/net/bpf"

	"statelab/capture"
)

// Lengths of headers, in bytes.
const (
	ethernetHeader = 14
	sllHeader      = 16 // Linux cooked v1
	sll2Header     = 20
	familyHeader   = 4 // NULL and LOOP: an address family
	ipv6Header     = 40
)

// layers knows where the headers of a frame stand, at the place of the
// expression that is being read: "vlan", "mpls" and "pppoes" move what follows
// them in the expression, to its end.
type layers struct {
	link      capture.LinkType
	etherType uint32 // where the type of the payload is
	network   uint32 // where the network header begins
	tagged    bool   // the kernel has taken a VLAN tag out, which was not asked for yet
	labels    int    // MPLS labels so far
	ppp       bool   // the payload's type is PPP's
}

// newLayers returns the layers of a bare frame; false for a link type whose
// payload this package cannot find.
func newLayers(l capture.LinkType) (layers, bool) {
	switch l {
	case capture.LinkEthernet:
		return layers{link: l, etherType: 12, network: ethernetHeader}, true
	case capture.LinkSLL:
		return layers{link: l, etherType: 14, network: sllHeader}, true
	case capture.LinkSLL2:
		return layers{link: l, etherType: 0, network: sll2Header}, true
	case capture.LinkNull, capture.LinkLoop:
		return layers{link: l, network: familyHeader}, true
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen, capture.LinkIPv4, capture.LinkIPv6:
		return layers{link: l}, true
	}
	return layers{}, false
}

// version is true for an IP packet of a version, by its first four bits.
func (l *layers) version(v uint32) node { return masked(l.network, 1, 0xf0, v<<4) }

// payload is true where the link layer carries an EtherType. Under MPLS it asks
// for IP alone: no label says what else there is.
func (l *layers) payload(etherType uint32) node {
	switch {
	case l.labels > 0:
		bottom := masked(l.network-2, 1, 1, 1) // RFC 3032 §2.1: S, in the last label
		switch etherType {
		case etherIP:
			return &and{bottom, l.version(4)}
		case etherIPv6:
			return &and{bottom, l.version(6)}
		}
		return nil
	case l.ppp:
		switch etherType {
		case etherIP:
			etherType = 0x0021 // RFC 1332 §2
		case etherIPv6:
			etherType = 0x0057 // RFC 5072 §2
		}
		return field(l.etherType, 2, etherType)
	}
	switch l.link {
	case capture.LinkEthernet, capture.LinkSLL, capture.LinkSLL2:
		return field(l.etherType, 2, etherType)
	case capture.LinkNull, capture.LinkLoop:
		return family(l.link, etherType)
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen:
		switch etherType {
		case etherIP:
			return l.version(4)
		case etherIPv6:
			return l.version(6)
		}
	case capture.LinkIPv4:
		return truth(etherType == etherIP)
	case capture.LinkIPv6:
		return truth(etherType == etherIPv6)
	}
	return truth(false)
}

// families are the values of AF_INET6, by system: Linux, Windows, NetBSD and
// OpenBSD, FreeBSD, macOS. AF_INET is 2 everywhere.
var families = []uint32{10, 23, 24, 28, 30}

// family asks for the address family of NULL, which is in the byte order of the
// host that captured, and of LOOP, which is in network byte order.
func family(link capture.LinkType, etherType uint32) node {
	var values []uint32
	switch etherType {
	case etherIP:
		values = []uint32{2}
	case etherIPv6:
		values = families
	default:
		return truth(false)
	}
	var nodes []node
	for _, v := range values {
		nodes = append(nodes, field(0, 4, v))
		if link == capture.LinkNull {
			nodes = append(nodes, field(0, 4, v<<24))
		}
	}
	return anyOf(nodes...)
}

// vlan is true for an IEEE 802.1Q tag, with an identifier if one is given, and
// moves to what the tag is before.
func (l *layers) vlan(id *uint32) node {
	const identifier = 0x0fff // of the tag control information, IEEE 802.1Q §9.6
	if l.tagged {
		l.tagged = false
		if id == nil {
			return truth(true)
		}
		return &test{
			operand: operand{mode: extension, off: uint32(bpf.ExtVLANTag), mask: identifier},
			cond:    bpf.JumpEqual, val: *id,
		}
	}
	out := anyOf(field(l.etherType, 2, etherVLAN), field(l.etherType, 2, etherServiceVLAN), field(l.etherType, 2, etherQinQ))
	if id != nil {
		out = &and{out, masked(l.network, 2, identifier, *id)}
	}
	l.etherType += 4
	l.network += 4
	return out
}

// mpls is true for an MPLS label (RFC 3032 §2.1), of a value if one is given, and
// moves to what the label is before.
func (l *layers) mpls(label *uint32) node {
	out := field(l.etherType, 2, etherMPLS)
	if l.labels > 0 {
		out = masked(l.network-2, 1, 1, 0) // the label before was not the last
	}
	if label != nil {
		out = &and{out, masked(l.network, 4, 0xfffff000, *label<<12)}
	}
	l.labels++
	l.network += 4
	return out
}

// pppoes is true for a PPPoE session (RFC 2516 §4), of a number if one is given,
// and moves to what its PPP carries.
func (l *layers) pppoes(session *uint32) node {
	out := l.payload(etherPPPoESession)
	if session != nil {
		out = &and{out, masked(l.network, 4, 0xffff, *session)}
	}
	l.etherType = l.network + 6
	l.network += 8
	l.ppp = true
	return out
}

// outbound is true for a frame that the capturing host sent, inbound for one
// that it received. The cooked link types say so in the frame; otherwise the
// kernel knows, or the file may.
func (l *layers) outbound() node {
	return &test{operand: l.packetType(), cond: bpf.JumpEqual, val: packetOutgoing}
}

func (l *layers) inbound() node {
	if l.link == capture.LinkSLL || l.link == capture.LinkSLL2 {
		return &not{l.outbound()}
	}
	// Not "other than outgoing": a file may not say at all.
	return &test{operand: l.packetType(), cond: bpf.JumpLessThan, val: packetOutgoing}
}

// packetOutgoing is Linux's PACKET_OUTGOING (packet(7)); the values below it are
// the ways in which a frame may arrive.
const packetOutgoing = 4

func (l *layers) packetType() operand {
	switch l.link {
	case capture.LinkSLL:
		return operand{mode: fixed, off: 0, size: 2}
	case capture.LinkSLL2:
		return operand{mode: fixed, off: 10, size: 1}
	case capture.LinkEthernet, capture.LinkNull, capture.LinkLoop, capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen, capture.LinkIPv4, capture.LinkIPv6:
	}
	return operand{mode: extension, off: uint32(bpf.ExtType)}
}
