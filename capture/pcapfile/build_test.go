package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// order is what both byte orders of encoding/binary are.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// build appends values in one byte order: a second, independent hand that
// writes the formats, so that reader and writer are not their only witnesses.
func build(o order, values ...any) []byte {
	var b []byte
	for _, v := range values {
		switch v := v.(type) {
		case uint16:
			b = o.AppendUint16(b, v)
		case uint32:
			b = o.AppendUint32(b, v)
		case uint64:
			b = o.AppendUint64(b, v)
		case int:
			b = o.AppendUint32(b, uint32(v))
		case byte:
			b = append(b, v)
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic("build: unknown type")
		}
	}
	return b
}

// block wraps a body in a pcapng block.
func block(o order, kind int, body ...any) []byte {
	b := build(o, body...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return build(o, kind, len(b)+12, b, len(b)+12)
}

// opt is one pcapng option, padded.
func opt(o order, code int, value ...any) []byte {
	v := build(o, value...)
	b := build(o, uint16(code), uint16(len(v)), v)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func section(o order, options ...any) []byte {
	return block(o, 0x0a0d0d0a, append([]any{0x1a2b3c4d, uint16(1), uint16(0), ^uint64(0)}, options...)...)
}

func describe(o order, link capture.LinkType, snap int, options ...any) []byte {
	return block(o, 1, append([]any{uint16(link), uint16(0), snap}, options...)...)
}

// join concatenates what makes a file.
func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// oneByte hands out a byte at a time, as a slow pipe might.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }

// readAll reads a whole trace, and keeps what is before an error.
func readAll(r io.Reader) (frames []capture.Frame, err error) {
	rd, err := pcapfile.NewReader(r)
	if err != nil {
		return nil, err
	}
	for f, err := range rd.Frames() {
		if err != nil {
			return frames, err
		}
		frames = append(frames, f.Clone())
	}
	return frames, nil
}

// mustRead reads a whole trace that has to be good.
func mustRead(t *testing.T, file []byte) []capture.Frame {
	t.Helper()
	frames, err := readAll(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return frames
}

// wantDamage checks that err is a DamageError at the offset, after so many
// frames, that says what.
func wantDamage(t *testing.T, err error, offset int64, frames int, what string) *pcapfile.DamageError {
	t.Helper()
	var d *pcapfile.DamageError
	if !errors.As(err, &d) {
		t.Fatalf("error is %v, want a DamageError", err)
	}
	if d.Offset != offset || d.Frames != frames || !strings.Contains(d.Error(), what) {
		t.Errorf("damage %q at %d after %d frames, want %q at %d after %d", d.What, d.Offset, d.Frames, what, offset, frames)
	}
	return d
}
