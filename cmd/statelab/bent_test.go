package main

import (
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// A lesson on a wire that rules of the user's have bent is shown as far as it
// goes: what did not go as it was meant to is on the timeline, and no error.
func TestBentLessonsGoOn(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		"drop 1st segment server→client once",
		"drop 1st data segment client→server once",
		"drop 1st data segment server→client once",
		"delay 700ms",
		"cut from 0s",
		"loss 40%",
		"corrupt 2nd segment client→server",
	} {
		rules := network.MustParseRules(rule)
		for _, sc := range tcpdemo.Scenarios() {
			if sc.Fold {
				continue // thousands of segments
			}
			t.Run(rule+"/"+sc.Name, func(t *testing.T) {
				if _, err := performScenario(t.Context(), sc, defaultSeed, rules); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// It says on the timeline what the rule has changed, and what it would have said
// of that step is not said; without a rule the same course is an error.
func TestBentLessonSaysSo(t *testing.T) {
	t.Parallel()
	sc, _ := tcpdemo.Find("refused")
	notes := func(p *performance) string {
		var all []string
		for _, o := range p.recording.Observations {
			if o.Kind == trace.ObservedNote && !o.Note.Step {
				all = append(all, o.Note.Text.En)
			}
		}
		return strings.Join(all, "\n")
	}
	rules := network.MustParseRules("drop 1st segment server→client once")
	p, err := performScenario(t.Context(), sc, defaultSeed, rules)
	if err != nil {
		t.Fatal(err)
	}
	if got := notes(p); !strings.Contains(got, "your rule has changed the outcome") || strings.Contains(got, "Refused after") {
		t.Errorf("the lesson says:\n%s", got)
	}
	if p, err = performScenario(t.Context(), sc, defaultSeed, nil); err != nil || !strings.Contains(notes(p), "Refused after") {
		t.Errorf("without a rule: %v", err)
	}
	sc.Network.Rules = rules // the lesson's own, not the user's
	if _, err := performScenario(t.Context(), sc, defaultSeed, nil); err == nil || !strings.Contains(err.Error(), "refusal took") {
		t.Errorf("with the rule as its own: %v", err)
	}
}

// What a lesson says of its own course, without any rule.
func TestLessonsOwnWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lesson    string
		is, isNot []string
	}{
		{"keepalive", []string{"latest TCP keepalives were not answered"}, []string{"None of the client's"}},
		{"backlog", []string{"TCB 10.0.0.1:52911 ESTABLISHED ESTABLISHED 65 TCB 10.0.0.1:51656 ESTABLISHED ESTABLISHED 65 TCB"}, []string{"the same as in the table before"}},
		{"close-wait", []string{"half-open: the server still remembers it"}, []string{"half-closed"}},
		{"backoff", []string{"frames 11, 12, 13, 16: with the cable out", "until the last of these, the peer's ACK"}, []string{"at 127.1"}},
		{"zero-window", []string{"window is left after that: window exhausted."}, nil},
		{"framing", []string{"writes of 3, 3 and 5 bytes became one read of 11"}, []string{"and more"}},
		{"congestion", []string{"sent again ×256; duplicate ACK", "127 of them sent again", "Eff.snd.MSS 1420"}, nil},
		{"mss", []string{"In other lessons it is 40 less", "cwnd ends at 3880 bytes, 10 segments of 388"}, nil},
		{
			"syn-flood",
			[]string{
				"in the name of 10.0.0.66:6000 and now waits", "(next seq 1 = 0 + 1 for the SYN)", "numbers are those of the client's trace: 5 frames",
				"10.0.0.69:6000 (0 B) ↔ 10.0.0.2:7 (0 B); answered with a SYN cookie",
				"rebuilds the connection from the number. [RFC 4987 §3.6]",
			},
			[]string{"in the name of the client", "1001", "10.0.0.70:6000 (0 B) ↔ 10.0.0.2:7 (0 B); still open"},
		},
		{"old-duplicate", []string{"frames: 18,", "client's trace: 16 frames", "in the name of the client"}, nil},
		{"self-connect", []string{"frames: 7,", "seen twice counts twice: 14 frames"}, nil},
		{"echo", nil, []string{"the client's trace"}},
	} {
		t.Run(c.lesson, func(t *testing.T) {
			t.Parallel()
			says(t, output(t, "tcp", "demo", c.lesson, "--explain", "--color", "never", "--lang", "en"), c.is, c.isNot)
		})
	}
	t.Run("a table after another", func(t *testing.T) {
		t.Parallel() // on a tour what stands in the table before is left out
		says(t, output(t, "tcp", "demo", "--color", "never", "--lang", "en"), []string{"the same as in the table before"}, nil)
	})
}

// A peer's delayed ACK is told from a round trip, and times are rounded. The path
// delays the ACK here as a real stack does.
func TestNagleTellsADelayedACK(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"delay 45.678ms 3rd pure-ack server→client": "The answer took 85.7ms instead of 20ms. That is far more than a round trip: the peer delayed its ACK of \"pi\"",
		"delay 1.2345ms 3rd pure-ack server→client": "The answer took 41.2ms instead of 20ms. A peer that delays its ACKs, as RFC 9293 §3.8.6.3 allows, would add",
	} {
		sc, _ := tcpdemo.Find("nagle")
		sc.Network.Rules = network.MustParseRules(rule) // the lesson's own, not the user's
		p, err := performScenario(t.Context(), sc, defaultSeed, nil)
		if err != nil {
			t.Fatal(err)
		}
		said := false
		for _, o := range p.recording.Observations {
			said = said || o.Kind == trace.ObservedNote && strings.HasPrefix(o.Note.Text.En, want)
		}
		if !said {
			t.Errorf("%s: it does not say %q", rule, want)
		}
	}
}

// What lessons say where a rule has changed their course.
func TestBentLessonsWords(t *testing.T) {
	t.Parallel()
	const gone = "not to be seen in this run"
	for _, c := range []struct {
		lesson, rule string
		is, isNot    []string
	}{
		{"keepalive", "drop 1st syn", []string{"frame 7, and at 27.1400 s: the cable is out already", "keepalive probe"}, []string{"frame 1, ", "TCP keepalive ACK"}},
		{"keepalive", "drop 1st probe", []string{"the cable is out already"}, []string{"frame 4, and at"}},
		{"backlog", "drop syn twice", nil, []string{"frame 2: nothing comes back"}},
		{"backlog", "drop 1st any client→server twice", []string{"frames 9, 10: the SYN finds the queue full"}, nil},
		{"fast-retransmit", "drop 1st ack", nil, []string{"the ACK still says 1:"}},
		{"reset", "drop 1st data segment once", []string{"close always sends FIN " + gone}, []string{"frame 8, and at 0.22"}},
		{"zero-window", "drop 1st rst", []string{"frame 7, and at 2.13000, 2.15000 s:", "with one byte of no meaning (00 on the wire"}, []string{"frame 7, at"}},
		{
			"old-duplicate", "drop all syn once",
			[]string{"no SYN-ACK came before the timer ran out. The timer waited longer than last time (backoff). (14.5 µs after frame"},
			[]string{"before any timer could run out"},
		},
		{"close", "drop fin once", []string{"server ESTABLISHED, with frame 5 still on the way"}, []string{"server ESTABLISHED ──"}},
		{"window-scale", "drop 1st any server→client", []string{"frame 4: the field says 912; shifted by the announced scale it is 29184"}, []string{"933888 bytes"}},
		{"window-scale", "drop all ack once", []string{": the field says 912;"}, []string{"933888 bytes", "s: the field says"}},
		{ // what an earlier step's course changed here is said, and the step is told
			"nagle", "drop 1st data segment once",
			[]string{"outcome of step 2.", "The answer took 40ms, and in the step before 220ms: your rule has changed that comparison.", "the first one's ACK ──"},
			[]string{"Not what this lesson expects", "Step 3, changed"},
		},
		{
			"mss", "drop 2nd data segment twice",
			[]string{"outcome of step 2.", "cwnd ends at 776 bytes, not at the 10 segments of 388", "what follows fits at once ──"},
			[]string{"Not what this lesson expects", "Step 4, changed"},
		},
		{"close", "duplicate syn", []string{"where a segment that is seen twice counts twice: 19 frames"}, nil},
	} {
		t.Run(c.lesson+"/"+c.rule, func(t *testing.T) {
			t.Parallel()
			says(t, output(t, "tcp", "demo", c.lesson, "--rule", c.rule, "--explain", "--color", "never", "--lang", "en"), c.is, c.isNot)
		})
	}
}

// An end of a connection is told as it is: the server that closes first waits.
func TestKeepAliveTellsWhatIsLeft(t *testing.T) {
	t.Parallel()
	says(t, output(t, "http", "demo", "keep-alive", "--color", "never", "--lang", "en"),
		[]string{"the client's control block at once, the server's after TIME-WAIT."}, []string{"two control blocks"})
}

// says checks what a page says and what it does not, whatever its line breaks.
func says(t *testing.T, page string, is, isNot []string) {
	t.Helper()
	text := strings.Join(strings.Fields(page), " ")
	for _, want := range is {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, no := range isNot {
		if strings.Contains(text, no) {
			t.Errorf("it says %q", no)
		}
	}
}

// The page says at its head which steps a rule has changed, and at each of them
// what it came to; steps that went as they were meant to keep their titles.
func TestBentLessonIsMarked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lesson, rule string
		is, isNot    []string
	}{
		{
			"close", "swap 6,7",
			[]string{"outcome of steps 3, 4.", "four segments ──", "Step 3, changed by your rule. At its end: client CLOSED, server CLOSED"},
			[]string{"straight to TIME-WAIT", "the client forgets"},
		},
		{
			"echo", "drop fin always",
			[]string{"Step 4, changed by your rule. At its end: client FIN-WAIT-1", `"hello", the server sends it back ──`, "the FIN is not acknowledged (FIN-WAIT-1)"},
			[]string{"60 seconds pass", "half-closed"},
		},
		{ // where only time was to pass, a connection is still closing
			"close", "drop all fin once",
			[]string{
				"outcome of steps 2, 3, 4.", "Step 4, changed by your rule. At its end: client CLOSED, server CLOSED",
			},
			[]string{"the client forgets too ──"},
		},
		{"refused", "drop rst always", []string{"outcome of step 1.", "never completed (SYN-SENT)"}, []string{"reset (RST)"}},
		{"echo", "drop 1st data segment client→server once", []string{"60 seconds pass"}, []string{"your rule"}},
		{"close-wait", "delay 1ms", []string{"half-open: the server still remembers it"}, []string{"half-closed", "your rule"}},
		{ // the same segments, which come later: other reads
			"framing", "delay 100ms",
			[]string{"outcome of step 1.", `read("two") = 3 bytes`, `read("two\n") = 4 bytes`, "3 reads: the reader was quick", "3 reads brought the bytes"},
			[]string{"4 reads", "One read brought all the bytes again"},
		},
		// the same segments, read in other pieces: no title tells of those
		{"mss", "delay 300ms", []string{"two back ──", `= 388 bytes`, "cut anew, 648 and 252", "fits at once ──"}, []string{"your rule", "Your rule"}},
		{"framing", "delay 1ms", []string{"3 reads: the reader was quick", "One read brought all the bytes again"}, []string{"your rule"}},
	} {
		t.Run(c.lesson+"/"+c.rule, func(t *testing.T) {
			t.Parallel()
			says(t, output(t, "tcp", "demo", c.lesson, "--rule", c.rule, "--color", "never", "--lang", "en"), c.is, c.isNot)
		})
	}
}

// A picture of a lesson that a rule has bent says so under its title, a document
// in it.
func TestBentPictureIsMarked(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"svg": "changed by your rule · statelab tcp demo echo", "html": "(changed by your rule)"} {
		says(t, output(t, "tcp", "demo", "echo", "--rule", "drop fin always", "--format", format, "--lang", "en"), []string{want}, nil)
		says(t, output(t, "tcp", "demo", "echo", "--format", format, "--lang", "en"), nil, []string{want})
	}
}

// An HTTP lesson is held against its own course as well: its titles, its notes
// and what it has shown stand where the same messages were exchanged on
// connections that lived the same lives.
func TestBentHTTPLessonIsMarked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lesson, rule string
		is, isNot    []string
	}{
		{
			"stateless", "loss 100%",
			[]string{"! Your rule has changed the outcome of step 1. Without", "Step 1, changed by your rule. At its end: client", "Measured: 10000 clients"},
			[]string{"the first GET ──", "TCP remembered the connection, byte by byte"},
		},
		{"keep-alive", "loss 100%", []string{"outcome of step 1."}, []string{"The open connection saved", "a request with a token ──"}},
		{
			"keep-alive", "drop fin always",
			[]string{"outcome of steps 3, 4.", "a request without ──", "The token of a moment ago", "Step 3, changed by your rule. At its end: client ESTABLISHED, server FIN-WAIT-1"},
			[]string{"the server closes the connection ──", "The open connection saved"},
		},
		{
			"stateless", "drop 1st data segment client→server once",
			[]string{"the first GET ──", "TCP remembered the connection, byte by byte"},
			[]string{"your rule has changed", "Your rule has changed"},
		},
		{"cookie", "delay 1ms", nil, []string{"Your rule has changed"}},
		{"theft", "drop 1st data segment client→server once", nil, []string{"Your rule has changed"}},
	} {
		t.Run(c.lesson+"/"+c.rule, func(t *testing.T) {
			t.Parallel()
			says(t, output(t, "http", "demo", c.lesson, "--rule", c.rule, "--color", "never", "--lang", "en"), c.is, c.isNot)
		})
	}
	t.Run("demo", func(t *testing.T) {
		t.Parallel()
		says(t, output(t, "demo", "--rule", "loss 100%", "--color", "never", "--lang", "ko"),
			[]string{"사용자가 준 규칙이 1단계의 결과를 바꾸었습니다", "1단계, 규칙이 바꾼 결과"},
			[]string{"TCP는 연결을 바이트 단위로 기억했고", "첫 번째 GET ──"})
	})
}

// A rule that names no ordinal acts as often as it says, as the guide has it; with
// "all", as often on each segment.
func TestHowOftenARuleActs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lesson, rule string
		drops        int
	}{
		{"close", "drop all fin once", 4},
		{"close", "drop fin once", 1},
		{"close", "drop fin twice", 2},
		{"close", "drop 1st fin", 1},
		{"server-restart", "drop rst once", 1},
		{"server-restart", "drop rst twice", 2},
	} {
		sc, _ := tcpdemo.Find(c.lesson)
		rules := network.MustParseRules(c.rule)
		p, err := performScenario(t.Context(), sc, defaultSeed, rules)
		if err != nil {
			t.Fatal(err)
		}
		drops := 0
		for _, o := range p.recording.Observations {
			if o.Kind == trace.ObservedVerdict && o.Verdict.Rule == rules[0].Text {
				drops++
			}
		}
		if drops != c.drops {
			t.Errorf("%s, %s: %d segments dropped, want %d", c.lesson, c.rule, drops, c.drops)
		}
	}
}

// Where a rule has taken away what refutes a belief, the head says that the lesson
// went otherwise, as the belief's own line does.
func TestHeadSaysThatBeliefsAreNotRefuted(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, p *performance, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		all, err := p.beliefs(explain.English)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			if strings.HasPrefix(b.Why, "not to be seen") && p.bent.warning() == (trace.Text{}) {
				t.Errorf("%q is %s, and the head says nothing", b.Text, b.Why)
			}
		}
	}
	for _, rule := range []string{
		"drop 1st syn", "drop syn twice", "drop 1st ack", "drop 1st data segment once", "drop 1st fin", "drop 1st rst",
		"drop 1st any client→server twice", "loss 30%", "duplicate 1st any", "delay 150ms 2nd any", "mtu 600",
	} {
		rules := network.MustParseRules(rule)
		for _, sc := range tcpdemo.Scenarios() {
			if len(sc.Refutes) == 0 {
				continue
			}
			t.Run(rule+"/"+sc.Name, func(t *testing.T) {
				p, err := performScenario(t.Context(), sc, defaultSeed, rules)
				check(t, p, err)
			})
		}
		for _, l := range httpdemo.Lessons() {
			if len(l.Refutes) == 0 || rule != "loss 30%" {
				continue // they take long
			}
			t.Run(rule+"/"+l.Name, func(t *testing.T) {
				p, err := performLesson(t.Context(), l, defaultSeed, rules)
				check(t, p, err)
			})
		}
	}
}
