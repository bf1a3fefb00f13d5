package render

import "strings"

// dots is a grid on which a curve is drawn: braille has 2 by 4 in a cell.
type dots struct {
	cols, rows int // in dots
	set        []bool
}

func newDots(cols, rows int) *dots {
	return &dots{cols: cols, rows: rows, set: make([]bool, cols*rows)}
}

func (d *dots) at(x, y int) bool { return x < d.cols && y < d.rows && d.set[y*d.cols+x] }

// upright sets the dots of column x from row a to row b, both included.
func (d *dots) upright(x, a, b int) {
	for y := min(a, b); y <= max(a, b); y++ {
		d.set[y*d.cols+x] = true
	}
}

// curve draws a series as steps. Each column holds all that happened in it.
func (p *plot) curve(s Series) *dots {
	d := newDots(p.width*brailleColumns, p.height*brailleRows)
	x := func(v float64) int { return int(p.x.place(v)*float64(d.cols-1) + 0.5) }
	y := func(v float64) int { return dotAt(p.y.place(v), d.rows) }
	lastX, lastY := x(s.Points[0].X), y(s.Points[0].Y)
	d.upright(lastX, lastY, lastY)
	for _, q := range s.Points[1:] {
		nextX, nextY := x(q.X), y(q.Y)
		for ; lastX < nextX; lastX++ {
			d.upright(lastX, lastY, lastY)
		}
		d.upright(nextX, lastY, nextY)
		lastX, lastY = nextX, nextY
	}
	return d
}

// dotAt is the row of dots for a place from 0, the lowest, to 1.
func dotAt(place float64, rows int) int { return rows - 1 - int(place*float64(rows-1)+0.5) }

// brailleBits are the dots of a Unicode braille cell, by row and column.
var brailleBits = [brailleRows][brailleColumns]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// line returns one row of cells. ASCII has three heights in a cell.
func (d *dots) line(row int, ascii bool) string {
	var b strings.Builder
	for col := 0; col < d.cols; col += brailleColumns {
		var bits rune
		var upper, lower bool
		for i := range brailleRows {
			for j := range brailleColumns {
				if d.at(col+j, row*brailleRows+i) {
					bits |= brailleBits[i][j]
					upper, lower = upper || i < brailleRows/2, lower || i >= brailleRows/2
				}
			}
		}
		switch {
		case bits == 0:
			b.WriteByte(' ')
		case !ascii:
			b.WriteRune(0x2800 + bits)
		case upper && lower:
			b.WriteByte('|')
		case upper:
			b.WriteByte('\'')
		default:
			b.WriteByte('.')
		}
	}
	return b.String()
}
