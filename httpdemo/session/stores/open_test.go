package stores_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/stores"
	"statelab/httpdemo/session/storetest"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"memory:", "nats:",
		"sqlite:" + filepath.Join(t.TempDir(), "a.db"), "sqlite://" + filepath.Join(t.TempDir(), "b.db"),
	} {
		s, err := stores.Open(t.Context(), url, nil)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		r := session.Record{Key: storetest.Key(), Expires: time.Now().Add(time.Hour)}
		if _, err := s.Commit(t.Context(), r); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if _, ok, err := s.Find(t.Context(), r.Key); err != nil || !ok {
			t.Errorf("%s: %v, %v", url, ok, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for url, says := range map[string]string{
		"":                                  "known: memory:, sqlite:",
		"memory":                            "known: memory:, sqlite:",
		"mysql://root:hunter2@localhost":    "known: memory:, sqlite:",
		"redis://user:hun ter2@127.0.0.1:1": "redis://127.0.0.1:6379",
		"redis://user:hun/ter2@127.0.0.1:1": "redis://127.0.0.1:6379",
		"redis://user:hun%zter2@127.0.0.1":  "redis://127.0.0.1:6379",
		"unix://user:hun ter2@/redis.sock":  "unix:///run/redis/redis.sock",
		"nats://user:hun ter2@127.0.0.1:1":  "nats://127.0.0.1:4222",
		"nats://user:hun/ter2@127.0.0.1:1":  "nats://127.0.0.1:4222",
		"nats://user:hunter2@127.0.0.1:1":   "unavailable",
		"memory:big":                        "no address",
		"sqlite:":                           "sqlite:sessions.db",
		"redis://127.0.0.1:no":              "redis://127.0.0.1:6379",
		"unix:///nowhere/redis.sock":        "unavailable",
		"nats://127.0.0.1:1":                "unavailable",
	} {
		s, err := stores.Open(t.Context(), url, nil)
		if err == nil || s != nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v; want an error that says %q", url, s, err, says)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error tells the password: %v", url, err)
		} else if strings.Contains(err.Error(), "ter2") {
			t.Errorf("%q: the error tells a part of the password: %v", url, err)
		}
		if strings.Contains(says, "unavailable") != errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%q: %v is ErrUnavailable: %v", url, err, errors.Is(err, session.ErrUnavailable))
		}
	}
}

func TestEachKindOpens(t *testing.T) {
	t.Parallel()
	for _, k := range stores.Kinds() {
		if !strings.HasPrefix(k.Example, k.Scheme+":") {
			t.Errorf("%s: its example is %q", k.Scheme, k.Example)
		}
	}
}

func ExampleOpen() {
	ctx := context.Background()
	s, err := stores.Open(ctx, "memory:", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	_, found, err := s.Find(ctx, "0123abcd")
	fmt.Println(found, err)

	_, err = stores.Open(ctx, "floppy:a", nil)
	fmt.Println(strings.Cut(err.Error(), ";"))
	// Output:
	// false <nil>
	// no store is called "floppy:a"  known: memory:, sqlite:sessions.db, redis://127.0.0.1:6379, rediss://example.org:6379, unix:///run/redis/redis.sock, nats: (a server in this process) or nats://127.0.0.1:4222 true
}

func TestName(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"memory:": "memory", "sqlite:x.db": "sqlite", "redis://h:1": "redis", "rediss://h": "redis", "unix:///r.sock": "redis", "nats:": "nats",
	} {
		if got := stores.Name(url); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}
