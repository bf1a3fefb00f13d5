//go:build unix

package sqlite_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"statelab/httpdemo/session"
	"statelab/httpdemo/session/storetest"
)

// What was on its way to a disk that failed may be there. A limit on the size of files,
// which is a process's, makes one fail.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	if os.Getenv("STATELAB_TEST_DISK") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFails$")
		cmd.Env = append(os.Environ(), "STATELAB_TEST_DISK=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	s := open(t, filepath.Join(t.TempDir(), "sessions.db"), nil)
	r := session.Record{Key: storetest.Key(), Data: make([]byte, 256<<10), Expires: time.Now().Add(time.Hour)}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 128 << 10, Max: 128 << 10}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), r); !errors.Is(err, session.ErrUncertain) || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("%v, want ErrUncertain", err)
	}
}
