package decode

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"statelab/capture"
)

func TestProtocolAndInfo(t *testing.T) {
	t.Parallel()
	arp := func(hex string) capture.Frame { return ethernetFrame(etherARP, unhex("0001 0800 06 04"+hex)) }
	ip := func(protocol uint8, hex string) capture.Frame {
		payload := unhex(hex)
		h := patched(ipv4Packet(tcpSegment(nil, nil))[:20], 2, 0, uint8(20+len(payload)))
		return ethernetFrame(etherIPv4, patched(h, 9, protocol), payload)
	}
	ip6 := func(next uint8, hex string) capture.Frame {
		return ethernetFrame(etherIPv6, ipv6Packet(next, unhex(hex)))
	}
	quote := "4500003c 1234 4000 40 06 0000 0a000001 0a000002 9c40 0050 00000064"
	fragment := ip(17, "0001020304050607")
	fragment.Data[14+6], fragment.Data[14+7] = 0, 0xb9
	more := ip(17, "0001020304050607")
	more.Data[14+6] = 0x20
	ns := "87 00 0000 00000000 fd000000000000000000000000000002"
	tests := []struct {
		frame              capture.Frame
		protocol, info, ko string
	}{
		{arp("0001 020000000001 0a000001 000000000000 0a000002"), "ARP", "who has 10.0.0.2? tell 10.0.0.1", "10.0.0.2의 MAC 주소 요청, 응답은 10.0.0.1(으)로"},
		{arp("0002 020000000002 0a000002 020000000001 0a000001"), "ARP", "10.0.0.2 is at 02:00:00:00:00:02", "10.0.0.2의 MAC 주소는 02:00:00:00:00:02"},
		{arp("0001 020000000001 00000000 000000000000 0a000002"), "ARP", "who has 10.0.0.2? (address probe)", "10.0.0.2의 MAC 주소 요청 (주소 중복 확인)"},
		{arp("0001 020000000001 0a000001 000000000000 0a000001"), "ARP", "announcement: 10.0.0.1 is at 02:00:00:00:00:01", "주소 알림: 10.0.0.1의 MAC 주소는 02:00:00:00:00:01"},
		{ethernetFrame(etherARP, unhex("0006 0800 08 00 0001 0000000000000000 0000000000000000")), "ARP", "operation 1, hardware type 6, protocol type 0x0800", "동작 1, 하드웨어 종류 6, 프로토콜 종류 0x0800"},
		{ip(1, "03 04 0000 0000 0258"+quote), "ICMPv4", "fragmentation needed, next-hop MTU 600 (about 10.0.0.1:40000 > 10.0.0.2:80)", "단편화 필요, 다음 홉 MTU 600 (대상: 10.0.0.1:40000 > 10.0.0.2:80)"},
		{ip(1, "03 03 0000 00000000"+quote), "ICMPv4", "port unreachable (about 10.0.0.1:40000 > 10.0.0.2:80)", "포트에 도달할 수 없음 (대상: 10.0.0.1:40000 > 10.0.0.2:80)"},
		{ip(1, "08 00 0000 0007 0001"), "ICMPv4", "echo request, id 7, seq 1", "에코 요청, id 7, seq 1"},
		{ip(1, "00 00 0000 0007 0001"), "ICMPv4", "echo reply, id 7, seq 1", "에코 응답, id 7, seq 1"},
		{ip(1, "0b 07 0000 00000000"), "ICMPv4", "time exceeded (code: 7)", "time exceeded (code: 7)"},
		{ip6(58, "02 00 0000 00000500"), "ICMPv6", "packet too big, MTU 1280", "패킷이 너무 큼, MTU 1280"},
		{ip6(58, ns), "ICMPv6", "neighbor solicitation: who has fd00::2?", "이웃 요청: fd00::2의 링크 계층 주소?"},
		{ip6(58, "01 04 0000 00000000"), "ICMPv6", "port unreachable", "포트에 도달할 수 없음"},
		{ip(17, "0035 1389 000c 0000 01020304"), "UDP", "10.0.0.1:53 > 10.0.0.2:5001, length 4", "10.0.0.1:53 > 10.0.0.2:5001, 길이 4"},
		{ip6(17, "0035 1389 000c 0000 01020304"), "UDP", "[fd00::1]:53 > [fd00::2]:5001, length 4", "[fd00::1]:53 > [fd00::2]:5001, 길이 4"},
		{ip(17, "9c40 12b5 001f 0000 08000000 00000100 020000000001020000000002 88cc 00"), "ETHERNET 0x88cc", "10.0.0.1:40000 > 10.0.0.2:4789, length 1", "10.0.0.1:40000 > 10.0.0.2:4789, 길이 1"},
		{ip(17, "9c40 12b5 0010 0000 00000000 00000100"), "UDP", "10.0.0.1:40000 > 10.0.0.2:4789, length 8", "10.0.0.1:40000 > 10.0.0.2:4789, 길이 8"},
		{ip(17, "9c40 17c1 0008 0000"), "GENEVE", "10.0.0.1:40000 > 10.0.0.2:6081, length 0", "10.0.0.1:40000 > 10.0.0.2:6081, 길이 0"},
		{ip(47, "0000 88cc"), "ETHERNET 0x88cc", "10.0.0.1 > 10.0.0.2, length 0", "10.0.0.1 > 10.0.0.2, 길이 0"},
		{ip(4, "45000014 1234 4000 40 fd 0000 0a010001 0a010002"), "IP protocol 253", "10.1.0.1 > 10.1.0.2, length 0", "10.1.0.1 > 10.1.0.2, 길이 0"},
		{ip(253, "00"), "IP protocol 253", "10.0.0.1 > 10.0.0.2, length 1", "10.0.0.1 > 10.0.0.2, 길이 1"},
		{fragment, "IPv4 fragment", "10.0.0.1 > 10.0.0.2, ID 0x1234, offset 1480, length 8, last", "10.0.0.1 > 10.0.0.2, ID 0x1234, 오프셋 1480, 길이 8, 마지막 조각"},
		{more, "IPv4 fragment", "10.0.0.1 > 10.0.0.2, ID 0x1234, offset 0, length 8, more to come", "10.0.0.1 > 10.0.0.2, ID 0x1234, 오프셋 0, 길이 8, 뒤에 조각 더 있음"},
		{ethernetFrame(0x88cc, unhex("00")), "ETHERNET 0x88cc", "02:00:00:00:00:01 > 02:00:00:00:00:02, length 15", "02:00:00:00:00:01 > 02:00:00:00:00:02, 길이 15"},
		{ethernetFrame(0x8847, unhex("00")), "MPLS", "02:00:00:00:00:01 > 02:00:00:00:00:02, length 15", "02:00:00:00:00:01 > 02:00:00:00:00:02, 길이 15"},
		{ethernetFrame(0x8864, unhex("00")), "PPPoE Session", "02:00:00:00:00:01 > 02:00:00:00:00:02, length 15", "02:00:00:00:00:01 > 02:00:00:00:00:02, 길이 15"},
		{ethernetFrame(3, unhex("424203")), "LLC 0x42", "02:00:00:00:00:01 > 02:00:00:00:00:02, length 17", "02:00:00:00:00:01 > 02:00:00:00:00:02, 길이 17"},
		{ethernetFrame(8, unhex("aaaa03 00000c 2000")), "SNAP 0x2000", "02:00:00:00:00:01 > 02:00:00:00:00:02, length 22", "02:00:00:00:00:01 > 02:00:00:00:00:02, 길이 22"},
		{frame(capture.LinkType(147), unhex("00")), "LINKTYPE 147", "", ""},
		{frame(capture.LinkNull, unhex("07000000")), "AF 7", "", ""},
		{frame(capture.LinkSLL, unhex("0004 0338 0000 0000000000000000 0000")), "NETLINK", "", ""},
		{frame(capture.LinkRaw, unhex("70")), "IP", "", ""},
	}
	for _, test := range tests {
		t.Run(test.protocol+" "+test.info, func(t *testing.T) {
			t.Parallel()
			p := decoded(t, test.frame)
			if p.TCP || p.Protocol != test.protocol {
				t.Errorf("TCP %t, protocol %q, err %v", p.TCP, p.Protocol, p.Err)
			}
			if got := p.Info(); got != test.info {
				t.Errorf("info %q, want %q", got, test.info)
			}
			if got := p.InfoKorean(); got != test.ko {
				t.Errorf("Korean info %q, want %q", got, test.ko)
			}
		})
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	datagram := ipv4Packet(tcpSegment(nil, []byte("hello")))
	error4 := func(quote []byte) capture.Frame {
		message := slices.Concat(unhex("03 04 0000 0000 0258"), quote)
		h := patched(datagram[:20], 2, 0, uint8(20+len(message)))
		return frame(capture.LinkRaw, patched(h, 9, protoICMPv4), message)
	}
	whole := Quote{Src: netip.MustParseAddrPort("10.0.0.1:40000"), Dst: netip.MustParseAddrPort("10.0.0.2:80"), Protocol: 6, Seq: 100, HasSeq: true}
	portless := Quote{Src: netip.AddrPortFrom(whole.Src.Addr(), 0), Dst: netip.AddrPortFrom(whole.Dst.Addr(), 0), Protocol: 6}
	six := Quote{Src: netip.MustParseAddrPort("[fd00::1]:40000"), Dst: netip.MustParseAddrPort("[fd00::2]:80"), Protocol: 6, Seq: 100, HasSeq: true}
	big := slices.Concat(unhex("02 00 0000 00000500"), ipv6Packet(protoTCP, tcpSegment(nil, nil)))
	tests := []struct {
		name  string
		frame capture.Frame
		want  Quote
		ok    bool
		mtu   uint32
	}{
		{name: "8 bytes of TCP", frame: error4(datagram[:28]), want: whole, ok: true, mtu: 600},
		{name: "header only", frame: error4(datagram[:20]), want: portless, ok: true, mtu: 600},
		{name: "a later fragment", frame: error4(patched(datagram, 6, 0, 1)), want: portless, ok: true, mtu: 600},
		{name: "less than a header", frame: error4(datagram[:19]), mtu: 600},
		{name: "header length below 20", frame: error4(patched(datagram, 0, 0x44)), mtu: 600},
		{name: "header length beyond the quote", frame: error4(patched(datagram[:28], 0, 0x4f)), mtu: 600},
		{name: "IPv6", frame: frame(capture.LinkRaw, ipv6Packet(protoICMPv6, big)), want: six, ok: true, mtu: 1280},
		{name: "TCP", frame: frame(capture.LinkRaw, datagram)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := decoded(t, test.frame)
			if got, ok := p.Quoted(); got != test.want || ok != test.ok {
				t.Errorf("%+v, %t; want %+v, %t", got, ok, test.want, test.ok)
			}
			if message, _ := p.ICMP(); message.MTU != test.mtu {
				t.Errorf("MTU %d", message.MTU)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err    Error
		is     error
		en, ko string // of the fault
	}{
		{Error{"TCP", "header", Cut, 44, 10, 20}, ErrCut, "TCP header cut at byte 44: 10 of 20 bytes captured", "바이트 44에서 TCP 헤더 잘림: 20바이트 가운데 10바이트만 캡처됨"},
		{Error{"IPv4", "IHL", TooSmall, 14, 16, 20}, ErrMalformed, "IPv4 IHL malformed at byte 14: 16, at least 20 needed", "바이트 14의 IPv4 IHL 값 오류: 16, 최소 20 필요"},
		{Error{"TCP", "Data Offset", TooLarge, 46, 60, 20}, ErrMalformed, "TCP Data Offset malformed at byte 46: 60, at most 20 possible", "바이트 46의 TCP Data Offset 값 오류: 60, 최대 20 가능"},
		{Error{"IP", "Version", Wrong, 0, 7, 0}, ErrMalformed, "IP Version malformed at byte 0: 7", "바이트 0의 IP Version 값 오류: 7"},
	}
	for _, test := range tests {
		if test.err.Fault() != test.en || test.err.KoreanFault() != test.ko {
			t.Errorf("%q, %q", test.err.Fault(), test.err.KoreanFault())
		}
		if want := strings.Replace("decode "+test.en, test.err.Layer, test.err.Layer+":", 1); test.err.Error() != want {
			t.Errorf("%q, want %q", test.err.Error(), want)
		}
		if !errors.Is(&test.err, test.is) {
			t.Errorf("%v is not %v", &test.err, test.is)
		}
	}
}
