package httpdemo

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Browser is the lessons' client. It does what browsers do and no more: it
// keeps connections open, remembers cookies and brings them back, and follows
// a redirection when it is told to. What it sends is written here, octet by
// octet.
type Browser struct {
	Jar Jar
	// UserAgent names it.
	UserAgent string
	// Names are the hosts that it knows by name; others are addresses.
	Names map[string]netip.AddrPort
	// Once lets it close each connection after one exchange.
	Once bool
	// TLS, if set, is what it trusts for https.
	TLS *tls.Config

	env     *Env
	machine *Machine
	ctx     context.Context
	open    map[string]*wired
	kept    []trace.Entry // what its pages' scripts keep
}

// wired is a connection to an origin.
type wired struct {
	net.Conn
	buf  *bufio.Reader
	used time.Time // last
}

// plainAgent is the name of a browser that needs none.
const plainAgent = "statelab"

// Browser starts a browser on a party's machine.
func (e *Env) Browser(ctx context.Context, p trace.Participant) *Browser {
	b := &Browser{UserAgent: plainAgent, env: e, machine: e.Machine(p), ctx: ctx, open: map[string]*wired{}}
	e.asking = append(e.asking, b.Close)
	return b
}

// Request is what the browser is asked to send.
type Request struct {
	Method string // GET if empty
	URL    string
	Fields []http1.Field // beside those that the browser adds by itself
	Type   string        // of the body
	Body   string
	// From is the page whose link, form or script asks; none where the user typed
	// the address. Another site's is a cross-site request.
	From string
	// Script says that a script of that page asks (fetch), and no link or form.
	Script bool
	// NoCookies leaves them out, as a program does that has no jar.
	NoCookies bool
}

// Response is what came back.
type Response struct {
	*http.Response
	// Text is its body.
	Text string
	// Refused are the cookies that the browser did not keep, each with why: see
	// Jar.Set.
	Refused map[string]string
	url     *url.URL
}

// Get goes to a page as if the user had typed its address.
func (b *Browser) Get(target string, fields ...http1.Field) (*Response, error) {
	return b.Do(Request{URL: target, Fields: fields})
}

// PostForm sends a form from a page of the same site.
func (b *Browser) PostForm(target string, form ...http1.Field) (*Response, error) {
	return b.Do(Request{
		Method: http.MethodPost, URL: target, From: target,
		Type: "application/x-www-form-urlencoded", Body: encodeForm(form),
	})
}

// encodeForm keeps the fields' order, as a browser does.
func encodeForm(form []http1.Field) string {
	var parts []string
	for _, f := range form {
		parts = append(parts, url.QueryEscape(f.Name)+"="+url.QueryEscape(f.Value))
	}
	return strings.Join(parts, "&")
}

// Follow goes where a redirection points (RFC 9110 §15.4), with GET. A response
// that is none is returned as it is.
func (b *Browser) Follow(r *Response) (*Response, error) {
	if r.StatusCode < 300 || r.StatusCode > 399 || r.Header.Get("Location") == "" {
		return r, nil
	}
	to, err := r.url.Parse(r.Header.Get("Location"))
	if err != nil {
		return nil, fmt.Errorf("redirection to %q: %w", r.Header.Get("Location"), err)
	}
	return b.Do(Request{URL: to.String(), From: r.url.String()})
}

// Do sends a request and reads the response whole.
func (b *Browser) Do(q Request) (*Response, error) {
	u, err := url.Parse(q.URL)
	if err != nil {
		return nil, err
	}
	if q.Method == "" {
		q.Method = http.MethodGet
	}
	s := b.situation(u, &q)
	head := b.head(u, &q, s)
	c, reused, err := b.dial(u)
	if err != nil {
		return nil, err
	}
	r, err := b.exchange(c, u, &q, head)
	c.used = b.env.Now()
	if err != nil && reused && safe(q.Method) { // the server has closed it meanwhile (RFC 9112 §9.3.1)
		b.drop(u)
		if c, _, err = b.dial(u); err != nil {
			return nil, err
		}
		r, err = b.exchange(c, u, &q, head)
		c.used = b.env.Now()
	}
	if err != nil {
		b.drop(u)
		return nil, fmt.Errorf("%s %s: %w", q.Method, q.URL, err)
	}
	for _, v := range r.Header["Set-Cookie"] {
		if why := b.Jar.Set(u, v, b.env.Now(), s.crossSite && !s.navigation); why != "" {
			name, _, _ := strings.Cut(v, "=")
			r.Refused[name] = why
		}
	}
	b.env.look(b.machine.Party)
	if b.Once || r.Close {
		b.drop(u)
	}
	return r, nil
}

// situation is who asks for a request.
func (b *Browser) situation(u *url.URL, q *Request) situation {
	from, err := url.Parse(q.From)
	cross := err == nil && q.From != "" && site(from) != site(u)
	return situation{crossSite: cross, navigation: !q.Script, safeNavigation: !q.Script && safe(q.Method)}
}

// site is what RFC 6265bis §5.2 calls one: scheme and registrable domain, or the
// whole host where it has none, as an address.
func site(u *url.URL) string {
	host := hostname(u)
	if _, err := netip.ParseAddr(host); err == nil {
		return u.Scheme + "://" + host
	}
	if registrable, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		host = registrable
	}
	return u.Scheme + "://" + host
}

func safe(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

// head writes a request's head.
func (b *Browser) head(u *url.URL, q *Request, s situation) string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n", q.Method, u.RequestURI(), u.Host, b.UserAgent)
	for _, f := range q.Fields {
		fmt.Fprintf(&w, "%s: %s\r\n", f.Name, f.Value)
	}
	if from, err := url.Parse(q.From); err == nil && q.From != "" && (q.Script || !safe(q.Method)) {
		fmt.Fprintf(&w, "Origin: %s://%s\r\n", from.Scheme, from.Host)
	}
	if cookies := b.Jar.get(u, b.env.Now(), s); len(cookies) > 0 && !q.NoCookies {
		var pairs []string
		for _, c := range cookies {
			pairs = append(pairs, c.pair())
		}
		fmt.Fprintf(&w, "Cookie: %s\r\n", strings.Join(pairs, "; "))
	}
	if q.Type != "" {
		fmt.Fprintf(&w, "Content-Type: %s\r\n", q.Type)
	}
	if q.Body != "" || q.Method == http.MethodPost || q.Method == http.MethodPut {
		fmt.Fprintf(&w, "Content-Length: %d\r\n", len(q.Body))
	}
	if b.Once {
		w.WriteString("Connection: close\r\n")
	}
	w.WriteString("\r\n")
	return w.String()
}

func (b *Browser) exchange(c *wired, u *url.URL, q *Request, head string) (*Response, error) {
	if _, err := io.WriteString(c, head+q.Body); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.buf, &http.Request{Method: q.Method})
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	return &Response{Response: resp, Text: string(body), Refused: map[string]string{}, url: u}, nil
}

// maxAnswer bounds what a browser reads of one response, in bytes.
const maxAnswer = 4 << 20

// Keep is a page's script keeping something (localStorage), in place of what had
// that name. An empty value takes it away.
func (b *Browser) Keep(name, value string) {
	b.kept = slices.DeleteFunc(b.kept, func(e trace.Entry) bool { return e.Name == name })
	if value != "" {
		b.kept = append(b.kept, trace.Entry{Kind: trace.MemoryConversation, Name: name, Value: value, Bytes: len(name) + len(value)})
	}
	b.env.look(b.machine.Party)
}

// DeleteCookies is what a user does who begins anew: it is told, and happens, where
// it stands, and not with the next answer.
func (b *Browser) DeleteCookies() {
	b.Jar.expire(b.env.Now())
	if len(b.Jar.Memory()) == 0 {
		return
	}
	b.Jar = Jar{}
	b.env.Report(trace.Observation{Kind: trace.ObservedNote, At: b.env.Now(), Party: b.machine.Party, Note: &trace.Note{Text: b.deleted()}})
	b.env.look(b.machine.Party)
}

// deleted names the browser, where the lesson has given it a name.
func (b *Browser) deleted() trace.Text {
	if b.UserAgent == plainAgent {
		return trace.Text{En: "The user deletes the browser's cookies.", Ko: "사용자가 브라우저의 쿠키를 지웁니다."}
	}
	return trace.Text{
		En: fmt.Sprintf("The user deletes the cookies of the browser %q.", b.UserAgent),
		Ko: fmt.Sprintf("사용자가 브라우저 %q의 쿠키를 지웁니다.", b.UserAgent),
	}
}

// Memory lists what the browser remembers: cookies, and what scripts keep.
func (b *Browser) Memory() []trace.Entry {
	b.Jar.expire(b.env.Now())
	return append(b.Jar.Memory(), b.kept...)
}
