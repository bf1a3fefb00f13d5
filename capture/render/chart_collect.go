package render

import (
	"slices"
	"time"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var (
	wordOneConnection = trace.Text{En: "%s: %s → %s", Ko: "%s: %s → %s"}
	wordOthersThere   = trace.Text{En: "connections in this trace: %d; --stream N chooses another", Ko: "이 트레이스의 연결: %d개, --stream N으로 다른 연결을 고릅니다"}
	wordWay           = trace.Text{En: "%s to %s", Ko: "%s → %s"}
)

// follower feeds one connection's segments to the tracks of both directions.
type follower struct {
	stream  int
	about   string // the connection's name and its ends
	started bool
	first   time.Time
	until   float64 // seconds from the first segment to the last
	itself  bool    // it is joined to itself
	ways    [2]flowWay
}

// peer is whom an end's segments go to.
func (f *follower) peer(from tcpstate.End) tcpstate.End {
	if f.itself {
		return from
	}
	return from.Peer()
}

// flowWay counts one direction's octets from 0, past 2³².
type flowWay struct {
	plotted
	begun bool
	seq   tcpstate.Seq // a number, and
	count float64      // where it lies
}

// at is where a number lies, counted from the first that was seen; numbers are
// never farther than 2³¹ from the last.
func (w *flowWay) at(seq tcpstate.Seq) float64 {
	if !w.begun {
		w.begun, w.seq = true, seq
	}
	n := w.count + float64(seq.Sub(w.seq))
	if n > w.count {
		w.seq, w.count = seq, n
	}
	return n
}

// collect draws the first connection that was chosen, or else the first that
// carries data; memory is bounded, however long it is.
func (k PlotKind) collect(events Events, o Options) (*chart, error) {
	p := k.begin(o)
	var failed error
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		p.add(&e)
	}
	return p.end(), failed
}

// maxOpenings bounds how many connections without data are followed until one
// carries some.
const maxOpenings = 256

// plotter draws a chart as events come.
type plotter struct {
	kind   PlotKind
	o      Options
	say    speaker
	chosen *follower // the connection that is drawn; nil until there is one
	// opening are connections that have carried no data yet: how they were opened
	// belongs to the picture of the one that does. order is that of their first
	// segments.
	opening map[int]*follower
	order   []int
	notes   []string
}

// begin begins a chart.
func (k PlotKind) begin(o Options) *plotter {
	p := &plotter{kind: k, o: o, say: o.speaker(), opening: map[int]*follower{}}
	if len(o.Streams) > 0 {
		p.chosen = k.follow(o.Streams[0])
	}
	return p
}

// follow returns a follower of a connection.
func (k PlotKind) follow(stream int) *follower {
	f := &follower{stream: stream}
	for e := range f.ways {
		f.ways[e].plotted = k.make()
	}
	return f
}

func (p *plotter) add(e *trace.Event) {
	switch {
	case e.Kind == trace.KindSegment || e.Kind == trace.KindArrival:
		if f := p.of(e); f != nil {
			f.segment(e)
			if f.about == "" {
				f.itself = e.ToItself()
				f.about = p.say.f(wordOneConnection, p.o.connection(p.say, e.Stream), partyAddress(e, tcpstate.Client), partyAddress(e, tcpstate.Server))
			}
		}
	case e.Kind == trace.KindConnection:
		p.forget(e.Stream)
	case e.Kind == trace.KindTotals && e.Totals.Connections > 1:
		p.notes = append(p.notes, p.say.f(wordOthersThere, e.Totals.Connections))
	}
}

// of returns the follower of a segment's connection, nil for one that is not drawn.
// The first connection with data is chosen.
func (p *plotter) of(e *trace.Event) *follower {
	if p.chosen != nil {
		if p.chosen.stream == e.Stream {
			return p.chosen
		}
		return nil
	}
	f := p.opening[e.Stream]
	if f == nil {
		if len(p.order) >= maxOpenings {
			p.forget(p.order[0])
		}
		f = p.kind.follow(e.Stream)
		p.opening[e.Stream], p.order = f, append(p.order, e.Stream)
	}
	if e.Segment.Len > 0 {
		p.chosen, p.opening, p.order = f, nil, nil
	}
	return f
}

// forget lets go of a connection that carried no data.
func (p *plotter) forget(stream int) {
	if _, ok := p.opening[stream]; ok {
		delete(p.opening, stream)
		p.order = slices.DeleteFunc(p.order, func(n int) bool { return n == stream })
	}
}

// draws reports whether a segment is of the connection that is drawn.
func (p *plotter) draws(e *trace.Event) bool { return p.chosen != nil && p.chosen.stream == e.Stream }

// end returns the chart when there are no more events.
func (p *plotter) end() *chart {
	c := &chart{title: p.o.Title, shows: p.o.Lang.Of(p.kind.About), notes: p.notes}
	if p.chosen == nil {
		return c
	}
	c.about, c.until = p.chosen.about, p.chosen.until
	role := func(e tcpstate.End) string { return explain.Label(p.o.Lang, "role."+e.String()) }
	for i, w := range p.chosen.ways {
		if w.finish != nil {
			w.finish()
		}
		from := tcpstate.End(i)
		c.panels = append(c.panels, &panel{title: p.say.f(wordWay, role(from), role(p.chosen.peer(from))), unit: p.kind.unit, tracks: w.tracks})
	}
	return c
}

// partyAddress is the address of an end of a segment's connection.
func partyAddress(e *trace.Event, who tcpstate.End) string {
	a := e.Segment.Src
	if e.Segment.Reading.From != who {
		a = e.Segment.Dst
	}
	return safe(a.String())
}

// segment shows a segment to both directions.
func (f *follower) segment(e *trace.Event) {
	s := e.Segment
	if !f.started {
		f.started, f.first = true, e.At
		if s.Conn != nil && !s.Conn.FirstTime.IsZero() {
			f.first = s.Conn.FirstTime
		}
	}
	at := e.At.Sub(f.first).Seconds()
	f.until = max(f.until, at)
	for i := range f.ways {
		w := &f.ways[i]
		x := sight{s: s, at: at, way: tcpstate.End(i), mine: s.Reading.From == tcpstate.End(i), arrival: e.Kind == trace.KindArrival}
		if x.mine {
			if s.SegLen() > 0 {
				x.seq = w.at(s.Seq)
			}
		} else if s.Flags.Has(tcpstate.ACK) {
			x.ack = w.at(s.Ack)
			x.edge = x.ack + float64(s.ScaledWindow)
		}
		w.look(&x)
	}
}
