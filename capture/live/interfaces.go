package live

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Interface is one network interface of this machine.
type Interface struct {
	Name      string
	Index     int
	Up        bool
	Loopback  bool
	MTU       int
	Addresses []netip.Prefix
}

// Interfaces lists the machine's interfaces in the system's order.
func Interfaces() ([]Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	out := make([]Interface, 0, len(all))
	for _, i := range all {
		out = append(out, Interface{
			Name: i.Name, Index: i.Index, MTU: i.MTU,
			Up:       i.Flags&net.FlagUp != 0,
			Loopback: i.Flags&net.FlagLoopback != 0,
			// An interface that went away meanwhile has no addresses.
			Addresses: addresses(&i),
		})
	}
	return out, nil
}

func addresses(i *net.Interface) []netip.Prefix {
	all, err := i.Addrs()
	if err != nil {
		return nil
	}
	var out []netip.Prefix
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// ForAddress returns the interface on which traffic to and from a, an address
// of this machine, is seen by default: the loopback interface for a loopback
// address. Of an address that is every interface's, 0.0.0.0 or ::, the error is an
// *InterfaceError that lists them.
func ForAddress(a netip.Addr) (Interface, error) {
	all, err := Interfaces()
	if err != nil {
		return Interface{}, err
	}
	a = a.Unmap().WithZone("")
	if a.IsUnspecified() {
		return Interface{}, &InterfaceError{Known: nearest("lo", all)}
	}
	for _, i := range all {
		if a.IsLoopback() {
			if i.Loopback {
				return i, nil
			}
			continue
		}
		for _, p := range i.Addresses {
			if p.Addr().Unmap() == a {
				return i, nil
			}
		}
	}
	return Interface{}, fmt.Errorf("no interface has the address %v", a)
}

// lookup finds an interface by name.
func lookup(name string) (Interface, error) {
	all, err := Interfaces()
	if err != nil {
		return Interface{}, err
	}
	for _, i := range all {
		if i.Name == name {
			return i, nil
		}
	}
	return Interface{}, &InterfaceError{Name: name, Known: nearest(name, all)}
}

// nearest returns the names of all, those most like name first; among equals
// those that are up.
func nearest(name string, all []Interface) []string {
	slices.SortStableFunc(all, func(a, b Interface) int {
		if d := distance(name, a.Name) - distance(name, b.Name); d != 0 {
			return d
		}
		if a.Up != b.Up {
			if a.Up {
				return -1
			}
			return 1
		}
		return 0
	})
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return names
}

// distance is the number of characters to insert, delete or replace to make b
// of a (Levenshtein), without regard to case. Names are short.
func distance(a, b string) int {
	x, y := strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(x) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(y) {
			replace := diagonal
			if x[i] != y[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
