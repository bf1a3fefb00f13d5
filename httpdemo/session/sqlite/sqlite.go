// Package sqlite keeps sessions in a file: they survive the server.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	driver "modernc.org/sqlite" // in Go alone

	"statelab/httpdemo/session"
)

// How a connection of the pool is set up. Without WAL and a busy timeout most of
// many writers at once are refused with SQLITE_BUSY. An immediate transaction
// takes the write lock when it begins: one that began by reading could not wait
// for it.
const connection = "?_pragma=busy_timeout(800)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate"

//go:embed schema.sql
var schema string

// sweepEvery is how often a commit also drops what has expired: not each one, since it
// goes through an index and writes. Between commits nothing is dropped.
const sweepEvery = time.Minute

// Store is a session.Store in an SQLite file. Several processes may share it.
type Store struct {
	db     *sql.DB
	now    func() time.Time
	limits session.Limits
	swept  atomic.Int64 // Unix milliseconds
}

// Open opens the file at path, made if it is absent: then nobody but its owner may read
// it. now is the clock by which
// records expire; nil is time.Now.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	if path == "" {
		return nil, errors.New("sqlite: no file was named; for example sqlite:sessions.db")
	}
	if now == nil {
		now = time.Now
	}
	if err := makePrivate(path); err != nil {
		return nil, session.Failure(ctx, "open "+path, err)
	}
	// A URI, so that a '?' or '#' of the name is not taken for parameters.
	name := &url.URL{Path: filepath.ToSlash(path)}
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(name.EscapedPath(), "./")+connection)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	if _, err = db.ExecContext(ctx, schema); err != nil {
		_ = db.Close() // the first error says what is wrong
		return nil, session.Failure(ctx, "open "+path, err)
	}
	return &Store{db: db, now: now, limits: session.DefaultLimits}, nil
}

// makePrivate makes the file, if it is absent, for its owner alone: SQLite makes the two
// beside it as it finds this one.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Limit bounds the store otherwise than session.DefaultLimits; call it before the store is
// used.
func (s *Store) Limit(l session.Limits) { s.limits = l }

// DB is the database, for tables of others beside the sessions: accounts are data
// that would be there without any conversation. Close of the Store closes it.
func (s *Store) DB() *sql.DB { return s.db }

// Find implements session.Store.
func (s *Store) Find(ctx context.Context, key string) (session.Record, bool, error) {
	r, err := scan(s.db.QueryRowContext(ctx,
		`SELECT key, user, data, expires, revision FROM session WHERE key = ? AND expires > ?`, key, s.now().UnixMilli()))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return session.Record{}, false, nil
	case err != nil:
		return session.Record{}, false, session.Failure(ctx, "find", err)
	}
	return r, true, nil
}

func scan(row interface{ Scan(...any) error }) (session.Record, error) {
	var r session.Record
	var user []byte
	var expires int64
	err := row.Scan(&r.Key, &user, &r.Data, &expires, &r.Revision)
	r.User, r.Expires = string(user), time.UnixMilli(expires).UTC()
	return r, err
}

// Commit implements session.Store. A store that has as much as
// session.DefaultLimits allows drops what has expired, and then refuses what would make it
// more: its error is a session.Full.
func (s *Store) Commit(ctx context.Context, r session.Record) (revision uint64, err error) {
	if err := r.Check(); err != nil {
		return 0, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, session.Failure(ctx, "commit", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	before, err := usage(ctx, tx)
	if err != nil {
		return 0, refused(ctx, "commit", err)
	}
	revision, changed, err := s.swap(ctx, tx, r)
	switch {
	case err != nil:
		return 0, refused(ctx, "commit", err)
	case !changed:
		return 0, session.ErrConflict
	}
	if err := s.fits(ctx, tx, before); err != nil {
		return 0, err
	}
	if err := tx.Commit(); err != nil {
		return 0, failure(ctx, "commit", err)
	}
	return revision, nil
}

func usage(ctx context.Context, tx *sql.Tx) (u session.Usage, err error) {
	err = tx.QueryRowContext(ctx, `SELECT records, bytes FROM session_usage`).Scan(&u.Records, &u.Bytes)
	return u, err
}

// fits is an error if the transaction has made more of the store than it may be.
func (s *Store) fits(ctx context.Context, tx *sql.Tx, before session.Usage) error {
	after, err := usage(ctx, tx)
	if err == nil && !s.limits.Allow(before, after) {
		if err = s.sweep(ctx, tx, s.now().UnixMilli()); err == nil {
			after, err = usage(ctx, tx)
		}
	}
	if err != nil {
		return refused(ctx, "commit", err)
	}
	if s.limits.Allow(before, after) {
		return nil
	}
	var first int64
	if err := tx.QueryRowContext(ctx, `SELECT min(expires) FROM session`).Scan(&first); err != nil {
		return refused(ctx, "commit", err)
	}
	return session.Full{Until: time.UnixMilli(first)}
}

func (s *Store) sweep(ctx context.Context, tx *sql.Tx, now int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM session WHERE expires <= ?`, now)
	return err
}

// failure is the error of a write at whose end it is kept. SQLite takes back what it
// could not finish, and says so. What is not known is how much of it the disk has when
// that failed, which comes to light after a crash; and what a statement has done that
// was interrupted.
func failure(ctx context.Context, operation string, err error) error {
	var said *driver.Error
	if errors.As(err, &said) && said.Code()&0xff != ioError {
		return refused(ctx, operation, err)
	}
	return session.Uncertain(ctx, operation, err)
}

// refused is the error of a write that was not done.
func refused(ctx context.Context, operation string, err error) error {
	var said *driver.Error
	if errors.As(err, &said) && said.Code()&0xff == full {
		return fmt.Errorf("%w: %s: %w", session.ErrFull, operation, err)
	}
	return session.Failure(ctx, operation, err)
}

// SQLite's result codes, in the low octet: SQLITE_IOERR is any error of the disk but
// SQLITE_FULL, that there is no room.
const (
	ioError = 10
	full    = 13
)

// swap writes r if the record's revision is r.Revision, within the transaction.
func (s *Store) swap(ctx context.Context, tx *sql.Tx, r session.Record) (revision uint64, changed bool, err error) {
	now := s.now().UnixMilli()
	if last := s.swept.Load(); now-last >= sweepEvery.Milliseconds() && s.swept.CompareAndSwap(last, now) {
		if err = s.sweep(ctx, tx, now); err != nil {
			return 0, false, err
		}
	}
	err = tx.QueryRowContext(ctx, `UPDATE session_revision SET last = last + 1 RETURNING last`).Scan(&revision)
	if err != nil {
		return 0, false, err
	}
	user, data := []byte(r.User), r.Data
	if data == nil {
		data = []byte{}
	}
	var done sql.Result
	if r.Revision == 0 {
		done, err = tx.ExecContext(ctx, `
			INSERT INTO session (key, user, data, expires, revision) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET user = excluded.user, data = excluded.data,
				expires = excluded.expires, revision = excluded.revision
			WHERE session.expires <= ?`,
			r.Key, user, data, r.Expires.UnixMilli(), revision, now)
	} else {
		done, err = tx.ExecContext(ctx, `
			UPDATE session SET user = ?, data = ?, expires = ?, revision = ?
			WHERE key = ? AND revision = ? AND expires > ?`,
			user, data, r.Expires.UnixMilli(), revision, r.Key, int64(r.Revision), now)
	}
	if err != nil {
		return 0, false, err
	}
	rows, err := done.RowsAffected()
	return revision, rows == 1, err
}

// Delete implements session.Store.
func (s *Store) Delete(ctx context.Context, key string, revision uint64) error {
	if ctx.Err() != nil {
		return session.Failure(ctx, "delete", ctx.Err())
	}
	if revision == 0 {
		if _, err := s.db.ExecContext(ctx, `DELETE FROM session WHERE key = ?`, key); err != nil {
			return failure(ctx, "delete", err)
		}
		return nil
	}
	done, err := s.db.ExecContext(ctx, `DELETE FROM session WHERE key = ? AND revision = ? AND expires > ?`,
		key, int64(revision), s.now().UnixMilli())
	if err != nil {
		return failure(ctx, "delete", err)
	}
	if rows, err := done.RowsAffected(); err != nil {
		return session.Failure(ctx, "delete", err)
	} else if rows == 0 {
		return session.ErrConflict
	}
	return nil
}

// List implements session.Store.
func (s *Store) List(ctx context.Context, user string) ([]session.Record, error) {
	return s.list(ctx, `expires > ?1 AND (?2 = x'' OR user = ?2)`, s.now().UnixMilli(), []byte(user))
}

// Everything implements session.Lingering: what has expired is there until a commit sweeps it
// out.
func (s *Store) Everything(ctx context.Context) (alive, expired []session.Record, err error) {
	now := s.now()
	all, err := s.list(ctx, `true`)
	alive, expired = session.Parted(all, func(r session.Record) bool { return now.Before(r.Expires) })
	return alive, expired, err
}

// list returns the records of which a condition is true, sorted by key.
func (s *Store) list(ctx context.Context, condition string, values ...any) ([]session.Record, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT key, user, data, expires, revision FROM session WHERE `+condition+` ORDER BY key`, values...)
	if err != nil {
		return nil, session.Failure(ctx, "list", err)
	}
	defer rows.Close()
	var all []session.Record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, session.Failure(ctx, "list", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, session.Failure(ctx, "list", err)
	}
	return all, nil
}

// Close implements session.Store.
func (s *Store) Close() error { return s.db.Close() }
