package render

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// sheet writes a table for spreadsheets and programs: CSV as in RFC 4180, with lines ended by LF,
// its headings English in every language. Each row is written before the next
// event is asked for.
type sheet struct{ w *csv.Writer }

func newSheet(w io.Writer, headings ...string) *sheet {
	s := &sheet{csv.NewWriter(w)}
	s.row(headings...)
	return s
}

// row writes one row. No cell is taken for a formula: what a spreadsheet would
// evaluate begins with an apostrophe.
func (s *sheet) row(cells ...string) {
	for i, c := range cells {
		c = safe(c)
		if c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
			c = "'" + c
		}
		cells[i] = c
	}
	_ = s.w.Write(cells) // the writer keeps its error for Error
	s.w.Flush()
}

// sheetOf writes one row for each event that add makes one of.
func sheetOf(w io.Writer, events Events, headings []string, add func(*sheet, *trace.Event)) error {
	s := newSheet(w, headings...)
	return s.each(events, func(e *trace.Event) { add(s, e) })
}

// each hands all events to add, as long as what it writes arrives.
func (s *sheet) each(events Events, add func(*trace.Event)) error {
	for e, err := range events {
		if err != nil {
			return firstError(s.w.Error(), err)
		}
		add(&e)
		if err := s.w.Error(); err != nil {
			return err
		}
	}
	return s.w.Error()
}

var segmentHeadings = []string{
	"frame", "time", "stream", "from", "src_ip", "src_port", "dst_ip", "dst_port", "flags", "seq", "ack",
	"relative_seq", "relative_ack", "len", "window", "scaled_window", "findings",
}

// SegmentsCSV writes one row a TCP frame, in the order of the timeline. Absent
// values are empty cells; several flags or findings stand with spaces between.
func SegmentsCSV(w io.Writer, events Events, o Options) error {
	return sheetOf(w, events, segmentHeadings, func(s *sheet, e *trace.Event) {
		if e.Kind != trace.KindSegment || !o.shows(e.Stream) {
			return
		}
		l := frameLine(e)
		s.row(
			number(frameOrNull(l.Frame)), stamp(e.At), strconv.Itoa(l.Stream), l.From,
			l.Src.IP, strconv.Itoa(int(l.Src.Port)), l.Dst.IP, strconv.Itoa(int(l.Dst.Port)),
			strings.Join(l.Flags, " "), number(&l.Seq), number(l.Ack), number(l.RelSeq), number(l.RelAck),
			strconv.Itoa(l.Len), strconv.Itoa(int(l.Window)), number(l.Scaled), strings.Join(l.Findings, " "),
		)
	})
}

var connectionHeadings = []string{
	"stream", "client_ip", "client_port", "server_ip", "server_port", "opened_by", "handshake_complete", "handshake_rtt_us",
	"client_state", "server_state", "client_assumed", "server_assumed", "client_bytes", "server_bytes", "closed", "first_frame", "last_frame", "start", "duration_us",
	"client_retransmitted", "server_retransmitted", "limit", "limited_us", "findings", "denied",
}

// ConnectionsCSV writes one row a connection, in the order of their streams.
// client_assumed and server_assumed tell that nothing has shown that end's last
// state yet; denied, how many of the findings another one beside them denies.
func ConnectionsCSV(w io.Writer, events Events, o Options) error {
	s := newSheet(w, connectionHeadings...)
	byStream := lineUp[[]string]{give: func(cells []string) { s.row(cells...) }}
	err := s.each(events, func(e *trace.Event) {
		if e.Kind != trace.KindConnection || !o.shows(e.Connection.Stream) {
			return
		}
		c := e.Connection
		opened, rtt := "", ""
		if c.OpenerKnown {
			opened = tcpstate.Client.String()
		}
		if c.Handshake.HasRTT {
			rtt = strconv.FormatInt(c.Handshake.RTT.Microseconds(), 10)
		}
		limit, limited := "", ""
		if v := c.Verdict(); c.Measured() && v.Kind == tcpstate.VerdictLimited {
			limit, limited = v.Limit.String(), strconv.FormatInt(v.For.Microseconds(), 10)
		}
		byStream.add(c.Stream, []string{
			strconv.Itoa(c.Stream), c.Key.Client.Addr().String(), strconv.Itoa(int(c.Key.Client.Port())),
			c.Key.Server.Addr().String(), strconv.Itoa(int(c.Key.Server.Port())),
			opened, strconv.FormatBool(c.Handshake.Complete), rtt,
			c.State[tcpstate.Client].String(), c.State[tcpstate.Server].String(),
			strconv.FormatBool(c.Assumed[tcpstate.Client] > 0), strconv.FormatBool(c.Assumed[tcpstate.Server] > 0),
			strconv.FormatInt(c.Bytes[tcpstate.Client], 10), strconv.FormatInt(c.Bytes[tcpstate.Server], 10),
			c.Ending.String(), number(frameOrNull(c.First)), number(frameOrNull(c.Last)),
			stamp(c.FirstTime), strconv.FormatInt(c.LastTime.Sub(c.FirstTime).Microseconds(), 10),
			strconv.Itoa(c.Direction(tcpstate.Client).Again.Segments), strconv.Itoa(c.Direction(tcpstate.Server).Again.Segments),
			limit, limited, countsText(c.Findings), countsText(c.Denied),
		})
	})
	byStream.end()
	return firstError(s.w.Error(), err)
}

// countsText names findings with their counts: "retransmission:2 zero-window:1".
func countsText(counts map[string]int) string {
	var out []string
	for name, n := range counts {
		out = append(out, name+":"+strconv.Itoa(n))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func number[N int | uint32](n *N) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(int64(*n), 10)
}
