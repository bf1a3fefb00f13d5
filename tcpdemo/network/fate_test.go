package network_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// look decodes a frame with its checksums verified.
func look(t *testing.T, frame []byte) *decode.Packet {
	t.Helper()
	decoder := decode.Decoder{VerifyChecksums: true}
	var p decode.Packet
	decoder.Decode(&capture.Frame{Data: frame, Length: len(frame), Link: capture.LinkEthernet}, &p)
	return &p
}

// Whatever the seed, one bit flips, the checksum shows it, and the lengths stay.
func TestCorrupt(t *testing.T) {
	t.Parallel()
	rules := network.MustParseRules("corrupt all any")
	flipped := map[int]bool{}
	for seed := range uint64(200) {
		for _, s := range []segment{data(0, 20), data(0, 1), ackOf(0), {flags: syn, seq: 1}} {
			frame := s.frame(t)
			d := network.NewDecider(rules, seed, network.Link{}).Decide(s.dir, 0, 1, frame)
			got, v := only(t, d).Data, verdict(t, d)
			if v.Fate != trace.Corrupted || len(got) != len(frame) {
				t.Fatalf("%+v", v)
			}
			ones := 0
			for i := range got {
				ones += bits.OnesCount8(got[i] ^ frame[i])
			}
			if ones != 1 || (got[v.Bit/8]^frame[v.Bit/8])<<(v.Bit%8) != 0x80 {
				t.Fatalf("seed %d: %d bits flipped, the verdict says bit %d", seed, ones, v.Bit)
			}
			if p := look(t, got); !p.TCP || p.Segment.Checksum != tcpstate.Invalid || p.Segment.Len != len(s.payload) || p.IP.Checksum != tcpstate.Valid {
				t.Fatalf("seed %d: %+v", seed, p.Segment)
			}
			if s.payload != "" && v.Bit < 8*54 {
				t.Fatalf("seed %d: bit %d is not in the payload", seed, v.Bit)
			}
			flipped[v.Bit] = true
		}
	}
	if len(flipped) < 100 {
		t.Errorf("only %d different bits flipped", len(flipped))
	}
}

func TestMTUAnswersAsARouter(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{Delay: 5 * ms}, "mtu 600 client→server")
	if one := only(t, w.send(data(0, 560))); one.After != 5*ms { // 20 + 20 + 560 = 600
		t.Errorf("%+v", one)
	}
	sent := data(560, 561).frame(t)
	d := w.sendFrame(c2s, sent)
	if v := verdict(t, d); len(d.Deliveries) != 0 || v.Fate != trace.TooBig || len(d.Replies) != 1 {
		t.Fatalf("%+v", d)
	}
	r := d.Replies[0]
	if r.Dir != s2c || r.After != 5*ms || r.Rule != "mtu 600 client→server" {
		t.Errorf("%+v", r)
	}
	p := gopacket.NewPacket(r.Data, layers.LayerTypeEthernet, gopacket.Default)
	eth := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	ip := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	icmp := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
	if eth.DstMAC.String() != clientMAC.String() || eth.SrcMAC.String() != serverMAC.String() || !ip.SrcIP.Equal(network.DefaultRouter.AsSlice()) || !ip.DstIP.Equal(clientIP) {
		t.Errorf("addresses: %v %v", eth, ip)
	}
	// RFC 1191 §4: the low 16 bits of the second word are the next hop's MTU.
	if icmp.TypeCode != layers.CreateICMPv4TypeCode(3, 4) || binary.BigEndian.Uint32(icmp.Contents[4:8]) != 600 {
		t.Errorf("ICMP %v % x", icmp.TypeCode, icmp.Contents)
	}
	if !bytes.Equal(icmp.Payload, sent[14:14+28]) {
		t.Errorf("quotes % x, want the IP header and 8 octets", icmp.Payload)
	}
	if sum(ip.Contents) != 0xffff || sum(ip.Payload) != 0xffff {
		t.Error("a checksum is wrong")
	}
	if d := w.send(reply(0, 1000)); len(d.Deliveries) != 1 {
		t.Errorf("the other way: %+v", d)
	}
}

// sum is the one's complement sum: 0xffff over what holds its own checksum.
func sum(b []byte) uint32 {
	var s uint32
	for i, octet := range b {
		s += uint32(octet) << (8 * ((i + 1) % 2))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return s
}

func TestMTUFragmentsWhatMayBe(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "mtu 600", "corrupt 1st data segment")
	s := data(0, 1400)
	s.mayCut = true
	sent := s.frame(t)
	d := w.sendFrame(c2s, sent)
	if v := verdict(t, d); v.Fate != trace.Corrupted || len(d.Deliveries) != 3 {
		t.Fatalf("%d deliveries, %+v", len(d.Deliveries), v)
	}
	sent[d.Verdicts[0].Bit/8] ^= 0x80 >> (d.Verdicts[0].Bit % 8)
	var together []byte
	for i, one := range d.Deliveries {
		p := look(t, one.Data)
		if one.Wire != 1 || p.IP.Length > 600 || p.IP.FragmentOffset != len(together) || p.IP.More != (i < 2) || p.IP.Checksum != tcpstate.Valid || p.IP.ID != 77 {
			t.Errorf("fragment %d: %+v", i, p.IP)
		}
		together = append(together, one.Data[34:]...)
	}
	if !bytes.Equal(together, sent[34:]) {
		t.Error("the fragments do not make the packet")
	}
}

// Loss depends on the seed and on what a segment is, not on when it comes.
func TestLossIsRepeatable(t *testing.T) {
	t.Parallel()
	const n = 20_000
	lost := func(seed uint64, backwards bool, isn uint32) (set string, count int) {
		d := network.NewDecider(network.MustParseRules("loss 2%"), seed, network.Link{})
		d.Decide(c2s, 0, 0, segment{flags: syn, seq: isn}.frame(t))
		fates := make([]byte, n)
		for i := range n {
			if backwards {
				// Pairs come in the other order.
				i ^= 1
			}
			fates[i] = '.'
			s := segment{flags: ack, seq: isn + 1 + uint32(i)*10, ack: 5001, payload: "0123456789"}
			if dec := d.Decide(c2s, time.Duration(i), uint64(i), s.frame(t)); len(dec.Deliveries) == 0 {
				fates[i] = 'x'
				count++
			}
		}
		return string(fates), count
	}
	set, count := lost(1, false, 1000)
	if count < n*17/1000 || count > n*23/1000 {
		t.Errorf("%d of %d lost, want about 2%%", count, n)
	}
	if again, _ := lost(1, true, 1000); again != set {
		t.Error("another order of arrival, another loss")
	}
	if again, _ := lost(1, false, 4_000_000_000); again != set {
		t.Error("another ISN, another loss")
	}
	if other, _ := lost(2, false, 1000); other == set {
		t.Error("another seed, the same loss")
	}
}

// A retransmission is another throw of the dice; so is the same ACK again, and
// the same place in another connection.
func TestLossIsIndependent(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "loss 50%")
	var retransmitted, acked, connections strings.Builder
	for i := range 100 {
		for _, s := range []struct {
			into *strings.Builder
			segment
		}{{&retransmitted, data(0, 10)}, {&acked, ackOf(10)}, {&connections, segment{port: uint16(50000 + i), flags: syn, seq: 9}}} {
			fmt.Fprint(s.into, len(w.send(s.segment).Deliveries))
		}
	}
	for _, got := range []string{retransmitted.String(), acked.String(), connections.String()} {
		if n := strings.Count(got, "0"); n < 30 || n > 70 {
			t.Errorf("%d of 100 lost at 50%%: %s", n, got)
		}
	}
	if retransmitted.String() == acked.String() || acked.String() == connections.String() {
		t.Error("unlike segments share their luck")
	}
}

// What the wire remembers is bounded, whatever comes.
func TestManyConnections(t *testing.T) {
	t.Parallel()
	w := newWire(t, network.Link{}, "drop 2nd data segment of each connection")
	frame := segment{flags: syn, seq: 1}.frame(t)
	for i := range uint32(40_000) {
		binary.BigEndian.PutUint32(frame[26:], 0x0a000000+i) // another client address each
		w.d.Decide(c2s, 0, 1, frame)
	}
	w.fates(open()...)
	if got := w.fates(data(0, 1), data(1, 1), data(2, 1)); got != "ok dropped ok" {
		t.Error(got)
	}
}

func FuzzDecide(f *testing.F) {
	for _, s := range []segment{data(0, 100), {flags: syn, seq: 1}, {flags: fin | ack, seq: 5, ack: 6}, {mayCut: true, flags: ack, payload: strings.Repeat("z", 900)}} {
		f.Add(s.frame(f), uint8(3))
	}
	f.Add(arp(f), uint8(0))
	rules := network.MustParseRules("mtu 100", "corrupt every 3rd any segment", "swap 2,4", "duplicate every 5th", "rate 1mbit", "loss 5%", "delay 3ms every 4th data", "drop 9th")
	f.Fuzz(func(t *testing.T, frame []byte, n uint8) {
		d := network.NewDecider(rules, 7, network.Link{Delay: ms})
		var now time.Duration
		in, out := 0, 0
		for i := range int(n%32) + 1 {
			dir := network.Direction(i % 2)
			now += time.Duration(n) * ms
			in++
			dec := d.Decide(dir, now, uint64(in), frame)
			for _, one := range dec.Deliveries {
				if one.After < 0 || one.Wire == 0 || one.Wire > uint64(in) || len(one.Data) > len(frame) {
					t.Fatalf("%+v", one)
				}
				out++
			}
		}
		for {
			at, ok := d.NextDue()
			if !ok {
				break
			}
			if out += len(d.Due(at).Deliveries); at < 0 {
				t.Fatal(at)
			}
		}
		if most := 2 * in * (len(frame)/80 + 2); out > most {
			t.Fatalf("%d frames in, %d out", in, out)
		}
	})
}
