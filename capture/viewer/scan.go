package viewer

import (
	"errors"
	"iter"
	"sync"
	"time"

	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// maxPlaces is how many frames are kept of each name of a finding.
const maxPlaces = 1000

// scan is the first reading of a trace, which fills the tables. It is done in
// batches, so that what was read is seen before all of it was.
type scan struct {
	job *job

	mu       sync.Mutex // a batch and close
	next     func() (trace.Event, error, bool)
	stop     func()
	live     map[int]*tcpstate.Conn // changed since the last batch
	requests map[int]int
	shared   map[string]string
	places   map[string]int // how many are kept
	between  *render.Between
}

// place is where a finding was made.
type place struct{ frame, stream int }

// scanned is what a batch found.
type scanned struct {
	conns  []connection // new and changed
	counts map[string]int
	places map[string][]place
	totals *trace.Totals
	gaps   int
	err    error
	over   bool
}

func newScan(t Trace, j *job) *scan {
	s := &scan{
		job: j, live: map[int]*tcpstate.Conn{}, requests: map[int]int{}, shared: map[string]string{},
		places: map[string]int{}, between: t.between(),
	}
	kinds := trace.KindsOf(trace.KindSegment, trace.KindMessage, trace.KindConnection, trace.KindTotals, trace.KindGap)
	s.next, s.stop = iter.Pull2(t.Events(kinds, &j.reading))
	return s
}

// batchTime is how long a batch may take, batchEvents how often that is asked.
const (
	batchTime   = 80 * time.Millisecond
	batchEvents = 1 << 10
)

// batch reads on for a while.
func (s *scan) batch() scanned {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := scanned{counts: map[string]int{}, places: map[string][]place{}}
	began := time.Now()
	for n := 1; ; n++ {
		if n%batchEvents == 0 && (time.Since(began) > batchTime || s.job.reading.Stopped()) {
			break
		}
		e, err, ok := s.next()
		if !ok {
			out.over = true
			break
		}
		if err != nil {
			if !errors.Is(err, ErrStopped) {
				out.err = errors.Join(out.err, err)
			}
			continue
		}
		s.take(&e, &out)
	}
	for n, c := range s.live {
		if s.between.Touches(render.Lived(c)) {
			out.conns = append(out.conns, connectionOf(c, s.requests[n]))
		}
	}
	clear(s.live)
	return out
}

// take reads one event. What is counted of findings lies where rows are shown, and
// connections have a part there.
func (s *scan) take(e *trace.Event, out *scanned) {
	shown := s.between.Holds(e.Frame, e.At)
	switch e.Kind {
	case trace.KindSegment:
		s.live[e.Stream] = e.Segment.Conn
		if !shown {
			return
		}
		for _, f := range e.Segment.Findings {
			if tcpstate.Denies(f.Name, e.Segment.Findings) != "" {
				continue // as in every list
			}
			out.counts[f.Name]++
			if s.places[f.Name] < maxPlaces {
				s.places[f.Name]++
				out.places[f.Name] = append(out.places[f.Name], place{e.Frame, e.Stream})
			}
		}
	case trace.KindMessage:
		if e.Message.Request {
			s.requests[e.Stream]++
		}
	case trace.KindConnection:
		if s.between.Touches(render.Lived(e.Connection)) {
			c := connectionOf(e.Connection, s.requests[e.Stream])
			c.conclude(e.Connection, s.shared)
			out.conns = append(out.conns, c)
		}
		delete(s.live, e.Stream)
		delete(s.requests, e.Stream)
	case trace.KindTotals:
		totals := *e.Totals
		out.totals = &totals
	case trace.KindGap:
		out.gaps += e.N
	default:
	}
}

// close ends the reading, after the batch that is on its way.
func (s *scan) close() {
	s.job.reading.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
}
