// Command gentrace writes a trace to measure with: HTTP/1.1 over many
// connections at a time, with keep-alive exchanges of several sizes, losses,
// reordering, retransmissions and connections that come and go.
//
// The same seed makes the same bytes. Every checksum is right, every sequence
// number is what a stack would send, and every message is one that a server
// could have sent, so that any analyser takes the trace for a real one. It is
// written as it is made: to stdout, it may be of any length.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gentrace:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("gentrace", flag.ContinueOnError)
	o := options{}
	flags.IntVar(&o.frames, "frames", 2_000_000, "how many frames to write")
	flags.IntVar(&o.conns, "connections", 1000, "how many connections are alive at a time")
	flags.Uint64Var(&o.seed, "seed", 1, "the same seed makes the same trace")
	flags.BoolVar(&o.syns, "syns", false, "one SYN a connection and nothing else, each from an address of its own")
	out := flags.String("o", "-", "the file to write; - is stdout")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.conns < 1 || o.conns > 1<<20 || o.frames < 0 {
		return errors.New("connections: 1 to 1048576; frames: 0 or more")
	}
	if *out == "-" {
		return write(stdout, o)
	}
	f, err := os.Create(*out)
	if err != nil {
		return err
	}
	return errors.Join(write(f, o), f.Close())
}

// options say what trace to make.
type options struct {
	frames, conns int
	seed          uint64
	syns          bool
}

// write makes the trace.
func write(w io.Writer, o options) error {
	buf := bufio.NewWriterSize(w, 1<<18)
	t := newTap(buf, o.frames)
	if o.syns {
		flood(t)
	} else {
		traffic(t, o)
	}
	return errors.Join(t.err, buf.Flush())
}
