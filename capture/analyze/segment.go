package analyze

import (
	"statelab/capture"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// tellSegment tells that a segment was seen, and keeps who sent it where its
// arrival may be seen too.
func (r *run) tellSegment(f *capture.Frame, s *tcpstate.Segment, reading *tcpstate.Reading, arrival bool) {
	from, to := r.opts.parties(reading.Conn, reading.From)
	if r.wantsSegments {
		r.segment.Segment, r.segment.Reading = *s, *reading
	}
	e := trace.Event{
		Kind: trace.KindSegment, At: f.Time, Frame: f.Number, Wire: f.Wire, Stream: reading.Conn.Stream,
		From: from, To: to, Segment: &r.segment,
	}
	if arrival {
		e.Kind = trace.KindArrival
	} else if f.Wire != 0 {
		r.sent.add(f.Wire, departure{frame: f.Number, stream: e.Stream, from: from, to: to, at: f.Time, tap: f.Vantage})
	}
	r.emit(e)
}

// whereabouts notes which connection its ends' reports will be about.
func (r *run) whereabouts(s *tcpstate.Segment, from tcpstate.End, stream int) {
	if !r.reported {
		return
	}
	here, there := endKey{s.Src, s.Dst}, endKey{s.Dst, s.Src}
	r.streams[here], r.streams[there] = place{stream, from}, place{stream, from.Peer()}
	if here == there {
		r.streams[here] = place{stream, from} // it is joined to itself
	}
}
