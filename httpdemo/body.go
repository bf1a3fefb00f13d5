package httpdemo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"statelab/capture/trace"
)

// wantsPage says that who asks is a browser.
func wantsPage(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/x-www-form-urlencoded"
}

var noObject = trace.Text{En: "The JSON is to be an object.", Ko: "JSON은 객체여야 합니다."}

// readJSON reads one object, and nothing behind it. status is 0 where it could.
func readJSON(r *http.Request, v any) (status int, why trace.Text) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyFailed(err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err = d.Decode(v); err == nil {
		if name := oddName(body, v); name != "" {
			return http.StatusBadRequest, trace.Text{
				En: "The JSON has “" + trace.Escape(name) + "” twice in one object, or in other letters.",
				Ko: "JSON의 한 객체에 “" + trace.Escape(name) + "”이(가) 두 번 있거나 대소문자가 다릅니다.",
			}
		}
		if first := bytes.TrimLeft(body, " \t\r\n"); first[0] != '{' {
			return http.StatusBadRequest, noObject
		}

		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("something stands behind the object")
		}
	}
	if err == nil {
		return 0, why
	}
	where := max(d.InputOffset(), 0)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		where = syntax.Offset
	case errors.As(err, &kind):
		at := strconv.FormatInt(kind.Offset, 10)
		name, came := trace.Escape(kind.Field), trace.Escape(kind.Value)
		if name == "" {
			return http.StatusBadRequest, noObject
		}
		return http.StatusBadRequest, trace.Text{
			En: "The JSON does not fit, at byte " + at + ": “" + name + "” is to be " + jsonKind(kind.Type).En + ", and what came is: " + came + ".",
			Ko: "JSON이 맞지 않습니다. 위치: " + at + "바이트. “" + name + "”의 자리에는 " + jsonKind(kind.Type).Ko + " 와야 하는데 온 것은 다음과 같습니다: " + came,
		}
	case errors.Is(err, io.ErrUnexpectedEOF):
		where = int64(len(body))
	}
	at := strconv.FormatInt(where, 10)
	return http.StatusBadRequest, trace.Text{
		En: "The JSON cannot be read, at byte " + at + ": " + trace.Escape(err.Error()) + ".",
		Ko: "JSON을 읽을 수 없습니다. 위치: " + at + "바이트, 이유: " + trace.Escape(err.Error()) + ".",
	}
}

// oddName looks in a JSON text that could be decoded into v for a name that encoding/json
// takes in silence: one that comes twice in an object, of which others may read the first
// (RFC 8259 §4), or one of v's in other letters. "" is none.
func oddName(body []byte, v any) string {
	var known []string
	for t, i := reflect.TypeOf(v).Elem(), 0; t.Kind() == reflect.Struct && i < t.NumField(); i++ {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known = append(known, name)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	var objects []map[string]bool // names by object, the innermost last; nil for an array
	name := false                 // the next string is one
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		in := len(objects) - 1
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{':
				objects = append(objects, map[string]bool{})
			case '[':
				objects = append(objects, nil)
			default:
				objects = objects[:in]
			}
			in = len(objects) - 1
			name = in >= 0 && objects[in] != nil
			continue
		case string:
			if !name {
				break
			}
			if objects[in][token] || in == 0 && len(known) > 0 && !slices.Contains(known, token) {
				return token
			}
			objects[in][token], name = true, false
			continue
		}
		name = in >= 0 && objects[in] != nil
	}
}

// jsonKind says what a field of JSON is to be.
func jsonKind(t reflect.Type) trace.Text {
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return trace.Text{En: "a whole number of at most 64 bits", Ko: "64비트 안의 정수가"}
	case reflect.String:
		return trace.Text{En: "a string", Ko: "문자열이"}
	case reflect.Struct:
		return trace.Text{En: "an object", Ko: "객체가"}
	default:
		return trace.Text{En: t.Kind().String(), Ko: t.Kind().String() + " 형이"}
	}
}

// readForm reads a form of the body into r.PostForm. status is 0 where it could.
func readForm(r *http.Request) (status int, why trace.Text) {
	switch err := r.ParseForm(); {
	case err == nil:
	case late(err), tooLarge(err), errors.Is(err, io.ErrUnexpectedEOF):
		return bodyFailed(err)
	default:
		return http.StatusBadRequest, trace.Text{
			En: "The form cannot be read: " + trace.Escape(err.Error()) + ".",
			Ko: "폼을 읽을 수 없습니다: " + trace.Escape(err.Error()) + ".",
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if len(r.PostForm[name]) > 1 {
			return http.StatusBadRequest, trace.Text{
				En: "The form has “" + trace.Escape(name) + "” more than once.",
				Ko: "폼에 “" + trace.Escape(name) + "”이(가) 두 번 이상 있습니다.",
			}
		}
	}
	return 0, why
}

// bodyFailed is what is answered where the body of a request could not be read.
func bodyFailed(err error) (status int, why trace.Text) {
	var refused *refusedBody
	switch {
	case errors.As(err, &refused):
		return refused.Status, trace.Text{En: refused.Error() + ".", Ko: refused.ko + "(" + refused.Section + ")."}
	case tooLarge(err):
		return http.StatusRequestEntityTooLarge, bodyTooLarge
	case late(err):
		return http.StatusRequestTimeout, trace.Text{En: "The body took too long.", Ko: "본문이 너무 늦게 왔습니다."}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return http.StatusBadRequest, trace.Text{En: "The body ended early.", Ko: "본문이 도중에 끊겼습니다."}
	default:
		return http.StatusBadRequest, trace.Text{
			En: "The body cannot be read: " + trace.Escape(err.Error()) + ".",
			Ko: "본문을 읽을 수 없습니다: " + trace.Escape(err.Error()) + ".",
		}
	}
}

// late reports whether a body's time was over (RFC 9110 §15.5.9).
func late(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// wholeNumber reads digits alone: no sign, no zero before others.
func wholeNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s && n >= 0
}

// form reads a form into r.PostForm, or answers why it cannot.
func (s *Services) form(w http.ResponseWriter, r *http.Request) bool {
	if !wantsPage(r) {
		s.Fail(w, r, http.StatusUnsupportedMediaType, trace.Text{
			En: "This is to be a form: application/x-www-form-urlencoded.",
			Ko: "폼이어야 합니다: application/x-www-form-urlencoded.",
		})
		return false
	}
	status, why := readForm(r)
	if status != 0 {
		s.Fail(w, r, status, why)
	}
	return status == 0
}

// contentless lets a request through that brings nothing, or a form of which nothing
// is asked, as a page's button sends it; or it has answered why not.
func (s *Services) contentless(w http.ResponseWriter, r *http.Request) bool {
	return r.ContentLength == 0 || s.form(w, r)
}

// stranger answers a request that brings no login, or none that is good any more:
// with the challenge that 401 has to bear (RFC 9110 §15.5.2). No registered scheme is
// for a cookie: "Session" is of our own.
func (s *Services) stranger(w http.ResponseWriter, r *http.Request, scheme, realm string, why trace.Text) {
	w.Header().Set("WWW-Authenticate", scheme+` realm="`+realm+`"`)
	s.Fail(w, r, http.StatusUnauthorized, why)
}

// changed answers a request that has changed something: a browser goes to a page.
func (s *Services) changed(w http.ResponseWriter, r *http.Request, page string) {
	notStored(w)
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, Link(r, page), http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// notStored keeps what a cookie has shaped out of caches (RFC 9111 §5.2.2.5).
func notStored(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Cookie")
}

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

var bodyTooLarge = trace.Text{En: "The body is too large.", Ko: "본문이 너무 큽니다."}

// readUser reads the name of who logs in, from JSON or a form. status is 0 where it could.
func readUser(r *http.Request) (user string, status int, why trace.Text) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var q struct {
			User string `json:"user"`
		}
		status, why = readJSON(r, &q)
		user = q.User
	case "application/x-www-form-urlencoded":
		status, why = readForm(r)
		user = r.PostForm.Get("user")
	default:
		return "", http.StatusUnsupportedMediaType, trace.Text{
			En: "The name is to come as application/json or application/x-www-form-urlencoded.",
			Ko: "이름은 application/json이나 application/x-www-form-urlencoded여야 합니다.",
		}
	}
	if status == 0 && (user == "" || len(user) > 64 || !utf8.ValidString(user)) {
		return "", http.StatusUnprocessableEntity, trace.Text{En: "The name is to be 1 to 64 bytes of UTF-8.", Ko: "이름은 UTF-8로 1~64바이트여야 합니다."}
	}
	return user, status, why
}
