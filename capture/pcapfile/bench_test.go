package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// endless repeats a body behind a header, without end.
type endless struct{ header, body, rest []byte }

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		e.rest = e.body
		if e.header != nil {
			e.rest, e.header = e.header, nil
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func benchmarkRead(b *testing.B, header, frame []byte) {
	rd, err := pcapfile.NewReader(&endless{header: header, body: bytes.Repeat(frame, 1000)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(frame)))
	for _, err := range rd.Frames() {
		if !b.Loop() {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadPCAP(b *testing.B) {
	o := binary.LittleEndian
	benchmarkRead(b, pcapHeader(o, 0xa1b2c3d4, 1), build(o, 1, 2, 600, 600, make([]byte, 600)))
}

func BenchmarkReadPCAPNG(b *testing.B) {
	o := binary.LittleEndian
	benchmarkRead(b, join(section(o), describe(o, 1, 0)), block(o, 6, 0, 0, 1_000_000, 600, 600, make([]byte, 600)))
}

func BenchmarkReadPCAPNGDirection(b *testing.B) {
	o := binary.BigEndian
	benchmarkRead(b, join(section(o), describe(o, 1, 0, opt(o, 9, byte(9)))),
		block(o, 6, 0, 0, 1_000_000, 600, 600, make([]byte, 600), opt(o, 2, 1), opt(o, 0)))
}

func BenchmarkWrite(b *testing.B) {
	w, err := pcapfile.NewWriter(io.Discard, pcapfile.WriterOptions{Link: 1})
	if err != nil {
		b.Fatal(err)
	}
	f := capture.Frame{Link: 1, Data: make([]byte, 600), Length: 600, Direction: capture.Inbound}
	b.ReportAllocs()
	b.SetBytes(600)
	for b.Loop() {
		if err := w.WriteFrame(f); err != nil {
			b.Fatal(err)
		}
	}
}
