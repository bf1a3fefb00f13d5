package httpdemo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"statelab/capture/trace"
)

// remembered is the memory as JSON.
type remembered struct {
	Entries []rememberedEntry `json:"entries"`
	Bytes   map[string]int    `json:"bytes"`
}

type rememberedEntry struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Bytes int    `json:"bytes"`
}

// maxShown bounds the entries that one view of the memory shows, and maxValue
// the octets of one value. All count in the sums.
const (
	maxShown = 500
	maxValue = 400
)

func (s *Site) remembered() remembered {
	out := remembered{Entries: []rememberedEntry{}, Bytes: map[string]int{"conversation": 0, "resource": 0}}
	for _, e := range s.Memory() {
		out.Bytes[e.Kind.String()] += e.Bytes
		if len(out.Entries) < maxShown {
			out.Entries = append(out.Entries, rememberedEntry{
				e.Kind.String(), trace.Escape(e.Name), trace.EscapeBytes([]byte(e.Value), maxValue), e.Bytes,
			})
		}
	}
	return out
}

// near reports whether a request came from this machine: the memory holds what
// others have said, and is shown to nobody else.
func (s *Site) near(w http.ResponseWriter, r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil && from.Addr().Unmap().IsLoopback() {
		return true
	}
	s.services.Fail(w, r, http.StatusForbidden, trace.Text{
		En: "The memory is shown on the server's own machine only.",
		Ko: "메모리는 서버가 있는 컴퓨터에서만 볼 수 있습니다.",
	})
	return false
}

// memory shows what the server remembers at this moment.
func (s *Site) memory(w http.ResponseWriter, r *http.Request) {
	if !s.near(w, r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept")
	now := s.remembered()
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.services.JSON(w, http.StatusOK, now)
		return
	}
	s.services.Page(w, r, http.StatusOK, "memory", now)
}

// Live views look for changes this often, and say that they are there this often
// where there are none.
const (
	lookInterval  = 250 * time.Millisecond
	aliveInterval = 10 * time.Second
)

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
		now, err := json.Marshal(s.remembered())
		if err != nil {
			return
		}
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
