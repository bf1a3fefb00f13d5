package trace

// What an application does with a store.
const (
	StoreRead   = "read"
	StoreWrite  = "write"
	StoreDelete = "delete"
	StoreList   = "list"
	// What was written in a transaction is kept from its commit on, and a rollback
	// takes it back.
	StoreCommit   = "commit"
	StoreRollback = "rollback"
)

// How an access to a store came out.
const (
	StoreDone        = "done"
	StoreAbsent      = "absent"      // there is no such record
	StoreConflict    = "conflict"    // it is no longer what it was when it was read
	StoreUnavailable = "unavailable" // the store did not answer
	StoreRefused     = "refused"     // the store does not take it
)

// Access is what a party's application did with a store, and how it came out.
type Access struct {
	// Store names the store: "memory", "redis".
	Store string
	// Op is one of StoreRead, StoreWrite, StoreDelete, StoreList, StoreCommit and
	// StoreRollback.
	Op string
	// Key is the record's, or whose records a list is of. Who reports it shortens
	// what must not be shown.
	Key string
	// Bytes is the content that was read or written, in bytes; of a list that of
	// all its records.
	Bytes int
	// Revision is the record's after the access, as the store counts; 0 where it
	// does not, or there is none.
	Revision uint64
	// Outcome is one of StoreDone, StoreAbsent, StoreConflict, StoreUnavailable
	// and StoreRefused; empty for StoreDone.
	Outcome string
}

// Done reports whether the access did what it was to do.
func (a *Access) Done() bool { return a.Outcome == "" || a.Outcome == StoreDone }
