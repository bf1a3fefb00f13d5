package filter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"statelab/capture"
)

// id reads a value that qualifiers stand before.
func (p *parser) id(q qualifiers) node {
	t := p.next()
	if !q.given {
		p.fail(t, unqualified(t))
	}
	switch t.kind {
	case number:
		return p.number(t.value, t, q)
	case dotted:
		return p.address4(t, q)
	case address6:
		return p.address6(t, q)
	case mac:
		return p.station(t, q)
	case name:
		return p.named(t, q)
	case symbol, keyword, end:
	}
	p.fail(t, noValue(t, q))
	return nil
}

// number is a number as a host, a network, a port or a protocol. A network's is
// the first octets of it: "net 10" is 10.0.0.0/8.
func (p *parser) number(n uint32, t token, q qualifiers) node {
	if !q.given {
		p.fail(t, unqualified(t))
	}
	mask := uint32(0xffffffff)
	switch q.kind {
	case port, portrange:
		return p.ports(t, q, n, n, noProtocol)
	case proto:
		return p.protocolNumber(n, t, q)
	case net:
		for n != 0 && n&0xff000000 == 0 {
			n <<= 8
			mask <<= 8
		}
	case anyAddr, host:
	}
	return p.host4(t, q, n, mask)
}

// address4 reads an IPv4 address, or the beginning of one, and what may follow:
// a prefix length or a mask.
func (p *parser) address4(t token, q qualifiers) node {
	p.isAddress(t, q)
	addr, mask := p.octets(t)
	var given uint32
	switch {
	case p.take("/"):
		n := p.next()
		if n.kind != number || n.value > 32 {
			p.fail(n, badPrefix(32))
		}
		given = ^(uint32(1)<<(32-n.value) - 1)
		if n.value == 0 {
			given = 0
		}
	case p.take("mask"):
		m := p.next()
		if m.kind != dotted {
			p.fail(m, badMask)
		}
		given, _ = p.octets(m)
	default:
		return p.host4(t, q, addr, mask)
	}
	if q.kind != net {
		p.fail(t, netOnly(t))
	}
	if addr&^given != 0 {
		p.fail(t, bitsBeyondMask)
	}
	return p.host4(t, q, addr, given)
}

// octets returns an address, and the mask of the octets that it has.
func (p *parser) octets(t token) (addr, mask uint32) {
	for _, s := range strings.Split(t.text, ".") {
		v, err := strconv.ParseUint(s, 10, 8)
		if err != nil {
			p.fail(t, badAddress)
		}
		addr = addr<<8 | uint32(v)
		mask = mask<<8 | 0xff
	}
	for mask&0xff000000 == 0 {
		addr <<= 8
		mask <<= 8
	}
	return addr, mask
}

// isAddress refuses an address where something else is meant.
func (p *parser) isAddress(t token, q qualifiers) {
	switch {
	case q.kind == port || q.kind == portrange || q.kind == proto:
		p.fail(t, addressHere(q))
	case q.proto == link:
		p.fail(t, stationNeeded(q))
	}
}

// host4 is true where an IPv4 address is one end of the packet, or of what ARP
// or RARP asks.
func (p *parser) host4(t token, q qualifiers, addr, mask uint32) node {
	p.isAddress(t, q)
	ends := func(etherType, src, dst uint32) node {
		end := func(off uint32) node { return masked(p.network+off, 4, mask, addr) }
		return &and{p.must(t, etherType), directed(q.dir, end(src), end(dst))}
	}
	// RFC 791 §3.1, RFC 826, RFC 903.
	inIP := func() node { return ends(etherIP, 12, 16) }
	inARP := func() node { return ends(etherARP, 14, 24) }
	inRARP := func() node { return ends(etherRARP, 14, 24) }
	switch {
	case q.proto == ip, q.proto == noProtocol && p.labels > 0:
		return inIP()
	case q.proto == noProtocol:
		return anyOf(inIP(), inARP(), inRARP())
	case q.proto == arp:
		return inARP()
	case q.proto == rarp:
		return inRARP()
	}
	p.fail(t, noHost(q))
	return nil
}

// directed is true where the ends of the packet that are meant are the address.
func directed(d direction, src, dst node) node {
	switch d {
	case source:
		return src
	case destination:
		return dst
	case both:
		return &and{src, dst}
	case either:
	}
	return &or{src, dst}
}

// address6 reads an IPv6 address, and a prefix length if one follows.
func (p *parser) address6(t token, q qualifiers) node {
	p.isAddress(t, q)
	bits := 128
	if p.take("/") {
		n := p.next()
		if n.kind != number || n.value > 128 {
			p.fail(n, badPrefix(128))
		}
		bits = int(n.value)
		if q.kind != net && bits < 128 {
			p.fail(t, netOnly(t))
		}
	}
	addr, err := netip.ParseAddr(t.text)
	if err != nil {
		p.fail(t, badAddress)
	}
	prefix := netip.PrefixFrom(addr, bits)
	if prefix.Masked().Addr() != addr {
		p.fail(t, bitsBeyondMask)
	}
	if q.proto != noProtocol && q.proto != ip6 {
		p.fail(t, noHost(q))
	}
	// RFC 8200 §3.
	return &and{p.must(t, etherIPv6), directed(q.dir, in6(p.network+8, prefix), in6(p.network+24, prefix))}
}

// in6 is true where the address at an offset is in a prefix.
func in6(off uint32, prefix netip.Prefix) node {
	addr := prefix.Addr().As16()
	nodes := []node{}
	for i, bits := 0, prefix.Bits(); bits > 0; i, bits = i+4, bits-32 {
		mask := ^uint32(0)
		if bits < 32 {
			mask <<= 32 - bits
		}
		nodes = append(nodes, masked(off+uint32(i), 4, mask, binary.BigEndian.Uint32(addr[i:])))
	}
	if len(nodes) == 0 {
		return truth(true)
	}
	return all(nodes...)
}

// station is true where an Ethernet address is one end of the frame.
func (p *parser) station(t token, q qualifiers) node {
	if q.proto != link || q.kind != host && q.kind != anyAddr {
		p.fail(t, stationHere)
	}
	p.onEthernet(t)
	addr := octets48(t.text)
	end := func(off uint32) node {
		return &and{field(off+2, 4, uint32(addr)), field(off, 2, uint32(addr>>32))}
	}
	return directed(q.dir, end(6), end(0)) // IEEE 802.3 §3.2: the destination comes first
}

// octets48 returns an Ethernet address as a number.
func octets48(s string) uint64 {
	var addr uint64
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == '-' || r == '.' })
	for _, part := range parts {
		v, _ := strconv.ParseUint(part, 16, 48) // the scanner has seen to the digits
		addr = addr<<(48/len(parts)) | v
	}
	return addr
}

// onEthernet refuses what only an Ethernet header can tell.
func (p *parser) onEthernet(t token) {
	if p.link != capture.LinkEthernet {
		p.fail(t, notOnLink(t.text, p.link))
	}
}
