package tcpstate_test

import (
	"testing"

	"statelab/capture/tcpstate"
)

// A SACK block reports octets of its peer's, seen or not, only where these can have
// been sent: what lies beyond the window, or before the ISN, reports no hole, and
// nothing that came twice.
func TestSACKOfWhatWasNeverSent(t *testing.T) {
	t.Parallel()
	const sent = "c> ACK 1 1 +100\nc> ACK 101 1 +100\n"
	for name, c := range map[string]struct {
		script         string
		astray         uint8
		reported, twos int
	}{
		"a hole":                              {handshake + sent + "s> ACK 1 1 sack=101-200", 0, 1, 0},
		"beyond what was seen, in the window": {handshake + sent + "s> ACK 1 1 win=500 sack=401-500", 0, 1, 0},
		"beyond the window":                   {handshake + sent + "s> ACK 1 1 win=500 sack=501-501", 1, 0, 0},
		"beyond, by a window now closed":      {handshake + sent + "s> ACK 1 1 win=0 sack=101-200", 0, 1, 0},
		"renumbered":                          {handshake + sent + "s> ACK 1 1 sack=1143865582-1143867001", 1, 0, 0},
		"renumbered, below":                   {handshake + sent + "s> ACK 1 1 sack=4143865582-4143867001", 1, 0, 0},
		"what came twice":                     {handshake + sent + "s> ACK 1 201 sack=1-100\nc> ACK 201 1 +100", 0, 0, 1},
		"a SYN that came twice":               {handshake + sent + "s> ACK 1 1 sack=0-0", 0, 0, 1},
		"a scale that nobody saw":             {sent + "s> ACK 1 1 win=60000 sack=900000000-900000100", 0, 1, 0},
		"more than any scale allows":          {sent + "s> ACK 1 1 win=60000 sack=1143865582-1143867001", 1, 0, 0},
		"from before the capture":             {"c> ACK 5001 1 +100\ns> ACK 1 5101 sack=1-100", 0, 0, 1},
	} {
		p := newScript(t, between)
		var astray uint8
		p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) { astray |= r.Astray }
		p.play(c.script + "\nwait 1s\nc> ACK 1 1 +100")
		again := p.conn.Direction(tcpstate.Client).Again
		if astray != c.astray || p.conn.Findings[tcpstate.FoundHoleReported] != c.reported || again.DSACKs != c.twos {
			t.Errorf("%s: astray %b, %v, %d came twice", name, astray, p.conn.Findings, again.DSACKs)
		}
	}
}
