package analyze_test

import (
	"net"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
)

// builder makes the frames of one connection.
type builder struct {
	tb     testing.TB
	frames []capture.Frame
	now    time.Time
	seq    [2]uint32
	// loopback: both ends are 127.0.0.1.
	loopback bool
}

func newBuilder(tb testing.TB) *builder {
	tb.Helper()
	return &builder{tb: tb, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), seq: [2]uint32{1000, 9000}}
}

// send appends a frame; from is 0 for the client.
func (b *builder) send(from int, set func(*layers.TCP), payload []byte) {
	b.tb.Helper()
	ips := [2]net.IP{{10, 0, 0, 1}, {10, 0, 0, 2}}
	if b.loopback {
		ips = [2]net.IP{{127, 0, 0, 1}, {127, 0, 0, 1}}
	}
	ports := [2]layers.TCPPort{40000, 7}
	eth := &layers.Ethernet{
		SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(1 + from)}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(2 - from)},
		EthernetType: layers.EthernetTypeIPv4,
	}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: ips[from], DstIP: ips[1-from], Id: uint16(len(b.frames))}
	tcp := &layers.TCP{SrcPort: ports[from], DstPort: ports[1-from], Seq: b.seq[from], Ack: b.seq[1-from], Window: 65535}
	set(tcp)
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		b.tb.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, eth, ip, tcp, gopacket.Payload(payload)); err != nil {
		b.tb.Fatal(err)
	}
	b.seq[from] += uint32(len(payload))
	if tcp.SYN || tcp.FIN {
		b.seq[from]++
	}
	b.now = b.now.Add(100 * time.Microsecond)
	data := buf.Bytes()
	b.frames = append(b.frames, capture.Frame{
		Number: len(b.frames) + 1, Time: b.now, Data: data, Length: len(data), Link: capture.LinkEthernet,
	})
}

func (b *builder) handshake() {
	b.send(0, func(t *layers.TCP) { t.SYN, t.Ack = true, 0 }, nil)
	b.send(1, func(t *layers.TCP) { t.SYN, t.ACK = true, true }, nil)
	b.send(0, func(t *layers.TCP) { t.ACK = true }, nil)
}

func (b *builder) data(n int) {
	b.send(0, func(t *layers.TCP) { t.ACK, t.PSH = true, true }, make([]byte, n))
}

func (b *builder) ack() { b.send(1, func(t *layers.TCP) { t.ACK = true }, nil) }
