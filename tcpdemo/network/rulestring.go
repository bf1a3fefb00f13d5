package network

import (
	"fmt"
	"strconv"
	"strings"
)

// String returns the rule in its canonical form, with what was left out filled
// in. It reads back as an equal rule.
func (r Rule) String() string {
	parts := append([]string{r.Verb.String()}, r.amount()...)
	if !r.timed() {
		parts = append(parts, r.target()...)
	}
	switch r.Target.Way {
	case WayClient:
		parts = append(parts, ClientToServer.String())
	case WayServer:
		parts = append(parts, ServerToClient.String())
	case WayBoth:
		parts = append(parts, "both")
	case WayWire:
	}
	if !r.timed() {
		parts = append(parts, r.repeat()...)
	}
	if r.From > 0 || r.timed() {
		parts = append(parts, "from", r.From.String())
	}
	if r.Until > 0 {
		parts = append(parts, "until", r.Until.String())
	}
	return strings.Join(parts, " ")
}

// timed reports whether r is a cut that begins at a time, not with a segment.
func (r Rule) timed() bool { return r.Verb == VerbCut && r.Target.Which.All() }

func (r Rule) amount() []string {
	switch r.Verb {
	case VerbDelay:
		return []string{r.Delay.String()}
	case VerbCut:
		if r.For > 0 {
			return []string{r.For.String()}
		}
	case VerbRate:
		words := []string{scaled(r.Rate, "gbit", "mbit", "kbit", "bit")}
		if r.Queue > 0 {
			words = append(words, "queue", scaled(int64(r.Queue), "GB", "MB", "kB", "B"))
		}
		return words
	case VerbMTU:
		return []string{strconv.Itoa(r.MTU)}
	case VerbLoss:
		return []string{strconv.FormatFloat(float64(r.Loss)/10_000, 'f', -1, 64) + "%"}
	case VerbDrop, VerbDuplicate, VerbSwap, VerbCorrupt:
	}
	return nil
}

// scaled writes n with the largest of four units, each 1000 times the next,
// that leaves it whole.
func scaled(n int64, units ...string) string {
	unit := len(units) - 1
	for ; unit > 0 && n%1000 == 0; unit-- {
		n /= 1000
	}
	return strconv.FormatInt(n, 10) + units[unit]
}

// target names the segments.
func (r Rule) target() []string {
	t := r.Target
	var words []string
	switch x := t.Transmissions; {
	case x == retransmissions:
		words = append(words, "retransmissions of")
	case x.First > 1:
		words = append(words, x.String()+" transmission of")
	}
	noun := "segment"
	switch {
	case !t.Which.All():
		words = append(words, t.Which.String())
	case t.Kind != KindAny || r.Verb == VerbDrop || r.Verb == VerbDuplicate || r.Verb == VerbCorrupt:
		words = append(words, "all")
		noun = "segments"
	default:
		noun = ""
	}
	switch {
	case t.Kind == KindFrame:
		noun = "frame"
	case t.Kind != KindAny:
		words = append(words, t.Kind.String())
	}
	if noun != "" {
		words = append(words, noun)
	}
	switch {
	case t.Connection == EachConnection:
		words = append(words, "of each connection")
	case t.Connection > 0:
		words = append(words, "of", nth(uint32(t.Connection)), "connection")
	}
	return words
}

// repeat says how often, where target has not yet and it is not self-evident.
func (r Rule) repeat() []string {
	t := r.Target
	switch x := t.Transmissions; {
	case x.First > 1:
		return nil
	case x == once && !t.Which.All(), x != t.usual():
		return []string{x.repeat()}
	}
	return nil
}

// repeat writes a range of transmissions that begins with the first.
func (r Range) repeat() string {
	switch r.Last {
	case 0:
		return "always"
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", r.Last)
}

// String returns "4th", "4th-6th" or "4th-".
func (r Range) String() string {
	switch r.Last {
	case 0:
		return nth(r.First) + "-"
	case r.First:
		return nth(r.First)
	}
	return nth(r.First) + "-" + nth(r.Last)
}

// String returns "all", "every 3rd" or "2nd,4th-6th".
func (o Ordinals) String() string {
	if o.Every > 0 {
		return "every " + nth(o.Every)
	}
	if o.N == 0 {
		return "all"
	}
	var words []string
	for _, r := range o.Ranges[:o.N] {
		words = append(words, r.String())
	}
	return strings.Join(words, ",")
}

// nth returns n as an ordinal: "1st", "12th".
func nth(n uint32) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.FormatUint(uint64(n), 10) + suffix
}
