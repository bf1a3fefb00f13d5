package virtual

import (
	"net/netip"
	"slices"
	"sync"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// addrOf is the IP address of the host of that place: 10.0.0.1 and on.
func addrOf(index int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(index) + 1}) }

// linkAddress is its Ethernet address: locally administered, 02:00:00:00:00:01
// and on.
func linkAddress(index int) tcpip.LinkAddress {
	return tcpip.LinkAddress([]byte{2, 0, 0, 0, 0, byte(index) + 1})
}

// nic is a machine's network card: it puts IP packets into Ethernet frames and
// hands them to the wire.
type nic struct {
	machine *machine
	address tcpip.LinkAddress
	mtu     uint32

	mu         sync.RWMutex
	dispatcher stack.NetworkDispatcher
}

var _ stack.LinkEndpoint = (*nic)(nil)

func (c *nic) MTU() uint32                             { return c.mtu }
func (c *nic) SetMTU(uint32)                           {}
func (c *nic) MaxHeaderLength() uint16                 { return header.EthernetMinimumSize }
func (c *nic) LinkAddress() tcpip.LinkAddress          { return c.address }
func (c *nic) SetLinkAddress(tcpip.LinkAddress)        {}
func (c *nic) Wait()                                   {}
func (c *nic) Close()                                  {}
func (c *nic) SetOnCloseAction(func())                 {}
func (c *nic) ARPHardwareType() header.ARPHardwareType { return header.ARPHardwareEther }

func (c *nic) Capabilities() stack.LinkEndpointCapabilities {
	return stack.CapabilityResolutionRequired
}

func (c *nic) Attach(d stack.NetworkDispatcher) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dispatcher = d
}

func (c *nic) IsAttached() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.dispatcher != nil
}

// AddHeader writes the Ethernet header (IEEE 802.3 §3.1.1, as RFC 894 uses it).
func (c *nic) AddHeader(pkt *stack.PacketBuffer) {
	header.Ethernet(pkt.LinkHeader().Push(header.EthernetMinimumSize)).Encode(&header.EthernetFields{
		SrcAddr: pkt.EgressRoute.LocalLinkAddress,
		DstAddr: pkt.EgressRoute.RemoteLinkAddress,
		Type:    pkt.NetworkProtocolNumber,
	})
}

func (c *nic) ParseHeader(pkt *stack.PacketBuffer) bool {
	_, ok := pkt.LinkHeader().Consume(header.EthernetMinimumSize)
	return ok
}

// WritePackets is called by the stack with an endpoint's lock held: it must
// neither wait nor call the endpoint.
func (c *nic) WritePackets(packets stack.PacketBufferList) (int, tcpip.Error) {
	list := packets.AsSlice()
	for _, pkt := range list {
		view := pkt.ToView()
		frame := slices.Clone(view.AsSlice())
		view.Release()
		c.machine.net.transmit(c.machine, frame)
	}
	return len(list), nil
}

// deliver gives a frame to the stack, which keeps a copy.
func (c *nic) deliver(frame []byte) {
	c.mu.RLock()
	dispatcher := c.dispatcher
	c.mu.RUnlock()
	if dispatcher == nil {
		return
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(frame)})
	defer pkt.DecRef()
	if c.ParseHeader(pkt) {
		dispatcher.DeliverNetworkPacket(header.Ethernet(pkt.LinkHeader().Slice()).Type(), pkt)
	}
}
