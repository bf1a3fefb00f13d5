package httpdemo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"statelab/capture/trace"
)

// Bounds of the chat. A message is at most what coder/websocket reads by default.
const (
	wsMostConnections = 64
	wsMostRooms       = 16
	wsMostOfSession   = 4 // connections
	wsMostMessage     = 32 << 10
	wsQueue           = 2 * wsMostRate // messages that wait for one member: who may say so many hears them, too
	wsMostRate        = 20             // messages of one member within wsRateTime
	wsRateTime        = 10 * time.Second
	wsIdle            = 60 * time.Second
	wsWriteTime       = 5 * time.Second
)

// Close codes of our own (RFC 6455 §7.4.2: 4000 to 4999 are for private use).
const (
	wsLoggedOut websocket.StatusCode = 4001
)

// wsMember is one connection, and all that the server remembers of it. It is gone
// when the connection is.
type wsMember struct {
	id       uint64
	session  string
	name     string
	room     string
	joined   time.Time
	messages int
	window   time.Time // the rate is counted since
	burst    int

	conn *websocket.Conn
	raw  *wsConn
	out  chan []byte
	gone chan struct{} // closed when it has left
	slow bool
}

// wsSaid is what members are told.
type wsSaid struct {
	Type string `json:"type"` // joined, left, message
	From string `json:"from"`
	Text string `json:"text,omitempty"`
	// Messages is how many its sender has sent over this connection.
	Messages int `json:"messages,omitempty"`
}

// wsRooms are all rooms. A room is there while somebody is in it.
type wsRooms struct {
	now func() time.Time

	mu      sync.Mutex
	next    uint64
	members map[uint64]*wsMember
	tasks   sync.WaitGroup // writers, pings, and connections that are being closed
}

// enter lets a member in, if there is room.
func (r *wsRooms) enter(m *wsMember) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.admits(m.session, m.room) {
		return false
	}
	r.next++
	m.id, m.joined, m.window = r.next, r.now(), r.now()
	r.members[m.id] = m
	r.tell(m.room, wsSaid{Type: "joined", From: m.name})
	return true
}

// admits reports whether one more connection is within the bounds.
func (r *wsRooms) admits(session, room string) bool {
	rooms, mine := map[string]bool{room: true}, 0
	for _, m := range r.members {
		rooms[m.room] = true
		if m.session == session {
			mine++
		}
	}
	return len(r.members) < wsMostConnections && len(rooms) <= wsMostRooms && mine < wsMostOfSession
}

// full reports whether a connection would find no place.
func (r *wsRooms) full(session, room string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.admits(session, room)
}

// leave forgets a member.
func (r *wsRooms) leave(m *wsMember) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[m.id] == nil {
		return
	}
	delete(r.members, m.id)
	close(m.gone)
	r.tell(m.room, wsSaid{Type: "left", From: m.name})
}

// say gives a member's message to its room. It returns false where the member says
// too much.
func (r *wsRooms) say(m *wsMember, text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); now.Sub(m.window) >= wsRateTime {
		m.window, m.burst = now, 0
	}
	if m.burst++; m.burst > wsMostRate {
		return false
	}
	m.messages++
	r.tell(m.room, wsSaid{Type: "message", From: m.name, Text: text, Messages: m.messages})
	return true
}

// tell queues something for each member of a room, and never waits: whose queue is
// full has read too slowly, and is let go. The caller holds the lock.
func (r *wsRooms) tell(room string, s wsSaid) {
	b, err := json.Marshal(s)
	if err != nil {
		return // strings and a number can be marshalled
	}
	for _, id := range slices.Sorted(maps.Keys(r.members)) {
		m := r.members[id]
		if m.room != room || m.slow {
			continue
		}
		select {
		case m.out <- b:
		default:
			m.slow = true
			r.tasks.Go(func() { _ = m.raw.Conn.Close() }) // a close frame would wait behind what it does not read
		}
	}
}

// write sends a member what is queued for it, until it has left.
func (r *wsRooms) write(m *wsMember) {
	for {
		select {
		case b := <-m.out:
			err := m.conn.Write(context.Background(), websocket.MessageText, b)
			if err == nil {
				continue
			}
			if !errors.Is(err, net.ErrClosed) { // of a close frame that was sent, the answer is awaited
				_ = m.raw.Conn.Close() // the reader sees it, and leaves
			}
			return
		case <-m.gone:
			return
		}
	}
}

// end closes the connections that are chosen, with a close frame each, all at
// once, and waits for the answers.
func (r *wsRooms) end(code websocket.StatusCode, reason string, chosen func(*wsMember) bool) {
	r.mu.Lock()
	var all []*wsMember
	for _, id := range slices.Sorted(maps.Keys(r.members)) {
		if m := r.members[id]; chosen(m) {
			all = append(all, m)
		}
	}
	r.mu.Unlock()
	var closing sync.WaitGroup
	for _, m := range all {
		closing.Go(func() { _ = m.conn.Close(code, reason) }) // it may be gone already
	}
	closing.Wait() // coder/websocket waits 5 s for an answer
}

// memory lists what is remembered of each connection, and nothing beside.
func (r *wsRooms) memory() (all []trace.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(r.members)) {
		m := r.members[id]
		all = append(all, trace.Entry{
			Kind: trace.MemoryConversation, Name: fmt.Sprintf("connection %d", m.id),
			Value: fmt.Sprintf("%s in %s since %s, %d messages", m.name, m.room, m.joined.UTC().Format(time.TimeOnly), m.messages),
			Bytes: len(m.name) + len(m.room) + len(m.session) + 8 + 8 + 8, // joined, messages, id
		})
	}
	return all
}

// who lists the names in a room, sorted.
func (r *wsRooms) who(room string) (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.room == room {
			names = append(names, m.name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}
