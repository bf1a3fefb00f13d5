package decode

import "strconv"

// tcp: RFC 9293 §3.1; AE is RFC 9768's, CWR and ECE are RFC 3168's.
func (s *speller) tcp() {
	s.num("Source Port", 16, decimal)
	s.num("Destination Port", 16, decimal)
	s.num("Sequence Number", 32, decimal)
	s.num("Acknowledgment Number", 32, decimal)
	s.num("Data Offset", 4, words(4))
	s.num("Reserved", 3, decimal)
	s.flags("Control Bits", "AE", "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN")
	s.num("Window", 16, decimal)
	s.num("Checksum", 16, hex16)
	s.num("Urgent Pointer", 16, decimal)
	s.options(tcpOption)
}

// options writes down an option list of the form that IPv4 and TCP share (RFC
// 791 §3.1, RFC 9293 §3.2): kind 0 ends it, kind 1 is a single octet, any other
// kind is followed by its length.
func (s *speller) options(option func(kind uint8) (name string, spell func(*speller, int))) {
	if s.left() <= 0 || !s.group("Options", s.scope().full-s.at) {
		return
	}
	for s.left() > 0 {
		at := s.at / 8
		switch kind := s.data[at]; kind {
		case optionEnd:
			s.num("End of Option List", 8, decimal)
			s.rest("Header Padding")
		case optionNop:
			s.num("No-Operation", 8, decimal)
		default:
			name, spell := option(kind)
			switch {
			case s.scope().full-s.at < 16, s.left() >= 16 && s.data[at+1] < 2:
				s.rest("Malformed Option")
			case s.left() < 16: // its length was not captured
				s.rest(name)
			default:
				s.option(name, int(s.data[at+1]), spell)
			}
		}
	}
	s.close()
}

// option writes down one option of length octets; spell writes its data down,
// given how many octets they are.
func (s *speller) option(name string, length int, spell func(*speller, int)) {
	if s.scope().full-s.at < length*8 {
		name, spell = "Malformed Option", nil
	}
	if !s.group(name, length*8) {
		return
	}
	s.num("Kind", 8, decimal)
	s.num("Length", 8, decimal)
	if spell != nil {
		spell(s, length-2)
	}
	s.octets("Data", (s.scope().full-s.at)/8, hexValue)
	s.close()
}

// tcpOption returns the name of a TCP option and how its data is written down.
func tcpOption(kind uint8) (name string, spell func(*speller, int)) {
	switch kind {
	case optionMSS:
		return "Maximum Segment Size", exactly(2, func(s *speller) { s.value("Maximum Segment Size Value", 16) })
	case optionScale:
		return "Window Scale", exactly(1, func(s *speller) { s.value("Shift Count", 8) })
	case optionSackPermitted:
		return "SACK Permitted", nil
	case optionSack:
		return "SACK", spellSack
	case optionTimestamps:
		return "Timestamps", exactly(8, func(s *speller) {
			s.num("TS Value", 32, decimal)
			s.num("TS Echo Reply", 32, decimal)
		})
	case 19:
		return "MD5 Signature", nil // RFC 2385
	case 28:
		return "User Timeout", nil // RFC 5482
	case 29:
		return "TCP Authentication Option", nil // RFC 5925
	case 30:
		return "Multipath TCP", nil // RFC 8684
	case 34:
		return "TCP Fast Open Cookie", nil // RFC 7413
	case 172, 174:
		return "Accurate ECN", nil // RFC 9768
	}
	return "Unknown Option", nil
}

// exactly guards a speller against an option of a wrong length.
func exactly(n int, spell func(*speller)) func(*speller, int) {
	return func(s *speller, length int) {
		if length == n {
			spell(s)
		}
	}
}

// value writes a number down, and gives its value to the open field too.
func (s *speller) value(name string, n int) {
	if v, ok := s.num(name, n, decimal); ok {
		s.describe(decimal(v))
	}
}

// spellSack: RFC 2018 §3.
func spellSack(s *speller, length int) {
	if length%8 != 0 {
		return
	}
	for i := range length / 8 {
		block := " Edge of Block " + strconv.Itoa(i+1)
		s.num("Left"+block, 32, decimal)
		s.num("Right"+block, 32, decimal)
	}
}
