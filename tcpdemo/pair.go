package tcpdemo

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"time"

	"statelab/tcpdemo/network"
)

// pair is one connection with both programs in the lesson's hands: who calls
// what, and when, is then the lesson's alone to say.
type pair struct {
	lab            *Lab
	listener       net.Listener
	client, server network.Conn
}

// connect listens on a port of the server, dials it and accepts.
func (l *Lab) connect(port uint16) (*pair, error) {
	listener, err := l.Server.Listen(port, 0)
	if err != nil {
		return nil, err
	}
	p := &pair{lab: l, listener: listener}
	if p.client, err = l.dial(port); err != nil {
		return nil, err
	}
	accepted, err := listener.Accept()
	if err != nil {
		return nil, err
	}
	p.server = accepted.(network.Conn)
	return p, nil
}

// crossing is long enough for a few segments to be sent, lost, told of and sent
// again, in the network's time.
const crossing = 90 * time.Millisecond

// carry writes so many octets on one side, lets them cross, and reads them all
// at once on the other.
func (p *pair) carry(from, to network.Conn, size int) error {
	sent := pattern(size)
	if _, err := from.Write(sent); err != nil {
		return err
	}
	p.lab.Sleep(crossing)
	got := make([]byte, size)
	if _, err := io.ReadFull(to, got); err != nil {
		return err
	}
	if !bytes.Equal(got, sent) {
		return fmt.Errorf("of %d octets sent, others arrived", size)
	}
	return nil
}

// pattern returns octets in which each one's place can be told from its
// neighbours.
func pattern(size int) []byte {
	const text = "abcdefghijklmnopqrstuvwxyz0123456789"
	return bytes.Repeat([]byte(text), size/len(text)+1)[:size]
}

// stream writes so many octets on one side while the other reads, and returns
// when all have been read.
func (p *pair) stream(from, to network.Conn, size int) error {
	p.lab.Go(func() {
		_, _ = from.Write(pattern(size)) // the reader checks what came
	})
	got := make([]byte, size)
	if _, err := io.ReadFull(to, got); err != nil {
		return err
	}
	if !bytes.Equal(got, pattern(size)) {
		return fmt.Errorf("of %d octets sent, others arrived", size)
	}
	return nil
}
