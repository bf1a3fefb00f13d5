package sockstate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Timing of a Watcher.
const (
	fastest   = time.Millisecond       // while states are changing
	steady    = 20 * time.Millisecond  // soon after something happened
	slowest   = time.Second            // when nothing has happened for long
	timers    = 250 * time.Millisecond // the same while a state is left by a timer
	calming   = 50                     // the pause between two looks is one part in calming of how long all has been quiet
	listeners = 100 * time.Millisecond // between looks for listeners that come and go: no counter tells of them
	flow      = 10                     // the same between two dumps while segments pass, and all connections stay as they are
	restless  = 300 * time.Millisecond // so long after a change the next one is expected soon
	patience  = 5 * time.Second        // so long a state that ought to be short is watched closely
	tickEvery = 50 * time.Millisecond
	// share bounds the processor's time spent in asking: one part in share, in
	// the long run.
	share = 10
	// burst is how much of it may be spent at once, when something happens after
	// a rest.
	burst = 200 * time.Millisecond
)

// WatchOptions say what a Watcher follows.
type WatchOptions struct {
	// Port is a service's port: sockets bound to it are the server's, those
	// connected to it a client's. 0 follows every TCP socket of the network
	// namespace; servers are then those whose port somebody listens on.
	Port uint16
	// Addr, if it is set and not the unspecified address, is the service's
	// address: the same port of another address is another service.
	Addr netip.Addr
	// Fresh leaves out the connections that are there when Watch is called.
	Fresh bool
	// Memory also reports, with each change, what the system remembers.
	Memory bool
}

// follows reports whether a socket belongs to what is followed.
func (o *WatchOptions) follows(s *Socket) bool {
	if o.Port == 0 || !o.Addr.IsValid() || o.Addr.IsUnspecified() {
		return true
	}
	service := netip.AddrPortFrom(o.Addr.Unmap(), o.Port)
	return s.Local == service || s.Remote == service ||
		s.State == tcpstate.Listen && s.Local.Port() == o.Port && s.Local.Addr().IsUnspecified()
}

// counters are what the namespace's TCP counts (RFC 4022). As long as they
// stand still, no connection changes its state, unless by a timer.
type counters struct {
	activeOpens, passiveOpens, resets, established int64 // change when a connection enters or leaves ESTABLISHED
	in, out                                        int64 // segments: change with any other step
}

// sameConnections reports whether no connection has entered or left ESTABLISHED
// between two readings.
func (c counters) sameConnections(o counters) bool {
	c.in, c.out = o.in, o.out
	return c == o
}

// prober is what a Watcher asks: a *Diag.
type prober interface {
	Dump(f Filter, visit func(*Socket)) error
	Lookup(local, remote netip.AddrPort) (Socket, error)
	destroyed(visit func(*Socket)) (missed bool, err error)
	counters() (counters, bool)
	// spent is the processor's time that the calling thread has used.
	spent() time.Duration
	Close() error
}

// told is a connection that its application has told of.
type told struct {
	cookie uint64
	conn   trace.Conn
	role   trace.Role
}

// watched is a socket that the system knew when it was last asked.
type watched struct {
	state tcpstate.State
	conn  trace.Conn
	party trace.Participant
	round uint64 // in which it was last seen
	// listens: it is a listener, and counts among the ports.
	listens bool
	// slight: what was last reported of its memory is the small block that is
	// kept in SYN-RECEIVED and TIME-WAIT.
	slight bool
	// silent: nothing of it is reported.
	silent bool
}

// Watcher follows sockets by asking again and again: each millisecond while
// states are changing, fifty times a second soon after, and once a second when
// nothing has happened for long; never for more than a tenth of the processor's
// time, and never more seldom than that. Whoever knows that something happens
// tells it by Hurry or Stir, so that the rest costs nothing and is over at once.
//
// The end of a connection is reported however late the look is: a socket that was
// seen, or told of by Expect, and is there no more has ended.
type Watcher struct {
	opts    WatchOptions
	probe   prober
	hurry   chan struct{}
	stir    chan struct{}
	err     error
	socks   map[uint64]*watched        // by cookie
	in      [tcpstate.TimeWait + 1]int // how many are in each state
	ports   map[uint16]int             // listeners, by port
	round   uint64
	later   map[uint64]bool // by cookie: told of since the last dump, by what is newer
	count   counters
	known   bool          // count was read
	dumped  time.Time     // all but ESTABLISHED were last asked for then
	asked   time.Time     // the last question was asked just after
	heard   time.Time     // listeners were last asked for then
	change  time.Time     // a change was last seen then
	stirred time.Time     // something was last heard of then
	credit  time.Duration // processor's time that may be spent in asking
	queue   []trace.Observation

	mu       sync.Mutex
	expected []told          // since the last look
	over     map[uint64]bool // by cookie: their ends are told by others
	ended    bool            // nobody looks any more
}

// Watch begins to follow sockets. It works in the network namespace of the
// calling thread. Where the system does not tell, the error is
// errors.ErrUnsupported.
func Watch(opts WatchOptions) (*Watcher, error) {
	d, err := OpenDiag()
	if err != nil {
		return nil, fmt.Errorf("watch sockets: %w", err)
	}
	w := newWatcher(opts, d)
	if opts.Fresh {
		err = w.look(false, true) // what is there now was there before
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return w, nil
}

func newWatcher(opts WatchOptions, p prober) *Watcher {
	return &Watcher{
		opts: opts, probe: p, hurry: make(chan struct{}, 1), stir: make(chan struct{}, 1),
		socks: map[uint64]*watched{}, ports: map[uint16]int{}, later: map[uint64]bool{}, credit: burst,
	}
}

// Hurry says that something is about to change: the Watcher looks at once, and
// closely for a while. Call it before a connect or a close to see the states
// that follow. It may be called from any goroutine.
func (w *Watcher) Hurry() { signal(w.hurry) }

// Stir says that something has happened, a frame passed or data was read, which
// need not be a change: the Watcher ends a long rest, and looks within 20 ms. It
// may be called from any goroutine.
func (w *Watcher) Stir() { signal(w.stir) }

// Expect says that the application has a connection that is, or was, ESTABLISHED:
// it was accepted, or a connect has succeeded. If it is over before a look finds
// it, its end is reported all the same, from ESTABLISHED. The cookie is the
// socket's, as Of returns it. It may be called from any goroutine.
func (w *Watcher) Expect(cookie uint64, conn trace.Conn, role trace.Role) {
	port := w.opts.Port
	if port != 0 && conn.Local.Port() != port && conn.Remote.Port() != port || !w.opts.follows(&Socket{Local: conn.Local, Remote: conn.Remote}) {
		return // another service's
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.expected = append(w.expected, told{cookie, conn, role})
	}
}

// Over says that whoever calls it reports the end of a socket, which it is about to bring
// about: from now on nothing is reported of that socket here. The cookie is the socket's,
// as Of returns it. It may be called from any goroutine.
func (w *Watcher) Over(cookie uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over == nil {
		w.over = map[uint64]bool{}
	}
	w.over[cookie] = true
}

func (w *Watcher) isOver(cookie uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over[cookie]
}

// heardOf returns what Expect was told since the last call; with last, it is told
// no more.
func (w *Watcher) heardOf(last bool) []told {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.expected
	w.expected, w.ended = nil, w.ended || last
	return all
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Observations yields each change of state that was seen, until ctx is done;
// then it looks once more, and ends. It runs in the caller's goroutine and can
// be called once: at its end the Watcher is closed. Err says why it ended, if
// the system failed.
//
// What a connection did between two looks is not seen: From is the state at the
// look before, and Cause is only that it was seen (tcpstate.OnPoll). A socket
// that was there at the first look comes from Unknown; one that appeared since
// comes from LISTEN, if it is a listener's child, and from CLOSED otherwise. The
// state was that at some moment between Asked, before the question, and At, when
// the answer came. Between observations it yields ticks.
func (w *Watcher) Observations(ctx context.Context) iter.Seq[trace.Observation] {
	return func(yield func(trace.Observation) bool) {
		defer w.probe.Close()
		defer w.heardOf(true)
		told := time.Now()
		w.stirred = told
		for hurried, last := false, false; ; {
			began := time.Now()
			var cost time.Duration
			if cost, w.err = w.priced(hurried, last); w.err != nil {
				return
			}
			now := time.Now()
			if len(w.queue) == 0 && now.Sub(told) >= tickEvery {
				w.queue = append(w.queue, trace.Observation{Kind: trace.ObservedTick, At: began})
			}
			for i := range w.queue {
				told = now
				if !yield(w.queue[i]) {
					return
				}
			}
			w.queue = w.queue[:0]
			if last {
				return
			}
			hurried, last = w.rest(ctx, cost)
		}
	}
}

// priced looks, and returns the processor's time that it took: where other
// programs want the processor too a look may last for long, and costs no more
// than ever.
func (w *Watcher) priced(hurried, last bool) (cost time.Duration, err error) {
	runtime.LockOSThread() // the clock is the thread's
	defer runtime.UnlockOSThread()
	before := w.probe.spent()
	err = w.look(hurried, last)
	return w.probe.spent() - before, err
}

// rest waits until it is time for the next look, after one that took cost. It
// reports whether someone said that something is about to change, and whether
// ctx is done.
func (w *Watcher) rest(ctx context.Context, cost time.Duration) (hurried, done bool) {
	began := time.Now()
	defer func() { w.credit = min(burst, w.credit+time.Since(began)/share) }()
	w.credit = max(w.credit-cost, -slowest/share) // one look, however dear, is no reason to be blind for longer
	debt := max(0, -w.credit) * share
	if debt > 0 { // not even a hurry makes asking expensive
		wait := time.NewTimer(debt)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
			return false, true
		}
	}
	timer := time.NewTimer(w.pause() - debt)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return false, false
		case <-w.hurry:
			w.change = time.Now()
			return true, false
		case <-w.stir:
			w.stirred = time.Now()
			timer.Reset(w.pause() - time.Since(began))
		case <-ctx.Done():
			return false, true
		}
	}
}

// Err returns what ended Observations; nil if ctx did, or the consumer.
func (w *Watcher) Err() error { return w.err }

// pause returns the time between two looks.
func (w *Watcher) pause() time.Duration {
	since := time.Since(w.change)
	if since < restless || since < patience && w.timed() > w.in[tcpstate.TimeWait] {
		return fastest
	}
	quiet := min(since, time.Since(w.stirred))
	longest := slowest
	if w.timed() > 0 {
		longest = timers
	}
	return min(max(steady, quiet/calming), longest)
}

// flowing returns the time between two dumps while segments pass, and no
// connection enters or leaves ESTABLISHED: they are data, as a rule, unless a state
// that ought to be short says that more is to come.
func (w *Watcher) flowing(now time.Time) time.Duration {
	if w.timed() > w.in[tcpstate.TimeWait] {
		return 0
	}
	return min(steady, now.Sub(w.change)/flow)
}

// timed returns how many sockets are in states that they will leave: by a
// timer, if by nothing else.
func (w *Watcher) timed() int {
	return len(w.socks) - w.in[tcpstate.Established] - w.in[tcpstate.Listen]
}
