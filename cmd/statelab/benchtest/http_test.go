//go:build bench && linux

package benchtest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"statelab/httpdemo/session/stores"
	"statelab/httpdemo/session/storetest"
)

// bareHTTP answers every request as another server has answered one for that
// address: what anyone would write, in one handler of net/http.
func bareHTTP(address string) error {
	resp, err := getPage(http.DefaultClient, address)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	resp.Header.Del("Date") // net/http's own
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		_, _ = w.Write(body)
	}))
}

func getPage(c *http.Client, address string) (*http.Response, error) {
	r, err := http.NewRequest(http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/html")
	resp, err := c.Do(r)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, resp.Status)
	}
	return resp, err
}

// requestRate lets wrk ask over 16 connections for a second, and returns requests
// per second. Every answer has to be a 2xx.
func requestRate(t *testing.T, address string, fields ...string) float64 {
	t.Helper()
	args := []string{"-t1", "-c16", "-d1s", "-H", "Accept: text/html"}
	for _, f := range fields {
		args = append(args, "-H", f)
	}
	out, err := exec.Command("wrk", append(args, address)...).CombinedOutput()
	if err != nil {
		t.Fatalf("wrk: %v\n%s", err, out)
	}
	if strings.Contains(string(out), "Non-2xx") {
		t.Fatalf("%s\n%s", address, out)
	}
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "Requests/sec:"); ok {
			rate, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(err)
			}
			return rate
		}
	}
	t.Fatalf("wrk has counted nothing\n%s", out)
	return 0
}

// besideBare is the rate at which ours answers for a path beside that of a bare
// handler that gives the same answer, in turns, each pair compared with itself; and
// the processor time that each takes for a request, which a busy machine blurs less.
func besideBare(t *testing.T, what string, ours *program, path string) {
	t.Helper()
	bare := start(t, benchRole+"=bare-http", os.Args[0], "http://"+ours.addr.String()+path)
	turn := func(p *program) (rate, spent float64) {
		before := p.busy(t)
		rate = requestRate(t, "http://"+p.addr.String()+path)
		return rate, (p.busy(t) - before).Seconds() / rate
	}
	var rates, times, us, them []float64
	for i := range 11 {
		var o, b, oSpent, bSpent float64
		if i%2 == 0 {
			o, oSpent = turn(ours)
			b, bSpent = turn(bare)
		} else {
			b, bSpent = turn(bare)
			o, oSpent = turn(ours)
		}
		rates, times, us, them = append(rates, o/b), append(times, oSpent/bSpent), append(us, o), append(them, b)
	}
	results.add(what, fmt.Sprintf("%.0f req/s", median(us)), fmt.Sprintf("%.0f req/s", median(them)),
		fmt.Sprintf("ratio %.2f (%.2f–%.2f in %d turns), of processor time per request %.2f; peer: the same answer from a bare net/http handler",
			median(rates), slices.Min(rates), slices.Max(rates), len(rates), median(times)))
}

// TestBenchHTTP measures the page that remembers nothing, and one for who is logged
// in, with each kind of store.
func TestBenchHTTP(t *testing.T) {
	if _, err := exec.LookPath("wrk"); err != nil {
		t.Fatal("needs wrk: apt-get install wrk")
	}
	bin := statelab(t)
	ours := start(t, "X=", bin, "http", "serve", "127.0.0.1:0", "-o", os.DevNull)
	besideBare(t, "stateless page over 16 connections", ours, "/stateless/")
	besideBare(t, "the same as JSON", ours, "/api/public")
	for _, store := range []string{"memory:", "sqlite:" + filepath.Join(t.TempDir(), "sessions.db"), storetest.StartRedis(t).URL(), "nats:"} {
		s := start(t, "X=", bin, "http", "serve", "127.0.0.1:0", "-o", os.DevNull, "--store", store)
		origin := &url.URL{Scheme: "http", Host: strings.Replace(s.addr.String(), "127.0.0.1", "localhost", 1)}
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		login, err := (&http.Client{Jar: jar}).PostForm(origin.JoinPath("/session/login").String(), url.Values{"username": {"jisoo"}, "password": {"blue-whale-42"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = login.Body.Close()
		cookie := login.Request.Response.Cookies()[0]
		var rates []float64
		for range 5 {
			rates = append(rates, requestRate(t, origin.JoinPath("/session/profile").String(), "Cookie: "+cookie.Name+"="+cookie.Value))
		}
		kind := stores.Name(store)
		results.add("profile of who is logged in, "+kind, fmt.Sprintf("%.0f req/s", median(rates)), "",
			fmt.Sprintf("%.0f–%.0f in %d turns", slices.Min(rates), slices.Max(rates), len(rates)))
	}
}
