package main

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"statelab/capture/pcapfile"
)

// A port that somebody else has is a failure, and the hint finds out who.
func TestPortInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, what := range []string{"tcp", "http"} {
		_, errs, code := try(t, "", what, "serve", l.Addr().String())
		if code != exitFailed || !strings.Contains(errs, "address already in use") || !strings.Contains(errs, "hint: another program has the port") {
			t.Errorf("%s serve: exit code %d: %s", what, code, errs)
		}
	}
}

// An interface that there is not is a misuse, and those that there are stand in
// the hint.
func TestNoSuchInterface(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	for _, args := range [][]string{
		{"capture", "-i", "nope0"},
		{"tcp", "serve", "127.0.0.1:0", "-i", "nope0"},
	} {
		p := start(t, ns, "statelab", args...)
		if code := p.wait(); code != exitMisuse {
			t.Errorf("%v: exit code %d", args, code)
		}
		if errs := p.stderr.String(); !strings.Contains(errs, `no interface "nope0"`) || !strings.Contains(errs, "hint: this machine has lo") {
			t.Errorf("%v: %s", args, errs)
		}
	}
}

// One that has no rights is told the line to paste, and what works without; the
// servers work, and say what they cannot see.
func TestUnprivileged(t *testing.T) {
	t.Parallel()
	binary, become := asNobody(t)
	run := func(args ...string) *process {
		cmd := exec.Command(binary, args...)
		cmd.Dir = "/"
		cmd.SysProcAttr = become
		return startCommand(t, nil, cmd)
	}
	for _, args := range [][]string{
		{"capture", "-i", "lo"},
		{"tcp", "serve", "127.0.0.1:0", "--capture"},
		{"http", "serve", "127.0.0.1:0", "-w", "-"},
	} {
		p := run(args...)
		if code := p.wait(); code != exitFailed {
			t.Errorf("%v: exit code %d", args, code)
		}
		for _, want := range []string{"no right to capture on lo", "hint: sudo setcap cap_net_raw+ep " + binary, "statelab tcp demo"} {
			if errs := p.stderr.String(); !strings.Contains(errs, want) {
				t.Errorf("%v does not say %q:\n%s", args, want, errs)
			}
		}
		if out := p.stdout.String(); out != "" {
			t.Errorf("%v wrote %q", args, out)
		}
	}
	for _, args := range [][]string{{"tcp", "demo", "handshake"}, {"http", "demo", "stateless"}, {"doctor"}} {
		if p := run(args...); p.wait() != exitFine {
			t.Errorf("%v: %s", args, p.stderr)
		}
	}
	p := run("tcp", "serve", "127.0.0.1:0")
	p.stdout.has(t, "LISTEN")
	c, err := net.Dial("tcp4", p.address())
	if err != nil {
		t.Fatal(err)
	}
	echo(t, c, "hello\n")
	p.stdout.has(t, "ESTABLISHED")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	p.stdout.has(t, "6 bytes in, 6 out")
	p.interrupt()

	p = run("doctor", "--lang", "ko")
	if p.wait(); !strings.Contains(p.stdout.String(), "캡처할 권한이 없습니다") || strings.Contains(p.stdout.String(), "no right to capture") {
		t.Errorf("doctor in Korean: %s", p.stdout)
	}

	p = run("tcp", "demo", "handshake", "--net", "host", "--explain")
	if code := p.wait(); code != exitFine {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	if !strings.Contains(p.stderr.String(), "no right to capture") || !strings.Contains(p.stdout.String(), "ESTABLISHED") {
		t.Errorf("without frames, states alone:\n%s\n%s", p.stdout, p.stderr)
	}
	for _, claim := range []string{"SYN cookie", "no such edge", "no longer observed"} {
		if strings.Contains(p.stdout.String(), claim) {
			t.Errorf("polling does not tell %q:\n%s", claim, p.stdout)
		}
	}

	p = run("tcp", "demo", "handshake", "--net", "host", "--format", "svg")
	if p.wait(); !strings.Contains(p.stdout.String(), ">Three segments open a connection<") || !strings.Contains(p.stdout.String(), "statelab tcp demo handshake · host") {
		t.Errorf("a picture's head: %s", p.stdout)
	}
}

// asNobody returns the program where everyone may run it, and what makes a
// process one without rights.
func asNobody(t *testing.T) (binary string, become *syscall.SysProcAttr) {
	t.Helper()
	here, err := exec.LookPath("statelab")
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return here, nil
	}
	folder, err := os.MkdirTemp("", "statelab-nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	binary = filepath.Join(folder, "statelab")
	// Another process writes it: a file that this one has open for writing could
	// pass to a child at any moment, and could not be run as long.
	if err := errors.Join(os.Chmod(folder, 0o755), exec.Command("cp", here, binary).Run(), os.Chmod(binary, 0o755)); err != nil {
		t.Fatal(err)
	}
	return binary, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

// echo sends a line and wants it back.
func echo(t testing.TB, c net.Conn, line string) {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, len(line))
	if _, err := io.WriteString(c, line); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, back); err != nil || string(back) != line {
		t.Fatalf("%q came back, %v", back, err)
	}
}

// Ctrl-C ends a server within a second, with its connections closed properly
// and every frame of that in the trace.
func TestCtrlCWithOpenConnections(t *testing.T) {
	t.Parallel()
	needs(t, "tcpdump", "tshark")
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	trace := filepath.Join(t.TempDir(), "ours.pcapng")
	p := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0", "--capture", "--no-split", "-w", trace)
	addr := p.address()
	stop := tcpdump(t, ns, portOf(addr), shortFrames)
	silent, talking := ns.dial(t, addr), ns.dial(t, addr)
	echo(t, silent, "x\n")
	echo(t, talking, "hello\n")
	p.interrupt()
	if n, err := silent.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("a client reads %d, %v: want the server's FIN", n, err)
	}
	text := p.stdout.String()
	if n := strings.Count(text, "FIN-WAIT-1"); n < 2 {
		t.Errorf("%d servers' ends are shown closing, want 2\n%s", n, text)
	}
	if got, want := opens(t, trace), 2*(3+4+2); got < want {
		t.Errorf("%d frames, want at least %d: handshake, echo and FIN of two connections", got, want)
	}
	sameFrames(t, trace, stop())
}

// A server killed at any moment leaves a trace that opens, and of which we and
// tshark read the same frames. The last one may be cut off: the kernel ends a
// write of more than one page where the signal finds it.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	needs(t, "tshark")
	if elsewhere(t) {
		return
	}
	for range 8 {
		ns := newNamespace(t)
		trace := filepath.Join(t.TempDir(), "ours.pcapng")
		p := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0", "--capture", "-w", trace)
		c := ns.dial(t, p.address())
		block := bytes.Repeat([]byte("0123456789abcdef\n"), 3000)
		go func() { _, _ = io.Copy(io.Discard, c) }()
		go func() {
			for {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}()
		size := rand.Int64N(1 << 20)
		eventually(t, "the trace has grown", func() bool {
			s, err := os.Stat(trace)
			return err == nil && s.Size() > size
		})
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if code := p.wait(); code != -1 {
			t.Errorf("it ended by itself, with %d", code)
		}
		file, err := os.Open(trace)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pcapfile.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range r.Frames() {
			if err != nil {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("after %d bytes: %v", size, err)
				}
				break
			}
			n++
		}
		_ = file.Close()
		out, err := exec.Command("tshark", "-r", trace, "-T", "fields", "-e", "frame.number").Output()
		if e, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || !bytes.Contains(e.Stderr, []byte("cut short"))) {
			t.Errorf("tshark: %v", err)
		}
		if got := bytes.Count(out, []byte("\n")); n == 0 || got != n {
			t.Errorf("we read %d frames, tshark reads %d", n, got)
		}
	}
}

// Ctrl-C ends a capture within a second, and what it saw is whole.
func TestCtrlCEndsCapture(t *testing.T) {
	t.Parallel()
	needs(t, "tshark", "tcpdump")
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0")
	addr := server.address()
	_, port, _ := strings.Cut(addr, ":")
	trace := filepath.Join(t.TempDir(), "capture.pcapng")
	p := start(t, ns, "statelab", "capture", "-i", "lo", "--port", port, "--no-split", "-w", trace)
	p.stderr.has(t, "capturing on lo")
	stop := tcpdump(t, ns, portOf(addr), shortFrames)
	c := ns.dial(t, addr)
	echo(t, c, "hello\n")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Fatal(err)
	}
	p.interrupt() // at once: what is still in the ring belongs to it
	server.interrupt()
	sameFrames(t, trace, stop())
	opens(t, trace)
	for _, state := range []string{"SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "LAST-ACK", "TIME-WAIT"} {
		if !strings.Contains(p.stdout.String(), state) {
			t.Errorf("the ladder has no %s", state)
		}
	}
}

// Ctrl-C ends a client that waits for its user, and closes its connection.
func TestCtrlCEndsConnect(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0")
	p := start(t, ns, "statelab", "tcp", "connect", server.address())
	p.say("hello\n")
	p.stdout.has(t, "< hello")
	p.interrupt()
	server.stdout.has(t, "6 bytes in, 6 out")
	server.interrupt()
}

// A server whose output nobody reads any more ends.
func TestOutputIsClosed(t *testing.T) {
	t.Parallel()
	needs(t, "bash", "head")
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	p := start(t, ns, "bash", "-c", "statelab tcp serve 127.0.0.1:0 | head -n 1; echo ${PIPESTATUS[0]} >&2")
	addr := p.address()
	p.stdout.has(t, "LISTEN")
	ns.do(func() {
		if c, err := net.Dial("tcp4", addr); err == nil { // something to tell
			_ = c.Close()
		}
	})
	if code := p.wait(); code != exitFine || !strings.HasSuffix(p.stderr.String(), "\n0\n") {
		t.Errorf("%d: %s", code, p.stderr)
	}
}

// A line without end is cut off, and nothing of it reaches the terminal raw.
func TestEndlessLine(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	for _, more := range [][]string{nil, {"--capture"}, {"--capture", "--explain"}, {"--capture", "--format", "events"}} {
		p := start(t, ns, "statelab", append([]string{"tcp", "serve", "127.0.0.1:0", "--max-line", "1000"}, more...)...)
		c := ns.dial(t, p.address())
		go func() {
			for {
				if _, err := io.WriteString(c, hostile[:7]+"\x1b[31m\u202e\x9b"); err != nil {
					return
				}
			}
		}()
		got, err := io.ReadAll(c)
		if len(got) > 1000 {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
		p.stdout.has(t, "1000 out")
		p.interrupt()
		for _, text := range []string{p.stdout.String(), p.stderr.String()} {
			if err := plain(text); err != nil {
				t.Errorf("%v: %v", more, err)
			}
		}
	}
}

// With -w - stdout is the trace alone, frame by frame as it happens, and the
// ladder goes to stderr.
func TestLiveTraceOnStdout(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	p := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0", "-w", "-")
	c := ns.dial(t, p.address())
	echo(t, c, "hello\n")
	frames := func() int {
		r, err := pcapfile.NewReader(strings.NewReader(p.stdout.String()))
		if err != nil {
			return 0
		}
		n := 0
		for _, err := range r.Frames() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	eventually(t, "handshake and echo stand in the trace while the connection is open", func() bool { return frames() >= 5 })
	p.stderr.has(t, "SYN-SENT")
	p.interrupt()
}

// One connection more than are allowed is closed at once; when a place is free
// again, it is given away.
func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	p := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0", "--max-connections", "2")
	addr := p.address()
	a, b := ns.dial(t, addr), ns.dial(t, addr)
	echo(t, a, "a\n")
	echo(t, b, "b\n")
	if n, err := ns.dial(t, addr).Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the third reads %d, %v: want EOF", n, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	p.stdout.has(t, "#1 ")
	p.stdout.has(t, "2 bytes in, 2 out")
	echo(t, ns.dial(t, addr), "d\n")
	p.interrupt()
}
