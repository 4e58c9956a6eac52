package account

import (
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type signInData struct {
	page.Base
	Form *page.Form
}

func (h *Handlers) signInPage(w http.ResponseWriter, r *http.Request) error {
	return h.showSignIn(w, r, http.StatusOK, page.NewForm("next", local(r.URL.Query().Get("next"))))
}

func (h *Handlers) showSignIn(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	form.Values.Del("password")
	return page.Render(w, r, status, signInView(signInData{page.Of(r).Page("account.sign_in.title"), form}))
}

func (h *Handlers) signIn(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	token, err := h.Accounts.SignIn(r.Context(), accounts.SignIn{Login: form.Text("login"), Password: form.Value("password"),
		From: req.Address, Device: device(r.UserAgent()), Token: req.Session})
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showSignIn(w, r, http.StatusUnprocessableEntity, form)
	}
	return h.enter(w, r, token, form.Text("next"), "")
}

// enter gives the browser its session and leads on.
func (h *Handlers) enter(w http.ResponseWriter, r *http.Request, token, next, flash string) error {
	req := page.Of(r)
	req.SetSession(w, token)
	to, err := h.landing(r.Context(), req.Base, token, next)
	if err != nil {
		return err
	}
	return page.Redirect(w, r, to, page.Done, flash)
}

// signInAs enters the demonstration as any role; the module refuses it elsewhere.
func (h *Handlers) signInAs(w http.ResponseWriter, r *http.Request) error {
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	token, err := h.Accounts.SignInAs(r.Context(), accounts.Role(form.Text("role")))
	if err != nil {
		return err
	}
	return h.enter(w, r, token, form.Text("next"), "")
}

func (h *Handlers) signOut(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := h.Accounts.SignOut(r.Context(), req.Session); err != nil {
		return err
	}
	req.SetSession(w, "")
	return page.Redirect(w, r, req.Base.Href("/account/sign-in"), page.Done, "account.flash.signed_out")
}

func (d signInData) fields() []ui.Field {
	login := ui.FieldOf(d.Lang, d.Form, "login", d.T("account.sign_in.login")).WithHint(d.T("account.sign_in.login_hint")).Must()
	login.Autocomplete = "username"
	return []ui.Field{login, passwordField(d.Base, d.Form, "password", "account.sign_in.password", "current-password")}
}

// passwordField never shows what was typed again.
func passwordField(b page.Base, form *page.Form, name, label, autocomplete string) ui.Field {
	f := ui.FieldOf(b.Lang, form, name, b.T(label)).Must()
	f.Type, f.Autocomplete, f.Value = "password", autocomplete, ""
	return f
}

// general are the faults of a form that belong to no field.
func general(b page.Base, form *page.Form) []string {
	if s := form.Error(b.Lang, ""); s != "" {
		return []string{s}
	}
	return nil
}
