package render

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"io"
)

// spool holds the elements of a JSON array until its place in the output has
// come, as they will be printed, and compressed: they are much alike. The zero
// value is an empty array.
type spool struct {
	chunks chunks
	z      *flate.Writer
	n      int
	err    error
}

// chunks is memory that grows without being copied.
type chunks [][]byte

const chunkSize = 64 << 10

func (c *chunks) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if last := len(*c) - 1; last < 0 || len((*c)[last]) == cap((*c)[last]) {
			*c = append(*c, make([]byte, 0, chunkSize))
		}
		end := &(*c)[len(*c)-1]
		part := min(len(b), cap(*end)-len(*end))
		*end = append(*end, b[:part]...)
		b = b[part:]
	}
	return n, nil
}

// add appends an element. Its error is kept for writeTo.
func (s *spool) add(element any) {
	text, err := json.MarshalIndent(element, "    ", "  ")
	if s.err = errors.Join(s.err, err); s.err != nil {
		return
	}
	if s.z == nil {
		s.z, s.err = flate.NewWriter(&s.chunks, flate.BestSpeed)
	}
	if s.n > 0 {
		_, s.err = s.z.Write([]byte(",\n    "))
	}
	s.n++
	_, err = s.z.Write(text)
	s.err = errors.Join(s.err, err)
}

// writeTo prints the array, as an object's field would be that stands two
// cells in.
func (s *spool) writeTo(w io.Writer) error {
	if s.err != nil || s.n == 0 {
		_, err := io.WriteString(w, "[]")
		return firstError(s.err, err)
	}
	readers := []io.Reader{}
	err := s.z.Close()
	for _, c := range s.chunks {
		readers = append(readers, bytes.NewReader(c))
	}
	_, begin := io.WriteString(w, "[\n    ")
	_, middle := io.Copy(w, flate.NewReader(io.MultiReader(readers...)))
	_, end := io.WriteString(w, "\n  ]")
	return firstError(err, begin, middle, end)
}
