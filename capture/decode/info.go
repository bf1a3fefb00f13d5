package decode

import "net/netip"

// Info returns a short line for people about the innermost layer, in the
// manner of tcpdump: "who has 10.0.0.2? tell 10.0.0.1". It is made when asked
// for, and holds printable characters only. It is empty where there is nothing
// to say beyond the protocol's name.
func (p *Packet) Info() string { return p.info(english) }

// InfoKorean returns the same in Korean.
func (p *Packet) InfoKorean() string { return p.info(korean) }

var (
	between      = phrase{"%s > %s, length %d", "%s > %s, 길이 %d"}
	fragmentText = phrase{"%s > %s, ID 0x%04x, offset %d, length %d%s", "%s > %s, ID 0x%04x, 오프셋 %d, 길이 %d%s"}
	moreText     = phrase{", more to come", ", 뒤에 조각 더 있음"}
	lastText     = phrase{", last", ", 마지막 조각"}
)

func (p *Packet) info(lang language) string {
	in := p.innermost()
	switch in.kind {
	case layerARP:
		return p.arpInfo(lang, in)
	case layerICMPv4:
		return p.icmpv4Info(lang, in)
	case layerICMPv6:
		return p.icmpv6Info(lang, in)
	default: // the addresses say what there is to say
	}
	src, dst := p.Ends()
	switch {
	case p.IP.Version != 0 && p.IP.Fragment():
		tail := lastText
		if p.IP.More {
			tail = moreText
		}
		return fragmentText.format(lang, p.IP.Src, p.IP.Dst, p.IP.ID, p.IP.FragmentOffset, p.payloadEnd-in.end, tail.in(lang))
	case p.IP.Version != 0 && src.Port()|dst.Port() != 0:
		return between.format(lang, src, dst, max(p.payloadEnd-in.end, 0))
	case p.IP.Version != 0:
		return between.format(lang, p.IP.Src, p.IP.Dst, max(p.payloadEnd-in.end, 0))
	case p.Link.Src.IsValid() && p.Link.Dst.IsValid():
		return between.format(lang, p.Link.Src, p.Link.Dst, p.wire)
	}
	return ""
}

var (
	arpProbe       = phrase{"who has %s? (address probe)", "%s의 MAC 주소 요청 (주소 중복 확인)"}
	arpRequest     = phrase{"who has %s? tell %s", "%s의 MAC 주소 요청, 응답은 %s(으)로"}
	arpReply       = phrase{"%s is at %s", "%s의 MAC 주소는 %s"}
	arpAnnounce    = phrase{"announcement: %s is at %s", "주소 알림: %s의 MAC 주소는 %s"}
	arpOther       = phrase{"operation %d, %s > %s", "동작 %d, %s > %s"}
	arpUnknownKind = phrase{"operation %d, hardware type %d, protocol type 0x%04x", "동작 %d, 하드웨어 종류 %d, 프로토콜 종류 0x%04x"}
)

// arpInfo reads RFC 826's packet, and RFC 5227's probes and announcements.
func (p *Packet) arpInfo(lang language, at layer) string {
	const request, reply = 1, 2
	b := p.captured(at.off, at.end)
	if len(b) < arpLen {
		return ""
	}
	operation, protocol := be16(b[6:]), be16(b[2:])
	hlen, plen := int(b[4]), int(b[5])
	if protocol != etherIPv4 || plen != 4 || hlen > 8 || len(b) < arpLen+2*hlen+2*plen {
		return arpUnknownKind.format(lang, operation, be16(b), protocol)
	}
	senderMAC := hardwareAddr(b[8:], hlen)
	sender := netip.AddrFrom4([4]byte(b[8+hlen:]))
	target := netip.AddrFrom4([4]byte(b[12+2*hlen:]))
	switch {
	case p.Protocol != "ARP" || operation > reply || operation == 0:
		return arpOther.format(lang, operation, sender, target)
	case sender == target:
		return arpAnnounce.format(lang, sender, senderMAC)
	case operation == reply:
		return arpReply.format(lang, sender, senderMAC)
	case sender.IsUnspecified():
		return arpProbe.format(lang, target)
	}
	return arpRequest.format(lang, target, sender)
}
