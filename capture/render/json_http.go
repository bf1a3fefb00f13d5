package render

import (
	"slices"
	"time"

	"statelab/capture/http1"
)

// jsonExchange is a request and its response. One whose other half was not seen
// has null for it.
type jsonExchange struct {
	Stream   int          `json:"stream"`
	Tap      string       `json:"tap,omitempty"`
	Number   int          `json:"number"`
	Nth      *int         `json:"nth"`
	Request  *jsonMessage `json:"request"`
	Response *jsonMessage `json:"response"`
	Interim  []jsonStatus `json:"interim,omitempty"`
	// Latency is from the last byte of the request to the first of the
	// response, in microseconds.
	Latency      *int64 `json:"latency_us"`
	RequestTime  *int64 `json:"request_us"`
	ResponseTime *int64 `json:"response_us"`
}

// jsonStatus is an interim response.
type jsonStatus struct {
	Frame  *int `json:"frame"`
	Status int  `json:"status"`
}

// jsonMessage has null for the numbers of frames that have none.
type jsonMessage struct {
	Frame     *int        `json:"frame"`
	LastFrame *int        `json:"last_frame"`
	Method    *string     `json:"method,omitempty"`
	Target    *string     `json:"target,omitempty"`
	Status    *int        `json:"status,omitempty"`
	Reason    *string     `json:"reason,omitempty"`
	Version   string      `json:"version"`
	Headers   [][2]string `json:"headers"`
	Framing   string      `json:"framing"`
	BodyBytes int64       `json:"body_bytes"`
	Chunks    int         `json:"chunks,omitempty"`
	Trailers  [][2]string `json:"trailers,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
	Break     string      `json:"truncated_by,omitempty"`
	Missing   int64       `json:"missing_bytes,omitempty"`
	Malformed bool        `json:"malformed,omitempty"`
	Marks     []string    `json:"marks,omitempty"`
	// Cookies and Credentials are what the message says of who asks.
	Cookies     []jsonCookie     `json:"cookies,omitempty"`
	Credentials []jsonCredential `json:"credentials,omitempty"`
}

// jsonCookie is what happened to one cookie.
type jsonCookie struct {
	Act        string          `json:"act"`
	Name       string          `json:"name"`
	Value      string          `json:"value"`
	Kind       string          `json:"kind,omitempty"`
	SetFrame   *int            `json:"set_frame,omitempty"`
	SetHost    string          `json:"set_host,omitempty"`
	SetPath    string          `json:"set_path,omitempty"`
	Expires    *time.Time      `json:"expires,omitempty"`
	Attributes *jsonAttributes `json:"attributes,omitempty"`
	Problems   []string        `json:"problems,omitempty"`
	JWT        *jsonJWT        `json:"jwt,omitempty"`
}

// jsonAttributes are those of a Set-Cookie field.
type jsonAttributes struct {
	Domain      string `json:"domain,omitempty"`
	Path        string `json:"path,omitempty"`
	SameSite    string `json:"same_site,omitempty"`
	MaxAge      *int64 `json:"max_age,omitempty"`
	Secure      bool   `json:"secure"`
	HTTPOnly    bool   `json:"http_only"`
	Partitioned bool   `json:"partitioned,omitempty"`
}

type jsonCredential struct {
	In     string   `json:"in"`
	Field  string   `json:"field"`
	Scheme string   `json:"scheme,omitempty"`
	User   string   `json:"user,omitempty"`
	Unsure bool     `json:"unsure,omitempty"`
	JWT    *jsonJWT `json:"jwt,omitempty"`
}

// jsonJWT is a token decoded, not verified.
type jsonJWT struct {
	Verified bool   `json:"verified"` // never
	Header   string `json:"header"`
	Claims   string `json:"claims"`
}

func cookiesOf(facts []http1.CookieFact) (all []jsonCookie) {
	for _, f := range facts {
		j := jsonCookie{
			Act: f.Act.String(), Name: valid(f.Name), Value: valid(f.Value), Kind: string(http1.Recognise(f.Name, f.Value)),
			SetFrame: frameOrNull(f.SetFrame), SetHost: valid(f.SetHost), SetPath: valid(f.SetPath), Problems: f.Problems,
		}
		if t, ok := http1.ParseJWT(f.Value); ok {
			j.JWT = jwtOf(t)
		}
		if c := f.Set; c != nil {
			j.Attributes = &jsonAttributes{
				Domain: valid(c.Domain), Path: valid(c.Path), SameSite: valid(c.SameSite), Secure: c.Secure, HTTPOnly: c.HTTPOnly, Partitioned: c.Partitioned,
			}
			if c.HasMaxAge {
				j.Attributes.MaxAge = &c.MaxAge
			}
			if y := f.Ends.UTC().Year(); !f.Ends.IsZero() && y > 0 && y < 10_000 {
				j.Expires = new(f.Ends.UTC())
			}
		}
		all = append(all, j)
	}
	return all
}

func credentialsOf(m *http1.Message) (all []jsonCredential) {
	if !m.Request {
		return nil
	}
	for _, c := range m.Credentials() {
		j := jsonCredential{In: string(c.In), Field: valid(c.Field), Scheme: valid(c.Scheme), User: valid(c.User), Unsure: c.Unsure}
		if c.JWT != nil {
			j.JWT = jwtOf(c.JWT)
		}
		all = append(all, j)
	}
	return all
}

func jwtOf(t *http1.JWT) *jsonJWT {
	return &jsonJWT{Header: valid(string(t.Header)), Claims: valid(string(t.Claims))}
}

// tap is whose trace has the frames and the times of an exchange, where several
// parties were watched: a frame that this one did not see has no number, and its
// connection is timed where it was opened.
func (o *Options) tap(x *told) string {
	if o.Tap == "" || x.Span().FirstFrame > 0 {
		return o.Tap
	}
	return x.client.Name()
}

func exchangeOf(x *told, o *Options) *jsonExchange {
	j := &jsonExchange{Stream: x.Stream, Number: x.Number, Tap: o.tap(x)}
	if x.Nth > 0 {
		j.Nth = &x.Nth
	}
	if x.Request != nil {
		j.Request = messageOf(x.Request, x.facts[x.Request])
	}
	if x.Response != nil {
		j.Response = messageOf(x.Response, x.facts[x.Response])
	}
	for _, m := range x.Interim {
		j.Interim = append(j.Interim, jsonStatus{frameOrNull(m.FirstFrame), m.Status})
	}
	if s, ok := x.Split(); ok {
		j.Latency, j.RequestTime, j.ResponseTime = new(s.Wait.Microseconds()), new(s.Request.Microseconds()), new(s.Response.Microseconds())
	}
	return j
}

func messageOf(m *http1.Message, facts []http1.CookieFact) *jsonMessage {
	j := &jsonMessage{
		Frame: frameOrNull(m.FirstFrame), LastFrame: frameOrNull(m.LastFrame), Version: valid(m.Version), Headers: pairsOf(m.Fields), Framing: m.Framing.String(),
		BodyBytes: m.BodyBytes, Chunks: m.Chunks, Truncated: m.Truncated, Break: m.Break.String(), Missing: m.Missing, Malformed: m.Malformed,
		Marks: slices.Collect(m.Marks.Names()), Cookies: cookiesOf(facts), Credentials: credentialsOf(m),
	}
	if m.Request {
		j.Method, j.Target = new(valid(m.Method)), new(valid(m.Target))
	} else {
		j.Status, j.Reason = new(m.Status), new(valid(m.Reason))
	}
	if len(m.Trailers) > 0 {
		j.Trailers = pairsOf(m.Trailers)
	}
	return j
}

func pairsOf(fields []http1.Field) [][2]string {
	pairs := make([][2]string, 0, len(fields))
	for _, f := range fields {
		pairs = append(pairs, [2]string{valid(f.Name), valid(f.Value)})
	}
	return pairs
}
