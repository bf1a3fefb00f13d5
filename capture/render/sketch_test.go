package render

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A quantile is never below the exact one, and at most 1/32 above it, from
// nanoseconds to years.
func TestSketch(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int64{1, 40, 1e3, 1e9, 1 << 55, 1<<63 - 1} {
		var s sketch
		var all []time.Duration
		for range 2000 {
			d := time.Duration(r.Int64N(most))
			if r.IntN(3) == 0 {
				d >>= r.IntN(30)
			}
			s.add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.1, 0.5, 0.9, 0.99, 0.9995} {
			within := 0 // the first of which a share q are no longer
			for float64(within+1) < q*float64(len(all)) {
				within++
			}
			exact, got := all[within], s.quantile(q)
			if got < exact || got-exact > exact/32 {
				t.Errorf("below %d: the %g quantile is %d, the exact one %d", most, q, got, exact)
			}
		}
		if s.quantile(1) != all[len(all)-1] {
			t.Errorf("below %d: the longest is %d, want %d", most, s.quantile(1), all[len(all)-1])
		}
	}
	var two sketch
	two.add(10)
	two.add(20)
	if a, b := two.quantile(0.5), two.quantile(0.9); a != 10 || b != 20 {
		t.Errorf("half of 10 and 20 are within %d, and nine tenths within %d", a, b)
	}
	var none sketch
	if none.quantile(0.5) != 0 {
		t.Error("an empty sketch has a quantile")
	}
	none.add(-5)
	if none.quantile(0.5) != 0 {
		t.Error("what is below 0 does not count as 0")
	}
}

// However much there is to tell, a summary keeps the worst alone, in order.
func TestInsertKeepsTheWorst(t *testing.T) {
	t.Parallel()
	var all []int
	for _, n := range rand.New(rand.NewPCG(3, 4)).Perm(100) {
		all = insert(all, n, func(a, b int) int { return b - a })
	}
	if want := []int{99, 98, 97, 96, 95}; !slices.Equal(all, want) {
		t.Errorf("kept %v, want %v", all, want)
	}
}
