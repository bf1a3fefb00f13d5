// Package capture is the first half of the spine: a Frame, as it was seen at
// some place on a network, and a Source that yields frames in order.
//
// Everything that statelab shows begins here. A frame comes from a file
// (pcapfile), from a real interface (live), or from the tap of a network that
// statelab itself runs, and goes on to decode, tcpstate and analyze. This
// package holds no protocol knowledge.
package capture

import (
	"bytes"
	"iter"
	"math"
	"time"
)

// Direction says which way a frame went, seen from its vantage point.
type Direction uint8

// Directions. A frame from a file that does not say has DirectionUnknown.
const (
	DirectionUnknown Direction = iota
	Inbound                    // it reached the host at the vantage point
	Outbound                   // it left the host at the vantage point
)

// String returns "in", "out" or "unknown".
func (d Direction) String() string {
	switch d {
	case Inbound:
		return "in"
	case Outbound:
		return "out"
	case DirectionUnknown:
	}
	return "unknown"
}

// Marks say what was done to a frame after it was captured, so that nobody
// takes our mending for the wire's own truth. They combine as bits.
type Marks uint8

// Marks.
const (
	// ChecksumCompleted: the sender had left the TCP checksum to the network
	// card (offload); statelab computed it.
	ChecksumCompleted Marks = 1 << iota
	// Split: one of the segments that an offloaded frame was cut into, as the
	// network card would have done.
	Split
	// ChecksumPending: the checksum was left to the network card and not
	// computed since: a wrong value in it means nothing.
	ChecksumPending
	// Tick: no frame at all. A live source sends one to say that nothing
	// earlier than Time will come, so that what waits for order need not wait.
	// Data is empty, Number 0.
	Tick
)

// Has reports whether all bits of m are set.
func (m Marks) Has(bits Marks) bool { return m&bits == bits }

// MaxSeconds since 1970, before or after, bound the times of frames: what a 64-bit
// count of nanoseconds can hold, the years 1678 to 2262.
const MaxSeconds = math.MaxInt64/1_000_000_000 - 1

// Clamped reports whether t stands at that bound, for a time stamp beyond it.
func Clamped(t time.Time) bool {
	s := t.Unix()
	return s == MaxSeconds || s == -MaxSeconds
}

// Frame is one frame, as it was seen at one place.
type Frame struct {
	// Number counts the frames of one file or capture from 1, as Wireshark
	// does; 0 for a frame that is in none.
	Number int
	// Time is when the frame was seen, to the nanosecond where the source
	// knows it.
	Time time.Time
	// Order breaks ties of Time among everything that one network reports,
	// frames and observations alike; 0 where the source knows no order but
	// its own.
	Order uint64
	// Data is what was captured of the frame, from its link-layer header on.
	// It may be shorter than Length. See Source for how long it is valid.
	Data []byte
	// Length is the frame's length on the wire, in bytes, without the frame
	// check sequence.
	Length int
	// Link says how Data begins.
	Link LinkType
	// Interface is the index of the interface within its file or capture.
	Interface int
	Direction Direction
	// Vantage names the place where the frame was seen ("client", "server");
	// empty if nobody said.
	Vantage string
	// Wire identifies the frame on a wire that statelab itself runs: the same
	// at both ends, and for each copy that the wire made. 0 elsewhere.
	Wire  uint64
	Marks Marks
	// Comment is the comment that the file holds for this frame.
	Comment string
}

// Clone returns a copy that shares nothing with f.
func (f Frame) Clone() Frame {
	f.Data = bytes.Clone(f.Data)
	return f
}

// A Source yields frames in the order in which they were captured. A frame's
// Data is valid until the next frame is asked for: a consumer that keeps it
// clones it. An error ends the sequence; the frames before it are good.
type Source = iter.Seq2[Frame, error]
