package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"statelab/capture/trace"
	"statelab/tcpdemo/network/host"
)

func newCapture(e *env) *cobra.Command {
	f := liveFlags{capture: true}
	var port uint16
	var length time.Duration
	c := &cobra.Command{
		Use:   "capture",
		Short: "Capture live: the ladder as it happens, with the sockets' states",
		Example: `  sudo statelab capture -i lo --port 7007
  sudo statelab capture -i lo --port 8080 -w trace.pcapng
  sudo statelab capture -i lo --filter 'tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			v.opts.Title = "capture"
			n, err := host.New(host.Options{})
			if err != nil {
				return err
			}
			return errors.Join(f.watch(cmd.Context(), e, v, n, port, func(ctx context.Context) error {
				f.announce(e, v, port)
				if length > 0 {
					_ = wait(ctx, length)
				} else {
					<-ctx.Done()
				}
				return nil
			}), n.Close())
		},
	}
	f.register(c)
	c.Flags().Uint16VarP(&port, "port", "p", 0, "only TCP from or to this port; 0 is everything")
	c.Flags().DurationVar(&length, "for", 0, "stop after so long, e.g. 10s; without it, at Ctrl-C")
	return c
}

// announce says that the capture has begun.
func (f *liveFlags) announce(e *env, v view, port uint16) {
	where := f.iface
	if where == "" {
		where = v.lang.Of(trace.Text{En: "the loopback interface", Ko: "루프백 인터페이스"})
	}
	if port != 0 {
		where += fmt.Sprintf(" (port %d)", port)
	}
	where += f.filter.String()
	fmt.Fprintln(e.stderr, "statelab: "+v.lang.Of(trace.Text{
		En: "capturing on " + where + "; Ctrl-C ends it",
		Ko: where + "에서 캡처합니다. 끝내려면 Ctrl-C",
	}))
}
