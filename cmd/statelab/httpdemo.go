package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/spf13/cobra"

	"statelab/capture/trace"
	"statelab/httpdemo"
)

func newHTTP(e *env) *cobra.Command {
	return group("http", "HTTP: the stateless protocol", "  statelab http demo stateless",
		newHTTPDemo(e), newHTTPServe(e))
}

func newHTTPDemo(e *env) *cobra.Command {
	var f lessonFlags
	var list, wire, packets bool
	c := &cobra.Command{
		Use:   "demo [LESSON]",
		Short: "Run a lesson: real requests, and what each side remembers",
		Example: `  statelab http demo stateless
  statelab http demo stateless --explain -w stateless.pcapng`,
		Args: atMostOne("a lesson"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return f.list(e, lessonEntries())
			}
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			v.opts.Wire, v.opts.FoldSegments = wire, !packets && !f.predict
			run, err := lessons(args)
			if err != nil {
				return err
			}
			for _, l := range run {
				if l.Compare != nil {
					if err := onlyCompare(cmd.Flags()); err != nil {
						return err
					}
				}
				if err := f.checkAt(l.Cast()...); err != nil {
					return err
				}
				if f.net == "host" {
					if err := refuseNoPower(&l, v.lang); err != nil {
						return err
					}
				}
			}
			if len(run) > 1 && f.write != "" {
				return misusef("-w writes one trace, and there are %d lessons: name one", len(run))
			}
			if err := v.oneDocument(len(run), "a lesson"); err != nil {
				return err
			}
			return v.output(e, func(w io.Writer) error {
				for _, l := range run {
					if err := httpLesson(cmd.Context(), e, w, v, &f, l); err != nil {
						return err
					}
				}
				return nil
			})
		},
		ValidArgs: names(lessonEntries()),
	}
	f.register(c)
	c.Flags().BoolVar(&list, "list", false, "name every lesson (with --format json: for programs)")
	c.Flags().BoolVar(&packets, "packets", false, "show each TCP segment; without it, the messages and what opens and closes connections")
	c.Flags().BoolVar(&wire, "wire", true, "show each request and response byte for byte")
	return c
}

func lessonEntries() []entry {
	var out []entry
	for _, l := range httpdemo.Lessons() {
		out = append(out, entry{l.Name, l.Title, l.Claims, numbers(l.Refutes)})
	}
	return out
}

// lessons finds those that were named, or all.
func lessons(named []string) ([]httpdemo.Lesson, error) {
	if len(named) == 0 {
		return httpdemo.Tour(), nil
	}
	var found []httpdemo.Lesson
	for _, name := range named {
		l, ok := httpdemo.Find(name)
		if !ok {
			return nil, misusef("no lesson %q%s\nhint: statelab http demo --list names them all", name, didYouMean(name, names(lessonEntries())))
		}
		found = append(found, l)
	}
	return found, nil
}

// httpLesson runs one lesson and shows it, with what it measures at its end.
func httpLesson(ctx context.Context, e *env, w io.Writer, v view, f *lessonFlags, l httpdemo.Lesson) error {
	if l.Compare != nil {
		return compareLesson(ctx, e, w, v, f, l)
	}
	v.opts.Title = "http demo " + l.Name
	var b bent
	var err error
	if f.net == "host" {
		if err = introduceLesson(w, v, f, l, b); err == nil {
			err = f.lessonOnHost(ctx, e, w, v, l)
		}
	} else {
		b, err = f.lessonOnVirtual(ctx, e, w, v, l)
	}
	if err != nil || !f.page() {
		return err
	}
	if err := measure(ctx, w, v, l); err != nil || len(b.steps) > 0 {
		return err // what the lesson was to show has not been seen
	}
	return conclude(w, v, l.Point)
}

// introduceLesson prints a lesson's head, where the output is a page.
func introduceLesson(w io.Writer, v view, f *lessonFlags, l httpdemo.Lesson, b bent) error {
	if !f.page() {
		return nil
	}
	return introduce(w, v, l.Title, b.warning(), []trace.Text{l.Look}, false, 0)
}

// lessonOnVirtual performs a lesson and shows it. It returns what rules of the
// user's did to it.
func (f *lessonFlags) lessonOnVirtual(ctx context.Context, e *env, w io.Writer, v view, l httpdemo.Lesson) (bent, error) {
	ruled := len(f.ruleSet) > 0 // then what the rules did stands in the head: it is known at the end
	if !ruled {
		if err := introduceLesson(w, v, f, l, bent{}); err != nil {
			return bent{}, err
		}
	}
	p, spoiled := performLesson(ctx, l, f.seedNumber, f.ruleSet)
	if p == nil || ctx.Err() != nil {
		return bent{}, spoiled
	}
	if ruled {
		if err := introduceLesson(w, v, f, l, p.bent); err != nil {
			return p.bent, err
		}
	}
	if err := p.writeTraces(e, f, v.lang); err != nil {
		return p.bent, err
	}
	return p.bent, errors.Join(f.present(ctx, e, w, v, p), spoiled)
}

// measure shows what a lesson measures on this machine.
func measure(ctx context.Context, w io.Writer, v view, l httpdemo.Lesson) error {
	if l.Measure == nil {
		return nil
	}
	found, err := l.Measure(ctx)
	if err != nil {
		return err
	}
	before, indent := "\n", ""
	for _, t := range found {
		if _, err := fmt.Fprintln(w, before+indent+hang(v.say(t), v.opts.Width, indent)); err != nil {
			return err
		}
		before, indent = "", "  "
	}
	return nil
}

// seeded is the network's randomness for applications.
func seeded(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	copy(key[8:], "applications")
	return rand.NewChaCha8(key)
}
