package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"statelab/capture/explain"
	"statelab/capture/filter"
	"statelab/capture/live"
	"statelab/capture/trace"
)

// check is one thing that a machine allows or does not.
type check struct {
	Name    trace.Text `json:"name"`
	OK      bool       `json:"ok"`
	Found   string     `json:"found"`
	shown   trace.Text // Found for a screen, where it is not a name or a message of the system
	Needed  trace.Text `json:"needed_for"`
	Remedy  string     `json:"remedy,omitempty"`  // a line to paste
	Instead trace.Text `json:"instead,omitempty"` // what works without
}

func newDoctor(e *env) *cobra.Command {
	var lang, format string
	c := &cobra.Command{
		Use:     "doctor",
		Short:   "Say what this machine allows, and the exact remedy for each no",
		Example: "  statelab doctor",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := chooseLang(e, lang)
			if err != nil {
				return err
			}
			checks := examine(cmd.Context())
			switch format {
			case "text":
				return printChecks(e, l, checks)
			case "json":
				enc := json.NewEncoder(e.stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(checks)
			}
			return misusef("doctor prints text or json, not %q", format)
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "language: en or ko (default from the locale)")
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// chooseLang reads --lang, or falls back to the locale.
func chooseLang(e *env, flag string) (explain.Lang, error) {
	if flag == "" {
		return e.lang(), nil
	}
	l, err := explain.ParseLang(flag)
	if err != nil {
		return l, misuse{err}
	}
	return l, nil
}

func examine(ctx context.Context) []check {
	checks := []check{{
		Name: trace.Text{En: "virtual network", Ko: "가상 네트워크"}, OK: true, Found: "gVisor netstack, in this process",
		shown:  trace.Text{En: "gVisor netstack, in this process", Ko: "이 프로세스 안의 gVisor netstack"},
		Needed: trace.Text{En: "every lesson; needs no root", Ko: "모든 학습 시나리오. root가 필요 없습니다"},
	}}
	checks = append(checks, checkInterfaces(), checkCapture(ctx))
	checks = append(checks, checkSystem()...)
	return append(checks, checkProgram("wireshark", "sudo apt install wireshark"), checkProgram("tshark", "sudo apt install tshark"))
}

func checkInterfaces() check {
	c := check{
		Name:   trace.Text{En: "network interfaces", Ko: "네트워크 인터페이스"},
		Needed: trace.Text{En: "--net host, capture", Ko: "--net host, capture"},
	}
	all, err := live.Interfaces()
	if err != nil {
		c.Found = err.Error()
		return c
	}
	var en, ko []string
	for _, i := range all {
		name, down, downKo := trace.Escape(i.Name), " (down)", "(꺼짐)"
		if i.Up {
			c.OK = c.OK || i.Loopback
			down, downKo = "", ""
		}
		en, ko = append(en, name+down), append(ko, name+downKo)
	}
	c.Found = strings.Join(en, ", ")
	c.shown = trace.Text{En: c.Found, Ko: strings.Join(ko, ", ")}
	if !c.OK {
		c.Remedy = "sudo ip link set lo up"
	}
	return c
}

// checkCapture tries it: opening the loopback interface is the only proof.
func checkCapture(ctx context.Context) check {
	c := check{
		Name:    trace.Text{En: "right to capture", Ko: "패킷 캡처 권한"},
		Needed:  trace.Text{En: "capture, serve --capture", Ko: "capture, serve --capture"},
		Instead: trace.Text{En: "--net virtual captures without rights; inspect reads files", Ko: "--net virtual은 권한 없이 캡처하고, inspect는 파일을 읽습니다"},
	}
	name := "lo"
	if all, err := live.Interfaces(); err == nil {
		for _, i := range all {
			if i.Loopback && i.Up {
				name = i.Name
			}
		}
	}
	h, err := live.Open(ctx, live.Options{Interface: name, Filter: filter.ForLink("port 1", filter.Options{Kernel: true})})
	if err == nil {
		c.OK, c.Found = true, "packet socket on "+name
		c.shown = trace.Text{En: "packet socket on " + trace.Escape(name), Ko: trace.Escape(name) + "의 패킷 소켓"}
		if err := h.Close(); err != nil {
			c.Found += ": " + err.Error()
			c.shown = trace.Text{}
		}
		return c
	}
	c.Found = firstLine(err.Error())
	c.shown = trace.Text{En: firstLine(inLanguage(err, explain.English).Error()), Ko: firstLine(inLanguage(err, explain.Korean).Error())}
	if p, ok := errors.AsType[*live.PrivilegeError](err); ok {
		c.Remedy = p.Remedy()
	}
	return c
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func checkProgram(name, remedy string) check {
	c := check{
		Name:    trace.Text{En: name, Ko: name},
		Needed:  trace.Text{En: "to open the traces elsewhere", Ko: "트레이스를 다른 도구로 열 때"},
		Instead: trace.Text{En: "statelab inspect reads them", Ko: "statelab inspect로 읽을 수 있습니다"},
	}
	path, err := exec.LookPath(name)
	if err != nil {
		c.Found, c.Remedy = "not found", remedy
		c.shown = trace.Text{En: "not found", Ko: "없음"}
		return c
	}
	c.OK, c.Found = true, path
	return c
}

func printChecks(e *env, l explain.Lang, checks []check) error {
	width := 0
	for _, c := range checks {
		width = max(width, ansi.StringWidth(l.Of(c.Name)))
	}
	for _, c := range checks {
		mark := "✓"
		if !c.OK {
			mark = "✗"
		}
		name := l.Of(c.Name)
		pad := strings.Repeat(" ", width-ansi.StringWidth(name))
		lines := []string{fmt.Sprintf("%s %s%s  %s", mark, name, pad, cmp.Or(l.Of(c.shown), c.Found))}
		indent := strings.Repeat(" ", width+4)
		lines = append(lines, indent+l.Of(trace.Text{En: "for: ", Ko: "용도: "})+l.Of(c.Needed))
		if !c.OK && c.Remedy != "" {
			lines = append(lines, indent+l.Of(trace.Text{En: "paste: ", Ko: "붙여 넣기: "})+c.Remedy)
		}
		if !c.OK && c.Instead.En != "" {
			lines = append(lines, indent+l.Of(trace.Text{En: "without it: ", Ko: "없어도: "})+l.Of(c.Instead))
		}
		if _, err := fmt.Fprintln(e.stdout, strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return nil
}
