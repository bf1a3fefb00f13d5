package live

import (
	"fmt"
	"strings"
)

// PrivilegeError says that the system does not let this process capture.
type PrivilegeError struct {
	Interface string
	// Executable is the path of the running program, for the remedy.
	Executable string
	Err        error
}

// Error names the cause and what to do.
func (e *PrivilegeError) Error() string { return e.Text("en") }

// Text returns the message in "ko", or in English.
func (e *PrivilegeError) Text(lang string) string {
	if lang == "ko" {
		return fmt.Sprintf("%s 인터페이스를 캡처할 권한이 없습니다: %v\n해결: %s\n또는 권한이 필요 없는 가상 네트워크의 수업을 보십시오: statelab tcp demo", e.Interface, e.Err, e.Remedy())
	}
	return fmt.Sprintf("no right to capture on %s: %v\nhint: %s\nor watch a lesson on the virtual network, which needs no rights: statelab tcp demo", e.Interface, e.Err, e.Remedy())
}

func (e *PrivilegeError) Unwrap() error { return e.Err }

// InterfaceError says that an interface does not exist, is down, or has a link
// layer that cannot be captured.
type InterfaceError struct {
	Name string
	// Known lists the interfaces that exist, the likeliest meant first. It is
	// set when Name is none of them.
	Known []string
	// Down is set when the interface exists and is not up.
	Down bool
	// Hardware is the ARP hardware type of an interface that cannot be read, 0
	// otherwise.
	Hardware int
}

// Error names the cause and what to do.
func (e *InterfaceError) Error() string { return e.Text("en") }

// Text returns the message in "ko", or in English.
func (e *InterfaceError) Text(lang string) string {
	ko := lang == "ko"
	known := strings.Join(e.Known, ", ")
	switch {
	case e.Down && ko:
		return fmt.Sprintf("%s 인터페이스가 꺼져 있습니다\n해결: sudo ip link set %s up", e.Name, e.Name)
	case e.Down:
		return fmt.Sprintf("interface %s is down\nhint: sudo ip link set %s up", e.Name, e.Name)
	case e.Hardware != 0 && ko:
		return fmt.Sprintf("%s 인터페이스의 링크 계층(ARP 하드웨어 종류 %d)은 지원하지 않습니다", e.Name, e.Hardware)
	case e.Hardware != 0:
		return fmt.Sprintf("interface %s has a link layer that is not supported (ARP hardware type %d)", e.Name, e.Hardware)
	case e.Name == "" && ko:
		return "캡처할 인터페이스를 지정하지 않았습니다\n해결: -i로 하나를 지정하십시오. 사용할 수 있는 인터페이스: " + known
	case e.Name == "":
		return "no interface to capture on was named\nhint: name one with -i; this machine has " + known
	case ko:
		return fmt.Sprintf("%q 인터페이스가 없습니다\n사용할 수 있는 인터페이스: %s", e.Name, known)
	}
	return fmt.Sprintf("no interface %q\nhint: this machine has %s", e.Name, known)
}

// UnsupportedError says that live capture is not built for this platform.
type UnsupportedError struct{ Platform string }

// Error names the cause and what to do.
func (e *UnsupportedError) Error() string { return e.Text("en") }

// Text returns the message in "ko", or in English.
func (e *UnsupportedError) Text(lang string) string {
	if lang == "ko" {
		return fmt.Sprintf("%s에서는 실시간 캡처를 지원하지 않습니다\n해결: Wireshark나 dumpcap으로 캡처한 파일을 statelab inspect FILE로 읽거나, 가상 네트워크의 수업을 보십시오: statelab tcp demo", e.Platform)
	}
	return fmt.Sprintf("live capture is not available on %s\nhint: capture with Wireshark or dumpcap and read the file with statelab inspect FILE, or watch a lesson on the virtual network: statelab tcp demo", e.Platform)
}
