package live

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	all := []Interface{{Name: "docker0"}, {Name: "eth1"}, {Name: "eth0", Up: true}, {Name: "lo", Up: true}, {Name: "wlp3s0", Up: true}}
	for name, want := range map[string]string{"l0": "lo", "LO": "lo", "eth9": "eth0", "wlp3s1": "wlp3s0", "docker": "docker0"} {
		if got := nearest(name, slices.Clone(all)); got[0] != want || len(got) != len(all) {
			t.Errorf("%s: %v, want %s first", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "lo", 2}, {"lo", "", 2}, {"lo", "lo", 0}, {"eth0", "et0", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestInterfaces(t *testing.T) {
	t.Parallel()
	lo, err := ForAddress(netip.MustParseAddr("127.0.0.1"))
	if err != nil || !lo.Loopback {
		t.Fatalf("interface of 127.0.0.1: %+v, %v", lo, err)
	}
	all, err := Interfaces()
	if err != nil || !slices.ContainsFunc(all, func(i Interface) bool { return i.Name == lo.Name && i.Index == lo.Index }) {
		t.Errorf("%+v is not in %+v, %v", lo, all, err)
	}
	for _, i := range all {
		for _, p := range i.Addresses {
			if got, err := ForAddress(p.Addr()); err != nil || (p.Addr().IsLoopback() && !got.Loopback) {
				t.Errorf("interface of %v: %+v, %v", p.Addr(), got, err)
			}
		}
	}
	if _, err := ForAddress(netip.MustParseAddr("192.0.2.1")); err == nil {
		t.Error("an address of documentation (RFC 5737) is on this machine")
	}
}

// Every message exists in both languages, and says the same names.
func TestMessages(t *testing.T) {
	t.Parallel()
	type message interface {
		error
		Text(lang string) string
	}
	for _, c := range []struct {
		err   message
		names []string
	}{
		{&PrivilegeError{Interface: "eth0", Executable: "/opt/my lab/statelab", Err: errors.New("EPERM")}, []string{"eth0", "EPERM", "statelab tcp demo"}},
		{&InterfaceError{Name: "l0", Known: []string{"lo", "eth0"}}, []string{`"l0"`, "lo, eth0"}},
		{&InterfaceError{Known: []string{"lo"}}, []string{"lo"}},
		{&InterfaceError{Name: "eth0", Down: true}, []string{"eth0", "ip link set eth0 up"}},
		{&InterfaceError{Name: "can0", Hardware: 280}, []string{"can0", "280"}},
		{&UnsupportedError{Platform: "plan9"}, []string{"plan9", "statelab inspect"}},
	} {
		en, ko := c.err.Text("en"), c.err.Text("ko")
		if c.err.Error() != en || en == ko || !strings.ContainsFunc(ko, func(r rune) bool { return r >= '가' && r <= '힣' }) {
			t.Errorf("%T: %q, %q", c.err, en, ko)
		}
		for _, n := range c.names {
			if !strings.Contains(en, n) || !strings.Contains(ko, n) {
				t.Errorf("%T: %q is missing in %q or %q", c.err, n, en, ko)
			}
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"snap length": {Interface: "lo", SnapLen: -1},
		"buffer":      {Interface: "lo", Buffer: -1},
	} {
		if h, err := Open(t.Context(), o); err == nil {
			_ = h.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}
