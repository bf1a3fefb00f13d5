package decode

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"statelab/capture"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fieldText spells fields out, a line each.
func fieldText(fields []Field) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%4d %4d %s%s", f.BitOffset, f.BitLength, strings.Repeat("  ", f.Depth), f.Name)
		if f.Depth == 0 && f.Name != f.Layer {
			fmt.Fprintf(&b, " [%s]", f.Layer)
		}
		if f.Value != "" {
			fmt.Fprintf(&b, " = %s", f.Value)
		}
		if f.Missing > 0 {
			fmt.Fprintf(&b, ", %d bits missing", f.Missing)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestFieldsGolden(t *testing.T) {
	t.Parallel()
	syn := ipv4Packet(tcpSegment(unhex("020405b4 0402 080a 00000001 00000002 01 030307"), nil))
	syn[33] = 2
	sack := ipv6Packet(protoTCP, tcpSegment(unhex("0101 050a 00000001 00000005 2204abcd fe04 0000 0303"), []byte("x")))
	cut := frame(capture.LinkSLL, unhex("0004 0001 0006 020000000001 0000 0800"), syn)
	cut.Data = cut.Data[:16+20+26]
	extended := ipv6Packet(59, unhex("2c 00 0104 00000000 11 00 0000 00000007 0035 1389 000c 0000 01020304"))
	extended[6] = 0
	tests := map[string]capture.Frame{
		"syn":  ethernetFrame(etherIPv4, syn, make([]byte, 2)),
		"vlan": frame(capture.LinkEthernet, make([]byte, 12), unhex("88a8 0064 8100 a065 86dd"), sack),
		"cut":  cut,
		"arp":  ethernetFrame(etherARP, unhex("0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002"), make([]byte, 18)),
		"sll2": frame(capture.LinkSLL2, unhex("86dd 0000 00000003 0001 00 06 020000000001 0000"), extended),
		"icmp": frame(capture.LinkNull, unhex("02000000"), patched(patched(syn[:20], 2, 0, 28), 9, 1), unhex("03 04 0000 0000 0258")),
		"snap": frame(capture.LinkEthernet, make([]byte, 12), unhex("0009 aaaa03 00000c 2000 01 0000")),
		// 8 bytes cannot be a TCP header, and what follows them is no part of it.
		"short":   ethernetFrame(etherIPv4, ipv4Header(make([]byte, 8)), make([]byte, 20)),
		"udp":     ethernetFrame(etherIPv4, patched(patched(syn[:20], 2, 0, 32), 9, protoUDP), unhex("0035 1389 000a 0000 01020304")),
		"unknown": frame(capture.LinkType(147), unhex("010203")),
	}
	for _, e := range carriers() {
		switch e.name {
		case "VXLAN", "GENEVE, options", "GRE, all options", "PPTP", "ERSPAN type II", "MPLS, three labels, IPv6", "PPPoE",
			"GTP-U, extension header", "radiotap", "802.11, QoS, four addresses, HTC", "Frame Relay, SNAP", "L2TP", "802.1ah":
			tests[strings.NewReplacer(", ", "_", " ", "_", ".", "_").Replace(strings.ToLower(e.name))] = e.frame
		}
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fields := Fields(&f)
			checkFields(t, &f, fields)
			path := filepath.Join("testdata", "fields", name+".golden")
			got := fieldText(fields)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// checkFields holds that the fields of depth 0 cover the captured bytes once,
// and the parts of every field that has parts cover it once.
func checkFields(t *testing.T, f *capture.Frame, fields []Field) {
	t.Helper()
	// ends[d] is where the open field of depth d ends; at, how far the frame is
	// covered by fields without parts.
	var ends []int
	at := 0
	for i, field := range fields {
		switch {
		case field.BitLength < 1 || field.Missing < 0:
			t.Fatalf("field %d has no bits: %+v", i, field)
		case field.Depth > len(ends):
			t.Fatalf("field %d skips a depth: %+v", i, field)
		case field.Name == "" || field.Layer == "":
			t.Fatalf("field %d has no name: %+v", i, field)
		case field.Missing > 0 && field.Value != "":
			t.Fatalf("field %d has a value though bits are missing: %+v", i, field)
		}
		for _, r := range field.Value {
			if !unicode.IsPrint(r) {
				t.Fatalf("field %d: value %q", i, field.Value)
			}
		}
		for _, end := range ends[field.Depth:] {
			if end != at {
				t.Fatalf("field %d: covered up to %d when a field ended at %d\n%s", i, at, end, fieldText(fields[:i+1]))
			}
		}
		ends = ends[:field.Depth]
		end := field.BitOffset + field.BitLength
		if field.BitOffset != at || len(ends) > 0 && end > ends[len(ends)-1] {
			t.Fatalf("field %d: at %d\n%s", i, at, fieldText(fields[:i+1]))
		}
		if hasParts := i+1 < len(fields) && fields[i+1].Depth > field.Depth; !hasParts {
			at = end
		}
		ends = append(ends, end)
	}
	for _, end := range ends {
		if end != at {
			t.Fatalf("covered up to %d when a field ended at %d\n%s", at, end, fieldText(fields))
		}
	}
	if at != len(f.Data)*8 {
		t.Fatalf("covered %d bits of %d\n%s", at, len(f.Data)*8, fieldText(fields))
	}
}

// TestFieldsOfCorpus holds checkFields for every frame of the reference
// captures, whole and cut.
func TestFieldsOfCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(corpusDir(t), "captures", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, f := range readFrames(t, file) {
			checkFields(t, &f, Fields(&f))
			if n := f.Number % 100; n < len(f.Data) {
				f.Data = f.Data[:n]
				checkFields(t, &f, Fields(&f))
			}
		}
	}
}
