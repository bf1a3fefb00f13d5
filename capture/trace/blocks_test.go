package trace_test

import (
	"fmt"
	"net/netip"
	"testing"

	"statelab/capture/trace"
)

func blockOf(state string, size int) trace.Memory {
	return trace.Memory{Entries: []trace.Entry{
		{Name: "state", Value: state, Bytes: 1}, {Name: "cwnd", Value: "10", Bytes: size - 1},
	}}
}

func conn(local, remote string) trace.Conn {
	return trace.Conn{Local: netip.MustParseAddrPort(local), Remote: netip.MustParseAddrPort(remote)}
}

func ExampleBlocks() {
	var b trace.Blocks
	b.Set(conn("10.0.0.2:7", "10.0.0.1:5000"), blockOf("ESTABLISHED", 65))
	b.Set(conn("10.0.0.2:7", "10.0.0.1:5001"), blockOf("TIME-WAIT", 17))
	for _, e := range b.Memory().Entries {
		fmt.Println(e.Name, e.Value, e.Bytes)
	}
	// Output:
	// TCB 10.0.0.1:5000 ESTABLISHED 65
	// TCB 10.0.0.1:5001 TIME-WAIT 17
}

// A block is named by what tells it from the others: both ends of a connection
// give it the same name, also where a client has several to one server.
func TestBlocksAreNamedAlike(t *testing.T) {
	t.Parallel()
	var client, server, mixed trace.Blocks
	for _, port := range []string{"10.0.0.1:5000", "10.0.0.1:5001"} {
		client.Set(conn(port, "10.0.0.2:7"), blockOf("ESTABLISHED", 65))
		server.Set(conn("10.0.0.2:7", port), blockOf("ESTABLISHED", 65))
		mixed.Set(conn(port, "10.0.0.2:7"), blockOf("ESTABLISHED", 65))
	}
	if a, b := fmt.Sprint(client.Memory()), fmt.Sprint(server.Memory()); a != b {
		t.Errorf("the client's %s, the server's %s", a, b)
	}
	mixed.Set(conn("10.0.0.1:5002", "10.0.0.9:80"), blockOf("ESTABLISHED", 65))
	if got := mixed.Memory().Entries[2].Name; got != "TCB 10.0.0.9:80" {
		t.Errorf("the only one to its peer is %s", got)
	}
}

// Sums are right however blocks come, change and go, counted one by one or by
// state.
func TestBlocksAddUp(t *testing.T) {
	t.Parallel()
	var b trace.Blocks
	sizes := map[int]int{}
	for i := range 600 {
		port, size := i*7%23, 17+i*5%40
		state := []string{"ESTABLISHED", "TIME-WAIT", "CLOSE-WAIT"}[i%3]
		c := conn(fmt.Sprintf("10.0.0.1:%d", 5000+port), "10.0.0.2:7")
		if i%4 == 3 {
			b.Set(c, trace.Memory{})
			delete(sizes, port)
		} else {
			b.Set(c, blockOf(state, size))
			sizes[port] = size
		}
		want := 0
		for _, n := range sizes {
			want += n
		}
		m := b.Memory()
		if got := m.Bytes(trace.MemoryConnection); got != want || len(b.Conns()) != len(sizes) {
			t.Fatalf("after %d: %d bytes of %d connections, want %d of %d", i, got, len(b.Conns()), want, len(sizes))
		}
		if len(sizes) > 8 && len(m.Entries) > 3 {
			t.Fatalf("%d connections in %d entries", len(sizes), len(m.Entries))
		}
	}
}
