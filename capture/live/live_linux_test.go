package live

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
	"golang.org/x/sys/unix"

	"statelab/capture"
	"statelab/capture/filter"
)

// inNamespace runs f on a thread of its own, in a network namespace of its own
// whose loopback is up: nothing of a test reaches a real interface, and nothing
// else is captured. The thread ends with f.
func inNamespace(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread is not for others
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			err = loopbackUp()
		}
		done <- err
		if err != nil {
			return
		}
		defer close(done)
		f()
	}()
	if err := <-done; err != nil {
		if errors.Is(err, os.ErrPermission) && os.Getenv("CI") != "true" {
			t.Skip("a network namespace of its own needs root: ", err)
		}
		t.Fatal(err)
	}
	<-done
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}

// exchange sends n bytes to a server on address and closes, all in the calling
// thread's namespace. It returns the server's port and the bytes that the kernel
// says it has sent more than once: on a busy machine its probes of a tail's loss
// (RFC 8985 §7) come before the acknowledgment.
func exchange(t *testing.T, address string, n int) (port uint16, again int) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	defer l.Close()
	got := make(chan int64, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			got <- -1
			return
		}
		defer c.Close()
		k, _ := io.Copy(io.Discard, c)
		got <- k
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	if _, err := c.Write(make([]byte, n)); err != nil {
		t.Error(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Error(err)
	}
	if k := <-got; k != int64(n) {
		t.Errorf("the server got %d of %d bytes", k, n)
	}
	_, _ = c.Read(make([]byte, 1)) // the server's FIN
	again = sentAgain(t, c.(*net.TCPConn))
	c.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port), again
}

func sentAgain(t *testing.T, c *net.TCPConn) (bytes int) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Error(err)
		return 0
	}
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			t.Error(err)
			return
		}
		bytes = int(info.Bytes_retrans)
	})
	if err != nil {
		t.Error(err)
	}
	return bytes
}

// drained returns the frames that a capture holds after Drain.
func drained(t *testing.T, h *Handle) []capture.Frame {
	t.Helper()
	h.Drain()
	var out []capture.Frame
	for f, err := range h.Frames() {
		if err != nil {
			t.Error(err)
			break
		}
		if !f.Marks.Has(capture.Tick) {
			out = append(out, f.Clone())
		}
	}
	return out
}

func open(t *testing.T, opts Options) *Handle {
	t.Helper()
	h, err := Open(t.Context(), opts)
	if err != nil {
		t.Error(err)
		runtime.Goexit()
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// A whole exchange, from SYN to the last ACK, and nothing of it twice, with
// valid checksums and segments that fit the wire.
func TestLoopback(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1", "::1"} {
		inNamespace(t, func() {
			h := open(t, Options{Interface: "lo"})
			port, again := exchange(t, address, 500_000)
			frames := drained(t, h)
			var payload, split int
			syn, fin := map[uint32]bool{}, map[uint32]bool{} // by sequence number
			for i, f := range frames {
				p := parse(t, f.Data)
				payload += len(p.tcp.Payload)
				if p.tcp.SYN {
					syn[p.tcp.Seq] = true
				}
				if p.tcp.FIN {
					fin[p.tcp.Seq] = true
				}
				if f.Marks.Has(capture.Split) {
					split++
				}
				if f.Number != i+1 || f.Direction != capture.Inbound || f.Length != len(f.Data) || f.Link != capture.LinkEthernet {
					t.Errorf("%s: frame %d: %+v", address, i, f)
				}
				if uint16(p.tcp.SrcPort) != port && uint16(p.tcp.DstPort) != port {
					t.Errorf("%s: frame %d is of other ports", address, i)
				}
				if i > 0 && f.Time.Before(frames[i-1].Time) {
					t.Errorf("%s: frame %d goes back in time", address, i)
				}
			}
			if payload != 500_000+again || len(syn) != 2 || len(fin) != 2 {
				t.Errorf("%s: %d bytes, %d of them sent again, %d SYN, %d FIN in %d frames", address, payload, again, len(syn), len(fin), len(frames))
			}
			if s, err := h.Stats(); err != nil || s.Dropped != 0 || s.Received == 0 || s.Received > uint64(len(frames)) {
				t.Errorf("%s: stats %+v, %v", address, s, err)
			}
		})
	}
}

// With frames larger than the MTU, the kernel cuts what it sends at 65483
// bytes a segment on a new lo; a smaller MTU makes it hand over frames of many
// segments.
func TestSplitOnLoopback(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		ip(t, "link", "set", "lo", "mtu", "1500")
		whole := open(t, Options{Interface: "lo", NoSplit: true})
		h := open(t, Options{Interface: "lo"})
		_, again := exchange(t, "127.0.0.1", 300_000)
		raw, frames := drained(t, whole), drained(t, h)
		var giants, split, payload int
		for _, f := range raw {
			if f.Length > 1514 {
				giants++
			}
			if f.Marks.Has(capture.Split) || f.Marks.Has(capture.ChecksumCompleted) {
				t.Error("an untouched frame is marked as mended")
			}
		}
		for _, f := range frames {
			p := parse(t, f.Data)
			payload += len(p.tcp.Payload)
			if f.Length > 1514 {
				t.Errorf("frame %d has %d bytes", f.Number, f.Length)
			}
			if f.Marks.Has(capture.Split) {
				split++
			}
		}
		if giants == 0 || split <= giants || payload != 300_000+again {
			t.Errorf("%d offloaded frames, %d segments of them, %d bytes, %d of them sent again", giants, split, payload, again)
		}
	})
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
			t.Log("needs iproute2")
			runtime.Goexit()
		}
		t.Errorf("ip %s: %v: %s", strings.Join(args, " "), err, out)
		runtime.Goexit()
	}
}

func TestPortFilter(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		port := uint16(l.Addr().(*net.TCPAddr).Port)
		h := open(t, Options{Interface: "lo", Filter: filter.ForLink(fmt.Sprintf("tcp port %d", port), filter.Options{Kernel: true})})
		exchange(t, "127.0.0.1", 1000) // on another port
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		c.Close()
		if server, err := l.Accept(); err != nil {
			t.Error(err)
		} else {
			_, _ = server.Read(make([]byte, 1)) // returns when the FIN is here, and so captured
			server.Close()
		}
		frames := drained(t, h)
		if len(frames) < 4 {
			t.Errorf("%d frames of a handshake and a FIN", len(frames))
		}
		for _, f := range frames {
			p := parse(t, f.Data)
			if uint16(p.tcp.SrcPort) != port && uint16(p.tcp.DstPort) != port {
				t.Errorf("frame of ports %d and %d passed", p.tcp.SrcPort, p.tcp.DstPort)
			}
		}
	})
}

// On any interface but loopback both directions are seen, and told apart.
func TestDirection(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		ip(t, "link", "add", "veth1", "type", "veth", "peer", "name", "veth2")
		ip(t, "link", "set", "veth2", "up")
		ip(t, "link", "set", "veth1", "up")
		ip(t, "addr", "add", "10.9.0.1/24", "dev", "veth1")
		h := open(t, Options{Interface: "veth1"})
		far := open(t, Options{Interface: "veth2"})
		// Nobody answers at .2: the ARP requests are all there is.
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer unix.Close(fd)
		if err := unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{10, 9, 0, 2}}); err != nil {
			t.Error(err)
			return
		}
		isARP := func(f capture.Frame) bool { return f.Data[12] == 0x08 && f.Data[13] == 0x06 }
		out, in := drained(t, h), drained(t, far)
		i, j := slices.IndexFunc(out, isARP), slices.IndexFunc(in, isARP)
		if i < 0 || j < 0 {
			t.Errorf("ARP request among %d and %d frames: %d, %d", len(out), len(in), i, j)
			return
		}
		if out[i].Direction != capture.Outbound || in[j].Direction != capture.Inbound {
			t.Errorf("sent %v, received %v", out[i].Direction, in[j].Direction)
		}
	})
}

func TestTunnelIsRawIP(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		if _, err := os.Stat("/dev/net/tun"); err != nil {
			t.Log("no /dev/net/tun: ", err)
			return
		}
		ip(t, "tuntap", "add", "tun7", "mode", "tun")
		// A tunnel that no process holds is up without a carrier.
		ip(t, "link", "set", "tun7", "up")
		h := open(t, Options{Interface: "tun7"})
		if h.Link() != capture.LinkRaw {
			t.Errorf("link type %v", h.Link())
		}
	})
}

// Frame for frame what tcpdump sees at the same time.
func TestAgreesWithTcpdump(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tcpdump"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("tcpdump is not installed")
	}
	inNamespace(t, func() {
		ip(t, "link", "set", "lo", "mtu", "1500")
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, "tcpdump", "-i", "lo", "-U", "-s", "0", "--immediate-mode", "-B", "8192", "-w", "-")
		file, err := cmd.StdoutPipe()
		if err != nil {
			t.Error(err)
			return
		}
		messages, err := cmd.StderrPipe()
		if err != nil {
			t.Error(err)
			return
		}
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return
		}
		if line, err := bufio.NewReader(messages).ReadString('\n'); err != nil || !strings.Contains(line, "listening") {
			t.Errorf("tcpdump: %q, %v", line, err)
			return
		}
		h := open(t, Options{Interface: "lo", NoSplit: true})
		exchange(t, "127.0.0.1", 200_000)
		exchange(t, "::1", 100)
		frames := drained(t, h)
		theirs := readPcap(t, file, func(n int) {
			if n == len(frames) { // told to end earlier, it leaves in the ring what it has not read
				_ = cmd.Process.Signal(unix.SIGINT)
			}
		})
		if err := cmd.Wait(); err != nil {
			t.Errorf("tcpdump, after %d frames of %d: %v", len(theirs), len(frames), err)
		}
		compare(t, frames, theirs)
	})
}

// readPcap reads a capture to its end, and calls each with the number of frames
// that have come.
func readPcap(t *testing.T, file io.Reader, each func(n int)) [][]byte {
	t.Helper()
	r, err := pcapgo.NewReader(file)
	if err != nil {
		t.Error(err)
		return nil
	}
	var out [][]byte
	for {
		d, _, err := r.ReadPacketData()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			return out
		}
		out = append(out, d)
		each(len(out))
	}
}

func compare(t *testing.T, ours []capture.Frame, theirs [][]byte) {
	t.Helper()
	if len(ours) != len(theirs) {
		t.Errorf("%d frames, tcpdump has %d", len(ours), len(theirs))
	}
	// Frames of two processors may stand in another order: compare as sets.
	count := map[string]int{}
	for _, d := range theirs {
		count[string(d)]++
	}
	for _, f := range ours {
		if count[string(f.Data)]--; count[string(f.Data)] < 0 {
			t.Errorf("frame %d is not in tcpdump's capture: %x", f.Number, f.Data[:min(80, len(f.Data))])
		}
	}
}

// A reader that does not read loses frames, and the counters say how many.
func TestLossIsCounted(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		h := open(t, Options{Interface: "lo", Buffer: 1, NoSplit: true})
		exchange(t, "127.0.0.1", 8<<20) // into a ring of 2 MiB
		frames := drained(t, h)
		s, err := h.Stats()
		if err != nil || s.Dropped == 0 || s.Received == 0 {
			t.Errorf("stats %+v, %v", s, err)
		}
		if s.Received != uint64(len(frames)) {
			t.Errorf("%d frames read, %d received", len(frames), s.Received)
		}
	})
}

// A reader that keeps up reads many times what the ring holds.
func TestRingIsReused(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		h := open(t, Options{Interface: "lo", Buffer: 1, NoSplit: true})
		var read atomic.Int64
		var reader sync.WaitGroup
		reader.Go(func() {
			for f, err := range h.Frames() {
				if err != nil {
					t.Error(err)
				}
				read.Add(int64(len(f.Data)))
			}
		})
		const ring = minBlocks * blockSize
		for i := 0; i < 100 && read.Load() < 5*ring; i++ {
			exchange(t, "127.0.0.1", ring/4)
		}
		h.Drain()
		reader.Wait()
		if n := read.Load(); n < 5*ring {
			t.Errorf("%d bytes came through a ring of %d", n, ring)
		}
	})
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		_, err := Open(t.Context(), Options{Interface: "l0"})
		var unknown *InterfaceError
		if !errors.As(err, &unknown) || len(unknown.Known) == 0 || unknown.Known[0] != "lo" {
			t.Errorf("unknown interface: %v", err)
		}
		ip(t, "link", "set", "lo", "down")
		if _, err = Open(t.Context(), Options{Interface: "lo"}); !errors.As(err, &unknown) || !unknown.Down {
			t.Errorf("interface that is down: %v", err)
		}
		ip(t, "link", "set", "lo", "up")
		h := open(t, Options{Interface: "lo"})
		ip(t, "link", "set", "lo", "down")
		for _, err := range h.Frames() {
			if err != nil && !errors.Is(err, unix.ENETDOWN) {
				t.Errorf("interface that went down: %v", err)
			}
			if err != nil {
				return
			}
		}
		t.Error("the frames of an interface that went down ended without an error")
	})
}

func TestNoPrivilege(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		// Of this thread alone: first what setcap gives, then nothing.
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		const raw = 1 << unix.CAP_NET_RAW
		for _, caps := range [][2]unix.CapUserData{{{Effective: raw, Permitted: raw}}, {}} {
			if err := unix.Capset(&header, &caps[0]); err != nil {
				t.Error(err)
				return
			}
			if caps[0].Effective != 0 {
				open(t, Options{Interface: "lo", Filter: filter.ForLink("tcp port 80", filter.Options{Kernel: true})})
			}
		}
		_, err := Open(t.Context(), Options{Interface: "lo"})
		var denied *PrivilegeError
		if !errors.As(err, &denied) || !errors.Is(err, unix.EPERM) || denied.Executable == "" {
			t.Errorf("%v", err)
			return
		}
		for _, want := range []string{"setcap cap_net_raw+ep", "statelab tcp demo"} {
			if !strings.Contains(err.Error(), want) || !strings.Contains(denied.Text("ko"), want) {
				t.Errorf("no %q in %q", want, err)
			}
		}
	})
}

// A reader that waits for packets is woken at once, before it waits and while
// it does.
func TestWake(t *testing.T) {
	t.Parallel()
	inNamespace(t, func() {
		lo, err := lookup("lo")
		if err != nil {
			t.Error(err)
			return
		}
		dev, _, err := openDevice(lo, &Options{})
		if err != nil {
			t.Error(err)
			return
		}
		defer dev.close()
		for range 100 {
			var woken sync.WaitGroup
			woken.Go(dev.wake)
			if got, err := dev.batch(time.Hour); err != nil || len(got) != 0 {
				t.Errorf("%d packets, %v", len(got), err)
			}
			woken.Wait()
			for dev.(*socket).woken.Load() { // it came while batch waited: the next one returns for it too
				if got, err := dev.batch(time.Hour); err != nil || len(got) != 0 {
					t.Errorf("%d packets, %v", len(got), err)
				}
			}
		}
	})
}

// BenchmarkCapture measures what a capture of UDP datagrams on loopback costs,
// and how many it loses: compare with tcpdump over the same traffic.
func BenchmarkCapture(b *testing.B) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		b.Skip("a network namespace of its own needs root: ", err)
	}
	if err := loopbackUp(); err != nil {
		b.Fatal(err)
	}
	h, err := Open(b.Context(), Options{Interface: "lo"})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	sink, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	c, err := net.Dial("udp", sink.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	seen := make(chan int)
	go func() {
		n := 0
		for f := range h.Frames() {
			if !f.Marks.Has(capture.Tick) {
				n++
			}
		}
		seen <- n
	}()
	datagram := make([]byte, 64)
	for b.Loop() {
		if _, err := c.Write(datagram); err != nil {
			b.Fatal(err)
		}
	}
	h.Drain()
	n := <-seen
	s, err := h.Stats()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(s.Dropped), "lost")
	b.ReportMetric(float64(n)/float64(b.N), "frames/op")
}
