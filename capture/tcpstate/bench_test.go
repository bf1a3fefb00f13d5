package tcpstate_test

import (
	"net/netip"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// bulk is an open connection in which the server sends two full segments for
// each ACK, as often as asked.
type bulk struct {
	o       *tcpstate.Observer
	segment tcpstate.Segment
	client  netip.AddrPort
	server  netip.AddrPort
	snd     tcpstate.Seq
	at      time.Time
	oneTap  bool // at the client
}

func newBulk(o *tcpstate.Observer, port uint16, oneTap bool) *bulk {
	b := &bulk{
		o: o, oneTap: oneTap,
		client: netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), port),
		server: netip.MustParseAddrPort("10.0.0.2:80"), at: time.Unix(1e9, 0), snd: 1,
	}
	b.see(b.client, b.server, tcpstate.SYN, 0, 0, 0)
	b.see(b.server, b.client, tcpstate.SYN|tcpstate.ACK, 0, 1, 0)
	b.see(b.client, b.server, tcpstate.ACK|tcpstate.PSH, 1, 1, 100)
	b.see(b.server, b.client, tcpstate.ACK, 1, 101, 0)
	return b
}

func (b *bulk) see(from, to netip.AddrPort, flags tcpstate.Flags, seq, ack tcpstate.Seq, n int) {
	s := &b.segment
	b.at = b.at.Add(time.Microsecond)
	s.Time, s.Src, s.Dst, s.Flags, s.Seq, s.Ack, s.Len, s.Window = b.at, from, to, flags, seq, ack, n, 60000
	s.Frame++
	where := tcpstate.Passing
	if b.oneTap && from == b.client {
		where = tcpstate.Sent
	} else if b.oneTap {
		where = tcpstate.Received
	}
	b.o.Observe(s, where)
}

// three observes two full segments and their ACK.
func (b *bulk) three() {
	b.see(b.server, b.client, tcpstate.ACK, b.snd, 101, 1448)
	b.see(b.server, b.client, tcpstate.ACK, b.snd+1448, 101, 1448)
	b.snd += 2 * 1448
	b.see(b.client, b.server, tcpstate.ACK, 101, b.snd, 0)
}

// BenchmarkObserve measures one connection's bulk transfer: three segments an
// operation.
func BenchmarkObserve(b *testing.B) {
	for name, oneTap := range map[string]bool{"passing": false, "at-client": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			x := newBulk(tcpstate.NewObserver(tcpstate.ObserverOptions{}), 40000, oneTap)
			for b.Loop() {
				x.three()
			}
			b.ReportMetric(3*float64(b.N)/b.Elapsed().Seconds(), "segments/s")
		})
	}
}

// BenchmarkObserveMany has a thousand connections take turns.
func BenchmarkObserveMany(b *testing.B) {
	b.ReportAllocs()
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	var all []*bulk
	for port := range uint16(1000) {
		all = append(all, newBulk(o, 40000+port, false))
	}
	i := 0
	for b.Loop() {
		all[i].three()
		i = (i + 1) % len(all)
	}
	b.ReportMetric(3*float64(b.N)/b.Elapsed().Seconds(), "segments/s")
}

// BenchmarkConnection measures a whole short connection: ten segments.
func BenchmarkConnection(b *testing.B) {
	b.ReportAllocs()
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{MaxConns: 1000})
	port := uint16(0)
	for b.Loop() {
		port++
		x := newBulk(o, port, false)
		x.see(x.server, x.client, tcpstate.ACK|tcpstate.PSH, 1, 101, 500)
		x.see(x.client, x.server, tcpstate.ACK|tcpstate.FIN, 101, 501, 0)
		x.see(x.server, x.client, tcpstate.ACK, 501, 102, 0)
		x.see(x.server, x.client, tcpstate.ACK|tcpstate.FIN, 501, 102, 0)
		x.see(x.client, x.server, tcpstate.ACK, 102, 502, 0)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "connections/s")
}

// TestBulkAllocatesNothing holds the hot path to no allocation at all.
func TestBulkAllocatesNothing(t *testing.T) {
	x := newBulk(tcpstate.NewObserver(tcpstate.ObserverOptions{}), 40000, true)
	x.three()
	if n := testing.AllocsPerRun(100, x.three); n != 0 {
		t.Errorf("three segments of a bulk transfer allocate %v times", n)
	}
}
