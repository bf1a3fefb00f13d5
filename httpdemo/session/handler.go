package session

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
)

const (
	// maxBuffered is how much of a response waits for the commit, in bytes. One
	// that is longer is committed then, and the rest streamed.
	maxBuffered = 8 << 20
	// maxReplayed is how much of a request's content is kept so that its handler
	// can be run again, in bytes.
	maxReplayed = 1 << 20
)

// Handler gives next's requests their session, which From returns. The response is
// held back until the session is kept: if that fails, or nobody can tell whether it
// did, the client gets 503 with Retry-After, or 409 where another request was faster,
// and nothing of the page that would have said otherwise. A flush or an upgrade commits first; after it
// the session no longer changes.
func (m *Manager) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rewind, mayRerun := m.replayable(r)
		for races := 0; ; races++ {
			s, err := m.load(r.Context(), m.idOf(r), r.UserAgent())
			if err != nil {
				m.refuse(w, r, err)
				return
			}
			b := &response{next: w, request: r, session: s, header: w.Header().Clone()}
			next.ServeHTTP(b, r.WithContext(context.WithValue(r.Context(), contextKey{}, s)))
			if b.committed {
				return
			}
			err = s.save(r.Context())
			if errors.Is(err, ErrConflict) && mayRerun && races < maxRaces {
				rewind()
				continue
			}
			b.send(err)
			return
		}
	})
}

// replayable tells whether r's handler may be run again, and how its content is
// had once more.
func (m *Manager) replayable(r *http.Request) (rewind func(), ok bool) {
	if m.c.Rerun == nil || !m.c.Rerun(r) {
		return nil, false
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, maxReplayed+1))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = failing{err}
	}
	if err != nil || len(head) > maxReplayed {
		r.Body = body{io.MultiReader(bytes.NewReader(head), rest), r.Body}
		return nil, false
	}
	original := r.Body
	rewind = func() { r.Body = body{bytes.NewReader(head), original} }
	rewind()
	return rewind, true
}

type body struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func (m *Manager) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrUnavailable):
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(RetryAfter(err, m.c.Now())))
	case errors.Is(err, ErrConflict):
		status = http.StatusConflict
	}
	w.Header().Set("Cache-Control", "no-store")
	m.c.Refuse(w, r, status, err)
}

// response holds a handler's response back until the session is kept.
type response struct {
	next    http.ResponseWriter
	request *http.Request
	session *Session

	header    http.Header
	status    int // 0: none was written
	body      bytes.Buffer
	committed bool  // header and status are on their way
	failed    error // and were a refusal
}

func (b *response) Header() http.Header {
	if b.committed && b.failed == nil {
		return b.next.Header() // for trailers
	}
	return b.header
}

func (b *response) WriteHeader(status int) {
	switch {
	case b.committed || b.status != 0:
	case 100 <= status && status < 200 && status != http.StatusSwitchingProtocols:
		// Informational responses promise nothing of the session (RFC 9110 §15.2).
		maps.Copy(b.next.Header(), b.header)
		b.next.WriteHeader(status)
	default:
		b.status = status
	}
}

func (b *response) Write(p []byte) (int, error) {
	if b.failed != nil {
		return 0, b.failed
	}
	if !b.committed && b.body.Len()+len(p) > maxBuffered {
		if err := b.commit(); err != nil {
			return 0, err
		}
	}
	if b.committed {
		return b.next.Write(p)
	}
	b.status = max(b.status, http.StatusOK)
	return b.body.Write(p)
}

// commit keeps the session while the handler still runs, and sends what there is.
func (b *response) commit() error {
	if !b.committed {
		b.sendWhole(b.session.save(b.request.Context()), false)
	}
	return b.failed
}

// send sends the response, whose handler has returned; or a refusal.
func (b *response) send(err error) { b.sendWhole(err, true) }

func (b *response) sendWhole(err error, whole bool) {
	b.committed = true
	if err != nil {
		b.failed = fmt.Errorf("session: %w", err)
		b.session.m.refuse(b.next, b.request, err)
		return
	}
	b.session.announce(b.header)
	h := b.next.Header()
	clear(h)
	maps.Copy(h, b.header)
	if whole && b.body.Len() > 0 && h.Get("Content-Length") == "" && h.Get("Transfer-Encoding") == "" {
		h.Set("Content-Length", strconv.Itoa(b.body.Len()))
	}
	if b.status != 0 {
		b.next.WriteHeader(b.status)
	}
	if b.body.Len() > 0 {
		_, b.failed = b.next.Write(b.body.Bytes())
		b.body = bytes.Buffer{}
	}
}

// FlushError implements what http.ResponseController asks for.
func (b *response) FlushError() error {
	if err := b.commit(); err != nil {
		return err
	}
	return http.NewResponseController(b.next).Flush()
}

// Flush implements http.Flusher.
func (b *response) Flush() { _ = b.FlushError() } // the interface has no error

// Hijack implements http.Hijacker: the session is kept before the connection
// becomes another protocol's.
func (b *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if err := b.commit(); err != nil {
		return nil, nil, err
	}
	return http.NewResponseController(b.next).Hijack()
}

// Unwrap lets http.ResponseController reach the deadlines.
func (b *response) Unwrap() http.ResponseWriter { return b.next }
