// Package virtual is a network inside this process: two hosts or more, each with
// its own TCP/IP stack (gVisor's netstack), an Ethernet wire between every two of
// them, and a clock that moves only while everyone waits.
//
// Sixty seconds of TIME-WAIT pass in microseconds, and the same seed gives the
// same bytes: every frame, every change of state and every call, in the same
// order. It needs no rights and touches no interface of the machine.
//
// An application is started with [Network.Go] and runs when [Network.Run] moves
// the network. One application runs at a time: each call of a Conn, a Listener
// or the clock waits for its turn, so that what happens at one instant always
// happens in the same order. Applications take the time and randomness that
// reach the wire from the network, never from the system.
package virtual

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// The addresses of the first two hosts, and the network's own constants.
var (
	ClientAddr = netip.AddrFrom4([4]byte{10, 0, 0, 1})
	ServerAddr = netip.AddrFrom4([4]byte{10, 0, 0, 2})
	// DefaultStart is the date at which a virtual network begins.
	DefaultStart = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// DefaultDelay is the one-way delay of the wire where Config says nothing.
const DefaultDelay = 10 * time.Millisecond

// NoDelay as a Config's Delay makes the wire's own delay zero.
const NoDelay = time.Duration(-1)

// The vantage points of a Recording's frames where the hosts are a client and a
// server. Every host's tap is named as its party is: "cache", "server 2".
const (
	ClientTap = "client"
	ServerTap = "server"
)

// Config describes a network: see [network.Config]. The zero value is a good
// one. Here Delay 0 takes DefaultDelay, Start zero takes DefaultStart.
type Config = network.Config

// HostConfig describes one host's stack: see [network.HostConfig].
type HostConfig = network.HostConfig

// Network is hosts and the wires between them.
type Network struct {
	config  Config
	clock   *clock
	apps    *scheduler
	hosts   []*Host // by address
	retired []*machine

	mu      sync.Mutex // guards all below, and the machines' tables
	record  recorder
	serial  uint64 // connections and listeners, in order of appearance
	arrival *arrival
	timer   *machine // whose timer is running
	called  bool     // a call may have left the stacks something to do
	samples []Sample
	closed  bool
}

// New returns a network at rest: nothing happens until Run. An error says which
// part of the configuration the stack does not take.
func New(config Config) (*Network, error) {
	if config.Start.IsZero() {
		config.Start = DefaultStart
	}
	switch config.Link.Delay = config.Delay; {
	case config.Delay == 0:
		config.Link.Delay = DefaultDelay
	case config.Delay < 0:
		config.Link.Delay = 0
	}
	n := &Network{config: config, clock: newClock(config.Start.Round(0))}
	apps, err := newScheduler(config.Cooperative)
	if err != nil {
		return nil, fmt.Errorf("virtual network: %w", err)
	}
	n.apps = apps
	all, err := members(&config)
	if err != nil {
		return nil, fmt.Errorf("virtual network: %w", err)
	}
	for i, m := range addressed(all) {
		n.hosts = append(n.hosts, &Host{
			net: n, index: i, member: m.Party, tap: m.Party.Name(), addr: addrOf(i), config: m.Stack,
			wires: make([]*wire, len(all)),
		})
	}
	n.join()
	for _, h := range n.hosts {
		if h.machine, err = newMachine(h); err != nil {
			return nil, errors.Join(fmt.Errorf("virtual %s: %w", h.tap, err), n.Close())
		}
	}
	apps.assured(goroutinesCreated())
	return n, nil
}

// Client returns the host at ClientAddr.
func (n *Network) Client() *Host { return n.hosts[0] }

// Server returns the host at ServerAddr.
func (n *Network) Server() *Host { return n.hosts[1] }

// Hosts returns every host, as they stand on a ladder from left to right.
func (n *Network) Hosts() []*Host {
	all := slices.Clone(n.hosts)
	slices.SortStableFunc(all, func(a, b *Host) int { return a.member.Compare(b.member) })
	return all
}

// Host returns the host of a party, known by its role and number; nil if there is
// none.
func (n *Network) Host(p trace.Participant) *Host {
	for _, h := range n.hosts {
		if h.member.Role == p.Role && h.member.N == p.N {
			return h
		}
	}
	return nil
}

// at returns the host that has an address; nil if none has.
func (n *Network) at(addr netip.Addr) *Host {
	for _, h := range n.hosts {
		if h.addr == addr {
			return h
		}
	}
	return nil
}

// Info names the network and its stack.
func (n *Network) Info() network.Info {
	return network.Info{Name: "virtual", Stack: "gVisor netstack"}
}

// Now is the network's time.
func (n *Network) Now() time.Time { return n.clock.date() }

// Elapsed is how long the network has been running, in its own time.
func (n *Network) Elapsed() time.Duration { return n.clock.elapsed() }

// Seed is the seed that made this network.
func (n *Network) Seed() uint64 { return n.config.Seed }

// Close ends the network: calls that wait return net.ErrClosed, applications
// started by Go are waited for unless they hang elsewhere, and both stacks are
// torn down. What was recorded stays. Close must not be called by an
// application on the network.
func (n *Network) Close() error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil
	}
	n.closed = true
	n.mu.Unlock()
	n.apps.close()
	for _, h := range n.hosts {
		if h != nil && h.machine != nil {
			h.machine.tearDown()
			n.retired = append(n.retired, h.machine)
		}
	}
	for _, m := range n.retired {
		m.stack.Wait()
	}
	return nil
}

// or returns v, or the default where v is zero.
func or[T comparable](v, def T) T { return cmp.Or(v, def) }
