package httpdemo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/cache"
)

// cacheLesson shows what a shared cache may answer by itself, and what it must not.
func cacheLesson() Lesson {
	return Lesson{
		Name: "cache",
		Title: trace.Text{
			En: "A cache on the way: answers that anybody may have, and one that nobody else may",
			Ko: "길목의 캐시: 누구에게나 줄 수 있는 응답과, 다른 이에게 주면 안 되는 응답",
		},
		Claims:  []string{"B6"},
		Parties: []trace.Participant{Client, Cache, Server},
		Look: trace.Text{
			En: "Look at the server's lane: which requests reach it, and how long its answers are.",
			Ko: "서버의 레인을 보십시오. 어떤 요청이 거기까지 가고, 응답이 얼마나 긴지 보십시오.",
		},
		Point: trace.Text{
			En: "Because the answer does not depend on who asked before, a copy of it is as good: the origin saw fewer requests and sent fewer bytes. An answer that begins a conversation has no such copies. Where one is kept all the same, two people have one session.",
			Ko: "앞에 누가 물었는지와 상관없는 응답이므로 사본도 원본만큼 쓸모가 있습니다. 원본 서버는 요청을 덜 받고 바이트를 덜 보냈습니다. 대화를 시작하는 응답은 그렇게 복사할 수 없습니다. 그런데도 캐시가 남겨 두면 두 사람이 세션 하나를 쓰게 됩니다.",
		},
		Run: runCache,
		App: newCache,
	}
}

// cacheRun is a lesson on its way.
type cacheRun struct {
	*Env
	site     *Site
	origin   *cacheMeter               // what goes over the origin's wire
	hop      atomic.Pointer[cache.Hop] // the one that is in service
	browsers [2]*Browser
}

func runCache(ctx context.Context, e *Env) error {
	services, err := e.services()
	if err != nil {
		return err
	}
	services.Attackable = true // the origin has its careless page
	site, err := NewSite(services, cacheLesson())
	if err != nil {
		return err
	}
	l := &cacheRun{Env: e, site: site, origin: &cacheMeter{at: e.Machine(Server).At}}
	l.origin.meter(e)
	if _, err := l.Serve(Server, site); err != nil {
		return err
	}
	transport := &http.Transport{DialContext: l.Machine(Cache).dialer(), DisableCompression: true}
	l.hop.Store(newCacheHop(services, transport, l.Machine(Server).At.String()))
	if _, err := l.Serve(Cache, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.hop.Load().ServeHTTP(w, r) })); err != nil {
		return err
	}
	e.asking = append(e.asking, transport.CloseIdleConnections)
	for i := range l.browsers {
		l.browsers[i] = l.Browser(ctx, Client)
	}
	l.remember()
	if err := l.articles(); err != nil {
		return err
	}
	return l.visitors(services, transport)
}

// newCacheHop makes the hop. The mistake is switched on by hand: see visitors.
func newCacheHop(s *Services, origin http.RoundTripper, authority string) *cache.Hop {
	return &cache.Hop{Origin: origin, Authority: authority, Now: s.Now}
}

// jars are what the browsers remember.
func (l *cacheRun) jars() (jars []trace.Entry) {
	for i, b := range l.browsers {
		for _, m := range b.Memory() {
			m.Name = fmt.Sprintf("browser %d: %s", i+1, m.Name)
			jars = append(jars, m)
		}
	}
	return jars
}

func (l *cacheRun) remember() {
	l.Follow(Client, l.jars)
	l.Follow(Cache, func() []trace.Entry { return l.hop.Load().Memory() })
	l.Follow(Server, l.site.Memory)
}

// get lets a browser ask, and holds the answer against what it should be: its
// status, and how the hop came by it ("" where it was not asked).
func (l *cacheRun) get(browser int, p trace.Participant, path string, status int, how string, fields ...http1.Field) (*Response, error) {
	r, err := l.browsers[browser].Get(l.Machine(p).URL(path), fields...)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != status || !strings.Contains(r.Header.Get("Cache-Status"), how) {
		return nil, fmt.Errorf("%s at the %s: %d %q, not %d and %q", path, p.Name(), r.StatusCode, r.Header.Get("Cache-Status"), status, how)
	}
	l.remember()
	return r, nil
}

// articles is what may be kept.
func (l *cacheRun) articles() error {
	l.Step(trace.Text{En: "Without the cache: the client's two browsers read the article twice each, straight from the origin", Ko: "캐시 없이: 클라이언트의 두 브라우저가 원본 서버에서 글을 두 번씩 읽습니다"})
	for i := range 4 {
		if _, err := l.get(i%2, Server, "/cache/article", http.StatusOK, ""); err != nil {
			return err
		}
	}
	l.Sleep(settling)
	straight := l.origin.reset()
	l.said(straight, "without the cache", "캐시 없이")

	for _, c := range []struct {
		step    trace.Text
		wait    time.Duration
		browser int
		how     string
	}{
		{trace.Text{En: "Through the cache: browser 1 asks, the cache has nothing and asks the origin", Ko: "캐시를 거쳐: 브라우저 1이 묻습니다. 캐시에 없어 원본 서버에 묻습니다"}, 0, 0, "fwd=uri-miss; stored"},
		{trace.Text{En: "Browser 2 asks 10 s later: the cache answers, and says how old its copy is (Age)", Ko: "10초 뒤 브라우저 2가 묻습니다. 캐시가 답하고 사본의 나이(Age)를 알립니다"}, 10 * time.Second, 1, "hit"},
		{trace.Text{En: "After max-age has passed: the cache asks only whether its copy is still right", Ko: "max-age가 지난 뒤: 캐시는 사본이 아직 맞는지만 묻습니다"}, cacheFresh * time.Second, 0, "fwd-status=304"},
		{trace.Text{En: "Browser 2 once more: the copy is fresh again", Ko: "다시 브라우저 2: 사본은 다시 쓸 수 있습니다"}, 0, 1, "hit"},
	} {
		l.Step(c.step)
		l.Sleep(c.wait)
		r, err := l.get(c.browser, Cache, "/cache/article", http.StatusOK, c.how)
		if err != nil {
			return err
		}
		l.Note(trace.Text{
			En: fmt.Sprintf("%d bytes, Age %s s. %s.", len(r.Text), r.Header.Get("Age"), r.Header.Get("Cache-Status")),
			Ko: fmt.Sprintf("본문 %d바이트, Age %s초. %s.", len(r.Text), r.Header.Get("Age"), r.Header.Get("Cache-Status")),
		})
	}
	cached := l.origin.reset()
	l.said(cached, "through the cache", "캐시를 거쳐")
	if cached.requests >= straight.requests || cached.bytes() >= straight.bytes() {
		return fmt.Errorf("the cache saved nothing: %+v, without it %+v", cached, straight)
	}
	return l.edit()
}

// edit changes the article through the hop, which makes its copy void.
func (l *cacheRun) edit() error {
	l.Step(trace.Text{En: "Browser 1 changes the article through the cache, and reads it again", Ko: "브라우저 1이 캐시를 거쳐 글을 바꾸고 다시 읽습니다"})
	target := l.Machine(Cache).URL("/cache/article")
	r, err := l.browsers[0].Do(Request{Method: http.MethodPost, URL: target, From: target, Type: "text/plain", Body: "Another article.\n"})
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusNoContent {
		return fmt.Errorf("changing the article: %d", r.StatusCode)
	}
	if r, err = l.get(0, Cache, "/cache/article", http.StatusOK, "fwd=uri-miss"); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "The POST made the copy void (RFC 9111 §4.4): the new article came from the origin, " + r.Header.Get("ETag") + ".",
		Ko: "POST가 지나가면서 사본은 무효가 되었습니다(RFC 9111 §4.4). 새 글은 원본 서버에서 왔습니다: " + r.Header.Get("ETag"),
	})
	l.Step(trace.Text{En: "Browser 1 holds that article itself, and asks with If-None-Match", Ko: "브라우저 1은 그 글을 가지고 있으므로 If-None-Match로 묻습니다"})
	_, err = l.get(0, Cache, "/cache/article", http.StatusNotModified, "hit", http1.Field{Name: "If-None-Match", Value: r.Header.Get("ETag")})
	l.Note(trace.Text{
		En: "304 from the cache, without a body: the origin was not asked at all.",
		Ko: "캐시가 본문 없이 304로 답했습니다. 원본 서버에는 묻지도 않았습니다.",
	})
	l.origin.reset()
	return err
}

// said tells what went over the origin's wire.
func (l *cacheRun) said(m cacheCount, en, ko string) {
	l.Note(trace.Text{
		En: fmt.Sprintf("On the origin's wire, %s: %d requests, %d bytes in, %d bytes out.", en, m.requests, m.up, m.down),
		Ko: fmt.Sprintf("원본 서버 쪽 회선, %s: 요청 %d건, 받은 바이트 %d, 보낸 바이트 %d.", ko, m.requests, m.up, m.down),
	})
}

// visitors is what must not be kept: an answer that gives a cookie.
func (l *cacheRun) visitors(s *Services, origin http.RoundTripper) error {
	careful := l.hop.Load()
	mistaken := newCacheHop(s, origin, l.Machine(Server).At.String())
	mistaken.StoresCookies = s.Attackable
	for _, c := range []struct {
		step trace.Text
		hop  *cache.Hop
		path string
		same bool
		said trace.Text
	}{
		{
			trace.Text{En: "A page that gives a cookie, and that its author has called good for 60 s. This cache does not keep it", Ko: "쿠키를 주는 페이지인데, 만든 사람이 60초 동안 써도 된다고 했습니다. 이 캐시는 남겨 두지 않습니다"},
			careful, "/cache/careless", false,
			trace.Text{En: "Two visitors. That no response with Set-Cookie is kept is this cache's own choice: RFC 9111 §7.3 leaves it to the origin.", Ko: "방문자가 둘입니다. Set-Cookie가 든 응답을 남기지 않는 것은 이 캐시의 선택입니다. RFC 9111 §7.3은 원본 서버에 맡깁니다."},
		},
		{
			trace.Text{En: "INSECURE, to show it: a cache that keeps it, as max-age permits", Ko: "위험한 설정(시연용): max-age가 허락하는 대로 남겨 두는 캐시"},
			mistaken, "/cache/careless", true,
			trace.Text{En: "The second browser got the first one's cookie, and is the first one's visitor: one session, two people.", Ko: "두 번째 브라우저가 첫 번째의 쿠키를 받아 같은 방문자가 되었습니다. 세션은 하나, 사람은 둘입니다."},
		},
		{
			trace.Text{En: "The cure is the origin's: private, no-store. The same cache keeps nothing", Ko: "고칠 곳은 원본 서버입니다: private, no-store. 같은 캐시가 아무것도 남기지 않습니다"},
			mistaken, "/cache/welcome", false,
			trace.Text{En: "Two visitors again.", Ko: "다시 방문자가 둘입니다."},
		},
	} {
		l.Step(c.step)
		l.hop.Store(c.hop)
		l.Note(trace.Text{En: "Both browsers begin without cookies.", Ko: "두 브라우저 모두 쿠키 없이 시작합니다."})
		for _, b := range l.browsers {
			b.Jar = Jar{}
		}
		l.look(Client)
		var ids [2]string
		for i, b := range l.browsers {
			if _, err := l.get(i, Cache, c.path, http.StatusOK, ""); err != nil {
				return err
			}
			for _, m := range b.Memory() {
				ids[i] = m.Value
			}
		}
		if ids[0] == "" || ids[1] == "" || (ids[0] == ids[1]) != c.same {
			return fmt.Errorf("%s: the browsers' cookies are %q", c.path, ids)
		}
		l.Note(c.said)
		if c.same {
			if err := l.shared(); err != nil {
				return err
			}
		}
	}
	return nil
}

// shared shows that the server takes both browsers for one visitor.
func (l *cacheRun) shared() error {
	for i := range l.browsers {
		r, err := l.get(i, Cache, "/cache/welcome", http.StatusOK, "detail=no-store")
		if err != nil {
			return err
		}
		l.Note(trace.Text{
			En: fmt.Sprintf("To browser %d the server says: %s", i+1, strings.TrimSpace(r.Text)),
			Ko: fmt.Sprintf("서버가 브라우저 %d에 하는 말: %s", i+1, strings.TrimSpace(r.Text)),
		})
	}
	return nil
}
