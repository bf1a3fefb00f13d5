package render

import (
	"time"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
)

// jsonAnalysis is what was measured of a connection; `statelab guide
// tcp-analysis` defines every number.
type jsonAnalysis struct {
	Span       int64               `json:"span_ns"`
	Spent      jsonSpent           `json:"spent_ns"`
	Verdict    *jsonJudgement      `json:"verdict"`
	ClosedBy   *jsonCloser         `json:"closed_by"`
	Directions ends[jsonDirection] `json:"directions"`
}

// jsonSpent adds up to the span.
type jsonSpent struct {
	Opening int64 `json:"opening"`
	Closing int64 `json:"closing"`
	Loss    int64 `json:"loss"`
	Window  int64 `json:"window"`
	Path    int64 `json:"path"`
	Delayed int64 `json:"delayed-ack"`
	Client  int64 `json:"client"`
	Server  int64 `json:"server"`
	Idle    int64 `json:"idle"`
	Unseen  int64 `json:"unseen"`
}

type jsonJudgement struct {
	Kind  string  `json:"kind"`
	Limit *string `json:"limit"`
	For   int64   `json:"for_ns"`
	En    string  `json:"en"`
	Ko    string  `json:"ko"`
}

type jsonCloser struct {
	End   string `json:"end"`
	Frame int    `json:"frame"`
	By    string `json:"by"`
}

// jsonDirection is about what one end sent.
type jsonDirection struct {
	DataSegments  int          `json:"data_segments"`
	TotalBytes    int64        `json:"total_bytes"`
	Retransmitted jsonAgain    `json:"retransmitted"`
	Late          int          `json:"late_segments"`
	Overtaken     int          `json:"late_overtaken"`
	Remade        int          `json:"late_resent"`
	RTT           *jsonRTT     `json:"rtt"`
	Window        *jsonWindow  `json:"window_bytes"`
	InFlight      jsonInFlight `json:"bytes_in_flight"`
	Throughput    *float64     `json:"throughput_bytes_per_s"`
	Goodput       *float64     `json:"goodput_bytes_per_s"`
	Active        int64        `json:"active_ns"`
	Busy          int64        `json:"busy_ns"`
	Limited       int64        `json:"window_limited_ns"`
	Closed        int64        `json:"zero_window_ns"`
}

type jsonAgain struct {
	Segments int   `json:"segments"`
	Bytes    int64 `json:"bytes"`
	Fast     int   `json:"fast"`
	Timeout  int   `json:"timeout"`
	Spurious int   `json:"spurious"`
	Copies   int   `json:"copies"`
	DSACKs   int   `json:"dsacks"`
}

type jsonRTT struct {
	Samples   int   `json:"samples"`
	Min       int64 `json:"min_ns"`
	Median    int64 `json:"median_ns"`
	Max       int64 `json:"max_ns"`
	Estimated int64 `json:"estimated_ns"`
	Deviation int64 `json:"deviation_ns"`
	RTO       int64 `json:"rto_ns"`
}

type jsonWindow struct {
	Min    uint32 `json:"min"`
	Median uint32 `json:"median"`
	Max    uint32 `json:"max"`
}

type jsonInFlight struct {
	Max  uint32  `json:"max"`
	Mean float64 `json:"mean"`
}

func analysisOf(c *tcpstate.Conn) *jsonAnalysis {
	v, spent := c.Verdict(), c.Spent()
	ns := func(l tcpstate.Limit) int64 { return spent[l].Nanoseconds() }
	a := &jsonAnalysis{
		Span: c.Span().Nanoseconds(),
		Spent: jsonSpent{
			Opening: ns(tcpstate.LimitOpening), Closing: ns(tcpstate.LimitClosing), Loss: ns(tcpstate.LimitLoss),
			Window: ns(tcpstate.LimitWindow), Path: ns(tcpstate.LimitPath), Client: ns(tcpstate.LimitClient),
			Delayed: ns(tcpstate.LimitDelayedAck),
			Server:  ns(tcpstate.LimitServer), Idle: ns(tcpstate.LimitIdle), Unseen: ns(tcpstate.LimitUnseen),
		},
		Directions: ends[jsonDirection]{directionOf(c, tcpstate.Client), directionOf(c, tcpstate.Server)},
	}
	if c.Measured() {
		a.Verdict = &jsonJudgement{
			Kind: v.Kind.String(), For: v.For.Nanoseconds(),
			En: explain.Verdict(explain.English, c), Ko: explain.Verdict(explain.Korean, c),
		}
	}
	if c.Measured() && v.Kind == tcpstate.VerdictLimited {
		a.Verdict.Limit = new(v.Limit.String())
	}
	if who, frame, reset := c.FirstCloser(); frame != 0 {
		a.ClosedBy = &jsonCloser{End: who.String(), Frame: frame, By: "fin"}
		if reset {
			a.ClosedBy.By = "rst"
		}
	}
	return a
}

func directionOf(c *tcpstate.Conn, e tcpstate.End) jsonDirection {
	d := c.Direction(e)
	j := jsonDirection{
		DataSegments: d.DataSegments, TotalBytes: d.Total, Retransmitted: jsonAgain(d.Again), Late: d.Late,
		Overtaken: d.Overtaken, Remade: d.Remade,
		InFlight: jsonInFlight{Max: d.FlightMax, Mean: d.FlightMean}, Active: d.Active.Nanoseconds(),
		Busy: d.Busy.Nanoseconds(), Limited: d.Limited.Nanoseconds(), Closed: d.Closed.Nanoseconds(),
	}
	if r := d.RTT; r.Samples > 0 {
		j.RTT = &jsonRTT{
			Samples: r.Samples, Min: r.Min.Nanoseconds(), Median: r.Median.Nanoseconds(), Max: r.Max.Nanoseconds(),
			Estimated: r.Estimated.Nanoseconds(), Deviation: r.Deviation.Nanoseconds(), RTO: r.RTO.Nanoseconds(),
		}
	}
	if d.Window.Known {
		j.Window = &jsonWindow{Min: d.Window.Min, Median: d.Window.Median, Max: d.Window.Max}
	}
	if d.Active > time.Duration(0) {
		j.Throughput, j.Goodput = new(d.Throughput()), new(d.Goodput())
	}
	return j
}
