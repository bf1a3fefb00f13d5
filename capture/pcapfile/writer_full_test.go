package pcapfile_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// disk is a file on a disk with so much room.
type disk struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("no space left on device")

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room-d.Len())
	d.Buffer.Write(b[:n])
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

func (d *disk) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || offset > 0 {
		return 0, errors.ErrUnsupported
	}
	return int64(d.Len()) + offset, nil
}

func (d *disk) Truncate(size int64) error { d.Buffer.Truncate(int(size)); return nil }

// A full disk leaves a trace that ends with a whole frame, wherever it becomes full.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	most := 0
	for room := 200; room < 500; room++ {
		d := &disk{room: room}
		w, err := pcapfile.NewWriter(d, pcapfile.WriterOptions{Link: capture.LinkEthernet})
		written := 0
		for n := 1; err == nil; n++ {
			f := capture.Frame{Number: n, Time: time.Unix(1, 0), Link: capture.LinkEthernet, Data: make([]byte, 20), Length: 20}
			if err = w.WriteFrame(f); err == nil {
				written++
			}
		}
		if !errors.Is(err, errFull) {
			t.Fatal(err)
		}
		all, err := readAll(bytes.NewReader(d.Bytes()))
		if read := len(all); err != nil || read != written {
			t.Errorf("%d bytes of room: %d frames of %d can be read: %v", room, read, written, err)
		}
		most = max(most, written)
	}
	if most < 3 {
		t.Errorf("at most %d frames", most)
	}
}
