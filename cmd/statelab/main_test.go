package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts a command named statelab on the PATH: this test binary, which
// under that name is the program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"statelab": main})
}

// needs skips a test for want of a program or a right, and says which. Under CI
// nothing may be skipped.
//
// Beside names of programs, what may be "root" (to become another user)
// or "namespace" (to make a network namespace).
func needs(t testing.TB, what ...string) {
	t.Helper()
	for _, w := range what {
		reason := ""
		switch w {
		case "root":
			if os.Geteuid() != 0 {
				reason = "not root"
			}
		case "namespace":
			reason = noNamespace()
		case "tcpdump":
			if os.Geteuid() != 0 {
				reason = "tcpdump changes its user, which it cannot in a user namespace: not root"
			}
			fallthrough
		default:
			if _, err := exec.LookPath(w); err != nil && reason == "" {
				reason = w + " is not installed"
			}
		}
		switch {
		case reason == "":
		case os.Getenv("CI") == "true":
			t.Fatalf("%s, and under CI nothing is skipped", reason)
		default:
			t.Skip(reason)
		}
	}
}
