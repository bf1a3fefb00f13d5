package natskv_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/natskv"
	"statelab/httpdemo/session/storetest"
)

func start(t testing.TB, dir string, port int) *server.Server {
	t.Helper()
	ns, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true, JetStream: true, StoreDir: dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	if !ns.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server did not start")
	}
	t.Cleanup(func() { stop(ns) })
	return ns
}

func stop(ns *server.Server) {
	ns.Shutdown()
	ns.WaitForShutdown()
}

func port(t testing.TB, ns *server.Server) int {
	t.Helper()
	_, text, err := net.SplitHostPort(ns.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestServer(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Subject {
		dir := t.TempDir()
		ns := start(t, dir, -1)
		at := port(t, ns)
		s, err := natskv.Open(t.Context(), ns.ClientURL(), natskv.Options{Now: clock.Now, File: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return storetest.Subject{Store: s, Down: func() { stop(ns) }, Up: func() { ns = start(t, dir, at) }}
	})
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	ns := start(t, t.TempDir(), -1)
	p := storetest.StartProxy(t, "tcp", ns.Addr().String())
	s, err := natskv.Open(t.Context(), "nats://"+p.Addr(), natskv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	storetest.LostAnswers(t, s, p, "PUB $KV.statelab.")
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Subject {
		s, err := natskv.Embedded(t.Context(), natskv.Options{Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return storetest.Subject{Store: s}
	})
}

// A server that kept its bucket in memory comes back without it.
func TestBucketIsMadeAnew(t *testing.T) {
	t.Parallel()
	ns := start(t, t.TempDir(), -1)
	at := port(t, ns)
	s, err := natskv.Open(t.Context(), ns.ClientURL(), natskv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := session.Record{Key: storetest.Key(), Data: []byte("x"), Expires: time.Now().Add(time.Hour)}
	if r.Revision, err = s.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	stop(ns)
	start(t, t.TempDir(), at)
	again(t, func() error { _, _, err := s.Find(t.Context(), r.Key); return err })
	if _, err = s.Commit(t.Context(), r); !errors.Is(err, session.ErrConflict) {
		t.Errorf("a commit to what the server has forgotten: %v, want ErrConflict", err)
	}
	r.Revision = 0
	if _, err = s.Commit(t.Context(), r); err != nil {
		t.Errorf("a new session: %v", err)
	}
}

// again calls until the server is back.
func again(t *testing.T, call func() error) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		err := call()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond): // the client reconnects in its own time
		}
	}
}

// A record carries its time to keep also after it was changed, which the
// bucket's own Update would drop.
func TestClearsAway(t *testing.T) {
	t.Parallel()
	ns := start(t, t.TempDir(), -1)
	clock := storetest.NewClock(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	s, err := natskv.Open(t.Context(), ns.ClientURL(), natskv.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := session.Record{Key: storetest.Key(), Data: []byte("x"), Expires: clock.Now().Add(time.Minute)}
	conn, err := nats.Connect(ns.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r.Revision, err = s.Commit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		stream, err := js.Stream(t.Context(), "KV_statelab")
		if err != nil {
			t.Fatal(err)
		}
		msg, err := stream.GetMsg(t.Context(), r.Revision)
		if err != nil {
			t.Fatal(err)
		}
		if ttl := msg.Header.Get("Nats-TTL"); ttl != "1h1m0s" {
			t.Errorf("revision %d is kept for %q, want a minute and an hour's grace", r.Revision, ttl)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	ns := start(t, t.TempDir(), -1)
	url := ns.ClientURL()
	stop(ns)
	if _, err := natskv.Open(t.Context(), url, natskv.Options{}); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("no server: %v, want ErrUnavailable", err)
	}
}

func BenchmarkEmbedded(b *testing.B) {
	s, err := natskv.Embedded(b.Context(), natskv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	storetest.Benchmark(b, s)
}

func BenchmarkServer(b *testing.B) {
	ns := start(b, b.TempDir(), -1)
	s, err := natskv.Open(b.Context(), ns.ClientURL(), natskv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	storetest.Benchmark(b, s)
	conn, err := nats.Connect(ns.ClientURL())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	kv, err := js.CreateKeyValue(b.Context(), jetstream.KeyValueConfig{Bucket: "raw", Storage: jetstream.MemoryStorage})
	if err != nil {
		b.Fatal(err)
	}
	storetest.BenchmarkRaw(b, func(ctx context.Context, key string, data []byte) error {
		_, err := kv.Put(ctx, key, data)
		return err
	}, func(ctx context.Context, key string) ([]byte, error) {
		entry, err := kv.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		return entry.Value(), nil
	})
}

// A store without room says so, and when it may have some: a bucket at its own bound, and
// a server that has no more for it. Whoever is in it can be let go all the same, and what has
// expired makes room.
func TestFull(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ server, bucket int64 }{
		"the bucket": {1 << 30, 100_000}, "the server": {100_000, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns, err := server.NewServer(&server.Options{
				Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
				JetStreamMaxMemory: c.server, JetStreamMaxStore: c.server,
			})
			if err != nil {
				t.Fatal(err)
			}
			ns.Start()
			t.Cleanup(func() { stop(ns) })
			if !ns.ReadyForConnections(20 * time.Second) {
				t.Fatal("the NATS server did not start")
			}
			clock := storetest.NewClock(time.Now().UTC().Truncate(time.Second))
			s, err := natskv.Open(t.Context(), ns.ClientURL(), natskv.Options{Now: clock.Now, MaxBytes: c.bucket})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var all []session.Record
			put := func() error {
				r := session.Record{Key: storetest.Key(), Data: make([]byte, 10_000), Expires: clock.Now().Add(time.Hour - time.Duration(len(all))*time.Second)}
				var err error
				if r.Revision, err = s.Commit(t.Context(), r); err == nil {
					all = append(all, r)
				}
				return err
			}
			for err == nil && len(all) < 50 {
				err = put()
			}
			if !errors.Is(err, session.ErrFull) || errors.Is(err, session.ErrUncertain) || len(all) < 5 {
				t.Fatalf("after %d: %v, want ErrFull", len(all), err)
			}
			last := all[len(all)-1]
			if got, want := session.RetryAfter(err, clock.Now()), int(last.Expires.Sub(clock.Now()).Seconds()); got != want {
				t.Errorf("full for %d s, and the first record ends in %d", got, want)
			}
			for i, revision := range []uint64{0, all[1].Revision} {
				if err := s.Delete(t.Context(), all[i].Key, revision); err != nil {
					t.Errorf("delete: %v", err)
				}
				if _, found, err := s.Find(t.Context(), all[i].Key); found || err != nil {
					t.Errorf("after the delete: %v, %v", found, err)
				}
				if _, err := s.Commit(t.Context(), all[i]); !errors.Is(err, session.ErrConflict) {
					t.Errorf("a late commit: %v, want ErrConflict", err)
				}
			}
			for err = nil; err == nil; {
				err = put()
			}
			clock.Advance(2 * time.Hour)
			if err := put(); err != nil {
				t.Errorf("what has expired still takes the room: %v", err)
			}
		})
	}
}
