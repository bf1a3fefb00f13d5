package pcapfile_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"statelab/capture/pcapfile"
)

// compressors write what the reader has to recognise. Of bzip2 the standard
// library has no writer: bzippedTrace is what bzip2(1) made of plainTrace.
var compressors = map[string]func(io.Writer) io.WriteCloser{
	"gzip":      func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"Zstandard": newZstd,
	"LZ4":       func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
}

const bzippedTrace = "QlpoOTFBWSZTWbN377AAACp///5GAUJAAgDU4EABIdAGCDEiQXTAagAUQCugBQ4JAMgIoABUc0aMmRkaGEMEYQ02kaNMhptNPKFBIyYQNME2oZAGJ6BNMRtQbUCSGAjP4gUxBSEEG1QxAMnHBesxVGhHNHkpncZdx786ff3dJvTlj5GJHdNR4aIh7mKFtpTff9QWVmAS63LrAERARG8XckU4UJCzd++w"

func newZstd(w io.Writer) io.WriteCloser {
	e, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	return e
}

func compress(t testing.TB, with func(io.Writer) io.WriteCloser, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := with(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plainTrace is a pcap trace of n frames, each of its own content.
func plainTrace(n int) []byte {
	o := binary.LittleEndian
	file := pcapHeader(o, 0xa1b2c3d4, 1)
	content := uint32(1)
	for i := range n {
		var data []byte
		for range 16 { // numbers that do not compress to nothing
			content = content*1664525 + 1013904223
			data = o.AppendUint32(data, content)
		}
		file = append(file, build(o, i, 2, len(data), 1500, data)...)
	}
	return file
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	plain := plainTrace(2000)
	want := mustRead(t, plain)
	for name, with := range compressors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := compress(t, with, plain)
			// Members and frames in one file are one trace, wherever it is parted.
			parted := join(compress(t, with, plain[:24]), compress(t, with, plain[24:10_001]), compress(t, with, plain[10_001:]))
			for part, file := range map[string][]byte{"whole": whole, "parted": parted} {
				for _, r := range []io.Reader{bytes.NewReader(file), oneByte{bytes.NewReader(file)}, iotest.DataErrReader(bytes.NewReader(file))} {
					got, err := readAll(r)
					if err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("%s: %d frames, %v", part, len(got), err)
					}
				}
			}
			rd, err := pcapfile.NewReader(bytes.NewReader(whole))
			if err != nil || rd.Compression() != name || rd.Format() != pcapfile.PCAP {
				t.Errorf("%v: %v in %q", err, rd.Format(), rd.Compression())
			}
		})
	}
}

func TestBzip2(t *testing.T) {
	t.Parallel()
	file, err := base64.StdEncoding.DecodeString(bzippedTrace)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mustRead(t, file), mustRead(t, plainTrace(1)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestCompressedCut: what is before the damage is shown, then where and what.
func TestCompressedCut(t *testing.T) {
	t.Parallel()
	plain := plainTrace(2000)
	want := mustRead(t, plain)
	for name, with := range compressors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := compress(t, with, plain)
			for _, cut := range []int{4, 9, 20, len(whole) / 2, len(whole) * 9 / 10, len(whole) - 1} {
				got, err := readAll(bytes.NewReader(whole[:cut]))
				var damage *pcapfile.DamageError
				if !errors.As(err, &damage) || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(damage.What, "the "+name+" data ends too early") {
					t.Fatalf("cut at %d: %v", cut, err)
				}
				if damage.Frames != len(got) || len(got) > len(want) || len(got) > 0 && !reflect.DeepEqual(got, want[:len(got)]) {
					t.Errorf("cut at %d: %d frames, error %v", cut, len(got), err)
				}
				// gzip(1) and its like lose no more than the block that is cut.
				if least := len(want)*cut/len(whole) - 1800; name == "gzip" && len(got) < least {
					t.Errorf("cut at %d: %d frames, at least %d are there", cut, len(got), least)
				}
			}
			damaged := slices.Clone(whole)
			damaged[len(damaged)/2] ^= 0x55
			damaged[len(damaged)/2+1] ^= 0x55
			if _, err := readAll(bytes.NewReader(damaged)); !errors.As(err, new(*pcapfile.DamageError)) {
				t.Errorf("corrupt: %v", err)
			}
		})
	}
}

// TestGarbageBehindMember: frames come first, then what is wrong.
func TestGarbageBehindMember(t *testing.T) {
	t.Parallel()
	plain := plainTrace(3)
	for name, with := range compressors {
		got, err := readAll(bytes.NewReader(join(compress(t, with, plain), []byte("something else entirely"))))
		if len(got) != 3 || !errors.As(err, new(*pcapfile.DamageError)) {
			t.Errorf("%s: %d frames, %v", name, len(got), err)
		}
	}
}

// TestInputErrorThroughCompression: a disk that breaks is no damage.
func TestInputErrorThroughCompression(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	for name, with := range compressors {
		file := compress(t, with, plainTrace(2000))
		_, err := readAll(io.MultiReader(bytes.NewReader(file[:len(file)/2]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || errors.As(err, new(*pcapfile.DamageError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestZstdWindow: a frame that asks for more memory than zstd(1) grants is
// refused. Its header is RFC 8878 §3.1.1.1: magic, descriptor, window of 256 MiB.
func TestZstdWindow(t *testing.T) {
	t.Parallel()
	file := []byte("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00")
	if _, err := pcapfile.NewReader(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), "window size exceeded") {
		t.Errorf("error %v", err)
	}
}

// TestSkippableFrame: pzstd begins with a frame that holds no data.
func TestSkippableFrame(t *testing.T) {
	t.Parallel()
	file := join([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00size"), compress(t, newZstd, plainTrace(2)))
	if got := mustRead(t, file); len(got) != 2 {
		t.Errorf("%d frames", len(got))
	}
}
