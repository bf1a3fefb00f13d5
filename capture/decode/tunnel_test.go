package decode

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/tcpstate"
	"statelab/capture/tcpstate/tsharktest"
)

// numbered makes each case a connection of its own.
func numbered(i int) (v4, v6 []byte) {
	segment := tcpSegment(timestampOption, []byte("hello"))
	binary.BigEndian.PutUint16(segment, uint16(40000+i))
	return ipv4Packet(segment), ipv6Packet(protoTCP, segment)
}

// carriers are all encapsulations, each around its own connection.
func carriers() []encapsulation {
	n := len(encapsulations(numbered(0)))
	var all []encapsulation
	for i := range n {
		e := encapsulations(numbered(i))[i]
		e.frame.Number = i + 1
		all = append(all, e)
	}
	return all
}

// TestEncapsulations: the same segment comes out of every one of them, and its
// fields cover the frame.
func TestEncapsulations(t *testing.T) {
	t.Parallel()
	for i, e := range carriers() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			p := decoded(t, e.frame)
			s := &p.Segment
			if !p.TCP || p.Err != nil || p.Protocol != "TCP" {
				t.Fatalf("TCP %t, protocol %q, err %v", p.TCP, p.Protocol, p.Err)
			}
			if int(s.Src.Port()) != 40000+i || s.Dst.Port() != 80 || s.Seq != 100 || s.Len != 5 || string(s.Payload) != "hello" || s.Checksum != tcpstate.Valid {
				t.Errorf("segment %+v", s)
			}
			if src := s.Src.Addr().String(); src != "10.0.0.1" && src != "fd00::1" {
				t.Errorf("source %s", src)
			}
			fields := Fields(&e.frame)
			checkFields(t, &e.frame, fields)
			if text := fieldText(fields); !strings.Contains(text, "Source Port = "+fmt.Sprint(40000+i)) || strings.Contains(text, "  Data\n") {
				t.Errorf("fields\n%s", text)
			}
		})
	}
}

// TestEncapsulationsCut: every prefix of every frame is read as far as it goes. A
// TCP header whose first 20 bytes are there is a segment, as long as the IP header
// says; before that, the header that is cut is named.
func TestEncapsulationsCut(t *testing.T) {
	t.Parallel()
	for i, e := range carriers() {
		at := bytes.Index(e.frame.Data, binary.BigEndian.AppendUint16(be(uint16(40000+i)), 80))
		for n := range e.frame.Data {
			f := e.frame
			f.Data = slices.Clip(slices.Clone(f.Data[:n]))
			p := decoded(t, f)
			checkFields(t, &f, Fields(&f))
			if n < at+tcpLen {
				// A port alone, with nothing behind it, makes no tunnel.
				unknown := p.Err == nil && (p.Protocol == "UDP" || p.Protocol == "Teredo")
				if p.TCP || !unknown && !errors.Is(p.Err, ErrCut) {
					t.Errorf("%s cut to %d of %d: TCP %t, protocol %q, %v", e.name, n, len(e.frame.Data), p.TCP, p.Protocol, p.Err)
				}
				continue
			}
			s := &p.Segment
			if !p.TCP || s.Seq != 100 || s.Len != 5 || int(s.Src.Port()) != 40000+i || len(s.Payload) != min(max(n-at-32, 0), 5) {
				t.Errorf("%s cut to %d of %d: %+v, %v", e.name, n, len(e.frame.Data), s, p.Err)
			}
		}
	}
}

// TestTunnelsBounded: what is nested too deep is left as payload.
func TestTunnelsBounded(t *testing.T) {
	t.Parallel()
	nested := func(n int) capture.Frame {
		b, _ := numbered(0)
		for range n {
			b = over4(protoIPv4, b)
		}
		return frame(capture.LinkRaw, b)
	}
	if p := decoded(t, nested(maxTunnels)); !p.TCP {
		t.Errorf("%d deep: %v", maxTunnels, p.Err)
	}
	if p := decoded(t, nested(maxTunnels+1)); p.TCP || !errors.Is(p.Err, ErrMalformed) {
		t.Errorf("%d deep: TCP %t, %v", maxTunnels+1, p.TCP, p.Err)
	}
	v4, _ := numbered(0)
	labels := slices.Repeat([][]byte{label(7, false)}, maxLabels)
	if p := decoded(t, frame(linkMPLS, slices.Concat(labels...), label(7, true), v4)); p.TCP || !errors.Is(p.Err, ErrMalformed) {
		t.Errorf("%d labels: TCP %t, %v", maxLabels+1, p.TCP, p.Err)
	}
}

// writeMixed writes frames of several link types as pcapng, by hand.
func writeMixed(t *testing.T, frames []capture.Frame) string {
	t.Helper()
	var file []byte
	block := func(kind uint32, body []byte) {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(len(body) + 12)
		file = binary.LittleEndian.AppendUint32(file, kind)
		file = binary.LittleEndian.AppendUint32(file, n)
		file = append(file, body...)
		file = binary.LittleEndian.AppendUint32(file, n)
	}
	words := func(v ...uint32) (b []byte) {
		for _, w := range v {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		return b
	}
	block(0x0a0d0d0a, words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff))
	for _, f := range frames {
		block(1, words(uint32(f.Link), 0))
	}
	for i, f := range frames {
		block(6, append(words(uint32(i), 0, uint32(i+1), uint32(len(f.Data)), uint32(f.Length)), f.Data...))
	}
	path := filepath.Join(t.TempDir(), "mixed.pcapng")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sharkRow is what tshark says of one frame: of the innermost segment.
type sharkRow struct {
	protocols, src, dst, sport, dport, seq, length, stream, payload string
}

// shark asks tshark, with its preferences as they are delivered.
func shark(t *testing.T, path string) []sharkRow {
	t.Helper()
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "occurrence=l"}
	for _, field := range []string{"frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.len", "tcp.stream", "tcp.payload"} {
		args = append(args, "-e", field)
	}
	c := exec.Command(tsharktest.Program(t), args...)
	c.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	var rows []sharkRow
	for line := range strings.Lines(string(out)) {
		v := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		r := sharkRow{v[0], v[1], v[2], v[5], v[6], v[7], v[8], v[9], v[10]}
		if strings.LastIndex(v[0], ":ipv6") > strings.LastIndex(v[0], ":ip:") || strings.HasPrefix(v[0], "ipv6") && !strings.Contains(v[0], ":ip:") {
			r.src, r.dst = v[3], v[4]
		}
		rows = append(rows, r)
	}
	return rows
}

// streamsOf counts streams as Wireshark does: by the innermost ends, from 0, in
// the order in which they appear.
type streamsOf map[[2]netip.AddrPort]int

func (m streamsOf) of(s *tcpstate.Segment) int {
	k := [2]netip.AddrPort{s.Src, s.Dst}
	if k[1].Compare(k[0]) < 0 {
		k[0], k[1] = k[1], k[0]
	}
	if _, ok := m[k]; !ok {
		m[k] = len(m)
	}
	return m[k]
}

// rowOf spells a segment as tshark does.
func rowOf(p *Packet, streams streamsOf) (r sharkRow) {
	if !p.TCP {
		return sharkRow{}
	}
	s := &p.Segment
	return sharkRow{
		src: s.Src.Addr().String(), dst: s.Dst.Addr().String(), sport: fmt.Sprint(s.Src.Port()), dport: fmt.Sprint(s.Dst.Port()),
		seq: fmt.Sprint(uint32(s.Seq)), length: fmt.Sprint(s.Len), stream: fmt.Sprint(streams.of(s)), payload: hex.EncodeToString(s.Payload),
	}
}

// TestEncapsulationsWireshark: tshark finds the same segment, and the same
// connection, in every frame.
func TestEncapsulationsWireshark(t *testing.T) {
	t.Parallel()
	all := carriers()
	var frames []capture.Frame
	for _, e := range all {
		frames = append(frames, e.frame)
	}
	rows := shark(t, writeMixed(t, frames))
	if len(rows) != len(all) {
		t.Fatalf("%d rows for %d frames", len(rows), len(all))
	}
	streams := streamsOf{}
	for i, e := range all {
		want := rows[i]
		if e.foreign != "" {
			if want.stream != "" {
				t.Errorf("%s: tshark reads it after all: %s", e.name, want.protocols)
			}
			continue
		}
		got := rowOf(decoded(t, e.frame), streams)
		got.protocols = want.protocols
		if got != want {
			t.Errorf("%s: got %+v, tshark %+v", e.name, got, want)
		}
	}
}
