package render

import (
	"bytes"
	"io"

	"statelab/capture/explain"
	"statelab/capture/ladder"
)

// SVG draws the ladder as a picture, 1280 wide and as high as it needs, for
// slides and pages: self-contained, with no script, in a light or a dark theme.
// It collects the rows. Arrows slant, since segments take time; a lane is a
// coloured bar for as long as its party remembers a connection.
func SVG(w io.Writer, events Events, o Options) error {
	p, failed := collect(events, o)
	d := &drawing{o: o, say: speaker{lang: o.Lang}, p: p, th: lightTheme}
	if o.Dark {
		d.th = darkTheme
	}
	d.place()
	d.document()
	_, err := w.Write(d.buf.Bytes())
	return firstError(err, failed)
}

// Measures, in the picture's units.
const (
	pictureWidth = 1280
	margin       = 28
	slant        = 12 // how much lower an arrow ends than it begins
	labelSize    = 17
	smallSize    = 14
	leading      = 19 // from one line of small text to the next
	titleLeading = 30
	plotGap      = 24
	plotScale    = (pictureWidth - 2*margin) / plotWide
)

// Letters of the picture.
var (
	titleLetters = letters{24, bold}
	labelLetters = letters{labelSize, sans}
	labelBold    = letters{labelSize, bold}
	small        = letters{smallSize, sans}
	smallMono    = letters{smallSize, mono}
	chipLetters  = letters{12, bold}
)

// drawing is a picture in the making.
type drawing struct {
	buf     bytes.Buffer
	o       Options
	say     speaker
	p       *picture
	th      theme
	two     bool
	x       []float64 // lanes, by index
	left, r float64   // the outermost lanes
	panel   float64   // where explanations begin; 0 for none beside the ladder
	room    float64   // how wide they may be
	tops    []float64 // rows
	lines   [][]string
	arrival map[string]int // row in which a departed segment arrives, by its tie
	// crossing are the arrows that run through other rows.
	crossing []stroke
	title    []string
	base     float64 // where the rows begin
	bottom   float64 // where they end
	height   float64
	foot     []string     // what stands under the ladder
	plot     *plotPicture // stands under the ladder; nil for none
}

// place computes where everything stands.
func (d *drawing) place() {
	n := len(d.p.lanes)
	d.two = n <= 2
	d.x = make([]float64, n)
	d.left, d.r = 372, 1010
	if d.o.Explain {
		d.left, d.r, d.panel = 330, 700, 880
		d.room = pictureWidth - margin - d.panel
	}
	if !d.two {
		d.left, d.r = 260, pictureWidth-110
		d.panel, d.room = 0, pictureWidth-260-margin
	}
	for i, lane := range d.p.order {
		d.x[lane] = d.left
		if n > 1 {
			d.x[lane] += (d.r - d.left) * float64(i) / float64(n-1)
		}
	}
	d.title = titleLetters.wrap(safe(d.o.Title), pictureWidth-2*margin)
	d.base = 84
	if len(d.title) > 0 {
		d.base += 34 + titleLeading*float64(len(d.title)-1)
	}
	if d.o.Network != "" {
		d.base += 22
	}
	d.arrival = map[string]int{}
	y := d.base
	d.tops = make([]float64, len(d.p.rows))
	d.lines = make([][]string, len(d.p.rows))
	for i := range d.p.rows {
		r := &d.p.rows[i]
		if a := r.Arrow; a != nil && a.Part == ladder.Arrival && a.Tie != "" && a.Copy == 0 {
			d.arrival[a.Tie] = i
		}
		d.tops[i] = y
		y += d.heightOf(i, r)
	}
	d.bottom = y + 10
	d.foot = d.footer()
	d.height = d.bottom + 24 + float64(len(d.foot))*leading + d.ledgerHeight()
	if d.p.left > 0 {
		d.height += leading
	}
	if n > 0 {
		d.height += leading // the lanes' key
	}
	if c := d.o.Curves; c != nil && len(c.Series) > 0 {
		d.plot = plotPictured(c.options(d.o), c.series(d.o.Lang))
		d.height += plotGap + d.plot.high*plotScale
	}
}

// heightOf is what a row takes; it breaks the row's explanation into lines.
func (d *drawing) heightOf(i int, r *ladder.Row) float64 {
	h := d.ownHeight(r)
	if d.p.reasons == nil {
		return h
	}
	for _, why := range d.p.reasons[i] {
		d.lines[i] = append(d.lines[i], small.wrap(why, d.room)...)
	}
	text := float64(len(d.lines[i])) * leading
	if d.panel == 0 {
		return h + text
	}
	if text > 0 {
		text += 10
	}
	return max(h, text)
}

// ownHeight is what a row takes without its explanation.
func (d *drawing) ownHeight(r *ladder.Row) float64 {
	extra := 0.0
	if !d.two && len(r.States) > 0 {
		extra = 26
	}
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		h := 48.0
		switch {
		case spoken(&r.Event):
			h += float64(len(spokenFields(d.say, &r.Event))) * leading
			if foldedTrouble(d.say, r.Folding) != "" {
				h += leading
			}
		case r.Arrow.Part == ladder.Arrival && r.Arrow.Copy == 0:
			h = 34
		}
		return h + float64(len(d.verdictLines(r)))*leading + extra
	case ladder.RowOpening:
		if len(r.States) == 0 && !(d.p.several && r.First) {
			return 0
		}
		return 34 + extra
	case ladder.RowStep:
		return 46 + leading*float64(len(d.noteLines(r))-1)
	case ladder.RowNote:
		return 14 + leading*float64(len(d.noteLines(r)))
	case ladder.RowFolded:
		return 34 + extra
	case ladder.RowPause:
		return 50
	case ladder.RowMemory:
		if !r.Memory.Structural() {
			return 0
		}
		return 32
	case ladder.RowCall, ladder.RowStore, ladder.RowState:
		return 34 + extra
	case ladder.RowOther, ladder.RowVerdict, ladder.RowLost:
		return 28
	case ladder.RowConnection, ladder.RowTotals:
	}
	return 0
}

// noteLines breaks a note into lines.
func (d *drawing) noteLines(r *ladder.Row) []string {
	l, room := small, d.r-d.left-40
	if r.Kind == ladder.RowStep {
		l, room = labelBold, pictureWidth-2*margin-30
	}
	return l.wrap(safe(d.o.Lang.Of(r.Event.Note.Text)), room)
}

// document writes the whole picture.
func (d *drawing) document() {
	d.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" width="%d" height="%.0f" role="img" aria-labelledby="title desc" font-family="%s" font-size="%d" fill="%s">`+"\n",
		pictureWidth, d.height, pictureWidth, d.height, sansFonts, labelSize, d.th.ink)
	title := d.o.Title
	if title == "" {
		title = "statelab"
	}
	d.f("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", esc(safe(title)), esc(d.description()))
	const halo = "{paint-order:stroke;stroke:%s;stroke-width:5px;stroke-linejoin:round}"
	d.f("<style>.m{font-family:%s}.h"+halo+".s"+halo+"</style>\n", monoFonts, d.th.ground, d.th.band)
	d.f(`<rect width="%d" height="%.0f" fill="%s"/>`+"\n", pictureWidth, d.height, d.th.ground)
	d.headings()
	d.lifelines()
	for i := range d.p.rows {
		d.band(i, &d.p.rows[i])
	}
	d.arrows()
	for i := range d.p.rows {
		d.row(i, &d.p.rows[i])
	}
	d.end()
	if d.plot != nil {
		d.f("<g transform=\"translate(%d %.1f) scale(%.3f)\">\n", margin, d.height-d.plot.high*plotScale, plotScale)
		d.buf.Write(d.plot.buf.Bytes())
		d.f("</g>\n")
	}
	d.f("</svg>\n")
}

// description says in a sentence what the picture shows, for those who do not
// see it.
func (d *drawing) description() string {
	var names []string
	for _, lane := range d.p.order {
		l := d.p.lanes[lane]
		names = append(names, words(d.say.lane(l), d.say.address(l)))
	}
	segments := 0
	for i := range d.p.rows {
		if a := d.p.rows[i].Arrow; a != nil && a.Part != ladder.Arrival && d.p.rows[i].Event.Segment != nil {
			segments++
		}
	}
	if len(names) == 0 {
		return d.say.of(wordEmpty)
	}
	return d.say.f(wordDescription, joinList(names), explain.Count(segments, "segment"))
}

// headings writes the title and the lanes' names.
func (d *drawing) headings() {
	y := 44.0
	for i, line := range d.title {
		if i > 0 {
			y += titleLeading
		}
		d.text(margin, y, titleLetters.size, "start", `font-weight="700"`, line)
	}
	if len(d.title) > 0 {
		y += 26
	}
	if d.o.Network != "" {
		d.text(margin, y, 14, "start", fill(d.th.faint), small.clip(safe(d.o.Network), pictureWidth-2*margin))
	}
	y = d.base - 40
	room := d.r - d.left - 12
	if !d.two {
		room = (d.r-d.left)/float64(len(d.p.lanes)-1) - 12
	}
	for i, l := range d.p.lanes {
		d.text(d.x[i], y, 17, "middle", `font-weight="700"`, labelBold.clip(d.say.lane(l), room))
		d.text(d.x[i], y+20, smallSize, "middle", `class="m" `+fill(d.th.faint), smallMono.clip(d.say.address(l), room))
	}
}

// lifelines draws the lanes: dashed where nothing is remembered, a bar in the
// state's colour where there is a control block.
func (d *drawing) lifelines() {
	for lane, x := range d.x {
		d.f(`<line x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f" stroke="%s" stroke-width="2" stroke-dasharray="3 5"/>`+"\n",
			x, d.base-8, x, d.bottom, d.th.line)
		from, color := 0.0, ""
		bar := func(to float64) {
			if color != "" && to > from {
				d.f(`<rect x="%.1f" y="%.1f" width="8" height="%.1f" rx="2" fill="%s"/>`+"\n", x-4, from, to-from, color)
			}
		}
		for i := range d.p.rows {
			r := &d.p.rows[i]
			if r.Kind == ladder.RowConnection || r.Kind == ladder.RowTotals {
				continue // they stand under the ladder
			}
			if next := d.th.state(aliveIn(r.Alive, lane)); next != color {
				at := d.markY(i, r, lane)
				bar(at)
				from, color = at, next
			}
		}
		bar(d.bottom)
	}
}
