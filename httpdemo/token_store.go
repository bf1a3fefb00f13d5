package httpdemo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
	"statelab/httpdemo/token"
)

// tokenStore keeps the families of refresh tokens among the records of a session
// store: the stateful half of the hybrid.
type tokenStore struct{ session.Store }

// tokenPrefix keeps a family's record apart from those of sessions.
const tokenPrefix = "token-"

// Get implements token.Store.
func (s tokenStore) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	r, ok, err := s.Find(ctx, tokenPrefix+key)
	if err != nil || !ok {
		return nil, 0, err
	}
	return r.Data, r.Revision, nil
}

// Put implements token.Store.
func (s tokenStore) Put(ctx context.Context, key string, data []byte, expires time.Time, revision uint64) error {
	_, err := s.Commit(ctx, session.Record{Key: tokenPrefix + key, Data: data, Expires: expires, Revision: revision})
	if errors.Is(err, session.ErrConflict) {
		return token.ErrConflict
	}
	return err
}

// Memory lists the families.
func (s tokenStore) Memory() (all []trace.Entry) {
	records, err := s.List(context.Background(), "")
	if err != nil {
		return []trace.Entry{{Kind: trace.MemoryConversation, Name: "refresh tokens", Value: "unknown: the store does not answer"}}
	}
	for _, r := range records {
		if key, ours := strings.CutPrefix(r.Key, tokenPrefix); ours {
			all = append(all, trace.Entry{
				Kind: trace.MemoryConversation, Name: "refresh family " + key[:8] + "…", Value: string(r.Data), Bytes: r.Size(),
			})
		}
	}
	return all
}

// tokenAccess is a call of the store as the timeline shows it.
func tokenAccess(op session.Op) *trace.Access {
	a := &trace.Access{Store: "memory", Key: op.Record.Key, Bytes: op.Record.Size(), Revision: op.Record.Revision}
	if len(a.Key) > len(tokenPrefix)+8 {
		a.Key = a.Key[:len(tokenPrefix)+8] + "…"
	}
	a.Op = map[string]string{
		"find": trace.StoreRead, "commit": trace.StoreWrite, "delete": trace.StoreDelete, "list": trace.StoreList,
	}[op.Verb]
	a.Outcome = map[session.Outcome]string{
		session.Done: trace.StoreDone, session.Absent: trace.StoreAbsent, session.Conflict: trace.StoreConflict,
		session.Unavailable: trace.StoreUnavailable, session.Failed: trace.StoreRefused,
	}[op.Outcome]
	return a
}

// tokenLedger sums what a denylist remembers.
func tokenLedger(d *token.Denylist) (all []trace.Entry) {
	if ids, bytes := d.Usage(); ids > 0 {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "denylist", Value: fmt.Sprint(ids), Bytes: bytes})
	}
	return all
}
