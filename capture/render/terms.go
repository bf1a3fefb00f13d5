package render

import (
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// Told is what a reader of several ladders has been told already: it is not said
// again. The zero value is a reader who has seen none.
type Told struct {
	things map[string]bool   // words and remarks
	values map[string]string // of control blocks
}

// termsOf are the names of explain.Terms that a row shows.
func termsOf(r *ladder.Row) []string {
	var names []string
	switch {
	case r.Kind == ladder.RowArrow && r.Event.Segment != nil:
		s := r.Event.Segment
		names = flagList(s.Flags)
		if s.Options.HasMSS {
			names = append(names, "mss")
		}
		if s.Options.HasScale {
			names = append(names, "scale")
		}
		if s.Options.SackBlocks > 0 {
			names = append(names, "sack")
		}
	case r.Kind == ladder.RowState && len(r.States) > 0 && r.States[0].Change.Cause.Kind == tcpstate.OnPoll:
		names = append(names, r.States[0].Change.Cause.Name)
	case r.Kind == ladder.RowCall:
		c := r.Event.Call
		for _, name := range []string{"backlog", "SO_LINGER", "TCP_NODELAY", "SO_KEEPALIVE"} {
			if (c.Name == "listen" || c.Name == "setsockopt") && strings.Contains(c.Args, name) {
				names = append(names, name)
			}
		}
		if c.Result == "EOF" {
			names = append(names, c.Result)
		}
	case r.Kind == ladder.RowMemory && r.Memory.Structural():
		for i, name := range kindWords {
			if r.Memory.Before[i] != r.Memory.After[i] {
				names = append(names, name.En)
			}
		}
	}
	return names
}

// termLines explains those of the words that were used, and not told of before.
func termLines(lang explain.Lang, used map[string]bool, told *Told) []string {
	var lines []string
	for _, term := range explain.Terms() {
		if used[term.Name] && told.first(term.Name) {
			lines = append(lines, lang.Of(term.Words())+": "+lang.Of(term.Gloss))
		}
	}
	return lines
}

// first reports whether a thing is to be said: it has not been said before.
func (t *Told) first(thing string) bool {
	if t == nil {
		return true
	}
	if t.things == nil {
		t.things = map[string]bool{}
	}
	said := t.things[thing]
	t.things[thing] = true
	return !said
}

// unchanged reports whether a reader has been told the same of an entry, the nth
// of its name in a table: of the parties in their order, its values. It remembers
// these ones.
func (t *Told) unchanged(name string, nth int, values []string) bool {
	if t == nil {
		return false
	}
	now := strings.Join(values, "\x00")
	name += "\x00" + strconv.Itoa(nth)
	before, known := t.values[name]
	if t.values == nil {
		t.values = map[string]string{}
	}
	t.values[name] = now
	return known && before == now
}

// begun reports whether the reader has seen a control block before.
func (t *Told) begun() bool { return t != nil && len(t.values) > 0 }
