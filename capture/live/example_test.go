package live_test

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/net/bpf"

	"statelab/capture"
	"statelab/capture/live"
)

// A filter that passes what tcpdump's "tcp port 80" does.
func ExampleTCPPort() {
	program := live.TCPPort(80, capture.LinkRaw, 65535)
	vm, err := bpf.NewVM(program)
	if err != nil {
		fmt.Println(err)
		return
	}
	syn := make([]byte, 40)
	syn[0] = 0x45 // IPv4, header of 20 bytes
	syn[9] = 6    // TCP
	syn[23] = 80  // destination port
	n, _ := vm.Run(syn)
	fmt.Println("port 80 keeps", n, "bytes")
	syn[23] = 81
	n, _ = vm.Run(syn)
	fmt.Println("port 81 keeps", n, "bytes")
	// Output:
	// port 80 keeps 65535 bytes
	// port 81 keeps 0 bytes
}

// Errors say what to do.
func ExampleOpen() {
	_, err := live.Open(context.Background(), live.Options{Interface: "no-such-interface"})
	var unknown *live.InterfaceError
	fmt.Println(errors.As(err, &unknown), len(unknown.Known) > 0)
	// Output: true true
}
