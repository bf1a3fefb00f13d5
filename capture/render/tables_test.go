package render_test

import (
	"bytes"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func ipParty(role trace.Role, n int, addr string) trace.Participant {
	return trace.Participant{Role: role, N: n, Addr: netip.MustParseAddrPort(addr)}
}

// remembers reports a control block, as a stack does.
func remembers(from trace.Participant, remote, state string) trace.Event {
	to := netip.MustParseAddrPort(remote)
	return trace.Event{
		Kind: trace.KindMemory, Stream: -1, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		From: from, To: trace.Participant{Addr: to},
		Memory: &trace.Memory{Entries: []trace.Entry{
			{Name: "state", Value: state, Bytes: 1},
			{Name: "local address", Value: from.Addr.String(), Bytes: 6},
			{Name: "remote address", Value: remote, Bytes: 6},
			{Name: "SND.NXT", Value: "1", Bytes: 4},
		}},
	}
}

func stepped(title string) trace.Event {
	return trace.Event{Kind: trace.KindNote, Stream: -1, Note: &trace.Note{Step: true, Text: trace.Text{En: title, Ko: title}}}
}

// tables are the lines under a ladder of events, from one that begins with from.
func tables(t *testing.T, o render.Options, from string, events ...trace.Event) string {
	t.Helper()
	var b bytes.Buffer
	err := render.Text(&b, func(yield func(trace.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	_, out, found := strings.Cut(b.String(), "\n"+from)
	if !found {
		t.Fatalf("no line begins with %q:\n%s", from, b.String())
	}
	for line := range strings.Lines(out) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 && o.Width == 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	return out
}

const nowTitle = "What each side remembers now\n"

// A row of the table of control blocks is of one connection: a block whose other
// end has forgotten stands alone.
func TestRowsPairTheEndsOfAConnection(t *testing.T) {
	t.Parallel()
	const client1, client2, server = "10.0.0.1:52911", "10.0.0.1:51656", "10.0.0.2:7"
	of := func(addr string) trace.Participant { return ipParty(trace.RoleClient, 0, addr) }
	serverParty := ipParty(trace.RoleServer, 0, server)
	o := render.Options{Width: 80}

	alone := tables(t, o, nowTitle, remembers(of(client2), server, "ESTABLISHED"), remembers(serverParty, client1, "CLOSE-WAIT"))
	for line := range strings.Lines(alone) {
		if strings.Contains(line, client2) && (strings.Contains(line, client1) || strings.Contains(line, "10.0.0.2:7  ") && strings.Contains(line, "local")) ||
			strings.Contains(line, "ESTABLISHED") && strings.Contains(line, "CLOSE-WAIT") {
			t.Errorf("two connections share a row: %q", line)
		}
	}
	pair := tables(t, o, nowTitle, remembers(of(client1), server, "ESTABLISHED"), remembers(serverParty, client1, "CLOSE-WAIT"))
	if !strings.Contains(pair, "state           ESTABLISHED     CLOSE-WAIT       1") {
		t.Errorf("the ends of one connection do not share a row:\n%s", pair)
	}
	several := tables(t, o, nowTitle, remembers(of(client2), server, "ESTABLISHED"),
		remembers(serverParty, client1, "CLOSE-WAIT"), remembers(serverParty, client2, "FIN-WAIT-2"))
	for _, want := range []string{"TCB 10.0.0.1:51656  ESTABLISHED  FIN-WAIT-2     17\n", "TCB 10.0.0.1:52911               CLOSE-WAIT     17\n"} {
		if !strings.Contains(several, want) {
			t.Errorf("no row %q:\n%s", want, several)
		}
	}
}

// A frame's number of four digits takes none of its time's: the columns move.
func TestLongFrameNumbersLeaveTheTime(t *testing.T) {
	t.Parallel()
	client, server := ipParty(trace.RoleClient, 0, "10.0.0.1:1"), ipParty(trace.RoleServer, 0, "10.0.0.2:80")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	segment := func(frame int, after time.Duration) trace.Event {
		s := &trace.Segment{}
		s.Src, s.Dst, s.Flags = client.Addr, server.Addr, tcpstate.ACK
		return trace.Event{Kind: trace.KindSegment, Frame: frame, At: at.Add(after), From: client, To: server, Segment: s}
	}
	out := tables(t, render.Options{Width: 80}, "  #", segment(999, 0), segment(1000, 12345678*time.Microsecond), segment(1001, 12645678*time.Microsecond))
	for _, want := range []string{"\n999 0.00000 ", "\n1000 12.3457  +12s ", "\n1001 12.6457 +300ms "} {
		if !strings.Contains(out, want) {
			t.Errorf("no row %q:\n%s", want, out)
		}
	}
}

// A flag is told before a number that an ACK can do without; what is found and has no
// room on the arrow stands below it.
func TestNarrowRowsKeepFlagsAndFindings(t *testing.T) {
	t.Parallel()
	client, server := ipParty(trace.RoleClient, 0, "10.0.0.1:1"), ipParty(trace.RoleServer, 0, "10.0.0.2:80")
	s := &trace.Segment{}
	s.Relative, s.RelSeq, s.RelAck = true, 1234567, 7654321
	s.Src, s.Dst, s.Flags, s.Len = client.Addr, server.Addr, tcpstate.PSH|tcpstate.ACK, 1420
	s.Findings = []tcpstate.Finding{{Name: tcpstate.FoundWindowFull}}
	for lang, words := range map[explain.Lang]string{explain.English: " window full ", explain.Korean: " 윈도우 가득 참 "} {
		out := tables(t, render.Options{Width: 80, Lang: lang}, "  #", trace.Event{Kind: trace.KindSegment, Frame: 1, From: client, To: server, Segment: s})
		if !strings.Contains(out, "─ PSH,ACK seq=1234567 len=1420 ") || !strings.Contains(out, words) {
			t.Errorf("the row has no PSH, or nothing says%s:\n%s", words, out)
		}
	}
}

// However many take part, and however narrow the screen, the tables name them and
// their kinds of memory whole.
func TestTablesCutNoName(t *testing.T) {
	t.Parallel()
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		var events []trace.Event
		for i, title := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth") {
			events = append(events, stepped(title))
			for n, party := range []trace.Participant{
				ipParty(trace.RoleClient, 0, "10.0.0.1:1"), ipParty(trace.RoleServer, 1, "10.0.0.2:80"), ipParty(trace.RoleServer, 2, "10.0.0.3:80"),
			} {
				events = append(events, trace.Event{Kind: trace.KindMemory, Stream: -1, From: party, Memory: &trace.Memory{Entries: []trace.Entry{
					{Kind: trace.MemoryConnection, Name: "TCB", Bytes: 65},
					{Kind: trace.MemoryConversation, Name: "browser 1: cookie visitor", Value: "a word and another", Bytes: 1000*n + i},
					{Kind: trace.MemoryResource, Name: "/an/address/of/page", Value: "text/html", Bytes: 12345},
				}}})
			}
		}
		ledger := map[explain.Lang]string{explain.English: "Who remembered", explain.Korean: "단계가"}[lang]
		out := tables(t, render.Options{Width: 80, Lang: lang}, ledger, events...)
		if lang == explain.English && !strings.Contains(out, "13 thirteenth\n") {
			t.Errorf("the steps are not numbered:\n%s", out)
		}
		if strings.Contains(out, "…") {
			t.Errorf("something is cut:\n%s", out)
		}
		for _, title := range []string{"first", "thirteenth", "2012", "/an/address/of/page"} {
			if !strings.Contains(out, title) {
				t.Errorf("no %q:\n%s", title, out)
			}
		}
	}
}

// Whichever lane a call belongs to, and however long it is, its box lies in the
// picture.
func TestBoxesLieInThePicture(t *testing.T) {
	t.Parallel()
	var events []trace.Event
	parties := []trace.Participant{
		ipParty(trace.RoleClient, 0, "10.0.0.1:1"), ipParty(trace.RoleServer, 1, "10.0.0.2:80"), ipParty(trace.RoleServer, 2, "10.0.0.3:80"),
	}
	for _, p := range parties {
		events = append(events, trace.Event{Kind: trace.KindCall, Stream: -1, From: p, Call: &trace.Call{
			Name: "write", Args: `"` + strings.Repeat("long ", 60) + `"`, Result: "300 bytes",
		}})
	}
	var b bytes.Buffer
	if err := render.SVG(&b, func(yield func(trace.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}, render.Options{Lanes: parties}); err != nil {
		t.Fatal(err)
	}
	boxes := regexp.MustCompile(`<rect x="(-?[0-9.]+)" y="[^"]*" width="([0-9.]+)"`).FindAllStringSubmatch(b.String(), -1)
	if len(boxes) < len(parties) {
		t.Fatalf("%d boxes", len(boxes))
	}
	for _, m := range boxes {
		x, _ := strconv.ParseFloat(m[1], 64)
		width, _ := strconv.ParseFloat(m[2], 64)
		if x < 0 || x+width > 1280 {
			t.Errorf("a box from %.1f to %.1f", x, x+width)
		}
	}
}
