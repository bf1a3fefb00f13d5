package httpdemo

import (
	"context"
	"net"
	"net/netip"

	"statelab/capture/trace"
)

// The parties that lessons have.
var (
	Client   = trace.Participant{Role: trace.RoleClient}
	Attacker = trace.Participant{Role: trace.RoleAttacker}
	Cache    = trace.Participant{Role: trace.RoleCache}
	Server   = trace.Participant{Role: trace.RoleServer}
	Server1  = trace.Participant{Role: trace.RoleServer, N: 1}
	Server2  = trace.Participant{Role: trace.RoleServer, N: 2}
	Store    = trace.Participant{Role: trace.RoleStore}
)

// Machine is one party's place on the network.
type Machine struct {
	Party trace.Participant
	// At is where its service is, if it has one.
	At netip.AddrPort
	// Listen announces on At's port.
	Listen func() (net.Listener, error)
	// Dial opens a connection from here to a service.
	Dial func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	// Restart takes its power away and gives it back: every connection and
	// listening socket of it is gone without a word on the wire.
	Restart func() error
}

// URL is the address of a path at the machine's service.
func (m *Machine) URL(path string) string {
	if m.At.Port() == 80 {
		return "http://" + m.At.Addr().String() + path
	}
	return "http://" + m.At.String() + path
}

// Machine returns the machine of a party. The lesson's Parties are to name it:
// it panics otherwise.
func (e *Env) Machine(p trace.Participant) *Machine {
	for i := range e.Machines {
		if m := e.Machines[i].Party; m.Role == p.Role && m.N == p.N {
			return &e.Machines[i]
		}
	}
	panic("httpdemo: the lesson's Parties do not name the " + p.Name())
}

// Cast returns the lesson's parties: a client and a server where it names none.
func (l *Lesson) Cast() []trace.Participant {
	if len(l.Parties) == 0 {
		return []trace.Participant{Client, Server}
	}
	return l.Parties
}
