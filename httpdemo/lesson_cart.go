package httpdemo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"

	"statelab/capture/trace"
)

// cart shows two requests that belong together, at a server that knows that and at
// one that does not.
func cart() Lesson {
	return Lesson{
		Name: "cart",
		Title: trace.Text{
			En: "A shopping cart: the same two requests, to a server with state and to one without",
			Ko: "장바구니: 같은 요청 둘을 상태가 있는 서버와 없는 서버에",
		},
		Claims:  []string{"C5"},
		Parties: []trace.Participant{Client, Server1, Server2},
		Look: trace.Text{
			En: "Look at the answers to the second request: {A, B} from server 1, {B} from server 2. And at whose memory grows.",
			Ko: "두 번째 요청의 응답을 보십시오. 서버 1은 {A, B}, 서버 2는 {B}입니다. 그리고 누구의 메모리가 늘어나는지 보십시오.",
		},
		Point: trace.Text{
			En: "The requests were the same, byte for byte: the difference is the record that server 1 keeps for each cart. It costs memory for each visitor; and requests that come at once must not overwrite one another's change, which the revision of the record prevents.",
			Ko: "요청은 바이트 하나까지 같았습니다. 차이는 서버 1이 장바구니마다 간직하는 기록입니다. 방문자마다 메모리가 들고, 동시에 온 요청이 서로의 변경을 덮어쓰지 않아야 합니다. 기록의 개정 번호가 이를 막아 줍니다.",
		},
		Run: runCart,
		App: newCart,
	}
}

// cartHost is the shop's name, at whichever server it is.
const cartHost = "shop.localhost"

// cartVisit is a client's visit to both servers.
type cartVisit struct {
	*Env
	ctx     context.Context
	browser *Browser
	sites   map[int]*Site
}

func runCart(ctx context.Context, e *Env) error {
	l := &cartVisit{e, ctx, e.Browser(ctx, Client), map[int]*Site{}}
	for _, p := range []trace.Participant{Server1, Server2} {
		s, err := e.services()
		if err != nil {
			return err
		}
		s.Secure, s.Watch = true, e.accessed(p) // a name under localhost counts as secure (Secure Contexts §3.1)
		site, err := NewSite(s, Lesson{Name: "cart", App: func(s *Services) (App, error) {
			return newCartAt(s, map[string]bool{cartPath: p.N == 1})
		}})
		if err != nil {
			return err
		}
		if _, err := e.Serve(p, site); err != nil {
			return err
		}
		l.sites[p.N] = site
	}
	l.remember()
	for _, c := range []struct {
		step            trace.Text
		item            string
		with, forgetful []string
	}{
		{trace.Text{En: "Put A into the cart: at server 2, which remembers nothing, and at server 1", Ko: "A를 장바구니에 담습니다. 아무것도 기억하지 않는 서버 2와, 서버 1에"}, "A", []string{"A"}, []string{"A"}},
		{trace.Text{En: "Put B into the cart, at both: the same bytes go to each", Ko: "B를 두 곳에 담습니다. 양쪽에 같은 바이트가 갑니다"}, "B", []string{"A", "B"}, []string{"B"}},
		{trace.Text{En: "What is in the cart?", Ko: "장바구니에 무엇이 있습니까?"}, "", []string{"A", "B"}, []string{}},
	} {
		l.Step(c.step)
		if err := errors.Join(l.want(Server2, c.item, c.forgetful), l.want(Server1, c.item, c.with)); err != nil {
			return err
		}
	}
	return l.atOnce()
}

func (l *cartVisit) remember() {
	l.Follow(Client, l.browser.Memory)
	l.Follow(Server1, l.sites[1].Memory)
	l.Follow(Server2, l.sites[2].Memory)
}

// host is the shop's name, with a port where the network's servers have others.
func (l *cartVisit) host() string {
	if port := l.Machine(Server1).At.Port(); port != 80 {
		return fmt.Sprintf("%s:%d", cartHost, port)
	}
	return cartHost
}

// want puts something into the cart, or only looks, and wants the answer to be that
// cart.
func (l *cartVisit) want(p trace.Participant, item string, want []string) error {
	l.browser.Close() // the next connection goes to where the name points now
	l.browser.Names = map[string]netip.AddrPort{l.host(): l.Machine(p).At}
	q := Request{URL: "http://" + l.host() + cartPath}
	if item != "" {
		q.Method, q.URL, q.From = http.MethodPost, q.URL+"add", q.URL
		q.Type, q.Body = "application/x-www-form-urlencoded", "item="+item
	}
	r, err := l.browser.Do(q)
	if err != nil {
		return err
	}
	var got struct {
		Cart []string `json:"cart"`
	}
	if err := json.Unmarshal([]byte(r.Text), &got); err != nil || !slices.Equal(got.Cart, want) {
		return errors.Join(err, fmt.Errorf("%s has the cart %q, not %q", p.Name(), got.Cart, want))
	}
	l.Note(trace.Text{
		En: fmt.Sprintf("%s says: %q", p.Name(), got.Cart),
		Ko: fmt.Sprintf("%s의 대답: %q", cartServer(p), got.Cart),
	})
	l.remember()
	return nil
}

// cartServer names a server in Korean.
func cartServer(p trace.Participant) string { return fmt.Sprintf("서버 %d", p.N) }

// cartAtOnce is how many requests change one cart at the same time.
const cartAtOnce = 20

// atOnce lets requests be under way together: each has been read up to its header,
// and its cart looked up, before the body of any comes.
func (l *cartVisit) atOnce() error {
	l.Step(trace.Text{
		En: fmt.Sprintf("%d requests at once: each has read the cart before any of them has changed it", cartAtOnce),
		Ko: fmt.Sprintf("동시에 요청 %d개: 누구도 바꾸기 전에 모두가 장바구니를 읽었습니다", cartAtOnce),
	})
	cookies := l.browser.Jar.Memory()
	if len(cookies) != 1 {
		return fmt.Errorf("the browser has %d cookies, not one", len(cookies))
	}
	const body = "item=C"
	head := fmt.Sprintf("POST %sadd HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: __Host-cart=%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
		cartPath, l.host(), l.host(), cookies[0].Value, len(body))
	var open []net.Conn
	for range cartAtOnce {
		c, err := l.Machine(Client).Dial(l.ctx, l.Machine(Server1).At)
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := io.WriteString(c, head); err != nil {
			return err
		}
		open = append(open, c)
	}
	l.Sleep(settling)
	for _, c := range open {
		if _, err := io.WriteString(c, body); err != nil {
			return err
		}
	}
	for i, c := range open {
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return err
		}
		if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
			return errors.Join(err, fmt.Errorf("request %d was answered with %d", i+1, r.StatusCode))
		}
	}
	l.Step(trace.Text{
		En: "None is lost: whoever wrote too late was told so by the revision, read again, and added to that",
		Ko: "하나도 잃지 않았습니다. 늦게 쓴 요청은 개정 번호로 이를 알고, 다시 읽은 것에 더했습니다",
	})
	want := []string{"A", "B"}
	for range cartAtOnce {
		want = append(want, "C")
	}
	return l.want(Server1, "", want)
}
