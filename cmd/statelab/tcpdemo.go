package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo"
)

func newTCP(e *env) *cobra.Command {
	return group("tcp", "TCP: the stateful protocol", "  statelab tcp demo handshake",
		newTCPDemo(e), newTCPServe(e), newTCPConnect(e))
}

// twoParties are those of a lesson on TCP.
var twoParties = []trace.Participant{{Role: trace.RoleClient}, {Role: trace.RoleServer}}

func newTCPDemo(e *env) *cobra.Command {
	var f lessonFlags
	var list bool
	c := &cobra.Command{
		Use:   "demo [SCENARIO]",
		Short: "Run a lesson on real segments; without a name, the guided tour",
		Long: `Run a lesson: real TCP stacks exchange real segments, and the ladder shows each
one between the states of both ends. Without a name, a tour of the five lessons
that matter most. --list names them all.`,
		Example: `  statelab tcp demo handshake --explain
  statelab tcp demo loss -w loss.pcapng
  statelab tcp demo echo --rule 'drop 1st data segment client→server once'`,
		Args: atMostOne("a scenario"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := f.resolve(e)
			if list {
				return f.list(e, scenarioEntries())
			}
			if err != nil {
				return err
			}
			if err := f.checkAt(twoParties...); err != nil {
				return err
			}
			tour := len(args) == 0
			if tour && f.write != "" {
				return misusef("-w writes one trace, and a tour has %d: name a scenario", len(tcpdemo.Tour()))
			}
			run, err := scenarios(args)
			if err != nil {
				return err
			}
			for i := range run {
				if f.net != "host" {
					break
				}
				if err := refuseOnHost(&run[i], v.lang); err != nil {
					return err
				}
			}
			v.opts.Told = new(render.Told) // what one lesson has explained, the next does not
			if err := v.oneDocument(len(run), "a scenario"); err != nil {
				return err
			}
			return v.output(e, func(w io.Writer) error {
				for i, sc := range run {
					if err := tcpLesson(cmd.Context(), e, w, v, &f, sc, tour, i); err != nil {
						return err
					}
				}
				return nil
			})
		},
		ValidArgs: names(scenarioEntries()),
	}
	f.register(c)
	c.Flags().BoolVar(&list, "list", false, "name every scenario (with --format json: for programs)")
	return c
}

// atMostOne refuses more than one argument.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return misusef("%s takes at most %s, not %d arguments", cmd.CommandPath(), what, len(args))
		}
		return nil
	}
}

func scenarioEntries() []entry {
	var out []entry
	for _, s := range tcpdemo.Scenarios() {
		out = append(out, entry{s.Name, s.Title, s.Claims, numbers(s.Refutes)})
	}
	return out
}

// scenarios finds those that were named, or all of the tour.
func scenarios(named []string) ([]tcpdemo.Scenario, error) {
	if len(named) == 0 {
		named = tcpdemo.Tour()
	}
	var found []tcpdemo.Scenario
	for _, name := range named {
		sc, ok := tcpdemo.Find(name)
		if !ok {
			return nil, misusef("no scenario %q%s\nhint: statelab tcp demo --list names them all", name, didYouMean(name, names(scenarioEntries())))
		}
		found = append(found, sc)
	}
	return found, nil
}

// tcpLesson runs one scenario and shows it. On a tour, stop says which.
func tcpLesson(ctx context.Context, e *env, w io.Writer, v view, f *lessonFlags, sc tcpdemo.Scenario, tour bool, stop int) error {
	introduction := func(b bent) error {
		if !f.page() {
			return nil
		}
		return introduce(w, v, sc.Title, b.warning(), sc.Look, tour, stop)
	}
	v.opts.Title = "tcp demo " + sc.Name
	if f.net == "host" {
		if err := introduction(bent{}); err != nil {
			return err
		}
		return f.scenarioOnHost(ctx, e, w, v, sc)
	}
	p, spoiled := performScenario(ctx, sc, f.seedNumber, f.ruleSet)
	if p == nil || ctx.Err() != nil {
		return spoiled
	}
	if err := introduction(p.bent); err != nil {
		return err
	}
	// The trace comes first: who leaves a film early has it all the same.
	if err := p.writeTraces(e, f, v.lang); err != nil {
		return err
	}
	return errors.Join(f.present(ctx, e, w, v, p), spoiled)
}

// introduce prints a lesson's title and what to look at; between them what makes
// it another lesson this time, if anything does.
func introduce(w io.Writer, v view, title, warning trace.Text, look []trace.Text, tour bool, stop int) error {
	head := v.say(title)
	if tour {
		if stop > 0 {
			fmt.Fprintln(w)
		}
		head = fmt.Sprintf("%d. %s", stop+1, head)
	}
	if _, err := fmt.Fprintln(w, hang(head, v.opts.Width, "")); err != nil {
		return err
	}
	if warning != (trace.Text{}) {
		if _, err := fmt.Fprintln(w, "  ! "+hang(v.say(warning), v.opts.Width, "    ")); err != nil {
			return err
		}
	}
	for _, l := range look {
		if _, err := fmt.Fprintln(w, "  "+v.spell(bullet)+hang(v.say(l), v.opts.Width, "    ")); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if gathered, ok := w.(*bufio.Writer); ok { // the lesson may take a second
		return gathered.Flush()
	}
	return nil
}

// conclude prints what a lesson has shown.
func conclude(w io.Writer, v view, point trace.Text) error {
	_, err := fmt.Fprintf(w, "\n%s\n", hang(v.spell(bullet)+v.say(point), v.opts.Width, "  "))
	return err
}
