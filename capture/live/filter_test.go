package live

import (
	"bytes"
	"testing"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

func TestTCPPort(t *testing.T) {
	t.Parallel()
	tcp4 := segment{src: 4000, dst: 80, flags: "S"}
	tcp6 := segment{v6: true, src: 4000, dst: 80, flags: "S"}
	back4 := segment{src: 80, dst: 4000, flags: "A"}
	back6 := segment{v6: true, src: 80, dst: 4000, flags: "A"}
	change := func(s segment, at int, v byte) []byte {
		d := s.ethernet(t)
		d[at] = v
		return d
	}
	withOptions := func(s segment) []byte { // an IPv4 header of 24 bytes
		d := s.ethernet(t)
		d[14] = 0x46
		return append(append(bytes.Clone(d[:34]), 1, 1, 1, 1), d[34:]...)
	}
	for _, c := range []struct {
		name  string
		frame []byte
		pass  bool
	}{
		{"IPv4 to the port", tcp4.ethernet(t), true},
		{"IPv4 from the port", back4.ethernet(t), true},
		{"IPv6 to the port", tcp6.ethernet(t), true},
		{"IPv6 from the port", back6.ethernet(t), true},
		{"IPv4 with options", withOptions(tcp4), true},
		{"IPv4, first fragment", change(tcp4, 20, 0x20), true},
		{"IPv4, later fragment", change(tcp4, 21, 0x01), false},
		{"another port", segment{src: 4000, dst: 81}.ethernet(t), false},
		{"another port, IPv6", segment{v6: true, src: 4000, dst: 8080}.ethernet(t), false},
		{"UDP", segment{udp: true, src: 4000, dst: 80}.ethernet(t), false},
		{"UDP over IPv6", segment{udp: true, v6: true, src: 80, dst: 80}.ethernet(t), false},
		{"ARP", change(tcp4, 13, 0x06), false},
		{"IPv6 EtherType, version 4", change(tcp4, 12, 0x86), false},
		{"neither version", change(tcp4, 14, 0x55), false},
		{"cut before the ports", tcp4.ethernet(t)[:33], false},
		{"empty", nil, false},
	} {
		run := func(link capture.LinkType, frame []byte) int {
			vm, err := bpf.NewVM(TCPPort(80, link, 1500))
			if err != nil {
				t.Fatal(err)
			}
			n, err := vm.Run(frame)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		want := 0
		if c.pass {
			want = 1500
		}
		if got := run(capture.LinkEthernet, c.frame); got != want {
			t.Errorf("%s: %d, want %d", c.name, got, want)
		}
		if len(c.frame) < ethernetHeader || c.frame[12] != 0x08 && c.frame[12] != 0x86 || c.frame[13] == 0x06 || c.name == "IPv6 EtherType, version 4" {
			continue // what is wrong with it lies in the Ethernet header
		}
		ip := c.frame[ethernetHeader:]
		if got := run(capture.LinkRaw, ip); got != want {
			t.Errorf("%s, raw: %d, want %d", c.name, got, want)
		}
		if got := run(capture.LinkNull, append([]byte{2, 0, 0, 0}, ip...)); got != want {
			t.Errorf("%s, loopback of BSD: %d, want %d", c.name, got, want)
		}
	}
}

func TestKernelFilter(t *testing.T) {
	t.Parallel()
	own := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 1, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: 60},
	}
	got := kernelFilter(&Options{Filter: own}, capture.LinkEthernet, wholeFrame)
	if got[2] != (bpf.RetConstant{Val: 0}) || got[3] != (bpf.RetConstant{Val: wholeFrame}) {
		t.Errorf("returns %v and %v: an offloaded frame would be cut before it is split", got[2], got[3])
	}
	if own[3] != (bpf.RetConstant{Val: 60}) {
		t.Error("the caller's program was changed")
	}
	if got := kernelFilter(&Options{}, capture.LinkEthernet, wholeFrame); len(got) != 0 {
		t.Errorf("no filter asked for, %d instructions given", len(got))
	}
	for _, c := range []struct {
		opts Options
		want uint32
	}{{Options{SnapLen: 96}, wholeFrame}, {Options{SnapLen: 96, NoSplit: true}, 96}, {Options{NoSplit: true}, wholeFrame}} {
		if got := kernelSnap(&c.opts); got != c.want {
			t.Errorf("%+v: the kernel keeps %d bytes, want %d", c.opts, got, c.want)
		}
	}
}
