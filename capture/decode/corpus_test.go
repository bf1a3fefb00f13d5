package decode

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// corpusDir returns the folder of reference captures, or skips.
func corpusDir(t testing.TB) string {
	dir := os.Getenv("STATELAB_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(filepath.Join(dir, "captures")); err != nil {
		t.Skipf("no reference captures: %v", err)
	}
	return dir
}

// readFrames reads a capture with gopacket, so that this test depends on no
// reader of ours.
func readFrames(t testing.TB, path string) []capture.Frame {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var source gopacket.PacketDataSource
	var link capture.LinkType
	switch {
	case bytes.HasPrefix(data, []byte{0x0a, 0x0d, 0x0d, 0x0a}):
		source, err = pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	default:
		source, err = pcapgo.NewReader(bytes.NewReader(data))
		// gopacket keeps 8 bits of the link type; the file has 16.
		link = capture.LinkType(binary.LittleEndian.Uint16(data[20:]))
		if data[0] == 0xa1 {
			link = capture.LinkType(binary.BigEndian.Uint16(data[22:]))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	var frames []capture.Frame
	for {
		b, info, err := source.ReadPacketData()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(info.AncillaryData) > 0 {
			link = capture.LinkType(info.AncillaryData[0].(layers.LinkType))
		}
		frames = append(frames, capture.Frame{Number: len(frames) + 1, Time: info.Timestamp, Data: b, Length: info.Length, Link: link})
	}
}

// row is one row of the reference, by column name.
type row map[string]string

func readRows(t *testing.T, path string) map[int]row {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[int]row{}
	var header []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if header == nil {
			header = cells
			continue
		}
		r := row{}
		for i, name := range header {
			r[name] = cells[i]
		}
		number, err := strconv.Atoi(r["frame"])
		if err != nil {
			t.Fatal(err)
		}
		rows[number] = r
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// wantCompared counts the rows of the reference, but for those in ICMP errors.
const wantCompared = 2583 - 8

func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "captures", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("captures: %v, %v", files, err)
	}
	compared := 0
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		rows := readRows(t, filepath.Join(dir, "frames", id+".tsv"))
		d := Decoder{VerifyChecksums: true, Fragments: new(Reassembler)}
		var p Packet
		for _, f := range readFrames(t, file) {
			d.Decode(&f, &p)
			r, ok := rows[f.Number]
			if !ok {
				if p.TCP {
					t.Errorf("%s frame %d: TCP where the reference has none", id, f.Number)
				}
				continue
			}
			if compareRow(t, fmt.Sprintf("%s frame %d", id, f.Number), r, &p) {
				compared++
			}
		}
	}
	if compared != wantCompared {
		t.Errorf("compared %d segments, want %d", compared, wantCompared)
	}
}

// compareRow reports whether the row's segment is one that the decoder reads.
func compareRow(t *testing.T, name string, r row, p *Packet) bool {
	t.Helper()
	if strings.Contains(r["protocols"], ":icmp:") { // what an ICMP error quotes is no segment
		if p.TCP || p.Protocol != "ICMPv4" {
			t.Errorf("%s (%s): TCP %t, protocol %q", name, r["protocols"], p.TCP, p.Protocol)
		}
		return false
	}
	if !p.TCP {
		t.Errorf("%s: protocol %q, err %v, want TCP", name, p.Protocol, p.Err)
		return false
	}
	s := p.Segment
	for column, value := range columns(&s) {
		want := r[column]
		if column == "flags" { // 12 bits there, of which 3 are reserved
			bits, err := strconv.ParseUint(want, 0, 16)
			if err != nil {
				t.Fatal(err)
			}
			want = fmt.Sprintf("0x%03x", bits&0x1ff)
		}
		if want != value {
			t.Errorf("%s: %s = %q, want %q", name, column, value, want)
		}
	}
	return true
}

// columns spells a segment as the reference does.
func columns(s *tcpstate.Segment) row {
	number := func(has bool, v uint32) string {
		if !has {
			return ""
		}
		return strconv.FormatUint(uint64(v), 10)
	}
	var sack []string
	o := &s.Options
	for _, block := range o.Sack[:o.SackBlocks] {
		sack = append(sack, fmt.Sprintf("%d-%d", block.Left, block.Right))
	}
	permitted := ""
	if o.SackPermitted {
		permitted = "1"
	}
	return row{
		"src": s.Src.Addr().String(), "sport": strconv.Itoa(int(s.Src.Port())),
		"dst": s.Dst.Addr().String(), "dport": strconv.Itoa(int(s.Dst.Port())),
		"seq": number(true, uint32(s.Seq)), "ack": number(s.Flags.Has(tcpstate.ACK), uint32(s.Ack)),
		"len": strconv.Itoa(s.Len), "flags": fmt.Sprintf("0x%03x", uint16(s.Flags)), "win": number(true, uint32(s.Window)),
		"mss": number(o.HasMSS, uint32(o.MSS)), "ws": number(o.HasScale, uint32(o.Scale)), "sack_perm": permitted,
		"tsval": number(o.HasTimestamps, o.TSVal), "tsecr": number(o.HasTimestamps, o.TSEcr),
		"sack_blocks": strings.Join(sack, ","), "urgp": number(true, uint32(s.Urgent)),
	}
}
