package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// newViewer opens the viewer in a terminal of 100 by 30 cells.
func newViewer(t testing.TB, command string) *terminal {
	t.Helper()
	x := newTerminal(t)
	x.tmux("resize-window", "-x", "100", "-y", "30")
	x.run("clear; " + command + "; echo code=$?")
	return x
}

// Every key does in a terminal what its help says.
func TestViewerKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "st.pcapng")
	if out, err := exec.Command("statelab", "http", "demo", "stateless", "-w", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	x := newViewer(t, "cd "+dir+"; statelab inspect -i st.pcapng")
	x.shows("connection 1 of 3")
	x.tmux("set-option", "-s", "set-clipboard", "on")
	for _, step := range []struct {
		keys  []string
		shown string
	}{
		{[]string{"Down"}, "connection 2 of 3"},
		{[]string{"j"}, "connection 3 of 3"},
		{[]string{"k", "Up"}, "connection 1 of 3"},
		{[]string{"End"}, "connection 3 of 3"},
		{[]string{"Home"}, "connection 1 of 3"},
		{[]string{"G"}, "connection 3 of 3"},
		{[]string{"g"}, "connection 1 of 3"},
		{[]string{"PPage", "NPage"}, "connection 3 of 3"},
		{[]string{">"}, "client▲"},
		{[]string{"r"}, "client▼"},
		{[]string{"<"}, "#▲"},
		{[]string{"2"}, "nothing was found"},
		{[]string{"3"}, "GET /api/public"},
		{[]string{"Enter"}, "SYN-SENT"},
		{[]string{"Escape"}, "row 1 of 4"},
		{[]string{"1"}, "connection 3 of 3"},
		{[]string{"Home", "Enter"}, "SYN-SENT"},
		{[]string{"Down", "Space"}, "frame 1 is marked"},
		{[]string{"Down", "Down", "Space"}, "frames 1 and 2 are marked"},
		{[]string{"d"}, "different fields"},
		{[]string{"Escape"}, "why"},
		{[]string{"t"}, "+0.0"},
		{[]string{"t"}, "time of day"},
		{[]string{"t", "s"}, "what the segment carries"},
		{[]string{"s", "s"}, "SYN of frame 1"},
		{[]string{"/"}, "search:"},
		{[]string{"p", "u", "b", "l", "i", "c", "Enter"}, "The client requests GET"},
		{[]string{"n"}, "row 1"},
		{[]string{"Enter"}, "Source Port"},
		{[]string{"h"}, "GET /api/public HTTP"},
		{[]string{"h", "Left"}, "frame"},
		{[]string{"Escape"}, "row "}, // by itself: with a letter at once it would be Alt
		{[]string{"o"}, "> GET /api/public"},
		{[]string{"h"}, "47 45 54 20"},
		{[]string{"v"}, "the client only"},
		{[]string{"Tab"}, "connection 1 of 3"},
		{[]string{"BTab"}, "5 stream"},
		{[]string{"1", "F"}, "Tab completes"},
		{[]string{"x", " ", "Enter"}, "there is no field x"},
		{[]string{"Escape"}, "sort"},
		{[]string{"?"}, "Everywhere"},
		{[]string{"q", "l"}, "연결 1/3"},
		{[]string{"l", "y"}, "copied to the terminal"},
		{[]string{"e", "Tab", "Enter"}, "written: st.connections.csv"},
		{[]string{"e", "Tab", "Enter"}, "st.connections.csv exists. Overwrite it?"},
		{[]string{"n"}, "nothing was written"},
		{[]string{"f"}, "no finding that way"},
		{[]string{"Escape"}, "q quits"},
	} {
		x.press(step.keys...)
		x.shows(step.shown)
	}
	if csv, err := os.ReadFile(filepath.Join(dir, "st.connections.csv")); err != nil || !strings.HasPrefix(string(csv), "stream,client_ip,") {
		t.Errorf("the table was written as %q: %v", csv, err)
	}
	if copied := x.tmux("show-buffer"); !strings.HasPrefix(copied, "#0  10.0.0.1:") {
		t.Errorf("the clipboard holds %q", copied)
	}
	x.tmux("resize-window", "-x", "30", "-y", "8")
	x.shows("too small")
	x.tmux("resize-window", "-x", "60", "-y", "14")
	x.shows("10.0.0.1:52911")
	x.press("q")
	x.shows("code=0")
	x.run("stty -a")
	x.shows(" icanon")
}

// A trace may come through a pipe; keys come from the terminal all the same.
func TestViewerOfAPipe(t *testing.T) {
	t.Parallel()
	x := newViewer(t, "cat "+lossTrace(t)+" | statelab inspect -i -")
	x.shows("connection 1 of 1")
	x.press("Enter", "f")
	x.shows("retransmission")
	x.press("C-c")
	x.shows("code=0")
}

// Without colours nothing is lost: the signs say the same.
func TestViewerWithoutColours(t *testing.T) {
	t.Parallel()
	file := lossTrace(t)
	for _, how := range []string{"NO_COLOR=1 statelab inspect -i ", "statelab inspect --color never --ascii -i "} {
		x := newViewer(t, how+file)
		x.shows("connection 1 of 1")
		x.press("Enter", "f")
		x.shows("retransmission")
		if screen := x.tmux("capture-pane", "-p", "-e"); strings.Contains(screen, "\x1b[3") || strings.Contains(screen, "\x1b[7") {
			t.Errorf("%s: colours\n%q", how, screen)
		}
	}
}

// A trace that is cut off is shown up to there, which the exit code tells too.
func TestViewerOfDamage(t *testing.T) {
	t.Parallel()
	file := lossTrace(t)
	if info, err := os.Stat(file); err != nil || os.Truncate(file, info.Size()-300) != nil {
		t.Fatal(err)
	}
	x := newViewer(t, "statelab inspect -i "+file)
	x.shows("damaged: shown up to there")
	x.press("q")
	x.shows("code=1")
}

// What a peer sent does nothing to the terminal.
func TestViewerHostile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "hostile.pcapng")
	if err := os.WriteFile(file, []byte(hostileTrace(t)), 0o666); err != nil {
		t.Fatal(err)
	}
	x := newViewer(t, "statelab inspect -i "+file)
	x.shows("connection 1 of 2")
	for _, k := range []string{"Down", "Enter", "s", "End", "Enter", "h", "Escape", "o", "h", "s", "3", "e"} {
		x.press(k)
	}
	x.shows("save as:")
	if title := x.tmux("display-message", "-p", "#{pane_title}"); strings.TrimSpace(title) == "owned" {
		t.Errorf("the peer has named the terminal %q", title)
	}
	x.press("C-c")
	x.shows("code=0")
}
