package httpdemo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/coder/websocket"

	"statelab/capture/trace"
)

// wsApp is a chat. HTTP's part of it is a login and an upgrade; from then on the
// connection itself is the conversation.
type wsApp struct {
	services *Services
	rooms    *wsRooms

	mu       sync.Mutex
	sessions []wsSession // the newest last
}

type wsSession struct{ id, name string }

const (
	wsCookie       = "chat"
	wsMostSessions = 200
	wsMostName     = 32 // characters
)

func newWebSocket(s *Services) (App, error) { return newWSApp(s), nil }

func newWSApp(s *Services) *wsApp {
	return &wsApp{services: s, rooms: &wsRooms{now: s.Now, members: map[uint64]*wsMember{}}}
}

func (a *wsApp) Routes(mux Mux) {
	mux.HandleFunc("GET /websocket/{$}", a.page)
	mux.HandleFunc("POST /websocket/login", a.login)
	mux.HandleFunc("POST /websocket/logout", a.logout)
	mux.HandleFunc("GET /websocket/chat", a.chat)
}

// Memory lists the sessions, and the state of each open connection.
func (a *wsApp) Memory() (all []trace.Entry) {
	a.mu.Lock()
	for _, s := range a.sessions {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "session " + s.id[:8], Value: s.name, Bytes: len(s.id) + len(s.name)})
	}
	a.mu.Unlock()
	return append(all, a.rooms.memory()...)
}

// Close closes every connection, as a server does that goes away (RFC 6455 §7.4.1:
// 1001), and waits for what was started.
func (a *wsApp) Close() {
	a.rooms.end(websocket.StatusGoingAway, "the server goes away", func(*wsMember) bool { return true })
	a.rooms.tasks.Wait()
}

// session is whose request it is; false where nobody has logged in.
func (a *wsApp) session(r *http.Request) (wsSession, bool) {
	c, err := r.Cookie(wsCookie)
	if err != nil {
		return wsSession{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.sessions, func(s wsSession) bool { return s.id == c.Value })
	if i < 0 {
		return wsSession{}, false
	}
	return a.sessions[i], true
}

func (a *wsApp) page(w http.ResponseWriter, r *http.Request) {
	s, in := a.session(r)
	w.Header().Set("Cache-Control", "no-store")
	a.services.Page(w, r, http.StatusOK, "websocket/index", map[string]any{
		"In": in, "Name": s.name, "Room": wsRoomOf(r), "Most": wsMostMessage, "Who": a.rooms.who(wsRoomOf(r)),
	})
}

func (a *wsApp) login(w http.ResponseWriter, r *http.Request) {
	name, status, why := readUser(r)
	name = strings.TrimSpace(name)
	if status == 0 && (name == "" || utf8.RuneCountInString(name) > wsMostName || strings.ContainsFunc(name, unicode.IsControl)) {
		status, why = http.StatusUnprocessableEntity, trace.Text{En: "The name is to be 1 to 32 characters.", Ko: "이름은 1~32글자여야 합니다."}
	}
	if status != 0 {
		a.services.Fail(w, r, status, why)
		return
	}
	var id [16]byte
	if _, err := io.ReadFull(a.services.Rand, id[:]); err != nil {
		a.services.Fail(w, r, http.StatusInternalServerError, trace.Text{En: "There is no randomness for a session.", Ko: "세션을 만들 난수가 없습니다."})
		return
	}
	s := wsSession{hex.EncodeToString(id[:]), name}
	a.mu.Lock()
	a.sessions = append(a.sessions, s)
	if len(a.sessions) > wsMostSessions {
		a.sessions = slices.Delete(a.sessions, 0, 1)
	}
	a.mu.Unlock()
	a.answer(w, r, s.id, 0)
}

// logout ends the session and every connection that it has opened: the upgrade's
// check of the cookie is not made again by itself.
func (a *wsApp) logout(w http.ResponseWriter, r *http.Request) {
	if !a.services.contentless(w, r) {
		return
	}
	s, in := a.session(r)
	if in {
		a.mu.Lock()
		a.sessions = slices.DeleteFunc(a.sessions, func(o wsSession) bool { return o.id == s.id })
		a.mu.Unlock()
		a.rooms.end(wsLoggedOut, "logged out", func(m *wsMember) bool { return m.session == s.id })
	}
	a.answer(w, r, "", -1)
}

// answer sets the session's cookie, or takes it away.
func (a *wsApp) answer(w http.ResponseWriter, r *http.Request, id string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: wsCookie, Value: id, MaxAge: maxAge, Path: "/websocket/", HttpOnly: true, Secure: a.services.Secure, SameSite: http.SameSiteStrictMode})
	w.Header().Set("Cache-Control", "no-store")
	if wantsPage(r) {
		http.Redirect(w, r, Link(r, "/websocket/"), http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// wsRoomOf is the room that a request names; "" is none.
func wsRoomOf(r *http.Request) string {
	room := r.URL.Query().Get("room")
	if room == "" {
		return "lobby"
	}
	if len(room) > 32 || strings.Trim(room, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return room
}

// chat switches a connection to WebSocket, and stays with it. A browser's page of
// another site is refused by its Origin. A request without Origin is not a
// browser's (RFC 6455 §10.2): it is let in, if it has a session.
func (a *wsApp) chat(w http.ResponseWriter, r *http.Request) {
	s, in := a.session(r)
	room := wsRoomOf(r)
	switch {
	case !in:
		a.services.stranger(w, r, "Session", "websocket", trace.Text{En: "Log in first.", Ko: "먼저 로그인하십시오."})
		return
	case room == "":
		a.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "A room has 1 to 32 letters a to z, digits or hyphens.", Ko: "방 이름은 a~z, 숫자, 하이픈으로 1~32글자여야 합니다.",
		})
		return
	case a.rooms.full(s.id, room):
		a.services.Fail(w, r, http.StatusServiceUnavailable, trace.Text{En: "The chat is full.", Ko: "대화방이 가득 찼습니다."})
		return
	}
	m := &wsMember{session: s.id, name: s.name, room: room, out: make(chan []byte, wsQueue), gone: make(chan struct{})}
	m.raw = &wsConn{now: a.services.Now, idle: wsIdle, ping: func() {
		a.rooms.tasks.Go(func() { _ = m.conn.Ping(context.Background()) }) // without a pong, Read ends
	}}
	conn, err := websocket.Accept(&wsWriter{w, m.raw}, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // it has answered
	}
	conn.SetReadLimit(-1) // listen keeps it
	m.conn = conn
	if !a.rooms.enter(m) {
		_ = conn.Close(websocket.StatusTryAgainLater, "the chat is full")
		return
	}
	a.rooms.tasks.Go(func() { a.rooms.write(m) })
	a.listen(m)
	a.rooms.leave(m)
}

// listen takes a member's messages, until the connection ends.
func (a *wsApp) listen(m *wsMember) {
	for {
		var b []byte
		kind, message, err := m.conn.Reader(context.Background()) // wsConn keeps the time
		if err == nil {
			b, err = io.ReadAll(io.LimitReader(message, wsMostMessage+1))
		}
		switch {
		case err != nil:
			a.ended(m, err)
			return
		case len(b) > wsMostMessage:
			a.ended(m, &wsViolation{websocket.StatusMessageTooBig, fmt.Sprintf("a message has at most %d bytes", wsMostMessage)})
			return
		case kind != websocket.MessageText:
			_ = m.conn.Close(websocket.StatusUnsupportedData, "a chat is text")
			return
		case !utf8.Valid(b): // coder/websocket leaves this to us (RFC 6455 §8.1)
			_ = m.conn.Close(websocket.StatusInvalidFramePayloadData, "a text message is to be UTF-8")
			return
		case !a.rooms.say(m, string(b)):
			_ = m.conn.Close(websocket.StatusPolicyViolation, "too many messages")
			return
		}
	}
}

// ended closes a connection whose reading has failed.
func (a *wsApp) ended(m *wsMember, err error) {
	if websocket.CloseStatus(err) != -1 {
		return // the client has closed it, and was answered
	}
	m.raw.drain.Store(true)
	var v *wsViolation
	if errors.As(err, &v) {
		_ = m.conn.Close(v.code, v.why)
		return
	}
	_ = m.conn.CloseNow() // it is broken, or coder/websocket has sent a close frame
}
