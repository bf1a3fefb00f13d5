package session

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// DefaultMaxSessions is how many records a Memory keeps unless told otherwise.
const DefaultMaxSessions = 100_000

// Memory is a Store in this process: it forgets when the process ends.
type Memory struct {
	now      func() time.Time
	max      int
	maxBytes int64

	mu       sync.Mutex
	records  map[string]Record
	bytes    int64
	next     time.Time // before it no record expires
	revision uint64
	closed   bool
}

// MemoryOptions bound a Memory. The zero value is good.
type MemoryOptions struct {
	// Now is the clock by which records expire; nil is time.Now.
	Now func() time.Time
	// MaxSessions is how many records fit; 0 is DefaultMaxSessions.
	MaxSessions int
	// MaxBytes bounds the sum of the records' Size; 0 is 256 MiB.
	MaxBytes int64
}

// NewMemory returns an empty Memory.
func NewMemory(o MemoryOptions) *Memory {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Memory{
		now: o.Now, records: map[string]Record{},
		max: cmp.Or(o.MaxSessions, DefaultMaxSessions), maxBytes: cmp.Or(o.MaxBytes, 256<<20),
	}
}

// Usage is how many records are kept, and their content in bytes: what the
// server remembers of its users. Expired ones count until they are dropped.
func (m *Memory) Usage() (records int, bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.records), m.bytes
}

// Find implements Store.
func (m *Memory) Find(ctx context.Context, key string) (Record, bool, error) {
	unlock, err := m.enter(ctx, "find")
	if err != nil {
		return Record{}, false, err
	}
	defer unlock()
	r, ok := m.alive(key)
	r.Data = slices.Clone(r.Data)
	return r, ok, nil
}

// Commit implements Store. A store that is full drops what has expired, and then
// refuses new records rather than forget users who are there: its error is a Full.
func (m *Memory) Commit(ctx context.Context, r Record) (uint64, error) {
	if err := r.Check(); err != nil {
		return 0, err
	}
	unlock, err := m.enter(ctx, "commit")
	if err != nil {
		return 0, err
	}
	defer unlock()
	old, _ := m.alive(r.Key)
	if old.Revision != r.Revision {
		return 0, ErrConflict
	}
	if !m.fits(old, r) {
		m.sweep()
		if !m.fits(old, r) {
			return 0, Full{Until: m.next}
		}
	}
	m.revision++
	r.Revision = m.revision
	r.Data = slices.Clone(r.Data)
	r.Expires = r.Expires.Truncate(time.Millisecond)
	m.drop(r.Key)
	m.records[r.Key] = r
	m.next = sooner(m.next, r.Expires)
	m.bytes += int64(r.Size())
	return r.Revision, nil
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, key string, revision uint64) error {
	unlock, err := m.enter(ctx, "delete")
	if err != nil {
		return err
	}
	defer unlock()
	if r, _ := m.alive(key); revision != 0 && r.Revision != revision {
		return ErrConflict
	}
	m.drop(key)
	return nil
}

// List implements Store.
func (m *Memory) List(ctx context.Context, user string) ([]Record, error) {
	unlock, err := m.enter(ctx, "list")
	if err != nil {
		return nil, err
	}
	defer unlock()
	m.sweep()
	var all []Record
	for _, r := range m.records {
		if user == "" || r.User == user {
			r.Data = slices.Clone(r.Data)
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Record) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}

// Close implements Store, and forgets everything.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.records, m.bytes = true, nil, 0
	return nil
}

func (m *Memory) enter(ctx context.Context, operation string) (unlock func(), err error) {
	if ctx.Err() != nil {
		return nil, Failure(ctx, operation, ctx.Err())
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, Failure(ctx, operation, errors.New("it was closed"))
	}
	return m.mu.Unlock, nil
}

// alive returns the record of that key, dropping it if its time is up.
func (m *Memory) alive(key string) (Record, bool) {
	r, ok := m.records[key]
	if ok && !m.now().Before(r.Expires) {
		m.drop(key)
		return Record{}, false
	}
	return r, ok
}

func (m *Memory) fits(old, r Record) bool {
	grown := len(m.records)
	if old.Revision == 0 {
		grown++
	}
	return grown <= m.max && m.bytes-int64(old.Size())+int64(r.Size()) <= m.maxBytes
}

func (m *Memory) drop(key string) {
	if r, ok := m.records[key]; ok {
		m.bytes -= int64(r.Size())
		delete(m.records, key)
	}
}

// sweep drops what has expired, if anything can have.
func (m *Memory) sweep() {
	now := m.now()
	if now.Before(m.next) {
		return
	}
	m.next = time.Time{}
	for key, r := range m.records {
		if now.Before(r.Expires) {
			m.next = sooner(m.next, r.Expires)
		} else {
			m.drop(key)
		}
	}
}

// sooner is the earlier of two times, of which zero stands for none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
