package decode

import "statelab/capture/tcpstate"

// TCP option kinds (https://www.iana.org/assignments/tcp-parameters).
const (
	optionEnd           = 0
	optionNop           = 1
	optionMSS           = 2
	optionScale         = 3
	optionSackPermitted = 4
	optionSack          = 5
	optionTimestamps    = 8
)

// readOptions reads a TCP option list (RFC 9293 §3.2) into o, and returns the
// offset in raw of the first malformed option, -1 if there is none. An option
// of a wrong length is stepped over where its length leads somewhere. cut says
// that raw is only the captured part of the list: an option that passes its end
// is then not malformed, just missing.
func readOptions(raw []byte, cut bool, o *tcpstate.Options) (wrong int) {
	o.Raw = raw
	wrong = -1
	malformed := func(at int) {
		o.Malformed = true
		if wrong < 0 {
			wrong = at
		}
	}
	for at := 0; at < len(raw); {
		switch raw[at] {
		case optionEnd:
			return wrong
		case optionNop:
			at++
			continue
		}
		length := 0
		if at+1 < len(raw) {
			length = int(raw[at+1])
		}
		switch {
		case at+1 == len(raw), length >= 2 && at+length > len(raw):
			if !cut {
				malformed(at)
			}
			return wrong
		case length < 2:
			malformed(at)
			return wrong
		}
		if !readOption(raw[at], raw[at+2:at+length], o) {
			malformed(at)
		}
		at += length
	}
	return wrong
}

// readOption reads one option's data and reports whether its length fits its
// kind. Of an option that is there twice the last counts.
func readOption(kind uint8, data []byte, o *tcpstate.Options) bool {
	switch kind {
	case optionMSS: // RFC 9293 §3.2
		if len(data) != 2 {
			return false
		}
		o.HasMSS, o.MSS = true, be16(data)
	case optionScale: // RFC 7323 §2.2
		if len(data) != 1 {
			return false
		}
		o.HasScale, o.Scale = true, data[0]
	case optionSackPermitted: // RFC 2018 §2
		if len(data) != 0 {
			return false
		}
		o.SackPermitted = true
	case optionSack: // RFC 2018 §3
		if len(data) == 0 || len(data)%8 != 0 || len(data)/8 > len(o.Sack) {
			return false
		}
		o.SackBlocks = len(data) / 8
		for i := range o.SackBlocks {
			b := data[8*i:]
			o.Sack[i] = tcpstate.SackBlock{Left: tcpstate.Seq(be32(b)), Right: tcpstate.Seq(be32(b[4:]))}
		}
	case optionTimestamps: // RFC 7323 §3.2
		if len(data) != 8 {
			return false
		}
		o.HasTimestamps, o.TSVal, o.TSEcr = true, be32(data), be32(data[4:])
	default:
		o.HasUnknown = true
	}
	return true
}
