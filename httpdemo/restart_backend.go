package httpdemo

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/seal"
	"statelab/httpdemo/session"
	tokens "statelab/httpdemo/token"
)

// restartBackend is all that one process of the server has: what is made anew
// when it starts. What it shares with other processes came from outside.
type restartBackend struct {
	services *Services
	// sessions is in this process's memory, and memory ties requests to it.
	sessions *session.Memory
	memory   *session.Manager
	// file ties requests to a store that outlives the process; nil without one.
	file *session.Manager
	// shared has a key that each server is given, startup one that is made here.
	shared, startup *seal.Box
	issuer          *tokens.Issuer
	verifier        *tokens.Verifier
}

// restartLifetime is how long each mechanism knows somebody.
const restartLifetime = time.Hour

// The mechanisms, by the last part of their addresses.
const (
	restartStateless = "stateless"
	restartSigned    = "signed"
	restartStartup   = "startup-key"
	restartMemory    = "memory"
	restartFile      = "file"
	restartToken     = "token"
)

// restartMechanisms are all of them, in the order of a table.
func restartMechanisms() []string {
	return []string{restartStateless, restartSigned, restartStartup, restartMemory, restartFile, restartToken}
}

// restartNames say what they are.
func restartNames(mechanism string) trace.Text {
	return map[string]trace.Text{
		restartStateless: {En: "stateless page", Ko: "무상태 페이지"},
		restartSigned:    {En: "signed cookie, shared key", Ko: "서명한 쿠키, 함께 쓰는 키"},
		restartStartup:   {En: "signed cookie, key made at the start", Ko: "서명한 쿠키, 시작할 때 만든 키"},
		restartMemory:    {En: "session in memory", Ko: "메모리의 세션"},
		restartFile:      {En: "session in a shared file (SQLite)", Ko: "함께 쓰는 파일의 세션(SQLite)"},
		restartToken:     {En: "token, shared key", Ko: "토큰, 함께 쓰는 키"},
	}[mechanism]
}

func newRestartBackend(s *Services, file session.Store, watch restartWatch) (*restartBackend, error) {
	b := &restartBackend{services: s, sessions: session.NewMemory(session.MemoryOptions{Now: s.Now})}
	var err error
	if b.memory, err = b.manager("memory", "restart-memory", b.sessions, watch); err != nil {
		return nil, err
	}
	if file != nil {
		if b.file, err = b.manager("sqlite", "restart-file", file, watch); err != nil {
			return nil, err
		}
	}
	if b.shared, err = seal.NewBox([][]byte{s.Key("restart cookie")}, s.Now, s.Rand); err != nil {
		return nil, err
	}
	own := make([]byte, 32)
	if _, err := io.ReadFull(s.Rand, own); err != nil {
		return nil, err
	}
	if b.startup, err = seal.NewBox([][]byte{own}, s.Now, s.Rand); err != nil {
		return nil, err
	}
	key, err := tokens.HMACKey("restart", s.Key("restart token"))
	if err != nil {
		return nil, err
	}
	b.issuer = &tokens.Issuer{Name: "statelab", Audience: "restart", Key: key, TTL: restartLifetime, Now: s.Now, Rand: s.Rand}
	b.verifier = &tokens.Verifier{Name: "statelab", Audience: "restart", Keys: []tokens.Key{key}, Now: s.Now}
	return b, nil
}

// restartWatch is told of each access to the store of that name.
type restartWatch func(store string, op session.Op)

func (b *restartBackend) manager(name, cookie string, store session.Store, watch restartWatch) (*session.Manager, error) {
	tell := func(op session.Op) {
		if watch != nil {
			watch(name, op)
		}
	}
	return session.NewManager(session.Config{
		Store: store, Now: b.services.Now, Rand: b.services.Rand, Watch: tell,
		Lifetime: restartLifetime, IdleTimeout: restartLifetime,
		Cookie: http.Cookie{Name: cookie, Path: "/restart/", HttpOnly: true, Secure: b.services.Secure, SameSite: http.SameSiteLaxMode},
		Refuse: b.services.refuseSession,
	})
}

// restartSessions are a request's sessions in each store; nil where it was not
// asked.
type restartSessions struct{ memory, file *session.Session }

// with gives a handler the sessions of the stores that are wanted.
func (b *restartBackend) with(memory, file bool, next func(http.ResponseWriter, *http.Request, restartSessions)) http.Handler {
	inner := func(in *session.Session) http.Handler {
		if !memory {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next(w, r, restartSessions{file: in}) })
		}
		return b.memory.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next(w, r, restartSessions{session.From(r.Context()), in})
		}))
	}
	if !file || b.file == nil {
		return inner(nil)
	}
	return b.file.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner(session.From(r.Context())).ServeHTTP(w, r)
	}))
}

// login makes every mechanism know the user. Its token is returned.
func (b *restartBackend) login(w http.ResponseWriter, user string, s restartSessions) (string, error) {
	expires := b.services.Now().Add(restartLifetime)
	for _, c := range []struct {
		name string
		box  *seal.Box
	}{{restartSigned, b.shared}, {restartStartup, b.startup}} {
		value, err := c.box.Sign("restart-"+c.name, []byte(user), expires)
		if err != nil {
			return "", err
		}
		b.cookie(w, c.name, value)
	}
	for _, in := range []*session.Session{s.memory, s.file} {
		if in == nil {
			continue
		}
		if err := in.Login(user); err != nil {
			return "", err
		}
	}
	text, _, err := b.issuer.Issue(user, "restart", "")
	return text, err
}

func (b *restartBackend) cookie(w http.ResponseWriter, name, value string) {
	c := http.Cookie{Name: "restart-" + name, Value: value, Path: "/restart/", HttpOnly: true, Secure: b.services.Secure, SameSite: http.SameSiteLaxMode}
	w.Header().Add("Set-Cookie", c.String())
}

// known tells whom a mechanism knows in a request; "" is nobody.
func (b *restartBackend) known(mechanism string, r *http.Request, s restartSessions) string {
	value := ""
	if c, err := r.Cookie("restart-" + mechanism); err == nil {
		value = c.Value
	}
	var user []byte
	switch mechanism {
	case restartSigned:
		user, _ = b.shared.Verify("restart-"+mechanism, value)
	case restartStartup:
		user, _ = b.startup.Verify("restart-"+mechanism, value)
	case restartMemory:
		return s.memory.User()
	case restartFile:
		return s.file.User()
	case restartToken:
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			value = bearer
		}
		claims, err := b.verifier.Verify(value)
		if err != nil {
			return ""
		}
		return claims.Subject
	}
	return string(user)
}

// Memory lists what is gone when the process is, and the keys that it was given.
func (b *restartBackend) Memory() []trace.Entry {
	all := []trace.Entry{
		{Kind: trace.MemoryResource, Name: "shared key", Value: "from outside", Bytes: 32},
		{Kind: trace.MemoryResource, Name: "key made at the start", Value: "nowhere else", Bytes: 32},
	}
	return append(all, restartRecords(b.sessions)...)
}

// restartRecords lists the sessions that a store keeps.
func restartRecords(s session.Store) (all []trace.Entry) {
	records, err := s.List(context.Background(), "")
	if err != nil {
		return []trace.Entry{unanswered(trace.MemoryConversation, "sessions")}
	}
	for _, r := range records {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "session " + r.Key[:8], Value: r.User, Bytes: r.Size()})
	}
	return all
}
