package explain_test

import (
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/trace"
)

// What the protocol forbids is said in a sentence of its own, with its section.
func TestWebSocketProblems(t *testing.T) {
	t.Parallel()
	problems := map[string]string{
		http1.WSUnmasked: "§5.1", http1.WSMasked: "§5.1", http1.WSReservedBits: "§5.2", http1.WSReserved: "§5.2", http1.WSLength: "§5.2",
		http1.WSControlLong: "§5.5", http1.WSControlCut: "§5.5", http1.WSStray: "§5.4", http1.WSInterrupted: "§5.4", http1.WSCloseCode: "§7.4",
		http1.WSCloseReason: "§5.5.1", http1.WSText: "§8.1", http1.WSAfterClose: "§5.5.1",
	}
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		x := explain.New(lang)
		told := func(f http1.WebSocketFrame) explain.Explanation {
			return x.Explain(&trace.Event{Kind: trace.KindWebSocket, From: client, To: server, WebSocket: &f})
		}
		plain := told(http1.WebSocketFrame{Fin: true, Opcode: http1.OpBinary})
		for problem, section := range problems {
			e := told(http1.WebSocketFrame{Fin: true, Opcode: http1.OpBinary, Problems: []string{problem}})
			if len(e.Sentence) < len(plain.Sentence)+5 || !strings.HasSuffix(e.Section, section) {
				t.Errorf("%v, %s: %s [%s]", lang, problem, e.Sentence, e.Section)
			}
		}
		none := told(http1.WebSocketFrame{Fin: true, Opcode: http1.OpClose, CloseCode: 1005})
		sent := told(http1.WebSocketFrame{Fin: true, Opcode: http1.OpClose, CloseCode: 1005, Length: 2})
		if strings.Contains(none.Sentence, "1005") || !strings.Contains(sent.Sentence, "1005") {
			t.Errorf("%v: %s / %s", lang, none.Sentence, sent.Sentence)
		}
	}
}
