package where

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// connection is what an expression may ask about: each field is a name with a
// dot, and about says in English and Korean what it is.
type connection struct {
	Client endpoint `expr:"client"`
	Server endpoint `expr:"server"`
	TCP    tcpFacts `expr:"tcp"`
	HTTP   web      `expr:"http"`
}

type endpoint struct {
	IP    string `expr:"ip" en:"address" ko:"주소"`
	Port  int    `expr:"port" en:"port" ko:"포트"`
	Bytes int64  `expr:"bytes" en:"bytes that it sent, each counted once" ko:"보낸 바이트 수(바이트마다 한 번만 셈)"`
	State string `expr:"state" en:"its last state: \"TIME-WAIT\"" ko:"마지막 상태: \"TIME-WAIT\""`
}

type tcpFacts struct {
	Stream    int    `expr:"stream" en:"number of the connection, from 0" ko:"연결 번호, 0부터"`
	First     int    `expr:"first_frame" en:"its first frame" ko:"첫 프레임"`
	Last      int    `expr:"last_frame" en:"its last frame" ko:"마지막 프레임"`
	Segments  int    `expr:"segments" en:"how many segments were seen" ko:"세그먼트 수"`
	Handshake bool   `expr:"handshake" en:"the three-way handshake is complete" ko:"3방향 핸드셰이크가 끝났는지"`
	RTT       int64  `expr:"rtt_us" en:"round-trip time of the handshake, microseconds; 0 if unknown" ko:"핸드셰이크의 왕복 시간(마이크로초), 모르면 0"`
	Closed    string `expr:"closed" en:"how it ended: \"fin\", \"rst\", \"half\", \"timeout\", \"never\", \"open\"" ko:"끝난 방식: \"fin\", \"rst\", \"half\", \"timeout\", \"never\", \"open\""`
	Duration  int64  `expr:"duration_us" en:"from its first frame to its last, microseconds" ko:"첫 프레임부터 마지막 프레임까지(마이크로초)"`
	Resent    int    `expr:"retransmitted" en:"segments whose bytes were seen here before, both ends together" ko:"여기서 이미 보인 바이트를 다시 실은 세그먼트 수, 양쪽 합"`
	Limit     string `expr:"limit" en:"what limited it most: \"path\", \"delayed-ack\", \"loss\", \"window\", \"client\", \"server\", \"idle\", \"opening\", \"closing\", \"unseen\"; empty where nothing did" ko:"가장 오래 발목을 잡은 것: \"path\", \"delayed-ack\", \"loss\", \"window\", \"client\", \"server\", \"idle\", \"opening\", \"closing\", \"unseen\", 없으면 빈 문자열"`
	Limited   int64  `expr:"limited_us" en:"for how long, microseconds" ko:"그것이 걸린 시간(마이크로초)"`
	Loss      int64  `expr:"loss_us" en:"time spent on repairing losses, microseconds" ko:"손실을 메우는 데 든 시간(마이크로초)"`
	Findings  words  `expr:"findings" en:"names of what was found in its segments, where nothing beside them denies it" ko:"세그먼트에서 발견된 것의 이름, 옆에 선 것이 부정하지 않을 때"`
}

type web struct {
	Exchanges int     `expr:"exchanges" en:"how many requests were seen" ko:"요청 수"`
	Method    words   `expr:"method" en:"methods asked" ko:"요청 메서드"`
	Target    words   `expr:"target" en:"targets asked" ko:"요청 대상"`
	Host      words   `expr:"host" en:"values of Host" ko:"Host 값"`
	Status    numbers `expr:"status" en:"status codes answered" ko:"응답 상태 코드"`
	Type      words   `expr:"type" en:"media types of bodies" ko:"본문의 미디어 타입"`
	BodyBytes numbers `expr:"body_bytes" en:"sizes of response bodies" ko:"응답 본문의 크기"`
	Latency   numbers `expr:"latency_us" en:"from a request's last byte to its response's first, microseconds" ko:"요청의 마지막 바이트부터 응답의 첫 바이트까지(마이크로초)"`

	asked map[int]time.Time // when the last byte of a request was seen, by exchange
}

// Field is one name that an expression may use.
type Field struct {
	Name  string // "tcp.findings"
	About trace.Text
	Many  bool // a connection may have several values of it
}

// Fields lists what an expression may ask about.
func Fields() []Field {
	var all []Field
	group := reflect.TypeFor[connection]()
	for g := range group.Fields() {
		for f := range g.Type.Fields() {
			if !f.IsExported() {
				continue
			}
			all = append(all, Field{
				Name:  g.Tag.Get("expr") + "." + f.Tag.Get("expr"),
				About: trace.Text{En: f.Tag.Get("en"), Ko: f.Tag.Get("ko")},
				Many:  f.Type.Kind() == reflect.Slice,
			})
		}
	}
	return all
}

// maxValues bounds how many different values of one field are kept of a
// connection.
const maxValues = 1000

// gatherer collects what is known of each connection while it lives.
type gatherer map[int]*web

// add takes the next event, and returns the connection that is over with it,
// if one is.
func (g gatherer) add(e *trace.Event) *connection {
	switch e.Kind {
	case trace.KindMessage:
		w := g[e.Stream]
		if w == nil {
			w = &web{}
			g[e.Stream] = w
		}
		w.message(e.Message)
	case trace.KindConnection:
		w := g[e.Stream]
		delete(g, e.Stream)
		if w == nil {
			w = &web{}
		}
		return &connection{Client: end(e.Connection, tcpstate.Client), Server: end(e.Connection, tcpstate.Server), TCP: facts(e.Connection), HTTP: *w}
	default:
	}
	return nil
}

func (w *web) message(m *http1.Message) {
	if m.Request {
		w.Exchanges++
		if len(w.asked) < maxValues {
			if w.asked == nil {
				w.asked = map[int]time.Time{}
			}
			w.asked[m.Exchange] = m.LastTime
		}
		note(&w.Method, m.Method)
		note(&w.Target, m.Target)
		if host, ok := m.Get("Host"); ok {
			note(&w.Host, host)
		}
		return
	}
	note(&w.Status, int64(m.Status))
	if at, ok := w.asked[m.Exchange]; ok && m.Status >= 200 {
		note(&w.Latency, m.FirstTime.Sub(at).Microseconds())
		delete(w.asked, m.Exchange)
	}
	note(&w.BodyBytes, m.BodyBytes)
	if t, ok := m.Get("Content-Type"); ok {
		note(&w.Type, t)
	}
}

// note adds a value that is not there yet.
func note[S ~[]E, E cmp.Ordered](list *S, v E) {
	if len(*list) < maxValues && !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}

func end(c *tcpstate.Conn, e tcpstate.End) endpoint {
	at := c.Key.Client
	if e == tcpstate.Server {
		at = c.Key.Server
	}
	return endpoint{IP: at.Addr().String(), Port: int(at.Port()), Bytes: c.Bytes[e], State: c.State[e].String()}
}

func facts(c *tcpstate.Conn) tcpFacts {
	t := tcpFacts{
		Stream: c.Stream, First: c.First, Last: c.Last, Segments: c.Segments[0] + c.Segments[1],
		Handshake: c.Handshake.Complete, Closed: c.Ending.String(), Duration: c.LastTime.Sub(c.FirstTime).Microseconds(),
	}
	if c.Handshake.HasRTT {
		t.RTT = c.Handshake.RTT.Microseconds()
	}
	t.Resent = c.Direction(tcpstate.Client).Again.Segments + c.Direction(tcpstate.Server).Again.Segments
	t.Loss = c.Spent()[tcpstate.LimitLoss].Microseconds()
	if v := c.Verdict(); c.Measured() && v.Kind == tcpstate.VerdictLimited {
		t.Limit, t.Limited = v.Limit.String(), v.For.Microseconds()
	}
	for name := range c.Standing() {
		t.Findings = append(t.Findings, name)
	}
	return t
}
