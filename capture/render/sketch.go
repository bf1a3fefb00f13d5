package render

import (
	"math"
	"math/bits"
	"time"
)

// sketch counts durations in buckets that grow with what they hold, as an HDR
// histogram does: 32 to each doubling, so that a quantile is told to within
// 1/32, about 3 %, from 15 KiB whatever is counted. The zero value is empty.
type sketch struct {
	buckets [(64 - sketchBits) << sketchBits]uint64
	n       uint64
	max     time.Duration
}

// sketchBits is how many bits below its highest a number is told by.
const sketchBits = 5

// add counts a duration; one below 0 counts as 0.
func (s *sketch) add(d time.Duration) {
	d = max(d, 0)
	s.n++
	s.max = max(s.max, d)
	s.buckets[bucketOf(uint64(d))]++
}

// bucketOf is v itself where v is small, else its highest bit and the five
// below it.
func bucketOf(v uint64) int {
	shift := max(bits.Len64(v)-sketchBits-1, 0)
	return shift<<sketchBits + int(v>>shift)
}

// quantile returns the shortest duration that a share q of all do not exceed, 0 to
// 1: half of two are within the shorter one.
func (s *sketch) quantile(q float64) time.Duration {
	rank := uint64(max(math.Ceil(q*float64(s.n))-1, 0))
	for i, n := range s.buckets {
		if n > rank {
			return min(highest(i), s.max)
		}
		rank -= n
	}
	return s.max
}

// highest is the longest duration that a bucket counts.
func highest(bucket int) time.Duration {
	shift := max(bucket>>sketchBits-1, 0)
	low := uint64(bucket - shift<<sketchBits)
	return time.Duration((low+1)<<shift - 1)
}
