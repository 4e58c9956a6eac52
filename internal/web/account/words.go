package account

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// words turns the codes of a grant into what people read, for one programme.
type words struct {
	lang      i18n.Lang
	programme *programme.Programme
	territory *territory.Pack
	accounts  *accounts.Service
}

func (h *Handlers) words(req *page.Request, p *programme.Programme) words {
	return words{lang: req.Base.Lang, programme: p, territory: h.Territory, accounts: h.Accounts}
}

func (w words) t(key string, args ...any) string { return i18n.T(w.lang, key, args...) }

func (w words) unit(code string) i18n.Text {
	u, ok := w.territory.Unit(code)
	if !ok {
		return i18n.Text{Fr: code}
	}
	return u.Name
}

func (w words) college(id string) i18n.Text {
	c, ok := w.programme.College(id)
	if !ok {
		return i18n.Text{Fr: id}
	}
	return c.Name
}

func (w words) axis(id string) i18n.Text {
	a, ok := w.programme.Axis(id)
	if !ok {
		return i18n.Text{Fr: id}
	}
	return a.Name
}

// scope lists where a grant counts and for whom: college, organisation, unit, axis.
func (w words) scope(g accounts.Grant) (list []templ.Component) {
	add := func(code string, name func(string) i18n.Text) {
		if code != "" {
			list = append(list, ui.TextPlain(w.lang, name(code)))
		}
	}
	add(g.College, w.college)
	add(g.Organisation, w.accounts.OrganisationName)
	add(g.Unit, w.unit)
	add(g.Axis, w.axis)
	return list
}

// scopeCell is scope for a table, in words where it is everything.
func (w words) scopeCell(g accounts.Grant) templ.Component {
	list := w.scope(g)
	if len(list) == 0 {
		return ui.Str(w.t("account.whole_programme"))
	}
	return ui.Join(" · ", list...)
}

func (w words) staffRoles() (options []ui.Option) {
	for _, role := range accounts.AllRoles {
		if role != accounts.Administrator && role != accounts.Participant {
			options = append(options, ui.Option{Value: string(role), Label: accounts.RoleName(w.lang, role)})
		}
	}
	return options
}

// units offers the programme's territory from the whole down to communes and
// arrondissements; whole is the label of the empty choice.
func (w words) units(whole string) []ui.Option {
	options := []ui.Option{{Value: "", Label: w.t(whole)}}
	for _, u := range w.territory.Units() {
		if u.Code != w.programme.Territory && w.territory.Within(u.Code, w.programme.Territory) {
			options = append(options, option(w.lang, u.Code, u.Name))
		}
	}
	return options
}

func (w words) axes() []ui.Option {
	options := []ui.Option{{Value: "", Label: w.t("account.all_axes")}}
	for _, a := range w.programme.Axes {
		options = append(options, option(w.lang, a.ID, a.Name))
	}
	return options
}

func (w words) colleges() (options []ui.Option) {
	for _, c := range w.programme.Colleges {
		options = append(options, option(w.lang, c.ID, c.Name))
	}
	return options
}

func (w words) organisations(list []accounts.Organisation) []ui.Option {
	options := []ui.Option{{Value: "", Label: w.t("account.no_organisation")}}
	for _, o := range list {
		options = append(options, option(w.lang, o.ID, o.Name))
	}
	return options
}

func option(l i18n.Lang, value string, name i18n.Text) ui.Option {
	label, _ := name.In(l)
	return ui.Option{Value: value, Label: label}
}

// known says whether what a form chose is on offer: the module takes codes of
// units, axes and colleges as they come, since it does not know them.
func known(form *page.Form, name string, options []ui.Option) {
	value := form.Text(name)
	if value != "" && !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
		form.Add(name, "fault.unknown_choice")
	}
}

// tabs are the views of people and roles.
func tabs(b page.Base, current string) []ui.Tab {
	var list []ui.Tab
	for _, name := range []string{"people", "participants", "invitations", "organisations", "rights"} {
		list = append(list, ui.Tab{Label: b.T("account.tab." + name), Href: b.P("/work/account/" + name), Count: -1, Current: name == current})
	}
	return list
}

// underPeople is the way back to the list of people.
func underPeople(b page.Base) page.Base {
	return b.With(page.Crumb{Label: b.T("nav.people"), Href: b.P("/work/account/people")}, page.Crumb{Label: b.Title})
}
