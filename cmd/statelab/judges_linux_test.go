package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSlowHTTPTest: 200 connections whose heads never end are each closed a second
// after their time at the latest, as tcpdump sees it, and whoever asks normally
// meanwhile is answered every time.
func TestSlowHTTPTest(t *testing.T) {
	t.Parallel()
	needs(t, "slowhttptest", "tcpdump")
	if elsewhere(t) {
		return
	}
	const connections, limit = 200, 3 * time.Second
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "--header-timeout", limit.String(), "-o", os.DevNull)
	addr := server.address()
	stop := tcpdump(t, ns, portOf(addr), shortFrames)
	attack := start(t, ns, "slowhttptest", "-H", "-c", fmt.Sprint(connections), "-r", fmt.Sprint(connections), "-i", "1", "-l", "10", "-x", "8", "-u", "http://"+addr+"/")
	normal := map[string]bool{} // the addresses of the clients that ask normally
	for going := true; going; {
		select {
		case <-attack.ended:
			going = false
		case <-time.After(50 * time.Millisecond): // as somebody who clicks
		}
		var c net.Conn
		var err error
		ns.do(func() { c, err = net.DialTimeout("tcp4", addr, patience) })
		if err != nil {
			t.Fatal(err)
		}
		normal[c.LocalAddr().String()] = true
		if got := get(t, c, "Connection: close"); got != http.StatusOK {
			t.Errorf("who asks normally got %d", got)
		}
		_ = c.Close()
	}
	server.interrupt()
	frames, _ := readFrames(t, stop())
	slow, longest := 0, time.Duration(0)
	for direction, sent := range frames {
		from, to, _ := strings.Cut(direction, " → ")
		if to != addr || normal[from] {
			continue
		}
		slow++
		held := 24 * time.Hour
		for _, f := range frames[to+" → "+from] {
			if flags := f.data[14+20+13]; flags&0b101 != 0 { // FIN, RST
				held = f.at.Sub(sent[0].at)
				break
			}
		}
		if longest = max(longest, held); held > limit+time.Second {
			t.Errorf("%s was held for %v", from, held)
		}
	}
	t.Logf("%d slow connections, the longest for %v; %d answers meanwhile", slow, longest, len(normal))
	if slow < connections || len(normal) < 10 {
		t.Errorf("%d slow connections, %d normal ones: the test says little", slow, len(normal))
	}
}

// harmless are findings of wapiti that are none, and why.
var harmless = map[string]string{
	"X-XSS-Protection is not set":          "browsers have removed what it switched on; there is a Content-Security-Policy",
	"Strict-Transport-Security is not set": "over http it must not be sent (RFC 6797 §7.2)",
}

// finding is one of wapiti's.
type finding struct{ Method, Path, Info string }

// TestWapiti: a scanner goes through the pages and attacks what it finds, and finds
// nothing. Of its modules are left out those that ask servers elsewhere (nikto,
// ssrf, wapp, xxe), csrf, which looks for a hidden field, where this server looks
// at where a request comes from (TestSiteRefuses), and the two that guess names.
func TestWapiti(t *testing.T) {
	t.Parallel()
	needs(t, "wapiti")
	if elsewhere(t) {
		return
	}
	ns := newNamespace(t)
	server := start(t, ns, "statelab", "http", "serve", "127.0.0.1:0", "-o", os.DevNull)
	site := "http://" + strings.Replace(server.address(), "127.0.0.1", "localhost", 1)
	dir := t.TempDir()
	report := filepath.Join(dir, "report.json")
	// Python 3.11 refuses the pattern that wapiti 3.0.4 makes of an excluded address:
	// the flags stand at its end.
	const scan = `import fnmatch, re, wapitiCore.net.crawler as c
c.wildcard_translate = lambda pattern: re.compile(fnmatch.translate(pattern))
from wapitiCore.main.wapiti import wapiti_main
wapiti_main()`
	cmd := exec.Command("/usr/bin/python3", "-c", scan, "-u", site+"/", "--scope", "domain", "-r", "lang", "-x", site+"/memory/events",
		"--flush-session", "--store-session", dir, "--store-config", dir, "--no-bugreport", "-v", "1", "-f", "json", "-o", report,
		"--max-scan-time", "40", "--max-attack-time", "5",
		"-m", "backup,blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss")
	cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	wapiti := startCommand(t, ns, cmd)
	<-wapiti.ended
	visited := strings.Count(wapiti.stdout.String(), "[+] "+site)
	b, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var found struct{ Vulnerabilities, Anomalies map[string][]finding }
	if err := json.Unmarshal(b, &found); err != nil {
		t.Fatal(err)
	}
	if found.Vulnerabilities == nil || visited < 20 {
		t.Errorf("%d pages: the scan says little\n%s", visited, b)
	}
	for _, kinds := range []map[string][]finding{found.Vulnerabilities, found.Anomalies} {
		for name, all := range kinds {
			for _, f := range all {
				if harmless[f.Info] == "" && !(strings.Contains(name, "Scripting") && onlyText(t, ns, server.address(), f.Path)) {
					t.Errorf("%s: %+v", name, f)
				}
			}
		}
	}
}

// onlyText reports that no browser runs a script in what is there: it is text, and
// said to be nothing else.
func onlyText(t *testing.T, ns *namespace, addr, path string) bool {
	t.Helper()
	c := ns.dial(t, addr)
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	return strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") && r.Header.Get("X-Content-Type-Options") == "nosniff"
}
