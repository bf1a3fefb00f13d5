package render

// Style is what a piece of text means; a Painter says how that looks.
type Style = style

// Styles, for what shows more than a renderer does.
const (
	Plain    = plain
	Faint    = faint
	Strong   = strong
	Forward  = forward
	Backward = backward
	Trouble  = trouble
	Opening  = opening
	Open     = open
	Closing  = closing
	// Chosen is what a reader has chosen on a screen: inverse video.
	Chosen = chosen
)

// Painter paints text for a terminal, with the colours of the ladder. The zero
// value leaves text as it is.
type Painter struct{ p palette }

// NewPainter returns a Painter that uses colours or does not.
func NewPainter(color bool) Painter { return Painter{newPalette(color)} }

// Paint returns s with the escape sequences of a style.
func (p Painter) Paint(st Style, s string) string { return p.p.paint(st, s) }

// ASCII makes a text of ours fit for a terminal with ASCII symbols (see
// Options.ASCII).
func ASCII(s string) string { return asciify(s) }
