// Package natskv keeps sessions in a JetStream key-value bucket: in a NATS server
// elsewhere, in one inside this process, or in several that keep copies of it.
// With copies, a read may be answered by one that is milliseconds behind; a
// commit never is, since the leader decides it.
package natskv

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"statelab/httpdemo/session"
)

const (
	// timeout bounds one call, also to a server that is there and does not answer.
	timeout = 900 * time.Millisecond
	// grace is how long JetStream keeps a record beyond its expiry. Expiry is
	// decided by our clock, which may be virtual; the server's only clears away.
	grace = time.Hour
	// marked is how long the server remembers that a record was deleted. A late
	// commit is refused also after that: its revision is no longer the last.
	marked = time.Minute
)

// Options of a Store. The zero value is good.
type Options struct {
	// Now is the clock by which records expire; nil is time.Now.
	Now func() time.Time
	// Bucket is the bucket's name; empty is "statelab".
	Bucket string
	// Replicas is how many servers keep the bucket, 1, 3 or 5; 0 is 1.
	Replicas int
	// File keeps the bucket on the servers' disks; otherwise it is in memory.
	File bool
	// MaxBytes bounds the bucket, with what JetStream adds to each record; 0 is
	// session.DefaultLimits.Bytes. A server that may not keep as much has a bound of its own.
	MaxBytes int64
}

// Store is a session.Store in a JetStream bucket.
type Store struct {
	js     jetstream.JetStream
	kv     jetstream.KeyValue
	now    func() time.Time
	config jetstream.KeyValueConfig
	close  func()

	mu    sync.Mutex
	swept swept
}

// Open connects to the server of an address, nats://host:port. A server that does not
// answer is an ErrUnavailable; one that goes away later is waited for. No error has the
// address, in which a password may be.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	conn, err := nats.Connect(address, connection()...)
	var unread *url.Error
	switch {
	case errors.As(err, &unread):
		return nil, errors.New("natskv: this address cannot be read; for example nats://127.0.0.1:4222")
	case err != nil:
		return nil, session.Failure(ctx, "connect to nats", err)
	}
	s, err := New(ctx, conn, o)
	if err != nil {
		conn.Close()
		return nil, err
	}
	s.close = conn.Close
	return s, nil
}

// connection is how a Store wants its connection: it reconnects for ever, and
// what is asked meanwhile fails at once and is not kept for later.
func connection() []nats.Option {
	return []nats.Option{
		nats.Name("statelab"), nats.Timeout(timeout), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1),
		nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectJitter(50*time.Millisecond, 50*time.Millisecond),
		nats.PingInterval(time.Second), nats.MaxPingsOutstanding(2),
	}
}

// New returns a Store on a connection that stays the caller's to close.
func New(ctx context.Context, conn *nats.Conn, o Options) (*Store, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("natskv: %w", err)
	}
	s := &Store{js: js, now: o.Now, close: func() {}}
	if s.now == nil {
		s.now = time.Now
	}
	s.config = jetstream.KeyValueConfig{
		Bucket: cmp.Or(o.Bucket, "statelab"), Replicas: cmp.Or(o.Replicas, 1),
		Storage: jetstream.MemoryStorage, LimitMarkerTTL: marked,
		MaxBytes: cmp.Or(o.MaxBytes, session.DefaultLimits.Bytes),
	}
	if o.File {
		s.config.Storage = jetstream.FileStorage
	}
	s.kv, err = js.CreateOrUpdateKeyValue(ctx, s.config)
	if full(err) { // as much cannot be set aside for us
		s.config.MaxBytes = 0
		s.kv, err = js.CreateOrUpdateKeyValue(ctx, s.config)
	}
	if err != nil {
		return nil, session.Failure(ctx, "make bucket "+s.config.Bucket, err)
	}
	return s, nil
}

// call makes a call within the time that one may take. A server that kept its
// bucket in memory returns without it: then it is made anew.
func (s *Store) call(ctx context.Context, operation string, do func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if ctx.Err() != nil {
		return session.Failure(ctx, operation, ctx.Err())
	}
	err := do(limited)
	if nobody(err) {
		if _, made := s.js.CreateOrUpdateKeyValue(limited, s.config); made == nil {
			err = do(limited)
		}
	}
	if err == nil || errors.Is(err, session.ErrConflict) {
		return err
	}
	if full(err) {
		return fmt.Errorf("%w: %s: %w", s.isFull(), operation, err)
	}
	if lost, ok := err.(unanswered); ok {
		return session.Uncertain(ctx, operation, lost.error)
	}
	return session.Failure(ctx, operation, err)
}

// head is the first line of a value, in JSON; the data follow it as they are.
type head struct {
	User    string `json:"user,omitempty"`
	Expires int64  `json:"expires"` // Unix milliseconds
}

// get returns the record of that key, expired or not; a zero one if it is absent.
func (s *Store) get(ctx context.Context, key string) (session.Record, error) {
	entry, err := s.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrInvalidKey) {
		return session.Record{}, nil
	} else if err != nil {
		return session.Record{}, err
	}
	return parse(entry)
}

func parse(entry jetstream.KeyValueEntry) (session.Record, error) {
	first, data, _ := bytes.Cut(entry.Value(), []byte{'\n'})
	var h head
	if err := json.Unmarshal(first, &h); err != nil {
		return session.Record{}, fmt.Errorf("record %s: %w", entry.Key(), err)
	}
	return session.Record{
		Key: entry.Key(), User: h.User, Data: data, Expires: time.UnixMilli(h.Expires).UTC(), Revision: entry.Revision(),
	}, nil
}

// alive is whether the record is there and has time left.
func (s *Store) alive(r session.Record) bool { return r.Revision != 0 && s.now().Before(r.Expires) }

// Find implements session.Store.
func (s *Store) Find(ctx context.Context, key string) (r session.Record, found bool, err error) {
	err = s.call(ctx, "find", func(ctx context.Context) error {
		r, err = s.get(ctx, key)
		return err
	})
	if err != nil || !s.alive(r) {
		return session.Record{}, false, err
	}
	return r, true, nil
}

// Commit implements session.Store. A bucket that is full drops what has expired,
// and then takes nothing more: the error is an ErrFull.
func (s *Store) Commit(ctx context.Context, r session.Record) (revision uint64, err error) {
	if err := r.Check(); err != nil {
		return 0, err
	}
	first, err := json.Marshal(head{User: r.User, Expires: r.Expires.UnixMilli()})
	if err != nil {
		return 0, fmt.Errorf("natskv: %w", err)
	}
	value := slices.Concat(first, []byte{'\n'}, r.Data)
	keep := max(r.Expires.Sub(s.now()), 0) + grace
	err = s.call(ctx, "commit", func(ctx context.Context) error {
		is, err := s.get(ctx, r.Key)
		if err != nil {
			return err
		}
		if (s.alive(is) && is.Revision != r.Revision) || (!s.alive(is) && r.Revision != 0) {
			return session.ErrConflict
		}
		revision, err = s.write(ctx, r.Key, value, keep, is.Revision)
		if full(err) && s.makeRoom(ctx) {
			if is, err = s.get(ctx, r.Key); err == nil { // it may have made room itself
				revision, err = s.write(ctx, r.Key, value, keep, is.Revision)
			}
		}
		return err
	})
	return revision, err
}

// write puts the value if last is the key's last revision: the server compares
// and swaps. The bucket's own Update would drop the time to keep.
func (s *Store) write(ctx context.Context, key string, value []byte, keep time.Duration, last uint64) (uint64, error) {
	if last == 0 {
		revision, err := s.kv.Create(ctx, key, value, jetstream.KeyTTL(keep))
		return revision, written(err)
	}
	ack, err := s.js.PublishMsg(ctx, &nats.Msg{Subject: "$KV." + s.config.Bucket + "." + key, Data: value},
		jetstream.WithExpectLastSequencePerSubject(last), jetstream.WithMsgTTL(keep))
	if err != nil {
		return 0, written(err)
	}
	return ack.Sequence, nil
}

// unanswered is the error of a write whose answer is missing.
type unanswered struct{ error }

// written is the error of a write. A server's refusal of a revision is ErrConflict.
// The write was not done if the server has said so, if nobody was there to hear of
// it, or if the connection was away; otherwise its answer is missing.
func written(err error) error {
	var refused jetstream.JetStreamError
	answered := errors.As(err, &refused) && refused.APIError() != nil
	if answered {
		code := refused.APIError().ErrorCode
		if code == jetstream.JSErrCodeStreamWrongLastSequence || code == jetstream.JSErrCodeStreamWrongLastSequenceConstant {
			return session.ErrConflict
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrKeyExists):
		return session.ErrConflict
	case answered, nobody(err), errors.Is(err, nats.ErrReconnectBufExceeded):
		return err
	}
	return unanswered{err}
}

// nobody tells that the server has nothing that would take what was sent.
func nobody(err error) bool {
	return errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, jetstream.ErrStreamNotFound)
}

// Delete implements session.Store.
func (s *Store) Delete(ctx context.Context, key string, revision uint64) error {
	return s.call(ctx, "delete", func(ctx context.Context) error {
		if revision == 0 {
			return s.purge(ctx, key, 0)
		}
		is, err := s.get(ctx, key)
		if err != nil {
			return err
		}
		if !s.alive(is) || is.Revision != revision {
			return session.ErrConflict
		}
		return s.purge(ctx, key, revision)
	})
}

// purge removes a record, also where the server is full.
func (s *Store) purge(ctx context.Context, key string, revision uint64) error {
	options := []jetstream.KVDeleteOpt{jetstream.PurgeTTL(marked)}
	if revision != 0 {
		options = append(options, jetstream.LastRevision(revision))
	}
	err := written(s.kv.Purge(ctx, key, options...))
	if full(err) {
		err = s.drop(ctx, key, revision)
	}
	return err
}

// List implements session.Store. It reads the whole bucket: there is no index.
func (s *Store) List(ctx context.Context, user string) ([]session.Record, error) {
	all, err := s.all(ctx)
	return slices.DeleteFunc(all, func(r session.Record) bool { return !s.alive(r) || user != "" && r.User != user }), err
}

// Everything implements session.Lingering: what has expired is there for its grace.
func (s *Store) Everything(ctx context.Context) (alive, expired []session.Record, err error) {
	all, err := s.all(ctx)
	alive, expired = session.Parted(all, s.alive)
	return alive, expired, err
}

// all are the records of the bucket, expired or not.
func (s *Store) all(ctx context.Context) ([]session.Record, error) {
	var all []session.Record
	err := s.call(ctx, "list", func(ctx context.Context) (err error) {
		all, err = s.list(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b session.Record) int { return strings.Compare(a.Key, b.Key) })
	return all, nil
}

func (s *Store) list(ctx context.Context) (all []session.Record, err error) {
	watcher, err := s.kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return nil, err
	}
	defer func() { _ = watcher.Stop() }() // of a connection that is gone there is nothing to stop
	for {
		select {
		case <-ctx.Done():
			return all, ctx.Err()
		case entry := <-watcher.Updates():
			if entry == nil { // what is there has been told
				return all, nil
			}
			r, err := parse(entry)
			if err != nil {
				return all, err
			}
			all = append(all, r)
		}
	}
}

// Close implements session.Store. It stops the server that Embedded started.
func (s *Store) Close() error {
	s.close()
	return nil
}
