package render

import (
	"fmt"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// legend explains the signs that the picture uses.
func (d *drawing) legend() []string {
	label := func(key string) string { return explain.Label(d.o.Lang, key) }
	used := map[symbol]bool{}
	for i := range d.p.rows {
		r := &d.p.rows[i]
		switch r.Kind {
		case ladder.RowCall:
			used[symCall] = true
		case ladder.RowState:
			used[symState] = true
		case ladder.RowStore:
			used[symStore] = true
		case ladder.RowMemory:
			used[symMemory] = used[symMemory] || r.Memory.Structural()
		default:
		}
		for _, s := range r.States {
			used[symContradicted] = used[symContradicted] || s.Contradicted
			used[symAssumed] = used[symAssumed] || !s.Contradicted && s.Basis == tcpstate.Assumed
		}
		if a := r.Arrow; a != nil {
			used[symResent] = used[symResent] || a.Resent
			used[symLost] = used[symLost] || a.Lost
			used[symDiscarded] = used[symDiscarded] || a.Discarded
			used[symArrived] = used[symArrived] || !a.ArrivedAt.IsZero()
			used[symMessage] = used[symMessage] || spoken(&r.Event)
			used[symRelative] = used[symRelative] || r.Event.Segment != nil && r.Event.Segment.Relative
		}
	}
	var lines []string
	for _, l := range []struct {
		shown bool
		text  string
	}{
		{used[symResent], "╌╌►► " + label("legend.retransmit")},
		{used[symLost], "✗ " + label("legend.lost")},
		{used[symDiscarded], "─✗ " + label("legend.discarded")},
		{used[symMessage], "═► " + label("legend.message")},
		{used[symCall], "● " + label("legend.call")},
		{used[symState], "◆ " + label("legend.state")},
		{used[symStore], "▣ " + label("legend.store")},
		{used[symMemory], "▤ " + label("legend.memory")},
		{used[symAssumed], "? " + d.say.of(wordAssumed)},
		{used[symContradicted], "! " + d.say.of(wordContradicts)},
		{used[symRelative], d.say.of(wordRelative)},
		{used[symArrived], d.say.of(wordTimes)},
	} {
		if l.shown {
			lines = append(lines, l.text)
		}
	}
	terms := map[string]bool{}
	for i := range d.p.rows {
		for _, name := range termsOf(&d.p.rows[i]) {
			terms[name] = true
		}
	}
	return append(small.wrap(strings.Join(lines, " · "), pictureWidth-2*margin),
		small.wrap(strings.Join(termLines(d.o.Lang, terms, d.o.Told), " · "), pictureWidth-2*margin)...)
}

// footer lists the legend and the summaries.
func (d *drawing) footer() []string {
	lines := d.legend()
	for i := range d.p.rows {
		switch r := &d.p.rows[i]; r.Kind {
		case ladder.RowConnection:
			lines = append(lines, small.wrap(connectionText(d.say, &d.o, d.p.explainer, r.Event.Connection), pictureWidth-2*margin)...)
		case ladder.RowTotals:
			lines = append(lines, small.wrap(totalsText(d.say, r.Event.Totals), pictureWidth-2*margin)...)
		default:
		}
	}
	if d.p.left > 0 {
		lines = append(lines, d.say.f(wordMore, d.p.left))
	}
	for _, b := range d.o.Beliefs {
		lines = append(lines, small.wrap("✗ "+safe(b.Text)+" — "+safe(b.Why), pictureWidth-2*margin)...)
	}
	return lines
}

// end writes what stands under the ladder.
func (d *drawing) end() {
	y := d.bottom + 30
	if len(d.x) > 0 {
		d.key(y)
		y += leading
	}
	for _, line := range d.foot {
		d.text(margin, y, smallSize, "start", fill(d.th.faint), line)
		y += leading
	}
	d.ledger(y + 8)
}

// key explains the lanes and their colours.
func (d *drawing) key(y float64) {
	x := float64(margin)
	say := func(text string) {
		d.text(x, y, smallSize, "start", fill(d.th.faint), text)
		x += small.width(text) + 12
	}
	say(d.say.of(wordBar))
	for _, state := range []struct {
		color string
		word  trace.Text
	}{{d.th.opening, wordOpening}, {d.th.open, wordOpen}, {d.th.closing, wordClosing}} {
		d.f(`<rect x="%.1f" y="%.1f" width="8" height="16" rx="2" fill="%s"/>`+"\n", x, y-13, state.color)
		x += 14
		say(d.say.of(state.word))
	}
	if d.p.several {
		say("· " + d.say.of(wordAlive))
	}
	say("· " + d.say.of(wordDotted))
}

// ledger draws who remembered how much after each step.
func (d *drawing) ledger(y float64) {
	columns := ledgerColumns(d.p.lanes, d.p.ledger, d.p.talked)
	if len(columns) == 0 {
		return
	}
	d.text(margin, y+20, 16, "start", `font-weight="700"`, d.say.of(wordLedger))
	y += 46
	width := min((pictureWidth-420.0-margin)/float64(len(columns)), 210)
	first := pictureWidth - margin - width*float64(len(columns))
	for i, c := range columns {
		head := d.say.lane(d.p.lanes[c.lane]) + ": " + d.say.of(kindWords[c.kind])
		d.text(first+width*float64(i+1)-10, y, smallSize, "end", fill(d.th.faint), small.clip(head, width-12))
	}
	most := 1
	for _, s := range d.p.ledger {
		for _, c := range columns {
			most = max(most, held(s, c))
		}
	}
	for _, s := range d.p.ledger {
		y += 24
		title := safe(d.o.Lang.Of(s.Title))
		if title == "" {
			title = d.say.of(wordStart)
		}
		d.text(margin, y, 14, "start", "", small.clip(title, first-margin-10))
		for i, c := range columns {
			n := held(s, c)
			x := first + width*float64(i+1) - 10
			if n < 0 {
				d.text(x, y, 14, "end", `class="m" `+fill(d.th.faint), "–")
				continue
			}
			bar := (width - 80) * float64(n) / float64(most)
			d.f(`<rect x="%.1f" y="%.1f" width="%.1f" height="14" rx="2" fill="%s"/>`+"\n", x-60-bar, y-12, bar, d.th.opening)
			d.text(x, y, 14, "end", `class="m"`, fmt.Sprintf("%d B", n))
		}
	}
}

func (d *drawing) ledgerHeight() float64 {
	if len(ledgerColumns(d.p.lanes, d.p.ledger, d.p.talked)) == 0 {
		return 0
	}
	return 80 + 24*float64(len(d.p.ledger))
}
