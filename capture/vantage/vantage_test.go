package vantage

import (
	"errors"
	"testing"
	"time"

	"statelab/capture"
)

func empty(func(capture.Frame, error) bool) {}

func TestNothingShared(t *testing.T) {
	t.Parallel()
	if _, err := Compare(empty, empty); !errors.Is(err, ErrNothingShared) {
		t.Errorf("two empty captures: %v", err)
	}
}

// A clock's line is found from delays that vary, and its error holds the truth.
func TestClock(t *testing.T) {
	t.Parallel()
	const offset, drift = 3e9, 150e-6
	for _, slower := range []float64{0, 5e6} { // of one way, in ns
		var b bounds
		for i := range 500 {
			at := float64(i) * 1e8
			jitter := float64(i*7919%13) * 1e6
			ahead := offset + drift*at
			b.bound(true, point{at, ahead + 10e6 + slower + jitter})
			b.bound(false, point{at, ahead - 10e6 - jitter})
		}
		b.hull()
		c := b.fit(0, 0, 499e8)
		if off := (c.Offset - time.Duration(offset)).Abs(); off > c.Error || c.Error > 20*time.Millisecond {
			t.Errorf("offset %v ± %v, in truth 3s", c.Offset, c.Error)
		}
		if got := c.Drift - drift; got > c.DriftError || -got > c.DriftError || c.DriftError > 600e-6 {
			t.Errorf("drift %v ± %v, in truth %v", c.Drift, c.DriftError, drift)
		}
		if off := (c.Offset - time.Duration(offset+slower/2)).Abs(); off > 100*time.Microsecond {
			t.Errorf("the middle of %v more one way is %v", slower, c.Offset)
		}
		if at := int64(30e9); c.client(at+c.ahead(at)) != at {
			t.Errorf("back and forth %d is %d", at, c.client(at+c.ahead(at)))
		}
	}
}

// A clock that was set while the captures ran fits no line, which is said.
func TestClockThatWasSet(t *testing.T) {
	t.Parallel()
	var b bounds
	for i := range 100 {
		at, ahead := float64(i)*1e8, 0.0
		if i >= 50 {
			ahead = 60e9
		}
		b.bound(true, point{at, ahead + 1e6})
		b.bound(false, point{at, ahead - 1e6})
	}
	b.hull()
	if c := b.fit(0, 0, 99e8); c.Straight || c.Error < 20*time.Second {
		t.Errorf("a clock that was set fits: %+v", c)
	}
}
