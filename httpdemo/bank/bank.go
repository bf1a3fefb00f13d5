// Package bank keeps accounts in SQLite and moves money between them: all of a
// transfer or nothing, and each once, however often it is asked for.
package bank

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver, in Go alone
)

// Errors of a transfer. Nothing was moved.
var (
	ErrAmount  = errors.New("an amount is a whole number from 1 to 1,000,000,000")
	ErrAccount = errors.New("there is no such account")
	ErrSelf    = errors.New("an account sends nothing to itself")
	ErrFunds   = errors.New("the account does not hold that much")
	// ErrKey is a key that stands for another transfer already.
	ErrKey = errors.New("the key belongs to another transfer")
	// ErrAbandoned is a transfer of which Abandon has said that it is not carried out.
	ErrAbandoned = errors.New("the transfer was abandoned")
)

// MaxAmount is the most that one transfer moves.
const MaxAmount = 1_000_000_000

// A connection of the pool waits for a writer before it, and takes the write lock
// when a transaction begins. FULL: what was committed is on the disk.
const connection = "?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"

//go:embed schema.sql
var schema string

// Account is one account's balance.
type Account struct {
	Name    string
	Balance int64
}

// Transfer is what is asked for. Key names it: 1 to 64 octets that whoever asks
// has chosen, so that asking twice is not sending twice.
type Transfer struct {
	Key, From, To string
	Amount        int64
}

// Point is a place in a transfer.
type Point string

// Points, in their order. Before Committed nothing is kept.
const (
	Begun     Point = "begun"
	Debited   Point = "debited"
	Credited  Point = "credited"
	Recorded  Point = "recorded"
	Committed Point = "committed"
)

// Points lists all points, in their order.
func Points() []Point { return []Point{Begun, Debited, Credited, Recorded, Committed} }

// Bank is the accounts of one file. Several processes may share it.
type Bank struct {
	db  *sql.DB
	now func() time.Time
	// At, if set, is called at each point of a transfer; an error ends it there, as
	// a crash would.
	At func(Point) error
	// Watch, if set, is told of each access to the database when it was made, in the
	// goroutine that made it.
	Watch func(Op)
}

// Open opens the file, which it makes with the given accounts if it is absent;
// those that are there keep their balances. now is when transfers are recorded.
func Open(ctx context.Context, path string, now func() time.Time, accounts ...Account) (*Bank, error) {
	name := &url.URL{Path: filepath.ToSlash(path)}
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(name.EscapedPath(), "./")+connection)
	if err != nil {
		return nil, fmt.Errorf("bank: %s: %w", path, err)
	}
	b := &Bank{db: db, now: now}
	if err := b.found(ctx, accounts); err != nil {
		_ = db.Close() // the first error says what is wrong
		return nil, fmt.Errorf("bank: %s: %w", path, err)
	}
	return b, nil
}

func (b *Bank) found(ctx context.Context, accounts []Account) error {
	if _, err := b.db.ExecContext(ctx, schema); err != nil {
		return err
	}
	for _, a := range accounts {
		_, err := b.db.ExecContext(ctx, `INSERT INTO account (name, balance) VALUES (?, ?) ON CONFLICT DO NOTHING`, a.Name, a.Balance)
		if err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the file.
func (b *Bank) Close() error { return b.db.Close() }

// Move carries out a transfer in one transaction. done is false if it had been
// carried out before, under the same key. An error is one of the package's, or the
// database's, or that of At; only after Committed the money has moved all the
// same.
func (b *Bank) Move(ctx context.Context, t Transfer) (done bool, err error) {
	switch {
	case t.Amount < 1 || t.Amount > MaxAmount:
		return false, ErrAmount
	case t.From == t.To:
		return false, ErrSelf
	case t.Key == "" || len(t.Key) > 64:
		return false, errors.New("a transfer's key has 1 to 64 octets")
	}
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		b.tell(Op{Verb: Write, Table: Receipts, Key: t.Key, Err: err})
		return false, fmt.Errorf("bank: %w", err)
	}
	defer b.rollback(tx, t.Key)
	before, found, err := b.receipt(ctx, tx, t.Key)
	switch {
	case err != nil:
		return false, err
	case found && before.Transfer != t:
		return false, ErrKey
	case found:
		return false, nil
	}
	var abandoned bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM abandoned WHERE key = ?)`, t.Key).Scan(&abandoned); err != nil {
		return false, fmt.Errorf("bank: %w", err)
	}
	if abandoned {
		return false, ErrAbandoned
	}
	if err := b.move(ctx, tx, t); err != nil {
		return false, err
	}
	if err := b.commit(tx, t.Key); err != nil {
		return false, err
	}
	return true, b.at(Committed)
}

func (b *Bank) at(p Point) error {
	if b.At == nil {
		return nil
	}
	return b.At(p)
}

func (b *Bank) move(ctx context.Context, tx *sql.Tx, t Transfer) error {
	if err := b.at(Begun); err != nil {
		return err
	}
	var balance int64
	err := tx.QueryRowContext(ctx, `SELECT balance FROM account WHERE name = ?`, t.From).Scan(&balance)
	b.tell(Op{Verb: Read, Key: t.From, Bytes: Account{Name: t.From}.Size(), Err: err})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrAccount
	case err != nil:
		return fmt.Errorf("bank: %w", err)
	case balance < t.Amount:
		return ErrFunds
	}
	for _, step := range []struct {
		by    int64
		whose string
		then  Point
	}{{-t.Amount, t.From, Debited}, {t.Amount, t.To, Credited}} {
		r, err := tx.ExecContext(ctx, `UPDATE account SET balance = balance + ? WHERE name = ?`, step.by, step.whose)
		if err != nil {
			return fmt.Errorf("bank: %w", err)
		}
		n, err := r.RowsAffected()
		if err == nil && n != 1 {
			err = ErrAccount
		}
		b.tell(Op{Verb: Write, Key: step.whose, Bytes: Account{Name: step.whose}.Size(), Err: err})
		if err != nil {
			return err
		}
		if err := b.at(step.then); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO transfer (key, sender, recipient, amount, at) VALUES (?, ?, ?, ?, ?)`,
		t.Key, t.From, t.To, t.Amount, b.now().UnixMilli())
	b.tell(Op{Verb: Write, Table: Receipts, Key: t.Key, Bytes: t.Size(), Err: err})
	if err != nil {
		return fmt.Errorf("bank: %w", err)
	}
	return b.at(Recorded)
}

// Receipt is a transfer that was carried out.
type Receipt struct {
	Transfer
	At time.Time
}

// Receipt returns the transfer of that key, and whether there is one.
func (b *Bank) Receipt(ctx context.Context, key string) (Receipt, bool, error) {
	return b.receipt(ctx, b.db, key)
}

func (b *Bank) receipt(ctx context.Context, q interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}, key string,
) (r Receipt, found bool, err error) {
	var at int64
	err = q.QueryRowContext(ctx, `SELECT key, sender, recipient, amount, at FROM transfer WHERE key = ?`, key).
		Scan(&r.Key, &r.From, &r.To, &r.Amount, &at)
	r.At = time.UnixMilli(at).UTC()
	b.tell(Op{Verb: Read, Table: Receipts, Key: key, Bytes: r.Size(), Err: err})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Receipt{}, false, nil
	case err != nil:
		return Receipt{}, false, fmt.Errorf("bank: %w", err)
	}
	return r, true, nil
}

// Accounts returns every account, sorted by name.
func (b *Bank) Accounts(ctx context.Context) (all []Account, err error) {
	bytes := 0
	defer func() { b.tell(Op{Verb: List, Bytes: bytes, Err: err}) }()
	rows, err := b.db.QueryContext(ctx, `SELECT name, balance FROM account ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("bank: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a Account
		if err := rows.Scan(&a.Name, &a.Balance); err != nil {
			return nil, fmt.Errorf("bank: %w", err)
		}
		all = append(all, a)
		bytes += a.Size()
	}
	return all, rows.Err()
}

// Abandon sees to it that a transfer is not carried out, now or later, and tells
// whether it did: not if it has been carried out. Each key is decided once, so
// that nobody is told "nothing was moved" of money that moves a moment later.
func (b *Bank) Abandon(ctx context.Context, key string) (bool, error) {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		b.tell(Op{Verb: Write, Table: Abandoned, Key: key, Err: err})
		return false, fmt.Errorf("bank: %w", err)
	}
	defer b.rollback(tx, key)
	if _, found, err := b.receipt(ctx, tx, key); err != nil || found {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO abandoned (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, key, b.now().UnixMilli())
	b.tell(Op{Verb: Write, Table: Abandoned, Key: key, Bytes: len(key) + numberBytes, Err: err})
	if err != nil {
		return false, fmt.Errorf("bank: %w", err)
	}
	return true, b.commit(tx, key)
}
