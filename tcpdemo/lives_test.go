package tcpdemo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// hidden returns the row of the table of changes that no frame shows, nil if
// there is none.
func hidden(m move) *tcpstate.InvisibleChange {
	table := tcpstate.Invisible()
	i := slices.IndexFunc(table, func(c tcpstate.InvisibleChange) bool { return c.From == m.from && c.To == m.to })
	if i < 0 {
		return nil
	}
	return &table[i]
}

// compare lays what is told of a side beside what was reported of it. They are
// to be the same, but for reported changes that no frame shows. And nothing is
// told before it has happened. excused gets the changes that were not told, or
// told although they never happened: see cookie.
func compare(real, told []move, excused func(move)) error {
	next := 0
	for i, m := range real {
		if cookie(m, told[next:]) {
			excused(told[next])
			told = slices.Clone(told)
			next++
			told[next].from = m.from
		}
		if aborted(m, told[next:]) {
			next += 2
			continue
		}
		switch {
		case next < len(told) && told[next].from == m.from && told[next].to == m.to:
			if told[next].at.Before(m.at) {
				return fmt.Errorf("%v is told of frame %d, before it happened", m, told[next].frame)
			}
			next++
		case hidden(m) != nil:
			excused(m)
			for m.to == tcpstate.Closed && next < len(told) && ghost(told[next]) {
				next++
			}
		case next < len(told):
			return fmt.Errorf("after %v came %v, but %v is told (frame %d)", real[:i], m, told[next], told[next].frame)
		default:
			return fmt.Errorf("after %v came %v, which is not told", real[:i], m)
		}
	}
	for ; next < len(told) && unborn(real, told[next]); next++ {
		excused(told[next])
	}
	if next < len(told) {
		return fmt.Errorf("after %v nothing came, but %v is told (frame %d)", real, told[next], told[next].frame)
	}
	return nil
}

// aborted reports whether a stack threw a closed connection away because of a
// segment that the observer had it process first: the acknowledgment in it, and
// then the RST in answer.
func aborted(real move, told []move) bool {
	return selfAbort(real.from, real.to, real.cause) && len(told) > 1 && told[0].from == real.from &&
		told[1].to == tcpstate.Closed && told[0].at.Equal(real.at) && told[1].at.Equal(real.at)
}

// ghost reports whether a change is told of a connection that went on before: of
// one that its host has given up in silence, segments that still arrive tell on,
// until the host answers with a RST (RFC 9293 §3.5.1).
func ghost(told move) bool { return told.from != tcpstate.Closed && told.from != tcpstate.Listen }

// unborn reports whether a listener is told to be in SYN-RECEIVED that has
// answered with a SYN cookie, and remembers nothing yet.
func unborn(real []move, told move) bool {
	skips := len(real) == 0 || real[0].from == tcpstate.Listen && real[0].to == tcpstate.Established
	return skips && told.from == tcpstate.Listen && told.to == tcpstate.SynReceived && hidden(told) != nil
}

// cookie reports whether a listener's leap to ESTABLISHED is told as the usual
// way through SYN-RECEIVED: a SYN cookie looks no different on the wire (RFC
// 4987 §3.6).
func cookie(real move, told []move) bool {
	return len(told) > 1 && unborn([]move{real}, told[0]) && told[0].to == told[1].from && told[1].to == real.to
}

// believe lays what is claimed of a side beside its life: each claimed state was
// the side's, in that order, by the time of the frame that shows it. A state may
// be claimed again, where the claims between were mere assumptions.
func believe(life, claims []move) error {
	for _, c := range claims {
		if unborn(life, c) || c.to == tcpstate.Closed && gone(life, c.at) || lost(life, c.at) && ghost(c) || moot(life, c) {
			continue
		}
		i := slices.IndexFunc(life, func(m move) bool { return m.to == c.to })
		switch {
		case i < 0:
			return fmt.Errorf("is said to be in %v (frame %d); what is left of its life is %v", c.to, c.frame, life)
		case life[i].at.After(c.at):
			return fmt.Errorf("is said to be in %v (frame %d), %v before it was", c.to, c.frame, life[i].at.Sub(c.at))
		}
		life = life[i:]
	}
	return nil
}

// latest is the last thing that has happened to a side at a time.
func latest(life []move, at time.Time) move {
	last := move{to: tcpstate.Closed}
	for _, m := range life {
		if !m.at.After(at) {
			last = m
		}
	}
	return last
}

// gone reports whether a side has no control block at a time: not yet, or no
// more.
func gone(life []move, at time.Time) bool {
	s := latest(life, at).to
	return s == tcpstate.Closed || s == tcpstate.Listen
}

// moot reports whether a state is claimed at the moment at which the stack threw
// the connection away, because of the segment that shows it.
func moot(life []move, claim move) bool {
	last := latest(life, claim.at)
	return last.at.Equal(claim.at) && last.from == claim.from && selfAbort(last.from, last.to, last.cause)
}

// lost reports whether a side's control block is gone, and no frame showed it.
func lost(life []move, at time.Time) bool {
	m := latest(life, at)
	return m.to == tcpstate.Closed && hidden(m) != nil
}

// The comparison is worth something only if it can tell lives apart.
func TestCompareLives(t *testing.T) {
	t.Parallel()
	life := func(states ...tcpstate.State) []move {
		var all []move
		for i := range len(states) - 1 {
			all = append(all, move{from: states[i], to: states[i+1], at: time.Unix(int64(i), 0)})
		}
		return all
	}
	const closed, listen, received, sent, open, wait = tcpstate.Closed, tcpstate.Listen, tcpstate.SynReceived, tcpstate.SynSent, tcpstate.Established, tcpstate.TimeWait
	tests := []struct {
		name       string
		real, told []move
		excused    int
		wrong      string
	}{
		{"the same", life(closed, sent, open), life(closed, sent, open), 0, ""},
		{"an invisible end", life(tcpstate.FinWait2, wait, closed), life(tcpstate.FinWait2, wait), 1, ""},
		{"a change is not told", life(closed, sent, open), life(closed, sent), 0, "not told"},
		{"another is told", life(closed, sent, open), life(closed, sent, received), 0, "is told"},
		{"one too many is told", life(closed, sent), life(closed, sent, open), 0, "nothing came"},
		{"a SYN cookie", life(listen, open, tcpstate.CloseWait), life(listen, received, open, tcpstate.CloseWait), 1, ""},
		{"told too early", life(closed, sent, open)[1:], []move{{from: sent, to: open}}, 0, "before it happened"},
	}
	for _, tt := range tests {
		n := 0
		err := compare(tt.real, tt.told, func(move) { n++ })
		if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
			t.Errorf("%s: %v, expected %q", tt.name, err, tt.wrong)
		}
		if n != tt.excused {
			t.Errorf("%s: %d excused, expected %d", tt.name, n, tt.excused)
		}
	}
}
