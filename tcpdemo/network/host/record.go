package host

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/netip"
	"sync"
	"time"

	"statelab/capture"
	"statelab/capture/live"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/sockstate"
)

// lossEvery is how often the capture is asked whether it lost frames.
const lossEvery = 200 * time.Millisecond

// stirEvery is how often frames stir whoever watches the sockets.
const stirEvery = 10 * time.Millisecond

// ErrRecording says that the network is being recorded already.
var ErrRecording = errors.New("host network: already recording")

// RecordOptions say what is recorded.
type RecordOptions struct {
	// Port is the service's port, whose connections' states are recorded, at the
	// server's address, or at every host's where there are more than two; 0
	// records those of all TCP of the machine.
	Port uint16
	// Filter chooses the frames that are captured; nil for all of the interface.
	Filter live.Filter
	// Interface is captured; "" for the one that has the server's address.
	Interface string
	// NoCapture records states and calls alone.
	NoCapture bool
	// NoCalls leaves out what applications ask of their sockets: a busy
	// server's calls would cost more than its work.
	NoCalls bool
	// SnapLen, NoSplit and Buffer are the capture's: see live.Options.
	SnapLen int
	NoSplit bool
	Buffer  int
	// Vantage names the capture's vantage point; "" for "host".
	Vantage string
	// Fresh leaves out the connections that were there before, such as those of
	// an earlier program that are in TIME-WAIT.
	Fresh bool
	// Memory also records what the system remembers of each connection, with
	// each change of its state.
	Memory bool
	// Last, if it is set, is called when the recording has stopped: what it
	// reports is later than every frame, and the last on the timeline.
	Last func()
}

// Recorder is a recording that goes on: frames and observations as they come,
// each in order of time, both with ticks, to be merged by analyze.Run. Both
// have to be read; each ends after Stop, when all until then was yielded.
type Recorder struct {
	net        *Network
	opts       RecordOptions
	live       *live.Handle
	captureErr error
	watch      *sockstate.Watcher
	statesErr  error
	line       *timeline
	cancel     context.CancelFunc
	done       sync.WaitGroup
	stopped    sync.Once

	mu      sync.Mutex
	dropped uint64 // frames, as told already
}

// Record begins a recording, which stops when ctx is done. It does not fail for
// want of a capture or of states: CaptureErr and StatesErr say what is missing.
// Errors are ErrRecording, and those of an interface that was named and cannot
// be captured for another reason than rights.
func (n *Network) Record(ctx context.Context, o RecordOptions) (*Recorder, error) {
	if o.Vantage == "" {
		o.Vantage = "host"
	}
	r := &Recorder{net: n, opts: o, line: newTimeline()}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.recording() != nil {
		return nil, ErrRecording
	}
	if err := r.openCapture(); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	service := n.server.addr
	if len(n.hosts) > 2 {
		service = netip.Addr{}
	}
	r.watch, r.statesErr = sockstate.Watch(sockstate.WatchOptions{Addr: service, Port: o.Port, Memory: o.Memory, Fresh: o.Fresh})
	n.recorder.Store(r)
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	r.done.Go(func() { r.follow(inner) })
	context.AfterFunc(ctx, r.Stop)
	return r, nil
}

func (r *Recorder) openCapture() error {
	if r.opts.NoCapture {
		return nil
	}
	name := r.opts.Interface
	if name == "" {
		ifi, err := live.ForAddress(r.net.server.addr)
		if err != nil {
			return err
		}
		name = ifi.Name
	}
	// The context is not the capture's: Stop drains it.
	r.live, r.captureErr = live.Open(context.Background(), live.Options{
		Interface: name, Filter: r.opts.Filter, SnapLen: r.opts.SnapLen, NoSplit: r.opts.NoSplit,
		Buffer: r.opts.Buffer, Vantage: r.opts.Vantage,
	})
	var rights *live.PrivilegeError
	var lacking *live.UnsupportedError
	if r.captureErr == nil || errors.As(r.captureErr, &rights) || errors.As(r.captureErr, &lacking) {
		return nil
	}
	return r.captureErr
}

// CaptureErr is why there are no frames: a *live.PrivilegeError or a
// *live.UnsupportedError, whose Text says what to do. nil when there are, or
// none were asked for.
func (r *Recorder) CaptureErr() error { return r.captureErr }

// StatesErr is why no states are observed: errors.ErrUnsupported on systems
// that do not tell. nil when they are.
func (r *Recorder) StatesErr() error { return r.statesErr }

// Link is the link type of the frames; false without a capture.
func (r *Recorder) Link() (capture.LinkType, bool) {
	if r.live == nil {
		return 0, false
	}
	return r.live.Link(), true
}

// Stats returns the capture's counters; zero without a capture.
func (r *Recorder) Stats() (live.Stats, error) {
	if r.live == nil {
		return live.Stats{}, nil
	}
	return r.live.Stats()
}

// Frames yields the captured frames; none without a capture. See
// live.Handle.Frames.
func (r *Recorder) Frames() capture.Source {
	if r.live == nil {
		return func(func(capture.Frame, error) bool) {}
	}
	if r.watch == nil {
		return r.live.Frames()
	}
	// A frame ends the rest of whoever watches the sockets.
	return func(yield func(capture.Frame, error) bool) {
		var stirred time.Time
		for f, err := range r.live.Frames() {
			if !f.Marks.Has(capture.Tick) && f.Time.Sub(stirred) >= stirEvery {
				stirred = f.Time
				r.watch.Stir()
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// Observations yields the states that were seen, the applications' calls, what
// was given to Network.Report, and frames that the capture lost. It can be
// called once.
func (r *Recorder) Observations() iter.Seq[trace.Observation] { return r.line.all() }

// Stop ends the recording softly: what happened until now is still yielded. It
// does not wait.
func (r *Recorder) Stop() {
	r.stopped.Do(func() {
		if r.live != nil {
			r.live.Drain()
		}
		r.cancel()
	})
}

// Close stops the recording and releases what it holds. What was not read yet
// is lost.
func (r *Recorder) Close() error {
	r.Stop()
	r.done.Wait()
	r.net.recorder.CompareAndSwap(r, nil)
	if r.live == nil {
		return nil
	}
	return r.live.Close()
}

// report puts an observation on the timeline, which goes on when the sockets have
// been looked at.
func (r *Recorder) report(o trace.Observation) {
	r.line.report(o)
	if r.watch != nil {
		r.watch.Stir()
	}
}

// expect tells whoever watches the sockets of a connection that an application
// has: its end is not lost, however short it was.
func (r *Recorder) expect(conn trace.Conn, role trace.Role, c *net.TCPConn) {
	if r.watch == nil {
		return
	}
	if _, cookie, err := sockstate.Of(c); err == nil {
		r.watch.Expect(cookie, conn, role)
	}
}

// follow feeds the timeline until ctx is done.
func (r *Recorder) follow(ctx context.Context) {
	defer r.line.end()
	if r.opts.Last != nil {
		defer r.opts.Last()
	}
	defer r.loss()
	asked := time.Now()
	step := func(o trace.Observation) {
		if o.Kind != trace.ObservedTick {
			r.line.report(r.whose(o))
		}
		if time.Since(asked) >= lossEvery {
			asked = time.Now()
			r.loss()
		}
		r.line.advance(o.At)
	}
	if r.watch != nil {
		for o := range r.watch.Observations(ctx) {
			step(o)
		}
		err := r.watch.Err()
		if err == nil {
			return
		}
		r.line.report(trace.Observation{Kind: trace.ObservedNote, Note: &trace.Note{Text: trace.Text{
			En: "states are no longer observed: " + trace.Escape(err.Error()),
			Ko: "이제 소켓 상태를 관측할 수 없습니다: " + trace.Escape(err.Error()),
		}}})
	}
	// Without states, calls and notes go on.
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			step(trace.Observation{Kind: trace.ObservedTick, At: now})
		case <-ctx.Done():
			return
		}
	}
}

// whose names the party that an observation of the system is about: the system
// knows no more than which end serves.
func (r *Recorder) whose(o trace.Observation) trace.Observation {
	if len(r.net.hosts) > 2 {
		if p, ok := r.net.Party(o.Party.Addr); ok {
			o.Party = p
		}
	}
	return o
}

// loss reports frames that the capture has lost since it was last asked.
func (r *Recorder) loss() {
	if r.live == nil {
		return
	}
	s, err := r.live.Stats()
	if err != nil {
		return
	}
	r.mu.Lock()
	n := s.Dropped - r.dropped
	r.dropped = s.Dropped
	r.mu.Unlock()
	if n > 0 {
		r.line.report(trace.Observation{Kind: trace.ObservedGap, N: int(n)})
	}
}

// Collect reads the recording to its end, which comes after Stop, and returns
// it whole. Someone else has to call Stop.
func (r *Recorder) Collect() (*network.Recording, error) {
	out := &network.Recording{}
	var reading sync.WaitGroup
	reading.Go(func() {
		for o := range r.Observations() {
			if o.Kind != trace.ObservedTick {
				out.Observations = append(out.Observations, o)
			}
		}
	})
	var failure error
	for f, err := range r.Frames() {
		if err != nil {
			failure = err
			r.Stop()
			break
		}
		if !f.Marks.Has(capture.Tick) {
			out.Frames = append(out.Frames, f.Clone())
		}
	}
	reading.Wait()
	out.Number(r.opts.Vantage)
	return out, failure
}

// hurry tells whoever watches the sockets that something is about to change.
func (n *Network) hurry() {
	if r := n.recording(); r != nil && r.watch != nil {
		r.watch.Hurry()
	}
}
