package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// present shows a performance: at once, or row by row as --step, --predict and
// --pace ask.
func (f *lessonFlags) present(ctx context.Context, e *env, w io.Writer, v view, p *performance) error {
	out := &counter{Writer: w}
	before, done, err := f.pacing(ctx, e, out, &v)
	if err != nil {
		return err
	}
	defer done()
	v.opts.BeforeRow = before
	if err := p.show(out, v); err != nil {
		return err
	}
	for _, r := range p.idle(f.ruleSet) {
		fmt.Fprintf(e.stderr, "statelab: %s: %s\n", trace.Escape(r.Text), v.lang.Of(trace.Text{
			En: "this rule found nothing to act on", Ko: "이 규칙에 맞는 세그먼트가 없었습니다",
		}))
	}
	return nil
}

// pacing makes what is to happen before each row.
func (f *lessonFlags) pacing(ctx context.Context, e *env, w *counter, v *view) (func(*ladder.Row) error, func(), error) {
	nothing := func() {}
	switch {
	case f.predict:
		q := &quizmaster{ctx: ctx, in: bufio.NewReader(e.stdin), out: w, view: v}
		return q.ask, nothing, nil
	case f.step:
		keys, err := e.keys()
		if err != nil {
			return nil, nothing, err
		}
		fmt.Fprintln(e.stderr, v.lang.Of(trace.Text{En: "any key: the next row; q: end", Ko: "아무 키: 다음 줄, q: 끝"}))
		step := w.each(func() error {
			_, err := keys.Key(ctx)
			return err
		})
		return step, func() { _ = keys.Close() }, nil
	case f.pace > 0:
		return w.each(func() error { return wait(ctx, f.pace) }), nothing, nil
	}
	return nil, nothing, nil
}

// counter counts what is written.
type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n += n
	return n, err
}

// each calls pause before each row that follows one that was seen: some have
// nothing to show, and nobody waits for those.
func (c *counter) each(pause func() error) func(*ladder.Row) error {
	last := -1
	return func(*ladder.Row) error {
		if c.n == last {
			return nil
		}
		last = c.n
		return pause()
	}
}

// quizmaster asks for each segment's flags, seq and ack before it is shown.
type quizmaster struct {
	ctx          context.Context
	in           *bufio.Reader
	out          io.Writer
	view         *view
	asked, right int
}

func (q *quizmaster) ask(row *ladder.Row) error {
	s := row.Event.Segment
	if row.Kind != ladder.RowArrow || s == nil || row.Arrow.Part == ladder.Arrival {
		return nil
	}
	from := explain.Label(q.view.lang, "role."+row.Event.From.Role.String())
	fmt.Fprint(q.out, q.view.say(trace.Text{
		En: "? the next segment comes from the " + from + ": flags, seq, ack (e.g. PSH,ACK 5 9)\n> ",
		Ko: "? 다음 세그먼트는 " + from + "가 보냅니다. 플래그, seq, ack (예: PSH,ACK 5 9)\n> ",
	}))
	line, err := q.answer()
	if err != nil || line == "" {
		return err
	}
	q.asked++
	want := expected(s)
	if matches(line, want) {
		q.right++
		_, err = fmt.Fprintf(q.out, q.view.spell("✓")+" %d/%d\n", q.right, q.asked)
	} else {
		_, err = fmt.Fprintf(q.out, q.view.spell("✗")+" %s   %d/%d\n", strings.Join(want, " "), q.right, q.asked)
	}
	return err
}

// answer reads a line, again and again until it is an answer; empty to be shown.
func (q *quizmaster) answer() (string, error) {
	for {
		line, err := interruptible(q.ctx, func() (string, error) { return q.in.ReadString('\n') })
		if err != nil && line == "" {
			return "", errQuit
		}
		switch line = strings.TrimSpace(line); {
		case line == "q":
			return "", errQuit
		case line == "" || isAnswer(line):
			return line, nil
		}
		fmt.Fprint(q.out, q.view.say(trace.Text{
			En: "  Not an answer. Flags: SYN FIN RST PSH ACK, joined by commas; then seq, and ack\n  where ACK is one of them. Enter alone: show it; q: end\n> ",
			Ko: "  답의 형식이 아닙니다. 플래그 SYN FIN RST PSH ACK를 쉼표로 이어 쓰고, seq를 쓰고,\n  ACK가 있으면 ack도 씁니다. Enter만: 정답 보기, q: 끝\n> ",
		}))
	}
}

// isAnswer reports whether a line says what could be so: flags that there are, a
// sequence number, and an acknowledgment number where the flags have ACK.
func isAnswer(line string) bool {
	words := strings.Fields(strings.ToUpper(line))
	flags := flagSet(words[0])
	need := 2
	for f := range flags {
		switch f {
		case "SYN", "FIN", "RST", "PSH":
		case "ACK":
			need = 3
		default:
			return false
		}
	}
	for _, w := range words[1:] {
		if _, err := strconv.ParseUint(w, 10, 32); err != nil {
			return false
		}
	}
	return len(flags) > 0 && (len(words) == need || len(words) == 3)
}

// expected is the right answer: flags, seq, and ack where the segment has one.
func expected(s *trace.Segment) []string {
	var flags []string
	for _, f := range []struct {
		bit  tcpstate.Flags
		name string
	}{{tcpstate.SYN, "SYN"}, {tcpstate.FIN, "FIN"}, {tcpstate.RST, "RST"}, {tcpstate.PSH, "PSH"}, {tcpstate.ACK, "ACK"}} {
		if s.Flags.Has(f.bit) {
			flags = append(flags, f.name)
		}
	}
	seq, ack := s.RelSeq, s.RelAck
	if explain.OldSeq(s) {
		seq = uint32(s.Segment.Seq)
	}
	if explain.OldAck(s) {
		ack = uint32(s.Segment.Ack)
	}
	out := []string{strings.Join(flags, ","), strconv.FormatUint(uint64(seq), 10)}
	if s.Flags.Has(tcpstate.ACK) {
		out = append(out, strconv.FormatUint(uint64(ack), 10))
	}
	return out
}

// matches compares an answer with the right one. PSH need not be guessed: it
// is the sender's choice (RFC 9293 §3.9.1.2).
func matches(answer string, want []string) bool {
	got := strings.Fields(strings.ToUpper(answer))
	if len(got) < len(want) {
		return false
	}
	if !sameFlags(got[0], want[0]) {
		return false
	}
	for i, w := range want[1:] {
		if got[i+1] != w {
			return false
		}
	}
	return true
}

func sameFlags(a, b string) bool {
	x, y := flagSet(a), flagSet(b)
	delete(x, "PSH")
	delete(y, "PSH")
	return maps.Equal(x, y)
}

// flagSet takes flags apart, however they are joined.
func flagSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '+' || r == '|' || r == '-' }) {
		m[f] = true
	}
	return m
}
