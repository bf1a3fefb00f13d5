package render

import (
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"statelab/capture/trace"
)

// inBoth writes a text in both languages; the style shows the page's own.
func inBoth(t trace.Text) template.HTML {
	return bilingual(t, func(s string) string { return template.HTMLEscapeString(s) })
}

// Linked is inBoth, where what is said of a frame leads to its row.
func (r *report) Linked(t trace.Text) template.HTML {
	return bilingual(t, func(s string) string {
		return someFrames.ReplaceAllStringFunc(template.HTMLEscapeString(s), func(frames string) string {
			return aNumber.ReplaceAllStringFunc(frames, r.frameLink)
		})
	})
}

// FrameLink is a frame's number, which leads to its row, if there is one.
func (r *report) FrameLink(frame int) template.HTML {
	return template.HTML(r.frameLink(strconv.Itoa(frame)))
}

// frameLink is FrameLink of a number in digits.
func (r *report) frameLink(digits string) string {
	if n, err := strconv.Atoi(digits); err != nil || !r.Leads(n) {
		return digits
	}
	return `<a href="#frame-` + digits + `">` + digits + `</a>`
}

// Leads reports whether there is a row that a link to a frame leads to.
func (r *report) Leads(frame int) bool {
	_, ok := r.anchors[frame]
	return ok
}

// someFrames is how the explanations name frames, in English and in Korean:
// "frame 4", "frames 6, 10".
var (
	someFrames = regexp.MustCompile(`(?:[Ff]rames? |프레임 )\d+(?:, \d+\b)*`)
	aNumber    = regexp.MustCompile(`\d+`)
)

// bilingual marks each language as such; what is the same in both stands once.
// escape makes markup of a text, whatever it holds.
func bilingual(t trace.Text, escape func(string) string) template.HTML {
	if t.En == t.Ko {
		return template.HTML(escape(t.En))
	}
	return template.HTML(`<span lang="en">` + escape(t.En) + `</span><span lang="ko">` + escape(t.Ko) + `</span>`)
}

// aSection is a source as explain names it: "RFC 9293 §3.5", or "§3.6" after it.
var aSection = regexp.MustCompile(`^(?:RFC (\d+))?(?: ?§([0-9A-Z.]*[0-9A-Z]))?`)

// cited writes the sources of an explanation, each RFC's as a link to its
// section.
func cited(sections string) template.HTML {
	var out []string
	rfc := ""
	for part := range strings.SplitSeq(sections, "; ") {
		m := aSection.FindStringSubmatch(part)
		if m[1] != "" {
			rfc = m[1]
		}
		text := template.HTMLEscapeString(part)
		if rfc == "" || m[0] == "" {
			out = append(out, text)
			continue
		}
		address := "https://www.rfc-editor.org/rfc/rfc" + rfc
		if m[2] != "" {
			kind := "section"
			if m[2][0] >= 'A' {
				kind = "appendix"
			}
			address += "#" + kind + "-" + m[2]
		}
		out = append(out, `<a href="`+address+`" rel="noreferrer">`+text+`</a>`)
	}
	return template.HTML(strings.Join(out, "; "))
}
