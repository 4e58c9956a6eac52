package programme

import (
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

const founding = "/programmes/new"

func (h *Handlers) newProgramme(w http.ResponseWriter, r *http.Request) error {
	if err := page.Of(r).Actor.Require(accounts.ProgrammeCreate, "", ""); err != nil {
		return err
	}
	return h.showFounding(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showFounding(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	d := formData{Base: req.Page("programme.found.title"), Form: form, Action: req.Base.Href(founding), Back: req.Base.Href("/account"), Submit: req.Base.T("programme.found.button")}
	d.Title, d.Lead = ui.Str(d.Base.Title), ui.M(d.Lang, "programme.found.lead")
	d.Crumbs = []page.Crumb{{Label: d.T("account.own.title"), Href: d.Back}, {Label: d.Base.Title}}
	unit := ui.FieldOf(d.Lang, form, "territory", d.T("programme.found.territory")).Must().WithOptions(h.prefectures(d.Lang)...)
	d.Fields, d.Blocks = append(d.Fields, unit), append(d.Blocks, ui.Select(unit))
	names := ui.Words(d.Lang, form, "name", d.T("programme.found.name"))
	names[0].Required = true
	d.Fields, d.Blocks = append(d.Fields, names...), append(d.Blocks, ui.WordsFields(names, false))
	slug := ui.FieldOf(d.Lang, form, "slug", d.T("programme.found.slug")).WithHint(d.T("programme.found.slug_hint")).Must()
	slug.Width, slug.Content, slug.MaxLength = "medium", i18n.En, programme.MaxSlug
	d.Fields, d.Blocks = append(d.Fields, slug), append(d.Blocks, ui.TextField(slug))
	return page.Render(w, r, status, formView(d))
}

// prefectures are the units that a programme can be founded for.
func (h *Handlers) prefectures(l i18n.Lang) (list []ui.Option) {
	for _, u := range h.Territory.Units() {
		if u.Kind == territory.Prefecture || u.Kind == territory.Province {
			name, _ := u.Name.In(l)
			list = append(list, ui.Option{Value: u.Code, Label: name})
		}
	}
	return list
}

// found creates a programme and leads to the invitation of its first coordinator.
func (h *Handlers) found(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.ProgrammeCreate, "", ""); err != nil {
		return err
	}
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	f := programme.Foundation{Slug: form.Text("slug"), Territory: form.Text("territory"), PackVersion: h.Territory.Version(), Name: form.Words("name"), Once: form.Once()}
	if u, ok := h.Territory.PrefectureOf(f.Territory); !ok || u.Code != f.Territory {
		form.Add("territory", "fault.choose_one")
	}
	if f.Name.Ar == "" {
		form.Add("name_ar", "fault.required")
	}
	if len(form.Faults) == 0 {
		_, err = h.Programmes.Create(r.Context(), req.Actor, f)
	}
	again, err := form.Take(err)
	if err != nil {
		return err
	}
	if again {
		ofLanguage(form)
		return h.showFounding(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.Href("/p/"+f.Slug+"/work/account/invite"), page.Done, "programme.found.flash")
}
