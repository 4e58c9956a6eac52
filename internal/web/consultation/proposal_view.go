package consultation

import (
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type proposalData struct {
	publicData
	consultation.ProposalPage
	Lang i18n.Lang // of the page; the proposal's own is ProposalPage.Lang
}

// badge is the outcome of a published proposal, with what it was merged into,
// deferred or referred to; of any other its state.
func (d proposalData) badge() ui.Mark {
	if !d.Readable() {
		return stateMark(d.publicData, d.State)
	}
	a, _ := d.Answer()
	switch {
	case d.Outcome == consultation.Merged && a.MergedInto != "":
		return ui.Status(d.Lang, "merged_into", "target", isolated(a.MergedInto))
	case d.Outcome == consultation.Deferred && !a.DeferredTo.Empty():
		return ui.Status(d.Lang, "deferred_to", "target", d.text(a.DeferredTo))
	case d.Outcome == consultation.Referred && !d.organisation(a.ReferredTo).Empty():
		return ui.Status(d.Lang, "referred_to", "target", d.text(d.organisation(a.ReferredTo)))
	}
	return ui.Status(d.Lang, string(d.Outcome))
}

// stateMark is the badge of a proposal whose text may not be read.
func stateMark(d publicData, s consultation.ProposalState) ui.Mark {
	m := ui.Mark{Kind: ui.KindOutline, Icon: "cross", Text: d.T("consultation.state." + string(s))}
	if s == consultation.Waiting {
		m.Icon = "clock"
	}
	return m
}

// move says who must do what next.
func (d proposalData) move() templ.Component {
	return ui.M(d.Lang, "consultation.next."+string(d.Next.Step))
}

// due says how long is left for it; nil where no day is set.
func (d proposalData) due() templ.Component {
	days, ok := d.Next.Days(d.Now)
	switch {
	case !ok:
		return nil
	case days < 0:
		m := ui.Status(d.Lang, "overdue", "n", -days)
		return ui.Badge(m.Kind, m.Icon, m.Text)
	}
	m := ui.Status(d.Lang, "days_left", "n", days)
	return ui.Badge(m.Kind, m.Icon, m.Text)
}

// history is every state the proposal has been in, with its day, who put it
// there and why.
func (d proposalData) history() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("consultation.history.day")}, {Label: d.T("consultation.history.what")}, {Label: d.T("consultation.history.who")}, {Label: d.T("consultation.history.why")}}}
	add := func(at time.Time, what templ.Component, who string, why templ.Component) {
		if !at.IsZero() {
			t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Day(d.Lang, at), what, said(who), why}})
		}
	}
	add(d.SubmittedAt, ui.M(d.Lang, "consultation.history.submitted"), d.T("consultation.channel."+string(d.Channel)), nil)
	add(d.PublishedAt, ui.M(d.Lang, "consultation.history.published"), d.T("account.role.coordinator"), nil)
	add(d.ExaminedAt, ui.M(d.Lang, "status.under_review"), d.T("account.role.examiner"), nil)
	for _, a := range d.Answers {
		add(a.At, ui.M(d.Lang, "status."+string(a.Decision)), d.answeredBy(a), ui.Text(d.Lang, a.Reason))
	}
	add(d.Screened.At, ui.M(d.Lang, "consultation.screening."+screening(d.Screening)), d.role(d.Screened.Role), reasonOf(d.Lang, d.Screened.Reason))
	if d.State != consultation.Waiting && d.State != consultation.Published {
		add(d.Put.At, ui.M(d.Lang, "consultation.state."+string(d.State)), d.role(d.Put.Role), reasonOf(d.Lang, d.Put.Reason))
	}
	return t
}

// screening is the catalogue's word for a result.
func screening(s consultation.Screening) string {
	if s == consultation.NotScreened {
		return "none"
	}
	return string(s)
}

// said is a cell's text; nil for an empty cell.
func said(s string) templ.Component {
	if s == "" {
		return nil
	}
	return ui.Str(s)
}

func reasonOf(l i18n.Lang, t i18n.Text) templ.Component {
	if t.Empty() {
		return nil
	}
	return ui.Text(l, t)
}

// answeredBy names the role that answered, and its organisation.
func (d publicData) answeredBy(a consultation.Answer) string {
	who := d.role(a.ByRole)
	if o := d.organisation(a.ByOrganisation); !o.Empty() {
		who += d.T("common.separator") + d.text(o)
	}
	return who
}

func (d proposalData) facts() []ui.Fact {
	facts := []ui.Fact{{Term: d.T("consultation.fact.number"), Value: ui.Code(d.Number)}}
	if d.Readable() {
		facts = append(facts, ui.Fact{Term: d.T("consultation.fact.unit"), Value: ui.Str(d.units(d.Units))})
		if d.Place != "" {
			facts = append(facts, ui.Fact{Term: d.T("consultation.fact.place"), Value: ui.UserText(d.Place, d.ProposalPage.Lang)})
		}
		facts = append(facts, ui.Fact{Term: d.T("consultation.fact.axis"), Value: ui.Str(d.axis(d.Axis))},
			ui.Fact{Term: d.T("consultation.fact.college"), Value: ui.Str(d.college(d.College))})
	}
	facts = append(facts, ui.Fact{Term: d.T("consultation.fact.channel"), Value: ui.Str(d.T("consultation.channel." + string(d.Channel)))})
	if d.Scribe != "" {
		facts = append(facts, ui.Fact{Term: d.T("consultation.fact.scribe"), Value: ui.Str(d.role(d.Scribe))})
	}
	return facts
}

type newData struct {
	publicData
	Form   *page.Form
	Phase  programme.Phase
	IsOpen bool
	Times  consultation.Times
}

// fields are the form's, in the order in which they are asked.
func (d newData) fields() []ui.Field {
	title := ui.FieldOf(d.Lang, d.Form, "title", d.T("consultation.new.title_field")).WithHint(d.T("consultation.new.title_hint")).Must()
	title.MaxLength = consultation.MaxTitle
	body := ui.FieldOf(d.Lang, d.Form, "body", d.T("consultation.new.body")).WithHint(d.T("consultation.new.body_hint")).Must()
	body.MaxLength, body.Rows = consultation.MaxText, 8
	place := ui.FieldOf(d.Lang, d.Form, "place", d.T("consultation.fact.place")).WithHint(d.T("consultation.new.place_hint"))
	place.MaxLength, place.Width = consultation.MaxPlace, "medium"
	return []ui.Field{title, body,
		ui.FieldOf(d.Lang, d.Form, "unit", d.T("consultation.new.unit")).WithOptions(d.unitOptions(d.territory.Leaves(d.frame.Territory))...).Must(),
		place,
		ui.FieldOf(d.Lang, d.Form, "college", d.T("consultation.new.college")).WithHint(d.T("consultation.new.college_hint")).WithOptions(d.collegeOptions()...).Must(),
		ui.FieldOf(d.Lang, d.Form, "axis", d.T("consultation.fact.axis")).WithHint(d.T("consultation.new.axis_hint")).WithOptions(d.axisOptions()...),
	}
}

// whole are the faults of the form that belong to no field shown.
func (d newData) whole() []string {
	var list []string
	for _, f := range d.Form.Faults {
		if f.Field == "" {
			list = append(list, page.Message(d.Lang, f))
		}
	}
	return list
}

type receiptData struct {
	publicData
	Proposal consultation.Proposal
	Own      bool   // the code is the proposal's
	Code     string // "" unless Own
	Address  string // behind the code image
	Times    consultation.Times
}

// lead says when it arrived; the same form may come again after it was published.
func (d receiptData) lead() templ.Component {
	at := ui.Moment(d.Lang, d.Proposal.SubmittedAt)
	if d.Proposal.State == consultation.Waiting {
		return ui.M(d.Lang, "consultation.receipt.lead_waiting", "date", at)
	}
	return ui.M(d.Lang, "consultation.receipt.lead", "date", at)
}

func (d receiptData) ticket() ui.Receipt {
	r := ui.Receipt{NumberLabel: d.T("consultation.receipt.number"), Number: d.Proposal.Number, Address: d.Address, CodeLabel: d.T("consultation.receipt.code_image")}
	if d.Code != "" {
		r.SecretLabel, r.SecretNote, r.Secret = d.T("consultation.receipt.secret"), d.T("consultation.receipt.secret_note"), []string{d.Code}
	}
	return r
}

// steps are what happens next, with the days the programme has set itself.
func (d receiptData) steps() []templ.Component {
	move := d.Proposal.Next(d.Times)
	answer := d.Proposal.SubmittedAt.AddDate(0, 0, int(d.Times.AnswerDays))
	if d.Proposal.State != consultation.Waiting {
		return []templ.Component{ui.M(d.Lang, "consultation.next."+string(move.Step)), ui.M(d.Lang, "consultation.receipt.step_follow")}
	}
	return []templ.Component{
		ui.M(d.Lang, "consultation.receipt.step_read", "date", ui.Day(d.Lang, move.Due)),
		ui.M(d.Lang, "consultation.receipt.step_answer", "date", ui.Day(d.Lang, answer)),
		ui.M(d.Lang, "consultation.receipt.step_follow"),
	}
}

type withdrawData struct {
	publicData
	Proposal consultation.Proposal
	Form     *page.Form
}

func (d withdrawData) fields() []ui.Field {
	code := ui.FieldOf(d.Lang, d.Form, "code", d.T("consultation.withdraw.code")).WithHint(d.T("consultation.withdraw.code_hint")).Must()
	code.Content, code.Autocomplete, code.Width = i18n.En, "off", "medium"
	reason := ui.FieldOf(d.Lang, d.Form, "reason", d.T("consultation.withdraw.reason")).WithHint(d.T("consultation.withdraw.reason_hint"))
	reason.MaxLength = consultation.MaxText
	return []ui.Field{code, reason}
}
