package httpdemo

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"statelab/capture/trace"
)

// typedForm is a form that was refused, with what its user had typed: to be
// corrected and sent again.
type typedForm struct {
	Action   string
	Fields   []typedField
	Mendable bool // it has a field that its user sees
}

// typedField is one field of it. Type is that of HTML's input, or "textarea".
type typedField struct{ Name, Label, Value, Type string }

// typedSecrets are the fields whose content no page gives back.
var typedSecrets = []string{"password", "token", "refresh_token"}

// typedHidden are the fields that a page has put there itself.
var typedHidden = []string{"form", "key"}

var typedLabels = map[string]trace.Text{
	"account": {En: "Account", Ko: "계좌"}, "amount": {En: "Amount", Ko: "금액"}, "bytes": {En: "Bytes", Ko: "바이트 수"},
	"choice": {En: "Drink", Ko: "음료"}, "coin": {En: "Coin", Ko: "동전"}, "comment": {En: "Comment", Ko: "댓글"},
	"item": {En: "Article", Ko: "물건"}, "password": {En: "Password", Ko: "비밀번호"}, "points": {En: "Points", Ko: "포인트"},
	"text": {En: "Text", Ko: "글"}, "to": {En: "Recipient", Ko: "수취인"}, "user": {En: "Name", Ko: "이름"}, "username": {En: "User name", Ko: "사용자 이름"},
}

// mayMend are the statuses after which the same form, corrected or later, may be
// taken. 403 is a wrong password: of what another site sends no form is read.
var mayMend = []int{
	http.StatusPaymentRequired, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable,
}

// typed is the form that a request has brought, if it may be sent once more.
func typed(r *http.Request, status int) *typedForm {
	if r.Method != http.MethodPost || len(r.PostForm) == 0 || !slices.Contains(mayMend, status) {
		return nil
	}
	form := &typedForm{Action: r.URL.RequestURI()}
	names := slices.SortedFunc(maps.Keys(r.PostForm), func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(typedSecrets, a), slices.Index(typedSecrets, b)), cmp.Compare(a, b))
	})
	for _, name := range names { // a password after whose it is
		f := typedField{Name: name, Label: name, Value: strings.ToValidUTF8(r.PostForm.Get(name), "\ufffd"), Type: "text"}
		if label, known := typedLabels[name]; known {
			f.Label = In(r, label)
		}
		switch {
		case slices.Contains(typedHidden, name):
			f.Type = "hidden"
		case slices.Contains(typedSecrets, name):
			f.Type, f.Value = "password", ""
		case f.Value == "on":
			f.Type = "checkbox"
		case strings.Contains(f.Value, "\n"):
			f.Type = "textarea"
		}
		form.Fields, form.Mendable = append(form.Fields, f), form.Mendable || f.Type != "hidden"
	}
	return form
}
