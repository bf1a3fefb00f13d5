package storetest

import (
	"errors"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// Bounded holds a store to its limits, which open is given: it takes no new record beyond
// them, says when it will, and leaves those who are there alone.
func Bounded(t *testing.T, open func(t *testing.T, clock *Clock, l session.Limits) session.Store) {
	t.Helper()
	const size = 64 + 10 // a key, and data
	for name, l := range map[string]session.Limits{"records": {Records: 2, Bytes: 1 << 20}, "bytes": {Records: 100, Bytes: 2 * size}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock(time.Now().UTC().Truncate(time.Second))
			s := open(t, clock, l)
			fresh := func() session.Record { return record(clock, "", "0123456789") }
			first := fresh()
			first.Expires = clock.Now().Add(time.Minute)
			first = commit(t, s, first)
			second := commit(t, s, fresh())
			third := fresh()
			refused := func(r session.Record) {
				t.Helper()
				_, err := s.Commit(t.Context(), r)
				if !errors.Is(err, session.ErrFull) || !errors.As(err, new(session.Full)) || errors.Is(err, session.ErrUncertain) {
					t.Errorf("beyond the limit: %v, want a Full", err)
				}
				if seconds := session.RetryAfter(err, clock.Now()); seconds != 60 {
					t.Errorf("full for %d s, and the first record ends in 60", seconds)
				}
			}
			refused(third)
			if _, ok := find(t, s, third.Key); ok {
				t.Error("what was refused is there")
			}
			if name == "bytes" {
				grown := second
				grown.Data = append([]byte("more "), grown.Data...)
				refused(grown)
			}
			second = commit(t, s, second) // who is there may go on
			if err := s.Delete(t.Context(), second.Key, second.Revision); err != nil {
				t.Fatal(err)
			}
			third = commit(t, s, third)
			refused(fresh())
			clock.Advance(time.Minute) // the first is over: its place is free
			commit(t, s, fresh())
			if _, ok := find(t, s, third.Key); !ok {
				t.Error("somebody who was there has had to go")
			}
		})
	}
}
