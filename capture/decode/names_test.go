package decode

import (
	"strings"
	"testing"

	"github.com/google/gopacket/layers"
)

func TestNamesAreGopackets(t *testing.T) {
	t.Parallel()
	for v := range 1 << 16 {
		want := layers.EthernetType(v).String()
		if want == "UnknownEthernetType" {
			want = ""
		}
		if got := etherTypes[uint16(v)]; got != want {
			t.Errorf("EtherType %#04x is %q, want %q", v, got, want)
		}
	}
	for v := range 1 << 8 {
		want := layers.IPProtocol(v).String()
		if want == "UnknownIPProtocol" {
			want = ""
		}
		if got := ipProtocols[uint8(v)]; got != want {
			t.Errorf("protocol %d is %q, want %q", v, got, want)
		}
	}
}

func TestICMPNamesAreGopackets(t *testing.T) {
	t.Parallel()
	for v := range 1 << 16 {
		m := ICMP{Type: uint8(v >> 8), Code: uint8(v)}
		_, known := icmpCodes[[2]uint8{m.Type, m.Code}]
		if want := spaced(layers.CreateICMPv4TypeCode(m.Type, m.Code).String()); !known && !saysMore(m, false) && m.named(icmp4Types) != want {
			t.Errorf("ICMP %v is %q, want %q", m, m.named(icmp4Types), want)
		}
		_, known = icmp6Codes[[2]uint8{m.Type, m.Code}]
		if want := spaced(layers.CreateICMPv6TypeCode(m.Type, m.Code).String()); !known && !saysMore(m, true) && m.named(icmp6Types) != want {
			t.Errorf("ICMPv6 %v is %q, want %q", m, m.named(icmp6Types), want)
		}
	}
}

// saysMore reports whether a phrase with the message's numbers stands in place of
// its name.
func saysMore(m ICMP, six bool) bool {
	if six {
		return m.Type == icmp6TooBig || m.Type == icmp6Echo || m.Type == icmp6EchoReply
	}
	return m.Type == icmp4Echo || m.Type == icmp4EchoReply || m.Type == icmp4Unreachable && m.Code == icmp4FragNeeded
}

// spaced turns gopacket's "TimeExceeded(TTLExceeded)" into "time exceeded (TTL
// exceeded)": words are parted, and written small unless they are initials or IPv6.
func spaced(name string) string {
	upper := func(i int) bool { return i >= 0 && i < len(name) && 'A' <= name[i] && name[i] <= 'Z' }
	lower := func(i int) bool { return i >= 0 && i < len(name) && 'a' <= name[i] && name[i] <= 'z' }
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c == '(' || upper(i) && (lower(i-1) || upper(i-1) && lower(i+1)) {
			b.WriteByte(' ')
		}
		if upper(i) && lower(i+1) {
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return strings.ReplaceAll(b.String(), "I pv6option", "IPv6 option")
}
