package decode_test

import (
	"encoding/hex"
	"fmt"

	"statelab/capture"
	"statelab/capture/decode"
)

// synFrame is a SYN with one option, as a raw IP frame.
func synFrame() capture.Frame {
	data, err := hex.DecodeString("4500002c123440004006148a0a0000010a0000029c400050000000640000000060027fff00000000020405b4")
	if err != nil {
		panic(err)
	}
	return capture.Frame{Number: 1, Data: data, Length: len(data), Link: capture.LinkRaw}
}

func ExampleDecoder_Decode() {
	frame := synFrame()
	d := decode.Decoder{VerifyChecksums: true}
	var p decode.Packet
	d.Decode(&frame, &p)
	s := &p.Segment
	fmt.Println(p.Protocol, s.Src, ">", s.Dst, "seq", s.Seq, "window", s.Window, "MSS", s.Options.MSS)
	// Output: TCP 10.0.0.1:40000 > 10.0.0.2:80 seq 100 window 32767 MSS 1460
}

// A frame of which the capture kept 30 bytes: the IP header is there, TCP's is
// cut.
func ExampleError() {
	frame := synFrame()
	frame.Data = frame.Data[:30]
	var (
		d decode.Decoder
		p decode.Packet
	)
	d.Decode(&frame, &p)
	fmt.Println(p.IP.Src, p.TCP, p.Err)
	// Output: 10.0.0.1 false decode TCP: header cut at byte 30: 10 of 20 bytes captured
}

func ExampleFields() {
	frame := synFrame()
	for _, f := range decode.Fields(&frame) {
		if f.Layer == "TCP" && f.Depth == 1 {
			fmt.Printf("%3d %2d %s %s\n", f.BitOffset, f.BitLength, f.Name, f.Value)
		}
	}
	// Output:
	// 160 16 Source Port 40000
	// 176 16 Destination Port 80
	// 192 32 Sequence Number 100
	// 224 32 Acknowledgment Number 0
	// 256  4 Data Offset 6 (24 bytes)
	// 260  3 Reserved 0
	// 263  9 Control Bits SYN
	// 272 16 Window 32767
	// 288 16 Checksum 0x0000
	// 304 16 Urgent Pointer 0
	// 320 32 Options
}
