package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo"
)

func newDemo(e *env) *cobra.Command {
	var f lessonFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "TCP lives and dies, HTTP forgets: who remembered what",
		Long: `Watch a TCP connection live and die, then the same HTTP request made again and
again, and then one table: who remembered what, in bytes, after each step.
Nothing leaves this process: both ends run on a virtual network.`,
		Example: "  statelab demo\n  statelab demo --lang ko -w demo.pcapng",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			if err := f.checkAt(twoParties...); err != nil {
				return err
			}
			if !f.page() || f.net != "virtual" {
				return misusef("demo is a page of text on the virtual network; tcp demo and http demo have the formats and networks")
			}
			if f.write == "-" {
				return misusef("demo writes two traces: name them with -w FILE")
			}
			return v.output(e, func(w io.Writer) error { return f.demo(cmd.Context(), e, w, v) })
		},
	}
	f.register(c)
	for _, name := range []string{"view", "format", "net", "theme"} {
		if err := c.Flags().MarkHidden(name); err != nil {
			panic(err) // the flag is registered above
		}
	}
	return c
}

// demo runs one lesson on TCP and one on HTTP, and lays their ledgers side by
// side.
func (f *lessonFlags) demo(ctx context.Context, e *env, w io.Writer, v view) error {
	scenario, _ := tcpdemo.Find("echo")
	tcp, err := performScenario(ctx, scenario, f.seedNumber, f.ruleSet)
	if err != nil {
		return err
	}
	lesson, _ := httpdemo.Find("stateless")
	http, err := performLesson(ctx, lesson, f.seedNumber, f.ruleSet)
	if err != nil {
		return err
	}
	acts := []struct {
		title, look, short trace.Text
		p                  *performance
		suffix             string
	}{
		{scenario.Title, scenario.Look[0], trace.Text{En: "TCP: one echo", Ko: "TCP: 에코 한 번"}, tcp, ".tcp"},
		{lesson.Title, lesson.Look, trace.Text{En: "HTTP: one GET, four times", Ko: "HTTP: 같은 GET 네 번"}, http, ".http"},
	}
	v.opts.Told = new(render.Told)
	var ledgers []render.Ledger
	for i, act := range acts {
		if err := introduce(w, v, act.title, act.p.bent.warning(), []trace.Text{act.look}, true, i); err != nil {
			return err
		}
		page := v
		page.opts.NoTables = true
		if err := f.present(ctx, e, w, page, act.p); err != nil {
			return err
		}
		ledger, err := render.ReadLedger(act.short, act.p.events(vantageClient), v.opts)
		if err != nil {
			return err
		}
		ledgers = append(ledgers, ledger)
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := render.Compare(w, v.opts, ledgers...); err != nil {
		return err
	}
	if err := measure(ctx, w, v, lesson); err != nil {
		return err
	}
	if len(tcp.bent.steps)+len(http.bent.steps) == 0 {
		if err := conclude(w, v, lesson.Point); err != nil {
			return err
		}
	}
	if f.write == "" {
		return nil
	}
	for _, act := range acts {
		one := *f
		one.write = strings.TrimSuffix(f.write, ".pcapng") + act.suffix + ".pcapng"
		if err := act.p.writeTraces(e, &one, v.lang); err != nil {
			return err
		}
	}
	return nil
}
