package http1

import "statelab/capture/tcpstate"

// Progress is how far the stream that one end sends has been read.
type Progress struct {
	// Message is the one that has begun and not ended; nil between messages. It
	// is the reader's, and goes on changing.
	Message *Message
	// Head says that its head is complete, and Fields and Framing with it.
	Head bool
	// Left is how many octets of its body, or of the chunk that is being read,
	// are known to come. 0 where lines are read.
	Left int64
	// Trailer says that what is read are trailer fields (RFC 9112 §7.1.2).
	Trailer bool
	// Lost says that what is sent is no HTTP/1.x, or that nobody can tell where
	// the next message begins.
	Lost bool
}

// Progress returns how far the given end's stream has been read.
func (c *Conversation) Progress(from tcpstate.End) Progress {
	r := &c.readers[from&1]
	p := Progress{Message: r.msg, Head: r.msg != nil && r.headRead, Lost: r.state == lost || r.state == foreign}
	p.Trailer = r.state == inTrailer
	if r.state == inBody || r.state == inChunk {
		p.Left = r.left
	}
	return p
}
