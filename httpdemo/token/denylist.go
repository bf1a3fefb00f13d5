package token

import (
	"fmt"
	"sync"
	"time"
)

// Denylist remembers the ids of tokens that were taken back, until they would have
// expired: state again, which every server that verifies must share.
type Denylist struct {
	// Now is the clock; nil is time.Now. Max is how many ids fit; 0 is 100,000.
	Now func() time.Time
	Max int

	mu    sync.Mutex
	until map[string]time.Time
	bytes int
}

// Deny takes the token back. What was denied before and has expired is forgotten.
func (d *Denylist) Deny(c Claims) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.forget()
	if _, ok := d.until[c.ID]; ok || !now.Before(c.Expires) {
		return nil
	}
	if limit := d.Max; len(d.until) >= limit && (limit > 0 || len(d.until) >= 100_000) {
		return fmt.Errorf("token: the denylist is full, with %d ids", len(d.until))
	}
	if d.until == nil {
		d.until = map[string]time.Time{}
	}
	d.until[c.ID] = c.Expires
	d.bytes += entryBytes(c.ID)
	return nil
}

// entryBytes is the content of an entry: the id, and a time of 8 bytes.
func entryBytes(id string) int { return len(id) + 8 }

// Denied tells whether the token of that id was taken back: for Verifier.Denied.
func (d *Denylist) Denied(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.until[id]
	return ok
}

// Usage is how many ids are remembered, and their content in bytes.
func (d *Denylist) Usage() (ids, bytes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget()
	return len(d.until), d.bytes
}

// forget drops what has expired, and returns the time.
func (d *Denylist) forget() time.Time {
	now := clock(d.Now)()
	for id, until := range d.until {
		if !now.Before(until) {
			delete(d.until, id)
			d.bytes -= entryBytes(id)
		}
	}
	return now
}
