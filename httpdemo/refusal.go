package httpdemo

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"statelab/capture/http1"
)

// Refusal is why a request is not taken: what RFC 9112 asks for, or where it
// leaves the choice, what this server has chosen.
type Refusal struct {
	Status  int    // of the response
	Why     string // one line, with no byte of the request in it
	Section string // "RFC 9112 §5.1"
	// Choice says that the RFC would let a server be more lenient.
	Choice bool
	// ko is Why in Korean, of a body and of nothing else: a page may have to say it.
	ko string
}

func must(status int, section, why string) *Refusal {
	return &Refusal{Status: status, Why: why, Section: "RFC " + section}
}

func choice(status int, section, why string) *Refusal {
	return &Refusal{Status: status, Why: why, Section: "RFC " + section, Choice: true}
}

// refuseLines looks at a head, octet by octet: at what a line may be made of.
func refuseLines(head []byte) *Refusal {
	if longMethod(head) {
		return must(501, "9112 §3", "the method is longer than any that there is")
	}
	first := true
	for line := range bytes.Lines(head) {
		text, crlf := bytes.CutSuffix(line, []byte("\r\n"))
		switch {
		case !crlf:
			return choice(400, "9112 §2.2", "a line ends in LF alone")
		case bytes.IndexByte(text, '\r') >= 0:
			return must(400, "9112 §2.2", "a CR without LF")
		case bytes.IndexByte(text, 0) >= 0:
			return must(400, "9110 §5.5", "a NUL in the head")
		case first:
			if r := refuseStart(text); r != nil {
				return r
			}
		case len(text) > 0:
			if r := refuseField(text); r != nil {
				return r
			}
		}
		first = false
	}
	return nil
}

// maxMethod is how long a method may be, in octets: the longest that is registered
// has 17.
const maxMethod = 32

// longMethod reports whether a request line, as far as it is known, begins with a
// method that is too long, whatever follows.
func longMethod(line []byte) bool {
	return len(line) > maxMethod && validToken(line[:maxMethod+1])
}

// refuseStart looks at a request line: method SP target SP version (RFC 9112
// §3).
func refuseStart(line []byte) *Refusal {
	last := bytes.LastIndexByte(line, ' ')
	method, version := line[:max(0, bytes.IndexByte(line, ' '))], line[last+1:]
	var target []byte
	if last > len(method) {
		target = line[len(method)+1 : last]
	}
	switch {
	case validToken(method) && bytes.HasPrefix(version, []byte("HTTP/")) && len(version) == 8 && version[5] > '1' && version[5] <= '9' && version[6] == '.':
		return must(505, "9110 §15.6.6", "a major version other than 1")
	case last == len(method) && bytes.IndexByte(line, '\t') < 0:
		return must(400, "9112 §2.3", "no version: HTTP/0.9 is not spoken here")
	case len(target) == 0 || bytes.IndexByte(target, ' ') >= 0:
		return choice(400, "9112 §3", "the request line is not method, one space, target, one space, version")
	case len(version) != 8 || string(version[:7]) != "HTTP/1." || version[7] < '0' || version[7] > '9':
		return must(400, "9112 §2.3", "the version is not HTTP/1.x, in capital letters")
	case !validToken(method):
		return must(400, "9110 §9.1", "the method is not a token")
	case string(method) == http.MethodConnect:
		return must(501, "9110 §9.3.6", "this server is no proxy: it opens no tunnels")
	}
	return refuseTarget(string(method), target)
}

// refuseTarget looks at a request target (RFC 9112 §3.2).
func refuseTarget(method string, target []byte) *Refusal {
	for i, c := range target {
		switch {
		case noURI[c]:
			return must(400, "9112 §3.2", "the target holds an octet that no URI may hold")
		case c == '#':
			return must(400, "9112 §3.2", "a fragment in the target: it is never sent")
		case c == '%' && (i+2 >= len(target) || !hexDigit(target[i+1]) || !hexDigit(target[i+2])):
			return must(400, "3986 §2.1", "a percent sign without two hexadecimal digits")
		}
	}
	if target[0] == '/' {
		return nil
	}
	switch scheme, rest, absolute := strings.Cut(string(target), "://"); {
	case string(target) == "*" && method == http.MethodOptions:
		return nil
	case absolute && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")):
		authority, _, _ := strings.Cut(rest, "/")
		authority, _, _ = strings.Cut(authority, "?")
		if !validHost(authority) || authority == "" {
			return must(400, "9110 §4.2.1", "the target's authority is no host")
		}
		return nil
	case string(target) == "*":
		return must(400, "9112 §3.2.4", "the asterisk is for OPTIONS alone")
	}
	return must(400, "9112 §3.2", "the target begins with no slash, and is no http URI")
}

// refuseField looks at one field line (RFC 9112 §5).
func refuseField(line []byte) *Refusal {
	name, value, colon := bytes.Cut(line, []byte(":"))
	switch {
	case line[0] == ' ' || line[0] == '\t':
		return choice(400, "9112 §5.2", "a field that is folded over two lines, or white space before the first")
	case !colon:
		return must(400, "9112 §5", "a line of the header section without a colon")
	case len(name) > 0 && (name[len(name)-1] == ' ' || name[len(name)-1] == '\t'):
		return must(400, "9112 §5.1", "white space between a field's name and its colon")
	case !validToken(name):
		return must(400, "9110 §5.1", "a field's name is not a token")
	}
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return choice(400, "9110 §5.5", "a control character in a field's value")
		}
	}
	return nil
}

// refuseFraming looks at what a head says of its body, and of whom it asks
// (RFC 9112 §6, §3.2).
func refuseFraming(m *http1.Message) *Refusal {
	codings, lengths := members(m, "Transfer-Encoding"), members(m, "Content-Length")
	hosts := 0
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, "Host") {
			hosts++
			if !validHost(f.Value) {
				return must(400, "9112 §3.2", "the value of Host is no host")
			}
		}
	}
	switch {
	case hosts > 1:
		return must(400, "9112 §3.2", "Host more than once")
	case hosts == 0 && m.Version != "HTTP/1.0":
		return must(400, "9112 §3.2", "no Host")
	case len(codings) > 0 && m.Version == "HTTP/1.0":
		return must(400, "9112 §6.1", "Transfer-Encoding in HTTP/1.0, which does not have it")
	case len(codings) > 0 && len(lengths) > 0:
		return choice(400, "9112 §6.1", "Transfer-Encoding beside Content-Length")
	case len(codings) > 0:
		return refuseCodings(codings)
	}
	for i, v := range lengths {
		switch {
		case v == "" || strings.Trim(v, "0123456789") != "" || len(strings.TrimLeft(v, "0")) > 18:
			return must(400, "9112 §6.3", "Content-Length is no number of octets")
		case i > 0 && v != lengths[0]:
			return must(400, "9112 §6.3", "Content-Length says two things")
		case i > 0:
			return choice(400, "9112 §6.3", "Content-Length more than once")
		}
	}
	return nil
}

// refuseCodings allows chunked, once and alone.
func refuseCodings(codings []string) *Refusal {
	if len(codings) > 1 && slices.Contains(codings, "") {
		// RFC 9110 asks to ignore it: a server before this one may not have.
		return choice(400, "9110 §5.6.1", "an empty element among the transfer codings")
	}
	for i, c := range codings {
		last := i == len(codings)-1
		switch chunked := strings.EqualFold(c, "chunked"); {
		case chunked && !last:
			return must(400, "9112 §6.1", "chunked is not the last transfer coding, or is there twice")
		case !chunked && last && strings.EqualFold(codings[max(0, i-1)], "chunked"):
			return must(400, "9112 §6.3", "chunked is not the last transfer coding")
		case !chunked && last:
			return must(400, "9112 §6.3", "the last transfer coding is not chunked: nobody can tell where the body ends")
		case !chunked:
			return must(501, "9112 §6.1", "a transfer coding that is not understood here")
		}
	}
	return nil
}

// members are those of the list that all fields of a name form (RFC 9110
// §5.3), empty ones included.
func members(m *http1.Message, name string) (all []string) {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			for v := range strings.SplitSeq(f.Value, ",") {
				all = append(all, strings.Trim(v, " \t"))
			}
		}
	}
	return all
}

// validHost reports whether s is uri-host [":" port] (RFC 9110 §7.2); it may be
// empty.
func validHost(s string) bool {
	host, port := s, ""
	if end := strings.LastIndexByte(s, ']'); strings.HasPrefix(s, "[") && end > 0 {
		host, port = s[1:end], s[end+1:]
		if strings.Trim(host, "0123456789abcdefABCDEF:.") != "" || host == "" {
			return false
		}
	} else {
		if i := strings.IndexByte(s, ':'); i >= 0 {
			host, port = s[:i], s[i:]
		}
		for i := range len(host) {
			c := host[i] | 0x20
			if (c < 'a' || c > 'z') && (host[i] < '0' || host[i] > '9') && strings.IndexByte("-._~!$&'()*+;=%", host[i]) < 0 {
				return false
			}
		}
	}
	if port == "" {
		return true
	}
	return port[0] == ':' && strings.Trim(port[1:], "0123456789") == "" && (host != "" || port == ":")
}

// validToken reports whether b is a token (RFC 9110 §5.6.2).
func validToken(b []byte) bool {
	for _, c := range b {
		if !tchar[c] {
			return false
		}
	}
	return len(b) > 0
}

// octets are a set of them.
type octets [256]bool

// setOf makes the set of the octets of which in says so.
func setOf(in func(c byte) bool) *octets {
	var set octets
	for c := range set {
		set[c] = in(byte(c))
	}
	return &set
}

var (
	// tchar are those of a token (RFC 9110 §5.6.2).
	tchar = setOf(func(c byte) bool {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		return letter || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
	})
	// noURI are those that no URI may hold (RFC 3986 §2).
	noURI = setOf(func(c byte) bool { return c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>\^`+"`{|}", c) >= 0 })
)

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
