package http1

import (
	"net"
	"net/netip"
	"strings"
)

// origin is where a request goes, as far as cookies tell places apart: by host and
// path, and not by port (RFC 6265 §8.5).
type origin struct {
	server netip.Addr
	host   string // the server's address where no host is named
	named  bool
	path   string // as sent, "/" where there is none
}

// originOf reads where a request goes (RFC 9112 §3.3); nil is one that was not seen.
func originOf(server netip.Addr, request *Message) origin {
	o := origin{server: server, host: server.String(), path: "/"}
	if request == nil {
		return o
	}
	authority, path := splitTarget(request.Target)
	if strings.HasPrefix(path, "/") {
		o.path = path
	}
	if authority == "" {
		authority, _ = request.Get("Host")
	}
	if authority != "" {
		o.host, o.named = hostOf(authority), true
	}
	return o
}

// known is the host, as far as it is known: a name, or loopback.
func (o origin) known() string {
	if o.named || Loopback(o.host) {
		return o.host
	}
	return ""
}

// splitTarget returns the authority of a target in absolute-form (RFC 9112
// §3.2.2), and the path of any, not decoded.
func splitTarget(target string) (authority, path string) {
	if i := strings.IndexAny(target, "?#"); i >= 0 {
		target = target[:i]
	}
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok || strings.Contains(scheme, "/") {
		return "", target
	}
	i := strings.IndexByte(rest, '/')
	if i < 0 {
		i = len(rest)
	}
	return rest[strings.LastIndexByte(rest[:i], '@')+1 : i], rest[i:]
}

// hostOf is the host of an authority, without its port.
func hostOf(authority string) string {
	if h, _, err := net.SplitHostPort(authority); err == nil {
		authority = h
	}
	return strings.ToLower(strings.Trim(authority, "[]"))
}

// defaultPath is the path of a cookie that names none (RFC 6265 §5.1.4).
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// domainMatch: RFC 6265 §5.1.3.
func domainMatch(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) && strings.Trim(host, "0123456789.") != ""
}

// pathMatch: RFC 6265 §5.1.4.
func pathMatch(path, cookie string) bool {
	return path == cookie || strings.HasPrefix(path, cookie) && (strings.HasSuffix(cookie, "/") || path[len(cookie)] == '/')
}
