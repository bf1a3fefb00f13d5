package explain_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func TestJosa(t *testing.T) {
	t.Parallel()
	tests := []struct{ word, topic, object, toward string }{
		{"서버", "서버는", "서버를", "서버로"},
		{"클라이언트", "클라이언트는", "클라이언트를", "클라이언트로"},
		{"회선", "회선은", "회선을", "회선으로"},
		{"채널", "채널은", "채널을", "채널로"},
		{"백엔드 2", "백엔드 2는", "백엔드 2를", "백엔드 2로"},
		{"0", "0은", "0을", "0으로"},
		{"1", "1은", "1을", "1로"},
		{"2", "2는", "2를", "2로"},
		{"3", "3은", "3을", "3으로"},
		{"4", "4는", "4를", "4로"},
		{"5", "5는", "5를", "5로"},
		{"6", "6은", "6을", "6으로"},
		{"7", "7은", "7을", "7로"},
		{"8", "8은", "8을", "8로"},
		{"9", "9는", "9를", "9로"},
		{"1460", "1460은", "1460을", "1460으로"},
		{"10.0.0.1:80", "10.0.0.1:80은", "10.0.0.1:80을", "10.0.0.1:80으로"},
		{"ACK", "ACK는", "ACK를", "ACK로"},
		{"SYN", "SYN은", "SYN을", "SYN으로"},
		{"SYN-ACK", "SYN-ACK는", "SYN-ACK를", "SYN-ACK로"},
		{"FIN", "FIN은", "FIN을", "FIN으로"},
		{"RST", "RST는", "RST를", "RST로"},
		{"ACK(번호)", "ACK(번호)는", "ACK(번호)를", "ACK(번호)로"},
		{"TCP", "TCP는", "TCP를", "TCP로"},
		{"URL", "URL은", "URL을", "URL로"},
		{"RAM", "RAM은", "RAM을", "RAM으로"},
		{"ECN", "ECN은", "ECN을", "ECN으로"},
		{"ESTABLISHED", "ESTABLISHED는", "ESTABLISHED를", "ESTABLISHED로"},
		{"LISTEN", "LISTEN은", "LISTEN을", "LISTEN으로"},
		{"CLOSING", "CLOSING은", "CLOSING을", "CLOSING으로"},
		{"TIME-WAIT", "TIME-WAIT는", "TIME-WAIT를", "TIME-WAIT로"},
		{"FIN-WAIT-1", "FIN-WAIT-1은", "FIN-WAIT-1을", "FIN-WAIT-1로"},
		{"SYN-RECEIVED", "SYN-RECEIVED는", "SYN-RECEIVED를", "SYN-RECEIVED로"},
		{"token", "token은", "token을", "token으로"},
		{"cookie", "cookie는", "cookie를", "cookie로"},
		{"packet", "packet은", "packet을", "packet으로"},
		{"/index.html", "/index.html은", "/index.html을", "/index.html로"},
		{"/", "/는", "/를", "/로"},
		{"timestamps", "timestamps는", "timestamps를", "timestamps로"},
		{"50ms", "50ms는", "50ms를", "50ms로"},
		{"60초", "60초는", "60초를", "60초로"},
		{`"hello"`, `"hello"는`, `"hello"를`, `"hello"로`},
		{"2%", "2%는", "2%를", "2%로"},
		{"", "는", "를", "로"},
	}
	for _, tt := range tests {
		for pair, want := range map[string]string{"은/는": tt.topic, "을/를": tt.object, "으로/로": tt.toward} {
			if got := explain.WithJosa(tt.word, pair); got != want {
				t.Errorf("WithJosa(%q, %q) = %q, want %q", tt.word, pair, got, want)
			}
		}
	}
	if got := explain.Josa("서버", "도"); got != "도" {
		t.Errorf("a particle with one form became %q", got)
	}
}

// TestJosaEverySyllable: a syllable has a final consonant or it has none, which
// its decomposition shows.
func TestJosaEverySyllable(t *testing.T) {
	t.Parallel()
	for r := '가'; r <= '힣'; r++ {
		last := (r - 0xac00) % 28
		want := "는"
		if last != 0 {
			want = "은"
		}
		if got := explain.Josa(string(r), "은/는"); got != want {
			t.Fatalf("%c%s", r, got)
		}
	}
}

func TestPluralAndOrdinal(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"1 byte": explain.Plural(1, "byte"), "0 bytes": explain.Plural(0, "byte"), "2 entries": explain.Plural(2, "entry"),
		"3 keys": explain.Plural(3, "key"), "2 boxes": explain.Plural(2, "box"), "-1 bytes": explain.Plural(-1, "byte"),
		"1st": explain.Ordinal(1), "2nd": explain.Ordinal(2), "3rd": explain.Ordinal(3), "4th": explain.Ordinal(4),
		"11th": explain.Ordinal(11), "12th": explain.Ordinal(12), "13th": explain.Ordinal(13), "21st": explain.Ordinal(21),
		"111th": explain.Ordinal(111), "122nd": explain.Ordinal(122),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	tests := []struct {
		d      time.Duration
		en, ko string
	}{
		{0, "0 ns", "0ns"},
		{9999 * time.Second, "9999 s", "9999초"},
		{10000 * time.Second, "2.78 h", "2.78시간"},
		{47*time.Hour + 59*time.Minute, "48 h", "48시간"},
		{2677904 * time.Second, "31 d", "31일"},
		{1472003999 * time.Second, "17037 d", "17037일"},
		{math.MinInt64, "-106752 d", "-106752일"},
		{412 * time.Microsecond, "412 µs", "412µs"},
		{1500 * time.Microsecond, "1.5 ms", "1.5ms"},
		{1234 * time.Microsecond, "1.23 ms", "1.23ms"},
		{999999 * time.Nanosecond, "1 ms", "1ms"},
		{999499 * time.Microsecond, "999 ms", "999ms"},
		{999500 * time.Microsecond, "1 s", "1초"},
		{-999800 * time.Microsecond, "-1 s", "-1초"},
		{44 * time.Millisecond, "44 ms", "44ms"},
		{time.Second, "1 s", "1초"},
		{time.Minute, "60 s", "60초"},
		{100 * time.Second, "100 s", "100초"},
		{2 * time.Hour, "7200 s", "7200초"},
		{-200 * time.Millisecond, "-200 ms", "-200ms"},
	}
	for _, tt := range tests {
		if en, ko := explain.Duration(explain.English, tt.d), explain.Duration(explain.Korean, tt.d); en != tt.en || ko != tt.ko {
			t.Errorf("%v: %q, %q; want %q, %q", tt.d, en, ko, tt.en, tt.ko)
		}
	}
}

func TestParseLang(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]explain.Lang{
		"en": explain.English, "ko": explain.Korean, "KO": explain.Korean, "ko_KR.UTF-8": explain.Korean,
		"ko-KR": explain.Korean, "en_US": explain.English, "korean": explain.Korean,
	} {
		if got, err := explain.ParseLang(s); err != nil || got != want {
			t.Errorf("ParseLang(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "fr", "C", "kok_IN", "k", "\x1b[0m"} {
		if _, err := explain.ParseLang(s); err == nil {
			t.Errorf("ParseLang(%q) succeeds", s)
		}
	}
	for _, lang := range languages {
		if got, err := explain.ParseLang(lang.String()); err != nil || got != lang {
			t.Errorf("%v does not read back", lang)
		}
	}
}

func TestFromLocale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		all, messages, lang string
		want                explain.Lang
	}{
		{"", "", "", explain.English},
		{"", "", "ko_KR.UTF-8", explain.Korean},
		{"", "ko_KR", "en_US", explain.Korean},
		{"C", "ko_KR", "ko_KR", explain.English},
		{"ko_KR.eucKR@x", "en_US", "", explain.Korean},
		{"", "fr_FR", "ko_KR", explain.English},
		{"POSIX", "", "", explain.English},
	}
	for _, tt := range tests {
		if got := explain.FromLocale(tt.all, tt.messages, tt.lang); got != tt.want {
			t.Errorf("FromLocale(%q, %q, %q) = %v, want %v", tt.all, tt.messages, tt.lang, got, tt.want)
		}
	}
}

// TestLabels: whatever the program can name has a label, in both languages.
func TestLabels(t *testing.T) {
	t.Parallel()
	var keys []string
	for r := range trace.RoleAttacker + 1 {
		keys = append(keys, "role."+r.String())
	}
	for k := range trace.MemoryResource + 1 {
		keys = append(keys, "memory."+k.String(), "memory.gloss."+k.String())
	}
	for f := range trace.Doubtful + 1 {
		keys = append(keys, "fate."+f.String())
	}
	for e := range tcpstate.EndNever + 1 {
		keys = append(keys, "ending."+e.String())
	}
	for s := range tcpstate.TimeWait + 1 {
		keys = append(keys, "state."+s.String())
	}
	for _, name := range tcpstate.FindingNames() {
		keys = append(keys, "finding."+name)
	}
	form := regexp.MustCompile(`^[a-z]+(\.[a-zA-Z0-9-]+)+$`)
	keys = append(keys, explain.LabelKeys()...)
	for _, key := range keys {
		if !form.MatchString(key) {
			t.Errorf("key %q has a wrong form", key)
		}
		for _, lang := range languages {
			if got := explain.Label(lang, key); got == "" || got == key || strings.ContainsAny(got, "{}") {
				t.Errorf("%v, %s: %q", lang, key, got)
			}
			if got := explain.Label(lang, key); strings.HasPrefix(key, "finding.") && strings.Contains(got, ",") {
				t.Errorf("%v, %s: %q reads as two among others", lang, key, got)
			}
		}
	}
	if got := explain.Label(explain.Korean, "no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key became %q", got)
	}
}

func TestMisconceptions(t *testing.T) {
	t.Parallel()
	all := explain.Misconceptions()
	if len(all) != 34 {
		t.Fatalf("%d misconceptions, want 34", len(all))
	}
	seen := map[string]int{}
	for i, m := range all {
		if m.N != i+1 {
			t.Errorf("misconception %d has number %d", i+1, m.N)
		}
		if !hangul.MatchString(m.Text.Ko) || hangul.MatchString(m.Text.En) || m.Text.En == "" {
			t.Errorf("misconception %d: %+v", m.N, m.Text)
		}
		for _, s := range []string{m.Text.En, m.Text.Ko} {
			if n := seen[s]; n != 0 {
				t.Errorf("misconceptions %d and %d are the same", n, m.N)
			}
			seen[s] = m.N
		}
		if got, ok := explain.MisconceptionText(m.N); !ok || got != m.Text {
			t.Errorf("MisconceptionText(%d) = %+v, %v", m.N, got, ok)
		}
	}
	for _, n := range []int{-1, 0, 35} {
		if _, ok := explain.MisconceptionText(n); ok {
			t.Errorf("there is a misconception %d", n)
		}
	}
	// Lessons name them by number: these must not move.
	for n, want := range map[int]string{5: "TIME-WAIT", 14: "two messages", 23: "last byte received", 34: "sticky"} {
		if got, _ := explain.MisconceptionText(n); !strings.Contains(got.En, want) {
			t.Errorf("misconception %d is %q, want one about %q", n, got.En, want)
		}
	}
}

func ExampleJosa() {
	for _, word := range []string{"SYN", "ACK", "85", "서버"} {
		fmt.Println(word + explain.Josa(word, "을/를"))
	}
	// Output:
	// SYN을
	// ACK를
	// 85를
	// 서버를
}

func ExampleLabel() {
	fmt.Println(explain.Label(explain.English, "column.memory"))
	fmt.Println(explain.Label(explain.Korean, "column.memory"))
	// Output:
	// what each side remembers now
	// 지금 양쪽이 기억하는 것
}
