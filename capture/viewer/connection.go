package viewer

import (
	"cmp"
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
	assumed        [2]bool // nothing has shown that end's state yet
	limit          string  // a key of limitWords
	says           [len(languages)]string
	// part is the first frame of the observer's Conn, which may be a later one of
	// the stream (tcpstate.Conn.Resumed).
	part    int
	resumed bool
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

// state names the state that an end is in at last, with the sign for what is only
// assumed.
func (c *connection) state(e tcpstate.End, l look) string {
	name := stateName(l, c.states[e])
	if c.assumed[e] {
		name += "?"
	}
	return name
}

func (c *connection) total() int64 { return c.bytes[0] + c.bytes[1] }

func (c *connection) lasted() time.Duration { return c.ended.Sub(c.began) }

// connectionOf sums up what the observer knows of a connection, which goes on
// changing it.
func connectionOf(c *tcpstate.Conn, requests int) connection {
	out := connection{
		stream: c.Stream, client: c.Key.Client, server: c.Key.Server, opener: c.OpenerKnown,
		frames: c.Segments[0] + c.Segments[1], bytes: c.Bytes, first: c.First, last: c.Last,
		began: c.FirstTime, ended: c.LastTime, requests: requests, ending: c.Ending, states: c.State,
		assumed: [2]bool{c.Assumed[0] > 0, c.Assumed[1] > 0}, part: c.First, resumed: c.Resumed,
	}
	out.count(c.Standing())
	return out
}

// count takes findings by name.
func (c *connection) count(findings map[string]int) {
	c.found = nil
	for name, n := range findings {
		if n > 0 {
			c.found = append(c.found, tally{name, n})
			c.grave = c.grave || explain.SeverityOf(name) <= explain.SeverityWarning
		}
	}
	slices.SortFunc(c.found, func(a, b tally) int { return compareFindings(a.name, b.name, a.n, b.n) })
}

// after adds what the stream was before this part of it.
func (c *connection) after(before *connection) {
	c.frames += before.frames
	c.bytes[0] += before.bytes[0]
	c.bytes[1] += before.bytes[1]
	c.requests += before.requests
	c.first, c.began = before.first, before.began
	counts := map[string]int{}
	for _, f := range slices.Concat(c.found, before.found) {
		counts[f.name] += f.n
	}
	c.count(counts)
}

// compareFindings puts the gravest first, then the most frequent.
func compareFindings(a, b string, an, bn int) int {
	return cmp.Or(cmp.Compare(explain.SeverityOf(a), explain.SeverityOf(b)), cmp.Compare(bn, an), cmp.Compare(a, b))
}

// maxShared bounds how many texts are looked out for.
const maxShared = 1 << 12

// conclude adds what can be said of a connection that is over. Of many, much is
// the same: shared keeps it once.
func (out *connection) conclude(c *tcpstate.Conn, shared map[string]string) {
	out.over = true
	for i, lang := range languages {
		says := explain.Verdict(lang, c)
		if same, ok := shared[says]; ok {
			says = same
		} else if len(shared) < maxShared {
			shared[says] = says
		}
		out.says[i] = says
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
	case tcpstate.VerdictAborted:
		out.limit = "aborted"
	case tcpstate.VerdictUntimed:
		out.limit = "untimed"
	case tcpstate.VerdictOneSided:
		out.limit = "one-sided"
	case tcpstate.VerdictNeverOpened:
		out.limit = "never"
	}
}
