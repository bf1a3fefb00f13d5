package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"runtime"

	"github.com/spf13/pflag"
	"golang.org/x/net/bpf"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/filter"
	"statelab/capture/live"
	"statelab/capture/trace"
)

// filterFlag is an expression of tcpdump's filter language.
type filterFlag struct{ expr string }

func (f *filterFlag) register(fs *pflag.FlagSet, usage string) {
	fs.StringVar(&f.expr, "filter", "", usage)
}

// resolve refuses an expression that cannot be read. An Ethernet frame tells all
// that a frame can tell, so what is wrong of it is wrong of any.
func (f *filterFlag) resolve(lang explain.Lang) error {
	_, err := filter.Compile(f.expr, capture.LinkEthernet, filter.Options{Kernel: true})
	return misuseOfFilter(err, lang)
}

// misuseOfFilter gives an error in an expression its language, and says that it
// is the caller's.
func misuseOfFilter(err error, lang explain.Lang) error {
	var e *filter.Error
	if errors.As(err, &e) {
		return misuse{translated{err, "--filter: " + e.Text(lang.String())}}
	}
	return err
}

// frames leaves out the frames that do not pass; those that do keep their
// numbers. A frame of a link type that cannot be filtered does not pass, which
// is said once.
func (f *filterFlag) frames(e *env, src capture.Source, lang explain.Lang) capture.Source {
	if f.expr == "" {
		return src
	}
	return func(yield func(capture.Frame, error) bool) {
		programs := map[capture.LinkType]*filter.Program{}
		asks, told := filter.AsksDirection(f.expr), false
		for fr, err := range src {
			if err != nil {
				yield(fr, err)
				return
			}
			if asks && !told && fr.Direction == capture.DirectionUnknown && fr.Link != capture.LinkSLL && fr.Link != capture.LinkSLL2 {
				told = true
				fmt.Fprintln(e.stderr, "statelab: "+fmt.Sprintf(lang.Of(trace.Text{
					En: "--filter: the trace does not say which way frame %d went: it is neither inbound nor outbound",
					Ko: "--filter: 트레이스에 프레임 %d의 방향이 없습니다. inbound도 outbound도 아닌 것으로 봅니다",
				}), fr.Number))
			}
			p, known := programs[fr.Link]
			switch {
			case known:
			case filter.Supported(fr.Link):
				p, err = filter.Compile(f.expr, fr.Link, filter.Options{})
				if err != nil {
					yield(capture.Frame{}, misuseOfFilter(err, lang))
					return
				}
			default:
				fmt.Fprintln(e.stderr, "statelab: "+fmt.Sprintf(lang.Of(trace.Text{
					En: "--filter: frames of link type %v cannot be filtered: they are left out",
					Ko: "--filter: 링크 계층 %v의 프레임은 거를 수 없어 모두 뺍니다",
				}), fr.Link))
			}
			programs[fr.Link] = p
			if p != nil && p.Match(&fr) && !yield(fr, nil) {
				return
			}
		}
	}
}

// live returns the program for a capture on an interface, which also asks for
// TCP of one of the ports, unless the first is 0. The expression comes first:
// after "vlan" the port is that of tagged frames.
func (f *filterFlag) live(iface string, lang explain.Lang, ports ...uint16) live.Filter {
	of := ""
	if ports[0] != 0 {
		of = fmt.Sprintf("tcp port %d", ports[0])
		for _, p := range ports[1:] {
			of += fmt.Sprintf(" or tcp port %d", p)
		}
	}
	if f.expr == "" && of == "" {
		return nil
	}
	o := filter.Options{Kernel: runtime.GOOS == "linux", Netmask: netmask(iface)}
	return func(link capture.LinkType) ([]bpf.Instruction, error) {
		p, err := filter.Compile(f.expr, link, o)
		if err == nil && of != "" {
			expr := of
			if f.expr != "" {
				expr = "(" + f.expr + ") and (" + of + ")"
			}
			p, err = filter.Compile(expr, link, o)
		}
		if err != nil {
			return nil, misuseOfFilter(err, lang)
		}
		code := p.Instructions()
		if _, err := bpf.NewVM(code); err != nil && !o.Kernel {
			// It is this process that filters there, and it is not told which way
			// a frame went.
			return nil, misusef("--filter: %s", lang.Of(trace.Text{
				En: "inbound and outbound need the filter of Linux's kernel in a live capture",
				Ko: "실시간 캡처에서 inbound와 outbound는 리눅스 커널의 필터가 있어야 합니다",
			}))
		}
		return code, nil
	}
}

// netmask returns the mask of an interface's first IPv4 network; 0 for none.
func netmask(name string) uint32 {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return 0
	}
	addrs, _ := ifi.Addrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && len(n.Mask) == net.IPv4len {
			return binary.BigEndian.Uint32(n.Mask)
		}
	}
	return 0
}

// String describes the filter for the title of a capture; empty for none.
func (f *filterFlag) String() string {
	if f.expr == "" {
		return ""
	}
	return " (" + trace.Escape(f.expr) + ")"
}
