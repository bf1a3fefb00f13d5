package tcpstate_test

import (
	"fmt"
	"strings"
	"testing"
)

const handshake = `
c> SYN 0
s> SYN,ACK 0 1
c> ACK 1 1
`

// scenarios are scripts; testdata/states.golden holds the changes and findings
// that each view of them must tell: "?" marks an assumed change, "!" one that
// is no edge of the figure.
var scenarios = []struct {
	name, script string
}{
	{name: "normal", script: handshake + `
c> PSH,ACK 1 1 +5
s> PSH,ACK 1 6 +5
c> ACK 6 6
c> FIN,ACK 6 6
s> ACK 6 7
s> FIN,ACK 6 7
c> ACK 7 7`},
	{name: "RST lost, and its addressee speaks on", script: handshake + `
s| RST,ACK 1 1
wait 200ms
c> PSH,ACK 1 1 +5
s| RST 1
wait 400ms
c> PSH,ACK 1 1 +5
s> RST 1`},
	{name: "RST meets data on its way", script: handshake + `
c~a PSH,ACK 1 1 +5
s> RST,ACK 1 1
a`},
	{name: "third ACK lost", script: `
c> SYN 0
s> SYN,ACK 0 1
c| ACK 1 1
wait 1s
s> SYN,ACK 0 1
c> ACK 1 1
c> PSH,ACK 1 1 +5
s> ACK 1 6`},
	{name: "SYN lost", script: `
c| SYN 0
wait 1s
c> SYN 0
s> SYN,ACK 0 1
c> ACK 1 1`},
	{name: "SYN,ACK lost", script: `
c> SYN 0
s| SYN,ACK 0 1
wait 1s
c> SYN 0
s> SYN,ACK 0 1
c> ACK 1 1`},
	{name: "SYN,ACK lost, then an ACK before it", script: `
c> SYN 0
s| SYN,ACK 0 1
wait 1s
c> SYN 0
s> ACK 1 1
wait 1s
s> SYN,ACK 0 1
c> ACK 1 1`},
	{name: "SYN,ACK not captured", script: `
c> SYN 0
s| SYN,ACK 0 1
c> ACK 1 1
c> PSH,ACK 1 1 +5
s> ACK 1 6`},
	{name: "third ACK lost, data comes", script: `
c> SYN 0
s> SYN,ACK 0 1
c| ACK 1 1
c> PSH,ACK 1 1 +5
s> ACK 1 6`},
	{name: "FIN lost", script: handshake + `
c| FIN,ACK 1 1
s> PSH,ACK 1 1 +5
c> ACK 2 6
wait 1s
c> FIN,ACK 1 6
s> ACK 6 2
s> FIN,ACK 6 2
c> ACK 2 7`},
	{name: "last ACK lost", script: handshake + `
c> FIN,ACK 1 1
s> FIN,ACK 1 2
c| ACK 2 2
wait 1s
s> FIN,ACK 1 2
c> ACK 2 2`},
	{name: "simultaneous open", script: `
c~x SYN 0
s~y SYN 0
x
y
c~x SYN,ACK 0 1
s~y SYN,ACK 0 1
x
y
c> PSH,ACK 1 1 +5
s> PSH,ACK 1 6 +5`},
	{name: "simultaneous close", script: handshake + `
c~x FIN,ACK 1 1
s~y FIN,ACK 1 1
x
y
c~x ACK 2 2
s~y ACK 2 2
x
y`},
	{name: "FIN before data", script: handshake + `
c~x PSH,ACK 1 1 +5
c~y FIN,ACK 6 1
y
s> ACK 1 1
x
s> ACK 1 7`},
	{name: "refused", script: `
c> SYN 0
s> RST,ACK 0 1`},
	{name: "reset by client", script: handshake + `
c> PSH,ACK 1 1 +5
s> ACK 1 6
c> RST,ACK 6 1`},
	{name: "reset lost", script: handshake + `
c| RST,ACK 1 1
s> PSH,ACK 1 1 +5
c> RST 1`},
	{name: "reset after close", script: handshake + `
c> FIN,ACK 1 1
s> ACK 1 2
s> PSH,ACK 1 2 +5
c> RST 2`},
	{name: "reset in window", script: handshake + `
c> RST 100
s> ACK 1 1
c> RST 1`},
	{name: "SYN in an open connection", script: handshake + `
c> PSH,ACK 1 1 +5
s> ACK 1 6
c> SYN 0
s> ACK 1 6`},
	{name: "client restarted", script: handshake + `
c> SYN 0 new
s> ACK 1 -268435455
c> RST 4026531841
wait 1s
c> SYN 0
s> SYN,ACK 0 1 new
c> ACK 1 1`},
	{name: "server restarted", script: handshake + `
c> PSH,ACK 1 1 +5
s> ACK 1 6
wait 10s
c> PSH,ACK 6 1 +5
s> RST 1`},
	{name: "reset of an embryonic connection", script: `
c> SYN 0
s> SYN,ACK 0 1
c> RST 1`},
	{name: "midway", script: `
c> PSH,ACK 100 100 +5
s> ACK 100 105
s> FIN,ACK 100 105
c> ACK 105 101
c> FIN,ACK 105 101
s> ACK 101 106`},
	{name: "reused ports", script: handshake + `
c> FIN,ACK 1 1
s> FIN,ACK 1 2
c> ACK 2 2
c> SYN 0 new
s> SYN,ACK 0 1 new
c> ACK 1 1`},
	{name: "bad checksum", script: `
c> SYN 0
s> SYN,ACK 0 1
c> ACK 1 1 bad
c> FIN,ACK 1 1 bad
wait 1s
c> FIN,ACK 1 1
s> ACK 1 2`},
	{name: "duplicated by the wire", script: `
c> SYN 0
c> SYN 0 wire
s> SYN,ACK 0 1
s> SYN,ACK 0 1 wire
c> ACK 1 1
c> FIN,ACK 1 1
c> FIN,ACK 1 1 wire
s> ACK 1 2
s> FIN,ACK 1 2
s> FIN,ACK 1 2 wire
c> ACK 2 2`},
	{name: "closing half, data the other way", script: handshake + `
c> FIN,ACK 1 1
s> ACK 1 2
s> PSH,ACK 1 2 +100
c> ACK 2 101
s> FIN,ACK 101 2
c> ACK 2 102`},
	{name: "FIN with the answer", script: handshake + `
c> PSH,ACK 1 1 +5
s> FIN,PSH,ACK 1 6 +5
c> FIN,ACK 6 7
s> ACK 7 7`},
}

func TestStates(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, sc := range scenarios {
		fmt.Fprintf(&b, "# %s\n", sc.name)
		for v, name := range []string{"both", "client", "server", "between"} {
			p := newScript(t, view(v)).play(sc.script)
			fmt.Fprintf(&b, "at %s\n", name)
			for _, c := range p.changes {
				fmt.Fprintf(&b, "    %s\n", c)
			}
			fmt.Fprintf(&b, "  findings: %s\n", strings.Join(p.findings, " "))
			p.observe.Finish(p.now)
			fmt.Fprintf(&b, "  ended: %s\n", p.conn.Ending)
		}
	}
	golden(t, "states.golden", b.String())
}
