package virtual

import (
	"container/heap"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// epoch is the stacks' monotonic time at the network's start: netstack takes
// zero for "never".
const epoch = time.Hour

// clock is the network's time: events in a total order of (time, sequence).
// Nothing runs by itself; the network's Run takes events out one by one.
type clock struct {
	start time.Time

	mu    sync.Mutex
	now   time.Duration // since start
	seq   uint64
	queue eventQueue
}

// event is something that is due.
type event struct {
	clock *clock
	run   func()
	at    time.Duration
	seq   uint64
	index int // its place in the queue; -1 when it is not there
}

func newClock(start time.Time) *clock { return &clock{start: start} }

func (c *clock) elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) date() time.Time { return c.start.Add(c.elapsed()) }

// after arranges for run to be called in d, on the goroutine that drives the
// network.
func (c *clock) after(d time.Duration, run func()) *event {
	e := &event{clock: c, run: run, index: -1}
	e.Reset(d)
	return e
}

// Stop takes the event out of the queue, and reports whether it was there.
func (e *event) Stop() bool {
	e.clock.mu.Lock()
	defer e.clock.mu.Unlock()
	if e.index < 0 {
		return false
	}
	heap.Remove(&e.clock.queue, e.index)
	return true
}

// Reset makes the event due in d, behind all that is due at the same instant
// already.
func (e *event) Reset(d time.Duration) {
	c := e.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.index >= 0 {
		heap.Remove(&c.queue, e.index)
	}
	c.seq++
	e.at, e.seq = c.now+max(d, 0), c.seq
	heap.Push(&c.queue, e)
}

// next moves the clock to the earliest event that is due by limit and returns
// it. Without one it returns nil, and whether there are later ones.
func (c *clock) next(limit time.Duration) (e *event, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return nil, false
	}
	if c.queue[0].at > limit {
		return nil, true
	}
	e = heap.Pop(&c.queue).(*event)
	c.now = max(c.now, e.at)
	return e, true
}

// advance moves the clock to t, if that lies ahead.
func (c *clock) advance(t time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = max(c.now, t)
}

type eventQueue []*event

func (q eventQueue) Len() int { return len(q) }

func (q eventQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}

func (q eventQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *eventQueue) Push(x any) {
	e := x.(*event)
	e.index = len(*q)
	*q = append(*q, e)
}

func (q *eventQueue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	e.index = -1
	return e
}

// stackClock is the clock as one machine's stack sees it: its timers end with
// the machine.
type stackClock struct{ m *machine }

func (s stackClock) Now() time.Time { return s.m.net.clock.date() }

func (s stackClock) NowMonotonic() tcpip.MonotonicTime {
	return tcpip.MonotonicTime{}.Add(epoch + s.m.net.clock.elapsed())
}

func (s stackClock) AfterFunc(d time.Duration, f func()) tcpip.Timer {
	return s.m.net.clock.after(d, func() { s.m.expire(f) })
}
