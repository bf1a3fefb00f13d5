package http1_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// wsFrame writes a frame as RFC 6455 §5.2 has it, masked if key is not 0.
func wsFrame(first byte, key uint32, payload []byte) []byte {
	b := []byte{first}
	masked := byte(0)
	if key != 0 {
		masked = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, masked|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	}
	if key == 0 {
		return append(b, payload...)
	}
	b = binary.BigEndian.AppendUint32(b, key)
	k := b[len(b)-4:]
	for i, c := range payload {
		b = append(b, c^k[i&3])
	}
	return b
}

// readFrames reads what the client, or the server, sends, in chunks.
func readFrames(from tcpstate.End, extensions string, size int, chunks ...stream.Chunk) (all []*http1.WebSocketFrame) {
	w := http1.NewWebSocket(tcpstate.Client, extensions, 1000, func(_ tcpstate.End, f *http1.WebSocketFrame) { all = append(all, f) })
	offset := int64(100)
	for i, c := range chunks {
		c.Frame, c.Release = i+1, i+1
		for rest := c.Data; ; {
			n := len(rest)
			if size > 0 {
				n = min(size, n)
			}
			c.Data, c.Offset = bytes.Clone(rest[:n]), offset
			w.Feed(from, &c)
			clear(c.Data) // it is not ours any more
			offset += int64(n) + c.Lost
			if rest = rest[n:]; len(rest) == 0 {
				break
			}
		}
	}
	return all
}

func data(frames ...[]byte) stream.Chunk { return stream.Chunk{Data: bytes.Join(frames, nil)} }

func frameText(f *http1.WebSocketFrame) string {
	s := fmt.Sprintf("%s fin=%v %d@%d %q", f.Opcode, f.Fin, f.Length, f.Start, f.Payload)
	if f.CloseCode != 0 {
		s += fmt.Sprintf(" %d %q", f.CloseCode, f.CloseReason)
	}
	if f.Truncated {
		s += " truncated"
	}
	return strings.Join(append([]string{s}, f.Problems...), " ")
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	const key = 0x37fa213d
	hello := []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") // the example of RFC 6455 §5.7
	gap := func(n int64) stream.Chunk { return stream.Chunk{Kind: stream.Gap, Lost: n} }
	tests := []struct {
		name   string
		from   tcpstate.End
		chunks []stream.Chunk
		want   []string
	}{
		{"masked", tcpstate.Client, []stream.Chunk{data(hello)}, []string{`text fin=true 5@100 "Hello"`}},
		{
			"fragments, and a ping between", tcpstate.Server,
			[]stream.Chunk{data(wsFrame(0x01, 0, []byte("Hel")), wsFrame(0x89, 0, []byte("p")), wsFrame(0x80, 0, []byte("lo")))},
			[]string{`text fin=false 3@100 "Hel"`, `ping fin=true 1@105 "p"`, `continuation fin=true 2@108 "lo"`},
		},
		{"close", tcpstate.Server, []stream.Chunk{data(wsFrame(0x88, 0, []byte("\x03\xe8bye")), wsFrame(0x8a, 0, nil))}, []string{`close fin=true 5@100 "\x03\xe8bye" 1000 "bye"`, `pong fin=true 0@107 "" after-close`}},
		{"close without a code", tcpstate.Client, []stream.Chunk{data(wsFrame(0x88, key, nil))}, []string{`close fin=true 0@100 "" 1005 ""`}},
		{"close with a code that may not be sent", tcpstate.Server, []stream.Chunk{data(wsFrame(0x88, 0, []byte("\x03\xee\xff")))}, []string{`close fin=true 3@100 "\x03\xee\xff" 1006 "\xff" close-code close-reason-not-utf8`}},
		{"a code that stands for none", tcpstate.Server, []stream.Chunk{data(wsFrame(0x88, 0, []byte("\x03\xed")))}, []string{`close fin=true 2@100 "\x03\xed" 1005 "" close-code`}},
		{"text that is none", tcpstate.Server, []stream.Chunk{data(wsFrame(0x81, 0, []byte("\xff\xfe")), wsFrame(0x81, 0, []byte("a\xe2")), wsFrame(0x82, 0, []byte("\xff")))}, []string{
			`text fin=true 2@100 "\xff\xfe" text-not-utf8`, `text fin=true 2@104 "a\xe2" text-not-utf8`, `binary fin=true 1@108 "\xff"`,
		}},
		{"a character across fragments", tcpstate.Server, []stream.Chunk{data(wsFrame(0x01, 0, []byte("\xe2\x82")), wsFrame(0x89, 0, []byte("\xff")), wsFrame(0x80, 0, []byte("\xac")), wsFrame(0x01, 0, []byte("\xe2")), wsFrame(0x80, 0, []byte("a")))}, []string{
			`text fin=false 2@100 "\xe2\x82"`, `ping fin=true 1@104 "\xff"`, `continuation fin=true 1@107 "\xac"`, `text fin=false 1@110 "\xe2"`, `continuation fin=true 1@113 "a" text-not-utf8`,
		}},
		{"half a code", tcpstate.Server, []stream.Chunk{data(wsFrame(0x88, 0, []byte("\x03")))}, []string{`close fin=true 1@100 "\x03" close-code`}},
		{"a client that does not mask", tcpstate.Client, []stream.Chunk{data(wsFrame(0x82, 0, []byte("x")))}, []string{`binary fin=true 1@100 "x" unmasked`}},
		{"a server that masks", tcpstate.Server, []stream.Chunk{data(hello)}, []string{`text fin=true 5@100 "Hello" masked`}},
		{"reserved", tcpstate.Server, []stream.Chunk{data([]byte{0xc1, 0, 0x83, 0, 0x8b, 0})}, []string{`text fin=true 0@100 "" reserved-bits`, `reserved fin=true 0@102 "" reserved-opcode`, `reserved fin=true 0@104 "" reserved-opcode`}},
		{"control frames that are none", tcpstate.Server, []stream.Chunk{data([]byte{0x09, 0}, wsFrame(0x8a, 0, make([]byte, 126)))}, []string{`ping fin=false 0@100 "" control-fragmented`, `pong fin=true 126@102 ` + fmt.Sprintf("%q", make([]byte, 126)) + ` control-too-long`}},
		{"a length longer than it need be", tcpstate.Server, []stream.Chunk{data([]byte{0x81, 126, 0, 1, 'x'})}, []string{`text fin=true 1@100 "x" length-not-minimal`}},
		{"fragments that do not fit", tcpstate.Server, []stream.Chunk{data([]byte{0x80, 0, 0x01, 0, 0x81, 0})}, []string{`continuation fin=true 0@100 "" stray-continuation`, `text fin=false 0@102 ""`, `text fin=true 0@104 "" message-not-finished`}},
		{"octets missing in a payload", tcpstate.Client, []stream.Chunk{data(hello[:8]), gap(2), data(hello[10:], hello)}, []string{`text fin=true 5@100 "He" truncated`, `text fin=true 5@111 "Hello"`}},
		{"octets missing beyond it: nothing is guessed", tcpstate.Client, []stream.Chunk{data(hello[:8]), gap(9), data(hello)}, []string{`text fin=true 5@100 "He" truncated`}},
		{"octets missing in a header", tcpstate.Client, []stream.Chunk{data(hello[:3]), gap(1), data(hello)}, nil},
		{"cut", tcpstate.Client, []stream.Chunk{data(hello, hello[:7]), {Kind: stream.Cut}}, []string{`text fin=true 5@100 "Hello"`, `text fin=true 5@111 "H" truncated`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{0, 1, 3} {
				var got []string
				for _, f := range readFrames(tt.from, "", size, tt.chunks...) {
					got = append(got, frameText(f))
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("size %d: got\n%s\nwant\n%s", size, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			}
		})
	}
}

// deflated compresses messages, each with what came before as its dictionary.
func deflated(t *testing.T, takeover bool, messages ...string) (all [][]byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		out.Reset()
		if !takeover {
			w.Reset(&out)
		}
		if _, err := w.Write([]byte(m)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(bytes.TrimSuffix(out.Bytes(), []byte("\x00\x00\xff\xff"))))
	}
	return all
}

func TestPerMessageDeflate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("who remembers what? ", 3000)
	messages := []string{"who remembers what?", "what? who remembers", long, "", "who remembers what? again"}
	for name, takeover := range map[string]bool{"permessage-deflate": true, "x, permessage-deflate; server_no_context_takeover": false} {
		var sent []byte
		for i, m := range deflated(t, takeover, messages...) {
			if i == 1 { // in two frames, of which the first alone says that it is compressed
				sent = append(sent, wsFrame(0x41, 0, m[:3])...)
				sent = append(sent, wsFrame(0x80, 0, m[3:])...)
				continue
			}
			sent = append(sent, wsFrame(0xc1, 0, m)...)
		}
		sent = append(sent, wsFrame(0x81, 0, []byte("plain"))...)
		var got []string
		for _, f := range readFrames(tcpstate.Server, name, 7, data(sent)) {
			if f.NotInflated != "" || len(f.Problems) > 0 {
				t.Errorf("%s: %+v", name, f)
			}
			if f.Fin && f.Compressed {
				got = append(got, fmt.Sprintf("%d %.30s", f.InflatedBytes, f.Inflated))
			}
		}
		var want []string
		for _, m := range messages {
			want = append(want, fmt.Sprintf("%d %.30s", len(m), m))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestDeflateLimits: what is too long, or damaged, is said so, and what rests on
// it is not guessed at.
func TestDeflateLimits(t *testing.T) {
	t.Parallel()
	bomb := deflated(t, true, strings.Repeat("\x00", 8<<20), "next")
	for extensions, next := range map[string]bool{"permessage-deflate": false, "permessage-deflate;server_no_context_takeover": true} {
		second := deflated(t, false, "next")[0]
		for name, first := range map[string][]byte{"bomb": bomb[0], "damaged": []byte("\xff\xff\xff"), "long": make([]byte, 70<<10)} {
			all := readFrames(tcpstate.Server, extensions, 0, data(wsFrame(0xc2, 0, first), wsFrame(0xc1, 0, second)))
			if len(all) != 2 || all[0].NotInflated == "" || all[0].InflatedBytes != 0 || (string(all[1].Inflated) == "next") != next || (all[1].NotInflated == "") != next {
				t.Errorf("%s, %s: %+v", extensions, name, all)
			}
		}
	}
}

// FuzzWebSocket: whatever the octets, frames lie one behind the other where they
// are said to be, and do not depend on the cuts.
func FuzzWebSocket(f *testing.F) {
	f.Add(wsFrame(0x81, 1, []byte("hello")), uint64(1), true)
	f.Add(slices.Concat(wsFrame(0x01, 0, []byte("a")), wsFrame(0x89, 0, nil), wsFrame(0x80, 0, make([]byte, 200))), uint64(2), false)
	f.Add(wsFrame(0xc1, 0, []byte("\xf2\x48\xcd\xc9\xc9\x07\x00")), uint64(3), true)
	f.Add(wsFrame(0x88, 7, []byte("\x03\xe8bye")), uint64(4), false)
	f.Fuzz(func(t *testing.T, sent []byte, seed uint64, deflate bool) {
		extensions := ""
		if deflate {
			extensions = "permessage-deflate"
		}
		r := rand.New(rand.NewPCG(seed, 1))
		whole := readFrames(tcpstate.Client, extensions, 0, data(sent), stream.Chunk{Kind: stream.End})
		cut := readFrames(tcpstate.Client, extensions, 1+r.IntN(9), data(sent), stream.Chunk{Kind: stream.End})
		at := int64(100)
		if len(whole) != len(cut) {
			t.Fatalf("%d frames, %d when cut", len(whole), len(cut))
		}
		for i, f := range whole {
			if f.Start != at || f.PayloadStart < at+2 || !f.Truncated && f.End != f.PayloadStart+f.Length || int64(len(f.Payload)) > min(f.Length, 1000) {
				t.Fatalf("frame at %d, want %d: %+v", f.Start, at, f)
			}
			at = f.End
			if frameText(f) != frameText(cut[i]) || f.InflatedBytes != cut[i].InflatedBytes || f.NotInflated != cut[i].NotInflated {
				t.Fatalf("it depends on the cuts: %+v, %+v", f, cut[i])
			}
		}
	})
}
