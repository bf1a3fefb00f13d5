package live

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"statelab/capture"
)

// packet is one packet as the platform hands it over.
type packet struct {
	at        time.Time
	data      []byte // valid until the device's next batch; may be written to
	length    int    // on the wire
	direction capture.Direction
	vlan      vlan
	offload   offload
}

// vlan is an IEEE 802.1Q tag that the network card has taken out of the frame.
type vlan struct {
	present   bool
	tci, tpid uint16
}

// Frames yields the frames, numbered from 1 and in order of time, until the
// handle is drained or closed or its interface fails. While none comes it
// yields a frame marked capture.Tick every 50 ms, and less often, down to twice a
// second, when none has come for long. It can be called once.
// It runs in the caller's goroutine; while the caller works, frames wait in the
// kernel's ring.
func (h *Handle) Frames() capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		if !h.begin() {
			yield(capture.Frame{}, fmt.Errorf("frames of %s: %w", h.opts.Interface, ErrClosed))
			return
		}
		defer h.end()
		now := time.Now()
		r := reader{h: h, yield: yield, seen: now, passed: now}
		if err := r.run(); err != nil {
			yield(capture.Frame{}, fmt.Errorf("frames of %s: %w", h.opts.Interface, err))
		}
	}
}

// reader is one run of Frames.
type reader struct {
	h      *Handle
	yield  func(capture.Frame, error) bool
	window window
	number int
	seen   time.Time // when something was last yielded
	passed time.Time // when a frame was last yielded
	told   time.Time // the last Tick's time
	done   bool      // the consumer has had enough, or the drained capture is empty
	tagged []byte    // a frame with its VLAN tag put back
	split  []byte    // a segment of an offloaded frame
}

// run reads until the capture ends.
func (r *reader) run() error {
	for !r.done {
		closed, drained := r.h.state()
		if closed {
			return nil
		}
		batch, err := r.h.dev.batch(r.wait(drained))
		switch {
		case err != nil:
			r.emit(r.window.flush(), drained)
			if r.done {
				return nil
			}
			return err
		case len(batch) > 0:
			r.emit(r.window.push(batch), drained)
		default:
			r.idle(drained)
		}
	}
	return nil
}

// wait returns how long the device may wait for the next packet.
func (r *reader) wait(drained time.Time) time.Duration {
	if !drained.IsZero() || !r.window.empty() {
		return settle
	}
	return max(settle, r.every()-time.Since(r.seen))
}

// every is the time between two ticks: a fiftieth of how long nothing has
// passed, within bounds.
func (r *reader) every() time.Duration {
	return min(max(tickEvery, time.Since(r.passed)/50), quietTick)
}

// idle is called when the kernel has nothing to hand over.
func (r *reader) idle(drained time.Time) {
	now := time.Now()
	if now.Sub(r.window.since) >= settle {
		r.emit(r.window.flush(), drained)
	}
	if r.done || !r.window.empty() {
		return
	}
	horizon := r.h.dev.horizon()
	if !drained.IsZero() && (horizon.After(drained) || now.Sub(drained) > lastWait) {
		r.done = true
		return
	}
	if now.Sub(r.seen) < r.every() || !horizon.After(r.told) {
		return
	}
	r.seen, r.told = now, horizon
	tick := capture.Frame{Time: horizon, Link: r.h.link, Vantage: r.h.opts.Vantage, Marks: capture.Tick}
	r.done = !r.yield(tick, nil)
}

// emit yields the frames of packets that are in order, up to those that came
// after the capture was drained.
func (r *reader) emit(ps []packet, drained time.Time) {
	for i := range ps {
		if r.done {
			return
		}
		if !drained.IsZero() && ps[i].at.After(drained) {
			r.done = true
			return
		}
		r.packet(&ps[i])
		if closed, _ := r.h.state(); closed {
			r.done = true
		}
	}
}

// packet yields the frame of one packet, or the segments that it is split into.
func (r *reader) packet(p *packet) {
	r.retag(p)
	f := capture.Frame{
		Time: p.at, Data: p.data, Length: p.length,
		Link: r.h.link, Direction: p.direction, Vantage: r.h.opts.Vantage,
	}
	switch {
	case !p.offload.any():
		r.frame(f)
	case r.h.opts.NoSplit:
		f.Marks = capture.ChecksumPending
		r.frame(f)
	case p.offload.segmentSize > 0:
		r.segments(f, p)
	default:
		f.Marks = finishChecksum(p)
		r.frame(f)
	}
}

// segments yields an offloaded frame as the segments that the network card
// would have made of it; whole, when it cannot be split.
func (r *reader) segments(f capture.Frame, p *packet) {
	s, ok := newSplitter(p, r.h.link)
	if !ok {
		f.Marks = capture.ChecksumPending
		r.frame(f)
		return
	}
	f.Marks = capture.Split | capture.ChecksumCompleted
	for !r.done {
		r.split, ok = s.next(r.split[:0])
		if !ok {
			return
		}
		f.Data, f.Length = r.split, len(r.split)
		r.frame(f)
	}
}

func (r *reader) frame(f capture.Frame) {
	r.number++
	f.Number = r.number
	if n := r.h.opts.SnapLen; n > 0 && len(f.Data) > n {
		f.Data = f.Data[:n]
	}
	r.seen = time.Now()
	r.passed = r.seen
	r.done = !r.yield(f, nil)
}

// retag puts a VLAN tag back to where it stood on the wire: after the two
// Ethernet addresses (IEEE 802.1Q §9.3).
func (r *reader) retag(p *packet) {
	const addresses = 12
	if !p.vlan.present || r.h.link != capture.LinkEthernet || len(p.data) < addresses {
		return
	}
	r.tagged = append(r.tagged[:0], p.data[:addresses]...)
	r.tagged = binary.BigEndian.AppendUint16(r.tagged, p.vlan.tpid)
	r.tagged = binary.BigEndian.AppendUint16(r.tagged, p.vlan.tci)
	r.tagged = append(r.tagged, p.data[addresses:]...)
	p.data = r.tagged
	p.length += 4
	if p.offload.checksum {
		p.offload.start += 4
	}
}

// cloneAll copies the packets' data, so that they outlive their batch.
func cloneAll(ps []packet) {
	for i := range ps {
		ps[i].data = bytes.Clone(ps[i].data)
	}
}
