package token

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a Store in this process.
type Memory struct {
	now func() time.Time

	mu       sync.Mutex
	entries  map[string]entry
	revision uint64
	swept    time.Time
}

type entry struct {
	data     []byte
	expires  time.Time
	revision uint64
}

// NewMemory returns an empty Memory; now nil is time.Now.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: clock(now), entries: map[string]entry{}}
}

// Get implements Store.
func (m *Memory) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.alive(key)
	return slices.Clone(e.data), e.revision, nil
}

// Put implements Store.
func (m *Memory) Put(ctx context.Context, key string, data []byte, expires time.Time, revision uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.alive(key).revision != revision {
		return ErrConflict
	}
	m.revision++
	m.entries[key] = entry{slices.Clone(data), expires, m.revision}
	if now := m.now(); now.Sub(m.swept) >= time.Minute {
		m.swept = now
		for k := range m.entries {
			m.alive(k)
		}
	}
	return nil
}

// Usage is how many families are kept, and their content in bytes.
func (m *Memory) Usage() (families, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, e := range m.entries {
		bytes += len(k) + len(e.data)
	}
	return len(m.entries), bytes
}

// alive returns the entry of that key, dropping it if its time is up.
func (m *Memory) alive(key string) entry {
	e, ok := m.entries[key]
	if ok && !m.now().Before(e.expires) {
		delete(m.entries, key)
		return entry{}
	}
	return e
}
