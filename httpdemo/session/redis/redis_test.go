package redis_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/redis"
	"statelab/httpdemo/session/storetest"
)

func open(t *testing.T, url string, now func() time.Time) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), url, redis.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestRedis(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Subject {
		s := storetest.StartRedis(t)
		return storetest.Subject{Store: open(t, s.URL(), clock.Now), Down: s.Kill, Up: func() { s.Up(t) }}
	})
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	s := storetest.StartRedis(t)
	p := storetest.StartProxy(t, "unix", s.Socket())
	storetest.LostAnswers(t, open(t, "redis://"+p.Addr(), nil), p, "evalsha")
}

// Whatever time our clock shows, Redis keeps a record for its time and no more.
func TestClearsAway(t *testing.T) {
	t.Parallel()
	s := storetest.StartRedis(t)
	clock := storetest.NewClock(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	store := open(t, s.URL(), clock.Now)
	r := session.Record{Key: storetest.Key(), User: "kim", Expires: clock.Now().Add(time.Minute)}
	if _, err := store.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := store.Find(t.Context(), r.Key); err != nil || !ok {
		t.Errorf("a record of the year 2020, by a clock of that year: %v, %v", ok, err)
	}
	raw := client.NewClient(&client.Options{Network: "unix", Addr: s.Socket()})
	defer raw.Close()
	for _, key := range []string{"statelab:session:" + r.Key, "statelab:user:kim"} {
		if ttl := raw.PTTL(t.Context(), key).Val(); ttl <= time.Minute || ttl > 62*time.Minute {
			t.Errorf("%s is kept for %v, want a minute and an hour's grace", key, ttl)
		}
	}
	if err := store.Delete(t.Context(), r.Key, 0); err != nil {
		t.Fatal(err)
	}
	if keys := raw.Keys(t.Context(), "*").Val(); len(keys) != 1 || keys[0] != "statelab:revision" {
		t.Errorf("after the only session is deleted there is %q", keys)
	}
}

// A server that takes no more answers all the same: it is full.
func TestFull(t *testing.T) {
	t.Parallel()
	s := storetest.StartRedis(t)
	store := open(t, s.URL(), nil)
	raw := client.NewClient(&client.Options{Network: "unix", Addr: s.Socket()})
	defer raw.Close()
	if err := raw.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	r := session.Record{Key: storetest.Key(), Expires: time.Now().Add(time.Hour)}
	if _, err := store.Commit(t.Context(), r); !errors.Is(err, session.ErrFull) || errors.Is(err, session.ErrUncertain) {
		t.Errorf("%v, want ErrFull", err)
	}
}

// A key of another type, which is somebody else's, hides no session.
func TestForeignKey(t *testing.T) {
	t.Parallel()
	s := storetest.StartRedis(t)
	store := open(t, s.URL(), nil)
	r := session.Record{Key: storetest.Key(), User: "kim", Expires: time.Now().Add(time.Hour)}
	if _, err := store.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	raw := client.NewClient(&client.Options{Network: "unix", Addr: s.Socket()})
	defer raw.Close()
	for _, key := range []string{"0", "z"} { // before and behind it
		if err := raw.Set(t.Context(), "statelab:session:"+key, "a string", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := store.List(t.Context(), ""); err != nil || len(all) != 1 || all[0].Key != r.Key {
		t.Errorf("%v, %v; want the one session", all, err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	absent := "unix://" + filepath.Join(t.TempDir(), "no.sock")
	if _, err := redis.Open(t.Context(), absent, redis.Options{}); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("no server: %v, want ErrUnavailable", err)
	}
	if _, err := redis.Open(t.Context(), "redis://host:port", redis.Options{}); err == nil || errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a bad URL: %v", err)
	}
}

// The library's logger would write of each failure to stderr, over a lesson.
func TestQuiet(t *testing.T) {
	t.Parallel()
	if os.Getenv("STATELAB_TEST_QUIET") != "" {
		s := storetest.StartRedis(t)
		store := open(t, s.URL(), nil)
		s.Kill()
		_, _, _ = store.Find(t.Context(), storetest.Key())
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestQuiet$")
	cmd.Env = append(os.Environ(), "STATELAB_TEST_QUIET=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v; stderr: %s", err, stderr.Bytes())
	}
}

func BenchmarkRedis(b *testing.B) {
	s := storetest.StartRedis(b)
	store, err := redis.Open(b.Context(), s.URL(), redis.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	storetest.Benchmark(b, store)
	raw := client.NewClient(&client.Options{Network: "unix", Addr: s.Socket()})
	defer raw.Close()
	storetest.BenchmarkRaw(b, func(ctx context.Context, key string, data []byte) error {
		return raw.Set(ctx, key, data, time.Hour).Err()
	}, func(ctx context.Context, key string) ([]byte, error) {
		return raw.Get(ctx, key).Bytes()
	})
}

func TestBounded(t *testing.T) {
	t.Parallel()
	storetest.Bounded(t, func(t *testing.T, clock *storetest.Clock, l session.Limits) session.Store {
		s, err := redis.Open(t.Context(), storetest.StartRedis(t).URL(), redis.Options{Now: clock.Now, Limits: l})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}
