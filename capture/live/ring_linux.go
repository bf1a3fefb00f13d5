package live

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"statelab/capture"
)

// The ring is a row of blocks that kernel and reader own in turn: the kernel
// fills one with packets of any length and retires it when it is full or
// retireAfter old; the reader gives it back. See the kernel's
// Documentation/networking/packet_mmap.rst.
const (
	// Small blocks, since one that is retired half empty is used up: at a low
	// rate the ring holds retireAfter times its blocks, more than a second.
	blockSize     = 256 << 10
	minBlocks     = 8
	defaultBlocks = 64
	retireAfter   = 20 * time.Millisecond // so long a frame may stay unseen: short, since ladders are drawn live
	frameSize     = 1 << 11               // of no consequence in version 3; must divide the block
	vnetHeader    = 10                    // struct virtio_net_hdr, before each packet
	// stampDelay is how long a packet may take from its time stamp to its place
	// in the ring, when the machine is busy.
	stampDelay = 10 * time.Millisecond
)

// ring walks the blocks of a mapped ring.
type ring struct {
	mem     []byte
	blocks  int
	current int  // the block that is read next
	ours    bool // the reader owns it
	out     []packet
}

// mapRing asks the kernel for a ring of at least size bytes and maps it.
func mapRing(fd, size int) (*ring, error) {
	r := &ring{blocks: defaultBlocks}
	if size > 0 {
		r.blocks = max(minBlocks, (size+blockSize-1)/blockSize)
	}
	req := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: uint32(r.blocks),
		Frame_size: frameSize, Frame_nr: uint32(r.blocks * (blockSize / frameSize)),
		Retire_blk_tov: uint32(retireAfter / time.Millisecond),
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return nil, fmt.Errorf("packet ring of %d KiB: %w", r.blocks*blockSize>>10, err)
	}
	mem, err := unix.Mmap(fd, 0, r.blocks*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map packet ring: %w", err)
	}
	r.mem = mem
	return r, nil
}

func (r *ring) unmap() error { return unix.Munmap(r.mem) }

func (r *ring) block() []byte { return r.mem[r.current*blockSize:][:blockSize] }

// header is the current block's: shared with the kernel, so that its status is
// only touched atomically.
func (r *ring) header() *unix.TpacketHdrV1 {
	desc := (*unix.TpacketBlockDesc)(unsafe.Pointer(&r.block()[0]))
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&desc.Hdr))
}

// ready reports whether the kernel has handed the next block over.
func (r *ring) ready() bool {
	return r.ours || atomic.LoadUint32(&r.header().Block_status)&unix.TP_STATUS_USER != 0
}

// empty reports whether the kernel has put nothing into the block that it is
// filling.
func (r *ring) empty() bool {
	return !r.ready() && atomic.LoadUint32(&r.header().Num_pkts) == 0
}

// release gives the block that the reader owns back.
func (r *ring) release() {
	if !r.ours {
		return
	}
	h := r.header()
	atomic.StoreUint32(&h.Num_pkts, 0) // else stale until the kernel opens the block: see empty
	atomic.StoreUint32(&h.Block_status, unix.TP_STATUS_KERNEL)
	r.ours = false
	r.current = (r.current + 1) % r.blocks
}

// take returns the packets of the next block, which is ready. They point into
// the ring and are valid until release.
func (r *ring) take() ([]packet, error) {
	r.ours = true
	r.out = r.out[:0]
	block := r.block()
	h := r.header()
	at := int(h.Offset_to_first_pkt)
	for range h.Num_pkts {
		if at < 0 || at+unix.SizeofTpacket3Hdr+unix.SizeofSockaddrLinklayer > len(block) {
			return nil, fmt.Errorf("packet ring: packet at %d lies outside of its block", at)
		}
		p := (*unix.Tpacket3Hdr)(unsafe.Pointer(&block[at]))
		mac := at + int(p.Mac)
		if int(p.Mac) < vnetHeader || mac+int(p.Snaplen) > len(block) {
			return nil, fmt.Errorf("packet ring: %d bytes at %d lie outside of their block", p.Snaplen, mac)
		}
		address := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&block[at+unix.SizeofTpacket3Hdr]))
		r.out = append(r.out, packet{
			at:        time.Unix(int64(p.Sec), int64(p.Nsec)),
			data:      block[mac:][:p.Snaplen:p.Snaplen],
			length:    int(p.Len),
			direction: direction(address.Pkttype),
			vlan:      vlanTag(p),
			offload:   readOffload(block[mac-vnetHeader:][:vnetHeader]),
		})
		at += int(p.Next_offset)
	}
	return r.out, nil
}

func direction(packetType uint8) capture.Direction {
	switch packetType {
	case unix.PACKET_OUTGOING:
		return capture.Outbound
	case unix.PACKET_HOST, unix.PACKET_BROADCAST, unix.PACKET_MULTICAST:
		return capture.Inbound
	}
	return capture.DirectionUnknown // to another host, seen in passing
}

func vlanTag(p *unix.Tpacket3Hdr) vlan {
	if p.Status&unix.TP_STATUS_VLAN_VALID == 0 {
		return vlan{}
	}
	v := vlan{present: true, tci: uint16(p.Hv1.Vlan_tci), tpid: etherTypeVLAN}
	if p.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		v.tpid = p.Hv1.Vlan_tpid
	}
	return v
}

// readOffload reads struct virtio_net_hdr (Virtual I/O Device specification
// §5.1.6), which the kernel writes in the machine's byte order.
func readOffload(b []byte) offload {
	const (
		needsChecksum    = 1
		typeNone         = 0
		typeTCPv4        = 1
		typeTCPv6        = 4
		congestionNotice = 0x80 // the TCP segment bears CWR
	)
	o := offload{
		checksum: b[0]&needsChecksum != 0,
		start:    int(binary.NativeEndian.Uint16(b[6:])),
		offset:   int(binary.NativeEndian.Uint16(b[8:])),
	}
	switch b[1] &^ congestionNotice {
	case typeNone:
	case typeTCPv4, typeTCPv6:
		o.segmentSize = int(binary.NativeEndian.Uint16(b[4:]))
	default:
		o.other = true
	}
	return o
}
