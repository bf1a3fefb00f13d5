package main

import (
	"io"
	"strings"
	"testing"
)

// firstWrite keeps what was written first.
type firstWrite struct{ text string }

func (f *firstWrite) Write(b []byte) (int, error) {
	if f.text == "" {
		f.text = string(b)
	}
	return len(b), nil
}

// TestHeadComesFirst: whoever waits for a lesson, through a pipe too, has its head to
// read before it has run.
func TestHeadComesFirst(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"http", "demo", "vending"}, {"tcp", "demo", "handshake"}} {
		out := &firstWrite{}
		code := run(t.Context(), &env{args: args, stdin: strings.NewReader(""), stdout: out, stderr: io.Discard, getenv: func(string) string { return "" }, width: 80})
		if lines := strings.Count(out.text, "\n"); code != exitFine || lines == 0 || lines > 8 || !strings.HasSuffix(out.text, "\n\n") {
			t.Errorf("%v: exit code %d, and first comes\n%s", args, code, out.text)
		}
	}
}
