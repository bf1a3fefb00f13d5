package render

import (
	"unicode/utf8"

	"statelab/capture/http1"
)

// jsonWebSocket is a WebSocket frame.
type jsonWebSocket struct {
	Frame       *int     `json:"frame"`
	LastFrame   *int     `json:"last_frame"`
	Opcode      string   `json:"opcode"`
	Fin         bool     `json:"fin"`
	RSV         uint8    `json:"rsv,omitempty"`
	Masked      bool     `json:"masked"`
	Length      int64    `json:"length"`
	Start       int64    `json:"start"`
	Payload     int64    `json:"payload_start"`
	End         int64    `json:"end"`
	Text        *string  `json:"text,omitempty"`
	CloseCode   int      `json:"close_code,omitempty"`
	CloseReason string   `json:"close_reason,omitempty"`
	Compressed  bool     `json:"compressed,omitempty"`
	Inflated    int64    `json:"inflated_bytes,omitempty"`
	NotInflated string   `json:"not_inflated,omitempty"`
	Truncated   bool     `json:"truncated,omitempty"`
	Break       string   `json:"truncated_by,omitempty"`
	Problems    []string `json:"problems,omitempty"`
}

// maxText is how much of a frame's text JSON shows, in bytes.
const maxText = 1024

func webSocketOf(f *http1.WebSocketFrame) *jsonWebSocket {
	j := &jsonWebSocket{
		Frame: frameOrNull(f.FirstFrame), LastFrame: frameOrNull(f.LastFrame), Opcode: f.Opcode.String(), Fin: f.Fin, RSV: f.RSV, Masked: f.Masked, Length: f.Length,
		Start: f.Start, Payload: f.PayloadStart, End: f.End, CloseCode: f.CloseCode, CloseReason: valid(f.CloseReason),
		Compressed: f.Compressed, Inflated: f.InflatedBytes, NotInflated: f.NotInflated, Truncated: f.Truncated, Break: f.Break.String(), Problems: f.Problems,
	}
	text := f.Payload
	if f.Compressed {
		text = f.Inflated
	}
	if f.Opcode <= http1.OpText && text != nil {
		text = text[:min(len(text), maxText)]
		for range utf8.UTFMax { // no character is cut in two
			if r, size := utf8.DecodeLastRune(text); r != utf8.RuneError || size != 1 {
				break
			}
			text = text[:len(text)-1]
		}
		j.Text = new(valid(string(text)))
	}
	return j
}
