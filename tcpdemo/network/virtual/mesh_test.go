package virtual

import (
	"context"
	"io"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

var (
	client   = trace.Participant{Role: trace.RoleClient}
	attacker = trace.Participant{Role: trace.RoleAttacker}
	cache    = trace.Participant{Role: trace.RoleCache}
	server   = trace.Participant{Role: trace.RoleServer}
	server2  = trace.Participant{Role: trace.RoleServer, N: 2}
)

// hosts is a network's members, all with the default stack.
func hosts(parties ...trace.Participant) (all []network.Member) {
	for _, p := range parties {
		all = append(all, network.Member{Party: p})
	}
	return all
}

// echoAt serves echo at a host.
func (l *lab) echoAt(h *Host) netip.AddrPort {
	const port = 7
	ln, err := h.Listen(port, 0)
	if err != nil {
		l.t.Error(err)
	}
	l.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			l.Go(func() { echo(c.(*Conn)) })
		}
	})
	return netip.AddrPortFrom(h.Addr(), port)
}

// ask sends a text from one host to another's echo and reads it back.
func (l *lab) ask(from *Host, to netip.AddrPort, text string) {
	c, err := from.Dial(context.Background(), to, 0)
	if err != nil {
		l.t.Errorf("%s: %v", from.tap, err)
		return
	}
	got := make([]byte, len(text))
	if _, err = c.Write([]byte(text)); err == nil {
		_, err = io.ReadFull(c, got)
	}
	if err != nil || string(got) != text {
		l.t.Errorf("%s asks %v for %q: %q, %v", from.tap, to, text, got, err)
	}
	_ = c.Close()
}

func TestHostsHaveAddressesAndPlaces(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Hosts: hosts(server2, cache, server, attacker, client)})
	want := map[trace.Participant]string{
		client: "10.0.0.1", server2: "10.0.0.2", cache: "10.0.0.3", server: "10.0.0.4", attacker: "10.0.0.5",
	}
	for p, addr := range want {
		h := l.Host(p)
		if h == nil || h.Addr().String() != addr || h.Party() != (trace.Participant{Role: p.Role, N: p.N, Addr: netip.AddrPortFrom(h.Addr(), 0)}) {
			t.Errorf("%s: %+v, want %s", p.Name(), h, addr)
		}
	}
	if l.Client() != l.Host(client) || l.Server() != l.Host(server2) || l.Host(trace.Participant{Role: trace.RoleStore}) != nil {
		t.Error("Client, Server or Host finds the wrong one")
	}
	var order []string
	for _, h := range l.Hosts() {
		order = append(order, h.Party().Name())
	}
	if want := []string{"client", "attacker", "cache", "server", "server 2"}; !slices.Equal(order, want) {
		t.Errorf("from left to right: %v, want %v", order, want)
	}
}

func TestHostsThatCannotBe(t *testing.T) {
	t.Parallel()
	var many []trace.Participant
	for i := range maxHosts + 1 {
		many = append(many, trace.Participant{Role: trace.RoleBackend, N: i + 1})
	}
	for name, parties := range map[string][]trace.Participant{
		"alone": {client}, "twice": {client, server, server}, "too many": many,
		"twice, with an address": {client, {Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.9:1")}},
	} {
		if n, err := New(Config{Hosts: hosts(parties...)}); err == nil {
			t.Errorf("%s: no error", name)
			_ = n.Close()
		}
	}
}

// Every host reaches every other, and each tap sees what its own host sends and
// gets, and nothing else.
func TestEachTapSeesItsHost(t *testing.T) {
	t.Parallel()
	for _, arp := range []bool{false, true} {
		l := newLab(t, Config{Hosts: hosts(client, attacker, cache, server, server2), ARP: arp})
		r := l.run(time.Hour, func() {
			for _, to := range l.Hosts() {
				at := l.echoAt(to)
				for _, from := range l.Hosts() {
					l.ask(from, at, from.tap+" asks "+to.tap)
				}
			}
		})
		seen := map[string]int{}
		for _, f := range r.Frames {
			seg, ok := parse(f.Data)
			if !ok {
				continue
			}
			h := l.Hosts()[slices.IndexFunc(l.Hosts(), func(h *Host) bool { return h.tap == f.Vantage })]
			end := seg.src
			if f.Direction == capture.Inbound {
				end = seg.dst
			}
			if end.Addr() != h.addr {
				t.Fatalf("the tap of %s sees %v > %v %v", f.Vantage, seg.src, seg.dst, f.Direction)
			}
			if own := seg.src.Addr() == ClientAddr || seg.dst.Addr() == ClientAddr; own != (f.Number > 0) {
				t.Fatalf("frame %d at %s: %v > %v; 0 is what the client's file does not hold", f.Number, f.Vantage, seg.src, seg.dst)
			}
			seen[f.Vantage]++
		}
		for _, h := range l.Hosts() {
			if seen[h.tap] != seen["client"] || seen[h.tap] == 0 {
				t.Errorf("the taps saw %v frames, want all alike", seen)
			}
		}
	}
}

// A host that does nothing changes nothing: the bytes, their times and their
// order are those of the network without it.
func TestIdleHostChangesNothing(t *testing.T) {
	t.Parallel()
	play := func(c Config) []string {
		l := newLab(t, c, "loss 20%", "swap 2,3 data", "corrupt 5th data segment client→server")
		return timeline(l.run(time.Hour, func() {
			at := l.echoAt(l.Server())
			l.ask(l.Client(), at, strings.Repeat("much ", 5000))
		}))
	}
	two, five := play(Config{Seed: 7}), play(Config{Seed: 7, Hosts: hosts(client, attacker, cache, server, server2)})
	if len(two) < 50 || !reflect.DeepEqual(two, five) {
		t.Errorf("%d lines with two hosts and %d with five differ", len(two), len(five))
	}
}

// A rule counts on each wire for itself, towards the one who keeps.
func TestRulesActOnEachWire(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Hosts: hosts(server, cache, client)}, "drop 2nd data segment client→server once", "drop 1st data segment server→client once")
	r := l.run(time.Hour, func() {
		origin := l.echoAt(l.Host(server))
		hop := l.echoAt(l.Host(cache))
		for _, from := range []*Host{l.Client(), l.Host(cache)} { // client→cache and cache→server
			to := origin
			if from == l.Client() {
				to = hop
			}
			l.ask(from, to, strings.Repeat("x", 3000))
		}
	})
	var dropped []string
	for _, o := range r.Observations {
		if o.Kind != trace.ObservedVerdict {
			continue
		}
		for _, f := range r.Frames {
			if f.Wire == o.Verdict.Wire {
				dropped = append(dropped, f.Vantage+": "+o.Verdict.Rule)
			}
		}
	}
	slices.Sort(dropped)
	want := []string{
		"cache: drop 1st data segment server→client once", "cache: drop 2nd data segment client→server once",
		"client: drop 2nd data segment client→server once", "server: drop 1st data segment server→client once",
	}
	if !slices.Equal(dropped, want) {
		t.Errorf("dropped %q, want %q", dropped, want)
	}
}

// Chance on one wire has nothing to do with chance on another.
func TestChanceOnEachWire(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Hosts: hosts(client, server, server2)}, "loss 30% data")
	lost := map[string][]int{}
	r := l.run(time.Hour, func() {
		for _, h := range []*Host{l.Host(server), l.Host(server2)} {
			l.ask(l.Client(), l.echoAt(h), strings.Repeat("y", 20000))
		}
	})
	first := map[netip.AddrPort]uint32{}
	for _, f := range r.Frames {
		seg, ok := parse(f.Data)
		if !ok || f.Direction != capture.Outbound || f.Vantage != "client" {
			continue
		}
		if _, known := first[seg.src]; !known {
			first[seg.src] = seg.seq
		}
		if slices.ContainsFunc(r.Observations, func(o trace.Observation) bool {
			return o.Kind == trace.ObservedVerdict && o.Verdict.Wire == f.Wire
		}) {
			to := seg.dst.Addr().String()
			lost[to] = append(lost[to], int(seg.seq-first[seg.src]))
		}
	}
	if a, b := lost["10.0.0.2"], lost["10.0.0.3"]; len(a) == 0 || len(b) == 0 || slices.Equal(a, b) {
		t.Errorf("lost to one server at %v and to the other at %v; want something, and not the same", a, b)
	}
}

// Any host can crash: its connections are forgotten, those of others are not.
func TestRestartOfAnyHost(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Hosts: hosts(client, cache, server, server2)})
	l.run(time.Hour, func() {
		var kept []network.Conn
		for _, h := range l.Hosts()[1:] {
			c, err := l.Client().Dial(context.Background(), l.echoAt(h), 0)
			if err != nil {
				t.Error(err)
				return
			}
			kept = append(kept, c)
		}
		if err := l.Host(cache).Restart(); err != nil {
			t.Error(err)
		}
		for i, want := range []bool{false, true, true} {
			_, err := kept[i].Write([]byte("?"))
			if err == nil {
				_, err = io.ReadFull(kept[i], make([]byte, 1))
			}
			if (err == nil) != want {
				t.Errorf("%s after the cache's restart: %v", l.Hosts()[i+1].tap, err)
			}
			_ = kept[i].Close()
		}
		l.ask(l.Client(), l.echoAt(l.Host(cache)), "new")
	})
}
