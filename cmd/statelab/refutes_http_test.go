package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo/network"
)

// httpBenders are rules that change what a lesson shows.
var httpBenders = []string{
	"", "loss 30%", "delay 300ms", "duplicate 1st any", "drop fin always", "drop 1st data segment server→client once",
	"drop 3rd data segment server→client always", "drop 5th data segment client→server always", "cut from 300ms", "cut from 2s",
}

// TestRefutationsAreTrueOfBentHTTPLessons: whatever rules do to a lesson, what is said
// to refute a belief does so in the run that is shown, and where nothing is said the run
// does not show it. That is judged by the octets that arrived, which gopacket and
// net/http have read, and not by what was looked for.
func TestRefutationsAreTrueOfBentHTTPLessons(t *testing.T) {
	t.Parallel()
	for _, l := range httpdemo.Lessons() {
		if len(l.Refutes) == 0 {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			shown := map[int]int{}
			for _, rule := range httpBenders {
				var rules []network.Rule
				if rule != "" {
					rules = network.MustParseRules(rule)
				}
				p, err := performLesson(t.Context(), l, defaultSeed, rules)
				if err != nil {
					t.Fatal(err)
				}
				found, err := trace.Refute(p.events(vantageClient), p.refutes)
				if err != nil {
					t.Fatal(err)
				}
				all := arrivedExchanges(t, p.recording)
				for _, f := range found {
					judge := httpJudges[fmt.Sprintf("%s/%d", l.Name, f.N)]
					if judge == nil {
						t.Fatalf("belief %d: nobody judges it", f.N)
					}
					if !f.Shown() {
						if c := search(all, judge, nil); c != nil {
							t.Errorf("%q: belief %d is refuted, and that is not said: %v", rule, f.N, c)
						}
						continue
					}
					shown[f.N]++
					cited := citedExchanges(all, f.Events)
					if cited == nil || judge(cited...) != "" {
						t.Errorf("%q: belief %d: %s: %v", rule, f.N, f.Why(f.Events).En, cited)
					}
					namesItsFrames(t, p, &f)
				}
			}
			for _, f := range l.Refutes {
				if n := shown[f.N]; n == 0 || n == len(httpBenders) {
					t.Errorf("belief %d was refuted in %d of %d runs: one of the two is not tested", f.N, n, len(httpBenders))
				}
			}
			t.Log(shown)
		})
	}
}

// arrivedExchange is a request that has arrived at its server, and the final response to it
// that has arrived at its client.
type arrivedExchange struct {
	client  netip.AddrPort
	nth     int // on its connection, from 1
	request *http.Request
	octets  string // the request's
	asked   time.Time
	// status is that of the response, 0 where none has come whole.
	status   int
	header   http.Header
	body     []byte
	answered time.Time
}

func (x *arrivedExchange) String() string {
	return fmt.Sprintf("%s/%d %s %s %d", x.client, x.nth, x.request.Method, x.request.RequestURI, x.status)
}

func (x *arrivedExchange) bearer() string {
	token, ok := strings.CutPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// httpJudges say what is wrong with the exchanges that are to refute a belief, by lesson
// and number; empty if nothing. They take as many as they index.
var httpJudges = map[string]func(c ...*arrivedExchange) string{
	"stateless/29": func(c ...*arrivedExchange) string {
		return unlessSo("not two answers on one connection", len(c) == 2 && follows(c[0], c[1]))
	},
	"stateless/30": func(c ...*arrivedExchange) string {
		return unlessSo("not the same", len(c) == 2 && follows(c[0], c[1]) && c[0].octets == c[1].octets &&
			c[0].status == c[1].status && len(c[0].body) > 0 && bytes.Equal(c[0].body, c[1].body))
	},
	"keep-alive/30": func(c ...*arrivedExchange) string {
		return unlessSo("no token, then none", len(c) == 2 && follows(c[0], c[1]) && c[0].status == 200 && c[1].status == 401 &&
			c[0].request.Header.Get("X-API-TOKEN") != "" && c[1].request.Header.Get("X-API-TOKEN") == "")
	},
	"session/31": func(c ...*arrivedExchange) string {
		return unlessSo("not the same cookie", len(c) == 2 && later(c...) && c[0].client != c[1].client &&
			c[0].request.URL.Path == "/session/profile" && c[1].request.URL.Path == "/session/profile" &&
			c[0].request.Header.Get("Cookie") != "" && c[0].request.Header.Get("Cookie") == c[1].request.Header.Get("Cookie") &&
			c[0].status == 200 && c[1].status == 302)
	},
	"token/32": func(c ...*arrivedExchange) string {
		var issued struct {
			Access string `json:"access_token"`
		}
		return unlessSo("no logout between", len(c) == 3 && later(c...) && json.Unmarshal(c[0].body, &issued) == nil &&
			c[1].request.URL.Path == "/token/logout" && c[1].status == 204 &&
			c[2].bearer() != "" && c[2].bearer() == issued.Access && c[2].status == 200)
	},
	"token/33": func(c ...*arrivedExchange) string {
		return unlessSo("the name cannot be read", len(c) == 1 && nameIn(c[0].bearer()) == "jisoo")
	},
	"theft/31": func(c ...*arrivedExchange) string {
		return unlessSo("not before and after the logout", len(c) == 3 && later(c...) && c[0].client != c[2].client &&
			c[0].request.Header.Get("Cookie") != "" && c[0].request.Header.Get("Cookie") == c[2].request.Header.Get("Cookie") &&
			strings.HasSuffix(c[0].request.URL.Path, "/account") && strings.HasSuffix(c[2].request.URL.Path, "/account") &&
			strings.HasSuffix(c[1].request.URL.Path, "/logout") && c[1].request.Header.Get("Cookie") == c[0].request.Header.Get("Cookie") &&
			c[0].status == 200 && c[1].status == 204 && c[2].status == 401)
	},
	"theft/32": func(c ...*arrivedExchange) string {
		return unlessSo("not before and after the logout", len(c) == 3 && later(c...) &&
			nameIn(c[0].bearer()) != "" && c[0].bearer() == c[2].bearer() && strings.HasSuffix(c[1].request.URL.Path, "/logout") &&
			c[0].status == 200 && c[1].status == 204 && c[2].status == 200)
	},
}

// mostCited is how many exchanges a judge takes at most.
const mostCited = 3

// search looks for exchanges against which a judge has nothing; nil if there are none.
func search(all []*arrivedExchange, judge func(...*arrivedExchange) string, chosen []*arrivedExchange) []*arrivedExchange {
	if len(chosen) > 0 && judge(chosen...) == "" {
		return chosen
	}
	if len(chosen) == mostCited {
		return nil
	}
	for _, x := range all {
		if found := search(all, judge, append(slices.Clone(chosen), x)); found != nil {
			return found
		}
	}
	return nil
}

func unlessSo(wrong string, so bool) string {
	if so {
		return ""
	}
	return wrong
}

// follows reports whether the second is the next on the first's connection; both were
// answered.
func follows(a, b *arrivedExchange) bool {
	return a.client == b.client && b.nth == a.nth+1 && a.status >= 200 && b.status >= 200
}

// later reports whether each was asked when the one before had been answered.
func later(all ...*arrivedExchange) bool {
	for i, x := range all {
		if x.status == 0 || i > 0 && x.asked.Before(all[i-1].answered) {
			return false
		}
	}
	return true
}

// nameIn is the sub of a JWT, read without a key.
func nameIn(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ Sub string }
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Sub
}

// citedExchanges are those of the messages that are cited, each once; nil where one of
// them has not arrived.
func citedExchanges(all []*arrivedExchange, events []trace.Event) (cited []*arrivedExchange) {
	for i := range events {
		e := &events[i]
		if e.Kind != trace.KindMessage {
			return nil
		}
		client := e.To.Addr
		if e.Message.Request {
			client = e.From.Addr
		}
		at := slices.IndexFunc(all, func(x *arrivedExchange) bool { return x.client == client && x.nth == e.Message.Exchange })
		if at < 0 || !e.Message.Request && all[at].status != e.Message.Status || e.Message.Request && all[at].request.RequestURI != e.Message.Target {
			return nil
		}
		if len(cited) == 0 || cited[len(cited)-1] != all[at] {
			cited = append(cited, all[at])
		}
	}
	return cited
}

var digits = regexp.MustCompile(`\d+`)

// namesItsFrames holds that the sentence names the same frames in both languages, and
// that each is a segment with data of the connection that it is said of.
func namesItsFrames(t *testing.T, p *performance, f *trace.Refuted) {
	t.Helper()
	numbers := func(lang explain.Lang) []string {
		where, _, _ := strings.Cut(refutedBy(lang, f), ":")
		return digits.FindAllString(where, -1)
	}
	if en, ko := numbers(explain.English), numbers(explain.Korean); len(en) == 0 || !slices.Equal(en, ko) {
		t.Errorf("belief %d is at %v in English, and at %v in Korean", f.N, en, ko)
	}
	seen := p.recording.At(vantageClient)
	for i := range f.Events {
		e := &f.Events[i]
		if e.Frame == 0 {
			continue // of others' machines
		}
		from, to, segment := segmentOf(&seen[e.Frame-1])
		if from != e.From.Addr || to != e.To.Addr || len(segment.Payload) == 0 {
			t.Errorf("belief %d: frame %d is from %s to %s, with %d octets", f.N, e.Frame, from, to, len(segment.Payload))
		}
	}
}

// segmentOf reads a frame with gopacket.
func segmentOf(f *capture.Frame) (from, to netip.AddrPort, segment *layers.TCP) {
	packet := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.Default)
	ip, _ := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	segment, _ = packet.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if ip == nil || segment == nil {
		return from, to, nil
	}
	source, _ := netip.AddrFromSlice(ip.SrcIP)
	target, _ := netip.AddrFromSlice(ip.DstIP)
	return netip.AddrPortFrom(source, uint16(segment.SrcPort)), netip.AddrPortFrom(target, uint16(segment.DstPort)), segment
}

// direction is what has arrived of one direction of a connection.
type direction struct {
	isn    uint32
	octets []byte // in order, without a gap
	held   map[int][]byte
	marks  []mark
}

// mark is when the first octets had all arrived.
type mark struct {
	octets int
	at     time.Time
}

func (d *direction) take(s *layers.TCP, at time.Time) {
	d.held[int(int32(s.Seq-d.isn-1))] = s.Payload
	for more := true; more; {
		more = false
		for from, piece := range d.held {
			if n := len(d.octets); from <= n && from+len(piece) > n {
				d.octets, more = append(d.octets, piece[n-from:]...), true
				delete(d.held, from)
			}
		}
	}
	d.marks = append(d.marks, mark{len(d.octets), at})
}

// when is when that many octets had arrived.
func (d *direction) when(octets int) time.Time {
	i := slices.IndexFunc(d.marks, func(m mark) bool { return m.octets >= octets })
	return d.marks[i].at
}

// arrivedExchanges reads what has arrived at every end of every connection to port 80.
func arrivedExchanges(t *testing.T, r *network.Recording) (all []*arrivedExchange) {
	t.Helper()
	type way struct{ from, to netip.AddrPort }
	ways := map[way]*direction{}
	var opened []way
	for i := range r.Frames {
		f := &r.Frames[i]
		from, to, s := segmentOf(f)
		if s == nil || f.Direction != capture.Inbound {
			continue
		}
		w := way{from, to}
		if s.SYN && ways[w] == nil {
			ways[w] = &direction{isn: s.Seq, held: map[int][]byte{}}
			if to.Port() == httpPort {
				opened = append(opened, w)
			}
		}
		if d := ways[w]; d != nil && len(s.Payload) > 0 {
			d.take(s, f.Time)
		}
	}
	for _, w := range opened {
		back := ways[way{w.to, w.from}]
		if back == nil {
			back = &direction{}
		}
		all = append(all, readExchanges(ways[w], back, w.from)...)
	}
	return all
}

// readExchanges reads the messages of one connection with net/http.
func readExchanges(there, back *direction, client netip.AddrPort) (all []*arrivedExchange) {
	requests, place := octetReader(there.octets)
	responses, answered := octetReader(back.octets)
	for {
		before := place()
		q, err := http.ReadRequest(requests)
		if err != nil {
			return all
		}
		if _, err := io.ReadAll(q.Body); err != nil {
			return all
		}
		x := &arrivedExchange{client: client, nth: len(all) + 1, request: q, octets: string(there.octets[before:place()]), asked: there.when(place())}
		all = append(all, x)
		a, err := http.ReadResponse(responses, q)
		if err != nil {
			continue
		}
		if x.body, err = io.ReadAll(a.Body); err == nil {
			x.status, x.header, x.answered = a.StatusCode, a.Header, back.when(answered())
		}
	}
}

// octetReader reads octets, and tells how many have been taken.
func octetReader(octets []byte) (r *bufio.Reader, place func() int) {
	below := bytes.NewReader(octets)
	r = bufio.NewReader(below)
	return r, func() int { return len(octets) - below.Len() - r.Buffered() }
}
