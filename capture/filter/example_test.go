package filter_test

import (
	"fmt"

	"statelab/capture"
	"statelab/capture/filter"
)

// A program runs here, on frames of any source.
func ExampleProgram_Match() {
	p, err := filter.Compile("tcp dst port 80 and tcp[tcpflags] & tcp-syn != 0", capture.LinkRaw, filter.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	syn := make([]byte, 40)
	syn[0] = 0x45 // IPv4, header of 20 bytes
	syn[9] = 6    // TCP
	syn[23] = 80  // destination port
	syn[33] = 2   // SYN
	f := capture.Frame{Data: syn, Length: len(syn), Link: capture.LinkRaw}
	fmt.Println(p.Match(&f))
	syn[33] = 0x10 // ACK
	fmt.Println(p.Match(&f))
	// Output:
	// true
	// false
}

// The same program in the kernel hands over only what passes.
func ExampleCompile() {
	p, err := filter.Compile("icmp", capture.LinkEthernet, filter.Options{Kernel: true, SnapLen: 128})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, instruction := range p.Instructions() {
		fmt.Println(instruction)
	}
	// Output:
	// ldh [12]
	// jneq #2048,3
	// ldb [23]
	// jneq #1,1
	// ret #128
	// ret #0
}

// An error shows the place.
func ExampleError() {
	_, err := filter.Compile("tcp port 80 and host example.org", capture.LinkEthernet, filter.Options{})
	fmt.Println(err)
	// Output:
	// filter, column 22: "example.org" is no address: names are not looked up
	//   tcp port 80 and host example.org
	//                        ^
	// hint: host 10.0.0.1, host fe80::1, net 10.0.0.0/8
}
