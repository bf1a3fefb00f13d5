package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// hostile is what a peer may send to deceive whoever looks at it: escape
// sequences of both kinds, marks that turn the direction of writing, what is no
// UTF-8, and what means something to HTML, Mermaid or JSON.
const hostile = "\x1b]0;owned\x07\x1b[2J\x9b31m\u009b31m\r\b\x00\x7f" +
	"\u202eevil\u2066\u2069\u200f\u061c" + "\xff\xfe\xc3(" +
	`</script></svg><img src=x onerror=alert(1)>"'&;#` + "\u2028end"

// hostileTrace is a connection in which everything that a peer may choose is
// hostile: a payload that is no protocol's, an HTTP request and its response.
func hostileTrace(t testing.TB) string {
	t.Helper()
	var out bytes.Buffer
	w, err := pcapfile.NewWriter(&out, pcapfile.WriterOptions{Link: capture.LinkEthernet, Interface: hostile, Comment: hostile})
	if err != nil {
		t.Fatal(err)
	}
	line := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(hostile)
	talks := []struct {
		port           layers.TCPPort
		request, reply string
	}{
		{7, hostile + "\n", hostile + "\n"},
		{
			80,
			"GET /" + strings.ReplaceAll(line, " ", "") + " HTTP/1.1\r\nHost: " + line + "\r\nX-" + line + ": " + line + "\r\n\r\n",
			"HTTP/1.1 200 " + line + "\r\nSet-Cookie: " + line + "\r\nContent-Length: 3\r\n\r\n\x1b[m",
		},
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, talk := range talks {
		client, server := uint32(1000), uint32(5000)
		send := func(fromClient bool, tcp layers.TCP, payload string) {
			at = at.Add(time.Millisecond)
			src, dst := net.IP{10, 0, 0, 1}, net.IP{10, 0, 0, 2}
			tcp.SrcPort, tcp.DstPort, tcp.Window = layers.TCPPort(40000+i), talk.port, 65535
			seq, ack := &client, server
			if !fromClient {
				src, dst = dst, src
				tcp.SrcPort, tcp.DstPort = tcp.DstPort, tcp.SrcPort
				seq, ack = &server, client
			}
			tcp.Seq = *seq
			if tcp.ACK {
				tcp.Ack = ack
			}
			*seq += uint32(len(payload))
			if tcp.SYN || tcp.FIN {
				*seq++
			}
			ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
			if err := tcp.SetNetworkLayerForChecksum(&ip); err != nil {
				t.Fatal(err)
			}
			eth := layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}
			buf := gopacket.NewSerializeBuffer()
			o := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
			if err := gopacket.SerializeLayers(buf, o, &eth, &ip, &tcp, gopacket.Payload(payload)); err != nil {
				t.Fatal(err)
			}
			f := capture.Frame{Time: at, Link: capture.LinkEthernet, Data: buf.Bytes(), Length: len(buf.Bytes()), Comment: hostile}
			if err := w.WriteFrame(f); err != nil {
				t.Fatal(err)
			}
		}
		send(true, layers.TCP{SYN: true}, "")
		send(false, layers.TCP{SYN: true, ACK: true}, "")
		send(true, layers.TCP{ACK: true}, "")
		send(true, layers.TCP{PSH: true, ACK: true}, talk.request)
		send(false, layers.TCP{PSH: true, ACK: true}, talk.reply)
		send(true, layers.TCP{ACK: true}, "")
		send(true, layers.TCP{FIN: true, ACK: true}, "")
		send(false, layers.TCP{FIN: true, ACK: true}, "")
		send(true, layers.TCP{ACK: true}, "")
	}
	return out.String()
}

// Nothing that a peer sent reaches a terminal, a page or a program as it came,
// in any format.
func TestHostilePayload(t *testing.T) {
	t.Parallel()
	trace := hostileTrace(t)
	if err := plain(trace); err == nil {
		t.Fatal("the trace is not hostile")
	}
	for _, f := range everyFormat() {
		if f.Binary {
			continue // it is not for a terminal, and refuses one
		}
		for _, more := range []string{"", "--explain", "--ascii", "--lang=ko"} {
			t.Run(f.view+"/"+f.Name+more, func(t *testing.T) {
				args := []string{"inspect", "-", "--view", f.view, "--format", f.Name}
				if more != "" {
					args = append(args, more)
				}
				out, errs, code := try(t, trace, args...)
				if code != exitFine {
					t.Errorf("exit code %d: %s", code, errs)
				}
				for _, text := range []string{out, errs} {
					if err := plain(text); err != nil {
						t.Error(err)
					}
				}
				if err := parse(f.Name, out); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A name of a file is as hostile as its contents.
func TestHostileFileName(t *testing.T) {
	t.Parallel()
	_, errs, code := try(t, "", "inspect", "\x1b[2Jnowhere\u202e")
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if err := plain(errs); err != nil {
		t.Error(err)
	}
	_, errs, code = try(t, "", "tcp", "demo", "\x1b[2Jnowhere")
	if code != exitMisuse {
		t.Errorf("exit code %d", code)
	}
	if err := plain(errs); err != nil {
		t.Error(err)
	}
}

// Bytes that are no trace, or a damaged one, never end in more than an error.
func FuzzInspect(f *testing.F) {
	f.Add([]byte(hostileTrace(f)))
	f.Add([]byte("not a trace"))
	f.Add(binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4))
	f.Fuzz(func(t *testing.T, trace []byte) {
		for _, format := range []string{"text", "events"} {
			out, errs, code := try(t, string(trace), "inspect", "-", "--format", format, "--explain")
			if code != exitFine && code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			for _, text := range []string{out, errs} {
				if err := plain(text); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
