package httpdemo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"statelab/capture/trace"
)

// cacheApp is an origin server that says how long its answers may be kept, and by
// whom.
type cacheApp struct {
	services *Services

	mu       sync.Mutex
	article  map[string]string // by language
	changed  time.Time
	visitors []cacheVisitor // the newest last
}

type cacheVisitor struct {
	id     string
	visits int
}

const (
	// cacheFresh is for how long an article may be kept without asking, in
	// seconds.
	cacheFresh = 30
	// cacheArticleMost bounds an article, in octets, and cacheVisitorsMost how many
	// visitors are known at one time.
	cacheArticleMost  = 4 << 10
	cacheVisitorsMost = 1000
	// cacheCookie is a session's, which ends with the browser's.
	cacheCookie = "visitor"
)

func newCache(s *Services) (App, error) {
	return &cacheApp{services: s, changed: s.Now(), article: map[string]string{
		"en": "A cache keeps copies of answers, and gives them to whoever asks next. It may, since an answer to GET does not depend on who asked before: that is what statelessness is good for. How long a copy is fresh is the origin's to say.\n",
		"ko": "캐시는 응답의 사본을 두었다가 다음에 묻는 이에게 줍니다. GET의 응답은 앞에 누가 물었는지와 상관이 없으므로 그래도 됩니다. 무상태가 주는 이점입니다. 사본을 얼마 동안 그대로 쓸 수 있는지는 원본 서버가 정합니다.\n",
	}}, nil
}

func (a *cacheApp) Routes(mux Mux) {
	mux.HandleFunc("GET /cache/{$}", a.page)
	mux.HandleFunc("GET /cache/article", a.read)
	mux.HandleFunc("POST /cache/article", a.write)
	mux.HandleFunc("GET /cache/welcome", func(w http.ResponseWriter, r *http.Request) {
		a.welcome(w, r, "private, no-store")
	})
	if a.services.Attackable {
		// The mistake: an answer for one visitor is called good for everybody.
		mux.HandleFunc("GET /cache/careless", func(w http.ResponseWriter, r *http.Request) {
			a.welcome(w, r, "max-age=60")
		})
	}
}

func (a *cacheApp) Memory() (all []trace.Entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, lang := range []string{"en", "ko"} {
		text := a.article[lang]
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "/cache/article " + lang, Value: cacheTag(text), Bytes: len(text)})
	}
	for _, v := range a.visitors {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: cacheCookie + " " + sessionKey(v.id), Value: strconv.Itoa(v.visits), Bytes: len(v.id) + 8})
	}
	return all
}

// cacheTag is a strong validator: it changes with each octet (RFC 9110 §8.8.1).
func cacheTag(text string) string {
	sum := sha256.Sum256([]byte(text))
	return `"` + hex.EncodeToString(sum[:6]) + `"`
}

func (a *cacheApp) page(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	text := a.article[Lang(r)]
	a.mu.Unlock()
	w.Header().Set("Cache-Control", "no-cache")
	a.services.Page(w, r, http.StatusOK, "cache/index", map[string]any{
		"Article": text, "Tag": cacheTag(text), "Fresh": cacheFresh, "Most": cacheArticleMost / 4,
		"Target": r.Host + "/cache/article?lang=" + Lang(r),
	})
}

// read answers with the article: conditions and parts are net/http's (RFC 9110
// §13, §14).
func (a *cacheApp) read(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	text, changed := a.article[Lang(r)], a.changed
	a.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Language", Lang(r))
	h.Set("Cache-Control", "max-age="+strconv.Itoa(cacheFresh))
	h.Set("Vary", "Accept-Language") // RFC 9110 §12.5.5
	h.Set("ETag", cacheTag(text))
	http.ServeContent(w, r, "", changed, bytes.NewReader([]byte(text)))
}

// write replaces the article in one language: what caches hold of it is void.
func (a *cacheApp) write(w http.ResponseWriter, r *http.Request) {
	text, status, why := readArticle(r)
	switch {
	case status != 0:
		a.services.Fail(w, r, status, why)
		return
	case text == "" || !utf8.ValidString(text) || len(text) > cacheArticleMost:
		a.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "The article is to be text in UTF-8, of 1 to " + strconv.Itoa(cacheArticleMost) + " bytes.",
			Ko: "글은 UTF-8 텍스트, 1~" + strconv.Itoa(cacheArticleMost) + "바이트여야 합니다.",
		})
		return
	}
	a.mu.Lock()
	a.article[Lang(r)], a.changed = text, a.services.Now()
	a.mu.Unlock()
	if wantsPage(r) {
		http.Redirect(w, r, Link(r, "/cache/"), http.StatusSeeOther)
		return
	}
	w.Header().Set("ETag", cacheTag(text))
	w.WriteHeader(http.StatusNoContent)
}

// readArticle reads text, or a form's. status is 0 where it could.
func readArticle(r *http.Request) (text string, status int, why trace.Text) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "text/plain":
		b, err := io.ReadAll(r.Body)
		if err != nil {
			status, why = bodyFailed(err)
			return "", status, why
		}
		return string(b), 0, why
	case "application/x-www-form-urlencoded":
		status, why = readForm(r)
		return r.PostForm.Get("text"), status, why
	}
	return "", http.StatusUnsupportedMediaType, trace.Text{
		En: "The article is to be text/plain or application/x-www-form-urlencoded.",
		Ko: "글은 text/plain이나 application/x-www-form-urlencoded여야 합니다.",
	}
}

// welcome knows a visitor by a cookie, and gives one to who has none.
func (a *cacheApp) welcome(w http.ResponseWriter, r *http.Request, control string) {
	v, fresh, err := a.visit(r)
	if err != nil {
		a.services.Fail(w, r, http.StatusInternalServerError, trace.Text{En: "There is no randomness for a session.", Ko: "세션을 만들 난수가 없습니다."})
		return
	}
	h := w.Header()
	if fresh {
		c := http.Cookie{Name: cacheCookie, Value: v.id, Path: "/cache/", HttpOnly: true, Secure: a.services.Secure, SameSite: http.SameSiteLaxMode}
		h.Set("Set-Cookie", c.String())
	}
	h.Set("Cache-Control", control)
	body := In(r, trace.Text{
		En: "You are visitor " + v.id + ". Visits: " + strconv.Itoa(v.visits) + ".\n",
		Ko: "방문자 " + v.id + "입니다. 방문 횟수: " + strconv.Itoa(v.visits) + ".\n",
	})
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = io.WriteString(w, body) // the client may have gone: nothing is left to tell it
}

// visit counts a visit, of a new visitor where the cookie is of none.
func (a *cacheApp) visit(r *http.Request) (v cacheVisitor, fresh bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, err := r.Cookie(cacheCookie); err == nil {
		for i := range a.visitors {
			if a.visitors[i].id == c.Value {
				a.visitors[i].visits++
				return a.visitors[i], false, nil
			}
		}
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(a.services.Rand, id); err != nil {
		return v, false, err
	}
	v = cacheVisitor{id: hex.EncodeToString(id), visits: 1}
	a.visitors = append(a.visitors, v)
	if len(a.visitors) > cacheVisitorsMost {
		a.visitors = a.visitors[1:]
	}
	return v, true, nil
}
