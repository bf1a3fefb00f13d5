package explain

import (
	"slices"
	"strconv"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// message explains an HTTP message: what is asked or answered, and what, if
// anything, could remind the other side of an earlier message.
func (x *Explainer) message(ev *trace.Event) Explanation {
	m := ev.Message
	from, to := x.ends(ev)
	values := args{
		"from": from, "to": to, "method": x.quoted(m.Method), "target": x.quoted(m.Target),
		"answer": strings.TrimSpace(strconv.Itoa(m.Status) + " " + x.quoted(m.Reason)), "n": m.BodyBytes, "seen": m.BodyBytes - m.Missing,
	}
	values["length"], _ = m.Announced()
	var e Explanation
	if m.Request {
		e = x.request(m, values)
	} else {
		e = x.response(m, values)
	}
	switch {
	case m.Malformed:
		e.Sentence = join(e.Sentence, x.say(malformedText, values))
		e.Section += "; RFC 9112 §6.3"
	case m.Truncated:
		e.Sentence = join(e.Sentence, x.say(truncatedText(m), values))
		e.Section += "; RFC 9112 §8"
	default:
		e.Arithmetic = x.messageSum(m)
	}
	return e
}

// bodyTexts are ways to tell a message: with its body, without one, and where the
// body was not seen whole, with its length announced or not.
type bodyTexts struct{ body, none, announced, open text }

// of chooses by what was seen of a message. Where its head ends early, or does not
// tell how long it is, nothing is said of a body.
func (t *bodyTexts) of(m *http1.Message, bare text) text {
	_, announced := m.Announced()
	switch {
	case m.Truncated && announced:
		return t.announced
	case m.Truncated && m.Framing != http1.NoBody:
		return t.open
	case m.BodyBytes > 0:
		return t.body
	case m.Truncated:
		return bare
	}
	return t.none
}

func (x *Explainer) request(m *http1.Message, values args) Explanation {
	e := Explanation{Sentence: x.say(requestTexts.of(m, requestText), values), Section: "RFC 9110 " + methodSection(m.Method)}
	if memory, section := x.reminder(m, values); section != "" {
		e.Sentence, e.Section = join(e.Sentence, x.say(memory, values)), e.Section+"; "+section
	}
	return e
}

// reminder tells what of a request could remind the server of an earlier one, or
// that nothing does, and where that is written. Of a request that is not here whole
// nobody can say what it lacks.
func (x *Explainer) reminder(m *http1.Message, values args) (memory text, section string) {
	sure, unsure := who(m)
	cookie := len(m.Cookies()) > 0
	_, match := m.Get("If-None-Match")
	_, since := m.Get("If-Modified-Since")
	_, upgrade := m.Get("Upgrade")
	switch {
	case sure != nil && (sure.In == http1.InField || !cookie):
		values["field"] = x.place(sure)
		return credentialText(sure)
	case sure != nil:
		values["field"] = x.place(sure)
		return cookieBesideText, "RFC 6265 §4.2"
	case cookie:
		return cookieText, "RFC 6265 §4.2"
	case unsure != nil:
		values["field"] = x.place(unsure)
		return unsureText, "§3.3"
	case match || since:
		values["field"] = "If-None-Match"
		if !match {
			values["field"] = "If-Modified-Since"
		}
		return conditionText, "§13.1"
	case upgrade:
		return upgradeText, "§7.8"
	case m.Truncated:
		return text{}, ""
	case m.BodyBytes > 0:
		return noCookieHeadText, "§3.3"
	}
	return noCookieText, "§3.3"
}

// who finds the first of a request's credentials that is sure to be one, and the
// first that may be.
func who(m *http1.Message) (sure, unsure *http1.Credential) {
	for _, c := range m.Credentials() {
		switch {
		case !c.Unsure && sure == nil:
			sure = &c
		case c.Unsure && unsure == nil:
			unsure = &c
		}
	}
	return sure, unsure
}

// place names a credential by where in a request it stands.
func (x *Explainer) place(c *http1.Credential) string {
	return x.phrase(credentialPlaces[c.In], args{"name": x.quoted(c.Field)})
}

// credentialText tells what a credential does, and where that is written.
func credentialText(c *http1.Credential) (memory text, section string) {
	switch {
	case strings.EqualFold(c.Field, "Authorization"):
		return credentialsText, "§11.6.2"
	case strings.EqualFold(c.Field, "Proxy-Authorization"):
		return credentialsText, "§11.7.2"
	case c.In == http1.InField:
		return credentialsText, "§3.3"
	case c.In == http1.InTarget:
		return parameterText, "§17.9"
	}
	return parameterText, "§3.3"
}

func (x *Explainer) response(m *http1.Message, values args) Explanation {
	section := statusSection(m.Status)
	more := ""
	if meaning, ok := statusMeanings[m.Status]; ok {
		more = x.say(meaning, values)
	}
	if all := m.SetCookies(); len(all) > 0 {
		more = x.say(setCookieText, values)
		if !slices.ContainsFunc(all, func(c http1.SetCookie) bool { return !c.Removes(m.LastTime) }) {
			more = x.say(removeCookieText, values)
		}
		section += "; RFC 6265 §4.1"
	}
	return Explanation{Sentence: join(x.say(responseTexts.of(m, responseText), values), more), Section: section}
}

// messageSum: the message's length in the stream of bytes, and where its
// length came from (RFC 9112 §6.3).
func (x *Explainer) messageSum(m *http1.Message) string {
	total, head := m.End-m.Start, m.BodyStart-m.Start
	if total <= 0 || head <= 0 {
		return ""
	}
	values := args{"total": total, "head": head, "body": total - head, "n": m.BodyBytes}
	switch m.Framing {
	case http1.Chunked:
		return x.phrase(chunkedSumText, values)
	case http1.UntilClose:
		return x.phrase(untilCloseSumText, values)
	case http1.ContentLength:
		return x.phrase(lengthSumText, values)
	case http1.NoBody:
	}
	return x.phrase(headSumText, values)
}

// methodSection is the method's section in RFC 9110.
func methodSection(method string) string {
	sections := map[string]string{
		"GET": "§9.3.1", "HEAD": "§9.3.2", "POST": "§9.3.3", "PUT": "§9.3.4",
		"DELETE": "§9.3.5", "CONNECT": "§9.3.6", "OPTIONS": "§9.3.7", "TRACE": "§9.3.8",
	}
	if s, ok := sections[method]; ok {
		return s
	}
	return "§9"
}

// statusSection is where a status code is defined; codes that no RFC here
// defines fall to their class.
func statusSection(status int) string {
	if s, ok := statusSections[status]; ok {
		return s
	}
	class := map[int]string{1: "§15.2", 2: "§15.3", 3: "§15.4", 4: "§15.5", 5: "§15.6"}
	if s, ok := class[status/100]; ok {
		return "RFC 9110 " + s
	}
	return "RFC 9110 §15"
}

var statusSections = map[int]string{
	100: "RFC 9110 §15.2.1", 101: "RFC 9110 §15.2.2", 103: "RFC 8297 §2",
	200: "RFC 9110 §15.3.1", 201: "RFC 9110 §15.3.2", 202: "RFC 9110 §15.3.3", 203: "RFC 9110 §15.3.4",
	204: "RFC 9110 §15.3.5", 205: "RFC 9110 §15.3.6", 206: "RFC 9110 §15.3.7",
	300: "RFC 9110 §15.4.1", 301: "RFC 9110 §15.4.2", 302: "RFC 9110 §15.4.3", 303: "RFC 9110 §15.4.4",
	304: "RFC 9110 §15.4.5", 307: "RFC 9110 §15.4.8", 308: "RFC 9110 §15.4.9",
	400: "RFC 9110 §15.5.1", 401: "RFC 9110 §15.5.2", 402: "RFC 9110 §15.5.3", 403: "RFC 9110 §15.5.4",
	404: "RFC 9110 §15.5.5", 405: "RFC 9110 §15.5.6", 406: "RFC 9110 §15.5.7", 407: "RFC 9110 §15.5.8",
	408: "RFC 9110 §15.5.9", 409: "RFC 9110 §15.5.10", 410: "RFC 9110 §15.5.11", 411: "RFC 9110 §15.5.12",
	412: "RFC 9110 §15.5.13", 413: "RFC 9110 §15.5.14", 414: "RFC 9110 §15.5.15", 415: "RFC 9110 §15.5.16",
	416: "RFC 9110 §15.5.17", 417: "RFC 9110 §15.5.18", 421: "RFC 9110 §15.5.20", 422: "RFC 9110 §15.5.21",
	426: "RFC 9110 §15.5.22", 428: "RFC 6585 §3", 429: "RFC 6585 §4", 431: "RFC 6585 §5",
	500: "RFC 9110 §15.6.1", 501: "RFC 9110 §15.6.2", 502: "RFC 9110 §15.6.3", 503: "RFC 9110 §15.6.4",
	504: "RFC 9110 §15.6.5", 505: "RFC 9110 §15.6.6", 511: "RFC 6585 §6",
}

// ExplainStatus says what a status code means, "" where nothing is to be added
// to its reason phrase.
func ExplainStatus(lang Lang, status int) Explanation {
	t, ok := statusMeanings[status]
	if !ok {
		return Explanation{Section: statusSection(status)}
	}
	return Explanation{Sentence: strings.TrimSpace(sentence(lang, t, nil)), Section: statusSection(status)}
}
