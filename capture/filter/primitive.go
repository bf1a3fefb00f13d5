package filter

import (
	"golang.org/x/net/bpf"

	"statelab/capture"
)

// primitive reads what begins with a keyword.
func (p *parser) primitive() item {
	t := p.peek()
	out := item{at: t}
	if what, ok := unsupported[t.text]; ok {
		p.fail(t, notSupported(t.text, what))
	}
	switch t.text {
	case "less", "greater":
		p.next()
		out.node = p.lengthLimit(t)
	case "inbound":
		p.next()
		out.node = p.inbound()
	case "outbound":
		p.next()
		out.node = p.outbound()
	case "vlan", "mpls", "pppoes", "pppoed":
		p.next()
		out.node = p.encapsulation(t)
	case "mask":
		p.fail(t, misplacedMask)
	default:
		return p.qualified()
	}
	return out
}

// lengthLimit reads the number after "less" and "greater", which include it.
func (p *parser) lengthLimit(t token) node {
	n := p.next()
	if n.kind != number {
		p.fail(n, noNumber(n))
	}
	cond := bpf.JumpLessOrEqual
	if t.text == "greater" {
		cond = bpf.JumpGreaterOrEqual
	}
	return &test{operand: operand{mode: wire}, cond: cond, val: n.value}
}

// encapsulation reads "vlan", "mpls", "pppoes" with a number, if there is one,
// and "pppoed".
func (p *parser) encapsulation(t token) node {
	if t.text == "pppoed" {
		return p.must(t, etherPPPoEDiscovery)
	}
	switch {
	case t.text != "pppoes" && p.link != capture.LinkEthernet:
		p.fail(t, notOnLink(t.text, p.link))
	case p.ppp || p.labels > 0 && t.text != "mpls":
		p.fail(t, notWithin(t.text))
	}
	var id *uint32
	at := p.peek()
	if at.kind == number || at.is("(") {
		n := p.parenthesizedNumber()
		most := map[string]uint32{"vlan": 0xfff, "mpls": 0xfffff, "pppoes": 0xffff}[t.text]
		if n > most {
			p.fail(at, aboveMost(n, most))
		}
		id = &n
	}
	switch t.text {
	case "vlan":
		return p.vlan(id)
	case "mpls":
		return p.mpls(id)
	}
	return p.pppoes(id)
}

// parenthesizedNumber reads a number, in parentheses or not.
func (p *parser) parenthesizedNumber() uint32 {
	defer p.deeper()()
	t := p.next()
	switch {
	case t.is("("):
		n := p.parenthesizedNumber()
		p.expect(")")
		return n
	case t.kind == number:
		return t.value
	}
	p.fail(t, noNumber(t))
	return 0
}

// qualified reads qualifiers with an id, or a protocol alone.
func (p *parser) qualified() item {
	t := p.peek()
	q := qualifiers{given: true}
	word := func() {
		if q.text != "" {
			q.text += " "
		}
		q.text += p.next().text
	}
	if proto, ok := protocols[t.text]; ok {
		q.proto = proto
		word()
	}
	switch next := p.peek(); {
	case next.is("broadcast"):
		p.next()
		return item{node: p.broadcast(t, q.proto), at: t}
	case next.is("multicast"):
		p.next()
		return item{node: p.multicast(t, q.proto), at: t}
	}
	hasDirection := p.direction(&q, word)
	kind, hasKind := addrKinds[p.peek().text]
	if hasKind = hasKind && p.peek().kind == keyword; hasKind {
		if kind == proto && hasDirection {
			p.fail(p.peek(), directionOfProto)
		}
		q.kind = kind
		word()
	}
	if !hasDirection && !hasKind {
		next := p.peek()
		if what, ok := unsupported[next.text]; ok && next.kind == keyword {
			p.fail(next, notSupported(next.text, what))
		}
		if next.kind != symbol && next.kind != end && next.kind != keyword {
			p.fail(next, unqualified(next))
		}
		return item{node: p.protocol(t, q.proto), at: t}
	}
	return item{node: p.onlyID(q), quals: q, at: t}
}

// direction reads "src", "dst", or both with "or" or "and" between them.
func (p *parser) direction(q *qualifiers, word func()) bool {
	other := ""
	switch {
	case p.peek().is("src"):
		q.dir, other = source, "dst"
	case p.peek().is("dst"):
		q.dir, other = destination, "src"
	default:
		return false
	}
	word()
	joined := p.peek()
	if !joined.is("&&") && !joined.is("||") || !p.tokens[1].is(other) {
		return true
	}
	q.dir = either
	if joined.is("&&") {
		q.dir = both
	}
	word()
	word()
	return true
}

// must is true where the link layer carries an EtherType.
func (p *parser) must(t token, etherType uint32) node {
	n := p.payload(etherType)
	if n == nil {
		p.fail(t, notInMPLS)
	}
	return n
}

// protocol is true for a frame of a protocol.
func (p *parser) protocol(t token, proto protocol) node {
	switch proto {
	case ip:
		return p.must(t, etherIP)
	case ip6:
		return p.must(t, etherIPv6)
	case arp:
		return p.must(t, etherARP)
	case rarp:
		return p.must(t, etherRARP)
	case tcp, udp, sctp, icmp, icmp6, igmp, igrp, pim, vrrp, carp, ah, esp:
		v4, v6 := proto.versions()
		return p.carried(t, proto.ipNumber(), v4, v6)
	case link, noProtocol:
	}
	p.fail(t, linkAlone(t.text))
	return nil
}

// carried is true where IP carries a protocol: by IPv4's protocol field, by
// IPv6's next header field, or by that of a fragment header behind it. Other
// extension headers are not followed.
func (p *parser) carried(t token, number uint32, v4, v6 bool) node {
	const fragment = 44 // RFC 8200 §4.5
	var nodes []node
	if v4 {
		nodes = append(nodes, &and{p.must(t, etherIP), field(p.network+9, 1, number)})
	}
	if v6 {
		next := p.network + 6
		nodes = append(nodes, &and{p.must(t, etherIPv6), &or{
			field(next, 1, number),
			&and{field(next, 1, fragment), field(p.network+ipv6Header, 1, number)},
		}})
	}
	return anyOf(nodes...)
}

// unfragmented is true for an IPv4 packet that is whole, or the first of its
// fragments: those after it carry no header of what is within.
func (p *parser) unfragmented() node {
	const offset = 0x1fff // RFC 791 §3.1
	return &test{operand: operand{mode: fixed, off: p.network + 6, size: 2}, cond: bpf.JumpBitsNotSet, val: offset}
}

// broadcast is true for a frame to all stations, or an IPv4 packet to all hosts.
func (p *parser) broadcast(t token, proto protocol) node {
	switch {
	case proto == noProtocol, proto == link:
		p.onEthernet(t)
		return &and{field(2, 4, 0xffffffff), field(0, 2, 0xffff)}
	case proto == ip:
		hosts, dst := ^p.opts.Netmask, p.network+16
		return &and{p.must(t, etherIP), &or{masked(dst, 4, hosts, 0), masked(dst, 4, hosts, hosts)}}
	}
	p.fail(t, noCast("broadcast"))
	return nil
}

// multicast is true for a frame or a packet to a group.
func (p *parser) multicast(t token, proto protocol) node {
	switch {
	case proto == noProtocol, proto == link:
		p.onEthernet(t)
		return &test{operand: operand{mode: fixed, off: 0, size: 1}, cond: bpf.JumpBitsSet, val: 1}
	case proto == ip: // RFC 1112 §4
		return &and{p.must(t, etherIP), &test{
			operand: operand{mode: fixed, off: p.network + 16, size: 1}, cond: bpf.JumpGreaterOrEqual, val: 224,
		}}
	case proto == ip6: // RFC 4291 §2.7
		return &and{p.must(t, etherIPv6), field(p.network+24, 1, 255)}
	}
	p.fail(t, noCast("multicast"))
	return nil
}

// AsksDirection reports whether an expression asks which way a frame went, which
// not every trace says. What is no expression asks nothing.
func AsksDirection(expr string) (asks bool) {
	defer func() {
		if recover() != nil {
			asks = false
		}
	}()
	for _, t := range scan(expr) {
		asks = asks || t.is("inbound") || t.is("outbound")
	}
	return asks
}
