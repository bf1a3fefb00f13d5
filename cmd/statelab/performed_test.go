package main

import (
	"context"
	"slices"
	"sync"
	"testing"

	"statelab/httpdemo"
	"statelab/tcpdemo/network"
)

// performances are those of lessons at the default seed, by name: what many tests look
// at is performed once for all.
var performances sync.Map

// performed returns what came of a lesson at the default seed. Its frames and
// observations are the caller's to number and to put in order, as telling them does;
// what they point to nobody changes.
func performed(tb testing.TB, l httpdemo.Lesson) *performance {
	tb.Helper()
	once, _ := performances.LoadOrStore(l.Name, sync.OnceValues(func() (*performance, error) {
		return performLesson(context.Background(), l, defaultSeed, nil)
	}))
	p, err := once.(func() (*performance, error))()
	if err != nil {
		tb.Fatalf("%s: %v", l.Name, err)
	}
	own := *p
	own.recording = &network.Recording{Frames: slices.Clone(p.recording.Frames), Observations: slices.Clone(p.recording.Observations)}
	return &own
}
