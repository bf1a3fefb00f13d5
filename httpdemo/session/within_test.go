package session_test

import (
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// Two parts of one store do not see each other's records, of the same key and
// the same user.
func TestWithin(t *testing.T) {
	t.Parallel()
	whole := session.NewMemory(session.MemoryOptions{})
	a, b := session.Within(whole, "a-"), session.Within(whole, "b-")
	r := session.Record{Key: "k", User: "kim", Data: []byte("a's"), Expires: time.Now().Add(time.Hour)}
	if _, err := a.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := b.Find(t.Context(), "k"); ok || err != nil {
		t.Errorf("b found a's record, %v", err)
	}
	if _, err := b.Commit(t.Context(), r); err != nil {
		t.Errorf("b's record of the same key: %v", err)
	}
	if err := b.Delete(t.Context(), "k", 0); err != nil {
		t.Fatal(err)
	}
	for part, want := range map[session.Store]int{a: 1, b: 0, whole: 1} {
		all, err := part.List(t.Context(), "kim")
		if err != nil || len(all) != want {
			t.Errorf("%d records, %v; want %d", len(all), err, want)
		}
		if part == a && (len(all) != 1 || all[0].Key != "k" || string(all[0].Data) != "a's") {
			t.Errorf("a lists %v", all)
		}
	}
	if got, ok, err := a.Find(t.Context(), "k"); !ok || err != nil || got.Key != "k" {
		t.Errorf("a's own: %v %v %v", got, ok, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Find(t.Context(), "k"); err != nil {
		t.Errorf("closing a part closed the whole: %v", err)
	}
}
