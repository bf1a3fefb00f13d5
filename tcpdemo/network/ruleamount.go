package network

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what a rule may say.
const (
	maxTime  = 24 * time.Hour
	maxRate  = 100_000_000_000 // bit/s
	maxQueue = 64_000_000      // bytes
	minMTU   = 68              // RFC 791 §3.2: every module must forward 68 octets
	maxMTU   = 65535
)

// amount reads what the verb needs.
func (p *parser) amount() (err error) {
	switch p.rule.Verb {
	case VerbDelay:
		p.rule.Delay, err = p.duration(false)
	case VerbCut:
		if t := p.peek(); p.cutLength() {
			p.length, err = p.duration(false)
			p.at[clauseFor] = t
		}
	case VerbRate:
		if p.rule.Rate, err = p.rate(); err == nil && p.accept("queue") {
			p.rule.Queue, err = p.size()
		}
	case VerbMTU:
		t := p.peek()
		n, suffix, ok := p.quantity()
		if !ok || suffix != "" && suffix != "b" || n < minMTU || n > maxMTU || n != math.Trunc(n) {
			return p.fail(t, "the MTU is missing: bytes from 68 to 65535 (RFC 791)", "MTU가 없거나 틀립니다: 68바이트에서 65535바이트까지(RFC 791)")
		}
		p.rule.MTU = int(n)
	case VerbLoss:
		t := p.peek()
		n, suffix, ok := p.quantity()
		million := math.Round(n * 10_000)
		if !ok || suffix != "%" || million < 1 || million > 1_000_000 {
			return p.fail(t, "how much is lost is to be from 0.0001% to 100%", "손실률은 0.0001%에서 100%까지입니다")
		}
		p.rule.Loss = int(million)
	case VerbDrop, VerbDuplicate, VerbSwap, VerbCorrupt:
	}
	return err
}

// cutLength reports whether a duration comes next, and no ordinal.
func (p *parser) cutLength() bool {
	if len(p.tokens) == 0 || !p.peek().number() {
		return false
	}
	number, unit := cutNumber(p.peek().text)
	if unit == "" && len(p.tokens) > 1 {
		unit = p.tokens[1].text
	}
	_, err := time.ParseDuration(number + unit)
	return err == nil && unit != ""
}

// cutNumber cuts "50ms" into "50" and "ms".
func cutNumber(s string) (number, unit string) {
	i := strings.IndexFunc(s, func(r rune) bool { return !isDigit(r) && r != '.' })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// quantity reads a number and its unit, which may stand apart.
func (p *parser) quantity() (n float64, unit string, ok bool) {
	t := p.peek()
	if !t.number() {
		return 0, "", false
	}
	p.next()
	number, unit := cutNumber(t.text)
	if unit == "" {
		if apart := p.peek().text; isUnit(apart) {
			p.next()
			unit = apart
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	return n, unit, err == nil && !math.IsInf(n, 0)
}

func isUnit(s string) bool {
	s = strings.TrimSuffix(s, "/s")
	_, rate := rateUnits[s]
	_, size := sizeUnits[s]
	return s == "%" || s != "" && (rate || size)
}

var rateUnits = map[string]float64{"bit": 1, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}

var sizeUnits = map[string]float64{"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "kib": 1 << 10, "mib": 1 << 20}

func (p *parser) rate() (int64, error) {
	t := p.peek()
	n, unit, ok := p.quantity()
	times, known := rateUnits[strings.TrimSuffix(unit, "/s")]
	bits := math.Round(n * times)
	if !ok || !known || bits < 1 || bits > maxRate {
		return 0, p.unknown(t, "the rate is missing: such as 1mbit; bit, kbit, mbit or gbit, up to 100gbit", "속도가 없거나 틀립니다: 예) 1mbit. 단위는 bit, kbit, mbit, gbit이고 100gbit까지입니다", nil)
	}
	return int64(bits), nil
}

func (p *parser) size() (int, error) {
	t := p.peek()
	n, unit, ok := p.quantity()
	times, known := sizeUnits[unit]
	bytes := math.Round(n * times)
	if !ok || !known || bytes < 1 || bytes > maxQueue {
		return 0, p.fail(t, "the queue's size is missing: such as 16kB; B, kB, MB, KiB or MiB, up to 64MB", "큐 크기가 없거나 틀립니다: 예) 16kB. 단위는 B, kB, MB, KiB, MiB이고 64MB까지입니다")
	}
	return int(bytes), nil
}

// duration reads a time; zero says whether it may be none.
func (p *parser) duration(zero bool) (time.Duration, error) {
	t := p.next()
	text := t.text
	if number, unit := cutNumber(text); t.number() && unit == "" && number != "0" {
		text += p.next().text
	}
	d, err := time.ParseDuration(text)
	if err != nil || !t.number() || d < 0 || d == 0 && !zero || d > maxTime {
		en, ko := "a time is missing: such as 50ms or 2s", "시간이 없습니다: 예) 50ms, 2s"
		if t.text != "" {
			en = fmt.Sprintf("%q is no time that can be used here: write it as 50ms or 2s, up to 24h", t.text)
			ko = fmt.Sprintf("%q: 여기에 쓸 수 없는 시간입니다. 50ms, 2s처럼 쓰며 24h까지입니다", t.text)
		}
		return 0, p.fail(t, en, ko)
	}
	return d, nil
}

// numbered reads what begins with a number: ordinals, and what they count.
func (p *parser) numbered() error {
	t := p.peek()
	which, err := p.ordinals()
	if err != nil {
		return err
	}
	one := which.N == 1
	first := which.Ranges[0]
	target := &p.rule.Target
	switch {
	case p.accept("times", "time"):
		if !one || first.First != first.Last {
			return p.fail(t, "one number stands before \"times\"", "\"times\" 앞에는 숫자 하나만 올 수 있습니다")
		}
		target.Transmissions = Range{1, first.First}
		p.often = true
		return p.begin(clauseRepeat, t)
	case p.accept("transmission", "transmissions"):
		if !one {
			return p.fail(t, "one ordinal or one range stands before \"transmission\"", "\"transmission\" 앞에는 순번 하나나 범위 하나만 올 수 있습니다")
		}
		target.Transmissions = first
		return p.begin(clauseRepeat, t)
	case p.accept("connection"):
		if !one || first.First != first.Last {
			return p.fail(t, "one ordinal stands before \"connection\"", "\"connection\" 앞에는 순번 하나만 올 수 있습니다")
		}
		target.Connection = int(first.First)
		return p.begin(clauseConnection, t)
	}
	target.Which = which
	return p.begin(clauseWhich, t)
}

func (p *parser) ordinals() (Ordinals, error) {
	var o Ordinals
	for {
		t := p.peek()
		first, err := p.ordinal()
		if err != nil {
			return o, err
		}
		r := Range{first, first}
		if p.accept("-") {
			r.Last = 0
			if p.peek().number() {
				if r.Last, err = p.ordinal(); err != nil {
					return o, err
				}
				if r.Last < r.First {
					return o, p.fail(t, "a range runs upwards, as 4-6", "범위는 4-6처럼 작은 수에서 큰 수로 씁니다")
				}
			}
		}
		if o.N == MaxRanges {
			return o, p.fail(t, fmt.Sprintf("a rule names at most %d places or ranges", MaxRanges), fmt.Sprintf("한 규칙에는 순번이나 범위를 %d개까지 쓸 수 있습니다", MaxRanges))
		}
		o.Ranges[o.N] = r
		o.N++
		if !p.accept(",", "and") {
			return o, nil
		}
	}
}

func (p *parser) ordinal() (uint32, error) {
	t := p.next()
	number, suffix := cutNumber(t.text)
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil || n == 0 || !slices.Contains([]string{"", "st", "nd", "rd", "th"}, suffix) {
		return 0, p.fail(t, fmt.Sprintf("%q is no place to count to: write 1st, 2nd, 3rd or 4", t.text), fmt.Sprintf("%q: 순번이 아닙니다. 1st, 2nd, 3rd, 4처럼 씁니다", t.text))
	}
	return uint32(n), nil
}
