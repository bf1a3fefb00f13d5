package pcapfile

import (
	"bytes"
	"iter"
	"math"
	"math/bits"
	"time"

	"statelab/capture"
)

// Option codes (draft-ietf-opsawg-pcapng §3.5, §4.1, §4.2, §4.3, §4.6).
const (
	optEnd     = 0
	optComment = 1

	shbUserAppl = 4

	ifName     = 2
	ifTSResol  = 9
	ifFCSLen   = 13
	ifTSOffset = 14

	epbFlags = 2

	isbIfRecv = 4
	isbIfDrop = 5
	isbOSDrop = 7
)

// The direction in epb_flags (§4.3.1); 0 is unknown.
const (
	flagInbound  = 1
	flagOutbound = 2
)

// maxComment is the most that one option can hold, in bytes. A block may have
// several comments: no more than twice this is kept of them.
const maxComment = math.MaxUint16

// iface is one interface: what the trace says of it, and how to read its
// frames.
type iface struct {
	Interface
	scale timescale
	fcs   int // bytes of frame check sequence at a frame's end
}

func (r *Reader) interfaceDescription(b []byte) error {
	if len(b) < 8 {
		return r.damage("an interface description of %d bytes is too short", len(b)+minBlock)
	}
	if len(r.ifaces) == maxInterfaces {
		return r.damage("the trace describes more than %d interfaces", maxInterfaces)
	}
	in := iface{scale: timescale{units: 1e6}} // §4.2: microseconds unless if_tsresol says otherwise
	in.Link = capture.LinkType(r.u16(b))
	in.SnapLen = int(min(r.u32(b[4:]), math.MaxInt32))
	for code, value := range r.options(b[8:]) {
		switch {
		case code == ifName:
			in.Name = string(bytes.TrimRight(value[:min(len(value), maxName)], "\x00"))
		case code == ifTSResol && len(value) >= 1:
			units, ok := resolution(value[0])
			if !ok {
				return r.damage("an interface counts time in units (if_tsresol %#02x) that 64 bits cannot hold", value[0])
			}
			in.scale.units = units
		case code == ifTSOffset && len(value) >= 8:
			in.scale.offset = clampSeconds(int64(r.u64(value)))
		case code == ifFCSLen && len(value) >= 1:
			in.fcs = fcsBytes(value[0])
		}
	}
	r.ifaces = append(r.ifaces, in)
	return nil
}

// fcsBytes reads if_fcslen. The draft counts bits; writers also put bytes,
// which its own example does. Nobody has a check sequence of 16 bytes.
func fcsBytes(v byte) int {
	if v >= 16 {
		return int(v / 8)
	}
	return int(v)
}

// interfaceStatistics reads how many frames were lost. The counts run from the
// beginning of the capture, so that a later block replaces an earlier one.
func (r *Reader) interfaceStatistics(b []byte) {
	if len(b) < 12 {
		return
	}
	on, _, err := r.interfaceOf(r.u32(b))
	if err != nil {
		return // statistics of an unknown interface harm no frame
	}
	var dropped uint64
	for code, value := range r.options(b[12:]) {
		if (code == isbIfDrop || code == isbOSDrop) && len(value) >= 8 {
			dropped += r.u64(value)
		}
	}
	on.Dropped = dropped
}

// options yields code and value of each option (§3.5). A list that is cut off
// ends where it is: the block around it is whole.
func (r *Reader) options(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			code, n := r.u16(b), int(r.u16(b[2:]))
			if code == optEnd || n > len(b)-4 || !yield(code, b[4:4+n]) {
				return
			}
			b = b[min(4+padded(n), len(b)):]
		}
	}
}

// padded rounds up to the 32-bit boundary on which everything in pcapng begins.
func padded(n int) int { return (n + 3) &^ 3 }

// timescale turns an interface's 64-bit timestamps into times.
type timescale struct {
	units  uint64 // in a second
	offset int64  // seconds to add (if_tsoffset)
}

// resolution reads if_tsresol: units of 10^-v seconds, or, with the highest bit
// set, of 2^-v (§4.2).
func resolution(v byte) (units uint64, ok bool) {
	if v&0x80 != 0 {
		v &= 0x7f
		return 1 << v, v < 64
	}
	if v > 19 { // 10^19 is the largest power below 2^64
		return 0, false
	}
	units = 1
	for range v {
		units *= 10
	}
	return units, true
}

func (s timescale) time(ticks uint64) time.Time {
	seconds, rest := ticks/s.units, ticks%s.units
	var ns uint64
	if s.units <= 1e9 {
		ns = rest * 1e9 / s.units
	} else {
		high, low := bits.Mul64(rest, 1e9)
		ns, _ = bits.Div64(high, low, s.units)
	}
	return time.Unix(clampSeconds(clampSeconds(int64(min(seconds, math.MaxInt64)))+s.offset), int64(ns)).UTC()
}

// clampSeconds keeps a time within capture.MaxSeconds, so that no one downstream
// overflows; capture.Clamped tells.
func clampSeconds(s int64) int64 {
	return max(-capture.MaxSeconds, min(s, capture.MaxSeconds))
}
