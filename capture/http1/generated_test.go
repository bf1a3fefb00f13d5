package http1_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// talk writes random conversations, and knows what is to be read from them.
type talk struct {
	*rand.Rand
	sent   [2]strings.Builder
	want   [2][]string
	tunnel [2]string
	// turns are how far each stream has come when the other end begins to send.
	turns [][2]int
	ended bool // the last message lasts until the close, or another protocol follows
}

func (g *talk) word(most int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	b := make([]byte, 1+g.IntN(most))
	for i := range b {
		b[i] = letters[g.IntN(len(letters))]
	}
	return string(b)
}

// octets are a body: of any bytes, with what looks like messages among them.
func (g *talk) octets() string {
	var b strings.Builder
	for range g.IntN(4) {
		switch g.IntN(3) {
		case 0:
			b.WriteString("\r\n\r\nGET / HTTP/1.1\r\n\r\n")
		case 1:
			b.WriteString("\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
		default:
			for range g.IntN(300) {
				b.WriteByte(byte(g.Uint32()))
			}
		}
	}
	return b.String()
}

// line ends a line as senders do, and rarely as they must not.
func (g *talk) line() string {
	if g.IntN(10) == 0 {
		return "\n"
	}
	return "\r\n"
}

// message writes one message: start is its start line, body whether it may have
// one; last says that nothing need follow it.
func (g *talk) message(from tcpstate.End, exchange int, start string, body, silent, last bool) {
	out := &g.sent[from]
	out.WriteString(start + g.line())
	var fields [][2]string
	for range g.IntN(5) {
		f := [2]string{"X-" + g.word(9), g.word(30)}
		out.WriteString(f[0] + ":" + strings.Repeat(" ", g.IntN(3)) + f[1])
		if g.IntN(8) == 0 {
			fold := g.word(9)
			out.WriteString(g.line() + "\t" + fold)
			f[1] += " " + fold
		}
		out.WriteString(g.line())
		fields = append(fields, f)
	}
	framing, data, wire, trailer := "none", "", "", ""
	field := func(name, value string) {
		fields = append(fields, [2]string{name, value})
		out.WriteString(name + ": " + value + g.line())
	}
	if silent { // fields speak of a body that is not sent
		field("Content-Length", fmt.Sprint(g.IntN(1000)))
	}
	switch kind := g.IntN(3); {
	case !body:
	case kind == 0:
		framing, data = "length", g.octets()
		field("content-LENGTH", fmt.Sprint(len(data)))
		wire = data
	case kind == 1 || !last:
		framing = "chunked"
		if g.IntN(4) == 0 {
			field("Content-Length", fmt.Sprint(g.IntN(9)))
		}
		field("Transfer-Encoding", "chunked")
		data, wire, trailer = g.chunks()
	case from == tcpstate.Server:
		framing, data = "close", g.octets()
		wire, g.ended = data, true
	}
	out.WriteString(g.line() + wire)
	version := strings.HasPrefix(start, "HTTP/")
	told := fmt.Sprintf("%d %s", exchange, start)
	if version && strings.Count(start, " ") == 1 {
		told += " "
	}
	for _, f := range fields {
		told += fmt.Sprintf(" {%s=%s}", f[0], f[1])
	}
	told += fmt.Sprintf(" %s %d", framing, len(data))
	if data != "" {
		told += fmt.Sprintf(" %q", data)
	}
	g.want[from] = append(g.want[from], told+trailer)
}

// chunks writes a chunked body: the body, its octets on the wire, its trailers.
func (g *talk) chunks() (data, wire, trailer string) {
	for range g.IntN(4) {
		chunk := g.octets()
		if chunk == "" {
			continue
		}
		extension := ""
		if g.IntN(4) == 0 {
			extension = ";" + g.word(5) + "=\"" + g.word(5) + "\""
		}
		data += chunk
		wire += fmt.Sprintf("%X%s%s%s%s", len(chunk), extension, g.line(), chunk, g.line())
	}
	wire += "00" + g.line()
	if g.IntN(3) == 0 {
		name, value := "T-"+g.word(5), g.word(9)
		wire += name + ": " + value + g.line()
		trailer = fmt.Sprintf(" trailer{%s=%s}", name, value)
	}
	return data, wire + g.line(), trailer
}

func (g *talk) turn() {
	g.turns = append(g.turns, [2]int{g.sent[0].Len(), g.sent[1].Len()})
}

// converse writes some rounds of pipelined requests and their responses.
func (g *talk) converse() {
	exchange := 0
	rounds := 1 + g.IntN(5)
	for round := range rounds {
		var methods []string
		for range 1 + g.IntN(3) {
			method := []string{"GET", "HEAD", "POST", "PUT", g.word(12)}[g.IntN(5)]
			methods = append(methods, method)
			if g.IntN(10) == 0 {
				g.sent[tcpstate.Client].WriteString("\r\n") // RFC 9112 §2.2
			}
			start := fmt.Sprintf("%s /%s HTTP/1.%d", method, g.word(40), g.IntN(2))
			g.message(tcpstate.Client, exchange+len(methods), start, g.IntN(2) == 0, false, false)
		}
		g.turn()
		for i, method := range methods {
			exchange++
			for range g.IntN(3) / 2 {
				g.message(tcpstate.Server, exchange, "HTTP/1.1 103 Early Hints", false, g.IntN(2) == 0, false)
			}
			status := []string{"200 OK", "204", "304 Not Modified", "404 Not Found", "500"}[g.IntN(5)]
			silent := method == "HEAD" || status[:3] == "204" || status[:3] == "304"
			last := round == rounds-1 && i == len(methods)-1
			if !silent && last && g.IntN(3) == 0 {
				g.upgrade(exchange)
				break
			}
			g.message(tcpstate.Server, exchange, "HTTP/1.1 "+status, !silent, silent, last)
		}
		g.turn()
	}
}

// upgrade ends HTTP: what follows is another protocol's.
func (g *talk) upgrade(exchange int) {
	const switching = "101 Switching Protocols"
	g.sent[tcpstate.Server].WriteString("HTTP/1.1 " + switching + "\r\nUpgrade: other\r\n\r\n")
	g.want[tcpstate.Server] = append(g.want[tcpstate.Server], fmt.Sprintf("%d HTTP/1.1 %s {Upgrade=other} none 0", exchange, switching))
	g.tunnel[tcpstate.Server] = g.octets()
	g.sent[tcpstate.Server].WriteString(g.tunnel[tcpstate.Server])
	g.turn()
	g.tunnel[tcpstate.Client] = g.octets()
	g.sent[tcpstate.Client].WriteString(g.tunnel[tcpstate.Client])
	g.ended = true
}

// segments cuts one stretch of a stream, sends some of it again in other cuts,
// and puts all in any order.
func (g *talk) segments(sent string, from, to int, isn tcpstate.Seq) (out []tcpstate.Segment) {
	most := []int{1, 7, 60, 1460}[g.IntN(4)]
	segment := func(a, b int) {
		out = append(out, tcpstate.Segment{
			Seq: isn.Add(uint32(1 + a)), Flags: tcpstate.ACK | tcpstate.PSH, Len: b - a, Payload: []byte(sent[a:b]),
		})
	}
	for a := from; a < to; {
		b := min(a+1+g.IntN(most), to)
		segment(a, b)
		a = b
	}
	for range g.IntN(1 + len(out)/4) { // again, and more than was lost
		a := from + g.IntN(to-from)
		segment(a, min(a+1+g.IntN(2*most), to))
	}
	if g.IntN(2) == 0 {
		g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

// TestGeneratedConversations: whatever is said comes back exactly, however it
// was cut, reordered and sent again.
func TestGeneratedConversations(t *testing.T) {
	t.Parallel()
	seeds := 400
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds = 20000
	}
	for seed := range uint64(seeds) {
		g := &talk{Rand: rand.New(rand.NewPCG(seed, 7))}
		g.converse()
		g.turn()
		var got [2][]string
		var tunnel [2]string
		c := http1.New(http1.Limits{Body: 1 << 20}, func(from tcpstate.End, m *http1.Message) {
			got[from] = append(got[from], summary(m))
			sent := g.sent[from].String()
			if m.End > int64(len(sent)) || !strings.HasPrefix(sent[m.Start:], string(m.Head)) {
				t.Fatalf("seed %d: a message at %d to %d of %d", seed, m.Start, m.End, len(sent))
			}
		})
		c.Tunnel = func(from tcpstate.End, c *stream.Chunk) { tunnel[from] += string(c.Data) }
		play(g, stream.New(stream.Limits{}).Open(c.Feed))
		if !reflect.DeepEqual(got, g.want) || tunnel != g.tunnel {
			t.Fatalf("seed %d: got\n%s\nwant\n%s\ntunnel %q, want %q", seed,
				strings.Join(append(got[0], got[1]...), "\n"), strings.Join(append(g.want[0], g.want[1]...), "\n"), tunnel, g.tunnel)
		}
	}
}

// play sends a conversation, turn by turn, from the SYNs to the FINs.
func play(g *talk, conn *stream.Conn) {
	isn := [2]tcpstate.Seq{tcpstate.Seq(g.Uint32()), tcpstate.Seq(^uint32(0) - uint32(g.IntN(3000)))}
	frame := 0
	send := func(from tcpstate.End, s tcpstate.Segment) {
		frame++
		s.Frame = frame
		s.Src, s.Dst = netip.MustParseAddrPort("10.0.0.1:1"), netip.MustParseAddrPort("10.0.0.2:80")
		conn.Segment(from, &s)
	}
	send(tcpstate.Client, tcpstate.Segment{Seq: isn[0], Flags: tcpstate.SYN})
	send(tcpstate.Server, tcpstate.Segment{Seq: isn[1], Flags: tcpstate.SYN})
	var at [2]int
	acks := func(end int) tcpstate.Seq { return isn[1-end].Add(uint32(1 + at[1-end])) }
	for _, until := range g.turns {
		for end := range at {
			sent := g.sent[end].String()
			if until[end] > at[end] {
				for _, s := range g.segments(sent, at[end], until[end], isn[end]) {
					s.Ack = acks(end)
					send(tcpstate.End(end), s)
				}
			}
			at[end] = until[end]
		}
	}
	for end := range at {
		send(tcpstate.End(end), tcpstate.Segment{Seq: isn[end].Add(uint32(1 + at[end])), Ack: acks(end), Flags: tcpstate.FIN | tcpstate.ACK})
	}
	conn.Close()
}
