package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Manager gives requests their sessions. It is our own beside
// github.com/alexedwards/scs, whose shape it follows (a small store interface,
// unknown ids never adopted): a lesson's time and randomness are injected, ids
// are hashed at rest always, a commit is a compare-and-swap, and the response
// waits for it.
type Manager struct {
	c     Config
	store *tidy
	rand  sync.Mutex // held while c.Rand is read
}

// Config of a Manager. Store is needed; the zero value of all else is good.
type Config struct {
	Store Store
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Rand makes the ids; nil is crypto/rand. One goroutine at a time reads it.
	Rand io.Reader
	// Lifetime is how long a session lives at most, whatever its user does; 0 is
	// 12 hours. IdleTimeout is how long it lives unused; 0 is 30 minutes.
	Lifetime, IdleTimeout time.Duration
	// Transport is how the id travels.
	Transport Transport
	// Cookie is the cookie's name and attributes; the zero value is SafeCookie.
	// Lessons that show an attack leave one out.
	Cookie http.Cookie
	// Rerun tells whether the handler may be run again for this request when its
	// commit lost a race: it may if it has no effects but on the session. nil: never.
	Rerun func(*http.Request) bool
	// Watch is told of each call of the store; nil: nobody is.
	Watch func(Op)
	// Refuse writes the response when the store does not answer (503), a commit
	// lost its race (409) or was impossible (500); nil writes one line of text.
	// What it writes is in place of the handler's response, of which nothing was
	// sent. The session is as it was before the request, unless err is ErrUncertain.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, err error)
}

// idBytes is the entropy of an id: 256 bits, twice what OWASP ASVS 5.0 (7.2.3)
// asks for.
const idBytes = 32

// IDLength is the length of an id as it travels: idBytes in base64, without padding.
const IDLength = (idBytes*8 + 5) / 6

// NewManager returns a Manager.
func NewManager(c Config) (*Manager, error) {
	if c.Store == nil {
		return nil, errors.New("session: a Manager needs a Store")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	c.Lifetime, c.IdleTimeout = cmp.Or(c.Lifetime, 12*time.Hour), cmp.Or(c.IdleTimeout, 30*time.Minute)
	if c.Lifetime < 0 || c.IdleTimeout < 0 {
		return nil, fmt.Errorf("session: a lifetime of %v and an idle timeout of %v: neither may be negative", c.Lifetime, c.IdleTimeout)
	}
	if c.Cookie.Name == "" {
		c.Cookie = SafeCookie()
	}
	if err := checkCookie(&c.Cookie); err != nil {
		return nil, err
	}
	if c.Refuse == nil {
		c.Refuse = func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
			http.Error(w, http.StatusText(status), status)
		}
	}
	m := &Manager{c: c, store: &tidy{Store: c.Store}}
	if c.Watch != nil {
		m.store.Store = Watched(c.Store, c.Now, c.Watch)
	}
	return m, nil
}

// SafeCookie has the name and attributes of a session's cookie (ASVS 5.0, 3.3).
// The prefix __Host- makes a browser refuse one that is not Secure, is for other
// paths, or was set for a whole domain (draft-ietf-httpbis-rfc6265bis §4.1.3).
// Secure works over plain HTTP on localhost too, which browsers trust.
func SafeCookie() http.Cookie {
	return http.Cookie{Name: "__Host-session", Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func checkCookie(c *http.Cookie) error {
	if strings.HasPrefix(c.Name, "__Host-") && (!c.Secure || c.Path != "/" || c.Domain != "") {
		return fmt.Errorf("session cookie %s: browsers take that prefix only with Secure, Path=/ and no Domain", c.Name)
	}
	c.Value = "x"
	if err := c.Valid(); err != nil {
		return fmt.Errorf("session cookie: %w", err)
	}
	return nil
}

// Key is the store's key of an id: its SHA-256. Whoever reads the store finds no
// id that a server would take. No salt is needed: an id cannot be guessed.
func Key(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

func (m *Manager) newID() (string, error) {
	m.rand.Lock()
	defer m.rand.Unlock()
	var b [idBytes]byte
	if _, err := io.ReadFull(m.c.Rand, b[:]); err != nil {
		return "", fmt.Errorf("session: no randomness for an id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// wellFormed tells whether id could be one of ours: nothing else is looked up.
func wellFormed(id string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	return err == nil && len(b) == idBytes
}

// load returns the session of that id, or a new one that is not stored yet. An id
// that the store does not know is not adopted: whoever chose it would know the
// id of the session that grows under it (session fixation).
func (m *Manager) load(ctx context.Context, id, agent string) (*Session, error) {
	now := m.c.Now()
	if wellFormed(id) {
		r, ok, err := m.store.Find(ctx, Key(id))
		if err != nil {
			return nil, err
		}
		if ok {
			s, err := decode(r)
			if err != nil {
				return nil, err
			}
			if now.Before(m.expires(&s.content)) {
				s.m, s.id = m, id
				return s, nil
			}
		}
	}
	return &Session{m: m, content: content{Created: now, Seen: now, Agent: agent[:min(len(agent), maxAgent)], Values: values{}}}, nil
}

// expires is when a session ends: its lifetime after it began, or its idle time
// after it was last seen, whichever is first.
func (m *Manager) expires(c *content) time.Time {
	end, idle := c.Created.Add(m.c.Lifetime), c.Seen.Add(m.c.IdleTimeout)
	if idle.Before(end) {
		return idle
	}
	return end
}

// Info is what a list of one's sessions shows.
type Info struct {
	Key           string // names it in End; it is not the id
	User          string
	Agent         string // User-Agent of the request that began it, from the network
	Created, Seen time.Time
	Expires       time.Time
	Bytes         int // what the server keeps for it
}

// Sessions returns the sessions of a user, the newest first: those that somebody
// may end who finds one that is not theirs (ASVS 5.0, 7.5.2). An empty user
// returns all sessions there are.
func (m *Manager) Sessions(ctx context.Context, user string) ([]Info, error) {
	records, err := m.store.List(ctx, user)
	if err != nil {
		return nil, err
	}
	var all []Info
	for _, r := range records {
		s, err := decode(r)
		if err != nil {
			return nil, err
		}
		all = append(all, Info{
			Key: r.Key, User: s.content.User, Agent: s.content.Agent,
			Created: s.content.Created, Seen: s.content.Seen, Expires: r.Expires, Bytes: r.Size(),
		})
	}
	slices.SortFunc(all, func(a, b Info) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Key, b.Key)) })
	return all, nil
}

// End ends the session of that key if it is the user's, and tells whether it was.
func (m *Manager) End(ctx context.Context, user, key string) (bool, error) {
	r, ok, err := m.store.Find(ctx, key)
	if err != nil || !ok || user == "" || r.User != user {
		return false, err
	}
	return true, m.store.Delete(ctx, key, 0)
}

// DestroyAll ends every session of a user but those of the keys to keep, and
// returns how many: after a password was changed, say (ASVS 5.0, 7.4.3). Sessions
// that begin while it runs are not seen.
func (m *Manager) DestroyAll(ctx context.Context, user string, keep ...string) (int, error) {
	if user == "" {
		return 0, errors.New("session: DestroyAll needs a user")
	}
	records, err := m.store.List(ctx, user)
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, r := range records {
		if slices.Contains(keep, r.Key) {
			continue
		}
		if err := m.store.Delete(ctx, r.Key, 0); err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}
