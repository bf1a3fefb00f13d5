package pcapfile

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxZstdWindow is how far back a Zstandard frame may refer, in bytes, and
// with it the memory that one takes: what zstd(1) itself accepts without a
// further word, and what its strongest levels write (RFC 8878 §3.1.1.1.2).
const maxZstdWindow = 128 << 20

// compressions are the formats that a trace may be wrapped in, told by their
// first bytes. Each is read as a stream, by the caller's own goroutine, and
// goes on behind the end of one member or frame with the next, as the programs
// of these names do.
var compressions = []struct {
	name  string
	magic string
	open  func(io.Reader) (io.Reader, error)
}{
	{"gzip", "\x1f\x8b\x08", openGzip}, // RFC 1952 §2.3.1, CM 8: deflate
	{"Zstandard", "\x28\xb5\x2f\xfd", openZstd},
	{"LZ4", "\x04\x22\x4d\x18", openLZ4},
	{"bzip2", "BZh", openBzip2},
}

func openGzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

func openBzip2(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }

func openLZ4(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }

func openZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return nil, err
	}
	return d, nil
}

// isSkippable reports whether magic begins a frame without data, which may
// stand before a Zstandard frame (RFC 8878 §3.1.2).
func isSkippable(magic []byte) bool {
	return binary.LittleEndian.Uint32(magic)&^0x0f == 0x184d2a50
}

// inflated is a window's input that is decompressed while it is read.
type inflated struct {
	name string
	in   counted
	out  io.Reader
}

// counted counts what a decompressor takes. It hands single bytes out, so that
// decompressors do not buffer on their own.
type counted struct {
	*bufio.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// A damagedInput is compressed data that cannot be read further.
type damagedInput struct {
	name string
	at   int64 // bytes of compressed data before it
	err  error
}

func (e *damagedInput) Error() string {
	if errors.Is(e.err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("the %s data ends too early, after %d bytes of it", e.name, e.at)
	}
	return fmt.Sprintf("the %s data is damaged near its byte %d (%v)", e.name, e.at, e.err)
}

func (e *damagedInput) Unwrap() error { return e.err }

// Read decompresses. An error of the input itself stays what it is.
func (c *inflated) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	var source *inputError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case errors.As(err, &source):
		return n, source.error
	}
	return n, &damagedInput{c.name, c.in.n, err}
}

// inputError marks an error of the input, among those of a decompressor.
type inputError struct{ error }

// marked is an input whose errors are marked.
type marked struct{ io.Reader }

func (m marked) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &inputError{err}
	}
	return n, err
}

// decompress puts a decompressor before the window if the input's first bytes
// are those of a compressed file, and returns the first bytes of what is in it.
func (r *Reader) decompress(magic []byte) ([]byte, error) {
	for _, c := range compressions {
		begins := bytes.HasPrefix(magic, []byte(c.magic)) || c.name == "Zstandard" && isSkippable(magic)
		if !begins {
			continue
		}
		peeked := bytes.Clone(r.in.buf[r.in.at:r.in.end])
		rest := marked{io.MultiReader(bytes.NewReader(peeked), r.in.from)}
		in := &inflated{name: c.name, in: counted{Reader: bufio.NewReaderSize(rest, blockLen)}}
		r.compression = c.name
		out, err := c.open(&in.in)
		var source *inputError
		switch {
		case errors.As(err, &source):
			return nil, source.error
		case err != nil:
			return nil, &damagedInput{c.name, in.in.n, noEOF(err)}
		}
		in.out = out
		r.in.from, r.in.at, r.in.end, r.in.err = in, 0, 0, nil
		return r.in.peek(4)
	}
	return magic, nil
}

// noEOF makes an end that comes inside a header a damage.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
