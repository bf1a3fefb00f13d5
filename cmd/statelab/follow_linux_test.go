package main

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What the two programs said to each other is what tshark follows, byte for
// byte, through loss, reordering, duplicates and damage.
func TestFollowIsTshark(t *testing.T) {
	needs(t, "tshark")
	t.Parallel()
	for _, lesson := range [][]string{
		{"tcp", "demo", "echo", "--rule", "loss 20%"},
		{"tcp", "demo", "fast-retransmit"},
		{"tcp", "demo", "reorder"},
		{"tcp", "demo", "duplicate"},
		{"tcp", "demo", "corrupt"},
		{"tcp", "demo", "framing", "--at", "server"},
		{"http", "demo", "stateless", "--rule", "duplicate 1st data segment"},
	} {
		t.Run(strings.Join(lesson, " "), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "trace.pcapng")
			if _, errs, code := try(t, "", append(lesson, "-w", file)...); code != exitFine {
				t.Fatal(errs)
			}
			pcapng, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := exec.Command("tshark", "-r", file, "-o", "tcp.check_checksum:TRUE", "-q", "-z", "follow,tcp,raw,0").Output()
			if err != nil {
				t.Fatal(err)
			}
			want := followed(t, string(raw))
			if want["client"] == "" {
				t.Fatal("tshark follows nothing")
			}
			for _, side := range []string{"client", "server"} {
				got, errs, code := try(t, string(pcapng), "inspect", "-", "--stream", "0", "--view", "follow", "--format", "raw", "--side", side)
				if code != exitFine {
					t.Fatal(errs)
				}
				if got != want[side] {
					t.Errorf("the %s said %q, and by tshark %q", side, got, want[side])
				}
			}
		})
	}
}

// followed reads tshark's follow,tcp,raw: a line of hexadecimal a segment, the
// server's after a tab. Lines above them name the ends.
func followed(t *testing.T, out string) map[string]string {
	t.Helper()
	said := map[string]string{}
	_, body, _ := strings.Cut(out, "Node 1:")
	_, body, _ = strings.Cut(body, "\n")
	for line := range strings.Lines(body) {
		side, line := "client", strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(line, "\t"); ok {
			side, line = "server", rest
		}
		if strings.HasPrefix(line, "=") {
			continue
		}
		b, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		said[side] += string(b)
	}
	return said
}
