package httpdemo

import (
	"net/http"
	"slices"
	"strings"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// cartApp is a shop of which one side keeps a cart for each visitor, and the other
// nothing.
type cartApp struct {
	services *Services
	store    session.Store
	doors    []*cartDoor
}

// cartDoor is the shop under one path.
type cartDoor struct {
	*cartApp
	path string
	// sessions ties a visitor to a cart; nil where nothing is remembered.
	sessions *session.Manager
}

const (
	cartPath      = "/cart/"
	cartForgetful = "/cart/forgetful/"
	cartValue     = "cart"
	// maxCart is how many things a cart takes.
	maxCart = 100
)

// cartGoods are what the shop sells.
var cartGoods = []string{"A", "B", "C"}

func newCart(s *Services) (App, error) {
	return newCartAt(s, map[string]bool{cartPath: true, cartForgetful: false})
}

// newCartAt makes a shop under each path, which keeps carts or does not.
func newCartAt(s *Services, paths map[string]bool) (*cartApp, error) {
	a := &cartApp{services: s, store: s.part("cart")}
	for path, keeps := range paths {
		d := &cartDoor{cartApp: a, path: path}
		if keeps {
			var err error
			if d.sessions, err = s.sessions(a.store, session.Config{Cookie: s.cookie("cart", cartPath)}); err != nil {
				return nil, err
			}
		}
		a.doors = append(a.doors, d)
	}
	return a, nil
}

func (a *cartApp) Routes(mux Mux) {
	for _, d := range a.doors {
		mux.Handle("GET "+d.path+"{$}", d.handler(d.page))
		mux.Handle("POST "+d.path+"add", d.handler(d.add))
		mux.Handle("POST "+d.path+"empty", d.handler(d.empty))
	}
}

func (d *cartDoor) handler(h http.HandlerFunc) http.Handler {
	if d.sessions == nil {
		return h
	}
	return d.sessions.Handler(h)
}

// Memory lists the carts.
func (a *cartApp) Memory() []trace.Entry { return sessionRecords(a.store) }

// cart is what the server knows of a visitor's cart: without a session nothing.
func (d *cartDoor) cart(r *http.Request) (cart []string, err error) {
	if d.sessions != nil {
		_, err = session.From(r.Context()).Get(cartValue, &cart)
	}
	return cart, err
}

func (d *cartDoor) page(w http.ResponseWriter, r *http.Request) {
	cart, err := d.cart(r)
	if err != nil {
		d.services.refuseSession(w, r, http.StatusInternalServerError, err)
		return
	}
	d.show(w, r, cart)
}

// show answers with the cart: a page for people, an object for programs.
func (d *cartDoor) show(w http.ResponseWriter, r *http.Request, cart []string) {
	if cart == nil {
		cart = []string{}
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		d.services.JSON(w, http.StatusOK, map[string]any{"cart": cart})
		return
	}
	other := map[string]string{cartPath: cartForgetful, cartForgetful: cartPath}[d.path]
	v := map[string]any{"Cart": cart, "Goods": cartGoods, "Path": d.path, "Other": other, "Keeps": d.sessions != nil, "Bytes": 0}
	if d.sessions != nil {
		v["Bytes"] = session.From(r.Context()).Record().Size()
	}
	d.services.Page(w, r, http.StatusOK, "cart/index", v)
}

// add puts one thing into the cart. Where nothing is remembered, the cart is what
// this request brings.
func (d *cartDoor) add(w http.ResponseWriter, r *http.Request) {
	if !d.services.form(w, r) {
		return
	}
	item := r.PostForm.Get("item")
	if !slices.Contains(cartGoods, item) {
		d.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{En: "There is no such thing in this shop.", Ko: "이 가게에는 그런 물건이 없습니다."})
		return
	}
	if d.sessions == nil {
		d.show(w, r, []string{item})
		return
	}
	cart, err := d.cart(r)
	if err == nil && len(cart) >= maxCart {
		d.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{En: "The cart is full.", Ko: "장바구니가 가득 찼습니다."})
		return
	}
	if err == nil {
		err = session.Update(session.From(r.Context()), cartValue, func(cart []string) []string {
			if len(cart) >= maxCart {
				return cart
			}
			return append(cart, item)
		})
	}
	d.changed(w, r, err)
}

// empty takes everything out.
func (d *cartDoor) empty(w http.ResponseWriter, r *http.Request) {
	if !d.services.contentless(w, r) {
		return
	}
	var err error
	if d.sessions != nil {
		err = session.From(r.Context()).Destroy()
	}
	d.changed(w, r, err)
}

// changed answers a change of the cart.
func (d *cartDoor) changed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err != nil:
		d.services.refuseSession(w, r, http.StatusInternalServerError, err)
	case strings.Contains(r.Header.Get("Accept"), "text/html"):
		d.services.changed(w, r, d.path)
	default:
		d.page(w, r)
	}
}
