package explain

// Calls of an application.
var (
	listenText = text{
		En: "{who}'s {call}: from now on its stack completes handshakes by itself and queues them.",
		Ko: "{who}의 {call}: 이제부터 스택이 스스로 핸드셰이크를 끝내고 연결을 백로그(대기열)에 넣습니다.",
	}
	connectingText = text{
		En: "{who}'s {call}: its stack chooses a number and sends a SYN; the call waits for the answer.",
		Ko: "{who}의 {call}: 스택이 번호를 골라 SYN을 보내고, 호출은 답을 기다립니다.",
	}
	connectText = text{
		En: "{who}'s {call}: at this end the connection is open. Whether an application at the other has accepted, this does not say.",
		Ko: "{who}의 {call}: 이쪽에서는 연결이 열렸다는 뜻입니다. 상대 애플리케이션이 accept했는지는 알 수 없습니다.",
	}
	acceptingText = text{
		En: "{who}'s {call}: it waits for a connection whose handshake its stack has completed.",
		Ko: "{who}의 {call}: 스택이 핸드셰이크를 끝낸 연결을 기다립니다.",
	}
	acceptText = text{
		En: "{who}'s {call}: it takes a connection from the queue. The handshake was over before; the local port stays the same.",
		Ko: "{who}의 {call}: 백로그에서 연결을 꺼냅니다. 핸드셰이크는 이미 끝났고 로컬 포트는 그대로입니다.",
	}
	writingText = text{
		En: "{who}'s {call}: it hands these bytes to its stack and waits for room in the send buffer.",
		Ko: "{who}의 {call}: 바이트를 스택에 넘기며 송신 버퍼에 빈자리가 나기를 기다립니다.",
	}
	writeText = text{
		En: "{who}'s {call}: the bytes are in the send buffer. That is all that success means: buffered, not delivered.",
		Ko: "{who}의 {call}: 바이트가 송신 버퍼에 들어갔습니다. 성공은 버퍼에 담겼다는 뜻일 뿐 전달되었다는 뜻이 아닙니다.",
	}
	readingText = text{
		En: "{who}'s {call}: it waits until bytes are in the receive buffer.",
		Ko: "{who}의 {call}: 수신 버퍼에 바이트가 들어올 때까지 기다립니다.",
	}
	readText = text{
		En: "{who}'s {call}: it takes what the receive buffer holds: a stream of bytes, without the bounds of writes.",
		Ko: "{who}의 {call}: 수신 버퍼에 있는 것을 꺼냅니다. 바이트 스트림이므로 write의 경계는 남지 않습니다.",
	}
	shutdownText = text{
		En: "{who}'s {call}: a FIN follows what is still buffered; unlike after close, it can go on reading.",
		Ko: "{who}의 {call}: 버퍼의 데이터 뒤에 FIN을 보냅니다. close와 달리 계속 읽을 수 있습니다.",
	}
	closeText = text{
		En: "{who}'s {call}: a FIN follows what is still buffered, or an RST if data lies unread.",
		Ko: "{who}의 {call}: 버퍼의 데이터 뒤에 FIN을 보내고, 읽지 않은 데이터가 있으면 RST를 보냅니다.",
	}
	closeIfOpenText = text{
		En: "{who}'s {call}: if the connection is still open at this end, a FIN follows what is still buffered, or an RST if data lies unread.",
		Ko: "{who}의 {call}: 이쪽 연결이 아직 열려 있으면 버퍼의 데이터 뒤에 FIN을 보내고, 읽지 않은 데이터가 있으면 RST를 보냅니다.",
	}
	closeListenerText = text{
		En: "{who}'s {call}: no new connection is taken from now on. Those that were accepted go on; those that still wait for accept are reset.",
		Ko: "{who}의 {call}: 이제 새 연결을 받지 않습니다. 이미 accept한 연결은 그대로 이어지고, 아직 accept를 기다리는 연결은 RST로 끊깁니다.",
	}
	closeLingerText = text{
		En: "{who}'s {call}: with SO_LINGER 0 an RST goes out instead of a FIN, and what is still buffered is thrown away.",
		Ko: "{who}의 {call}: SO_LINGER 0이므로 FIN 대신 RST를 보내고, 버퍼에 남은 것은 버립니다.",
	}
	closeAgainText = text{
		En: "{who}'s {call}: its FIN went out before, so nothing need be sent now; it reads no more. Only if data lies unread, an RST follows.",
		Ko: "{who}의 {call}: FIN은 이미 보냈으므로 지금 보낼 것은 없고, 더는 읽지 않습니다. 읽지 않은 데이터가 있을 때만 RST를 보냅니다.",
	}
	closeTimeWaitText = text{
		En: "{who}'s {call}: both directions were closed before, and nothing is sent. Only its stack still remembers the connection.",
		Ko: "{who}의 {call}: 양방향이 이미 닫혀 있어 아무것도 보내지 않습니다. 이제 스택만 연결을 기억합니다.",
	}
	closeOverText = text{
		En: "{who}'s {call}: the connection was over before, so nothing is sent; only the socket is given up.",
		Ko: "{who}의 {call}: 연결은 이미 끝났으므로 아무것도 보내지 않고 소켓만 정리합니다.",
	}
	setLingerText = text{
		En: "{who}'s {call}: from now on its close sends an RST instead of a FIN. The option itself does not go over the wire.",
		Ko: "{who}의 {call}: 이제 close가 FIN 대신 RST를 보냅니다. 옵션 자체는 회선으로 나가지 않습니다.",
	}
	setsockoptText = text{
		En: "{who}'s {call}: it sets an option of its socket; nothing of that goes over the wire.",
		Ko: "{who}의 {call}: 소켓 옵션을 설정합니다. 회선으로는 아무것도 나가지 않습니다.",
	}
	restartText = text{
		En: "{who}'s {call}: every connection it had is forgotten, without a word on the wire.",
		Ko: "{who}의 {call}: 가지고 있던 모든 연결을 잊습니다. 회선으로는 아무것도 알리지 않습니다.",
	}
	otherCallText = text{En: "{who}'s application: {call}.", Ko: "{who}의 애플리케이션: {call}."}
)

// Results that are worth a sentence.
var (
	eofText = text{
		En: "{who}'s {call}: it has reached the FIN, and nothing more will come. Its own direction stays open until it closes that too.",
		Ko: "{who}의 {call}: FIN에 닿아 더 올 것이 없습니다. 자신의 방향은 스스로 닫을 때까지 열려 있습니다.",
	}
	eofClosedText = text{
		En: "{who}'s {call}: it has reached the FIN, and nothing more will come. Its own direction was closed before.",
		Ko: "{who}의 {call}: FIN에 닿아 더 올 것이 없습니다. 자신의 방향은 이미 닫았습니다.",
	}
	eofResetText = text{
		En: "{who}'s {call}: nothing more will come. The connection is over at this end, and by an RST.",
		Ko: "{who}의 {call}: 더 올 것이 없습니다. 이쪽의 연결은 RST로 이미 끝났습니다.",
	}
	errRefusedText = text{
		En: "{who}'s {call}: an RST came back, so the host is there, and nobody listens on that port.",
		Ko: "{who}의 {call}: RST가 돌아왔습니다. 호스트는 있지만 그 포트에서 연결을 기다리는 프로그램이 없습니다.",
	}
	errResetText = text{
		En: "{who}'s {call}: an RST ended the connection; what was still unread may be gone.",
		Ko: "{who}의 {call}: RST가 연결을 끝냈습니다. 아직 읽지 않은 것은 사라졌을 수 있습니다.",
	}
	errAbortedText = text{
		En: "{who}'s {call}: the connection was cut off at this end.",
		Ko: "{who}의 {call}: 이쪽에서 연결을 끊었습니다.",
	}
	errPipeText = text{
		En: "{who}'s {call}: nothing can be sent any more, as this side had closed or an RST came. An earlier write may have seemed to succeed.",
		Ko: "{who}의 {call}: 이쪽이 이미 닫았거나 RST가 와서 더는 보낼 수 없습니다. 앞선 write는 성공한 것처럼 보였을 수 있습니다.",
	}
	errDeadlineText = text{
		En: "{who}'s {call}: the application's own time limit has passed; the connection itself goes on.",
		Ko: "{who}의 {call}: 애플리케이션이 정한 시한이 지났을 뿐, 연결 자체는 이어집니다.",
	}
	errTimeoutText = text{
		En: "{who}'s {call}: nobody answered, not even with RST, and the stack gave up.",
		Ko: "{who}의 {call}: RST조차 오지 않아 스택이 포기했습니다.",
	}
	errInUseText = text{
		En: "{who}'s {call}: another socket holds this port, or a connection of it is still in TIME-WAIT.",
		Ko: "{who}의 {call}: 다른 소켓이 이 포트를 쓰고 있거나, 이 포트의 연결이 아직 TIME-WAIT에 있습니다.",
	}
	errUnreachableText = text{
		En: "{who}'s {call}: a router, or its own stack, knows no way there.",
		Ko: "{who}의 {call}: 라우터나 자신의 스택이 그곳으로 가는 길을 모릅니다.",
	}
	errClosedText = text{
		En: "{who}'s {call}: its own side had closed this socket.",
		Ko: "{who}의 {call}: 이미 스스로 닫은 소켓입니다.",
	}
	errWouldBlockText = text{
		En: "{who}'s {call}: there is no room, or nothing to read, just now.",
		Ko: "{who}의 {call}: 지금은 빈자리나 읽을 것이 없습니다.",
	}
)
