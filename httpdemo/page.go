package httpdemo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// Lang is the language that a request asks for: "ko" or "en", by ?lang=, then by
// what its site speaks to all, and then by Accept-Language (RFC 9110 §12.5.4).
func Lang(r *http.Request) string {
	if l := named(r); l != "" {
		return l
	}
	if site, ok := r.Context().Value(siteKey{}).(*Site); ok && site.services.Lang != "" {
		return site.services.Lang
	}
	if preferred, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ","); strings.HasPrefix(strings.ToLower(strings.TrimSpace(preferred)), "ko") {
		return "ko"
	}
	return "en"
}

// named is the language that the request's address names; empty if it names none.
func named(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return "" // as a rule: there is nothing to parse
	}
	if l := r.URL.Query().Get("lang"); l == "ko" || l == "en" {
		return l
	}
	return ""
}

// Link is the address of a path for whoever sent a request: it names the language,
// if the request's did.
func Link(r *http.Request, path string) string {
	if l := named(r); l != "" {
		return path + "?lang=" + l
	}
	return path
}

// In returns a text in the language that a request asks for.
func In(r *http.Request, t trace.Text) string {
	if Lang(r) == "ko" {
		return t.Ko
	}
	return t.En
}

// pageKey is one page in one language, which its links carry on if the address
// had asked for it.
type pageKey struct {
	name, lang string
	asked, tls bool
}

// isAttackable reports whether a path is of what lacks a protection on purpose.
func isAttackable(path string) bool { return strings.Contains(path, "/attackable/") }

var parsedPages sync.Map // pageKey → *template.Template

// page parses pages/NAME.html within the layout, once for each language. A page
// defines "title" and "main", and speaks both languages: {{t "Log in" "로그인"}}.
// Its links and forms go to {{u "/path"}}.
func page(key pageKey) (*template.Template, error) {
	name, lang := key.name, key.lang
	if p, ok := parsedPages.Load(key); ok {
		return p.(*template.Template), nil
	}
	p, err := template.New("layout.html").Funcs(template.FuncMap{
		"t": func(en, ko string) string {
			if lang == "ko" {
				return ko
			}
			return en
		},
		"lang": func() string { return lang },
		"scheme": func() string {
			if key.tls {
				return "https"
			}
			return "http"
		},
		// curl does not know a certificate that was made on the spot.
		"curl": func() string {
			if key.tls {
				return "curl -k"
			}
			return "curl"
		},
		"parts": valueParts,
		"u": func(path string) string {
			if key.asked {
				return path + "?lang=" + lang
			}
			return path
		},
	}).ParseFS(pages, "pages/layout.html", "pages/"+name+".html")
	if err != nil {
		return nil, err
	}
	parsedPages.Store(key, p)
	return p, nil
}

// layout is what pages/layout.html stands around: a page's data, its place among
// the lessons, and whether it is one user's, so that the back button may not bring
// it back from the browser's memory.
type layout struct {
	Data    any
	Place   *place
	Private bool
	// Attackable: the page lacks a protection on purpose, and says so.
	Attackable bool
}

// pageHeaders tell a browser what a page may do: load styles and scripts from here,
// send forms here, be in no other site's frame, and say nowhere else where it was.
// Strict-Transport-Security is not among them: it would bind every other server at
// "localhost" as well.
var pageHeaders = []struct {
	name  string
	value []string
}{
	{"Content-Security-Policy", []string{"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}},
	{"Referrer-Policy", []string{"same-origin"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"X-Frame-Options", []string{"DENY"}},
}

// Values that many pages share. Nobody writes into one: http.Header replaces values,
// or appends to them, and these have no room.
var (
	htmlType   = []string{"text/html; charset=utf-8"}
	byLanguage = []string{"Accept-Language"}
)

// Page answers with a page: name is a file of pages/, as in "session/login". A
// header that the page's handler has set stays.
func (s *Services) Page(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	h := w.Header()
	private := session.From(r.Context()) != nil || h.Get("Cache-Control") == "no-store"
	p, err := s.render(r, name, private, data)
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	for _, f := range pageHeaders {
		if len(h[f.name]) == 0 {
			h[f.name] = f.value
		}
	}
	if vary := h["Vary"]; len(vary) > 0 {
		h["Vary"] = append(vary, byLanguage...)
	} else {
		h["Vary"] = byLanguage
	}
	h["Content-Type"] = htmlType
	h["Content-Language"] = p.language
	h["Content-Length"] = p.length
	w.WriteHeader(status)
	_, _ = w.Write(p.body) // the client may have gone: nothing is left to tell it
}

// rendered is a page as it is sent, and what its header section says of it.
type rendered struct {
	body             []byte
	language, length []string
}

// constantPage is a page that has no data, at its place in a site: it is the same
// for all who ask.
type constantPage struct {
	pageKey
	site                *Site
	private, attackable bool
}

// render makes a page; one without data, once.
func (s *Services) render(r *http.Request, name string, private bool, data any) (*rendered, error) {
	site, _ := r.Context().Value(siteKey{}).(*Site)
	key := constantPage{pageKey{name, Lang(r), named(r) != "", r.TLS != nil}, site, private, isAttackable(r.URL.Path)}
	if data == nil {
		if known, ok := s.constant.Load(key); ok {
			return known.(*rendered), nil
		}
	}
	p, err := page(key.pageKey)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := p.Execute(&b, layout{data, placeOf(r, name), private, key.attackable}); err != nil {
		return nil, err
	}
	made := &rendered{b.Bytes(), []string{key.lang}, []string{strconv.Itoa(b.Len())}}
	if data == nil {
		s.constant.Store(key, made)
	}
	return made, nil
}

// JSON answers with an object.
func (s *Services) JSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(b)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

// Fail answers with an error: a page to who asks for pages, with the form that was
// sent where it may be mended or be taken later, and problem details (RFC 9457) to others.
func (s *Services) Fail(w http.ResponseWriter, r *http.Request, status int, why trace.Text) {
	page := map[string]any{"Why": In(r, why)}
	switch form := typed(r, status); {
	case form == nil:
	case form.Mendable || status == http.StatusServiceUnavailable:
		page["Typed"] = form
	default: // the same once more would be refused once more
		page["Look"] = formPage(r)
	}
	s.fail(w, r, status, page)
}

// uncertain answers with 503 where nobody can tell whether what was asked for was
// done: a page offers to look, and not to send the form once more.
func (s *Services) uncertain(w http.ResponseWriter, r *http.Request, why trace.Text) {
	s.fail(w, r, http.StatusServiceUnavailable, map[string]any{"Why": In(r, why), "Look": formPage(r)})
}

// formPage is the path of the page that a form was on: the one above it. The doors
// that can be attacked share one.
func formPage(r *http.Request) string {
	return strings.TrimSuffix(r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')+1], "attackable/")
}

func (s *Services) fail(w http.ResponseWriter, r *http.Request, status int, page map[string]any) {
	if status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Add("Vary", "Accept")
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		page["Status"], page["Text"] = status, statusText(status)
		s.Page(w, r, status, "error", page)
		return
	}
	b, err := json.Marshal(map[string]any{"title": statusText(status), "status": status, "detail": page["Why"]})
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	w.Header().Add("Vary", "Accept-Language")
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Language", Lang(r))
	w.Header().Set("Content-Length", fmt.Sprint(len(b)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}
