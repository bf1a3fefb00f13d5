package viewer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// compare is the screen of two frames beside each other, field by field.
type compare struct {
	base
	marks [2]place
	at    [2]time.Time
	all   []pair
	only  bool // what differs alone
	found bool // both frames are held
}

// pair is a field of either frame; one of them may lack it.
type pair struct {
	name    string
	depth   int
	values  [2]string
	differs bool
}

// compareMarks compares the two segments that are marked.
func (m *Model) compareMarks() tea.Cmd {
	if len(m.marks) != 2 {
		return m.fail(m.look.of(wordMarkTwo))
	}
	return m.push(&compare{base: base{m: m}, marks: [2]place{m.marks[0], m.marks[1]}})
}

func (x *compare) tab() tabKind { return tabLadder }
func (x *compare) stream() int  { return x.marks[0].stream }

func (x *compare) open() tea.Cmd {
	return x.m.fetch([]int{x.marks[0].frame, x.marks[1].frame}, func() tea.Cmd {
		a, ok := x.m.frames.held[x.marks[0].frame]
		b, also := x.m.frames.held[x.marks[1].frame]
		if x.found = ok && also; x.found {
			x.at, x.all = [2]time.Time{a.Time, b.Time}, pairs(&a, &b)
		}
		return nil
	})
}

// pairs puts the fields of two frames together: those of the same name, in the
// same header and the same field of it, the same time that it occurs there.
func pairs(a, b *capture.Frame) []pair {
	left, right := named(a), named(b)
	var out []pair
	at := map[string]int{}
	for _, f := range left {
		at[f.key] = len(out)
		out = append(out, pair{name: f.name, depth: f.depth, values: [2]string{f.value, ""}, differs: f.value != ""})
	}
	behind := -1 // the pair that the field of b before this one is in
	for _, f := range right {
		if i, ok := at[f.key]; ok {
			out[i].values[1] = f.value
			out[i].differs = out[i].values[0] != f.value || !bytes.Equal(f.content, contentOf(left, f.key))
			behind = i
			continue
		}
		behind++
		out = slices.Insert(out, behind, pair{name: f.name, depth: f.depth, values: [2]string{"", f.value}, differs: f.value != ""})
		for key, i := range at {
			if i >= behind {
				at[key] = i + 1
			}
		}
	}
	return out
}

// namedField is a field with a name that no other of its frame has.
type namedField struct {
	key, name, value string
	depth            int
	content          []byte // of a payload
}

func contentOf(all []namedField, key string) []byte {
	for _, f := range all {
		if f.key == key {
			return f.content
		}
	}
	return nil
}

func named(f *capture.Frame) []namedField {
	var (
		out     []namedField
		parents []int // the fields that the next one may lie in, from the outermost
	)
	times := map[string]int{}
	fields := decode.Fields(f)
	for i := range fields {
		d := &fields[i]
		n := namedField{name: trace.Escape(d.Name), value: trace.Escape(d.Value), depth: d.Depth}
		for len(parents) > 0 && out[parents[len(parents)-1]].depth >= d.Depth {
			parents = parents[:len(parents)-1]
		}
		id := d.Layer + "/" + d.Name
		if len(parents) > 0 {
			id = out[parents[len(parents)-1]].key + "/" + id
		}
		times[id]++
		n.key = fmt.Sprintf("%s/%d", id, times[id])
		parents = append(parents, i)
		parts := i+1 < len(fields) && fields[i+1].Depth > d.Depth
		if d.Value == "" && !parts {
			from, to := bytesOf(d, len(f.Data))
			n.content = f.Data[from:to]
			n.value = fmt.Sprintf("%d B  %s", d.BitLength/8, trace.EscapeBytes(n.content, 24))
		}
		out = append(out, n)
	}
	return out
}

func (x *compare) rows() []pair {
	if !x.only {
		return x.all
	}
	var out []pair
	for _, p := range x.all {
		if p.differs {
			out = append(out, p)
		}
	}
	return out
}

func (x *compare) count() int         { return len(x.rows()) }
func (x *compare) flagged(i int) bool { return x.rows()[i].differs }

func (x *compare) text(i int) string {
	p := x.rows()[i]
	return p.name + ": " + p.values[0] + " " + x.sign(p) + " " + p.values[1]
}

func (x *compare) sign(p pair) string {
	if p.differs {
		return x.m.look.glyph("≠", "!")
	}
	return " "
}

func (x *compare) body(w, h int) []string {
	l := x.m.look
	if !x.found {
		word := wordNothing
		if x.m.frames.waiting != nil {
			word = wordReadingFrames
		}
		return []string{"", "  " + l.of(word)}
	}
	differ := 0
	for _, p := range x.all {
		if p.differs {
			differ++
		}
	}
	between := x.at[1].Sub(x.at[0])
	out := []string{" " + l.paint(render.Strong, l.fit(l.f(wordCompareTitle, x.marks[0].frame, x.marks[1].frame, fmt.Sprintf("%+.6f s", between.Seconds()), differ), w-2))}
	name := min(34, w*2/5)
	value := (w - 2 - name - 3) / 2
	out = append(out, l.paint(render.Faint, "  "+l.left("", name)+l.left(l.f(wordFrame, x.marks[0].frame), value)+"   "+l.f(wordFrame, x.marks[1].frame)))
	rows := x.rows()
	return append(out, x.list(len(rows), w, h-len(out), func(i, _ int) string {
		p := rows[i]
		style := render.Faint
		if p.differs {
			style = render.Trouble
		}
		if p.depth == 0 && p.values[0] == "" && p.values[1] == "" {
			return l.paint(render.Strong, l.left(p.name, name))
		}
		return l.left(strings.Repeat("  ", p.depth)+p.name, name-1) + " " + l.paint(style, l.left(p.values[0], value)+" "+x.sign(p)+" "+l.fit(p.values[1], value))
	})...)
}

func (x *compare) press(key string) (tea.Cmd, bool) {
	if key != "d" && key != "=" && key != "s" {
		return nil, false
	}
	x.only = !x.only
	return nil, true
}

func (x *compare) status() string { return x.m.look.f(wordFieldOf, x.cur.at+1, max(1, x.count())) }

func (x *compare) keys() []hint {
	return []hint{{"↑↓", wordMove}, {"d", wordOnlyDifferent}, {"f b", wordNextDifferent}, {"/", wordSearch}, {"e", wordExport}}
}

func (x *compare) export() Export {
	a, b := x.marks[0], x.marks[1]
	return Export{View: "ladder", Format: "text", Streams: []int{a.stream, b.stream}, From: min(a.frame, b.frame), To: max(a.frame, b.frame)}
}
