package analyze_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket/layers"

	"statelab/capture/analyze"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate/tsharktest"
	"statelab/capture/trace"
)

// chat makes a capture of a random WebSocket conversation: frames of every
// length and kind, cut into segments at random, in both directions.
func chat(t *testing.T, seed uint64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	b := newBuilder(t)
	b.handshake()
	say := func(from int, data []byte) {
		for len(data) > 0 {
			n := min(1+r.IntN(1400), len(data))
			b.send(from, func(tcp *layers.TCP) { tcp.ACK, tcp.PSH = true, true }, data[:n])
			data = data[n:]
		}
	}
	say(0, []byte("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"))
	say(1, []byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"))
	for range 40 {
		from := r.IntN(2)
		var turn []byte
		for range 1 + r.IntN(3) {
			turn = append(turn, randomFrames(r, from == 0)...)
		}
		say(from, turn)
	}
	path := filepath.Join(t.TempDir(), "chat.pcapng")
	var out bytes.Buffer
	w, err := pcapfile.NewWriter(&out, pcapfile.WriterOptions{Link: b.frames[0].Link})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range b.frames {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// randomFrames is a message in one frame or in several, or a control frame.
func randomFrames(r *rand.Rand, masked bool) (out []byte) {
	frame := func(first byte, n int) {
		bit := byte(0)
		if masked {
			bit = 0x80
		}
		out = append(out, first)
		switch {
		case n < 126:
			out = append(out, bit|byte(n))
		case n < 1<<16:
			out = binary.BigEndian.AppendUint16(append(out, bit|126), uint16(n))
		default:
			out = binary.BigEndian.AppendUint64(append(out, bit|127), uint64(n))
		}
		if masked {
			out = binary.BigEndian.AppendUint32(out, r.Uint32())
		}
		for range n {
			out = append(out, 'a'+byte(r.IntN(26)))
		}
	}
	size := func() int { return r.IntN([]int{1, 10, 126, 200, 3000, 70_000}[r.IntN(6)]) }
	switch r.IntN(4) {
	case 0:
		frame(0x89+byte(r.IntN(2)), r.IntN(126))
	case 1:
		frame(0x02, size())
		frame(0x89, 3)
		frame(0x80, size())
	default:
		frame(0x82, size())
	}
	return out
}

// TestWebSocketAgreesWithTshark: frame by frame, on captures of others and on
// some of our own.
func TestWebSocketAgreesWithTshark(t *testing.T) {
	t.Parallel()
	program := tsharktest.Program(t)
	files := []string{chat(t, 1), chat(t, 2), chat(t, 3)}
	for _, dir := range []string{os.Getenv("STATELAB_CORPUS"), "../../../shared/corpus"} {
		found, _ := filepath.Glob(filepath.Join(dir, "captures", "*websocket*"))
		if dir != "" {
			files = append(files, found...)
		}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, got := askTshark(t, program, file), ourFrames(t, file)
			if len(want) == 0 || !slices.Equal(want, got) {
				t.Errorf("tshark\n%s\nours\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
			}
		})
	}
}

// askTshark tells, for each TCP frame that completes some, the WebSocket frames'
// FIN bits, opcodes, masks, first and further lengths.
func askTshark(t *testing.T, program, file string) []string {
	t.Helper()
	args := []string{"-r", file, "-d", "tcp.port==7,http", "-Y", "websocket", "-T", "fields"}
	for _, f := range []string{"frame.number", "websocket.fin", "websocket.opcode", "websocket.mask", "websocket.payload_length", "websocket.payload_length_ext_16", "websocket.payload_length_ext_64"} {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("True", "1", "False", "0").Replace(strings.TrimRight(string(out), "\n"))
	return strings.Split(text, "\n")
}

func ourFrames(t *testing.T, file string) (lines []string) {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rd, err := pcapfile.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	at, cells := 0, make([][]string, 6)
	flush := func() {
		if at > 0 {
			parts := []string{fmt.Sprint(at)}
			for i := range cells {
				parts = append(parts, strings.Join(cells[i], ","))
				cells[i] = nil
			}
			lines = append(lines, strings.Join(parts, "\t"))
		}
	}
	for e, err := range analyze.Run(rd.Frames(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != trace.KindWebSocket {
			continue
		}
		f := e.WebSocket
		if f.CompletedBy != at {
			flush()
			at = f.CompletedBy
		}
		bit := map[bool]string{true: "1", false: "0"}
		first := min(f.Length, 126)
		if f.Length >= 1<<16 {
			first = 127
		}
		for i, v := range []string{bit[f.Fin], fmt.Sprint(int(f.Opcode)), bit[f.Masked], fmt.Sprint(first)} {
			cells[i] = append(cells[i], v)
		}
		if first >= 126 {
			cells[4+first-126] = append(cells[4+first-126], fmt.Sprint(f.Length))
		}
		if len(f.Problems) > 0 {
			t.Errorf("frame %d: %v", at, f.Problems)
		}
	}
	flush()
	return lines
}
