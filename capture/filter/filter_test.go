package filter

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

func compiled(t testing.TB, expr string, link capture.LinkType, opts Options) *Program {
	t.Helper()
	p, err := Compile(expr, link, opts)
	if err != nil {
		t.Fatalf("%q: %v", expr, err)
	}
	return p
}

func whole(link capture.LinkType, data []byte) *capture.Frame {
	return &capture.Frame{Data: data, Length: len(data), Link: link}
}

// Errors name the place, in both languages.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expr   string
		column int
		en, ko string // parts of the text
	}{
		{"host example.com", 6, "names are not looked up", "이름은 찾아보지 않습니다"},
		{"ip port 80", 9, `"ip port" has no ports`, "포트가 없습니다"},
		{"10.0.0.1", 1, "hint: host 10.0.0.1", "해결: host 10.0.0.1"},
		{"tcp or 80", 8, "hint: port 80", "port 80"},
		{"port", 5, "missing before the end", "식의 끝"},
		{"tcp port 80 443", 13, `"and" or "or" stands between`, `"and"나 "or"`},
		{"tcp and", 8, "a condition is missing", "조건이 빠졌습니다"},
		{"(tcp", 5, `instead of ")"`, `")" 자리에`},
		{"tcp[13-1] = 2", 5, "a space on each side", "띄어 씁니다"},
		{"tcp[13] & 2", 12, "a comparison is missing", "비교가 빠졌습니다"},
		{"tcp[0:3] = 1", 7, "1, 2 or 4 bytes", "1, 2, 4바이트"},
		{"len / 0 = 1", 5, "division by zero", "0으로"},
		{"len << 32 = 1", 5, "31 bits", "31비트"},
		{"port 65536", 6, "above 65535", "최댓값은 65535"},
		{"port 08", 6, "016 octal", "8진수"},
		{"udp port http", 10, "a port of tcp", "tcp의 포트"},
		{"port htpp", 6, "is not known", "알려진 이름이 아닙니다"},
		{"net 10.0.0.1/8", 5, "bits beyond its mask", "마스크 밖의 비트"},
		{"host 10.0.0.0/8", 6, "only a network has a mask", "네트워크에만"},
		{"host 300.1.1.1", 6, "0 to 255", "0부터 255"},
		{"ether host 00:11:22", 12, "beginning of no address", "앞부분도 아닙니다"},
		{"host 00:11:22:33:44:55", 6, "behind ether host", "ether host"},
		{"tcp host 10.0.0.1", 10, "tcp and host", "tcp and host"},
		{"proto tcp", 7, `as a name it is written \tcp`, `\tcp`},
		{"vlan 4096", 6, "above 4095", "최댓값은 4095"},
		{"mpls and arp", 10, "nothing but IP", "IP만"},
		{"gateway 10.0.0.1", 1, "not supported", "지원하지 않습니다"},
		{"wlan type mgt", 6, "not supported", "지원하지 않습니다"},
		{"type mgt", 1, "IEEE 802.11", "IEEE 802.11"},
		{"TCP", 1, "small letters", "소문자"},
		{"tcp, udp", 4, `"," is not understood`, "알 수 없습니다"},
		{"port 80 또는 443", 9, `"또는" is not understood`, "\"또는\": 여기서는 알 수 없습니다"},
		{strings.Repeat("(", 200) + "tcp", 101, "parentheses", "괄호"},
		{strings.Repeat("tcp or ", 3000), 1, "longer than", "너무 깁니다"},
	} {
		_, err := Compile(c.expr, capture.LinkEthernet, Options{})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", c.expr, err)
			continue
		}
		if e.Expr != c.expr || e.Column != c.column || !strings.Contains(e.Text("en"), c.en) || !strings.Contains(e.Text("ko"), c.ko) || e.Error() != e.Text("en") {
			t.Errorf("%.60q, column %d:\n%s\n%s", c.expr, e.Column, e.Text("en"), e.Text("ko"))
		}
	}
}

// The caret stands below its character, and nothing of the expression reaches a
// terminal as more than text.
func TestErrorExcerpt(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		"host foo":                            "  host foo\n       ^",
		"tcp\tor\tfoo":                        "  tcp or foo\n         ^",
		"port 80 또는":                          "  port 80 또는\n          ^",
		"tcp \x1b[2J":                         "  tcp  [2J\n      ^",
		"tcp or \u202eport":                   "  tcp or \uFFFDport\n         ^",
		strings.Repeat("tcp or ", 20) + "foo": "  …" + strings.Repeat("tcp or ", 20)[80:] + "foo\n" + strings.Repeat(" ", 63) + "^",
		"foo or " + strings.Repeat("tcp or ", 40): "  " + ("foo or " + strings.Repeat("tcp or ", 40))[:60] + "…\n  ^",
	} {
		_, err := Compile(expr, capture.LinkEthernet, Options{})
		if err == nil || !strings.Contains(err.Error(), "\n"+want) {
			t.Errorf("%q:\n%v\nwant\n%s", expr, err, want)
		}
	}
}

// What a link type cannot tell is an error; what it cannot carry passes nothing.
func TestLinkTypes(t *testing.T) {
	t.Parallel()
	for _, l := range links[1:] {
		for _, expr := range []string{"vlan", "mpls", "ether host 1:2:3:4:5:6", "broadcast", "multicast"} {
			if _, err := Compile(expr, l, Options{}); err == nil {
				t.Errorf("%v: %q", l, expr)
			}
		}
		compiled(t, "pppoes and tcp or arp", l, Options{})
	}
	if _, err := Compile("tcp", 127, Options{}); err == nil || !strings.Contains(err.Error(), "IEEE802_11_RADIOTAP") {
		t.Errorf("a link type that is not known: %v", err)
	}
	if p := compiled(t, "arp", capture.LinkRaw, Options{}); len(p.Instructions()) != 1 {
		t.Errorf("raw IP carries no ARP: %v", p.Instructions())
	}
	tcp := packets()[0].data
	p := compiled(t, "tcp", capture.LinkRaw, Options{})
	if f := whole(capture.LinkRaw, tcp); !p.Match(f) {
		t.Error("raw TCP does not pass")
	}
	if f := whole(capture.LinkIPv4, tcp); p.Match(f) {
		t.Error("a frame of another link type passes")
	}
}

// NULL is in the byte order of the host that captured, and IPv6 has another
// number on every system. libpcap asks for the numbers of the host that reads.
func TestAddressFamilies(t *testing.T) {
	t.Parallel()
	four, six := packets()[0].data, packets()[16].data
	for _, c := range []struct {
		link  capture.LinkType
		head  []byte
		data  []byte
		v4    bool
		v6    bool
		about string
	}{
		{capture.LinkNull, []byte{2, 0, 0, 0}, four, true, false, "little-endian"},
		{capture.LinkNull, []byte{0, 0, 0, 2}, four, true, false, "big-endian"},
		{capture.LinkNull, []byte{30, 0, 0, 0}, six, false, true, "macOS"},
		{capture.LinkNull, []byte{0, 0, 0, 28}, six, false, true, "FreeBSD, big-endian"},
		{capture.LinkNull, []byte{23, 0, 0, 0}, six, false, true, "Windows"},
		{capture.LinkNull, []byte{7, 0, 0, 0}, four, false, false, "another family"},
		{capture.LinkLoop, []byte{0, 0, 0, 24}, six, false, true, "OpenBSD"},
		{capture.LinkLoop, []byte{2, 0, 0, 0}, four, false, false, "LOOP is big-endian"},
	} {
		f := whole(c.link, join(c.head, c.data))
		v4 := compiled(t, "ip and tcp", c.link, Options{}).Match(f)
		v6 := compiled(t, "ip6 and tcp port 80", c.link, Options{}).Match(f)
		if v4 != c.v4 || v6 != c.v6 {
			t.Errorf("%s: IPv4 %t, IPv6 %t", c.about, v4, v6)
		}
	}
}

// The length is that on the wire, and the direction that of the frame.
func TestMatchFrame(t *testing.T) {
	t.Parallel()
	f := whole(capture.LinkEthernet, ethernet(0, packets()[0]))
	f.Length = 1500
	for expr, want := range map[string]bool{
		"len = 1500": true, "less 1499": false, "greater 1500": true, "1500 - len = 0": true, "-len + 1500 = 0": true, "-len + 1 = 0": false,
	} {
		if got := compiled(t, expr, capture.LinkEthernet, Options{}).Match(f); got != want {
			t.Errorf("%q: %t", expr, got)
		}
	}
	for _, l := range links {
		if l == capture.LinkSLL || l == capture.LinkSLL2 {
			continue // they have it in the frame, where libpcap is the judge
		}
		in, out := compiled(t, "inbound", l, Options{}), compiled(t, "not not outbound", l, Options{})
		for d, want := range map[capture.Direction][2]bool{
			capture.Inbound: {true, false}, capture.Outbound: {false, true}, capture.DirectionUnknown: {false, false},
		} {
			f := &capture.Frame{Link: l, Direction: d}
			if got := [2]bool{in.Match(f), out.Match(f)}; got != want {
				t.Errorf("%v, %v: inbound and outbound %v", l, d, got)
			}
		}
	}
}

func TestNetmask(t *testing.T) {
	t.Parallel()
	f := whole(capture.LinkRaw, ipv4(17, [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 255}, 0, 0, nil).data)
	if compiled(t, "ip broadcast", capture.LinkRaw, Options{}).Match(f) {
		t.Error("10.0.0.255 is a broadcast without a known network")
	}
	if !compiled(t, "ip broadcast", capture.LinkRaw, Options{Netmask: 0xffffff00}).Match(f) {
		t.Error("10.0.0.255 is no broadcast in 10.0.0.0/24")
	}
}

// The empty expression passes everything, and what is kept is what was asked for.
func TestReturns(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{"", " \t\n"} {
		p := compiled(t, expr, capture.LinkEthernet, Options{})
		if code := p.Instructions(); len(code) != 1 || code[0] != (bpf.RetConstant{Val: wholeFrame}) || !p.Match(whole(capture.LinkEthernet, nil)) {
			t.Errorf("%q: %v", expr, code)
		}
	}
	code := compiled(t, "tcp", capture.LinkRaw, Options{SnapLen: 96}).Instructions()
	if code[len(code)-2] != (bpf.RetConstant{Val: 96}) {
		t.Errorf("keeps %v", code[len(code)-2])
	}
	code[0] = bpf.RetA{}
	p := compiled(t, "tcp", capture.LinkRaw, Options{})
	p.Instructions()[0] = bpf.RetA{}
	if p.Instructions()[0] == (bpf.RetA{}) {
		t.Error("the program is not the caller's own")
	}
}

// A program whose jumps are farther than a byte reaches is still right.
func TestFarJumps(t *testing.T) {
	t.Parallel()
	var hosts []string
	for i := range 400 {
		hosts = append(hosts, "10.1."+strings.Trim(strings.Join([]string{itoa(i / 250), itoa(i % 250)}, "."), "."))
	}
	p := compiled(t, "not (ip src host "+strings.Join(hosts, " or ")+") and tcp", capture.LinkRaw, Options{})
	far := 0
	for _, in := range p.Instructions() {
		if _, ok := in.(bpf.Jump); ok {
			far++
		}
	}
	if far == 0 {
		t.Fatal("no jump is far: the test looks at nothing")
	}
	if _, err := bpf.NewVM(p.Instructions()); err != nil {
		t.Error(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		src := [4]byte{10, 1, byte(rng.IntN(3)), byte(rng.IntN(256))}
		listed := int(src[2])*250+int(src[3]) < 400 && src[3] < 250
		f := whole(capture.LinkRaw, ipv4(6, src, src, 0, 0, ports(1, 2, 0)).data)
		if p.Match(f) == listed {
			t.Fatalf("%v, listed %t: passes %t", src, listed, !listed)
		}
	}
	_, err := Compile("port 1"+strings.Repeat(" or 443 or 5 and 6 or 7", 650), capture.LinkEthernet, Options{})
	if err == nil || !strings.Contains(err.Error(), "a kernel takes 4096") {
		t.Errorf("a program that no kernel takes: %v", err)
	}
}

func itoa(i int) string {
	return string([]byte{byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)})
}

// In the kernel the outermost VLAN tag is beside the frame.
func TestKernelTag(t *testing.T) {
	t.Parallel()
	bare := ethernet(0, packets()[0])
	inner := join(bare[:12], be16(etherVLAN, 7), bare[12:])
	for _, c := range []struct {
		expr  string
		frame []byte
		tag   int // taken out by the kernel; -1 for none
		want  bool
	}{
		{"vlan", bare, -1, false},
		{"vlan", bare, 5, true},
		{"vlan 5 and tcp port 80", bare, 5, true},
		{"vlan 6 and tcp", bare, 5, false},
		{"vlan and vlan 7 and tcp", inner, 5, true},
		{"vlan and vlan 8", inner, 5, false},
		{"vlan 7 and tcp", inner, -1, true}, // a tag that the kernel left in
		{"not vlan and ip", bare, 5, false},
		{"tcp", bare, 5, true}, // as with tcpdump: what is not asked for is not there
	} {
		code := compiled(t, c.expr, capture.LinkEthernet, Options{Kernel: true}).Instructions()
		for i, in := range code { // the machine has no such record: put its content in
			switch in {
			case bpf.LoadExtension{Num: bpf.ExtVLANTagPresent}:
				code[i] = bpf.LoadConstant{Dst: bpf.RegA, Val: min(1, uint32(c.tag+1))}
			case bpf.LoadExtension{Num: bpf.ExtVLANTag}:
				code[i] = bpf.LoadConstant{Dst: bpf.RegA, Val: uint32(c.tag) | 0x6000}
			}
		}
		if got := verdicts(t, code, []capture.Frame{*whole(capture.LinkEthernet, c.frame)}); got[0] != c.want {
			t.Errorf("%q, tag %d: %t", c.expr, c.tag, got[0])
		}
	}
	with, without := compiled(t, "tcp", capture.LinkEthernet, Options{Kernel: true}), compiled(t, "tcp", capture.LinkEthernet, Options{})
	if len(with.Instructions()) != len(without.Instructions()) {
		t.Error("an expression without vlan asks for tags")
	}
}

// However a value is nested, the memory of a program is enough for it.
func TestMemory(t *testing.T) {
	t.Parallel()
	balanced := "len"
	for len(balanced) < maxLength/8 {
		balanced = "(" + balanced + ") - (" + balanced + ")"
	}
	for _, expr := range []string{
		"len" + strings.Repeat(" - len", 700), strings.Repeat("len - (", 90) + "len" + strings.Repeat(")", 90), balanced,
	} {
		p := compiled(t, "1500 = "+expr, capture.LinkRaw, Options{})
		for _, in := range p.Instructions() {
			if st, ok := in.(bpf.StoreScratch); ok && st.N >= scratchSlots {
				t.Fatalf("%.60s…: word %d", expr, st.N)
			}
		}
	}
	p := compiled(t, "len - (len - (len - 7)) - (len - len) = 1493", capture.LinkRaw, Options{})
	if !p.Match(&capture.Frame{Link: capture.LinkRaw, Length: 1500}) {
		t.Error("1500 − (1500 − (1500 − 7)) − 0 is not 1493")
	}
}

// What libpcap forgets: the protocol of bytes on the right of an operator.
func TestRightSideGuard(t *testing.T) {
	t.Parallel()
	udp := whole(capture.LinkRaw, packets()[5].data)
	if compiled(t, "1 + tcp[0] > 0", capture.LinkRaw, Options{}).Match(udp) {
		t.Error("the bytes of TCP were found in UDP")
	}
}

// Operators bind as in libpcap, which gives "%" and "^" no rank: what follows
// them is their right side. Each of these is known to be true or false at once.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]bool{
		"7 % 4 + 2 = 1": true, "1 + 7 % 4 = 4": true, "8 ^ 1 + 1 = 10": true, "2 * 3 ^ 1 = 4": true, "-1 % 2 + 5 = -1": true,
		"3 - 2 - 1 = 0": true, "6 | 1 & 3 = 7": true, "1 << 2 + 1 = 8": true, "12 / 2 / 3 = 2": true, "1 - 2 > 5": true,
		"2 * 3 & 4 = 4": true, "0xff & 1 << 4 = 16": true, "tcp-syn | tcp-ack = 0x12": true, "010 = 8": true,
		"1 = 1 or 1 = 2 and 1 = 2": false, // from left to right, whatever the word
		"not 1 = 2 and 1 = 1":      true,
		"not (1 = 2 or 1 = 1)":     false,
	} {
		p, err := Compile(expr, capture.LinkRaw, Options{})
		switch {
		case err != nil:
			t.Errorf("%q: %v", expr, err)
		case err == nil && (len(p.Instructions()) != 1 || p.Match(whole(capture.LinkRaw, nil)) != want):
			t.Errorf("%q: %v", expr, p.Instructions())
		}
	}
}
