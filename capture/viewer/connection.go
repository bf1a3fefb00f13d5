package viewer

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
)

// languages are statelab's.
var languages = [...]explain.Lang{explain.English, explain.Korean}

// connection is what the table keeps of one.
type connection struct {
	stream         int
	client, server netip.AddrPort
	opener         bool // a SYN showed that the client opened it
	frames         int
	bytes          [2]int64
	first, last    int // frames
	began, ended   time.Time
	requests       int // HTTP
	found          []tally
	grave          bool // an error or a warning is among them
	over           bool // nothing more will come of it
	ending         tcpstate.Ending
	states         [2]tcpstate.State
	limit          string // a key of limitWord
	says           [len(languages)]string
}

// tally is how often a finding of a name was made.
type tally struct {
	name string
	n    int
}

// findings is how many there are.
func (c *connection) findings() int {
	n := 0
	for _, f := range c.found {
		n += f.n
	}
	return n
}

func (c *connection) total() int64 { return c.bytes[0] + c.bytes[1] }

func (c *connection) lasted() time.Duration { return c.ended.Sub(c.began) }

// connectionOf sums up what the observer knows of a connection, which goes on
// changing it. before is what an earlier Conn of the same stream left.
func connectionOf(c *tcpstate.Conn, before *connection, requests int) connection {
	out := connection{
		stream: c.Stream, client: c.Key.Client, server: c.Key.Server, opener: c.OpenerKnown,
		frames: c.Segments[0] + c.Segments[1], bytes: c.Bytes, first: c.First, last: c.Last,
		began: c.FirstTime, ended: c.LastTime, requests: requests, ending: c.Ending, states: c.State,
	}
	counts := maps.Clone(c.Findings)
	if before != nil {
		out.frames += before.frames
		out.bytes[0] += before.bytes[0]
		out.bytes[1] += before.bytes[1]
		out.first, out.began = before.first, before.began
		if counts == nil {
			counts = map[string]int{}
		}
		for _, f := range before.found {
			counts[f.name] += f.n
		}
	}
	for name, n := range counts {
		if n > 0 {
			out.found = append(out.found, tally{name, n})
			out.grave = out.grave || explain.SeverityOf(name) <= explain.SeverityWarning
		}
	}
	slices.SortFunc(out.found, func(a, b tally) int { return compareFindings(a.name, b.name, a.n, b.n) })
	return out
}

// compareFindings puts the gravest first, then the most frequent.
func compareFindings(a, b string, an, bn int) int {
	return cmp.Or(cmp.Compare(explain.SeverityOf(a), explain.SeverityOf(b)), cmp.Compare(bn, an), cmp.Compare(a, b))
}

// conclude adds what can be said of a connection that is over.
func (out *connection) conclude(c *tcpstate.Conn) {
	out.over = true
	for i, lang := range languages {
		out.says[i] = explain.Verdict(lang, c)
	}
	v := c.Verdict()
	switch v.Kind {
	case tcpstate.VerdictLimited:
		if c.Measured() {
			out.limit = v.Limit.String()
		}
	case tcpstate.VerdictShort:
		out.limit = "short"
	case tcpstate.VerdictRefused:
		out.limit = "refused"
	case tcpstate.VerdictNeverOpened:
		out.limit = "never"
	}
}
