package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"
)

// errQuit says that the user asked to leave.
var errQuit = errors.New("quit")

// keyReader waits for one key.
type keyReader interface {
	// Key returns the byte of the key pressed; errQuit for q, Ctrl-C, Ctrl-D.
	Key() (byte, error)
	Close() error
}

type ttyKeys struct{ f *os.File }

func openKeys(f *os.File) (keyReader, error) { return ttyKeys{f}, nil }

// Key puts the terminal into raw mode for the time of one key, so that output
// between keys is as usual.
func (t ttyKeys) Key() (byte, error) {
	old, err := term.MakeRaw(int(t.f.Fd()))
	if err != nil {
		return 0, fmt.Errorf("terminal: %w", err)
	}
	var b [1]byte
	_, err = t.f.Read(b[:])
	if rerr := term.Restore(int(t.f.Fd()), old); err == nil {
		err = rerr
	}
	if err != nil {
		return 0, fmt.Errorf("terminal: %w", err)
	}
	switch b[0] {
	case 'q', 'Q', 3, 4:
		return b[0], errQuit
	}
	return b[0], nil
}

func (t ttyKeys) Close() error { return nil }
