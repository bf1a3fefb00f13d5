package main

import (
	"os"
	"strings"

	"statelab/capture/trace"
)

// knob is a setting of the kernel that changes what a lesson on the real
// network shows.
type knob struct {
	path   string
	want   string // what a lesson expects; empty when any value will do
	name   trace.Text
	needed trace.Text
	remedy string
}

var knobs = []knob{
	{"/proc/sys/kernel/osrelease", "", trace.Text{En: "kernel", Ko: "커널"}, trace.Text{En: "what --net host runs on", Ko: "--net host가 쓰는 TCP 스택"}, ""},
	{"/proc/sys/net/ipv4/tcp_congestion_control", "", trace.Text{En: "congestion control", Ko: "혼잡 제어"}, trace.Text{En: "cwnd on the real network", Ko: "실제 네트워크의 cwnd"}, ""},
	{"/proc/sys/net/ipv4/tcp_sack", "1", trace.Text{En: "SACK", Ko: "선택적 확인응답(SACK)"}, trace.Text{En: "SACK on the real network", Ko: "실제 네트워크의 SACK"}, "sudo sysctl -w net.ipv4.tcp_sack=1"},
	{"/proc/sys/net/ipv4/tcp_window_scaling", "1", trace.Text{En: "window scaling", Ko: "윈도우 스케일"}, trace.Text{En: "windows above 64 KiB", Ko: "64 KiB가 넘는 윈도우"}, "sudo sysctl -w net.ipv4.tcp_window_scaling=1"},
	{"/proc/sys/net/ipv4/tcp_timestamps", "1", trace.Text{En: "timestamps", Ko: "타임스탬프 옵션"}, trace.Text{En: "RTT from timestamps", Ko: "타임스탬프로 재는 RTT"}, "sudo sysctl -w net.ipv4.tcp_timestamps=1"},
	{"/proc/sys/net/ipv4/tcp_syncookies", "1", trace.Text{En: "SYN cookies", Ko: "SYN 쿠키"}, trace.Text{En: "a full backlog on the real network", Ko: "실제 네트워크에서 가득 찬 백로그"}, "sudo sysctl -w net.ipv4.tcp_syncookies=1"},
}

// show says what a value means; where any will do, it speaks for itself. The 2 of
// tcp_syncookies and tcp_timestamps is another way to be on.
func (k knob) show(value string) trace.Text {
	switch {
	case k.want == "":
	case value == "0":
		return trace.Text{En: "off", Ko: "꺼짐"}
	case value == "1":
		return trace.Text{En: "on", Ko: "켜짐"}
	case value == "2":
		return trace.Text{En: "on (2)", Ko: "켜짐(2)"}
	}
	return trace.Text{}
}

func checkSystem() []check {
	var out []check
	for _, k := range knobs {
		c := check{Name: k.name, Needed: k.needed, Remedy: k.remedy}
		b, err := os.ReadFile(k.path)
		if err != nil {
			c.Found, c.Remedy = firstLine(err.Error()), ""
		} else {
			c.Found = trace.Escape(strings.TrimSpace(string(b)))
			c.OK = k.want == "" || c.Found == k.want || (k.want == "1" && c.Found == "2")
			c.shown = k.show(c.Found)
		}
		out = append(out, c)
	}
	return append(out, checkNamespaces())
}

// checkNamespaces says whether a user without rights may make a network
// namespace of their own.
func checkNamespaces() check {
	c := check{
		Name:    trace.Text{En: "user namespaces", Ko: "사용자 네임스페이스"},
		Needed:  trace.Text{En: "a lab of one's own without root: unshare -Urn", Ko: "root 없이 만드는 자기만의 실습 환경: unshare -Urn"},
		Instead: trace.Text{En: "--net virtual needs none", Ko: "--net virtual에는 필요 없습니다"},
	}
	read := func(path string) string {
		b, err := os.ReadFile(path)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(b))
	}
	switch {
	case read("/proc/sys/user/max_user_namespaces") == "0":
		c.Found, c.Remedy = "user.max_user_namespaces = 0", "sudo sysctl -w user.max_user_namespaces=15000"
	case read("/proc/sys/kernel/unprivileged_userns_clone") == "0":
		c.Found, c.Remedy = "kernel.unprivileged_userns_clone = 0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"
	case read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
		c.Found, c.Remedy = "kernel.apparmor_restrict_unprivileged_userns = 1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
	default:
		c.OK, c.Found = true, "allowed"
		c.shown = trace.Text{En: "allowed", Ko: "허용됨"}
	}
	return c
}
