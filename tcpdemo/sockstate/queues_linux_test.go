package sockstate

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// buffer is how many bytes an entry says that a buffer holds.
func buffer(t *testing.T, s *Socket, name string) int {
	t.Helper()
	for _, e := range s.Memory().Entries {
		if e.Name == name {
			return e.Bytes
		}
	}
	t.Fatalf("%v: no %s in %+v", s.State, name, s.Memory().Entries)
	return 0
}

// The kernel's queues count a FIN as they count an octet: what is remembered of
// the contents does not.
func TestFINIsNoContent(t *testing.T) {
	t.Parallel()
	l := listen(t, "127.0.0.1:0")
	d, f := openDiag(t), startFollow(t, l)
	_, server := pair(t, l)
	look := func(local, remote netip.AddrPort) *Socket {
		t.Helper()
		s, err := d.Lookup(local, remote)
		if err != nil {
			t.Fatal(err)
		}
		return &s
	}
	// The client reads nothing, so that the server's FIN waits for its window.
	octets := make([]byte, 64<<20)
	if err := server.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	written, err := server.Write(octets)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d octets found room: %v", written, err)
	}
	if err := server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	f.until(trace.RoleServer, tcpstate.FinWait1)
	local, remote := addrPorts(server)
	s := look(local, remote)
	waiting := written - int(s.Info.BytesAcked)
	if got := buffer(t, s, "send buffer"); got != waiting || int(s.SendQueue) != waiting+1 {
		t.Errorf("FIN-WAIT-1: %d bytes of contents and a queue of %d, want %d and one more", got, s.SendQueue, waiting)
	}

	var client *net.TCPConn
	client, server = pair(t, l)
	if _, err := client.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	f.until(trace.RoleServer, tcpstate.CloseWait)
	local, remote = addrPorts(server)
	for _, c := range []struct {
		read, queue, contents int
	}{{0, 6, 5}, {2, 4, 3}, {3, 0, 0}} { // a FIN that came with the last octet is taken with it
		if _, err := io.ReadFull(server, octets[:c.read]); err != nil {
			t.Fatal(err)
		}
		s := look(local, remote)
		if got := buffer(t, s, "receive buffer"); got != c.contents || int(s.ReceiveQueue) != c.queue {
			t.Errorf("CLOSE-WAIT: %d bytes of contents and a queue of %d, want %d and %d", got, s.ReceiveQueue, c.contents, c.queue)
		}
	}
}

func TestSYNIsNoContent(t *testing.T) {
	t.Parallel()
	s := Socket{State: tcpstate.SynSent, SendQueue: 1, HasInfo: true}
	if got := buffer(t, &s, "send buffer"); got != 0 {
		t.Errorf("SYN-SENT: %d bytes of contents", got)
	}
}
