package live

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"statelab/capture"
	"statelab/capture/filter"
)

// tagged puts VLAN tags into an Ethernet frame, the outermost first.
func tagged(frame []byte, tags ...uint16) []byte {
	out := append([]byte(nil), frame[:12]...)
	for _, id := range tags {
		out = binary.BigEndian.AppendUint16(append(out, 0x81, 0), id)
	}
	return append(out, frame[12:]...)
}

// The kernel takes the outermost tag out of a frame that arrives: a filter asks
// for it there, and the frame that is yielded has it again.
func TestVLANFilter(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		ip(t, "link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
		ip(t, "link", "set", "veth2", "up")
		ip(t, "link", "set", "veth1", "up")
		plain := segment{src: 4000, dst: 80, flags: "S"}.ethernet(t)
		udp := segment{udp: true, src: 4000, dst: 80}.ethernet(t)
		sent := [][]byte{plain, tagged(plain, 5), tagged(udp, 5), tagged(plain, 6), tagged(plain, 5, 7), tagged(udp, 5, 7), udp}
		want := map[string][]int{ // the frames that pass
			"vlan":                              {1, 2, 3, 4, 5},
			"vlan 5":                            {1, 2, 4, 5},
			"vlan 5 and tcp port 80":            {1},
			"vlan and vlan":                     {4, 5},
			"vlan 5 and vlan 7 and udp":         {5},
			"vlan 6 or vlan 7":                  {3, 4, 5},
			"ip and (tcp port 80 and inbound)":  {0, 1, 3}, // as with tcpdump: a tag that is not asked for is not there
			"ether src 02:00:00:00:00:77":       {},
			"ip src and dst 1.2.3.4 and vlan 5": {},
		}
		handles := map[string]*Handle{}
		for expr := range want {
			handles[expr] = open(t, Options{Interface: "veth2", Filter: filter.ForLink(expr, filter.Options{Kernel: true})})
		}
		sendRaw(t, "veth1", sent)
		for expr, h := range handles {
			var ours []capture.Frame
			for _, f := range drained(t, h) {
				if f.Data[12] != 0x86 { // the system's own IPv6 is not ours
					ours = append(ours, f)
				}
			}
			if len(ours) != len(want[expr]) {
				t.Errorf("%q: %d frames, want %d", expr, len(ours), len(want[expr]))
				continue
			}
			for i, f := range ours {
				if s := sent[want[expr][i]]; string(f.Data) != string(s) {
					t.Errorf("%q: % x, want % x", expr, f.Data, s)
				}
			}
		}
	})
}

// sendRaw puts frames on an interface's wire.
func sendRaw(t *testing.T, name string, frames [][]byte) {
	t.Helper()
	ifi, err := lookup(name)
	if err != nil {
		t.Error(err)
		return
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Error(err)
		return
	}
	defer unix.Close(fd)
	for _, f := range frames {
		if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: ifi.Index}); err != nil {
			t.Error(err)
			return
		}
	}
}
