package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// FuzzReader feeds anything: no panic, no frame out of nothing, and whatever is
// read can be written and read again.
func FuzzReader(f *testing.F) {
	for _, o := range []order{binary.LittleEndian, binary.BigEndian} {
		f.Add(join(pcapHeader(o, 0xa1b2c3d4, 1), build(o, 1, 2, 4, 4, "data")))
		f.Add(join(pcapHeader(o, 0xa1b2cd34, 1), build(o, 1, 2, 4, 4, 1, 2, "data")))
		f.Add(join(pcapHeader(o, 0xa1b2cd34, 1), build(o, 1, 2, 33, 33, 1, uint16(0x0800), byte(4), byte(0), 7, ethernetData)))
		f.Add(join(pcapHeader(o, 0x1c0001ac, 1), build(o, 9, 1, 2, 4, 4, "data")))
		f.Add(join(section(o, opt(o, 1, "comment")), describe(o, 1, 4, opt(o, 9, byte(0x8a)), opt(o, 14, uint64(9)), opt(o, 13, byte(4))),
			block(o, 6, 0, 1, 2, 4, 4, "data", opt(o, 1, "c"), opt(o, 2, 1)), block(o, 3, 4, "data"),
			block(o, 2, 0, 1, 2, 4, 4, "data"), block(o, 5, 0, 0, 0, opt(o, 5, uint64(1))), section(o)))
	}
	for _, with := range compressors {
		f.Add(compress(f, with, plainTrace(3)))
	}
	for _, path := range corpus(f) {
		if file, err := os.ReadFile(path); err == nil && len(file) < 8000 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		frames, err := readAll(bytes.NewReader(file))
		var damage *pcapfile.DamageError
		if err != nil && !errors.Is(err, pcapfile.ErrNotTrace) && !errors.As(err, &damage) {
			t.Fatalf("neither damage nor a foreign file: %v", err)
		}
		total := 0
		for i, fr := range frames {
			total += len(fr.Data)
			if fr.Number != i+1 || fr.Length < len(fr.Data) {
				t.Fatalf("frame %d: number %d, %d bytes of %d", i, fr.Number, len(fr.Data), fr.Length)
			}
		}
		rd, _ := pcapfile.NewReader(bytes.NewReader(file))
		if total > len(file) && rd.Compression() == "" {
			t.Fatalf("%d bytes of frames in a file of %d", total, len(file))
		}
		if len(frames) == 0 {
			return
		}
		again := mustRead(t, write(t, pcapfile.WriterOptions{Link: frames[0].Link}, frames...))
		third := mustRead(t, write(t, pcapfile.WriterOptions{Link: again[0].Link}, again...))
		if len(again) != len(frames) || !reflect.DeepEqual(again, third) {
			t.Fatal("writing what was read does not settle")
		}
	})
}

// FuzzWriteRead: what is written is what is read.
func FuzzWriteRead(f *testing.F) {
	f.Add([]byte("data"), int64(1700000000_123456789), uint(60), uint16(1), uint8(1), "comment")
	f.Add([]byte{}, int64(0), uint(0), uint16(276), uint8(0), "")
	f.Fuzz(func(t *testing.T, data []byte, ns int64, more uint, link uint16, direction uint8, comment string) {
		frame := capture.Frame{
			Number: 1, Time: time.Unix(0, ns&(1<<62-1)).UTC(), Data: data, Length: len(data) + int(more%100000),
			Link: capture.LinkType(link), Direction: capture.Direction(direction % 3), Comment: comment,
		}
		got := mustRead(t, write(t, pcapfile.WriterOptions{Link: frame.Link}, frame))
		if len(got) != 1 {
			t.Fatalf("%d frames", len(got))
		}
		if plain := utf8.ValidString(comment) && len(comment) <= 65535 && !strings.HasSuffix(comment, "\x00"); plain && got[0].Comment != comment {
			t.Errorf("comment %q became %q", comment, got[0].Comment)
		}
		frame.Comment, got[0].Comment = "", ""
		if len(data) == 0 {
			frame.Data, got[0].Data = nil, nil
		}
		if !reflect.DeepEqual(got[0], frame) {
			t.Errorf("got %+v, want %+v", got[0], frame)
		}
	})
}
