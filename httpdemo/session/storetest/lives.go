package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// soon bounds how long a store that is down may take to say so. The contract
// says about a second; the rest is for a machine that does other things too.
const soon = 10 * time.Second

func expiry(t *testing.T, s Subject, clock *Clock) {
	short, long := record(clock, "kim", "short"), record(clock, "kim", "long")
	short.Expires = clock.Now().Add(1500 * time.Millisecond)
	short, long = commit(t, s.Store, short), commit(t, s.Store, long)
	clock.Advance(1499 * time.Millisecond)
	if _, ok := find(t, s.Store, short.Key); !ok {
		t.Error("gone a millisecond before its time")
	}
	clock.Advance(time.Millisecond)
	if _, ok := find(t, s.Store, short.Key); ok {
		t.Error("still there at the moment at which it expires")
	}
	all, err := s.Store.List(t.Context(), "kim")
	if err != nil || len(all) != 1 {
		t.Fatalf("%d records listed, %v; want the one that has not expired", len(all), err)
	}
	same(t, all[0], long)
	lingers(t, s.Store, short)
	clock.Advance(time.Hour)
	if all, err := s.Store.List(t.Context(), ""); err != nil || len(all) != 0 {
		t.Errorf("%d records listed, %v; all have expired", len(all), err)
	}
}

// lingers holds that a store that has not cleared r away says so.
func lingers(t *testing.T, s session.Store, r session.Record) {
	t.Helper()
	kept, ok := s.(session.Lingering)
	if !ok {
		return
	}
	_, all, err := kept.Everything(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d records have expired and are there, %v; want one", len(all), err)
	}
	same(t, all[0], r)
	first, rest := r.Key[:1], r.Key[1:]
	if _, all, err = session.Everything(t.Context(), session.Within(s, first)); err != nil || len(all) != 1 || all[0].Key != rest {
		t.Errorf("in its part: %v, %v", all, err)
	}
	if _, all, err = session.Everything(t.Context(), session.Within(s, "-")); err != nil || len(all) != 0 {
		t.Errorf("in another part: %v, %v", all, err)
	}
}

func expiredCommit(t *testing.T, s Subject, clock *Clock) {
	r := record(clock, "", "old")
	r.Expires = clock.Now().Add(time.Second)
	r = commit(t, s.Store, r)
	clock.Advance(time.Second)
	late := r
	late.Expires = clock.Now().Add(time.Hour)
	if _, err := s.Store.Commit(t.Context(), late); !errors.Is(err, session.ErrConflict) {
		t.Errorf("a commit that would prolong an expired record: %v, want ErrConflict", err)
	}
	if err := s.Store.Delete(t.Context(), r.Key, r.Revision); !errors.Is(err, session.ErrConflict) {
		t.Errorf("a delete by revision of an expired record: %v, want ErrConflict", err)
	}
	late.Revision, late.Data = 0, []byte("new")
	late = commit(t, s.Store, late)
	if got, ok := find(t, s.Store, r.Key); !ok {
		t.Error("written after the old one expired, and absent")
	} else {
		same(t, got, late)
	}
}

func listByUser(t *testing.T, s Subject, clock *Clock) {
	users := []string{"kim", "kim", "이", "kim*", ""}
	want := map[string][]session.Record{}
	for _, user := range users {
		r := commit(t, s.Store, record(clock, user, "of "+user))
		want[user] = append(want[user], r)
		if user != "" {
			want[""] = append(want[""], r)
		}
	}
	want["nobody"] = nil
	for user, records := range want {
		got, err := s.Store.List(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(records) {
			t.Fatalf("%q: %d records listed, want %d", user, len(got), len(records))
		}
		slices.SortFunc(records, func(a, b session.Record) int {
			if a.Key < b.Key {
				return -1
			}
			return 1
		})
		for i := range got {
			same(t, got[i], records[i])
		}
	}
}

// An anonymous session becomes somebody's at login.
func changesUser(t *testing.T, s Subject, clock *Clock) {
	r := commit(t, s.Store, record(clock, "kim", "x"))
	r.User = "lee"
	r = commit(t, s.Store, r)
	if all, err := s.Store.List(t.Context(), "kim"); err != nil || len(all) != 0 {
		t.Errorf("the user before still has %d, %v", len(all), err)
	}
	if all, err := s.Store.List(t.Context(), "lee"); err != nil || len(all) != 1 {
		t.Errorf("the user after has %d, %v; want 1", len(all), err)
	} else {
		same(t, all[0], r)
	}
}

func cancelled(t *testing.T, s Subject, clock *Clock) {
	r := commit(t, s.Store, record(clock, "", "x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range everyCall(ctx, s.Store, r) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
		if errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s: %v: the caller gave up, the store did not", name, err)
		}
		if errors.Is(err, session.ErrUncertain) {
			t.Errorf("%s: %v: nothing was asked", name, err)
		}
	}
	got, _ := find(t, s.Store, r.Key)
	same(t, got, r)
}

func outage(t *testing.T, s Subject, clock *Clock) {
	if s.Down == nil {
		t.Log("this store lives and dies with its process")
		return
	}
	r := commit(t, s.Store, record(clock, "kim", "before"))
	s.Down()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	everyCall(ctx, s.Store, r) // may be how the outage is noticed
	for name, err := range everyCall(ctx, s.Store, r) {
		if errors.Is(err, session.ErrUncertain) {
			t.Errorf("%s of a store that is down: %v: it cannot have been done", name, err)
		}
		if s.Reads && (name == "find" || name == "list") {
			if err != nil {
				t.Errorf("%s of a store that can be read: %v", name, err)
			}
		} else if !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s of a store that is down: %v, want ErrUnavailable", name, err)
		}
	}
	s.Up()
	got := eventually(t, s.Store, r.Key, func(_ session.Record, ok bool) bool { return ok })
	same(t, got, r)
	got.Data = []byte("after")
	got = commit(t, s.Store, got)
	if all, err := s.Store.List(t.Context(), "kim"); err != nil || len(all) != 1 {
		t.Errorf("after its return the store lists %d, %v", len(all), err)
	}
	if err := s.Store.Delete(t.Context(), got.Key, got.Revision); err != nil {
		t.Error(err)
	}
}

// eventually finds the record of a store that is coming back, in the state that it is
// to be in.
func eventually(t *testing.T, s session.Store, key string, is func(r session.Record, ok bool) bool) session.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*soon)
	defer cancel()
	for {
		r, ok, err := s.Find(ctx, key)
		switch {
		case err == nil && is(r, ok):
			return r
		case ctx.Err() != nil:
			t.Fatalf("the store did not come back as it was to be: %+v, %v, %v", r, ok, err)
		case err != nil && !errors.Is(err, session.ErrUnavailable):
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond): // another program: there is nothing to wait on
		}
	}
}

func closed(t *testing.T, s Subject, clock *Clock) {
	r := commit(t, s.Store, record(clock, "", "x"))
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range everyCall(t.Context(), s.Store, r) {
		if !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s after Close: %v, want ErrUnavailable", name, err)
		}
	}
}

// everyCall makes each call once, and returns their errors by name.
func everyCall(ctx context.Context, s session.Store, r session.Record) map[string]error {
	_, _, find := s.Find(ctx, r.Key)
	_, commit := s.Commit(ctx, r)
	_, list := s.List(ctx, r.User)
	return map[string]error{
		"find": find, "commit": commit, "list": list,
		"delete":             s.Delete(ctx, r.Key, 0),
		"delete of revision": s.Delete(ctx, r.Key, r.Revision),
	}
}

// LostAnswers holds a store on a server behind p to ErrUncertain: its writes, which
// begin with the octets of write, arrive and are not answered.
func LostAnswers(t *testing.T, s session.Store, p *Proxy, write string) {
	clock := NewClock(time.Now().UTC().Truncate(time.Second))
	warm := commit(t, s, record(clock, "kim", "warm"))
	for _, revision := range []uint64{warm.Revision, 0} { // what a server has to learn first, it has
		if err := s.Delete(t.Context(), warm.Key, revision); err != nil {
			t.Fatal(err)
		}
	}
	old, fresh := commit(t, s, record(clock, "kim", "before")), record(clock, "kim", "new")
	after := old
	after.Data = []byte("after")
	has := func(want session.Record) func(session.Record, bool) bool {
		return func(r session.Record, ok bool) bool { return ok && bytes.Equal(r.Data, want.Data) }
	}
	gone := func(_ session.Record, ok bool) bool { return !ok }
	for _, c := range []struct {
		name, key string
		do        func() error
		done      func(session.Record, bool) bool
	}{
		{"commit of a new record", fresh.Key, func() error { _, err := s.Commit(t.Context(), fresh); return err }, has(fresh)},
		{"commit of an old one", old.Key, func() error { _, err := s.Commit(t.Context(), after); return err }, has(after)},
		{"delete", old.Key, func() error { return s.Delete(t.Context(), old.Key, 0) }, gone},
		{"delete of revision", fresh.Key, func() error {
			r, _ := find(t, s, fresh.Key)
			return s.Delete(t.Context(), fresh.Key, r.Revision)
		}, gone},
	} {
		p.Lose(write)
		if err := c.do(); !errors.Is(err, session.ErrUncertain) || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s, and no answer: %v, want ErrUncertain", c.name, err)
		}
		p.Answer()
		eventually(t, s, c.key, c.done)
	}
}
