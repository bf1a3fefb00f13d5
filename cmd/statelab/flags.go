package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// defaultSeed is the seed of every lesson that is given none: a lesson is the
// same for everyone who runs it.
const defaultSeed = 1

// viewFlags say how events are shown. Every command that shows events has them.
type viewFlags struct {
	view, format, out, lang, color string
	explain, ascii                 bool
	width                          int
	theme                          string
}

func (f *viewFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&f.view, "view", render.Views[0].Name, "what is shown: "+strings.Join(viewNames(), ", "))
	fs.StringVar(&f.format, "format", "text", "output format: "+strings.Join(formatNames(), ", "))
	fs.StringVarP(&f.out, "output", "o", "-", "write the output to a file; - is stdout")
	fs.StringVar(&f.lang, "lang", "", "language: en or ko (default from LC_ALL, LC_MESSAGES, LANG)")
	fs.StringVar(&f.color, "color", "auto", "auto, always or never; NO_COLOR is honoured")
	fs.BoolVar(&f.explain, "explain", false, "under each row: why, the arithmetic, and the RFC section")
	fs.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	fs.IntVar(&f.width, "width", 0, "width of the text in cells (default: the terminal's, 80 in a pipe)")
	fs.StringVar(&f.theme, "theme", "light", "light or dark, for pictures")
}

// view is what viewFlags come to.
type view struct {
	format render.Format
	opts   render.Options
	lang   explain.Lang
	out    string
	live   bool // things are shown as they happen
	page   bool // a ladder to be read from top to bottom, with what is said around it
	// aside: stdout is the trace's, and what would stand there goes to stderr.
	aside bool
	// trace: the output is to be a trace, with what is known in its comments.
	trace bool
}

// say is one of our sentences, in the reader's language and characters.
func (v *view) say(t trace.Text) string { return v.spell(v.lang.Of(t)) }

// spell is a text of ours in the reader's characters.
func (v *view) spell(s string) string {
	if v.opts.ASCII {
		return render.ASCII(s)
	}
	return s
}

// bullet stands before a sentence to look out for.
const bullet = "▸ "

// traceFormat is the format that is frames, not events.
const traceFormat = "pcapng"

// drained shows nothing: a trace is written as its events pass.
var drained = render.Format{Name: traceFormat, Render: func(_ io.Writer, events render.Events, _ render.Options) error {
	for _, err := range events {
		if err != nil {
			return err
		}
	}
	return nil
}}

func (f *viewFlags) resolve(e *env) (view, error) {
	var v view
	var ok bool
	if f.format == traceFormat {
		v.trace, v.format = true, drained
		if err := refuseBinary(e, f.out); err != nil {
			return v, err
		}
	} else if v.format, ok = render.Choose(f.view, f.format); !ok {
		return v, f.noSuch()
	}
	if v.format.Binary {
		if err := refuseBinary(e, f.out); err != nil {
			return v, err
		}
	}
	v.page = f.page()
	lang, err := chooseLang(e, f.lang)
	if err != nil {
		return v, err
	}
	v.lang, v.out = lang, f.out
	v.opts = render.Options{Lang: lang, ASCII: f.ascii, Explain: f.explain, Width: e.width, Version: version}
	if f.width != 0 {
		if f.width < render.MinWidth || f.width > 400 {
			return v, misusef("--width %d: from %d to 400 cells", f.width, render.MinWidth)
		}
		v.opts.Width = f.width
	} else if e.terminal && f.out == "-" && e.width < render.MinWidth {
		fmt.Fprintf(e.stderr, "statelab: "+lang.Of(trace.Text{
			En: "this terminal has %d columns, and what follows needs %d: lines will break\n",
			Ko: "이 터미널은 %d칸인데 %d칸이 필요합니다. 줄이 꺾여 보입니다\n",
		}), e.width, render.MinWidth)
	}
	switch f.color {
	case "auto":
		v.opts.Color = e.terminal && f.out == "-" && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
	case "always":
		v.opts.Color = true
	case "never":
	default:
		return v, misusef("--color %q: auto, always or never", f.color)
	}
	switch f.theme {
	case "light":
	case "dark":
		v.opts.Dark = true
	default:
		return v, misusef("--theme %q: light or dark", f.theme)
	}
	return v, nil
}

// oneDocument refuses to write several documents after one another.
func (v *view) oneDocument(n int, what string) error {
	if v.format.Document && n > 1 {
		return misusef("--format %s makes one document, and there are %d to show: name %s", v.format.Name, n, what)
	}
	return nil
}

// lessonFlags say on what a lesson runs, and what else it writes.
type lessonFlags struct {
	viewFlags
	net, seed, write, at string
	rules                []string
	step, predict        bool
	pace                 time.Duration
	// What seed and rules come to.
	seedNumber uint64
	ruleSet    []network.Rule
}

func (f *lessonFlags) register(c *cobra.Command) {
	f.viewFlags.register(c)
	fs := c.Flags()
	fs.StringVar(&f.net, "net", "virtual", "network: virtual, or host for this machine's own")
	fs.StringVar(&f.seed, "seed", strconv.Itoa(defaultSeed), "seed of the virtual network: a number, or random")
	fs.StringArrayVar(&f.rules, "rule", nil, "what the wire does, e.g. 'drop 2nd data segment client→server once'; repeatable")
	fs.StringVarP(&f.write, "write", "w", "", "write the trace to a pcapng file, every packet explained in its comment; - is stdout, and the ladder goes to stderr")
	fs.StringVar(&f.at, "at", "client", "whose tap the trace is: client, server, another party where the lesson has one, or both (a file each)")
	fs.BoolVar(&f.step, "step", false, "wait for a key after each row")
	fs.BoolVar(&f.predict, "predict", false, "with --step: ask for flags, seq and ack before showing them")
	fs.DurationVar(&f.pace, "pace", 0, "wait so long after each row: a film instead of a page")
}

// resolve reads all flags: what is wrong with one is said before anything is
// shown or written.
func (f *lessonFlags) resolve(e *env) (view, error) {
	v, err := f.viewFlags.resolve(e)
	if err != nil {
		return v, err
	}
	if f.seedNumber, err = parseSeed(f.seed); err != nil {
		return v, err
	}
	if f.ruleSet, err = parseRules(f.rules); err != nil {
		return v, err
	}
	if err := f.check(e); err != nil {
		return v, err
	}
	if v.trace {
		if f.write != "" {
			return v, misusef("--format pcapng writes the trace to -o; -w writes it beside another format")
		}
		f.write, v.out = v.out, "-"
	}
	v.live = f.step || f.pace > 0 || f.net == "host"
	v.aside = f.write == "-"
	return v, nil
}

// check refuses flags that do not go together.
func (f *lessonFlags) check(e *env) error {
	paced := f.step || f.predict || f.pace > 0
	switch {
	case f.net != "virtual" && f.net != "host":
		return misusef("no network %q%s", f.net, didYouMean(f.net, []string{"virtual", "host"}))
	case f.at == vantageBoth && f.write == "-":
		return misusef("--at both makes a file for each tap: name them with -w FILE")
	case f.net == "host" && f.at != vantageClient:
		return misusef("--at needs --net virtual: this machine has one place to capture at")
	case f.net == "host" && paced:
		return misusef("--step, --predict and --pace need --net virtual: real time waits for nobody")
	case f.predict && !f.step:
		return misusef("--predict goes with --step")
	case paced && (!f.page() || f.out != "-"):
		return misusef("--step and --pace go with the text ladder on a terminal")
	case f.step && !f.predict && e.keys == nil:
		return misusef("--step needs a terminal to press keys on; --pace 1s makes a film instead")
	}
	return errors.Join(refuseBinary(e, f.write), writable(f.write))
}

// writable returns why a file that is written at the end could not be: a lesson
// is not shown first.
func writable(name string) error {
	if name == "" || name == "-" {
		return nil
	}
	is, err := os.Stat(name)
	missing := errors.Is(err, os.ErrNotExist)
	if err == nil && !is.Mode().IsRegular() {
		return nil // whoever reads a pipe would take the closing for the end
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	err = f.Close()
	if missing { // it may get another name: --at both makes two
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// checkAt refuses a tap that the network of these parties does not have. A tap
// may be spelled as the file of its trace is: "server-2".
func (f *lessonFlags) checkAt(parties ...trace.Participant) error {
	var taps []string
	for _, p := range parties {
		taps = append(taps, p.Name())
	}
	at := strings.ReplaceAll(f.at, "-", " ")
	if at != vantageBoth && !slices.Contains(taps, at) {
		return misusef("--at %q: %s or both", f.at, strings.Join(taps, ", "))
	}
	f.at = at
	return nil
}

// refuseBinary keeps a trace off a terminal.
func refuseBinary(e *env, write string) error {
	if write == "-" && e.terminal {
		return misusef("this output is binary, and stdout is a terminal; write it to a file, or pipe a trace on, e.g. | wireshark -k -i -")
	}
	return nil
}

// page reports whether a ladder is to be shown as text.
func (f *viewFlags) page() bool { return f.view == render.Views[0].Name && f.format == "text" }

// noSuch says what is wrong with --view or --format.
func (f *viewFlags) noSuch() error {
	v, ok := render.ViewNamed(f.view)
	switch {
	case !ok:
		return misusef("no view %q%s", f.view, didYouMean(f.view, viewNames()))
	case slices.Contains(viewNames(), f.format):
		return misusef("%s is a view, not a format: --view %s", f.format, f.format)
	case !slices.Contains(formatNames(), f.format):
		return misusef("no format %q%s", f.format, didYouMean(f.format, formatNames()))
	}
	var own, whole []string
	for _, o := range v.Formats {
		own = append(own, o.Name)
	}
	for _, o := range render.Formats {
		if o.Whole && !slices.Contains(own, o.Name) {
			whole = append(whole, o.Name)
		}
	}
	return misusef("--view %s has no format %s; it has %s; and of the whole trace, whatever the view, there are %s, %s",
		f.view, f.format, strings.Join(own, ", "), strings.Join(whole, ", "), traceFormat)
}

// viewNames lists what --view takes.
func viewNames() []string {
	var names []string
	for _, v := range render.Views {
		names = append(names, v.Name)
	}
	return names
}

// formatNames lists what --format takes.
func formatNames() []string {
	var names []string
	for _, v := range render.Views {
		for _, f := range v.Formats {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return append(names, traceFormat)
}

// parseSeed reads --seed.
func parseSeed(s string) (uint64, error) {
	if s == "random" {
		var b [4]byte
		if _, err := rand.Read(b[:]); err != nil {
			return 0, fmt.Errorf("random seed: %w", err)
		}
		return uint64(binary.LittleEndian.Uint32(b[:])), nil
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, misusef("--seed %q: a whole number from 0, or random", s)
	}
	return n, nil
}

// parseRules reads every --rule.
func parseRules(texts []string) ([]network.Rule, error) {
	var rules []network.Rule
	for _, t := range texts {
		r, err := network.ParseRule(t)
		if err != nil {
			return nil, misuse{fmt.Errorf("--rule: %w\nhint: statelab guide rules has the whole language", err)}
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// wait sleeps, unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
