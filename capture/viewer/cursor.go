package viewer

// cursor is a place among rows, and what part of them is on the screen.
type cursor struct {
	at, top int
	shown   int // rows that were on the screen when it was drawn last
}

// step is where a key leads among n rows; ok is false for a key that leads
// nowhere.
func (c *cursor) step(key string, n int) (to int, ok bool) {
	page := max(1, c.shown-1)
	switch key {
	case "up", "k":
		to = c.at - 1
	case "down", "j":
		to = c.at + 1
	case "pgup", "ctrl+b":
		to = c.at - page
	case "pgdown", "ctrl+f":
		to = c.at + page
	case "ctrl+u":
		to = c.at - (page+1)/2
	case "ctrl+d":
		to = c.at + (page+1)/2
	case "home", "g":
		to = 0
	case "end", "G":
		to = n - 1
	default:
		return c.at, false
	}
	return to, true
}

// put moves to a row, or to the nearest there is.
func (c *cursor) put(at, n int) { c.at = max(0, min(at, n-1)) }

// window returns the first row to draw of n rows of one line each on h lines.
func (c *cursor) window(n, h int) int {
	h = max(h, 1)
	c.put(c.at, n)
	c.top = max(0, min(c.top, n-h))
	switch {
	case c.at < c.top:
		c.top = c.at
	case c.at >= c.top+h:
		c.top = c.at - h + 1
	}
	c.shown = min(h, n-c.top)
	return c.top
}
