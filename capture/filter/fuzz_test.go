package filter

import (
	"errors"
	"testing"

	"golang.org/x/net/bpf"
)

// Whatever the expression, there is a program that the machines take, or an
// error with a place; and whatever the frame, two machines agree on it.
func FuzzCompile(f *testing.F) {
	for i, expr := range []string{
		"tcp port 80 and host 10.0.0.1", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "vlan 5 and vlan and not mpls 7", "ether host 2:0:0:0:0:1",
		"net 10.0.0.0/8 or 2001:db8::/32", `ip proto \tcp or 17`, "len - 1 = -ip[0] % 3 ^ 2", "portrange 80-http", "pppoes 7 and ip6", "((((", "host \\",
		"port 80 or (443 or not 22)", "inbound", "1:2:3:4:5:6:7:8", "::1.2.3.4", "ip multicast and greater 0x10",
	} {
		f.Add(expr, uint8(i), ethernet(i, packets()[i]))
	}
	f.Fuzz(func(t *testing.T, expr string, link uint8, data []byte) {
		l := links[int(link)%len(links)]
		p, err := Compile(expr, l, Options{})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len([]rune(expr))+1 || e.Text("en") == "" || e.Text("ko") == "" {
				t.Fatalf("%q: %v", expr, err)
			}
			return
		}
		frame := whole(l, data)
		got := p.Match(frame)
		for _, in := range p.Instructions() {
			if ext, ok := in.(bpf.LoadExtension); ok && ext.Num != bpf.ExtLen {
				return // x/net/bpf's machine has no direction
			}
		}
		vm, err := bpf.NewVM(p.Instructions())
		if err != nil {
			t.Fatalf("%q: %v", expr, err)
		}
		if n, err := vm.Run(data); err != nil || n > 0 != got {
			t.Fatalf("%q: %d, %v; Match says %t of % x", expr, n, err, got, data)
		}
	})
}
