package host

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/networktest"
	"statelab/tcpdemo/sockstate"
)

func newNetwork(t testing.TB, o Options) *Network {
	t.Helper()
	n, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func TestConformance(t *testing.T) {
	networktest.Run(t, func(t *testing.T) networktest.Lab {
		n := newNetwork(t, Options{})
		return networktest.Lab{Client: n.Client(), Server: n.Server(), Clock: n, Close: n.Close}
	})
}

// The same holds while everything is recorded.
func TestConformanceRecorded(t *testing.T) {
	networktest.Run(t, func(t *testing.T) networktest.Lab {
		n := newNetwork(t, Options{})
		r, err := n.Record(t.Context(), RecordOptions{NoCapture: true, Port: 9})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range r.Observations() {
			}
		}()
		return networktest.Lab{Client: n.Client(), Server: n.Server(), Clock: n, Close: func() error {
			r.Stop()
			<-done
			return n.Close()
		}}
	})
}

func TestStaysOnLoopback(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	away := netip.MustParseAddr("192.0.2.1") // RFC 5737
	var remote *RemoteError
	_, err := n.Client().Dial(t.Context(), netip.AddrPortFrom(away, 80), 0)
	var op *net.OpError
	if !errors.As(err, &remote) || !errors.As(err, &op) || op.Op != "dial" || remote.Addr != away {
		t.Errorf("dial %v: %v", away, err)
	}
	for _, o := range []Options{{Server: away}, {Client: away}, {Server: netip.IPv4Unspecified()}} {
		if _, err := New(o); !errors.As(err, &remote) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if en, ko := remote.Text("en"), remote.Text("ko"); en == ko || !strings.Contains(ko, remote.Addr.String()) {
		t.Errorf("%q, %q", en, ko)
	}
	if _, err := New(Options{Server: netip.IPv4Unspecified(), AllowRemote: true}); err != nil {
		t.Errorf("allowed, and refused: %v", err)
	}
}

func TestNoRules(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Rules: make([]network.Rule, 1)}); !errors.Is(err, ErrNoRules) {
		t.Errorf("%v", err)
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	if i := n.Info(); i.Name != "host" || i.Stack == "" || i.Stack == "unknown" {
		t.Errorf("%+v", i)
	}
}

// Each host has the address that it was given.
func TestAddresses(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{Client: netip.MustParseAddr("::1"), Server: netip.MustParseAddr("::1")})
	client, server := connect(t, n)
	if got := addrPort(client.LocalAddr()).Addr(); got != n.Client().Addr() {
		t.Errorf("client is %v", got)
	}
	if got := addrPort(server.LocalAddr()).Addr(); got != n.Server().Addr() {
		t.Errorf("server is %v", got)
	}
}

// connect opens a connection whose ends the test closes.
func connect(t testing.TB, n *Network) (client network.Conn, server *Conn) {
	t.Helper()
	l, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = n.Client().Dial(t.Context(), addrPort(l.Addr()), 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.Close()
		_ = s.Close()
	})
	return client, s.(*Conn)
}

// The backlog is the one that was asked for, and the kernel's default without.
func TestBacklog(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	d, err := sockstate.OpenDiag()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, backlog := range []int{1, 7} {
		l, err := n.Server().Listen(0, backlog)
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.Lookup(addrPort(l.Addr()), netip.AddrPort{})
		if err != nil || s.SendQueue != uint32(backlog) {
			t.Errorf("backlog %d: %d, %v", backlog, s.SendQueue, err)
		}
		_ = l.Close()
	}
}

// What the system remembers: of both ends, of the one in TIME-WAIT, and of
// none.
func TestMemory(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	client, server := connect(t, n)
	if _, err := client.Write([]byte("unread")); err != nil {
		t.Fatal(err)
	}
	value := func(m trace.Memory, name string) string {
		for _, e := range m.Entries {
			if e.Name == name {
				return e.Value
			}
		}
		return ""
	}
	c, s := n.Client().Memory(), n.Server().Memory()
	if value(c, "state") != "ESTABLISHED" || value(s, "receive buffer") != "6 bytes" {
		t.Errorf("client %+v\nserver %+v", c, s)
	}
	if c.Bytes(trace.MemoryConnection) < 40 || s.Bytes(trace.MemoryConnection) != c.Bytes(trace.MemoryConnection)+6 {
		t.Errorf("%d and %d bytes", c.Bytes(trace.MemoryConnection), s.Bytes(trace.MemoryConnection))
	}
	if _, err := io.ReadFull(server, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	if _, err := server.Read(make([]byte, 1)); err != io.EOF {
		t.Fatal(err)
	}
	_ = server.Close()
	if c, s = n.Client().Memory(), n.Server().Memory(); value(c, "state") != "TIME-WAIT" || len(s.Entries) != 0 {
		t.Errorf("after the close: client %+v, server %+v", c, s)
	}
}

// A connection that is remembered no more has gone to CLOSED first, and is told of
// once.
func TestForgottenIsClosed(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	client, server := connect(t, n)
	if err := client.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	if _, err := server.Read(make([]byte, 1)); err == nil {
		t.Fatal("no reset came")
	}
	for _, h := range n.Hosts() {
		told := h.Blocks()
		if len(told) != 2 || told[0].Kind != trace.ObservedState || told[0].From != tcpstate.Established || told[0].To != tcpstate.Closed ||
			told[1].Kind != trace.ObservedMemory || len(told[1].Memory.Entries) != 0 || told[0].Conn != told[1].Conn {
			t.Errorf("%v: %+v", h.Party().Role, told)
		}
		if told = h.Blocks(); len(told) != 0 {
			t.Errorf("%v, again: %+v", h.Party().Role, told)
		}
	}
}

func TestMemoryOfMany(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	for range 3 {
		connect(t, n)
	}
	m := n.Server().Memory()
	if len(m.Entries) != 3 || !strings.HasPrefix(m.Entries[0].Name, "TCB 127.0.0.1:") || m.Entries[0].Value != tcpstate.Established.String() {
		t.Errorf("%+v", m)
	}
}

// A connection of a real network tells of its control block.
func TestConnIsASystemSocket(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	client, _ := connect(t, n)
	info, cookie, err := sockstate.Of(client.(syscall.Conn))
	if err != nil || info.State != tcpstate.Established || cookie == 0 {
		t.Errorf("%+v, %d, %v", info, cookie, err)
	}
}

func TestDialAfterContext(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := n.Client().Dial(ctx, netip.MustParseAddrPort("127.0.0.1:9"), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
