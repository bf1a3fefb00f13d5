package http1

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
)

// deflateTerms are what a 101 response says of permessage-deflate (RFC 7692 §7).
type deflateTerms struct {
	agreed                   bool
	clientFresh, serverFresh bool // no_context_takeover
}

// parseDeflate reads Sec-WebSocket-Extensions (RFC 6455 §9.1).
func parseDeflate(extensions string) (t deflateTerms) {
	for extension := range strings.SplitSeq(extensions, ",") {
		name, parameters, _ := strings.Cut(extension, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "permessage-deflate") {
			continue
		}
		t.agreed = true
		for p := range strings.SplitSeq(parameters, ";") {
			switch strings.ToLower(strings.TrimSpace(p)) {
			case "client_no_context_takeover":
				t.clientFresh = true
			case "server_no_context_takeover":
				t.serverFresh = true
			}
		}
	}
	return t
}

// Limits of a compressed message: as it is sent, and as it is inflated.
const (
	maxDeflated = 64 << 10
	maxInflated = 1 << 20
	window      = 32 << 10 // RFC 7692 §7.1.2: at most 2^15
)

// inflating inflates the messages of one direction. What one message held is
// the dictionary of the next (context takeover), so that when one could not be
// inflated, those after it cannot be either.
type inflating struct {
	fresh      bool // each message stands for itself
	open       bool // the message at hand is compressed
	deflated   []byte
	dictionary []byte
	reader     io.ReadCloser
	why        string // why the message at hand cannot be inflated
	stuck      string // why none can be any more
}

// begin takes note of a data frame, and reports whether it belongs to a
// compressed message: its first frame says so by RSV1 (RFC 7692 §6).
func (d *inflating) begin(f *WebSocketFrame, first bool) bool {
	if first {
		d.open, d.deflated, d.why = f.RSV&4 != 0, d.deflated[:0], d.stuck
	}
	return d.open
}

// take keeps octets of a compressed message.
func (d *inflating) take(data []byte, f *WebSocketFrame, at int64) {
	if d.why != "" {
		return
	}
	if len(d.deflated)+len(data) > maxDeflated {
		d.lose("a message is longer than 64 KiB")
		return
	}
	from := len(d.deflated)
	d.deflated = unmask(append(d.deflated, data...), f, from, at)
}

// lose gives up this message, and those that rest on it.
func (d *inflating) lose(why string) {
	d.why = why
	if !d.fresh {
		d.stuck = why
	}
	d.deflated = nil
}

// deflateTail is what a sender has taken away (RFC 7692 §7.2.2), and an empty
// last block, which ends the data for a reader.
const deflateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// finish inflates the message that ends with f, and keeps its beginning.
func (d *inflating) finish(f *WebSocketFrame, keep int) {
	d.open = false
	if d.why != "" {
		f.NotInflated = d.why
		return
	}
	from := io.MultiReader(bytes.NewReader(d.deflated), strings.NewReader(deflateTail))
	if d.reader == nil {
		d.reader = flate.NewReaderDict(from, d.dictionary)
	} else if err := d.reader.(flate.Resetter).Reset(from, d.dictionary); err != nil {
		d.lose(err.Error())
	}
	var plain []byte
	var err error
	if d.why == "" {
		plain, err = io.ReadAll(io.LimitReader(d.reader, maxInflated+1))
	}
	switch {
	case err != nil:
		d.lose("it is damaged")
	case len(plain) > maxInflated:
		d.lose("it inflates to more than 1 MiB")
	}
	if d.why != "" {
		f.NotInflated = d.why
		return
	}
	f.InflatedBytes = int64(len(plain))
	f.Inflated = bytes.Clone(plain[:min(keep, len(plain))])
	if !d.fresh {
		d.dictionary = append(d.dictionary, plain...)
		d.dictionary = append([]byte(nil), d.dictionary[max(len(d.dictionary)-window, 0):]...)
	}
}
