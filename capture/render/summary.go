package render

import (
	"cmp"
	"io"
	"slices"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Bounds of what a summary keeps, whatever the trace.
const (
	worst      = 5   // connections, and exchanges, that are named
	maxNames   = 24  // methods that are told apart
	maxPending = 256 // requests of one connection that wait for their answer
)

// Summary writes a trace on one page: what is in it, how its connections ended,
// what was found, how its HTTP did, and where to look first. Memory is bounded
// by the connections that are alive.
func Summary(w io.Writer, events Events, o Options) error {
	s, failed := summarise(events, o)
	t := newText(w, o)
	t.page(s)
	return firstError(t.w.Flush(), failed)
}

// summarise counts what the events tell, until the error that they end in.
func summarise(events Events, o Options) (*summary, error) {
	s := summary{between: o.Between, findings: map[string]findingCount{}, methods: map[string]int{}, statuses: map[int]int{}, asked: map[int][]pending{}}
	for e, err := range events {
		if err != nil {
			return &s, err
		}
		o.Between.begins(e.At)
		if e.Stream < 0 || o.shows(e.Stream) {
			s.add(&e)
		}
	}
	return &s, nil
}

// summary is what is counted: connections and exchanges of which a part lies where
// it is asked for.
type summary struct {
	between     *Between
	totals      trace.Totals
	connections int
	openings    [2]int // connections whose SYN was not seen, and whose was
	complete    int    // handshakes
	endings     [tcpstate.EndNever + 1]int
	oneSided    int      // of those that are EndHalf
	bytes       [2]int64 // payload by end, every octet once
	findings    map[string]findingCount
	troubled    []troubledConnection

	requests, responses int
	methods             map[string]int
	statuses            map[int]int
	waits               sketch
	asked               map[int][]pending
	slowest             []slowExchange
}

// findingCount is how often something was found, and in how many connections.
type findingCount struct{ times, connections int }

type troubledConnection struct {
	stream, frame, trouble int
	key                    tcpstate.Key
	findings               map[string]int
}

// pending is a request without its final response.
type pending struct {
	http1.Span
	exchange       int
	method, target string
	counted        bool
	// unsure: it may have been answered by a response that is paired with none.
	unsure bool
	// answered: it is not complete yet, and has been answered.
	answered bool
}

// slowExchange has status 0 where no answer was seen.
type slowExchange struct {
	pending
	stream, status int
	wait           time.Duration
}

func (s *summary) slow(x slowExchange) {
	s.slowest = insert(s.slowest, x, func(a, b slowExchange) int {
		return cmp.Or(cmp.Compare(b.wait, a.wait), a.FirstFrame-b.FirstFrame)
	})
}

func (s *summary) add(e *trace.Event) {
	switch {
	case e.Kind == trace.KindConnection && !s.between.Touches(Lived(e.Connection)):
		delete(s.asked, e.Stream)
	case e.Kind == trace.KindConnection:
		s.connection(e.Connection)
	case e.Kind == trace.KindMessage && e.Message.Request:
		s.request(e.Stream, e.Message)
	case e.Kind == trace.KindMessage:
		s.response(e.Stream, e.Message)
	case e.Kind == trace.KindTotals:
		s.totals = *e.Clone().Totals
	}
}

func (s *summary) connection(c *tcpstate.Conn) {
	for _, p := range s.asked[c.Stream] {
		if p.counted && !p.unsure && !p.answered && (!c.Measured() || c.Awaits()) {
			s.slow(slowExchange{pending: p, stream: c.Stream, wait: max(c.LastTime.Sub(p.LastTime), 0)})
		}
	}
	delete(s.asked, c.Stream)
	for name, n := range c.Standing() {
		f := s.findings[name]
		s.findings[name] = findingCount{f.times + n, f.connections + 1}
	}
	for end := range s.bytes {
		s.bytes[end] += c.Bytes[end]
	}
	s.trouble(c)
	if c.Resumed {
		return // it has been counted
	}
	s.connections++
	s.endings[min(int(c.Ending), len(s.endings)-1)]++
	if c.Ending == tcpstate.EndHalf && c.OneSided() {
		s.oneSided++
	}
	if c.Handshake.Asked {
		s.openings[1]++
	} else {
		s.openings[0]++
	}
	if c.Handshake.Complete {
		s.complete++
	}
}

// worthALook are the findings that make a connection worth a look: each for its
// own sake, not as the echo of another.
var worthALook = []string{
	tcpstate.FoundRetransmission, tcpstate.FoundFastRetransmission, tcpstate.FoundSpuriousRetransmission,
	tcpstate.FoundReordered, tcpstate.FoundInconsistent, tcpstate.FoundLostSegment, tcpstate.FoundAckLostSegment, tcpstate.FoundZeroWindow, tcpstate.FoundWindowFull,
	tcpstate.FoundBadChecksum, tcpstate.FoundHalfOpen, tcpstate.FoundOffFigure,
}

func (s *summary) trouble(c *tcpstate.Conn) {
	n, found := 0, c.Standing()
	for _, name := range worthALook {
		n += found[name]
	}
	if n == 0 {
		return
	}
	s.troubled = insert(s.troubled, troubledConnection{stream: c.Stream, frame: c.First, trouble: n, key: c.Key, findings: found},
		func(a, b troubledConnection) int { return cmp.Or(b.trouble-a.trouble, a.stream-b.stream) })
}

// insert adds x to the worst, which are in order.
func insert[T any](all []T, x T, order func(a, b T) int) []T {
	at, _ := slices.BinarySearchFunc(all, x, order)
	if at == worst {
		return all
	}
	all = slices.Insert(all, at, x)
	return all[:min(len(all), worst)]
}

func (s *summary) request(stream int, m *http1.Message) {
	p := pending{Span: m.Span, exchange: m.Exchange, method: m.Method, target: cut(m.Target, maxTarget, "…"), counted: s.between.Touches(m.Span)}
	if p.counted {
		s.asks(p.method)
	}
	asked := s.asked[stream]
	early := func(p pending) bool { return p.answered && p.exchange == m.Exchange }
	if i := slices.IndexFunc(asked, early); i >= 0 {
		s.asked[stream] = slices.Delete(asked, i, i+1)
	} else if len(asked) < maxPending {
		s.asked[stream] = append(asked, p)
	}
}

// asks counts a request.
func (s *summary) asks(method string) {
	s.requests++
	if _, known := s.methods[method]; known || len(s.methods) < maxNames {
		s.methods[method]++
	} else {
		s.methods["…"]++
	}
}

// answers counts a response.
func (s *summary) answers(status int) {
	s.responses++
	s.statuses[status]++
}

// maxTarget is how much of a request's target is kept, in cells.
const maxTarget = 200

func (s *summary) response(stream int, m *http1.Message) {
	asked, i := s.asked[stream], -1
	final := m.Status >= 200 || m.Status == 101 // else it follows (RFC 9110 §15.2)
	if final {
		i = slices.IndexFunc(asked, func(p pending) bool { return p.exchange == m.Exchange })
	}
	if i < 0 { // its request was not seen, or was not complete before it
		switch {
		case final && m.Exchange == 0:
			for i := range asked {
				asked[i].unsure = true
			}
		case final && len(asked) < maxPending:
			s.asked[stream] = append(asked, pending{exchange: m.Exchange, answered: true})
		}
		if s.between.Touches(m.Span) {
			s.answers(m.Status)
		}
		return
	}
	p := asked[i]
	s.asked[stream] = slices.Delete(asked, 0, i+1) // what was asked before is answered, too (RFC 9112 §9.3.2)
	all := p.Span
	if all.Join(m.Span); !s.between.Touches(all) {
		return
	}
	s.answers(m.Status)
	if !p.counted {
		s.asks(p.method)
	}
	wait := m.FirstTime.Sub(p.LastTime)
	s.waits.add(wait)
	s.slow(slowExchange{pending: p, stream: stream, status: m.Status, wait: wait})
}
