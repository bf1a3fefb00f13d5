package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"statelab/capture/trace"
	"statelab/httpdemo"
)

// Lessons with more parties than two, as small as they can be: what a screen,
// a picture and a trace make of them is tested on these.

// hopLesson has a cache between a client and an origin: what was asked for once
// is not asked for again (RFC 9111 §2).
var hopLesson = httpdemo.Lesson{
	Name:    "hop",
	Title:   trace.Text{En: "Two requests, and one reaches the origin", Ko: "요청 둘, 원본까지 간 요청은 하나"},
	Parties: []trace.Participant{httpdemo.Client, httpdemo.Cache, httpdemo.Server},
	Run: func(ctx context.Context, e *httpdemo.Env) error {
		origin, hop, from := e.Machine(httpdemo.Server), e.Machine(httpdemo.Cache), e.Machine(httpdemo.Client)
		err := serveOn(e, origin, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil
			w.Header().Set("Cache-Control", "max-age=60")
			_, _ = io.WriteString(w, "the page "+r.URL.Path)
		})
		if err != nil {
			return err
		}
		var mu sync.Mutex
		kept := map[string]string{}
		err = serveOn(e, hop, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil
			mu.Lock()
			body, fresh := kept[r.URL.Path]
			mu.Unlock()
			if !fresh {
				if body, err = fetch(ctx, hop, origin, r.URL.Path); err != nil {
					http.Error(w, "502", http.StatusBadGateway)
					return
				}
				mu.Lock()
				kept[r.URL.Path] = body
				mu.Unlock()
				e.Report(trace.Observation{Kind: trace.ObservedMemory, At: e.Now(), Party: httpdemo.Cache, Memory: &trace.Memory{Entries: []trace.Entry{
					{Kind: trace.MemoryResource, Name: r.URL.Path, Value: body, Bytes: len(body)},
				}}})
			}
			_, _ = io.WriteString(w, body)
		})
		if err != nil {
			return err
		}
		for _, t := range []trace.Text{
			{En: "The first request: the cache has to ask", Ko: "첫 요청: 캐시가 물어봐야 합니다"},
			{En: "The second: the cache answers by itself", Ko: "두 번째 요청: 캐시가 스스로 답합니다"},
		} {
			e.Sleep(stepPause)
			e.Report(trace.Observation{Kind: trace.ObservedNote, At: e.Now(), Note: &trace.Note{Step: true, Text: t}})
			body, err := fetch(ctx, from, hop, "/news")
			if err != nil {
				return err
			}
			if body != "the page /news" {
				return fmt.Errorf("got %q", body)
			}
		}
		return nil
	},
}

// theftLesson has two servers, a client and somebody who uses the client's
// cookie.
var theftLesson = httpdemo.Lesson{
	Name:    "theft",
	Title:   trace.Text{En: "A cookie is worth the same in any hand", Ko: "쿠키는 누구 손에서나 같은 값"},
	Parties: []trace.Participant{httpdemo.Client, httpdemo.Attacker, httpdemo.Server1, httpdemo.Server2},
	Run: func(ctx context.Context, e *httpdemo.Env) error {
		for _, s := range []trace.Participant{httpdemo.Server1, httpdemo.Server2} {
			err := serveOn(e, e.Machine(s), func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Date"] = nil
				w.Header().Set("Set-Cookie", "sid=31d4d96e407aad42; HttpOnly; SameSite=Lax")
				_, _ = io.WriteString(w, "hello from "+s.Name())
			})
			if err != nil {
				return err
			}
		}
		for _, visit := range []struct {
			text     trace.Text
			from, to trace.Participant
		}{
			{trace.Text{En: "The client logs in at server 1", Ko: "클라이언트가 서버 1에 로그인합니다"}, httpdemo.Client, httpdemo.Server1},
			{trace.Text{En: "The attacker goes to server 2", Ko: "공격자가 서버 2로 갑니다"}, httpdemo.Attacker, httpdemo.Server2},
			{trace.Text{En: "The attacker goes to server 1", Ko: "공격자가 서버 1로 갑니다"}, httpdemo.Attacker, httpdemo.Server1},
		} {
			e.Sleep(stepPause)
			e.Report(trace.Observation{Kind: trace.ObservedNote, At: e.Now(), Note: &trace.Note{Step: true, Text: visit.text}})
			if _, err := fetch(ctx, e.Machine(visit.from), e.Machine(visit.to), "/"); err != nil {
				return err
			}
		}
		return nil
	},
}

// stepPause lets what is on the wire arrive.
const stepPause = settling

// serveOn serves HTTP on a machine until the network ends.
func serveOn(e *httpdemo.Env, m *httpdemo.Machine, h http.HandlerFunc) error {
	l, err := m.Listen()
	if err != nil {
		return err
	}
	srv := httpdemo.NewServer(h, httpdemo.Limits{}, nil)
	e.Go(func() { _ = srv.Serve(l) })
	return nil
}

// fetch makes one request on a connection of its own.
func fetch(ctx context.Context, from, to *httpdemo.Machine, path string) (string, error) {
	var c net.Conn
	c, err := from.Dial(ctx, to.At)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, strings.Join([]string{"GET " + path + " HTTP/1.1", "Host: " + to.At.String(), "Connection: close", "", ""}, "\r\n")); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}
