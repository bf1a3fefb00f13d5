package http1_test

import (
	"encoding/csv"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/http1"
	"statelab/capture/pcapfile"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// found is a message with the ends between which it went.
type found struct {
	src, dst netip.AddrPort
	*http1.Message
}

// firstLayer is what a frame of each link type begins with; the corpus has no
// others.
var firstLayer = map[capture.LinkType]gopacket.LayerType{
	capture.LinkEthernet: layers.LayerTypeEthernet, capture.LinkNull: layers.LayerTypeLoopback,
	capture.LinkSLL: layers.LayerTypeLinuxSLL, capture.LinkRaw: layers.LayerTypeIPv4, capture.LinkIPv4: layers.LayerTypeIPv4,
}

// segmentOf is a decoder just large enough for this test: the innermost TCP
// layer of a frame.
func segmentOf(f capture.Frame) (s tcpstate.Segment, ok bool) {
	var src, dst netip.Addr
	var octets int // of the IP payload, by its header
	for _, l := range gopacket.NewPacket(f.Data, firstLayer[f.Link], gopacket.Default).Layers() {
		switch l := l.(type) {
		case *layers.IPv4:
			src, _ = netip.AddrFromSlice(l.SrcIP)
			dst, _ = netip.AddrFromSlice(l.DstIP)
			octets = int(l.Length) - 4*int(l.IHL)
		case *layers.IPv6:
			src, _ = netip.AddrFromSlice(l.SrcIP)
			dst, _ = netip.AddrFromSlice(l.DstIP)
			octets = int(l.Length)
		case *layers.TCP:
			s = tcpstate.Segment{
				Frame: f.Number, Time: f.Time, Len: octets - 4*int(l.DataOffset), Payload: l.Payload,
				Src: netip.AddrPortFrom(src, uint16(l.SrcPort)), Dst: netip.AddrPortFrom(dst, uint16(l.DstPort)),
				Seq: tcpstate.Seq(l.Seq), Ack: tcpstate.Seq(l.Ack),
			}
			for i, set := range []bool{l.FIN, l.SYN, l.RST, l.PSH, l.ACK} {
				if set {
					s.Flags |= 1 << i
				}
			}
			ok = true
		}
	}
	return s, ok
}

// readTrace reads all messages of a capture.
func readTrace(t *testing.T, path string) (all []found) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rd, err := pcapfile.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	type connection struct {
		*stream.Conn
		src, dst netip.AddrPort
		isn      tcpstate.Seq
	}
	conns := map[[2]netip.AddrPort]*connection{}
	var order []*connection
	assembler := stream.New(stream.Limits{})
	for f, err := range rd.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		s, ok := segmentOf(f)
		if !ok {
			continue
		}
		from, key := tcpstate.Client, [2]netip.AddrPort{s.Src, s.Dst}
		if conns[key] == nil && conns[[2]netip.AddrPort{s.Dst, s.Src}] != nil {
			from, key = tcpstate.Server, [2]netip.AddrPort{s.Dst, s.Src}
		}
		c := conns[key]
		if c == nil || from == tcpstate.Client && s.Flags.Has(tcpstate.SYN) && c.isn != s.Seq {
			c = &connection{src: s.Src, dst: s.Dst, isn: s.Seq}
			conversation := http1.New(http1.Limits{Body: 1 << 20}, func(from tcpstate.End, m *http1.Message) {
				e := found{c.src, c.dst, m}
				if from == tcpstate.Server {
					e.src, e.dst = e.dst, e.src
				}
				all = append(all, e)
			})
			c.Conn = assembler.Open(conversation.Feed)
			conns[key] = c
			order = append(order, c)
		}
		c.Segment(from, &s)
	}
	for _, c := range order {
		c.Close()
	}
	return all
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := ""
	for _, d := range []string{os.Getenv("STATELAB_CORPUS"), "../../../shared/corpus"} {
		if _, err := os.Stat(filepath.Join(d, "http")); d != "" && dir == "" && err == nil {
			dir = d
		}
	}
	tables, err := filepath.Glob(filepath.Join(dir, "http", "*.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	if dir == "" || len(tables) == 0 {
		why := "the reference captures are absent: set STATELAB_CORPUS to their folder"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	captures, err := filepath.Glob(filepath.Join(dir, "captures", "*"))
	if err != nil || len(captures) < len(tables) {
		t.Fatal(len(captures), err)
	}
	for _, path := range captures {
		id := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if slices.Contains(tables, filepath.Join(dir, "http", id+".tsv")) || elsewhere[id] != "" {
			continue
		}
		t.Run(id, func(t *testing.T) { // where the reference has no HTTP at all
			t.Parallel()
			for _, f := range readTrace(t, path) {
				t.Errorf("invented: %+v", told(f))
			}
		})
	}
	for _, table := range tables {
		id := strings.TrimSuffix(filepath.Base(table), ".tsv")
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			captures, err := filepath.Glob(filepath.Join(dir, "captures", id+".pcap*"))
			if err != nil || len(captures) != 1 {
				t.Fatal(captures, err)
			}
			if why := elsewhere[id]; why != "" {
				t.Log("not compared: " + why)
				return
			}
			compare(t, id, table, readTrace(t, captures[0]))
		})
	}
}

// elsewhere holds captures whose messages need more than this package.
var elsewhere = map[string]string{
	"pcapplusplus--tests-examplestest-expected-output-ipfragutil-bpf-filter": "the segments come in IP fragments",
}

// differences are messages ("capture frame") of which we hold something else
// than the reference, which is tshark's word.
var differences = map[string]string{
	"zeek--mixed-vlan-mpls 37":                             "a request without a version: HTTP/0.9 has neither fields nor responses with a head",
	"pcapplusplus--file-heuristics-pcapng-example-zst 139": "the capture cut the frame inside a field line, which tshark counts as a field",
}

// more is how many messages of a capture only we find.
var more = map[string]int{
	"pcapplusplus--one-tcp-stream-max-seq":             4, // the sequence numbers wrap
	"pcapplusplus--file-heuristics-pcapng-example-zst": 1, // see differences
}

// compare looks up each message of the reference among ours, each once. What is
// left of ours then, the reference does not have.
func compare(t *testing.T, id, table string, ours []found) {
	t.Helper()
	left := slices.Clone(ours)
	for _, row := range readTable(t, table) {
		if row["score"] != "ok" && row["score"] != "order-sensitive" {
			continue
		}
		want := expectation(row)
		i := slices.IndexFunc(left, func(f found) bool { return want == told(f) && framed(row, f.Message) })
		why := differences[id+" "+row["frame"]]
		switch {
		case i >= 0 && why != "":
			t.Errorf("frame %s is listed as different, and is not", row["frame"])
		case i < 0 && why == "":
			t.Errorf("not found: %+v", want)
		}
		if i >= 0 && left[i].Framing != http1.UntilClose && left[i].LastFrame != want.last {
			t.Errorf("frame %s: its last octet came in %d", row["frame"], left[i].LastFrame)
		}
		if i >= 0 {
			decoded(t, row, left[i].Message)
			left = slices.Delete(left, i, i+1)
		}
	}
	if len(left) != more[id] {
		t.Errorf("%d messages that the reference does not have, want %d", len(left), more[id])
		for _, f := range left {
			t.Logf("ours alone: %+v", told(f))
		}
	}
}

func readTable(t *testing.T, table string) (rows []map[string]string) {
	t.Helper()
	file, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comma, r.LazyQuotes = '\t', true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = values[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// decoded compares how long a body is without its codings.
func decoded(t *testing.T, row map[string]string, m *http1.Message) {
	t.Helper()
	want, err := strconv.Atoi(row["decoded_len"])
	if row["content_encoding"] == "" || err != nil {
		return
	}
	body, err := m.Decode(1 << 24)
	if err != nil || len(body) != want {
		t.Errorf("frame %s: %d bytes decoded, want %d, error %v", row["frame"], len(body), want, err)
	}
}

// framed reports whether our framing is what the reference's fields ask for.
func framed(row map[string]string, m *http1.Message) bool {
	switch m.Framing {
	case http1.Chunked:
		return strings.HasSuffix(row["transfer_encoding"], "chunked")
	case http1.ContentLength:
		return row["content_length"] == strconv.FormatInt(m.BodyBytes, 10) || m.Truncated
	case http1.UntilClose:
		return row["content_length"] == "" && row["transfer_encoding"] == "" && row["kind"] == "response"
	case http1.NoBody:
	}
	return row["body_len"] == "0" || row["body_len"] == ""
}

// facts are what the reference and we both tell of a message.
type facts struct {
	from, to, start      string
	first, last          int
	fields, body, chunks int
}

func expectation(row map[string]string) facts {
	number := func(name string) int {
		n, _ := strconv.Atoi(row[name]) // absent is 0
		return n
	}
	f := facts{
		from: row["src"] + " " + row["sport"], to: row["dst"] + " " + row["dport"],
		start: row["method"] + " " + row["uri"] + " " + row["version"],
		first: number("first_frame"), last: number("frame"),
		fields: number("n_headers"), body: number("body_len"), chunks: number("chunks"),
	}
	if row["kind"] == "response" {
		f.start = strings.Trim(row["version"]+" "+row["code"]+" "+row["phrase"], " ")
	}
	return f
}

func told(m found) facts {
	f := facts{
		from: fmt.Sprint(m.src.Addr(), " ", m.src.Port()), to: fmt.Sprint(m.dst.Addr(), " ", m.dst.Port()),
		start: m.Method + " " + m.Target + " " + m.Version,
		first: m.FirstFrame, last: m.CompletedBy, fields: len(m.Fields), body: int(m.BodyBytes), chunks: m.Chunks,
	}
	if !m.Request {
		f.start = strings.Trim(fmt.Sprint(m.Version, " ", m.Status, " ", m.Reason), " ")
	}
	return f
}
