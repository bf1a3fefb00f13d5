package decode

import (
	"net/netip"

	"statelab/capture/tcpstate"
)

// ICMP is the header of an ICMP message (RFC 792, RFC 4443).
type ICMP struct {
	Type, Code uint8
	// MTU is the next hop's, in bytes, in "fragmentation needed" (RFC 1191 §4)
	// and "packet too big" (RFC 4443 §3.2); 0 elsewhere, and from routers that
	// do not tell it.
	MTU uint32
	// Error says that the message is about a datagram, which it quotes.
	Error bool
}

// ICMP message types.
const (
	icmp4EchoReply    = 0
	icmp4Unreachable  = 3
	icmp4SourceQuench = 4
	icmp4Redirect     = 5
	icmp4Echo         = 8
	icmp4TimeExceeded = 11
	icmp4Parameter    = 12
	icmp4FragNeeded   = 4 // a code of icmp4Unreachable

	icmp6TooBig    = 2
	icmp6ErrorMax  = 127
	icmp6Echo      = 128
	icmp6EchoReply = 129
	icmp6NS        = 135
	icmp6NA        = 136
)

// ICMP returns the message's header; ok is false where the frame holds none,
// or not all of its 8 octets.
func (p *Packet) ICMP() (message ICMP, ok bool) {
	at := p.innermost()
	b := p.captured(at.off, at.end)
	if at.kind != layerICMPv4 && at.kind != layerICMPv6 || len(b) < icmpLen {
		return ICMP{}, false
	}
	message = ICMP{Type: b[0], Code: b[1]}
	if at.kind == layerICMPv6 {
		message.Error = b[0] <= icmp6ErrorMax
		if b[0] == icmp6TooBig {
			message.MTU = be32(b[4:])
		}
		return message, true
	}
	switch b[0] {
	case icmp4Unreachable, icmp4SourceQuench, icmp4Redirect, icmp4TimeExceeded, icmp4Parameter:
		message.Error = true
	}
	if b[0] == icmp4Unreachable && b[1] == icmp4FragNeeded {
		message.MTU = uint32(be16(b[6:]))
	}
	return message, true
}

// Quote is what an ICMP error quotes of the datagram that it is about.
type Quote struct {
	// Src and Dst are that datagram's ends; port 0 where it has none.
	Src, Dst netip.AddrPort
	Protocol uint8 // 6 for TCP
	// Seq is the TCP sequence number; HasSeq is false where there is none.
	Seq    tcpstate.Seq
	HasSeq bool
}

// Quoted returns what an ICMP error quotes. RFC 792 promises 8 octets of the
// transport header: TCP's ports and sequence number. ok is false if the frame
// is no ICMP error, or quotes less than an IP header.
func (p *Packet) Quoted() (q Quote, ok bool) {
	message, ok := p.ICMP()
	if !ok || !message.Error {
		return Quote{}, false
	}
	b := p.Payload()
	var src, dst netip.Addr
	switch {
	case len(b) >= ipv4Len && b[0]>>4 == 4 && len(b) >= int(b[0]&0x0f)*4 && b[0]&0x0f >= 5:
		src, dst = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		q.Protocol = b[9]
		if be16(b[6:])&0x1fff != 0 { // not the first fragment: no ports
			return Quote{Src: netip.AddrPortFrom(src, 0), Dst: netip.AddrPortFrom(dst, 0), Protocol: b[9]}, true
		}
		b = b[int(b[0]&0x0f)*4:]
	case len(b) >= ipv6Len && b[0]>>4 == 6:
		src, dst = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		q.Protocol = b[6]
		b = b[ipv6Len:]
	default:
		return Quote{}, false
	}
	var ports [2]uint16
	if (q.Protocol == protoTCP || q.Protocol == protoUDP) && len(b) >= 4 {
		ports = [2]uint16{be16(b), be16(b[2:])}
		if q.Protocol == protoTCP && len(b) >= 8 {
			q.Seq, q.HasSeq = tcpstate.Seq(be32(b[4:])), true
		}
	}
	q.Src, q.Dst = netip.AddrPortFrom(src, ports[0]), netip.AddrPortFrom(dst, ports[1])
	return q, true
}

var (
	echoRequest = phrase{"echo request, id %d, seq %d", "에코 요청, id %d, seq %d"}
	echoReply   = phrase{"echo reply, id %d, seq %d", "에코 응답, id %d, seq %d"}
	fragNeeded  = phrase{"fragmentation needed, next-hop MTU %d", "단편화 필요, 다음 홉 MTU %d"}
	tooBig      = phrase{"packet too big, MTU %d", "패킷이 너무 큼, MTU %d"}
	solicit     = phrase{"neighbor solicitation: who has %s?", "이웃 요청: %s의 링크 계층 주소?"}
	advertise   = phrase{"neighbor advertisement: %s is here", "이웃 광고: %s은(는) 여기 있음"}
	about       = phrase{"%s (about %s > %s)", "%s (대상: %s > %s)"}
)

// icmpCodes are the messages that a student of TCP meets most.
var icmpCodes = map[[2]uint8]phrase{
	{icmp4Unreachable, 0}:  {"network unreachable", "네트워크에 도달할 수 없음"},
	{icmp4Unreachable, 1}:  {"host unreachable", "호스트에 도달할 수 없음"},
	{icmp4Unreachable, 2}:  {"protocol unreachable", "프로토콜에 도달할 수 없음"},
	{icmp4Unreachable, 3}:  {"port unreachable", "포트에 도달할 수 없음"},
	{icmp4Unreachable, 9}:  {"network administratively prohibited", "네트워크가 관리 정책으로 차단됨"},
	{icmp4Unreachable, 10}: {"host administratively prohibited", "호스트가 관리 정책으로 차단됨"},
	{icmp4Unreachable, 13}: {"communication administratively prohibited", "통신이 관리 정책으로 차단됨"},
	{icmp4TimeExceeded, 0}: {"time to live exceeded in transit", "전송 중 TTL 초과"},
	{icmp4TimeExceeded, 1}: {"fragment reassembly time exceeded", "조각 재조립 시간 초과"},
}

var icmp6Codes = map[[2]uint8]phrase{
	{1, 0}:   {"no route to destination", "목적지로 가는 경로 없음"},
	{1, 1}:   {"administratively prohibited", "관리 정책으로 차단됨"},
	{1, 3}:   {"address unreachable", "주소에 도달할 수 없음"},
	{1, 4}:   {"port unreachable", "포트에 도달할 수 없음"},
	{3, 0}:   {"hop limit exceeded in transit", "전송 중 홉 제한 초과"},
	{3, 1}:   {"fragment reassembly time exceeded", "조각 재조립 시간 초과"},
	{133, 0}: {"router solicitation", "라우터 요청"},
	{134, 0}: {"router advertisement", "라우터 광고"},
	{143, 0}: {"multicast listener report", "멀티캐스트 리스너 보고"},
}

func (p *Packet) icmpv4Info(lang language, at layer) string {
	message, ok := p.ICMP()
	if !ok {
		return ""
	}
	b := p.data[at.off:]
	text := message.named(icmp4Types)
	switch known, ok := icmpCodes[[2]uint8{message.Type, message.Code}]; {
	case message.Type == icmp4Echo:
		text = echoRequest.format(lang, be16(b[4:]), be16(b[6:]))
	case message.Type == icmp4EchoReply:
		text = echoReply.format(lang, be16(b[4:]), be16(b[6:]))
	case message.Type == icmp4Unreachable && message.Code == icmp4FragNeeded:
		text = fragNeeded.format(lang, message.MTU)
	case ok:
		text = known.in(lang)
	}
	return p.withQuote(lang, text)
}

func (p *Packet) icmpv6Info(lang language, at layer) string {
	message, ok := p.ICMP()
	if !ok {
		return ""
	}
	b := p.data[at.off:]
	target := p.captured(at.end, min(at.end+16, p.payloadEnd))
	text := message.named(icmp6Types)
	switch known, ok := icmp6Codes[[2]uint8{message.Type, message.Code}]; {
	case message.Type == icmp6Echo:
		text = echoRequest.format(lang, be16(b[4:]), be16(b[6:]))
	case message.Type == icmp6EchoReply:
		text = echoReply.format(lang, be16(b[4:]), be16(b[6:]))
	case message.Type == icmp6TooBig:
		text = tooBig.format(lang, message.MTU)
	case message.Type == icmp6NS && len(target) == 16:
		text = solicit.format(lang, netip.AddrFrom16([16]byte(target)))
	case message.Type == icmp6NA && len(target) == 16:
		text = advertise.format(lang, netip.AddrFrom16([16]byte(target)))
	case ok:
		text = known.in(lang)
	}
	return p.withQuote(lang, text)
}

// withQuote adds which connection an ICMP error is about.
func (p *Packet) withQuote(lang language, text string) string {
	q, ok := p.Quoted()
	switch {
	case !ok:
		return text
	case q.Src.Port()|q.Dst.Port() == 0:
		return about.format(lang, text, q.Src.Addr(), q.Dst.Addr())
	}
	return about.format(lang, text, q.Src, q.Dst)
}
