package render_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// folder is a folder in memory.
type folder map[string]*bytes.Buffer

type closing struct{ io.Writer }

func (closing) Close() error { return nil }

func (f folder) create(name string) (io.WriteCloser, error) {
	if f[name] != nil {
		return nil, fs.ErrExist
	}
	f[name] = &bytes.Buffer{}
	return closing{f[name]}, nil
}

func messages(all ...http1.Message) render.Events {
	return func(yield func(trace.Event, error) bool) {
		for i := range all {
			if !yield(trace.Event{Kind: trace.KindMessage, Stream: 2, Message: &all[i]}, nil) {
				return
			}
		}
	}
}

func TestExtractNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ㄱ", 200)
	tests := map[string]string{
		"/a/index.html?x=/../y#z": "s2-f7-response-index.html",
		"/":                       "s2-f7-response",
		"*":                       "s2-f7-response",
		"/..":                     "s2-f7-response",
		"/../../etc/passwd":       "s2-f7-response-passwd",
		"/%2e%2e%2f%2e%2e%2fx":    "s2-f7-response-x",
		`/a\..\..\CON`:            "s2-f7-response-CON",
		"/nul.":                   "s2-f7-response-nul",
		"/a b\x1b[2J\u202e:<>|\"": "s2-f7-response-a_b__2J",
		"/-rf":                    "s2-f7-response-rf",
		"/%ed%95%9c%ea%b8%80.txt": "s2-f7-response-한글.txt",
		"/%ff%fe":                 "s2-f7-response",
		"/" + long:                "s2-f7-response-" + long[:99],
		"http://h/x/y.png":        "s2-f7-response-y.png",
	}
	for target, want := range tests {
		f := folder{}
		x := render.Extractor{Create: f.create}
		for _, err := range x.Events("t.pcap", messages(
			http1.Message{Request: true, Method: "GET", Target: target, Exchange: 1},
			http1.Message{Status: 200, Span: http1.Span{FirstFrame: 7}, Exchange: 1, BodyBytes: 1, Body: []byte("x")},
		)) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(f) != 1 || f[want] == nil {
			t.Errorf("%q: %v, want %q", target, f, want)
		}
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	f := folder{"s2-f7-response": &bytes.Buffer{}}
	x := render.Extractor{Create: f.create}
	gz := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xca\xc8\x04\x04\x00\x00\xff\xff\xac\x2a\x93\xd8\x02\x00\x00\x00"
	coded := []http1.Field{{Name: "Content-Encoding", Value: "gzip"}}
	for _, err := range x.Events("t.pcap", messages(
		http1.Message{Status: 200, Span: http1.Span{FirstFrame: 7}, BodyBytes: 2, Body: []byte("ab")},
		http1.Message{Status: 200, Span: http1.Span{FirstFrame: 8}, BodyBytes: int64(len(gz)), Body: []byte(gz), Fields: coded},
		http1.Message{Status: 200, Span: http1.Span{FirstFrame: 9}, BodyBytes: 3, Body: []byte("\x1f\x8b\x08"), Fields: coded},
		http1.Message{Status: 200, Span: http1.Span{FirstFrame: 10}, BodyBytes: 5, Body: []byte("ab"), Missing: 3, Truncated: true, Break: http1.BreakGap},
		http1.Message{Status: 204, Span: http1.Span{FirstFrame: 11}},
	)) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil || x.Count() != 4 {
		t.Fatal(x.Count(), err)
	}
	for name, want := range map[string]string{"s2-f7-response": "", "s2-f7-response-2": "ab", "s2-f8-response": "hi", "s2-f9-response": "\x1f\x8b\x08", "s2-f10-response": "ab"} {
		if f[name] == nil || f[name].String() != want {
			t.Errorf("%s: %q, want %q", name, f[name], want)
		}
	}
	complete := []bool{true, true, true, false}
	decoded := []bool{false, true, false, false}
	for i, line := range strings.Split(strings.TrimSpace(f[render.IndexName].String()), "\n") {
		var got struct {
			Complete, Decoded bool
			Why               string
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Complete != complete[i] || got.Decoded != decoded[i] || (got.Why != "") != (i > 1) {
			t.Errorf("line %d: %s, %v", i, line, err)
		}
	}
}

func TestExtractFails(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	x := render.Extractor{Create: func(string) (io.WriteCloser, error) { return nil, full }}
	var last error
	for _, err := range x.Events("t", messages(http1.Message{Status: 200, BodyBytes: 1, Body: []byte("x")}, http1.Message{Status: 200})) {
		last = err
	}
	if !errors.Is(last, full) || !errors.Is(x.Close(), full) {
		t.Errorf("errors %v", last)
	}
}

// TestInterimAlone: of an exchange that holds neither a request nor a final
// response every view has something to tell.
func TestInterimAlone(t *testing.T) {
	t.Parallel()
	only := func() render.Events {
		return messages(http1.Message{Status: 100, Reason: "Continue", Version: "HTTP/1.1", Span: http1.Span{FirstFrame: 5, LastFrame: 5}})
	}
	for _, v := range render.Views {
		for _, f := range v.Formats {
			if err := f.Render(io.Discard, only(), render.Options{}); err != nil {
				t.Errorf("%s, %s: %v", v.Name, f.Name, err)
			}
		}
	}
	var out strings.Builder
	if err := render.HTTPCSV(&out, only(), render.Options{}); err != nil || !strings.Contains(out.String(), "\n1,2,,5,5,") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
