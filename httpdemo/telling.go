package httpdemo

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"statelab/capture/trace"
)

// Telling serves a site, and tells what the site remembers: at the beginning, after
// each request that has changed it, and at the end. It is what the memory page
// shows. No request waits for it, since a store may have to be asked. Close it.
type Telling struct {
	site  *Site
	tell  func([]trace.Entry)
	asked chan struct{} // holds one: there was a request since the last look
	stop  chan struct{}
	done  sync.WaitGroup
	last  []trace.Entry
}

// NewTelling begins to tell. tell is not called twice at one time.
func NewTelling(site *Site, tell func([]trace.Entry)) *Telling {
	t := &Telling{site: site, tell: tell, asked: make(chan struct{}, 1), stop: make(chan struct{}), last: toldOf(site.Memory())}
	tell(t.last)
	t.done.Go(func() {
		for {
			select {
			case <-t.asked:
				t.look()
			case <-t.stop:
				return
			}
		}
	})
	return t
}

// ServeHTTP is the site's.
func (t *Telling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		select {
		case t.asked <- struct{}{}:
		default: // the look that is to come will see this request's doing too
		}
	}()
	t.site.ServeHTTP(w, r)
}

func (t *Telling) look() {
	if now := toldOf(t.site.Memory()); !slices.Equal(now, t.last) {
		t.last = now
		t.tell(now)
	}
}

// Close tells for the last time. It is for when requests are served no more.
func (t *Telling) Close() {
	close(t.stop)
	t.done.Wait()
	t.look()
}

// toldOf puts entries of one kind together, and what is beyond maxShown entries into
// one entry of each kind.
func toldOf(all []trace.Entry) []trace.Entry {
	slices.SortStableFunc(all, func(a, b trace.Entry) int { return cmp.Compare(a.Kind, b.Kind) })
	if len(all) <= maxShown {
		return all
	}
	told := slices.Clone(all[:maxShown])
	for _, kind := range []trace.MemoryKind{trace.MemoryConversation, trace.MemoryResource} {
		more := trace.Entry{Kind: kind}
		n := 0
		for _, e := range all[maxShown:] {
			if e.Kind == kind {
				n++
				more.Bytes += e.Bytes
			}
		}
		if n > 0 {
			more.Name = fmt.Sprintf("%d more", n)
			told = append(told, more)
		}
	}
	return told
}
