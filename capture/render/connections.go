package render

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var (
	wordItself    = trace.Text{En: "itself", Ko: "자기 자신"}
	wordSentAgain = trace.Text{En: "sent again", Ko: "다시 보냄"}
	wordAgainSeen = trace.Text{
		En: "sent again: segments whose bytes this trace shows twice, the client's / the server's; a retransmission of what was lost before it could be captured is among the findings alone",
		Ko: "다시 보냄: 바이트가 이 트레이스에 두 번 보이는 세그먼트의 수(클라이언트 / 서버). 캡처되기 전에 손실된 것의 재전송은 발견 사항에만 있음",
	}
	wordVerdict = trace.Text{En: "verdict", Ko: "판정"}
)

// Connections writes a table with one row a connection, in the order of their
// streams, and collects the summaries for it. Memory grows with the number of
// connections.
func Connections(w io.Writer, events Events, o Options) error {
	t := newText(w, o)
	t.title()
	label := func(key string) string { return explain.Label(o.Lang, key) }
	tb := table{
		rows: [][]string{{
			label("column.stream"), label("role.client"), label("role.server"), label("word.opened-by"), label("column.rtt"),
			label("column.state"), "→ B", "← B", label("column.closed"), t.say.of(wordSentAgain), label("word.findings"),
		}},
		heads: 1,
		under: map[int]string{},
		right: map[int]bool{0: true, 4: true, 6: true, 7: true},
	}
	var totals string
	var failed error
	assumed, unseen := false, false
	byStream := lineUp[connectionLine]{give: func(c connectionLine) {
		tb.under[len(tb.rows)] = c.verdict
		tb.rows = append(tb.rows, c.cells)
	}}
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		switch {
		case e.Kind == trace.KindConnection && o.shows(e.Connection.Stream):
			assumed = assumed || e.Connection.Assumed != [2]int{}
			again, named := retransmissions(e.Connection)
			unseen = unseen || named > again && again > 0
			byStream.add(e.Connection.Stream, connectionLine{t.connectionRow(e.Connection), explain.Verdict(o.Lang, e.Connection)})
		case e.Kind == trace.KindTotals:
			totals = totalsText(t.say, e.Totals)
		}
	}
	byStream.end()
	if len(tb.rows) == 1 {
		t.plainLine(t.say.of(wordEmpty))
	} else {
		tb.writeOr(t)
	}
	if assumed {
		t.blank()
		t.painted(faint, "? "+t.say.of(wordAssumed))
	}
	if unseen {
		t.blank()
		t.painted(faint, t.say.of(wordAgainSeen))
	}
	if totals != "" {
		t.blank()
		t.painted(faint, totals)
	}
	t.whole()
	return firstError(t.w.Flush(), failed)
}

// connectionLine is a row of the table, and the sentence under it.
type connectionLine struct {
	cells   []string
	verdict string
}

// shows reports whether the options choose a connection.
func (o *Options) shows(stream int) bool {
	if len(o.Streams) == 0 {
		return true
	}
	for _, s := range o.Streams {
		if s == stream {
			return true
		}
	}
	return false
}

func (t *text) connectionRow(c *tcpstate.Conn) []string {
	opened, rtt := "?", ""
	if c.OpenerKnown {
		opened = explain.Label(t.o.Lang, "role.client")
	}
	if c.Handshake.HasRTT {
		rtt = spanText(c.Handshake.RTT)
	}
	return []string{
		strconv.Itoa(c.Stream), c.Key.Client.String(), c.Key.Server.String(), opened, rtt,
		endStates(c),
		strconv.FormatInt(c.Bytes[tcpstate.Client], 10), strconv.FormatInt(c.Bytes[tcpstate.Server], 10),
		c.Ending.String(), sentAgain(c), findingsText(t.say, c.Standing()),
	}
}

// endStates names the states that the ends are in at last, with the sign for what
// is only assumed.
func endStates(c *tcpstate.Conn) string {
	var names [2]string
	for e, s := range c.State {
		if names[e] = s.String(); c.Assumed[e] > 0 {
			names[e] += "?"
		}
	}
	if c.Key.OneEnd() {
		return names[tcpstate.Client]
	}
	return names[tcpstate.Client] + " / " + names[tcpstate.Server]
}

// sentAgain counts segments that were sent again, of the client and of the
// server; empty if there are none.
func sentAgain(c *tcpstate.Conn) string {
	client, server := c.Direction(tcpstate.Client).Again.Segments, c.Direction(tcpstate.Server).Again.Segments
	if client+server == 0 {
		return ""
	}
	return fmt.Sprintf("%d / %d", client, server)
}

// sentAgainUnnamed counts segments that were sent again where the names of the
// findings do not: Wireshark's rules call some of them out of order. 0 where
// they do.
func sentAgainUnnamed(c *tcpstate.Conn) int {
	again, named := retransmissions(c)
	if again <= named {
		return 0
	}
	return again
}

// retransmissions counts segments that the trace shows to be sent again, and those
// that the names of the findings call so.
func retransmissions(c *tcpstate.Conn) (again, named int) {
	again = c.Direction(tcpstate.Client).Again.Segments + c.Direction(tcpstate.Server).Again.Segments
	for name, n := range c.Standing() {
		if strings.HasSuffix(name, "retransmission") {
			named += n
		}
	}
	return again, named
}

// writeOr sets the table in columns where the screen is wide enough for it, and
// as a list with one paragraph a connection where it is not.
func (tb *table) writeOr(t *text) {
	need := columnGap * (len(tb.rows[0]) - 1)
	for _, w := range tb.naturalWidths(t) {
		need += w
	}
	if need <= t.o.width() {
		tb.write(t)
		return
	}
	head := tb.rows[0]
	for i, row := range tb.rows[1:] {
		if i > 0 {
			t.blank()
		}
		t.painted(strong, fmt.Sprintf("%s %s  %s → %s", head[0], row[0], row[1], row[2]))
		for j := 3; j < len(row); j++ {
			if row[j] != "" {
				t.listItem(head[j], row[j])
			}
		}
		if line := tb.under[i+1]; line != "" {
			t.listItem(t.say.of(wordVerdict), line)
		}
	}
}

const listIndent = 22

// listItem writes a name and a value, the value wrapped beside the name.
func (t *text) listItem(name, value string) {
	for i, part := range wrap(t.text(value), t.o.width()-listIndent) {
		c := newCanvas(t.o.width())
		if i == 0 {
			c.put(4, t.fit(name, listIndent-5), faint)
		}
		c.put(listIndent, part, plain)
		t.emit(c)
	}
}
