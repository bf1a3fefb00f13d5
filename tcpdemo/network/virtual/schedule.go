package virtual

import (
	"cmp"
	"context"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// turn orders the calls that applications make at one instant.
type turn struct {
	socket uint64 // 0 for calls of no socket
	op     op
	detail uint64
}

// op is what an application asks for.
type op uint8

const (
	opGo op = iota
	opSleep
	opListen
	opDial
	opAccept
	opRead
	opWrite
	opSet
	opShutdown
	opClose
	opHost
)

func (t turn) compare(o turn) int {
	return cmp.Or(cmp.Compare(t.socket, o.socket), cmp.Compare(t.op, o.op), cmp.Compare(t.detail, o.detail))
}

// task is an application goroutine that waits.
type task struct {
	turn   turn
	resume chan struct{} // holds one token
	queued bool
}

func (t *task) release() {
	select {
	case t.resume <- struct{}{}:
	default: // it has its token already
	}
}

// scheduler lets applications run one at a time. A task that has something to
// do is queued; whoever drives the network waits until everyone is parked, and
// then lets the next one go.
type scheduler struct {
	cooperative bool
	label       string
	labels      context.Context

	mu      sync.Mutex
	changed sync.Cond // busy or live fell, or driving ended
	driving bool
	stopped bool
	closed  bool
	live    int    // goroutines that Go started and that have not returned
	busy    int    // of these, those that run: see accounted
	sure    bool   // busy is right
	created uint64 // how many goroutines the process had made then, and Go since
	woken   []*task
	asking  []*task // from goroutines that ran side by side: in no order yet
	parked  map[*task]struct{}
}

func newScheduler(cooperative bool) (*scheduler, error) {
	s := &scheduler{cooperative: cooperative, parked: map[*task]struct{}{}}
	s.changed.L = &s.mu
	s.label, s.labels = newLabel()
	s.sure = true
	if cooperative {
		return s, nil
	}
	return s, showLabels()
}

// Go starts f as an application. It runs when its turn comes, which needs Run.
func (n *Network) Go(f func()) {
	s := n.apps
	if s.ask(turn{op: opGo}) != nil {
		return
	}
	t := &task{resume: make(chan struct{}, 1)}
	s.mu.Lock()
	s.live++
	s.created++
	s.parked[t] = struct{}{}
	s.queue(t)
	s.mu.Unlock()
	var labelled atomic.Bool
	go func() {
		setLabel(s.labels)
		labelled.Store(true)
		defer s.finish()
		<-t.resume
		s.mu.Lock()
		delete(s.parked, t)
		closed := s.closed
		s.mu.Unlock()
		if !closed {
			f()
		}
	}()
	for !labelled.Load() { // waiting in a channel, the caller would look parked
		runtime.Gosched()
	}
}

func (s *scheduler) finish() {
	s.mu.Lock()
	s.busy--
	s.live--
	s.changed.Broadcast()
	s.mu.Unlock()
}

// Sleep waits for d of the network's time. On a closed network it does not
// return: it ends the goroutine, so that no loop spins for ever.
func (n *Network) Sleep(d time.Duration) {
	if n.apps.ask(turn{op: opSleep, detail: uint64(max(d, 0))}) != nil {
		runtime.Goexit()
	}
	t := n.apps.newTask()
	e := n.clock.after(d, func() { n.apps.wake(t) })
	if n.apps.park(t) != nil {
		e.Stop()
		runtime.Goexit()
	}
}

// ask waits for the caller's turn. Where nobody drives the network, everyone
// may call at any time.
func (s *scheduler) ask(key turn) error {
	s.mu.Lock()
	if s.closed || !s.driving {
		defer s.mu.Unlock()
		return s.openLocked()
	}
	t := &task{turn: key, resume: make(chan struct{}, 1), queued: true}
	s.asking = append(s.asking, t)
	return s.parkLocked(t)
}

func (s *scheduler) newTask() *task { return &task{resume: make(chan struct{}, 1)} }

// park waits until the task is woken and its turn has come.
func (s *scheduler) park(t *task) error {
	s.mu.Lock()
	if s.closed {
		defer s.mu.Unlock()
		return s.openLocked()
	}
	return s.parkLocked(t)
}

func (s *scheduler) parkLocked(t *task) error {
	s.parked[t] = struct{}{}
	s.busy--
	s.changed.Broadcast()
	s.mu.Unlock()
	<-t.resume
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.parked, t)
	return s.openLocked()
}

func (s *scheduler) openLocked() error {
	if s.closed {
		return net.ErrClosed
	}
	return nil
}

// wake queues a task. It may be called anywhere, and does nothing if the task
// is queued already.
func (s *scheduler) wake(t *task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.queue(t)
	}
}

func (s *scheduler) queue(t *task) {
	if !t.queued {
		t.queued = true
		s.woken = append(s.woken, t)
	}
}

// drop forgets a task that got what it wanted without waiting.
func (s *scheduler) drop(t *task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.queued {
		s.woken = slices.DeleteFunc(s.woken, func(o *task) bool { return o == t })
		t.queued = false
	}
}

// grant lets the next task go on, if there is one. The caller has made sure
// that everyone is parked.
func (s *scheduler) grant() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asking) > 0 {
		slices.SortStableFunc(s.asking, func(a, b *task) int { return a.turn.compare(b.turn) })
		s.woken = append(s.woken, s.asking...)
		s.asking = s.asking[:0]
	}
	if len(s.woken) == 0 {
		return false
	}
	t := s.woken[0]
	s.woken = s.woken[1:]
	t.queued = false
	s.busy++
	t.release()
	return true
}

// close wakes everyone and waits until those that Go started have returned, or
// hang in something that is not the network's.
func (s *scheduler) close() {
	s.mu.Lock()
	s.closed = true
	for t := range s.parked {
		s.busy++
		t.release()
	}
	s.woken, s.asking = nil, nil
	s.changed.Broadcast()
	for s.driving {
		s.changed.Wait()
	}
	for try := 0; s.live > 0; try++ {
		s.mu.Unlock()
		quiet := !s.cooperative && s.activity() != someRunning
		pause(try)
		s.mu.Lock()
		if quiet && s.live > 0 {
			break
		}
	}
	s.mu.Unlock()
}

// queue lets one application after the other through.
type queue struct {
	taken   bool // with what follows, guarded by the network's scheduler
	waiting []*task
}

func (q *queue) enter(n *Network) error {
	s := n.apps
	s.mu.Lock()
	if s.closed || !q.taken {
		defer s.mu.Unlock()
		q.taken = true
		return s.openLocked()
	}
	t := s.newTask()
	q.waiting = append(q.waiting, t)
	return s.parkLocked(t)
}

func (q *queue) leave(n *Network) {
	s := n.apps
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.taken = len(q.waiting) > 0; q.taken && !s.closed {
		s.queue(q.waiting[0])
		q.waiting = q.waiting[1:]
	}
}
