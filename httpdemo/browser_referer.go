package httpdemo

import (
	"net/url"

	"statelab/capture/http1"
)

// referer is the Referer field (RFC 9110 §10.1.3) that goes with a request from one
// address to another, as the first's Referrer-Policy has it (Referrer Policy §3,
// §8.3): empty where none goes.
func referer(from, to *url.URL, policy string) string {
	sameOrigin := from.Scheme == to.Scheme && from.Host == to.Host
	downgrade := from.Scheme == "https" && to.Scheme != "https"
	whole := url.URL{Scheme: from.Scheme, Host: from.Host, Path: from.Path, RawPath: from.RawPath, RawQuery: from.RawQuery} // neither user nor fragment
	origin := url.URL{Scheme: from.Scheme, Host: from.Host, Path: "/"}
	switch policy {
	case "no-referrer":
		return ""
	case "unsafe-url":
		return whole.String()
	case "origin":
		return origin.String()
	case "same-origin":
		if !sameOrigin {
			return ""
		}
		return whole.String()
	case "no-referrer-when-downgrade":
		if downgrade {
			return ""
		}
		return whole.String()
	}
	switch { // strict-origin-when-cross-origin, which is what a browser does untold
	case sameOrigin:
		return whole.String()
	case downgrade:
		return ""
	}
	return origin.String()
}

// Click goes where a link on a page leads, and says where it came from as far as
// that page lets it.
func (b *Browser) Click(page *Response, target string) (*Response, error) {
	to, err := page.url.Parse(target)
	if err != nil {
		return nil, err
	}
	q := Request{URL: to.String(), From: page.url.String()}
	if v := referer(page.url, to, page.Header.Get("Referrer-Policy")); v != "" {
		q.Fields = append(q.Fields, http1.Field{Name: "Referer", Value: v})
	}
	return b.Do(q)
}
