package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Measures of a chart as a picture, in pixels. Letters are large enough for a
// projector.
const (
	chartWide  = 1120.0
	chartTall  = 380.0
	chartLeft  = 92.0 // at least, for the numbers
	chartRight = 28.0 // at least
	chartTop   = 14.0 // above the headings
	chartLine  = 26.0 // from one of them to the next
	chartHead  = 74.0 // above a panel: its title, and its legend
	chartFoot  = 52.0 // below: numbers, and what they count
)

// Letters of a chart: its title, the lines below it, a panel's title, and all else.
var (
	chartTitle  = letters{21, sans}
	chartAbout  = letters{16, sans}
	chartPanel  = letters{18, sans}
	chartLetter = letters{15, sans}
)

// chartPicture is a chart on its way to SVG.
type chartPicture struct {
	o           Options
	theme       *theme
	buf         bytes.Buffer
	left, right float64 // beside a panel's area
}

// chartSVG draws a chart as a picture that needs nothing from outside.
func chartSVG(w io.Writer, c *chart, o Options) error {
	if o.Dark {
		return chartIn(w, c, o, &darkTheme)
	}
	return chartIn(w, c, o, &lightTheme)
}

// chartIn draws it in a theme's colours.
func chartIn(w io.Writer, c *chart, o Options, t *theme) error {
	d := &chartPicture{o: o, theme: t, left: chartLeft, right: chartRight}
	panels := c.used()
	for _, p := range panels {
		d.makeRoom(c, p)
	}
	heads := c.headings()
	top := chartTop + chartLine*float64(max(len(heads), 2)) + 8
	high := top + float64(max(len(panels), 1))*(chartHead+chartTall+chartFoot) + 24*float64(len(c.notes)) + 10
	d.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s" font-family="%s">`+"\n",
		chartWide, high, chartWide, high, esc(safe(chartDescription(c, o))), esc(sansFonts))
	d.f(`<rect width="100%%" height="100%%" fill="%s"/>`+"\n", d.theme.ground)
	for i, s := range heads {
		l, color := chartAbout, d.theme.faint
		if i == 0 {
			l, color = chartTitle, d.theme.ink
		}
		d.label(24, chartTop+20+chartLine*float64(i), l, "start", color, l.clip(safe(s), chartWide-48))
	}
	if len(panels) == 0 {
		d.label(24, top+40, chartPanel, "start", d.theme.faint, o.Lang.Of(wordNoPoints))
	}
	for i, p := range panels {
		d.panel(c, p, top+float64(i)*(chartHead+chartTall+chartFoot)+chartHead)
	}
	for i, n := range c.notes {
		d.label(24, high-10-24*float64(len(c.notes)-1-i), chartLetter, "start", d.theme.faint, n)
	}
	d.f("</svg>\n")
	_, err := w.Write(d.buf.Bytes())
	return err
}

func (d *chartPicture) f(format string, args ...any) { fmt.Fprintf(&d.buf, format, args...) }

// makeRoom widens the margins for the numbers of a panel's axes.
func (d *chartPicture) makeRoom(c *chart, p *panel) {
	ax, ay, _, _ := c.axes(p)
	d.left = max(d.left, chartLetter.widest(&ay)+20)
	d.right = max(d.right, chartLetter.width(ax.format(ax.high))/2+4)
}

// widest is how wide the widest number of an axis is.
func (l letters) widest(a *axis) (w float64) {
	for _, v := range a.ticks() {
		w = max(w, l.width(a.format(v)))
	}
	return w
}

func (d *chartPicture) label(x, y float64, l letters, anchor, color, s string) {
	if s != "" {
		d.f(`<text x="%.1f" y="%.1f" font-size="%g" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, l.size, anchor, color, esc(safe(s)))
	}
}

// color is an ink's colour.
func (d *chartPicture) color(i ink) string {
	t := d.theme
	return [...]string{
		inkData: t.forward, inkAck: t.open, inkWindow: t.opening, inkTrouble: t.trouble, inkSack: t.closing, inkLate: t.backward,
	}[i]
}

// panel draws one direction, its area's upper edge at top.
func (d *chartPicture) panel(c *chart, p *panel, top float64) {
	ax, ay, by, unit := c.axes(p)
	wide := chartWide - d.left - d.right
	x := func(v float64) float64 { return d.left + ax.place(v)*wide }
	y := func(v float64) float64 { return top + (1-ay.place(v/by))*chartTall }
	d.label(24, top-44, chartPanel, "start", d.theme.ink, p.title+"  ("+unit+")")
	d.legend(p, top-22, ay, by, unit)
	for _, v := range ay.ticks() {
		d.f(`<path d="M%.1f %.1fh%.1f" stroke="%s"/>`+"\n", d.left, y(v*by), wide, d.theme.line)
		d.label(d.left-10, y(v*by)+5, chartLetter, "end", d.theme.faint, ay.format(v))
	}
	for _, v := range ax.ticks() {
		d.f(`<path d="M%.1f %.1fv6" stroke="%s"/>`+"\n", x(v), top+chartTall, d.theme.faint)
		d.label(x(v), top+chartTall+23, chartLetter, "middle", d.theme.faint, ax.format(v))
	}
	d.label(chartWide-d.right, top+chartTall+44, chartLetter, "end", d.theme.faint, d.o.Lang.Of(wordTimeAxis))
	for _, t := range p.tracks {
		if !t.hidden(ay, by) {
			d.track(t, x, y)
		}
	}
}

// legend shows each track's name beside its sign, on a second line what the first
// has no room for.
func (d *chartPicture) legend(p *panel, y float64, scale axis, by float64, unit string) {
	x := d.left
	for _, t := range p.tracks {
		if len(t.stretches) == 0 {
			continue
		}
		name := legendName(d.o.speaker(), t, scale, by, unit)
		wide := 28 + chartLetter.width(name)
		if x > d.left && x+wide > chartWide {
			x, y = d.left, y+18
		}
		switch t.shape {
		case steps:
			d.f(`<path d="M%.1f %.1fh20" stroke="%s" stroke-width="3"%s/>`+"\n", x, y-5, d.color(t.ink), dashes(t.ink))
		case crosses:
			d.f(`<path fill="none" stroke="%s" stroke-width="2" d="%s"/>`+"\n", d.color(t.ink), mark(x+10, y-5, t.sign))
		case bars:
			d.f(`<path d="M%.1f %.1fv-12" stroke="%s" stroke-width="4"/>`+"\n", x+10, y+1, d.color(t.ink))
		case points:
			d.f(`<path d="M%.1f %.1fh0" stroke="%s"%s/>`+"\n", x+10, y-5, d.color(t.ink), roundDot)
		}
		d.label(x+28, y, chartLetter, "start", d.theme.ink, name)
		x += wide + 18
	}
}

// roundDot draws a line of no length as a dot that is larger than a curve is thick.
const roundDot = ` stroke-width="7" stroke-linecap="round"`

// dashes tell lines apart without their colours.
func dashes(i ink) string {
	switch i {
	case inkWindow:
		return ` stroke-dasharray="7 4"`
	case inkTrouble:
		return ` stroke-dasharray="2 3"`
	case inkData, inkAck, inkSack, inkLate:
	}
	return ""
}

func (d *chartPicture) track(t *track, x, y func(float64) float64) {
	color := d.color(t.ink)
	switch t.shape {
	case steps:
		var path strings.Builder
		for i, s := range t.stretches {
			if i == 0 {
				fmt.Fprintf(&path, "M%.1f %.1f", x(s.from), y(s.first))
			} else {
				fmt.Fprintf(&path, "H%.1fV%.1f", x(s.from), y(s.first))
			}
			if s.low != s.high {
				fmt.Fprintf(&path, "V%.1fV%.1fV%.1f", y(s.low), y(s.high), y(s.last))
			}
		}
		if len(t.stretches) == 1 { // it would have no length
			path.WriteString("m-5 0h10")
		}
		d.f(`<path fill="none" stroke="%s" stroke-width="2"%s d="%s"/>`+"\n", color, dashes(t.ink), path.String())
	case points:
		var path strings.Builder
		for _, s := range t.stretches {
			fmt.Fprintf(&path, "M%.1f %.1fV%.1f", x(s.from), y(s.low), y(s.high))
		}
		d.f(`<path stroke="%s"%s d="%s"/>`+"\n", color, roundDot, path.String())
	case bars:
		var path strings.Builder
		for _, s := range t.stretches {
			low, high := y(s.low), y(s.high)
			if low-high < 3 { // a dot, where there would be next to nothing
				low, high = low+1.5, high-1.5
			}
			fmt.Fprintf(&path, "M%.1f %.1fV%.1f", x(s.from), low, high)
		}
		d.f(`<path stroke="%s" stroke-width="3" d="%s"/>`+"\n", color, path.String())
	case crosses:
		var extents, marks strings.Builder
		for _, s := range t.stretches {
			if s.low != s.high {
				fmt.Fprintf(&extents, "M%.1f %.1fV%.1f", x(s.from), y(s.low), y(s.high))
			}
			marks.WriteString(mark(x(s.from), (y(s.low)+y(s.high))/2, t.sign))
		}
		d.f(`<path fill="none" stroke="%s" stroke-width="2.5" d="%s"/>`+"\n", color, extents.String())
		d.f(`<path fill="none" stroke="%s" stroke-width="2" d="%s"/>`+"\n", color, marks.String())
	}
}

// mark draws a sign with a shape of its own.
func mark(x, y float64, sign byte) string {
	switch sign {
	case 'R': // a cross
		return fmt.Sprintf("M%.1f %.1fl10 10m0-10l-10 10", x-5, y-5)
	case 'S': // a short bar
		return fmt.Sprintf("M%.1f %.1fh7", x-3.5, y)
	case 'L': // a square
		return fmt.Sprintf("M%.1f %.1fh8v8h-8z", x-4, y-4)
	case 'd': // a triangle
		return fmt.Sprintf("M%.1f %.1fl4 7h-8z", x, y-4)
	}
	return fmt.Sprintf("M%.1f %.1fl6 6l-6 6l-6-6z", x, y-6) // a diamond
}
