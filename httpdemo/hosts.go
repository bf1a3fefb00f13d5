package httpdemo

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"statelab/capture/trace"
)

// LocalHosts lets only requests through whose Host is this machine's own: a
// loopback address, or localhost and names below it (RFC 6761 §6.3). Otherwise a
// page of another site, whose name has been made to mean a loopback address (DNS
// rebinding), would be of the same origin as the server, and could read and send
// whatever its visitor can. Others get 421 (RFC 9110 §15.5.20).
func LocalHosts(s *Services, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !localHost(r.Host) {
			s.Fail(w, r, http.StatusMisdirectedRequest, trace.Text{
				En: "This server is not of that host: it answers to localhost and to loopback addresses.",
				Ko: "이 서버는 그 호스트가 아닙니다. localhost와 루프백 주소에만 답합니다.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func localHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true // HTTP/1.0 may come without
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
