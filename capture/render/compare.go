package render

import (
	"io"
	"strconv"

	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// Ledger is what parties remembered after each step of one run, to be laid
// beside other runs.
type Ledger struct {
	Title trace.Text
	Lanes []ladder.Lane
	Steps []ladder.Step
}

// ReadLedger reads a run's events to their end and keeps its ledger.
func ReadLedger(title trace.Text, events Events, o Options) (Ledger, error) {
	b := ladder.New(o.ladder())
	for e, err := range events {
		if err != nil {
			return Ledger{}, err
		}
		b.Add(&e)
	}
	b.Flush()
	return Ledger{Title: title, Lanes: b.Lanes(), Steps: b.Ledger()}, nil
}

var (
	wordCompare    = trace.Text{En: "Who remembered what, in bytes, after each step", Ko: "단계마다 누가 무엇을 몇 바이트 기억했는가"}
	wordOfClient   = trace.Text{En: "client", Ko: "클라이언트"}
	wordOfServer   = trace.Text{En: "server", Ko: "서버"}
	wordConnShort  = trace.Text{En: "TCP conn.", Ko: "TCP 연결"}
	wordTalkShort  = trace.Text{En: "convers.", Ko: "대화"}
	compareColumns = []struct {
		role trace.Role
		kind int
	}{
		{trace.RoleClient, 0}, {trace.RoleServer, 0}, {trace.RoleClient, 1}, {trace.RoleServer, 1},
	}
)

// Compare lays ledgers beside one another in one table: for each step, what the
// client and the server remembered of the connection, and of the conversation.
// A party that never reported is "-".
func Compare(w io.Writer, o Options, ledgers ...Ledger) error {
	t := newText(w, o)
	tb := table{right: map[int]bool{}, heads: 2, titled: true}
	who, what := []string{""}, []string{""}
	for i, c := range compareColumns {
		tb.right[i+1] = true
		name, kind := wordOfClient, wordConnShort
		if c.role == trace.RoleServer {
			name = wordOfServer
		}
		if c.kind == 1 {
			kind = wordTalkShort
		}
		who = append(who, t.say.of(name))
		what = append(what, t.say.of(kind))
	}
	tb.rows = append(tb.rows, who, what)
	for _, l := range ledgers {
		tb.rows = append(tb.rows, append([]string{t.say.of(l.Title)}, make([]string, len(compareColumns))...))
		for _, s := range l.Steps {
			title := t.say.of(s.Title)
			if title == "" {
				continue // before anything has happened
			}
			tb.rows = append(tb.rows, append([]string{"  " + safe(title)}, l.cells(s)...))
		}
	}
	t.painted(strong, t.say.of(wordCompare))
	tb.write(t)
	t.flow(termLines(o.Lang, map[string]bool{kindWords[0].En: true, kindWords[1].En: true}, o.Told), "   ", faint)
	return t.w.Flush()
}

// cells are one step's bytes, by column.
func (l *Ledger) cells(s ladder.Step) []string {
	out := make([]string, len(compareColumns))
	for i, c := range compareColumns {
		out[i] = "-"
		for _, h := range s.Holdings {
			if h.Lane < len(l.Lanes) && l.Lanes[h.Lane].Role == c.role {
				out[i] = strconv.Itoa(h.Sizes[c.kind])
			}
		}
	}
	return out
}
