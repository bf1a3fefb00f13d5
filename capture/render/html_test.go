package render_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
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
		root, err := html.Parse(bytes.NewReader(page(t, tr.Name, render.Options{})))
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
					t.Errorf("%s: <%s %s=%q>", tr.Name, n.Data, a.Key, a.Val)
				case a.Key == "id" && ids[a.Val]:
					t.Errorf("%s: id %q is there twice", tr.Name, a.Val)
				case a.Key == "id":
					ids[a.Val] = true
				case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
					within = append(within, a.Val[1:])
				case a.Key == "href" && !strings.HasPrefix(a.Val, "https://www.rfc-editor.org/rfc/rfc"):
					t.Errorf("%s: a link to %q", tr.Name, a.Val)
				}
			}
		})
		for _, id := range within {
			if !ids[id] && !strings.HasPrefix(id, "frame-") {
				t.Errorf("%s: #%s leads nowhere", tr.Name, id)
			}
		}
		if count["script"] != 2 || count["style"] != 1 || count["link"]+count["img"]+count["iframe"]+count["object"]+count["base"]+count["form"] != 0 {
			t.Errorf("%s: elements %v", tr.Name, count)
		}
		if count["h1"] != 1 || count["main"] != 1 || count["ol"] != 1 {
			t.Errorf("%s: elements %v", tr.Name, count)
		}
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
