package httpdemo

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"statelab/capture/http1"
)

// DocumentCookie is what a script of a page sees of the browser's cookies:
// document.cookie.
func (b *Browser) DocumentCookie(page string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", err
	}
	var pairs []string
	for _, c := range b.Jar.get(u, b.env.Now(), situation{script: true}) {
		pairs = append(pairs, c.pair())
	}
	return strings.Join(pairs, "; "), nil
}

// pageForm is a form of a page, filled in as the page has it.
type pageForm struct {
	action string
	fields []http1.Field
}

// parts returns the inline scripts and the forms of a page.
func parts(page string) (scripts []string, forms []pageForm) {
	z := html.NewTokenizer(strings.NewReader(page))
	inScript := false
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return scripts, forms
		}
		t := z.Token()
		attribute := map[string]string{}
		for _, a := range t.Attr {
			attribute[a.Key] = a.Val
		}
		switch {
		case kind == html.TextToken && inScript:
			scripts = append(scripts, t.Data)
		case t.Data == "script":
			inScript = kind == html.StartTagToken
		case kind == html.StartTagToken && t.Data == "form":
			forms = append(forms, pageForm{action: attribute["action"]})
		case t.Data == "input" && len(forms) > 0:
			f := &forms[len(forms)-1]
			f.fields = append(f.fields, http1.Field{Name: attribute["name"], Value: attribute["value"]})
		}
	}
}
