package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

var orders = map[string]order{"little-endian": binary.LittleEndian, "big-endian": binary.BigEndian}

// pcapHeader is the 24-byte header of version 2.4.
func pcapHeader(o order, magic uint32, link int) []byte {
	return build(o, magic, uint16(2), uint16(4), 0, 0, 65535, link)
}

func TestReadPCAP(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		magic uint32
		extra []byte // of the record header, after the lengths
		time  time.Time
		dir   capture.Direction
	}{
		{"microseconds", 0xa1b2c3d4, nil, time.Unix(1700000000, 123456000), capture.DirectionUnknown},
		{"nanoseconds", 0xa1b23c4d, nil, time.Unix(1700000000, 123456), capture.DirectionUnknown},
		{"modified, to us", 0xa1b2cd34, []byte{9, 9, 9, 9, 8, 0, 0, 0}, time.Unix(1700000000, 123456000), capture.Inbound},
		{"modified, from us", 0xa1b2cd34, []byte{9, 9, 9, 9, 8, 0, 4, 0}, time.Unix(1700000000, 123456000), capture.Outbound},
		{"modified, to others", 0xa1b2cd34, []byte{9, 9, 9, 9, 8, 0, 3, 0}, time.Unix(1700000000, 123456000), capture.DirectionUnknown},
	}
	for _, tt := range tests {
		for name, o := range orders {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				t.Parallel()
				record := build(o, 1700000000, 123456, 4, 1500, tt.extra, "data")
				file := join(pcapHeader(o, tt.magic, 1), record, record)
				want := capture.Frame{
					Time: tt.time.UTC(), Data: []byte("data"), Length: 1500,
					Link: capture.LinkEthernet, Direction: tt.dir,
				}
				checkFrames(t, file, want, want)
			})
		}
	}
}

// checkFrames reads the file whole and a byte at a time.
func checkFrames(t *testing.T, file []byte, want ...capture.Frame) {
	t.Helper()
	for i := range want {
		want[i].Number = i + 1
	}
	for _, r := range []io.Reader{bytes.NewReader(file), oneByte{bytes.NewReader(file)}, iotest.DataErrReader(bytes.NewReader(file))} {
		got, err := readAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("frames differ\n got %+v\nwant %+v", got, want)
		}
	}
}

func TestReadPCAPVariants(t *testing.T) {
	t.Parallel()
	o := binary.BigEndian
	at := time.Unix(1, 2000).UTC()
	t.Run("frame check sequence", func(t *testing.T) {
		t.Parallel()
		header := pcapHeader(o, 0xa1b2c3d4, 2<<28|1<<26|1) // two 16-bit words
		whole := build(o, 1, 2, 8, 8, "dataFCS!")
		cut := build(o, 1, 2, 6, 100, "data56")
		checkFrames(t, join(header, whole, cut),
			capture.Frame{Time: at, Data: []byte("data"), Length: 4, Link: 1},
			capture.Frame{Time: at, Data: []byte("data56"), Length: 96, Link: 1})
	})
	t.Run("lengths swapped before 2.3", func(t *testing.T) {
		t.Parallel()
		header := build(o, uint32(0xa1b2c3d4), uint16(2), uint16(2), 0, 0, 65535, 1)
		checkFrames(t, join(header, build(o, 1, 2, 60, 4, "data")),
			capture.Frame{Time: at, Data: []byte("data"), Length: 60, Link: 1})
	})
	t.Run("lengths perhaps swapped in 2.3", func(t *testing.T) {
		t.Parallel()
		header := build(o, uint32(0xa1b2c3d4), uint16(2), uint16(3), 0, 0, 65535, 1)
		checkFrames(t, join(header, build(o, 1, 2, 60, 4, "data"), build(o, 1, 2, 4, 60, "more")),
			capture.Frame{Time: at, Data: []byte("data"), Length: 60, Link: 1},
			capture.Frame{Time: at, Data: []byte("more"), Length: 60, Link: 1})
	})
	t.Run("captured longer than the wire's length", func(t *testing.T) {
		t.Parallel()
		checkFrames(t, join(pcapHeader(o, 0xa1b2c3d4, 101), build(o, 1, 2, 4, 2, "data")),
			capture.Frame{Time: at, Data: []byte("data"), Length: 4, Link: capture.LinkRaw})
	})
}

func TestReadPCAPNG(t *testing.T) {
	t.Parallel()
	for name, o := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const ticks = 1700000000_000000123 // ns
			file := join(
				section(o, opt(o, 1, "first"), opt(o, 1, "second"), opt(o, 0)),
				describe(o, capture.LinkEthernet, 0, opt(o, 2, "eth0\x00"), opt(o, 9, byte(9))),
				block(o, 0x0bad, "something else"),
				describe(o, capture.LinkRaw, 2, opt(o, 14, uint64(100))),
				// Enhanced Packet Block: comment, comment, inbound
				block(o, 6, 0, uint32(ticks>>32), uint32(ticks&0xffffffff), 3, 60, "abc\x00",
					opt(o, 1, "안녕"), opt(o, 1, "two"), opt(o, 2, 1), opt(o, 0)),
				// Packet Block on interface 1, 7 drops, outbound
				block(o, 2, uint16(1), uint16(7), 0, 5_000_000, 4, 4, "wxyz", opt(o, 2, 2)),
				// Simple Packet Block: on the section's first interface
				block(o, 3, 6, "simple"),
				// statistics: the later block counts
				block(o, 5, 0, uint64(0), opt(o, 5, uint64(3))),
				block(o, 5, 0, uint64(0), opt(o, 5, uint64(4)), opt(o, 7, uint64(1))),
			)
			checkFrames(t, file,
				capture.Frame{
					Time: time.Unix(1700000000, 123).UTC(), Data: []byte("abc"), Length: 60,
					Link: capture.LinkEthernet, Direction: capture.Inbound, Comment: "안녕\ntwo",
				},
				capture.Frame{
					Time: time.Unix(105, 0).UTC(), Data: []byte("wxyz"), Length: 4,
					Link: capture.LinkRaw, Interface: 1, Direction: capture.Outbound,
				},
				capture.Frame{
					Time: time.Unix(105, 0).UTC(), Data: []byte("simple"), Length: 6,
					Link: capture.LinkEthernet,
				})
			rd, err := pcapfile.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			rd.Vantage = "client"
			for f, err := range rd.Frames() {
				if err != nil || f.Vantage != "client" {
					t.Errorf("vantage %q, error %v", f.Vantage, err)
				}
			}
			if rd.Comment() != "first\nsecond" || rd.Format() != pcapfile.PCAPNG {
				t.Errorf("comment %q, format %q", rd.Comment(), rd.Format())
			}
			want := []pcapfile.Interface{{Name: "eth0", Link: capture.LinkEthernet, Dropped: 5}, {Link: capture.LinkRaw, SnapLen: 2}}
			if got := rd.Interfaces(); !reflect.DeepEqual(got, want) {
				t.Errorf("interfaces %+v, want %+v", got, want)
			}
		})
	}
}

func TestSectionsInBothByteOrders(t *testing.T) {
	t.Parallel()
	little, big := binary.LittleEndian, binary.BigEndian
	file := join(
		section(little), describe(little, 1, 0), describe(little, 101, 0),
		block(little, 6, 1, 0, 1_000_000, 1, 1, "a"),
		section(big), describe(big, 113, 4), block(big, 6, 0, 0, 2_000_000, 1, 1, "b"),
		block(big, 3, 9, "cut "), // SnapLen is 4
		section(little), block(little, 6, 0, 0, 0, 0, 0),
	)
	frames, err := readAll(bytes.NewReader(file))
	wantDamage(t, err, int64(len(file)-32), 3, "names interface 0; this section has described 0")
	var got strings.Builder
	for _, f := range frames {
		fmt.Fprintf(&got, "%d:%s:%v:%d ", f.Interface, f.Data, f.Link, f.Length)
	}
	if want := "1:a:RAW:1 2:b:LINUX_SLL:1 2:cut :LINUX_SLL:9 "; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	second := time.Unix(1, 0)
	tests := []struct {
		name   string
		resol  byte
		offset int64
		ticks  uint64
		want   time.Time
	}{
		{"seconds", 0, 0, 1, second},
		{"milliseconds", 3, 0, 1001, second.Add(time.Millisecond)},
		{"nanoseconds", 9, -1, 2_000_000_001, second.Add(1)},
		{"picoseconds", 12, 0, 1_000_000_001_999, second.Add(1)},
		{"the finest power of ten", 19, 0, 1e19 + 5e18, second.Add(time.Second / 2)},
		{"2^-10", 0x8a, 0, 1024 + 512, second.Add(time.Second / 2)},
		{"2^-63", 0xbf, 0, 1<<63 | 1<<61, second.Add(time.Second / 4)},
		{"far future", 0, 0, math.MaxUint64, time.Unix(math.MaxInt64/1_000_000_000-1, 0)},
		{"far offset", 9, math.MinInt64, 0, time.Unix(-(math.MaxInt64/1_000_000_000 - 1), 0)},
	}
	o := binary.LittleEndian
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			frames := mustRead(t, join(section(o),
				describe(o, 1, 0, opt(o, 9, tt.resol), opt(o, 14, uint64(tt.offset))),
				block(o, 6, 0, uint32(tt.ticks>>32), uint32(tt.ticks), 0, 0)))
			got := frames[0].Time
			if !got.Equal(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if !time.Unix(0, got.UnixNano()).Equal(got) {
				t.Errorf("%v is not a 64-bit count of nanoseconds", got)
			}
		})
	}
}

func TestFrameCheckSequence(t *testing.T) {
	t.Parallel()
	o := binary.BigEndian
	packet := func(options ...any) []byte {
		return block(o, 6, append([]any{0, 0, 0, 8, 8, "dataFCS!"}, options...)...)
	}
	tests := []struct {
		name   string
		fcslen []byte
		packet []byte
		want   string
	}{
		{"none", nil, packet(), "dataFCS!"},
		{"in bits, as the draft says", opt(o, 13, byte(32)), packet(), "data"},
		{"in bytes, as its example does", opt(o, 13, byte(4)), packet(), "data"},
		{"the frame's own word is stronger", opt(o, 13, byte(32)), packet(opt(o, 2, 2<<5)), "dataFC"},
		{"longer than the frame", opt(o, 13, byte(255)), packet(), "dataFCS!"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := mustRead(t, join(section(o), describe(o, 1, 0, tt.fcslen), tt.packet))[0]
			if string(f.Data) != tt.want || f.Length != len(tt.want) {
				t.Errorf("got %q of %d, want %q", f.Data, f.Length, tt.want)
			}
		})
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	o := binary.LittleEndian
	ng := join(section(o), describe(o, 1, 0), block(o, 6, 0, 0, 0, 4, 4, "good"))
	old := join(pcapHeader(o, 0xa1b2c3d4, 1), build(o, 1, 2, 4, 4, "good"))
	tests := []struct {
		name string
		good []byte
		bad  []byte
		what string
	}{
		{"length not of 32-bit words", ng, build(o, 6, 13, 0), "claims 13 bytes"},
		{"length too small", ng, build(o, 6, 8, 0), "claims 8 bytes"},
		{"length too large", ng, build(o, 6, 17<<20, 0), "claims 17825792 bytes"},
		{"lengths differ", ng, build(o, 0xbad, 12, 16), "length 12 at its beginning and 16 at its end"},
		{"captured more than the block", ng, block(o, 6, 0, 0, 0, 5, 5, "data"), "claims 5 bytes; its block has room for 4"},
		{"enhanced packet too short", ng, block(o, 6, 0, 0, 0, 0), "too short"},
		{"packet too short", ng, block(o, 2, 0, 0, 0, 0), "too short"},
		{"simple packet too short", ng, block(o, 3), "too short"},
		{"description too short", ng, block(o, 1, 0), "too short"},
		{"section too short", ng, block(o, 0x0a0d0d0a, 0x1a2b3c4d, 0), "too short"},
		{"no such interface", ng, block(o, 6, 1, 0, 0, 4, 4, "data"), "names interface 1"},
		{"no byte order", ng, block(o, 0x0a0d0d0a, 0, 0, 0, 0), "which is none"},
		{"version", ng, block(o, 0x0a0d0d0a, 0x1a2b3c4d, uint16(2), uint16(0), ^uint64(0)), "version 2.0"},
		{"time unit of 10^-20 s", ng, describe(o, 1, 0, opt(o, 9, byte(20))), "if_tsresol 0x14"},
		{"time unit of 2^-64 s", ng, describe(o, 1, 0, opt(o, 9, byte(0xc0))), "if_tsresol 0xc0"},
		{"record too large", old, build(o, 1, 2, 0x7fffffff, 4), "claims 2147483647 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			frames, err := readAll(bytes.NewReader(join(tt.good, tt.bad)))
			d := wantDamage(t, err, int64(len(tt.good)), 1, tt.what)
			if d.Unwrap() != nil {
				t.Errorf("it is corrupt, not cut off: %v", d.Unwrap())
			}
			if len(frames) != 1 || string(frames[0].Data) != "good" {
				t.Errorf("the frame before the damage is gone: %v", frames)
			}
		})
	}
}

// TestCutAnywhere cuts files at each byte: all whole frames must come, then an
// error unless the cut is between two blocks.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	o := binary.LittleEndian
	record := build(o, 1, 2, 4, 4, "data")
	frame := block(o, 6, 0, 0, 0, 4, 4, "data", opt(o, 1, "comment"))
	for name, parts := range map[string][][]byte{
		"pcap":   {pcapHeader(o, 0xa1b2c3d4, 1), record, record, record},
		"pcapng": {join(section(o), describe(o, 1, 0)), frame, frame, frame},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, header, size := join(parts...), len(parts[0]), len(parts[1])
			for cut := header; cut < len(file); cut++ {
				frames, err := readAll(bytes.NewReader(file[:cut]))
				whole, rest := (cut-header)/size, (cut-header)%size
				if len(frames) != whole {
					t.Fatalf("cut at %d: %d frames, want %d", cut, len(frames), whole)
				}
				if (rest == 0) != (err == nil) || rest != 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("cut at %d: error %v", cut, err)
				}
				if rest != 0 {
					wantDamage(t, err, int64(cut-rest), whole, "ends inside")
				}
			}
			for cut := 4; cut < header; cut++ {
				if _, err := pcapfile.NewReader(bytes.NewReader(file[:cut])); name == "pcap" && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("cut at %d, in the header: %v", cut, err)
				}
			}
		})
	}
}

func TestNotTrace(t *testing.T) {
	t.Parallel()
	for begin, want := range map[string]string{
		"":                          "it is empty",
		"\x1f\x8b\x09\x00":          "compressed with gzip",
		"\xa1\xb2\x34\xcd":          "described nowhere",
		"\xfd7zXZ\x00":              "compressed with xz",
		"PK\x03\x04":                "a ZIP archive",
		"GET / HTTP/1.1":            `the bytes 47 45 54 20 2f 20 48 54 ("GET / HT")`,
		"\x1b]0":                    `the bytes 1b 5d 30 ("\x1b]0")`,
		"\xd4\xc3\xb2":              "d4 c3 b2",
		"snoop\x00\x00\x00\x00\x00": "snoop",
	} {
		_, err := pcapfile.NewReader(strings.NewReader(begin))
		if !errors.Is(err, pcapfile.ErrNotTrace) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one that says %q", begin, err, want)
		}
	}
}

func TestReadErrorIsNotDamage(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	o := binary.LittleEndian
	file := join(section(o), describe(o, 1, 0), block(o, 6, 0, 0, 0, 4, 4, "data"))
	frames, err := readAll(io.MultiReader(bytes.NewReader(file), iotest.ErrReader(broken)))
	var d *pcapfile.DamageError
	if !errors.Is(err, broken) || errors.As(err, &d) || len(frames) != 1 {
		t.Errorf("%d frames, error %v", len(frames), err)
	}
	if _, err := readAll(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, pcapfile.ErrNotTrace) {
		t.Errorf("at once: %v", err)
	}
	if _, err := readAll(stuck{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that never gets on: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestPipe shows that a frame comes out when its last byte has come in, before
// anything that follows.
func TestPipe(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	frames := make(chan string)
	done := make(chan error, 1)
	go func() {
		defer close(frames)
		rd, err := pcapfile.NewReader(in)
		if err != nil {
			done <- err
			return
		}
		for f, err := range rd.Frames() {
			if err != nil {
				done <- err
				return
			}
			frames <- string(f.Data)
		}
		done <- nil
	}()
	w, err := pcapfile.NewWriter(out, pcapfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", "two", "three"} {
		if err := w.WriteFrame(capture.Frame{Data: []byte(want)}); err != nil {
			t.Fatal(err)
		}
		if got := <-frames; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestFramesResume stops in the middle and goes on.
func TestFramesResume(t *testing.T) {
	t.Parallel()
	o := binary.LittleEndian
	record := build(o, 1, 2, 1, 1, "x")
	rd, err := pcapfile.NewReader(bytes.NewReader(join(pcapHeader(o, 0xa1b2c3d4, 1), record, record, record)))
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for range 3 {
		for f := range rd.Frames() {
			numbers = append(numbers, f.Number)
			if f.Number < 3 {
				break
			}
		}
	}
	if !reflect.DeepEqual(numbers, []int{1, 2, 3}) {
		t.Errorf("numbers %v", numbers)
	}
}
