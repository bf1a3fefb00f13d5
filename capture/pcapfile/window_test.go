package pcapfile

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// TestClaimsTakeNoMemory: a length field alone must not make the buffer grow.
func TestClaimsTakeNoMemory(t *testing.T) {
	t.Parallel()
	header := binary.LittleEndian.AppendUint32(nil, sectionHeader)
	header = binary.LittleEndian.AppendUint32(header, maxBlock)
	header = binary.LittleEndian.AppendUint32(header, byteOrderMagic)
	r := &Reader{in: newWindow(strings.NewReader(string(header) + strings.Repeat("x", 100_000)))}
	if _, err := r.readBlock(&r.last); err == nil {
		t.Fatal("16 MiB out of 100 kB")
	}
	if got := len(r.in.buf); got > headroom+blockLen {
		t.Errorf("the buffer grew to %d bytes for an input of 100 kB", got)
	}
}

// TestWindowIsBounded reads many records through one buffer, and through few where
// they are lent.
func TestWindowIsBounded(t *testing.T) {
	t.Parallel()
	for _, turn := range []func([]byte) []byte{nil, func(read []byte) []byte { return read }} {
		w := newWindow(io.LimitReader(zeros{}, 64<<20))
		w.turn = turn
		for range 64 {
			b, err := w.peek(1 << 20)
			if err != nil || len(b) != 1<<20 {
				t.Fatal(len(b), err)
			}
			w.skip(1 << 20)
		}
		if _, err := w.peek(1); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		if len(w.buf) > 4<<20 || w.offset != 64<<20 {
			t.Errorf("buffer %d, offset %d", len(w.buf), w.offset)
		}
		w.endAhead()
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestBombTakesNoMemory reads 64 MiB of frames out of some 64 kB.
func TestBombTakesNoMemory(t *testing.T) {
	t.Parallel()
	record := make([]byte, standardLen+65536)
	binary.LittleEndian.PutUint32(record[8:], 65536)
	binary.LittleEndian.PutUint32(record[12:], 65536)
	header := make([]byte, fileHeaderLen)
	binary.LittleEndian.PutUint32(header, magicMicro)
	binary.LittleEndian.PutUint32(header[4:], 2|4<<16)
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	for _, b := range append([][]byte{header}, slices.Repeat([][]byte{record}, 1024)...) {
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || file.Len() > 1<<20 {
		t.Fatalf("%d bytes, %v", file.Len(), err)
	}
	r, err := NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range r.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1024 || len(r.in.buf) > headroom+blockLen {
		t.Errorf("%d frames through a buffer of %d bytes", n, len(r.in.buf))
	}
}
