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
	plotLeft   = 64.0
	plotRight  = 20.0
	plotAbove  = 30.0
	plotBelow  = 26.0
	plotTitled = 34.0
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
	d := &plotPicture{plot: p, theme: t, high: high}
	d.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s" font-family="%s">`+"\n",
		plotWide, high, plotWide, high, esc(safe(d.description())), esc(sansFonts))
	d.f(`<rect width="100%%" height="100%%" fill="%s"/>`+"\n", t.ground)
	d.label(plotLeft, 22, 16, "start", t.ink, o.Title)
	if len(p.series) == 0 {
		d.label(plotLeft, top+plotAbove, 14, "start", t.faint, o.Lang.Of(wordNoPoints))
	}
	for i, s := range p.series {
		d.panel(top+float64(i)*(plotAbove+plotPanel+plotBelow)+plotAbove, s)
	}
	d.label(plotWide-plotRight, high-8, 13, "end", t.faint, o.X)
	d.f("</svg>\n")
	return d
}

// plotPicture is a plot on its way to SVG.
type plotPicture struct {
	*plot
	theme *theme
	buf   bytes.Buffer
	high  float64
}

func (d *plotPicture) f(format string, args ...any) { fmt.Fprintf(&d.buf, format, args...) }

func (d *plotPicture) label(x, y, size float64, anchor, color, s string) {
	if s == "" {
		return
	}
	d.f(`<text x="%.1f" y="%.1f" font-size="%g" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, size, anchor, color, esc(safe(s)))
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
	wide := plotWide - plotLeft - plotRight
	x := func(v float64) float64 { return plotLeft + d.x.place(v)*wide }
	y := func(v float64) float64 { return top + (1-d.y.place(v))*plotPanel }
	name := s.Name
	if d.o.Y != "" {
		name = strings.TrimSpace(name + "  (" + d.o.Y + ")")
	}
	d.label(plotLeft, top-10, 14, "start", t.ink, name)
	for _, v := range d.y.ticks() {
		d.f(`<path d="M%.1f %.1fH%.1f" stroke="%s"/>`+"\n", plotLeft, y(v), plotLeft+wide, t.line)
		d.label(plotLeft-8, y(v)+4, 12, "end", t.faint, d.y.format(v))
	}
	for _, v := range d.x.ticks() {
		d.f(`<path d="M%.1f %.1fv5" stroke="%s"/>`+"\n", x(v), top+plotPanel, t.faint)
		d.label(x(v), top+plotPanel+18, 12, "middle", t.faint, d.x.format(v))
	}
	d.f(`<path fill="none" stroke="%s" stroke-width="1.8" d="M%.1f %.1f`, t.forward, x(s.Points[0].X), y(s.Points[0].Y))
	for _, q := range s.Points[1:] {
		d.f("H%.1fV%.1f", x(q.X), y(q.Y))
	}
	d.f(`"/>` + "\n")
}
