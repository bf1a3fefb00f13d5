package render

import (
	"bytes"
	"encoding/base64"
)

// FrameOf finds a frame by its number, for formats that show bytes. What it
// returns is valid until the next event is asked for.
type FrameOf func(number int) (FrameView, bool)

// FrameView is a frame's bytes, and what they say.
type FrameView struct {
	Data   []byte // as captured
	Length int    // on the wire
	// Fields are as decode.Fields gives them.
	Fields []FieldView
	// Wanting is how many bytes that were captured Data is short of.
	Wanting int
}

// FieldView is a named range of bits: see decode.Field.
type FieldView struct {
	Name, Value                          string
	Depth, BitOffset, BitLength, Missing int
}

// What a page holds of frames' bytes: of each frame its beginning, and of all
// together no more than a browser opens at once.
const (
	maxFrameOctets = 1600
	maxPageOctets  = 3 << 20
	// fewOctets are kept of each once half of that is full: the headers.
	fewOctets = 192
)

// pageFrames are the frames of a page: bytes, and the fields that they spell.
// Frames of one shape share a layout, and equal values are kept once, so that a
// frame costs little more than its bytes.
type pageFrames struct {
	// waiting are those seen lately, by number, until a row shows them.
	waiting map[int]FrameView
	seen    [maxWaiting]int // their numbers, in a ring
	next    int
	frames  map[int]frameOctets
	total   int
	Layouts [][]layoutField
	Names   interned
	Values  interned
	layouts map[string]int
}

// frameOctets is one frame, in the page's data.
type frameOctets struct {
	Octets string `json:"b"` // base64
	Length int    `json:"n"` // as captured
	Wire   int    `json:"w"` // as it was on the wire
	Layout int    `json:"l"`
	Values []int  `json:"v"`
}

// layoutField is a field's name, depth, first bit, length in bits, missing bits.
type layoutField [5]int

// interned numbers texts in the order in which they first come.
type interned struct {
	all []string
	by  map[string]int
}

func (n *interned) of(s string) int {
	i, ok := n.by[s]
	if !ok {
		if n.by == nil {
			n.by = map[string]int{}
		}
		i = len(n.all)
		n.by[s], n.all = i, append(n.all, s)
	}
	return i
}

// maxWaiting is how many frames wait for their rows.
const maxWaiting = 2048

// add takes a frame that a row may come to show.
func (o *pageFrames) add(number int, f FrameView) {
	if o.waiting == nil {
		o.waiting = map[int]FrameView{}
	}
	delete(o.waiting, o.seen[o.next])
	o.seen[o.next] = number
	o.next = (o.next + 1) % maxWaiting
	f.Wanting = len(f.Data) - min(len(f.Data), maxFrameOctets)
	f.Data = bytes.Clone(f.Data[:len(f.Data)-f.Wanting])
	o.waiting[number] = f
}

// keep keeps a frame that a row shows, while there is room.
func (o *pageFrames) keep(number int) {
	f, ok := o.waiting[number]
	if _, known := o.frames[number]; !ok || known || o.total+len(f.Data) > maxPageOctets {
		return
	}
	if o.frames == nil {
		o.frames, o.layouts = map[int]frameOctets{}, map[string]int{}
	}
	if keep := min(len(f.Data), fewOctets); o.total > maxPageOctets/2 {
		f.Data, f.Wanting = f.Data[:keep], f.Wanting+len(f.Data)-keep
	}
	o.total += len(f.Data)
	captured := len(f.Data) + f.Wanting
	out := frameOctets{Octets: base64.StdEncoding.EncodeToString(f.Data), Length: captured, Wire: max(f.Length, captured), Values: []int{}}
	var fields []layoutField
	var shape []byte
	for _, d := range f.Fields {
		field := layoutField{o.Names.of(safe(d.Name)), d.Depth, d.BitOffset, d.BitLength, d.Missing}
		fields = append(fields, field)
		for _, n := range field {
			shape = append(shape, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		}
		out.Values = append(out.Values, o.Values.of(safe(d.Value)))
	}
	at, ok := o.layouts[string(shape)]
	if !ok {
		at = len(o.Layouts)
		o.layouts[string(shape)] = at
		o.Layouts = append(o.Layouts, fields)
	}
	out.Layout = at
	o.frames[number] = out
}
