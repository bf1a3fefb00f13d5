// Package stores opens a session store by its URL.
package stores

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/natskv"
	"statelab/httpdemo/session/redis"
	"statelab/httpdemo/session/sqlite"
)

// Kind is a kind of store, as its URLs write it.
type Kind struct {
	Scheme, Example string
	open            func(ctx context.Context, url string, now func() time.Time) (session.Store, error)
}

// Kinds returns the kinds of store that there are.
func Kinds() []Kind {
	return []Kind{
		{"memory", "memory:", openMemory},
		{"sqlite", "sqlite:sessions.db", openSQLite},
		{"redis", "redis://127.0.0.1:6379", openRedis},
		{"rediss", "rediss://example.org:6379", openRedis},
		{"unix", "unix:///run/redis/redis.sock", openRedis},
		{"nats", "nats: (a server in this process) or nats://127.0.0.1:4222", openNATS},
	}
}

// Open opens the store of that URL. now is the clock by which records expire;
// nil is time.Now. An unknown scheme's error lists the known ones; a store that
// does not answer is a session.ErrUnavailable.
func Open(ctx context.Context, rawURL string, now func() time.Time) (session.Store, error) {
	scheme, _, ok := strings.Cut(rawURL, ":")
	var known []string
	for _, k := range Kinds() {
		if ok && k.Scheme == scheme {
			s, err := k.open(ctx, rawURL, now)
			if err != nil && strings.Contains(rawURL, "@") && !errors.Is(err, session.ErrUnavailable) {
				// What a parser quotes of an address with a password may be the password.
				err = fmt.Errorf("%s: this address cannot be read; for example %s", scheme, k.Example)
			}
			return s, err
		}
		known = append(known, k.Example)
	}
	return nil, fmt.Errorf("no store is called %q; known: %s", Redacted(rawURL), strings.Join(known, ", "))
}

// Name is what the store of that URL is called on a timeline: "redis" for each way
// to reach one.
func Name(rawURL string) string {
	switch scheme, _, _ := strings.Cut(rawURL, ":"); scheme {
	case "unix", "rediss":
		return "redis"
	default:
		return scheme
	}
}

// Redacted is the URL without its password, for a log or an error.
func Redacted(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		scheme, _, _ := strings.Cut(rawURL, ":")
		return scheme + ":…"
	}
	return u.Redacted()
}

func openMemory(_ context.Context, rawURL string, now func() time.Time) (session.Store, error) {
	if rawURL != "memory:" {
		return nil, errors.New("memory: a store in this process has no address")
	}
	return session.NewMemory(session.MemoryOptions{Now: now}), nil
}

func openSQLite(ctx context.Context, rawURL string, now func() time.Time) (session.Store, error) {
	s, err := sqlite.Open(ctx, strings.TrimPrefix(strings.TrimPrefix(rawURL, "sqlite:"), "//"), now)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openRedis(ctx context.Context, rawURL string, now func() time.Time) (session.Store, error) {
	s, err := redis.Open(ctx, rawURL, redis.Options{Now: now})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openNATS(ctx context.Context, rawURL string, now func() time.Time) (session.Store, error) {
	var s *natskv.Store
	var err error
	if o := (natskv.Options{Now: now}); rawURL == "nats:" || rawURL == "nats://" {
		s, err = natskv.Embedded(ctx, o)
	} else {
		s, err = natskv.Open(ctx, rawURL, o)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}
