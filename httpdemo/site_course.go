package httpdemo

import (
	"net/http"
	"strings"
)

// siteKey is where a request's context has the Site that it came to.
type siteKey struct{}

// place is where a lesson stands among those of its site.
type place struct {
	Name          string
	Before, After *step // those that have pages
}

// step is a lesson as the course's pages name it, with what to do on its pages, or
// to look at in a terminal where it has none.
type step struct {
	Name, Title, Hint string
	Page              bool // it has pages here
}

// placeOf returns the place of the lesson that a page is of; nil where it is of
// none, or of the only one.
func placeOf(r *http.Request, page string) *place {
	site, ok := r.Context().Value(siteKey{}).(*Site)
	name, _, inLesson := strings.Cut(page, "/")
	if !ok || !inLesson || len(site.lessons) < 2 {
		return nil
	}
	var p *place
	var before *step
	for _, s := range site.course(r) {
		switch {
		case s.Name == name:
			p = &place{Name: name, Before: before}
		case p != nil && s.Page:
			p.After = &s
			return p
		case s.Page:
			before = &s
		}
	}
	return p
}

// course lists the site's lessons in the language of a request.
func (s *Site) course(r *http.Request) (all []step) {
	for i, l := range s.lessons {
		hint := l.Look
		if s.apps[i] != nil {
			hint = pageHints[l.Name]
		}
		all = append(all, step{l.Name, In(r, l.Title), In(r, hint), s.apps[i] != nil})
	}
	return all
}

// index leads through the lessons, in the order of a course.
func (s *Site) index(w http.ResponseWriter, r *http.Request) {
	s.services.Page(w, r, http.StatusOK, "index", map[string]any{"Lessons": s.course(r)})
}
