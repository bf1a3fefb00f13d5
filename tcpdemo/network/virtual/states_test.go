package virtual

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// history returns a role's changes of state, in order: "CLOSED>SYN-SENT
// connect".
func history(r *network.Recording, role trace.Role) []string {
	var out []string
	for _, o := range r.Observations {
		if o.Kind != trace.ObservedState || o.Party.Role != role {
			continue
		}
		out = append(out, fmt.Sprintf("%v>%v %s", o.From, o.To, o.Cause.Name))
	}
	return out
}

const (
	opened  = "CLOSED>SYN-SENT connect|SYN-SENT>ESTABLISHED SYN,ACK"
	listens = "CLOSED>LISTEN listen"
	answers = listens + "|LISTEN>SYN-RECEIVED SYN|SYN-RECEIVED>ESTABLISHED ACK"
	active  = "|ESTABLISHED>FIN-WAIT-1 close|FIN-WAIT-1>FIN-WAIT-2 ACK|FIN-WAIT-2>TIME-WAIT FIN|TIME-WAIT>CLOSED time-wait"
	passive = "|ESTABLISHED>CLOSE-WAIT FIN|CLOSE-WAIT>LAST-ACK close|LAST-ACK>CLOSED ACK"
)

// wantErr fails the test if an error does not wrap what it should, or is not an
// *net.OpError.
func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	var op *net.OpError
	if !errors.Is(got, want) || !errors.As(got, &op) && !errors.Is(want, io.EOF) {
		t.Errorf("%s: %v (%T), want %v in an *net.OpError", what, got, got, want)
	}
}

// TestHistories holds the complete course of both ends' states, and what the
// applications are told.
func TestHistories(t *testing.T) {
	hold := func(*Conn) {}
	cases := []struct {
		name           string
		config         Config
		rules          []string
		program        func(*lab)
		client, server string
	}{
		{
			name:    "refused",
			program: func(l *lab) { _, err := l.dial(7); wantErr(l.t, "dial", err, syscall.ECONNREFUSED) },
			client:  "CLOSED>SYN-SENT connect|SYN-SENT>CLOSED RST",
		},
		{
			name:    "no answer",
			rules:   []string{"drop all frames client→server"},
			program: func(l *lab) { _, err := l.dial(7); wantErr(l.t, "dial", err, syscall.ETIMEDOUT) },
			client:  "CLOSED>SYN-SENT connect|SYN-SENT>CLOSED retransmission",
		},
		{
			name:    "nobody answers ARP",
			config:  Config{ARP: true},
			rules:   []string{"drop all frames client→server"},
			program: func(l *lab) { _, err := l.dial(7); wantErr(l.t, "dial", err, syscall.EHOSTUNREACH) },
			client:  "CLOSED>SYN-SENT connect|SYN-SENT>CLOSED address-resolution",
		},
		{
			name: "close",
			program: func(l *lab) {
				l.serve(7, echo)
				_ = l.mustDial(7).Close()
			},
			client: opened + active, server: answers + passive,
		},
		{
			name: "half-close",
			program: func(l *lab) {
				l.serve(7, func(c *Conn) {
					b, err := io.ReadAll(c)
					if err != nil {
						l.t.Error(err)
					}
					l.Sleep(time.Second)
					_, _ = c.Write(bytes.ToUpper(b))
					_ = c.Close()
				})
				c := l.mustDial(7)
				_, _ = io.WriteString(c, "abc")
				_ = c.CloseWrite()
				_, err := io.WriteString(c, "more")
				wantErr(l.t, "write after shutdown", err, syscall.EPIPE)
				if b, err := io.ReadAll(c); string(b) != "ABC" || err != nil {
					l.t.Errorf("read %q, %v", b, err)
				}
				_ = c.Close()
			},
			client: opened + strings.Replace(active, "close", "shutdown", 1), server: answers + passive,
		},
		{
			name: "abort",
			program: func(l *lab) {
				l.serve(7, func(c *Conn) {
					_, err := io.ReadAll(c)
					wantErr(l.t, "read", err, syscall.ECONNRESET)
					_, err = c.Write([]byte("x"))
					wantErr(l.t, "write", err, syscall.EPIPE) // told once already
				})
				c := l.mustDial(7)
				_ = c.SetLinger(0)
				_, _ = io.WriteString(c, "hi")
				_ = c.Close()
			},
			client: opened + "|ESTABLISHED>CLOSED close", server: answers + "|ESTABLISHED>CLOSED RST",
		},
		{
			name: "close with unread data",
			program: func(l *lab) {
				l.serve(7, func(c *Conn) { l.Sleep(100 * time.Millisecond); _ = c.Close() })
				c := l.mustDial(7)
				_, _ = io.WriteString(c, "unread")
				_, err := io.ReadAll(c)
				wantErr(l.t, "read", err, syscall.ECONNRESET)
			},
			client: opened + "|ESTABLISHED>CLOSED RST", server: answers + "|ESTABLISHED>CLOSED close",
		},
		{
			name: "simultaneous close",
			program: func(l *lab) {
				l.serve(7, func(c *Conn) { l.Sleep(90 * time.Millisecond); _ = c.Close() })
				c := l.mustDial(7)
				l.Sleep(100 * time.Millisecond)
				_ = c.Close()
			},
			client: opened + "|ESTABLISHED>FIN-WAIT-1 close|FIN-WAIT-1>CLOSING FIN|CLOSING>TIME-WAIT ACK|TIME-WAIT>CLOSED time-wait",
			server: answers + "|ESTABLISHED>FIN-WAIT-1 close|FIN-WAIT-1>CLOSING FIN|CLOSING>TIME-WAIT ACK|TIME-WAIT>CLOSED time-wait",
		},
		{
			name: "simultaneous open",
			program: func(l *lab) {
				l.Go(func() {
					c, err := l.Server().Dial(context.Background(), netip.AddrPortFrom(ClientAddr, 1000), 2000)
					if err != nil {
						l.t.Error(err)
					} else {
						_ = c.(*Conn).SetLinger(0)
						l.Sleep(time.Second)
						_ = c.Close()
					}
				})
				if _, err := l.Client().Dial(context.Background(), netip.AddrPortFrom(ServerAddr, 2000), 1000); err != nil {
					l.t.Error(err)
				}
			},
			client: "CLOSED>SYN-SENT connect|SYN-SENT>SYN-RECEIVED SYN|SYN-RECEIVED>ESTABLISHED ACK|ESTABLISHED>CLOSED RST",
			server: "CLOSED>SYN-SENT connect|SYN-SENT>SYN-RECEIVED SYN|SYN-RECEIVED>ESTABLISHED ACK|ESTABLISHED>CLOSED close",
		},
		{
			name: "peer gives no FIN",
			program: func(l *lab) {
				l.serve(7, hold)
				_ = l.mustDial(7).Close()
			},
			client: opened + "|ESTABLISHED>FIN-WAIT-1 close|FIN-WAIT-1>FIN-WAIT-2 ACK|FIN-WAIT-2>CLOSED fin-wait-2",
			server: answers + "|ESTABLISHED>CLOSE-WAIT FIN",
		},
		{
			name:  "keepalive",
			rules: []string{"drop all frames from 10s"},
			program: func(l *lab) {
				l.serve(7, echo)
				c := l.mustDial(7)
				_ = c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 2 * time.Second, Count: 3})
				_, err := io.ReadAll(c)
				wantErr(l.t, "read", err, syscall.ETIMEDOUT)
			},
			client: opened + "|ESTABLISHED>CLOSED keepalive", server: answers,
		},
		{
			name:   "retransmission given up",
			config: Config{Client: HostConfig{MaxRetries: 4}},
			rules:  []string{"drop all frames from 1s"},
			program: func(l *lab) {
				l.serve(7, echo)
				c := l.mustDial(7)
				l.Sleep(2 * time.Second)
				_, _ = io.WriteString(c, "lost")
				_, err := io.ReadAll(c)
				wantErr(l.t, "read", err, syscall.ETIMEDOUT)
			},
			client: opened + "|ESTABLISHED>CLOSED retransmission", server: answers,
		},
		{
			name:   "SYN cookies",
			config: Config{Server: HostConfig{SYNCookies: true}},
			program: func(l *lab) {
				l.serve(7, echo)
				c := l.mustDial(7)
				_, _ = io.WriteString(c, "x")
				_, _ = io.ReadFull(c, make([]byte, 1))
				_ = c.Close()
			},
			client: opened + active, server: listens + "|LISTEN>ESTABLISHED ACK of a SYN cookie" + passive,
		},
		{
			name: "listener closed before accept",
			program: func(l *lab) {
				ln := l.listen(7, 5)
				c := l.mustDial(7)
				l.Sleep(time.Second)
				_ = ln.Close()
				_, err := c.Read(make([]byte, 1))
				wantErr(l.t, "read", err, syscall.ECONNRESET)
			},
			client: opened + "|ESTABLISHED>CLOSED RST",
			server: answers + "|LISTEN>CLOSED close|ESTABLISHED>CLOSED close",
		},
		{
			name: "FIN with data, FIN out of order",
			// The FIN overtakes the data before it and waits for it.
			rules: []string{"delay 50ms 2nd data segment client→server"},
			program: func(l *lab) {
				l.serve(7, echo)
				c := l.mustDial(7)
				_, _ = io.WriteString(c, "one")
				_, _ = io.WriteString(c, "two")
				_ = c.CloseWrite()
				if b, err := io.ReadAll(c); string(b) != "onetwo" || err != nil {
					l.t.Errorf("read %q, %v", b, err)
				}
				_ = c.Close()
			},
			client: opened + strings.Replace(active, "close", "shutdown", 1), server: answers + passive,
		},
		{
			name: "restart",
			program: func(l *lab) {
				l.serve(7, hold)
				c := l.mustDial(7)
				l.Sleep(time.Second)
				if err := l.Server().Restart(); err != nil {
					l.t.Error(err)
				}
				_, err := io.WriteString(c, "are you there?")
				if err != nil {
					l.t.Error(err)
				}
				_, err = c.Read(make([]byte, 1))
				wantErr(l.t, "read", err, syscall.ECONNRESET)
				_, err = l.dial(7)
				wantErr(l.t, "dial", err, syscall.ECONNREFUSED)
				l.serve(7, echo)
				c = l.mustDial(7)
				_, _ = io.WriteString(c, "x")
				if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
					l.t.Error(err)
				}
			},
			client: opened + "|ESTABLISHED>CLOSED RST|CLOSED>SYN-SENT connect|SYN-SENT>CLOSED RST|" + opened,
			server: answers + "|LISTEN>CLOSED restart|ESTABLISHED>CLOSED restart|" + answers,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, c.config, c.rules...)
			r := l.run(time.Hour, func() { c.program(l) })
			for role, want := range map[trace.Role]string{trace.RoleClient: c.client, trace.RoleServer: c.server} {
				if got := strings.Join(history(r, role), "|"); got != want {
					t.Errorf("%v:\n got %s\nwant %s", role, got, want)
				}
			}
			checkOrder(t, r)
			logTimeline(t, r)
		})
	}
}
