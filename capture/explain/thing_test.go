package explain_test

import (
	"fmt"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
)

func TestNamesOfThings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		of     func(explain.Lang, string) string
		in     string
		en, ko string
	}{
		{"entry", explain.MemoryName, "send buffer", "send buffer", "송신 버퍼"},
		{"standard's name", explain.MemoryName, "SND.UNA", "SND.UNA", "SND.UNA"},
		{"timer", explain.MemoryName, "retransmission timer", "retransmission timer", "재전송 타이머"},
		{"many", explain.MemoryName, "12 TCBs", "12 TCBs", "TCB 12개"},
		{"a stranger's name", explain.MemoryName, "x TCBs", "x TCBs", "x TCBs"},
		{"no octets", explain.MemoryValue, "0 bytes", "0 bytes", "0바이트"},
		{"one octet", explain.MemoryValue, "1 byte", "1 byte", "1바이트"},
		{"no limit", explain.MemoryValue, "unlimited", "unlimited", "제한 없음"},
		{"of a limit", explain.MemoryValue, "3 of 128", "3 of 128", "128개 중 3개"},
		{"too short", explain.MemoryValue, "1ms, rounded up", "1ms, rounded up", "1ms(올림)"},
		{"no sample", explain.MemoryValue, "not measured", "not measured", "재지 않음"},
		{"a sample", explain.MemoryValue, "7.52s, by the ACK of a FIN", "7.52s, by the ACK of a FIN", "7.52s(FIN의 ACK로 잰 값)"},
		{"an address", explain.MemoryValue, "10.0.0.1:7", "10.0.0.1:7", "10.0.0.1:7"},
		{"a stranger's value", explain.MemoryValue, "king of 7", "king of 7", "king of 7"},
		{"call", explain.CauseName, "restart", "restart", "재시작"},
		{"timer", explain.CauseName, "retransmission", "retransmission", "재전송"},
		{"segment", explain.CauseName, "SYN,ACK", "SYN,ACK", "SYN,ACK"},
		{"rule", explain.VerdictReason, "drop 1st syn", "rule: drop 1st syn", "규칙: drop 1st syn"},
		{"no rule", explain.VerdictReason, "no host has 02:00:00:00:00:66", "no host has 02:00:00:00:00:66", "주소가 02:00:00:00:00:66인 호스트가 없음"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.of(explain.English, tt.in); got != tt.en {
				t.Errorf("en: %q", got)
			}
			if got := tt.of(explain.Korean, tt.in); got != tt.ko {
				t.Errorf("ko: %q", got)
			}
		})
	}
}

func ExampleMemoryName() {
	fmt.Println(explain.MemoryName(explain.Korean, "receive buffer"), explain.MemoryValue(explain.Korean, "12 bytes"))
	fmt.Println(explain.StateName(explain.Korean, tcpstate.Unknown), explain.StateName(explain.Korean, tcpstate.Established))
	// Output:
	// 수신 버퍼 12바이트
	// 알 수 없음 ESTABLISHED
}
