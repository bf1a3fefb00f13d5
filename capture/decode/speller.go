package decode

// speller writes fields down, walking over the frame's bits.
type speller struct {
	data   []byte
	fields []Field
	at     int // the next bit
	// opened are the fields that are being filled, the innermost last.
	opened []scope
}

// scope is a field that has parts.
type scope struct {
	layer string
	index int // in fields
	// end is where its captured bits end, full where all its bits would.
	end, full int
}

// open begins a header or any other field with parts that takes the bytes
// [off, end), and reports whether any of them were captured. If so, close ends
// it.
func (s *speller) open(layer, name string, off, end int) bool {
	captured := min(end, len(s.data))
	if off >= captured {
		return false
	}
	s.at = off * 8
	s.fields = append(s.fields, Field{Name: name, Layer: layer, Depth: len(s.opened), BitOffset: s.at, BitLength: (captured - off) * 8, Missing: (end - captured) * 8})
	s.opened = append(s.opened, scope{layer, len(s.fields) - 1, captured * 8, end * 8})
	return true
}

// group begins a field of n bits with parts, within the one that is open, and
// reports whether any of them were captured. If so, close ends it.
func (s *speller) group(name string, n int) bool {
	layer, end := s.scope().layer, s.scope().end
	index := len(s.fields)
	got, full := s.take(name, n)
	if got == 0 {
		return false
	}
	s.at -= got
	s.opened = append(s.opened, scope{layer, index, min(s.at+got, end), s.at + full})
	return true
}

// close ends the field that was opened last.
func (s *speller) close() {
	s.at = max(s.at, s.scope().end)
	s.opened = s.opened[:len(s.opened)-1]
}

// describe gives a value to the open field, if all its bits are there.
func (s *speller) describe(value string) {
	if f := &s.fields[s.scope().index]; f.Missing == 0 {
		f.Value = value
	}
}

func (s *speller) scope() scope { return s.opened[len(s.opened)-1] }

// left returns how many captured bits of the open field are not spelled out.
func (s *speller) left() int { return s.scope().end - s.at }

// take writes down a part of n bits without a value. It returns how many of
// them were captured, 0 if there was nothing to write, and how many the field
// has by the bounds of the open one.
func (s *speller) take(name string, n int) (got, full int) {
	in := s.scope()
	full = min(n, in.full-s.at)
	got = min(n, in.end-s.at)
	if got <= 0 {
		return 0, full
	}
	s.fields = append(s.fields, Field{Name: name, Layer: in.layer, Depth: len(s.opened), BitOffset: s.at, BitLength: got, Missing: full - got})
	s.at += got
	return got, full
}

// num writes down a number of n bits, at most 64. Its value is ok only if all
// bits are there.
func (s *speller) num(name string, n int, format func(uint64) string) (v uint64, ok bool) {
	from := s.at
	if got, _ := s.take(name, n); got < n {
		return 0, false
	}
	v = bitsAt(s.data, from, n)
	s.fields[len(s.fields)-1].Value = format(v)
	return v, true
}

// octets writes down n octets.
func (s *speller) octets(name string, n int, format func([]byte) string) {
	from := s.at / 8
	if n <= 0 {
		return
	}
	if got, _ := s.take(name, n*8); got == n*8 {
		s.fields[len(s.fields)-1].Value = format(s.data[from : from+n])
	}
}

// rest writes down all that is left of the open field.
func (s *speller) rest(name string) {
	in := s.scope()
	s.take(name, in.full-s.at)
}

// leaf writes down the bytes [off, end) as one field at depth 0.
func (s *speller) leaf(name string, kind layerKind, off, end int) {
	if s.open(kind.String(), name, off, end) {
		s.close()
	}
}

// bitsAt returns n bits, at most 64, from bit offset from on.
func bitsAt(b []byte, from, n int) (v uint64) {
	for i := from; i < from+n; {
		take := min(8-i%8, from+n-i)
		octet := b[i/8] << (i % 8) >> (8 - take)
		v = v<<take | uint64(octet)
		i += take
	}
	return v
}
