package pcapfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"statelab/capture"
)

// WriterOptions say what stands at the beginning of a trace. The zero value is
// a trace of LinkNull frames, named nothing, cut nowhere.
type WriterOptions struct {
	// Link is the link type of the first interface.
	Link capture.LinkType
	// Interface names the first interface (if_name), for example by its
	// vantage point: "client".
	Interface string
	// Comment is the section's comment.
	Comment string
	// SnapLen is how many bytes of each frame are kept; 0 for all.
	SnapLen int
	// Batch is how many bytes may wait before they are written; Flush writes
	// them. 0 writes each frame at once.
	Batch int
}

// Writer writes a trace as pcapng: little-endian, times in nanoseconds, nothing
// in it that the frames and the options do not determine.
//
// Every Write on the underlying writer carries whole blocks only, so a process
// that is killed leaves a file that opens. A Write that fails in the middle, on a
// full disk, is taken back where the writer is a file. A Writer is not safe for
// concurrent use.
type Writer struct {
	w       io.Writer
	snapLen int
	batch   int
	buf     []byte // whole blocks that wait
	ifaces  map[source]uint32
	count   uint32           // interfaces described
	link    capture.LinkType // of the first one, which is described before any frame
	claimed bool             // frames have come that belong to it
	err     error
}

// maxData leaves room in a block for its header and options.
const maxData = maxBlock - 256<<10

// source tells apart the interfaces of the frames that are written.
type source struct {
	index int // Frame.Interface
	link  capture.LinkType
}

// NewWriter begins a trace on w: with its section header and the description of
// the first interface, so that it opens even before the first frame.
func NewWriter(w io.Writer, o WriterOptions) (*Writer, error) {
	wr := &Writer{w: w, snapLen: max(o.SnapLen, 0), batch: o.Batch, link: o.Link, ifaces: map[source]uint32{}}
	wr.sectionHeader(o.Comment)
	wr.describe(o.Link, o.Interface)
	return wr, wr.Flush()
}

// WriteFrame appends a frame. A frame of another link type, or from another
// Interface, than those before is preceded by the description of a new
// interface. A Tick is no frame and is left out. The comment is cut to 65535
// bytes; a time before 1970 becomes 1970.
//
// After an error nothing more is written: the same error returns.
func (w *Writer) WriteFrame(f capture.Frame) error {
	if w.err != nil || f.Marks.Has(capture.Tick) {
		return w.err
	}
	if len(f.Data) > maxData {
		return fmt.Errorf("write frame %d: %d bytes are more than a trace can hold", f.Number, len(f.Data))
	}
	w.packet(w.interfaceOf(f), f)
	if len(w.buf) > w.batch {
		return w.Flush()
	}
	return nil
}

// WriteStatistics appends what the capture lost on the first interface: frames
// received and dropped since it began, counted at the given time.
func (w *Writer) WriteStatistics(at time.Time, received, dropped uint64) error {
	if w.err != nil {
		return w.err
	}
	start := w.begin(interfaceStatistics)
	w.u32(0)
	w.timestamp(at)
	w.option(isbIfRecv, binary.LittleEndian.AppendUint64(nil, received))
	w.option(isbIfDrop, binary.LittleEndian.AppendUint64(nil, dropped))
	w.u32(optEnd)
	w.end(start)
	return w.Flush()
}

// Flush writes what waits. Only a Writer with a Batch needs it.
func (w *Writer) Flush() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	n, err := w.w.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("write trace: %w", err)
		w.takeBack(n)
	}
	w.buf = w.buf[:0]
	return w.err
}

// takeBack cuts off the n bytes of a Write that were written before it failed.
func (w *Writer) takeBack(n int) {
	file, ok := w.w.(interface {
		io.Seeker
		Truncate(size int64) error
	})
	if !ok || n <= 0 {
		return
	}
	if whole, err := file.Seek(-int64(n), io.SeekCurrent); err == nil {
		_ = file.Truncate(whole) // else it ends inside a block, as w.err lets expect
	}
}

// sectionHeader writes §4.1. Hardware and operating system stay unsaid.
func (w *Writer) sectionHeader(comment string) {
	start := w.begin(sectionHeader)
	w.u32(byteOrderMagic)
	w.u32(1) // version 1.0: major in the lower half
	w.u32(math.MaxUint32)
	w.u32(math.MaxUint32) // section length -1: not known
	if comment != "" {
		w.textOption(optComment, comment)
	}
	w.textOption(shbUserAppl, "statelab")
	w.u32(optEnd)
	w.end(start)
}

// describe writes an interface description (§4.2) and numbers the interface.
func (w *Writer) describe(link capture.LinkType, name string) uint32 {
	id := w.count
	w.count++
	start := w.begin(interfaceDescription)
	w.u32(uint32(link)) // the upper half is reserved
	w.u32(uint32(min(w.snapLen, math.MaxInt32)))
	if name != "" {
		w.textOption(ifName, name)
	}
	w.option(ifTSResol, []byte{9}) // 10^-9 s
	w.u32(optEnd)
	w.end(start)
	return id
}

// interfaceOf returns the number of the frame's interface. The first frame of
// the first link type takes the interface that was described for it.
func (w *Writer) interfaceOf(f capture.Frame) uint32 {
	s := source{f.Interface, f.Link}
	id, ok := w.ifaces[s]
	if !ok {
		if f.Link != w.link || w.claimed {
			id = w.describe(f.Link, "")
		}
		w.claimed = w.claimed || id == 0
		w.ifaces[s] = id
	}
	return id
}

// packet writes an Enhanced Packet Block (§4.3).
func (w *Writer) packet(id uint32, f capture.Frame) {
	data := f.Data
	if w.snapLen > 0 {
		data = data[:min(len(data), w.snapLen)]
	}
	start := w.begin(enhancedPacket)
	w.u32(id)
	w.timestamp(f.Time)
	w.u32(uint32(len(data)))
	w.u32(uint32(min(max(f.Length, len(f.Data)), math.MaxUint32)))
	w.buf = append(w.buf, data...)
	w.pad()
	w.packetOptions(f)
	w.end(start)
}

func (w *Writer) packetOptions(f capture.Frame) {
	var flags uint32
	switch f.Direction {
	case capture.Inbound:
		flags = flagInbound
	case capture.Outbound:
		flags = flagOutbound
	case capture.DirectionUnknown:
	}
	if f.Comment == "" && flags == 0 {
		return
	}
	if f.Comment != "" {
		w.textOption(optComment, f.Comment)
	}
	if flags != 0 {
		w.u32(epbFlags | 4<<16)
		w.u32(flags)
	}
	w.u32(optEnd)
}

// begin begins a block; end sets its length, before and after its body.
func (w *Writer) begin(kind uint32) (start int) {
	start = len(w.buf)
	w.u32(kind)
	w.u32(0)
	return start
}

func (w *Writer) end(start int) {
	n := uint32(len(w.buf) - start + 4)
	binary.LittleEndian.PutUint32(w.buf[start+4:], n)
	w.u32(n)
}

func (w *Writer) u32(v uint32) { w.buf = binary.LittleEndian.AppendUint32(w.buf, v) }

func (w *Writer) pad() {
	for len(w.buf)%4 != 0 { // blocks begin and end on this boundary: so does the buffer
		w.buf = append(w.buf, 0)
	}
}

// timestamp writes nanoseconds since 1970, the upper half first.
func (w *Writer) timestamp(t time.Time) {
	ns := uint64(max(clampSeconds(t.Unix()), 0))*1e9 + uint64(t.Nanosecond())
	if t.Unix() < 0 {
		ns = 0
	}
	w.u32(uint32(ns >> 32))
	w.u32(uint32(ns))
}

func (w *Writer) option(code uint32, value []byte) {
	w.u32(code | uint32(len(value))<<16)
	w.buf = append(w.buf, value...)
	w.pad()
}

// textOption writes text as UTF-8, which pcapng demands, and not in the middle
// of a character.
func (w *Writer) textOption(code uint32, text string) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) > maxComment {
		cut := maxComment
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	w.option(code, []byte(text))
}
