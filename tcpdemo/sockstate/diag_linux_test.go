package sockstate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func openDiag(t testing.TB) *Diag {
	t.Helper()
	d, err := OpenDiag()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func listen(t testing.TB, address string) *net.TCPListener {
	t.Helper()
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.(*net.TCPListener)
}

// pair returns both ends of a connection.
func pair(t testing.TB, l *net.TCPListener) (client, server *net.TCPConn) {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		_ = s.Close()
	})
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

func addrPorts(c *net.TCPConn) (local, remote netip.AddrPort) {
	return c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort()
}

func exchange(t testing.TB, from, to *net.TCPConn, n int) {
	t.Helper()
	if _, err := from.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(to, make([]byte, n)); err != nil {
		t.Fatal(err)
	}
}

// TCP_INFO, a lookup and ss say the same of one connection.
func TestAgreesWithSS(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ss"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("iproute2 is not installed")
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		d := openDiag(t)
		client, server := pair(t, listen(t, address))
		exchange(t, client, server, 100_000)
		exchange(t, server, client, 5)
		if _, err := server.Write([]byte("unread")); err != nil {
			t.Fatal(err)
		}
		local, remote := addrPorts(client)
		var own, found, ss Info
		var cookie uint64
		var s Socket
		// A delayed ACK may come between two of the three: then again.
		for range 20 {
			var err error
			if own, cookie, err = Of(client); err != nil {
				t.Fatal(err)
			}
			if s, err = d.Lookup(local, remote); err != nil {
				t.Fatal(err)
			}
			found, ss = s.Info, askSS(t, local, remote, &s)
			if own.SegsIn == ss.SegsIn && own.SegsOut == ss.SegsOut && own.BytesAcked == ss.BytesAcked {
				break
			}
		}
		if s.Cookie != cookie || s.State != tcpstate.Established || s.ReceiveQueue != 6 || s.UID != uint32(os.Getuid()) {
			t.Errorf("%s: %+v, cookie %d", address, s, cookie)
		}
		own.LastDataSent, own.LastDataReceived, own.DeliveryRate, own.PacingRate = 0, 0, 0, 0
		found.LastDataSent, found.LastDataReceived, found.DeliveryRate, found.PacingRate = 0, 0, 0, 0
		if own != found {
			t.Errorf("%s: TCP_INFO says\n%+v, sock_diag\n%+v", address, own, found)
		}
		for _, c := range []struct {
			name     string
			got, say any
		}{
			{"state", own.State, ss.State},
			{"mss", own.SndMSS, ss.SndMSS},
			{"rcvmss", own.RcvMSS, ss.RcvMSS},
			{"advmss", own.AdvMSS, ss.AdvMSS},
			{"pmtu", own.PMTU, ss.PMTU},
			{"cwnd", own.Cwnd, ss.Cwnd},
			{"bytes_acked", own.BytesAcked, ss.BytesAcked},
			{"bytes_sent", own.BytesSent, ss.BytesSent},
			{"bytes_received", own.BytesReceived, ss.BytesReceived},
			{"segs_in", own.SegsIn, ss.SegsIn},
			{"segs_out", own.SegsOut, ss.SegsOut},
			{"rcv_space", own.RcvSpace, ss.RcvSpace},
			{"snd_wnd", own.SndWnd, ss.SndWnd},
			{"snd_wscale", own.SndScale, ss.SndScale},
			{"rcv_wscale", own.RcvScale, ss.RcvScale},
			{"ts", own.Timestamps, ss.Timestamps},
			{"sack", own.SACK, ss.SACK},
			{"wscale", own.WindowScale, ss.WindowScale},
			{"rto", own.RTO.Round(time.Millisecond), ss.RTO},
			{"rtt", own.RTT.Round(time.Microsecond), ss.RTT},
			{"rttvar", own.RTTVar, ss.RTTVar},
		} {
			if c.got != c.say {
				t.Errorf("%s: %s is %v, ss says %v", address, c.name, c.got, c.say)
			}
		}
	}
}

// askSS returns what `ss` prints of a connection.
func askSS(t *testing.T, local, remote netip.AddrPort, s *Socket) Info {
	t.Helper()
	out, err := exec.Command("ss", "-tnieH", fmt.Sprintf("sport = :%d and dport = :%d", local.Port(), remote.Port())).CombinedOutput()
	if err != nil {
		t.Fatalf("ss: %v: %s", err, out)
	}
	if !strings.Contains(string(out), fmt.Sprintf("sk:%x", s.Cookie)) {
		t.Errorf("ss knows no cookie %x: %s", s.Cookie, out)
	}
	number := func(name string) float64 {
		m := regexp.MustCompile(`\s` + name + `([0-9.]+)`).FindSubmatch(out)
		if m == nil {
			return 0 // ss leaves zeros out
		}
		v, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			t.Fatalf("%s%s: %v", name, m[1], err)
		}
		return v
	}
	ms := func(v float64) time.Duration {
		return (time.Duration(v*1e6+0.5) * time.Nanosecond).Round(time.Microsecond)
	}
	has := func(word string) bool { return slices.Contains(strings.Fields(string(out)), word) }
	i := Info{
		SndMSS: uint32(number("mss:")), RcvMSS: uint32(number("rcvmss:")), AdvMSS: uint32(number("advmss:")), PMTU: uint32(number("pmtu:")),
		Cwnd: uint32(number("cwnd:")), BytesAcked: uint64(number("bytes_acked:")), BytesSent: uint64(number("bytes_sent:")),
		BytesReceived: uint64(number("bytes_received:")), SegsIn: uint32(number("segs_in:")), SegsOut: uint32(number("segs_out:")),
		RcvSpace: uint32(number("rcv_space:")), SndWnd: uint32(number("snd_wnd:")),
		SndScale: uint8(number("wscale:")), RcvScale: uint8(number(`wscale:\d+,`)),
		Timestamps: has("ts"), SACK: has("sack"), WindowScale: bytes.Contains(out, []byte("wscale:")),
		RTO: ms(number("rto:")).Round(time.Millisecond), RTT: ms(number("rtt:")), RTTVar: ms(number(`rtt:[0-9.]+/`)),
	}
	if bytes.HasPrefix(out, []byte("ESTAB")) {
		i.State = tcpstate.Established
	}
	return i
}

func TestLookupErrors(t *testing.T) {
	t.Parallel()
	d := openDiag(t)
	l := listen(t, "127.0.0.1:0")
	at := l.Addr().(*net.TCPAddr).AddrPort()
	// Nobody is connected from port 9: the kernel would answer with the listener.
	if _, err := d.Lookup(at, netip.MustParseAddrPort("127.0.0.1:9")); !errors.Is(err, ErrNotFound) {
		t.Errorf("no connection: %v", err)
	}
	if _, err := d.Lookup(at, netip.MustParseAddrPort("[::1]:9")); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("two families: %v", err)
	}
	s, err := d.Lookup(at, netip.AddrPort{})
	if err != nil || s.State != tcpstate.Listen || s.Local != at || s.Remote.IsValid() {
		t.Errorf("listener: %+v, %v", s, err)
	}
	_ = l.Close()
	if _, err := d.Lookup(at, netip.AddrPort{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("closed listener: %v", err)
	}
	_ = d.Close()
	if _, err := d.Lookup(at, netip.AddrPort{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestDumpFilters(t *testing.T) {
	t.Parallel()
	d := openDiag(t)
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l := listen(t, address)
		at := l.Addr().(*net.TCPAddr).AddrPort()
		port := at.Port()
		pair(t, l)
		other := listen(t, "127.0.0.1:0")
		pair(t, other)
		for _, c := range []struct {
			filter Filter
			want   string
		}{
			{Filter{Port: port}, "ESTABLISHED client, ESTABLISHED server, LISTEN server"},
			{Filter{Port: port, States: Only(tcpstate.Established), Info: true}, "ESTABLISHED client, ESTABLISHED server"},
			{Filter{Port: port, States: Only(tcpstate.Listen)}, "LISTEN server"},
			{Filter{Port: port, States: Only(tcpstate.CloseWait)}, ""},
		} {
			var got []string
			err := d.Dump(c.filter, func(s *Socket) {
				if s.Local != at && s.Remote != at || s.State == tcpstate.TimeWait {
					return // another service with this port, or left by whoever had it before
				}
				end := "client"
				if s.Local.Port() == port {
					end = "server"
				}
				if s.HasInfo != c.filter.Info {
					t.Errorf("%+v: info %v", c.filter, s.HasInfo)
				}
				got = append(got, s.State.String()+" "+end)
			})
			slices.Sort(got)
			if text := strings.Join(got, ", "); err != nil || text != c.want {
				t.Errorf("%s: %+v: %s, %v, want %s", address, c.filter, text, err, c.want)
			}
		}
	}
}

// follow watches a port on the machine's own loopback.
type follow struct {
	t    *testing.T
	w    *Watcher
	seen chan trace.Observation
}

func startFollow(t *testing.T, l *net.TCPListener) *follow {
	t.Helper()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	w, err := Watch(WatchOptions{Addr: at.Addr(), Port: at.Port(), Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	f := &follow{t, w, make(chan trace.Observation, 1000)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for o := range w.Observations(ctx) {
			select {
			case f.seen <- o:
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		if err := w.Err(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// until waits for a change to a state.
func (f *follow) until(role trace.Role, to tcpstate.State) trace.Observation {
	f.t.Helper()
	f.w.Hurry()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case o := <-f.seen:
			if o.Kind == trace.ObservedState && o.Party.Role == role && o.To == to {
				return o
			}
		case <-deadline:
			f.t.Fatalf("%v never seen in %v", role, to)
		}
	}
}

func TestFollowConnection(t *testing.T) {
	t.Parallel()
	l := listen(t, "127.0.0.1:0")
	f := startFollow(t, l)
	f.until(trace.RoleServer, tcpstate.Listen)
	client, server := pair(t, l)
	local, remote := addrPorts(client)
	o := f.until(trace.RoleClient, tcpstate.Established)
	if o.Conn != (trace.Conn{Local: local, Remote: remote}) || o.Party.Addr != local || o.Cause.Kind != tcpstate.OnPoll {
		t.Errorf("%+v", o)
	}
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	f.until(trace.RoleClient, tcpstate.FinWait2)
	// The server may have been seen first: what it did is not lost, but gone by.
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	f.until(trace.RoleClient, tcpstate.TimeWait)
	again, _ := pair(t, l)
	f.until(trace.RoleClient, tcpstate.Established)
	if err := again.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
	if o = f.until(trace.RoleClient, tcpstate.Closed); o.From != tcpstate.Established {
		t.Errorf("reset from %v", o.From)
	}
	_ = l.Close()
	f.until(trace.RoleServer, tcpstate.Closed)
}

// A server that waits for data before it accepts (tcp(7), TCP_DEFER_ACCEPT)
// stays in SYN-RECEIVED.
func TestFollowSynReceived(t *testing.T) {
	t.Parallel()
	l := listen(t, "127.0.0.1:0")
	raw, err := l.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 5)
	}); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	f := startFollow(t, l)
	f.until(trace.RoleServer, tcpstate.Listen)
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	o := f.until(trace.RoleServer, tcpstate.SynReceived)
	if o.From != tcpstate.Listen {
		t.Errorf("SYN-RECEIVED from %v", o.From)
	}
	d := openDiag(t)
	local, remote := addrPorts(c.(*net.TCPConn))
	if s, err := d.Lookup(remote, local); err != nil || s.State != tcpstate.SynReceived || s.HasInfo || s.Inode != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if o = f.until(trace.RoleServer, tcpstate.Established); o.From != tcpstate.SynReceived {
		t.Errorf("ESTABLISHED from %v: the cookie has changed", o.From)
	}
}

// A full accept queue leaves the next client in SYN-SENT.
func TestFollowSynSent(t *testing.T) {
	t.Parallel()
	l := listen(t, "127.0.0.1:0")
	raw, err := l.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), 0) }); err != nil {
		t.Fatal(err)
	}
	f := startFollow(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	var dialler net.Dialer
	dialled := make(chan struct{})
	go func() {
		defer close(dialled)
		for {
			c, err := dialler.DialContext(ctx, "tcp", l.Addr().String())
			if err != nil {
				return // cancelled: the queue was full
			}
			defer c.Close()
		}
	}()
	f.until(trace.RoleClient, tcpstate.SynSent)
	cancel()
	<-dialled
}

// Nothing of it needs a right: without any, the same is seen, and the final
// variables of a socket that ends as well.
func TestWithoutRights(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread has no rights any more
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			t.Error(err)
			return
		}
		d, err := OpenDiag()
		if err != nil {
			t.Error(err)
			return
		}
		defer d.Close()
		if d.destroy < 0 {
			t.Error("no messages about sockets that end")
		}
		client, server := pair(t, listen(t, "127.0.0.1:0"))
		exchange(t, client, server, 1234)
		local, remote := addrPorts(client)
		s, err := d.Lookup(local, remote)
		if err != nil || !s.HasInfo {
			t.Errorf("%+v, %v", s, err)
		}
		_ = server.Close() // and waits in TIME-WAIT: the client's block goes at once
		_, _ = client.Read(make([]byte, 1))
		_ = client.Close()
		var final Socket
		for deadline := time.Now().Add(10 * time.Second); final.Cookie == 0 && time.Now().Before(deadline); runtime.Gosched() {
			if _, err := d.destroyed(func(e *Socket) {
				if e.Cookie == s.Cookie {
					final = *e
				}
			}); err != nil {
				t.Error(err)
				return
			}
		}
		if !final.HasInfo || final.Info.BytesSent != 1234 {
			t.Errorf("the last that was known: %+v", final)
		}
		if _, ok := d.counters(); !ok {
			t.Error("no counters")
		}
	}()
	<-done
}

// A queue that runs over is told of once, and what it holds is read.
func TestMissedMessages(t *testing.T) {
	t.Parallel()
	d := openDiag(t)
	if d.destroy < 0 {
		t.Skip("no messages about sockets that end")
	}
	if err := unix.SetsockoptInt(d.destroy, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil { // the least that there is
		t.Fatal(err)
	}
	l := listen(t, "127.0.0.1:0")
	missed := false
	for deadline := time.Now().Add(20 * time.Second); !missed && time.Now().Before(deadline); { // the kernel tells when it has time
		for range 20 {
			client, server := pair(t, l)
			_ = client.SetLinger(0)
			_ = client.Close()
			_ = server.Close()
		}
		var err error
		if missed, err = d.destroyed(func(*Socket) {}); err != nil {
			t.Fatal(err)
		}
	}
	if !missed {
		t.Error("more have ended than the queue holds, and nothing says so")
	}
}

// What is spent is the thread's own time.
func TestSpent(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	d := openDiag(t)
	before := d.spent()
	for d.spent() < before+time.Millisecond {
		if _, ok := d.counters(); !ok {
			t.Fatal("no counters")
		}
	}
}

func TestOfClosed(t *testing.T) {
	t.Parallel()
	client, _ := pair(t, listen(t, "127.0.0.1:0"))
	_ = client.Close()
	if _, _, err := Of(client); err == nil {
		t.Error("a closed connection is remembered")
	}
	var _ syscall.Conn = client
}

func TestParseCounters(t *testing.T) {
	t.Parallel()
	const file = "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs\nTcp: 1 -1 2 3 4 5 6 7 8\nUdp: InDatagrams\nUdp: 9\n"
	got, ok := parseCounters([]byte(file))
	if want := (counters{2, 3, 5, 6, 7, 8}); !ok || got != want {
		t.Errorf("%+v, %v", got, ok)
	}
	for _, bad := range []string{"", "\nTcp: A\n", "\nTcp: InSegs\nTcp: x\n"} {
		if got, ok := parseCounters([]byte(bad)); ok {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}

func FuzzMessages(f *testing.F) {
	f.Add(make([]byte, 200), uint32(0))
	f.Add(append([]byte{88, 0, 0, 0, unix.SOCK_DIAG_BY_FAMILY, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 72)...), uint32(1))
	f.Fuzz(func(_ *testing.T, b []byte, sequence uint32) {
		var d Diag
		_, _ = d.messages(b, sequence, func(s *Socket) { s.Memory() })
	})
}

func BenchmarkLookup(b *testing.B) {
	d := openDiag(b)
	client, _ := pair(b, listen(b, "127.0.0.1:0"))
	local, remote := addrPorts(client)
	for b.Loop() {
		if _, err := d.Lookup(local, remote); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	client, _ := pair(b, listen(b, "127.0.0.1:0"))
	for b.Loop() {
		if _, _, err := Of(client); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDump(b *testing.B) {
	d := openDiag(b)
	l := listen(b, "127.0.0.1:0")
	pair(b, l)
	f := Filter{Port: l.Addr().(*net.TCPAddr).AddrPort().Port()}
	for b.Loop() {
		if err := d.Dump(f, func(*Socket) {}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCounters(b *testing.B) {
	d := openDiag(b)
	for b.Loop() {
		if _, ok := d.counters(); !ok {
			b.Fatal("no counters")
		}
	}
}
