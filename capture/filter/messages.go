package filter

import (
	"fmt"
	"strconv"

	"statelab/capture"
)

// quote writes what the user wrote, with nothing in it that a terminal would
// obey.
func quote(s string) string { return strconv.Quote(s) }

// Messages without a part of the expression in them.
var (
	tooMuch = message{
		en: fmt.Sprintf("the expression is longer than %d bytes", maxLength),
		ko: fmt.Sprintf("식이 너무 깁니다(최대 %d바이트)", maxLength),
	}
	tooDeep = message{
		en: fmt.Sprintf("more than %d parentheses within one another", maxDepth),
		ko: fmt.Sprintf("괄호가 너무 깊이 겹쳤습니다(최대 %d겹)", maxDepth),
	}
	divisionByZero = message{en: "a division by zero", ko: "0으로 나눌 수 없습니다"}
	shiftTooFar    = message{en: "a shift by more than 31 bits", ko: "31비트보다 많이 밀 수 없습니다"}
	badSize        = message{en: "a field has 1, 2 or 4 bytes", ko: "필드의 크기는 1, 2, 4바이트 가운데 하나입니다"}
	badIndex       = message{en: "an index is from 0 to 65535", ko: "위치는 0부터 65535까지입니다"}
	badAddress     = message{en: "an address has numbers from 0 to 255", ko: "주소의 각 수는 0부터 255까지입니다"}
	badMask        = message{en: "a mask has the form 255.255.0.0", ko: "마스크는 255.255.0.0 같은 꼴입니다"}
	bitsBeyondMask = message{
		en: "the address has bits beyond its mask", ko: "주소에 마스크 밖의 비트가 있습니다",
		hintEn: "a network's address ends in zeros: net 10.1.0.0/16", hintKo: "네트워크 주소의 나머지 비트는 0입니다: net 10.1.0.0/16",
	}
	misplacedMask = message{
		en: `"mask" stands behind the address of a network`, ko: `"mask"는 네트워크 주소 뒤에 씁니다`,
		hintEn: "net 10.0.0.0 mask 255.0.0.0", hintKo: "net 10.0.0.0 mask 255.0.0.0",
	}
	stationHere = message{
		en: "an Ethernet address stands behind ether host, ether src or ether dst",
		ko: "이더넷 주소는 ether host, ether src, ether dst 뒤에 씁니다",
	}
	directionOfProto = message{en: `a protocol has no direction: "proto" takes no src or dst`, ko: `프로토콜에는 방향이 없습니다. "proto" 앞에 src와 dst를 쓸 수 없습니다`}
	notInMPLS        = message{en: "behind an MPLS label nothing but IP can be told apart", ko: "MPLS 레이블 뒤에서는 IP만 가려낼 수 있습니다"}
)

func tooLong(n int) message {
	return message{
		en:     fmt.Sprintf("the program has %d instructions, and a kernel takes %d", n, maxInstructions),
		ko:     fmt.Sprintf("프로그램이 명령 %d개입니다. 커널은 %d개까지 받습니다", n, maxInstructions),
		hintEn: "ranges and networks are shorter than lists: portrange 8000-8099, net 10.0.0.0/8",
		hintKo: "목록보다 범위나 네트워크가 짧습니다: portrange 8000-8099, net 10.0.0.0/8",
	}
}

func unknownLink(l capture.LinkType) message {
	return message{
		en: fmt.Sprintf("frames of link type %v cannot be filtered", l),
		ko: fmt.Sprintf("링크 계층 %v의 프레임은 거를 수 없습니다", l),
	}
}

func unexpected(s string) message {
	return message{en: quote(s) + " is not understood here", ko: quote(s) + ": 여기서는 알 수 없습니다"}
}

func badNumber(s string) message {
	return message{
		en: quote(s) + " is no number of 32 bits (0x16 is hexadecimal, 016 octal)",
		ko: quote(s) + ": 32비트 수가 아닙니다(0x16은 16진수, 016은 8진수)",
	}
}

func notEthernet(s string) message {
	return message{en: quote(s) + " is the beginning of no address", ko: quote(s) + ": 어떤 주소의 앞부분도 아닙니다"}
}

// found names a token in a message.
func found(t token) (en, ko string) {
	if t.kind == end {
		return "the end", "식의 끝"
	}
	return quote(t.text), quote(t.text)
}

func missing(symbol string, t token) message {
	en, ko := found(t)
	return message{en: fmt.Sprintf("%s instead of %q", en, symbol), ko: fmt.Sprintf("%q 자리에 %s: 맞지 않습니다", symbol, ko)}
}

func leftOver(t token) message {
	m := unexpected(t.text)
	if t.kind == keyword || t.kind == name || t.kind == number || t.kind == dotted {
		m.hintEn, m.hintKo = `"and" or "or" stands between two conditions`, `조건 사이에는 "and"나 "or"를 씁니다`
	}
	return m
}

func nothingHere(t token) message {
	en, ko := found(t)
	return message{en: "a condition is missing before " + en, ko: ko + " 앞에 조건이 빠졌습니다"}
}

func noRelation(t token, bare bool) message {
	en, ko := found(t)
	m := message{
		en: fmt.Sprintf("a comparison is missing before %s", en), ko: ko + " 앞에 비교가 빠졌습니다",
		hintEn: "tcp[13] & 2 != 0", hintKo: "tcp[13] & 2 != 0",
	}
	if bare {
		m.hintEn, m.hintKo = "a number alone needs a word before it: port 80", "수 하나만 쓸 때는 앞에 말이 필요합니다: port 80"
	}
	return m
}

func noNumber(t token) message {
	en, ko := found(t)
	m := message{en: "a number is missing before " + en, ko: ko + " 앞에 수가 빠졌습니다"}
	if t.kind == name {
		m = unexpected(t.text)
		m.hintEn, m.hintKo = `between numbers "-" needs a space on each side: 13 - 1`, `수 사이의 "-"는 양쪽을 띄어 씁니다: 13 - 1`
	}
	return m
}

func noValue(t token, q qualifiers) message {
	en, ko := found(t)
	m := message{en: fmt.Sprintf("a value for %q is missing before %s", q.text, en), ko: fmt.Sprintf("%s 앞에 %q의 값이 빠졌습니다", ko, q.text)}
	if t.kind == keyword {
		m.hintEn, m.hintKo = `as a name it is written \`+t.text, `이름으로 쓰려면 \`+t.text
	}
	return m
}

func valuesOnly(q qualifiers) message {
	return message{
		en: fmt.Sprintf("in parentheses after %q nothing but its values can stand", q.text),
		ko: fmt.Sprintf("%q 뒤의 괄호에는 그 값만 쓸 수 있습니다", q.text),
	}
}

func unqualified(t token) message {
	m := message{
		en: fmt.Sprintf("nothing before %s says what it is", quote(t.text)),
		ko: quote(t.text) + ": 무엇의 값인지 앞에 쓰지 않았습니다",
	}
	switch t.kind {
	case dotted, address6:
		m.hintEn, m.hintKo = "host "+t.text, "host "+t.text
	case mac:
		m.hintEn, m.hintKo = "ether host "+t.text, "ether host "+t.text
	case number:
		m.hintEn, m.hintKo = "port "+t.text, "port "+t.text
	case name, keyword, symbol, end:
		m = unexpected(t.text)
		m.hintEn = "statelab guide filters has the words: tcp, host, port, and, or, …, all in small letters"
		m.hintKo = "쓸 수 있는 말은 statelab guide filters에 있습니다: tcp, host, port, and, or 등, 모두 소문자"
	}
	return m
}

func badPrefix(most int) message {
	return message{en: fmt.Sprintf("a prefix length is from 0 to %d", most), ko: fmt.Sprintf("프리픽스 길이는 0부터 %d까지입니다", most)}
}

func netOnly(t token) message {
	return message{
		en: "only a network has a mask", ko: "마스크는 네트워크에만 씁니다",
		hintEn: "net " + t.text + "/…", hintKo: "net " + t.text + "/…",
	}
}

func addressHere(q qualifiers) message {
	return message{en: fmt.Sprintf("an address is no value of %q", q.text), ko: fmt.Sprintf("주소는 %q의 값이 아닙니다", q.text)}
}

func stationNeeded(q qualifiers) message {
	return message{
		en: fmt.Sprintf("%q takes an Ethernet address", q.text), ko: fmt.Sprintf("%q 뒤에는 이더넷 주소를 씁니다", q.text),
		hintEn: "ether host 00:0c:29:1d:3f:a2", hintKo: "ether host 00:0c:29:1d:3f:a2",
	}
}

func noHost(q qualifiers) message {
	return message{
		en: fmt.Sprintf("%q has no such address", q.text), ko: fmt.Sprintf("%q에는 그런 주소가 없습니다", q.text),
		hintEn: "addresses are IP's and ARP's: tcp and host 10.0.0.1", hintKo: "주소는 IP와 ARP의 것입니다: tcp and host 10.0.0.1",
	}
}

func noPort(q qualifiers) message {
	return message{
		en: fmt.Sprintf("%q has no ports", q.text), ko: fmt.Sprintf("%q에는 포트가 없습니다", q.text),
		hintEn: "ports are of tcp, udp and sctp: ip and tcp port 80", hintKo: "포트는 tcp, udp, sctp의 것입니다: ip and tcp port 80",
	}
}

func noProto(q qualifiers) message {
	return message{
		en: fmt.Sprintf("%q is not asked for: ip, ip6 and ether carry other protocols", q.text),
		ko: fmt.Sprintf("%q: 다른 프로토콜을 싣는 것은 ip, ip6, ether입니다", q.text),
	}
}

func noIndex(t token) message {
	return message{en: fmt.Sprintf("the bytes of %q cannot be asked for", t.text), ko: fmt.Sprintf("%q의 바이트는 볼 수 없습니다", t.text)}
}

func noCast(word string) message {
	return message{
		en: fmt.Sprintf("%q is of ether and ip (and multicast of ip6)", word),
		ko: fmt.Sprintf("%q: ether와 ip에만 있습니다(multicast는 ip6에도)", word),
	}
}

func noNames(s string) message {
	return message{
		en: quote(s) + " is no address: names are not looked up", ko: quote(s) + ": 주소가 아닙니다. 이름은 찾아보지 않습니다",
		hintEn: "host 10.0.0.1, host fe80::1, net 10.0.0.0/8", hintKo: "host 10.0.0.1, host fe80::1, net 10.0.0.0/8",
	}
}

func unknownName(s string, q qualifiers) message {
	return message{
		en: fmt.Sprintf("%s is not known as a value of %q", quote(s), q.text), ko: fmt.Sprintf("%s: %q의 값으로 알려진 이름이 아닙니다", quote(s), q.text),
		hintEn: "a number always works", hintKo: "수는 언제나 쓸 수 있습니다",
	}
}

func otherTransport(s string, named protocol) message {
	word := "tcp"
	if named == udp {
		word = "udp"
	}
	return message{en: fmt.Sprintf("%s is a port of %s", quote(s), word), ko: fmt.Sprintf("%s: %s의 포트입니다", quote(s), word)}
}

func aboveMost(n, most uint32) message {
	return message{en: fmt.Sprintf("%d is above %d", n, most), ko: fmt.Sprintf("%d: 최댓값은 %d입니다", n, most)}
}

func linkAlone(word string) message {
	return message{
		en: quote(word) + " alone says nothing: every frame has a link layer", ko: quote(word) + ": 이것만으로는 조건이 되지 않습니다. 모든 프레임에 링크 계층이 있습니다",
		hintEn: "ether host, ether proto, ether[0]", hintKo: "ether host, ether proto, ether[0]",
	}
}

func notOnLink(word string, l capture.LinkType) message {
	return message{
		en: fmt.Sprintf("%q is asked of Ethernet frames, and these are of link type %v", word, l),
		ko: fmt.Sprintf("%q: 이더넷 프레임의 조건인데, 이 프레임의 링크 계층은 %v입니다", word, l),
	}
}

func notWithin(word string) message {
	return message{
		en: fmt.Sprintf("%q cannot stand behind mpls or pppoes", word), ko: fmt.Sprintf("%q: mpls나 pppoes 뒤에 쓸 수 없습니다", word),
	}
}

func notSupported(word, what string) message {
	m := message{
		en: fmt.Sprintf("%q (%s) is not supported", word, what), ko: fmt.Sprintf("%q(%s): 지원하지 않습니다", word, what),
		hintEn: "statelab guide filters says what is", hintKo: "지원하는 것은 statelab guide filters",
	}
	switch word {
	case "byte":
		m.hintEn, m.hintKo = "ether[0] = 1", "ether[0] = 1"
	case "gateway":
		m.hintEn = "ether host 00:0c:29:1d:3f:a2 and not host 10.0.0.1"
		m.hintKo = m.hintEn
	case "protochain":
		m.hintEn, m.hintKo = "ip6[6] = 43 asks for the first extension header", "첫 확장 헤더는 ip6[6] = 43처럼 묻습니다"
	}
	return m
}
