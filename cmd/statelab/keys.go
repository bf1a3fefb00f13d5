package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"
)

// errQuit says that the user asked to leave.
var errQuit = errors.New("quit")

// keyReader waits for one key.
type keyReader interface {
	// Key returns the byte of the key pressed; errQuit for q, Ctrl-C, Ctrl-D,
	// and ctx's error when that is done first.
	Key(ctx context.Context) (byte, error)
	Close() error
}

type ttyKeys struct{ f *os.File }

func openKeys(f *os.File) (keyReader, error) { return ttyKeys{f}, nil }

// Key puts the terminal into raw mode for the time of one key, so that output
// between keys is as usual.
func (t ttyKeys) Key(ctx context.Context) (byte, error) {
	old, err := term.MakeRaw(int(t.f.Fd()))
	if err != nil {
		return 0, fmt.Errorf("terminal: %w", err)
	}
	key, err := interruptible(ctx, func() (byte, error) {
		var b [1]byte
		_, err := t.f.Read(b[:])
		return b[0], err
	})
	if rerr := term.Restore(int(t.f.Fd()), old); err == nil {
		err = rerr
	}
	if err != nil {
		return 0, fmt.Errorf("terminal: %w", err)
	}
	switch key {
	case 'q', 'Q', 3, 4:
		return key, errQuit
	}
	return key, nil
}

// interruptible waits for a read, or for ctx. Nothing can end a read from a
// terminal but a key: where ctx is done first, the read is left to wait, and the
// program ends.
func interruptible[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (t ttyKeys) Close() error { return nil }
