package httpdemo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"statelab/capture/http1"
)

// tokenUser is the program at the client that does what a cookie would have done by
// itself: keep the tokens, send one along, renew it in time, throw them away.
type tokenUser struct {
	*Browser
	server          func(path string) string // its address
	access, refresh string
	expires         time.Time
}

// post sends an object to the server, and reads its answer's.
func (c *tokenUser) post(path string, send map[string]string) (answer tokenAnswer, status int, err error) {
	body, err := json.Marshal(send)
	if err != nil {
		return answer, 0, err
	}
	target := c.server(path)
	r, err := c.Do(Request{
		Method: http.MethodPost, URL: target, From: target, Script: true, Type: "application/json", Body: string(body),
	})
	if err != nil || r.StatusCode != http.StatusOK || r.Text == "" {
		return answer, statusOf(r), err
	}
	return answer, r.StatusCode, json.Unmarshal([]byte(r.Text), &answer)
}

func statusOf(r *Response) int {
	if r == nil {
		return 0
	}
	return r.StatusCode
}

// take keeps the tokens of an answer.
func (c *tokenUser) take(a tokenAnswer, status int, err error) (int, error) {
	if err != nil || status != http.StatusOK {
		return status, err
	}
	c.access, c.refresh = a.Access, a.Refresh
	c.expires = c.env.Now().Add(time.Duration(a.Expires) * time.Second)
	c.Keep("access_token", c.access)
	c.Keep("refresh_token", c.refresh)
	c.Keep("expires", c.expires.Format(time.RFC3339))
	return status, nil
}

func (c *tokenUser) login(user, password string) (int, error) {
	return c.take(c.post("/token/login", map[string]string{"username": user, "password": password}))
}

func (c *tokenUser) renew() (int, error) {
	return c.take(c.post("/token/refresh", map[string]string{"refresh_token": c.refresh}))
}

// get asks with the access token, and if it has expired, first for a new one.
func (c *tokenUser) get(path string) (*Response, error) {
	if !c.env.Now().Before(c.expires) {
		if status, err := c.renew(); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("no new access token: %d, %w", status, err)
		}
	}
	return c.Get(c.server(path), http1.Field{Name: "Authorization", Value: "Bearer " + c.access})
}

// logout ends the login at the server, and forgets.
func (c *tokenUser) logout() (int, error) {
	_, status, err := c.post("/token/logout", map[string]string{"refresh_token": c.refresh})
	for _, name := range []string{"access_token", "refresh_token", "expires"} {
		c.Keep(name, "")
	}
	c.access, c.refresh, c.expires = "", "", time.Time{}
	return status, err
}
