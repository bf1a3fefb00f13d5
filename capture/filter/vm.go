package filter

import (
	"encoding/binary"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

// Operation codes of classic BPF, as the kernel and libpcap number them
// (linux/bpf_common.h).
const (
	opLoadImm      = 0x00
	opStore        = 0x02
	opJump         = 0x05
	opReturn       = 0x06
	opToX          = 0x07
	opLoadWord     = 0x20
	opLoadHalf     = 0x28
	opLoadByte     = 0x30
	opLoadWordX    = 0x40
	opLoadHalfX    = 0x48
	opLoadByteX    = 0x50
	opLoadMem      = 0x60
	opLoadXMem     = 0x61
	opLoadLen      = 0x80
	opHeaderLength = 0xb1

	opAdd = 0x04
	opSub = 0x14
	opMul = 0x24
	opDiv = 0x34
	opOr  = 0x44
	opAnd = 0x54
	opLsh = 0x64
	opRsh = 0x74
	opMod = 0x94
	opXor = 0xa4

	opIfEqual   = 0x15
	opIfGreater = 0x25
	opIfAtLeast = 0x35
	opIfBits    = 0x45

	withX = 0x08 // X instead of the constant
)

// Where the kernel keeps what is not in the frame: loads from beyond extensions.
const (
	extensions    = 0xfffff000
	packetTypeOff = extensions + uint32(bpf.ExtType)
)

// run runs a program that this package has made on a frame, and returns how many
// bytes of it are kept; 0 for none. x/net/bpf has a machine, too; it takes what
// was captured of the frame for its length, and knows no direction.
func run(code []bpf.RawInstruction, f *capture.Frame) uint32 {
	var a, x uint32
	var mem [scratchSlots]uint32
	for pc := 0; pc < len(code); pc++ {
		in := &code[pc]
		k, ok := in.K, true
		switch in.Op {
		case opLoadHalf, opLoadByte, opLoadWord:
			if k == packetTypeOff {
				a = packetType(f.Direction)
			} else {
				a, ok = fetch(f.Data, uint64(k), in.Op)
			}
		case opLoadHalfX, opLoadByteX, opLoadWordX:
			a, ok = fetch(f.Data, uint64(k)+uint64(x), in.Op)
		case opHeaderLength: // of IPv4, in words of 4 bytes
			x, ok = fetch(f.Data, uint64(k), opLoadByte)
			x = x & 0xf * 4
		case opLoadLen:
			a = uint32(f.Length)
		case opLoadImm:
			a = k
		case opLoadMem:
			a = mem[k%scratchSlots]
		case opLoadXMem:
			x = mem[k%scratchSlots]
		case opStore:
			mem[k%scratchSlots] = a
		case opToX:
			x = a
		case opReturn:
			return k
		case opJump:
			pc += int(k)
		default:
			if in.Op&withX != 0 {
				k = x
			}
			if in.Op&7 == opJump {
				pc += jump(in, a, k)
			} else {
				a, ok = compute(in.Op&^withX, a, k)
			}
		}
		if !ok {
			return 0
		}
	}
	return 0
}

// fetch loads from the frame, as wide as the operation says.
func fetch(data []byte, off uint64, op uint16) (uint32, bool) {
	const (
		wide = 0x18
		half = 0x08
		byt  = 0x10
	)
	size := uint64(4)
	switch op & wide {
	case half:
		size = 2
	case byt:
		size = 1
	}
	if off+size > uint64(len(data)) {
		return 0, false
	}
	switch data = data[off:]; size {
	case 1:
		return uint32(data[0]), true
	case 2:
		return uint32(binary.BigEndian.Uint16(data)), true
	}
	return binary.BigEndian.Uint32(data), true
}

// packetType is a direction as the kernel would tell it; a number beyond all of
// the kernel's for one that nobody knows.
func packetType(d capture.Direction) uint32 {
	switch d {
	case capture.Inbound:
		return 0 // PACKET_HOST
	case capture.Outbound:
		return packetOutgoing
	case capture.DirectionUnknown:
	}
	return 0xff
}

// jump is how many instructions a comparison skips.
func jump(in *bpf.RawInstruction, a, k uint32) int {
	var held bool
	switch in.Op &^ withX {
	case opIfEqual:
		held = a == k
	case opIfGreater:
		held = a > k
	case opIfAtLeast:
		held = a >= k
	case opIfBits:
		held = a&k != 0
	}
	if held {
		return int(in.Jt)
	}
	return int(in.Jf)
}

// compute is an arithmetic operation. A division by 0 rejects the frame; a shift
// by more than 31 bits leaves 0.
func compute(op uint16, a, k uint32) (uint32, bool) {
	switch op {
	case opAdd:
		return a + k, true
	case opSub:
		return a - k, true
	case opMul:
		return a * k, true
	case opDiv:
		if k == 0 {
			return 0, false
		}
		return a / k, true
	case opMod:
		if k == 0 {
			return 0, false
		}
		return a % k, true
	case opOr:
		return a | k, true
	case opAnd:
		return a & k, true
	case opXor:
		return a ^ k, true
	case opLsh:
		return a << k, true
	case opRsh:
		return a >> k, true
	}
	return 0, false
}
