package virtual

import (
	"errors"
	"math"
	"net"
	"time"
)

// ErrLimit is what Run returns when its time is over and something is still to
// come: a timer, a frame on the wire, an application that sleeps.
var ErrLimit = errors.New("the time limit was reached with something still to come")

var errDriven = errors.New("virtual network: Run is already running")

// Run moves the network until nothing is left to happen (every application has
// ended, or waits for what no timer and no frame will bring), until Stop, or
// until limit of the network's time has passed: then it returns ErrLimit. It
// may be called again, to go on. On a closed network it returns net.ErrClosed.
func (n *Network) Run(limit time.Duration) error {
	s := n.apps
	s.mu.Lock()
	if s.driving {
		s.mu.Unlock()
		return errDriven
	}
	s.driving, s.stopped = true, false
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.driving = false
		s.changed.Broadcast()
		s.mu.Unlock()
	}()
	until := n.clock.elapsed()
	until += min(limit, math.MaxInt64-until)
	for {
		s.settle()
		if done, err := s.ended(); done {
			return err
		}
		n.finishCalls()
		n.noteMemory()
		if s.grant() {
			continue
		}
		if more, found := n.step(until); !found {
			if !more {
				return nil
			}
			n.clock.advance(until)
			return ErrLimit
		}
	}
}

// Stop ends the current Run when the calling application next waits. What is
// still to come stays for the next Run.
func (n *Network) Stop() {
	s := n.apps
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
}

func (s *scheduler) ended() (done bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return true, net.ErrClosed
	}
	return s.stopped, nil
}

// finishCalls lets the stacks deal with what calls have left them. The calls
// themselves must not wait for it: in a wait for the stack's goroutines they
// would look parked.
func (n *Network) finishCalls() {
	n.mu.Lock()
	called := n.called
	n.called = false
	n.mu.Unlock()
	if called {
		for _, h := range n.hosts {
			h.machine.barrier()
		}
	}
}

// step takes events until one of them gives an application something to do:
// only then can anyone have moved, and only then is it worth asking.
func (n *Network) step(until time.Duration) (more, found bool) {
	for {
		e, more := n.clock.next(until)
		if e == nil {
			return more, found
		}
		found = true
		e.run()
		n.noteMemory()
		if n.apps.pending() {
			return more, true
		}
	}
}

// pending reports whether a task waits for its turn, or the network was closed.
func (s *scheduler) pending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.woken) > 0 || len(s.asking) > 0 || s.closed
}
