package redis_test

import (
	"bytes"
	"context"
	"errors"
	"net"
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

// server is a redis-server of this test alone, on a socket in the file system.
type server struct {
	dir string
	cmd *exec.Cmd
}

func start(t testing.TB) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	// t.TempDir's names are too long for a socket's address (108 bytes).
	dir, err := os.MkdirTemp("", "statelab-redis-")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{dir: dir}
	s.up(t)
	t.Cleanup(func() {
		s.kill()
		_ = os.RemoveAll(dir)
	})
	return s
}

func (s *server) socket() string { return filepath.Join(s.dir, "redis.sock") }

func (s *server) url() string { return "unix://" + s.socket() }

func (s *server) up(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command("redis-server", "--port", "0", "--unixsocket", s.socket(), "--dir", s.dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning")
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	for {
		if conn, err := net.Dial("unix", s.socket()); err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-deadline:
			t.Fatal("redis-server did not start")
		case <-time.After(5 * time.Millisecond): // another program: there is nothing to wait on
		}
	}
}

// kill ends the server as a crash does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // "signal: killed", as was asked
	_ = os.Remove(s.socket())
}

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
		s := start(t)
		return storetest.Subject{Store: open(t, s.url(), clock.Now), Down: s.kill, Up: func() { s.up(t) }}
	})
}

// Whatever time our clock shows, Redis keeps a record for its time and no more.
func TestClearsAway(t *testing.T) {
	t.Parallel()
	s := start(t)
	clock := storetest.NewClock(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	store := open(t, s.url(), clock.Now)
	r := session.Record{Key: storetest.Key(), User: "kim", Expires: clock.Now().Add(time.Minute)}
	if _, err := store.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := store.Find(t.Context(), r.Key); err != nil || !ok {
		t.Errorf("a record of the year 2020, by a clock of that year: %v, %v", ok, err)
	}
	raw := client.NewClient(&client.Options{Network: "unix", Addr: s.socket()})
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
		s := start(t)
		store := open(t, s.url(), nil)
		s.kill()
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
	s := start(b)
	store, err := redis.Open(b.Context(), s.url(), redis.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	storetest.Benchmark(b, store)
	raw := client.NewClient(&client.Options{Network: "unix", Addr: s.socket()})
	defer raw.Close()
	storetest.BenchmarkRaw(b, func(ctx context.Context, key string, data []byte) error {
		return raw.Set(ctx, key, data, time.Hour).Err()
	}, func(ctx context.Context, key string) ([]byte, error) {
		return raw.Get(ctx, key).Bytes()
	})
}
