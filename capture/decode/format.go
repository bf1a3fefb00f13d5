package decode

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
)

// Formats of field values.

func decimal(v uint64) string { return strconv.FormatUint(v, 10) }

func hex8(v uint64) string { return fmt.Sprintf("0x%02x", v) }

func hex16(v uint64) string { return fmt.Sprintf("0x%04x", v) }

// hex5 and hex6 have as many digits as their fields: 20 and 24 bits.
func hex5(v uint64) string { return fmt.Sprintf("0x%05x", v) }
func hex6(v uint64) string { return fmt.Sprintf("0x%06x", v) }

func hex32(v uint64) string { return fmt.Sprintf("0x%08x", v) }

// named adds a name to a number, where there is one.
func named(number, name string) string {
	if name == "" {
		return number
	}
	return number + " (" + name + ")"
}

// words is for lengths counted in units of n octets.
func words(n uint64) func(uint64) string {
	return func(v uint64) string { return fmt.Sprintf("%d (%d bytes)", v, v*n) }
}

func etherTypeValue(v uint64) string { return named(hex16(v), etherTypes[uint16(v)]) }

func protocolValue(v uint64) string {
	name, ok := ipProtocols[uint8(v)]
	if !ok {
		name = transports[uint8(v)]
	}
	return named(decimal(v), name)
}

func hardwareValue(b []byte) string {
	if len(b) > 8 {
		return hexValue(b)
	}
	return hardwareAddr(b, len(b)).String()
}

func addressValue(b []byte) string {
	addr, _ := netip.AddrFromSlice(b)
	return addr.String()
}

// hexValue shows octets, the first 16 of them.
func hexValue(b []byte) string {
	const most = 16
	if len(b) > most {
		return hex.EncodeToString(b[:most]) + "…"
	}
	return hex.EncodeToString(b)
}
