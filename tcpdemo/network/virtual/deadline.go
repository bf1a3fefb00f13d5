package virtual

import (
	"slices"
	"sync"
	"time"
)

// deadline is a point in the network's time after which a call no longer waits.
type deadline struct {
	mu      sync.Mutex
	event   *event
	set     uint64 // counts settings, so that a timer already on its way is void
	expired bool
	// passed: it lay in the past when it was set. A program does that to end a
	// call of its own that waits, as net/http does before each response.
	passed  bool
	waiting []*task
}

// reset sets the deadline to the instant that t means; the zero time takes it
// away.
func (d *deadline) reset(n *Network, t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.event != nil {
		d.event.Stop()
		d.event = nil
	}
	d.set++
	d.expired, d.passed = false, false
	if t.IsZero() {
		return
	}
	left := until(t, n.Now(), time.Now())
	if left <= 0 {
		d.passed = true
		d.expire(n)
		return
	}
	set := d.set
	d.event = n.clock.after(left, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.set == set {
			d.expire(n)
		}
	})
}

// interrupted reports whether a call was ended by its own program.
func (d *deadline) interrupted() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed
}

func (d *deadline) expire(n *Network) {
	d.expired = true
	for _, t := range d.waiting {
		n.apps.wake(t)
	}
}

// over reports whether the deadline has passed. A nil deadline never does.
func (d *deadline) over() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.expired
}

func (d *deadline) enter(t *task) {
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.waiting = append(d.waiting, t)
	}
}

func (d *deadline) leave(t *task) {
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.waiting = slices.DeleteFunc(d.waiting, func(o *task) bool { return o == t })
	}
}

// until is how long from now a deadline lies, in the network's time. Programs
// set deadlines by the clock that they know: the network's, or, as net/http
// does, the system's. Whichever is nearer is meant. What has passed of the
// system's time since the program read it is chance, and must not reach the
// wire: such a duration is rounded up to what the program is likely to have
// written.
func until(t, lab, system time.Time) time.Duration {
	byLab, bySystem := t.Sub(lab), t.Sub(system)
	if byLab.Abs() <= bySystem.Abs() {
		return byLab
	}
	return roundUp(bySystem)
}

// roundUp rounds a duration up to a tenth of its order of magnitude: 29.98 s to
// 30 s, 1.9997 s to 2 s, 249.7 ms to 250 ms.
func roundUp(d time.Duration) time.Duration {
	if d <= 0 {
		return d
	}
	step := time.Millisecond
	for _, s := range []time.Duration{10 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		if d >= 10*s {
			step = s
		}
	}
	return (d + step - 1) / step * step
}
