package decode

import (
	"encoding/binary"
	"strings"
)

// ethernet: IEEE 802.3 §3.2.
func (s *speller) ethernet(kind layerKind) {
	s.octets("Destination Address", 6, hardwareValue)
	s.octets("Source Address", 6, hardwareValue)
	if kind == layer8023 {
		s.num("Length", 16, decimal)
		return
	}
	s.num("Type", 16, etherTypeValue)
}

// vlan: IEEE 802.1Q §9.6, the tag control information, then the type of what
// follows. The tag's own type is the one before it.
func (s *speller) vlan() {
	if s.group("Tag Control Information", 16) {
		s.num("Priority Code Point", 3, decimal)
		s.num("Drop Eligible Indicator", 1, decimal)
		s.num("VLAN Identifier", 12, decimal)
		s.close()
	}
	s.num("Type", 16, etherTypeValue)
}

// llc: IEEE 802.2 §3.2.
func (s *speller) llc() {
	s.num("DSAP Address", 8, hex8)
	s.num("SSAP Address", 8, hex8)
	s.num("Control", 8, hex8)
}

// snap: RFC 1042.
func (s *speller) snap() {
	s.num("Organization Code", 24, hex6)
	s.num("Type", 16, etherTypeValue)
}

// sll: the Linux cooked header, version 1.
func (s *speller) sll() {
	s.num("Packet Type", 16, packetTypeValue)
	s.num("ARPHRD Type", 16, decimal)
	length, _ := s.num("Link-Layer Address Length", 16, decimal)
	s.cookedAddress(length)
	s.num("Protocol Type", 16, etherTypeValue)
}

// sll2: the Linux cooked header, version 2.
func (s *speller) sll2() {
	s.num("Protocol Type", 16, etherTypeValue)
	s.num("Reserved", 16, hex16)
	s.num("Interface Index", 32, decimal)
	s.num("ARPHRD Type", 16, decimal)
	s.num("Packet Type", 8, packetTypeValue)
	length, _ := s.num("Link-Layer Address Length", 8, decimal)
	s.cookedAddress(length)
}

// cookedAddress is 8 octets, of which the address takes the first.
func (s *speller) cookedAddress(length uint64) {
	used := int(min(length, 8))
	s.octets("Link-Layer Address", used, hardwareValue)
	s.octets("Unused", 8-used, hexValue)
}

func packetTypeValue(v uint64) string {
	names := [...]string{"to us", "broadcast", "multicast", "to another host", "sent by us"}
	if v < uint64(len(names)) {
		return named(decimal(v), names[v])
	}
	return decimal(v)
}

// null: the BSD loopback header.
func (s *speller) null(kind layerKind) {
	s.octets("Address Family", familyLen, func(b []byte) string {
		family := addressFamily(b, kind)
		order := "little-endian"
		if family == binary.BigEndian.Uint32(b) {
			order = "big-endian"
		}
		return named(decimal(uint64(family)), order)
	})
}

// arp: RFC 826. The lengths of the addresses are in the packet.
func (s *speller) arp() {
	s.num("Hardware Type", 16, decimal)
	s.num("Protocol Type", 16, etherTypeValue)
	hlen, _ := s.num("Hardware Address Length", 8, decimal)
	plen, _ := s.num("Protocol Address Length", 8, decimal)
	s.num("Operation", 16, operationValue)
	for _, whose := range []string{"Sender", "Target"} {
		s.octets(whose+" Hardware Address", int(hlen), hardwareValue)
		s.octets(whose+" Protocol Address", int(plen), protocolAddressValue)
	}
}

func operationValue(v uint64) string {
	names := [...]string{"", "request", "reply", "request reverse", "reply reverse"}
	if v < uint64(len(names)) {
		return named(decimal(v), names[v])
	}
	return decimal(v)
}

func protocolAddressValue(b []byte) string {
	if len(b) == 4 {
		return addressValue(b)
	}
	return hexValue(b)
}

// flagNames joins the names of the bits that are set in v, of n bits; names
// begin with the most significant.
func flagNames(v uint64, names []string) string {
	var set []string
	for i, name := range names {
		if v>>(len(names)-1-i)&1 == 1 {
			set = append(set, name)
		}
	}
	return strings.Join(set, ", ")
}

// flags writes down a group of single bits, the most significant first.
func (s *speller) flags(name string, names ...string) {
	from := s.at
	if !s.group(name, len(names)) {
		return
	}
	if s.left() == len(names) {
		s.describe(flagNames(bitsAt(s.data, from, len(names)), names))
	}
	for _, bit := range names {
		s.num(bit, 1, decimal)
	}
	s.close()
}
