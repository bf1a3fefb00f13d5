package render

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// Point is one value of a Series. Points that are not finite are left out.
type Point struct{ X, Y float64 }

// Series is a quantity over another, usually time, in ascending order of X. Its
// value holds until the next point: a plot draws steps.
type Series struct {
	Name   string
	Points []Point
}

// Curves are series to be plotted under a ladder. Title, X and Y are those of
// PlotOptions.
type Curves struct {
	Title, X, Y trace.Text
	Series      []Curve
}

// Curve is a Series that has a name in each language.
type Curve struct {
	Name   trace.Text
	Points []Point
}

// series returns the curves with their names in a language.
func (c *Curves) series(lang explain.Lang) []Series {
	all := make([]Series, len(c.Series))
	for i, one := range c.Series {
		all[i] = Series{lang.Of(one.Name), one.Points}
	}
	return all
}

// options returns how the curves are to be plotted beside a ladder.
func (c *Curves) options(o Options) PlotOptions {
	return PlotOptions{
		Lang: o.Lang, Width: o.Width, ASCII: o.ASCII, Dark: o.Dark,
		Title: o.Lang.Of(c.Title), X: o.Lang.Of(c.X), Y: o.Lang.Of(c.Y),
	}
}

// PlotOptions say how a plot is to look. The zero value is English, 80 cells wide.
type PlotOptions struct {
	Lang explain.Lang
	// Width is that of a line of text in cells: 0 means 80, and less than
	// MinWidth is taken as MinWidth.
	Width int
	// Height is how many lines of text each series' curve takes: 0 means 9; 2
	// to 60.
	Height int
	// ASCII draws with ASCII characters alone.
	ASCII bool
	// Title stands above the plot; X and Y name the axes, with their units. All
	// are optional.
	Title, X, Y string
	// Dark chooses a picture's dark theme.
	Dark bool
}

// Bounds of PlotOptions.Height.
const (
	plotHeight     = 9 // for five numbers at the same distance
	leastPlot      = 2
	mostPlot       = 60
	plotTicks      = 6 // about as many on an axis
	brailleColumns = 2 // dots in a cell
	brailleRows    = 4
)

var wordNoPoints = trace.Text{En: "nothing to plot", Ko: "그릴 값이 없음"}

// Plot draws each series in a panel of its own, one below the other, in braille
// dots or in ASCII. All panels have the same scale, so that curves can be
// compared; no panel needs a colour to be told from another.
func Plot(w io.Writer, o PlotOptions, series ...Series) error {
	out := bufio.NewWriter(w)
	p := newPlot(o, series)
	if o.Title != "" {
		fmt.Fprintln(out, p.text(o.Title))
	}
	if len(p.series) == 0 {
		fmt.Fprintln(out, p.text(o.Lang.Of(wordNoPoints)))
		return out.Flush()
	}
	for i, s := range p.series {
		if i > 0 {
			fmt.Fprintln(out)
		}
		p.panel(out, s)
	}
	return out.Flush()
}

// plot is what the panels share.
type plot struct {
	o             PlotOptions
	series        []Series // with finite points alone, none empty
	x, y          axis
	width, height int // of the area for curves, in cells
	label         int // cells for the numbers at the left
}

func newPlot(o PlotOptions, series []Series) *plot {
	p := &plot{o: o, height: min(max(o.Height, leastPlot), mostPlot)}
	if o.Height == 0 {
		p.height = plotHeight
	}
	var xs, ys []float64
	for _, s := range series {
		s.Points = slices.DeleteFunc(slices.Clone(s.Points), func(q Point) bool { return !finite(q.X) || !finite(q.Y) })
		if len(s.Points) == 0 {
			continue
		}
		p.series = append(p.series, s)
		for _, q := range s.Points {
			xs, ys = append(xs, q.X), append(ys, q.Y)
		}
	}
	if len(p.series) == 0 {
		return p
	}
	p.x, p.y = newAxis(slices.Min(xs), slices.Max(xs)), newAxis(slices.Min(ys), slices.Max(ys))
	for _, v := range p.y.ticks() {
		p.label = max(p.label, len(p.y.format(v)))
	}
	width := MinWidth
	if o.Width != 0 {
		width = max(o.Width, MinWidth)
	} else {
		width = 80
	}
	p.width = width - p.label - 2
	return p
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) && math.Abs(v) < 1e15 }

// text prepares words that may come from anywhere.
func (p *plot) text(s string) string {
	if s = safe(s); p.o.ASCII {
		return asciify(s)
	}
	return s
}

// panel draws one series with its axes.
func (p *plot) panel(out *bufio.Writer, s Series) {
	name := p.text(s.Name)
	if p.o.Y != "" {
		name = strings.TrimSpace(name + "  " + p.text("("+p.o.Y+")"))
	}
	if name != "" {
		fmt.Fprintln(out, cut(name, p.label+2+p.width, ""))
	}
	dots := p.curve(s)
	marks := p.rowMarks()
	side, corner, floor, notch := "│", "└", "─", "┬"
	if p.o.ASCII {
		side, corner, floor, notch = "|", "+", "-", "+"
	}
	for row := range p.height {
		edge := side
		if marks[row] != "" && !p.o.ASCII {
			edge = "┤"
		}
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%*s %s%s", p.label, marks[row], edge, dots.line(row, p.o.ASCII)), " "))
	}
	line, numbers := p.xScale(floor, notch)
	fmt.Fprintf(out, "%*s %s%s\n", p.label, "", corner, line)
	fmt.Fprintln(out, strings.TrimRight(strings.Repeat(" ", p.label+2)+numbers, " "))
	if p.o.X != "" {
		x := p.text(p.o.X)
		fmt.Fprintln(out, strings.Repeat(" ", max(p.label+2+p.width-cells(x), 0))+x)
	}
}

// rowMarks are the numbers beside the rows.
func (p *plot) rowMarks() map[int]string {
	marks := map[int]string{}
	for _, v := range p.y.ticks() {
		marks[dotAt(p.y.place(v), p.height*brailleRows)/brailleRows] = p.y.format(v)
	}
	return marks
}

// xScale returns the axis and the numbers under it.
func (p *plot) xScale(floor, notch string) (line, numbers string) {
	cellsOf := make([]string, p.width)
	for i := range cellsOf {
		cellsOf[i] = floor
	}
	under := newCanvas(p.width)
	free := 0
	for _, v := range p.x.ticks() {
		col := int(p.x.place(v)*float64(p.width-1) + 0.5)
		cellsOf[col] = notch
		text := p.x.format(v)
		start := min(max(col-len(text)/2, 0), p.width-len(text))
		if start >= free {
			under.put(start, text, plain)
			free = start + len(text) + 1
		}
	}
	return strings.Join(cellsOf, ""), under.line(palette{})
}

// axis is a scale from a round number to a round number.
type axis struct{ low, high, step float64 }

// unseen is the part of an axis' step that nobody sees.
const unseen = 0.01

// newAxis covers low to high. An axis of values that are not negative begins at 0,
// and so does one of which a value lies below by less than can be seen.
func newAxis(low, high float64) axis {
	if low > 0 {
		low = 0
	}
	if high <= low {
		high = low + 1
	}
	raw := (high - low) / plotTicks
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= raw {
			step = m * unit
			break
		}
	}
	return axis{low: math.Floor(low/step+unseen) * step, high: math.Ceil(high/step-1e-9) * step, step: step}
}

// place is where v lies, from 0 to 1.
func (a axis) place(v float64) float64 {
	return min(max((v-a.low)/(a.high-a.low), 0), 1)
}

func (a axis) ticks() []float64 {
	var out []float64
	for i := 0; a.low+float64(i)*a.step <= a.high+a.step/2; i++ {
		out = append(out, a.low+float64(i)*a.step)
	}
	return out
}

// format writes a number with as many decimals as the axis' step needs.
func (a axis) format(v float64) string {
	decimals := max(0, int(-math.Floor(math.Log10(a.step)+1e-9)))
	if math.Abs(v) < a.step/2 {
		v = 0 // no minus zero
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}
