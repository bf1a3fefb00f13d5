package natskv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// starting is how long a server in this process may take to start.
const starting = 10 * time.Second

// Embedded returns a Store on a NATS server inside this process, which listens on
// nothing and forgets when the Store is closed.
func Embedded(ctx context.Context, o Options) (*Store, error) {
	// JetStream wants a directory, also for a bucket in memory.
	dir, err := os.MkdirTemp("", "statelab-nats-")
	if err != nil {
		return nil, fmt.Errorf("natskv: %w", err)
	}
	s, err := embedded(ctx, dir, o)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func embedded(ctx context.Context, dir string, o Options) (*Store, error) {
	ns, err := server.NewServer(&server.Options{
		ServerName: "statelab", DontListen: true, NoLog: true, NoSigs: true,
		JetStream: true, StoreDir: dir, JetStreamMaxMemory: 256 << 20, JetStreamMaxStore: 1 << 30,
	})
	if err != nil {
		return nil, fmt.Errorf("natskv: %w", err)
	}
	stop := func() {
		ns.Shutdown()
		ns.WaitForShutdown()
	}
	ns.Start() // returns; what it started ends with Shutdown
	if !ns.ReadyForConnections(starting) {
		stop()
		return nil, fmt.Errorf("natskv: the server in this process was not ready within %v", starting)
	}
	conn, err := nats.Connect("", append(connection(), nats.InProcessServer(ns))...)
	if err != nil {
		stop()
		return nil, fmt.Errorf("natskv: %w", err)
	}
	s, err := New(ctx, conn, o)
	if err != nil {
		conn.Close()
		stop()
		return nil, err
	}
	s.close = func() {
		conn.Close()
		stop()
		_ = os.RemoveAll(dir) // a file left in the temporary directory harms nobody
	}
	return s, nil
}
