package httpdemo

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/bank"
	"statelab/httpdemo/session"
)

// failing is a store of sessions that can be let down.
type failing struct {
	session.Store
	down bool
}

func (f *failing) Commit(ctx context.Context, r session.Record) (uint64, error) {
	if f.down {
		return 0, session.Failure(ctx, "commit", errors.New("it is down"))
	}
	return f.Store.Commit(ctx, r)
}

func (f *failing) Delete(ctx context.Context, key string, revision uint64) error {
	if f.down {
		return session.Failure(ctx, "delete", errors.New("it is down"))
	}
	return f.Store.Delete(ctx, key, revision)
}

// ready is a transfer that waits for its confirmation, and the form of it.
func ready(t *testing.T, b *teller) (*customer, url.Values) {
	t.Helper()
	c := newCustomer(t)
	c.do(b, "", nil)
	for _, step := range transferSteps[:3] {
		if status, body := c.do(b, step, c.good(3000)); status != 200 {
			t.Fatalf("%s: %d %s", step, status, body)
		}
	}
	return c, c.good(3000)
}

// interrupted runs do when a transfer has come to that point, once.
func (b *teller) interrupted(p bank.Point, do func()) {
	b.app.bank.At = func(here bank.Point) error {
		if here == p && do != nil {
			first := do
			do = nil
			first()
		}
		return nil
	}
}

func (b *teller) moved(key string) bool {
	b.t.Helper()
	_, found, err := b.app.bank.Receipt(b.t.Context(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// TestTransferDoubleClick: the second click comes while the first is being answered.
// Both are told that the transfer was carried out: of the two answers the browser
// shows the second.
func TestTransferDoubleClick(t *testing.T) {
	t.Parallel()
	b := newTeller(t)
	c, form := ready(t, b)
	second := *c
	var clicked int
	b.interrupted(bank.Committed, func() { clicked, _ = second.do(b, "confirm", form) })
	status, body := c.do(b, "confirm", form)
	if status != 200 || clicked != 200 {
		t.Errorf("answered %d and %d: %s", status, clicked, body)
	}
	b.holds(c.keys, "a double click")
}

// TestTransferAbortedWhileItMoves: an abort that comes too late does not say that
// nothing was moved, and one that was in time is not overtaken.
func TestTransferAbortedWhileItMoves(t *testing.T) {
	t.Parallel()
	b := newTeller(t)
	c, form := ready(t, b)
	second := *c
	var aborted int
	var told string
	b.interrupted(bank.Committed, func() { aborted, told = second.do(b, "abort", form) })
	status, body := c.do(b, "confirm", form)
	if !b.moved(form.Get("key")) || status != 200 || aborted != 200 || strings.Contains(told, "aborted") {
		t.Errorf("the confirmation was answered %d %s, the abort %d %s", status, body, aborted, told)
	}
	b.holds(c.keys, "an abort too late")

	// The confirmation has read its session, and then the abort is answered.
	before := c.keys
	c, form = ready(t, b)
	c.keys = append(c.keys, before...)
	if ok, err := b.app.bank.Abandon(t.Context(), form.Get("key")); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if status, body := c.do(b, "confirm", form); status != 409 || b.moved(form.Get("key")) {
		t.Errorf("after an abort: %d %s", status, body)
	}
	b.holds(c.keys, "an abort in time")
}

// TestTransferSessionsDown: the store of the sessions fails while the money moves.
// Nobody is told that nothing was changed.
func TestTransferSessionsDown(t *testing.T) {
	t.Parallel()
	store := &failing{Store: session.NewMemory(session.MemoryOptions{})}
	s := testServices()
	s.Store = store
	app, err := newTransferAt(s, t.TempDir()+"/bank.db")
	if err != nil {
		t.Fatal(err)
	}
	b := &teller{t: t, app: app}
	mux := http.NewServeMux()
	app.Routes(mux)
	b.srv = httptest.NewServer(mux)
	t.Cleanup(b.stop)
	c, form := ready(t, b)
	b.interrupted(bank.Committed, func() { store.down = true })
	if status, body := c.do(b, "confirm", form); status != 200 {
		t.Errorf("the money has moved, and the answer is %d %s", status, body)
	}
	store.down = false
	b.holds(c.keys, "a store that failed")
	if status, _ := c.do(b, "", nil); status != 200 || c.last.Step != "password" {
		t.Errorf("afterwards: %d, step %s", status, c.last.Step)
	}
}

// TestTransferLate: a transfer that is told to be forgotten stays so.
func TestTransferLate(t *testing.T) {
	t.Parallel()
	b := newTeller(t)
	c, form := ready(t, b)
	b.skip.Add(int64(4 * time.Minute))
	for range 2 {
		if status, body := c.do(b, "confirm", form); status != 409 {
			t.Errorf("%d %s", status, body)
		}
	}
	b.skip.Add(-int64(4 * time.Minute)) // a server whose clock is behind
	if status, _ := c.do(b, "confirm", form); status != 409 || b.moved(form.Get("key")) {
		t.Errorf("told to be forgotten, and then %d", status)
	}
}
