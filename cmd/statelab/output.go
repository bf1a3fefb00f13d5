package main

import (
	"bufio"
	"errors"
	"io"
)

// output opens what -o names, lets write fill it, and closes it. Where -w - has
// stdout for the trace, what is not for a file goes to stderr. On a terminal,
// and wherever things happen live, each row appears as it is made; elsewhere
// writes are gathered.
func (v *view) output(e *env, write func(io.Writer) error) error {
	if v.out == "-" && v.aside {
		return write(e.stderr)
	}
	out, err := create(e, v.out)
	if err != nil {
		return err
	}
	if v.live || v.out == "-" && e.terminal {
		return errors.Join(write(out), out.Close())
	}
	buffered := bufio.NewWriterSize(out, 1<<16)
	return errors.Join(write(buffered), buffered.Flush(), out.Close())
}
