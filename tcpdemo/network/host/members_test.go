package host

import (
	"context"
	"net/netip"
	"runtime"
	"testing"

	"statelab/capture/trace"
)

var trio = []trace.Participant{{Role: trace.RoleClient}, {Role: trace.RoleCache}, {Role: trace.RoleServer, N: 1}}

// Each end of each connection is known for the party's that has it, whether the
// parties have addresses of their own or share one.
func TestPartyOfEachEnd(t *testing.T) {
	t.Parallel()
	one := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	for name, members := range map[string][]Member{
		"own addresses": Loopback(trio),
		"one address":   {{trio[0], one}, {trio[1], one}, {trio[2], one}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(t, Options{Members: members})
			if n.Client() != n.Host(trio[0]) || n.Server() != n.Host(trio[2]) || n.Host(trace.Participant{Role: trace.RoleStore}) != nil {
				t.Error("Client, Server or Host finds the wrong one")
			}
			for _, way := range [][2]*Host{{n.Host(trio[0]), n.Host(trio[1])}, {n.Host(trio[1]), n.Host(trio[2])}} {
				l, err := way[1].Listen(0, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				c, err := way[0].Dial(context.Background(), addrPort(l.Addr()), 0)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				for i, a := range []netip.AddrPort{addrPort(c.LocalAddr()), addrPort(l.Addr())} {
					if p, ok := n.Party(a); !ok || p != way[i].party(a) {
						t.Errorf("%v belongs to %+v, %v; want the %s", a, p, ok, way[i].member.Name())
					}
				}
			}
			if p, ok := n.Party(netip.MustParseAddrPort("127.0.0.77:1")); ok {
				t.Errorf("a stranger's address is the %s's", p.Name())
			}
		})
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	apart := map[netip.Addr]bool{}
	for _, m := range Loopback(trio) {
		if !m.Addr.IsLoopback() {
			t.Errorf("%s has %v", m.Party.Name(), m.Addr)
		}
		apart[m.Addr] = true
	}
	if want := map[bool]int{true: 3, false: 1}[runtime.GOOS == "linux"]; len(apart) != want {
		t.Errorf("%d addresses for three parties, want %d", len(apart), want)
	}
}

func TestMembersThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"one":    {Members: Loopback(trio[:1])},
		"twice":  {Members: []Member{{Party: trio[0]}, {Party: trio[0]}}},
		"remote": {Members: []Member{{Party: trio[0]}, {trio[1], netip.MustParseAddr("192.0.2.1")}}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
