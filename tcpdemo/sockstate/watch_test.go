package sockstate

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// fake is a kernel that a test sets up. It lives in a synctest bubble.
type fake struct {
	mu     sync.Mutex
	socks  map[uint64]Socket
	count  counters
	blind  bool // counters cannot be read
	hidden map[uint64]bool
	ended  []Socket
	cost   time.Duration // of a dump, in the processor's time
	stall  time.Duration // a dump lasts so much longer: others have the processor
	used   time.Duration // of the processor's time
	missed bool          // more have ended than could be told
	dumps  []States
	closed bool
	fail   error
	moved  func(*Socket) // what happens to a socket before it is looked up
	after  func()        // what happens when a dump is over
}

func (f *fake) Dump(filter Filter, visit func(*Socket)) error {
	f.mu.Lock()
	took := f.cost + f.stall
	f.used += f.cost
	f.mu.Unlock()
	time.Sleep(took) // not under the lock: time passes only while nobody waits for one
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dumps = append(f.dumps, filter.States)
	for cookie, s := range f.socks {
		if filter.States.Has(s.State) && !f.hidden[cookie] && (filter.Port == 0 || filter.Port == s.Local.Port() || filter.Port == s.Remote.Port()) {
			s.HasInfo = false
			visit(&s)
		}
	}
	if f.after != nil {
		f.after()
	}
	return f.fail
}

func (f *fake) Lookup(local, remote netip.AddrPort) (Socket, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.socks {
		if s.Local == local && s.Remote == remote {
			if f.moved != nil {
				f.moved(&s)
			}
			return s, nil
		}
	}
	return Socket{}, ErrNotFound
}

func (f *fake) destroyed(visit func(*Socket)) (missed bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.ended {
		visit(&f.ended[i])
	}
	missed, f.ended, f.missed = f.missed, nil, false
	return missed, nil
}

func (f *fake) spent() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used
}

func (f *fake) counters() (counters, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count, !f.blind
}

func (f *fake) Close() error {
	f.closed = true
	return nil
}

// alter changes what the kernel knows.
func (f *fake) alter(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fake) set(cookie uint64, state tcpstate.State, local, remote string) {
	s := Socket{Cookie: cookie, State: state, Local: netip.MustParseAddrPort(local), HasInfo: true, Info: Info{SndMSS: 1000, Cwnd: 10}}
	if remote != "" {
		s.Remote = netip.MustParseAddrPort(remote)
	}
	f.alter(func() {
		f.socks[cookie] = s
		f.count.in++
	})
}

// say is a change in short.
func say(o trace.Observation) string {
	return fmt.Sprintf("%s %v %v→%v", o.Party.Role, o.Conn.Local.Port(), o.From, o.To)
}

// watching runs a Watcher on a fake and lets the test take its states.
type watching struct {
	*fake
	w    *Watcher
	got  []trace.Observation
	stop func()
	told int // how many of got step has returned
}

func startWatching(t *testing.T, opts WatchOptions, setup func(*fake)) *watching {
	t.Helper()
	f := &fake{socks: map[uint64]Socket{}, hidden: map[uint64]bool{}}
	setup(f)
	w := &watching{fake: f, w: newWatcher(opts, f)}
	if opts.Fresh {
		if err := w.w.look(false, true); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for o := range w.w.Observations(ctx) {
			f.alter(func() { w.got = append(w.got, o) })
		}
	}()
	w.stop = func() {
		cancel()
		<-done
	}
	return w
}

// step lets the watcher look for a while, and returns what it saw.
func (w *watching) step(d time.Duration) []string {
	w.alter(func() { w.got = w.got[w.told:] }) // the watcher may have been quicker: what came since the step before is of this one
	time.Sleep(d)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = len(w.got)
	var out []string
	for _, o := range w.got {
		if o.Kind == trace.ObservedState {
			out = append(out, say(o))
		}
	}
	slices.Sort(out)
	return out
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

const client, server = "127.0.0.1:5000", "127.0.0.1:80"

func TestWatchConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Addr: netip.MustParseAddr("127.0.0.1"), Port: 80}, func(f *fake) {
			f.set(1, tcpstate.Listen, server, "")
			f.set(9, tcpstate.Established, "127.0.0.1:81", "127.0.0.1:5000") // another port's
			f.set(10, tcpstate.Listen, "127.0.0.2:80", "")                   // another address's
			f.set(11, tcpstate.Established, "127.0.0.2:80", "127.0.0.1:5000")
		})
		expect(t, "at first", w.step(time.Second), "server 80 unknown→LISTEN")
		w.set(2, tcpstate.SynSent, client, server)
		expect(t, "SYN", w.step(steady), "client 5000 CLOSED→SYN-SENT")
		w.set(3, tcpstate.SynReceived, server, client)
		w.set(2, tcpstate.Established, client, server)
		w.alter(func() { w.count.activeOpens++ })
		expect(t, "SYN,ACK", w.step(fastest), "client 5000 SYN-SENT→ESTABLISHED", "server 80 LISTEN→SYN-RECEIVED")
		w.set(3, tcpstate.Established, server, client)
		w.alter(func() { w.count.passiveOpens++ })
		expect(t, "ACK", w.step(fastest), "server 80 SYN-RECEIVED→ESTABLISHED")
		w.set(2, tcpstate.FinWait2, client, server)
		w.set(3, tcpstate.CloseWait, server, client)
		w.alter(func() { w.count.established-- })
		expect(t, "close", w.step(steady), "client 5000 ESTABLISHED→FIN-WAIT-2", "server 80 ESTABLISHED→CLOSE-WAIT")
		w.set(2, tcpstate.TimeWait, client, server)
		w.alter(func() { delete(w.socks, 3) })
		expect(t, "last ACK", w.step(steady), "client 5000 FIN-WAIT-2→TIME-WAIT", "server 80 CLOSE-WAIT→CLOSED")
		w.alter(func() { delete(w.socks, 2) }) // by a timer: no counter moves
		expect(t, "2 MSL", w.step(2*steady), "client 5000 TIME-WAIT→CLOSED")
		w.alter(func() { delete(w.socks, 1) })
		expect(t, "listener's close", w.step(listeners+steady), "server 80 LISTEN→CLOSED")
		w.stop()
		if !w.closed || w.w.Err() != nil || w.w.ports[80] != 0 || len(w.w.socks) != 0 || w.w.timed() != 0 {
			t.Errorf("left over: closed %v, error %v, ports %v, sockets %v", w.closed, w.w.Err(), w.w.ports, w.w.socks)
		}
	})
}

// Without a port a server is whoever has a listener, even when the listener
// comes last in the dump.
func TestWatchEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{}, func(f *fake) {
			f.set(3, tcpstate.Established, server, client)
			f.set(2, tcpstate.Established, client, server)
			f.set(1, tcpstate.Listen, server, "")
		})
		expect(t, "at first", w.step(steady),
			"client 5000 unknown→ESTABLISHED", "server 80 unknown→ESTABLISHED", "server 80 unknown→LISTEN")
		w.stop()
	})
}

// A socket that a dump passes over while it moves within the kernel is not
// taken for gone.
func TestWatchPassedOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(2, tcpstate.FinWait1, client, server) })
		w.step(steady)
		w.alter(func() { w.hidden[2] = true })
		w.alter(func() { w.count.in++ })
		expect(t, "passed over", w.step(steady))
		w.set(2, tcpstate.TimeWait, client, server)
		expect(t, "passed over, and moved", w.step(steady), "client 5000 FIN-WAIT-1→TIME-WAIT")
		w.alter(func() { w.hidden = nil })
		w.alter(func() { delete(w.socks, 2) })
		w.set(4, tcpstate.SynSent, client, server) // the same addresses anew
		expect(t, "reused", w.step(steady), "client 5000 CLOSED→SYN-SENT", "client 5000 TIME-WAIT→CLOSED")
		w.stop()
	})
}

// A request that has another cookie than its child is one connection with it.
func TestWatchRequestAndChild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(1, tcpstate.Listen, server, "") })
		w.step(time.Second)
		for _, states := range []States{Only(tcpstate.Established), 0} { // the dump shows the child, and shows it only later
			w.set(3, tcpstate.SynReceived, server, client)
			expect(t, "SYN", w.step(steady), "server 80 LISTEN→SYN-RECEIVED")
			w.alter(func() {
				delete(w.socks, 3)
				w.hidden[4] = states == 0
				w.count.passiveOpens++
			})
			w.set(4, tcpstate.Established, server, client)
			expect(t, "ACK", w.step(steady), "server 80 SYN-RECEIVED→ESTABLISHED")
			w.alter(func() {
				delete(w.socks, 4)
				w.count.established--
			})
			expect(t, "RST", w.step(steady), "server 80 ESTABLISHED→CLOSED")
		}
		w.stop()
	})
}

func TestWatchPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(2, tcpstate.Established, client, server) })
		w.step(time.Second)
		w.alter(func() { w.dumps = nil })
		w.step(time.Second)
		for _, states := range w.dumps {
			if states != Only(tcpstate.Listen) {
				t.Errorf("quiet, and asked for %b", states)
			}
		}
		if n := len(w.dumps); n > 11 {
			t.Errorf("%d dumps in a quiet second", n)
		}
		w.alter(func() { w.dumps = nil })
		w.alter(func() { w.count.in++ }) // data flows
		w.step(2 * steady)
		if !slices.Contains(w.dumps, All&^Only(tcpstate.Established)) || slices.Contains(w.dumps, All) {
			t.Errorf("data flows, and it asked for %b", w.dumps)
		}
		w.alter(func() { w.dumps, w.cost = nil, 5*time.Millisecond }) // a dump that is dear
		for range 1000 {
			w.alter(func() { w.count.in++ })
			w.w.Hurry()
			w.step(time.Millisecond)
		}
		if busy := time.Duration(len(w.dumps)) * w.cost; busy > time.Second/share+burst+2*w.cost {
			t.Errorf("asked for %v in a second", busy)
		}
		w.stop()
	})
}

// While data flows over connections that stay as they are, it asks less and less
// closely; while one ought to go on to another state, each millisecond.
func TestWatchDataFlows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(1, tcpstate.Listen, server, "") })
		w.step(time.Second)
		w.set(2, tcpstate.Established, server, client)
		w.alter(func() { w.count.passiveOpens++ })
		w.w.Hurry()
		flow := func() int {
			w.alter(func() { w.dumps = nil })
			for range int(restless / time.Millisecond) {
				w.alter(func() { w.count.in++ })
				w.step(time.Millisecond)
			}
			return len(slices.DeleteFunc(w.dumps, func(s States) bool { return s == Only(tcpstate.Listen) }))
		}
		w.step(time.Millisecond)
		if n := flow(); n < int(restless/steady) || n > 60 {
			t.Errorf("%d dumps while data flows", n)
		}
		w.set(2, tcpstate.CloseWait, server, client)
		w.alter(func() { w.count.established-- })
		w.w.Hurry()
		w.step(time.Millisecond)
		if n := flow(); n < 200 {
			t.Errorf("%d dumps while a connection is to close", n)
		}
		w.stop()
	})
}

// What was there before is left out, and nothing else.
func TestWatchFresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80, Fresh: true, Memory: true}, func(f *fake) {
			f.set(1, tcpstate.Listen, server, "")
			f.set(2, tcpstate.TimeWait, client, server)
		})
		expect(t, "at first", w.step(time.Second), "server 80 unknown→LISTEN")
		w.alter(func() { delete(w.socks, 2) })
		expect(t, "the old one goes", w.step(time.Second))
		if slices.ContainsFunc(w.got, func(o trace.Observation) bool { return o.Kind != trace.ObservedTick }) {
			t.Errorf("and it is told: %+v", w.got)
		}
		w.set(3, tcpstate.SynSent, client, server)
		expect(t, "the same addresses anew", w.step(timers), "client 5000 CLOSED→SYN-SENT")
		w.stop()
	})
}

// A rest grows with the quiet, and ends at once when something is heard.
func TestWatchRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(1, tcpstate.Listen, server, "") })
		w.step(time.Minute)
		w.step(time.Minute)
		if n := len(w.got); n > 60+1 {
			t.Errorf("%d looks in a quiet minute", n)
		}
		w.set(2, tcpstate.SynReceived, server, client)
		expect(t, "nobody says so", w.step(slowest), "server 80 LISTEN→SYN-RECEIVED")
		w.alter(func() { w.dumps = nil })
		w.step(time.Minute)
		if n := len(w.dumps); n < 200 || n > 900 {
			t.Errorf("%d dumps in a minute in which a timer was to end a state", n)
		}
		w.set(2, tcpstate.Established, server, client)
		w.alter(func() { w.count.passiveOpens++ })
		w.w.Stir()
		expect(t, "a frame", w.step(steady), "server 80 SYN-RECEIVED→ESTABLISHED")
		w.step(time.Minute)
		w.set(2, tcpstate.CloseWait, server, client)
		w.alter(func() { w.count.established-- })
		w.w.Hurry()
		expect(t, "a call", w.step(0), "server 80 ESTABLISHED→CLOSE-WAIT")
		w.stop()
	})
}

// An answer says from when to when it may have been true, and a state that has
// changed when the variables are asked for is told as well.
func TestWatchAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const cost = 3 * time.Millisecond
		w := startWatching(t, WatchOptions{Port: 80, Memory: true}, func(f *fake) { f.cost = cost })
		w.step(time.Second)
		w.set(2, tcpstate.SynSent, client, server)
		w.alter(func() {
			w.moved = func(s *Socket) { s.State = tcpstate.Established }
		})
		expect(t, "moved between two questions", w.step(steady+2*cost), "client 5000 CLOSED→SYN-SENT", "client 5000 SYN-SENT→ESTABLISHED")
		for _, o := range w.got {
			if d := o.At.Sub(o.Asked); o.Kind == trace.ObservedState && (d < 0 || d > cost || d < cost && o.To == tcpstate.SynSent) {
				t.Errorf("%s: asked %v before the answer", say(o), d)
			}
		}
		w.stop()
	})
}

func TestWatchTicks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(*fake) {})
		w.step(time.Second)
		if n := len(w.got); n < 15 || n > 20 {
			t.Errorf("%d ticks in a quiet second", n)
		}
		now := time.Now()
		for _, o := range w.got {
			if o.Kind != trace.ObservedTick || o.At.After(now) {
				t.Errorf("%+v", o)
			}
		}
		w.stop()
	})
}

func TestWatchMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80, Memory: true}, func(f *fake) { f.set(2, tcpstate.Established, client, server) })
		names := func() (out []string) {
			for _, o := range w.got {
				if o.Kind == trace.ObservedMemory {
					for _, e := range o.Memory.Entries {
						out = append(out, e.Name+"="+e.Value)
					}
				}
			}
			return out
		}
		w.step(steady)
		if got := names(); !slices.Contains(got, "cwnd=10000") || !slices.Contains(got, "state=ESTABLISHED") {
			t.Errorf("remembered: %q", got)
		}
		final := w.socks[2]
		final.State, final.Info.Cwnd = tcpstate.Closed, 12
		w.alter(func() { w.ended = []Socket{final} })
		w.alter(func() { delete(w.socks, 2) })
		w.alter(func() { w.count.established-- })
		expect(t, "reset", w.step(steady), "client 5000 ESTABLISHED→CLOSED")
		if got := names(); !slices.Contains(got, "cwnd=12000") {
			t.Errorf("last remembered: %q", got)
		}
		last := w.got[slices.IndexFunc(w.got, func(o trace.Observation) bool { return o.Kind == trace.ObservedState })+1]
		if last.Kind != trace.ObservedMemory || len(last.Memory.Entries) != 0 {
			t.Errorf("CLOSED, and remembered: %+v", last)
		}
		w.stop()
	})
}

// The kernel tells late of the block that TIME-WAIT has replaced by a smaller one:
// it is not remembered again.
func TestWatchLateVariables(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80, Memory: true}, func(f *fake) { f.set(2, tcpstate.Established, client, server) })
		w.step(steady)
		whole := w.socks[2]
		w.alter(func() {
			small := whole
			small.State, small.HasInfo, small.Info = tcpstate.TimeWait, false, Info{}
			w.socks[2] = small
			w.count.established--
		})
		expect(t, "waits", w.step(steady), "client 5000 ESTABLISHED→TIME-WAIT")
		w.alter(func() { w.ended = []Socket{whole} })
		w.step(slowest)
		for _, o := range w.got {
			if o.Kind == trace.ObservedMemory {
				t.Errorf("TIME-WAIT, and remembered: %+v", o.Memory.Entries)
			}
		}
		if len(w.ended) > 0 {
			t.Error("the kernel's word was not heard")
		}
		w.stop()
	})
}

func TestWatchWithoutCounters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.blind = true })
		w.step(time.Second)
		w.set(2, tcpstate.Established, client, server)
		expect(t, "new", w.step(steady), "client 5000 CLOSED→ESTABLISHED")
		w.stop()
	})
}

func TestWatchFails(t *testing.T) {
	t.Parallel()
	f := &fake{fail: errors.New("netlink is gone")}
	w := newWatcher(WatchOptions{}, f)
	for o := range w.Observations(t.Context()) {
		t.Errorf("%+v", o)
	}
	if !errors.Is(w.Err(), f.fail) || !f.closed {
		t.Errorf("error %v, closed %v", w.Err(), f.closed)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	if All.Has(tcpstate.Closed) || All.Has(tcpstate.Unknown) || !All.Has(tcpstate.Listen) || !All.Has(tcpstate.TimeWait) {
		t.Errorf("All is %b", All)
	}
}

// A look that lasts long because others have the processor is no reason to rest:
// only what it cost is. And however dear it was, the next one is not far.
func TestWatchIsNotBlindForLong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		stall, cost time.Duration
		within      time.Duration
	}{
		{"others have the processor", time.Second, 0, steady},
		{"a look is dear", 0, 10 * time.Second, slowest},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(2, tcpstate.Established, client, server) })
				w.step(time.Second)
				w.alter(func() { w.stall, w.cost = c.stall, c.cost })
				w.set(2, tcpstate.CloseWait, client, server)
				w.alter(func() { w.count.established-- })
				w.w.Hurry()
				w.step(c.stall + c.cost) // that look
				w.alter(func() { w.stall, w.cost = 0, 0 })
				w.alter(func() {
					delete(w.socks, 2)
					w.count.in++
				})
				w.w.Hurry()
				expect(t, "gone", w.step(c.within), "client 5000 CLOSE-WAIT→CLOSED")
				w.stop()
			})
		})
	}
}

// A connection that the application has told of has an end, also where it has
// come and gone between two looks; also where the last look is the first to find
// out, and where the kernel had no room to say that it is gone.
func TestWatchNeverLosesAnEnd(t *testing.T) {
	t.Parallel()
	conn := trace.Conn{Local: netip.MustParseAddrPort(server), Remote: netip.MustParseAddrPort(client)}
	ended := []string{"server 80 ESTABLISHED→CLOSED"}
	for _, c := range []struct {
		name string
		does func(w *watching)
		want []string
	}{
		{"seen by no look", func(w *watching) { w.w.Expect(7, conn, trace.RoleServer) }, ended},
		{"its addresses are another's now", func(w *watching) {
			w.w.Expect(7, conn, trace.RoleServer)
			w.set(8, tcpstate.Established, server, client)
			w.w.Expect(8, conn, trace.RoleServer)
		}, []string{"server 80 ESTABLISHED→CLOSED", "server 80 LISTEN→ESTABLISHED"}},
		{"it is there, and no dump shows it", func(w *watching) {
			w.set(7, tcpstate.CloseWait, server, client)
			w.alter(func() { w.hidden[7] = true })
			w.w.Expect(7, conn, trace.RoleServer)
		}, []string{"server 80 LISTEN→CLOSE-WAIT"}},
		{"a dump has shown it, and it is gone", func(w *watching) {
			w.set(7, tcpstate.CloseWait, server, client)
			w.alter(func() { w.after = func() { delete(w.socks, 7) } })
			w.w.Expect(7, conn, trace.RoleServer)
		}, ended},
		{"another service's", func(w *watching) {
			w.w.Expect(7, trace.Conn{Local: netip.MustParseAddrPort("127.0.0.1:81"), Remote: conn.Remote}, trace.RoleServer)
		}, nil},
	} {
		for _, last := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/last=%v", c.name, last), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(1, tcpstate.Listen, server, "") })
					w.step(time.Second)
					w.step(0)
					c.does(w)
					if !last {
						w.step(slowest)
					}
					w.stop()
					if got := w.inOrder(); !slices.Equal(got, c.want) {
						t.Errorf("%q, want %q", got, c.want)
					}
				})
			})
		}
	}
}

// inOrder is what was seen, as it was told.
func (w *watching) inOrder() (out []string) {
	for _, o := range w.got {
		if o.Kind == trace.ObservedState {
			out = append(out, say(o))
		}
	}
	return out
}

// What the kernel could not tell is asked for, all of it.
func TestWatchMissedEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(2, tcpstate.Established, client, server) })
		w.step(time.Second)
		w.alter(func() {
			delete(w.socks, 2)
			w.missed = true
		})
		expect(t, "gone", w.step(slowest), "client 5000 ESTABLISHED→CLOSED")
		w.stop()
	})
}

// Of two connections with the same addresses the end of the one is told before
// the beginning of the other.
func TestWatchEndBeforeBeginning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) { f.set(2, tcpstate.Established, server, client) })
		w.step(time.Second)
		w.alter(func() {
			delete(w.socks, 2)
			w.count.passiveOpens++
		})
		w.set(3, tcpstate.Established, server, client)
		w.step(slowest)
		if got, want := w.inOrder(), []string{"server 80 ESTABLISHED→CLOSED", "server 80 LISTEN→ESTABLISHED"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		w.stop()
	})
}

// What a dump has shown is older than what is found when it is over: a connection
// does not go back.
func TestWatchGoesNotBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80}, func(f *fake) {
			f.set(1, tcpstate.Listen, server, "")
			f.set(2, tcpstate.SynReceived, server, client)
		})
		w.step(steady)
		w.alter(func() {
			delete(w.socks, 2)
			w.count.passiveOpens++
			w.after = func() {
				child := w.socks[3]
				child.State = tcpstate.CloseWait
				w.socks[3] = child
			}
		})
		w.set(3, tcpstate.Established, server, client)
		w.step(slowest)
		if got, want := w.inOrder(), []string{"server 80 SYN-RECEIVED→CLOSE-WAIT"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		w.stop()
	})
}

// Of a socket whose end somebody else reports nothing is told from then on, whether it
// was seen before or not.
func TestWatchOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWatching(t, WatchOptions{Port: 80, Memory: true}, func(f *fake) {
			f.set(1, tcpstate.Listen, server, "")
			f.set(2, tcpstate.Established, server, client)
		})
		expect(t, "at first", w.step(time.Second), "server 80 unknown→ESTABLISHED", "server 80 unknown→LISTEN")
		for _, cookie := range []uint64{1, 2, 4} {
			w.w.Over(cookie)
		}
		w.w.Expect(4, trace.Conn{Local: netip.MustParseAddrPort(server), Remote: netip.MustParseAddrPort("127.0.0.1:5001")}, trace.RoleServer)
		w.alter(func() { clear(w.socks) })
		w.set(3, tcpstate.Listen, server, "")
		expect(t, "they go, and another listens", w.step(time.Second), "server 80 CLOSED→LISTEN")
		if slices.ContainsFunc(w.got, func(o trace.Observation) bool { return o.Kind == trace.ObservedMemory }) {
			t.Errorf("their memory is told: %+v", w.got)
		}
		w.stop()
	})
}
