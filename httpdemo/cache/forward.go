package cache

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// safe are the methods that change nothing (RFC 9110 §9.2.1).
var safe = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace}

// conditions are the fields that make a request conditional (RFC 9110 §13.1).
var conditions = []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"}

// pass hands a request on, and keeps nothing. After an unsafe one that was not
// refused, what is stored of its target is void (RFC 9111 §4.4).
func (h *Hop) pass(w http.ResponseWriter, r *http.Request, how string) {
	resp, err := h.ask(r, nil)
	if err != nil {
		unreachable(w)
		return
	}
	defer resp.Body.Close()
	if !slices.Contains(safe, r.Method) && resp.StatusCode < 400 {
		h.drop(r)
		h.dropNamed(r, resp)
	}
	send(w, r, resp, how, nil)
}

// dropNamed forgets what the response's Location and Content-Location name, on the
// same host (RFC 9111 §4.4).
func (h *Hop) dropNamed(r *http.Request, resp *http.Response) {
	for _, name := range []string{"Location", "Content-Location"} {
		base := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
		if to, err := base.Parse(resp.Header.Get(name)); err == nil && resp.Header.Get(name) != "" && strings.EqualFold(to.Host, r.Host) {
			h.drop(&http.Request{Host: r.Host, URL: to})
		}
	}
}

// fetch asks the origin for what is not stored, and stores it if it may. A client's
// own condition goes along: the answer to it may be 304, which has nothing to keep.
func (h *Hop) fetch(w http.ResponseWriter, r *http.Request, how string) {
	asked := h.Now()
	resp, err := h.ask(r, nil)
	if err != nil {
		unreachable(w)
		return
	}
	defer resp.Body.Close()
	h.take(w, r, resp, &stored{received: asked}, how)
}

// take hands a new response on, and stores it if it may. s.received is when it was
// asked for.
func (h *Hop) take(w http.ResponseWriter, r *http.Request, resp *http.Response, s *stored, how string) {
	if why := h.mayStore(r, resp.StatusCode, resp.Header); why != "" {
		send(w, r, resp, how+"; detail="+why, nil)
		return
	}
	body, err := whole(resp.Body)
	switch {
	case errors.Is(err, errLong):
		send(w, r, resp, how+"; detail=length", body)
		return
	case err != nil: // RFC 9111 §3.3: what is not whole is not kept
		unreachable(w)
		return
	}
	n := &stored{key: key(r), asked: varied(r, resp.Header), status: resp.StatusCode, header: resp.Header, body: body}
	n.dated(s.received, h.Now())
	h.keep(r, n)
	c := *n
	c.header = n.header.Clone()
	h.answer(w, r, &c, how+"; stored")
}

// validate asks the origin whether a stored response is still the right one (RFC
// 9111 §4.3).
func (h *Hop) validate(w http.ResponseWriter, r *http.Request, s *stored, how string) {
	fields := map[string]string{}
	for _, name := range conditions {
		fields[name] = "" // the client's own is answered from what comes
	}
	maps.DeleteFunc(fields, func(name, _ string) bool { return r.Header.Get(name) == "" })
	if tag := s.header.Get("ETag"); tag != "" {
		fields["If-None-Match"] = tag
	}
	if modified := s.header.Get("Last-Modified"); modified != "" {
		fields["If-Modified-Since"] = modified
	}
	get := r.Clone(r.Context())
	get.Method = http.MethodGet // also for HEAD: what is stored is GET's
	asked := h.Now()
	resp, err := h.ask(get, fields)
	switch {
	case err != nil && s.neverStale(): // RFC 9111 §5.2.2.2
		http.Error(w, "504 the origin cannot be reached, and forbids a stale answer", http.StatusGatewayTimeout)
		return
	case err != nil: // RFC 9111 §4.2.4: disconnected
		h.answer(w, r, s, how+"; detail=unreachable")
		return
	}
	defer resp.Body.Close()
	how = fmt.Sprintf("%s; fwd-status=%d", how, resp.StatusCode)
	if resp.StatusCode != http.StatusNotModified {
		if resp.StatusCode < 500 {
			h.drop(r) // it is another one now, whether it is kept or not
		}
		h.take(w, get, resp, &stored{received: asked}, how)
		return
	}
	s.update(resp.Header)
	s.dated(asked, h.Now())
	h.keep(r, s)
	c := *s
	c.header = s.header.Clone()
	h.answer(w, r, &c, how)
}

// send hands on a response as it is; begun is what was read of its body.
func send(w http.ResponseWriter, r *http.Request, resp *http.Response, how string, begun []byte) {
	header := w.Header()
	maps.Copy(header, resp.Header)
	header.Set("Cache-Status", "statelab; "+how)
	w.WriteHeader(resp.StatusCode)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := w.Write(begun); err == nil {
		_, _ = io.Copy(w, resp.Body) // the client may have gone, or the origin: then the connection closes short
	}
}
