// Package pcapfile reads and writes traces: pcap, as libpcap has written it
// since the beginning (draft-ietf-opsawg-pcap), and pcapng
// (draft-ietf-opsawg-pcapng), packet comments included. A trace that is
// compressed with gzip, Zstandard, LZ4 or bzip2 is decompressed while it is
// read.
//
// It reads from files and pipes alike, a record at a time, and takes every
// input for hostile: memory is bounded by the largest block that is accepted
// (16 MiB), never by what a length field claims, and for Zstandard by the
// window that is accepted (128 MiB) beside it.
package pcapfile

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"statelab/capture"
)

// Format names a file format.
type Format string

// The formats.
const (
	PCAP   Format = "pcap"
	PCAPNG Format = "pcapng"
)

// Interface is what a trace says of an interface that frames were captured on.
type Interface struct {
	Name    string // if_name; empty in pcap, and where the file does not say
	Link    capture.LinkType
	SnapLen int // bytes kept of each frame at most; 0 for no limit
	// Dropped is how many frames the trace says were lost on this interface
	// (Interface Statistics Block: isb_ifdrop and isb_osdrop).
	Dropped uint64
}

// Reader reads one trace. It is not safe for concurrent use.
type Reader struct {
	// Vantage is given to every frame: the place where the trace was taken.
	Vantage string

	compression string
	format      Format
	// section is the index of the current section's first interface: blocks
	// count interfaces from there.
	section int
	big     bool // the file, or the section, is big-endian
	// What changes with each frame is in the middle, away from what others may
	// have next to a Reader.
	in      window
	frames  int
	last    capture.Frame // what Frames hands out
	err     error         // why there is no next frame: io.EOF at the good end
	record  recordLayout
	ifaces  []iface
	comment string
	text    []byte // the comments of the block that is being read
}

// NewReader reads a trace's header from r and prepares to read its frames. The
// format is told by the first bytes.
//
// Errors: ErrNotTrace for what is no trace, a *DamageError for a header that is
// cut off or wrong, else r's own, wrapped.
func NewReader(r io.Reader) (*Reader, error) {
	rd := &Reader{in: newWindow(r)}
	magic, err := rd.in.peek(4)
	if err == nil {
		magic, err = rd.decompress(magic)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, rd.broken(err)
	}
	if err == nil && binary.LittleEndian.Uint32(magic) == sectionHeader { // the same in both byte orders
		rd.format = PCAPNG
		return begin(rd, rd.readBlock)
	}
	if err == nil && rd.detectPCAP(magic) {
		rd.format = PCAP
		return begin(rd, rd.readFileHeader)
	}
	return nil, notTrace(rd.in.buf[rd.in.at:rd.in.end])
}

// begin reads the header that every trace begins with.
func begin(r *Reader, header func(*capture.Frame) (bool, error)) (*Reader, error) {
	if _, err := header(&r.last); err != nil {
		return nil, err
	}
	return r, nil
}

// Format says which format the trace has.
func (r *Reader) Format() Format { return r.format }

// Compression names what the trace is compressed with: "gzip", "Zstandard",
// "LZ4", "bzip2"; empty if it is not.
func (r *Reader) Compression() string { return r.compression }

// Comment is the comment of the section that is being read (pcapng).
func (r *Reader) Comment() string { return r.comment }

// Interfaces returns the interfaces met so far: a pcapng file may describe one
// at any place before its first frame. Frame.Interface is an index into it.
func (r *Reader) Interfaces() []Interface {
	all := make([]Interface, len(r.ifaces))
	for i := range r.ifaces {
		all[i] = r.ifaces[i].Interface
	}
	return all
}

// Frames yields the frames from where the last call stopped. Number counts from
// 1. A frame's Data points into the reader's buffer.
//
// An error ends the frames: a *DamageError where the trace is cut off or
// corrupt, else what reading the input returned, wrapped.
//
// A Simple Packet Block holds no time: its frame gets that of the frame before
// it, or the zero Time. Times that a 64-bit count of nanoseconds since 1970
// cannot hold become the nearest that it can.
func (r *Reader) Frames() capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for {
			f := &r.last
			if err := r.next(f); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				yield(capture.Frame{}, err)
				return
			}
			if !yield(*f, nil) {
				return
			}
		}
	}
}

// Lend makes the Data of frames valid for longer than until the next one is asked
// for: as long as the block that they lie in is the borrower's. When a block has
// been read to its end, turn gets it, before the next frame is yielded, and returns
// another one, which turn got before and whose frames nobody needs any more, or the
// same, or nil: then there is a new one.
//
// While blocks are lent, the input is read on a goroutine of its own, two blocks
// ahead. Lend(nil) ends this, after the Read of the input that it is in, and the
// trace with it: Frames yields no more.
func (r *Reader) Lend(turn func(read []byte) (empty []byte)) {
	if turn == nil && r.in.turn != nil {
		r.in.endAhead()
		r.err = cmp.Or(r.err, io.EOF)
	}
	r.in.turn = turn
}

// next reads up to the next frame; io.EOF is the good end.
func (r *Reader) next(f *capture.Frame) error {
	read := r.readBlock
	if r.format == PCAP {
		read = r.readRecord
	}
	for isFrame := false; !isFrame && r.err == nil; {
		isFrame, r.err = read(f)
	}
	if r.err != nil {
		return r.err
	}
	r.frames++
	f.Number = r.frames
	f.Vantage = r.Vantage
	return nil
}

// need returns the next n bytes, the record or block that begins here; io.EOF
// if the input ends before it.
func (r *Reader) need(n int, part string) ([]byte, error) {
	b, err := r.in.peek(n)
	switch {
	case err == nil:
		return b, nil
	case !errors.Is(err, io.EOF):
		return nil, r.broken(err)
	case len(b) == 0:
		return nil, io.EOF
	}
	e := r.damage("the trace ends inside %s: %d of %d bytes are there", part, len(b), n)
	e.Err = io.ErrUnexpectedEOF
	return nil, e
}

// broken is what an input that cannot be read further means: compressed data
// that is cut off or corrupt is damage, as it is in a trace itself.
func (r *Reader) broken(err error) error {
	var input *damagedInput
	if !errors.As(err, &input) {
		return fmt.Errorf("read trace at byte %d: %w", r.in.offset, err)
	}
	e := r.damage("%s", input.Error())
	if errors.Is(err, io.ErrUnexpectedEOF) {
		e.Err = io.ErrUnexpectedEOF
	}
	return e
}

func (r *Reader) damage(format string, args ...any) *DamageError {
	return &DamageError{Offset: r.in.offset, Frames: r.frames, What: fmt.Sprintf(format, args...)}
}

func (r *Reader) u16(b []byte) uint16 {
	if r.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (r *Reader) u32(b []byte) uint32 {
	if r.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (r *Reader) u64(b []byte) uint64 {
	if r.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// fill sets what both formats know of a frame: the captured bytes, the length
// on the wire, and the frame check sequence, which is in neither of Frame's.
func fill(f *capture.Frame, data []byte, length uint32, fcs int) {
	f.Length = max(int(length), len(data))
	if fcs > 0 && f.Length >= fcs {
		f.Length -= fcs
		data = data[:min(len(data), f.Length)]
	}
	f.Data = slices.Clip(data)
}
