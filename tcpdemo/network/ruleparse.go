package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"statelab/capture/trace"
)

// maxRuleText bounds a rule's length in bytes.
const maxRuleText = 500

// ParseRule reads one rule. The error is a [*RuleError].
func ParseRule(text string) (Rule, error) {
	p := &parser{text: text, rule: Rule{Text: text}, at: map[clause]token{}}
	if len(text) > maxRuleText {
		return Rule{}, p.fail(token{column: 1}, fmt.Sprintf("a rule has at most %d bytes", maxRuleText), fmt.Sprintf("규칙은 %d바이트를 넘을 수 없습니다", maxRuleText))
	}
	p.tokens = scan(text)
	if err := p.parse(); err != nil {
		return Rule{}, err
	}
	return p.rule, nil
}

// ParseRules reads several rules and reports the errors of all.
func ParseRules(texts ...string) ([]Rule, error) {
	var rules []Rule
	var errs []error
	for _, text := range texts {
		r, err := ParseRule(text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rules = append(rules, r)
	}
	return rules, errors.Join(errs...)
}

// MustParseRules is ParseRules for rules that are part of the program; it
// panics on an error.
func MustParseRules(texts ...string) []Rule {
	rules, err := ParseRules(texts...)
	if err != nil {
		panic(err)
	}
	return rules
}

// clause is a part of a rule that may be given once.
type clause uint8

const (
	clauseWhich clause = iota
	clauseKind
	clauseWay
	clauseRepeat
	clauseConnection
	clauseFrom
	clauseUntil
	clauseFor
)

// parser reads one rule. at holds the token at which each clause began.
type parser struct {
	text   string
	tokens []token
	rule   Rule
	at     map[clause]token
	length time.Duration // of clauseFor
	often  bool          // clauseRepeat says how often the rule acts
}

func (p *parser) fail(t token, en, ko string) error {
	return &RuleError{Rule: p.text, Column: t.column, Message: trace.Text{En: en, Ko: ko}}
}

func (p *parser) unknown(t token, en, ko string, words []string) error {
	return &RuleError{Rule: p.text, Column: t.column, Message: trace.Text{En: en, Ko: ko}, Suggestion: suggest(t.text, words)}
}

// peek returns the next token; at the end an empty one, one past the last
// character.
func (p *parser) peek() token {
	if len(p.tokens) == 0 {
		return token{column: utf8.RuneCountInString(p.text) + 1}
	}
	return p.tokens[0]
}

func (p *parser) next() token {
	t := p.peek()
	if len(p.tokens) > 0 {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is one of words.
func (p *parser) accept(words ...string) bool {
	if t := p.peek(); t.text == "" || !slices.Contains(words, t.text) {
		return false
	}
	p.next()
	return true
}

// begin notes that a clause begins at t, and refuses a second one.
func (p *parser) begin(c clause, t token) error {
	if _, twice := p.at[c]; twice {
		return p.fail(t, fmt.Sprintf("%q says again what the rule has already said", t.text), fmt.Sprintf("%q: 규칙에서 이미 정한 내용입니다", t.text))
	}
	p.at[c] = t
	return nil
}

func (p *parser) has(c clause) bool {
	_, ok := p.at[c]
	return ok
}

func (p *parser) parse() error {
	t := p.next()
	verb := slices.IndexFunc(verbs[:], func(w Word) bool { return w.Name == t.text })
	if verb < 0 {
		names := words(verbs[:])
		en, ko := fmt.Sprintf("%q is no verb", t.text), fmt.Sprintf("%q: 모르는 동사입니다", t.text)
		if t.text == "" {
			en, ko = "a verb is missing", "동사가 없습니다"
		}
		list := strings.Join(names, ", ")
		return p.unknown(t, en+": one of "+list, ko+". 쓸 수 있는 동사: "+list, names)
	}
	p.rule.Verb = Verb(verb)
	if err := p.amount(); err != nil {
		return err
	}
	for len(p.tokens) > 0 {
		if err := p.clause(); err != nil {
			return err
		}
	}
	return p.finish()
}

// keywords are what a clause may begin with, besides the kinds.
var keywords = []string{
	"all", "every", "each", "segment", "segments", "retransmissions", "transmission", "connection",
	"client", "server", "both", "once", "twice", "always", "times", "from", "until", "for", "the", "of",
}

// plurals are other ways to write a kind.
var plurals = map[string]string{
	"syns": "syn", "synack": "syn-ack", "acks": "ack", "pure-acks": "pure-ack", "fins": "fin",
	"reset": "rst", "resets": "rst", "push": "psh", "probes": "probe", "frames": "frame",
}

func (p *parser) clause() error {
	t := p.peek()
	if t.number() {
		return p.numbered()
	}
	p.next()
	switch t.text {
	case "the", "of", "segment", "segments", "packet", "packets":
		return nil
	case "all":
		return p.begin(clauseWhich, t)
	case "each", "every":
		return p.every(t)
	case "retransmission", "retransmissions":
		p.rule.Target.Transmissions = retransmissions
		return p.begin(clauseRepeat, t)
	case "once", "twice", "always":
		p.rule.Target.Transmissions = map[string]Range{"once": once, "twice": {1, 2}, "always": always}[t.text]
		p.often = t.text != "always"
		return p.begin(clauseRepeat, t)
	case "both", "client", "server":
		return p.way(t)
	case "from", "until", "for":
		return p.window(t)
	}
	name := t.text
	if singular, ok := plurals[name]; ok {
		name = singular
	}
	kind := slices.IndexFunc(kinds[:], func(w Word) bool { return w.Name == name })
	if kind < 0 {
		return p.unknown(t, fmt.Sprintf("%q is not understood here", t.text), fmt.Sprintf("%q: 여기서는 쓸 수 없는 말입니다", t.text), slices.Concat(words(kinds[:]), keywords))
	}
	p.rule.Target.Kind = Kind(kind)
	return p.begin(clauseKind, t)
}

// every reads "every", "every 3rd" and "each connection".
func (p *parser) every(t token) error {
	if p.accept("connection") {
		p.rule.Target.Connection = EachConnection
		return p.begin(clauseConnection, t)
	}
	if p.peek().number() {
		n, err := p.ordinal()
		if err != nil {
			return err
		}
		p.rule.Target.Which = Ordinals{Every: n}
	}
	return p.begin(clauseWhich, t)
}

func (p *parser) way(t token) error {
	if t.text == "both" {
		p.rule.Target.Way = WayBoth
		p.accept("directions", "ways")
		return p.begin(clauseWay, t)
	}
	if arrow := p.peek(); !p.accept("→", "to") {
		return p.unknown(arrow, "an arrow is missing: client→server or server→client", "화살표가 없습니다: client→server 또는 server→client", nil)
	}
	far, way := "server", WayClient
	if t.text == "server" {
		far, way = "client", WayServer
	}
	if end := p.next(); end.text != far {
		return p.unknown(end, fmt.Sprintf("after %q and the arrow comes %q", t.text, far), fmt.Sprintf("%q 다음에는 화살표와 %q만 올 수 있습니다", t.text, far), []string{far})
	}
	p.rule.Target.Way = way
	return p.begin(clauseWay, t)
}

func (p *parser) window(t token) error {
	d, err := p.duration(t.text != "for")
	if err != nil {
		return err
	}
	switch t.text {
	case "from":
		p.rule.From = d
		return p.begin(clauseFrom, t)
	case "until":
		p.rule.Until = d
		return p.begin(clauseUntil, t)
	}
	p.length = d
	return p.begin(clauseFor, t)
}
