package httpdemo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
	"statelab/httpdemo/token"
)

// tokenStore keeps the families of refresh tokens as records of a session store: the
// stateful half of the hybrid.
type tokenStore struct {
	session.Store               // whose accesses are told of
	kept          session.Store // the same, in silence
}

func newTokenStore(s *Services) tokenStore {
	kept := s.part("token")
	if s.Watch == nil {
		return tokenStore{session.Tidy(kept), kept}
	}
	watched := session.Watched(kept, s.Now, func(op session.Op) { s.Watch(accessTo(s.storeName(), op)) })
	return tokenStore{session.Tidy(watched), kept}
}

// Get implements token.Store.
func (s tokenStore) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	r, ok, err := s.Find(ctx, key)
	if err != nil || !ok {
		return nil, 0, err
	}
	return r.Data, r.Revision, nil
}

// Put implements token.Store.
func (s tokenStore) Put(ctx context.Context, key string, data []byte, expires time.Time, revision uint64) error {
	_, err := s.Commit(ctx, session.Record{Key: key, Data: data, Expires: expires, Revision: revision})
	if errors.Is(err, session.ErrConflict) {
		return token.ErrConflict
	}
	return err
}

// Memory lists the families.
func (s tokenStore) Memory() (all []trace.Entry) {
	records, expired, err := session.Everything(context.Background(), s.kept)
	if err != nil {
		return []trace.Entry{unanswered(trace.MemoryConversation, "refresh tokens")}
	}
	for _, r := range records {
		all = append(all, trace.Entry{
			Kind: trace.MemoryConversation, Name: "refresh family " + sessionKey(r.Key), Value: string(r.Data), Bytes: r.Size(),
		})
	}
	return append(all, expiredRecords(expired)...)
}

// tokenLedger sums what a denylist remembers.
func tokenLedger(d *token.Denylist) (all []trace.Entry) {
	if ids, bytes := d.Usage(); ids > 0 {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "denylist", Value: fmt.Sprint(ids), Bytes: bytes})
	}
	return all
}
