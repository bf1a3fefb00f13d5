package session

// Limits are what a store may keep at most, of all lessons and servers that share it: who
// floods it with sessions fills no disk, and no server that others use.
type Limits struct {
	// Records is how many, and Bytes the sum of their Size.
	Records, Bytes int64
}

// DefaultLimits are every store's unless it says otherwise.
var DefaultLimits = Limits{Records: DefaultMaxSessions, Bytes: 256 << 20}

// Usage is what a store keeps.
type Usage struct{ Records, Bytes int64 }

// Allow reports whether a change from one Usage to another may be: one that makes neither
// more is allowed to a store that is over its limits, too.
func (l Limits) Allow(from, to Usage) bool {
	return (to.Records <= l.Records || to.Records <= from.Records) && (to.Bytes <= l.Bytes || to.Bytes <= from.Bytes)
}
