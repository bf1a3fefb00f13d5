package httpdemo

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"statelab/capture/trace"
	"statelab/httpdemo/bank"
	"statelab/httpdemo/session"
)

// What one lesson keeps at most in this process's memory.
const (
	lessonSessions = 20_000
	lessonBytes    = 64 << 20
)

// part is the lesson's part of the services' store; a store of its own, in this
// process's memory, where they have none: one that is full fills no other.
func (s *Services) part(lesson string) session.Store {
	if s.Store == nil {
		return session.NewMemory(session.MemoryOptions{Now: s.Now, MaxSessions: lessonSessions, MaxBytes: lessonBytes})
	}
	if s.shared == nil {
		s.shared = &glance{Store: s.Store}
	}
	return session.Within(s.shared, lesson+"-")
}

// sessions returns a manager of the sessions that store keeps. Of c, what the
// services have is filled in: time, randomness, who watches, and a page for when
// the store does not answer.
func (s *Services) sessions(store session.Store, c session.Config) (*session.Manager, error) {
	c.Store, c.Now, c.Rand = store, s.Now, s.Rand
	if s.Watch != nil {
		c.Watch = func(op session.Op) { s.Watch(accessTo(s.storeName(), op)) }
	}
	c.Refuse = s.refuseSession
	return session.NewManager(c)
}

func (s *Services) storeName() string { return cmp.Or(s.StoreName, "memory") }

// refuseSession answers where a session could not be read or kept, or nobody can tell
// whether it was. Nothing of the handler's response was sent.
func (s *Services) refuseSession(w http.ResponseWriter, r *http.Request, status int, err error) {
	why := trace.Text{En: "The session could not be kept.", Ko: "세션을 저장하지 못했습니다."}
	switch {
	case errors.Is(err, session.ErrUncertain):
		s.uncertain(w, r, trace.Text{
			En: "The store of the sessions has not answered. Whether this was done is not known: look first, and try again if it was not.",
			Ko: "세션 저장소가 답하지 않아, 요청이 처리되었는지 알 수 없습니다. 먼저 확인하고, 처리되지 않았으면 다시 시도하십시오.",
		})
		return
	case errors.Is(err, session.ErrFull):
		why = trace.Text{
			En: "The store of the sessions is full, and takes no more. Your session was not changed.",
			Ko: "세션 저장소가 가득 차서 더 받지 못합니다. 세션은 바뀌지 않았습니다.",
		}
		if seconds := strconv.Itoa(session.RetryAfter(err, s.Now())); errors.As(err, new(session.Full)) {
			why.En += " The next one in it ends in " + seconds + " s: try again then."
			why.Ko += " 다음 세션이 끝나는 " + seconds + "초 뒤에 다시 시도하십시오."
		}
	case status == http.StatusServiceUnavailable:
		why = trace.Text{
			En: "The store of the sessions does not answer. Your session was not changed: try again.",
			Ko: "세션 저장소가 답하지 않습니다. 세션은 바뀌지 않았으니 다시 시도하십시오.",
		}
	case status == http.StatusConflict:
		why = trace.Text{
			En: "Another request has changed or ended this session meanwhile. This one has not changed it.",
			Ko: "그사이 다른 요청이 이 세션을 바꾸거나 끝냈습니다. 이 요청은 세션을 바꾸지 않았습니다.",
		}
	}
	s.Fail(w, r, status, why)
}

// sessionKey shortens a record's key for a screen.
func sessionKey(key string) string {
	if len(key) > 8 {
		return key[:8] + "…"
	}
	return key
}

// unanswered is the entry of what a store would tell if it answered.
func unanswered(kind trace.MemoryKind, name string) trace.Entry {
	return trace.Entry{Kind: kind, Name: name, Value: unknownMemory}
}

// unknownMemory is the value of an entry that is not known, and counts nothing.
const unknownMemory = "unknown: the store does not answer"

func isUnanswered(e trace.Entry) bool { return e.Value == unknownMemory && e.Bytes == 0 }

// sessionRecords lists what a store remembers of conversations. Of the fields that
// are secrets only the beginning is shown, and of each beyond maxShown only the size.
func sessionRecords(store session.Store, secrets ...*regexp.Regexp) (all []trace.Entry) {
	records, expired, err := session.Everything(context.Background(), store)
	if err != nil {
		return []trace.Entry{unanswered(trace.MemoryConversation, "sessions")}
	}
	for i, r := range records {
		e := trace.Entry{Kind: trace.MemoryConversation, Name: "session " + sessionKey(r.Key), Bytes: r.Size()}
		if i < maxShown { // of more than that no view shows a value
			e.Value = masked(string(r.Data), secrets)
		}
		all = append(all, e)
	}
	return append(all, expiredRecords(expired)...)
}

// expiredRecords sums what a store holds of conversations that are over.
func expiredRecords(expired []session.Record) []trace.Entry {
	if len(expired) == 0 {
		return nil
	}
	bytes := 0
	for _, r := range expired {
		bytes += r.Size()
	}
	return []trace.Entry{{Kind: trace.MemoryConversation, Name: "expired records", Value: strconv.Itoa(len(expired)), Bytes: bytes}}
}

// asking calls ask, in which Apps are asked what they remember: a store that they share is read
// once.
func (s *Services) asking(ask func()) {
	if s.shared == nil {
		ask()
		return
	}
	s.shared.during(ask)
}

// secret finds the string that stands in a JSON text under a name, whose beginning is $1
// and the string's own $2.
func secret(name string) *regexp.Regexp {
	return regexp.MustCompile(`("` + regexp.QuoteMeta(name) + `":")([^"\\]{0,4})(?:[^"\\]|\\.)*"`)
}

// masked shortens the secrets in a JSON text.
func masked(text string, secrets []*regexp.Regexp) string {
	for _, field := range secrets {
		text = field.ReplaceAllString(text, `$1$2…"`)
	}
	return text
}

// accessTo is a call of a store as the timeline shows it.
func accessTo(store string, op session.Op) trace.Access {
	a := trace.Access{Store: store, Key: sessionKey(op.Record.Key), Bytes: op.Bytes, Revision: op.Record.Revision}
	switch op.Verb {
	case "find":
		a.Op = trace.StoreRead
	case "commit":
		a.Op = trace.StoreWrite
	case "delete":
		a.Op = trace.StoreDelete
	case "list":
		a.Op, a.Key = trace.StoreList, op.Record.User
	}
	switch op.Outcome {
	case session.Done:
		a.Outcome = trace.StoreDone
	case session.Absent:
		a.Outcome = trace.StoreAbsent
	case session.Conflict:
		a.Outcome = trace.StoreConflict
	case session.Unavailable:
		a.Outcome = trace.StoreUnavailable
	case session.Failed:
		a.Outcome = trace.StoreRefused
	}
	return a
}

// accessToBank is an access to the bank's database as the timeline shows it, which names
// the table: that there is no receipt is said, and not only that something is absent.
func accessToBank(op bank.Op) trace.Access {
	a := trace.Access{Store: "bank", Key: sessionKey(op.Key), Bytes: op.Bytes, Outcome: trace.StoreDone, Op: map[bank.Verb]string{
		bank.Read: trace.StoreRead, bank.List: trace.StoreList, bank.Write: trace.StoreWrite,
		bank.Commit: trace.StoreCommit, bank.Rollback: trace.StoreRollback,
	}[op.Verb]}
	if op.Table != "" {
		a.Store += "." + string(op.Table)
	}
	if op.Verb == bank.List {
		a.Key = "accounts"
	}
	switch {
	case errors.Is(op.Err, sql.ErrNoRows):
		a.Outcome = trace.StoreAbsent
	case errors.Is(op.Err, bank.ErrAccount):
		a.Outcome = trace.StoreRefused
	case op.Err != nil:
		a.Outcome = trace.StoreUnavailable
	}
	return a
}

// accessed puts what a party does with its store on the timeline.
func (e *Env) accessed(p trace.Participant) func(trace.Access) {
	return func(a trace.Access) {
		e.memories.touch(p)
		e.Report(trace.Observation{Kind: trace.ObservedStore, At: e.Now(), Party: p, Access: &a})
	}
}
