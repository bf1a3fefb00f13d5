package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/transform"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network/host"
)

func newTCPServe(e *env) *cobra.Command {
	f := liveFlags{fresh: true}
	server := tcpdemo.EchoServer{}
	c := &cobra.Command{
		Use:   "serve [ADDR]",
		Short: "Raw TCP echo server on the real network, with its states",
		Long: `Serve RFC 862's echo over TCP, and show each connection's life as it happens:
its states as the operating system tells them, its RTT and congestion window,
its bytes and how it ended. --capture adds the ladder, from real frames.`,
		Example: `  statelab tcp serve 127.0.0.1:7007
  sudo statelab tcp serve --capture -w echo.pcapng`,
		Args: atMostOne("an address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			addr, err := parseListen(append(args, "127.0.0.1:7007")[0])
			if err != nil {
				return err
			}
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			v.opts.Title = "tcp serve"
			return f.serve(cmd.Context(), e, v, addr, func(ctx context.Context, n *host.Network, l net.Listener) error {
				server.Clock = n
				server.Observe.OnClose = func(s tcpdemo.EchoSession, end tcpdemo.EchoEnd, _ error) { n.Report(epitaph(n.Now(), s, end)) }
				return server.Serve(ctx, l)
			})
		},
	}
	f.register(c)
	fs := c.Flags()
	fs.IntVar(&server.Connections, "max-connections", 1000, "connections open at one time; one more is accepted and closed; 0 is without limit")
	fs.DurationVar(&server.Idle, "idle", 10*time.Minute, "close a connection that is silent for so long; 0 is never")
	fs.IntVar(&server.Line, "max-line", 1<<20, "close a connection that sends so many bytes without a newline; 0 is without limit")
	return c
}

// epitaph says how a connection ended.
func epitaph(now time.Time, s tcpdemo.EchoSession, end tcpdemo.EchoEnd) trace.Observation {
	took := now.Sub(s.Since).Round(10 * time.Microsecond)
	t := end.Text()
	return trace.Observation{
		Kind: trace.ObservedNote, At: now,
		Party: trace.Participant{Role: trace.RoleServer, Addr: s.Local},
		Conn:  trace.Conn{Local: s.Local, Remote: s.Remote},
		Note: &trace.Note{Text: trace.Text{
			En: fmt.Sprintf("%v: %d bytes in, %d out, in %v; %s", s.Remote, s.Read, s.Written, took, t.En),
			Ko: fmt.Sprintf("%v: %d바이트 받고 %d바이트 보냄(%v); %s", s.Remote, s.Read, s.Written, explain.Duration(explain.Korean, took), t.Ko),
		}},
	}
}

func newTCPConnect(e *env) *cobra.Command {
	var f liveFlags
	var crlf bool
	c := &cobra.Command{
		Use:   "connect ADDR",
		Short: "Connect to a TCP server: type lines, see segments and states",
		Long: `Connect, send each line that you type, and show what comes back and what state
the connection is in. --crlf ends lines as HTTP does, to type a request by hand.`,
		Example: `  statelab tcp connect 127.0.0.1:7007
  printf 'GET / HTTP/1.1\nHost: localhost\n\n' | statelab tcp connect --crlf 127.0.0.1:8080`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misusef("%s takes one address, such as 127.0.0.1:7007", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			addr, err := parseListen(args[0])
			if err != nil {
				return err
			}
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			v.opts.Title = "tcp connect " + addr.String()
			n, err := host.New(host.Options{AllowRemote: f.remote, Server: addr.Addr(), Client: loopbackLike(addr.Addr(), f.remote)})
			if err != nil {
				return hintRemote(inLanguage(err, v.lang))
			}
			// The port is chosen beforehand, to tell this connection from others
			// to the same server.
			from, err := freePort(n)
			if err != nil {
				return errors.Join(err, n.Close())
			}
			f.only = from
			return errors.Join(f.watch(cmd.Context(), e, v, n, addr.Port(), func(ctx context.Context) error {
				n.Sleep(settling) // so that the connection is seen from its beginning
				err := talk(ctx, e, v, n, addr, from, crlf)
				n.Sleep(settling)
				return err
			}), n.Close())
		},
	}
	f.register(c)
	c.Flags().BoolVar(&crlf, "crlf", false, "end each line with CR LF, as HTTP has it (RFC 9112 §2.2)")
	return c
}

// talk sends what is typed and shows what comes back, until either side ends.
func talk(ctx context.Context, e *env, v view, n *host.Network, to netip.AddrPort, from uint16, crlf bool) error {
	conn, err := n.Client().Dial(ctx, to, from)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stderr, v.lang.Of(trace.Text{
		En: fmt.Sprintf("statelab: connected to %v; type lines, Ctrl-D ends", to),
		Ko: fmt.Sprintf("statelab: %v에 연결했습니다. 입력한 줄을 보냅니다. 끝내려면 Ctrl-D를 누르십시오", to),
	}))
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	in := e.stdin
	if crlf {
		in = transform.NewReader(in, crlfEncoder{})
	}
	_, _, err = tcpdemo.Relay(conn, in, incoming{n})
	if ctx.Err() != nil {
		err = nil // the user has had enough
	}
	return errors.Join(err, ignoreClosed(conn.Close()))
}

// freePort returns a port of the client's host that nobody uses.
func freePort(n *host.Network) (uint16, error) {
	l, err := net.Listen("tcp", netip.AddrPortFrom(n.Client().Addr(), 0).String())
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).AddrPort().Port(), l.Close()
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// incoming puts what came on the timeline, escaped.
type incoming struct{ n *host.Network }

func (w incoming) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		text := "< " + trace.EscapeBytes(line, 200)
		w.n.Report(trace.Observation{Kind: trace.ObservedNote, At: w.n.Now(), Note: &trace.Note{Text: trace.Text{En: text, Ko: text}}})
	}
	return len(b), nil
}

// crlfEncoder turns LF into CR LF, and leaves a CR LF as it is.
type crlfEncoder struct{ transform.NopResetter }

func (crlfEncoder) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		c := src[nSrc]
		need := 1
		if c == '\n' && (nSrc == 0 || src[nSrc-1] != '\r') {
			need = 2
		}
		if nDst+need > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		if need == 2 {
			dst[nDst] = '\r'
			nDst++
		}
		dst[nDst] = c
		nDst++
		nSrc++
	}
	return nDst, nSrc, nil
}

// loopbackLike is the client's address for a server's: of the same family.
func loopbackLike(server netip.Addr, remote bool) netip.Addr {
	switch {
	case remote && !server.IsLoopback() && server.Is6():
		return netip.IPv6Unspecified()
	case remote && !server.IsLoopback():
		return netip.IPv4Unspecified()
	case server.Is6() && !server.Is4In6():
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}
