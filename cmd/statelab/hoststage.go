package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"reflect"

	"statelab/httpdemo"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/host"
)

// hostLesson runs a lesson's program on the machine's own network, and shows it
// as it happens: time there is real time.
func (f *lessonFlags) hostLesson(ctx context.Context, e *env, w io.Writer, v view, port uint16, program func(context.Context, *hostStage) error) error {
	n, err := host.New(host.Options{Rules: f.ruleSet})
	if err != nil {
		return misuse{inLanguage(err, v.lang)}
	}
	l := liveFlags{viewFlags: f.viewFlags, capture: true, optional: true, write: f.write, to: w}
	s := &hostStage{net: n, book: newBook(n.Report, n.Client(), n.Server())}
	return errors.Join(l.watch(ctx, e, v, n, highPort(port), func(ctx context.Context) error {
		err := program(ctx, s)
		s.book.remember()
		return err
	}), n.Close())
}

// hostStage is the machine's own network as a lesson's stage.
type hostStage struct {
	net  *host.Network
	book *book
}

// scenarioOnHost runs a TCP lesson on the machine's own network, if it needs
// nothing that this network lacks.
func (f *lessonFlags) scenarioOnHost(ctx context.Context, e *env, w io.Writer, v view, sc tcpdemo.Scenario) error {
	if !reflect.ValueOf(sc.Network).IsZero() {
		return misusef("scenario %s tells the wire or the stacks what to do, and this machine's own cannot be told: use --net virtual", sc.Name)
	}
	return f.hostLesson(ctx, e, w, v, tcpdemo.EchoPort, func(ctx context.Context, s *hostStage) error {
		lab := &tcpdemo.Lab{
			Clock: s.net, Client: unprivileged{s.net.Client()}, Server: unprivileged{s.net.Server()},
			Ctx: ctx, Report: s.book.take,
		}
		if err := sc.Run(lab); err != nil {
			return fmt.Errorf("scenario %s: %w", sc.Name, err)
		}
		return nil
	})
}

// lessonOnHost runs an HTTP lesson on the machine's own network.
func (f *lessonFlags) lessonOnHost(ctx context.Context, e *env, w io.Writer, v view, l httpdemo.Lesson) error {
	const port = 80
	return f.hostLesson(ctx, e, w, v, port, func(ctx context.Context, s *hostStage) error {
		at := netip.AddrPortFrom(s.net.Server().Addr(), highPort(port))
		environment := &httpdemo.Env{
			Server: at,
			Listen: func() (net.Listener, error) { return s.net.Server().Listen(at.Port(), 0) },
			Dial:   func(ctx context.Context) (net.Conn, error) { return s.net.Client().Dial(ctx, at, 0) },
			Now:    s.net.Now, Sleep: s.net.Sleep, Go: s.net.Go,
			Rand: seeded(f.seedNumber), Report: s.book.take,
		}
		if err := l.Run(ctx, environment); err != nil {
			return fmt.Errorf("lesson %s: %w", l.Name, err)
		}
		return nil
	})
}

// unprivileged is a host whose well-known ports lie 7000 higher: those below
// 1024 are not for everyone to bind.
type unprivileged struct{ network.Host }

func highPort(port uint16) uint16 {
	if port != 0 && port < 1024 {
		return port + 7000
	}
	return port
}

func (h unprivileged) Listen(port uint16, backlog int) (net.Listener, error) {
	return h.Host.Listen(highPort(port), backlog)
}

func (h unprivileged) Dial(ctx context.Context, to netip.AddrPort, local uint16) (network.Conn, error) {
	return h.Host.Dial(ctx, netip.AddrPortFrom(to.Addr(), highPort(to.Port())), local)
}
