package filter

import "golang.org/x/net/bpf"

// scratchSlots are the words of memory that a BPF program has.
const scratchSlots = 16

// compare is the condition that two values are in a relation.
func compare(left, right *value, cond bpf.JumpTest) node {
	if left.op == constant && right.op == constant {
		return truth(holds(cond, left.k, right.k))
	}
	t := &test{cond: cond}
	guards := right.allGuards(left.allGuards(nil))
	switch {
	case right.op != constant:
		t.useX = true
		t.arith = pair(nil, left, right, 0)
	case left.op == loadFixed && left.left.op == constant:
		t.operand = operand{mode: fixed, off: left.k + left.left.k, size: left.size}
	case left.op == loadTransport && left.left.op == constant:
		t.operand = operand{mode: transport, off: left.k + left.left.k, size: left.size, header: left.header}
	case left.op == length:
		t.mode = wire
	default:
		t.arith = emit(nil, left, 0)
	}
	if right.op == constant {
		t.val = right.k
	}
	return all(append(guards, t)...)
}

// allGuards appends the guards of a value and of what it is computed from, those
// of an index before those of the bytes that it picks.
func (v *value) allGuards(guards []node) []node {
	if v.left != nil {
		guards = v.left.allGuards(guards)
	}
	if v.right != nil {
		guards = v.right.allGuards(guards)
	}
	return append(guards, v.guards...)
}

// need returns how many words of memory it takes to compute two values one after
// the other, the one that takes more of them first. Each word doubles what there
// is to write, so no expression of maxLength bytes takes scratchSlots of them.
func need(left, right *value) int {
	if right.op == constant {
		return left.slots
	}
	first, second := max(left.slots, right.slots), min(left.slots, right.slots)
	return max(first, second+1)
}

// emit appends the instructions that compute a value into A. They use X, and the
// memory from slot on.
func emit(code []instr, v *value, slot int) []instr {
	switch v.op {
	case constant:
		return append(code, bpf.LoadConstant{Dst: bpf.RegA, Val: v.k})
	case length:
		return append(code, bpf.LoadExtension{Num: bpf.ExtLen})
	case loadFixed:
		if v.left.op == constant {
			return append(code, bpf.LoadAbsolute{Off: v.k + v.left.k, Size: v.size})
		}
		return append(emit(code, v.left, slot), bpf.TAX{}, bpf.LoadIndirect{Off: v.k, Size: v.size})
	case loadTransport:
		header := bpf.LoadMemShift{Off: v.header}
		if v.left.op == constant {
			return append(code, header, bpf.LoadIndirect{Off: v.k + v.left.k, Size: v.size})
		}
		code = append(emit(code, v.left, slot), header, bpf.ALUOpX{Op: bpf.ALUOpAdd})
		return append(code, bpf.TAX{}, bpf.LoadIndirect{Off: v.k, Size: v.size})
	case negate:
		// x/net/bpf's machine knows no negation.
		code = append(emit(code, v.left, slot), bpf.TAX{}, bpf.LoadConstant{Dst: bpf.RegA})
		return append(code, bpf.ALUOpX{Op: bpf.ALUOpSub})
	case calculation:
		if v.right.op == constant {
			return append(emit(code, v.left, slot), bpf.ALUOpConstant{Op: v.alu, Val: v.right.k})
		}
		return append(pair(code, v.left, v.right, slot), bpf.ALUOpX{Op: v.alu})
	}
	return code
}

// pair computes left into A and right into X.
func pair(code []instr, left, right *value, slot int) []instr {
	if left.slots > right.slots {
		code = append(emit(code, left, slot), bpf.StoreScratch{Src: bpf.RegA, N: slot})
		return append(emit(code, right, slot+1), bpf.TAX{}, bpf.LoadScratch{Dst: bpf.RegA, N: slot})
	}
	code = append(emit(code, right, slot), bpf.StoreScratch{Src: bpf.RegA, N: slot})
	return append(emit(code, left, slot+1), bpf.LoadScratch{Dst: bpf.RegX, N: slot})
}
