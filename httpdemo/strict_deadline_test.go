package httpdemo

import (
	"net"
	"testing"
	"time"
)

// noted is a connection that notes the deadlines for writing that are set.
type noted struct {
	net.Conn
	set []time.Time
}

func (c *noted) SetWriteDeadline(t time.Time) error { c.set = append(c.set, t); return nil }

// A response has at least the time that net/http gives it, and most deadlines need not
// be set; one that has passed, or none at all, is set at once.
func TestWriteDeadlineIsNeverEarly(t *testing.T) {
	t.Parallel()
	below := &noted{}
	c := &strictConn{Conn: below}
	began := time.Now()
	for i := range 1000 {
		asked := began.Add(time.Duration(i) * time.Millisecond)
		if err := c.SetWriteDeadline(asked); err != nil {
			t.Fatal(err)
		}
		if late := below.set[len(below.set)-1].Sub(asked); late < 0 || late > strictGrain {
			t.Fatalf("deadline %d is %v later than asked", i, late)
		}
	}
	if n := len(below.set); n > 20 {
		t.Errorf("%d of 1000 deadlines were set", n)
	}
	for _, asked := range []time.Time{longAgo, {}} {
		if err := c.SetWriteDeadline(asked); err != nil || !below.set[len(below.set)-1].Equal(asked) {
			t.Errorf("%v: %v, set is %v", asked, err, below.set[len(below.set)-1])
		}
	}
}
