package render

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// grid says in which columns a text ladder stands.
//
//	  4 0.02013  +10ms  ESTABLISHED ┠─ ACK seq=1 ack=1 ────────────►┃ ESTABLISHED
//	frame since  delta        state l                               r state
type grid struct {
	frame  int // cells for a frame's number
	gutter int // where the ladder begins
	ladder int // where it ends
	panel  int // where explanations begin; 0: they stand under the rows
	width  int
	// two: a client and a server, with their states at the outer edges.
	two         bool
	left, right int // lanes' indices; -1 where there is none, as beside a single lane
	l, r        int // their columns
	// Otherwise lanes stand pitch cells apart. cols is by lane index, always.
	cols  []int
	pitch int
}

// Widths, in cells.
const (
	stateWidth = 12  // "SYN-RECEIVED"
	timeWidth  = 7   // sinceText
	deltaWidth = 6   // deltaText
	borrowed   = 2   // what a frame's number may take from the columns beside it
	minPanel   = 38  // what explanations need beside a ladder
	maxLadder  = 132 // longer arrows say no more
)

// newGrid puts lanes where they stand. alone: a single party takes part, which talks
// to itself; else a single lane has another opposite, which has not appeared.
func newGrid(width, frame int, lanes []ladder.Lane, explained, alone bool) grid {
	g := grid{frame: frame, width: width, ladder: min(width, maxLadder), right: -1}
	g.gutter = frame + 1 + timeWidth + 1 + deltaWidth + 1
	if need := 77 + frame; explained && width >= need+2+minPanel {
		g.ladder = max(need, min(width*3/5, 96))
		g.panel = g.ladder + 2
	}
	g.cols = make([]int, len(lanes))
	order := ladder.Arrange(lanes)
	if len(lanes) <= 2 {
		g.two = true
		g.l, g.r = g.gutter+stateWidth+1, g.ladder-stateWidth-2
		g.left = -1
		for _, lane := range order {
			if g.left < 0 && (len(order) > 1 || lanes[lane].Role != trace.RoleServer || alone) {
				g.left, g.cols[lane] = lane, g.l
			} else {
				g.right, g.cols[lane] = lane, g.r
			}
		}
		return g
	}
	g.pitch = max((g.ladder-g.gutter)/len(lanes), 4)
	for i, lane := range order {
		g.cols[lane] = min(g.gutter+g.pitch/2+i*g.pitch, g.ladder-1)
	}
	return g
}

// cut shortens s to width cells, the tail included.
func cut(s string, width int, tail string) string {
	if len(s) <= width { // no character has more cells than octets
		return s
	}
	return ansi.Truncate(s, width, tail)
}

// cutLeft shortens s to width cells, the head included, where its end is what matters,
// as in a path.
func cutLeft(s string, width int, head string) string {
	if over := cells(s) - width; over > 0 {
		return ansi.TruncateLeft(s, over+cells(head), head)
	}
	return s
}

// tailOf stands for what was cut off.
func tailOf(ascii bool) string {
	if ascii {
		return ".."
	}
	return "…"
}

// wrap breaks s into lines of at most width cells, between words where that is
// possible.
func wrap(s string, width int) []string {
	return wrapWith(s, float64(width), func(t string) float64 { return float64(cells(t)) })
}

// wrapWith breaks s into lines of at most room, as measured by size.
func wrapWith(s string, room float64, size func(string) float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && size(line+" "+word) <= room {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for size(word) > room { // a word longer than a line
			head := longest(word, room, size)
			lines = append(lines, head)
			word = word[len(head):]
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// longest returns the longest beginning of s that fits, at least one character.
func longest(s string, room float64, size func(string) float64) string {
	end := 0
	for end < len(s) {
		cluster, _ := ansi.FirstGraphemeCluster(s[end:], ansi.GraphemeWidth)
		if end > 0 && size(s[:end+len(cluster)]) > room {
			break
		}
		end += max(len(cluster), 1)
	}
	return s[:end]
}
