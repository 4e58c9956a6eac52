package account

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type ownData struct {
	page.Base
	Person accounts.Person
	Roles  []ownRole
	Once   string
}

type ownRole struct {
	Programme *programme.Programme
	Grant     accounts.Grant
	words     words
}

func (h *Handlers) own(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	p, grants, err := h.Accounts.Own(r.Context(), req.Actor)
	if err != nil {
		return err
	}
	d := ownData{Base: req.Page("account.own.title"), Person: p, Once: page.NewForm().Once()}
	for _, g := range grants {
		in, err := h.Programmes.ByID(r.Context(), g.Programme)
		if err != nil {
			return err
		}
		d.Roles = append(d.Roles, ownRole{Programme: in, Grant: g.Grant, words: h.words(req, in)})
	}
	return page.Render(w, r, http.StatusOK, ownView(d))
}

// count is the number of roles, that of administrator included.
func (d ownData) count() int {
	if d.Person.Admin {
		return len(d.Roles) + 1
	}
	return len(d.Roles)
}

func (d ownData) facts() []ui.Fact {
	facts := []ui.Fact{{Term: d.T("account.accept.login"), Value: ui.UserText(d.Person.Login, "")}}
	if d.Person.Email != "" {
		facts = append(facts, ui.Fact{Term: d.T("account.accept.email"), Value: ui.Code(d.Person.Email)})
	}
	if d.Person.Phone != "" {
		facts = append(facts, ui.Fact{Term: d.T("account.accept.phone"), Value: ui.Fig(d.Person.Phone)})
	}
	return append(facts, ui.Fact{Term: d.T("account.own.number"), Value: ui.Num(d.Lang, d.Person.Number)})
}

func (d ownData) roleRows() []ui.ActionRow {
	var rows []ui.ActionRow
	if d.Person.Admin {
		rows = append(rows, ui.ActionRow{Title: ui.Str(accounts.RoleName(d.Lang, accounts.Administrator)), Line: ui.M(d.Lang, "account.accept.installation"),
			End: ui.Link(d.Href("/programmes/new"), d.T("programme.found.title"))})
	}
	for _, role := range d.Roles {
		href, label := "/p/"+role.Programme.Slug, d.T("account.own.open_programme")
		if role.Grant.Role != accounts.Participant {
			href, label = href+"/work", d.T("account.own.open_work")
		}
		rows = append(rows, ui.ActionRow{
			Title: ui.Str(accounts.RoleName(d.Lang, role.Grant.Role)),
			Line:  ui.Join(" · ", append([]templ.Component{ui.TextPlain(d.Lang, role.Programme.Name)}, role.words.scope(role.Grant)...)...),
			End:   ui.Link(d.Href(href), label),
		})
	}
	return rows
}

func (d ownData) safetyRows() []ui.ActionRow {
	row := func(path, title, line string) ui.ActionRow {
		return ui.ActionRow{Title: ui.M(d.Lang, title), Href: d.Href(path), Line: ui.M(d.Lang, line)}
	}
	return []ui.ActionRow{
		row("/account/password", "account.password.title", "account.own.password_line"),
		row("/account/sessions", "account.sessions.title", "account.own.sessions_line"),
		row("/account/code", "account.sign_in.code_link", "account.own.code_line"),
		row("/account/erase", "account.erase.title", "account.own.erase_line"),
	}
}

// underOwn is the way back to one's account.
func underOwn(b page.Base) page.Base {
	return b.With(page.Crumb{Label: b.T("account.own.title"), Href: b.Href("/account")}, page.Crumb{Label: b.Title})
}

type passwordData struct {
	page.Base
	Form *page.Form
}

func (h *Handlers) passwordPage(w http.ResponseWriter, r *http.Request) error {
	return h.showPassword(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showPassword(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if _, err := h.Accounts.Session(r.Context(), req.Session); err != nil {
		return err
	}
	return page.Render(w, r, status, passwordView(passwordData{underOwn(req.Page("account.password.title")), form}))
}

func (h *Handlers) password(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Value("new") != form.Value("repeat") {
		form.Add("repeat", "account.error.password_repeat")
	}
	var token string
	if len(form.Faults) == 0 {
		token, err = h.Accounts.ChangePassword(r.Context(), accounts.PasswordChange{Once: form.Once(), Token: req.Session, From: req.Address,
			Old: form.Value("old"), New: form.Value("new")})
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showPassword(w, r, http.StatusUnprocessableEntity, form)
	}
	if token != "" {
		req.SetSession(w, token)
	}
	return page.Redirect(w, r, req.Base.Href("/account"), page.Done, "account.flash.password")
}

func (d passwordData) fields() []ui.Field {
	fresh := passwordField(d.Base, d.Form, "new", "account.password.new", "new-password").
		WithHint(d.T("account.accept.password_hint", "n", accounts.MinPassword))
	return []ui.Field{passwordField(d.Base, d.Form, "old", "account.password.old", "current-password"), fresh,
		passwordField(d.Base, d.Form, "repeat", "account.accept.repeat", "new-password")}
}

type sessionsData struct {
	page.Base
	Sessions []accounts.Session
	Once     string
}

func (h *Handlers) sessions(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	list, err := h.Accounts.Sessions(r.Context(), req.Session)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, sessionsView(sessionsData{underOwn(req.Page("account.sessions.title")), list, page.NewForm().Once()}))
}

func (h *Handlers) endSession(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	id, flash := form.Text("end"), "account.flash.session_ended"
	if id == "others" {
		flash = "account.flash.sessions_ended"
		err = h.Accounts.EndOtherSessions(r.Context(), req.Session)
	} else {
		err = h.Accounts.EndSession(r.Context(), req.Session, id)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, req.Base.Href("/account/sessions"), page.Done, flash)
}

func (d sessionsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.sessions.device")}, {Label: d.T("account.sessions.since")},
		{Label: d.T("account.sessions.seen")}, {Label: ""}}}
	for _, s := range d.Sessions {
		name := ui.M(d.Lang, "account.sessions.unknown_device")
		if s.Device != "" {
			name = ui.UserText(s.Device, "en")
		}
		end := endButton(d, s)
		if s.Current {
			end = ui.M(d.Lang, "account.sessions.this")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name, ui.Moment(d.Lang, s.CreatedAt), ui.Moment(d.Lang, s.SeenAt), end}, Current: s.Current})
	}
	return t
}

type eraseData struct {
	page.Base
	Form *page.Form
}

func (h *Handlers) erasePage(w http.ResponseWriter, r *http.Request) error {
	return h.showErase(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showErase(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if _, err := h.Accounts.Session(r.Context(), req.Session); err != nil {
		return err
	}
	return page.Render(w, r, status, eraseView(eraseData{underOwn(req.Page("account.erase.title")), form}))
}

func (h *Handlers) erase(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	if !form.Has("confirm", "1") {
		form.Add("confirm", "account.error.confirm")
		return h.showErase(w, r, http.StatusUnprocessableEntity, form)
	}
	if !req.Actor.SignedIn() { // a second click: the first has erased the session too
		return page.Redirect(w, r, req.Base.Href("/"), page.Neutral, "account.flash.no_session")
	}
	p, _, err := h.Accounts.Own(r.Context(), req.Actor)
	if err != nil {
		return err
	}
	if err := h.Accounts.ErasePerson(r.Context(), req.Actor, form.Once(), p.Number); err != nil {
		return err
	}
	req.SetSession(w, "")
	return page.Redirect(w, r, req.Base.Href("/"), page.Done, "account.flash.erased")
}

func (d eraseData) field() ui.Field {
	return ui.FieldOf(d.Lang, d.Form, "confirm", d.T("account.erase.confirm")).Must()
}
