package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"statelab/httpdemo"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network/host"
)

// On the machine's own network each party has an address of its own, and what is
// seen and told of it bears its name: calls and states always, frames where they
// may be captured.
func TestPartiesOnTheHost(t *testing.T) {
	t.Parallel()
	for _, l := range []httpdemo.Lesson{hopLesson, theftLesson} {
		t.Run(l.Name, func(t *testing.T) { // one at a time: they want the same port
			var out bytes.Buffer
			e := &env{stdout: &out, stderr: io.Discard, getenv: func(string) string { return "" }, width: 80}
			f := lessonFlags{viewFlags: viewFlags{view: "ladder", format: "events", out: "-", color: "auto", theme: "light"}, net: "host", seed: "1", at: vantageClient}
			v, err := f.resolve(e)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.lessonOnHost(t.Context(), e, &out, v, l); err != nil {
				t.Fatal(err)
			}
			checkParties(t, &out, l)
		})
	}
}

// jsonLane is a party in events as JSON.
type jsonLane struct {
	Role string
	N    int
	IP   string
}

func (p jsonLane) name() string {
	if p.N == 0 {
		return p.Role
	}
	return p.Role + " " + strconv.Itoa(p.N)
}

func checkParties(t *testing.T, out io.Reader, l httpdemo.Lesson) {
	t.Helper()
	var names []string
	seen := map[string]map[string]bool{} // parties, by kind of event
	for _, p := range l.Cast() {
		names = append(names, p.Name())
	}
	dec := json.NewDecoder(out)
	for {
		var ev struct {
			Kind     string
			From, To jsonLane
		}
		if err := dec.Decode(&ev); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if seen[ev.Kind] == nil {
			seen[ev.Kind] = map[string]bool{}
		}
		for _, end := range []jsonLane{ev.From, ev.To} {
			if end.IP == "" {
				continue
			}
			want := netip.AddrFrom4([4]byte{127, 0, 0, byte(slices.Index(names, end.name()) + 1)})
			if end.IP != want.String() {
				t.Fatalf("%s: the %s is at %s, want %v", ev.Kind, end.name(), end.IP, want)
			}
			seen[ev.Kind][end.name()] = true
		}
	}
	kinds := []string{"call", "state"}
	if seen["segment"] != nil { // it may be captured here
		kinds = append(kinds, "segment", "message")
	}
	for _, kind := range kinds {
		if len(seen[kind]) != len(names) {
			t.Errorf("%s: of %v alone, want of %v", kind, slices.Sorted(maps.Keys(seen[kind])), names)
		}
	}
}

// On the machine's own network a step's note stands behind what was remembered when
// the step before it ended, and the last that is told is what everybody remembers
// when no segment comes any more.
func TestReadingsOnTheHost(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := &env{stdout: &out, stderr: io.Discard, getenv: func(string) string { return "" }, width: 80}
	f := lessonFlags{viewFlags: viewFlags{view: "ladder", format: "events", out: "-", color: "auto", theme: "light"}, net: "host", seed: "1", at: vantageClient}
	v, err := f.resolve(e)
	if err != nil {
		t.Fatal(err)
	}
	sc, _ := tcpdemo.Find("handshake")
	if err := f.scenarioOnHost(t.Context(), e, &out, v, sc); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "아직 열려 있는 소켓을 닫습니다") || strings.Contains(text, "레슨") {
		t.Error("the last step closes what is open, and TCP has 시나리오, not 레슨")
	}
	type event struct {
		Kind string
		From jsonAddr
		Note struct{ Step bool }
	}
	var all []event
	for dec := json.NewDecoder(&out); ; {
		var ev event
		if err := dec.Decode(&ev); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, ev)
	}
	reading := func(ev event) bool { return ev.Kind == "memory" && ev.From.Port == 0 }
	steps, after := 0, map[string]bool{}
	for i, ev := range all {
		switch {
		case ev.Note.Step:
			steps++
			if i == 0 || !reading(all[i-1]) {
				t.Errorf("before step %d no reading stands", steps)
			}
		case ev.Kind == "segment" || ev.Kind == "call":
			clear(after)
		case reading(ev):
			after[ev.From.Role] = true
		}
	}
	if steps != 3 || !after["client"] || !after["server"] {
		t.Errorf("%d steps; after the last segment the readings are of %v", steps, after)
	}
}

// jsonAddr is an end of a connection in events as JSON.
type jsonAddr struct {
	Role string
	Port int
}

// A port that is taken is said to be the lesson's own or another program's, as it
// is.
func TestWhoseThePortIs(t *testing.T) {
	t.Parallel()
	n, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s := &hostStage{net: n, open: &opened{}}
	taken := onePort{s.keep(n.Server()), other.Addr().(*net.TCPAddr).AddrPort().Port()}
	check := func(want, never string) {
		t.Helper()
		_, err := taken.Listen(7, 0)
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), never) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	check("another program", "two services")
	_ = other.Close()
	own, err := taken.Listen(7, 0)
	if err != nil {
		t.Fatal(err)
	}
	check("two services", "another program")
	_ = own.Close()
	_ = own.Close()
	if s.open.listens() {
		t.Error("a listener that was closed is open")
	}
	s.open.close()
}

// A lesson's port is kept from the moment that it is chosen.
func TestPortsAreKept(t *testing.T) {
	t.Parallel()
	n, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &hostStage{net: n, open: &opened{}}
	if err := s.takePorts(1); err != nil {
		t.Fatal(err)
	}
	at := netip.AddrPortFrom(n.Server().Addr(), s.port(0)).String()
	if l, err := net.Listen("tcp", at); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("another program listens: %v, %v", l, err)
	}
	l, err := onePort{s.keep(n.Server()), s.port(0)}.Listen(7, 0)
	if err != nil {
		t.Error(err)
	} else {
		_ = l.Close()
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

// On the machine's own network what refutes a belief stands under the ladder as well,
// by the frames that were captured; of one that is not refuted no rule is blamed.
func TestBeliefsOnTheHost(t *testing.T) {
	t.Parallel()
	stateless, _ := httpdemo.Find("stateless")
	token, _ := httpdemo.Find("token")
	l := httpdemo.Lesson{
		Name: "twice", Refutes: slices.Concat(stateless.Refutes, token.Refutes[:1]),
		Run: func(ctx context.Context, e *httpdemo.Env) error {
			server, err := httpdemo.NewPlain(e.Now)
			if err != nil {
				return err
			}
			if _, err := e.Serve(httpdemo.Server, server); err != nil {
				return err
			}
			b := e.Browser(ctx, httpdemo.Client)
			for range 2 {
				if _, err := b.Get(e.Machine(httpdemo.Server).URL("/api/public")); err != nil {
					return err
				}
			}
			return nil
		},
	}
	var out, complaints bytes.Buffer
	e := &env{stdout: &out, stderr: &complaints, getenv: func(string) string { return "" }, width: 80}
	f := lessonFlags{viewFlags: viewFlags{view: "ladder", format: "text", out: "-", color: "never", theme: "light", lang: "en"}, net: "host", seed: "1", at: vantageClient}
	v, err := f.resolve(e)
	if err != nil {
		t.Fatal(err)
	}
	v.opts.FoldSegments = true
	if err := f.lessonOnHost(t.Context(), e, &out, v, l); err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(out.String()), " ")
	if complaints.Len() > 0 {
		if strings.Contains(page, "What many believe") {
			t.Errorf("without frames:\n%s", out.String())
		}
		t.Skip("frames cannot be captured here: " + complaints.String())
	}
	var answers []string
	for _, m := range regexp.MustCompile(`(?m)^ *(\d+) .*HTTP/1\.1 200 OK`).FindAllStringSubmatch(out.String(), -1) {
		answers = append(answers, m[1])
	}
	if len(answers) != 2 {
		t.Fatalf("%d answers:\n%s", len(answers), out.String())
	}
	for _, want := range []string{
		"What many believe, and what refutes it here",
		"frames " + strings.Join(answers, ", ") + ": the server answers twice on one connection",
		"frames " + strings.Join(answers, ", ") + ": the second answer on the same connection has the same content",
		"not to be seen in this run",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
	if strings.Contains(page, "rules") {
		t.Errorf("there are no rules:\n%s", out.String())
	}
}
