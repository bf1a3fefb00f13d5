package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/httpdemo/session"
	"statelab/httpdemo/session/stores"
	"statelab/tcpdemo/network/host"
)

func newHTTPServe(e *env) *cobra.Command {
	f := liveFlags{fresh: true}
	var limits httpdemo.Limits
	var wire, secure, attackable bool
	var store string
	c := &cobra.Command{
		Use:   "serve [ADDR]",
		Short: "HTTP/1.1 server with every lesson's pages, and what it remembers",
		Long: `Serve the lessons' pages and JSON over HTTP/1.1, for a browser and for curl:
/ leads through them, /memory shows what the server remembers at this moment
(HTML, /memory.json, and at /memory/events as it changes). --wire prints every
byte as it goes by (with --tls, before it is encrypted), --capture adds the
ladder of real frames. --tls serves https with a certificate made on the spot,
whose fingerprint is printed. --store says where sessions are kept: memory:,
sqlite:FILE, redis://HOST:PORT, nats://HOST:PORT, or nats: for a server in this
process. A store that does not answer is 503, and so is one that is full: of
100,000 sessions or 256 MiB (in memory: 20,000 or 64 MiB a lesson; NATS:
256 MiB), whoever shares it.`,
		Example: `  statelab http serve 127.0.0.1:8080 --wire
  statelab http serve --store sqlite:sessions.db
  statelab http serve 127.0.0.1:8443 --tls
  sudo statelab http serve --capture -w http.pcapng`,
		Args: atMostOne("an address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			addr, err := parseListen(append(args, "127.0.0.1:8080")[0])
			if err != nil {
				return err
			}
			if attackable && !addr.Addr().IsLoopback() {
				return misusef("--attackable serves pages that can be attacked, and %s can be reached from elsewhere\nhint: statelab http serve 127.0.0.1:8080 --attackable", addr)
			}
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			sessions, err := openStore(cmd.Context(), store, e.now)
			if err != nil {
				return err
			}
			defer sessions.Close() // what was kept is kept
			v.opts.Title = "http serve"
			return f.serve(cmd.Context(), e, v, addr, func(ctx context.Context, n *host.Network, l net.Listener) error {
				l = httpdemo.Limit(l, limits)
				if secure {
					var err error
					if l, err = overTLS(e, v.lang, l, addr.Addr()); err != nil {
						return err
					}
				}
				if wire {
					if secure {
						fmt.Fprintln(e.stderr, "statelab: "+v.lang.Of(wireInTLS))
					}
					l = httpdemo.Tap(l, printer(n))
				}
				s, err := liveServices(n.Now, secure || addr.Addr().IsLoopback())
				if err != nil {
					return err
				}
				s.Attackable = attackable
				if f.lang != "" { // asked for: it goes before what browsers prefer
					s.Lang = map[explain.Lang]string{explain.English: "en", explain.Korean: "ko"}[v.lang]
				}
				keepIn(s, store, sessions)
				s.Watch = func(a trace.Access) {
					n.Report(trace.Observation{Kind: trace.ObservedStore, At: n.Now(), Party: httpdemo.Server, Access: &a})
				}
				var told func([]trace.Entry)
				if f.capture {
					told = func(all []trace.Entry) {
						n.Report(trace.Observation{Kind: trace.ObservedMemory, At: n.Now(), Party: httpdemo.Server, Memory: &trace.Memory{Entries: all}})
					}
				}
				return serveHTTP(ctx, e, s, l, limits, told)
			})
		},
	}
	f.register(c)
	fs := c.Flags()
	fs.BoolVar(&wire, "wire", false, "print each request and response as it goes by, byte for byte, escaped")
	fs.BoolVar(&attackable, "attackable", false, "also serve the pages that can be attacked, which say so; on loopback only")
	fs.StringVar(&store, "store", "memory:", "where sessions are kept: memory:, sqlite:FILE, redis://…, nats://…")
	fs.BoolVar(&secure, "tls", false, "serve https, with a certificate made on the spot")
	fs.IntVar(&limits.Header, "max-header", httpdemo.DefaultHeader, "bytes of request line and header section")
	fs.Int64Var(&limits.Body, "max-body", httpdemo.DefaultBody, "bytes of request body")
	fs.DurationVar(&limits.ReadTimeout, "header-timeout", httpdemo.DefaultReadTimeout, "for the header section; six times that for the whole request")
	fs.DurationVar(&limits.Idle, "idle", httpdemo.DefaultIdle, "between two requests on one connection")
	fs.IntVar(&limits.Connections, "max-connections", httpdemo.DefaultConnections, "connections open at one time; further ones wait; 0 is the default")
	return c
}

// wireInTLS is said where what --wire prints is not what is on the wire.
var wireInTLS = trace.Text{
	En: "--wire prints what is said inside TLS, before it is encrypted: on the wire it cannot be read (--capture shows it as it is there)",
	Ko: "--wire는 TLS 안의 내용을 암호화하기 전 모습으로 보여 줍니다. 회선에서는 읽을 수 없습니다(--capture가 회선의 모습을 보여 줍니다)",
}

// openStore opens the store of sessions that a URL names.
func openStore(ctx context.Context, url string, now func() time.Time) (session.Store, error) {
	s, err := stores.Open(ctx, url, now)
	switch {
	case errors.Is(err, session.ErrUnavailable):
		return nil, fmt.Errorf("--store %s: %w", stores.Redacted(url), err)
	case err != nil:
		return nil, misusef("--store: %v", err)
	}
	return s, nil
}

// keepIn has the services keep sessions in the store of that URL. In this process's
// memory each lesson has one of its own, so that one that is full fills no other.
func keepIn(s *httpdemo.Services, url string, store session.Store) {
	if s.StoreName = stores.Name(url); s.StoreName != "memory" {
		s.Store = store
	}
}

// liveServices are what the lessons' server sides stand on outside a lesson.
// secure says that browsers take cookies that are for secure connections.
func liveServices(now func() time.Time, secure bool) (*httpdemo.Services, error) {
	s := &httpdemo.Services{Now: now, Rand: rand.Reader, Secret: make([]byte, 32), Secure: secure}
	_, err := io.ReadFull(rand.Reader, s.Secret)
	return s, err
}

// overTLS puts TLS on a listener at an address, and prints the certificate's
// fingerprint.
func overTLS(e *env, lang explain.Lang, l net.Listener, at netip.Addr) (net.Listener, error) {
	c, err := httpdemo.Certificate(rand.Reader, e.now(), namesOf(at)...)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(e.stderr, "statelab: "+lang.Of(trace.Text{
		En: "the certificate is its own authority; SHA-256 " + httpdemo.Fingerprint(c),
		Ko: "스스로 서명한 인증서입니다. SHA-256 " + httpdemo.Fingerprint(c),
	}))
	return httpdemo.Secure(l, &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}), err
}

// namesOf are the names and addresses, beside loopback's, under which a server at an
// address is reached.
func namesOf(at netip.Addr) (names []string) {
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
	}
	if !at.IsUnspecified() {
		return append(names, at.WithZone("").String())
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return names // as good as before
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLoopback() {
			names = append(names, p.Addr().String())
		}
	}
	return names
}

// serveHTTP serves every lesson's pages until ctx is done. told, if it is set, is
// told what the site remembers, each time that it has changed.
func serveHTTP(ctx context.Context, e *env, s *httpdemo.Services, l net.Listener, limits httpdemo.Limits, told func([]trace.Entry)) error {
	site, err := httpdemo.NewSite(s, httpdemo.Lessons()...)
	if err != nil {
		return err
	}
	defer site.Close() // when its last answer was given: there is nobody left to tell
	var handler http.Handler = site
	if told != nil {
		t := httpdemo.NewTelling(site, told)
		defer t.Close()
		handler = t
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok && a.IP.IsLoopback() {
		handler = httpdemo.LocalHosts(s, handler)
	}
	srv := httpdemo.NewServer(handler, limits, log.New(e.stderr, "statelab: ", 0))
	srv.BaseContext = func(net.Listener) context.Context { return site.Context(context.Background()) }
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if srv.Shutdown(last) != nil {
			_ = srv.Close() // a client that holds on is cut off
		}
	})
	defer stop()
	strict := httpdemo.Strict(l, srv, limits.ReadTimeout, limits.Header)
	if err := srv.Serve(strict); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// printer puts every line of what goes by on the timeline, escaped: > is the
// request, < the response. Whose it is stands before it where that changes.
func printer(n *host.Network) func(net.Addr, bool, []byte) {
	var mu sync.Mutex
	var last string
	return func(client net.Addr, in bool, b []byte) {
		mu.Lock()
		defer mu.Unlock()
		sign := "<"
		if in {
			sign = ">"
		}
		say := func(text string) {
			n.Report(trace.Observation{Kind: trace.ObservedNote, At: n.Now(), Note: &trace.Note{Text: trace.Text{En: text, Ko: text}}})
		}
		if whose := client.String(); whose != last {
			last = whose
			say(whose)
		}
		for line := range bytes.Lines(b) {
			say(sign + " " + trace.EscapeBytes(line, -1))
		}
	}
}
