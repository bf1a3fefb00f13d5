package tcpdemo_test

import (
	"context"
	"net"
	"net/netip"
	"time"

	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// walks are programs that walk the edges of the figure on which no lesson goes:
// most of them end a connection in the middle of its closing. A one-way delay
// of 10 ms leaves time to do so.
func walks() []tcpdemo.Scenario {
	patient := network.Config{Delay: 10 * time.Millisecond, Client: network.HostConfig{MaxRetries: 3}, Server: network.HostConfig{MaxRetries: 3}}
	walk := func(name string, run func(*walker), rules ...string) tcpdemo.Scenario {
		c := patient
		c.Rules = network.MustParseRules(rules...)
		return tcpdemo.Scenario{Name: name, Network: c, Limit: 10 * time.Minute, Run: func(l *tcpdemo.Lab) error {
			w := &walker{Lab: l}
			run(w)
			return w.err
		}}
	}
	return []tcpdemo.Scenario{
		walk("a listener closes", func(w *walker) { w.open(); w.do(w.listener.Close) }),
		walk("a listener closes on a half-open connection", func(w *walker) {
			w.listen()
			w.dial(w.Client, w.Server, 0, port, w.Ctx)
			w.Sleep(pause)
			w.do(w.listener.Close)
		}, "drop pure-ack client→server"),
		walk("a call is given up", func(w *walker) {
			_, err := w.Client.Dial(w.within(pause), netip.AddrPortFrom(w.Server.Addr(), port), 0)
			w.want(err)
		}, "drop syn"),
		walk("a simultaneous call is given up", func(w *walker) { w.cross(15 * time.Millisecond) }, "drop syn-ack"),
		walk("a simultaneous call meets a rebooted host", func(w *walker) {
			w.Go(func() { w.Sleep(15 * time.Millisecond); w.do(w.Reboot) })
			w.cross(time.Minute)
		}),
		walk("nobody answers the SYN,ACK", func(w *walker) {
			w.listen()
			w.dial(w.Client, w.Server, 0, port, w.Ctx)
		}, "drop pure-ack client→server"),
		walk("abort in FIN-WAIT-1", func(w *walker) { w.open(); w.do(w.client.CloseWrite); abort(w, w.client) }),
		walk("abort in FIN-WAIT-2", func(w *walker) { w.open(); w.do(w.client.CloseWrite); w.Sleep(pause); abort(w, w.client) }),
		walk("abort in CLOSE-WAIT", func(w *walker) { w.open(); w.do(w.client.CloseWrite); w.Sleep(pause); abort(w, w.server) }),
		walk("abort in CLOSING", func(w *walker) { w.open(); w.closeBoth(); w.Sleep(15 * time.Millisecond); abort(w, w.client) }),
		walk("abort in LAST-ACK", func(w *walker) {
			w.open()
			w.do(w.client.CloseWrite)
			w.Sleep(pause)
			w.do(w.server.CloseWrite)
			abort(w, w.server)
		}),
		walk("a reset meets FIN-WAIT-1", func(w *walker) { w.open(); w.do(w.client.CloseWrite); abort(w, w.server) }),
		walk("a reset meets CLOSING", func(w *walker) {
			w.open()
			w.closeBoth()
			w.Sleep(5 * time.Millisecond)
			w.do(w.Reboot)
		}),
		walk("a reset meets LAST-ACK", func(w *walker) {
			w.open()
			w.do(w.server.CloseWrite)
			w.Sleep(pause)
			w.do(w.Reboot)
			w.do(w.client.Close)
		}),
		walk("the cable is cut in FIN-WAIT-1", func(w *walker) { w.open(); w.do(w.client.CloseWrite) }, "cut 1st fin"),
		walk("the cable is cut in CLOSE-WAIT", func(w *walker) {
			w.open()
			w.do(w.client.CloseWrite)
			w.Sleep(pause)
			_, err := w.server.Write([]byte("hello"))
			w.note(err)
		}, "cut 1st data segment"),
		walk("the cable is cut in CLOSING", func(w *walker) {
			w.open()
			w.Sleep(time.Second - w.Now().Sub(w.began))
			w.closeBoth()
		}, "cut from 1005ms"),
		walk("the cable is cut in LAST-ACK", func(w *walker) {
			w.open()
			w.do(w.client.CloseWrite)
			w.Sleep(pause)
			w.do(w.server.CloseWrite)
		}, "cut 1st fin server→client"),
		walk("the port is used again in TIME-WAIT", func(w *walker) {
			w.open()
			w.do(w.server.Close)
			w.Sleep(pause)
			w.do(w.client.Close)
			w.Sleep(pause)
			w.dial(w.Client, w.Server, clientPort, port, w.Ctx)
			w.Sleep(pause)
		}),
	}
}

const (
	port       = 7
	clientPort = 40000
	pause      = 50 * time.Millisecond
)

// walker is the program of a walk: one connection, with both ends in its hands.
type walker struct {
	*tcpdemo.Lab
	began          time.Time
	listener       net.Listener
	client, server network.Conn
	err            error
}

// note keeps the first error: a walk that does not go as it should proves
// nothing.
func (w *walker) note(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *walker) do(f func() error) { w.note(f()) }

// want notes that an error was expected, and did not come.
func (w *walker) want(err error) {
	if err == nil {
		w.note(errUnexpected)
	}
}

var errUnexpected = net.UnknownNetworkError("a call succeeded that should have failed")

func (w *walker) listen() {
	w.began = w.Now()
	l, err := w.Server.Listen(port, 0)
	w.note(err)
	w.listener = l
}

func (w *walker) dial(from, to network.Host, local, remote uint16, ctx context.Context) network.Conn {
	c, err := from.Dial(ctx, netip.AddrPortFrom(to.Addr(), remote), local)
	w.note(err)
	return c
}

// open opens the connection, and waits until all is quiet.
func (w *walker) open() {
	w.listen()
	w.client = w.dial(w.Client, w.Server, clientPort, port, w.Ctx)
	c, err := w.listener.Accept()
	w.note(err)
	w.server, _ = c.(network.Conn)
	w.Sleep(pause)
}

// closeBoth has both ends send a FIN at the same moment.
func (w *walker) closeBoth() {
	w.do(w.client.CloseWrite)
	w.do(w.server.CloseWrite)
}

// cross has both hosts call each other, and give up after a while.
func (w *walker) cross(patience time.Duration) {
	w.Go(func() {
		_, err := w.Server.Dial(w.within(patience), netip.AddrPortFrom(w.Client.Addr(), clientPort), port)
		w.want(err)
	})
	_, err := w.Client.Dial(w.within(patience), netip.AddrPortFrom(w.Server.Addr(), port), clientPort)
	w.want(err)
	w.Sleep(pause)
}

// abort closes with a RST.
func abort(w *walker, c network.Conn) {
	w.note(c.SetLinger(0))
	w.note(c.Close())
}

// limited is a context with a deadline in the network's time.
type limited struct {
	context.Context
	at time.Time
}

func (l limited) Deadline() (time.Time, bool) { return l.at, true }

func (w *walker) within(d time.Duration) context.Context { return limited{w.Ctx, w.Now().Add(d)} }
