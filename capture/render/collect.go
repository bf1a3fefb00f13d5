package render

import (
	"statelab/capture/explain"
	"statelab/capture/ladder"
)

// maxPicture is how many rows a picture holds: more could not be looked at.
const maxPicture = 3000

// picture is a ladder that is drawn as a whole.
type picture struct {
	rows    []ladder.Row
	reasons [][]string // by row, with Options.Explain
	lanes   []ladder.Lane
	order   []int // lanes from left to right
	ledger  []ladder.Step
	talked  bool // see ladder.Builder.Talked
	left    int  // rows that had no room
	several bool
	// explainer has seen all events.
	explainer *explain.Explainer
}

// collect builds the whole ladder. The picture is good even where there is an
// error: it shows what came before.
func collect(events Events, o Options) (*picture, error) {
	b := ladder.New(o.ladder())
	x := explain.New(o.Lang)
	p := &picture{explainer: x}
	take := func(rows []ladder.Row) {
		rows = o.Between.Rows(rows)
		for i := range rows {
			if len(p.rows) >= maxPicture {
				p.left += len(rows) - i
				return
			}
			p.rows = append(p.rows, rows[i])
			if o.Explain {
				p.reasons = append(p.reasons, reasons(x, b.Lanes(), &rows[i]))
			}
		}
	}
	var failed error
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		o.Between.begins(e.At)
		x.Observe(&e)
		take(o.Between.add(b, &e))
	}
	take(b.Flush())
	p.lanes, p.ledger, p.several, p.talked = b.Lanes(), worthShowing(b.Ledger()), b.Connections() > 1, b.Talked()
	p.order = ladder.Arrange(p.lanes)
	return p, failed
}
