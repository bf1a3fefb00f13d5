package decode

// trafficClass: RFC 2474 §3 and RFC 3168 §5, the same octet in both versions.
func (s *speller) trafficClass(name string) {
	if s.group(name, 8) {
		s.num("Differentiated Services Codepoint", 6, decimal)
		s.num("Explicit Congestion Notification", 2, ecnValue)
		s.close()
	}
}

func ecnValue(v uint64) string {
	return named(decimal(v), [...]string{"Not-ECT", "ECT(1)", "ECT(0)", "CE"}[v&3])
}

// ipv4: RFC 791 §3.1.
func (s *speller) ipv4() {
	s.num("Version", 4, decimal)
	s.num("IHL", 4, words(4))
	s.trafficClass("Type of Service")
	s.num("Total Length", 16, decimal)
	s.num("Identification", 16, hex16)
	s.flags("Flags", "Reserved", "Don't Fragment", "More Fragments")
	s.num("Fragment Offset", 13, words(8))
	s.num("Time to Live", 8, decimal)
	s.num("Protocol", 8, protocolValue)
	s.num("Header Checksum", 16, hex16)
	s.octets("Source Address", 4, addressValue)
	s.octets("Destination Address", 4, addressValue)
	s.options(ipv4Option)
}

// ipv4Option names an IPv4 option (RFC 791 §3.1, RFC 2113).
func ipv4Option(kind uint8) (name string, spell func(*speller, int)) {
	switch kind {
	case 7:
		name = "Record Route"
	case 68:
		name = "Internet Timestamp"
	case 130:
		name = "Security"
	case 131:
		name = "Loose Source and Record Route"
	case 136:
		name = "Stream Identifier"
	case 137:
		name = "Strict Source and Record Route"
	case 148:
		name = "Router Alert"
	default:
		name = "Unknown Option"
	}
	return name, nil
}

// ipv6: RFC 8200 §3.
func (s *speller) ipv6() {
	s.num("Version", 4, decimal)
	s.trafficClass("Traffic Class")
	s.num("Flow Label", 20, hex5)
	s.num("Payload Length", 16, decimal)
	s.num("Next Header", 8, protocolValue)
	s.num("Hop Limit", 8, decimal)
	s.octets("Source Address", 16, addressValue)
	s.octets("Destination Address", 16, addressValue)
}

// extension: RFC 8200 §4, RFC 4302 §2, RFC 6564.
func (s *speller) extension(kind layerKind) {
	s.num("Next Header", 8, protocolValue)
	switch kind {
	case layerFragment:
		s.num("Reserved", 8, hex8)
		s.num("Fragment Offset", 13, words(8))
		s.num("Res", 2, decimal)
		s.num("M", 1, decimal)
		s.num("Identification", 32, hex32)
	case layerAH:
		s.num("Payload Len", 8, decimal)
		s.num("RESERVED", 16, hex16)
		s.num("Security Parameters Index", 32, hex32)
		s.num("Sequence Number", 32, decimal)
		s.rest("Integrity Check Value")
	case layerRouting:
		s.num("Hdr Ext Len", 8, decimal)
		s.num("Routing Type", 8, decimal)
		s.num("Segments Left", 8, decimal)
		s.rest("Type-specific Data")
	case layerHopByHop, layerDestination:
		s.num("Hdr Ext Len", 8, decimal)
		s.rest("Options")
	default:
		s.num("Hdr Ext Len", 8, decimal)
	}
}

// udp: RFC 768.
func (s *speller) udp() {
	s.num("Source Port", 16, decimal)
	s.num("Destination Port", 16, decimal)
	s.num("Length", 16, decimal)
	s.num("Checksum", 16, hex16)
}

// icmp: RFC 792, RFC 4443 §2.1. The last 4 octets depend on the type.
func (s *speller) icmp(kind layerKind) {
	v, _ := s.num("Type", 8, decimal)
	code, _ := s.num("Code", 8, decimal)
	s.num("Checksum", 16, hex16)
	v4 := kind == layerICMPv4
	switch {
	case v4 && (v == icmp4Echo || v == icmp4EchoReply), !v4 && (v == icmp6Echo || v == icmp6EchoReply):
		s.num("Identifier", 16, decimal)
		s.num("Sequence Number", 16, decimal)
	case v4 && v == icmp4Unreachable && code == icmp4FragNeeded:
		s.num("Unused", 16, hex16)
		s.num("Next-Hop MTU", 16, decimal)
	case v4 && v == icmp4Redirect:
		s.octets("Gateway Internet Address", 4, addressValue)
	case !v4 && v == icmp6TooBig:
		s.num("MTU", 32, decimal)
	default:
		s.rest("Rest of Header")
	}
}
