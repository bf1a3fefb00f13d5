package httpdemo

import (
	"crypto/subtle"
	"net/http"

	"statelab/capture/trace"
)

// apiApp is an API that asks for a token with each request and remembers none of
// them: a header is compared with a value that does not change.
type apiApp struct {
	services *Services
	token    string
}

func newAPI(s *Services) (App, error) { return &apiApp{s, s.APIToken()}, nil }

func (a *apiApp) Routes(mux Mux) {
	mux.HandleFunc("GET /api/{$}", a.page)
	mux.HandleFunc("GET /api/data", a.data)
}

func (a *apiApp) Memory() []trace.Entry {
	return []trace.Entry{{Kind: trace.MemoryResource, Name: "API token", Value: sessionKey(a.token), Bytes: len(a.token)}}
}

func (a *apiApp) page(w http.ResponseWriter, r *http.Request) {
	a.services.Page(w, r, http.StatusOK, "api/index", map[string]any{"Token": a.token, "Host": r.Host})
}

type apiItem struct {
	ID   int    `json:"id"`
	Item string `json:"item"`
}

// data answers who brings the token, and challenges others (RFC 9110 §11.6.1).
func (a *apiApp) data(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "X-API-TOKEN")
	if got := r.Header.Get("X-API-TOKEN"); subtle.ConstantTimeCompare([]byte(got), []byte(a.token)) != 1 {
		w.Header()["WWW-Authenticate"] = []string{`ApiToken realm="statelab", header="X-API-TOKEN"`}
		a.services.JSON(w, http.StatusUnauthorized, map[string]string{
			"status":  "error",
			"message": In(r, trace.Text{En: "not authenticated: the API token is missing or wrong", Ko: "인증 실패: API 토큰이 없거나 틀립니다"}),
		})
		return
	}
	a.services.JSON(w, http.StatusOK, struct {
		Status  string    `json:"status"`
		Message string    `json:"message"`
		Data    []apiItem `json:"data"`
	}{
		"success",
		In(r, trace.Text{En: "data for whoever brings the token", Ko: "토큰을 가져온 사용자에게 데이터를 제공합니다"}),
		[]apiItem{{1, In(r, trace.Text{En: "product A", Ko: "상품 A"})}, {2, In(r, trace.Text{En: "product B", Ko: "상품 B"})}},
	})
}
