package sockstate

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"statelab/capture/tcpstate"
)

// lookupRequest asks for one socket (struct inet_diag_req_v2). Addresses are of
// one family; sockets of the other that carry mapped addresses (RFC 4291
// §2.5.5.2) are found as well.
func lookupRequest(local, remote netip.AddrPort) []byte {
	b := newRequest(unix.AF_INET6, kernelMask(All), true)
	if local.Addr().Is4() {
		b[0] = unix.AF_INET
	}
	binary.BigEndian.PutUint16(b[8:], local.Port())
	binary.BigEndian.PutUint16(b[10:], remote.Port())
	copy(b[12:28], local.Addr().AsSlice())
	copy(b[28:44], remote.Addr().AsSlice())
	for i := 48; i < requestSize; i++ {
		b[i] = 0xff // INET_DIAG_NOCOOKIE: any
	}
	return b
}

// dumpRequest asks for all sockets of a family that the filter passes.
func dumpRequest(family uint8, f Filter, compare bool) []byte {
	b := newRequest(family, kernelMask(f.States), f.Info)
	if f.Port != 0 && compare {
		b = append(b, portProgram(f.Port)...)
	}
	return b
}

func newRequest(family uint8, states uint32, info bool) []byte {
	b := make([]byte, requestSize)
	b[0], b[1] = family, unix.IPPROTO_TCP
	if info {
		b[2] = 1 << (attrInfo - 1)
	}
	binary.NativeEndian.PutUint32(b[4:], states)
	return b
}

// kernelMask translates a set of states to the kernel's bits.
func kernelMask(s States) uint32 {
	var mask uint32
	for kernel, state := range kernelStates {
		if state != tcpstate.Unknown && state != tcpstate.Closed && s.Has(state) {
			mask |= 1 << kernel
		}
	}
	return mask
}

// portProgram is an attribute with the byte code "local port = port or remote
// port = port". An instruction is {code, offset if true, offset if false}; a
// comparison takes its port from the place of a second one. Jumping to the end
// accepts, and beyond it rejects.
func portProgram(port uint16) []byte {
	const (
		jump         = 1  // INET_DIAG_BC_JMP: takes the second offset
		localEquals  = 11 // INET_DIAG_BC_S_EQ
		remoteEquals = 12 // INET_DIAG_BC_D_EQ
	)
	op := func(b []byte, code, yes uint8, no uint16) []byte {
		return binary.NativeEndian.AppendUint16(append(b, code, yes), no)
	}
	b := binary.NativeEndian.AppendUint16(nil, unix.SizeofRtAttr+20)
	b = binary.NativeEndian.AppendUint16(b, attrBytecode)
	b = op(b, localEquals, 8, 12) // no: to the third
	b = op(b, 0, 0, port)
	b = op(b, jump, 4, 12) // to the end
	b = op(b, remoteEquals, 8, 12)
	return op(b, 0, 0, port)
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

func unspecified(like netip.Addr) netip.Addr {
	if like.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// counters returns the namespace's TCP counters (RFC 4022), false when they
// cannot be read. It costs some ten microseconds.
func (d *Diag) counters() (counters, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.snmp < 0 {
		return counters{}, false
	}
	// One read has all of it: os.File would ask once more, for the end.
	n, err := unix.Pread(d.snmp, d.buf, 0)
	if err != nil {
		return counters{}, false
	}
	return parseCounters(d.buf[:n])
}

// parseCounters reads the two lines "Tcp:" of /proc/net/snmp, names and
// values.
func parseCounters(b []byte) (counters, bool) {
	const line = "\nTcp: "
	_, rest, ok := bytes.Cut(b, []byte(line))
	names, rest, ok2 := bytes.Cut(rest, []byte(line))
	values, _, _ := bytes.Cut(rest, []byte("\n"))
	if !ok || !ok2 {
		return counters{}, false
	}
	var c counters
	keys, fields := bytes.Fields(names), bytes.Fields(values)
	for i, k := range keys[:min(len(keys), len(fields))] {
		v, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return counters{}, false
		}
		switch string(k) {
		case "ActiveOpens":
			c.activeOpens = v
		case "PassiveOpens":
			c.passiveOpens = v
		case "EstabResets":
			c.resets = v
		case "CurrEstab":
			c.established = v
		case "InSegs":
			c.in = v
		case "OutSegs":
			c.out = v
		}
	}
	return c, true
}
