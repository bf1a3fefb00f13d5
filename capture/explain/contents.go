package explain

import (
	"unicode/utf8"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// content names what a segment carries: "bytes 1 to 84", "its FIN".
func (x *Explainer) content(seq uint32, length int, flags tcpstate.Flags) string {
	values := args{"first": seq, "last": seq + uint32(max(length, 1)) - 1}
	fin := flags.Has(tcpstate.FIN)
	switch {
	case length > 1 && fin:
		return x.phrase(bytesAndFinText, values)
	case length > 1:
		return x.phrase(bytesText, values)
	case length == 1 && fin:
		return x.phrase(byteAndFinText, values)
	case length == 1:
		return x.phrase(byteText, values)
	case fin:
		return x.phrase(itsFinText, values)
	}
	return x.phrase(noDataText, values)
}

// brief names a segment: "the SYN", "bytes 1 to 84", "ACK 85".
func (x *Explainer) brief(flags tcpstate.Flags, seq, ack uint32, length int) string {
	switch {
	case flags.Has(tcpstate.RST):
		return x.phrase(briefRSTText, nil)
	case flags.Has(tcpstate.SYN | tcpstate.ACK):
		return x.phrase(briefSynAckText, nil)
	case flags.Has(tcpstate.SYN):
		return x.phrase(briefSYNText, nil)
	case flags.Has(tcpstate.FIN) && length == 0:
		return x.phrase(briefFINText, nil)
	case length > 0:
		return x.content(seq, length, flags)
	}
	return x.phrase(briefAckText, args{"ack": ack})
}

// excerptLimit is how many bytes of payload a sentence quotes.
const excerptLimit = 24

// excerpt quotes a short payload that is all text; "" for any other.
func excerpt(payload []byte, length int) string {
	if length != len(payload) || length > excerptLimit || !utf8.Valid(payload) {
		return ""
	}
	for _, r := range string(payload) {
		if !trace.SafeRune(r) && r != '\n' && r != '\r' && r != '\t' {
			return ""
		}
	}
	return trace.EscapeBytes(payload, excerptLimit)
}
