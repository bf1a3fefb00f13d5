// Package session keeps what an HTTP server remembers of a conversation beyond
// one request and its response: HTTP itself keeps nothing (RFC 9110 §3.3). A
// Manager ties requests to sessions by an unguessable id; a Store keeps them.
//
// The stores that stand on a database have packages of their own, so that a
// program carries only those that it uses.
package session

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxData is the greatest Data that a store takes, in bytes: it fits each
// store's own limit (a NATS message has 1 MiB) with room for the rest.
const MaxData = 512 << 10

var (
	// ErrUnavailable is wrapped by every error of a store that cannot answer:
	// down, cut off, closed or full. The same call may succeed later.
	ErrUnavailable = errors.New("session store unavailable")
	// ErrFull is the ErrUnavailable of a store that answers, but takes no more.
	ErrFull = fmt.Errorf("%w: it is full", ErrUnavailable)
	// ErrUncertain is wrapped, too, by the error of a Commit or Delete that was sent and
	// not answered: it may have been done, or be done yet.
	ErrUncertain = errors.New("it may have been done all the same")
	// ErrConflict is a lost race: the record is no longer what it was when it
	// was read. Nothing was written.
	ErrConflict = errors.New("session changed since it was read")
	// ErrTooLarge is Data of more than MaxData bytes. Nothing was written.
	ErrTooLarge = fmt.Errorf("session of more than %d bytes", MaxData)
)

// Full is the ErrFull of a store that knows when it may have room again: Until is when
// the first of its records expires.
type Full struct{ Until time.Time }

func (Full) Error() string { return ErrFull.Error() }

// Unwrap makes it an ErrFull.
func (Full) Unwrap() error { return ErrFull }

// RetryAfter is in how many seconds the call that returned err may succeed (RFC 9110
// §10.2.3): 1, unless the store has said when it will have room. now is the store's clock.
func RetryAfter(err error, now time.Time) int {
	var full Full
	if !errors.As(err, &full) || !now.Before(full.Until) {
		return 1
	}
	return int((full.Until.Sub(now) + time.Second - 1) / time.Second)
}

// Record is what a store keeps.
type Record struct {
	// Key names the record: ASCII letters, digits, '-' and '_', from 1 to 128 of
	// them. A Manager's keys are hashes of ids, so that who reads a store cannot
	// take over its sessions.
	Key string
	// User is whose record it is, in UTF-8, at most 256 bytes: what List looks for.
	// Empty before anyone has logged in.
	User string
	// Data is the content, any bytes.
	Data []byte
	// Expires is the first moment at which the record is absent, by the store's
	// clock, to the millisecond. Zero does not exist: every record expires.
	Expires time.Time
	// Revision is the store's name for this state of the record, from 1; 0 is the
	// state of a record that is absent. A store never gives one twice.
	Revision uint64
}

// Size is the record's content in bytes: key, user and data, without what a
// store adds for itself.
func (r Record) Size() int { return len(r.Key) + len(r.User) + len(r.Data) }

// Store keeps records. Its methods may be called at once from many goroutines.
// An absent or expired record is no error; an error is one of ErrUnavailable,
// ErrConflict, ErrTooLarge, or the context's own, and says that the call was not
// done, unless it is ErrUncertain as well. A store that cannot be reached says so within about a second, and works
// again by itself when it can be.
type Store interface {
	// Find returns the record of that key, or false if there is none.
	Find(ctx context.Context, key string) (Record, bool, error)
	// Commit writes r if the record's revision is still r.Revision (0: if there
	// is none), and returns its new one; otherwise ErrConflict. So a commit that
	// comes after a Delete does not bring the record back.
	Commit(ctx context.Context, r Record) (revision uint64, err error)
	// Delete removes the record if it has that revision, and otherwise returns
	// ErrConflict. Revision 0 stands for whatever revision it has: then the
	// record is absent afterwards, also if it was before.
	Delete(ctx context.Context, key string, revision uint64) error
	// List returns the records of that user, or of all users if it is empty,
	// sorted by key.
	List(ctx context.Context, user string) ([]Record, error)
	// Close lets go of what the store holds. Calls after it return ErrUnavailable.
	Close() error
}

// Lingering is a Store that clears a record away some time after it has expired: to Find
// and List it is absent, and still it is there.
type Lingering interface {
	// Everything returns all records that are there, in one reading: those that List returns,
	// and those that have expired. Both are sorted by key.
	Everything(ctx context.Context) (alive, expired []Record, err error)
}

// Everything returns all that a store has, read once; of one that is not Lingering nothing has
// expired.
func Everything(ctx context.Context, s Store) (alive, expired []Record, err error) {
	if l, ok := s.(Lingering); ok {
		return l.Everything(ctx)
	}
	alive, err = s.List(ctx, "")
	return alive, nil, err
}

// Parted returns the records that are alive and those that are not, in their order: for the
// stores.
func Parted(all []Record, is func(Record) bool) (alive, expired []Record) {
	for _, r := range all {
		if is(r) {
			alive = append(alive, r)
		} else {
			expired = append(expired, r)
		}
	}
	return alive, expired
}

// Check tells whether a store may take r: for the stores, before they do.
func (r Record) Check() error {
	switch {
	case len(r.Data) > MaxData:
		return fmt.Errorf("%w: %d", ErrTooLarge, len(r.Data))
	case !validKey(r.Key):
		return fmt.Errorf("session key %q: 1 to 128 ASCII letters, digits, '-' or '_' make one", r.Key)
	case len(r.User) > 256:
		return fmt.Errorf("session user of %d bytes: at most 256", len(r.User))
	case r.Expires.IsZero():
		return errors.New("session without an expiry: every session ends")
	}
	return nil
}

func validKey(key string) bool {
	for _, c := range []byte(key) {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-', c == '_':
		default:
			return false
		}
	}
	return 1 <= len(key) && len(key) <= 128
}

// Failure is the error of a call that was not done: for the stores.
// The caller's own context explains it if that has ended; otherwise the store is
// unavailable.
func Failure(ctx context.Context, operation string, err error) error {
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("session store: %s: %w", operation, ended)
	}
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, operation, err)
}

// Uncertain is the error of a write that may have been done: for the stores.
func Uncertain(ctx context.Context, operation string, err error) error {
	return fmt.Errorf("%w: %w", Failure(ctx, operation, err), ErrUncertain)
}
