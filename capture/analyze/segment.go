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
		r.sent.add(f.Wire, departure{frame: f.Number, stream: e.Stream, end: reading.From, from: from, to: to, at: f.Time, tap: f.Vantage})
	}
	r.emit(e)
}

// whereabouts notes which connection its ends' reports will be about. Where every
// segment is seen arriving, its receiver knows of a new connection from then on.
func (r *run) whereabouts(f *capture.Frame, s *tcpstate.Segment, at place, arrival bool) {
	if !r.reported {
		return
	}
	here, there := endKey{s.Src, s.Dst}, endKey{s.Dst, s.Src}
	if arrival {
		if left, known := r.sent.of(f.Wire); known && left.stream >= r.streams[there].stream {
			r.streams[there] = place{left.stream, left.end.Peer()}
		}
		return
	}
	if _, known := r.streams[there]; !known || !r.opts.Exact {
		r.streams[there] = place{at.stream, at.end.Peer()}
	}
	r.streams[here] = at // the last: it may be joined to itself
}
