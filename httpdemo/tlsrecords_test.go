package httpdemo

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"statelab/capture/trace"
)

// TestTLSRecords: of a real handshake and a message, cut anywhere, the records are
// told with their lengths, and what stands in the clear is what crypto/tls says.
func TestTLSRecords(t *testing.T) {
	t.Parallel()
	certificate, err := Certificate(rand.Reader, time.Now(), theftHost)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate.Leaf)
	near, far := net.Pipe()
	seen := &wiretap{}
	var notes []trace.Text
	seen.watch(&Env{Now: time.Now, Report: func(o trace.Observation) { notes = append(notes, o.Note.Text) }})
	tapped := &tappedConn{Conn: far, seen: func(in bool, b []byte) {
		for i := range b { // the worst cut: octet by octet
			seen.take(&net.TCPAddr{}, in, b[i:i+1])
		}
	}}
	server := tls.Server(tapped, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13})
	client := tls.Client(near, &tls.Config{RootCAs: roots, ServerName: theftHost})
	const secret = "Cookie: session=secret"
	done := make(chan error, 1)
	go func() {
		_, err := client.Write([]byte(secret))
		done <- err
	}()
	got := make([]byte, len(secret))
	if _, err := io.ReadFull(server, got); err != nil || string(got) != secret {
		t.Fatalf("%q, %v", got, err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	suite := tls.CipherSuiteName(client.ConnectionState().CipherSuite)
	_ = near.Close()
	records, clear, octets := seen.unwatch()
	if records != len(notes) || clear < 2 || clear >= records || octets != seen.Len() {
		t.Errorf("%d records, %d in the clear, %d octets of %d, %d notes", records, clear, octets, seen.Len(), len(notes))
	}
	var all []string
	for _, n := range notes {
		all = append(all, n.En)
	}
	told := strings.Join(all, "\n")
	for _, want := range []string{"to the server: TLS Handshake (22), ", "ClientHello, server_name " + theftHost, "from the server: TLS Handshake (22), ", "ServerHello, " + suite, "Application Data (23), 39 B: opaque"} {
		if !strings.Contains(told, want) {
			t.Errorf("nothing says %q:\n%s", want, told)
		}
	}
	if strings.Contains(told, "secret") {
		t.Errorf("what is encrypted was read:\n%s", told)
	}
}

// tappedConn tells of what is read and written.
type tappedConn struct {
	net.Conn
	seen func(in bool, b []byte)
}

func (c *tappedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.seen(true, b[:n])
	return n, err
}

func (c *tappedConn) Write(b []byte) (int, error) {
	c.seen(false, b)
	return c.Conn.Write(b)
}

// FuzzTLSRecords: whatever comes, nothing is read beyond its end, and what is whole
// is told once.
func FuzzTLSRecords(f *testing.F) {
	f.Add([]byte("\x16\x03\x01\x00\x04\x01\x00\x00\x00\x17\x03\x03\x00\x01x"))
	f.Add([]byte("GET / HTTP/1.1\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var whole, cut tlsReader
		n, octets := 0, 0
		for _, r := range whole.next(b) {
			n++
			octets += tlsRecordHeader + len(r.Fragment)
			if strings.ContainsAny(r.text().En, "\x00\x1b") {
				t.Errorf("not escaped: %q", r.text().En)
			}
		}
		for i := range b {
			n -= len(cut.next(b[i : i+1]))
		}
		if n != 0 || octets > len(b) {
			t.Errorf("%d records more at once than cut, %d octets of %d", n, octets, len(b))
		}
	})
}
