package virtual

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/tcpdemo/network"
)

// fingerprint hashes all of a recording.
func fingerprint(r *network.Recording) string {
	h := sha256.New()
	for _, f := range r.Frames {
		fmt.Fprintln(h, f.Number, f.Time.UnixNano(), f.Order, f.Length, f.Link, f.Interface, f.Direction, f.Vantage, f.Wire, f.Marks)
		h.Write(f.Data)
	}
	for _, o := range r.Observations {
		fmt.Fprintln(h, o.Kind, o.At.UnixNano(), o.Order, o.Party, o.Conn, o.From, o.To, o.Cause, o.N)
		switch {
		case o.Memory != nil:
			fmt.Fprintln(h, *o.Memory)
		case o.Verdict != nil:
			fmt.Fprintln(h, *o.Verdict)
		case o.Call != nil:
			fmt.Fprintln(h, *o.Call)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func echoApplication(l *lab) {
	l.serve(7, echo)
	l.Go(func() {
		c, err := l.dial(7)
		if err != nil {
			return
		}
		message := bytes.Repeat([]byte("state"), 4000)
		l.Go(func() { _, _ = c.Write(message) })
		_, _ = io.ReadFull(c, make([]byte, len(message)))
		l.ReportMemory()
		_ = c.Close()
	})
}

// httpApplication runs net/http on both sides: its goroutines wait in channels
// and mutexes of their own.
func httpApplication(l *lab) {
	ln := l.listen(80, 0)
	server := &http.Server{
		ReadTimeout: 30 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", l.Now().Format(http.TimeFormat))
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %d\n", r.Method, r.URL, len(body))
			_, _ = w.Write(make([]byte, 3000))
		}),
	}
	l.Go(func() { _ = server.Serve(ln) })
	l.Go(func() {
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return l.Client().Dial(ctx, netip.AddrPortFrom(ServerAddr, 80), 0)
		}}
		client := http.Client{Transport: transport}
		for i := range 3 {
			response, err := client.Post("http://server/"+strconv.Itoa(i), "text/plain", strings.NewReader(strings.Repeat("x", 100)))
			if err != nil {
				continue
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		transport.CloseIdleConnections()
	})
}

// TestSameSeedSameBytes is the property on which lessons rely.
func TestSameSeedSameBytes(t *testing.T) {
	seeds := 200
	if testing.Short() {
		seeds = 10
	}
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds = 2000
	}
	cases := []struct {
		name  string
		app   func(*lab)
		rules []string
		every int // of the seeds
	}{
		{"echo", echoApplication, nil, 1},
		{"echo impaired", echoApplication, []string{"loss 3%", "duplicate 3rd data segment", "swap 5,6", "corrupt 8th data segment"}, 1},
		{"http", httpApplication, nil, 4},
		{"http impaired", httpApplication, []string{"loss 3%", "delay 35ms every 4th segment"}, 8},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			prints := map[string]uint64{}
			for seed := uint64(1); seed <= uint64(seeds); seed += uint64(c.every) {
				one := record(t, seed, c.app, c.rules)
				two := record(t, seed, c.app, c.rules)
				first := fingerprint(one)
				if first != fingerprint(two) {
					t.Fatalf("seed %d: two runs differ: %s", seed, difference(timeline(one), timeline(two)))
				}
				if other, seen := prints[first]; seen {
					t.Fatalf("seeds %d and %d are the same", seed, other)
				}
				prints[first] = seed
				checkOrder(t, one)
			}
		})
	}
}

func record(t *testing.T, seed uint64, app func(*lab), rules []string) *network.Recording {
	t.Helper()
	l := newLab(t, Config{Seed: seed}, rules...)
	app(l)
	if err := l.Run(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	r := l.Recording()
	_ = l.Close()
	return r
}

func difference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\n%s\n%s", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(a), len(b))
}
