package httpdemo

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/password"
)

// account is a user whom the lessons' servers know.
type account struct {
	ID                int
	User, Name, Email string
}

// demoAccounts are the users, whose passwords the pages name. In memory there are
// hashes only.
var demoAccounts = []struct {
	account
	password string
}{
	{account{1, "jisoo", "Jisoo Kim", "jisoo@example.com"}, "blue-whale-42"},
	{account{2, "alex", "Alex Lee", "alex@example.com"}, "red-panda-17"},
}

// Failed logins that one client may have within loginWindow: for one user, and for
// all. maxFailures bounds what is remembered of them.
const (
	loginWindow     = time.Minute
	failuresOfUser  = 5
	failuresOfHost  = 20
	maxFailures     = 10_000
	maxUserName     = 256
	hashesAtOneTime = 4 // each takes 19 MiB
)

// accounts lets users in by their password. Who is refused cannot tell by answer
// or time which users exist (ASVS 5.0, 6.3.8), and cannot try for long (6.3.1).
type accounts struct {
	services *Services
	hasher   password.Hasher
	hashes   func() (map[string]string, error)
	hashing  chan struct{}

	mu       sync.Mutex
	failures map[string]failures
}

// failures are those of one client, and when they will be forgotten.
type failures struct {
	n     int
	until time.Time
}

func newAccounts(s *Services) *accounts {
	a := &accounts{services: s, hashing: make(chan struct{}, hashesAtOneTime), failures: map[string]failures{}}
	// All at once and when they are needed: hashing is slow on purpose.
	a.hashes = sync.OnceValues(func() (map[string]string, error) {
		all := map[string]string{}
		for _, d := range demoAccounts {
			salt := hmac.New(sha256.New, s.Key("account salt"))
			salt.Write([]byte(d.User))
			h := password.Hasher{Rand: strings.NewReader(string(salt.Sum(nil)))}
			hash, err := h.Hash(d.password)
			if err != nil {
				return nil, err
			}
			all[d.User] = hash
		}
		_, _, err := a.hasher.Verify("", "") // so that the first stranger waits no longer than others
		return all, err
	})
	return a
}

var wrongLogin = trace.Text{
	En: "Wrong user name or password.", Ko: "사용자 이름 또는 비밀번호가 틀립니다.",
}

// login returns whose name and password a request brings. status is 0 where they
// fit, and otherwise 401, 422 if one is missing, 429 with Retry-After, or 503.
func (a *accounts) login(w http.ResponseWriter, r *http.Request, user, secret string) (who account, status int, why trace.Text) {
	if user == "" || secret == "" {
		return who, http.StatusUnprocessableEntity, trace.Text{
			En: "A user name and a password are needed.", Ko: "사용자 이름과 비밀번호가 필요합니다.",
		}
	}
	keys := a.keys(r, user)
	if wait := a.reserve(keys); wait > 0 {
		seconds := fmt.Sprint(int((wait + time.Second - 1) / time.Second))
		w.Header().Set("Retry-After", seconds)
		return who, http.StatusTooManyRequests, trace.Text{
			En: "Too many logins failed. Try again in " + seconds + " s.",
			Ko: "로그인 실패가 너무 많습니다. " + seconds + "초 뒤에 다시 시도하십시오.",
		}
	}
	busy := trace.Text{En: "Too many logins at once.", Ko: "동시에 처리할 로그인이 너무 많습니다."}
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
	case <-r.Context().Done():
		return who, http.StatusServiceUnavailable, busy
	}
	hashes, err := a.hashes()
	if err != nil {
		return who, http.StatusServiceUnavailable, busy
	}
	fits, _, err := a.hasher.Verify(secret, hashes[user]) // of nobody: the same time
	if err != nil || !fits {
		return who, http.StatusUnauthorized, wrongLogin
	}
	a.release(keys)
	for _, d := range demoAccounts {
		if d.User == user {
			who = d.account
		}
	}
	return who, 0, why
}

// keys are what a client's failures are counted by: its host, and its host with
// the user. Who has an IPv6 address has 2^64 of them.
func (a *accounts) keys(r *http.Request, user string) []string {
	host := r.RemoteAddr
	if from, err := netip.ParseAddrPort(host); err == nil {
		addr := from.Addr().Unmap().WithZone("")
		bits := 32
		if addr.Is6() {
			bits = 64
		}
		if p, err := addr.Prefix(bits); err == nil {
			host = p.String()
		}
	}
	if len(user) > maxUserName {
		return []string{host}
	}
	return []string{host, host + " " + user}
}

// reserve counts a login as failed until it has succeeded, so that many at once
// are no way around the limit. It returns how long to wait, 0 if not at all.
func (a *accounts) reserve(keys []string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.forget()
	for i, key := range keys {
		limit := []int{failuresOfHost, failuresOfUser}[i]
		if f := a.failures[key]; f.n >= limit {
			return f.until.Sub(now)
		}
	}
	if len(a.failures) >= maxFailures {
		return loginWindow
	}
	for _, key := range keys {
		f := a.failures[key]
		if f.n == 0 {
			f.until = now.Add(loginWindow)
		}
		f.n++
		a.failures[key] = f
	}
	return 0
}

// forget drops the failures whose time is up, and returns the time.
func (a *accounts) forget() time.Time {
	now := a.services.Now()
	for key, f := range a.failures {
		if !now.Before(f.until) {
			delete(a.failures, key)
		}
	}
	return now
}

// release takes back what reserve counted, and forgives the user's failures.
func (a *accounts) release(keys []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, key := range keys {
		f := a.failures[key]
		if f.n--; f.n <= 0 || i > 0 {
			delete(a.failures, key)
			continue
		}
		a.failures[key] = f
	}
}

// Memory lists the accounts, and the failures that are remembered of clients.
func (a *accounts) Memory() (all []trace.Entry) {
	for _, d := range demoAccounts {
		all = append(all, trace.Entry{
			Kind: trace.MemoryResource, Name: "account " + d.User, Value: d.Name + ", " + d.Email + ", argon2id",
			Bytes: len(d.User) + len(d.Name) + len(d.Email) + accountHashBytes,
		})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forget()
	if len(a.failures) > 0 {
		bytes, failed := 0, 0
		for key, f := range a.failures {
			bytes += len(key) + 16           // a count, and a time
			if !strings.Contains(key, " ") { // a host's own count has those of its users in it
				failed += f.n
			}
		}
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "failed logins", Value: fmt.Sprint(failed), Bytes: bytes})
	}
	return all
}

// accountHashBytes is the length of an Argon2id hash as it is kept.
const accountHashBytes = 97
