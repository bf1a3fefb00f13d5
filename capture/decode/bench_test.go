package decode

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"statelab/capture"
)

// report adds frames a second to a benchmark of one frame an iteration.
func report(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

// benchFrames are ordinary small TCP frames: acknowledgments with timestamps,
// and a segment with a little data.
func benchFrames() map[string]capture.Frame {
	return map[string]capture.Frame{
		"ipv4-ack":  ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(timestampOption, nil))),
		"ipv4-100":  ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(timestampOption, make([]byte, 100)))),
		"ipv4-1448": ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(timestampOption, make([]byte, 1448)))),
		"ipv6-100":  ethernetFrame(etherIPv6, ipv6Packet(protoTCP, tcpSegment(timestampOption, make([]byte, 100)))),
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, f := range benchFrames() {
		for _, verify := range []bool{false, true} {
			label := name
			if verify {
				label += "-verify"
			}
			b.Run(label, func(b *testing.B) {
				d := Decoder{VerifyChecksums: verify}
				var p Packet
				b.SetBytes(int64(len(f.Data)))
				b.ReportAllocs()
				for b.Loop() {
					d.Decode(&f, &p)
				}
				report(b)
			})
		}
	}
}

// BenchmarkGopacket is the peer: gopacket's DecodingLayerParser, with no
// Segment made of its layers.
func BenchmarkGopacket(b *testing.B) {
	for name, f := range benchFrames() {
		b.Run(name, func(b *testing.B) {
			var (
				eth     layers.Ethernet
				ip4     layers.IPv4
				ip6     layers.IPv6
				tcp     layers.TCP
				payload gopacket.Payload
			)
			parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &ip4, &ip6, &tcp, &payload)
			var found []gopacket.LayerType
			b.ReportAllocs()
			for b.Loop() {
				if err := parser.DecodeLayers(f.Data, &found); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
	}
}

func BenchmarkFields(b *testing.B) {
	f := benchFrames()["ipv4-ack"]
	b.ReportAllocs()
	for b.Loop() {
		Fields(&f)
	}
	report(b)
}

func BenchmarkSum(b *testing.B) {
	data := make([]byte, 1460)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sum(data, 0)
	}
}
