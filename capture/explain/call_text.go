package explain

// Calls of an application.
var (
	listenText = text{
		En: "{who}'s application calls listen({args}): from now on its stack completes handshakes by itself and queues them.",
		Ko: "{who}의 애플리케이션이 listen({args})을 부릅니다. 이제 스택이 스스로 핸드셰이크를 끝내고 대기열에 넣습니다.",
	}
	connectingText = text{
		En: "{who}'s application calls connect({args}): its stack sends a SYN, and the call waits for the answer.",
		Ko: "{who}의 애플리케이션이 connect({args})를 부릅니다. 스택이 SYN을 보내고 호출은 답을 기다립니다.",
	}
	connectText = text{
		En: "{who}'s connect({args}) returns ({result}): the SYN-ACK has come. Whether anyone accepted there, it does not say.",
		Ko: "{who}의 connect({args})가 돌아옵니다({result}). SYN-ACK가 왔다는 뜻이며, 상대가 accept했는지는 알 수 없습니다.",
	}
	acceptingText = text{
		En: "{who}'s application calls accept: it waits for a connection whose handshake its stack has completed.",
		Ko: "{who}의 애플리케이션이 accept를 부릅니다. 스택이 핸드셰이크를 끝낸 연결을 기다립니다.",
	}
	acceptText = text{
		En: "{who}'s accept takes a connection from the queue ({result}): the handshake was over before, and the local port stays the same.",
		Ko: "{who}의 accept가 대기열에서 연결을 꺼냅니다({result}). 핸드셰이크는 이미 끝나 있었고 로컬 포트는 그대로입니다.",
	}
	writeText = text{
		En: "{who}'s application hands {n|byte} to its stack ({result}): success means buffered, not delivered.",
		Ko: "{who}의 애플리케이션이 {n}바이트를 스택에 넘깁니다({result}). 성공은 버퍼에 들어갔다는 뜻이지 전달되었다는 뜻이 아닙니다.",
	}
	readingText = text{
		En: "{who}'s application calls read: it waits until bytes are in the receive buffer.",
		Ko: "{who}의 애플리케이션이 read를 부릅니다. 수신 버퍼에 바이트가 들어올 때까지 기다립니다.",
	}
	readText = text{
		En: "{who}'s application takes {n|byte} from the receive buffer ({result}): a stream, which keeps no boundaries of writes.",
		Ko: "{who}의 애플리케이션이 수신 버퍼에서 {n}바이트를 꺼냅니다({result}). 스트림에는 write의 경계가 남지 않습니다.",
	}
	shutdownText = text{
		En: "{who}'s application calls shutdown({args}): a FIN follows what is still buffered, and it can go on reading.",
		Ko: "{who}의 애플리케이션이 shutdown({args})을 부릅니다. 버퍼의 데이터 뒤에 FIN을 보내고, 계속 읽을 수 있습니다.",
	}
	closeText = text{
		En: "{who}'s application closes its socket: a FIN follows what is still buffered, or an RST if data came in unread.",
		Ko: "{who}의 애플리케이션이 소켓을 닫습니다. 버퍼의 데이터 뒤에 FIN을 보내거나, 읽지 않은 데이터가 있으면 RST를 보냅니다.",
	}
	setsockoptText      = text{En: "{who}'s application sets a socket option: {args}.", Ko: "{who}의 애플리케이션이 소켓 옵션을 설정합니다: {args}."}
	otherCallText       = text{En: "{who}'s application calls {name}({args}).", Ko: "{who}의 애플리케이션이 {name}({args}) 호출을 합니다."}
	otherCallResultText = text{En: "{who}'s application calls {name}({args}): {result}.", Ko: "{who}의 애플리케이션이 {name}({args}) 호출을 합니다: {result}."}
)

// Results that are worth a sentence.
var (
	eofText = text{
		En: "{who}'s read returns EOF: the FIN has been reached, nothing more will come. {who} may still send, and must close.",
		Ko: "{who}의 read가 EOF를 돌려줍니다. FIN에 닿아 더 올 것이 없습니다. {who|은/는} 아직 보낼 수 있고, 직접 닫아야 합니다.",
	}
	errRefusedText = text{
		En: "{who}'s {name} fails, {result}: an RST came back, so the host is there, and nobody listens on that port.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). RST가 돌아왔으므로 호스트는 있지만 그 포트를 듣는 프로그램이 없습니다.",
	}
	errResetText = text{
		En: "{who}'s {name} fails, {result}: an RST ended the connection, and what was not yet read may be gone.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). RST가 연결을 끝냈고 아직 읽지 않은 것은 사라졌을 수 있습니다.",
	}
	errPipeText = text{
		En: "{who}'s {name} fails, {result}: the connection had ended before. The call before this one still seemed to succeed.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). 연결은 이미 끝나 있었습니다. 바로 앞의 호출은 성공한 것처럼 보였을 것입니다.",
	}
	errDeadlineText = text{
		En: "{who}'s {name} stops waiting, {result}: the application's own time limit; the connection itself goes on.",
		Ko: "{who}의 {name} 호출이 그만 기다립니다({result}). 애플리케이션이 정한 시한일 뿐 연결 자체는 이어집니다.",
	}
	errTimeoutText = text{
		En: "{who}'s {name} fails, {result}: nobody answered, not even with RST; the stack gave up.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). RST조차 오지 않아 스택이 포기했습니다.",
	}
	errInUseText = text{
		En: "{who}'s {name} fails, {result}: another socket still holds this port, or a connection of it is in TIME-WAIT.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). 다른 소켓이 이 포트를 쓰고 있거나 그 포트의 연결이 TIME-WAIT에 있습니다.",
	}
	errUnreachableText = text{
		En: "{who}'s {name} fails, {result}: a router or the own stack knows no way there.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). 라우터나 자신의 스택이 그곳으로 가는 길을 모릅니다.",
	}
	errClosedText = text{
		En: "{who}'s {name} fails, {result}: its own application had closed the socket.",
		Ko: "{who}의 {name} 호출이 실패합니다({result}). 자신의 애플리케이션이 이미 소켓을 닫았습니다.",
	}
	errWouldBlockText = text{
		En: "{who}'s {name} does nothing, {result}: no room or no bytes just now.",
		Ko: "{who}의 {name} 호출이 아무 일도 하지 않습니다({result}). 지금은 빈자리나 바이트가 없습니다.",
	}
)
