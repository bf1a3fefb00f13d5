package viewer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// column is one of the table's, by which it may be sorted.
type column uint8

const (
	byNumber column = iota
	byClient
	byServer
	byFrames
	byBytes
	byDuration
	byRequests
	byFindings
	byVerdict
	columns
)

// order is how the table is sorted.
type order struct {
	by   column
	down bool
}

// sortBy sorts by a column, and keeps the connection that is chosen.
func (m *Model) sortBy(by column, down bool) {
	if by == columns {
		by = 0
	}
	by = min(by, columns-1) // before the first comes the last
	if by != m.sort.by {
		down = by >= byFrames && by <= byFindings // the most is what is looked for
	}
	m.sort = order{by, down}
	m.resort()
}

// resort sorts anew.
func (m *Model) resort() {
	m.sorted = time.Now()
	defer func() { m.sorting, m.mixed = time.Since(m.sorted), m.sort != order{} }()
	t := m.stack[0].(*table)
	chosen := t.stream()
	slices.SortFunc(m.shown, func(a, b int) int {
		n := m.sort.by.compare(m.conns[a], m.conns[b])
		if m.sort.down {
			n = -n
		}
		return cmp.Or(n, cmp.Compare(a, b))
	})
	if m.reading() && t.cur.at == 0 {
		return // who has not moved stays at the beginning
	}
	if i := slices.Index(m.shown, chosen); i >= 0 {
		t.cur.at = i
	}
}

func (c column) compare(a, b *connection) int {
	switch c {
	case byClient:
		return a.client.Compare(b.client)
	case byServer:
		return a.server.Compare(b.server)
	case byFrames:
		return cmp.Compare(a.frames, b.frames)
	case byBytes:
		return cmp.Compare(a.total(), b.total())
	case byDuration:
		return cmp.Compare(a.lasted(), b.lasted())
	case byRequests:
		return cmp.Compare(a.requests, b.requests)
	case byFindings:
		return cmp.Compare(a.findings(), b.findings())
	case byVerdict:
		return cmp.Compare(a.limit, b.limit)
	case byNumber, columns:
	}
	return cmp.Compare(a.stream, b.stream)
}

// widths are those of the columns, in cells; 0 for one that there is no room
// for.
type widths [columns]int

var columnWords = [columns]trace.Text{
	byNumber:   {En: "#", Ko: "#"},
	byClient:   {En: "client", Ko: "클라이언트"},
	byServer:   {En: "server", Ko: "서버"},
	byFrames:   {En: "frames", Ko: "프레임"},
	byBytes:    {En: "bytes", Ko: "바이트"},
	byDuration: {En: "lasted", Ko: "지속"},
	byRequests: {En: "HTTP", Ko: "HTTP"},
	byFindings: {En: "found", Ko: "발견"},
	byVerdict:  {En: "verdict", Ko: "판정"},
}

// leastEnd is the fewest cells of an end's address, leastVerdict of a verdict.
const (
	leastEnd     = 12
	leastVerdict = 7
)

// tableWidths lays the columns out on w cells. Where they do not all fit, the
// ends' addresses are cut first, and then columns are left out.
func (m *Model) tableWidths(w int) widths {
	var out widths
	for _, c := range []column{byNumber, byFrames, byBytes, byDuration, byRequests, byFindings} {
		out[c] = m.natural(c, 3)
	}
	client, server := m.natural(byClient, leastEnd), m.natural(byServer, leastEnd)
	room := func() int {
		n := w - out[byNumber] - 4 // " → " and a gap
		for c := byFrames; c < columns; c++ {
			if out[c] > 0 {
				n -= out[c] + 1
			}
		}
		return n
	}
	for _, c := range []column{byDuration, byRequests, byBytes, byFrames, byFindings} {
		if room() < 2*leastEnd {
			out[c] = 0
		}
	}
	if spare := room() - 1 - min(client+server, 2*leastEnd+8); spare >= leastVerdict {
		out[byVerdict] = max(leastVerdict, min(m.natural(byVerdict, leastVerdict), room()-1-client-server))
	}
	for client+server > room() && (client > leastEnd || server > leastEnd) {
		if client >= server {
			client--
		} else {
			server--
		}
	}
	out[byClient], out[byServer] = client, server
	return out
}

// natural is how wide a column would be, at least so many cells: its name has a
// cell more for the sign that it sorts.
func (m *Model) natural(c column, least int) int {
	n := max(least, ansi.StringWidth(m.look.of(columnWords[c]))+1)
	for _, s := range m.shown[:min(len(m.shown), 500)] {
		n = max(n, ansi.StringWidth(m.cell(m.conns[s], c)))
	}
	return n
}

// cell is what stands in a column.
func (m *Model) cell(c *connection, col column) string {
	switch col {
	case byNumber:
		return strconv.Itoa(c.stream)
	case byClient:
		return c.client.String()
	case byServer:
		return c.server.String()
	case byFrames:
		return strconv.Itoa(c.frames)
	case byBytes:
		return amount(c.total())
	case byDuration:
		return short(c.lasted())
	case byRequests:
		return count(c.requests)
	case byFindings:
		return count(c.findings())
	case byVerdict:
		if c.limit == "" {
			return ""
		}
		return m.look.of(limitWords[c.limit])
	case columns:
	}
	return ""
}

// count is a number; nothing is a point, so that the others stand out.
func count(n int) string {
	if n == 0 {
		return "."
	}
	return strconv.Itoa(n)
}

// amount is a number of bytes in at most seven cells.
func amount(n int64) string {
	switch {
	case n < 1_000_000:
		return strconv.FormatInt(n, 10)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.4gM", float64(n)/1e6)
	}
	return fmt.Sprintf("%.4gG", float64(n)/1e9)
}

// short is a duration in at most eight cells.
func short(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 0.001:
		return fmt.Sprintf("%.0fus", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3gms", s*1e3)
	case s < 60:
		return fmt.Sprintf("%.3gs", s)
	case s < 3600:
		return fmt.Sprintf("%.0fm%02.0fs", float64(int(s)/60), float64(int(s)%60))
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// line sets a row's cells in their columns.
func (m *Model) line(ws widths, cell func(column) string, arrow string) string {
	out := ""
	for c := range columns {
		if ws[c] == 0 {
			continue
		}
		s := cell(c)
		switch c {
		case byClient:
			out += " " + s + " " + arrow + " "
		case byNumber, byServer:
			out += s
		case byFrames, byBytes, byDuration, byRequests, byFindings, byVerdict, columns:
			out += " " + s
		}
	}
	return out
}

// tableHead names the columns; that which sorts has a sign.
func (m *Model) tableHead(ws widths) string {
	l := m.look
	return m.line(ws, func(c column) string {
		name := l.of(columnWords[c])
		style := render.Faint
		if c == m.sort.by {
			style = render.Strong
			if m.sort.down {
				name += l.glyph("▼", "v")
			} else {
				name += l.glyph("▲", "^")
			}
		}
		if c == byClient || c == byServer || c == byVerdict {
			return l.paint(style, l.left(name, ws[c]))
		}
		return l.paint(style, l.right(name, ws[c]))
	}, " ")
}

func (t *table) row(i, _ int) string {
	m, c := t.m, t.at(i)
	return m.line(t.wide, func(col column) string {
		s, w := m.cell(c, col), t.wide[col]
		switch col {
		case byClient:
			return m.look.paint(render.Forward, m.look.tail(s, w))
		case byServer:
			return m.look.paint(render.Backward, m.look.tail(s, w))
		case byVerdict:
			return m.look.left(s, w)
		case byFindings:
			if c.grave {
				return m.look.paint(render.Trouble, m.look.right(s, w))
			}
		case byNumber, byFrames, byBytes, byDuration, byRequests, columns:
		}
		return m.look.right(s, w)
	}, c.ends(m.look))
}
