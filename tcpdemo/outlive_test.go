package tcpdemo

import (
	"context"
	"testing"
	"time"
)

// sleeper is a clock that a test reads: only sleeping makes it go on.
type sleeper struct{ slept time.Duration }

func (c *sleeper) Now() time.Time        { return time.Time{}.Add(c.slept) }
func (c *sleeper) Sleep(d time.Duration) { c.slept += d }
func (c *sleeper) Go(f func())           { f() }

// TIME-WAIT is waited for until the stack's timer has run out, for as long as that
// may take, and not beyond an interruption.
func TestOutlive(t *testing.T) {
	t.Parallel()
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		passes time.Duration // when the stack forgets; 0: it does not tell
		want   time.Duration
	}{
		{"exact timers", t.Context(), 0, timeWait},
		{"forgotten in time", t.Context(), time.Minute, timeWait},
		{"a coarse timer", t.Context(), timeWait + 3*time.Second, timeWait + 3*time.Second},
		{"never", t.Context(), time.Hour, timeWait + mostLate},
		{"interrupted", interrupted, time.Hour, timeWait},
	} {
		clock := &sleeper{}
		l := &Lab{Clock: clock, Ctx: c.ctx}
		if c.passes > 0 {
			l.Waiting = func() bool { return clock.slept < c.passes }
		}
		l.outlive()
		if clock.slept != c.want {
			t.Errorf("%s: waited for %v, want %v", c.name, clock.slept, c.want)
		}
	}
}
