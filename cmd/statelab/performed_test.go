package main

import (
	"context"
	"sync"
	"testing"

	"statelab/httpdemo"
)

// performances are those of lessons at the default seed, by name: what many tests look
// at is performed once for all.
var performances sync.Map

// performed returns what came of a lesson at the default seed. Nobody changes it.
func performed(tb testing.TB, l httpdemo.Lesson) *performance {
	tb.Helper()
	once, _ := performances.LoadOrStore(l.Name, sync.OnceValues(func() (*performance, error) {
		return performLesson(context.Background(), l, defaultSeed, nil)
	}))
	p, err := once.(func() (*performance, error))()
	if err != nil {
		tb.Fatalf("%s: %v", l.Name, err)
	}
	return p
}
