// Package redis keeps sessions in a Redis server, which several backends share.
// It asks for a single server: its scripts touch keys that a Redis Cluster would
// put on different nodes.
package redis

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"statelab/httpdemo/session"
)

const (
	// timeout bounds one call, also to a server that is there and does not answer.
	timeout = 800 * time.Millisecond
	// grace is how long Redis keeps a record beyond its expiry. Expiry is decided
	// by our clock, which may be virtual; Redis's own only clears away.
	grace = time.Hour
)

//go:embed commit.lua
var commitSource string

//go:embed delete.lua
var deleteSource string

var quiet = sync.OnceFunc(logging.Disable) // the library's logger is global, and writes to stderr

// Store is a session.Store in Redis.
type Store struct {
	client         *redis.Client
	now            func() time.Time
	prefix         string
	limits         session.Limits
	commit, delete *redis.Script
}

// Options of a Store. The zero value is good.
type Options struct {
	// Now is the clock by which records expire; nil is time.Now.
	Now func() time.Time
	// Prefix begins the name of each Redis key; empty is "statelab:".
	Prefix string
	// Limits are what all that have that prefix may be; zero is session.DefaultLimits.
	Limits session.Limits
}

// Open connects to the server of url: redis://[user:password@]host:port[/db],
// rediss:// for TLS, unix:///path for a socket. A server that does not answer is
// an ErrUnavailable.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	quiet()
	client, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis: %w; for example redis://127.0.0.1:6379", err)
	}
	// A retry would hide an outage from the caller for seconds.
	client.MaxRetries, client.DialerRetries = -1, 1
	client.DialTimeout, client.ReadTimeout, client.WriteTimeout, client.PoolTimeout = timeout, timeout, timeout, timeout
	client.ContextTimeoutEnabled = true
	client.DisableIdentity = true
	client.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	s := &Store{
		client: redis.NewClient(client), now: o.Now, prefix: cmp.Or(o.Prefix, "statelab:"),
		limits: cmp.Or(o.Limits, session.DefaultLimits),
		commit: redis.NewScript(commitSource), delete: redis.NewScript(deleteSource),
	}
	if s.now == nil {
		s.now = time.Now
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := s.client.Ping(limited).Err(); err != nil {
		_ = s.client.Close() // the first error says what is wrong
		return nil, session.Failure(ctx, "connect to redis at "+client.Addr, err)
	}
	return s, nil
}

func (s *Store) record(key string) string { return s.prefix + "session:" + key }

// ledger names the keys of what the limits are held to: the size of each record, when it
// expires, and the sum. Redis clears records away by itself, and tells nobody.
func (s *Store) ledger() []string {
	return []string{s.prefix + "sizes", s.prefix + "expiries", s.prefix + "bytes"}
}

func (s *Store) millis() string { return strconv.FormatInt(s.now().UnixMilli(), 10) }

// Find implements session.Store.
func (s *Store) Find(ctx context.Context, key string) (session.Record, bool, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	fields, err := s.client.HMGet(limited, s.record(key), columns...).Result()
	if err != nil {
		return session.Record{}, false, session.Failure(ctx, "find", err)
	}
	r, found, err := parse(key, fields)
	switch {
	case err != nil:
		return session.Record{}, false, session.Failure(ctx, "find", err)
	case !found || !s.alive(r):
		return session.Record{}, false, nil
	}
	return r, true, nil
}

func (s *Store) alive(r session.Record) bool { return s.now().Before(r.Expires) }

var columns = []string{"user", "data", "expires", "revision"}

// parse makes a record of the columns, expired or not; false if it is absent.
func parse(key string, fields []any) (session.Record, bool, error) {
	var text [4]string
	for i, f := range fields {
		t, ok := f.(string)
		if !ok {
			return session.Record{}, false, nil
		}
		text[i] = t
	}
	expires, err := strconv.ParseInt(text[2], 10, 64)
	revision, err2 := strconv.ParseUint(text[3], 10, 64)
	if err = errors.Join(err, err2); err != nil {
		return session.Record{}, false, fmt.Errorf("record %s: %w", key, err)
	}
	r := session.Record{
		Key: key, User: text[0], Data: []byte(text[1]), Expires: time.UnixMilli(expires).UTC(), Revision: revision,
	}
	return r, true, nil
}

// Commit implements session.Store. A store that has as much as its limits
// allow drops what has expired, and then refuses what would make it more: its error is a
// session.Full.
func (s *Store) Commit(ctx context.Context, r session.Record) (uint64, error) {
	if err := r.Check(); err != nil {
		return 0, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if ctx.Err() != nil {
		return 0, session.Failure(ctx, "commit", ctx.Err())
	}
	keep := max(r.Expires.Sub(s.now()), 0) + grace
	revision, err := s.commit.Run(limited, s.client, append([]string{s.record(r.Key), s.prefix + "revision"}, s.ledger()...),
		r.Revision, s.millis(), r.User, r.Data, r.Expires.UnixMilli(), keep.Milliseconds(), s.prefix+"user:", r.Key,
		r.Size(), s.limits.Records, s.limits.Bytes, s.record("")).Int64()
	switch {
	case err != nil:
		return 0, failure(ctx, "commit", err)
	case revision < 0:
		return 0, session.Full{Until: time.UnixMilli(-revision)}
	case revision == 0:
		return 0, session.ErrConflict
	}
	return uint64(revision), nil
}

// Delete implements session.Store.
func (s *Store) Delete(ctx context.Context, key string, revision uint64) error {
	if ctx.Err() != nil {
		return session.Failure(ctx, "delete", ctx.Err())
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done, err := s.delete.Run(limited, s.client, append([]string{s.record(key)}, s.ledger()...),
		revision, s.millis(), s.prefix+"user:", key).Int64()
	switch {
	case err != nil:
		return failure(ctx, "delete", err)
	case done == 0:
		return session.ErrConflict
	}
	return nil
}

// failure is the error of a write. It was not done if the server has said so, or no
// connection was had on which to ask for it. Otherwise its answer is missing.
func failure(ctx context.Context, operation string, err error) error {
	if redis.HasErrorPrefix(err, "OOM") {
		return fmt.Errorf("%w: %s: %w", session.ErrFull, operation, err)
	}
	var answer redis.Error
	var network *net.OpError
	dialing := errors.As(err, &network) && network.Op == "dial"
	if dialing || errors.As(err, &answer) || errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, redis.ErrClosed) {
		return session.Failure(ctx, operation, err)
	}
	return session.Uncertain(ctx, operation, err)
}

// List implements session.Store. For one user it reads the user's index; for all
// it goes through every key of the server.
func (s *Store) List(ctx context.Context, user string) ([]session.Record, error) {
	all, err := s.all(ctx, user)
	return slices.DeleteFunc(all, func(r session.Record) bool { return !s.alive(r) || user != "" && r.User != user }), err
}

// Everything implements session.Lingering: what has expired is there for its grace.
func (s *Store) Everything(ctx context.Context) (alive, expired []session.Record, err error) {
	all, err := s.all(ctx, "")
	alive, expired = session.Parted(all, s.alive)
	return alive, expired, err
}

// all are the records that the user's index names, or all there are, expired or not.
func (s *Store) all(ctx context.Context, user string) ([]session.Record, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	keys, err := s.keys(limited, user)
	if err != nil {
		return nil, session.Failure(ctx, "list", err)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	answers := make([]*redis.SliceCmd, len(keys))
	_, err = s.client.Pipelined(limited, func(p redis.Pipeliner) error {
		for i, key := range keys {
			answers[i] = p.HMGet(limited, s.record(key), columns...)
		}
		return nil
	})
	if err != nil && !foreign(err) {
		return nil, session.Failure(ctx, "list", err)
	}
	var all []session.Record
	for i, answer := range answers {
		fields, err := answer.Result()
		if foreign(err) {
			continue
		}
		r, found, parsed := parse(keys[i], fields)
		if err = errors.Join(err, parsed); err != nil {
			return nil, session.Failure(ctx, "list", err)
		}
		if found {
			all = append(all, r)
		}
	}
	return all, nil
}

// foreign reports whether a key is not of ours, but of another type: the server may be
// others' as well.
func foreign(err error) bool { return redis.HasErrorPrefix(err, "WRONGTYPE") }

// keys returns the keys of the user's records, or of all, sorted and each once.
func (s *Store) keys(ctx context.Context, user string) ([]string, error) {
	var keys []string
	if user != "" {
		members, err := s.client.SMembers(ctx, s.prefix+"user:"+user).Result()
		if err != nil {
			return nil, err
		}
		keys = members
	} else {
		all := s.client.Scan(ctx, 0, s.record("*"), 1000).Iterator()
		for all.Next(ctx) {
			keys = append(keys, all.Val()[len(s.record("")):])
		}
		if err := all.Err(); err != nil {
			return nil, err
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil // SCAN may tell a key twice
}

// Close implements session.Store.
func (s *Store) Close() error { return s.client.Close() }
