package storetest

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Redis is a redis-server of one test alone, on a socket in the file system. It
// writes every change down, so that a crash loses nothing.
type Redis struct {
	dir string
	cmd *exec.Cmd
}

// StartRedis starts one, which ends with the test. Without the program the test is
// skipped.
func StartRedis(t testing.TB) *Redis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	// t.TempDir's names are too long for a socket's address (108 bytes).
	dir, err := os.MkdirTemp("", "statelab-redis-")
	if err != nil {
		t.Fatal(err)
	}
	r := &Redis{dir: dir}
	r.Up(t)
	t.Cleanup(func() {
		r.Kill()
		_ = os.RemoveAll(dir)
	})
	return r
}

// Socket is the name of its socket.
func (r *Redis) Socket() string { return filepath.Join(r.dir, "redis.sock") }

// URL is its address for a store.
func (r *Redis) URL() string { return "unix://" + r.Socket() }

// Process is the server's, for signals.
func (r *Redis) Process() *os.Process { return r.cmd.Process }

// Up starts it again, with what it has written down, and waits until it answers.
func (r *Redis) Up(t testing.TB) {
	t.Helper()
	r.cmd = exec.Command("redis-server", "--port", "0", "--unixsocket", r.Socket(), "--dir", r.dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning")
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	for {
		if r.answers() {
			return
		}
		select {
		case <-deadline:
			t.Fatal("redis-server did not start")
		case <-time.After(5 * time.Millisecond): // another program: there is nothing to wait on
		}
	}
}

// answers reports whether it does: it takes connections while it still reads what it
// had written down, and refuses every command.
func (r *Redis) answers() bool {
	conn, err := net.Dial("unix", r.Socket())
	if err != nil {
		return false
	}
	defer conn.Close()
	const ping, pong = "PING\r\n", "+PONG\r\n"
	answer := make([]byte, len(pong))
	if _, err := io.WriteString(conn, ping); err != nil {
		return false
	}
	_, err = io.ReadFull(conn, answer)
	return err == nil && string(answer) == pong
}

// Kill ends it as a crash does.
func (r *Redis) Kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // "signal: killed", as was asked
	_ = os.Remove(r.Socket())
}
