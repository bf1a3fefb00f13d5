package httpdemo

import (
	"net/http"

	"statelab/capture/trace"
)

// Site is an HTTP server's content: the Apps of several lessons together.
type Site struct {
	services *Services
	apps     []App
	handler  http.Handler
}

// NewSite makes a site of the Apps of the given lessons.
func NewSite(s *Services, lessons ...Lesson) (*Site, error) {
	site := &Site{services: s}
	mux := http.NewServeMux()
	for _, l := range lessons {
		if l.App == nil {
			continue
		}
		app, err := l.App(s)
		if err != nil {
			return nil, err
		}
		app.Routes(mux)
		site.apps = append(site.apps, app)
	}
	site.handler = http.NewCrossOriginProtection().Handler(mux)
	return site, nil
}

// ServeHTTP answers with the network's date (RFC 9110 §6.6.1).
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.services.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.handler.ServeHTTP(w, r)
}

// Memory lists all that the site remembers at this moment.
func (s *Site) Memory() (all []trace.Entry) {
	for _, a := range s.apps {
		all = append(all, a.Memory()...)
	}
	return all
}
