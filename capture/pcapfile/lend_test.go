package pcapfile_test

import (
	"bytes"
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

// What is given back is read into again: two blocks are enough for any trace, and
// one where nobody keeps any.
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
		if most := map[bool]int{true: 2, false: 1}[several]; n != len(want) || len(blocks) != most {
			t.Errorf("%d frames through %d blocks, want %d through %d", n, len(blocks), len(want), most)
		}
	}
}
