package main

import (
	"bufio"
	"errors"
	"io"
	"os"
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
		return closed(out, write(out))
	}
	buffered := bufio.NewWriterSize(out, 1<<16)
	return closed(out, errors.Join(write(buffered), buffered.Flush()))
}

// outputFile is a file that is to be written. What it held stays until there is
// something to write.
type outputFile struct {
	*os.File
	fresh bool // it was not there before
	begun bool
}

func (o *outputFile) begin() error {
	if o.begun {
		return nil
	}
	o.begun = true
	return o.Truncate(0)
}

func (o *outputFile) Write(b []byte) (int, error) {
	if err := o.begin(); err != nil {
		return 0, err
	}
	return o.File.Write(b)
}

// Close ends a file that holds what was written, be it nothing.
func (o *outputFile) Close() error { return errors.Join(o.begin(), o.File.Close()) }

// closed closes an output to which was written until err. Where that came before all
// that was to be written, the file is as it was.
func closed(out io.Closer, err error) error {
	o, ok := out.(*outputFile)
	if err == nil || !ok || o.begun {
		return errors.Join(err, out.Close())
	}
	if o.fresh {
		err = errors.Join(err, os.Remove(o.Name()))
	}
	return errors.Join(err, o.File.Close())
}
