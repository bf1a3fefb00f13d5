package decode

import (
	"encoding/binary"
	"math/bits"

	"statelab/capture/tcpstate"
)

// sum adds b to the ones' complement sum acc (RFC 1071), 64 bits at a time:
// 2¹⁶ is 1 in this arithmetic, hence so is 2⁶⁴, and words of any width give the
// same sum once it is folded. Words are read as little-endian; the sum of
// swapped words is the swapped sum (RFC 1071 §2 B).
func sum(b []byte, acc uint64) uint64 {
	var carry uint64
	for len(b) >= 32 {
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b), 0)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b[8:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b[16:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b[24:]), carry)
		acc, carry = bits.Add64(acc, 0, carry)
		acc += carry
		b = b[32:]
	}
	for len(b) >= 8 {
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(b), 0)
		acc += carry
		b = b[8:]
	}
	if len(b) > 0 {
		var last [8]byte // padded with zeros
		copy(last[:], b)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(last[:]), 0)
		acc += carry
	}
	return acc
}

// fold reduces a sum to 16 bits.
func fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	return uint16(acc)
}

// validity judges a sum that includes the checksum field: it is all ones if no
// bit has changed.
func validity(acc uint64) tcpstate.Validity {
	if fold(acc) == 0xffff {
		return tcpstate.Valid
	}
	return tcpstate.Invalid
}
