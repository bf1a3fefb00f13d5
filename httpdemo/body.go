package httpdemo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"statelab/capture/trace"
)

// wantsPage says that who asks is a browser.
func wantsPage(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/x-www-form-urlencoded"
}

// readJSON reads one object, and nothing behind it. status is 0 where it could.
func readJSON(r *http.Request, v any) (status int, why trace.Text) {
	body, err := io.ReadAll(r.Body)
	switch {
	case tooLarge(err):
		return http.StatusRequestEntityTooLarge, bodyTooLarge
	case err != nil:
		return http.StatusBadRequest, trace.Text{En: "The body ended early.", Ko: "본문이 도중에 끊겼습니다."}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err = d.Decode(v)
	if err == nil {
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
		where = kind.Offset
	case errors.Is(err, io.ErrUnexpectedEOF):
		where = int64(len(body))
	}
	at := strconv.FormatInt(where, 10)
	return http.StatusBadRequest, trace.Text{
		En: "The JSON cannot be read, at byte " + at + ": " + trace.Escape(err.Error()) + ".",
		Ko: "JSON을 읽을 수 없습니다. 위치: " + at + "바이트, 이유: " + trace.Escape(err.Error()) + ".",
	}
}

// readForm reads a form of the body into r.PostForm. status is 0 where it could.
func readForm(r *http.Request) (status int, why trace.Text) {
	switch err := r.ParseForm(); {
	case err == nil:
		return 0, why
	case tooLarge(err):
		return http.StatusRequestEntityTooLarge, bodyTooLarge
	default:
		return http.StatusBadRequest, trace.Text{
			En: "The form cannot be read: " + trace.Escape(err.Error()) + ".",
			Ko: "폼을 읽을 수 없습니다: " + trace.Escape(err.Error()) + ".",
		}
	}
}

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

var bodyTooLarge = trace.Text{En: "The body is too large.", Ko: "본문이 너무 큽니다."}
