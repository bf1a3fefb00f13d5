package render

import (
	"bytes"
	"html/template"

	"statelab/capture/trace"
)

// leastPlotted is from how many segments with data on a connection is plotted:
// of fewer, the ladder tells more.
const leastPlotted = 12

// pagePlots draw the first connection that carries data, in each language.
type pagePlots struct {
	all  [len(languages)][]*plotter
	data int // segments with data that they were given
}

func (p *pagePlots) begin(o *Options) {
	for i, lang := range languages {
		told := Options{Lang: lang, Streams: o.Streams, ByStream: o.ByStream}
		for _, kind := range Plots {
			p.all[i] = append(p.all[i], kind.begin(told))
		}
	}
}

func (p *pagePlots) add(e *trace.Event) {
	for i := range p.all {
		for _, one := range p.all[i] {
			one.add(e)
		}
	}
	if first := p.all[0][0]; e.Kind == trace.KindSegment && first.draws(e) && e.Segment.Len > 0 {
		p.data++
	}
}

// Plots are the pictures that were drawn.
func (r *report) Plots() []template.HTML { return r.pictures }

// draw draws what is plotted of a connection, and a lesson's curves, in the page's
// own colours.
func (r *report) draw() []template.HTML {
	var out []template.HTML
	if c := r.o.Curves; c != nil && len(c.Series) > 0 {
		out = append(out, asPicture(inTwo(func(s speaker) string {
			o := *r.o
			o.Lang = s.lang
			return plotIn(c.options(o), c.series(o.Lang), &pageTheme).buf.String()
		})))
	}
	if r.plots.data < leastPlotted {
		return out
	}
	for i := range Plots {
		var pictures [len(languages)]bytes.Buffer
		used := false
		for l, lang := range languages {
			c := r.plots.all[l][i].end()
			used = used || len(c.used()) > 0
			// A buffer does not fail.
			_ = chartIn(&pictures[l], c, Options{Lang: lang}, &pageTheme)
		}
		if used {
			out = append(out, asPicture(trace.Text{En: pictures[0].String(), Ko: pictures[1].String()}))
		}
	}
	return out
}

// asPicture puts the same picture in both languages on a page; it is escaped as
// SVG is.
func asPicture(pictures trace.Text) template.HTML {
	return bilingual(pictures, func(s string) string { return s })
}

// pageTheme is made of the page's own colours, which follow its light and dark.
var pageTheme = theme{
	ground: "none", ink: "var(--ink)", faint: "var(--faint)", line: "var(--line)", band: "var(--band)",
	forward: "var(--forward)", backward: "var(--backward)", trouble: "var(--trouble)",
	opening: "var(--opening)", open: "var(--open)", closing: "var(--closing)",
	call: "var(--call)", memory: "var(--memory)", onState: "var(--on-state)",
}
