package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"statelab/capture"
	"statelab/capture/filter"
	"statelab/capture/live"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/sockstate"
)

// recordExchange records one exchange with a server, from listen to close.
func recordExchange(t *testing.T, o RecordOptions) (*Recorder, *network.Recording) {
	t.Helper()
	n := newNetwork(t, Options{})
	free, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := addrPort(free.Addr())
	_ = free.Close()
	o.Port = at.Port()
	o.Filter = filter.ForLink(fmt.Sprintf("tcp port %d", at.Port()), filter.Options{Kernel: true})
	r, err := n.Record(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	type result struct {
		recording *network.Recording
		err       error
	}
	collected := make(chan result, 1)
	go func() {
		rec, err := r.Collect()
		collected <- result{rec, err}
	}()
	l, err := n.Server().Listen(at.Port(), 3)
	if err != nil {
		t.Fatal(err)
	}
	n.Go(func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.Copy(c, c)
		_ = c.Close()
	})
	c, err := n.Client().Dial(t.Context(), at, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	n.Report(trace.Observation{Kind: trace.ObservedNote, Note: &trace.Note{Text: trace.Text{En: "half", Ko: "절반"}}})
	_ = c.CloseWrite()
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}
	_ = c.Close()
	_ = l.Close()
	n.apps.Wait()
	r.Stop()
	got := <-collected
	if got.err != nil {
		t.Fatal(got.err)
	}
	return r, got.recording
}

// The whole of an exchange: the frames from SYN to the last ACK, the calls in
// their order, the states that lasted, all in order of time.
func TestRecord(t *testing.T) {
	t.Parallel()
	r, rec := recordExchange(t, RecordOptions{Memory: true})
	for i, o := range rec.Observations {
		if i > 0 && o.At.Before(rec.Observations[i-1].At) {
			t.Errorf("observation %d goes back in time", i)
		}
	}
	var calls, states []string
	notes, memories := 0, 0
	for _, o := range rec.Observations {
		switch o.Kind {
		case trace.ObservedCall:
			if o.Call.Name != "read" || o.Call.Result != "EOF" || o.Party.Role == trace.RoleClient { // the server's EOF may come at any time
				calls = append(calls, fmt.Sprintf("%v %s(%s)", o.Party.Role, o.Call.Name, o.Call.Args))
			}
		case trace.ObservedState:
			states = append(states, fmt.Sprintf("%v %v", o.Party.Role, o.To))
			if o.Cause.Kind == tcpstate.OnCall { // it shows what was so before accept, and what connect has made
				calls = append(calls, fmt.Sprintf("%v %v by %s", o.Party.Role, o.To, o.Cause.Name))
			}
		case trace.ObservedNote:
			notes++
		case trace.ObservedMemory:
			memories++
		default:
		}
	}
	for _, want := range []string{`client write("hello\n")`, `client read("hello\n")`, "client shutdown(write)", "client close()", "server accept()", "server close()"} {
		if !slices.Contains(calls, want) {
			t.Errorf("no %s in %q", want, calls)
		}
	}
	if !slices.ContainsFunc(calls, func(c string) bool {
		return strings.HasPrefix(c, "server listen(port ") && strings.HasSuffix(c, ", backlog 3)")
	}) {
		t.Errorf("no listen in %q", calls)
	}
	if told := slices.Index(calls, "server ESTABLISHED by accept"); told < 0 || told > slices.Index(calls, "server accept()") {
		t.Errorf("%q: accept's state does not come before its row", calls)
	}
	if !slices.Contains(calls, "client ESTABLISHED by connect") {
		t.Errorf("%q: connect does not tell its state", calls)
	}
	if notes != 1 {
		t.Errorf("%d notes", notes)
	}
	if sockstate.Supported() == nil {
		// What is over within a millisecond may be missed; TIME-WAIT lasts.
		if !slices.Contains(states, "client TIME-WAIT") || memories == 0 {
			t.Errorf("states %q, %d memories", states, memories)
		}
	}
	checkFrames(t, r, rec)
}

// What is reported last comes behind all else, and when no frame comes any more.
func TestLastOfARecording(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true, Last: func() {
		n.Report(trace.Observation{Kind: trace.ObservedMemory, Party: n.Server().Party(), Memory: &trace.Memory{}})
	}})
	if err != nil {
		t.Fatal(err)
	}
	rec := collect(t, n, r)
	if all := rec.Observations; len(all) == 0 || all[len(all)-1].Kind != trace.ObservedMemory || all[len(all)-1].Conn.Local.IsValid() {
		t.Errorf("%+v", all)
	}
}

// Each connection that was accepted has a beginning and an end on the timeline,
// also where both lie between two looks at the sockets; one that was reset before
// accept found it has no beginning behind its end.
func TestEveryEndIsTold(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	l, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := addrPort(l.Addr())
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true, NoCalls: true, Port: at.Port()})
	if err != nil {
		t.Fatal(err)
	}
	begun := map[trace.Conn]bool{} // by accept
	ended := make(chan map[trace.Conn][]tcpstate.State)
	go func() {
		states := map[trace.Conn][]tcpstate.State{}
		for o := range r.Observations() {
			if o.Kind == trace.ObservedState && o.Party.Role == trace.RoleServer && o.Conn.Remote.IsValid() {
				states[o.Conn] = append(states[o.Conn], o.To)
				if o.Cause.Kind == tcpstate.OnCall {
					begun[o.Conn] = true
				}
			}
		}
		ended <- states
	}()
	const connections = 300
	var dead trace.Conn
	for i := range connections + 1 {
		client, err := net.Dial("tcp", at.String())
		if err != nil {
			t.Fatal(err)
		}
		_ = client.(*net.TCPConn).SetLinger(0)
		if i == connections { // the last: its reset is there before accept is called
			_ = client.Close()
			dead = trace.Conn{Local: at, Remote: addrPort(client.LocalAddr())}
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
		_ = server.Close()
	}
	r.Stop()
	states := <-ended
	if begun[dead] {
		t.Errorf("reset before it was accepted: %v", states[dead])
	}
	delete(states, dead) // a look may have found it
	lost := 0
	for _, s := range states {
		if s[len(s)-1] != tcpstate.Closed {
			lost++
		}
	}
	if lost > 0 || len(states) != connections {
		t.Errorf("of %d connections %d were told, and the end of %d was not", connections, len(states), lost)
	}
}

func checkFrames(t *testing.T, r *Recorder, rec *network.Recording) {
	t.Helper()
	if err := r.CaptureErr(); err != nil {
		var rights *live.PrivilegeError
		var lacking *live.UnsupportedError
		if !errors.As(err, &rights) && !errors.As(err, &lacking) {
			t.Errorf("capture: %v", err)
		}
		if os.Getenv("CI") != "true" {
			t.Skip("no frames without rights: ", err)
		}
		t.Fatal(err)
	}
	var flags []byte
	loopback := []byte{127, 0, 0, 1}
	for i, f := range rec.Frames {
		if f.Number != i+1 || f.Vantage != "host" || len(f.Data) < 54 {
			t.Fatalf("frame %d: %+v", i, f)
		}
		if src, dst := f.Data[26:30], f.Data[30:34]; !slices.Equal(src, loopback) || !slices.Equal(dst, loopback) {
			continue // another address's service that has the port as well
		}
		flags = append(flags, f.Data[47])
	}
	const fin, syn, ack = 1, 2, 16
	if len(flags) < 8 || flags[0] != syn || flags[1] != syn|ack || flags[2] != ack || flags[len(flags)-1]&(fin|ack) == 0 {
		t.Errorf("flags %v", flags)
	}
	if n := count(flags, fin); n != 2 {
		t.Errorf("%d FIN in %v", n, flags)
	}
	if s, err := r.Stats(); err != nil || s.Received != uint64(len(rec.Frames)) || s.Dropped != 0 {
		t.Errorf("stats %+v, %v for %d frames", s, err, len(rec.Frames))
	}
}

func count(flags []byte, bit byte) (n int) {
	for _, f := range flags {
		if f&bit != 0 {
			n++
		}
	}
	return n
}

func TestRecordWithoutCapture(t *testing.T) {
	t.Parallel()
	r, rec := recordExchange(t, RecordOptions{NoCapture: true})
	if len(rec.Frames) != 0 || r.CaptureErr() != nil || len(rec.Observations) == 0 {
		t.Errorf("%d frames, %v, %d observations", len(rec.Frames), r.CaptureErr(), len(rec.Observations))
	}
	if _, ok := r.Link(); ok {
		t.Error("a link type without frames")
	}
}

func TestRecordErrors(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	var unknown *live.InterfaceError
	if _, err := n.Record(t.Context(), RecordOptions{Interface: "no-such-interface"}); !errors.As(err, &unknown) {
		t.Errorf("%v", err)
	}
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Record(t.Context(), RecordOptions{NoCapture: true}); !errors.Is(err, ErrRecording) {
		t.Errorf("%v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	again, err := n.Record(t.Context(), RecordOptions{NoCapture: true})
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
}

// The context's end is Stop.
func TestRecordContext(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	r, err := n.Record(ctx, RecordOptions{Port: 9, Filter: filter.ForLink("port 9", filter.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Collect(); err != nil {
		t.Error(err)
	}
}

func TestTimelineOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		line := newTimeline()
		t0 := time.Now()
		note := func(ms int, text string) {
			line.report(trace.Observation{Kind: trace.ObservedNote, At: t0.Add(time.Duration(ms) * time.Millisecond), Note: &trace.Note{Text: trace.Text{En: text}}})
		}
		var got []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			var last time.Time
			for o := range line.all() {
				if o.At.Before(last) {
					t.Errorf("%v after %v", o.At.Sub(t0), last.Sub(t0))
				}
				last = o.At
				if o.Kind == trace.ObservedNote {
					got = append(got, o.Note.Text.En)
				} else {
					got = append(got, "tick "+o.At.Sub(t0).String())
				}
			}
		}()
		note(20, "c")
		note(10, "a")
		note(10, "b")
		note(200, "e")
		synctest.Wait()
		if len(got) != 0 {
			t.Errorf("%q before anything is certain", got)
		}
		line.advance(t0.Add(100 * time.Millisecond))
		synctest.Wait()
		note(50, "d") // too late for its place: it comes next
		line.end()
		<-done
		if want := []string{"a", "b", "c", "tick 100ms", "d", "e"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestTimelineBound(t *testing.T) {
	t.Parallel()
	line := newTimeline()
	for range most + 5 {
		line.report(trace.Observation{Kind: trace.ObservedCall, Call: &trace.Call{Name: "read"}})
	}
	line.report(trace.Observation{Kind: trace.ObservedState, To: tcpstate.Closed})
	line.end()
	var calls, states, notes int
	for o := range line.all() {
		switch o.Kind {
		case trace.ObservedCall:
			calls++
		case trace.ObservedState:
			states++
		case trace.ObservedNote:
			notes++
			if !strings.HasPrefix(o.Note.Text.En, "5 calls") || !strings.Contains(o.Note.Text.Ko, "5개") {
				t.Errorf("%+v", o.Note.Text)
			}
		default:
		}
	}
	if calls != most || states != 1 || notes != 1 {
		t.Errorf("%d calls, %d states, %d notes", calls, states, notes)
	}
}

// A server's timeline as it happens: states and calls, and the frames where
// capturing is allowed.
func ExampleNetwork_Record() {
	n, err := New(Options{Server: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := n.Record(context.Background(), RecordOptions{NoCapture: true, Port: 9})
	if err != nil {
		fmt.Println(err)
		return
	}
	n.Report(trace.Observation{Kind: trace.ObservedNote, Note: &trace.Note{Text: trace.Text{En: "a note", Ko: "메모"}}})
	r.Stop()
	rec, err := r.Collect()
	fmt.Println(len(rec.Frames), "frames;", rec.Observations[0].Note.Text.En, err)
	fmt.Println(n.Close())
	// Output:
	// 0 frames; a note <nil>
	// <nil>
}

var _ capture.Source = (&Recorder{}).Frames()

// That a socket listens is told with the call, before a SYN can come.
func TestListenIsToldAtOnce(t *testing.T) {
	t.Parallel()
	if err := sockstate.Supported(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true})
	if err != nil {
		t.Fatal(err)
	}
	rec := collect(t, n, r)
	at := func(of func(trace.Observation) bool) int { return slices.IndexFunc(rec.Observations, of) }
	listening := at(func(o trace.Observation) bool {
		return o.Kind == trace.ObservedState && o.To == tcpstate.Listen && o.Cause.Kind == tcpstate.OnCall
	})
	called := at(func(o trace.Observation) bool { return o.Kind == trace.ObservedCall && o.Call.Name == "connect" })
	if listening < 0 || listening > called {
		t.Errorf("LISTEN is observation %d, connect() is %d", listening, called)
	}
}

// collect is what r has recorded of one connection.
func collect(t *testing.T, n *Network, r *Recorder) *network.Recording {
	t.Helper()
	connect(t, n)
	r.Stop()
	rec, err := r.Collect()
	if err != nil {
		t.Fatal(err)
	}
	return rec
}
