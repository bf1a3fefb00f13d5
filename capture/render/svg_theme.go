package render

import "statelab/capture/tcpstate"

// theme is a picture's colours. Text keeps a contrast of 4.5 to 1 and more
// against its ground (WCAG 2.1 §1.4.3).
type theme struct {
	ground, ink, faint, line   string
	band                       string // ground of a step's heading
	forward, backward, trouble string
	opening, open, closing     string // states
	call, memory               string // grounds of the tags beside a lane
	onState                    string // ink on a state's colour
}

var lightTheme = theme{
	ground: "#ffffff", ink: "#16202c", faint: "#5b6775", line: "#c3ccd6", band: "#eef2f6",
	forward: "#0b6bcb", backward: "#3f3d99", trouble: "#c8102e",
	opening: "#8a5a00", open: "#0f7a3d", closing: "#7a2fa0",
	call: "#eef2f6", memory: "#fff3d1", onState: "#ffffff",
}

var darkTheme = theme{
	ground: "#10151c", ink: "#e8edf3", faint: "#9aa7b5", line: "#39444f", band: "#1b232d",
	forward: "#62b0ff", backward: "#b3b0ff", trouble: "#ff6b7d",
	opening: "#f0b84a", open: "#4fd18b", closing: "#d695f5",
	call: "#1e2833", memory: "#3a3016", onState: "#10151c",
}

// state is the colour of a state; empty for those in which nothing of a
// connection is remembered.
func (t *theme) state(s tcpstate.State) string {
	switch stateStyle(s) {
	case opening:
		return t.opening
	case open:
		return t.open
	case closing:
		return t.closing
	default:
		return ""
	}
}

// fonts are what is on people's machines, Korean included.
const (
	sansFonts = `Inter, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans KR', 'Noto Sans CJK KR', ` +
		`'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif`
	monoFonts = `'JetBrains Mono', 'SF Mono', Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK KR', ` +
		`'Noto Sans CJK KR', monospace`
)
