package http1

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Codings returns the content codings of a message in the order in which they
// were applied (RFC 9110 §8.4), then the transfer codings except chunked (RFC
// 9112 §7), in lower case; identity, which is none, is left out.
func (m *Message) Codings() (codings []string) {
	for _, name := range []string{"Content-Encoding", "Transfer-Encoding"} {
		for _, f := range m.Fields {
			if !equalFold(f.Name, name) {
				continue
			}
			for coding := range strings.SplitSeq(f.Value, ",") {
				coding = strings.ToLower(strings.Trim(coding, " \t"))
				if coding != "" && coding != "identity" && coding != "chunked" {
					codings = append(codings, coding)
				}
			}
		}
	}
	return codings
}

// Errors of Decode, which wraps them.
var (
	// ErrCoding: a coding that is not known, or more of them than anybody uses.
	ErrCoding = errors.New("unknown content coding")
	// ErrTooLong: the decoded body is longer than the limit; what fits is there.
	ErrTooLong = errors.New("decoded body is longer than the limit")
)

// maxCodings bounds the decoders that a message can ask for.
const maxCodings = 5

// maxWindow bounds the memory of a decoder, as RFC 9659 bounds it for zstd.
const maxWindow = 8 << 20

// Decode undoes the message's codings on what was kept of its body, and returns
// at most limit bytes. An error says why that is not all; what could be decoded
// before it is returned.
func (m *Message) Decode(limit int) ([]byte, error) {
	codings := m.Codings()
	if len(codings) == 0 {
		if len(m.Body) > limit {
			return m.Body[:limit], ErrTooLong
		}
		return m.Body, nil
	}
	if len(codings) > maxCodings {
		return nil, fmt.Errorf("%w: %d of them, one upon the other", ErrCoding, len(codings))
	}
	var r io.Reader = bytes.NewReader(m.Body)
	for _, coding := range slices.Backward(codings) {
		var closing func()
		var err error
		if r, closing, err = decoder(coding, r); err != nil {
			return nil, err
		}
		defer closing()
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	switch {
	case len(body) > limit:
		return body[:limit], ErrTooLong
	case err != nil:
		return body, fmt.Errorf("decode %s: %w", strings.Join(codings, ", "), err)
	}
	return body, nil
}

// decoder returns a reader of what a coding of RFC 9110 §8.4.1, RFC 7932 or RFC
// 8878 was applied to.
func decoder(coding string, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch coding {
	case "gzip", "x-gzip":
		return &lazy{from: r, open: func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }}, nothing, nil
	case "deflate":
		return &lazy{from: r, open: inflater}, nothing, nil
	case "br":
		return brotli.NewReader(r), nothing, nil
	case "zstd":
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, nothing, fmt.Errorf("decode zstd: %w", err)
		}
		return d, d.Close, nil
	}
	return nil, nothing, fmt.Errorf("%w %q", ErrCoding, coding)
}

// inflater reads the coding "deflate", which is the zlib format; some senders
// leave out its header (RFC 9110 §8.4.1.2).
func inflater(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil {
		return nil, err
	}
	wrapped := head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 // RFC 1950 §2.2
	if wrapped {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}

// lazy opens a decoder that reads its header at once only when it is read from.
type lazy struct {
	from io.Reader
	open func(io.Reader) (io.Reader, error)
	r    io.Reader
	err  error
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.r == nil && l.err == nil {
		l.r, l.err = l.open(l.from)
	}
	if l.err != nil {
		if errors.Is(l.err, io.EOF) {
			l.err = io.ErrUnexpectedEOF // an empty body is none in any coding
		}
		return 0, l.err
	}
	return l.r.Read(p)
}
