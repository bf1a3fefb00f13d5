package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long something that has to happen may take.
const patience = 20 * time.Second

// transcript is what a process has written until now.
type transcript struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed at the next write
}

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

func (o *transcript) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(b)
}

func (o *transcript) now() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.changed
}

// String is all that was written.
func (o *transcript) String() string { s, _ := o.now(); return s }

// await waits until good says that the output is what it has to become, and
// returns it.
func (o *transcript) await(t testing.TB, what string, good func(string) bool) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		text, changed := o.now()
		if good(text) {
			return text
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waited for %s; there is only:\n%s", what, text)
		}
	}
}

// has waits for a text.
func (o *transcript) has(t testing.TB, text string) string {
	t.Helper()
	return o.await(t, text, func(s string) bool { return strings.Contains(s, text) })
}

// process is a program that a test has started.
type process struct {
	t              testing.TB
	cmd            *exec.Cmd
	stdin          io.WriteCloser
	stdout, stderr *transcript
	ended          chan struct{} // closed when it has
	err            error
}

// start starts a program, in ns if there is one. It is killed at the end of the
// test if it goes on until then.
func start(t testing.TB, ns *namespace, name string, args ...string) *process {
	t.Helper()
	return startCommand(t, ns, exec.Command(name, args...))
}

func startCommand(t testing.TB, ns *namespace, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, stdout: newTranscript(), stderr: newTranscript(), ended: make(chan struct{})}
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = p.stdout, p.stderr
	if cmd.Env == nil {
		cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8")
	}
	cmd.WaitDelay = time.Second
	if ns == nil {
		err = cmd.Start()
	} else {
		ns.do(func() { err = cmd.Start() })
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s\nstdout: %s\nstderr: %s", cmd, tail(p.stdout), tail(p.stderr))
		}
	})
	return p
}

// tail is the last of an output.
func tail(o *transcript) string {
	s := o.String()
	return s[max(0, len(s)-1500):]
}

// say writes to the program's stdin.
func (p *process) say(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits for the end and returns the exit code; -1 where a signal ended it.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("%s goes on", p.cmd)
	}
	if e, ok := errors.AsType[*exec.ExitError](p.err); ok {
		return e.ExitCode()
	}
	if p.err != nil {
		p.t.Fatal(p.err)
	}
	return 0
}

// promptly is a second, and as much again for a machine that is busy.
const promptly = 2 * time.Second

// interrupt presses Ctrl-C, and wants a clean end at once.
func (p *process) interrupt() {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
	if code := p.wait(); code != exitFine {
		p.t.Fatalf("%s: exit code %d after Ctrl-C\n%s", p.cmd, code, p.stderr)
	}
	if took := time.Since(began); took > promptly {
		p.t.Errorf("%s took %v to end", p.cmd, took)
	}
}

var listening = regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)

// address waits until a server listens, and returns where.
func (p *process) address() string {
	p.t.Helper()
	text := p.stderr.await(p.t, "a listener", listening.MatchString)
	return listening.FindStringSubmatch(text)[1]
}

// eventually waits until something holds that can only be asked for.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it never came to this: %s", what)
		}
	}
}
