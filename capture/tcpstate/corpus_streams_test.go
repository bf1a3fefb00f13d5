package tcpstate_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// disagreements are the connections of which we hold the reference to be
// wrong: it takes any ACK after the SYN,ACK for the end of the handshake. By
// RFC 9293 §3.10.7.4 (fifth) these ACKs are unacceptable.
var disagreements = map[string]string{
	"arkime--pcap-tcp-handshake-synthetic.tsv stream 1":  "the ACK is of 994,000 octets that nobody sent",
	"arkime--pcap-tcp-handshake-synthetic.tsv stream 4":  "the ACK is of 123 million octets that nobody sent",
	"arkime--pcap-tcp-handshake-synthetic.tsv stream 5":  "the ACK is of another ISN than the server's",
	"arkime--pcap-tcp-handshake-synthetic.tsv stream 7":  "the ACK is there, though the SYN is not",
	"arkime--pcap-tcp-handshake-synthetic.tsv stream 10": "the ACK is of 500,000 octets that nobody sent",
}

// TestConnectionsAgreeWithReference compares every connection's summary with
// the reference's.
func TestConnectionsAgreeWithReference(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, file := range referenceFiles(t, "streams") {
		frames := filepath.Join(filepath.Dir(filepath.Dir(file)), "frames", filepath.Base(file))
		var conns []*tcpstate.Conn
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{OnClose: func(c *tcpstate.Conn) { conns = append(conns, c) }})
		for _, row := range readTSV(t, frames) {
			if s := rowSegment(t, row); s != nil {
				o.Observe(s, tcpstate.Passing)
			}
		}
		o.Finish(time.Time{})
		slices.SortFunc(conns, func(a, b *tcpstate.Conn) int { return cmp.Compare(a.Stream, b.Stream) })
		rows := readTSV(t, file)
		if len(rows) != len(conns) {
			t.Errorf("%s: %d connections, want %d", filepath.Base(file), len(conns), len(rows))
			continue
		}
		for i, row := range rows {
			if row["score"] != "ok" {
				continue
			}
			compared++
			name := fmt.Sprintf("%s stream %s", filepath.Base(file), row["stream"])
			diffs := compareConn(conns[i], row)
			if reason := disagreements[name]; reason != "" {
				if len(diffs) == 0 {
					t.Errorf("%s agrees with the reference, in spite of: %s", name, reason)
				}
				continue
			}
			for _, diff := range diffs {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	t.Logf("%d connections compared", compared)
}

// compareConn lists where a connection differs from the reference's row.
func compareConn(c *tcpstate.Conn, row map[string]string) (diffs []string) {
	opener := tcpstate.Client
	if c.Key.Client.String() != endpointName(row, "opener") {
		opener = tcpstate.Server
	}
	responder := opener.Peer()
	check := func(name string, got any, want string) {
		if s := fmt.Sprint(got); s != want && (want != "" || s != "0" && s != "false") {
			diffs = append(diffs, fmt.Sprintf("%s is %v, the reference says %q", name, got, want))
		}
	}
	check("unique octets of the opener", c.Bytes[opener], row["uniq_o"])
	check("unique octets of the responder", c.Bytes[responder], row["uniq_r"])
	check("octets of the opener", c.Total[opener], row["bytes_o"])
	check("octets of the responder", c.Total[responder], row["bytes_r"])
	check("segments of the opener", c.Segments[opener], row["frames_o"])
	check("segments of the responder", c.Segments[responder], row["frames_r"])
	check("first frame", c.First, row["first_frame"])
	check("last frame", c.Last, row["last_frame"])
	if row["opened_by"] == "syn" {
		if opener != tcpstate.Client || !c.OpenerKnown {
			diffs = append(diffs, "the opener is not the client")
		}
		check("SYN", c.Handshake.SYN, strings.Fields(row["syn_frames"])[0])
		check("ISN", c.ISN[opener], row["isn_opener"])
		check("MSS", c.Options[opener].MSS, row["mss_o"])
		check("window scale", c.Options[opener].Scale, row["ws_o"])
	}
	if f := strings.Fields(row["synack_frames"]); len(f) > 0 {
		check("SYN,ACK", c.Handshake.SynAck, f[0])
	}
	check("handshake ACK", c.Handshake.Ack, row["hs_ack_frame"])
	if row["handshake"] == "complete" != c.Handshake.Complete {
		diffs = append(diffs, fmt.Sprintf("handshake complete: %v, the reference says %s", c.Handshake.Complete, row["handshake"]))
	}
	want := map[string][]tcpstate.Ending{
		"none": {tcpstate.EndOpen, tcpstate.EndTimeout, tcpstate.EndNever}, "fin": {tcpstate.EndFIN}, "rst": {tcpstate.EndRST},
		"fin+rst": {tcpstate.EndRST}, "fin-fin+rst": {tcpstate.EndRST}, "half-fin": {tcpstate.EndHalf, tcpstate.EndTimeout},
	}[row["close"]]
	if !slices.Contains(want, c.Ending) {
		diffs = append(diffs, fmt.Sprintf("it ended with %s, the reference says %s (%s %s)", c.Ending, row["close"], row["fin_o_acked"], row["fin_r_acked"]))
	}
	return diffs
}

func endpointName(row map[string]string, who string) string {
	if strings.Contains(row[who], ":") {
		return "[" + row[who] + "]:" + row[who+"_port"]
	}
	return row[who] + ":" + row[who+"_port"]
}
