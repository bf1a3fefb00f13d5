package network

import "fmt"

// finish gives what was left out its meaning, and refuses what makes no sense.
func (p *parser) finish() error {
	r := &p.rule
	switch r.Verb {
	case VerbDrop, VerbDuplicate, VerbCorrupt:
		if p.bare() {
			r.Target.aimAtFirstData()
		}
	case VerbCut:
		if err := p.finishCut(); err != nil {
			return err
		}
	case VerbSwap:
		if err := p.finishSwap(); err != nil {
			return err
		}
	case VerbRate, VerbMTU:
		if err := p.refuse(clauseWhich, clauseKind, clauseConnection, clauseRepeat); err != nil {
			return err
		}
	case VerbLoss:
		if !r.Target.Which.All() {
			return p.refuse(clauseWhich)
		}
	case VerbDelay:
	}
	if r.Verb != VerbLoss {
		p.aimAtFirst()
	}
	if r.Target.Transmissions == (Range{}) {
		r.Target.Transmissions = r.Target.usual()
	}
	if r.Target.Kind == KindFrame && r.Target.Connection != 0 {
		return p.fail(p.at[clauseConnection], "frames are counted on the whole wire, not in a connection", "프레임은 연결별이 아니라 회선 전체에서 셉니다")
	}
	return p.finishWindow()
}

// bare reports whether nothing says which segments are meant.
func (p *parser) bare() bool {
	for _, c := range []clause{clauseWhich, clauseKind, clauseWay, clauseConnection, clauseFrom, clauseUntil, clauseFor} {
		if p.has(c) {
			return false
		}
	}
	return p.rule.Target.Transmissions.First <= 1
}

func (t *Target) aimAtFirstData() {
	t.Which = first
	t.Kind = KindData
}

// aimAtFirst gives a rule that says how often it acts, and not on which segment,
// the first of its kind. Of a kind that is never retransmitted it takes as many.
func (p *parser) aimAtFirst() {
	t := &p.rule.Target
	if !p.often || p.has(clauseWhich) || !t.Which.All() {
		return
	}
	t.Which = first
	switch t.Kind {
	case KindRST, KindPureACK, KindProbe, KindFrame:
		t.Which.Ranges[0], t.Transmissions = t.Transmissions, once
	case KindAny, KindData, KindSYN, KindSYNACK, KindACK, KindFIN, KindPSH:
	}
}

// first is the place that a rule without ordinals begins with.
var first = Ordinals{Ranges: [MaxRanges]Range{{1, 1}}, N: 1}

// usual is the transmissions that are meant where no word says it.
func (t *Target) usual() Range {
	if t.Which.All() {
		return always
	}
	return once
}

// refuse reports the first of clauses that was given, as one that the verb has
// no use for.
func (p *parser) refuse(clauses ...clause) error {
	for _, c := range clauses {
		if t, given := p.at[c]; given {
			return p.fail(t, fmt.Sprintf("%s acts on everything that passes: leave %q out", p.rule.Verb, t.text), fmt.Sprintf("%s 규칙은 지나가는 모든 것에 적용됩니다. 다음 말을 빼십시오: %q", p.rule.Verb, t.text))
		}
	}
	return nil
}

// finishCut tells a cut in a window of time from one that begins with a
// segment: only the second names a place.
func (p *parser) finishCut() error {
	t := &p.rule.Target
	if p.has(clauseFrom) || p.has(clauseUntil) {
		return p.refuse(clauseWhich, clauseKind, clauseConnection, clauseRepeat)
	}
	if !p.has(clauseWhich) && !p.has(clauseKind) {
		t.aimAtFirstData()
	}
	if t.Which.All() {
		t.Which = first
	}
	p.rule.For, p.length = p.length, 0
	delete(p.at, clauseFor)
	return nil
}

func (p *parser) finishSwap() error {
	t := &p.rule.Target
	w := t.Which
	a, b := w.Ranges[0], w.Ranges[1]
	if w.N != 2 || a.First != a.Last || b.First != b.Last || a.First >= b.First {
		at := p.peek()
		if given, ok := p.at[clauseWhich]; ok {
			at = given
		}
		return p.fail(at, "swap needs two places, the earlier first, as in swap 4,5", "swap에는 swap 4,5처럼 앞선 것부터 순번 두 개가 필요합니다")
	}
	if t.Kind == KindFrame {
		return p.fail(p.at[clauseKind], "swap counts the segments of a direction, not frames", "swap은 프레임이 아니라 한 방향의 세그먼트를 셉니다")
	}
	if repeat, given := p.at[clauseRepeat]; given && t.Transmissions != once {
		return p.fail(repeat, "swap acts on first transmissions only", "swap은 첫 전송에만 적용됩니다")
	}
	if t.Way == WayBoth {
		t.Way = WayWire
	}
	return nil
}

// finishWindow makes "for" an end, and checks that the end follows the
// beginning.
func (p *parser) finishWindow() error {
	r := &p.rule
	end, given := p.at[clauseFor]
	if given {
		if p.has(clauseUntil) {
			return p.fail(end, "a rule ends by \"for\" or by \"until\", not both", "규칙의 끝은 \"for\"나 \"until\" 가운데 하나로만 정합니다")
		}
		r.Until = r.From + p.length
	} else if end, given = p.at[clauseUntil]; !given {
		return nil
	}
	if r.Until <= r.From {
		return p.fail(end, "the rule ends before it begins", "규칙이 시작하기 전에 끝납니다")
	}
	return nil
}
