package httpdemo

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/seal"
)

// cookieApp hands its state to the client in a cookie: plain, signed, encrypted.
// Look for a field that could remember a client.
type cookieApp struct {
	services *Services
	box      *seal.Box
	shop     *cookieShop
}

func newCookie(s *Services) (App, error) {
	box, err := seal.NewBox([][]byte{s.Key("cookie")}, s.Now, s.Rand)
	if err != nil {
		return nil, err
	}
	return &cookieApp{s, box, newCookieShop(s, box)}, nil
}

func (a *cookieApp) Routes(mux Mux) {
	mux.HandleFunc("GET /cookie/{$}", a.index)
	mux.HandleFunc("GET /cookie/{way}", a.read)
	mux.HandleFunc("POST /cookie/{way}", a.write)
	mux.HandleFunc("GET /cookie/large", a.readLarge)
	mux.HandleFunc("POST /cookie/large", a.writeLarge)
	a.shop.routes(mux)
}

func (a *cookieApp) Memory() []trace.Entry {
	return append([]trace.Entry{{Kind: trace.MemoryResource, Name: "key", Value: "…", Bytes: 32}}, a.shop.memory()...)
}

func (a *cookieApp) unprotected() []string { return []string{attackablePath + "gift"} }

// cookieWay is how a cookie's data is kept from its holder.
type cookieWay struct {
	name string
	seal func(b *seal.Box, data string, expires time.Time) (string, error)
	open func(b *seal.Box, value string) (string, error)
}

// cookieLifetime is how long the sealed cookies are good.
const cookieLifetime = time.Hour

var cookieWays = []cookieWay{
	{
		"plain",
		func(_ *seal.Box, data string, _ time.Time) (string, error) { return data, nil },
		func(_ *seal.Box, value string) (string, error) { return value, nil },
	},
	{
		"signed",
		func(b *seal.Box, data string, expires time.Time) (string, error) {
			return b.Sign("signed", []byte(data), expires)
		},
		func(b *seal.Box, value string) (string, error) {
			data, err := b.Verify("signed", value)
			return string(data), err
		},
	},
	{
		"encrypted",
		func(b *seal.Box, data string, expires time.Time) (string, error) {
			return b.Encrypt("encrypted", []byte(data), expires)
		},
		func(b *seal.Box, value string) (string, error) {
			data, err := b.Decrypt("encrypted", value)
			return string(data), err
		},
	},
}

func findCookieWay(name string) (cookieWay, bool) {
	for _, w := range cookieWays {
		if w.name == name {
			return w, true
		}
	}
	return cookieWay{}, false
}

// cookieData is what the cookies hold.
const cookieData = "user=user1&role=customer"

// cookieRead is what the server makes of a cookie that it was brought.
type cookieRead struct {
	Way  string `json:"cookie"`
	User string `json:"user,omitempty"`
	Role string `json:"role,omitempty"`
	// Value and Why are for pages: as it came, and why it was not taken.
	Value string     `json:"-"`
	Why   trace.Text `json:"-"`
	Bytes int        `json:"bytes"`
}

func (a *cookieApp) open(r *http.Request, w cookieWay) (c cookieRead, ok bool) {
	c.Way = w.name
	cookie, err := r.Cookie(w.name)
	if err != nil {
		c.Why = trace.Text{En: "The request brought no such cookie.", Ko: "요청에 그런 쿠키가 없습니다."}
		return c, false
	}
	c.Value, c.Bytes = cookie.Value, len(cookie.Name)+len(cookie.Value)
	data, err := w.open(a.box, cookie.Value)
	switch {
	case errors.Is(err, seal.ErrExpired):
		c.Why = trace.Text{En: "The cookie was this server's, and its time is up.", Ko: "이 서버가 만든 쿠키이지만 기한이 지났습니다."}
		return c, false
	case err != nil:
		c.Why = trace.Text{En: "The cookie is not as this server made it: refused.", Ko: "이 서버가 만든 그대로의 쿠키가 아니므로 거절합니다."}
		return c, false
	}
	fields, err := url.ParseQuery(data)
	if err != nil {
		c.Why = trace.Text{En: "The cookie cannot be read.", Ko: "쿠키를 읽을 수 없습니다."}
		return c, false
	}
	c.User, c.Role = trace.Escape(fields.Get("user")), trace.Escape(fields.Get("role"))
	return c, true
}

func (a *cookieApp) index(w http.ResponseWriter, r *http.Request) {
	var all []cookieRead
	for _, way := range cookieWays {
		c, _ := a.open(r, way)
		all = append(all, c)
	}
	notStored(w)
	a.services.Page(w, r, http.StatusOK, "cookie/index", map[string]any{
		"Ways": all, "Why": func(t trace.Text) string { return In(r, t) },
		"Header": trace.Escape(r.Header.Get("Cookie")), "Attackable": a.services.Attackable,
	})
}

func (a *cookieApp) read(w http.ResponseWriter, r *http.Request) {
	way, known := findCookieWay(r.PathValue("way"))
	if !known {
		a.services.Fail(w, r, http.StatusNotFound, noSuchCookie)
		return
	}
	notStored(w)
	c, ok := a.open(r, way)
	if !ok {
		a.services.stranger(w, r, "Session", "cookie", c.Why)
		return
	}
	a.services.JSON(w, http.StatusOK, c)
}

var noSuchCookie = trace.Text{En: "There is no such cookie.", Ko: "그런 쿠키는 없습니다."}

// write sets a cookie. It is not HttpOnly, so that a student can change it in the
// browser's console.
func (a *cookieApp) write(w http.ResponseWriter, r *http.Request) {
	way, known := findCookieWay(r.PathValue("way"))
	if !known {
		a.services.Fail(w, r, http.StatusNotFound, noSuchCookie)
		return
	}
	if !a.services.contentless(w, r) {
		return
	}
	value, err := way.seal(a.box, cookieData, a.services.Now().Add(cookieLifetime))
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: way.name, Value: value, Path: "/cookie", Secure: a.services.Secure, SameSite: http.SameSiteLaxMode})
	a.services.changed(w, r, "/cookie/")
}

// largest is the largest cookie that writeLarge makes, in bytes of name and value.
const largest = 8000

// writeLarge sets a cookie of as many bytes as the form says, whether a browser
// will keep it or not.
func (a *cookieApp) writeLarge(w http.ResponseWriter, r *http.Request) {
	if !a.services.form(w, r) {
		return
	}
	n, ok := wholeNumber(r.PostForm.Get("bytes"))
	if !ok || n < int64(len("large")) || n > largest {
		a.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "bytes is to be a number from 5 to 8000.", Ko: "bytes는 5부터 8000까지의 수여야 합니다.",
		})
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "large", Value: strings.Repeat("x", int(n)-len("large")), Path: "/cookie/large", HttpOnly: true, Secure: a.services.Secure, SameSite: http.SameSiteLaxMode})
	a.services.changed(w, r, "/cookie/")
}

func (a *cookieApp) readLarge(w http.ResponseWriter, r *http.Request) {
	notStored(w)
	c, err := r.Cookie("large")
	if err != nil {
		a.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "The request brought no such cookie.", Ko: "요청에 그런 쿠키가 없습니다."})
		return
	}
	a.services.JSON(w, http.StatusOK, cookieRead{Way: "large", Bytes: len(c.Name) + len(c.Value)})
}
