package session

import (
	"context"
	"strings"
)

// Within is a part of a store: its keys are s's that begin with prefix, so that
// several Managers share one store and none lists, or ends, another's sessions.
// Closing it closes nothing: s is its owner's.
func Within(s Store, prefix string) Store { return &within{s, prefix} }

type within struct {
	store  Store
	prefix string
}

func (w *within) Find(ctx context.Context, key string) (Record, bool, error) {
	r, ok, err := w.store.Find(ctx, w.prefix+key)
	r.Key = strings.TrimPrefix(r.Key, w.prefix)
	return r, ok, err
}

func (w *within) Commit(ctx context.Context, r Record) (uint64, error) {
	r.Key = w.prefix + r.Key
	return w.store.Commit(ctx, r)
}

func (w *within) Delete(ctx context.Context, key string, revision uint64) error {
	return w.store.Delete(ctx, w.prefix+key, revision)
}

func (w *within) List(ctx context.Context, user string) ([]Record, error) {
	all, err := w.store.List(ctx, user)
	return w.mine(all), err
}

// Everything implements Lingering.
func (w *within) Everything(ctx context.Context) (alive, expired []Record, err error) {
	alive, expired, err = Everything(ctx, w.store)
	return w.mine(alive), w.mine(expired), err
}

// mine are those of a store's records that are of this part.
func (w *within) mine(all []Record) (mine []Record) {
	for _, r := range all {
		if key, ok := strings.CutPrefix(r.Key, w.prefix); ok {
			r.Key = key
			mine = append(mine, r)
		}
	}
	return mine
}

func (w *within) Close() error { return nil }
