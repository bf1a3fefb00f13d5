package httpdemo

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync/atomic"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// theft shows what a session id and a token are worth in foreign hands, and how
// they come there.
func theft() Lesson {
	return Lesson{
		Name: "theft",
		Title: trace.Text{
			En: "A session id and a token, read on the wire and used from another machine; then the same over TLS",
			Ko: "회선에서 읽은 세션 ID와 토큰을 다른 기계에서 쓰기, 그리고 TLS로 같은 일 해 보기",
		},
		Claims:  []string{"C10", "E4"},
		Refutes: theftRefutes(),
		Parties: []trace.Participant{Client, Attacker, Server1, Server2},
		Random:  true,
		Look: trace.Text{
			En: "Look at the attacker's requests: they differ from the client's in nothing but their address. Server 1 is the shop's port for plain HTTP, server 2 the one for TLS; both have one store, which stands at server 1.",
			Ko: "공격자의 요청을 보십시오. 클라이언트의 요청과 주소만 다릅니다. 서버 1은 상점의 평문 HTTP 창구, 서버 2는 TLS 창구이며, 둘은 서버 1에 있는 저장소 하나를 함께 씁니다.",
		},
		Point: trace.Text{
			En: "A session id is as good as a login, and a token as good as its user, whoever brings it: keeping the state at the server makes neither safe. What helps is that nobody can read them on the way (TLS, and Secure so that they go no other way), that the server makes the id and changes it at login, that a logout ends the session, and that a token soon expires.",
			Ko: "세션 ID는 로그인과 똑같고, 토큰은 그 사용자와 똑같습니다. 누가 가져오든 마찬가지입니다. 상태를 서버에 둔다고 안전해지지 않습니다. 도움이 되는 것은 오가는 길에서 아무도 읽지 못하게 하는 것(TLS, 그리고 다른 길로는 보내지 않는 Secure), ID를 서버가 만들고 로그인할 때 바꾸는 것, 로그아웃이 세션을 끝내는 것, 토큰이 곧 만료되는 것입니다.",
		},
		Run: runTheft,
		App: newTheft,
	}
}

// theftHost is the shop's name.
const theftHost = "shop.test"

// theftVisit is what happens between a browser, the two ports of a shop, and
// somebody who can read the wire.
type theftVisit struct {
	*Env
	browser, attacker *Browser
	site              *Site
	plain, secure     *wiretap
	requests          atomic.Int64  // that were served over TLS
	stolen            []trace.Entry // what the attacker has read
}

func runTheft(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	s.Attackable = true // on this lesson's own network
	s.Watch = e.accessed(Server1)
	site, err := NewSite(s, theft())
	if err != nil {
		return err
	}
	certificate, err := Certificate(rand.Reader, e.Now(), theftHost)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate.Leaf)
	l := &theftVisit{Env: e, site: site, plain: e.tap(Server1), secure: e.tap(Server2), browser: e.Browser(ctx, Client), attacker: e.Browser(ctx, Attacker)}
	if _, err := e.Serve(Server1, site); err != nil {
		return err
	}
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.requests.Add(1)
		site.ServeHTTP(w, r)
	})
	if _, err := e.ServeTLS(Server2, counted, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13, Time: e.Now}); err != nil {
		return err
	}
	for _, b := range []*Browser{l.browser, l.attacker} {
		b.Names = map[string]netip.AddrPort{theftHost: e.Machine(Server1).At, theftHost + ":443": e.Machine(Server2).At}
		b.TLS = &tls.Config{RootCAs: roots, Time: e.Now, MinVersion: tls.VersionTLS13}
	}
	l.remember()
	for _, part := range []func() error{l.overPlain, l.afterLogout, l.overTLS, l.downgrade, l.fixation} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// The shop's two ports.
const (
	theftPlain  = "http://" + theftHost
	theftSecure = "https://" + theftHost + ":443"
)

func (l *theftVisit) remember() {
	l.Follow(Client, l.browser.Memory)
	l.Follow(Attacker, func() []trace.Entry { return append(l.stolen, l.attacker.Memory()...) })
	l.Follow(Server1, l.site.Memory)
}

// ask sends a request, and wants it to be answered with a status.
func (l *theftVisit) ask(b *Browser, want int, q Request) (*Response, error) {
	r, err := b.Do(q)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != want {
		return nil, fmt.Errorf("%s was answered with %d, not %d: %s", q.URL, r.StatusCode, want, r.Text)
	}
	l.remember()
	return r, nil
}

// login logs in, and visits with both that it got: the cookie and the token.
func (l *theftVisit) login(origin, path string) error {
	l.browser.DeleteCookies()
	r, err := l.ask(l.browser, http.StatusOK, Request{
		Method: http.MethodPost, URL: origin + path + "login", From: origin + path, Type: "application/x-www-form-urlencoded",
	})
	if err != nil {
		return err
	}
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(r.Text), &got); err != nil {
		return err
	}
	l.browser.Keep("access token", got.Token)
	if _, err := l.ask(l.browser, http.StatusOK, Request{URL: origin + path + "account"}); err != nil {
		return err
	}
	_, err = l.ask(l.browser, http.StatusOK, Request{URL: origin + "/theft/api", NoCookies: true, Fields: []http1.Field{theftBearer(got.Token)}})
	return err
}

func theftBearer(t string) http1.Field {
	return http1.Field{Name: "Authorization", Value: "Bearer " + t}
}

// What there is to steal in a request.
var (
	sessionOnWire = regexp.MustCompile(`Cookie: (session=[\w-]+)`)
	tokenOnWire   = regexp.MustCompile(`Authorization: Bearer ([\w.-]+)`)
)

// steal reads the wire, and returns the session's cookie and the token; empty where
// they are not to be read.
func (l *theftVisit) steal(wire string) (cookie, access string) {
	if m := sessionOnWire.FindStringSubmatch(wire); m != nil {
		cookie = m[1]
	}
	if m := tokenOnWire.FindStringSubmatch(wire); m != nil {
		access = m[1]
	}
	l.stolen = nil
	for _, s := range []struct{ name, value string }{{"stolen session", cookie}, {"stolen token", access}} {
		if s.value != "" {
			l.stolen = append(l.stolen, trace.Entry{Kind: trace.MemoryConversation, Name: s.name, Value: s.value, Bytes: len(s.value)})
		}
	}
	return cookie, access
}

// use lets the attacker send what is not theirs.
func (l *theftVisit) use(origin, cookie, access string, session, api int) error {
	if _, err := l.ask(l.attacker, session, Request{
		URL: origin + theftAttackable + "account", NoCookies: true, Fields: []http1.Field{{Name: "Cookie", Value: cookie}},
	}); err != nil {
		return err
	}
	_, err := l.ask(l.attacker, api, Request{URL: origin + "/theft/api", NoCookies: true, Fields: []http1.Field{theftBearer(access)}})
	return err
}

func (l *theftVisit) overPlain() error {
	l.Step(trace.Text{En: "Over plain HTTP: the client logs in, and shows its session id and its token", Ko: "평문 HTTP: 클라이언트가 로그인하고 세션 ID와 토큰을 보입니다"})
	if err := l.login(theftPlain, theftAttackable); err != nil {
		return err
	}
	cookie, access := l.steal(l.plain.after(0))
	if cookie == "" || access == "" {
		return errors.New("there was nothing to read on the wire")
	}
	l.Step(trace.Text{En: "Who reads the wire has both, and uses them from another machine: the server sees user1", Ko: "회선을 읽은 사람은 둘 다 손에 넣고 다른 기계에서 씁니다. 서버에는 user1로 보입니다"})
	l.Note(trace.Text{
		En: fmt.Sprintf("Read among the %d bytes that went by: %s, and the token %s", l.plain.Len(), cookie, access),
		Ko: fmt.Sprintf("지나간 %d바이트에서 읽은 것: %s, 토큰 %s", l.plain.Len(), cookie, access),
	})
	return l.use(theftPlain, cookie, access, http.StatusOK, http.StatusOK)
}

func (l *theftVisit) afterLogout() error {
	cookie, access := l.stolen[0].Value, l.stolen[1].Value
	l.Step(trace.Text{En: "The user logs out: the stolen session id is worth nothing any more, the stolen token as much as before", Ko: "사용자가 로그아웃합니다. 훔친 세션 ID는 쓸모없어지지만, 훔친 토큰은 여전히 통합니다"})
	if _, err := l.ask(l.browser, http.StatusNoContent, Request{
		Method: http.MethodPost, URL: theftPlain + theftAttackable + "logout", From: theftPlain + "/theft/", Type: "application/x-www-form-urlencoded",
	}); err != nil {
		return err
	}
	if err := l.use(theftPlain, cookie, access, http.StatusUnauthorized, http.StatusOK); err != nil {
		return err
	}
	l.Step(trace.Text{En: "The token's 30 seconds pass: now it is worth nothing either", Ko: "토큰의 유효 기간 30초가 지나면 토큰도 쓸모없어집니다"})
	l.Sleep(theftTTL)
	return l.use(theftPlain, cookie, access, http.StatusUnauthorized, http.StatusUnauthorized)
}

func (l *theftVisit) overTLS() error {
	l.Step(trace.Text{En: "The same over TLS, record by record: who reads the wire finds neither the cookie nor the token", Ko: "TLS로 같은 일, 레코드 하나하나: 회선을 읽어도 쿠키도 토큰도 없습니다"})
	l.secure.watch(l.Env)
	if err := l.login(theftSecure, theftAttackable); err != nil {
		return err
	}
	records, clear, octets := l.secure.unwatch()
	wire := l.secure.after(0)
	for _, word := range []string{"HTTP/", "Cookie", "session", "Bearer", "user1"} {
		if strings.Contains(wire, word) {
			return fmt.Errorf("%q can be read on the wire", word)
		}
	}
	if cookie, access := l.steal(wire); cookie != "" || access != "" {
		return errors.New("something was stolen")
	}
	l.Note(trace.Text{
		En: fmt.Sprintf("%d bytes went by, in %d records. To be read are: what the %d in the clear say (the host's name, the cipher suites offered and chosen), the type, length, direction and time of each other, and the addresses and ports of IP and TCP. So is who talks to which host, when, how often and how much; but no path, no field, no body.", octets, records, clear),
		Ko: fmt.Sprintf("레코드 %[2]d개, %[1]d바이트가 지나갔습니다. 읽을 수 있는 것은 평문인 %[3]d개의 내용(호스트 이름, 제안한 암호 스위트와 고른 암호 스위트), 나머지 레코드의 종류와 길이와 방향과 시각, IP와 TCP의 주소와 포트입니다. 누가 어느 호스트와 언제, 몇 번, 얼마나 주고받는지는 보이지만 경로도 필드도 본문도 보이지 않습니다.", octets, records, clear),
	})
	l.Step(trace.Text{En: "The attacker sends the recorded bytes again: each TLS connection has keys of its own, and the server hangs up", Ko: "공격자가 기록해 둔 바이트를 다시 보냅니다. TLS 연결마다 키가 다르므로 서버가 끊습니다"})
	return l.replayBytes(l.secure.sent())
}

// replayBytes sends what the client had sent, on a connection of the attacker's.
func (l *theftVisit) replayBytes(recorded string) error {
	before := l.requests.Load()
	c, err := l.attacker.machine.Dial(l.attacker.ctx, l.Machine(Server2).At)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Write([]byte(recorded)); err != nil {
		return err
	}
	got, _ := io.ReadAll(c) // until the server hangs up, in whatever way
	if n := l.requests.Load() - before; n != 0 {
		return fmt.Errorf("%d of the recorded requests were served", n)
	}
	en, ko := "are the server's half of a handshake", "핸드셰이크의 서버 쪽 절반입니다"
	if alert := lastAlert(got); alert > 0 {
		en = fmt.Sprintf("are the server's half of a handshake and, in the last %d, the alert by which it hangs up", alert)
		ko = fmt.Sprintf("핸드셰이크의 서버 쪽 절반과, 끊는다는 경고(마지막 %d바이트)입니다", alert)
	}
	l.Note(trace.Text{
		En: fmt.Sprintf("%d recorded bytes were sent, and no request came out of them; the %d that came back %s.", len(recorded), len(got), en),
		Ko: fmt.Sprintf("기록한 %d바이트를 보냈지만 거기서 나온 요청은 없습니다. 돌아온 %d바이트는 %s.", len(recorded), len(got), ko),
	})
	return nil
}

// lastAlert returns how many bytes the record takes that ends TLS records, if it has
// the size of an encrypted alert and of nothing else that a server sends: level,
// description, content type, and the tag of the cipher (RFC 8446 §5.2, §6).
func lastAlert(records []byte) (bytes int) {
	const header, alert = 5, 2 + 1 + 16
	for len(records) >= header {
		n := header + int(binary.BigEndian.Uint16(records[3:header]))
		if n == len(records) && n == header+alert && records[0] == 23 {
			return n
		}
		records = records[min(n, len(records)):]
	}
	return 0
}
