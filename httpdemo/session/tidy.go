package session

import (
	"context"
	"errors"
	"sync"
)

// Tidy is s, which deletes orphans at the next call that it answers: records that are
// new, of which it is not known whether they were written (ErrUncertain). Whoever asked
// for one was refused, so that nobody has its key. The orphans of a program that ends
// before live until they expire.
func Tidy(s Store) Store { return &tidy{Store: s} }

type tidy struct {
	Store
	mu      sync.Mutex
	orphans []string // keys
}

// maxOrphans is of how many the keys are kept.
const maxOrphans = 1000

// orphan notes that nobody has that key.
func (t *tidy) orphan(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.orphans) < maxOrphans {
		t.orphans = append(t.orphans, key)
	}
}

// answered deletes the orphans, when a call that returned err shows that the store answers.
func (t *tidy) answered(ctx context.Context, err error) {
	if err != nil {
		return
	}
	t.mu.Lock()
	keys := t.orphans
	t.orphans = nil
	t.mu.Unlock()
	ctx = context.WithoutCancel(ctx)
	for i, key := range keys {
		if t.Store.Delete(ctx, key, 0) != nil { // told to Watch
			for _, key := range keys[i:] {
				t.orphan(key)
			}
			return
		}
	}
}

func (t *tidy) Find(ctx context.Context, key string) (Record, bool, error) {
	r, ok, err := t.Store.Find(ctx, key)
	t.answered(ctx, err)
	return r, ok, err
}

func (t *tidy) Commit(ctx context.Context, r Record) (uint64, error) {
	revision, err := t.Store.Commit(ctx, r)
	if r.Revision == 0 && errors.Is(err, ErrUncertain) {
		t.orphan(r.Key)
	}
	t.answered(ctx, err)
	return revision, err
}

func (t *tidy) Delete(ctx context.Context, key string, revision uint64) error {
	err := t.Store.Delete(ctx, key, revision)
	t.answered(ctx, err)
	return err
}

func (t *tidy) List(ctx context.Context, user string) ([]Record, error) {
	all, err := t.Store.List(ctx, user)
	t.answered(ctx, err)
	return all, err
}
