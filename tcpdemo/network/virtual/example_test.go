package virtual_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// An echo over TCP, and the states that both ends went through. The minute of
// TIME-WAIT costs nothing.
func Example() {
	rule, err := network.ParseRule("drop 1st data segment")
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := virtual.New(virtual.Config{Seed: 1, Rules: []network.Rule{rule}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer n.Close()

	n.Go(func() { // the server
		listener, err := n.Server().Listen(7, 0)
		if err != nil {
			return
		}
		c, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.Copy(c, c)
		_ = c.Close()
		_ = listener.Close()
	})
	n.Go(func() { // the client
		c, err := n.Client().Dial(context.Background(), netip.AddrPortFrom(virtual.ServerAddr, 7), 0)
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "hello")
		_, _ = io.ReadFull(c, make([]byte, 5))
		_ = c.Close()
	})
	if err := n.Run(2 * time.Minute); err != nil {
		fmt.Println(err)
	}

	start := virtual.DefaultStart
	for _, o := range n.Recording().Observations {
		switch o.Kind {
		case trace.ObservedState:
			fmt.Printf("%8v %s: %v → %v (%s)\n", o.At.Sub(start), o.Party.Name(), o.From, o.To, o.Cause.Name)
		case trace.ObservedVerdict:
			fmt.Printf("%8v wire: %v by %q\n", o.At.Sub(start), o.Verdict.Fate, o.Verdict.Rule)
		}
	}
	// Output:
	//       0s server: CLOSED → LISTEN (listen)
	//       0s client: CLOSED → SYN-SENT (connect)
	//     10ms server: LISTEN → SYN-RECEIVED (SYN)
	//     20ms client: SYN-SENT → ESTABLISHED (SYN,ACK)
	//     20ms wire: dropped by "drop 1st data segment"
	//     30ms server: SYN-RECEIVED → ESTABLISHED (ACK)
	//    240ms client: ESTABLISHED → FIN-WAIT-1 (close)
	//    250ms server: ESTABLISHED → CLOSE-WAIT (FIN)
	//    250ms server: CLOSE-WAIT → LAST-ACK (close)
	//    250ms server: LISTEN → CLOSED (close)
	//    260ms client: FIN-WAIT-1 → FIN-WAIT-2 (ACK)
	//    260ms client: FIN-WAIT-2 → TIME-WAIT (FIN)
	//    270ms server: LAST-ACK → CLOSED (ACK)
	//  1m0.26s client: TIME-WAIT → CLOSED (time-wait)
}

// The same seed gives the same bytes.
func ExampleNetwork_Recording() {
	first := func() string {
		n, err := virtual.New(virtual.Config{Seed: 7})
		if err != nil {
			return err.Error()
		}
		defer n.Close()
		n.Go(func() {
			_, err := n.Client().Dial(context.Background(), netip.AddrPortFrom(virtual.ServerAddr, 80), 0)
			fmt.Println(err)
		})
		_ = n.Run(time.Minute)
		return fmt.Sprintf("%x", n.Recording().At(virtual.ClientTap)[0].Data[34:54])
	}
	once, again := first(), first()
	fmt.Println(once == again)
	// Output:
	// dial tcp 10.0.0.1:54222->10.0.0.2:80: connect: connection refused
	// dial tcp 10.0.0.1:54222->10.0.0.2:80: connect: connection refused
	// true
}
