package main

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// sheet is a table of a Markdown text, to stand in columns on a terminal.
type sheet struct {
	rows [][]string // of cells; the first is the heading
}

// sheetGap is the room between two columns, in cells of a terminal.
const sheetGap = 2

// newSheet takes a table apart, given its lines. The line below the heading, which
// only says how the columns are aligned, is left out: all of ours are to the left.
func newSheet(lines []string) sheet {
	var s sheet
	for i, line := range lines {
		if i == 1 && strings.Trim(line, "|-: ") == "" {
			continue
		}
		s.rows = append(s.rows, cellsOf(line))
	}
	return s
}

// cellsOf are the cells of a line; `\\|` in one stands for a bar.
func cellsOf(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, bar)
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	cells := strings.Split(line, "|")
	for i, c := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(c, bar, "|"))
	}
	return cells
}

// lines lays the table out within a width: cells that have no room for their words
// on one line take several.
func (s sheet) lines(width int) (lines []string) {
	widths := s.widths(width)
	for i, row := range s.rows {
		lines = append(lines, lay(row, widths)...)
		if i == 0 && len(s.rows) > 1 {
			rule := make([]string, len(widths))
			for k, w := range widths {
				rule[k] = strings.Repeat("─", w)
			}
			lines = append(lines, lay(rule, widths)...)
		}
	}
	return lines
}

// widths are the columns' widths: what their cells need, or where that is too much,
// less for the widest, down to its longest word, or to its share where there is no room
// for those.
func (s sheet) widths(width int) []int {
	var need, least []int
	for _, row := range s.rows {
		for len(need) < len(row) {
			need, least = append(need, 1), append(least, 1)
		}
		for k, cell := range row {
			for _, line := range strings.Split(cell, "<br>") {
				need[k] = max(need[k], ansi.StringWidth(line))
				for _, word := range strings.Fields(line) {
					least[k] = max(least[k], ansi.StringWidth(word))
				}
			}
		}
	}
	width -= sheetGap * (len(need) - 1)
	if sum(least) > width {
		for k := range least {
			least[k] = max(min(least[k], width/len(least)), 2) // a Korean letter's
		}
	}
	shrink(need, least, width)
	return need
}

func sum(all []int) (total int) {
	for _, n := range all {
		total += n
	}
	return total
}

// shrink takes from the widest of what can give, until all fit or none can.
func shrink(need, least []int, width int) {
	for total := sum(need); total > width; total-- {
		widest := -1
		for k, n := range need {
			if n > least[k] && (widest < 0 || n > need[widest]) {
				widest = k
			}
		}
		if widest < 0 {
			return
		}
		need[widest]--
	}
}

// lay writes one row into columns of these widths.
func lay(row []string, widths []int) (lines []string) {
	broken := make([][]string, len(row))
	height := 0
	for k, cell := range row {
		for _, part := range strings.Split(cell, "<br>") {
			broken[k] = append(broken[k], fold(part, widths[k])...)
		}
		height = max(height, len(broken[k]))
	}
	for i := range height {
		var b strings.Builder
		for k := range row {
			part := ""
			if i < len(broken[k]) {
				part = broken[k][i]
			}
			b.WriteString(part + strings.Repeat(" ", widths[k]-ansi.StringWidth(part)+sheetGap))
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// fold breaks a text into lines of a width, between words, and within one only
// where it is longer than a line. Code that fits a line stays together.
func fold(text string, width int) (lines []string) {
	line := ""
	for _, word := range wordsOf(text, width) {
		if line != "" && ansi.StringWidth(line)+1+ansi.StringWidth(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := strings.Split(ansi.Hardwrap(word, width, false), "\n")
		lines, line = append(lines, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	return append(lines, line)
}

// wordsOf are the words of a text; code between backticks, with what adheres to it,
// is one if it is no wider than that.
func wordsOf(text string, width int) (words []string) {
	code := ""
	for _, word := range strings.Fields(text) {
		if code != "" {
			word = code + " " + word
		}
		if code = ""; strings.Count(word, "`")%2 == 1 {
			code = word
			continue
		}
		words = add(words, word, width)
	}
	return add(words, code, width)
}

// add appends a word, or its parts if it is wider than that.
func add(words []string, word string, width int) []string {
	if ansi.StringWidth(word) > width {
		return append(words, strings.Fields(word)...)
	}
	if word == "" {
		return words
	}
	return append(words, word)
}
