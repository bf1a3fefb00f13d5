package render

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Limits of the bodies in a HAR file, in bytes: of one, as sent and decoded, and
// of all of them together. What is left out is said in a comment.
const (
	harBody   = 1 << 20
	harBodies = 64 << 20
)

// HAR writes the exchanges as an HTTP Archive, version 1.2, which browsers'
// developer tools read. It has no place for a response whose request was not
// seen; those are counted in its comment. A request without a response has
// status 0, as browsers write it. Fields that begin with an underscore are ours.
func HAR(w io.Writer, events Events, o Options) error {
	tool, err := json.Marshal(harTool{"statelab", o.version()})
	if err != nil {
		return err
	}
	h := harWriter{w: bufio.NewWriter(w), o: &o, room: harBodies} // it keeps its error for Flush
	fmt.Fprintf(h.w, "{\"log\": {\"version\": \"1.2\", \"creator\": %s, \"entries\": [\n", tool)
	var web exchanges
	web.tale.Bodies = true
	failed := web.each(events, &o, h.entries)
	fmt.Fprint(h.w, "\n]")
	if h.alone > 0 {
		fmt.Fprintf(h.w, ", \"comment\": \"%d responses without a request are left out\"", h.alone)
	}
	fmt.Fprint(h.w, "}}\n")
	return firstError(h.err, h.w.Flush(), failed)
}

type harTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started    string      `json:"startedDateTime"`
	Time       float64     `json:"time"` // all times are in milliseconds
	Request    harRequest  `json:"request"`
	Response   harResponse `json:"response"`
	Cache      struct{}    `json:"cache"`
	Timings    harTimings  `json:"timings"`
	Server     string      `json:"serverIPAddress,omitempty"`
	Connection string      `json:"connection"`
	Number     int         `json:"_number"`
	Nth        int         `json:"_nth"`
	Frames     *[2]int     `json:"_frames"`
	Tap        string      `json:"_tap,omitempty"`
}

type harRequest struct {
	Method      string      `json:"method"`
	URL         string      `json:"url"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []harCookie `json:"cookies"`
	Headers     []harPair   `json:"headers"`
	Query       []harPair   `json:"queryString"`
	PostData    *harPost    `json:"postData,omitempty"`
	HeadersSize int64       `json:"headersSize"`
	BodySize    int64       `json:"bodySize"`
	Marks       []string    `json:"_marks,omitempty"`
}

type harResponse struct {
	Status      int         `json:"status"`
	StatusText  string      `json:"statusText"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []harCookie `json:"cookies"`
	Headers     []harPair   `json:"headers"`
	Content     harContent  `json:"content"`
	RedirectURL string      `json:"redirectURL"`
	HeadersSize int64       `json:"headersSize"`
	BodySize    int64       `json:"bodySize"`
	Marks       []string    `json:"_marks,omitempty"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harCookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Path     string `json:"path,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Expires  string `json:"expires,omitempty"`
	HTTPOnly bool   `json:"httpOnly,omitempty"`
	Secure   bool   `json:"secure,omitempty"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Comment  string `json:"comment,omitempty"`
}

type harContent struct {
	Size        int64  `json:"size"`
	Compression int64  `json:"compression,omitempty"`
	MimeType    string `json:"mimeType"`
	Text        string `json:"text,omitempty"`
	Encoding    string `json:"encoding,omitempty"`
	Comment     string `json:"comment,omitempty"`
}

// harTimings: -1 is not applicable. A connection's making belongs to no
// exchange.
type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
	SSL     float64 `json:"ssl"`
}

// harWriter makes entries, and writes each as soon as it is told to its end; room
// is what bodies may still take, alone counts responses without a request.
type harWriter struct {
	w           *bufio.Writer
	o           *Options
	room, alone int
	begun       bool
	err         error
}

func (h *harWriter) entries(all []*told) {
	for _, one := range all {
		if one.Request == nil {
			h.alone++
			continue
		}
		if h.begun {
			fmt.Fprint(h.w, ",\n")
		}
		h.begun = true
		text, err := json.MarshalIndent(h.entry(one), "", "  ")
		h.err = firstError(h.err, err)
		fmt.Fprintf(h.w, "%s", text)
	}
}

func (h *harWriter) entry(x *told) harEntry {
	seen := x.Span()
	e := harEntry{
		Started: x.Started().UTC().Format("2006-01-02T15:04:05.000000Z07:00"), Connection: fmt.Sprint(x.Stream),
		Number: x.Number, Nth: x.Nth, Frames: framesOrNull(seen.FirstFrame, seen.LastFrame), Tap: h.o.tap(x),
		Timings: harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1},
	}
	if x.server.Addr.IsValid() {
		e.Server = ipText(x.server.Addr)
	}
	if s, ok := x.Split(); ok {
		e.Timings.Send, e.Timings.Wait, e.Timings.Receive = milliseconds(s.Request), milliseconds(s.Wait), milliseconds(s.Response)
		e.Time = e.Timings.Send + e.Timings.Wait + e.Timings.Receive
	}
	e.Request = h.request(x.Request, x.server)
	e.Response = harResponse{
		Cookies: []harCookie{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1, Content: harContent{MimeType: "x-unknown"},
	}
	if m := x.Response; m != nil {
		e.Response = h.response(m)
	}
	return e
}

func milliseconds(d time.Duration) float64 { return max(float64(d.Microseconds())/1000, 0) }

func (h *harWriter) request(m *http1.Message, server trace.Participant) harRequest {
	r := harRequest{
		Method: valid(m.Method), URL: harURL(m, server), HTTPVersion: valid(m.Version), Cookies: []harCookie{}, Headers: harPairs(m.Fields),
		Query: []harPair{}, HeadersSize: headSize(m), BodySize: m.BodyBytes, Marks: marksOf(m),
	}
	for _, c := range m.Cookies() {
		r.Cookies = append(r.Cookies, harCookie{Name: valid(c.Name), Value: valid(c.Value)})
	}
	if _, query, ok := strings.Cut(m.Target, "?"); ok {
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			r.Query = append(r.Query, harPair{unescaped(name), unescaped(value)})
		}
	}
	if m.BodyBytes > 0 || m.Truncated && m.Framing != http1.NoBody {
		c := h.content(m)
		if c.Encoding != "" {
			c.Comment = strings.TrimPrefix(c.Comment+"; "+c.Encoding, "; ")
		}
		r.PostData = &harPost{MimeType: c.MimeType, Text: c.Text, Comment: c.Comment}
	}
	return r
}

func (h *harWriter) response(m *http1.Message) harResponse {
	r := harResponse{
		Status: m.Status, StatusText: valid(m.Reason), HTTPVersion: valid(m.Version), Cookies: []harCookie{}, Headers: harPairs(m.Fields),
		Content: h.content(m), HeadersSize: headSize(m), BodySize: m.BodyBytes, Marks: marksOf(m),
	}
	for _, c := range m.SetCookies() {
		j := harCookie{Name: valid(c.Name), Value: valid(c.Value), Path: valid(c.Path), Domain: valid(c.Domain), HTTPOnly: c.HTTPOnly, Secure: c.Secure}
		if end, session := c.Ends(m.LastTime); !session && end.Year() > 0 && end.Year() < 10_000 {
			j.Expires = end.UTC().Format(time.RFC3339)
		}
		r.Cookies = append(r.Cookies, j)
	}
	if m.Status/100 == 3 {
		location, _ := m.Get("Location")
		r.RedirectURL = valid(location)
	}
	return r
}

// content is a body without its codings: as text, or in base64 where it is none.
func (h *harWriter) content(m *http1.Message) harContent {
	c := harContent{MimeType: "x-unknown", Size: m.BodyBytes}
	if kind, ok := m.Get("Content-Type"); ok {
		c.MimeType = valid(kind)
	}
	body, err := m.Decode(harBody)
	switch {
	case m.Malformed:
		c.Comment = "nobody can tell where it ends"
	case m.Truncated:
		c.Comment = brokenWhy[m.Break]
	case m.BodyBytes == 0:
		return c
	case int64(len(m.Body)) < m.BodyBytes:
		c.Comment = fmt.Sprintf("longer than %d bytes", harBody)
	case err != nil:
		c.Comment = valid(err.Error())
	default:
		c.Size = int64(len(body))
		c.Compression = c.Size - m.BodyBytes
	}
	if len(body) > h.room {
		c.Comment = fmt.Sprintf("left out: all bodies here are longer than %d bytes", harBodies)
		return c
	}
	h.room -= len(body)
	if utf8.Valid(body) && !strings.ContainsFunc(string(body), unprintable) {
		c.Text = string(body)
	} else {
		c.Text, c.Encoding = base64.StdEncoding.EncodeToString(body), "base64"
	}
	return c
}

// unprintable are characters that text does not have, or that would not show.
func unprintable(r rune) bool {
	return r != '\n' && r != '\r' && r != '\t' && !trace.SafeRune(r)
}

func headSize(m *http1.Message) int64 {
	if m.BodyStart <= m.Start {
		return -1
	}
	return m.BodyStart - m.Start
}

func harPairs(fields []http1.Field) []harPair {
	pairs := make([]harPair, 0, len(fields))
	for _, f := range fields {
		pairs = append(pairs, harPair{valid(f.Name), valid(f.Value)})
	}
	return pairs
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		s = plain
	}
	return valid(s)
}

// harURL is a request's target URI (RFC 9112 §3.3).
func harURL(m *http1.Message, server trace.Participant) string {
	target := m.Target
	if strings.Contains(target, "://") {
		return valid(target)
	}
	host, ok := m.Get("Host")
	if !ok || host == "" {
		host = server.Addr.String()
	}
	switch {
	case m.Method == "CONNECT":
		return valid("http://" + target)
	case target == "*":
		target = ""
	}
	return valid("http://" + host + target)
}
