package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// Exit codes.
const (
	exitFine   = 0
	exitFailed = 1
	exitMisuse = 2
)

// misuse marks an error as the caller's: exit code 2.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func misusef(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// run executes the command line in e and returns the exit code.
func run(ctx context.Context, e *env) int {
	root := newRoot(e)
	root.SetArgs(e.args)
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	return report(ctx, e.stderr, root.ExecuteContext(ctx))
}

// report prints err, if it is one, and says how the process should end.
func report(ctx context.Context, stderr io.Writer, err error) int {
	switch {
	case err == nil, errors.Is(err, errQuit):
		return exitFine
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitFine // stopped by a signal, cleanly
	case errors.Is(err, syscall.EPIPE):
		return exitFine // the reader of our output has seen enough
	}
	var said []error
	for _, err := range flatten(err) {
		if !slices.ContainsFunc(said, func(before error) bool { return sameFailure(before, err) }) {
			said = append(said, err)
			fmt.Fprintln(stderr, "statelab: "+escapeLines(err.Error()))
		}
	}
	if _, ok := errors.AsType[misuse](err); ok || isCobraMisuse(err) {
		return exitMisuse
	}
	return exitFailed
}

// sameFailure reports whether two errors tell of one failure of a file: a writer
// says it again to whoever flushes and closes it.
func sameFailure(a, b error) bool {
	x, ok := errors.AsType[*fs.PathError](a)
	y, also := errors.AsType[*fs.PathError](b)
	return ok && also && x.Op == y.Op && x.Path == y.Path && errors.Is(x.Err, y.Err)
}

// escapeLines keeps what an error quotes, a file's name or a peer's words, from
// doing anything to a terminal.
func escapeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		// What is quoted already stays as it is.
		if !utf8.ValidString(l) || strings.ContainsFunc(l, func(r rune) bool { return !trace.SafeRune(r) }) {
			lines[i] = trace.Escape(l)
		}
	}
	return strings.Join(lines, "\n")
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, err := range joined.Unwrap() {
		out = append(out, flatten(err)...)
	}
	return out
}

// isCobraMisuse recognises the errors of argument parsing that cobra makes
// itself and gives no type to.
func isCobraMisuse(err error) bool {
	s := err.Error()
	for _, p := range []string{"unknown command", "required flag", "accepts ", "requires at least"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "statelab",
		Short: "See who remembers what: TCP's two ends, and an HTTP server that forgets",
		Long: `statelab shows who remembers what. The two ends of a TCP connection each keep a
control block for as long as it lives; an HTTP server keeps nothing of the
conversation. Every command lays the packets, the state of each party and the
reason for each step side by side on one timeline.`,
		Example: `  statelab demo
  statelab tcp demo handshake --explain
  statelab tcp serve 127.0.0.1:7007`,
		Version:       versionLine(),
		SilenceErrors: true, SilenceUsage: true,
		Args:              noArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return refuseNegative(cmd.Flags()) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.AddCommand(
		newDemo(e),
		newTCP(e),
		newHTTP(e),
		newCapture(e),
		newInspect(e),
		newDoctor(e),
		newGuide(e),
		newVersion(e),
	)
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil { // a shell that it lacks is a misuse
		c.Args, c.RunE = noArgs, root.RunE
	}
	return root
}

// noArgs refuses arguments, with the nearest subcommand where there is one.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return misusef("%s takes no argument, not %q", cmd.CommandPath(), args[0])
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return misusef("%s has no command %q%s", cmd.CommandPath(), args[0], didYouMean(args[0], names))
}

// flagError turns a flag that does not parse into a misuse that says what it
// takes, or names the nearest flags.
func flagError(cmd *cobra.Command, err error) error {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		takes, ok := flagTypes[bad.GetFlag().Value.Type()]
		if !ok {
			return misuse{err}
		}
		return misusef("--%s %q: %s", bad.GetFlag().Name, bad.GetValue(), takes)
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return misuse{err}
	}
	if shorthands := unknown.GetSpecifiedShortnames(); shorthands != "" {
		return misusef("%s has no flag -%s\nhint: %[1]s --help lists them all", cmd.CommandPath(), unknown.GetSpecifiedName())
	}
	var names []string
	for _, f := range allFlags(cmd) {
		names = append(names, "--"+f)
	}
	name := "--" + unknown.GetSpecifiedName()
	for _, verb := range network.RuleVerbs() {
		if verb.Name == unknown.GetSpecifiedName() && slices.Contains(names, "--rule") {
			return misusef("%s has no flag %s\nhint: what the wire does is a rule: --rule '%s'", cmd.CommandPath(), name, verb.Example)
		}
	}
	return misusef("%s has no flag %s%s\nhint: %[1]s --help lists them all", cmd.CommandPath(), name, didYouMean(name, names))
}

// flagTypes say what a flag of each type takes.
var flagTypes = map[string]string{
	"int":      "a whole number",
	"int64":    "a whole number",
	"uint16":   "a whole number from 0 to 65535",
	"intSlice": "whole numbers, such as 0,2",
	"duration": "a length of time, such as 500ms or 10s",
	"bool":     "true or false",
}

// refuseNegative refuses numbers and times below 0: no flag has a use for them.
func refuseNegative(flags *pflag.FlagSet) error {
	var err error
	flags.Visit(func(f *pflag.Flag) {
		if v := strings.Trim(f.Value.String(), "[]"); f.Name != "width" && flagTypes[f.Value.Type()] != "" && strings.HasPrefix(v, "-") {
			err = misusef("--%s %s: not below 0", f.Name, v)
		}
	})
	return err
}

// group makes a command that only holds others.
func group(use, short, example string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Example: example,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(children...)
	return c
}

// create opens name for writing; "-" is stdout, which is not closed. A file that
// another statelab is writing is not touched.
func create(e *env, name string) (io.WriteCloser, error) {
	if name == "-" {
		return keepOpen{e.stdout}, nil
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	fresh := err == nil
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	}
	if err != nil {
		return nil, err
	}
	return claim(f, fresh)
}

// createPrivate is create for what others have said: a new file may be read by its owner
// alone, who is whoever has called sudo.
func createPrivate(e *env, name string) (io.WriteCloser, error) {
	if name == "-" {
		return create(e, name)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return create(e, name)
	}
	if err != nil {
		return nil, err
	}
	user, err1 := strconv.Atoi(e.getenv("SUDO_UID"))
	group, err2 := strconv.Atoi(e.getenv("SUDO_GID"))
	if err1 == nil && err2 == nil {
		if err := f.Chown(user, group); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return claim(f, true)
}

// claim makes a file one to write into, if no other statelab does.
func claim(f *os.File, fresh bool) (io.WriteCloser, error) {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return f, err
	}
	if claimed(f) {
		return nil, errors.Join(fmt.Errorf("%s: another statelab is writing this file", f.Name()), f.Close())
	}
	return &outputFile{File: f, fresh: fresh}, nil
}

type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }
