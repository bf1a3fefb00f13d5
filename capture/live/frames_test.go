package live

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"statelab/capture"
)

// fake is a device that a test feeds. It lives in a synctest bubble.
type fake struct {
	feed   chan []packet
	woken  chan struct{}
	fail   error
	hidden bool // the kernel's block holds something that is not handed over yet
	closed bool
}

func newFake() *fake { return &fake{feed: make(chan []packet, 100), woken: make(chan struct{}, 1)} }

func (f *fake) batch(wait time.Duration) ([]packet, error) {
	select {
	case b := <-f.feed:
		return b, nil
	default:
	}
	if f.fail != nil {
		return nil, f.fail
	}
	select {
	case b := <-f.feed:
		return b, nil
	case <-f.woken:
	case <-time.After(wait):
	}
	return nil, nil
}

func (f *fake) horizon() time.Time {
	if f.hidden {
		return time.Time{}
	}
	return time.Now().Add(-10 * time.Millisecond)
}
func (f *fake) stats() (Stats, error) { return Stats{Received: 7}, nil }
func (f *fake) close() error          { f.closed = true; return nil }
func (f *fake) wake() {
	select {
	case f.woken <- struct{}{}:
	default:
	}
}

func at(t0 time.Time, us ...int) []packet {
	var out []packet
	for _, n := range us {
		out = append(out, packet{at: t0.Add(time.Duration(n) * time.Microsecond), data: []byte{byte(n)}, length: 1})
	}
	return out
}

func TestFramesInOrderOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		h := newHandle(t.Context(), Options{Vantage: "client"}, capture.LinkEthernet, f)
		defer h.Close()
		t0 := time.Now()
		f.feed <- at(t0, 10, 30, 20)
		f.feed <- at(t0, 25, 400, 390)
		f.feed <- at(t0, 385, 900)
		var got []int
		for fr, err := range h.Frames() {
			if err != nil {
				t.Fatal(err)
			}
			if fr.Marks.Has(capture.Tick) {
				break
			}
			if fr.Number != len(got)+1 || fr.Vantage != "client" || fr.Length != 1 {
				t.Errorf("frame %+v", fr)
			}
			got = append(got, int(fr.Time.Sub(t0).Microseconds()))
		}
		if want := []int{10, 20, 25, 30, 385, 390, 400, 900}; !slices.Equal(got, want) {
			t.Errorf("frames at %v, want %v", got, want)
		}
	})
}

func TestTicks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		h := newHandle(t.Context(), Options{}, capture.LinkRaw, f)
		defer h.Close()
		t0 := time.Now()
		n := 0
		for fr, err := range h.Frames() {
			if err != nil || !fr.Marks.Has(capture.Tick) || fr.Number != 0 || len(fr.Data) != 0 {
				t.Fatalf("%+v, %v", fr, err)
			}
			if n++; n == 4 {
				break
			}
		}
		if took := time.Since(t0); took != 4*tickEvery {
			t.Errorf("four ticks took %v", took)
		}
	})
}

// A tick promises that nothing earlier comes, so there is none while the
// kernel holds something back.
func TestNoTickBeforeWhatTheKernelHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.hidden = true
		h := newHandle(t.Context(), Options{}, capture.LinkRaw, f)
		defer h.Close()
		t0 := time.Now()
		go func() {
			time.Sleep(time.Second)
			f.feed <- at(t0, 5)
		}()
		for fr := range h.Frames() {
			if fr.Marks.Has(capture.Tick) {
				t.Errorf("tick at %v", fr.Time.Sub(t0))
			}
			break
		}
		synctest.Wait()
	})
}

func TestDrain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.hidden = true // the tail is still in the kernel
		ctx, cancel := context.WithCancel(t.Context())
		h := newHandle(ctx, Options{}, capture.LinkRaw, f)
		t0 := time.Now()
		go func() {
			time.Sleep(30 * time.Millisecond)
			f.feed <- at(t0, 1, 2, 10000, 10001) // of these two came before the end
		}()
		time.Sleep(10 * time.Millisecond)
		cancel()
		synctest.Wait()
		n := 0
		for fr, err := range h.Frames() {
			if err != nil || fr.Time.After(t0.Add(10*time.Millisecond)) {
				t.Errorf("%+v, %v", fr, err)
			}
			n++
		}
		if n != 3 {
			t.Errorf("%d frames, want the 3 that the kernel had seen", n)
		}
		if f.closed {
			t.Error("drained, and closed by nobody")
		}
		if err := h.Close(); err != nil || !f.closed {
			t.Errorf("close: %v, released %v", err, f.closed)
		}
		if s, err := h.Stats(); err != nil || s.Received != 7 {
			t.Errorf("stats after the end: %+v, %v", s, err)
		}
	})
}

// Draining ends even when the kernel hands nothing over.
func TestDrainGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.hidden = true
		h := newHandle(t.Context(), Options{}, capture.LinkRaw, f)
		defer h.Close()
		h.Drain()
		t0 := time.Now()
		for fr := range h.Frames() {
			t.Errorf("%+v", fr)
		}
		if took := time.Since(t0); took > 2*lastWait {
			t.Errorf("took %v", took)
		}
	})
}

func TestCloseWhileReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		h := newHandle(t.Context(), Options{}, capture.LinkRaw, f)
		f.feed <- at(time.Now(), 1, 2, 3, 1000)
		n := 0
		for _, err := range h.Frames() {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
			if f.closed {
				t.Fatal("released while a frame is in use")
			}
		}
		if n != 1 || !f.closed {
			t.Errorf("%d frames after Close, released %v", n, f.closed)
		}
		for _, err := range h.Frames() {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("frames of a closed handle: %v", err)
			}
		}
	})
}

func TestFramesFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.fail = errors.New("interface went away")
		h := newHandle(t.Context(), Options{}, capture.LinkRaw, f)
		defer h.Close()
		f.feed <- at(time.Now(), 1, 2)
		var frames int
		var last error
		for _, err := range h.Frames() {
			if err == nil {
				frames++
			}
			last = err
		}
		if frames != 2 || !errors.Is(last, f.fail) {
			t.Errorf("%d frames, then %v", frames, last)
		}
	})
}

func TestSnapLenAndMarks(t *testing.T) {
	t.Parallel()
	big := offloaded(t, segment{flags: "PA", src: 1, dst: 80, payload: randomBytes(2500)}, 1000)
	big.at = time.Unix(10, 0)
	for _, c := range []struct {
		name    string
		opts    Options
		lengths []int
		kept    int
		marks   capture.Marks
	}{
		{"split, then cut", Options{SnapLen: 66}, []int{1066, 1066, 566}, 66, capture.Split | capture.ChecksumCompleted},
		{"as it came", Options{NoSplit: true}, []int{2566}, 2566, capture.ChecksumPending},
	} {
		f := newFake()
		h := newHandle(t.Context(), c.opts, capture.LinkEthernet, f)
		p := big
		p.data = slices.Clone(big.data)
		f.feed <- []packet{p}
		f.fail = errors.New("end")
		var lengths []int
		for fr, err := range h.Frames() {
			if err != nil {
				break
			}
			lengths = append(lengths, fr.Length)
			if len(fr.Data) != min(c.kept, fr.Length) || fr.Marks != c.marks || !fr.Time.Equal(big.at) {
				t.Errorf("%s: %d bytes kept, marks %b, at %v", c.name, len(fr.Data), fr.Marks, fr.Time)
			}
		}
		if !slices.Equal(lengths, c.lengths) {
			t.Errorf("%s: lengths %v, want %v", c.name, lengths, c.lengths)
		}
		_ = h.Close()
	}
}

func TestVLANTagIsPutBack(t *testing.T) {
	t.Parallel()
	p := offloaded(t, segment{flags: "A", src: 1, dst: 80, payload: []byte("hi")}, 0)
	want := segment{flags: "A", src: 1, dst: 80, payload: []byte("hi")}.ethernet(t)
	want = slices.Concat(want[:12], []byte{0x81, 0x00, 0x20, 0x05}, want[12:])
	p.vlan = vlan{present: true, tci: 0x2005, tpid: etherTypeVLAN}
	f := newFake()
	h := newHandle(t.Context(), Options{}, capture.LinkEthernet, f)
	defer h.Close()
	f.feed <- []packet{p}
	f.fail = errors.New("end")
	for fr, err := range h.Frames() {
		if err != nil {
			break
		}
		if !slices.Equal(fr.Data, want) || fr.Length != len(want) || fr.Marks != capture.ChecksumCompleted {
			t.Errorf("frame %x marks %b\nwant  %x", fr.Data, fr.Marks, want)
		}
	}
}
