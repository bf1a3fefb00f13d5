package virtual

import (
	"fmt"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"statelab/capture"
	"statelab/capture/trace"
)

// Calls, as the timeline names them.
const (
	callListen     = "listen"
	callConnect    = "connect"
	callAccept     = "accept"
	callRead       = "read"
	callWrite      = "write"
	callShutdown   = "shutdown"
	callClose      = "close"
	callSetsockopt = "setsockopt"
	callRestart    = "restart"
)

// socket is what Conn and Listener have in common.
type socket struct {
	net      *Network
	machine  *machine
	tcb      *tcb
	endpoint *tcp.Endpoint
	queue    *waiter.Queue
	closed   atomic.Bool
}

// ask waits for the caller's turn.
func (s *socket) ask(op op) error {
	if s.closed.Load() {
		return net.ErrClosed
	}
	if err := s.net.apps.ask(turn{socket: s.tcb.serial, op: op}); err != nil {
		return err
	}
	return s.gone()
}

// gone says whether the socket is of no more use: closed, or its machine is
// not running any more.
func (s *socket) gone() error {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	if s.closed.Load() || s.machine.dead || s.net.closed {
		return net.ErrClosed
	}
	return nil
}

// await repeats an attempt until it does something other than ask to wait. The
// attempt is told the place in the order of events that its outcome has.
func (s *socket) await(events waiter.EventMask, d *deadline, attempt func(order uint64) tcpip.Error) error {
	var t *task
	for {
		if err := s.gone(); err != nil {
			return err
		}
		if d.over() {
			return os.ErrDeadlineExceeded
		}
		err := attempt(s.reserve())
		if _, wait := err.(*tcpip.ErrWouldBlock); !wait {
			return stackError(err)
		}
		if t == nil {
			t = s.net.apps.newTask()
			entry := waiter.NewFunctionEntry(events|waiter.EventErr|waiter.EventHUp, func(waiter.EventMask) { s.net.apps.wake(t) })
			s.queue.EventRegister(&entry)
			d.enter(t)
			defer func() {
				s.queue.EventUnregister(&entry)
				d.leave(t)
				s.net.apps.drop(t)
			}()
			continue // something may have come before the entry was in place
		}
		if err := s.net.apps.park(t); err != nil {
			return err
		}
	}
}

func (s *socket) reserve() uint64 {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	return s.net.record.reserve()
}

// close ends the socket once, and wakes all that wait in it. The timeline shows
// args.
func (s *socket) close(args string) error {
	if err := s.ask(opClose); err != nil {
		return err
	}
	if s.closed.Swap(true) {
		return net.ErrClosed
	}
	record := s.begin(callClose, args, 0)
	s.calling(callClose, s.endpoint.Close)
	record.end("")
	s.queue.Notify(waiter.EventIn | waiter.EventOut | waiter.EventHUp)
	return nil
}

// calling runs a call of the endpoint, and reports what it did to its state.
func (s *socket) calling(name string, call func()) {
	n := s.net
	n.mu.Lock()
	s.tcb.call = name
	n.mu.Unlock()
	call()
	n.mu.Lock()
	defer n.mu.Unlock()
	s.machine.look(s.tcb)
	s.tcb.call = ""
	n.called = true
	s.machine.sample()
}

// callRecord is a call on the timeline that may not have returned yet.
type callRecord struct {
	socket *socket
	index  int
	frames int // recorded before it
	at     time.Time
}

// begin puts a call on the timeline at the moment at which it is made.
func (s *socket) begin(name, args string, size int) callRecord {
	n := s.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.observe(s.callObservation(&trace.Call{Name: name, Args: args, Bytes: size}))
	return callRecord{s, len(n.record.observations) - 1, len(n.record.frames), n.Now()}
}

// end gives the call its result: in place, if no time has passed and no frame has
// come that may have decided it, and otherwise as an event of its own.
func (c callRecord) end(result string) {
	n := c.socket.net
	n.mu.Lock()
	defer n.mu.Unlock()
	o := &n.record.observations[c.index]
	if n.Now().Equal(c.at) && !slices.ContainsFunc(n.record.frames[c.frames:], c.came) {
		o.Call.Result = result
		return
	}
	if result != "" {
		n.observe(c.socket.callObservation(&trace.Call{Name: o.Call.Name, Result: result, Bytes: o.Call.Bytes}))
	}
}

// came reports whether a frame has come to the caller's host.
func (c callRecord) came(f capture.Frame) bool {
	return f.Direction == capture.Inbound && f.Interface == c.socket.machine.host.index
}

// returned puts a call on the timeline that is only worth a word when it
// returns: reading, accepting.
func (s *socket) returned(order uint64, call trace.Call) {
	n := s.net
	n.mu.Lock()
	defer n.mu.Unlock()
	o := s.callObservation(&call)
	o.At, o.Order = n.Now(), order
	n.record.observations = append(n.record.observations, o)
}

func (s *socket) callObservation(c *trace.Call) trace.Observation {
	return trace.Observation{Kind: trace.ObservedCall, Party: s.machine.host.party(s.tcb.conn.Local), Conn: s.tcb.conn, Call: c}
}

func bytesText(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
