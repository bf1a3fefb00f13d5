package httpdemo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// frames are the WebSocket frames of a run, one way, in short: opcode, and what a
// reader of the wire sees of it.
func (r *run) frames(server string, fromServer bool) (all []string) {
	for _, e := range r.events {
		if e.Kind != trace.KindWebSocket || (e.From.Addr.String() == server) != fromServer {
			continue
		}
		f := e.WebSocket
		switch {
		case f.Opcode == http1.OpClose:
			all = append(all, "close "+strings.TrimLeft(string(rune('0'+f.CloseCode/1000))+string(rune('0'+f.CloseCode/100%10))+string(rune('0'+f.CloseCode/10%10))+string(rune('0'+f.CloseCode%10)), "0"))
		case f.Opcode == http1.OpText:
			all = append(all, "text")
		default:
			all = append(all, f.Opcode.String())
		}
		if len(f.Problems) > 0 && f.Opcode == http1.OpClose || f.Masked == fromServer {
			all = append(all, "problem")
		}
	}
	return all
}

// TestWebSocketLesson reads from the wire how each step went.
func TestWebSocketLesson(t *testing.T) {
	t.Parallel()
	const server = "10.0.0.2:80"
	r := performed(t, "websocket", 1)
	for step, c := range []struct {
		what     string
		statuses []int
		up, down []string // frames
	}{
		{"Kim's login", []int{204}, nil, nil},
		{"a foreign Origin", []int{403}, nil, nil},
		{"no session", []int{401}, nil, nil},
		{"Kim's upgrade", []int{101}, nil, []string{"text"}},
		{"Lee's", []int{204, 101}, nil, []string{"text", "text"}},
		{"a message", nil, []string{"text"}, []string{"text", "text"}},
		{"30 s", nil, []string{"pong", "pong"}, []string{"ping", "ping"}},
		{"not UTF-8", nil, []string{"text", "close 1007"}, []string{"close 1007", "text"}},
		{"Lee again", []int{101}, nil, []string{"text", "text"}},
		{"logout", []int{204}, []string{"close 4001"}, []string{"close 4001", "text"}},
		{"crash", nil, nil, nil},
		{"the old connection", nil, []string{"text"}, nil},
		{"the old cookie", []int{401}, nil, nil},
	} {
		part := r.within(step)
		up, down := part.frames(server, false), part.frames(server, true)
		if got := part.statuses(); !slices.Equal(got, c.statuses) || !slices.Equal(up, c.up) || !slices.Equal(down, c.down) {
			t.Errorf("%s: %v, client %q, server %q; want %v", c.what, got, up, down, c)
		}
	}
	// A frame names nobody: what it has is the text.
	for _, e := range r.within(5).events {
		if e.Kind == trace.KindWebSocket && e.WebSocket.Masked && string(e.WebSocket.Payload) != "안녕하세요, Lee" {
			t.Errorf("the message's frame has %q", e.WebSocket.Payload)
		}
	}
}

// TestWebSocketLessonMemory: the server's memory has an entry for each connection,
// and none when it is gone.
func TestWebSocketLessonMemory(t *testing.T) {
	t.Parallel()
	var seen []int
	r := performed(t, "websocket", 2)
	for _, o := range r.memories {
		if o.Party.Role != httpdemo.Server.Role {
			continue
		}
		n := 0
		for _, e := range o.Memory.Entries {
			if strings.HasPrefix(e.Name, "connection ") {
				n++
			}
		}
		if len(seen) == 0 || seen[len(seen)-1] != n {
			seen = append(seen, n)
		}
	}
	// Kim, Lee, Lee's mistake, Lee again, Kim's logout, the crash.
	if want := []int{0, 1, 2, 1, 2, 1, 0}; !slices.Equal(seen, want) {
		t.Errorf("connections remembered: %v, want %v", seen, want)
	}
}

// TestWebSocketChromium: two tabs of a real browser talk to each other, under the
// page's policy, and a logout in one closes both.
func TestWebSocketChromium(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "websocket")
	c := newChromium(t, s)
	page := "http://localhost:" + c.port + "/websocket/"
	c.do(chromedp.Navigate(page), chromedp.SendKeys(`input[name=user]`, "김<b>"), chromedp.Submit(`input[name=user]`), chromedp.WaitVisible(`li.joined`))
	second, closeTab := chromedp.NewContext(c.ctx)
	defer closeTab()
	if err := chromedp.Run(second); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	other := chromium{t, second, c.port}
	other.do(chromedp.Navigate(page), chromedp.WaitVisible(`li.joined`))
	var heard, state, memory string
	c.do(chromedp.Evaluate(`text.value = "안녕"; document.getElementById("say").requestSubmit()`, nil)) // keys go to the tab in front
	other.do(chromedp.WaitVisible(`li.message`), chromedp.Text(`li.message`, &heard))
	if heard != "김<b>: 안녕" {
		t.Errorf("the second tab heard %q", heard)
	}
	for _, e := range s.site.Memory() {
		memory += e.Name + ", "
	}
	if strings.Count(memory, "connection ") != 2 {
		t.Errorf("the server remembers %s", memory)
	}
	c.do(chromedp.Evaluate(`document.querySelector('form[action^="/websocket/logout"]').submit()`, nil))
	other.do(chromedp.WaitVisible(`#text:disabled`), chromedp.Text(`#state`, &state))
	if !strings.Contains(state, "4001") {
		t.Errorf("the second tab says %q", state)
	}
}
