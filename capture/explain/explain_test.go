package explain_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"statelab/capture/explain"
	. "statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var update = flag.Bool("update", false, "write the golden files anew")

var languages = []explain.Lang{explain.English, explain.Korean}

// TestSentences holds every sentence of every story against a golden file that
// people review.
func TestSentences(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		var b strings.Builder
		for _, s := range stories() {
			fmt.Fprintf(&b, "# %s\n", s.name)
			x := explain.New(lang)
			for _, ev := range s.events {
				e := x.Explain(&ev)
				if e.Sentence == "" {
					t.Errorf("%v, %s: no sentence for %v", lang, s.name, ev.Kind)
				}
				fmt.Fprintln(&b, e.Sentence)
				if e.Arithmetic != "" {
					fmt.Fprintln(&b, "\t=", e.Arithmetic)
				}
				if e.Section != "" {
					fmt.Fprintln(&b, "\t§", e.Section)
				}
			}
		}
		compare(t, filepath.Join("testdata", "sentences."+lang.String()+".txt"), b.String())
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./capture/explain -update", err)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := line(gotLines, i), line(wantLines, i)
		if g != w {
			t.Errorf("%s:%d:\n got %q\nwant %q", path, i+1, g, w)
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// sections are all of RFC 9293's, from its table of contents and the headings
// below it.
var sections = regexp.MustCompile(`^(3\.[145]|3\.3\.[12]|3\.4\.[123]|3\.5\.[123]|3\.6(\.1)?|3\.7(\.[1-5])?|3\.8(\.[1-6])?|3\.8\.6\.[123]|3\.9\.1\.[1-8]|3\.9\.2\.[123]|3\.10\.[1-8]|3\.10\.7\.[1-4])$`)

var source = regexp.MustCompile(`^RFC \d{3,4}( §[\d.]*\d( \(MAY-2\))?( Figure \d+(,? note \d)?)?)?$`)

// sources takes a Section apart: "RFC 9293 §3.5; §3.6" is two sections of one
// RFC.
func sources(section string) []string {
	var list []string
	rfc := ""
	for part := range strings.SplitSeq(strings.ReplaceAll(section, ", §", "; §"), "; ") {
		if strings.HasPrefix(part, "§") {
			part = rfc + " " + part
		}
		rfc, _, _ = strings.Cut(part, " §")
		list = append(list, part)
	}
	return list
}

// TestEveryExplanation holds what is promised of each: no markup left over, no
// unsafe character, no overlong sentence, sections that exist.
func TestEveryExplanation(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		for _, s := range stories() {
			x := explain.New(lang)
			for _, ev := range s.events {
				e := x.Explain(&ev)
				checkExplanation(t, e)
				if n := utf8.RuneCountInString(e.Sentence); n > longest && ev.Connection == nil {
					t.Errorf("%d characters: %q", n, e.Sentence)
				}
			}
		}
	}
}

var leftover = regexp.MustCompile(`\{[a-z]+(\||\})|<nil>|%!|\(\)이|  | \.`)

// longest is how many characters a sentence may have: most have 160 at most,
// and a few need a clause more.
const longest = 215

func checkExplanation(t *testing.T, e explain.Explanation) {
	t.Helper()
	for _, s := range []string{e.Sentence, e.Arithmetic, e.Section} {
		if m := leftover.FindString(s); m != "" {
			t.Errorf("%q holds %q", s, m)
		}
		for _, r := range s {
			if !trace.SafeRune(r) {
				t.Errorf("%q holds the unsafe %U", s, r)
			}
		}
	}
	if e.Section == "" {
		return
	}
	for _, src := range sources(e.Section) {
		if !source.MatchString(src) {
			t.Errorf("source %q of %q has a wrong form", src, e.Section)
		}
		if number, ok := strings.CutPrefix(src, "RFC 9293 §"); ok {
			number, _, _ = strings.Cut(number, " ")
			if !sections.MatchString(number) {
				t.Errorf("RFC 9293 has no section %s", number)
			}
		}
	}
}

// TestEveryEdge explains every edge of the state machine, by words of its own.
func TestEveryEdge(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		x := explain.New(lang)
		said := map[string]string{}
		for _, edge := range Edges() {
			ev := state(Client, edge.From, edge.To, edge.On.Kind, edge.On.Name, Observed)
			e := x.Explain(&ev)
			checkExplanation(t, e)
			name := fmt.Sprintf("%v → %v on %s", edge.From, edge.To, edge.On.Name)
			if e.Sentence == "" || e.Section == "" {
				t.Errorf("%v: %s: %+v", lang, name, e)
			}
			if edge.Unreachable == "" && strings.Contains(e.Sentence, edge.From.String()+" ") && strings.Contains(e.Sentence, edge.To.String()) {
				t.Errorf("%v: %s is only named: %q", lang, name, e.Sentence)
			}
			if edge.Figure {
				if other, ok := said[e.Sentence]; ok {
					t.Errorf("%v: %s and %s are explained by the same words: %q", lang, other, name, e.Sentence)
				}
				said[e.Sentence] = name
			}
		}
	}
}

// TestExplainTwice: explaining an event again, or after others, changes
// nothing.
func TestExplainTwice(t *testing.T) {
	t.Parallel()
	for _, s := range stories() {
		x := explain.New(explain.English)
		var first []explain.Explanation
		for _, ev := range s.events {
			once := x.Explain(&ev)
			if again := x.Explain(&ev); again != once {
				t.Errorf("%s: first %q, then %q", s.name, once, again)
			}
			first = append(first, once)
		}
		y := explain.New(explain.English)
		for i, ev := range s.events {
			y.Observe(&ev)
			if got := y.Explain(&ev); got != first[i] {
				t.Errorf("%s: observed before: %q, want %q", s.name, got, first[i])
			}
		}
	}
}

// TestHistoryIsBounded: an acknowledgment long after is explained without the
// frame that it refers to, and does not misname another.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	x := explain.New(explain.English)
	for i := range 20000 {
		ev := seg{frame: i + 1, from: Client, seq: uint32(i), flags: ACK, payload: "x"}.event()
		x.Observe(&ev)
	}
	for _, tt := range []struct {
		acks int
		ack  uint32
		want string
	}{{1, 1, ""}, {20000, 20000, "ack 20000 = 19999 + 1 byte of frame 20000"}} {
		ev := seg{frame: 30000 + tt.acks, from: Server, ack: tt.ack, flags: ACK, acks: tt.acks}.event()
		if e := x.Explain(&ev); e.Arithmetic != tt.want {
			t.Errorf("ack of frame %d: %q, want %q", tt.acks, e.Arithmetic, tt.want)
		}
	}
}

func TestIncompleteEvents(t *testing.T) {
	t.Parallel()
	x := explain.New(explain.Korean)
	for kind := range trace.KindTotals + 3 {
		if e := x.Explain(&trace.Event{Kind: kind}); e != (explain.Explanation{}) && kind != trace.KindGap {
			t.Errorf("%v without its part: %+v", kind, e)
		}
	}
	ev := trace.Event{Kind: trace.KindSegment, Segment: &trace.Segment{}}
	if e := x.Explain(&ev); e.Sentence == "" {
		t.Error("an empty segment is not explained")
	}
}

// FuzzExplain feeds segments and texts that nobody sound would send.
func FuzzExplain(f *testing.F) {
	f.Add(uint16(2), uint32(0), uint32(0), "", "retransmission", int16(1), uint8(0))
	f.Add(uint16(16), uint32(1<<32-1), uint32(7), "\x1b]0;x\x07", "duplicate-ack", int16(3), uint8(9))
	f.Add(uint16(4), uint32(1), uint32(1), "{from}\u202e", "half-open", int16(-1), uint8(200))
	f.Fuzz(func(t *testing.T, flags uint16, seq, ack uint32, text, name string, n int16, b uint8) {
		s := seg{
			frame: int(n), from: End(b & 1), seq: seq, ack: ack, flags: Flags(flags), payload: text,
			found: []Finding{{Name: name, Frame: int(b), Nth: int(n)}}, acks: int(b), checksum: Validity(b % 3),
			options: Options{SackBlocks: int(n), HasScale: b&2 != 0, Scale: b},
		}
		events := append(segs(syn, synAck, s),
			call(client, name, text, text, int(n)),
			verdict(uint64(b), trace.Fate(b), text),
			state(End(b&1), State(flags%16), State(flags>>4%16), TriggerKind(b%5), text, Basis(n&3), int(n)),
			trace.Event{Kind: trace.KindOther, Other: &trace.Other{Protocol: name, Info: trace.Text{En: text, Ko: text}}},
		)
		for _, m := range httpStory() {
			m.Message.Method, m.Message.Target, m.Message.Reason, m.Message.Status = name, text, text, int(n)
			events = append(events, m)
		}
		for _, lang := range languages {
			x := explain.New(lang)
			for _, ev := range events {
				if ev.State != nil && (ev.State.From > TimeWait || ev.State.To > TimeWait) {
					ev.State.Edge = nil
				}
				e := x.Explain(&ev)
				for _, r := range e.String() {
					if !trace.SafeRune(r) {
						t.Fatalf("%q holds the unsafe %U", e, r)
					}
				}
			}
		}
	})
}

func ExampleExplainer_Explain() {
	x := explain.New(explain.English)
	for _, ev := range segs(syn, synAck, thirdAck) {
		e := x.Explain(&ev)
		fmt.Println(e.Sentence)
		fmt.Println("  " + e.Arithmetic)
	}
	// Output:
	// The client asks the server for a connection: its numbers begin at ISN 1000, and the SYN takes the first. It announces MSS 1460, window scale 7, SACK, timestamps.
	//   next seq 1 = 0 + 1 for the SYN; packet 1500 = MSS 1460 + 40 of headers; scale 7: later window fields of the client × 2^7 = × 128
	// The server agrees and asks back: it acknowledges the SYN of frame 1, and its own SYN takes ISN 5000. It announces MSS 1460, window scale 7, SACK, timestamps.
	//   ack 1 = 0 + 1 for the SYN of frame 1; next seq 1 = 0 + 1 for the SYN; packet 1500 = MSS 1460 + 40 of headers; scale 7: later window fields of the server × 2^7 = × 128
	// The client acknowledges the server's SYN: once this arrives, each side knows that the other has its number, and the three-way handshake is complete.
	//   ack 1 = 0 + 1 for the SYN of frame 2; window 64256 bytes = 502 × 2^7
}

func ExampleNew_korean() {
	x := explain.New(explain.Korean)
	ev := hello.event()
	fmt.Println(x.Explain(&ev))
	// Output:
	// 클라이언트가 1번부터 6번까지 6바이트("hello\n")를 보냅니다. PSH는 애플리케이션에 지체 없이 넘기라는 뜻입니다. (다음 seq 7 = 1 + 6바이트) [RFC 9293 §3.4; §3.9.1.2]
}

func BenchmarkExplain(b *testing.B) {
	for _, lang := range languages {
		b.Run(lang.String(), func(b *testing.B) {
			x := explain.New(lang)
			events := segs(syn, synAck, thirdAck, hello)
			b.ReportAllocs()
			for b.Loop() {
				for i := range events {
					x.Explain(&events[i])
				}
			}
		})
	}
}

// unnamed finds a frame that is told by its number alone.
var unnamed = regexp.MustCompile(`(?:\bframes? |프레임 )\d+(?:[^\d(]|$)`)

// TestFramesAreNamed: where frames have names, no sentence speaks of one by its
// number alone.
func TestFramesAreNamed(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		for _, s := range stories() {
			x, y := explain.New(lang), explain.New(lang)
			y.Frame = func(n int) string { return fmt.Sprintf("%d(trace)", n) }
			for _, ev := range s.events {
				numbered, named := x.Explain(&ev).String(), y.Explain(&ev).String()
				if strings.ReplaceAll(named, "(trace)", "") != numbered {
					t.Errorf("%v, %s: %q, named %q", lang, s.name, numbered, named)
				}
				if of := unnamed.FindString(named); of != "" && ev.Kind != trace.KindTotals && ev.Kind != trace.KindGap {
					t.Errorf("%v, %s: %q, in %q", lang, s.name, of, named)
				}
			}
		}
	}
}
