package main

import (
	"bytes"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/sockstate"
)

// Every entry of a control block that a lesson or a system shows is explained, but for those
// that their name explains.
func TestControlBlocksAreExplained(t *testing.T) {
	t.Parallel()
	sc, _ := tcpdemo.Find("handshake")
	p, err := performScenario(t.Context(), sc, defaultSeed, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]bool{"state": true, "local address": true, "remote address": true}
	system := sockstate.Socket{State: tcpstate.Established, HasInfo: true, Info: sockstate.Info{WindowScale: true}}
	memories := []*trace.Memory{system.Memory()}
	for _, o := range p.recording.Observations {
		if o.Kind == trace.ObservedMemory {
			memories = append(memories, o.Memory)
		}
	}
	for _, m := range memories {
		for _, e := range m.Entries {
			if !plain[e.Name] && explain.MemoryGloss(explain.English, e.Name) == "" {
				t.Errorf("%s is not explained", e.Name)
			}
		}
	}
}

// A reader of several lessons is told of a word, and of an entry, once; of a
// control block the second lesson shows what is new.
func TestLessonsOfATourTellOnce(t *testing.T) {
	t.Parallel()
	told := new(render.Told)
	var pages []string
	for _, name := range []string{"handshake", "loss"} {
		sc, _ := tcpdemo.Find(name)
		p, err := performScenario(t.Context(), sc, defaultSeed, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := render.Choose("ladder", "text")
		v := view{page: true, format: text}
		v.opts.Told = told
		var out bytes.Buffer
		if err := p.show(&out, v); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, out.String())
	}
	for _, want := range []string{"backlog: how many", "mss: most data", "SND.NXT ", "next number to send", "Snd.Wind.Shift ", "seq, ack: counted", "connection: TCP's"} {
		if n := strings.Count(pages[0], want); n != 1 {
			t.Errorf("the first lesson says %q %d times", want, n)
		}
	}
	for _, again := range []string{"backlog: how many", "next number to send", "Snd.Wind.Shift ", "seq, ack: counted", "connection: TCP's"} {
		if strings.Contains(pages[1], again) {
			t.Errorf("the second lesson says %q again", again)
		}
	}
	for _, anew := range []string{"PSH: data", "SND.NXT ", "the same as in the table before"} {
		if !strings.Contains(pages[1], anew) {
			t.Errorf("the second lesson does not say %q:\n%s", anew, pages[1])
		}
	}
}

// The demo says what the kinds of memory are that its rows and its table name.
func TestDemoExplainsMemory(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]string{
		"en": {"connection: TCP's", "conversation: what", "resource: what"},
		"ko": {"연결: TCP의", "대화: 세션처럼", "자원: 페이지처럼"},
	} {
		out := output(t, "--lang", lang, "demo")
		for _, line := range want {
			if n := strings.Count(out, "\n"+line) + strings.Count(out, "   "+line); n != 1 {
				t.Errorf("%s: %q is said %d times", lang, line, n)
			}
		}
	}
}
