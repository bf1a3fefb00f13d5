package render_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// page is one timeline as a page.
func page(t testing.TB, name string, o render.Options) []byte {
	t.Helper()
	f, ok := render.Choose("ladder", "html")
	if !ok {
		t.Fatal("there is no html")
	}
	for _, tr := range rendertest.Corpus() {
		if tr.Name == name {
			return rendertest.Render(t, f, tr, o)
		}
	}
	t.Fatalf("no timeline %s", name)
	return nil
}

// Style and script have files of their own: the golden pages are without them.
var (
	styleAndScript = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`)
	hashes         = regexp.MustCompile(`&#39;sha256-.*?=&#39;`)
)

func TestHTMLGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"loss", "cluster"} {
		for _, l := range []explain.Lang{explain.English, explain.Korean} {
			t.Run(name+"."+l.String(), func(t *testing.T) {
				t.Parallel()
				got := hashes.ReplaceAll(styleAndScript.ReplaceAll(page(t, name, render.Options{Lang: l, Explain: true}), nil), []byte("HASH"))
				compare(t, filepath.Join("testdata", "ladder", "html", name+"."+l.String()+".html"), got)
			})
		}
	}
}

// walk visits every element of a page.
func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for c := range n.ChildNodes() {
		walk(c, visit)
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// A page holds nothing but its own style, script and data, fetches nothing, has
// no handlers and no styles in attributes, and every link within it leads
// somewhere.
func TestHTMLStructure(t *testing.T) {
	t.Parallel()
	for _, tr := range rendertest.Corpus() {
		for _, folds := range []bool{false, true} {
			holdsTogether(t, tr.Name, page(t, tr.Name, render.Options{FoldSegments: folds}))
		}
	}
}

func holdsTogether(t *testing.T, name string, page []byte) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count, ids := map[string]int{}, map[string]bool{}
	var within []string
	walk(root, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		count[n.Data]++
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset", a.Key == "action":
				t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("%s: id %q is there twice", name, a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
				within = append(within, a.Val[1:])
			case a.Key == "href" && !strings.HasPrefix(a.Val, "https://www.rfc-editor.org/rfc/rfc"):
				t.Errorf("%s: a link to %q", name, a.Val)
			}
		}
	})
	for _, id := range within {
		if !ids[id] {
			t.Errorf("%s: #%s leads nowhere", name, id)
		}
	}
	if count["script"] != 2 || count["style"] != 1 || count["link"]+count["img"]+count["iframe"]+count["object"]+count["base"]+count["form"] != 0 {
		t.Errorf("%s: elements %v", name, count)
	}
	if count["h1"] != 1 || count["main"] != 1 || count["ol"] != 1 {
		t.Errorf("%s: elements %v", name, count)
	}
}

// The policy names the hashes of this very style and script, and allows no other.
func TestHTMLPolicy(t *testing.T) {
	t.Parallel()
	root, err := html.Parse(bytes.NewReader(page(t, "hostile", render.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	policy, hashes := "", []string{}
	walk(root, func(n *html.Node) {
		switch {
		case n.Data == "meta" && attribute(n, "http-equiv") == "Content-Security-Policy":
			policy = attribute(n, "content")
		case n.Data == "style" || n.Data == "script" && attribute(n, "type") == "":
			sum := sha256.Sum256([]byte(n.FirstChild.Data))
			hashes = append(hashes, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
	})
	want := "default-src 'none'; style-src " + hashes[0] + "; script-src " + hashes[1] + "; base-uri 'none'; form-action 'none'"
	if policy != want {
		t.Errorf("policy %q, want %q", policy, want)
	}
}

// What the script reads is JSON in which nothing can end the element it is in.
func TestHTMLData(t *testing.T) {
	t.Parallel()
	for _, tr := range rendertest.Corpus() {
		out := string(page(t, tr.Name, render.Options{}))
		_, rest, _ := strings.Cut(out, `<script type="application/json" id="data">`)
		data, _, _ := strings.Cut(rest, "</script>")
		if strings.ContainsAny(data, "<>&\u2028\u2029") {
			t.Errorf("%s: the data holds what HTML or JavaScript could take for its own", tr.Name)
		}
		var doc struct{ Rows []any }
		if err := json.Unmarshal([]byte(data), &doc); err != nil {
			t.Errorf("%s: %v", tr.Name, err)
		}
		if rows := strings.Count(out, `<li id="`); len(doc.Rows) != rows {
			t.Errorf("%s: data of %d rows for %d", tr.Name, len(doc.Rows), rows)
		}
	}
}

// A state that is only assumed is told as such, to the eye and to the ear, in the
// row that assumes it and for as long as nothing has proved it.
func TestHTMLAssumed(t *testing.T) {
	t.Parallel()
	client, server := trace.Participant{Role: trace.RoleClient}, trace.Participant{Role: trace.RoleServer}
	change := tcpstate.Change{End: tcpstate.Client, From: tcpstate.SynSent, To: tcpstate.Established, Basis: tcpstate.Assumed}
	assumes := &trace.Segment{Reading: tcpstate.Reading{From: tcpstate.Server, Changes: []tcpstate.Change{change}}}
	proves := &trace.Segment{Reading: tcpstate.Reading{From: tcpstate.Client, Settled: []tcpstate.Settlement{{End: tcpstate.Client, State: tcpstate.Established, Frame: 1}}}}
	events := func(yield func(trace.Event, error) bool) {
		_ = yield(trace.Event{Kind: trace.KindSegment, Frame: 1, Segment: assumes, From: server, To: client}, nil) &&
			yield(trace.Event{Kind: trace.KindSegment, Frame: 2, Segment: proves, From: client, To: server}, nil)
	}
	var out strings.Builder
	if err := render.HTML(&out, events, render.Options{}); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(out.String(), `<script type="application/json" id="data">`)
	data, _, _ := strings.Cut(rest, "</script>")
	var doc struct {
		Rows []struct {
			F  []int
			St []struct {
				S string
				D map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(data), &doc); err != nil {
		t.Fatal(err)
	}
	told := map[int]string{}
	for _, r := range doc.Rows {
		for _, s := range r.St {
			for _, n := range r.F {
				told[n] = s.S + " " + s.D["en"] + " " + s.D["ko"]
			}
		}
	}
	if want := "ESTABLISHED ? (assumed) ? (가정됨)"; told[1] != want {
		t.Errorf("frame 1: %q, want %q", told[1], want)
	}
	if want := "ESTABLISHED  "; told[2] != want {
		t.Errorf("frame 2, which proves it: %q, want %q", told[2], want)
	}
	for _, heard := range []string{"client ESTABLISHED (assumed)<", "클라이언트 ESTABLISHED (가정됨)<"} {
		if !strings.Contains(out.String(), heard) {
			t.Errorf("nothing says %q", heard)
		}
	}
}

// Every colour of text can be read on every ground that it stands on, in light
// and in dark (WCAG 2.2, success criterion 1.4.3: 4.5 to 1).
func TestHTMLContrast(t *testing.T) {
	t.Parallel()
	style := string(page(t, "loss", render.Options{}))
	themes := 0
	for _, block := range regexp.MustCompile(`\{[^{}]*--ground:[^{}]*\}`).FindAllString(style, -1) {
		themes++
		color := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{3,6})\b`).FindAllStringSubmatch(block, -1) {
			color[m[1]] = luminance(t, m[2])
		}
		for _, pair := range [][2]string{
			{"ink", "ground"},
			{"ink", "raised"},
			{"ink", "band"},
			{"ink", "call"},
			{"ink", "memory"},
			{"ink", "chosen"},
			{"faint", "ground"},
			{"faint", "raised"},
			{"faint", "chosen"},
			{"forward", "ground"},
			{"forward", "raised"},
			{"forward", "band"},
			{"forward", "chosen"},
			{"backward", "ground"},
			{"backward", "chosen"},
			{"trouble", "ground"},
			{"trouble", "raised"},
			{"trouble", "chosen"},
			{"on-state", "opening"},
			{"on-state", "open"},
			{"on-state", "closing"},
			{"lit-ink", "lit"},
		} {
			a, okA := color[pair[0]]
			b, okB := color[pair[1]]
			if !okA || !okB {
				if pair[1] == "lit" {
					continue // paper has no pointer
				}
				t.Fatalf("no colour %v in %s", pair, block)
			}
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("theme %d: %s on %s is %.2f to 1", themes, pair[0], pair[1], ratio)
			}
		}
	}
	if themes != 4 { // light, dark twice, paper
		t.Errorf("%d themes", themes)
	}
}

// luminance is WCAG's relative luminance of "#fff" or "#ffffff".
func luminance(t *testing.T, s string) float64 {
	t.Helper()
	s = s[1:]
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(s[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// A page is bounded: it says how many rows it leaves out, and how to see them.
func TestHTMLBounded(t *testing.T) {
	t.Parallel()
	f, _ := render.Choose("ladder", "html")
	const segments = 4100
	many := func(yield func(trace.Event, error) bool) {
		for i := range segments {
			s := &trace.Segment{}
			s.Flags, s.RelSeq, s.Relative, s.Len = tcpstate.ACK|tcpstate.PSH, uint32(1+i), true, 1
			e := trace.Event{
				Kind: trace.KindSegment, Frame: i + 1, Segment: s,
				From: trace.Participant{Role: trace.RoleClient}, To: trace.Participant{Role: trace.RoleServer},
			}
			if !yield(e, nil) {
				return
			}
		}
	}
	long := func(int) (render.FrameView, bool) {
		return render.FrameView{Data: make([]byte, 9000), Length: 9000, Fields: []render.FieldView{{Name: "Payload", BitLength: 72000}}}, true
	}
	var out bytes.Buffer
	if err := f.Render(&out, many, render.Options{Frame: long}); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	rows := strings.Count(page, `<li id="`)
	if rows > 4000 || !strings.Contains(page, "<b>"+strconv.Itoa(segments-rows)+"</b>") {
		t.Errorf("%d rows, and the page says %q", rows, regexp.MustCompile(`capped"><b>\d+`).FindString(page))
	}
	if out.Len() > 14<<20 {
		t.Errorf("the page has %d bytes", out.Len())
	}
	if n := strings.Count(page, `"b":"`); n != 4000 && n != 3999 {
		t.Errorf("bytes of %d frames", n)
	}
}

// A page names what it shows, in the language that was asked for.
func ExampleHTML() {
	var out strings.Builder
	if err := render.HTML(&out, events, render.Options{Title: "handshake.pcapng", Lang: explain.Korean}); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "<html") || strings.HasPrefix(line, "<title") {
			fmt.Print(line)
		}
	}
	// Output:
	// <html lang="ko">
	// <title>handshake.pcapng</title>
}
