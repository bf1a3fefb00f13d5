package network_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"statelab/tcpdemo/network"
)

func ExampleParseRule() {
	rule, err := network.ParseRule("drop 2nd data segment client->server")
	fmt.Println(rule, err)
	_, err = network.ParseRule("drop 2nd dta segment")
	fmt.Println(err)
	// Output:
	// drop 2nd data segment client→server once <nil>
	// rule, column 10: "dta" is not understood here (did you mean "data"?)
	//   drop 2nd dta segment
	//            ^
}

// canonical lists rules as people write them, and what they mean in full.
var canonical = []struct{ written, meant string }{
	{"drop 2nd data segment client→server once", "drop 2nd data segment client→server once"},
	{"drop 2nd data client -> server", "drop 2nd data segment client→server once"},
	{"DROP the 2nd DATA segment from 0s client to server", "drop 2nd data segment client→server once"},
	{"drop", "drop 1st data segment once"},
	{"drop always", "drop 1st data segment always"},
	{"drop syn", "drop all syn segments"},
	{"drop from 1s", "drop all segments from 1s"},
	{"drop client→server", "drop all segments client→server"},
	{"drop all syn server→client", "drop all syn segments server→client"},
	{"drop all syn segments once", "drop all syn segments once"},
	{"drop fin once", "drop 1st fin segment once"},
	{"drop syn-ack twice", "drop 1st syn-ack segment twice"},
	{"drop rst once", "drop 1st rst segment once"},
	{"drop 3 times pure-ack client→server", "drop 1st-3rd pure-ack segment client→server once"},
	{"drop all rst once", "drop all rst segments once"},
	{"drop 1st transmission of fin", "drop all fin segments once"},
	{"delay 50ms twice", "delay 50ms 1st segment twice"},
	{"drop 2nd transmission of 3rd data segment", "drop 2nd transmission of 3rd data segment"},
	{"drop 1st transmission of 3rd data segment", "drop 3rd data segment once"},
	{"drop retransmissions of 3rd data segment", "drop retransmissions of 3rd data segment"},
	{"drop retransmissions", "drop retransmissions of all segments"},
	{"drop 2-4 transmission of fin", "drop 2nd-4th transmission of all fin segments"},
	{"drop 1st data segment twice", "drop 1st data segment twice"},
	{"drop 1st data segment 4 times", "drop 1st data segment 4 times"},
	{"drop 2,4-6 and 9- data segments both", "drop 2nd,4th-6th,9th- data segment both once"},
	{"drop every 3rd data segment always", "drop every 3rd data segment always"},
	{"drop every data segment", "drop all data segments"},
	{"drop 1st data segment of 2nd connection", "drop 1st data segment of 2nd connection once"},
	{"drop 1st data segment of each connection", "drop 1st data segment of each connection once"},
	{"drop frame 3", "drop 3rd frame once"},
	{"drop frames 3-5 server→client", "drop 3rd-5th frame server→client once"},
	{"delay 50ms", "delay 50ms"},
	{"delay 50 ms", "delay 50ms"},
	{"delay 1.5s all data from 1s for 2s", "delay 1.5s all data segments from 1s until 3s"},
	{"delay 30ms 2nd pure-ack server→client", "delay 30ms 2nd pure-ack segment server→client once"},
	{"duplicate 3rd", "duplicate 3rd segment once"},
	{"swap 4,5", "swap 4th,5th segment once"},
	{"swap 4th and 6th data segments client→server", "swap 4th,6th data segment client→server once"},
	{"corrupt", "corrupt 1st data segment once"},
	{"corrupt 1st data segment client->server", "corrupt 1st data segment client→server once"},
	{"cut", "cut 1st data segment once"},
	{"cut 2s", "cut 2s 1st data segment once"},
	{"cut for 2s", "cut 2s 1st data segment once"},
	{"cut 2s 3rd data segment", "cut 2s 3rd data segment once"},
	{"cut 2nd data segment", "cut 2nd data segment once"},
	{"cut fin", "cut 1st fin segment once"},
	{"cut from 1s for 2s", "cut from 1s until 3s"},
	{"cut 2s from 1s", "cut from 1s until 3s"},
	{"cut from 0s", "cut from 0s"},
	{"cut until 2s client→server", "cut client→server from 0s until 2s"},
	{"rate 1mbit", "rate 1mbit"},
	{"rate 1.5 Mbit/s queue 16kB client→server", "rate 1500kbit queue 16kB client→server"},
	{"rate 9600bit queue 1KiB", "rate 9600bit queue 1024B"},
	{"mtu 600", "mtu 600"},
	{"loss 2%", "loss 2%"},
	{"loss 0.25 % data once", "loss 0.25% all data segments once"},
	{"loss 100%", "loss 100%"},
	{"drop 11,12,13,21,22,23,111,112", "drop 11th,12th,13th,21st,22nd,23rd,111th,112th segment once"},
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, test := range canonical {
		rule, err := network.ParseRule(test.written)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if rule.String() != test.meant {
			t.Errorf("%q means %q, want %q", test.written, rule, test.meant)
		}
		if rule.Text != test.written {
			t.Errorf("%q is remembered as %q", test.written, rule.Text)
		}
		again, err := network.ParseRule(rule.String())
		if err != nil || !again.Equal(rule) {
			t.Errorf("%q reads back as %+v, %v; want %+v", rule, again, err, rule)
		}
	}
}

func TestRuleErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule    string
		column  int
		message string
	}{
		{"", 1, "a verb is missing"},
		{"  ", 3, "a verb is missing"},
		{"dorp 2nd", 1, `did you mean "drop"?`},
		{"fly", 1, `"fly" is no verb: one of drop, delay`},
		{"delay", 6, "a time is missing"},
		{"delay fast", 7, `"fast" is no time`},
		{"delay 0ms", 7, "is no time"},
		{"delay 25h", 7, "up to 24h"},
		{"delay 5", 7, "is no time"},
		{"loss", 5, "0.0001% to 100%"},
		{"loss 2", 6, "0.0001% to 100%"},
		{"loss 101%", 6, "0.0001% to 100%"},
		{"loss 2% 3rd", 9, "leave \"3rd\" out"},
		{"mtu 67", 5, "68 to 65535"},
		{"mtu 600 data", 9, "leave \"data\" out"},
		{"rate 1", 6, "such as 1mbit"},
		{"rate 1mbit queue", 17, "the queue's size is missing"},
		{"swap 4", 6, "two places"},
		{"swap 5,4", 6, "two places"},
		{"swap", 5, "two places"},
		{"swap 1,2 always", 10, "first transmissions only"},
		{"swap frame 1,2", 6, "not frames"},
		{"drop 0", 6, "no place to count to"},
		{"drop 2.5", 6, "no place to count to"},
		{"drop 4-2", 6, "upwards"},
		{"drop 1,2,3,4,5,6,7,8,9", 22, "at most 8"},
		{"drop 2nd 3rd data", 10, "says again"},
		{"drop data syn", 11, "says again"},
		{"drop 1,2 times", 6, "one number"},
		{"drop client", 12, "an arrow is missing"},
		{"drop client→client", 13, `comes "server"`},
		{"drop 2nd frame of 1st connection", 19, "on the whole wire"},
		{"drop from 3s until 1s", 14, "ends before it begins"},
		{"drop from 3s until 4s for 1s", 23, "not both"},
		{"cut from 1s 2nd data", 13, "leave \"2nd\" out"},
		{"drop 2nd ; rm", 10, `";" is not understood here`},
		{"drop " + strings.Repeat("x", 600), 1, "at most 500 bytes"},
	} {
		_, err := network.ParseRule(test.rule)
		var re *network.RuleError
		if !errors.As(err, &re) {
			t.Errorf("%q: error %v, want a RuleError", test.rule, err)
			continue
		}
		if re.Column != test.column || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%q: want column %d and %q, got:\n%v", test.rule, test.column, test.message, err)
		}
		if ko := re.Describe().Ko; !strings.ContainsFunc(ko, func(r rune) bool { return r >= '가' && r <= '힣' }) {
			t.Errorf("%q: no Korean in %q", test.rule, ko)
		}
	}
}

func TestCaretUnderWideLetters(t *testing.T) {
	t.Parallel()
	_, err := network.ParseRule("drop 데이터\x1b[31m 2nd")
	want := "rule, column 6: \"데이터\" is not understood here\n  drop 데이터�[31m 2nd\n       ^"
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
	_, err = network.ParseRule("drop 2nd data client→server 데이터 x")
	if lines := strings.Split(err.Error(), "\n"); !strings.HasSuffix(lines[2], strings.Repeat(" ", 2+28)+"^") {
		t.Errorf("caret is misplaced:\n%v", err)
	}
}

func TestParseRulesReportsAllErrors(t *testing.T) {
	t.Parallel()
	rules, err := network.ParseRules("drop 1st", "fly", "loss")
	if len(rules) != 1 || err == nil || !strings.Contains(err.Error(), "fly") || !strings.Contains(err.Error(), "loss") {
		t.Errorf("got %d rules, %v", len(rules), err)
	}
}

// Every word has help in both languages, and an example that can be pasted.
func TestHelp(t *testing.T) {
	t.Parallel()
	help := network.RuleHelp()
	for _, table := range [][]network.Word{network.RuleVerbs(), network.RuleKinds(), network.RuleClauses()} {
		for _, w := range table {
			if w.Help.En == "" || w.Help.Ko == "" || w.Help.En == w.Help.Ko {
				t.Errorf("%s: help is missing", w.Name)
			}
			if !strings.Contains(help.En, w.Help.En) || !strings.Contains(help.Ko, w.Help.Ko) {
				t.Errorf("%s is not on the page", w.Name)
			}
			if _, err := network.ParseRule(w.Example); err != nil {
				t.Error(err)
			}
		}
	}
	if v := network.VerbLoss; v.String() != "loss" || network.KindFrame.String() != "frame" {
		t.Error("the tables are not in the order of the constants")
	}
}

func FuzzParseRule(f *testing.F) {
	for _, c := range canonical {
		f.Add(c.written)
	}
	f.Add("drop 4–6\x00→")
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := network.ParseRule(text)
		if err != nil {
			var re *network.RuleError
			if !errors.As(err, &re) || re.Column < 1 || strings.Count(err.Error(), "\n") != 2 || strings.ContainsRune(err.Error(), '\x1b') {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := network.ParseRule(rule.String())
		if err != nil || !again.Equal(rule) {
			t.Fatalf("%q: %q reads back as %+v, %v; want %+v", text, rule, again, err, rule)
		}
		if again.String() != rule.String() {
			t.Fatalf("%q: %q is not canonical: %q", text, rule, again)
		}
	})
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{time.Nanosecond, 1500 * time.Microsecond, 24 * time.Hour} {
		rule, err := network.ParseRule("delay " + d.String())
		if err != nil || rule.Delay != d {
			t.Errorf("%v: %v, %v", d, rule.Delay, err)
		}
	}
}

// Where nothing was written, there is nothing to point at.
func TestEmptyRuleShowsNoLine(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  "} {
		if _, err := network.ParseRule(text); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
