// Package tsharktest has tshark read a trace, for tests that hold it beside what
// we say of the same frames.
package tsharktest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
)

// Program returns tshark's path. Without one it skips the test; on a build machine
// its absence is a failure.
func Program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("tshark")
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal("no tshark on this build machine: .ci/deps installs it")
	default:
		t.Skip("no tshark here to compare with (apt-get install tshark)")
	}
	return path
}

// Names are the findings that bear names of Wireshark's.
func Names() []string { return tcpstate.FindingNames()[:15] }

func fieldOf(finding string) string { return "tcp.analysis." + strings.ReplaceAll(finding, "-", "_") }

// Row is what tshark says of one frame.
type Row struct {
	// Fields holds, for each field that was asked for and that the frame has, its
	// values.
	Fields map[string][]string
	// Findings are those of Names that it has. Of a retransmission that is fast, or
	// spurious, tshark says both; here it is the one alone.
	Findings map[string]bool
}

// Read has tshark read a trace's frames, addresses as numbers: the findings and
// the fields of each. Options are further arguments: "-o", "tcp.check_checksum:TRUE".
func Read(t testing.TB, file string, fields []string, options ...string) []Row {
	t.Helper()
	args := append([]string{"-n", "-r", file, "-T", "json"}, options...)
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	for _, name := range Names() {
		args = append(args, "-e", fieldOf(name))
	}
	var complaint bytes.Buffer
	cmd := exec.CommandContext(t.Context(), Program(t), args...)
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, complaint.String())
	}
	var answers []struct {
		Source struct{ Layers map[string][]string } `json:"_source"`
	}
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("tshark's answer: %v", err)
	}
	rows := make([]Row, len(answers))
	for i, a := range answers {
		rows[i] = Row{Fields: a.Source.Layers, Findings: map[string]bool{}}
		for _, name := range Names() {
			if len(a.Source.Layers[fieldOf(name)]) > 0 {
				rows[i].Findings[name] = true
			}
		}
		if found := rows[i].Findings; found[tcpstate.FoundFastRetransmission] || found[tcpstate.FoundSpuriousRetransmission] {
			delete(found, tcpstate.FoundRetransmission)
		}
	}
	return rows
}
