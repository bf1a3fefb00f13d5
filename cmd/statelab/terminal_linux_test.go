package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// terminal is a terminal of tmux's, with a shell in it.
type terminal struct {
	t      testing.TB
	socket string
}

func newTerminal(t testing.TB) *terminal {
	t.Helper()
	needs(t, "tmux", "bash")
	folder, err := os.MkdirTemp("", "tmux") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t, filepath.Join(folder, "s")}
	cmd := exec.Command("tmux", "-S", x.socket, "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "200",
		"PS1='ready> ' LC_ALL=C.UTF-8 exec bash --norc --noprofile")
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("on the screen:\n%s", x.screen())
		}
		x.tmux("kill-server")
		_ = os.RemoveAll(folder)
	})
	x.shows("ready>")
	return x
}

func (x *terminal) tmux(args ...string) string {
	x.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", x.socket}, args...)...).CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// screen is what stands on it.
func (x *terminal) screen() string {
	return strings.TrimRight(x.tmux("capture-pane", "-p"), "\n") + "\n"
}

// press presses keys, by tmux's names.
func (x *terminal) press(keys ...string) { x.tmux(append([]string{"send-keys"}, keys...)...) }

// run types a line.
func (x *terminal) run(line string) {
	x.tmux("send-keys", "-l", line)
	x.press("Enter")
}

// shows waits until a text stands on the screen.
func (x *terminal) shows(text string) {
	x.t.Helper()
	eventually(x.t, "on the screen: "+text, func() bool { return strings.Contains(x.screen(), text) })
}

// With --step each key shows one more row; q ends it, and leaves the terminal
// as it was.
func TestStep(t *testing.T) {
	t.Parallel()
	x := newTerminal(t)
	x.run("clear; statelab tcp demo handshake --step; echo code=$?")
	x.shows("any key: the next row; q: end")
	rows := []string{
		"listen(port 7", "connect(10.0.0.2:7)", "SYN seq=0", "SYN,ACK seq=0 ack=1", "ACK seq=1 ack=1",
	}
	for i, row := range rows {
		for _, later := range rows[i:] {
			if strings.Contains(x.screen(), later) {
				t.Fatalf("%q is shown before its key", later)
			}
		}
		// The ladder's head and titles of steps take a key as well.
		for presses := 0; !strings.Contains(x.screen(), row); presses++ {
			if presses == 3 {
				t.Fatalf("%q is not shown after %d keys", row, presses)
			}
			before := x.screen()
			x.press("Space")
			eventually(t, "something new", func() bool { return x.screen() != before })
		}
	}
	x.press("q")
	x.shows("code=0")
	x.run("stty -a")
	x.shows(" icanon")
	if screen := x.screen(); strings.Contains(screen, "-icanon") || strings.Contains(screen, "-echo ") {
		t.Error("the terminal is left raw")
	}
	if strings.Contains(x.screen(), "Who remembered") {
		t.Error("q did not end it: the tables are there")
	}
}

// Ctrl-C leaves --step as q does, and --predict too.
func TestCtrlCLeavesStep(t *testing.T) {
	t.Parallel()
	for _, flags := range []string{"--step", "--step --predict", "--pace 1h"} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()
			x := newTerminal(t)
			x.run("clear; statelab tcp demo handshake " + flags + "; echo code=$?")
			x.shows("accept().") // the end of the introduction
			if strings.Contains(flags, "predict") {
				x.shows("the next segment comes from the client")
			}
			x.press("C-c")
			x.shows("code=0")
			x.run("echo again")
			x.shows("ready> echo again\nagain")
		})
	}
}

// Ctrl-C ends a server, and the terminal's ^C stands on a line of its own: what
// is told of the end begins where every row does.
func TestCtrlCEndsAServer(t *testing.T) {
	t.Parallel()
	x := newTerminal(t)
	x.run("clear; statelab tcp serve 127.0.0.1:0; echo code=$?")
	x.shows("LISTEN")
	x.press("C-c")
	x.shows("code=0")
	for line := range strings.Lines(x.screen()) {
		if strings.Contains(line, "^C") && strings.TrimSpace(line) != "^C" {
			t.Errorf("beside ^C: %s", line)
		}
	}
	if !strings.Contains(x.screen(), "CLOSED") {
		t.Error("the end is not told")
	}
}

// On a terminal there is colour, unless NO_COLOR or TERM say otherwise.
func TestColourOnATerminal(t *testing.T) {
	t.Parallel()
	x := newTerminal(t)
	for i, test := range []struct {
		env    string
		colour bool
	}{{"", true}, {"NO_COLOR=1 ", false}, {"TERM=dumb ", false}} {
		x.run(fmt.Sprintf("clear; %sstatelab tcp demo handshake; echo run-%d=$?", test.env, i))
		x.shows(fmt.Sprintf("run-%d=0", i))
		if got := strings.Contains(x.tmux("capture-pane", "-p", "-e"), "\x1b[3"); got != test.colour {
			t.Errorf("%q: colour %v, want %v", test.env, got, test.colour)
		}
	}
	// A trace is binary: it does not go to a terminal.
	x.run("clear; statelab tcp demo handshake -w -; echo done=$?")
	x.shows("done=2")
	x.shows("this output is binary")
}

// With --predict flags, seq and ack are asked for before they are shown, and the
// answers graded.
func TestPredict(t *testing.T) {
	t.Parallel()
	answers := "SYN 0\nACK,SYN 0 1\nACK 7 1\n"
	out, errs, code := try(t, answers, "tcp", "demo", "handshake", "--step", "--predict")
	if code != exitFine {
		t.Fatalf("%d: %s", code, errs)
	}
	for _, want := range []string{"comes from the client", "comes from the server", "✓ 1/1", "✓ 2/2", "✗ ACK 1 1   2/3"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not there", want)
		}
	}
	asked, shown := strings.Index(out, "✓ 1/1"), strings.Index(out, "SYN seq=0")
	if asked < 0 || shown < asked {
		t.Errorf("the segment is shown (at %d) before it is asked for (at %d)", shown, asked)
	}
	// A peer's or a pupil's PSH does not matter, nor how flags are joined.
	out, _, _ = try(t, "syn 0\nsyn+ack 0 1\nack|psh 1 1\n", "tcp", "demo", "handshake", "--step", "--predict", "--lang", "ko")
	for _, want := range []string{"클라이언트가 보냅니다", "✓ 3/3"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not there:\n%s", want, out)
		}
	}
	// What is no answer is no miss: it is asked for again, with what can be answered.
	out, _, _ = try(t, "ESTABLISHED\nsyn\nsyn zero\nack 0\nhello 1 2\nsyn 0\n", "tcp", "demo", "handshake", "--step", "--predict")
	if again := strings.Count(out, "Not an answer. Flags: SYN FIN RST PSH ACK"); again != 5 || !strings.Contains(out, "✓ 1/1") {
		t.Errorf("asked again %d times:\n%s", again, out)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "the next segment") && len(strings.TrimSpace(line)) > 80 {
			t.Errorf("too long to be answered beside: %q", line)
		}
	}
	// q, or the end of input, ends it.
	for _, in := range []string{"q\n", ""} {
		out, _, code = try(t, in, "tcp", "demo", "handshake", "--step", "--predict")
		if code != exitFine || strings.Contains(out, "SYN seq=0") {
			t.Errorf("%q: code %d:\n%s", in, code, out)
		}
	}
}

// --pace shows row after row, as time passes.
func TestPace(t *testing.T) {
	t.Parallel()
	const pace = 40 * time.Millisecond
	began := time.Now()
	p := start(t, nil, "statelab", "tcp", "demo", "handshake", "--pace", pace.String())
	if early := p.stdout.has(t, "listen(port 7"); strings.Contains(early, "SYN,ACK") {
		t.Error("all rows came at once")
	}
	if code := p.wait(); code != exitFine {
		t.Fatal(code)
	}
	if took := time.Since(began); took < 8*pace {
		t.Errorf("it took %v", took)
	}
	film := p.stdout.String()
	page, _, _ := try(t, "", "tcp", "demo", "handshake")
	if film != page {
		t.Errorf("the film shows something else than the page:\n%s\n%s", film, page)
	}
}
