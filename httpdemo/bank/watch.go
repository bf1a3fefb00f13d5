package bank

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Verb is what an access does.
type Verb string

// Verbs. What was written is kept from Commit on; Rollback takes it back.
const (
	Read     Verb = "read"
	List     Verb = "list"
	Write    Verb = "write"
	Commit   Verb = "commit"
	Rollback Verb = "rollback"
)

// Table is one of the database's tables, named by what it keeps.
type Table string

// Tables beside that of the accounts.
const (
	Receipts  Table = "receipt"   // of transfers that were carried out
	Abandoned Table = "abandoned" // the keys of those that never will be
)

// Op is one access to the database, as it went.
type Op struct {
	Verb Verb
	// Table is where; of the accounts and of a transaction's end it is empty.
	Table Table
	// Key is the account's name or the transfer's key; of a list it is empty.
	Key string
	// Bytes is the content that was read or written: see Account.Size.
	Bytes int
	// Err is why it failed; sql.ErrNoRows where there was nothing to read.
	Err error
}

// numberBytes is what a whole number or a time counts.
const numberBytes = 8

// Size is an account's content in bytes: its name and its balance.
func (a Account) Size() int { return len(a.Name) + numberBytes }

// Size is a receipt's content in bytes: the key, both names, the amount and the time.
func (t Transfer) Size() int { return len(t.Key) + len(t.From) + len(t.To) + 2*numberBytes }

// Quiet returns the same bank, whose accesses nobody is told of: for who looks at
// what it keeps.
func (b *Bank) Quiet() *Bank { return &Bank{db: b.db, now: b.now} }

// Kept returns how many keys are decided, of transfers that were carried out or
// abandoned, and their content in bytes.
func (b *Bank) Kept(ctx context.Context) (n, bytes int, err error) {
	err = b.db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(size), 0) FROM (
		SELECT length(CAST(key AS BLOB)) + length(CAST(sender AS BLOB)) + length(CAST(recipient AS BLOB)) + 2*? AS size FROM transfer
		UNION ALL SELECT length(CAST(key AS BLOB)) + ? FROM abandoned)`, numberBytes, numberBytes).Scan(&n, &bytes)
	if err != nil {
		err = fmt.Errorf("bank: %w", err)
	}
	return n, bytes, err
}

func (b *Bank) tell(op Op) {
	if b.Watch == nil {
		return
	}
	if op.Err != nil {
		op.Bytes = 0
	}
	b.Watch(op)
}

func (b *Bank) commit(tx *sql.Tx, key string) error {
	err := tx.Commit()
	b.tell(Op{Verb: Commit, Key: key, Err: err})
	if err != nil {
		return fmt.Errorf("bank: %w", err)
	}
	return nil
}

// rollback takes back what was not committed.
func (b *Bank) rollback(tx *sql.Tx, key string) {
	if err := tx.Rollback(); !errors.Is(err, sql.ErrTxDone) { // committed: there is nothing to take back
		b.tell(Op{Verb: Rollback, Key: key, Err: err})
	}
}
