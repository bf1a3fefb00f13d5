package httpdemo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
)

// remembered is the memory as JSON.
type remembered struct {
	Entries []rememberedEntry `json:"entries"`
	Bytes   map[string]int    `json:"bytes"`
	Unknown []string          `json:"unknown"`  // the kinds whose sum is short of what a store did not tell
	LeftOut int               `json:"left_out"` // entries that are in the sums alone
}

type rememberedEntry struct {
	Lesson string `json:"lesson"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Value  string `json:"value"`
	Bytes  int    `json:"bytes"`
}

// Sum is the bytes of one kind, as a page shows them: "?" where nothing is known.
func (m remembered) Sum(kind string) string {
	sum := strconv.Itoa(m.Bytes[kind])
	switch unknown := slices.Contains(m.Unknown, kind); {
	case unknown && m.Bytes[kind] == 0:
		return "?"
	case unknown:
		return "≥ " + sum
	}
	return sum
}

// Of returns the entries of one kind.
func (m remembered) Of(kind string) (all []rememberedEntry) {
	for _, e := range m.Entries {
		if e.Kind == kind {
			all = append(all, e)
		}
	}
	return all
}

// maxShown bounds the entries that one view of the memory shows, and maxValue
// the octets of one value. All count in the sums.
const (
	maxShown = 500
	maxValue = 400
)

// shownValue makes a value safe for a screen, and at most so many octets of it. JSON
// has escapes of its own: its backslashes are not doubled once more.
func shownValue(value string, limit int) string {
	if !json.Valid([]byte(value)) {
		return trace.EscapeBytes([]byte(value), limit)
	}
	parts := strings.Split(value, `\`)
	for i, p := range parts {
		parts[i] = trace.Escape(p)
	}
	safe := strings.Join(parts, `\`)
	if len(safe) <= limit {
		return safe
	}
	return strings.ToValidUTF8(safe[:limit], "") + "…"
}

// valueParts are what a page keeps on one line where it has the room: the members
// of JSON, rather than any letters that fit.
func valueParts(value string) (parts []string) {
	for len(value) > 0 {
		n := strings.IndexAny(value, ",{") + 1
		if n == 0 {
			n = len(value)
		}
		parts, value = append(parts, value[:n]), value[n:]
	}
	return parts
}

func (s *Site) remembered() remembered {
	out := remembered{Entries: []rememberedEntry{}, Unknown: []string{}, Bytes: map[string]int{"conversation": 0, "resource": 0}}
	for i, of := range s.memories() {
		for _, e := range of {
			out.Bytes[e.Kind.String()] += e.Bytes
			if isUnanswered(e) && !slices.Contains(out.Unknown, e.Kind.String()) {
				out.Unknown = append(out.Unknown, e.Kind.String())
			}
			if len(out.Entries) == maxShown {
				out.LeftOut++
				continue
			}
			out.Entries = append(out.Entries, rememberedEntry{
				s.lessons[i].Name, e.Kind.String(), trace.Escape(e.Name), shownValue(e.Value, maxValue), e.Bytes,
			})
		}
	}
	return out
}

// near reports whether a request came from this machine, and by a name that no
// other site can have: the memory holds what others have said. A page elsewhere
// may point its own name at this machine (DNS rebinding), but not at an address or
// at localhost.
func (s *Site) near(w http.ResponseWriter, r *http.Request) bool {
	why := trace.Text{
		En: "The memory is shown on the server's own machine only.",
		Ko: "메모리는 서버가 있는 컴퓨터에서만 볼 수 있습니다.",
	}
	if fromHere(r) {
		if _, err := netip.ParseAddr((&url.URL{Host: r.Host}).Hostname()); err == nil || localHost(r.Host) {
			return true
		}
		why = trace.Text{
			En: "The memory is shown under the server's address, or as localhost, only: another name may be another site's.",
			Ko: "메모리는 서버의 주소나 localhost로 접속해야 볼 수 있습니다. 다른 이름은 다른 사이트의 것일 수 있습니다.",
		}
	}
	s.services.Fail(w, r, http.StatusForbidden, why)
	return false
}

// fromHere reports whether a client is on this machine: at a loopback address, or
// at the one that it has asked.
func fromHere(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	if from.Addr().Unmap().IsLoopback() {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap() == from.Addr().Unmap()
}

// memory shows what the server remembers at this moment.
func (s *Site) memory(w http.ResponseWriter, r *http.Request) {
	if !s.near(w, r) {
		return
	}
	w.Header().Add("Vary", "Accept")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.memoryJSON(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	s.services.Page(w, r, http.StatusOK, "memory", s.remembered())
}

// memoryJSON is the same for programs.
func (s *Site) memoryJSON(w http.ResponseWriter, r *http.Request) {
	if !s.near(w, r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	s.services.JSON(w, http.StatusOK, s.remembered())
}

// Live views look for changes this often, and say that they are there this often
// where there are none.
const (
	lookInterval  = 250 * time.Millisecond
	aliveInterval = 10 * time.Second
)

// memoryView is what the live views show: looked up once for all of them, since a
// store may be asked for it.
type memoryView struct {
	mu   sync.Mutex
	at   time.Time
	json []byte
}

// viewed returns the memory as JSON, as it was within the last lookInterval.
func (s *Site) viewed() []byte {
	v := &s.view
	v.mu.Lock()
	defer v.mu.Unlock()
	if now := time.Now(); now.Sub(v.at) >= lookInterval/2 {
		b, err := json.Marshal(s.remembered())
		if err != nil {
			return v.json // of strings and numbers: it has no error
		}
		v.json, v.at = b, time.Now()
	}
	return v.json
}

// memoryEvents tells each change of the memory as a server-sent event (HTML
// Living Standard §9.2), until the client goes.
func (s *Site) memoryEvents(w http.ResponseWriter, r *http.Request) {
	if !s.near(w, r) {
		return
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		s.services.Fail(w, r, http.StatusServiceUnavailable, trace.Text{
			En: "Too many live views of the memory are open.", Ko: "메모리를 실시간으로 보는 창이 너무 많습니다.",
		})
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	var last []byte
	quiet := aliveInterval
	for tick := time.NewTicker(lookInterval); ; {
		now := s.viewed()
		event := []byte(": still the same\n\n")
		if !bytes.Equal(now, last) {
			event, last, quiet = fmt.Appendf(nil, "data: %s\n\n", now), now, aliveInterval
		}
		if quiet += lookInterval; quiet > aliveInterval {
			quiet = 0
			if control.SetWriteDeadline(time.Now().Add(aliveInterval)) != nil {
				return
			}
			if _, err := w.Write(event); err != nil || control.Flush() != nil {
				return
			}
		}
		select {
		case <-r.Context().Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}
