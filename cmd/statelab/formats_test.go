package main

import (
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"statelab/capture"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
)

// parse reads an output as its format promises, with readers that are not ours.
func parse(format, text string) error {
	switch format {
	case "json":
		return parseObject(text, "file", "frames", "connections", "http")
	case "jsonl":
		return parseLines(text, "frame", "stream", "findings", "flags", "seq", "len")
	case "events":
		return parseLines(text, "kind")
	case "svg":
		return parseXML(text)
	case "html":
		return parsePage(text)
	case "csv":
		_, err := csv.NewReader(strings.NewReader(text)).ReadAll() // each row has as many cells as the first
		return err
	case "pcapng":
		return parseTrace(text)
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("it is empty")
	}
	return nil
}

// parseObject wants one JSON object with at least these members.
func parseObject(text string, members ...string) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return err
	}
	for _, m := range members {
		if object[m] == nil {
			return fmt.Errorf("no %q in %.200s", m, text)
		}
	}
	return nil
}

// parseLines wants one JSON object a line, with at least these members.
func parseLines(text string, members ...string) error {
	n := 0
	for line := range strings.Lines(text) {
		if err := parseObject(line, members...); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		n++
	}
	if n == 0 {
		return errors.New("it is empty")
	}
	return nil
}

// parsePage wants one HTML document in which no script but its own two is.
func parsePage(text string) error {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return err
	}
	count := map[string]int{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			count[n.Data]++
		}
	}
	if count["script"] != 2 || count["img"]+count["iframe"] != 0 || count["ol"] != 1 || count["li"] == 0 {
		return fmt.Errorf("elements %v", count)
	}
	return nil
}

// parseXML wants one well-formed document.
func parseXML(text string) error {
	depth, roots := 0, 0
	for dec := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
	if roots != 1 {
		return fmt.Errorf("%d root elements", roots)
	}
	return nil
}

func parseTrace(text string) error {
	r, err := pcapfile.NewReader(strings.NewReader(text))
	if err != nil {
		return err
	}
	n := 0
	for _, err := range r.Frames() {
		if err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return errors.New("no frame")
	}
	return nil
}

// formatOf is a format of a view.
type formatOf struct {
	view string
	render.Format
}

func everyFormat() []formatOf {
	var all []formatOf
	for _, v := range render.Views {
		for _, f := range v.Formats {
			all = append(all, formatOf{v.Name, f})
		}
	}
	return all
}

// Every format of every lesson's network parses, in both languages, with
// reasons and without.
func TestEveryFormatParses(t *testing.T) {
	t.Parallel()
	for _, f := range everyFormat() {
		if f.Binary {
			continue
		}
		for _, more := range [][]string{nil, {"--explain"}, {"--lang", "ko", "--explain"}, {"--ascii"}} {
			for _, lesson := range [][]string{{"tcp", "demo", "handshake"}, {"http", "demo", "stateless"}} {
				if lesson[0] == "http" && len(more) < 3 {
					continue // its measurement takes a second
				}
				args := append(append(lesson, "--view", f.view, "--format", f.Name), more...)
				t.Run(strings.Join(args, " "), func(t *testing.T) {
					out, errs, code := try(t, "", args...)
					if code != exitFine || errs != "" {
						t.Fatalf("exit code %d: %s", code, errs)
					}
					if err := parse(f.Name, out); err != nil {
						t.Error(err)
					}
					if err := plain(out); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

// One line a TCP frame of the trace, in its order, and nothing else.
func TestLinesAreFrames(t *testing.T) {
	t.Parallel()
	for _, lesson := range []string{"handshake", "loss", "close", "refused"} {
		t.Run(lesson, func(t *testing.T) {
			t.Parallel()
			pcapng, _, code := try(t, "", "tcp", "demo", lesson, "-w", "-")
			if code != exitFine {
				t.Fatal(code)
			}
			fromFile, errs, code := try(t, pcapng, "inspect", "-", "--format", "jsonl")
			if code != exitFine {
				t.Fatal(errs)
			}
			live, _, _ := try(t, "", "tcp", "demo", lesson, "--format", "jsonl")
			for name, out := range map[string]string{"inspect": fromFile, "demo": live} {
				next := 1
				for line := range strings.Lines(out) {
					var l struct{ Frame int }
					if err := json.Unmarshal([]byte(line), &l); err != nil {
						t.Fatal(err)
					}
					if l.Frame != next {
						t.Errorf("%s: frame %d stands where %d belongs", name, l.Frame, next)
					}
					next++
				}
				if want := countFrames(t, pcapng); next-1 != want {
					t.Errorf("%s: %d lines, and %d frames in the trace", name, next-1, want)
				}
			}
		})
	}
}

func countFrames(t testing.TB, pcapng string) int {
	t.Helper()
	r, err := pcapfile.NewReader(strings.NewReader(pcapng))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range r.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// classic writes frames as tcpdump's first format, which has no writer here:
// draft-ietf-opsawg-pcap.
func classic(nanoseconds, bigEndian bool, frames []capture.Frame) []byte {
	order := binary.AppendByteOrder(binary.LittleEndian)
	if bigEndian {
		order = binary.BigEndian
	}
	magic, unit := uint32(0xa1b2c3d4), int64(1000)
	if nanoseconds {
		magic, unit = 0xa1b23c4d, 1
	}
	var out []byte
	out = order.AppendUint32(out, magic)
	out = order.AppendUint16(out, 2)
	out = order.AppendUint16(out, 4)
	out = append(out, make([]byte, 8)...)
	out = order.AppendUint32(out, 1<<18)
	out = order.AppendUint32(out, uint32(capture.LinkEthernet))
	for _, f := range frames {
		out = order.AppendUint32(out, uint32(f.Time.Unix()))
		out = order.AppendUint32(out, uint32(int64(f.Time.Nanosecond())/unit))
		out = order.AppendUint32(out, uint32(len(f.Data)))
		out = order.AppendUint32(out, uint32(f.Length))
		out = append(out, f.Data...)
	}
	return out
}
