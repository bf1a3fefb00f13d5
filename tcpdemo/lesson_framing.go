package tcpdemo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"statelab/capture/trace"
)

// framing shows that TCP carries octets, not messages (RFC 9293 §2.2): where
// one message ends is the application's own business.
func framing() Scenario {
	return Scenario{
		Name:   "framing",
		Title:  trace.Text{En: "A stream of bytes: three writes are one read, one write is several", Ko: "바이트 스트림: write 세 번이 read 한 번이 되고, write 한 번이 read 여러 번이 됩니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "Compare the client's writes with the server's reads. No segment says where a write began or ended.",
				Ko: "클라이언트의 write와 서버의 read를 비교해 보십시오. write의 시작과 끝을 알려 주는 세그먼트는 없습니다.",
			},
			{
				En: "So each protocol on TCP marks its messages itself: a newline, a length, a FIN.",
				Ko: "그래서 TCP 위의 프로토콜은 메시지의 경계를 스스로 표시합니다. 줄바꿈이나 길이, FIN을 씁니다.",
			},
		},
		Run: frameMessages,
	}
}

func frameMessages(l *Lab) error {
	l.Step(`Three writes, one read: "onetwothree"`, `write 세 번, read 한 번: "onetwothree"`)
	p, err := l.connect(discardPort)
	if err != nil {
		return err
	}
	if err := write(p.client, "one", "two", "three"); err != nil {
		return err
	}
	l.Sleep(crossing)
	buffer := make([]byte, 64<<10)
	n, err := p.server.Read(buffer)
	if err != nil {
		return err
	}
	const all = "onetwothree"
	if got := string(buffer[:n]); got != all {
		if err := l.surprised(fmt.Errorf("three writes became a read of %q", got)); err != nil {
			return err
		}
		if _, err := io.ReadFull(p.server, buffer[n:max(n, len(all))]); err != nil { // the next step counts its own
			return err
		}
	}
	if err := l.readInPieces(p); err != nil {
		return err
	}
	return l.frameLines(p)
}

// readInPieces makes one write into several reads.
func (l *Lab) readInPieces(p *pair) error {
	l.Step("One write of 3,000 bytes: how many reads?", "3,000바이트를 write 한 번으로 보냅니다. read는 몇 번일까요?")
	reads, err := l.count(p, 3000)
	if err != nil {
		return err
	}
	if reads > 1 {
		l.Note(
			fmt.Sprintf("%d reads: the reader was quick, and took each segment as it came.", reads),
			fmt.Sprintf("read %d번: 세그먼트가 도착하는 대로 읽었습니다.", reads))
		return nil
	}
	l.Note(
		"One read: on this path a single segment holds them all. 100,000 bytes are more than any segment holds.",
		"read 한 번: 이 경로에서는 세그먼트 하나에 모두 들어갑니다. 100,000바이트는 세그먼트 하나에 들어가지 않습니다.")
	if reads, err = l.count(p, 100_000); err != nil {
		return err
	}
	if err := l.amiss(reads < 2, "one write of 100000 bytes became %d read", reads); err != nil {
		return err
	}
	l.Note(
		fmt.Sprintf("One write of 100,000 bytes, %d reads.", reads),
		fmt.Sprintf("100,000바이트 write 한 번, read %d번.", reads))
	return nil
}

// count is how many reads one write of size bytes becomes.
func (l *Lab) count(p *pair, size int) (reads int, err error) {
	written := make(chan error, 1)
	l.Go(func() { written <- write(p.client, strings.Repeat("x", size)) }) // more than the buffers hold has to be read meanwhile
	buffer := make([]byte, 64<<10)
	for got := 0; got < size; reads++ {
		n, err := p.server.Read(buffer)
		if err != nil {
			return reads, err
		}
		got += n
	}
	l.Sleep(pause)
	err, late := left(written, "the end of the write")
	return reads, errors.Join(err, late)
}

// frameLines marks the end of each message by a newline.
func (l *Lab) frameLines(p *pair) error {
	l.Step("With a mark of their own (a newline) the messages are found again", "줄바꿈으로 경계를 표시하면 메시지를 다시 찾을 수 있습니다")
	if err := write(p.client, "one\n", "two\n", "three\n"); err != nil {
		return err
	}
	l.Sleep(crossing)
	var messages []string
	server := &countedReads{Reader: p.server}
	for lines := bufio.NewScanner(server); len(messages) < 3 && lines.Scan(); {
		messages = append(messages, lines.Text())
	}
	if !slices.Equal(messages, []string{"one", "two", "three"}) {
		if err := l.surprised(fmt.Errorf("three lines were read as %q", messages)); err != nil {
			return err
		}
	}
	if server.n > 1 {
		l.Note(
			fmt.Sprintf("%d reads brought the bytes; it was the program that cut them at the newlines: %q.", server.n, messages),
			fmt.Sprintf("read %d번에 나뉘어 왔고, 줄바꿈에서 자른 것은 프로그램입니다: %q.", server.n, messages))
		return nil
	}
	l.Note(
		fmt.Sprintf("One read brought all the bytes again; it was the program that cut them at the newlines: %q.", messages),
		fmt.Sprintf("이번에도 read 한 번에 모두 왔고, 줄바꿈에서 자른 것은 프로그램입니다: %q.", messages))
	return nil
}

// countedReads counts the reads that it passes on.
type countedReads struct {
	io.Reader
	n int
}

func (c *countedReads) Read(p []byte) (int, error) {
	c.n++
	return c.Reader.Read(p)
}

// write makes a write of each text.
func write(c io.Writer, texts ...string) error {
	for _, text := range texts {
		if _, err := io.WriteString(c, text); err != nil {
			return err
		}
	}
	return nil
}
