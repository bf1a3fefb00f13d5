package tcpdemo

import (
	"fmt"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// windowScale fills a long path: the 16-bit window field would allow 65,535
// octets in flight, and the shift allows more (RFC 7323 §2).
func windowScale() Scenario {
	return Scenario{
		Name:   "window-scale",
		Title:  trace.Text{En: "The window field has 16 bits, and is not in bytes: each SYN announces a shift", Ko: "윈도우 필드는 16비트이고 바이트 단위가 아닙니다: 시프트 값은 SYN에서 알립니다"},
		Claims: []string{"A1", "A2", "A3"},
		Look: []trace.Text{
			{
				En: "In a SYN the field is in bytes. After that it is shifted left by what its sender announced in its SYN: both ends must remember two shifts.",
				Ko: "SYN에서만 바이트 단위입니다. 그 뒤로는 보낸 쪽이 SYN에서 알린 만큼 왼쪽으로 시프트해 읽습니다. 양쪽은 시프트 값 두 개를 기억해야 합니다.",
			},
			{
				En: "A capture that began after the SYNs cannot know the shift: it shows the bare field.",
				Ko: "SYN 뒤에 시작한 캡처는 시프트 값을 알 수 없어서 필드 값만 보여 줍니다.",
			},
		},
		Network: network.Config{Delay: 50 * time.Millisecond, Cooperative: true},
		Fold:    true,
		Run: func(l *Lab) error {
			// With 65,535 octets in flight at most: slow start sends 10, 20 and 40
			// segments of 1,420 bytes, then comes one full window a round trip,
			// and the last octet arrives in the seventh.
			const size, unscaled = 300_000, 650 * time.Millisecond
			l.Step("Both SYNs carry a shift", "두 SYN에 시프트 값이 실려 있습니다")
			p, err := l.connect(discardPort)
			if err != nil {
				return err
			}
			l.Step("300,000 bytes on a path of 100 ms there and back", "왕복 100ms인 경로로 300,000바이트를 보냅니다")
			start := l.Now()
			if err := p.stream(p.client, p.server, size); err != nil {
				return err
			}
			took := l.Now().Sub(start)
			if err := l.amiss(took >= unscaled, "%d octets took %v, no better than without scaling", size, took); err != nil {
				return err
			}
			l.Note(
				fmt.Sprintf("It took %v. With at most 65,535 bytes in flight it would have taken %v by calculation: seven flights, one a round trip, of which the last need only arrive.", took, unscaled),
				fmt.Sprintf("걸린 시간은 %s입니다. 한 번에 65,535바이트까지만 보낼 수 있었다면 계산으로는 %s입니다. 왕복마다 한 번씩 일곱 번에 나눠 보내고, 마지막은 도착하기만 하면 됩니다.", inKorean(took), inKorean(unscaled)))
			return nil
		},
	}
}
