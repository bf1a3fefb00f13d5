package filter

import (
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"statelab/capture"
)

// The kernel takes every program; it checks more than x/net/bpf does.
func TestKernelTakesPrograms(t *testing.T) {
	t.Parallel()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	attach := func(code []bpf.Instruction) error {
		raw, err := bpf.Assemble(code)
		if err != nil {
			return err
		}
		filter := make([]unix.SockFilter, len(raw))
		for i, c := range raw {
			filter[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
		}
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})
	}
	for seed := range uint64(count()) {
		link := links[seed%uint64(len(links))]
		expr := newRandom(seed, link).expression(3)
		p := compiled(t, expr, link, Options{Kernel: seed%2 == 0})
		if err := attach(p.Instructions()); err != nil {
			t.Errorf("seed %d, %v: %q: %v", seed, link, expr, err)
		}
	}
	for _, expr := range []string{"inbound and vlan 5", "vlan and vlan and tcp[tcp[12] >> 2 : 4] = 0x47455420", "-len + 5 < 3 ^ ip[len & 3] % 7"} {
		if err := attach(compiled(t, expr, capture.LinkEthernet, Options{Kernel: true}).Instructions()); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
	if attach([]bpf.Instruction{bpf.LoadScratch{Dst: bpf.RegA, N: 3}, bpf.RetA{}}) == nil {
		t.Error("the kernel takes a program that reads what was not written: the test looks at nothing")
	}
}
