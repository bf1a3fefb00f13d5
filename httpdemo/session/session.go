package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// ErrSent is a change of a session whose response is on its way: it can no longer
// be kept. So ends a change after a flush, or on an upgraded connection.
var ErrSent = errors.New("session: the response was sent, and this change comes after it")

type values map[string]json.RawMessage

// content is what a record's Data holds, in JSON that a person can read.
type content struct {
	User    string    `json:"user,omitempty"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Agent   string    `json:"user_agent,omitempty"`
	Values  values    `json:"values"`
}

// maxAgent is how much of a User-Agent is kept, in bytes.
const maxAgent = 200

// Session is one request's view of a session. Changes are kept when the request's
// response is: until then nobody else sees them. Its methods may be called from
// several goroutines.
type Session struct {
	m *Manager

	mu       sync.Mutex
	id       string // empty: none has been made
	record   Record // as it was read; zero: it is new
	content  content
	changes  []change
	renew    bool // under a new id
	destroy  bool
	finished bool
}

// change makes a change. One that was made of what the handler had read cannot be
// made once more on what another request has left there; others can.
type change struct {
	make func(*content) error
	once bool
}

func decode(r Record) (*Session, error) {
	s := &Session{record: r}
	if err := json.Unmarshal(r.Data, &s.content); err != nil {
		return nil, fmt.Errorf("session %s: its record is not one of ours: %w", r.Key, err)
	}
	if s.content.Values == nil {
		s.content.Values = values{}
	}
	return s, nil
}

type contextKey struct{}

// From returns the session of a request that came through Manager.Handler; nil if
// it did not.
func From(ctx context.Context) *Session {
	s, _ := ctx.Value(contextKey{}).(*Session)
	return s
}

// ID returns the id, for a transport that writes it into pages. It makes one if
// the session is new.
func (s *Session) ID() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ensureID()
}

func (s *Session) ensureID() (string, error) {
	if s.id == "" {
		id, err := s.m.newID()
		if err != nil {
			return "", err
		}
		s.id = id
	}
	return s.id, nil
}

// Stored tells whether the store had this session when the request came.
func (s *Session) Stored() bool { return s.record.Revision != 0 }

// Record is the session as the store had it; zero if it is new.
func (s *Session) Record() Record { return s.record }

// User is whose session it is; empty before Login.
func (s *Session) User() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.content.User
}

// Get reads a value into what into points to, and tells whether there was one.
func (s *Session) Get(key string, into any) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.content.Values[key]
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(v, into); err != nil {
		return false, fmt.Errorf("session value %q: %w", key, err)
	}
	return true, nil
}

// Keys returns the names of the values, sorted.
func (s *Session) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.content.Values))
}

// Put sets a value, whatever it was before. If another request has changed the
// session meanwhile, the commit is refused: value may have been made of what was
// read before. Update says how to avoid that.
func (s *Session) Put(key string, value any) error {
	v, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("session value %q: %w", key, err)
	}
	return s.change(change{once: true, make: func(c *content) error {
		c.Values[key] = v
		return nil
	}})
}

// Remove takes a value away.
func (s *Session) Remove(key string) error {
	return s.change(change{once: true, make: func(c *content) error {
		delete(c.Values, key)
		return nil
	}})
}

// Update changes a value by a function of what it is (T's zero value if there is
// none). If another request was faster, the function is applied once more, to
// what that one left, so that neither change is lost: it must have no effect
// but its result.
func Update[T any](s *Session, key string, f func(T) T) error {
	return s.change(change{make: func(c *content) error {
		var v T
		if old, ok := c.Values[key]; ok {
			if err := json.Unmarshal(old, &v); err != nil {
				return fmt.Errorf("session value %q: %w", key, err)
			}
		}
		after, err := json.Marshal(f(v))
		if err != nil {
			return fmt.Errorf("session value %q: %w", key, err)
		}
		c.Values[key] = after
		return nil
	}})
}

func (s *Session) change(c change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.finished {
		return ErrSent
	}
	if err := c.make(&s.content); err != nil {
		return err
	}
	s.changes = append(s.changes, c)
	return nil
}

// Login makes the session the user's, under a new id: the id from before may be
// known to somebody else, who would be logged in with it (session fixation;
// ASVS 5.0, 7.2.4).
func (s *Session) Login(user string) error {
	if user == "" || len(user) > 256 || !utf8.ValidString(user) {
		return errors.New("session: Login needs a user of 1 to 256 bytes, in UTF-8")
	}
	now := s.m.c.Now()
	return s.replace(change{make: func(c *content) error {
		c.User, c.Created = user, now
		return nil
	}})
}

// Renew gives the session a new id, and ends the old: for whenever what its user
// may do changes.
func (s *Session) Renew() error {
	return s.replace(change{make: func(*content) error { return nil }})
}

func (s *Session) replace(c change) error {
	if err := s.change(c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renew, s.destroy, s.id = true, false, ""
	return nil
}

// Destroy ends the session: the values are gone now, the record when the response
// is sent. Requests in flight cannot bring it back.
func (s *Session) Destroy() error {
	err := s.change(change{once: true, make: func(c *content) error {
		c.User, c.Values = "", values{}
		return nil
	}})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.destroy = true
	return nil
}
