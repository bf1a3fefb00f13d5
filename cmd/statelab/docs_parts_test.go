package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/capture/where"
	"statelab/docs"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// A page's generated parts stand between these comments: NAME is one of parts,
// with what follows it as its argument.
//
//	<!-- generated: NAME ARGUMENT -->
//	<!-- end of generated -->
var part = regexp.MustCompile(`(?s)(<!-- generated: (\S+)(?: (\S+))? -->\n).*?(<!-- end of generated -->)`)

// parts make the generated parts of a page: each a few lines of Markdown.
var parts = map[string]func(t *testing.T, lang explain.Lang, argument string) string{
	"scenarios": func(_ *testing.T, lang explain.Lang, _ string) string { return catalogueTable(lang, scenarioEntries()) },
	"lessons":   func(_ *testing.T, lang explain.Lang, _ string) string { return catalogueTable(lang, lessonEntries()) },
	"tour":      tourPart,
	"shows":     showsPart,
	"formats":   formatsPart,
	"views":     viewsPart,
	"fields":    fieldsPart,
	"diagram": func(*testing.T, explain.Lang, string) string {
		return "```mermaid\n" + tcpstate.MermaidDiagram(false) + "```\n"
	},
	"states":    statesPart,
	"invisible": invisiblePart,
	"findings":  findingsPart,
	"rule-help": func(_ *testing.T, lang explain.Lang, _ string) string {
		return "```text\n" + lang.Of(network.RuleHelp()) + "```\n"
	},
	"grammar":  grammarPart,
	"topics":   topicsPart,
	"framing":  framingPart,
	"claims":   claimsPart,
	"security": securityPart,
	"keys":     keysPart,
	"screen":   screenPart,
}

// fillParts returns a page with its generated parts as they are to be.
func fillParts(t *testing.T, text string, lang explain.Lang) string {
	t.Helper()
	return part.ReplaceAllStringFunc(text, func(old string) string {
		m := part.FindStringSubmatch(old)
		make, ok := parts[m[2]]
		if !ok {
			t.Fatalf("nothing generates %q", m[2])
		}
		return m[1] + "\n" + make(t, lang, m[3]) + "\n" + m[4]
	})
}

// catalogueTable is --list as a table: what each lesson shows, and what people
// believe that it refutes.
func catalogueTable(lang explain.Lang, entries []entry) string {
	var b strings.Builder
	b.WriteString(lang.Of(trace.Text{
		En: "| name | what it shows | what it refutes |\n",
		Ko: "| 이름 | 보여 주는 것 | 바로잡는 오해 |\n",
	}) + "|---|---|---|\n")
	for _, e := range entries {
		var refuted []string
		for _, n := range e.refutes {
			if m, ok := explain.MisconceptionText(n); ok {
				refuted = append(refuted, "“"+lang.Of(m)+"”")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", e.name, lang.Of(e.title), strings.Join(refuted, "<br>"))
	}
	return b.String()
}

func tourPart(*testing.T, explain.Lang, string) string {
	var names []string
	for _, n := range tcpdemo.Tour() {
		names = append(names, "`"+n+"`")
	}
	return strings.Join(names, ", ") + "\n"
}

// showsPart lists the lessons that show a claim.
func showsPart(t *testing.T, lang explain.Lang, claim string) string {
	t.Helper()
	var b strings.Builder
	for _, group := range []struct {
		command string
		entries []entry
	}{{"tcp", scenarioEntries()}, {"http", lessonEntries()}} {
		for _, e := range group.entries {
			if slices.Contains(e.claims, claim) {
				fmt.Fprintf(&b, "- `statelab %s demo %s`: %s\n", group.command, e.name, lang.Of(e.title))
			}
		}
	}
	if b.Len() == 0 {
		t.Errorf("no lesson shows %s", claim)
	}
	return b.String()
}

func formatsPart(_ *testing.T, lang explain.Lang, _ string) string {
	var b strings.Builder
	for _, f := range render.Formats {
		fmt.Fprintf(&b, "- `%s`: %s\n", f.Name, lang.Of(f.About))
	}
	fmt.Fprintf(&b, "- `%s`: %s\n", traceFormat, lang.Of(trace.Text{
		En: "the trace itself, for Wireshark and for inspect",
		Ko: "트레이스 자체, Wireshark와 inspect로 열 수 있음",
	}))
	return b.String()
}

func viewsPart(_ *testing.T, lang explain.Lang, _ string) string {
	var b strings.Builder
	for _, v := range render.Views {
		var formats []string
		for _, f := range v.Formats {
			formats = append(formats, "`"+f.Name+"`")
		}
		fmt.Fprintf(&b, "- `%s`: %s (%s)\n", v.Name, lang.Of(v.About), strings.Join(formats, ", "))
	}
	return b.String()
}

func fieldsPart(_ *testing.T, lang explain.Lang, _ string) string {
	var b strings.Builder
	for _, f := range where.Fields() {
		many := ""
		if f.Many {
			many = " …"
		}
		fmt.Fprintf(&b, "- `%s`%s: %s\n", f.Name, many, lang.Of(f.About))
	}
	return b.String()
}

func statesPart(_ *testing.T, lang explain.Lang, _ string) string {
	var b strings.Builder
	for s := tcpstate.Closed; s <= tcpstate.TimeWait; s++ {
		fmt.Fprintf(&b, "- **%v**: %s\n", s, explain.Gloss(lang, s))
	}
	return b.String()
}

func findingsPart(_ *testing.T, lang explain.Lang, _ string) string {
	var b strings.Builder
	for _, name := range tcpstate.FindingNames() {
		fmt.Fprintf(&b, "- `%s`: %s\n", name, explain.Label(lang, "finding."+name))
	}
	return b.String()
}

func topicsPart(t *testing.T, lang explain.Lang, _ string) string {
	t.Helper()
	var b strings.Builder
	for _, topic := range docs.Topics() {
		text, err := docs.Guide(lang.String(), topic)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "- [%s](docs/guide/%s/%s.md), `statelab guide %s`\n", docs.Title(text), lang, topic, topic)
	}
	return b.String()
}

// framingPart is the table of requests that the strict reader is tested with.
func framingPart(t *testing.T, lang explain.Lang, _ string) string {
	t.Helper()
	cases, err := os.ReadFile("../../httpdemo/testdata/framing.tsv")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]trace.Text{
		"must":   {En: "the RFC's", Ko: "RFC"},
		"choice": {En: "our choice", Ko: "statelab의 선택"},
		"taken":  {En: "taken", Ko: "받아들임"},
	}
	var b strings.Builder
	b.WriteString(lang.Of(trace.Text{
		En: "| request | answer | whose word | source |\n",
		Ko: "| 요청 | 응답 | 누가 정했나 | 출처 |\n",
	}) + "|---|---|---|---|\n")
	for line := range strings.Lines(string(cases)) {
		if line[0] == '#' {
			continue
		}
		cell := strings.Split(line, "\t")
		word, ok := words[cell[1]]
		if len(cell) != 6 || !ok {
			t.Fatalf("%q is no case", line)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | RFC %s |\n", lang.Of(trace.Text{En: cell[3], Ko: cell[4]}), strings.ReplaceAll(cell[2], " ", ", "), lang.Of(word), cell[0])
	}
	return b.String()
}

func invisiblePart(t *testing.T, lang explain.Lang, _ string) string {
	t.Helper()
	var b strings.Builder
	for _, c := range tcpstate.Invisible() {
		why := c.Reason
		if lang == explain.Korean {
			var ok bool
			if why, ok = invisibleKo[[2]tcpstate.State{c.From, c.To}]; !ok {
				t.Errorf("%v → %v has no Korean reason", c.From, c.To)
			}
		}
		fmt.Fprintf(&b, "- **%v → %v**: %s. [%s]\n", c.From, c.To, why, c.Source)
	}
	return b.String()
}

// invisibleKo are tcpstate.Invisible's reasons in Korean.
var invisibleKo = map[[2]tcpstate.State]string{
	{tcpstate.Closed, tcpstate.Listen}:           "애플리케이션의 passive OPEN은 아무것도 보내지 않습니다. 첫 SYN,ACK가 나온 뒤에야 LISTEN 상태였음을 알 수 있습니다",
	{tcpstate.Listen, tcpstate.Closed}:           "LISTEN 중이던 소켓을 닫아도 나가는 것이 없습니다. 다음 SYN이 RST를 받을 때 드러납니다",
	{tcpstate.Listen, tcpstate.SynReceived}:      "SYN이 도착해서 SYN,ACK가 나가기까지의 사이입니다. SYN 쿠키를 쓰는 서버는 SYN-RECEIVED를 거치지 않는데, 회선만 보아서는 구별할 수 없습니다",
	{tcpstate.SynSent, tcpstate.Closed}:          "애플리케이션이 포기했거나, 스택이 SYN을 정해진 횟수만큼 재전송하고 포기했습니다",
	{tcpstate.SynReceived, tcpstate.Closed}:      "스택이 SYN,ACK를 정해진 횟수만큼 재전송하고 포기했거나, 백로그가 넘쳤습니다",
	{tcpstate.SynReceived, tcpstate.Established}: "핸드셰이크의 마지막 ACK가 관찰 위치를 지난 뒤 손실되었을 수 있습니다. 서버가 무언가 보내기 전에는 관찰 위치에서 아무도 알 수 없습니다",
	{tcpstate.Established, tcpstate.Closed}:      "데이터나 keepalive에 답이 없어 포기했거나, 호스트가 다운되어 half-open 연결이 되었습니다",
	{tcpstate.FinWait1, tcpstate.Closed}:         "스택이 FIN을 정해진 횟수만큼 재전송하고 포기했습니다",
	{tcpstate.FinWait2, tcpstate.Closed}:         "애플리케이션이 닫은 뒤 상대의 FIN을 기다리는 시간에는 스택이 한도를 둡니다(Linux는 60초)",
	{tcpstate.CloseWait, tcpstate.Closed}:        "데이터나 keepalive에 답이 없어 포기했거나, 호스트가 다운되었습니다",
	{tcpstate.Closing, tcpstate.Closed}:          "스택이 FIN을 정해진 횟수만큼 재전송하고 포기했습니다",
	{tcpstate.LastAck, tcpstate.Closed}:          "마지막 ACK에는 ACK가 없습니다. 도착했는지는 FIN이 재전송되지 않는 것으로만 알 수 있습니다",
	{tcpstate.TimeWait, tcpstate.Closed}:         "2 MSL이 지났습니다",
}

// grammarPart is the grammar of rules, from where it is written: the comment of
// network.Rule.
func grammarPart(t *testing.T, _ explain.Lang, _ string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(top, "tcpdemo/network/rule.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Doc == nil || !strings.HasPrefix(d.Doc.Text(), "Rule is ") {
			continue
		}
		for line := range strings.Lines(d.Doc.Text()) {
			if rest, ok := strings.CutPrefix(line, "\t"); ok {
				b.WriteString(rest)
			}
		}
	}
	if b.Len() == 0 {
		t.Fatal("network.Rule's comment has no grammar any more")
	}
	return "```text\n" + b.String() + "```\n"
}
