package http1_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"statelab/capture/http1"
)

// encode applies a coding.
func encode(t testing.TB, coding string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "raw deflate":
		w, err = flate.NewWriter(&out, flate.BestCompression)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		w, err = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	default:
		t.Fatal(coding)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func coded(value string, body []byte) *http1.Message {
	return &http1.Message{Fields: []http1.Field{{Name: "content-encoding", Value: value}}, Body: body, BodyBytes: int64(len(body))}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	text := bytes.Repeat([]byte("who remembers what? "), 500)
	stacked := encode(t, "br", encode(t, "zstd", encode(t, "gzip", text)))
	tests := []struct {
		name string
		m    *http1.Message
		want []byte
		err  error
	}{
		{"none", coded("identity", text), text, nil},
		{"gzip", coded("gzip", encode(t, "gzip", text)), text, nil},
		{"x-gzip", coded(" X-GZip ", encode(t, "gzip", text)), text, nil},
		{"zlib", coded("deflate", encode(t, "deflate", text)), text, nil},
		{"deflate without its wrapping", coded("deflate", encode(t, "raw deflate", text)), text, nil},
		{"br", coded("br", encode(t, "br", text)), text, nil},
		{"zstd", coded("zstd", encode(t, "zstd", text)), text, nil},
		{"one upon the other", coded("gzip, zstd , br", stacked), text, nil},
		{"two gzip members", coded("gzip", append(encode(t, "gzip", text[:20]), encode(t, "gzip", text[20:])...)), text, nil},
		{"cut", coded("gzip", encode(t, "gzip", text)[:30]), nil, io.ErrUnexpectedEOF},
		{"empty", coded("gzip", nil), nil, io.ErrUnexpectedEOF},
		{"unknown", coded("sdch", text), nil, http1.ErrCoding},
		{"more than anybody uses", coded(strings.Repeat("gzip,", 6), text), nil, http1.ErrCoding},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.m.Decode(1 << 20)
			if !errors.Is(err, tt.err) || tt.err == nil && !bytes.Equal(got, tt.want) {
				t.Errorf("%d bytes, error %v; want %d, %v", len(got), err, len(tt.want), tt.err)
			}
		})
	}
	m := &http1.Message{Fields: []http1.Field{{Name: "Transfer-Encoding", Value: "gzip, chunked"}}, Body: encode(t, "gzip", text)}
	if got, err := m.Decode(1 << 20); err != nil || !bytes.Equal(got, text) {
		t.Errorf("transfer coding: %d bytes, %v", len(got), err)
	}
}

// TestBombs: however much a body would grow, no more than the limit comes out.
func TestBombs(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		t.Run(coding, func(t *testing.T) {
			t.Parallel()
			bomb := encode(t, coding, make([]byte, 64<<20))
			got, err := coded(coding, bomb).Decode(1000)
			if len(got) != 1000 || !errors.Is(err, http1.ErrTooLong) {
				t.Errorf("%d bytes of a bomb of %d, error %v", len(got), len(bomb), err)
			}
			twice := encode(t, "gzip", bomb)
			if got, err = coded(coding+", gzip", twice).Decode(1000); len(got) != 1000 || !errors.Is(err, http1.ErrTooLong) {
				t.Errorf("%d bytes of a bomb in a bomb, error %v", len(got), err)
			}
		})
	}
}

// FuzzDecode: a body decodes to no more than the limit, whatever it says.
func FuzzDecode(f *testing.F) {
	for i, coding := range []string{"gzip", "deflate", "raw deflate", "br", "zstd"} {
		f.Add(uint8(min(i, 1)), encode(f, coding, []byte("a body, and again a body")))
	}
	names := []string{"gzip", "deflate", "br", "zstd", "gzip, br", "zstd, deflate"}
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		got, err := coded(names[int(n)%len(names)], body).Decode(10_000)
		if len(got) > 10_000 || len(got) < 10_000 && errors.Is(err, http1.ErrTooLong) {
			t.Errorf("%d bytes, error %v", len(got), err)
		}
	})
}
