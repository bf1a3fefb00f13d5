package network

import (
	"time"

	"statelab/capture/trace"
)

// Rule is one sentence about what the wire does. [ParseRule] reads it:
//
//	rule       = verb { clause } .                     (* clauses in any order, each at most once *)
//	verb       = "drop" | "duplicate" | "corrupt"
//	           | "delay" duration
//	           | "swap"                                (* needs two ordinals *)
//	           | "cut" [ duration ]
//	           | "rate" rate [ "queue" size ]
//	           | "mtu" bytes
//	           | "loss" percent .
//	clause     = { "the" | "of" } ( which | kind | way | repeat | window ) .
//	which      = ( ordinals | "all" | "every" [ ordinal ] ) [ "segment" | "segments" ]
//	           | ordinal "transmission" | "retransmission" | "retransmissions"
//	           | ordinal "connection" | "each" "connection" .
//	kind       = ( "data" | "syn" | "syn-ack" | "ack" | "pure-ack" | "fin" | "rst"
//	             | "psh" | "probe" | "any" ) [ "segment" | "segments" ]
//	           | ( "frame" | "frames" ) [ ordinals ] .
//	way        = "client" arrow "server" | "server" arrow "client" | "both" .
//	repeat     = "once" | "twice" | number "times" | "always" .
//	window     = "from" duration | "until" duration | "for" duration .
//	ordinals   = range { ( "," | "and" ) range } .     (* eight ranges at most *)
//	range      = ordinal [ "-" [ ordinal ] ] .         (* "4-6"; "4-" has no end *)
//	ordinal    = number [ "st" | "nd" | "rd" | "th" ] . (* from 1 *)
//	arrow      = "→" | "->" | "=>" | "to" .
//	duration   = Go's: "50ms", "1.5s", "2m" ; also "50 ms" .
//	rate       = number ( "bit" | "kbit" | "mbit" | "gbit" ) [ "/s" ] . (* powers of 1000 *)
//	size       = number [ "b" | "kb" | "mb" | "kib" | "mib" ] .
//	percent    = number "%" .
//
// Letters may be of either case. What the words mean:
//
// An ordinal counts distinct segments: a retransmission of the 2nd data segment
// is the 2nd data segment again, known by its first octet's sequence number. A
// segment that takes no sequence space (a pure ACK, a RST, a probe) is never
// retransmitted, so each one counts. Without a direction the two directions are
// counted together, as the segments pass; "both" counts each for itself. "swap"
// always counts each for itself. Connections are told apart only when asked:
// "2nd connection", "each connection". A frame's number counts all frames that
// either host put on the wire, ARP included.
//
// "once" means the first transmission only, "twice" the first two, "always" every
// one. Without such a word a rule that names ordinals acts once, and one that
// does not acts always. "once" without an ordinal means the first segment of its
// kind, "twice" that one twice, or the first two where the kind is never
// retransmitted: "drop rst twice". "all" before it means that of each segment.
//
// "drop", "duplicate" and "corrupt" alone mean the 1st data segment, once. "cut"
// without a time of its own begins with the 1st data segment; with a segment
// named, it begins with that one. From then on everything is lost, ARP included.
// Times count from the network's start.
type Rule struct {
	Verb  Verb
	Delay time.Duration // VerbDelay: extra delay, above 0
	Rate  int64         // VerbRate: bits per second, from 1
	Queue int           // VerbRate: bytes that may wait, the frame being sent included; 0 means DefaultQueue
	MTU   int           // VerbMTU: bytes of IP packet, 68 to 65535 (RFC 791 §3.2)
	Loss  int           // VerbLoss: lost per million, 1 to 1,000,000
	// For is how long a VerbCut lasts that begins with a segment; 0 for ever.
	For    time.Duration
	Target Target
	// From and Until bound the time in which the rule acts, From included,
	// Until not. Until 0 means no end.
	From, Until time.Duration
	// Text is the rule as the user wrote it.
	Text string
}

// Equal reports whether two rules mean the same: all but Text.
func (r Rule) Equal(o Rule) bool {
	r.Text, o.Text = "", ""
	return r == o
}

// DefaultQueue is the length of a rate limit's queue, in bytes, where the rule
// does not say.
const DefaultQueue = 32_000

// Target says which segments a rule acts on.
type Target struct {
	Which Ordinals
	Kind  Kind
	Way   Way
	// Connection is 0 for all connections counted together, n from 1 for the
	// nth alone, EachConnection for each counted by itself.
	Connection int
	// Transmissions are those of a distinct segment that are meant: the first
	// is 1.
	Transmissions Range
}

// EachConnection is a Target's Connection that counts in each by itself.
const EachConnection = -1

// Range is an inclusive range of ordinals from 1; Last 0 means no end.
type Range struct{ First, Last uint32 }

// Has reports whether n lies in the range.
func (r Range) Has(n uint32) bool { return n >= r.First && (r.Last == 0 || n <= r.Last) }

// Ranges of transmissions that have a word.
var (
	once            = Range{1, 1}
	always          = Range{1, 0}
	retransmissions = Range{2, 0}
)

// MaxRanges bounds the ranges in one rule.
const MaxRanges = 8

// Ordinals are the places that a rule names. The zero value is all of them.
type Ordinals struct {
	Ranges [MaxRanges]Range // used up to N, in the order in which they were written
	N      uint8
	Every  uint32 // each nth, instead of ranges; 0 for none
}

// All reports whether every place is meant.
func (o Ordinals) All() bool { return o.N == 0 && o.Every == 0 }

// Has reports whether n, from 1, is one of the places.
func (o Ordinals) Has(n uint32) bool {
	if o.Every > 0 {
		return n%o.Every == 0
	}
	for _, r := range o.Ranges[:o.N] {
		if r.Has(n) {
			return true
		}
	}
	return o.N == 0
}

// Way is the directions that a rule acts in, and how it counts them.
type Way uint8

// Ways.
const (
	WayWire   Way = iota // both, counted together
	WayClient            // client→server
	WayServer            // server→client
	WayBoth              // both, each counted for itself
)

// Has reports whether frames in direction d are meant.
func (w Way) Has(d Direction) bool {
	return w == WayWire || w == WayBoth || (w == WayClient) == (d == ClientToServer)
}

// Verb is what a rule does.
type Verb uint8

// Verbs.
const (
	VerbDrop Verb = iota
	VerbDelay
	VerbDuplicate
	VerbSwap
	VerbCorrupt
	VerbCut
	VerbRate
	VerbMTU
	VerbLoss
)

// String returns the verb as it is written.
func (v Verb) String() string {
	if int(v) < len(verbs) {
		return verbs[v].Name
	}
	return "unknown"
}

// Kind is a kind of segment.
type Kind uint8

// Kinds of segment.
const (
	KindAny     Kind = iota // every TCP segment; where nothing else is named, every IP packet
	KindData                // with payload
	KindSYN                 // SYN set, with ACK or without
	KindSYNACK              // SYN and ACK set
	KindACK                 // ACK set: all but the first SYN
	KindPureACK             // ACK set, no payload, no SYN, FIN or RST; not a probe
	KindFIN                 // FIN set
	KindRST                 // RST set
	KindPSH                 // PSH set
	KindProbe               // keep-alive or zero-window probe (RFC 9293 §3.8.4, §3.8.6.1)
	KindFrame               // every frame of any protocol
)

// String returns the kind as it is written.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].Name
	}
	return "unknown"
}

// Word is one entry of the rule language, as its help shows it.
type Word struct {
	Name    string
	Syntax  string
	Example string
	Help    trace.Text
}
