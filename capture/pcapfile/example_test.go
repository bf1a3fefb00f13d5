package pcapfile_test

import (
	"bytes"
	"fmt"
	"time"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// A trace is written, cut off in the middle of its last frame, and read.
func Example() {
	var file bytes.Buffer
	w, err := pcapfile.NewWriter(&file, pcapfile.WriterOptions{Link: capture.LinkRaw, Interface: "client"})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i, comment := range []string{"SYN", "SYN,ACK", "ACK"} {
		err := w.WriteFrame(capture.Frame{
			Time: start.Add(time.Duration(i) * time.Millisecond), Link: capture.LinkRaw,
			Data: make([]byte, 40), Length: 40, Direction: capture.Outbound, Comment: comment,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	file.Truncate(file.Len() - 50)

	r, err := pcapfile.NewReader(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for f, err := range r.Frames() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f.Number, f.Time.Format("05.000"), f.Direction, f.Length, f.Comment)
	}
	// Output:
	// 1 00.000 out 40 SYN
	// 2 00.001 out 40 SYN,ACK
	// damaged trace: the trace ends inside a block: 42 of 92 bytes are there (at byte 276, after 2 good frames)
}
