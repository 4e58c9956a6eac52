package account

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

func formatNumber(n int64) string { return strconv.FormatInt(n, 10) }

type invitationsData struct {
	page.Base
	words
	List  []accounts.Invitation
	Total int
	Page  int
	Once  string
}

func (h *Handlers) invitations(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := invitationsData{Base: req.Page("account.tab.invitations"), words: h.words(req, p), Page: pageNumber(r), Once: page.NewForm().Once()}
	if d.List, d.Total, err = h.Accounts.Invitations(r.Context(), req.Actor, d.Page); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, invitationsView(d))
}

func (h *Handlers) revokeInvitation(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	if err := h.Accounts.RevokeInvitation(r.Context(), req.Actor, form.Once(), form.Int("number"), 0); err != nil {
		return err
	}
	return page.Redirect(w, r, req.Base.P("/work/account/invitations"), page.Done, "account.flash.invitation_revoked")
}

// open is the number of codes on the page that still wait.
func (d invitationsData) open() (n int) {
	for _, i := range d.List {
		n += i.Open(d.Now)
	}
	return n
}

func (d invitationsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("account.invitations.number")}, {Label: d.T("account.people.role")},
		{Label: d.T("account.invitations.issued")}, {Label: d.T("account.invitations.expires")}, {Label: d.T("account.invitations.state")}, {Label: ""}}}
	for _, i := range d.List {
		name := ui.Num(d.Lang, i.Number)
		if i.Addressee != "" {
			name = ui.TwoLines(ui.UserText(i.Addressee, ""), ui.Num(d.Lang, i.Number))
		}
		role := ui.Str(accounts.RoleName(d.Lang, i.Grant.Role))
		if scope := d.scope(i.Grant); len(scope) > 0 {
			role = ui.TwoLines(role, ui.Join(" · ", scope...))
		}
		var revoke templ.Component
		if i.Open(d.Now) > 0 {
			revoke = revokeInvitationButton(d, i)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name, role, ui.ShortDay(d.Lang, i.CreatedAt), ui.ShortDay(d.Lang, i.ExpiresAt), d.state(i), revoke}})
	}
	return t
}

// state says in a badge, and for a batch in numbers, what became of the codes.
func (d invitationsData) state(i accounts.Invitation) templ.Component {
	badge := func(kind, icon, key string) templ.Component { return ui.Badge(kind, icon, d.T(key)) }
	var state templ.Component
	switch {
	case i.Open(d.Now) > 0:
		state = badge(ui.KindWater, "half", "account.invitations.waiting")
	case i.Accepted > 0:
		state = badge(ui.KindOK, "check", "account.invitations.accepted")
	case i.Revoked == i.Codes:
		state = badge(ui.KindOutline, "cross", "account.invitations.revoked")
	default:
		state = badge(ui.KindWarn, "clock", "account.invitations.expired")
	}
	if i.Codes == 1 {
		return state
	}
	return ui.TwoLines(state, ui.M(d.Lang, "account.invitations.batch_state", "accepted", i.Accepted, "total", i.Codes))
}

type inviteData struct {
	page.Base
	words
	Form *page.Form
	Orgs []accounts.Organisation
}

func (h *Handlers) invitePage(w http.ResponseWriter, r *http.Request) error {
	return h.showInvite(w, r, http.StatusOK, page.NewForm("days", strconv.Itoa(accounts.DefaultDays)))
}

func (h *Handlers) showInvite(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := mayInvite(req); err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := inviteData{Base: underPeople(req.Page("account.invite.title")), words: h.words(req, p), Form: form}
	if d.Orgs, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	return page.Render(w, r, status, inviteView(d))
}

// mayInvite keeps the form from those whose command would be refused anyway.
func mayInvite(req *page.Request) error {
	if req.Actor.Somewhere(accounts.AccountsManage) {
		return nil
	}
	return req.Actor.Require(accounts.AccountsManage, "", "")
}

func (h *Handlers) invite(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	draft := accounts.InvitationDraft{Once: form.Once(), Grant: h.grantOf(req, p, form), Addressee: form.Text("addressee"), Days: int(form.Int("days"))}
	var issued accounts.Issued
	if len(form.Faults) == 0 {
		issued, err = h.Accounts.Invite(r.Context(), req.Actor, draft)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showInvite(w, r, http.StatusUnprocessableEntity, form)
	}
	return h.showIssued(w, r, issued, "/work/account/invitations")
}

func (d inviteData) fields() []ui.Field {
	addressee := ui.FieldOf(d.Lang, d.Form, "addressee", d.T("account.invite.addressee")).WithHint(d.T("account.invite.addressee_hint"))
	return append(grantFields(d.Base, d.words, d.Form, d.Orgs), addressee, daysField(d.Base, d.Form))
}

func daysField(b page.Base, form *page.Form) ui.Field {
	f := ui.FieldOf(b.Lang, form, "days", b.T("account.invite.days")).Must()
	f.Unit = b.T("account.invite.days_unit")
	return f
}

type issuedData struct {
	page.Base
	Issued  accounts.Issued
	Address string // where the code is entered
	Back    string
}

// showIssued answers the post itself, not a redirect: nowhere may the code be
// kept for a page that would follow. Posting again shows the same code.
func (h *Handlers) showIssued(w http.ResponseWriter, r *http.Request, issued accounts.Issued, back string) error {
	req := page.Of(r)
	title := req.Base.T("account.issued.title")
	if issued.Addressee != "" {
		title = req.Base.T("account.issued.title_for", "name", issued.Addressee)
	}
	d := issuedData{Base: underPeople(req.Titled(title)), Issued: issued, Address: codeAddress(r), Back: back}
	return page.Render(w, r, http.StatusOK, issuedView(d))
}

type cardsData struct {
	page.Base
	words
	Form    *page.Form
	Issued  accounts.Issued
	Address string
}

func (h *Handlers) cardsPage(w http.ResponseWriter, r *http.Request) error {
	return h.showCards(w, r, http.StatusOK, page.NewForm("days", "60", "count", "40"))
}

func (h *Handlers) showCards(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := mayInvite(req); err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	return page.Render(w, r, status, cardsView(cardsData{Base: underPeople(req.Page("account.cards.title")), words: h.words(req, p), Form: form}))
}

func (h *Handlers) cards(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	words := h.words(req, p)
	known(form, "college", words.colleges())
	known(form, "unit", words.units("account.all_units"))
	count, days := int(form.Int("count")), int(form.Int("days"))
	if count < 1 && form.Error(req.Base.Lang, "count") == "" {
		form.Add("count", "fault.number_range", "min", 1, "max", accounts.MaxBatch)
	}
	var issued accounts.Issued
	if len(form.Faults) == 0 {
		issued, err = h.Accounts.InviteBatch(r.Context(), req.Actor, form.Once(), form.Text("college"), form.Text("unit"), count, days)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showCards(w, r, http.StatusUnprocessableEntity, form)
	}
	d := cardsData{Base: underPeople(req.Page("account.cards.title")), words: words, Issued: issued, Address: codeAddress(r)}
	return page.Render(w, r, http.StatusOK, sheetView(d))
}

func (d cardsData) fields() []ui.Field {
	return []ui.Field{
		ui.FieldOf(d.Lang, d.Form, "college", d.T("account.cards.college")).WithOptions(d.colleges()...).Must(),
		ui.FieldOf(d.Lang, d.Form, "unit", d.T("account.cards.unit")).WithOptions(d.units("account.all_units")...),
		ui.FieldOf(d.Lang, d.Form, "count", d.T("account.cards.count")).Must(),
		daysField(d.Base, d.Form),
	}
}
