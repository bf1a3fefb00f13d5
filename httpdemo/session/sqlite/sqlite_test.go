package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/sqlite"
	"statelab/httpdemo/session/storetest"
)

func open(t *testing.T, path string, now func() time.Time) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// While another process holds the write lock, the store can be read.
func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Subject {
		path := filepath.Join(t.TempDir(), "it's 100% #1?.db")
		s, other := open(t, path, clock.Now), open(t, path, clock.Now)
		var unlock func() error
		return storetest.Subject{
			Store: s, Reads: true,
			Down: func() {
				tx, err := other.DB().BeginTx(context.WithoutCancel(t.Context()), nil)
				if err != nil {
					t.Fatal(err)
				}
				unlock = tx.Rollback
			},
			Up: func() {
				if err := unlock(); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// With the driver's own settings most of these are refused with SQLITE_BUSY.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sessions.db")
	a, b := open(t, path, nil), open(t, path, nil)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			s := []*sqlite.Store{a, b}[i%2]
			r := session.Record{Key: storetest.Key(), Expires: time.Now().Add(time.Hour)}
			// A store that is busy for longer than it waits says so, which a loaded
			// machine may bring about: it is asked again, and never loses a write.
			for {
				_, err := s.Commit(t.Context(), r)
				if err == nil {
					return
				}
				if !errors.Is(err, session.ErrUnavailable) {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if records, err := a.List(t.Context(), ""); err != nil || len(records) != 200 {
		t.Errorf("%d records of 200, %v", len(records), err)
	}
	var mode string
	if err := a.DB().QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal_mode is %q, %v", mode, err)
	}
}

func TestSurvivesItsProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sessions.db")
	r := session.Record{Key: storetest.Key(), User: "kim", Data: []byte("x"), Expires: time.Now().Add(time.Hour)}
	first, err := sqlite.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = first.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err = first.Close(); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := open(t, path, nil).Find(t.Context(), r.Key); err != nil || !ok || string(got.Data) != "x" {
		t.Errorf("after reopening: %+v, %v, %v", got, ok, err)
	}
}

// A file that may not grow is full, and says so.
func TestFull(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "sessions.db"), nil)
	s.DB().SetMaxOpenConns(1) // the limit is the connection's
	if _, err := s.DB().Exec(`PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	r := session.Record{Key: storetest.Key(), Data: make([]byte, 100_000), Expires: time.Now().Add(time.Hour)}
	if _, err := s.Commit(t.Context(), r); !errors.Is(err, session.ErrFull) || errors.Is(err, session.ErrUncertain) {
		t.Errorf("%v, want ErrFull", err)
	}
	if _, found, err := s.Find(t.Context(), r.Key); found || err != nil {
		t.Errorf("after it: %v, %v", found, err)
	}
}

// A new file and those beside it are for their owner alone: what they hold would let
// others go on in a user's name.
func TestNobodyElseReads(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("permissions are another thing there")
	}
	path := filepath.Join(t.TempDir(), "sessions.db")
	s := open(t, path, nil)
	r := session.Record{Key: storetest.Key(), Data: []byte("x"), Expires: time.Now().Add(time.Hour)}
	if _, err := s.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
}

func TestDropsWhatHasExpired(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock(time.Now())
	s := open(t, filepath.Join(t.TempDir(), "sessions.db"), clock.Now)
	for range 3 {
		r := session.Record{Key: storetest.Key(), Expires: clock.Now().Add(time.Minute)}
		if _, err := s.Commit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * time.Minute)
	}
	var rows int
	if err := s.DB().QueryRow(`SELECT count(*) FROM session`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows in the file, %v; want the last alone", rows, err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	if _, err := sqlite.Open(t.Context(), "", nil); err == nil {
		t.Error("no file: opened")
	}
	absent := filepath.Join(t.TempDir(), "absent", "sessions.db")
	if _, err := sqlite.Open(t.Context(), absent, nil); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a directory that is absent: %v, want ErrUnavailable", err)
	}
}

func BenchmarkSQLite(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "sessions.db"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	storetest.Benchmark(b, s)
	if _, err := s.DB().Exec(`CREATE TABLE raw (key TEXT PRIMARY KEY, data BLOB)`); err != nil {
		b.Fatal(err)
	}
	storetest.BenchmarkRaw(b, func(ctx context.Context, key string, data []byte) error {
		_, err := s.DB().ExecContext(ctx, `INSERT OR REPLACE INTO raw VALUES (?, ?)`, key, data)
		return err
	}, func(ctx context.Context, key string) (data []byte, err error) {
		err = s.DB().QueryRowContext(ctx, `SELECT data FROM raw WHERE key = ?`, key).Scan(&data)
		return data, err
	})
}

func TestBounded(t *testing.T) {
	t.Parallel()
	storetest.Bounded(t, func(t *testing.T, clock *storetest.Clock, l session.Limits) session.Store {
		s := open(t, filepath.Join(t.TempDir(), "sessions.db"), clock.Now)
		s.Limit(l)
		return s
	})
}

// A file that was there before its records were counted is counted when it is opened, and
// once.
func TestCountsWhatIsThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sessions.db")
	first := open(t, path, nil)
	r := session.Record{Key: storetest.Key(), Data: []byte("0123456789"), Expires: time.Now().Add(time.Hour)}
	if _, err := first.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := first.DB().Exec(`DROP TABLE session_usage`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var records, bytes int
		if err := open(t, path, nil).DB().QueryRow(`SELECT records, bytes FROM session_usage`).Scan(&records, &bytes); err != nil || records != 1 || bytes != r.Size() {
			t.Errorf("%d records of %d bytes, %v; want 1 of %d", records, bytes, err, r.Size())
		}
	}
}
