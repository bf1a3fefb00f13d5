package session_test

import (
	"errors"
	"testing"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/storetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(_ *testing.T, clock *storetest.Clock) storetest.Subject {
		return storetest.Subject{Store: session.NewMemory(session.MemoryOptions{Now: clock.Now})}
	})
}

func TestMemoryBounded(t *testing.T) {
	t.Parallel()
	storetest.Bounded(t, func(_ *testing.T, clock *storetest.Clock, l session.Limits) session.Store {
		return session.NewMemory(session.MemoryOptions{Now: clock.Now, MaxSessions: int(l.Records), MaxBytes: l.Bytes})
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for name, o := range map[string]session.MemoryOptions{
		"sessions": {MaxSessions: 2}, "bytes": {MaxBytes: 2 * (64 + 10)},
	} {
		o.Now = clock.Now
		m := session.NewMemory(o)
		put := func(r session.Record) (session.Record, error) {
			revision, err := m.Commit(t.Context(), r)
			r.Revision = revision
			return r, err
		}
		fresh := func() session.Record {
			return session.Record{Key: storetest.Key(), Data: make([]byte, 10), Expires: clock.Now().Add(time.Minute)}
		}
		first, err := put(fresh())
		if err != nil {
			t.Fatal(err)
		}
		if _, err = put(fresh()); err != nil {
			t.Fatal(err)
		}
		if _, err = put(fresh()); !errors.Is(err, session.ErrFull) || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s: the third: %v, want ErrFull", name, err)
		}
		if seconds := session.RetryAfter(err, clock.Now()); seconds != 60 {
			t.Errorf("%s: full for %d s, and the first record ends in 60", name, seconds)
		}
		if _, err = put(first); err != nil {
			t.Errorf("%s: a full store refuses a user who is there: %v", name, err)
		}
		if n, size := m.Usage(); n != 2 || size != 2*74 {
			t.Errorf("%s: %d sessions of %d bytes, want 2 of 148", name, n, size)
		}
		clock.Advance(time.Minute)
		if _, err = put(fresh()); err != nil {
			t.Errorf("%s: what has expired still takes the room: %v", name, err)
		}
		if n, size := m.Usage(); n != 1 || size != 74 {
			t.Errorf("%s: %d sessions of %d bytes, want 1 of 74", name, n, size)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	storetest.Benchmark(b, session.NewMemory(session.MemoryOptions{}))
}
