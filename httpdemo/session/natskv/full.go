package natskv

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"statelab/httpdemo/session"
)

// What JetStream says where it has no more room: for its account, for memory or on the
// disk, or at all; and where its store has refused a message, with a reason.
const (
	accountExceeded jetstream.ErrorCode = 10002
	insufficient    jetstream.ErrorCode = 10023
	memoryExceeded  jetstream.ErrorCode = 10028
	storageExceeded jetstream.ErrorCode = 10047
	storeFailed     jetstream.ErrorCode = 10077
)

// full reports whether the server has said that there is no room.
func full(err error) bool {
	var refused jetstream.JetStreamError
	if !errors.As(err, &refused) || refused.APIError() == nil {
		return false
	}
	said := refused.APIError()
	return slices.Contains([]jetstream.ErrorCode{accountExceeded, insufficient, memoryExceeded, storageExceeded}, said.ErrorCode) ||
		said.ErrorCode == storeFailed && strings.Contains(said.Description, "maximum bytes exceeded")
}

// sweepEvery is how often a full store is gone through for what has expired: that reads
// all of it.
const sweepEvery = time.Minute

// swept is when a full store was gone through last, and when the first of what it then
// held expires.
type swept struct{ at, until time.Time }

// makeRoom drops what has expired from a store that is full, and reports whether there was
// any: it goes through all of it at most once in sweepEvery, and when something has expired
// since.
func (s *Store) makeRoom(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.swept.at.IsZero() && now.Sub(s.swept.at) < sweepEvery && (s.swept.until.IsZero() || now.Before(s.swept.until)) {
		return false
	}
	s.swept = swept{at: now}
	all, err := s.list(ctx)
	dropped := false
	var first time.Time
	for _, r := range all {
		if s.alive(r) {
			if first.IsZero() || r.Expires.Before(first) {
				first = r.Expires
			}
		} else if s.drop(ctx, r.Key, r.Revision) == nil {
			dropped = true
		}
	}
	if err == nil {
		s.swept.until = first
	}
	return dropped
}

// isFull is the error of a store that is full: with when it will have room, if that is known.
func (s *Store) isFull() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.swept.until.IsZero() {
		return session.ErrFull
	}
	return session.Full{Until: s.swept.until}
}

// drop removes a record, if it has no later revision than that, or any where it is 0,
// without leaving a mark, for which a full server has no room.
func (s *Store) drop(ctx context.Context, key string, revision uint64) error {
	stream, err := s.js.Stream(ctx, "KV_"+s.config.Bucket)
	if err != nil {
		return err
	}
	options := []jetstream.StreamPurgeOpt{jetstream.WithPurgeSubject("$KV." + s.config.Bucket + "." + key)}
	if revision != 0 {
		options = append(options, jetstream.WithPurgeSequence(revision+1))
	}
	return stream.Purge(ctx, options...)
}
