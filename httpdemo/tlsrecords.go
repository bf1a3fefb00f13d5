package httpdemo

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"statelab/capture/trace"
)

// tlsRecord is one record of TLS as whoever is on the way sees it (RFC 8446 §5.1).
type tlsRecord struct {
	Type     byte
	Fragment []byte
	// Clear says that the fragment is not encrypted.
	Clear bool
}

// The types of records, and of the handshake's messages that travel in the clear.
const (
	tlsChangeCipherSpec = 20
	tlsAlert            = 21
	tlsHandshake        = 22
	tlsApplicationData  = 23
	tlsClientHello      = 1
	tlsServerHello      = 2
	tlsRecordHeader     = 5
	tlsMaxFragment      = 1<<14 + 256
)

// tlsReader cuts one direction of a connection into its records.
type tlsReader struct {
	rest   []byte
	broken bool // what came is no TLS
}

// next takes octets and returns the records that are whole now.
func (t *tlsReader) next(b []byte) (all []tlsRecord) {
	t.rest = append(t.rest, b...)
	for !t.broken && len(t.rest) >= tlsRecordHeader {
		n := int(binary.BigEndian.Uint16(t.rest[3:]))
		if t.rest[0] < tlsChangeCipherSpec || t.rest[0] > tlsApplicationData || n > tlsMaxFragment {
			t.broken = true
			break
		}
		if len(t.rest) < tlsRecordHeader+n {
			break
		}
		r := tlsRecord{Type: t.rest[0], Fragment: t.rest[tlsRecordHeader : tlsRecordHeader+n]}
		r.Clear = r.Type != tlsApplicationData
		t.rest, all = t.rest[tlsRecordHeader+n:], append(all, r)
	}
	return all
}

// text says what can be read of a record.
func (r *tlsRecord) text() trace.Text {
	name := map[byte]string{
		tlsChangeCipherSpec: "ChangeCipherSpec", tlsAlert: "Alert", tlsHandshake: "Handshake", tlsApplicationData: "Application Data",
	}[r.Type]
	head := fmt.Sprintf("TLS %s (%d), %d B", name, r.Type, len(r.Fragment))
	switch {
	case !r.Clear:
		return trace.Text{En: head + ": opaque", Ko: head + ": 읽을 수 없음"}
	case r.Type == tlsHandshake:
		said := helloText(r.Fragment)
		return trace.Text{En: head + ", in the clear: " + said, Ko: head + ", 평문: " + said}
	case r.Type == tlsChangeCipherSpec:
		return trace.Text{
			En: head + ": says nothing in TLS 1.3 (RFC 8446 §D.4)",
			Ko: head + ": TLS 1.3에서는 아무 뜻이 없음(RFC 8446 §D.4)",
		}
	}
	return trace.Text{En: head + ", in the clear", Ko: head + ", 평문"}
}

// helloText is what a ClientHello or ServerHello says to everybody (RFC 8446
// §4.1.2, §4.1.3).
func helloText(fragment []byte) string {
	s := cryptobyte.String(fragment)
	var kind uint8
	var hello cryptobyte.String
	if !s.ReadUint8(&kind) || !s.ReadUint24LengthPrefixed(&hello) {
		return "?"
	}
	var session, suites, methods, extensions cryptobyte.String
	if !hello.Skip(2+32) || !hello.ReadUint8LengthPrefixed(&session) {
		return "?"
	}
	switch kind {
	case tlsClientHello:
		if !hello.ReadUint16LengthPrefixed(&suites) || !hello.ReadUint8LengthPrefixed(&methods) || !hello.ReadUint16LengthPrefixed(&extensions) {
			return "?"
		}
		said := []string{"ClientHello"}
		if name := serverName(extensions); name != "" {
			said = append(said, "server_name "+trace.Escape(name))
		}
		return strings.Join(append(said, fmt.Sprintf("%d cipher suites", len(suites)/2)), ", ")
	case tlsServerHello:
		var suite uint16
		if !hello.ReadUint16(&suite) {
			return "?"
		}
		return "ServerHello, " + tls.CipherSuiteName(suite)
	}
	return fmt.Sprintf("handshake message %d", kind)
}

// serverName finds the host's name among a ClientHello's extensions (RFC 6066 §3).
func serverName(extensions cryptobyte.String) string {
	for !extensions.Empty() {
		var id uint16
		var data, names, name cryptobyte.String
		if !extensions.ReadUint16(&id) || !extensions.ReadUint16LengthPrefixed(&data) {
			return ""
		}
		var kind uint8
		if id == 0 && data.ReadUint16LengthPrefixed(&names) && names.ReadUint8(&kind) && kind == 0 && names.ReadUint16LengthPrefixed(&name) {
			return string(name)
		}
	}
	return ""
}

// tlsWatch tells of each record that goes by between clients and a server.
type tlsWatch struct {
	env     *Env
	readers map[string]*[2]tlsReader
	// What went by: records, those of them in the clear, and octets.
	records, clear, octets int
}

// take tells of the records that are whole with these octets.
func (w *tlsWatch) take(client string, in bool, b []byte) {
	pair := w.readers[client]
	if pair == nil {
		pair = &[2]tlsReader{}
		w.readers[client] = pair
	}
	reader, way := &pair[1], trace.Text{En: "from the server: ", Ko: "서버에서: "}
	if in {
		reader, way = &pair[0], trace.Text{En: "to the server: ", Ko: "서버로: "}
	}
	w.octets += len(b)
	for _, r := range reader.next(b) {
		w.records++
		if r.Clear {
			w.clear++
		}
		text := r.text()
		w.env.Note(trace.Text{En: way.En + text.En, Ko: way.Ko + text.Ko})
	}
}
