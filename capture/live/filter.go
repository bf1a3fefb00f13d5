package live

import (
	"golang.org/x/net/bpf"

	"statelab/capture"
)

// wholeFrame is what a filter returns to keep a frame whole: more than any
// frame has, as tcpdump's default is.
const wholeFrame = 262144

// TCPPort returns a BPF program that passes TCP segments over IPv4 or IPv6 from
// or to port, and cuts frames to snap bytes. Frames begin as link says:
// LinkEthernet without VLAN tags, LinkNull, LinkLoop or raw IP. Of a fragmented
// IPv4 packet only the first fragment passes, since the others carry no port;
// IPv6 extension headers are not followed.
func TCPPort(port uint16, link capture.LinkType, snap uint32) []bpf.Instruction {
	ip := networkOffset(link)
	a := assembler{}
	a.op(bpf.LoadAbsolute{Off: ip, Size: 1})
	a.op(bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4})
	a.unless(bpf.JumpEqual, 4, "not4")
	a.etherType(link, etherTypeIPv4)
	a.op(bpf.LoadAbsolute{Off: ip + 9, Size: 1})
	a.unless(bpf.JumpEqual, protocolTCP, "reject")
	a.op(bpf.LoadAbsolute{Off: ip + 6, Size: 2})
	a.unless(bpf.JumpBitsNotSet, 0x1fff, "reject") // fragment offset, RFC 791 §3.1
	a.op(bpf.LoadMemShift{Off: ip})                // X = header length
	a.op(bpf.LoadIndirect{Off: ip, Size: 2})
	a.when(uint32(port), "accept")
	a.op(bpf.LoadIndirect{Off: ip + 2, Size: 2})
	a.when(uint32(port), "accept")
	a.jump("reject")

	a.label("not4")
	a.unless(bpf.JumpEqual, 6, "reject")
	a.etherType(link, etherTypeIPv6)
	a.op(bpf.LoadAbsolute{Off: ip + 6, Size: 1})
	a.unless(bpf.JumpEqual, protocolTCP, "reject")
	a.op(bpf.LoadAbsolute{Off: ip + ipv6Header, Size: 2})
	a.when(uint32(port), "accept")
	a.op(bpf.LoadAbsolute{Off: ip + ipv6Header + 2, Size: 2})
	a.when(uint32(port), "accept")

	a.label("reject")
	a.op(bpf.RetConstant{Val: 0})
	a.label("accept")
	a.op(bpf.RetConstant{Val: snap})
	return a.program()
}

// networkOffset is where the IP header begins.
func networkOffset(link capture.LinkType) uint32 {
	switch link {
	case capture.LinkEthernet:
		return ethernetHeader
	case capture.LinkNull, capture.LinkLoop:
		return 4
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen, capture.LinkIPv4, capture.LinkIPv6, capture.LinkSLL, capture.LinkSLL2:
	}
	return 0
}

// assembler resolves the labels of a program whose jumps all go forward.
type assembler struct {
	code   []bpf.Instruction
	labels map[string]int
	refs   []ref
}

// ref is a jump to a label: taken when its condition holds, or when it does
// not.
type ref struct {
	at    int
	label string
	when  bool
}

func (a *assembler) op(i bpf.Instruction) { a.code = append(a.code, i) }

func (a *assembler) label(name string) {
	if a.labels == nil {
		a.labels = map[string]int{}
	}
	a.labels[name] = len(a.code)
}

func (a *assembler) jump(label string) {
	a.refs = append(a.refs, ref{at: len(a.code), label: label})
	a.op(bpf.Jump{})
}

// unless jumps when the comparison of A with val fails.
func (a *assembler) unless(cond bpf.JumpTest, val uint32, label string) {
	a.refs = append(a.refs, ref{at: len(a.code), label: label})
	a.op(bpf.JumpIf{Cond: cond, Val: val})
}

// when jumps when A equals val.
func (a *assembler) when(val uint32, label string) {
	a.refs = append(a.refs, ref{at: len(a.code), label: label, when: true})
	a.op(bpf.JumpIf{Cond: bpf.JumpEqual, Val: val})
}

// etherType rejects Ethernet frames of another type.
func (a *assembler) etherType(link capture.LinkType, t uint32) {
	if link == capture.LinkEthernet {
		a.op(bpf.LoadAbsolute{Off: 12, Size: 2})
		a.unless(bpf.JumpEqual, t, "reject")
	}
}

func (a *assembler) program() []bpf.Instruction {
	for _, r := range a.refs {
		skip := a.labels[r.label] - r.at - 1
		switch i := a.code[r.at].(type) {
		case bpf.Jump:
			i.Skip = uint32(skip)
			a.code[r.at] = i
		case bpf.JumpIf:
			if r.when {
				i.SkipTrue = uint8(skip)
			} else {
				i.SkipFalse = uint8(skip)
			}
			a.code[r.at] = i
		}
	}
	return a.code
}

// kernelFilter returns the program that opts ask for, keeping snap bytes of
// what it passes; nil for no filter.
func kernelFilter(opts *Options, link capture.LinkType, snap uint32) []bpf.Instruction {
	if opts.Port != 0 {
		return TCPPort(opts.Port, link, snap)
	}
	out := append([]bpf.Instruction(nil), opts.Filter...)
	for i, ins := range out {
		if r, ok := ins.(bpf.RetConstant); ok && r.Val != 0 {
			out[i] = bpf.RetConstant{Val: snap}
		}
	}
	return out
}

// kernelSnap is how many bytes the kernel keeps of a frame: an offloaded frame
// must be whole to be split, so it is cut afterwards.
func kernelSnap(opts *Options) uint32 {
	if opts.NoSplit && opts.SnapLen > 0 {
		return uint32(min(opts.SnapLen, wholeFrame))
	}
	return wholeFrame
}
