package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Measures of a plot as a picture, in pixels.
const (
	plotWide   = 720.0
	plotPanel  = 180.0
	plotLeft   = 64.0 // at least, for the numbers
	plotRight  = 20.0 // at least
	plotAbove  = 30.0
	plotBelow  = 26.0
	plotTitled = 34.0
)

// Letters of a plot: its title, the name of a curve, the numbers of an axis.
var (
	plotTitle  = letters{16, sans}
	plotName   = letters{14, sans}
	plotNumber = letters{12, sans}
)

// PlotSVG draws what Plot draws, as a picture that needs nothing from outside.
func PlotSVG(w io.Writer, o PlotOptions, series ...Series) error {
	_, err := w.Write(plotPictured(o, series).buf.Bytes())
	return err
}

// plotPictured draws a plot as an SVG document.
func plotPictured(o PlotOptions, series []Series) *plotPicture {
	if o.Dark {
		return plotIn(o, series, &darkTheme)
	}
	return plotIn(o, series, &lightTheme)
}

// plotIn draws it in a theme's colours.
func plotIn(o PlotOptions, series []Series, t *theme) *plotPicture {
	p := newPlot(o, series)
	top, foot := 10.0, 10.0
	if o.Title != "" {
		top = plotTitled
	}
	if o.X != "" {
		foot = plotBelow
	}
	high := top + float64(max(len(p.series), 1))*(plotAbove+plotPanel+plotBelow) + foot
	d := &plotPicture{plot: p, theme: t, high: high, left: plotLeft, right: plotRight}
	if len(p.series) > 0 {
		d.left = max(plotLeft, plotNumber.widest(&p.y)+12)
		d.right = max(plotRight, plotNumber.width(p.x.format(p.x.high))/2+2)
	}
	d.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s" font-family="%s">`+"\n",
		plotWide, high, plotWide, high, esc(safe(d.description())), esc(sansFonts))
	d.f(`<rect width="100%%" height="100%%" fill="%s"/>`+"\n", t.ground)
	d.label(d.left, 22, plotTitle, "start", t.ink, o.Title)
	if len(p.series) == 0 {
		d.label(d.left, top+plotAbove, plotName, "start", t.faint, o.Lang.Of(wordNoPoints))
	}
	for i, s := range p.series {
		d.panel(top+float64(i)*(plotAbove+plotPanel+plotBelow)+plotAbove, s)
	}
	d.label(plotWide-d.right, high-8, letters{13, sans}, "end", t.faint, o.X)
	d.f("</svg>\n")
	return d
}

// plotPicture is a plot on its way to SVG.
type plotPicture struct {
	*plot
	theme *theme
	buf   bytes.Buffer
	high  float64
	// left and right are beside the area of a panel.
	left, right float64
}

func (d *plotPicture) f(format string, args ...any) { fmt.Fprintf(&d.buf, format, args...) }

// label writes a line of text, as much of it as there is room for from x on, or
// up to it.
func (d *plotPicture) label(x, y float64, l letters, anchor, color, s string) {
	if s == "" {
		return
	}
	s = safe(s)
	switch anchor {
	case "start":
		s = l.clip(s, plotWide-x)
	case "end":
		s = l.clip(s, x)
	}
	d.f(`<text x="%.1f" y="%.1f" font-size="%g" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, l.size, anchor, color, esc(s))
}

// description is what a screen reader says.
func (d *plotPicture) description() string {
	names := make([]string, 0, len(d.series))
	for _, s := range d.series {
		names = append(names, s.Name)
	}
	return strings.TrimSpace(d.o.Title + " " + d.o.Y + ": " + strings.Join(names, "; "))
}

// panel draws one series below top.
func (d *plotPicture) panel(top float64, s Series) {
	t := d.theme
	wide := plotWide - d.left - d.right
	x := func(v float64) float64 { return d.left + d.x.place(v)*wide }
	y := func(v float64) float64 { return top + (1-d.y.place(v))*plotPanel }
	name := s.Name
	if d.o.Y != "" {
		name = strings.TrimSpace(name + "  (" + d.o.Y + ")")
	}
	d.label(d.left, top-10, plotName, "start", t.ink, name)
	for _, v := range d.y.ticks() {
		d.f(`<path d="M%.1f %.1fH%.1f" stroke="%s"/>`+"\n", d.left, y(v), d.left+wide, t.line)
		d.label(d.left-8, y(v)+4, plotNumber, "end", t.faint, d.y.format(v))
	}
	for _, v := range d.x.ticks() {
		d.f(`<path d="M%.1f %.1fv5" stroke="%s"/>`+"\n", x(v), top+plotPanel, t.faint)
		d.label(x(v), top+plotPanel+18, plotNumber, "middle", t.faint, d.x.format(v))
	}
	d.f(`<path fill="none" stroke="%s" stroke-width="1.8" d="M%.1f %.1f`, t.forward, x(s.Points[0].X), y(s.Points[0].Y))
	for _, q := range s.Points[1:] {
		d.f("H%.1fV%.1f", x(q.X), y(q.Y))
	}
	d.f(`"/>` + "\n")
}
