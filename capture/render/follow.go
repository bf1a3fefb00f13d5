package render

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"statelab/capture/explain"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// piece is the next piece of what one end of a connection sent.
type piece struct {
	stream int
	key    tcpstate.Key
	from   tcpstate.End
	stream.Chunk
	// unseen: nothing cut the direction off, the trace has no more of it.
	unseen bool
	// arrived: its frame has the number under which it left, and the time at which
	// it arrived.
	arrived bool
}

// follow reads connections as their two programs do: the octets in order, each
// once, whatever the network did to the segments. Of a segment that was watched
// at both ends, its arrival counts: what the wire lost was never read. It holds
// what waits for a hole to be filled (see stream.Limits).
func follow(events Events, o Options, tell func(piece) error) error {
	var failed error
	assembler, following, unseen, arrived := stream.New(stream.Limits{}), map[int]*stream.Conn{}, false, false
	open := func(n int, key tcpstate.Key) *stream.Conn {
		c := assembler.Open(func(from tcpstate.End, chunk *stream.Chunk) {
			if failed == nil && (o.Side == BothSides || o.Side == Side(from)+1) && o.Between.Holds(chunk.Frame, chunk.Time) {
				failed = tell(piece{n, key, from, *chunk, unseen, arrived})
			}
		})
		following[n] = c
		return c
	}
	for e, err := range events {
		o.Between.begins(e.At)
		switch {
		case err != nil:
			return firstError(failed, err)
		case !o.shows(e.Stream):
		case e.Kind == trace.KindSegment && e.Wire == 0, e.Kind == trace.KindArrival:
			arrived = e.Kind == trace.KindArrival
			c := following[e.Stream]
			if c == nil {
				c = open(e.Stream, e.Segment.Conn.Key)
			}
			if !e.Segment.Damaged {
				c.Segment(e.Segment.From, &e.Segment.Segment)
			}
			if e.Segment.Aborts(&e.Segment.Segment) {
				c.Close()
			}
		case e.Kind == trace.KindConnection && following[e.Stream] != nil:
			unseen = e.Connection.Ending != tcpstate.EndRST
			following[e.Stream].Close()
			unseen = false
			delete(following, e.Stream)
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// Side chooses one direction of a connection.
type Side uint8

// Sides.
const (
	BothSides Side = iota
	ClientSide
	ServerSide
)

// FollowText writes what the two programs of a connection said to each other, a
// line for each of their own: > from the client, < from the server. What cannot
// be printed stands as an escape.
func FollowText(w io.Writer, events Events, o Options) error {
	return followLines(w, events, o, func(t *text, sign string, p piece) {
		for line := range bytes.Lines(p.Data) {
			t.byteLine(sign, t.say.heardBytes(line, -1))
		}
	})
}

// FollowHex is FollowText with the octets in hexadecimal, and before them their
// place in the stream, from 0.
func FollowHex(w io.Writer, events Events, o Options) error {
	return followLines(w, events, o, func(t *text, sign string, p piece) {
		for at := 0; at < len(p.Data); at += hexWidth {
			octets := p.Data[at:min(at+hexWidth, len(p.Data))]
			t.raw(plain, fmt.Sprintf("%s %08x  %-*s |%s|", sign, p.Offset+int64(at), 3*hexWidth, spaced(octets), printable(octets)))
		}
	})
}

const hexWidth = 16 // octets on a line

func spaced(octets []byte) string {
	var b strings.Builder
	for _, o := range octets {
		b.WriteString(hex.EncodeToString([]byte{o}))
		b.WriteByte(' ')
	}
	return b.String()
}

// printable shows ASCII as it is, and a point for everything else.
func printable(octets []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, strings.ToValidUTF8(string(octets), "."))
}

// followLines writes a head whenever another end speaks, and below it what it
// says.
func followLines(w io.Writer, events Events, o Options, write func(t *text, sign string, p piece)) error {
	t := newText(w, o)
	t.title()
	var first time.Time
	last := piece{stream: -1}
	err := follow(timed(events, &first), o, func(p piece) error {
		if p.stream != last.stream || p.from != last.from || p.Kind != stream.Data {
			t.speaker(p, p.Time.Sub(first))
		}
		last = p
		if p.Kind == stream.Data {
			sign := ">"
			if p.from == tcpstate.Server {
				sign = "<"
			}
			write(t, sign, p)
		}
		return t.w.Flush()
	})
	if last.stream < 0 {
		t.plainLine(t.say.of(wordEmpty))
	}
	return firstError(t.w.Flush(), err)
}

// timed notes when the trace begins.
func timed(events Events, first *time.Time) Events {
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			if first.IsZero() && err == nil {
				*first = e.At
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// speaker writes who speaks from here on, or how a direction ended.
func (t *text) speaker(p piece, since time.Duration) {
	at, to := p.key.Client, p.key.Server
	if p.from == tcpstate.Server {
		at, to = to, at
	}
	role := func(e tcpstate.End) string { return explain.Label(t.o.Lang, "role."+e.String()) }
	what := fmt.Sprintf("%.5f s", since.Seconds())
	switch {
	case p.Frame > 0 && p.arrived:
		what = t.say.f(wordFrameArrives, p.Frame, what)
	case p.Frame > 0:
		what = t.say.f(wordFrame, p.Frame) + ", " + what
	}
	style := strong
	switch p.Kind {
	case stream.Data:
	case stream.Gap:
		style = trouble
		what = "✗ " + t.say.of(wordGapUnknown)
		if p.Lost > 0 {
			what = "✗ " + t.say.f(wordGap, explain.Count(p.Lost, "byte"))
		}
	case stream.End:
		what = t.say.f(wordStreamEnd, explain.Count(p.Offset, "byte")) + ", " + what
	case stream.Cut:
		word := wordStreamCut
		if p.unseen {
			word = wordStreamOpen
		}
		what = t.say.f(word, explain.Count(p.Offset, "byte")) + ", " + what
	}
	t.blank()
	t.painted(style, fmt.Sprintf("#%d  %s %s → %s %s  %s", p.stream, role(p.from), at, role(p.key.Peer(p.from)), to, what))
}

var (
	wordFrame        = trace.Text{En: "frame %d", Ko: "프레임 %d"}
	wordFrameArrives = trace.Text{En: "frame %d, arrives at %s", Ko: "프레임 %d, 도착 %s"}
	wordGap          = trace.Text{En: "missing from the trace: %s", Ko: "트레이스에 %d바이트가 없음"}
	wordGapUnknown   = trace.Text{En: "bytes before this are missing from the trace", Ko: "트레이스에 이보다 앞선 바이트가 없음"}
	wordStreamEnd    = trace.Text{En: "end (FIN) after %s", Ko: "%d바이트 뒤 끝(FIN)"}
	wordStreamCut    = trace.Text{En: "cut off after %s", Ko: "%d바이트 뒤 끊김"}
	wordStreamOpen   = trace.Text{En: "the trace shows no more after %s", Ko: "%d바이트 뒤로는 트레이스에 없음"}
)

// FollowRaw writes the octets themselves, and nothing else.
func FollowRaw(w io.Writer, events Events, o Options) error {
	return follow(events, o, func(p piece) error {
		if p.Kind != stream.Data {
			return nil
		}
		_, err := w.Write(p.Data)
		return err
	})
}
