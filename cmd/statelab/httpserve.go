package main

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo/network/host"
)

func newHTTPServe(e *env) *cobra.Command {
	var f liveFlags
	var limits httpdemo.Limits
	var wire bool
	c := &cobra.Command{
		Use:   "serve [ADDR]",
		Short: "Plain HTTP/1.1 server that remembers nothing of a conversation",
		Long: `Serve a page and a JSON resource over plain HTTP/1.1. --wire prints every byte
as it goes by, --capture adds the ladder of real frames.`,
		Example: `  statelab http serve 127.0.0.1:8080 --wire
  sudo statelab http serve --capture -w http.pcapng`,
		Args: atMostOne("an address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			addr, err := parseListen(append(args, "127.0.0.1:8080")[0])
			if err != nil {
				return err
			}
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			v.opts.Title = "http serve"
			return f.serve(cmd.Context(), e, v, addr, func(ctx context.Context, n *host.Network, l net.Listener) error {
				if wire {
					l = httpdemo.Tap(l, printer(n))
				}
				return serveHTTP(ctx, e, n, l, limits)
			})
		},
	}
	f.register(c)
	fs := c.Flags()
	fs.BoolVar(&wire, "wire", false, "print each request and response as it goes by, byte for byte, escaped")
	fs.IntVar(&limits.Header, "max-header", httpdemo.DefaultHeader, "bytes of request line and header section")
	fs.Int64Var(&limits.Body, "max-body", httpdemo.DefaultBody, "bytes of request body")
	fs.DurationVar(&limits.ReadTimeout, "header-timeout", httpdemo.DefaultReadTimeout, "for the header section; six times that for the whole request")
	fs.DurationVar(&limits.Idle, "idle", httpdemo.DefaultIdle, "between two requests on one connection")
	fs.IntVar(&limits.Connections, "max-connections", httpdemo.DefaultConnections, "connections open at one time; further ones wait")
	return c
}

// serveHTTP runs the plain server until ctx is done.
func serveHTTP(ctx context.Context, e *env, n *host.Network, l net.Listener, limits httpdemo.Limits) error {
	plain, err := httpdemo.NewPlain(n.Now)
	if err != nil {
		return err
	}
	srv := httpdemo.NewServer(plain, limits, log.New(e.stderr, "statelab: ", 0))
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if srv.Shutdown(last) != nil {
			_ = srv.Close() // a client that holds on is cut off
		}
	})
	defer stop()
	strict := httpdemo.Strict(httpdemo.Limit(l, limits), srv, limits.ReadTimeout, limits.Header)
	if err := srv.Serve(strict); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// printer puts every line of what goes by on the timeline, escaped: > is the
// request, < the response. Whose it is stands before it where that changes.
func printer(n *host.Network) func(net.Addr, bool, []byte) {
	var mu sync.Mutex
	var last string
	return func(client net.Addr, in bool, b []byte) {
		mu.Lock()
		defer mu.Unlock()
		sign := "<"
		if in {
			sign = ">"
		}
		say := func(text string) {
			n.Report(trace.Observation{Kind: trace.ObservedNote, At: n.Now(), Note: &trace.Note{Text: trace.Text{En: text, Ko: text}}})
		}
		if whose := client.String(); whose != last {
			last = whose
			say(whose)
		}
		for line := range bytes.Lines(b) {
			say(sign + " " + trace.EscapeBytes(line, -1))
		}
	}
}
