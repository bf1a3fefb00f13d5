package render

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// JSON writes one object: {"file","frames","connections":[…],"http":[…]}, and
// keeps for it, compressed, what it will print: that grows with connections and
// exchanges, never with bytes. What is absent is null. Where the events end in
// an error, the object holds what came before it.
func JSON(w io.Writer, events Events, o Options) error {
	var connections, http spool
	var web exchanges
	var failed error
	frames, numbered := 0, 0
	byStream := lineUp[*jsonConnection]{give: func(c *jsonConnection) { connections.add(c) }}
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		frames = max(frames, e.Frame)
		o.Between.begins(e.At)
		if e.Stream >= 0 && !o.shows(e.Stream) {
			continue
		}
		web.add(&e)
		for _, x := range o.chosen(web.take()) {
			http.add(exchangeOf(x, &o))
		}
		switch {
		case e.Kind == trace.KindConnection && o.Between.Touches(Lived(e.Connection)):
			byStream.add(e.Connection.Stream, connectionOf(e.Connection))
		case e.Kind == trace.KindTotals:
			frames, numbered = e.Totals.Frames, e.Totals.Numbered
		}
	}
	byStream.end()
	for _, x := range o.chosen(web.all) {
		http.add(exchangeOf(x, &o))
	}
	return firstError(writeDocument(w, &o, frames, numbered, &connections, &http), failed)
}

// writeDocument prints the object.
func writeDocument(w io.Writer, o *Options, frames, numbered int, connections, http *spool) error {
	name, err := json.Marshal(valid(o.File))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w) // it keeps its error for Flush
	fmt.Fprintf(out, "{\n  \"file\": %s,\n  \"frames\": %d,\n", name, frames)
	if o.Tap != "" {
		fmt.Fprintf(out, "  \"tap\": %q,\n  \"tap_frames\": %d,\n", o.Tap, numbered)
	}
	fmt.Fprint(out, "  \"connections\": ")
	err = connections.writeTo(out)
	fmt.Fprint(out, ",\n  \"http\": ")
	err = firstError(err, http.writeTo(out))
	fmt.Fprint(out, "\n}\n")
	return firstError(err, out.Flush())
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
	Assumed   ends[[]string] `json:"assumed"`
	Bytes     ends[int64]    `json:"bytes"`
	Segments  ends[int]      `json:"segments"`
	Frames    *[2]int        `json:"frames"`
	Findings  map[string]int `json:"findings"`
	Denied    map[string]int `json:"denied,omitempty"`
	Resumed   bool           `json:"resumed,omitempty"`
	*jsonAnalysis
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
		Assumed:  ends[[]string]{assumedNames(c, tcpstate.Client), assumedNames(c, tcpstate.Server)},
		Bytes:    ends[int64]{c.Bytes[tcpstate.Client], c.Bytes[tcpstate.Server]},
		Segments: ends[int]{c.Segments[tcpstate.Client], c.Segments[tcpstate.Server]},
		Frames:   framesOrNull(c.First, c.Last),
		Findings: validKeys(c.Findings), Denied: validKeys(c.Denied),
		Resumed: c.Resumed,
	}
	if c.OpenerKnown {
		j.OpenedBy = new(tcpstate.Client.String())
	}
	h := c.Handshake
	j.Handshake = jsonHandshake{Complete: h.Complete, SYN: frameOrNull(h.SYN), SynAck: frameOrNull(h.SynAck), Ack: frameOrNull(h.Ack)}
	if h.HasRTT {
		j.Handshake.RTT = new(h.RTT.Microseconds())
	}
	j.jsonAnalysis = analysisOf(c)
	j.ISN = ends[*uint32]{isnOf(c, tcpstate.Client), isnOf(c, tcpstate.Server)}
	j.Options = ends[*jsonSYN]{synOf(c, tcpstate.Client), synOf(c, tcpstate.Server)}
	return j
}

// framesOrNull are the first and the last frame, null where they have no numbers.
func framesOrNull(first, last int) *[2]int {
	if first == 0 {
		return nil
	}
	return &[2]int{first, last}
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

// assumedNames are the states at the end of a history that nothing has proved.
func assumedNames(c *tcpstate.Conn, e tcpstate.End) []string {
	h := c.History[e]
	return stateNames(h[max(len(h)-c.Assumed[e], 0):])
}

func stateNames(states []tcpstate.State) []string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = s.String()
	}
	return names
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
