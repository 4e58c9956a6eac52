package account

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type organisationsData struct {
	page.Base
	Form   *page.Form
	List   []accounts.Organisation
	Rename *accounts.Organisation // the one whose name is being changed; nil for the form that adds
	Mine   func(accounts.Organisation) bool
}

// organisations lists them; ?rename=N opens the form for the one of that place in the list.
func (h *Handlers) organisations(w http.ResponseWriter, r *http.Request) error {
	return h.showOrganisations(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showOrganisations(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := mayInvite(req); err != nil {
		return err
	}
	list, err := h.Accounts.Organisations(r.Context())
	if err != nil {
		return err
	}
	d := organisationsData{Base: req.Page("account.tab.organisations"), Form: form, List: list}
	d.Mine = func(o accounts.Organisation) bool { return req.Actor.Admin || o.Home == req.Actor.Programme }
	for i, o := range list {
		if o.ID == form.Text("id") {
			d.Rename = &list[i]
		}
	}
	if d.Rename != nil {
		form.Stands(d.Rename.Version)
	}
	if d.Rename != nil && form.Text("version") == "" {
		form.Values.Set("version", formatNumber(d.Rename.Version))
		form.Values.Set("name_ar", d.Rename.Name.Ar)
		form.Values.Set("name_fr", d.Rename.Name.Fr)
		form.Values.Set("name_en", d.Rename.Name.En)
	}
	return page.Render(w, r, status, organisationsView(d))
}

// changeOrganisations adds one, opens the form that renames one, or takes it, by
// the button that was pressed. The id travels in the body: no address shows one.
func (h *Handlers) changeOrganisations(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	flash := "account.flash.organisation_added"
	switch form.Text("action") {
	case "open":
		return h.showOrganisations(w, r, http.StatusOK, page.NewForm("id", form.Text("id")))
	case "rename":
		flash = "account.flash.organisation_renamed"
		err = h.Accounts.RenameOrganisation(r.Context(), req.Actor, form.Once(), form.Text("id"), form.Version(), form.Words("name"))
	default:
		_, err = h.Accounts.CreateOrganisation(r.Context(), req.Actor, accounts.OrganisationDraft{Once: form.Once(), Kind: form.Text("kind"), Name: form.Words("name")})
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showOrganisations(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/work/account/organisations"), page.Done, flash)
}

func (d organisationsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.organisations.name")}, {Label: d.T("account.organisations.kind")}, {Label: ""}}}
	for _, o := range d.List {
		var rename templ.Component
		if d.Mine(o) {
			rename = renameButton(d, o)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Text(d.Lang, o.Name), ui.M(d.Lang, "account.kind."+o.Kind), rename},
			Current: d.Rename != nil && d.Rename.ID == o.ID})
	}
	return t
}

func (d organisationsData) nameFields() []ui.Field {
	return ui.Words(d.Lang, d.Form, "name", d.T("account.organisations.name"))
}

func (d organisationsData) kindField() ui.Field {
	f := ui.FieldOf(d.Lang, d.Form, "kind", d.T("account.organisations.kind")).Must()
	for _, k := range accounts.OrganisationKinds {
		f.Options = append(f.Options, ui.Option{Value: k, Label: d.T("account.kind." + k)})
	}
	return f
}
