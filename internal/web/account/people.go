package account

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type peopleData struct {
	page.Base
	words
	Members []accounts.Member
	Attack  bool // codes or passwords are being guessed in numbers
}

func (h *Handlers) people(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := peopleData{Base: req.Page("account.tabs"), words: h.words(req, p)}
	if d.Members, err = h.Accounts.Staff(r.Context(), req.Actor); err != nil {
		return err
	}
	guard := h.Accounts.Guard()
	d.Attack = guard.UnderAttack(p.ID) || guard.UnderAttack("") // a wrong invitation code or password names no programme
	return page.Render(w, r, http.StatusOK, peopleView(d))
}

func (d peopleData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.people.name")}, {Label: d.T("account.people.role")},
		{Label: d.T("account.people.scope")}, {Label: d.T("account.people.since")}}}
	for _, m := range d.Members {
		for i, g := range m.Grants {
			name := memberLink(d.Base, m)
			if i > 0 {
				name = ui.Str("〃")
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name, ui.Str(accounts.RoleName(d.Lang, g.Role)), d.scopeCell(g.Grant), ui.ShortDay(d.Lang, g.GrantedAt)}})
		}
	}
	return t
}

func memberLink(b page.Base, m accounts.Member) templ.Component {
	href := b.P("/work/account/people/" + formatNumber(m.Number))
	return ui.TwoLines(ui.Link(href, memberName(b, m.Person)), ui.M(b.Lang, "account.people.account", "number", m.Number))
}

func memberName(b page.Base, p accounts.Person) string {
	if p.Erased {
		return b.T("account.people.erased")
	}
	return p.Name
}

type participantsData struct {
	page.Base
	words
	Members []accounts.Member
	Counts  map[string]int
	Page    int
}

func (h *Handlers) participants(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := participantsData{Base: req.Page("account.tab.participants"), words: h.words(req, p), Page: pageNumber(r)}
	if d.Members, err = h.Accounts.Participants(r.Context(), req.Actor, d.Page); err != nil {
		return err
	}
	if d.Counts, err = h.Accounts.ParticipantsByCollege(r.Context(), req.Actor); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, participantsView(d))
}

func (d participantsData) total() (n int) {
	for _, c := range d.Counts {
		n += c
	}
	return n
}

func (d participantsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.participants.person")}, {Label: d.T("account.cards.college")},
		{Label: d.T("account.cards.unit")}, {Label: d.T("account.people.since")}}}
	for _, m := range d.Members {
		for _, g := range m.Grants {
			var unit templ.Component
			if g.Unit != "" {
				unit = ui.TextPlain(d.Lang, d.unit(g.Unit))
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{memberLink(d.Base, m), ui.TextPlain(d.Lang, d.college(g.College)), unit, ui.ShortDay(d.Lang, g.GrantedAt)}})
		}
	}
	return t
}

func (d participantsData) collegeFigures() (figures []ui.Figure) {
	for _, c := range d.programme.Colleges {
		if n := d.Counts[c.ID]; n > 0 && len(figures) < 4 {
			figures = append(figures, ui.Figure{Value: ui.Num(d.Lang, n), Of: ui.M(d.Lang, "common.of", "total", d.total()), Label: ui.TextPlain(d.Lang, c.Name)})
		}
	}
	return figures
}

// pages are the links to the pages before and after.
func pages(b page.Base, path string, current, shown, total int) ui.Pages {
	p := ui.Pages{From: (current-1)*accounts.PageSize + 1, To: (current-1)*accounts.PageSize + shown, Total: total}
	if shown == 0 {
		p.Total = 0
	}
	if current > 1 {
		p.Previous = b.P(path + "?page=" + formatNumber(int64(current-1)))
	}
	if p.To < total {
		p.Next = b.P(path + "?page=" + formatNumber(int64(current+1)))
	}
	return p
}

type memberData struct {
	page.Base
	words
	Form   *page.Form
	Member accounts.Member
	Orgs   []accounts.Organisation
}

func (h *Handlers) member(w http.ResponseWriter, r *http.Request) error {
	return h.showMember(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showMember(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := memberData{words: h.words(req, p), Form: form}
	if d.Member, err = h.Accounts.Member(r.Context(), req.Actor, number(r)); err != nil {
		return err
	}
	if d.Orgs, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	d.Base = underPeople(req.Titled(memberName(req.Base, d.Member.Person)))
	return page.Render(w, r, status, memberView(d))
}

// changeMember gives or withdraws a role, or issues a code for a new password,
// by the button that was pressed.
func (h *Handlers) changeMember(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	flash := "account.flash.granted"
	switch form.Text("action") {
	case "reset":
		return h.issueReset(w, r, form)
	case "revoke":
		flash = "account.flash.revoked"
		err = h.Accounts.RevokeGrant(r.Context(), req.Actor, form.Once(), form.Int("grant"))
	default:
		err = h.grant(r, p, form)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showMember(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/work/account/people"), page.Done, flash)
}

func (h *Handlers) grant(r *http.Request, p *programme.Programme, form *page.Form) error {
	req := page.Of(r)
	g := h.grantOf(req, p, form)
	if len(form.Faults) > 0 {
		return nil
	}
	return h.Accounts.Grant(r.Context(), req.Actor, form.Once(), number(r), g)
}

func (h *Handlers) issueReset(w http.ResponseWriter, r *http.Request, form *page.Form) error {
	req := page.Of(r)
	issued, err := h.Accounts.IssueReset(r.Context(), req.Actor, form.Once(), number(r))
	if err != nil {
		return err
	}
	return h.showIssued(w, r, issued, "/work/account/people")
}

// grantOf reads a role with where it counts, for staff.
func (h *Handlers) grantOf(req *page.Request, p *programme.Programme, form *page.Form) accounts.Grant {
	words := h.words(req, p)
	known(form, "role", words.staffRoles())
	known(form, "unit", words.units("account.whole_programme"))
	known(form, "axis", words.axes())
	return accounts.Grant{Role: accounts.Role(form.Text("role")), Unit: form.Text("unit"), Axis: form.Text("axis"), Organisation: form.Text("organisation")}
}

// grantFields ask for a role and where it counts.
func grantFields(b page.Base, w words, form *page.Form, orgs []accounts.Organisation) []ui.Field {
	field := func(name string, options []ui.Option) ui.Field {
		return ui.FieldOf(b.Lang, form, name, b.T("account.invite."+name)).WithOptions(options...)
	}
	return []ui.Field{field("role", w.staffRoles()).Must(), field("unit", w.units("account.whole_programme")).WithHint(b.T("account.invite.unit_hint")),
		field("axis", w.axes()), field("organisation", w.organisations(orgs))}
}

func (d memberData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.people.role")}, {Label: d.T("account.people.scope")}, {Label: d.T("account.people.since")}, {Label: ""}}}
	for _, g := range d.Member.Grants {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Str(accounts.RoleName(d.Lang, g.Role)), d.scopeCell(g.Grant),
			ui.Day(d.Lang, g.GrantedAt), revokeGrantButton(d, g)}})
	}
	return t
}

func (d memberData) address() string {
	return d.P("/work/account/people/" + formatNumber(d.Member.Number))
}

type rightsData struct{ page.Base }

func (h *Handlers) rights(w http.ResponseWriter, r *http.Request) error {
	return page.Render(w, r, http.StatusOK, rightsView(rightsData{page.Of(r).Page("account.tab.rights")}))
}

func (d rightsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.rights.role")}, {Label: d.T("account.rights.may")}}}
	for _, role := range accounts.AllRoles {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Str(accounts.RoleName(d.Lang, role)), rightsOf(d, role)}})
	}
	return t
}
