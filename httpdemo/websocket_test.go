package httpdemo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// connections is how many members the server remembers.
func (s wsServed) connections() (n int) {
	for _, e := range s.app.Memory() {
		if strings.HasPrefix(e.Name, "connection ") {
			n++
		}
	}
	return n
}

// until waits for what happens in other goroutines.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come to %s", what)
		}
	}
}

// TestWebSocketLogout: a logout closes the sockets of that session alone, and what
// was remembered of them is gone.
func TestWebSocketLogout(t *testing.T) {
	t.Parallel()
	s := serveWS(t)
	kim, lee := s.login("kim"), s.join("lee", "other")
	var sockets []*wsClient
	for range 2 {
		c, _, err := s.dial("/websocket/chat?room=mine", kim)
		if err != nil {
			t.Fatal(err)
		}
		sockets = append(sockets, c)
	}
	until(t, "three members", func() bool { return s.connections() == 3 })
	done := make(chan int, 1)
	go func() {
		r, _ := http.NewRequest("POST", "http://"+s.at.String()+"/websocket/logout", nil)
		r.Header.Set("Cookie", kim.Value)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			done <- 0
			return
		}
		_ = resp.Body.Close()
		done <- resp.StatusCode
	}()
	for _, c := range sockets {
		if code, err := c.closed(); code != 4001 || err != nil {
			t.Errorf("closed with %d, %v; want 4001", code, err)
		}
	}
	if status := <-done; status != http.StatusNoContent {
		t.Errorf("the logout was answered with %d", status)
	}
	until(t, "one member", func() bool { return s.connections() == 1 })
	if _, r, err := s.dial("/websocket/chat", kim); !errors.Is(err, errWSRefused) || r.StatusCode != 401 {
		t.Errorf("the old cookie: %v", err)
	}
	if err := lee.send(http1.OpClose, ""); err != nil {
		t.Error(err)
	}
}

// TestWebSocketBounds: connections of a session, rooms, and messages are bounded.
func TestWebSocketBounds(t *testing.T) {
	t.Parallel()
	s := serveWS(t)
	kim := s.login("kim")
	for i := range wsMostOfSession + 1 {
		c, r, err := s.dial("/websocket/chat?room=a", kim)
		switch {
		case i < wsMostOfSession && err != nil:
			t.Fatalf("connection %d: %v", i+1, err)
		case i == wsMostOfSession && (!errors.Is(err, errWSRefused) || r.StatusCode != 503 || r.Header.Get("Retry-After") == ""):
			t.Errorf("one connection more than a session may have: %v", err)
		case err == nil:
			defer c.conn.Close()
		}
		until(t, "a member more", func() bool { return s.connections() == min(i+1, wsMostOfSession) })
	}
	for i := range wsMostRooms - 1 {
		defer s.join("x", fmt.Sprint("room-", i)).conn.Close()
	}
	if _, r, err := s.dial("/websocket/chat?room=one-more", s.login("x")); !errors.Is(err, errWSRefused) || r.StatusCode != 503 {
		t.Errorf("one room more: %v", err)
	}
	loud := s.join("loud", "room-0")
	for range wsMostRate + 1 {
		if err := loud.send(http1.OpText, "!"); err != nil {
			t.Fatal(err)
		}
	}
	if h := loud.all(0); h.code != 1008 || len(h.texts) > wsMostRate {
		t.Errorf("one message too many: closed with %d after %d", h.code, len(h.texts))
	}
}

// TestWebSocketSlowReader: who does not read is let go, and holds nobody up.
func TestWebSocketSlowReader(t *testing.T) {
	t.Parallel()
	s := serveWS(t)
	slow := s.join("slow", "r")
	defer slow.conn.Close()
	if err := slow.conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", wsMostMessage)
	for said := 0; ; said++ {
		if said > 40*wsMostRate { // some megabytes more than buffers can hold
			t.Fatal("who reads nothing is still there")
		}
		c := s.join(fmt.Sprint("fast ", said), "r")
		for range wsMostRate {
			if err := c.send(http1.OpText, big); err != nil {
				t.Fatal(err)
			}
			if h := c.all(1); len(h.texts) != 1 {
				t.Fatalf("a reader that keeps up heard %d messages and code %d", len(h.texts), h.code)
			}
		}
		_ = c.conn.Close() // another one speaks next: each has its rate
		if !slices.Contains(s.app.rooms.who("r"), "slow") {
			return
		}
	}
}

// TestWebSocketIdle: after half of the time the server asks, and after all of it,
// it closes.
func TestWebSocketIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		begin, pinged := time.Now(), time.Duration(0)
		c := &wsConn{Conn: server, now: time.Now, idle: time.Minute}
		c.ping = func() { pinged = time.Since(begin) }
		var b [8]byte
		_, err := c.Read(b[:])
		if !errors.Is(err, errWSIdle) || pinged != 30*time.Second || time.Since(begin) != time.Minute {
			t.Errorf("%v after %v, pinged after %v", err, time.Since(begin), pinged)
		}
	})
}

// TestWebSocketMemory: what is remembered of a connection follows its messages, and
// goes with it, however it ends.
func TestWebSocketMemory(t *testing.T) {
	t.Parallel()
	s := serveWS(t)
	value := func() string {
		for _, e := range s.app.Memory() {
			if strings.HasPrefix(e.Name, "connection ") && e.Kind == trace.MemoryConversation {
				return e.Value
			}
		}
		return ""
	}
	c := s.join("kim", "r")
	if err := c.send(http1.OpText, "\x1b[31m"); err != nil {
		t.Fatal(err)
	}
	if h := c.all(1); !slices.Equal(h.texts, []string{"\x1b[31m"}) {
		t.Errorf("heard %q", h.texts)
	}
	if v := value(); !strings.Contains(v, "kim in r") || !strings.HasSuffix(v, "1 messages") {
		t.Errorf("remembered %q", v)
	}
	if err := c.conn.(*net.TCPConn).SetLinger(0); err != nil { // RST, without a word of WebSocket
		t.Fatal(err)
	}
	_ = c.conn.Close()
	until(t, "nothing", func() bool { return value() == "" })
}

// TestWebSocketJudges: clients that others have written talk with the server.
func TestWebSocketJudges(t *testing.T) {
	t.Parallel()
	for _, j := range []struct {
		name, needs string
		try         []string // programs, the first that can
		probe       []string
		script      string
	}{
		{
			"python websockets", "apt-get install python3-websockets",
			[]string{"python3", "/usr/bin/python3"},
			[]string{"-c", "import websockets"},
			`import asyncio, json, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1], extra_headers={"Cookie": sys.argv[2]}) as ws:
        assert json.loads(await ws.recv())["type"] == "joined"
        await ws.send("안녕")
        said = json.loads(await ws.recv())
        assert said["text"] == "안녕" and said["messages"] == 1, said
        await (await ws.ping(b"x"))
        await ws.send(["frag", "ments"])
        assert json.loads(await ws.recv())["text"] == "fragments"
        await ws.send(b"\x00")
        try: await ws.recv()
        except websockets.ConnectionClosed as e: print(e.rcvd.code)
asyncio.run(main())`,
		},
		{
			"npm ws", "apt-get install node-ws",
			[]string{"node"},
			[]string{"-e", "require('ws')"},
			`const WebSocket = require('ws');
const ws = new WebSocket(process.argv[1], {headers: {Cookie: process.argv[2]}});
let step = 0;
ws.on('message', (data, binary) => {
  const said = JSON.parse(data);
  if (binary) throw new Error('binary');
  if (step === 0 && said.type === 'joined') ws.send('안녕');
  else if (step === 1 && said.text === '안녕') ws.ping('x');
  else throw new Error(JSON.stringify(said));
  step++;
});
ws.on('pong', (d) => { if (String(d) !== 'x' || step !== 2) throw new Error('pong ' + d); ws.send(Buffer.from([0])); });
ws.on('close', (code) => console.log(code));`,
		},
	} {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			program := ""
			for _, p := range j.try {
				c := exec.Command(p, j.probe...)
				c.Env = append(c.Environ(), "NODE_PATH=/usr/share/nodejs")
				if program == "" && c.Run() == nil {
					program = p
				}
			}
			if program == "" {
				t.Skip("this judge is not here: " + j.needs)
			}
			s := serveWS(t)
			flag := j.probe[0]
			c := exec.CommandContext(t.Context(), program, flag, j.script, "ws://"+s.at.String()+"/websocket/chat", s.login("judge").Value)
			c.Env = append(c.Environ(), "NODE_PATH=/usr/share/nodejs")
			out, err := c.CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != "1003" {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// FuzzWebSocketFrame: whatever comes in whatever pieces, the check lets through what
// it would in one piece.
func FuzzWebSocketFrame(f *testing.F) {
	f.Add(fin(http1.OpText, "hello"), uint8(1))
	f.Add(slices.Concat(fin(http1.OpText, "a"), bye(1000, "\xff")), uint8(3))
	f.Add(stretched(8, 1<<63), uint8(2))
	f.Fuzz(func(t *testing.T, octets []byte, size uint8) {
		var one, two wsFrame
		passed, err := one.check(octets)
		sum := 0
		for piece := range slices.Chunk(octets, int(size)+1) {
			n, err2 := two.check(piece)
			if sum += n; err2 != nil {
				if !errors.Is(err, err2) {
					t.Fatalf("in pieces %v, at once %v", err2, err)
				}
				return
			}
		}
		if err != nil || passed != len(octets) || sum != passed {
			t.Fatalf("at once %d and %v, in pieces %d", passed, err, sum)
		}
	})
}

var _ io.ReadWriteCloser = (*wsConn)(nil)
