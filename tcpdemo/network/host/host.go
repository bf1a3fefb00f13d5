// Package host is the machine's own network: its TCP stack, its interfaces, its
// clock. Servers and clients on it are real ones, which other programs can talk
// to.
//
// What the stack does is seen from outside: frames by a capture
// (statelab/capture/live), states by asking the operating system
// (statelab/tcpdemo/sockstate). Either may be missing, for want of rights or on
// another system; [Recorder] says which, and goes on with the rest.
//
// It stays on loopback unless Options.AllowRemote says otherwise.
package host

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/sockstate"
)

// ErrNoRules says that the machine's own network has no wire that could be told
// what to do.
var ErrNoRules = errors.New("rules need a wire of statelab's own: the host network has none\nhint: use --net virtual")

// RemoteError says that an address is not on loopback, and that nobody allowed
// that.
type RemoteError struct{ Addr netip.Addr }

// Error names the cause and what to do.
func (e *RemoteError) Error() string { return e.Text("en") }

// Text returns the message in "ko", or in English.
func (e *RemoteError) Text(lang string) string {
	if lang == "ko" {
		return fmt.Sprintf("루프백 주소가 아닙니다(%v). 허용하지 않으면 트래픽은 이 컴퓨터를 벗어나지 않습니다", e.Addr)
	}
	return fmt.Sprintf("%v is not a loopback address: traffic stays on this machine unless it is allowed to leave", e.Addr)
}

// Options describe the network. The zero value is both hosts on 127.0.0.1.
type Options struct {
	// Client and Server are the hosts' addresses, 127.0.0.1 if not set. Both
	// are this machine: on Linux all of 127.0.0.0/8 is, so that the two can have
	// addresses of their own.
	Client, Server netip.Addr
	// Members are the parties where there are others than a client and a server:
	// all of them, each another one. Client and Server are not used then. See
	// Loopback.
	Members []Member
	// AllowRemote permits addresses that are not on loopback, to listen on and
	// to dial. An unspecified Client lets the system choose.
	AllowRemote bool
	// Rules are what a wire of statelab's own would be told: any is ErrNoRules.
	Rules []network.Rule
}

// Network is the machine's own network. It is its own clock: real time.
type Network struct {
	hosts          []*Host
	client, server *Host // of them
	remote         bool
	apps           sync.WaitGroup

	recorder atomic.Pointer[Recorder] // each call of a connection asks for it

	mu      sync.Mutex
	ports   map[netip.AddrPort]*Host    // who has bound them
	held    map[netip.AddrPort]*os.File // reserved ports
	diag    *sockstate.Diag             // nil where the system does not tell
	diagErr error
	asked   bool // for diag
}

var _ network.Clock = (*Network)(nil)

// New returns the machine's network. Errors are ErrNoRules and *RemoteError.
func New(o Options) (*Network, error) {
	if len(o.Rules) > 0 {
		return nil, ErrNoRules
	}
	n := &Network{remote: o.AllowRemote}
	members, err := o.members()
	if err != nil {
		return nil, fmt.Errorf("host network: %w", err)
	}
	for _, m := range members {
		h := &Host{net: n, member: m.Party, addr: orLoopback(m.Addr)}
		if err := n.permit(h.addr); err != nil {
			return nil, fmt.Errorf("host network: %w", err)
		}
		n.hosts = append(n.hosts, h)
	}
	n.client, n.server = n.first(trace.RoleClient, 0), n.first(trace.RoleServer, 1)
	return n, nil
}

func orLoopback(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return a.Unmap()
}

// permit returns an error for an address that traffic must not go to.
func (n *Network) permit(a netip.Addr) error {
	if n.remote || a.IsLoopback() {
		return nil
	}
	return &RemoteError{Addr: a}
}

// Client is the host that dials: the first client.
func (n *Network) Client() *Host { return n.client }

// Server is the host that listens: the first server.
func (n *Network) Server() *Host { return n.server }

// Info names the network and the stack: "Linux 6.18".
func (n *Network) Info() network.Info { return network.Info{Name: "host", Stack: stack()} }

// Now is the time of day.
func (n *Network) Now() time.Time { return time.Now() }

// Sleep waits for d.
func (n *Network) Sleep(d time.Duration) { time.Sleep(d) }

// Go starts f in a goroutine that Close waits for.
func (n *Network) Go(f func()) { n.apps.Go(f) }

// Report puts an observation on the timeline of what is being recorded, if
// anything is. At, if it is not set, is now.
func (n *Network) Report(o trace.Observation) {
	if r := n.recorder.Load(); r != nil {
		r.report(o)
	}
}

// recording reports whether anything is being recorded: only then is it worth
// making texts of calls.
func (n *Network) recording() *Recorder { return n.recorder.Load() }

// ask returns the connection to the kernel, opened when it is first needed.
func (n *Network) ask() (*sockstate.Diag, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.asked {
		n.asked = true
		n.diag, n.diagErr = sockstate.OpenDiag()
	}
	return n.diag, n.diagErr
}

// Close ends what is being recorded and waits for the applications that Go
// started; they are to have closed their connections.
func (n *Network) Close() error {
	n.apps.Wait()
	n.mu.Lock()
	r, d := n.recorder.Swap(nil), n.diag
	n.diag, n.asked, n.diagErr = nil, true, errClosed
	n.mu.Unlock()
	n.release()
	var err error
	if r != nil {
		err = r.Close()
	}
	if d != nil {
		err = errors.Join(err, d.Close())
	}
	return err
}

var errClosed = errors.New("the network is closed")
