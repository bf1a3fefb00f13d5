package httpdemo

import (
	"cmp"
	"mime"
	"net/http"
	"strconv"

	"statelab/capture/trace"
)

// vendingApp is a vending machine: a coin and a choice in one request, and no
// memory of who came before. Its stock is not counted: look for a field that
// could remember a buyer.
type vendingApp struct {
	services *Services
	prices   map[string]int
	drinks   []string
}

func newVending(s *Services) (App, error) {
	return &vendingApp{
		services: s, drinks: []string{"cola", "cider", "water"},
		prices: map[string]int{"cola": 1500, "cider": 1400, "water": 800},
	}, nil
}

func (a *vendingApp) Routes(mux Mux) {
	mux.HandleFunc("GET /vending/{$}", a.page)
	mux.HandleFunc("POST /vending/{$}", a.buy)
}

func (a *vendingApp) Memory() (all []trace.Entry) {
	for _, d := range a.drinks {
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "price of " + d, Value: strconv.Itoa(a.prices[d]), Bytes: len(d) + 4})
	}
	return all
}

// maxCoin is the most that the machine takes, in won.
const maxCoin = 100_000

var wrongCoin = trace.Text{
	En: "The machine takes a whole number of won, from 0 to 100,000. The coin is returned.",
	Ko: "자판기는 0원부터 100,000원까지 정수로 받습니다. 동전은 돌려드립니다.",
}

type vendingOrder struct {
	Coin   int    `json:"coin"`
	Choice string `json:"choice"`
}

func (a *vendingApp) page(w http.ResponseWriter, r *http.Request) {
	a.services.Page(w, r, http.StatusOK, "vending/index", map[string]any{"Drinks": a.drinks, "Prices": a.prices})
}

func (a *vendingApp) buy(w http.ResponseWriter, r *http.Request) {
	order, status, why := readOrder(r)
	if status != 0 {
		a.services.Fail(w, r, status, why)
		return
	}
	price, sold := a.prices[order.Choice]
	switch {
	case order.Coin < 0 || order.Coin > maxCoin:
		a.services.Fail(w, r, http.StatusUnprocessableEntity, wrongCoin)
	case order.Choice == "":
		a.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "Choose a drink in the same request. The coin is returned: nobody would remember it.",
			Ko: "같은 요청에서 음료를 고르십시오. 동전은 돌려드립니다. 기억해 둘 곳이 없습니다.",
		})
	case !sold:
		a.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{En: "There is no such drink.", Ko: "그런 음료는 없습니다."})
	case order.Coin < price:
		a.services.Fail(w, r, http.StatusPaymentRequired, trace.Text{
			En: "That costs " + strconv.Itoa(price) + " won, and this request brings " + strconv.Itoa(order.Coin) + ".",
			Ko: strconv.Itoa(price) + "원인데 이 요청에는 " + strconv.Itoa(order.Coin) + "원이 들어 있습니다.",
		})
	default:
		bought := map[string]any{"drink": order.Choice, "change": order.Coin - price}
		if wantsPage(r) {
			a.services.Page(w, r, http.StatusOK, "vending/bought", bought)
			return
		}
		a.services.JSON(w, http.StatusOK, bought)
	}
}

// readOrder reads an order from JSON or a form. status is 0 where it could.
func readOrder(r *http.Request) (o vendingOrder, status int, why trace.Text) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		status, why = readJSON(r, &o)
		return o, status, why
	case "application/x-www-form-urlencoded":
		if status, why := readForm(r); status != 0 {
			return o, status, why
		}
		coin, ok := wholeNumber(cmp.Or(r.PostForm.Get("coin"), "0"))
		if !ok {
			return o, http.StatusUnprocessableEntity, wrongCoin
		}
		return vendingOrder{Coin: int(coin), Choice: r.PostForm.Get("choice")}, 0, why
	}
	return o, http.StatusUnsupportedMediaType, trace.Text{
		En: "The order is to be application/json or application/x-www-form-urlencoded.",
		Ko: "주문은 application/json이나 application/x-www-form-urlencoded여야 합니다.",
	}
}
