// Package live captures frames from a real interface.
//
// On Linux it is a memory-mapped packet ring (packet(7), TPACKET_V3), without
// cgo: the kernel writes frames into a ring that this process reads. What the
// sender had left to the network card, checksums and segmentation, is finished
// here, so that the frames are those that a wire would have carried; marks say
// where that was done. Elsewhere see the errors: they say what to do instead.
package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"statelab/capture"
)

// Options say what to capture.
type Options struct {
	// Interface is the interface's name, as Interfaces lists it.
	Interface string
	// Filter decides which frames pass; nil passes every frame. On Linux it
	// runs in the kernel, on frames as the kernel has them: before they are
	// split.
	Filter Filter
	// SnapLen cuts frames to so many bytes, after splitting; 0 keeps them
	// whole.
	SnapLen int
	// NoSplit leaves offloaded frames as the kernel handed them over: longer
	// than the wire allows and with unfinished checksums, which
	// capture.ChecksumPending marks.
	NoSplit bool
	// Buffer is the size of the ring in bytes, 0 for 16 MiB. It bounds how far
	// the reader may fall behind before frames are dropped (and counted).
	Buffer int
	// Promiscuous also asks for frames that are addressed to other hosts.
	Promiscuous bool
	// Vantage is copied into every frame.
	Vantage string
}

// Stats count frames as the kernel handed them over: one that is split later
// counts once.
type Stats struct {
	Received uint64 // passed the filter, and are in the ring or were read from it
	Dropped  uint64 // passed the filter, and found the ring full
}

// Timing of a capture.
const (
	// tickEvery is how long a source stays silent before it says that it is
	// alive and how far it is.
	tickEvery = 50 * time.Millisecond
	// quietTick is the same when nothing has passed for long.
	quietTick = 500 * time.Millisecond
	// settle is how long the reader waits for frames that might have to be put
	// before those that it holds, once the kernel has no more for it.
	settle = time.Millisecond
	// lastWait bounds how long a drained capture waits for its tail.
	lastWait = 300 * time.Millisecond
)

// ErrClosed is what Frames yields on a handle that was closed before, or whose
// frames were asked for twice.
var ErrClosed = errors.New("capture is closed")

// device is what a platform provides. Its methods are called from one
// goroutine at a time, except wake and stats.
type device interface {
	// batch returns packets, in no strict order of time, or none when wait has
	// passed or wake was called. They are valid until the next call.
	batch(wait time.Duration) ([]packet, error)
	// horizon returns a time before which no packet of a later batch lies; the
	// zero time when it cannot tell.
	horizon() time.Time
	stats() (Stats, error)
	wake()
	close() error
}

// Handle is an open capture. Its methods may be called from any goroutine.
type Handle struct {
	opts  Options
	link  capture.LinkType
	dev   device
	unctx func() bool // detaches the handle from its context

	mu       sync.Mutex
	reading  bool // Frames is running: it releases the device
	used     bool // Frames has been called
	closed   bool
	released bool
	drained  time.Time // Drain was called then
	last     Stats     // the counters when the device was released
	err      error     // what releasing it said
}

// Open starts a capture: frames from now on are in it. The capture is drained
// (see Drain) when ctx is done. Errors are *PrivilegeError, *InterfaceError,
// *UnsupportedError, or wrap what the system said.
func Open(ctx context.Context, opts Options) (*Handle, error) {
	if opts.SnapLen < 0 || opts.Buffer < 0 {
		return nil, errors.New("live: SnapLen and Buffer cannot be negative")
	}
	ifi, err := lookup(opts.Interface)
	if err != nil {
		return nil, err
	}
	if !ifi.Up {
		return nil, &InterfaceError{Name: ifi.Name, Down: true}
	}
	dev, link, err := openDevice(ifi, &opts)
	if err != nil {
		return nil, err
	}
	return newHandle(ctx, opts, link, dev), nil
}

func newHandle(ctx context.Context, opts Options, link capture.LinkType, dev device) *Handle {
	h := &Handle{opts: opts, link: link, dev: dev}
	h.unctx = context.AfterFunc(ctx, h.Drain)
	return h
}

// Link is the link type of the capture's frames.
func (h *Handle) Link() capture.LinkType { return h.link }

// Stats returns the counters so far; after Close, the last ones.
func (h *Handle) Stats() (Stats, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.released {
		return h.last, nil
	}
	return h.dev.stats()
}

// Drain ends the capture softly: Frames goes on to yield every frame that the
// kernel has seen until now, those that it still holds included, and then
// ends. Drain itself does not wait. Frames that come later are not yielded.
func (h *Handle) Drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.drained.IsZero() {
		h.drained = time.Now()
	}
	if !h.released {
		h.dev.wake()
	}
}

// Close ends the capture at once and releases it: frames that were not read are
// lost (Drain first to have them). A running Frames ends without an error; the
// frame that it has yielded last stays valid until it is asked for the next.
func (h *Handle) Close() error {
	h.unctx()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.reading {
		h.dev.wake()
		return nil
	}
	return h.release()
}

// release closes the device once; h.mu is held.
func (h *Handle) release() error {
	if h.released {
		return h.err
	}
	h.last, _ = h.dev.stats()
	h.released = true
	if err := h.dev.close(); err != nil {
		h.err = fmt.Errorf("close capture on %s: %w", h.opts.Interface, err)
	}
	return h.err
}

// begin claims the handle for one reader.
func (h *Handle) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.used {
		return false
	}
	h.used, h.reading = true, true
	return true
}

func (h *Handle) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reading = false
	if h.closed {
		_ = h.release() // Close has returned; h.err keeps the error
	}
}

// state reports whether the handle was closed, and when it was drained.
func (h *Handle) state() (closed bool, drained time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed, h.drained
}
