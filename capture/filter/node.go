package filter

import "golang.org/x/net/bpf"

// node is a condition on a frame: *and, *or, *not, *test or truth.
//
// Both sides of "and" and "or" are asked in order, and the second one only
// where the first has not decided. That is part of the meaning: a load from
// beyond the frame's end rejects the frame at once.
type node interface{}

type (
	and struct{ a, b node }
	or  struct{ a, b node }
	not struct{ x node }
	// truth is a condition that is decided beforehand.
	truth bool
)

// test compares a value with a constant, or with another value.
type test struct {
	operand         // what is compared
	arith   []instr // computes it instead, into A, and the other value, if there is one, into X
	cond    bpf.JumpTest
	val     uint32
	useX    bool // compared with X instead of val
}

// instr is short for what this package makes.
type instr = bpf.Instruction

// mode says where an operand is.
type mode uint8

const (
	computed  mode = iota // by test.arith
	fixed                 // at off
	transport             // at off, behind the IPv4 header that begins at header
	wire                  // the frame's length
	extension             // in the kernel's record of the frame: off is a bpf.Extension
)

// operand is a field of a frame.
type operand struct {
	mode   mode
	off    uint32
	size   int // in bytes: 1, 2 or 4
	header uint32
	mask   uint32 // 0 for all bits
}

// all is true where each of its conditions is.
func all(nodes ...node) node {
	out := nodes[len(nodes)-1]
	for i := len(nodes) - 2; i >= 0; i-- {
		out = &and{nodes[i], out}
	}
	return out
}

// anyOf is true where one of its conditions is.
func anyOf(nodes ...node) node {
	out := nodes[len(nodes)-1]
	for i := len(nodes) - 2; i >= 0; i-- {
		out = &or{nodes[i], out}
	}
	return out
}

// field is true where the size bytes at an offset are a value.
func field(off uint32, size int, val uint32) node {
	return &test{operand: operand{mode: fixed, off: off, size: size}, cond: bpf.JumpEqual, val: val}
}

// masked is true where some bits of the size bytes at an offset are a value.
func masked(off uint32, size int, mask, val uint32) node {
	if mask == 0 {
		return truth(val == 0)
	}
	if mask == 0xffffffff {
		mask = 0
	}
	return &test{operand: operand{mode: fixed, off: off, size: size, mask: mask}, cond: bpf.JumpEqual, val: val}
}

// between is true where the operand is in a range, its ends included.
func between(o operand, first, last uint32) node {
	if first == last {
		return &test{operand: o, cond: bpf.JumpEqual, val: first}
	}
	return &and{
		&test{operand: o, cond: bpf.JumpGreaterOrEqual, val: first},
		&test{operand: o, cond: bpf.JumpLessOrEqual, val: last},
	}
}

// load returns the instructions that bring the test's value into A.
func (t *test) load() []instr {
	var code []instr
	switch t.mode {
	case computed:
		return t.arith
	case fixed:
		code = append(code, bpf.LoadAbsolute{Off: t.off, Size: t.size})
	case transport:
		code = append(code, bpf.LoadIndirect{Off: t.off, Size: t.size})
	case wire:
		code = append(code, bpf.LoadExtension{Num: bpf.ExtLen})
	case extension:
		code = append(code, bpf.LoadExtension{Num: bpf.Extension(t.off)})
	}
	if t.mask != 0 {
		code = append(code, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: t.mask})
	}
	return code
}
