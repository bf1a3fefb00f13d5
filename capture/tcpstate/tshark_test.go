package tcpstate_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/tcpstate/tsharktest"
)

// tsharkFloor is the least micro F1 of findings that is accepted against tshark
// on random traces.
const tsharkFloor = 0.999

// TestFindingsAgreeWithTshark compares the findings for random traces, each
// connection on a bad wire, with tshark's for the same frames.
func TestFindingsAgreeWithTshark(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command(tsharktest.Program(t), "--version").Output(); err != nil || !strings.Contains(string(out), "4.0.") {
		t.Skipf("the rules are those of Wireshark 4.0, and this is %.40s", out)
	}
	var segments []tcpstate.Segment
	port := uint16(1024)
	add := func(s tcpstate.Segment) {
		client := netip.AddrPortFrom(modelAddr[0].Addr(), port)
		if s.Src == modelAddr[0] {
			s.Src = client
		} else {
			s.Dst = client
		}
		segments = append(segments, s)
	}
	for seed := range uint64(300) {
		m := runModel(seed)
		for _, place := range []view{atClient, between} {
			port++
			for _, s := range m.sights {
				if _, ok := seenFrom(place, s); ok && s.segment.Checksum != tcpstate.Invalid {
					add(s.segment)
				}
			}
		}
		port++
		for _, s := range soup(seed) {
			add(s)
		}
	}
	file := filepath.Join(t.TempDir(), "random.pcap")
	if err := os.WriteFile(file, pcap(segments), 0o600); err != nil {
		t.Fatal(err)
	}
	answers := tsharktest.Read(t, file, nil)
	if len(answers) != len(segments) {
		t.Fatalf("tshark saw %d frames of %d", len(answers), len(segments))
	}
	compareFindings(t, segments, answers)
}

// compareFindings counts where the observer and tshark agree.
func compareFindings(t *testing.T, segments []tcpstate.Segment, answers []tsharktest.Row) {
	t.Helper()
	names := tsharktest.Names()
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	hits, misses, extras := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range segments {
		segments[i].Frame = i + 1
		r := o.Observe(&segments[i], tcpstate.Passing)
		got := map[string]bool{}
		for _, f := range r.Findings {
			got[f.Name] = slices.Contains(names, f.Name)
		}
		for _, name := range names {
			switch {
			case got[name] && answers[i].Findings[name]:
				hits[name]++
			case answers[i].Findings[name]:
				misses[name]++
				t.Logf("frame %d: missing %s", i+1, name)
			case got[name]:
				extras[name]++
				t.Logf("frame %d: not tshark's: %s", i+1, name)
			}
		}
	}
	var hit, wrong float64
	for _, name := range names {
		hit, wrong = hit+float64(hits[name]), wrong+float64(misses[name]+extras[name])
		t.Logf("%-24s agreed %5d, missing %d, extra %d", name, hits[name], misses[name], extras[name])
	}
	f1 := 2 * hit / (2*hit + wrong)
	t.Logf("micro F1 %.5f over %d frames", f1, len(segments))
	if f1 < tsharkFloor {
		t.Errorf("micro F1 of findings is %.4f, below %.2f", f1, tsharkFloor)
	}
}

// soup makes segments that stay near to one another in every number, without
// any TCP's sense behind them.
func soup(seed uint64) (out []tcpstate.Segment) {
	rng := rand.New(rand.NewPCG(seed, 7))
	base := [2]tcpstate.Seq{tcpstate.Seq(rng.Uint32()), tcpstate.Seq(rng.Uint32())}
	next, now := base, time.Duration(0)
	see := func(from int, flags tcpstate.Flags, seq, ack tcpstate.Seq, n int, window uint16) {
		now += []time.Duration{time.Millisecond, 2 * time.Millisecond, 15 * time.Millisecond, 50 * time.Millisecond}[rng.IntN(4)]
		s := tcpstate.Segment{Src: modelAddr[from], Dst: modelAddr[1-from], Flags: flags, Seq: seq, Ack: ack, Len: n, Window: window}
		s.Time = time.Unix(1e9, 0).Add(now)
		out = append(out, s)
		if end := s.End(); end.After(next[from]) {
			next[from] = end
		}
	}
	open := func() {
		see(0, tcpstate.SYN, base[0], 0, 0, 1000)
		see(1, tcpstate.SYN|tcpstate.ACK, base[1], base[0]+1, 0, 1000)
		if rng.IntN(2) == 0 {
			for i := range 2 {
				out[len(out)-1-i].Options = tcpstate.Options{HasScale: true, Scale: uint8(rng.IntN(4))}
			}
		}
		see(0, tcpstate.ACK, base[0]+1, base[1]+1, 0, 1000)
	}
	if rng.IntN(4) > 0 {
		open()
	}
	windows, last := []uint16{1000, 1000, 1000, 200, 0}, [2]uint16{}
	for range 40 {
		from := rng.IntN(2)
		seq := next[from] + []tcpstate.Seq{0, 0, 0, 0, 0, 0, 100, ^tcpstate.Seq(0), -100 & 0xffffffff, -200 & 0xffffffff}[rng.IntN(10)]
		ack := next[1-from] + []tcpstate.Seq{0, 0, 0, 0, 0, -100 & 0xffffffff, 100}[rng.IntN(7)]
		flags := tcpstate.ACK
		switch rng.IntN(60) {
		case 0:
			flags |= tcpstate.FIN
		case 1:
			flags |= tcpstate.RST
		}
		if rng.IntN(2) == 0 {
			last[from] = windows[rng.IntN(len(windows))]
		}
		see(from, flags, seq, ack, []int{0, 0, 0, 1, 100, 100, 200}[rng.IntN(7)], last[from])
		if rng.IntN(100) == 0 {
			base[0], base[1] = next[0]+1000, next[1]+5000
			next = base
			open()
		}
	}
	return out
}

// pcap writes segments as raw IPv4 packets with nanosecond stamps.
func pcap(segments []tcpstate.Segment) []byte {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(fmt.Sprintf("a buffer does not take %T: %v", v, err))
			}
		}
	}
	put(uint32(0xa1b23c4d), uint16(2), uint16(4), uint64(0), uint32(65535), uint32(101))
	for i := range segments {
		s := &segments[i]
		header := 40
		if s.Options.HasScale {
			header += 4
		}
		packet := make([]byte, header+s.Len)
		packet[0], packet[8], packet[9] = 0x45, 64, 6
		binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
		binary.BigEndian.PutUint16(packet[4:], uint16(i))
		src, dst := s.Src.Addr().As4(), s.Dst.Addr().As4()
		copy(packet[12:], src[:])
		copy(packet[16:], dst[:])
		tcp := packet[20:]
		binary.BigEndian.PutUint16(tcp, s.Src.Port())
		binary.BigEndian.PutUint16(tcp[2:], s.Dst.Port())
		binary.BigEndian.PutUint32(tcp[4:], uint32(s.Seq))
		binary.BigEndian.PutUint32(tcp[8:], uint32(s.Ack))
		binary.BigEndian.PutUint16(tcp[12:], uint16(header-20)/4<<12|uint16(s.Flags))
		if s.Options.HasScale {
			copy(tcp[20:], []byte{1, 3, 3, s.Options.Scale})
		}
		binary.BigEndian.PutUint16(tcp[14:], s.Window)
		put(uint32(s.Time.Unix()), uint32(s.Time.Nanosecond()), uint32(len(packet)), uint32(len(packet)))
		b.Write(packet)
	}
	return b.Bytes()
}
