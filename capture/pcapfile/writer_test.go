package pcapfile_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// write makes a trace of the frames.
func write(t testing.TB, o pcapfile.WriterOptions, frames ...capture.Frame) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapfile.NewWriter(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// randomFrames makes frames that the format can hold without loss.
func randomFrames(seed uint64, n int) []capture.Frame {
	r := rand.New(rand.NewPCG(seed, 1))
	comments := []string{"", "", "retransmission of 4", "재전송", "two\nlines", strings.Repeat("x", 65535)}
	links := []capture.LinkType{capture.LinkEthernet, capture.LinkEthernet, capture.LinkRaw, capture.LinkSLL2}
	interfaces := map[capture.LinkType]int{} // the reader counts from the first interface met
	frames := make([]capture.Frame, n)
	for i := range frames {
		data := make([]byte, r.IntN(100))
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		link := links[r.IntN(len(links))]
		if _, ok := interfaces[link]; !ok {
			interfaces[link] = len(interfaces)
		}
		frames[i] = capture.Frame{
			Number: i + 1, Time: time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).UTC(),
			Data: data, Length: len(data) + r.IntN(2)*r.IntN(1000), Link: link, Interface: interfaces[link],
			Direction: capture.Direction(r.IntN(3)), Comment: comments[r.IntN(len(comments))],
		}
	}
	return frames
}

func TestWriteThenRead(t *testing.T) {
	t.Parallel()
	seeds := uint64(20)
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds *= 500
	}
	for seed := range seeds {
		frames := randomFrames(seed, 50)
		for _, batch := range []int{0, 1000, 1 << 20} {
			file := write(t, pcapfile.WriterOptions{Link: frames[0].Link, Batch: batch}, frames...)
			if got := mustRead(t, file); !reflect.DeepEqual(got, frames) {
				t.Fatalf("seed %d, batch %d: what is read is not what was written", seed, batch)
			}
			if again := write(t, pcapfile.WriterOptions{Link: frames[0].Link}, frames...); !bytes.Equal(file, again) {
				t.Fatalf("seed %d, batch %d: the same frames give other bytes", seed, batch)
			}
		}
	}
}

func TestInterfacesOnDemand(t *testing.T) {
	t.Parallel()
	file := write(t, pcapfile.WriterOptions{Link: capture.LinkRaw, Interface: "client", SnapLen: 3},
		capture.Frame{Interface: 7, Link: capture.LinkRaw, Data: []byte("abcdef"), Length: 9},
		capture.Frame{Interface: 7, Link: capture.LinkEthernet},
		capture.Frame{Interface: 2, Link: capture.LinkRaw},
		capture.Frame{Interface: 7, Link: capture.LinkRaw})
	rd, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var on []int
	for f, err := range rd.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		on = append(on, f.Interface)
		if f.Number == 1 && (string(f.Data) != "abc" || f.Length != 9) {
			t.Errorf("SnapLen 3 kept %q of %d", f.Data, f.Length)
		}
	}
	if !reflect.DeepEqual(on, []int{0, 1, 2, 0}) {
		t.Errorf("interfaces %v", on)
	}
	want := []pcapfile.Interface{
		{Name: "client", Link: capture.LinkRaw, SnapLen: 3},
		{Link: capture.LinkEthernet, SnapLen: 3},
		{Link: capture.LinkRaw, SnapLen: 3},
	}
	if got := rd.Interfaces(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// chunks notes each Write.
type chunks [][]byte

func (c *chunks) Write(p []byte) (int, error) {
	*c = append(*c, bytes.Clone(p))
	return len(p), nil
}

// TestEveryWriteLeavesAFileThatOpens stops after each Write, as a kill would.
func TestEveryWriteLeavesAFileThatOpens(t *testing.T) {
	t.Parallel()
	frames := randomFrames(1, 30)
	for _, batch := range []int{0, 500} {
		var c chunks
		w, err := pcapfile.NewWriter(&c, pcapfile.WriterOptions{Batch: batch, Comment: "section"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readAll(bytes.NewReader(join(c...))); err != nil {
			t.Errorf("before the first frame: %v", err)
		}
		for i, f := range frames {
			if err := w.WriteFrame(f); err != nil {
				t.Fatal(err)
			}
			got, err := readAll(bytes.NewReader(join(c...)))
			if err != nil {
				t.Fatalf("batch %d, after frame %d: %v", batch, i+1, err)
			}
			if batch == 0 && (len(got) != i+1 || len(c) != i+2) {
				t.Fatalf("after frame %d: %d frames in %d writes", i+1, len(got), len(c))
			}
		}
		if batch > 0 && len(c) >= len(frames) {
			t.Errorf("batching made %d writes of %d frames", len(c), len(frames))
		}
	}
}

type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return len(p) / 2, errors.New("disk full")
	}
	return len(p), nil
}

type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) / 2, nil }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	sink := &failing{left: 1}
	w, err := pcapfile.NewWriter(sink, pcapfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	err = w.WriteFrame(capture.Frame{Data: []byte("x")})
	if err == nil || !strings.Contains(err.Error(), "write trace: disk full") {
		t.Errorf("error %v", err)
	}
	sink.left = 100 // a torn block must not be followed by another
	if again := w.WriteFrame(capture.Frame{Data: []byte("y")}); !errors.Is(again, err) || sink.left != 100 {
		t.Errorf("after an error, %d more writes and %v", 100-sink.left, again)
	}
	if again := w.WriteStatistics(time.Time{}, 1, 1); !errors.Is(again, err) {
		t.Errorf("statistics after an error: %v", again)
	}
	if _, err := pcapfile.NewWriter(short{}, pcapfile.WriterOptions{}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("short write: %v", err)
	}
}

func TestWriteEdges(t *testing.T) {
	t.Parallel()
	file := write(t, pcapfile.WriterOptions{Link: 1},
		capture.Frame{Marks: capture.Tick},
		capture.Frame{Link: 1, Data: []byte("abc"), Comment: "\xff" + strings.Repeat("한", 30000)},
		capture.Frame{Link: 1, Time: time.Unix(1<<40, 5)})
	frames := mustRead(t, file)
	if len(frames) != 2 {
		t.Fatalf("%d frames: a tick is none", len(frames))
	}
	first := frames[0]
	if !first.Time.Equal(time.Unix(0, 0)) || first.Length != 3 {
		t.Errorf("no time and no length became %v, %d", first.Time, first.Length)
	}
	if want := "\uFFFD" + strings.Repeat("한", (65535-3)/3); first.Comment != want {
		t.Errorf("comment has %d bytes, want %d of whole characters", len(first.Comment), len(want))
	}
	if frames[1].Time.Year() != 2262 {
		t.Errorf("a time past the format's end became %v", frames[1].Time)
	}
	w, err := pcapfile.NewWriter(io.Discard, pcapfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFrame(capture.Frame{Data: make([]byte, 16<<20)}); err == nil {
		t.Error("a frame that no reader would take was written")
	}
	if err := w.WriteFrame(capture.Frame{Data: make([]byte, 15<<20)}); err != nil {
		t.Errorf("after one that is too large, a good frame: %v", err)
	}
}

func TestWriteStatistics(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w, err := pcapfile.NewWriter(&b, pcapfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteStatistics(time.Unix(1, 0), 1000, 12); err != nil {
		t.Fatal(err)
	}
	rd, err := pcapfile.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range rd.Frames() {
		t.Fatal("a frame, or an error: ", err)
	}
	if got := rd.Interfaces()[0].Dropped; got != 12 {
		t.Errorf("dropped %d, want 12", got)
	}
}
