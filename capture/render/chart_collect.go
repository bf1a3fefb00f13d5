package render

import (
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
	started bool
	first   time.Time
	ways    [2]flowWay
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

// plotter draws a chart as events come.
type plotter struct {
	follower
	o   Options
	say speaker
	c   *chart
}

// begin begins a chart.
func (k PlotKind) begin(o Options) *plotter {
	c := &chart{title: o.Title}
	say := o.speaker()
	f := follower{stream: -1}
	if len(o.Streams) > 0 {
		f.stream = o.Streams[0]
	}
	for e := range f.ways {
		f.ways[e].plotted = k.make()
		p := &panel{unit: k.unit, tracks: f.ways[e].tracks}
		from, to := explain.Label(o.Lang, "role."+tcpstate.End(e).String()), explain.Label(o.Lang, "role."+tcpstate.End(e).Peer().String())
		p.title = say.f(wordWay, from, to)
		c.panels = append(c.panels, p)
	}
	return &plotter{f, o, say, c}
}

func (p *plotter) add(e *trace.Event) {
	switch {
	case (e.Kind == trace.KindSegment || e.Kind == trace.KindArrival) && p.takes(e):
		p.segment(e, p.c)
		if p.c.about == "" {
			p.c.about = p.say.f(wordOneConnection, p.o.connection(p.say, e.Stream), partyAddress(e, tcpstate.Client), partyAddress(e, tcpstate.Server))
		}
	case e.Kind == trace.KindTotals && e.Totals.Connections > 1:
		p.c.notes = append(p.c.notes, p.say.f(wordOthersThere, e.Totals.Connections))
	}
}

// end returns the chart when there are no more events.
func (p *plotter) end() *chart {
	for _, w := range p.ways {
		if w.finish != nil {
			w.finish()
		}
	}
	return p.c
}

// partyAddress is the address of an end of a segment's connection.
func partyAddress(e *trace.Event, who tcpstate.End) string {
	a := e.Segment.Src
	if e.Segment.Reading.From != who {
		a = e.Segment.Dst
	}
	return safe(a.String())
}

// takes reports whether a segment belongs to the connection that is drawn, and
// chooses that.
func (f *follower) takes(e *trace.Event) bool {
	if f.stream < 0 && e.Segment.Len > 0 {
		f.stream = e.Stream
	}
	return e.Stream == f.stream
}

func (f *follower) segment(e *trace.Event, c *chart) {
	s := e.Segment
	if !f.started {
		f.started, f.first = true, e.At
		if s.Conn != nil && !s.Conn.FirstTime.IsZero() {
			f.first = s.Conn.FirstTime
		}
	}
	at := e.At.Sub(f.first).Seconds()
	c.until = max(c.until, at)
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
