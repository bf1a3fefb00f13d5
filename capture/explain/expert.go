package explain

import "statelab/capture/tcpstate"

// Severity is how much a finding should worry its reader, in the words of
// Wireshark's expert information.
type Severity uint8

// Severities, the gravest first.
const (
	SeverityError Severity = iota
	SeverityWarning
	SeverityNote
	SeverityChat
)

// Severities is how many there are.
const Severities = 4

// String returns "error", "warning", "note" or "chat".
func (s Severity) String() string {
	return [...]string{"error", "warning", "note", "chat"}[min(int(s), Severities-1)]
}

// severities are Wireshark's own for its names (release 4.0), so that lists can be
// compared; ours follow the nearest of them.
var severities = map[string]Severity{
	tcpstate.FoundRetransmission:         SeverityNote,
	tcpstate.FoundFastRetransmission:     SeverityNote,
	tcpstate.FoundSpuriousRetransmission: SeverityNote,
	tcpstate.FoundOutOfOrder:             SeverityWarning,
	tcpstate.FoundLostSegment:            SeverityWarning,
	tcpstate.FoundAckLostSegment:         SeverityWarning,
	tcpstate.FoundDuplicateAck:           SeverityNote,
	tcpstate.FoundWindowUpdate:           SeverityChat,
	tcpstate.FoundWindowFull:             SeverityWarning,
	tcpstate.FoundZeroWindow:             SeverityWarning,
	tcpstate.FoundZeroWindowProbe:        SeverityNote,
	tcpstate.FoundZeroWindowProbeAck:     SeverityNote,
	tcpstate.FoundKeepAlive:              SeverityNote,
	tcpstate.FoundKeepAliveAck:           SeverityNote,
	tcpstate.FoundReusedPorts:            SeverityNote,
	tcpstate.FoundMidstream:              SeverityNote,
	tcpstate.FoundBadChecksum:            SeverityError,
	tcpstate.FoundChallengeAck:           SeverityNote,
	tcpstate.FoundHalfOpen:               SeverityWarning,
	tcpstate.FoundOffFigure:              SeverityWarning,
	tcpstate.FoundNotArrived:             SeverityChat,
	tcpstate.FoundDuplicateFrame:         SeverityNote,
	tcpstate.FoundBytesSeen:              SeverityNote,
	tcpstate.FoundFillsGap:               SeverityNote,
	tcpstate.FoundReordered:              SeverityWarning,
	tcpstate.FoundInconsistent:           SeverityWarning,
	tcpstate.FoundTailProbe:              SeverityNote,
	tcpstate.FoundInTurn:                 SeverityNote,
	tcpstate.FoundHoleReported:           SeverityNote,
	tcpstate.FoundWindowExhausted:        SeverityWarning,
	tcpstate.FoundWindowProbe:            SeverityNote,
	tcpstate.FoundSimultaneousOpen:       SeverityChat,
	tcpstate.FoundOvertaken:              SeverityNote,
	tcpstate.FoundOvertakenReply:         SeverityNote,
}

// SeverityOf returns a finding's severity: a note for a name that is not known.
func SeverityOf(name string) Severity {
	if s, ok := severities[name]; ok {
		return s
	}
	return SeverityNote
}

// WhyItMatters says in one sentence why a finding matters; it is empty for a name
// that is not known.
func WhyItMatters(lang Lang, name string) string {
	if t, ok := matterTexts[name]; ok {
		return lang.Of(t)
	}
	return ""
}
