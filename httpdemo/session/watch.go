package session

import (
	"context"
	"errors"
	"time"
)

// Op is one call of a store, as it went.
type Op struct {
	At   time.Time
	Verb string // find, commit, delete, list
	// Record is what was read or written; of a find that found nothing and of a
	// delete it has the key, of a list the user. Its Revision is the one after the
	// call, and Was the one that the caller expected.
	Record Record
	Was    uint64
	// Records is how many a list returned.
	Records int
	// Bytes is the content that was read or written: see Record.Size.
	Bytes   int
	Outcome Outcome
	Err     error
}

// Outcome is how a call of a store went.
type Outcome string

// The outcomes.
const (
	Done        Outcome = "ok"
	Absent      Outcome = "absent"      // a find that found nothing
	Conflict    Outcome = "conflict"    // ErrConflict
	Unavailable Outcome = "unavailable" // ErrUnavailable
	Failed      Outcome = "failed"      // anything else: too large, full, given up
)

func outcome(err error) Outcome {
	switch {
	case err == nil:
		return Done
	case errors.Is(err, ErrConflict):
		return Conflict
	case errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrFull):
		return Unavailable
	}
	return Failed
}

// Watched is s, with each call told to tell when it has returned, in the
// goroutine that made it.
func Watched(s Store, now func() time.Time, tell func(Op)) Store {
	return &watched{s, now, tell}
}

type watched struct {
	Store
	now  func() time.Time
	tell func(Op)
}

func (w *watched) done(op Op, err error) {
	op.At, op.Err = w.now(), err
	if op.Outcome == "" || err != nil {
		op.Outcome = outcome(err)
	}
	w.tell(op)
}

func (w *watched) Find(ctx context.Context, key string) (Record, bool, error) {
	r, ok, err := w.Store.Find(ctx, key)
	op := Op{Verb: "find", Record: r, Was: r.Revision, Bytes: r.Size()}
	if !ok {
		op.Record, op.Outcome = Record{Key: key}, Absent
	}
	w.done(op, err)
	return r, ok, err
}

func (w *watched) Commit(ctx context.Context, r Record) (uint64, error) {
	revision, err := w.Store.Commit(ctx, r)
	op := Op{Verb: "commit", Record: r, Was: r.Revision, Bytes: r.Size()}
	op.Record.Revision = revision
	w.done(op, err)
	return revision, err
}

func (w *watched) Delete(ctx context.Context, key string, revision uint64) error {
	err := w.Store.Delete(ctx, key, revision)
	w.done(Op{Verb: "delete", Record: Record{Key: key}, Was: revision}, err)
	return err
}

func (w *watched) List(ctx context.Context, user string) ([]Record, error) {
	all, err := w.Store.List(ctx, user)
	op := Op{Verb: "list", Record: Record{User: user}, Records: len(all)}
	for _, r := range all {
		op.Bytes += r.Size()
	}
	w.done(op, err)
	return all, err
}
