package pcapfile_test

import (
	"encoding/binary"
	"testing"
	"time"

	"statelab/capture"
)

// ethernetData is a frame of which only the EtherType matters here.
const ethernetData = "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00 data of an IP packet"

// TestPatchedHeaders: writers that kept or shared a magic number, and lengthened
// the record header.
func TestPatchedHeaders(t *testing.T) {
	t.Parallel()
	n := len(ethernetData)
	patched := func(o order) []byte { return build(o, 3, uint16(0x0800), byte(4), byte(0)) }
	tests := []struct {
		name  string
		magic uint32
		extra func(order) []byte
		dir   capture.Direction
	}{
		{"Red Hat 6.1", 0xa1b2c3d4, patched, capture.Outbound},
		{"Nokia", 0xa1b2c3d4, func(o order) []byte { return build(o, uint32(0x9fbfb601)) }, capture.DirectionUnknown},
		{"modified", 0xa1b2cd34, patched, capture.Outbound},
		{"modified, several processors", 0xa1b2cd34, func(o order) []byte { return join(patched(o), []byte("\x01\x02\x03\x04")) }, capture.Outbound},
	}
	for _, tt := range tests {
		for name, o := range orders {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				t.Parallel()
				record := build(o, 5, 7, n, n+100, tt.extra(o), ethernetData)
				want := capture.Frame{Time: time.Unix(5, 7000).UTC(), Data: []byte(ethernetData), Length: n + 100, Link: 1, Direction: tt.dir}
				header := pcapHeader(o, tt.magic, 1)
				checkFrames(t, join(header, record), want)
				checkFrames(t, join(header, record, record, record), want, want, want)
			})
		}
	}
}

// TestModifiedWithoutEthernet: the second record tells the header's length.
func TestModifiedWithoutEthernet(t *testing.T) {
	t.Parallel()
	o := binary.BigEndian
	for _, extra := range []string{"\x00\x00\x00\x03\x08\x00\x00\x00", "\x00\x00\x00\x03\x08\x00\x00\x00\x01\x02\x03\x04"} {
		record := build(o, 5, 7, 4, 4, extra, "data")
		want := capture.Frame{Time: time.Unix(5, 7000).UTC(), Data: []byte("data"), Length: 4, Link: capture.LinkRaw, Direction: capture.Inbound}
		checkFrames(t, join(pcapHeader(o, 0xa1b2cd34, 101), record, record), want, want)
	}
}

// TestOtherMagics: the same records behind other numbers.
func TestOtherMagics(t *testing.T) {
	t.Parallel()
	for name, o := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record := build(o, 5, 7, 4, 60, "data")
			at := func(ns int64) capture.Frame {
				return capture.Frame{Time: time.Unix(5, ns).UTC(), Data: []byte("data"), Length: 60, Link: 1}
			}
			checkFrames(t, join(pcapHeader(o, 0xa12b3c4d, 1), record), at(7)) // Navtel
			checkFrames(t, join(pcapHeader(o, 0x1c0001ac, 1), build(o, 20), record), at(7))
			checkFrames(t, join(pcapHeader(o, 0x1c0001ab, 1), build(o, 20), record), at(7000))
			swapped := build(o, 5, 7, 60, 4, "data")
			header := func(major, minor, link int) []byte {
				return build(o, uint32(0xa1b2c3d4), uint16(major), uint16(minor), 0, 0, 65535, link)
			}
			checkFrames(t, join(header(543, 0, 1), swapped), at(7000)) // DG/UX
			checkFrames(t, join(header(2, 2, 6), swapped), at(7))      // AIX: an Ethernet of RFC 1573
			fddi := at(7)
			fddi.Link, fddi.Data, fddi.Length = 10, []byte("a"), 57
			checkFrames(t, join(header(2, 2, 15), swapped), fddi)
		})
	}
}
