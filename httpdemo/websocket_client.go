package httpdemo

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"statelab/capture/http1"
)

// wsClient is the lessons' end of a WebSocket connection: what it sends is written
// here, octet by octet.
type wsClient struct {
	conn net.Conn
	buf  *bufio.Reader
	rand io.Reader // of the masks
}

// wsReceived is a frame that came.
type wsReceived struct {
	opcode  http1.Opcode
	payload []byte
}

// code is a close frame's; 1005 where it has none (RFC 6455 §7.4.1).
func (f wsReceived) code() int {
	if len(f.payload) < 2 {
		return 1005
	}
	return int(binary.BigEndian.Uint16(f.payload))
}

// wsAccept is what proves that the server has understood (RFC 6455 §4.2.2).
func wsAccept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// errWSRefused is an answer other than 101.
var errWSRefused = errors.New("the connection was not switched")

// upgrade opens a connection and asks for it to be switched (RFC 6455 §4.1). With
// errWSRefused the response says why.
func (e *Env) upgrade(ctx context.Context, m, server *Machine, path string, fields ...http1.Field) (*wsClient, *http.Response, error) {
	conn, err := m.Dial(ctx, server.At)
	if err != nil {
		return nil, nil, err
	}
	c := &wsClient{conn: conn, buf: bufio.NewReader(conn), rand: e.Rand}
	r, err := c.handshake(strings.TrimPrefix(server.URL(""), "http://"), path, fields)
	if err != nil {
		return nil, r, errors.Join(err, conn.Close())
	}
	return c, r, nil
}

func (c *wsClient) handshake(host, path string, fields []http1.Field) (*http.Response, error) {
	var nonce [16]byte
	if _, err := io.ReadFull(c.rand, nonce[:]); err != nil {
		return nil, err
	}
	key := base64.StdEncoding.EncodeToString(nonce[:])
	head := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", path, host, key)
	for _, f := range fields {
		head += f.Name + ": " + f.Value + "\r\n"
	}
	if _, err := io.WriteString(c.conn, head+"\r\n"); err != nil {
		return nil, err
	}
	r, err := http.ReadResponse(c.buf, &http.Request{Method: http.MethodGet})
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusSwitchingProtocols {
		_, err := io.Copy(io.Discard, r.Body)
		return r, errors.Join(errWSRefused, err)
	}
	if r.Header.Get("Sec-WebSocket-Accept") != wsAccept(key) {
		return r, errors.New("Sec-WebSocket-Accept does not prove that the server has read the key")
	}
	return r, nil
}

// send sends one frame, masked (RFC 6455 §5.3).
func (c *wsClient) send(op http1.Opcode, payload string) error {
	var mask [4]byte
	if _, err := io.ReadFull(c.rand, mask[:]); err != nil {
		return err
	}
	_, err := c.conn.Write(wsEncode(0x80|byte(op), &mask, payload))
	return err
}

// wsEncode writes a frame: first is its first octet, mask nil for none.
func wsEncode(first byte, mask *[4]byte, payload string) []byte {
	masked := byte(0)
	if mask != nil {
		masked = 0x80
	}
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, masked|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	}
	if mask == nil {
		return append(b, payload...)
	}
	b = append(b, mask[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^mask[i%4])
	}
	return b
}

// receive waits for the next frame. The server sends whole messages, unmasked.
func (c *wsClient) receive() (f wsReceived, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.buf, head[:]); err != nil {
		return f, err
	}
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 {
		return f, fmt.Errorf("the server sent a frame that begins with %x", head)
	}
	length := uint64(head[1])
	more := map[uint64]int{126: 2, 127: 8}[length]
	var long [8]byte
	if more > 0 {
		if _, err := io.ReadFull(c.buf, long[8-more:]); err != nil {
			return f, err
		}
		length = binary.BigEndian.Uint64(long[:])
	}
	if length > maxAnswer {
		return f, fmt.Errorf("the server sent a frame of %d bytes", length)
	}
	f = wsReceived{http1.Opcode(head[0] & 0x0f), make([]byte, length)}
	_, err = io.ReadFull(c.buf, f.payload)
	return f, err
}

// closed waits for a close frame, answers it with its own code, and closes the
// connection when the server has (RFC 6455 §7.1.1). What comes before is passed
// over.
func (c *wsClient) closed() (code int, err error) {
	for {
		f, err := c.receive()
		switch {
		case err != nil:
			return 0, err
		case f.opcode != http1.OpClose:
			continue
		}
		if err := c.send(http1.OpClose, string(f.payload[:min(2, len(f.payload))])); err != nil {
			return f.code(), err
		}
		_, err = io.Copy(io.Discard, c.buf)
		return f.code(), errors.Join(err, c.conn.Close())
	}
}
