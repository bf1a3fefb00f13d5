// Package storetest holds every session.Store to its contract.
package storetest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// Subject is a store under test: empty, and of this test alone.
type Subject struct {
	Store session.Store
	// Down takes the store away as an outage does, and Up brings it back with
	// what it had. Both nil: this store cannot be taken away.
	Down, Up func()
	// Reads tells that the store can still be read while it is down.
	Reads bool
}

// Clock is a clock that stands until it is moved.
type Clock struct{ nanoseconds atomic.Int64 }

// NewClock returns a Clock that shows start.
func NewClock(start time.Time) *Clock {
	c := new(Clock)
	c.nanoseconds.Store(start.UnixNano())
	return c
}

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time { return time.Unix(0, c.nanoseconds.Load()).UTC() }

// Advance moves the clock on by d.
func (c *Clock) Advance(d time.Duration) { c.nanoseconds.Add(int64(d)) }

// Run runs the conformance suite. It calls open once a case, with the clock by
// which the store's records expire; open leaves the cleaning up to t.
func Run(t *testing.T, open func(t *testing.T, clock *Clock) Subject) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject, *Clock)
	}{
		{"absent", absent},
		{"reads back what was written", readBack},
		{"any bytes, large and none", anyBytes},
		{"refuses what no store may take", refuses},
		{"compare and swap", compareAndSwap},
		{"no revision comes twice", revisionsDiffer},
		{"one of many commits wins", oneWins},
		{"no increment is lost", noLostIncrement},
		{"a late commit revives nothing", noRevival},
		{"a delete may ask for a revision", deleteRevision},
		{"expiry", expiry},
		{"an expired record is absent to a commit", expiredCommit},
		{"lists by user", listByUser},
		{"a record changes its user", changesUser},
		{"a cancelled context", cancelled},
		{"outage and return", outage},
		{"closed", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock(time.Now().UTC().Truncate(time.Second))
			c.test(t, open(t, clock), clock)
		})
	}
}

// Key returns a key as a Manager makes them, new each time.
func Key() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

func record(clock *Clock, user, data string) session.Record {
	return session.Record{Key: Key(), User: user, Data: []byte(data), Expires: clock.Now().Add(time.Hour)}
}

func commit(t *testing.T, s session.Store, r session.Record) session.Record {
	t.Helper()
	revision, err := s.Commit(t.Context(), r)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	if revision == 0 {
		t.Fatal("commit returned revision 0, which stands for an absent record")
	}
	r.Revision = revision
	return r
}

func find(t *testing.T, s session.Store, key string) (session.Record, bool) {
	t.Helper()
	r, ok, err := s.Find(t.Context(), key)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	return r, ok
}

func same(t *testing.T, got, want session.Record) {
	t.Helper()
	if got.Key != want.Key || got.User != want.User || !bytes.Equal(got.Data, want.Data) ||
		!got.Expires.Equal(want.Expires) || got.Revision != want.Revision {
		t.Fatalf("found %+v\n want %+v", got, want)
	}
}

func absent(t *testing.T, s Subject, _ *Clock) {
	if r, ok := find(t, s.Store, Key()); ok {
		t.Fatalf("an empty store has %+v", r)
	}
	if err := s.Store.Delete(t.Context(), Key(), 0); err != nil {
		t.Fatalf("deleting what is absent: %v", err)
	}
	if all, err := s.Store.List(t.Context(), ""); err != nil || len(all) != 0 {
		t.Fatalf("an empty store lists %d records, %v", len(all), err)
	}
}

func readBack(t *testing.T, s Subject, clock *Clock) {
	want := record(clock, "kim", `{"cart":["사과"]}`)
	want.Expires = want.Expires.Add(123 * time.Millisecond)
	given := bytes.Clone(want.Data)
	want = commit(t, s.Store, want)
	want.Data[0] = 'X' // the caller's slice stays the caller's
	got, ok := find(t, s.Store, want.Key)
	if !ok {
		t.Fatal("what was written is absent")
	}
	want.Data = given
	same(t, got, want)
	got.Data[0] = 'Y'
	again, _ := find(t, s.Store, want.Key)
	same(t, again, want)
}

func anyBytes(t *testing.T, s Subject, clock *Clock) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, data := range [][]byte{{}, {0}, []byte("\n\r\n"), every, bytes.Repeat(every, session.MaxData/256)} {
		r := record(clock, "김\x00; DROP TABLE session", "")
		r.Data = data
		r = commit(t, s.Store, r)
		got, ok := find(t, s.Store, r.Key)
		if !ok {
			t.Fatalf("%d bytes: absent", len(data))
		}
		same(t, got, r)
	}
}

func refuses(t *testing.T, s Subject, clock *Clock) {
	ctx := t.Context()
	big := record(clock, "", "")
	big.Data = make([]byte, session.MaxData+1)
	if _, err := s.Store.Commit(ctx, big); !errors.Is(err, session.ErrTooLarge) {
		t.Errorf("%d bytes: %v, want ErrTooLarge", len(big.Data), err)
	}
	for name, spoil := range map[string]func(*session.Record){
		"no key":    func(r *session.Record) { r.Key = "" },
		"key":       func(r *session.Record) { r.Key = "a.b*>" },
		"user":      func(r *session.Record) { r.User = string(make([]byte, 257)) },
		"no expiry": func(r *session.Record) { r.Expires = time.Time{} },
	} {
		r := record(clock, "", "")
		spoil(&r)
		if _, err := s.Store.Commit(ctx, r); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if all, err := s.Store.List(ctx, ""); err != nil || len(all) != 0 {
		t.Errorf("after refusals the store lists %d records, %v", len(all), err)
	}
}

func compareAndSwap(t *testing.T, s Subject, clock *Clock) {
	first := commit(t, s.Store, record(clock, "", "one"))
	second := first
	second.Data = []byte("two")
	second = commit(t, s.Store, second)
	for name, revision := range map[string]uint64{
		"the revision before": first.Revision, "as if absent": 0, "one that never was": second.Revision + 1000,
	} {
		late := second
		late.Revision, late.Data = revision, []byte("late")
		if _, err := s.Store.Commit(t.Context(), late); !errors.Is(err, session.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
	got, _ := find(t, s.Store, first.Key)
	same(t, got, second)
}

// A key that was deleted and written again must not accept a commit that was
// meant for its first life.
func revisionsDiffer(t *testing.T, s Subject, clock *Clock) {
	seen := map[uint64]bool{}
	r := record(clock, "", "x")
	for range 3 {
		r.Revision = 0
		for range 2 {
			r = commit(t, s.Store, r)
			if seen[r.Revision] {
				t.Fatalf("revision %d was given twice", r.Revision)
			}
			seen[r.Revision] = true
		}
		if err := s.Store.Delete(t.Context(), r.Key, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func oneWins(t *testing.T, s Subject, clock *Clock) {
	fresh := record(clock, "", "")
	for name, base := range map[string]session.Record{
		"new": fresh, "changed": commit(t, s.Store, record(clock, "", "")),
	} {
		var won, lost atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				switch _, err := s.Store.Commit(t.Context(), base); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, session.ErrConflict):
					lost.Add(1)
				default:
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("%s: %d commits of one revision won, %d lost; want 1 and 15", name, won.Load(), lost.Load())
		}
	}
}

func noLostIncrement(t *testing.T, s Subject, clock *Clock) {
	const writers, each = 8, 5
	start := commit(t, s.Store, record(clock, "", ""))
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for done := 0; done < each; {
				r, ok, err := s.Store.Find(t.Context(), start.Key)
				if err != nil || !ok {
					t.Errorf("find: %v, %v", ok, err)
					return
				}
				r.Data = append(r.Data, '+')
				switch _, err = s.Store.Commit(t.Context(), r); {
				case err == nil:
					done++
				case !errors.Is(err, session.ErrConflict):
					t.Errorf("commit: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
	if got, _ := find(t, s.Store, start.Key); len(got.Data) != writers*each {
		t.Fatalf("%d increments of %d are there", len(got.Data), writers*each)
	}
}

// A request in flight at logout must not bring the session back.
func noRevival(t *testing.T, s Subject, clock *Clock) {
	r := commit(t, s.Store, record(clock, "kim", "logged in"))
	inFlight, _ := find(t, s.Store, r.Key)
	if err := s.Store.Delete(t.Context(), r.Key, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.Commit(t.Context(), inFlight); !errors.Is(err, session.ErrConflict) {
		t.Errorf("the late commit: %v, want ErrConflict", err)
	}
	if _, ok := find(t, s.Store, r.Key); ok {
		t.Error("the session is back after it was deleted")
	}
	if all, err := s.Store.List(t.Context(), "kim"); err != nil || len(all) != 0 {
		t.Errorf("the user's list has %d records, %v", len(all), err)
	}
}

func deleteRevision(t *testing.T, s Subject, clock *Clock) {
	first := commit(t, s.Store, record(clock, "", "one"))
	second := commit(t, s.Store, first)
	if err := s.Store.Delete(t.Context(), first.Key, first.Revision); !errors.Is(err, session.ErrConflict) {
		t.Errorf("delete of an older revision: %v, want ErrConflict", err)
	}
	if _, ok := find(t, s.Store, first.Key); !ok {
		t.Fatal("the delete that lost its race removed the record")
	}
	if err := s.Store.Delete(t.Context(), first.Key, second.Revision); err != nil {
		t.Errorf("delete of the present revision: %v", err)
	}
	if _, ok := find(t, s.Store, first.Key); ok {
		t.Error("deleted, and still there")
	}
	if err := s.Store.Delete(t.Context(), first.Key, second.Revision); !errors.Is(err, session.ErrConflict) {
		t.Errorf("delete of a revision of an absent record: %v, want ErrConflict", err)
	}
}
