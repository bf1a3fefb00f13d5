package render_test

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/trace"
)

// schema is as much of JSON Schema as testdata/har-1.2.schema.json needs, which
// is written from the specification of HAR 1.2.
type schema struct {
	Ref        string            `json:"$ref"`
	Defs       map[string]schema `json:"$defs"`
	Type       string            `json:"type"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Pattern    string            `json:"pattern"`
	Minimum    *float64          `json:"minimum"`
	Enum       []string          `json:"enum"`
	Closed     bool              `json:"x-closed"` // no other properties but those with an underscore
}

// check says what of a value the schema does not allow.
func (s schema) check(root *schema, at string, v any) (wrong []string) {
	if s.Ref != "" {
		s = root.Defs[s.Ref]
	}
	bad := func(format string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, args...)) }
	switch v := v.(type) {
	case map[string]any:
		if s.Type != "object" {
			bad("an object, want %s", s.Type)
		}
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				bad("%s is missing", name)
			}
		}
		for name, inner := range v {
			p, ok := s.Properties[name]
			switch {
			case ok:
				wrong = append(wrong, p.check(root, at+"."+name, inner)...)
			case s.Closed && name[0] != '_':
				bad("%s is not in the specification", name)
			}
		}
	case []any:
		if s.Type != "array" {
			bad("an array, want %s", s.Type)
			break
		}
		for i, inner := range v {
			wrong = append(wrong, s.Items.check(root, fmt.Sprintf("%s[%d]", at, i), inner)...)
		}
	case string:
		if s.Type != "string" || s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v) || s.Enum != nil && !slices.Contains(s.Enum, v) {
			bad("%q does not fit %s %s", v, s.Type, s.Pattern)
		}
	case float64:
		if s.Type != "number" || s.Minimum != nil && v < *s.Minimum {
			bad("%v does not fit", v)
		}
	case bool:
		if s.Type != "boolean" {
			bad("a boolean")
		}
	default:
		bad("%T", v)
	}
	return wrong
}

func harSchema(t *testing.T) *schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "har-1.2.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

func har(t *testing.T, events render.Events) (text string, doc any) {
	t.Helper()
	var out bytes.Buffer
	if err := render.HAR(&out, events, render.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return out.String(), doc
}

// TestHARSchema: every timeline of the corpus fits the specification, and what
// does not fit is found.
func TestHARSchema(t *testing.T) {
	t.Parallel()
	s := harSchema(t)
	for _, tr := range rendertest.Corpus() {
		_, doc := har(t, tr.Events())
		for _, wrong := range s.check(s, "har", doc) {
			t.Errorf("%s: %s", tr.Name, wrong)
		}
	}
	_, doc := har(t, messages(webMessages()...))
	if wrong := s.check(s, "har", doc); wrong != nil {
		t.Error(wrong)
	}
	entry := doc.(map[string]any)["log"].(map[string]any)["entries"].([]any)[0].(map[string]any)
	for name, spoil := range map[string]func(){
		"time": func() { entry["time"] = -2.0 }, "request": func() { delete(entry["request"].(map[string]any), "cookies") },
		"startedDateTime": func() { entry["startedDateTime"] = "yesterday" }, "more": func() { entry["more"] = 1.0 },
	} {
		spoil()
		if wrong := strings.Join(s.check(s, "har", doc), "\n"); !strings.Contains(wrong, name) {
			t.Errorf("a spoiled %s was not found: %s", name, wrong)
		}
	}
}

func webMessages() []http1.Message {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ms := func(n int) time.Time { return at.Add(time.Duration(n) * time.Millisecond) }
	return []http1.Message{
		{
			Request: true, Exchange: 1, Method: "POST", Target: "/form?a=b%20c&d", Version: "HTTP/1.1", Span: http1.Span{FirstTime: ms(0), LastTime: ms(2)},
			Fields: []http1.Field{{Name: "Host", Value: "a.example"}, {Name: "Cookie", Value: "sid=1; x=y"}, {Name: "Content-Type", Value: "text/plain"}},
			Body:   []byte("한글"), BodyBytes: 6, Start: 10, BodyStart: 110, End: 116,
		},
		{
			Status: 303, Reason: "See Other", Exchange: 1, Version: "HTTP/1.1", Span: http1.Span{FirstTime: ms(5), LastTime: ms(9)},
			Fields: []http1.Field{{Name: "Location", Value: "/next"}, {Name: "Set-Cookie", Value: "sid=2; HttpOnly; Path=/; Max-Age=60"}},
			Body:   []byte("\x00\xff"), BodyBytes: 2, Start: 0, BodyStart: 50, End: 52,
		},
		{Request: true, Exchange: 2, Method: "GET", Target: "/", Version: "HTTP/1.1", Span: http1.Span{FirstTime: ms(10), LastTime: ms(10)}},
		{Status: 200, Version: "HTTP/1.1"},
	}
}

// An exchange is written when it is over, and not kept for the end of the trace.
func TestHARWritesAsItGoes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	long := "/" + strings.Repeat("a", 64<<10)
	source := messages(
		http1.Message{Request: true, Exchange: 1, Method: "GET", Target: long, Version: "HTTP/1.1"},
		http1.Message{Status: 200, Exchange: 1, Version: "HTTP/1.1"},
		http1.Message{Request: true, Exchange: 2, Method: "GET", Target: "/", Version: "HTTP/1.1"},
	)
	before := []int{}
	events := func(yield func(trace.Event, error) bool) {
		for e, err := range source {
			before = append(before, out.Len())
			if !yield(e, err) {
				return
			}
		}
	}
	if err := render.HAR(&out, events, render.Options{}); err != nil {
		t.Fatal(err)
	}
	if len(before) != 3 || before[1] != 0 || before[2] < len(long) {
		t.Errorf("%v bytes were written before each message", before)
	}
}

// Of a body that is not there whole a comment says so, also where none of it came.
func TestHARCutBodies(t *testing.T) {
	t.Parallel()
	length := []http1.Field{{Name: "Content-Length", Value: "5"}}
	text, doc := har(t, messages(
		http1.Message{Request: true, Exchange: 1, Method: "PUT", Target: "/", Version: "HTTP/1.1", Fields: length, Framing: http1.ContentLength, Truncated: true, Break: http1.BreakGap},
		http1.Message{Status: 200, Exchange: 1, Version: "HTTP/1.1", Fields: length, Framing: http1.ContentLength, Truncated: true, Break: http1.BreakClose},
		http1.Message{Request: true, Exchange: 2, Method: "GET", Target: "/", Version: "HTTP/1.1", Truncated: true, HeadCut: true},
		http1.Message{Status: 200, Exchange: 2, Version: "HTTP/1.1", Truncated: true, Malformed: true},
	))
	if strings.Count(text, "the capture does not hold all of it") != 1 || strings.Count(text, "its sender closed the connection before its end") != 1 || strings.Count(text, "nobody can tell where it ends") != 1 || strings.Count(text, "postData") != 1 {
		t.Error(text)
	}
	s := harSchema(t)
	if wrong := s.check(s, "har", doc); wrong != nil {
		t.Error(wrong)
	}
}

func TestHAR(t *testing.T) {
	t.Parallel()
	text, _ := har(t, messages(webMessages()...))
	var got struct {
		Log struct {
			Comment string
			Entries []struct {
				Time    float64
				Request struct {
					URL         string
					QueryString []struct{ Name, Value string }
					Cookies     []struct{ Name, Value string }
					PostData    *struct{ Text string }
					HeadersSize int
				}
				Response struct {
					Status      int
					RedirectURL string
					Cookies     []struct {
						Name, Expires string
						HTTPOnly      bool
					}
					Content struct{ Text, Encoding string }
				}
				Timings struct{ Send, Wait, Receive float64 }
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || len(got.Log.Entries) != 2 {
		t.Fatalf("%v\n%s", err, text)
	}
	e := got.Log.Entries[0]
	body, _ := base64.StdEncoding.DecodeString(e.Response.Content.Text)
	for _, c := range []struct{ got, want any }{
		{e.Request.URL, "http://a.example/form?a=b%20c&d"},
		{fmt.Sprint(e.Request.QueryString), "[{a b c} {d }]"},
		{fmt.Sprint(e.Request.Cookies), "[{sid 1} {x y}]"},
		{e.Request.PostData.Text, "한글"},
		{e.Request.HeadersSize, 100},
		{e.Response.RedirectURL, "/next"},
		{fmt.Sprint(e.Response.Cookies), "[{sid 2026-03-02T09:01:00Z true}]"},
		{e.Response.Content.Encoding + string(body), "base64\x00\xff"},
		{fmt.Sprint(e.Timings, e.Time), "{2 3 4} 9"},
		{got.Log.Entries[1].Response.Status, 0},
		{got.Log.Comment, "1 responses without a request are left out"},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// What is odd about a request and what is odd about its response are told apart, in
// each format under the name of the one of which it holds.
func TestMarksStandWithTheirMessage(t *testing.T) {
	t.Parallel()
	all := webMessages()[:2]
	all[0].Marks, all[1].Marks, all[1].Truncated = http1.BareLF, http1.Early, true
	text, _ := har(t, messages(all...))
	var got struct {
		Log struct {
			Entries []struct {
				Marks             []string `json:"_marks"`
				Request, Response struct {
					Marks []string `json:"_marks"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	e := got.Log.Entries[0]
	if s := fmt.Sprint(e.Marks, e.Request.Marks, e.Response.Marks); s != "[] [bare-lf] [early truncated]" {
		t.Errorf("HAR: %s", s)
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, render.HTTPCSV, messages(all...), render.Options{}))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	cells := map[string]string{}
	for i, name := range rows[0] {
		cells[name] = rows[1][i]
	}
	if cells["request_marks"] != "bare-lf" || cells["response_marks"] != "early truncated" {
		t.Errorf("CSV: %q", cells)
	}
}
