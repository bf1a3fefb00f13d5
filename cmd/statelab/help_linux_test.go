package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Every example works when it is pasted: line after line in an empty folder, on
// a network of its own where an echo server is on port 7007 and a web server on
// port 8080, as the examples take for granted. What goes on until Ctrl-C gets
// one; sudo is left out, for there one is root.
func TestExamplesWorkWhenPasted(t *testing.T) {
	t.Parallel()
	needs(t, "bash")
	if elsewhere(t) {
		return
	}
	for _, c := range commands(rootCommand()) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			for addr, server := range map[string][]string{
				"127.0.0.1:7007": {"tcp", "serve"},
				"127.0.0.1:8080": {"http", "serve"},
			} {
				if !strings.Contains(c.Example, strings.Join(server, " ")) {
					start(t, ns, "statelab", append(server, addr)...).address()
				}
			}
			folder := t.TempDir()
			for _, line := range examples(c) {
				if !strings.Contains(line, "statelab") {
					t.Errorf("%q does not run statelab", line)
				}
				if strings.Contains(line, "inspect -i") { // it has a screen to itself
					x := newViewer(t, "cd "+folder+"; "+line)
					x.shows("connection 1 of")
					x.press("q")
					x.shows("code=0")
					continue
				}
				cmd := exec.Command("bash", "-c", "sudo() { \"$@\"; }; set -o pipefail\n"+line)
				cmd.Dir = folder
				cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
				p := startCommand(t, ns, cmd)
				endless := strings.Contains(line, " serve") || strings.Contains(line, "statelab capture") && !strings.Contains(line, "--for")
				switch {
				case endless && strings.Contains(line, " serve"):
					p.address()
				case endless:
					p.stderr.has(t, "capturing")
				default:
					if err := p.stdin.Close(); err != nil {
						t.Fatal(err)
					}
				}
				if endless {
					if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
						t.Fatal(err)
					}
				}
				if code := p.wait(); code != exitFine {
					t.Errorf("%s\nexit code %d\n%s", line, code, tail(p.stderr))
				}
			}
		})
	}
}
