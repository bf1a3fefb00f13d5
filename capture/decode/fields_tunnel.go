package decode

import "fmt"

// encapsulation spells out the header of an encapsulation, and reports whether
// it is one.
func (s *speller) encapsulation(kind layerKind) bool {
	switch kind {
	case layerMPLS:
		s.mpls()
	case layerControlWord: // RFC 4448 §4.6
		s.num("Reserved", 16, hex16)
		s.num("Sequence Number", 16, decimal)
	case layerPPPoE: // RFC 2516 §4
		s.num("VER", 4, decimal)
		s.num("TYPE", 4, decimal)
		s.num("CODE", 8, hex8)
		s.num("SESSION_ID", 16, hex16)
		s.num("LENGTH", 16, decimal)
	case layerPPP:
		s.ppp()
	case layerL2TP:
		s.l2tp()
	case layerGRE:
		s.gre()
	case layerERSPAN:
		s.erspan()
	case layerEtherIP: // RFC 3378 §2
		s.num("Version", 4, decimal)
		s.num("Reserved", 12, hex16)
	case layerVXLAN, layerVXLANGPE:
		s.vxlan(kind)
	case layerGENEVE:
		s.geneve()
	case layerGTPU:
		s.gtpU()
	case layerTeredo:
		s.rest("Authentication and Origin")
	case layerPBB: // IEEE 802.1Q §9.7
		s.num("Priority Code Point", 3, decimal)
		s.num("Drop Eligible Indicator", 1, decimal)
		s.num("Use Customer Addresses", 1, decimal)
		s.num("Reserved", 3, decimal)
		s.num("Service Identifier", 24, decimal)
	default:
		return false
	}
	return true
}

// mpls: RFC 3032 §2.1, RFC 5462 for the name of the traffic class.
func (s *speller) mpls() {
	for i := 1; s.left() > 0; i++ {
		if !s.group(fmt.Sprintf("Label Stack Entry %d", i), labelLen*8) {
			return
		}
		s.value("Label", 20)
		s.num("Traffic Class", 3, decimal)
		s.num("Bottom of Stack", 1, decimal)
		s.num("Time to Live", 8, decimal)
		s.close()
	}
}

// ppp: RFC 1661 §2, RFC 1662 §3.1. The framing octets are there or not, as is the
// protocol's upper octet.
func (s *speller) ppp() {
	if s.scope().full-s.at > 16 {
		s.num("Address", 8, hex8)
		s.num("Control", 8, hex8)
	}
	if s.scope().full-s.at == 8 {
		s.num("Protocol", 8, hex8)
		return
	}
	s.num("Protocol", 16, hex16)
}

// gre: RFC 2784 §2.1, RFC 2890 §2, RFC 2637 §4.1.
func (s *speller) gre() {
	flags, _ := s.peek16()
	s.flags("Flags", "Checksum Present", "Routing Present", "Key Present", "Sequence Number Present")
	s.num("Reserved0", 4, decimal)
	s.num("Acknowledgment Number Present", 1, decimal)
	s.num("Reserved0", 4, decimal)
	s.num("Version", 3, decimal)
	s.num("Protocol Type", 16, etherTypeValue)
	if flags&0xc000 != 0 {
		s.num("Checksum", 16, hex16)
		s.num("Reserved1", 16, hex16)
	}
	switch {
	case flags&0x2000 == 0:
	case flags&7 == 1:
		s.num("Payload Length", 16, decimal)
		s.num("Call ID", 16, decimal)
	default:
		s.num("Key", 32, hex32)
	}
	if flags&0x1000 != 0 {
		s.num("Sequence Number", 32, decimal)
	}
	if flags&0x0087 == 0x0081 {
		s.num("Acknowledgment Number", 32, decimal)
	}
}

// erspan: draft-foschiano-erspan §4.
func (s *speller) erspan() {
	version, _ := s.num("Ver", 4, decimal)
	s.num("VLAN", 12, decimal)
	s.num("COS", 3, decimal)
	if version == 1 {
		s.num("En", 2, decimal)
	} else {
		s.num("BSO", 2, decimal)
	}
	s.num("T", 1, decimal)
	s.num("Session ID", 10, decimal)
	if version == 1 {
		s.num("Reserved", 12, hex16)
		s.num("Index", 20, decimal)
		return
	}
	s.num("Timestamp", 32, decimal)
	s.num("SGT", 16, decimal)
	s.num("P", 1, decimal)
	s.num("FT", 5, decimal)
	s.num("Hw ID", 6, decimal)
	s.num("D", 1, decimal)
	s.num("Gra", 2, decimal)
	s.num("O", 1, decimal)
	s.rest("Platform Specific")
}

// vxlan: RFC 7348 §5, draft-ietf-nvo3-vxlan-gpe §3.
func (s *speller) vxlan(kind layerKind) {
	s.num("Flags", 8, hex8)
	if kind == layerVXLANGPE {
		s.num("Reserved", 16, hex16)
		s.num("Next Protocol", 8, decimal)
	} else {
		s.num("Reserved", 24, hex6)
	}
	s.num("VXLAN Network Identifier", 24, decimal)
	s.num("Reserved", 8, hex8)
}

// geneve: RFC 8926 §3.4.
func (s *speller) geneve() {
	s.num("Ver", 2, decimal)
	s.num("Opt Len", 6, words(4))
	s.flags("Flags", "Control Packet", "Critical Options")
	s.num("Rsvd.", 6, decimal)
	s.num("Protocol Type", 16, etherTypeValue)
	s.num("Virtual Network Identifier", 24, decimal)
	s.num("Reserved", 8, hex8)
	s.rest("Options")
}

// gtpU: 3GPP TS 29.281 §5.1.
func (s *speller) gtpU() {
	s.num("Version", 3, decimal)
	s.num("Protocol Type", 1, decimal)
	s.num("Reserved", 1, decimal)
	s.flags("Flags", "Extension Header", "Sequence Number", "N-PDU Number")
	s.num("Message Type", 8, decimal)
	s.num("Length", 16, decimal)
	s.num("Tunnel Endpoint Identifier", 32, hex32)
	s.num("Sequence Number", 16, decimal)
	s.num("N-PDU Number", 8, decimal)
	s.num("Next Extension Header Type", 8, hex8)
	s.rest("Extension Headers")
}

// l2tp: RFC 2661 §3.1.
func (s *speller) l2tp() {
	flags, _ := s.peek16()
	s.flags("Flags", "Type", "Length", "Reserved", "Reserved", "Sequence", "Reserved", "Offset", "Priority")
	s.num("Reserved", 4, decimal)
	s.num("Ver", 4, decimal)
	if flags&0x4000 != 0 {
		s.num("Length", 16, decimal)
	}
	s.num("Tunnel ID", 16, decimal)
	s.num("Session ID", 16, decimal)
	if flags&0x0800 != 0 {
		s.num("Ns", 16, decimal)
		s.num("Nr", 16, decimal)
	}
	if flags&0x0200 != 0 {
		s.num("Offset Size", 16, decimal)
		s.rest("Offset Pad")
	}
}

// peek16 returns the next 16 bits of the open field without writing them down.
func (s *speller) peek16() (v uint64, ok bool) {
	if s.left() < 16 {
		return 0, false
	}
	return bitsAt(s.data, s.at, 16), true
}
