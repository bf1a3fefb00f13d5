package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Extractor writes the bodies of HTTP messages to files.
type Extractor struct {
	// Create makes a new file of that name, which is safe: see bodyName. It
	// fails with fs.ErrExist where there is one already.
	Create func(name string) (io.WriteCloser, error)
	// Encoded leaves content codings as they were sent.
	Encoded bool
	// Streams are the connections whose bodies are wanted; empty means all.
	Streams []int

	index   []byte
	count   int
	pairing http1.Pairing
}

// Limits of extraction, in bytes: of a body as it was sent, which is what
// analyze.Options.Bodies has to be, and of a decoded one.
const (
	ExtractBody    = 16 << 20
	extractDecoded = 64 << 20
)

// IndexName is the name of the file that lists what was extracted: one JSON
// object a line.
const IndexName = "index.jsonl"

// extracted is one line of the index.
type extracted struct {
	Name      string   `json:"name"`
	File      string   `json:"file"` // the trace
	Stream    int      `json:"stream"`
	Frame     int      `json:"frame"`
	LastFrame int      `json:"last_frame"`
	Request   bool     `json:"request"`
	Method    string   `json:"method,omitempty"`
	Target    string   `json:"target,omitempty"`
	Status    int      `json:"status,omitempty"`
	Type      string   `json:"content_type,omitempty"`
	Codings   []string `json:"codings,omitempty"`
	// BodyBytes were sent, Bytes are in the file; Complete: these are all.
	BodyBytes int64  `json:"body_bytes"`
	Bytes     int    `json:"bytes"`
	Decoded   bool   `json:"decoded"`
	Complete  bool   `json:"complete"`
	Why       string `json:"why,omitempty"` // not complete, or not decoded
	SHA256    string `json:"sha256"`
}

// Count is how many bodies were written.
func (x *Extractor) Count() int { return x.count }

// Events passes events on, and writes the body of each message among them.
// file names the trace. The first error of Create or of a file ends them.
func (x *Extractor) Events(file string, events Events) Events {
	o := Options{Streams: x.Streams}
	x.pairing = http1.Pairing{}
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			switch {
			case err != nil:
			case e.Kind == trace.KindMessage && e.Message != nil && o.shows(e.Stream):
				err = x.message(file, e.Stream, e.Message)
			case e.Kind == trace.KindConnection:
				x.pairing.Forget(e.Stream)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (x *Extractor) message(file string, stream int, m *http1.Message) error {
	pair, _ := x.pairing.Add(stream, m)
	if m.BodyBytes == 0 {
		return nil
	}
	line := extracted{
		File: file, Stream: stream, Frame: m.FirstFrame, LastFrame: m.LastFrame, Request: m.Request, Status: m.Status,
		Codings: m.Codings(), BodyBytes: m.BodyBytes,
	}
	line.Type, _ = m.Get("Content-Type")
	if pair.Request != nil {
		line.Method, line.Target = pair.Request.Method, pair.Request.Target
	}
	body := x.decoded(m, &line)
	sum := sha256.Sum256(body)
	line.Bytes, line.SHA256 = len(body), hex.EncodeToString(sum[:])
	var err error
	if line.Name, err = x.write(bodyName(stream, m, line.Target), body); err != nil {
		return fmt.Errorf("extract %s: %w", line.Name, err)
	}
	x.count++
	text, err := json.Marshal(escaped(line))
	x.index = append(append(x.index, text...), '\n')
	return err
}

// escaped makes what came from the network safe to print.
func escaped(l extracted) extracted {
	l.File, l.Method, l.Target, l.Type, l.Why = valid(l.File), valid(l.Method), valid(l.Target), valid(l.Type), valid(l.Why)
	for i := range l.Codings {
		l.Codings[i] = valid(l.Codings[i])
	}
	return l
}

// decoded is what is to be written of a body.
func (x *Extractor) decoded(m *http1.Message, line *extracted) []byte {
	switch {
	case m.Truncated:
		line.Why = brokenWhy[m.Break]
	case int64(len(m.Body)) < m.BodyBytes:
		line.Why = fmt.Sprintf("longer than %d bytes", len(m.Body))
	default:
		line.Complete = true
	}
	if x.Encoded || len(line.Codings) == 0 {
		return m.Body
	}
	body, err := m.Decode(extractDecoded)
	switch {
	case err == nil:
		line.Decoded = true
	case len(body) > 0: // what there is of it is worth more than the encoded octets
		line.Decoded, line.Complete, line.Why = true, false, err.Error()
	default:
		line.Why = err.Error()
		return m.Body
	}
	return body
}

// write writes a body to a new file, under another name where there is one.
func (x *Extractor) write(name string, body []byte) (string, error) {
	chosen := name
	for n := 2; ; n++ {
		w, err := x.Create(chosen)
		if errors.Is(err, fs.ErrExist) && n < 10_000 {
			chosen = again(name, n)
			continue
		}
		if err != nil {
			return chosen, err
		}
		_, err = w.Write(body)
		return chosen, errors.Join(err, w.Close())
	}
}

// Close writes the index.
func (x *Extractor) Close() error {
	w, err := x.Create(IndexName)
	if err != nil {
		return fmt.Errorf("extract %s: %w", IndexName, err)
	}
	_, err = w.Write(x.index)
	return errors.Join(err, w.Close())
}
