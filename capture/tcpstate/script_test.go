package tcpstate_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file in testdata, or rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Fatalf("%s differs in line %d: %q; -update rewrites it", path, i+1, line)
		}
	}
	t.Fatalf("%s is longer than what was made; -update rewrites it", path)
}

// view is a place from which a script is watched.
type view int

const (
	atBoth view = iota
	atClient
	atServer
	between
)

// script plays segments, one a line, to an observer:
//
//	c> SYN 0          the client sends it, and it arrives
//	s| SYN,ACK 0 1    the server sends it, and it is lost
//	c~x FIN,ACK 1 1   the client sends it, and it is on its way
//	x                 what was named x arrives
//	s> ACK 1 1 +100   with 100 octets
//	wait 200ms
//
// Numbers are relative to the ISNs. Words after them: win=0, bad (a wrong
// checksum), new (another ISN, for the rest of the script), wire (a copy that
// the wire made), mss=1460, ts=5,3 (timestamps: TSval and TSecr), sack=101-200 (one block),
// sum=7 (of the payload).
type script struct {
	t       *testing.T
	view    view
	observe *tcpstate.Observer
	addr    [2]netip.AddrPort
	isn     [2]tcpstate.Seq
	now     time.Time
	frame   int
	wire    uint64
	noID    bool // packets have no identification
	transit map[string]*tcpstate.Segment
	// each is called for every reading.
	each func(*tcpstate.Segment, tcpstate.Where, *tcpstate.Reading)
	// changes and findings are what the readings told, one line each.
	changes, findings []string
	conn              *tcpstate.Conn
}

func newScript(t *testing.T, v view) *script {
	return &script{
		t: t, view: v,
		observe: tcpstate.NewObserver(tcpstate.ObserverOptions{BothTaps: v == atBoth}),
		addr:    [2]netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:40000"), netip.MustParseAddrPort("10.0.0.2:7")},
		isn:     [2]tcpstate.Seq{0xfffffff0, 0x7ffffff0}, // both wrap early
		now:     time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		transit: map[string]*tcpstate.Segment{},
	}
}

// play runs a script and returns it.
func (p *script) play(text string) *script {
	p.t.Helper()
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if words := strings.Fields(line); len(words) > 0 {
			p.line(words)
		}
	}
	return p
}

func (p *script) line(words []string) {
	p.t.Helper()
	if words[0] == "wait" {
		d, err := time.ParseDuration(words[1])
		if err != nil {
			p.t.Fatal(err)
		}
		p.now = p.now.Add(d)
		return
	}
	if s := p.transit[words[0]]; s != nil {
		p.arrives(s)
		return
	}
	from := tcpstate.Client
	if words[0][0] == 's' {
		from = tcpstate.Server
	}
	s := p.segment(from, words[1:])
	if s.Wire == p.wire || p.view == between {
		p.sends(from, s)
	}
	switch words[0][1] {
	case '>':
		p.arrives(s)
	case '~':
		p.transit[words[0][2:]] = s
	}
}

var flagNames = map[string]tcpstate.Flags{
	"FIN": tcpstate.FIN, "SYN": tcpstate.SYN, "RST": tcpstate.RST, "PSH": tcpstate.PSH, "ACK": tcpstate.ACK,
}

func (p *script) segment(from tcpstate.End, words []string) *tcpstate.Segment {
	p.t.Helper()
	p.wire++
	s := &tcpstate.Segment{
		Src: p.addr[from], Dst: p.addr[from.Peer()], Window: 60000, Wire: p.wire, Checksum: tcpstate.Valid, TTL: 64,
	}
	for name := range strings.SplitSeq(words[0], ",") {
		s.Flags |= flagNames[name]
	}
	var numbers []uint32
	for _, w := range words[1:] {
		switch {
		case w == "bad":
			s.Checksum = tcpstate.Invalid
		case w == "new":
			p.isn[from] += 1 << 28
		case w == "wire":
			s.Wire--
		case strings.HasPrefix(w, "win="):
			n, err := strconv.Atoi(w[4:])
			if err != nil {
				p.t.Fatal(err)
			}
			s.Window = uint16(n)
		case strings.HasPrefix(w, "mss="):
			s.Options.HasMSS = true
			if _, err := fmt.Sscanf(w, "mss=%d", &s.Options.MSS); err != nil {
				p.t.Fatal(err)
			}
		case strings.HasPrefix(w, "ts="):
			s.Options.HasTimestamps = true
			if _, err := fmt.Sscanf(w, "ts=%d,%d", &s.Options.TSVal, &s.Options.TSEcr); err != nil {
				p.t.Fatal(err)
			}
		case strings.HasPrefix(w, "sum="):
			s.Summed = true
			if _, err := fmt.Sscanf(w, "sum=%d", &s.Sum); err != nil {
				p.t.Fatal(err)
			}
		case strings.HasPrefix(w, "sack="):
			var left, right uint32
			if _, err := fmt.Sscanf(w, "sack=%d-%d", &left, &right); err != nil {
				p.t.Fatal(err)
			}
			base := p.isn[from.Peer()]
			s.Options.SackBlocks, s.Options.Sack[0] = 1, tcpstate.SackBlock{Left: base.Add(left), Right: base.Add(right + 1)}
		case w[0] == '+':
			n, err := strconv.Atoi(w[1:])
			if err != nil {
				p.t.Fatal(err)
			}
			s.Len = n
		default:
			n, err := strconv.ParseInt(w, 10, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			numbers = append(numbers, uint32(n))
		}
	}
	s.Seq = p.isn[from].Add(numbers[0])
	if len(numbers) > 1 {
		s.Ack = p.isn[from.Peer()].Add(numbers[1])
	}
	return s
}

func (p *script) sends(from tcpstate.End, s *tcpstate.Segment) {
	switch {
	case p.view == between:
		p.see(s, tcpstate.Passing)
	case p.view == atBoth, p.view == atClient && from == tcpstate.Client, p.view == atServer && from == tcpstate.Server:
		p.see(s, tcpstate.Sent)
	}
	p.now = p.now.Add(5 * time.Millisecond)
}

func (p *script) arrives(s *tcpstate.Segment) {
	to := tcpstate.Client
	if s.Src == p.addr[tcpstate.Client] {
		to = tcpstate.Server
	}
	p.now = p.now.Add(5 * time.Millisecond)
	if p.view == atBoth || p.view == atClient && to == tcpstate.Client || p.view == atServer && to == tcpstate.Server {
		p.see(s, tcpstate.Received)
	}
}

func (p *script) see(s *tcpstate.Segment, where tcpstate.Where) {
	p.frame++
	seen := *s
	if p.view == between {
		seen.Wire, seen.IPID = 0, uint16(s.Wire)
	}
	if p.noID {
		seen.IPID = 0
	}
	seen.Frame, seen.Time = p.frame, p.now
	r := p.observe.Observe(&seen, where)
	p.conn = r.Conn
	for _, c := range r.Changes {
		mark := ""
		if c.Basis == tcpstate.Assumed {
			mark = "?"
		}
		if c.Edge == nil {
			mark += "!"
		}
		p.changes = append(p.changes, fmt.Sprintf("%s %s→%s%s", c.End, c.From, c.To, mark))
	}
	for _, f := range r.Findings {
		p.findings = append(p.findings, f.Name)
	}
	if p.each != nil {
		p.each(&seen, where, r)
	}
}
