//go:build unix

package redis_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/storetest"
)

// A server that hangs must not take its users' requests with it.
func TestHangs(t *testing.T) {
	t.Parallel()
	s := storetest.StartRedis(t)
	store := open(t, s.URL(), nil)
	if err := s.Process().Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	_, _, err := store.Find(t.Context(), storetest.Key())
	if !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a server that hangs: %v, want ErrUnavailable", err)
	}
	if err := s.Process().Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, _, err = store.Find(t.Context(), storetest.Key()); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
