package explain

import "statelab/capture/tcpstate"

// moves are the edges of RFC 9293 Figure 5 and those that §3.10 adds, each as
// what it means to the end that takes it.
var moves = map[move]moveText{
	{tcpstate.Closed, tcpstate.Listen}: {section: "RFC 9293 §3.10.1", text: text{
		En: "{who} now waits for a SYN from anyone. It remembers its port, and no peer yet.",
		Ko: "{who|이/가} 이제 누구의 SYN이든 기다립니다. 포트만 기억할 뿐 아직 상대는 없습니다.",
	}},
	{tcpstate.Closed, tcpstate.SynSent}: {section: "RFC 9293 §3.10.1", text: text{
		En: "{who} has sent its SYN and remembers the number it chose; it now waits for {peer}'s SYN-ACK.",
		Ko: "{who|은/는} SYN을 보내고 자신이 고른 번호를 기억합니다. 이제 {peer}의 SYN-ACK를 기다립니다.",
	}},
	{tcpstate.Closed, tcpstate.SynReceived}: {section: "RFC 9293 §3.10.7.2", text: text{
		En: "{who} has answered a SYN with its own; it now waits for the ACK of its SYN.",
		Ko: "{who|은/는} SYN에 자신의 SYN으로 답했고, 이제 그 SYN의 ACK를 기다립니다.",
	}},
	{tcpstate.Listen, tcpstate.SynSent}: {section: "RFC 9293 §3.10.2", text: text{
		En: "{who} stops waiting for others and sends a SYN itself: a listener that turned active.",
		Ko: "{who|은/는} 기다리기를 그만두고 직접 SYN을 보냅니다. 수동에서 능동으로 바뀐 것입니다.",
	}},
	{tcpstate.Listen, tcpstate.SynReceived}: {section: "RFC 9293 §3.10.7.2", text: text{
		En: "{who} has answered {peer}'s SYN and now waits for the ACK of its own: a connection in the making, already remembered.",
		Ko: "{who|은/는} {peer}의 SYN에 답했고 자기 SYN의 ACK를 기다립니다. 아직 맺는 중인 연결이지만 이미 기억하고 있습니다.",
	}},
	{tcpstate.Listen, tcpstate.Established}: {section: "RFC 4987 §3.6", text: text{
		En: "The ACK brought back a SYN cookie: {who} had remembered nothing of the SYN, and rebuilds the connection from the number.",
		Ko: "ACK가 SYN 쿠키를 되가져왔습니다. {who|은/는} SYN을 전혀 기억하지 않았고, 그 번호로 연결을 되살립니다.",
	}},
	{tcpstate.Listen, tcpstate.Closed}: {section: "RFC 9293 §3.10.4", text: text{
		En: "{who} stops listening: from now on a SYN to this port gets an RST.",
		Ko: "{who|이/가} 더는 연결을 기다리지 않습니다. 이제 이 포트로 오는 SYN은 RST를 받습니다.",
	}},
	{tcpstate.SynSent, tcpstate.SynReceived}: {section: "RFC 9293 §3.10.7.3", text: text{
		En: "Both asked at the same time (simultaneous open): {who} acknowledges {peer}'s SYN and waits for the ACK of its own.",
		Ko: "양쪽이 동시에 요청했습니다(동시 개방). {who|은/는} {peer}의 SYN을 확인하고 자기 SYN의 ACK를 기다립니다.",
	}},
	{tcpstate.SynSent, tcpstate.Established}: {section: "RFC 9293 §3.10.7.3", text: text{
		En: "{peer}'s SYN-ACK has come: for {who} the connection is open. {peer} does not know that yet.",
		Ko: "{peer}의 SYN-ACK가 왔습니다. {who} 쪽에서는 연결이 열렸지만, {peer|은/는} 아직 그 사실을 모릅니다.",
	}},
	{tcpstate.SynSent, tcpstate.Closed}: {section: "RFC 9293 §3.10.4", text: text{
		En: "{who} gives up asking before an answer came: it forgets the number it chose.",
		Ko: "{who|은/는} 답이 오기 전에 요청을 그만두고 자신이 고른 번호를 잊습니다.",
	}},
	{tcpstate.SynReceived, tcpstate.Established}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "The ACK of its SYN has come: for {who} too the connection is open. No application had to accept it.",
		Ko: "자기 SYN의 ACK가 왔습니다. {who} 쪽에서도 연결이 열렸으며, 애플리케이션이 accept를 부르지 않아도 열립니다.",
	}},
	{tcpstate.SynReceived, tcpstate.FinWait1}: {section: "RFC 9293 §3.10.4", text: text{
		En: "{who} closes at once: its FIN follows its SYN, and it waits for the ACK of both.",
		Ko: "{who|이/가} 곧바로 닫습니다. SYN에 이어 FIN을 보내고 둘의 ACK를 기다립니다.",
	}},
	{tcpstate.SynReceived, tcpstate.CloseWait}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{peer} has closed already: {who} can still send, and waits for its own application to close.",
		Ko: "{peer|은/는} 벌써 닫았습니다. {who|은/는} 아직 보낼 수 있고, 자기 애플리케이션이 닫기를 기다립니다.",
	}},
	{tcpstate.SynReceived, tcpstate.Listen}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{who} forgets the connection in the making and goes back to listening.",
		Ko: "{who|은/는} 맺던 연결을 잊고 다시 LISTEN으로 돌아갑니다.",
	}},
	{tcpstate.SynReceived, tcpstate.Closed}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{who} forgets the connection in the making.",
		Ko: "{who|은/는} 맺던 연결을 잊습니다.",
	}},
	{tcpstate.Established, tcpstate.FinWait1}: {section: "RFC 9293 §3.10.4", text: text{
		En: "{who} has sent its FIN: it sends no more data but still receives, and waits for the ACK of its FIN.",
		Ko: "{who|은/는} FIN을 보냈습니다. 더 보내지는 않지만 받을 수는 있고, 자기 FIN의 ACK를 기다립니다.",
	}},
	{tcpstate.Established, tcpstate.CloseWait}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{peer} has closed. {who} waits for its own application to close; no timer ends this, and until then it may send.",
		Ko: "{peer|이/가} 닫았습니다. {who|은/는} 자기 애플리케이션이 닫기를 기다립니다. 이 상태를 끝내는 타이머는 없으며, 그때까지 보낼 수 있습니다.",
	}},
	{tcpstate.FinWait1, tcpstate.FinWait2}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{who}'s FIN is acknowledged: its direction is closed, and it waits for {peer}'s FIN.",
		Ko: "{who}의 FIN이 확인되었습니다. 자기 방향은 닫혔고 {peer}의 FIN을 기다립니다.",
	}},
	{tcpstate.FinWait1, tcpstate.Closing}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "Both closed at the same time: {peer}'s FIN came before the ACK of {who}'s own, which is still missing.",
		Ko: "양쪽이 동시에 닫았습니다. {peer}의 FIN이 {who}의 FIN에 대한 ACK보다 먼저 왔고, 그 ACK를 아직 기다립니다.",
	}},
	{tcpstate.FinWait1, tcpstate.TimeWait}: {section: "RFC 9293 §3.3.2 Figure 5, note 2", text: text{
		En: "One segment brought {peer}'s FIN and the ACK of {who}'s own. {who} remembers the connection for 2 MSL, until old segments are gone.",
		Ko: "한 세그먼트가 {peer}의 FIN과 {who}의 FIN에 대한 ACK를 함께 가져왔습니다. {who|은/는} 옛 세그먼트가 사라질 때까지 2 MSL 동안 연결을 기억합니다.",
	}},
	{tcpstate.FinWait2, tcpstate.TimeWait}: {section: "RFC 9293 §3.10.7.4; §3.6.1", text: text{
		En: "Both directions are closed. {who} closed first, so it remembers for 2 MSL: to answer a repeated FIN, and until old segments are gone.",
		Ko: "양방향이 닫혔습니다. 먼저 닫은 {who|이/가} 2 MSL 동안 기억합니다. 다시 오는 FIN에 답하고 옛 세그먼트가 사라지기를 기다리기 위해서입니다.",
	}},
	{tcpstate.Closing, tcpstate.TimeWait}: {section: "RFC 9293 §3.10.7.4; §3.6.1", text: text{
		En: "The missing ACK has come: {who}, too, remembers the connection for 2 MSL, since both closed first.",
		Ko: "기다리던 ACK가 왔습니다. 양쪽 모두 먼저 닫은 셈이므로 {who|도/도} 2 MSL 동안 연결을 기억합니다.",
	}},
	{tcpstate.CloseWait, tcpstate.LastAck}: {section: "RFC 9293 §3.10.4", text: text{
		En: "{who} has closed as well: its FIN is sent, and only its ACK is missing.",
		Ko: "{who|도/도} 닫았습니다. FIN을 보냈고 그 ACK만 남았습니다.",
	}},
	{tcpstate.LastAck, tcpstate.Closed}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "The last ACK has come: {who} deletes its control block and remembers nothing. Having closed second, it need not wait.",
		Ko: "마지막 ACK가 왔습니다. {who|은/는} 제어 블록을 지우고 아무것도 기억하지 않습니다. 나중에 닫았으므로 기다릴 필요가 없습니다.",
	}},
	{tcpstate.Closing, tcpstate.Closed}: {section: "RFC 9293 §3.6", text: text{
		En: "{who} has closed and remembers nothing of the connection.",
		Ko: "{who|은/는} 연결을 닫고 아무것도 기억하지 않습니다.",
	}},
	{tcpstate.TimeWait, tcpstate.Closed}: {section: "RFC 9293 §3.10.8", text: text{
		En: "2 MSL have passed: {who} forgets the connection; its addresses and ports are free again.",
		Ko: "2 MSL이 지났습니다. {who|은/는} 연결을 잊고, 주소와 포트의 조합을 다시 쓸 수 있습니다.",
	}},
	{tcpstate.TimeWait, tcpstate.SynReceived}: {section: "RFC 9293 §3.6.1", text: text{
		En: "A new SYN with a higher number arrived in TIME-WAIT: {who} opens a new connection in place of the old one.",
		Ko: "TIME-WAIT에 더 큰 번호의 새 SYN이 왔습니다. {who|은/는} 옛 연결 자리에 새 연결을 엽니다.",
	}},
}
