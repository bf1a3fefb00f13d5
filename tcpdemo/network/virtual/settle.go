package virtual

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Virtual time may move only while every application waits. Those that wait in
// calls of the network are counted; but net/http, say, has goroutines of its own
// that wait in channels and mutexes. Only the runtime knows of them all: a stack
// dump stops the world and shows each goroutine's state, and a profiler label,
// which goroutines inherit, shows whose it is.

const labelKey = "statelab"

var networks atomic.Uint64

// newLabel returns the label of a new network, as it looks in a dump, and the
// context that carries it.
func newLabel() (string, context.Context) {
	value := "network " + strconv.FormatUint(networks.Add(1), 10)
	ctx := pprof.WithLabels(context.Background(), pprof.Labels(labelKey, value))
	return strconv.Quote(labelKey) + ": " + strconv.Quote(value), ctx
}

func setLabel(ctx context.Context) { pprof.SetGoroutineLabels(ctx) }

var labelsOnce sync.Mutex

// showLabels makes the runtime print labels in stack dumps: a switch that only
// the GODEBUG variable has. What the user put there stays.
func showLabels() error {
	labelsOnce.Lock()
	defer labelsOnce.Unlock()
	if labelsShown() {
		return nil
	}
	const name, on = "GODEBUG", "tracebacklabels=1"
	value := on
	if old := os.Getenv(name); old != "" {
		value = old + "," + on // the last setting wins
	}
	if err := os.Setenv(name, value); err != nil {
		return err
	}
	if !labelsShown() {
		return errors.New("this Go runtime shows no goroutine labels in stack dumps; build with Go 1.26, or use Config.Cooperative")
	}
	return nil
}

func labelsShown() bool {
	label, ctx := newLabel()
	shown := make(chan bool)
	go func() {
		setLabel(ctx)
		var dump [1 << 10]byte
		shown <- bytes.Contains(dump[:runtime.Stack(dump[:], false)], []byte(label))
	}()
	return <-shown
}

// turnPatience is how often a turn is waited for before all goroutines are
// looked at: most turns are short, and looking costs as much as a hundred tries,
// and about as much as one more for each goroutine.
const turnPatience = 100

// settle waits until every application is parked.
func (s *scheduler) settle() {
	look := 0 // from which try on
	for try := 0; ; try++ {
		runtime.Gosched()
		quiet, patience := s.accounted()
		if quiet {
			return
		}
		if look = max(look, patience); try < look {
			pause(try - turnPatience)
			continue
		}
		if s.cooperative {
			s.mu.Lock()
			for s.busy > 0 && !s.closed {
				s.changed.Wait()
			}
			s.mu.Unlock()
			return
		}
		switch s.activity() {
		case allParked:
			return
		case someLocked:
			if try >= look+lockPatience {
				return
			}
		case someRunning:
		}
		s.mu.Lock()
		closed := s.closed
		s.mu.Unlock()
		if closed {
			return
		}
		pause(try - look)
	}
}

// pause gives the processor away, for longer the more often it was tried.
func pause(try int) {
	if try < 20 {
		runtime.Gosched()
		return
	}
	time.Sleep(min(time.Duration(try)*time.Microsecond, time.Millisecond))
}

// dumps are buffers for stack dumps; they grow to what the process needs.
var dumps = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// accounted reports whether everyone is known to be parked without looking: all
// goroutines that there are were started by Go, each waited in a call of the
// network when that was last made sure of, those that were let go since have
// come back, and the process has made no goroutine that was not counted. If only
// the coming back is missing, patience says how often to ask again.
func (s *scheduler) accounted() (quiet bool, patience int) {
	s.mu.Lock()
	sure, busy, created, live := s.sure, s.busy, s.created, s.live
	s.mu.Unlock()
	if !sure || !s.cooperative && goroutinesCreated() != created {
		return false, 0
	}
	return busy == 0, turnPatience + live
}

// assured notes that all goroutines of this network wait in its calls, at a
// time when the process had made that many goroutines.
func (s *scheduler) assured(created uint64) {
	s.sure, s.created, s.busy = true, created, 0
}

func goroutinesCreated() uint64 {
	sample := [1]metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(sample[:])
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0 // never what is expected: activity will look
	}
	return sample[0].Value.Uint64()
}

// activity is what a network's goroutines do.
type activity uint8

const (
	allParked activity = iota
	// someLocked: the rest waits for mutexes. Whoever holds one may be a
	// goroutine of someone else, at work: such a wait ends by itself. Or it may
	// be parked, and will hold it until it gets what it waits for.
	someLocked
	someRunning
)

// lockPatience is how often locked goroutines are looked at before they count
// as parked: some milliseconds.
const lockPatience = 60

// activity looks at every goroutine of this network but the caller.
func (s *scheduler) activity() activity {
	created := goroutinesCreated()
	s.mu.Lock()
	live := s.live
	s.mu.Unlock()
	buffer := dumps.Get().(*[]byte)
	defer dumps.Put(buffer)
	used := runtime.Stack(*buffer, true)
	for used == len(*buffer) {
		*buffer = make([]byte, 2*used)
		used = runtime.Stack(*buffer, true)
	}
	seen, found := survey((*buffer)[:used], s.label)
	s.mu.Lock()
	returned := s.live < live
	if s.sure = false; found == allParked && seen == live && len(s.parked) == live {
		s.assured(created)
	}
	s.mu.Unlock()
	if seen >= live {
		return found
	}
	if !returned {
		_ = showLabels() // someone has switched them off
	}
	return someRunning
}

// The runtime's words for what a goroutine waits for.
var (
	parkedWords = []string{"chan ", "select", "sync.Cond", "sync.WaitGroup", "IO wait", "sleep", "coroutine", "synctest"}
	lockedWords = []string{"sync.Mutex", "sync.RWMutex", "semacquire"}
)

// survey reads a stack dump: how many goroutines bear the label, and what the
// busiest of them does. The first goroutine in a dump is the one that asked for
// it.
func survey(dump []byte, label string) (seen int, found activity) {
	for first := true; len(dump) > 0; first = false {
		head, _, _ := bytes.Cut(dump, []byte("\n"))
		if !first && bytes.Contains(head, []byte(label)) {
			seen++
			found = max(found, stateOf(string(head)))
		}
		_, rest, more := bytes.Cut(dump, []byte("\n\n"))
		if !more {
			break
		}
		dump = rest
	}
	return seen, found
}

// stateOf reads the state in "goroutine 7 [chan receive, 2 minutes labels:{…}]:".
func stateOf(head string) activity {
	_, state, _ := strings.Cut(head, "[")
	is := func(word string) bool { return strings.HasPrefix(state, word) }
	switch {
	case slices.ContainsFunc(parkedWords, is):
		return allParked
	case slices.ContainsFunc(lockedWords, is):
		return someLocked
	}
	return someRunning
}
