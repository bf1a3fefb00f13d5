package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/testscript"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// TestScripts runs testdata/script: what the program promises, one behaviour a
// file, on the command line.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     cmdExits,
			"needs":     cmdNeeds,
			"plain":     cmdPlain,
			"parses":    cmdParses,
			"catalogue": cmdCatalogue,
			"caret":     cmdCaret,
			"repack":    cmdRepack,
			"cut":       cmdCut,
			"frames":    cmdFrames,
			"doctor":    cmdDoctor,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("LC_ALL", "C.UTF-8")
			traces, err := filepath.Abs("../../docs/traces")
			if err != nil {
				return err
			}
			e.Setenv("TRACES", traces)
			e.Values[testKey{}] = e.T()
			return nil
		},
	})
}

type testKey struct{}

// cmdExits runs a program that is to end with a code: exits 2 statelab tpc.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// cmdNeeds skips the script for want of a program: see needs.
func cmdNeeds(ts *testscript.TestScript, _ bool, args []string) {
	needs(ts.Value(testKey{}).(testing.TB), args...)
}

// cmdPlain wants text that can do nothing to a terminal: plain FILE…
func cmdPlain(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		err := plain(ts.ReadFile(name))
		if (err != nil) != neg {
			ts.Fatalf("%s: %v", name, err)
		}
	}
}

// plain refuses text with control characters, invalid UTF-8 or marks that
// change the direction of writing.
func plain(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("invalid UTF-8")
	}
	for i, r := range text {
		if r != '\n' && r != '\t' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r)) {
			return fmt.Errorf("%U at byte %d: %q", r, i, text[max(0, i-40):min(len(text), i+40)])
		}
	}
	return nil
}

// cmdParses reads a file as the format says: parses jsonl stdout.
func cmdParses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: parses FORMAT FILE")
	}
	ts.Check(parse(args[0], ts.ReadFile(args[1])))
}

// cmdCatalogue wants a list of lessons for programs, of at least so many:
// catalogue 5 stdout.
func cmdCatalogue(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: catalogue NUMBER FILE")
	}
	least, err := strconv.Atoi(args[0])
	ts.Check(err)
	var entries []struct {
		Name, Title string
		Claims      []string
		Refutes     []int
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[1])))
	dec.DisallowUnknownFields()
	ts.Check(dec.Decode(&entries))
	if len(entries) < least {
		ts.Fatalf("%d entries, want at least %d", len(entries), least)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Name == "" || e.Title == "" || e.Claims == nil || e.Refutes == nil || seen[e.Name] {
			ts.Fatalf("an entry is incomplete, or there twice: %+v", e)
		}
		seen[e.Name] = true
	}
}

// cmdCaret wants a caret under the beginning of a word, in the line above it:
// caret stderr 'dat segment'.
func cmdCaret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: caret FILE WORD")
	}
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "^" })
	if at < 1 {
		ts.Fatalf("no caret")
	}
	before, _, ok := strings.Cut(lines[at-1], args[1])
	if want := ansi.StringWidth(before); !ok || ansi.StringWidth(lines[at])-1 != want {
		ts.Fatalf("the caret is not under %q:\n%s\n%s", args[1], lines[at-1], lines[at])
	}
}

// cmdDoctor wants doctor's answer for programs, with a remedy or a way around for
// each no: doctor stdout.
func cmdDoctor(ts *testscript.TestScript, neg bool, args []string) {
	var checks []check
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &checks))
	if len(checks) < 5 {
		ts.Fatalf("%d checks", len(checks))
	}
	for _, c := range checks {
		if c.Name.En == "" || c.Name.Ko == "" || c.Needed.En == "" || c.Found == "" {
			ts.Fatalf("incomplete: %+v", c)
		}
		if !c.OK && c.Remedy == "" && c.Instead.En == "" {
			ts.Fatalf("a no without a remedy: %+v", c)
		}
	}
}

// cmdFrames wants so many frames in a trace: frames 3 handshake.pcapng.
func cmdFrames(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: frames NUMBER TRACE")
	}
	if got := fmt.Sprint(len(readTrace(ts, ts.ReadFile(args[1])))); got != args[0] {
		ts.Fatalf("%s frames, want %s", got, args[0])
	}
}

func readTrace(ts *testscript.TestScript, text string) []capture.Frame {
	r, err := pcapfile.NewReader(strings.NewReader(text))
	ts.Check(err)
	var all []capture.Frame
	for f, err := range r.Frames() {
		ts.Check(err)
		all = append(all, f.Clone())
	}
	return all
}

// cmdRepack writes a trace as classic pcap: repack us|ns little|big IN OUT.
func cmdRepack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: repack us|ns little|big IN OUT")
	}
	out := classic(args[0] == "ns", args[1] == "big", readTrace(ts, ts.ReadFile(args[2])))
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), out, 0o644))
}

// cmdCut writes all but the last bytes of a file: cut NUMBER IN OUT.
func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: cut NUMBER IN OUT")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	b := ts.ReadFile(args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(b[:len(b)-n]), 0o644))
}

// try runs a command line in this process, in an environment of its own, and
// returns what it wrote and its exit code.
func try(t testing.TB, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), &env{
		args: args, stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs,
		getenv: func(string) string { return "" }, width: 80,
	})
	return out.String(), errs.String(), code
}
