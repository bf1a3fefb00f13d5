package render_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, v := range render.Views {
		for _, f := range v.Formats {
			t.Run(v.Name+"/"+f.Name, func(t *testing.T) {
				t.Parallel()
				rendertest.Run(t, f)
			})
		}
	}
}

func TestFormatsHaveDistinctNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, v := range render.Views {
		for _, f := range v.Formats {
			name := v.Name + "/" + f.Name
			if seen[name] || seen[f.Extension] {
				t.Errorf("%s or %s is there twice", name, f.Extension)
			}
			seen[name], seen[f.Extension] = true, true
			if got, ok := render.Choose(v.Name, f.Name); !ok || got.Extension != f.Extension {
				t.Errorf("Choose(%q, %q) = %v, %v", v.Name, f.Name, got, ok)
			}
		}
		if f, ok := render.Choose(v.Name, "json"); !ok || f.MIME != "application/json" {
			t.Errorf("--view %s has no JSON", v.Name)
		}
	}
	for _, pair := range [][2]string{{"ladder", "no such format"}, {"no such view", "text"}, {"no such view", "json"}, {"connections", "svg"}} {
		if _, ok := render.Choose(pair[0], pair[1]); ok {
			t.Errorf("Choose%q finds what is not there", pair)
		}
	}
}

// No line of text is wider than it was asked to be.
func TestWidth(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ladder", "connections"} {
		f, _ := render.Choose(name, "text")
		for _, tr := range rendertest.Corpus() {
			for width := 80; width <= 140; width++ {
				for _, o := range rendertest.Variants()[:8] {
					o.Width = width
					for line := range strings.Lines(string(rendertest.Render(t, f, tr, o))) {
						if got := ansi.StringWidth(strings.TrimSuffix(line, "\n")); got > width {
							t.Fatalf("%s %s at %d: a line of %d cells: %q", name, tr.Name, width, got, line)
						}
					}
				}
			}
		}
	}
}

func TestASCII(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "text")
	for _, tr := range rendertest.Corpus() {
		if tr.Name == "mishaps" {
			continue // its payload is Korean
		}
		for i, c := range rendertest.Render(t, f, tr, render.Options{ASCII: true, Explain: true}) {
			if c >= 0x80 {
				t.Fatalf("%s: byte %d is %#x", tr.Name, i, c)
			}
		}
	}
}

// What colours say, symbols say too: the text is the same without them.
func TestColorAddsNothing(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "text")
	for _, tr := range rendertest.Corpus() {
		with := rendertest.Render(t, f, tr, render.Options{Color: true, Explain: true})
		without := rendertest.Render(t, f, tr, render.Options{Explain: true})
		if got := ansi.Strip(string(with)); got != string(without) {
			t.Errorf("%s: with its colours taken off it reads\n%s\nwant\n%s", tr.Name, got, without)
		}
		if bytes.Equal(with, without) {
			t.Errorf("%s: there are no colours", tr.Name)
		}
	}
}

func TestSVGIsXML(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "svg")
	for _, tr := range rendertest.Corpus() {
		for _, o := range rendertest.Variants() {
			out := rendertest.Render(t, f, tr, o)
			elements := map[string]int{}
			for d := xml.NewDecoder(bytes.NewReader(out)); ; {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", tr.Name, err)
				}
				if e, ok := token.(xml.StartElement); ok {
					elements[e.Name.Local]++
				}
			}
			if elements["script"] > 0 || elements["svg"] != 1 || elements["title"] != 1 || elements["desc"] != 1 {
				t.Errorf("%s: elements %v", tr.Name, elements)
			}
		}
	}
}

// Nothing in a Mermaid diagram but our own lines can be taken for its syntax.
func TestMermaidLines(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "mermaid")
	for _, tr := range rendertest.Corpus() {
		body := string(rendertest.Render(t, f, tr, render.Options{Explain: true}))
		_, body, _ = strings.Cut(body, "sequenceDiagram\n")
		for line := range strings.Lines(body) {
			line = strings.TrimSpace(line)
			text, ok := strings.CutPrefix(line, "participant L")
			if ok {
				_, text, ok = strings.Cut(text, " as ")
			} else if strings.HasPrefix(line, "Note over L") || strings.HasPrefix(line, "L") {
				_, text, ok = strings.Cut(line, ": ")
			}
			if !ok {
				t.Errorf("%s: strange line %q", tr.Name, line)
			}
			for _, part := range strings.Split(text, "#")[1:] { // entities are all that # begins
				if code, _, found := strings.Cut(part, ";"); !found || strings.Trim(code, "0123456789") != "" {
					t.Errorf("%s: loose # in %q", tr.Name, line)
				}
			}
			if strings.ContainsAny(strings.ReplaceAll(text, "<br/>", ""), "<>{}%`") {
				t.Errorf("%s: unescaped in %q", tr.Name, line)
			}
		}
	}
}

func TestJSONContract(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "json")
	for _, tr := range rendertest.Corpus() {
		var doc struct {
			File        *string
			Frames      *int
			Connections []map[string]json.RawMessage
			HTTP        []map[string]json.RawMessage
		}
		if err := json.Unmarshal(rendertest.Render(t, f, tr, render.Options{}), &doc); err != nil {
			t.Fatalf("%s: %v", tr.Name, err)
		}
		if doc.File == nil || doc.Frames == nil || doc.Connections == nil || doc.HTTP == nil {
			t.Errorf("%s: a field is missing: %+v", tr.Name, doc)
		}
		for _, c := range doc.Connections {
			for _, name := range []string{
				"stream", "client", "server", "opened_by", "handshake", "isn", "options", "closed", "states", "bytes", "frames", "findings",
			} {
				if _, ok := c[name]; !ok {
					t.Errorf("%s: a connection has no %q", tr.Name, name)
				}
			}
		}
		for _, x := range doc.HTTP {
			for _, name := range []string{"stream", "request", "response", "latency_us"} {
				if _, ok := x[name]; !ok {
					t.Errorf("%s: an exchange has no %q", tr.Name, name)
				}
			}
		}
	}
}

// One object a TCP frame, in the order of the file, whatever the order of the
// events.
func TestJSONLines(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "jsonl")
	want := map[string]int{"echo": 11, "loss": 6, "crossing": 7, "file": 7, "hostile": 1}
	for _, tr := range rendertest.Corpus() {
		last, lines := 0, 0
		for line := range strings.Lines(string(rendertest.Render(t, f, tr, render.Options{}))) {
			var frame struct {
				Frame    int
				Findings []string
			}
			if err := json.Unmarshal([]byte(line), &frame); err != nil {
				t.Fatalf("%s: %v in %s", tr.Name, err, line)
			}
			if frame.Frame <= last || frame.Findings == nil {
				t.Errorf("%s: frame %d after %d: %s", tr.Name, frame.Frame, last, line)
			}
			last = frame.Frame
			lines++
		}
		if n, ok := want[tr.Name]; ok && lines != n {
			t.Errorf("%s: %d lines, want %d", tr.Name, lines, n)
		}
	}
}

func TestBeforeRowStops(t *testing.T) {
	t.Parallel()
	tr := rendertest.Corpus()[0]
	stop := errors.New("enough")
	var kinds []ladder.RowKind
	o := tr.Options(render.Options{BeforeRow: func(r *ladder.Row) error {
		if kinds = append(kinds, r.Kind); len(kinds) == 4 {
			return stop
		}
		return nil
	}})
	if err := render.Text(io.Discard, tr.Events(), o); !errors.Is(err, stop) || len(kinds) != 4 {
		t.Errorf("after %d rows: %v, want 4 and %v", len(kinds), err, stop)
	}
}

func TestComment(t *testing.T) {
	t.Parallel()
	x := explain.New(explain.English)
	for _, tr := range rendertest.Corpus() {
		for e := range tr.Events() {
			got := render.Comment(x, &e)
			if (got != "") != (e.Kind == trace.KindSegment) {
				t.Errorf("%s: the comment of a %s is %q", tr.Name, e.Kind, got)
			}
		}
	}
}

// events is the beginning of a handshake, for the example.
func events(yield func(trace.Event, error) bool) {
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:40001")}
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("10.0.0.2:7")}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	segment := func(flags tcpstate.Flags, seq, ack uint32) *trace.Segment {
		s := &trace.Segment{}
		s.Flags, s.RelSeq, s.RelAck, s.Relative, s.Window = flags, seq, ack, true, 64240
		return s
	}
	_ = yield(trace.Event{Kind: trace.KindSegment, Frame: 1, At: at, From: client, To: server, Segment: segment(tcpstate.SYN, 0, 0)}, nil) &&
		yield(trace.Event{Kind: trace.KindSegment, Frame: 2, At: at.Add(150 * time.Microsecond), From: server, To: client, Segment: segment(tcpstate.SYN|tcpstate.ACK, 0, 1)}, nil) &&
		yield(trace.Event{Kind: trace.KindSegment, Frame: 3, At: at.Add(200 * time.Microsecond), From: client, To: server, Segment: segment(tcpstate.ACK, 1, 1)}, nil)
}

func ExampleText() {
	if err := render.Text(os.Stdout, events, render.Options{ASCII: true}); err != nil {
		fmt.Println(err)
	}
	// Output:
	//                            client                                 server
	//   #  time s  delta 10.0.0.1:40001                                 10.0.0.2:7
	//   1 0.00000                     +- SYN seq=0 win=64240 ---------->:
	//   2 0.00015 +150us              :<- SYN,ACK seq=0 ack=1 win=64240 +
	//   3 0.00020  +50us              +- ACK seq=1 ack=1 -------------->:
	//
	// | this end remembers the connection (TCB), : it does not
	// seq, ack: counted from each side's initial sequence number (ISN)
	// SYN: opens, and says where the sender's numbers begin
	// ACK: acknowledges all numbers before ack; set wherever ack= stands
}

func BenchmarkText(b *testing.B) {
	tr := rendertest.Corpus()[0]
	for b.Loop() {
		if err := render.Text(io.Discard, tr.Events(), tr.Options(render.Options{Color: true})); err != nil {
			b.Fatal(err)
		}
	}
}

// One sign has one meaning: where a text says what ? stands for, so does the
// picture, and the page, in the same words.
func TestSignsMeanTheSameEverywhere(t *testing.T) {
	t.Parallel()
	assumed := 0
	for _, tr := range rendertest.Corpus() {
		for lang, words := range map[explain.Lang]string{explain.English: "assumed: nothing has shown it yet", explain.Korean: "가정: 아직 보여 준 것이 없음"} {
			said := map[string]bool{}
			for _, name := range []string{"text", "svg", "html"} {
				f, _ := render.Choose("ladder", name)
				o := tr.Options(render.Options{Lang: lang, Width: 200})
				var out bytes.Buffer
				if err := f.Render(&out, tr.Events(), o); err != nil {
					t.Fatal(err)
				}
				said[name] = strings.Contains(out.String(), "? "+words)
			}
			if said["text"] {
				assumed++
			}
			if said["text"] != said["svg"] || !said["html"] {
				t.Errorf("%s, %v: %v", tr.Name, lang, said)
			}
		}
	}
	if assumed == 0 {
		t.Error("nothing was assumed, so nothing was tested")
	}
}
