package render

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// maxBodyName is how long the part of a name may be that a message chose, in
// bytes: file systems allow 255 for all of it.
const maxBodyName = 100

// bodyName names the file of a message's body: "s0-f38-response-index.html".
// Stream and frame come first, so that no name that Windows reserves (CON, NUL)
// and none that begins with a point or a hyphen can come out of a target, of
// which only the last element is used.
func bodyName(stream int, m *http1.Message, target string) string {
	kind := "response"
	if m.Request {
		kind = "request"
	}
	name := fmt.Sprintf("s%d-f%d-%s", stream, m.FirstFrame, kind)
	if last := lastElement(target); last != "" {
		name += "-" + last
	}
	return name
}

// lastElement is what a target's path ends in, of letters, digits and harmless
// marks alone.
func lastElement(target string) string {
	target, _, _ = strings.Cut(target, "?")
	target, _, _ = strings.Cut(target, "#")
	if plain, err := url.PathUnescape(target); err == nil {
		target = plain
	}
	target = path.Base(strings.ReplaceAll(target, `\`, "/"))
	var b strings.Builder
	for _, r := range target {
		harmless := r != utf8.RuneError && trace.SafeRune(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r))
		if !harmless {
			r = '_'
		}
		if b.Len()+utf8.RuneLen(r) > maxBodyName {
			break
		}
		b.WriteRune(r)
	}
	return strings.Trim(b.String(), "._-") // Windows takes away a point at the end
}

// again is the nth name of the same kind: "a-2.html".
func again(name string, n int) string {
	ext := path.Ext(name)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext)
}

// brokenWhy says why of a body not all is there.
var brokenWhy = map[http1.Break]string{
	http1.BreakGap:   "the capture does not hold all of it",
	http1.BreakClose: "its sender closed the connection before its end",
	http1.BreakCut:   "the connection was reset, or the capture ended, before its end",
}
