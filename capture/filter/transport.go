package filter

// ports is true where a port of TCP, UDP or SCTP is in a range: of what the
// qualifiers name, or of what the name of the port asks for. All three have
// their ports in the same place: RFC 9293 §3.1, RFC 768, RFC 9260 §3.1.
func (p *parser) ports(t token, q qualifiers, first, last uint32, named protocol) node {
	if last > 0xffff {
		p.fail(t, aboveMost(last, 0xffff))
	}
	wanted := []protocol{sctp, tcp, udp}
	switch {
	case q.proto == noProtocol && named != noProtocol:
		wanted = []protocol{named}
	case q.proto == tcp || q.proto == udp || q.proto == sctp:
		if named != noProtocol && named != q.proto {
			p.fail(t, otherTransport(t.text, named))
		}
		wanted = []protocol{q.proto}
	case q.proto != noProtocol:
		p.fail(t, noPort(q))
	}
	carries := func(off uint32) node {
		var nodes []node
		for _, w := range wanted {
			nodes = append(nodes, field(p.network+off, 1, w.ipNumber()))
		}
		return anyOf(nodes...)
	}
	in6 := func(off uint32) node {
		return between(operand{mode: fixed, off: p.network + ipv6Header + off, size: 2}, first, last)
	}
	in4 := func(off uint32) node {
		return between(operand{mode: transport, off: p.network + off, size: 2, header: p.network}, first, last)
	}
	return &or{
		all(p.must(t, etherIPv6), carries(6), directed(q.dir, in6(0), in6(2))),
		all(p.must(t, etherIP), carries(9), p.unfragmented(), directed(q.dir, in4(0), in4(2))),
	}
}

// protocolNumber is true where IP, or the link layer, carries a protocol.
func (p *parser) protocolNumber(n uint32, t token, q qualifiers) node {
	switch q := q.proto; {
	case q == noProtocol:
		return p.carried(t, n, true, true)
	case q == ip:
		return p.carried(t, n, true, false)
	case q == ip6:
		return p.carried(t, n, false, true)
	case q == link:
		if n <= 1500 { // IEEE 802.3 §3.2.6: a length
			p.fail(t, notSupported(t.text, "IEEE 802.2"))
		}
		return p.must(t, n)
	}
	p.fail(t, noProto(q))
	return nil
}

// named is what a name stands for: a port, ports or a protocol.
func (p *parser) named(t token, q qualifiers) node {
	switch q.kind {
	case port:
		n, transport, ok := portOf(t.text)
		if !ok {
			p.fail(t, unknownName(t.text, q))
		}
		return p.ports(t, q, n, n, transport)
	case portrange:
		first, last, transport, ok := portsOf(t.text)
		if !ok {
			p.fail(t, unknownName(t.text, q))
		}
		return p.ports(t, q, first, last, transport)
	case proto:
		table := ipProtocols
		if q.proto == link {
			table = etherTypes
		}
		n, ok := table[t.text]
		if !ok {
			p.fail(t, unknownName(t.text, q))
		}
		return p.protocolNumber(n, t, q)
	case anyAddr, host, net:
	}
	p.isAddress(t, q)
	p.fail(t, noNames(t.text))
	return nil
}
