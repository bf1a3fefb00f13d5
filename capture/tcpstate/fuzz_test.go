package tcpstate_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// FuzzObserve makes segments of any octets: 12 each. The observer must not
// panic, must stay within its bounds, and must explain every change.
func FuzzObserve(f *testing.F) {
	segment := func(control byte, seq, ack int16, flags byte, n uint16) []byte {
		b := []byte{control, flags}
		b = binary.BigEndian.AppendUint16(b, uint16(seq))
		b = binary.BigEndian.AppendUint16(b, uint16(ack))
		b = binary.BigEndian.AppendUint16(b, n)
		return append(b, 0, 0, 0xff, 0xff)
	}
	normal := segment(0, 0, 0, 0x02, 0)
	normal = append(normal, segment(1, 0, 1, 0x12, 0)...)
	normal = append(normal, segment(0, 1, 1, 0x10, 0)...)
	normal = append(normal, segment(0, 1, 1, 0x18, 100)...)
	normal = append(normal, segment(1, 1, 101, 0x11, 0)...)
	normal = append(normal, segment(0, 101, 2, 0x11, 0)...)
	normal = append(normal, segment(1, 2, 102, 0x10, 0)...)
	f.Add(normal, false)
	f.Add(normal, true)
	f.Add(append(normal, segment(0, 102, 2, 0x04, 0)...), false)
	f.Add(append(segment(0, -5, 9, 0x3f, 65535), segment(2, 7, -7, 0x14, 3)...), false)
	addrs := [3]netip.AddrPort{
		netip.MustParseAddrPort("10.0.0.1:1000"), netip.MustParseAddrPort("10.0.0.2:80"), netip.MustParseAddrPort("[fe80::1]:80"),
	}
	f.Fuzz(func(t *testing.T, data []byte, both bool) {
		ended := 0
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{
			BothTaps: both, MaxConns: 2, OnClose: func(c *tcpstate.Conn) {
				if !c.Resumed { // one that was let go and went on ends once more, under its number
					ended++
				}
				checkMeasures(t, c)
			},
		})
		now := time.Unix(0, 0)
		streams := map[int]bool{}
		for frame := 1; len(data) >= 12; frame++ {
			control := data[0]
			from, to := addrs[control&1], addrs[1-control&1]
			switch control >> 6 {
			case 1:
				to = addrs[2]
			case 2:
				from = to
			}
			now = now.Add(time.Duration(data[8]) * 10 * time.Millisecond)
			s := tcpstate.Segment{
				Time: now, Frame: frame, Src: from, Dst: to,
				Flags: tcpstate.Flags(data[1]),
				Seq:   tcpstate.Seq(int32(int16(binary.BigEndian.Uint16(data[2:])))),
				Ack:   tcpstate.Seq(int32(int16(binary.BigEndian.Uint16(data[4:])))),
				Len:   int(binary.BigEndian.Uint16(data[6:])), Window: binary.BigEndian.Uint16(data[10:]),
				Wire: uint64(data[9] & 7), Checksum: tcpstate.Validity(control >> 4 & 3 % 3),
			}
			s.Options.HasScale, s.Options.Scale = data[9]&8 != 0, data[9]>>4
			r := o.Observe(&s, tcpstate.Where(control>>1&3%3))
			checkChanges(t, 0, r)
			checkReading(t, r)
			streams[r.Conn.Stream] = true
			data = data[12:]
		}
		if n := len(o.Conns()); n > 2 {
			t.Fatalf("%d connections are followed, with 2 allowed", n)
		}
		o.Finish(time.Time{})
		if ended != len(streams) {
			t.Fatalf("%d connections were seen, %d ended", len(streams), ended)
		}
	})
}

// checkReading holds what every reading promises.
func checkReading(t *testing.T, r *tcpstate.Reading) {
	t.Helper()
	for _, c := range r.Changes {
		if len(c.Frames) == 0 {
			t.Fatalf("%s %s→%s has no frame for evidence", c.End, c.From, c.To)
		}
	}
	for who, h := range r.Conn.History {
		if len(h) > 64 {
			t.Fatalf("a history of %d states", len(h))
		}
		if len(h) > 0 && h[len(h)-1] != r.Conn.State[who] {
			t.Fatalf("the history ends in %s, the state is %s", h[len(h)-1], r.Conn.State[who])
		}
	}
	for who := range r.Conn.Bytes {
		if r.Conn.Bytes[who] > r.Conn.Total[who] {
			t.Fatalf("%d octets once, %d in all", r.Conn.Bytes[who], r.Conn.Total[who])
		}
	}
}
