package render

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// HTML writes one page that holds everything and needs nothing from outside:
// the ladder with its explanations, in English and in Korean; every frame's
// fields and bytes; who remembered what; the connections, findings and HTTP
// exchanges. Without JavaScript it can be read; with it, rows open. It collects
// the rows, at most maxReport of them.
//
// The page's own policy (Content-Security-Policy) lets nothing run but the
// script whose hash it names, and lets nothing be fetched.
func HTML(w io.Writer, events Events, o Options) error {
	r, failed := collectReport(events, &o)
	data, err := json.Marshal(r.data())
	if err != nil {
		return err
	}
	style := htmlStyle + r.laneStyle()
	page := htmlPage{
		report: r, Lang: o.Lang.String(), Title: r.title(), Policy: policy(style, htmlScript),
		Style:  template.HTML("<style>" + style + "</style>"),
		Script: template.HTML("<script>" + htmlScript + "</script>"),
		Data:   template.HTML(`<script type="application/json" id="data">` + string(data) + "</script>"),
	}
	if o.Dark {
		page.Theme = "dark"
	}
	out := bufio.NewWriter(w)
	if err := htmlTemplate.Execute(out, &page); err != nil {
		return err
	}
	return firstError(out.Flush(), failed)
}

var (
	//go:embed html/report.css
	htmlStyle string
	//go:embed html/report.js
	htmlScript string
	//go:embed html/report.tmpl
	htmlSource string
)

// htmlTemplate escapes whatever it is given for the place where it stands, but
// for values of the type template.HTML, which are made in html_text.go alone.
var htmlTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"t":    func(t trace.Text) template.HTML { return inBoth(t) },
	"w":    func(key string) template.HTML { return inBoth(pageWords[key]) },
	"cite": cited,
}).Parse(htmlSource))

// htmlPage is what the template is filled with.
type htmlPage struct {
	*report
	Lang, Theme, Policy string
	Title               trace.Text
	Style, Script, Data template.HTML
}

// policy forbids everything but this very style and script.
func policy(style, script string) string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hashOf(style), hashOf(script))
}

// hashOf is a text's hash as a policy names it (Content Security Policy Level 3
// §2.3.1).
func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// laneStyle places the lanes: a policy without style attributes needs a class
// for each.
func (r *report) laneStyle() string {
	var b strings.Builder
	for lane := range r.lanes {
		at := r.place(lane)
		fmt.Fprintf(&b, ".l%d{left:%s}", lane, percent(at))
		for other := lane; other < len(r.lanes); other++ {
			from, to := min(at, r.place(other)), max(at, r.place(other))
			fmt.Fprintf(&b, ".s%d-%d{margin-left:%s;width:%s}", lane, other, percent(from), percent(max(to-from, 0.2)))
		}
	}
	return b.String()
}

func percent(share float64) string { return fmt.Sprintf("%.4g%%", 100*share) }

// languages are those that a page holds.
var languages = [...]explain.Lang{explain.English, explain.Korean}

// inTwo says something in both languages.
func inTwo(say func(speaker) string) trace.Text {
	return trace.Text{En: say(speaker{lang: explain.English}), Ko: say(speaker{lang: explain.Korean})}
}

// linesInTwo says lines in both languages, as many in the one as in the other.
func linesInTwo(say func(speaker) []string) []trace.Text {
	en, ko := say(speaker{lang: explain.English}), say(speaker{lang: explain.Korean})
	var out []trace.Text
	for i := range en {
		out = append(out, trace.Text{En: en[i], Ko: ko[i]})
	}
	return out
}

// title heads the page, in both languages.
func (r *report) title() trace.Text {
	t := trace.Text{En: safe(r.o.Title), Ko: safe(r.o.Title)}
	if other := r.o.Other; other != nil {
		if r.o.Lang == explain.Korean {
			t.En = safe(other.Title)
		} else {
			t.Ko = safe(other.Title)
		}
	}
	if t.En == "" {
		t = trace.Text{En: "statelab", Ko: "statelab"}
	}
	return t
}
