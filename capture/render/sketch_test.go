package render

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
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

// A request without an answer is among the slowest; one that was answered early, or
// may have been, or before one that was answered, is not.
func TestSlowestUnanswered(t *testing.T) {
	t.Parallel()
	s := summary{methods: map[string]int{}, statuses: map[int]int{}, findings: map[string]findingCount{}, asked: map[int][]pending{}}
	at := func(seconds int) http1.Span {
		return http1.Span{FirstTime: time.Unix(int64(seconds), 0), LastTime: time.Unix(int64(seconds), 0)}
	}
	ask := func(stream, exchange, when int, target string) {
		s.request(stream, &http1.Message{Request: true, Exchange: exchange, Method: "GET", Target: target, Span: at(when)})
	}
	answer := func(stream, exchange, when int) {
		s.response(stream, &http1.Message{Status: 200, Exchange: exchange, Span: at(when)})
	}
	ask(1, 1, 1, "/lost")
	ask(1, 2, 2, "/answered")
	answer(1, 2, 4)
	ask(1, 3, 5, "/hang")
	ask(2, 1, 1, "/unsure")
	answer(2, 0, 2)
	answer(3, 1, 1)
	ask(3, 1, 2, "/early")
	for stream := range 4 {
		s.connection(&tcpstate.Conn{Stream: stream, LastTime: time.Unix(9, 0)})
	}
	var got []string
	for _, x := range s.slowest {
		got = append(got, fmt.Sprint(x.target, " ", x.status, " ", x.wait))
	}
	if want := []string{"/hang 0 4s", "/answered 200 2s"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
