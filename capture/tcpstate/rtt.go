package tcpstate

import (
	"slices"
	"time"
)

// Constants of RFC 6298 §2, which divide: α is 1/8, β is 1/4.
const (
	alphaDivisor = 8
	betaDivisor  = 4
	devFactor    = 4 // K
)

const (
	// ClockGranularity is G of RFC 6298 §2: that of a timer that ticks each
	// millisecond, as common stacks' do. The trace's own clock is finer.
	ClockGranularity = time.Millisecond
	// MinRTO is the least RTO that RFC 6298 §2.4 recommends. Stacks go below it
	// (Linux: 200 ms), so Direction gives the value before it is applied.
	MinRTO = time.Second
)

// RTT sums up the round-trip times of the octets that one end sent, from a
// segment to the ACK of its last octet, both as seen at the vantage point. By
// Karn's rule (RFC 6298 §3) an ACK that covers anything sent twice gives no
// sample. Seen near the receiver, they are shorter than the sender's own.
type RTT struct {
	Samples     int
	Latest, Min time.Duration
	// Median is exact up to 32 samples; beyond, it is that of 16 to 32 of them,
	// spread over all.
	Median, Max time.Duration
	// Estimated is SRTT (EstimatedRTT in textbooks), Deviation is RTTVAR
	// (DevRTT), and RTO is SRTT + max(G, 4·RTTVAR) after the last sample, before
	// MinRTO is applied (RFC 6298 §2.2, §2.3).
	Estimated, Deviation, RTO time.Duration
}

// Add takes one more sample into Estimated, Deviation and RTO, and counts it;
// Min and Max follow, Median does not.
func (r *RTT) Add(sample time.Duration) {
	r.Samples++
	r.Latest = sample
	if r.Samples == 1 {
		r.Min, r.Max = sample, sample
		r.Estimated, r.Deviation = sample, sample/2
	} else {
		r.Min, r.Max = min(r.Min, sample), max(r.Max, sample)
		off := r.Estimated - sample
		r.Deviation += (max(off, -off) - r.Deviation) / betaDivisor // before SRTT changes
		r.Estimated -= off / alphaDivisor
	}
	r.RTO = r.Estimated + max(ClockGranularity, devFactor*r.Deviation)
}

// sketch keeps up to 32 of any number of values, spread over all of them: all
// while there are few, and then about every 2nd, 4th, 8th …. Which one of each
// stretch is kept is left to a small generator, so that no rhythm of the values
// falls in with that of the keeping; it is the same in every run.
type sketch struct {
	kept  [32]float32
	n     uint8
	shift uint8 // one in 2^shift is kept
	skip  uint32
	dice  uint32
}

func (k *sketch) add(v float32) {
	if k.skip > 0 {
		k.skip--
		return
	}
	k.keep(v)
}

func (k *sketch) keep(v float32) {
	if int(k.n) == len(k.kept) {
		for i := range len(k.kept) / 2 {
			k.kept[i] = k.kept[2*i+int(k.dice>>16)%2]
			k.roll()
		}
		k.n = uint8(len(k.kept) / 2)
		k.shift++
	}
	k.kept[k.n] = v
	k.n++
	if k.shift > 0 {
		k.roll()
		k.skip = (k.dice >> 8) % (2<<min(k.shift, 20) - 1)
	}
}

// roll is a linear congruential generator (Numerical Recipes' constants).
func (k *sketch) roll() { k.dice = k.dice*1664525 + 1013904223 }

// median is the lower one of two in the middle.
func (k *sketch) median() float32 {
	if k.n == 0 {
		return 0
	}
	s := k.kept
	slices.Sort(s[:k.n])
	return s[(k.n-1)/2]
}
