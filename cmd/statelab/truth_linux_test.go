package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"statelab/capture/decode"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate"
)

// event is what these tests read of a line of --format events.
type event struct {
	Kind     string
	From, To struct {
		Role, IP string
		Port     uint16
	}
	State  struct{ From, To, Basis string }
	Memory struct {
		Entries []struct{ Name, Value string }
	}
	Connection struct {
		Client, Server struct{ Port uint16 }
		Closed         string
		Bytes          struct{ Client, Server int64 }
		States         struct{ Client, Server []string }
	}
	Totals *struct{ Frames, Segments, Connections, Dropped int }
	Note   struct{ En string }
	Lost   int `json:"lost_frames"`
}

// events parses what has been written whole until now.
func events(t testing.TB, text string) []event {
	t.Helper()
	var all []event
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "\n") {
			break
		}
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, e)
	}
	return all
}

// ends are the last states of a server's ends, and what they remember, by the
// client's port.
type end struct {
	state  string
	memory map[string]string
}

func serverEnds(all []event) map[uint16]*end {
	ends := map[uint16]*end{}
	for _, e := range all {
		if e.From.Role != "server" || e.To.Port == 0 {
			continue
		}
		x := ends[e.To.Port]
		if x == nil {
			x = &end{}
			ends[e.To.Port] = x
		}
		switch e.Kind {
		case "state":
			x.state = e.State.To
		case "memory":
			x.memory = map[string]string{}
			for _, m := range e.Memory.Entries {
				x.memory[m.Name] = m.Value
			}
		}
	}
	return ends
}

// socket is what ss says of a server's end.
type socket struct {
	state     string
	rtt       time.Duration // rounded as the kernel's microseconds
	cwnd, mss int
}

var (
	ssInfo = regexp.MustCompile(`\bmss:(\d+).* cwnd:(\d+)`)
	ssRTT  = regexp.MustCompile(`\brtt:([\d.]+)/`)
)

// ss asks the system's own tool about the connections of a local port, by the
// client's port.
func ss(t testing.TB, ns *namespace, port uint16) map[uint16]socket {
	t.Helper()
	p := start(t, ns, "ss", "-tinH", fmt.Sprintf("sport = :%d", port))
	if p.wait() != 0 {
		t.Fatalf("ss: %s", p.stderr)
	}
	all := map[uint16]socket{}
	var last uint16
	for line := range strings.Lines(p.stdout.String()) {
		if !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, " ") {
			f := strings.Fields(line)
			last = netip.MustParseAddrPort(f[4]).Port()
			all[last] = socket{state: f[0]}
			continue
		}
		s := all[last]
		if m := ssInfo.FindStringSubmatch(line); m != nil {
			s.mss, _ = strconv.Atoi(m[1])
			s.cwnd, _ = strconv.Atoi(m[2])
		}
		if m := ssRTT.FindStringSubmatch(line); m != nil {
			ms, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				t.Fatalf("ss: %s", line)
			}
			s.rtt = time.Duration(ms*1000+0.5) * time.Microsecond
		}
		all[last] = s
	}
	return all
}

// marker is the address that a last connection comes from, after those that
// count: when tcpdump has written that, it has written all.
const marker = "127.0.0.77"

// How long the longest frame may be that tcpdump captures whole: in immediate mode
// each takes as much of its buffer as the longest could.
const (
	shortFrames = 2048        // of short lines
	anyFrame    = 64<<10 + 64 // not split, too
)

// tcpdump captures a port beside us; stop, when nobody listens there any more,
// ends it and returns the trace.
func tcpdump(t testing.TB, ns *namespace, port uint16, longest int) (stop func() string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tcpdump.pcap")
	p := start(t, ns, "tcpdump", "-i", "lo", "-Z", "root", "-B", "65536", "-U", "--immediate-mode", "--nano", "-s", strconv.Itoa(longest), "-w", name,
		fmt.Sprintf("tcp port %d", port))
	p.stderr.has(t, "listening on lo")
	return func() string {
		ns.do(func() {
			last := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(marker)}}
			if c, err := last.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
				_ = c.Close()
				t.Errorf("somebody still listens on port %d", port)
			}
		})
		eventually(t, "tcpdump has written the last frame", func() bool {
			b, err := os.ReadFile(name)
			return err == nil && bytes.Contains(b, net.ParseIP(marker).To4())
		})
		p.interrupt()
		if !strings.Contains(p.stderr.String(), "\n0 packets dropped by kernel") {
			t.Fatalf("tcpdump cannot be compared with:\n%s", p.stderr)
		}
		return name
	}
}

// readFrames reads a trace: the bytes of each frame, in order, of each direction of
// each connection.
func readFrames(t testing.TB, name string) (byDirection map[string][]sight, number int) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	byDirection = map[string][]sight{}
	var decoder decode.Decoder
	var packet decode.Packet
	for f, err := range r.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&f, &packet)
		if !packet.TCP {
			t.Fatalf("%s: frame %d is no TCP", name, f.Number)
		}
		d := fmt.Sprint(packet.Segment.Src, " → ", packet.Segment.Dst)
		if strings.Contains(d, marker) {
			continue
		}
		byDirection[d] = append(byDirection[d], sight{f.Number, f.Time, bytes.Clone(f.Data)})
		number++
	}
	return byDirection, number
}

// jitter is how far apart two captures may stamp the same frame: the kernel
// does it as it puts the frame into the one's buffer, and then the other's, and
// on two processors either may have to wait.
const jitter = time.Millisecond

// sameFrames holds our trace against tcpdump's of the same time: the same
// frames, byte for byte, in the same order in each direction, as far as the two
// stamps tell an order.
func sameFrames(t testing.TB, ours, theirs string) {
	t.Helper()
	a, n := readFrames(t, ours)
	b, m := readFrames(t, theirs)
	if n == 0 || n != m || len(a) != len(b) {
		t.Errorf("we have %d frames in %d directions, tcpdump has %d in %d", n, len(a), m, len(b))
	}
	for d := range b {
		stamps := map[string][]time.Time{} // tcpdump's, of each frame
		for _, f := range b[d] {
			stamps[string(f.data)] = append(stamps[string(f.data)], f.at)
		}
		var last time.Time
		for _, f := range a[d] {
			at := stamps[string(f.data)]
			if len(at) == 0 || f.at.Sub(at[0]).Abs() > jitter || last.Sub(at[0]) > jitter {
				t.Errorf("%s: our frames\n%vare not tcpdump's\n%v", d, a[d], b[d])
				break
			}
			last, stamps[string(f.data)] = at[0], at[1:]
		}
	}
}

// sight is a frame as a capture saw it.
type sight struct {
	number int
	at     time.Time
	data   []byte
}

// String is a line with the frame's number, time and TCP header.
func (s sight) String() string {
	return fmt.Sprintf("%d %s %d bytes: % x\n", s.number, s.at.Format("05.000000000"), len(s.data), s.data[min(34, len(s.data)):min(54, len(s.data))])
}

// portOf returns the port of a TCP address.
func portOf(addr string) uint16 { return netip.MustParseAddrPort(addr).Port() }

// What a server says of one connection, beside what ss says of it at that time,
// and its capture beside tcpdump's.
func TestServeBesideSSAndTcpdump(t *testing.T) {
	t.Parallel()
	needs(t, "ss", "tcpdump", "nc", "tshark")
	if elsewhere(t) {
		return
	}
	for _, client := range []struct {
		name string
		args []string
	}{
		{"nc", []string{"nc", "-N"}},
		{"statelab", []string{"statelab", "tcp", "connect"}},
	} {
		t.Run(client.name, func(t *testing.T) {
			ns := newNamespace(t)
			trace := filepath.Join(t.TempDir(), "ours.pcapng")
			server := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0", "--capture", "--no-split", "--format", "events", "-w", trace)
			addr := server.address()
			stop := tcpdump(t, ns, portOf(addr), shortFrames)
			args := append(client.args[1:], addr)
			if client.name == "nc" {
				host, port, _ := strings.Cut(addr, ":")
				args = append(client.args[1:], host, port)
			}
			c := start(t, ns, client.args[0], args...)

			// Open, and nothing said yet: what the kernel knows stands still.
			var there map[uint16]socket
			eventually(t, "an open connection that ss shows", func() bool {
				there = ss(t, ns, portOf(addr))
				for _, s := range there {
					return s.state == "ESTAB" && s.cwnd > 0
				}
				return false
			})
			var port uint16
			for p := range there {
				port = p
			}
			told := func(state string) *end {
				var x *end
				server.stdout.await(t, state, func(text string) bool {
					x = serverEnds(events(t, text))[port]
					return x != nil && x.state == state && x.memory != nil
				})
				return x
			}
			x, s := told("ESTABLISHED"), there[port]
			if got, want := x.memory["cwnd"], fmt.Sprint(s.cwnd*s.mss); got != want {
				t.Errorf("cwnd is %s bytes, and ss says %d × %d = %s", got, s.cwnd, s.mss, want)
			}
			if got := x.memory["SRTT"]; got != s.rtt.String() {
				t.Errorf("SRTT is %s, and ss says %v", got, s.rtt)
			}
			if got := x.memory["state"]; got != "ESTABLISHED" {
				t.Errorf("the memory says %s", got)
			}

			c.say("hello\n")
			c.stdout.has(t, "hello")
			if err := c.stdin.Close(); err != nil {
				t.Fatal(err)
			}
			if code := c.wait(); code != 0 {
				t.Errorf("%s ended with %d", client.name, code)
			}
			told("CLOSED")
			server.stdout.await(t, "the end of the connection", func(text string) bool {
				return strings.Contains(text, "6 bytes in, 6 out")
			})
			if left := ss(t, ns, portOf(addr)); len(left) > 1 { // the listener is none of them
				t.Errorf("ss still shows %v", left)
			}
			server.interrupt()
			sameFrames(t, trace, stop())
			opens(t, trace)
		})
	}
}

// opens wants a trace that tshark and we open to the end, and returns how
// many frames are in it.
func opens(t testing.TB, name string) int {
	t.Helper()
	_, n := readFrames(t, name)
	out, err := exec.Command("tshark", "-r", name, "-T", "fields", "-e", "frame.number").Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	if got := bytes.Count(out, []byte("\n")); got != n {
		t.Errorf("tshark reads %d frames, we read %d", got, n)
	}
	return n
}

// Two hundred clients at once: each has its life told, and no frame is missing.
func TestTwoHundredClients(t *testing.T) {
	t.Parallel()
	needs(t, "ss", "tcpdump", "tshark")
	if elsewhere(t) {
		return
	}
	const clients = 200
	ns := newNamespace(t)
	trace := filepath.Join(t.TempDir(), "ours.pcapng")
	server := start(t, ns, "statelab", "tcp", "serve", "127.0.0.1:0", "--capture", "--no-split", "--format", "events", "-w", trace)
	addr := server.address()
	stop := tcpdump(t, ns, portOf(addr), shortFrames)

	var talking sync.WaitGroup
	var ports []uint16
	leave := make(chan struct{})
	failures := make(chan error, clients)
	said := make(chan struct{}, clients)
	for i := range clients {
		c := ns.dial(t, addr)
		ports = append(ports, portOf(c.LocalAddr().String()))
		talking.Go(func() {
			line := fmt.Sprintf("I am client %d\n", i)
			back := make([]byte, len(line))
			_, err := io.WriteString(c, line)
			if err == nil {
				_, err = io.ReadFull(c, back)
			}
			if err == nil && string(back) != line {
				err = fmt.Errorf("client %d got %q", i, back)
			}
			said <- struct{}{}
			<-leave
			if err == nil {
				err = c.CloseWrite()
			}
			if err == nil {
				_, err = io.Copy(io.Discard, c)
			}
			failures <- errors.Join(err, c.Close())
		})
	}
	for range clients {
		<-said
	}
	states := func() map[string]int {
		count := map[string]int{}
		ends := serverEnds(events(t, server.stdout.String()))
		for _, p := range ports {
			if x := ends[p]; x != nil {
				count[x.state]++
			}
		}
		return count
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the servers' ends were told as %v", states())
		}
	})
	eventually(t, "all are told as ESTABLISHED", func() bool { return states()["ESTABLISHED"] == clients })
	there := ss(t, ns, portOf(addr))
	for _, p := range ports {
		if there[p].state != "ESTAB" {
			t.Errorf("ss says of %d: %+v", p, there[p])
		}
	}
	close(leave)
	talking.Wait()
	for range clients {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	eventually(t, "all are told as CLOSED", func() bool { return states()["CLOSED"] == clients })
	server.interrupt()
	sameFrames(t, trace, stop())
	opens(t, trace)

	connections := 0
	for _, e := range events(t, server.stdout.String()) {
		if e.Kind == "gap" {
			t.Errorf("%d frames were lost", e.Lost)
		}
		if e.Kind != "connection" {
			continue
		}
		connections++
		c := e.Connection
		if c.Closed != "fin" || c.Bytes.Client == 0 || c.Bytes.Client != c.Bytes.Server {
			t.Errorf("connection from %d: %+v", c.Client.Port, c)
		}
		if last := c.States.Server[len(c.States.Server)-1]; last != tcpstate.Closed.String() {
			t.Errorf("connection from %d: the server ends in %s", c.Client.Port, last)
		}
	}
	if connections != clients {
		t.Errorf("%d connections are told, want %d", connections, clients)
	}
}
