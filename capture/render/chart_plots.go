package render

import (
	"io"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// PlotKind is one way to plot a connection over its time.
type PlotKind struct {
	Name  string // what --view takes
	About trace.Text
	unit  quantity
	make  func() plotted // for one direction
}

// Plots are all of them, in the order in which help lists them. cwnd is no
// segment's to tell: lessons that know it draw it under their ladder.
var Plots = []PlotKind{
	{
		Name: "time-sequence", unit: inBytes, make: timeSequence,
		About: trace.Text{En: "sequence numbers over time: data, ACKs, window, what was sent again (Stevens, tcptrace)", Ko: "시간에 따른 시퀀스 번호: 데이터, ACK, 윈도우, 다시 보낸 것(Stevens, tcptrace)"},
	},
	{
		Name: "rtt", unit: inTime, make: roundTrips,
		About: trace.Text{En: "round-trip times over time, with SRTT and RTO (RFC 6298)", Ko: "시간에 따른 왕복 시간, SRTT와 RTO 포함(RFC 6298)"},
	},
	{
		Name: "window", unit: inBytes, make: windows,
		About: trace.Text{En: "bytes in flight over time, and the window that allows them", Ko: "시간에 따른 전송 중 바이트와 그것을 허용하는 윈도우"},
	},
	{
		Name: "throughput", unit: inRate, make: throughput,
		About: trace.Text{En: "throughput and goodput over time", Ko: "시간에 따른 처리량과 유효 처리량"},
	},
}

// plotted are a direction's tracks, and how they are filled.
type plotted struct {
	tracks []*track
	look   func(x *sight) // takes a segment
	finish func()         // what there is to do when there are no more; may be nil
}

// sight is a segment as one direction's tracks see it.
type sight struct {
	s       *trace.Segment
	at      float64 // seconds since the connection's first segment
	mine    bool    // this direction's sender sent it
	arrival bool    // it was seen before, leaving
	way     tcpstate.End
	seq     float64 // of its first octet, counted from the direction's first
	ack     float64 // what it acknowledges of the direction
	edge    float64 // up to where its window allows the direction to send
}

func (x *sight) has(names ...string) bool {
	for _, f := range x.s.Findings {
		for _, n := range names {
			if f.Name == n {
				return true
			}
		}
	}
	return false
}

// again reports whether a segment repeats what was sent before.
func (x *sight) again() bool {
	named := x.has(tcpstate.FoundRetransmission, tcpstate.FoundFastRetransmission, tcpstate.FoundSpuriousRetransmission, tcpstate.FoundBytesSeen)
	return named && !x.has(tcpstate.FoundFillsGap, tcpstate.FoundDuplicateFrame)
}

func timeSequence() plotted {
	data := &track{name: trace.Text{En: "data", Ko: "데이터"}, shape: bars, ink: inkData}
	ack := &track{name: trace.Text{En: "acknowledged", Ko: "확인됨(ACK)"}, shape: steps, ink: inkAck, sign: 'a', beside: true}
	window := &track{name: trace.Text{En: "edge of the window", Ko: "윈도우의 끝"}, shape: steps, ink: inkWindow, sign: 'w', beside: true}
	again := &track{name: trace.Text{En: "sent again", Ko: "다시 보냄"}, shape: crosses, ink: inkTrouble, sign: 'R'}
	late := &track{name: trace.Text{En: "late", Ko: "늦게 옴"}, shape: crosses, ink: inkLate, sign: 'L'}
	sack := &track{name: trace.Text{En: "SACK", Ko: "SACK"}, shape: crosses, ink: inkSack, sign: 'S'}
	duplicate := &track{name: trace.Text{En: "duplicate ACK", Ko: "중복 ACK"}, shape: crosses, ink: inkLate, sign: 'd'}
	look := func(x *sight) {
		switch n := float64(x.s.Len); {
		case x.arrival:
		case x.mine && x.again():
			again.addRange(x.at, x.seq, x.seq+n)
		case x.mine && n > 0 && x.has(tcpstate.FoundOutOfOrder, tcpstate.FoundFillsGap):
			late.addRange(x.at, x.seq, x.seq+n)
		case x.mine && n > 0:
			data.addRange(x.at, x.seq, x.seq+n)
		case !x.mine && x.s.Flags.Has(tcpstate.ACK) && !x.s.Flags.Has(tcpstate.RST):
			if x.s.NewerAck == 0 { // what was overtaken says nothing of now
				ack.add(x.at, x.ack)
			}
			if x.s.NewerAck == 0 && x.s.ScaleKnown {
				window.add(x.at, x.edge)
			}
			if x.has(tcpstate.FoundDuplicateAck) {
				duplicate.add(x.at, x.ack)
			}
			for i, b := range x.s.Options.Sack[:min(max(x.s.Options.SackBlocks, 0), 4)] {
				left, right := x.ack+float64(b.Left.Sub(x.s.Ack)), x.ack+float64(b.Right.Sub(x.s.Ack))
				if right > left && left >= 0 && x.s.Astray>>i&1 == 0 {
					sack.addRange(x.at, left, right)
				}
			}
		}
	}
	return plotted{tracks: []*track{data, ack, window, sack, late, duplicate, again}, look: look}
}

func roundTrips() plotted {
	sample := &track{name: trace.Text{En: "round trip", Ko: "왕복 시간"}, shape: points, ink: inkData}
	smooth := &track{name: trace.Text{En: "SRTT", Ko: "SRTT"}, shape: steps, ink: inkAck, sign: 's', beside: true}
	timeout := &track{name: trace.Text{En: "RTO, before its minimum", Ko: "RTO, 최솟값 적용 전"}, shape: steps, ink: inkWindow, sign: 'o', beside: true}
	again := &track{name: trace.Text{En: "sent again", Ko: "다시 보냄"}, shape: crosses, ink: inkTrouble, sign: 'R'}
	seen := 0
	look := func(x *sight) {
		if x.mine && x.again() && !x.arrival {
			again.add(x.at, 0)
		}
		if x.s.Conn == nil {
			return
		}
		r := x.s.Conn.RTT(x.way)
		if x.mine || r.Samples == seen {
			return
		}
		seen = r.Samples
		sample.add(x.at, float64(r.Latest))
		smooth.add(x.at, float64(r.Estimated))
		timeout.add(x.at, float64(r.RTO))
	}
	return plotted{tracks: []*track{sample, smooth, timeout, again}, look: look}
}

func windows() plotted {
	flight := &track{name: trace.Text{En: "in flight", Ko: "전송 중"}, shape: steps, ink: inkData, sign: 'f'}
	window := &track{name: trace.Text{En: "window of the receiver", Ko: "수신자 윈도우"}, shape: steps, ink: inkWindow, sign: 'w', beside: true}
	closed := &track{name: trace.Text{En: "window closed", Ko: "윈도우 닫힘"}, shape: crosses, ink: inkTrouble, sign: '0'}
	look := func(x *sight) {
		if x.s.Conn != nil && (x.s.Len > 0 || !x.mine) && !x.s.Flags.Has(tcpstate.SYN) {
			flight.add(x.at, float64(x.s.Conn.InFlight(x.way)))
		}
		if x.mine || x.arrival || !x.s.ScaleKnown || x.s.NewerAck != 0 || x.s.Flags.Has(tcpstate.RST) {
			return
		}
		window.add(x.at, float64(x.s.ScaledWindow))
		if x.s.Window == 0 {
			closed.add(x.at, 0)
		}
	}
	return plotted{tracks: []*track{window, flight, closed}, look: look}
}

// plotView is a plot as a view: for a terminal and as a picture.
func plotView(k PlotKind) View {
	draw := func(f func(io.Writer, *chart, Options) error) renderFunc {
		return func(w io.Writer, events Events, o Options) error {
			c, failed := k.collect(events, o)
			return firstError(f(w, c, o), failed)
		}
	}
	text := textOf(k.Name, draw(chartText))
	return View{Name: k.Name, About: k.About, Formats: []Format{text, {
		Name: "svg", Extension: "." + k.Name + ".svg", MIME: "image/svg+xml", Document: true, Render: draw(chartSVG),
		About: trace.Text{En: "picture for slides and pages", Ko: "슬라이드와 웹 문서에 넣을 그림"},
	}}}
}

// plotViews are Plots as views.
func plotViews() []View {
	all := make([]View, 0, len(Plots))
	for _, k := range Plots {
		all = append(all, plotView(k))
	}
	return all
}
