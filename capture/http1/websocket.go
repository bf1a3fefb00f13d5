package http1

import (
	"time"

	"statelab/capture/tcpstate"
)

// Opcode is what a WebSocket frame is (RFC 6455 §5.2).
type Opcode uint8

// Opcodes that RFC 6455 §11.8 defines. From OpClose on they are control frames.
const (
	OpContinuation Opcode = 0
	OpText         Opcode = 1
	OpBinary       Opcode = 2
	OpClose        Opcode = 8
	OpPing         Opcode = 9
	OpPong         Opcode = 10
)

// String returns "text", "close", or "opcode 3": a key, not a label.
func (o Opcode) String() string {
	names := [16]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
	if s := names[o&15]; s != "" {
		return s
	}
	return "reserved"
}

// Control reports whether it is a control frame (RFC 6455 §5.5).
func (o Opcode) Control() bool { return o&8 != 0 }

// WebSocketFrame is one frame of the WebSocket protocol. Byte offsets count
// from the start of the TCP stream in its direction.
type WebSocketFrame struct {
	Fin    bool
	RSV    uint8 // the three reserved bits, RSV1 the highest: 4
	Opcode Opcode
	Masked bool
	Key    [4]byte // as sent, where Masked
	Length int64   // of the payload
	// Start is where the frame begins, PayloadStart its payload; End is after
	// its last byte.
	Start, PayloadStart, End int64
	Span
	// CompletedBy: see Message.
	CompletedBy int
	CompletedAt time.Time
	// Payload is the beginning of the payload, unmasked.
	Payload []byte
	// CloseCode and CloseReason are a close frame's (RFC 6455 §5.5.1); the code
	// is 1005 where it has none (§7.1.5).
	CloseCode   int
	CloseReason string
	// Compressed: the frame belongs to a message that permessage-deflate has
	// compressed (RFC 7692). Inflated is the beginning of that message, in its
	// last frame, and InflatedBytes how long it is; NotInflated says why it is
	// not known.
	Compressed    bool
	Inflated      []byte
	InflatedBytes int64
	NotInflated   string
	// Truncated: the stream ended, or had a gap, before the frame did.
	Truncated bool
	Break     Break
	// Problems are what the protocol forbids: keys, not labels.
	Problems []string
}

// What the protocol forbids (RFC 6455).
const (
	WSUnmasked     = "unmasked"              // §5.1: a client must mask
	WSMasked       = "masked"                // §5.1: a server must not
	WSReservedBits = "reserved-bits"         // §5.2
	WSReserved     = "reserved-opcode"       // §5.2
	WSLength       = "length-not-minimal"    // §5.2
	WSControlLong  = "control-too-long"      // §5.5
	WSControlCut   = "control-fragmented"    // §5.5
	WSStray        = "stray-continuation"    // §5.4
	WSInterrupted  = "message-not-finished"  // §5.4
	WSCloseCode    = "close-code"            // §7.4
	WSCloseReason  = "close-reason-not-utf8" // §5.5.1
	WSText         = "text-not-utf8"         // §8.1
	WSAfterClose   = "after-close"           // §5.5.1
)

// WebSocket reads the frames of both directions of a connection that has
// switched to it.
type WebSocket struct {
	deliver func(tcpstate.End, *WebSocketFrame)
	readers [2]wsReader
}

// NewWebSocket returns a WebSocket. client is the end that asked for the switch,
// extensions the Sec-WebSocket-Extensions of the 101 response, payload how many
// bytes of each frame's payload are kept. deliver is called from within Feed
// with each frame, which is the receiver's to keep.
func NewWebSocket(client tcpstate.End, extensions string, payload int, deliver func(tcpstate.End, *WebSocketFrame)) *WebSocket {
	w := &WebSocket{deliver: deliver}
	deflate := parseDeflate(extensions)
	for end := range w.readers {
		r := &w.readers[end]
		r.w, r.from, r.client, r.keep = w, tcpstate.End(end), tcpstate.End(end) == client, max(payload, 0)
		if deflate.agreed {
			r.inflater = &inflating{fresh: deflate.serverFresh}
			if r.client {
				r.inflater.fresh = deflate.clientFresh
			}
		}
	}
	return w
}
