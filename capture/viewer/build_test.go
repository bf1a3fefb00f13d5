package viewer_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/capture/viewer"
	"statelab/capture/viewer/viewertest"
)

// host is one end of a connection that a test makes.
type host struct {
	ip   string
	port uint16
	next uint32
}

// talk writes segments of one connection after another.
type talk struct {
	frames []capture.Frame
	at     time.Time
}

func newTalk() *talk { return &talk{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

// send adds a segment; again repeats sequence numbers that were sent before.
func (k *talk) send(from, to *host, flags, payload string, again uint32) {
	tcp := layers.TCP{
		SrcPort: layers.TCPPort(from.port), DstPort: layers.TCPPort(to.port), Seq: from.next - again, Ack: to.next, Window: 8192,
		SYN: strings.Contains(flags, "S"), ACK: strings.Contains(flags, "A"), FIN: strings.Contains(flags, "F"),
		RST: strings.Contains(flags, "R"), PSH: payload != "",
	}
	ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: net.ParseIP(from.ip), DstIP: net.ParseIP(to.ip)}
	eth := layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	if err := tcp.SetNetworkLayerForChecksum(&ip); err != nil {
		panic(err)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, &eth, &ip, &tcp, gopacket.Payload(payload)); err != nil {
		panic(err)
	}
	data := append([]byte(nil), buf.Bytes()...)
	k.frames = append(k.frames, capture.Frame{
		Number: len(k.frames) + 1, Time: k.at, Data: data, Length: len(data), Link: capture.LinkEthernet,
	})
	k.at = k.at.Add(10 * time.Millisecond)
	if again == 0 {
		from.next += uint32(len(payload))
		if tcp.SYN || tcp.FIN {
			from.next++
		}
	}
}

func (k *talk) open(a, b *host) {
	k.send(a, b, "S", "", 0)
	k.send(b, a, "SA", "", 0)
	k.send(a, b, "A", "", 0)
}

func (k *talk) close(a, b *host) {
	k.send(a, b, "FA", "", 0)
	k.send(b, a, "FA", "", 0)
	k.send(a, b, "A", "", 0)
}

// deceit is what a peer may send to deceive whoever looks at it.
const deceit = "\x1b]0;owned\x07\x1b[2J\u009b31m\r\b\x00\u202eevil\u2066\xff\xfe"

// small is a trace of three connections: an HTTP exchange that fails, with a
// segment sent again; one that is refused; one that is hostile.
func small() []capture.Frame {
	k := newTalk()
	a, b := &host{"10.0.0.1", 40001, 1000}, &host{"10.0.0.2", 80, 5000}
	k.open(a, b)
	request := "GET /missing HTTP/1.1\r\nHost: example.net\r\n\r\n"
	k.send(a, b, "A", request, 0)
	k.send(a, b, "A", request, uint32(len(request)))
	k.send(b, a, "A", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\ngone\n", 0)
	k.close(a, b)
	c, d := &host{"10.0.0.1", 40002, 7}, &host{"10.0.0.2", 81, 0}
	k.send(c, d, "S", "", 0)
	k.send(d, c, "RA", "", 0)
	x, y := &host{"10.0.0.3", 40003, 70}, &host{"10.0.0.2", 80, 90}
	k.open(x, y)
	k.send(x, y, "A", "GET /"+strings.NewReplacer("\r", "", "\x00", "").Replace(deceit)+" HTTP/1.1\r\nHost: h\r\n\r\n", 0)
	k.send(y, x, "A", deceit, 0)
	k.close(x, y)
	return k.frames
}

// long is a connection of n segments of data, of which every 1500th is sent
// again.
func long(n int) []capture.Frame {
	k := newTalk()
	a, b := &host{"10.0.0.1", 40001, 1}, &host{"10.0.0.2", 9, 1}
	k.open(a, b)
	for i := range n {
		k.send(a, b, "A", "0123456789", 0)
		if i%1500 == 1499 {
			k.send(a, b, "A", "0123456789", 10)
		}
	}
	k.close(a, b)
	return k.frames
}

// source yields frames, and then perhaps an error.
func source(frames []capture.Frame, failure error) func(*viewer.Reading) capture.Source {
	return func(r *viewer.Reading) capture.Source {
		return func(yield func(capture.Frame, error) bool) {
			for _, f := range frames {
				r.Add(len(f.Data))
				if r.Stopped() {
					yield(capture.Frame{}, viewer.ErrStopped)
					return
				}
				if !yield(f, nil) {
					return
				}
			}
			if failure != nil {
				yield(capture.Frame{}, failure)
			}
		}
	}
}

// eventsOf runs the one pipeline.
func eventsOf(src func(*viewer.Reading) capture.Source) func(trace.Kinds, *viewer.Reading) render.Events {
	return func(kinds trace.Kinds, r *viewer.Reading) render.Events {
		return analyze.Options{VerifyChecksums: true, Bodies: -1, Kinds: kinds}.Run(src(r), nil)
	}
}

// traceOf makes a trace of frames, with the one pipeline.
func traceOf(name string, frames []capture.Frame, failure error) viewer.Trace {
	src := source(frames, failure)
	t := viewer.Trace{
		Name: name, Frames: src, Events: eventsOf(src),
		Nearest: func(string, []string) string { return "; did you mean tcp.findings?" },
	}
	for _, f := range frames {
		t.Size += int64(len(f.Data))
	}
	return t
}

// screen is a viewer that a test walks through.
type screen struct {
	*viewertest.Player
	t    testing.TB
	w, h int
}

func show(t testing.TB, tr viewer.Trace, o render.Options, w, h int) *screen {
	s := &screen{viewertest.Play(tr, o, w, h), t, w, h}
	t.Cleanup(s.Model.Close)
	return s
}

func (s *screen) press(keys ...string) *screen {
	s.Press(keys...)
	return s
}

func (s *screen) typed(text string) *screen {
	s.Type(text)
	return s
}

func (s *screen) resize(w, h int) {
	s.w, s.h = w, h
	s.Resize(w, h)
}

func (s *screen) text() string { return strings.Join(s.Lines(), "\n") + "\n" }

// has checks that texts stand on the screen.
func (s *screen) has(texts ...string) *screen {
	s.t.Helper()
	for _, x := range texts {
		if !strings.Contains(s.text(), x) {
			s.t.Fatalf("not on the screen: %q\n%s", x, s.text())
		}
	}
	return s
}

// hasNot checks that texts do not stand there.
func (s *screen) hasNot(texts ...string) *screen {
	s.t.Helper()
	for _, x := range texts {
		if strings.Contains(s.text(), x) {
			s.t.Fatalf("on the screen: %q\n%s", x, s.text())
		}
	}
	return s
}

// chosen is the line of the row that is chosen.
func (s *screen) chosen() string {
	s.t.Helper()
	for _, line := range s.Lines() {
		if strings.HasPrefix(line, "▶") || strings.HasPrefix(line, ">") {
			return strings.TrimSpace(strings.TrimLeft(line, "▶■>#"))
		}
	}
	s.t.Fatalf("nothing is chosen:\n%s", s.text())
	return ""
}

// at checks how the chosen row begins.
func (s *screen) at(beginning string) *screen {
	s.t.Helper()
	if got := s.chosen(); !strings.HasPrefix(got, beginning) {
		s.t.Fatalf("chosen is %q, want %q\n%s", got, beginning, s.text())
	}
	return s
}

var english = render.Options{Lang: explain.English}

var errDamage = errors.New("frame 9: the file ends in the middle of a record")
