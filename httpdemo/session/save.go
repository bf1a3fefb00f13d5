package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// maxRaces is how often a commit is tried again. Each race that is lost was won by
// another request, so that this many must be in flight at once.
const maxRaces = 64

// save keeps what the request has changed. It may be called once.
func (s *Session) save(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finished = true
	// The handler has done its work: a client that goes away does not undo it.
	ctx = context.WithoutCancel(ctx)
	switch {
	case s.destroy:
		if s.record.Revision == 0 {
			return nil
		}
		return s.m.store.Delete(ctx, s.record.Key, 0)
	case len(s.changes) == 0 && s.record.Revision != 0:
		s.touch(ctx)
		return nil
	case len(s.changes) == 0 && s.id == "":
		return nil // a new session in which nothing is: not worth a record
	}
	for range maxRaces {
		err := s.commit(ctx)
		if !errors.Is(err, ErrConflict) || !s.mergeable() {
			return err
		}
		if err := s.merge(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %d races were lost", ErrConflict, maxRaces)
}

// touch notes that the session is in use, if a quarter of its idle time has passed
// since that was noted last: not every request writes, and the timeout is exact
// to a quarter. A touch that fails costs some of that time, and not the page; one
// that loses its race to a logout revives nothing.
func (s *Session) touch(ctx context.Context) {
	now := s.m.c.Now()
	if now.Sub(s.content.Seen) < s.m.c.IdleTimeout/4 {
		return
	}
	s.content.Seen = now
	if r, err := s.encode(s.record.Key, s.record.Revision); err == nil {
		_, _ = s.m.store.Commit(ctx, r) // told to Watch
	}
}

// commit writes the session as it is now.
func (s *Session) commit(ctx context.Context) error {
	s.content.Seen = s.m.c.Now()
	if s.record.Revision != 0 && !s.renew {
		r, err := s.encode(s.record.Key, s.record.Revision)
		if err != nil {
			return err
		}
		_, err = s.m.store.Commit(ctx, r)
		return err
	}
	id, err := s.ensureID()
	if err != nil {
		return err
	}
	r, err := s.encode(Key(id), 0)
	if err != nil {
		return err
	}
	if _, err := s.m.store.Commit(ctx, r); err != nil || s.record.Revision == 0 {
		return err
	}
	// First the new, then the old: if the old cannot be ended, nobody is told the
	// new id, and the old one may still do no more than it could before.
	if err := s.m.store.Delete(ctx, s.record.Key, s.record.Revision); err != nil {
		if left := s.m.store.Delete(ctx, r.Key, 0); left != nil {
			s.m.store.orphan(r.Key)
			return errors.Join(err, left, ErrUncertain)
		}
		return err
	}
	return nil
}

func (s *Session) encode(key string, revision uint64) (Record, error) {
	data, err := json.Marshal(s.content)
	if err != nil {
		return Record{}, fmt.Errorf("session: %w", err)
	}
	return Record{
		Key: key, User: s.content.User, Data: data, Expires: s.m.expires(&s.content), Revision: revision,
	}, nil
}

func (s *Session) mergeable() bool {
	for _, c := range s.changes {
		if c.once {
			return false
		}
	}
	return s.record.Revision != 0
}

// merge makes the request's changes once more, on what another request has left.
// A session that has ended meanwhile stays so.
func (s *Session) merge(ctx context.Context) error {
	r, ok, err := s.m.store.Find(ctx, s.record.Key)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: it has ended", ErrConflict)
	}
	fresh, err := decode(r)
	if err != nil {
		return err
	}
	for _, c := range s.changes {
		if err := c.make(&fresh.content); err != nil {
			return err
		}
	}
	s.record, s.content = r, fresh.content
	return nil
}
