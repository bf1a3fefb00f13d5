package pcapfile_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// manyFrames is a trace of frames of several lengths, and what is in each.
func manyFrames(t *testing.T) (file []byte, frames [][]byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := pcapfile.NewWriter(&out, pcapfile.WriterOptions{Link: capture.LinkEthernet})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		data := bytes.Repeat([]byte{byte(i), byte(i >> 8), 7}, 1+i%500)
		frames = append(frames, data)
		if err := w.WriteFrame(capture.Frame{Time: time.Unix(int64(i), 0), Data: data, Length: len(data), Link: capture.LinkEthernet}); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes(), frames
}

// What is lent stays as it is until it is given back.
func TestLendKeepsFrames(t *testing.T) {
	t.Parallel()
	file, want := manyFrames(t)
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	r.Lend(func([]byte) []byte { blocks++; return nil })
	var got [][]byte
	for f, err := range r.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f.Data)
	}
	if !slices.EqualFunc(got, want, bytes.Equal) || blocks < 4 {
		t.Errorf("frames that were read in %d blocks are no longer what they were", blocks)
	}
}

// What is given back is read into again: beside those that are kept and the one that
// is looked at, two blocks are enough for any trace.
func TestLendTakesBlocksBack(t *testing.T) {
	t.Parallel()
	file, want := manyFrames(t)
	for _, several := range []bool{true, false} {
		r, err := pcapfile.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		blocks := map[*byte]bool{}
		var before []byte
		r.Lend(func(read []byte) (empty []byte) {
			blocks[&read[0]] = true
			if !several {
				return read
			}
			before, empty = read, before
			return empty
		})
		n := 0
		for f, err := range r.Frames() {
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.Data, want[n]) {
				t.Fatalf("frame %d is another", n+1)
			}
			n++
		}
		if most := map[bool]int{true: 4, false: 3}[several]; n != len(want) || len(blocks) > most {
			t.Errorf("%d frames through %d blocks, want %d through %d at most", n, len(blocks), len(want), most)
		}
	}
}

// bySmall reads little at a time, sometimes nothing, and its end with an error.
type bySmall struct {
	from  *bytes.Reader
	reads int
	end   error
}

func (s *bySmall) Read(p []byte) (int, error) {
	if s.reads++; s.reads%7 == 0 {
		return 0, nil
	}
	n, err := s.from.Read(p[:min(len(p), 1+s.reads%4096)])
	if err != nil {
		err = s.end
	}
	return n, err
}

// Records that are longer than the room before a block, or than a block, and an
// input that gives little at a time, make no difference to what is lent.
func TestLendOfLongRecords(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w, err := pcapfile.NewWriter(&file, pcapfile.WriterOptions{Link: capture.LinkEthernet})
	if err != nil {
		t.Fatal(err)
	}
	var want [][]byte
	for i := range 60 {
		data := bytes.Repeat([]byte{byte(i), byte(i >> 1), 9}, []int{20, 30_000, 90_000, 400_000, 5}[i%5])
		want = append(want, data)
		if err := w.WriteFrame(capture.Frame{Data: data, Length: len(data), Link: capture.LinkEthernet}); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("the line is cut")
	for _, inPieces := range []bool{false, true} {
		var in io.Reader = bytes.NewReader(file.Bytes())
		if inPieces {
			in = &bySmall{from: bytes.NewReader(file.Bytes()), end: broken}
		}
		r, err := pcapfile.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		r.Lend(func([]byte) []byte { return nil })
		var got [][]byte
		for f, err := range r.Frames() {
			if err != nil {
				if !inPieces || !errors.Is(err, broken) {
					t.Errorf("frame %d: %v", len(got)+1, err)
				}
				break
			}
			got = append(got, f.Data)
		}
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("in pieces %v: %d frames, not the %d that were written", inPieces, len(got), len(want))
		}
	}
}

// A frame in a pipe is seen before the next one comes, also where blocks are lent.
func TestLendSeesWhatComes(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	next := make(chan struct{})
	const frames = 300
	go func() {
		defer out.Close()
		w, err := pcapfile.NewWriter(out, pcapfile.WriterOptions{Link: capture.LinkEthernet})
		for range frames {
			if err == nil {
				err = w.WriteFrame(capture.Frame{Data: make([]byte, 1500), Length: 1500, Link: capture.LinkEthernet})
			}
			<-next
		}
		if err != nil {
			t.Error(err)
		}
	}()
	r, err := pcapfile.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	r.Lend(func([]byte) []byte { return nil })
	seen := 0
	for _, err := range r.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		next <- struct{}{}
	}
	if seen != frames {
		t.Errorf("%d frames of %d", seen, frames)
	}
}

// Who wants no more ends the reading: what has been read ahead is nobody's.
func TestLendEnds(t *testing.T) {
	t.Parallel()
	file, want := manyFrames(t)
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r.Lend(func([]byte) []byte { return nil })
	read := func() (n int) {
		for f, err := range r.Frames() {
			if err != nil || !bytes.Equal(f.Data, want[n]) {
				t.Fatalf("frame %d: %v", n+1, err)
			}
			if n++; n == 100 {
				break
			}
		}
		return n
	}
	before := read()
	r.Lend(nil)
	r.Lend(nil)
	if after := read(); before != 100 || after != 0 {
		t.Errorf("%d frames while blocks were lent, %d after it; want 100, 0", before, after)
	}
}
