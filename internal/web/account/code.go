package account

import (
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// The steps of the one page that takes codes: typing the code, then what it gives.
const (
	stepAccept = "accept"
	stepReset  = "reset"
)

// exampleCode shows what a code looks like; nobody was ever given it.
var exampleCode = accounts.FormatCode([]byte("an example"))

type codeData struct {
	page.Base
	Form      *page.Form
	Offer     accounts.Offer
	Programme i18n.Text // of an invitation; empty for the installation's
	Who       string    // name of whoever is signed in; "" for a visitor
}

func (h *Handlers) codePage(w http.ResponseWriter, r *http.Request) error {
	return h.showCode(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showCode(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	return page.Render(w, r, status, codeView(codeData{Base: page.Of(r).Page("account.code.title"), Form: form}))
}

// code takes a typed code, or what was typed on the page that followed it. Only
// the last step changes anything, so a code in a QR does nothing by being opened.
func (h *Handlers) code(w http.ResponseWriter, r *http.Request) error {
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	switch form.Text("step") {
	case stepAccept:
		return h.accept(w, r, form)
	case stepReset:
		return h.reset(w, r, form)
	}
	return h.showOffer(w, r, http.StatusOK, form)
}

// showOffer says what the code gives and asks for the rest; a code that gives
// nothing comes back to its field.
func (h *Handlers) showOffer(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	offer, err := h.Accounts.CheckCode(r.Context(), form.Text("code"), req.Address)
	wrong, err := form.Take(err)
	if err != nil {
		return err
	}
	if wrong && form.Error(req.Base.Lang, "code") != "" {
		return h.showCode(w, r, http.StatusUnprocessableEntity, form)
	}
	for _, name := range []string{"password", "repeat"} {
		form.Values.Del(name)
	}
	d := codeData{Form: form, Offer: offer, Who: req.Actor.Name}
	if offer.Reset {
		d.Base = req.Page("account.reset.title")
		return page.Render(w, r, status, resetView(d))
	}
	d.Base = req.Page("account.accept.title", "role", accounts.RoleName(req.Base.Lang, offer.Grant.Role))
	if offer.Programme != store.Installation {
		p, err := h.Programmes.ByID(r.Context(), offer.Programme)
		if err != nil {
			return err
		}
		d.Programme = p.Name
	}
	return page.Render(w, r, status, acceptView(d))
}

func (h *Handlers) accept(w http.ResponseWriter, r *http.Request, form *page.Form) error {
	req := page.Of(r)
	in := accounts.Acceptance{Once: form.Once(), Code: form.Text("code"), From: req.Address, Device: device(r.UserAgent())}
	if req.Actor.SignedIn() {
		in.Token = req.Session
	} else {
		in.Name, in.Login, in.Password = form.Text("name"), form.Text("login"), form.Value("password")
		in.Email, in.Phone = form.Text("email"), form.Text("phone")
		checkRepeat(form)
	}
	out := accounts.Accepted{}
	var err error
	if len(form.Faults) == 0 {
		out, err = h.Accounts.AcceptInvitation(r.Context(), in)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showOffer(w, r, http.StatusUnprocessableEntity, form)
	}
	if out.Token == "" { // another request of this browser has the cookie already
		return page.Redirect(w, r, req.Base.Href("/account"), page.Done, "account.flash.accepted")
	}
	return h.enter(w, r, out.Token, "", "account.flash.accepted")
}

func (h *Handlers) reset(w http.ResponseWriter, r *http.Request, form *page.Form) error {
	req := page.Of(r)
	checkRepeat(form)
	var token string
	var err error
	if len(form.Faults) == 0 {
		token, err = h.Accounts.ResetPassword(r.Context(), accounts.PasswordReset{Once: form.Once(), Code: form.Text("code"),
			Password: form.Value("password"), From: req.Address, Device: device(r.UserAgent())})
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showOffer(w, r, http.StatusUnprocessableEntity, form)
	}
	return h.enter(w, r, token, "", "account.flash.password")
}

// checkRepeat compares the two entries of a new password: with a slip in a
// password that nobody sees, the account would be lost at once.
func checkRepeat(form *page.Form) {
	if form.Value("password") != form.Value("repeat") {
		form.Add("repeat", "account.error.password_repeat")
	}
}

func (d codeData) codeField() ui.Field {
	f := ui.FieldOf(d.Lang, d.Form, "code", d.T("account.code.field")).
		WithHint(d.T("account.code.hint", "example", exampleCode)).Must()
	f.Autocomplete, f.Content, f.Width = "off", i18n.En, "medium"
	return f
}

func (d codeData) passwordFields() []ui.Field {
	password := passwordField(d.Base, d.Form, "password", "account.accept.password", "new-password").
		WithHint(d.T("account.accept.password_hint", "n", accounts.MinPassword))
	return []ui.Field{password, passwordField(d.Base, d.Form, "repeat", "account.accept.repeat", "new-password")}
}

func (d codeData) accountFields() []ui.Field {
	name := ui.FieldOf(d.Lang, d.Form, "name", d.T("account.accept.name")).WithHint(d.T("account.accept.name_hint")).Must()
	name.Autocomplete = "name"
	login := ui.FieldOf(d.Lang, d.Form, "login", d.T("account.accept.login")).WithHint(d.T("account.accept.login_hint")).Must()
	login.Autocomplete = "username"
	email := ui.FieldOf(d.Lang, d.Form, "email", d.T("account.accept.email"))
	email.Type, email.Autocomplete = "email", "email"
	phone := ui.FieldOf(d.Lang, d.Form, "phone", d.T("account.accept.phone"))
	phone.Type, phone.Autocomplete, phone.Width = "tel", "tel", "medium"
	return append([]ui.Field{name, login}, append(d.passwordFields(), email, phone)...)
}
