package viewer_test

import (
	"io/fs"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/viewer"
)

// The way in and back: connections, ladder, bytes, and out.
func TestTheWayIn(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("small.pcap", small(), nil), english, 100, 30)
	s.has("connection 1 of 3", "10.0.0.1:40001", "small.pcap").at("0 10.0.0.1:40001")
	s.press("enter").has("row 1 of", "SYN-SENT", "ESTABLISHED", "client", "server")
	s.press("f").at("5").has("retransmission", "sends bytes", "RFC 9293")
	s.press("enter").has("frame 5 ·", "Source Port: 40001", "0000  02 00").at("TCP (20 B)")
	s.press("down").has("Source Port bytes 34–35")
	s.press("right").has("frame 6 ·").at("Source Port: 80")
	s.press("left", "left").has("frame 4 ·")
	s.press("esc").at("4").press("esc").at("0 10.0.0.1:40001")
	if s.press("esc").has("q quits"); s.Ended {
		t.Error("Esc has quit")
	}
	if s.press("q"); !s.Ended {
		t.Error("q has not quit")
	}
}

// A field's bits are spelled out, with those beside them in the same byte.
func TestBits(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 40).press("enter", "down", "enter")
	for !strings.HasPrefix(s.chosen(), "SYN: ") {
		s.press("down")
	}
	s.at("SYN: 1").has("SYN byte 47  .... ..1.")
	if !strings.Contains(s.text(), "[02]") {
		t.Errorf("without colours, no brackets stand around the byte:\n%s", s.text())
	}
}

// Every column sorts, both ways, and the connection that is chosen stays so.
func TestSort(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 120, 24)
	s.press("down").at("1 10.0.0.1:40002")
	for range 9 {
		s.press(">").at("1 10.0.0.1:40002")
	}
	s.has("#▲")
	s.press("<").has("verdict▲").press("<").has("found▼").press("g").at("0 ")
	s.press("r").has("found▲").press("g").at("1 ").press("G").at("0 ")
}

func TestFindings(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 24).press("2")
	s.has("retransmission", "was lost, or not acknowledged in time").at("▸       1  note     retransmission")
	s.press("enter", "down").at("frame 5, stream 0").press("enter").at("5").has("4 ladder #0")
	s.press("esc").at("frame 5, stream 0").press("left").at("▸       1")
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 24).press("3")
	s.at("4     0    0.03000  GET /missing").has("404", `GET /\x1b]0;owned`)
	s.press("n").has("search:").press("esc").press("down").at("15     2")
	s.press("enter").at("15 0.14000").has("4 ladder #2")
}

func TestFollow(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 24).press("5")
	s.has("> GET /missing HTTP/1.1", "< HTTP/1.1 404 Not Found", "both sides").at("#0 client")
	s.press("f").at("#0 server").press("b").at("#0 client")
	s.press("v").has("the client only").press("v").has("the server only").press("v").has("both sides")
	s.press("h").has("47 45 54 20 2f").press("h").has("> GET")
	s.press("s").at(`GET /missing HTTP/1.1\r\n`).press("s").at("#0 client")
}

// Two marked segments are compared field by field.
func TestCompare(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 40).press("enter")
	s.press("d").has("mark two segments")
	for !strings.HasPrefix(s.chosen(), "4") {
		s.press("down")
	}
	s.press("space").has("frame 4 is marked").press("f", "space").has("frames 4 and 5 are marked")
	s.press("d").has("frames 4 and 5, +0.010000 s apart; different fields: 0")
	s.press("esc").press("space").press("down").press("space", "=").has("frames 4 and 6")
	s.press("f").has("≠").press("d")
	for _, line := range s.Lines()[3 : len(s.Lines())-2] {
		if line != "" && !strings.Contains(line, "≠") {
			t.Errorf("%q does not differ", line)
		}
	}
	if s.press("esc"); !strings.Contains(s.text(), "row ") {
		t.Errorf("Esc does not lead back to the ladder:\n%s", s.text())
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 30).press("enter", "/").typed("fin").press("enter").at("7")
	s.press("n").at("8").press("N").at("7")
	s.press("/").typed("nowhere").press("enter").has("not found: nowhere").at("7")
	s.press("/", "backspace").has("row ") // an empty prompt gives way
}

// A filter that is wrong says where; one that is right leaves connections out,
// and Esc brings them back.
func TestFilter(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 100, 24).press("F").typed("tcp.f")
	s.has("tcp.first_frame tcp.findings").typed("ind").press("tab").has("where: tcp.findings").press("ctrl+u")
	s.typed(`tcp.findigns has "x"`).press("enter").has("there is no field tcp.findigns; did you mean tcp.findings?")
	lines := s.Lines()
	caret, typed := lines[len(lines)-2], lines[len(lines)-1]
	if strings.Index(caret, "▼") != strings.Index(typed, "tcp.") {
		t.Errorf("the error is not shown at its column:\n%s\n%s", caret, typed)
	}
	s.press("ctrl+u", "end", "ctrl+u").typed("http.status == 404").press("enter").has("connections that fit: 1").press("up").has("where http.status == 404").at("0 ")
	s.press("down").at("0 ").press("esc").has("connection 1 of 3")
	s.press("F").typed("tcp.stream > 9").press("enter").has("no connection fits", "Esc shows all")
}

// What is shown is written by the renderers of --format; a file that is there
// is not lost without a question.
func TestExport(t *testing.T) {
	t.Parallel()
	tr := traceOf("/tmp/small.pcap", small(), nil)
	var asked []viewer.Export
	tr.Export = func(x viewer.Export) error {
		asked = append(asked, x)
		if x.File == "small.connections.csv" && !x.Overwrite {
			return fs.ErrExist
		}
		return nil
	}
	s := show(t, tr, english, 100, 24)
	s.press("e").has("save as: small.connections.txt", "[text] csv").press("tab").has("save as: small.connections.csv", "[csv]")
	s.press("enter").has("small.connections.csv exists. Overwrite it? y/n").press("n").has("nothing was written")
	s.press("e", "tab", "enter", "y").has("written: small.connections.csv")
	if len(asked) != 3 || asked[2].View != "connections" || asked[2].Format != "csv" || !asked[2].Overwrite || asked[1].Overwrite {
		t.Errorf("asked for %+v", asked)
	}
	s.press("enter", "e").has("save as: small-0.txt").press("end").typed("x").press("tab", "enter")
	if x := asked[3]; x.File != "small-0.txtx" || x.Format != "svg" || x.View != "ladder" || len(x.Streams) != 1 {
		t.Errorf("asked for %+v", x)
	}
	for _, x := range asked {
		if _, ok := render.Choose(x.View, x.Format); !ok {
			t.Errorf("no renderer writes %s of %s", x.Format, x.View)
		}
	}
}

// Colours, language and pane change at once; letters of a Korean keyboard are
// understood.
func TestLooks(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), render.Options{Color: true}, 100, 30).press("enter", "f")
	if !strings.Contains(strings.Join(s.Model.Lines(), ""), "\x1b[") {
		t.Error("no colours")
	}
	if s.press("c"); strings.Contains(strings.Join(s.Model.Lines(), ""), "\x1b[") {
		t.Error("colours, where there are to be none")
	}
	s.press("l").has("이유", "재전송").press("ㅣ").has("why")
	s.press("t").has("+0.010000000").press("t").has("time of day", "00:00:00.0400").press("t").has("time s")
	s.press("s").has("what the segment carries", `GET /missing HTTP/1.1\r\n`).press("s")
	if strings.Contains(s.text(), "carries") {
		t.Error("the pane is still there")
	}
	s.press("x").has("why").press("x")
	s.press("m").has("GET /missing HTTP/1.1").press("m")
	s.press("o").has("> GET /missing")
	s.press("?").has("Everywhere", "go in").press("esc").press("esc").at("0 ")
}

// Of a damaged trace, what came before is shown, and the damage is told.
func TestDamage(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small()[:8], errDamage), english, 100, 24)
	s.has("damaged: shown up to there", "connection 1 of 1", errDamage.Error())
	if s.Model.Err() == nil {
		t.Error("the model knows of no damage")
	}
	s.press("enter").has("SYN-SENT", "damaged")
	empty := show(t, traceOf("x", nil, errDamage), english, 100, 24)
	empty.has("no connection to show", errDamage.Error()).press("enter", "down", "f", "4", "5", "y", "e", "esc", "2", "3", "enter")
}

// A ladder longer than what is held is read on where it is walked; its first row
// and its last are gone to at once.
func TestLongLadder(t *testing.T) {
	t.Parallel()
	frames := long(10000)
	s := show(t, traceOf("x", frames, nil), english, 100, 30).press("enter").has("row 1 of 4000+", "rows 1–4000 are held, others are read")
	s.press("pgdown", "home").at("CLOSED").press("end").at("10012").has("TIME-WAIT", "row 10014 of 10014", "rows 6015–10014 are held")
	s.press("down").at("10012").press("g").at("CLOSED").has("row 1 of 4000+").press("up").at("CLOSED").press("G").at("10012")
	seen := map[string]bool{}
	for range 6 {
		s.press("b")
		seen[strings.Fields(s.chosen())[0]] = true
	}
	if len(seen) != 6 {
		t.Errorf("going back, the retransmissions were %v, of 6", seen)
	}
	s.press("b").has("no finding that way").press("home").has("row 1 of").press("/").typed("seq=90001 ").press("enter").has("seq=90001")
	s.press("1", "2", "enter", "end", "enter").at("9009").has("retransmission")
}

// A connection is gone to deep in a long trace without what lies before it.
func TestGoTo(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", long(20000), nil), english, 100, 30).press("2", "enter", "end", "enter")
	s.has("retransmission").at("19516")
	if !strings.Contains(s.text(), "are held") {
		t.Errorf("all of it is held:\n%s", s.text())
	}
}

// Nothing of what a peer sent reaches the terminal as it is.
func TestHostile(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("evil"+deceit+".pcap", small(), nil), render.Options{Color: true}, 120, 40)
	for _, k := range []string{"down", "down", "enter", "G", "f", "s", "enter", "h", "s", "esc", "o", "h", "s", "3", "2", "1", "?"} {
		s.press(k)
		checkScreen(t, s)
	}
}

func TestTooSmall(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 30, 5)
	s.has("too small", "40×10")
	s.press("enter", "F", "x")
	s.resize(60, 12)
	s.has("connection 1 of 3")
	if s.resize(20, 3); s.Ended {
		t.Error("quit")
	}
	if s.press("q"); !s.Ended {
		t.Error("q has not quit")
	}
}

// Who is asked for one connection sees its ladder.
func TestChosenStreams(t *testing.T) {
	t.Parallel()
	tr := traceOf("x", small(), nil)
	tr.Streams = []int{1}
	show(t, tr, english, 100, 24).has("4 ladder #1", "SYN-SENT").press("esc").has("connection 1 of 1")
	tr.Streams = []int{0, 2}
	show(t, tr, english, 100, 24).has("connection 1 of 2")
}

// Closing ends what is being read.
func TestClose(t *testing.T) {
	t.Parallel()
	var reading *viewer.Reading
	tr := traceOf("x", small(), nil)
	frames := tr.Frames
	tr.Frames = func(r *viewer.Reading) capture.Source {
		reading = r
		return frames(r)
	}
	s := show(t, tr, english, 100, 24).press("enter", "down", "enter")
	s.Model.Close()
	s.Model.Close()
	if s.press("right", "esc", "3"); reading == nil {
		t.Error("no frame was read")
	}
}

// An expression may choose beforehand; it stands there as one that was typed.
func TestWhereBeforehand(t *testing.T) {
	t.Parallel()
	tr := traceOf("x", small(), nil)
	tr.Where, tr.Streams = "server.port == 80", []int{1, 2}
	s := show(t, tr, english, 100, 24).press("up").has("connection 1 of 1", "where server.port == 80").at("2 ")
	s.press("F").has("where: server.port == 80").press("esc", "esc").has("connection 2 of 2")
}

// The lists hold what is on the ladder: connections and exchanges with a part
// between --from and --to, and what was found there.
func TestListsBetween(t *testing.T) {
	t.Parallel()
	tr := traceOf("x", small(), nil)
	tr.Between = func() *render.Between { return &render.Between{From: render.Bound{Set: true, Frame: 10}} }
	s := show(t, tr, english, 100, 24).at("1 ").has("connection 1 of 2")
	s.press("2").hasNot("retransmission").press("3").at("15     2").hasNot("GET /missing")
	tr.Between = func() *render.Between { return &render.Between{To: render.Bound{Set: true, Frame: 6}} }
	s = show(t, tr, english, 100, 24).at("0 ").has("connection 1 of 1")
	s.press("2").has("retransmission").press("3").at("4     0").hasNot(`GET /\x1b`)
}

// What a key does is told to its end, however narrow the screen is.
func TestHelpIsWhole(t *testing.T) {
	t.Parallel()
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		for _, w := range []int{40, 80} {
			s := show(t, traceOf("x", small(), nil), render.Options{Lang: lang}, w, 120).press("?")
			text := strings.Join(strings.Fields(s.text()), "")
			for _, k := range viewer.Keys() {
				if about := strings.Join(strings.Fields(lang.Of(k.About)), ""); !strings.Contains(text, about) {
					t.Errorf("%s, %d cells: %q is cut", lang, w, lang.Of(k.About))
				}
			}
			checkScreen(t, s)
		}
	}
}

// One of a thing is told in the singular.
func TestOneOfAThing(t *testing.T) {
	t.Parallel()
	show(t, traceOf("x", small()[:1], nil), english, 80, 24).has("1 frame, 1 TCP segment")
}
