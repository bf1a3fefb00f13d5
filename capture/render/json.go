package render

import (
	"encoding/json"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// JSON writes one object: {"file","frames","connections":[…],"http":[…]}, and
// collects for it what grows with connections and exchanges, never with bytes.
// What is absent is null. Where the events end in an error, the object holds
// what came before it.
func JSON(w io.Writer, events Events, o Options) error {
	doc := jsonDocument{File: valid(o.File), Connections: []*jsonConnection{}, HTTP: []*jsonExchange{}}
	pairs := exchanges{open: map[int][]*jsonExchange{}}
	var failed error
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		if e.Frame > doc.Frames {
			doc.Frames = e.Frame
		}
		if e.Stream >= 0 && !o.shows(e.Stream) {
			continue
		}
		switch {
		case e.Kind == trace.KindConnection:
			doc.Connections = append(doc.Connections, connectionOf(e.Connection))
		case e.Kind == trace.KindMessage:
			if x := pairs.add(e.Stream, e.Message); x != nil {
				doc.HTTP = append(doc.HTTP, x)
			}
		case e.Kind == trace.KindTotals:
			doc.Frames = e.Totals.Frames
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return firstError(enc.Encode(doc), failed)
}

type jsonDocument struct {
	File        string            `json:"file"`
	Frames      int               `json:"frames"`
	Connections []*jsonConnection `json:"connections"`
	HTTP        []*jsonExchange   `json:"http"`
}

type jsonConnection struct {
	Stream    int            `json:"stream"`
	Client    jsonAddress    `json:"client"`
	Server    jsonAddress    `json:"server"`
	OpenedBy  *string        `json:"opened_by"`
	Handshake jsonHandshake  `json:"handshake"`
	ISN       ends[*uint32]  `json:"isn"`
	Options   ends[*jsonSYN] `json:"options"`
	Closed    string         `json:"closed"`
	States    ends[[]string] `json:"states"`
	Bytes     ends[int64]    `json:"bytes"`
	Segments  ends[int]      `json:"segments"`
	Frames    [2]int         `json:"frames"`
	Findings  map[string]int `json:"findings"`
}

// ends is a value for each end of a connection.
type ends[T any] struct {
	Client T `json:"client"`
	Server T `json:"server"`
}

type jsonAddress struct {
	IP   string `json:"ip"`
	Port uint16 `json:"port"`
}

type jsonHandshake struct {
	Complete bool   `json:"complete"`
	SYN      *int   `json:"syn"`
	SynAck   *int   `json:"syn_ack"`
	Ack      *int   `json:"ack"`
	RTT      *int64 `json:"rtt_us"`
}

// jsonSYN are the options of a SYN.
type jsonSYN struct {
	MSS        *uint16 `json:"mss"`
	Scale      *uint8  `json:"window_scale"`
	SACK       bool    `json:"sack"`
	Timestamps bool    `json:"timestamps"`
}

func connectionOf(c *tcpstate.Conn) *jsonConnection {
	j := &jsonConnection{
		Stream:   c.Stream,
		Client:   jsonAddress{ipText(c.Key.Client), c.Key.Client.Port()},
		Server:   jsonAddress{ipText(c.Key.Server), c.Key.Server.Port()},
		Closed:   c.Ending.String(),
		States:   ends[[]string]{stateNames(c.History[tcpstate.Client]), stateNames(c.History[tcpstate.Server])},
		Bytes:    ends[int64]{c.Bytes[tcpstate.Client], c.Bytes[tcpstate.Server]},
		Segments: ends[int]{c.Segments[tcpstate.Client], c.Segments[tcpstate.Server]},
		Frames:   [2]int{c.First, c.Last},
		Findings: validKeys(c.Findings),
	}
	if c.OpenerKnown {
		j.OpenedBy = new(tcpstate.Client.String())
	}
	h := c.Handshake
	j.Handshake = jsonHandshake{Complete: h.Complete, SYN: frameOrNull(h.SYN), SynAck: frameOrNull(h.SynAck), Ack: frameOrNull(h.Ack)}
	if h.Complete {
		j.Handshake.RTT = new(h.RTT.Microseconds())
	}
	j.ISN = ends[*uint32]{isnOf(c, tcpstate.Client), isnOf(c, tcpstate.Server)}
	j.Options = ends[*jsonSYN]{synOf(c, tcpstate.Client), synOf(c, tcpstate.Server)}
	return j
}

func frameOrNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func isnOf(c *tcpstate.Conn, e tcpstate.End) *uint32 {
	if !c.HasISN[e] {
		return nil
	}
	return new(uint32(c.ISN[e]))
}

// synOf is null where the end's SYN was not seen: nothing is known then.
func synOf(c *tcpstate.Conn, e tcpstate.End) *jsonSYN {
	if !c.HasISN[e] {
		return nil
	}
	o := &c.Options[e]
	j := &jsonSYN{SACK: o.SackPermitted, Timestamps: o.HasTimestamps}
	if o.HasMSS {
		j.MSS = new(o.MSS)
	}
	if o.HasScale {
		j.Scale = new(o.Scale)
	}
	return j
}

func stateNames(states []tcpstate.State) []string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = s.String()
	}
	return names
}

// jsonExchange is a request and its response. One whose other half was not seen
// has null for it.
type jsonExchange struct {
	Stream   int          `json:"stream"`
	Request  *jsonMessage `json:"request"`
	Response *jsonMessage `json:"response"`
	// Latency is from the last byte of the request to the first of the
	// response, in microseconds.
	Latency *int64 `json:"latency_us"`

	asked time.Time // when the last byte of the request was seen
}

type jsonMessage struct {
	Frame     int         `json:"frame"`
	LastFrame int         `json:"last_frame"`
	Method    *string     `json:"method,omitempty"`
	Target    *string     `json:"target,omitempty"`
	Status    *int        `json:"status,omitempty"`
	Reason    *string     `json:"reason,omitempty"`
	Version   string      `json:"version"`
	Headers   [][2]string `json:"headers"`
	BodyBytes int64       `json:"body_bytes"`
	Truncated bool        `json:"truncated,omitempty"`
}

func messageOf(m *http1.Message) *jsonMessage {
	j := &jsonMessage{
		Frame: m.FirstFrame, LastFrame: m.LastFrame, Version: valid(m.Version), Headers: [][2]string{},
		BodyBytes: m.BodyBytes, Truncated: m.Truncated,
	}
	if m.Request {
		j.Method, j.Target = new(valid(m.Method)), new(valid(m.Target))
	} else {
		j.Status, j.Reason = new(m.Status), new(valid(m.Reason))
	}
	for _, f := range m.Fields {
		j.Headers = append(j.Headers, [2]string{valid(f.Name), valid(f.Value)})
	}
	return j
}

// exchanges pairs responses with requests: on one connection they come in the
// same order (RFC 9112 §9.3.2).
type exchanges struct {
	open map[int][]*jsonExchange // requests without a response, by stream
}

// add takes a message and returns the exchange that begins with it, if one does.
func (x *exchanges) add(stream int, m *http1.Message) *jsonExchange {
	if m.Request {
		e := &jsonExchange{Stream: stream, Request: messageOf(m), asked: m.LastTime}
		x.open[stream] = append(x.open[stream], e)
		return e
	}
	if m.Status >= 100 && m.Status < 200 && m.Status != 101 {
		return nil // interim: the final response follows (RFC 9110 §15.2)
	}
	waiting := x.open[stream]
	if len(waiting) == 0 {
		return &jsonExchange{Stream: stream, Response: messageOf(m)}
	}
	e := waiting[0]
	x.open[stream] = waiting[1:]
	e.Response = messageOf(m)
	e.Latency = new(m.FirstTime.Sub(e.asked).Microseconds())
	return nil
}

// valid makes s safe to print as JSON: what is not UTF-8 becomes a visible
// escape. encoding/json escapes control characters itself; here the rest that
// could deceive a terminal follows.
func valid(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, deceptive) {
		return s
	}
	return trace.Escape(s)
}

func deceptive(r rune) bool { return r >= 0x7f && !trace.SafeRune(r) }
