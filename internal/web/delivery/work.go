package delivery

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// The forms of a project's work page, each at its own address.
const (
	formReport    = "report"
	formMilestone = "milestone"
	formMoney     = "money"
	formBlocker   = "blocker"
	formState     = "state"
)

// forms gives the right that shows each form, in the order of the tabs.
var forms = []struct {
	name  string
	right accounts.Right
}{
	{formReport, accounts.ReportSubmit}, {formMilestone, accounts.ReportSubmit}, {formMoney, accounts.ReportSubmit},
	{formBlocker, accounts.BlockerManage}, {formState, accounts.StateDecide},
}

// mine tells whether the reader acts for the project's contracting authority.
func mine(a accounts.Actor, p roadmap.Project) bool {
	return slices.ContainsFunc(a.Grants, func(g accounts.Grant) bool {
		return accounts.Rights[g.Role][accounts.ReportSubmit] && g.Organisation != "" && p.For(g.Organisation)
	})
}

// offered lists the forms that the reader may use on a project. Whoever may deal
// with obstacles sees them: the owner of one need not be the project's authority.
func offered(a accounts.Actor, p roadmap.Project) (names []string) {
	for _, f := range forms {
		ok := a.Can(f.right, "", p.Axis)
		switch f.right {
		case accounts.ReportSubmit:
			ok = mine(a, p)
		case accounts.BlockerManage:
			ok = a.Somewhere(f.right)
		}
		if ok {
			names = append(names, f.name)
		}
	}
	return names
}

func (h *Handlers) workList(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	d := workListData{Base: req.Page("delivery.work.title")}
	var err error
	if d.Lines, err = h.projects(r); err != nil {
		return err
	}
	for i := range d.Lines {
		d.Lines[i].Mine = mine(req.Actor, d.Lines[i].Project)
	}
	slices.SortStableFunc(d.Lines, func(a, b line) int { return rank(a) - rank(b) })
	if d.Waiting, err = h.Delivery.WaitingReports(r.Context(), req.Actor); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, workListView(d))
}

// rank orders the work list: mine first, and in each part what needs attention.
func rank(l line) int {
	n := 0
	if !l.Mine {
		n += 10
	}
	if len(l.Progress.Why) == 0 {
		n++
	}
	return n
}

func (h *Handlers) work(w http.ResponseWriter, r *http.Request) error {
	return h.showWork(w, r, http.StatusOK, nil)
}

// showWork shows a project with one form: the one of the address, else the first offered.
func (h *Handlers) showWork(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	p, sheet, err := h.load(r)
	if err != nil {
		return err
	}
	title, _ := p.Title.In(req.Base.Lang)
	d := workData{projectData: projectData{Base: req.Titled(title), Project: p, Sheet: sheet, Inside: true, names: h.Accounts.OrganisationName}, Form: form,
		Forms: offered(req.Actor, p), Current: r.PathValue("form"), Actor: req.Actor}
	if d.Current == "" && len(d.Forms) > 0 {
		d.Current = d.Forms[0]
	}
	if d.Current != "" && !slices.Contains(d.Forms, d.Current) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if d.Form == nil {
		d.Form = d.firstValues(r.URL.Query().Get("code"))
	}
	switch d.Current {
	case formMilestone:
		d.Form.Stands(d.milestone(d.Form.Text("code")).Version)
	case formState:
		d.Form.Stands(d.Sheet.Version)
	}
	if d.Organisations, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	d.Base = d.With(page.Crumb{Label: d.T("delivery.work.title"), Href: d.P("/work/delivery/projects")}, page.Crumb{Label: p.Number})
	return page.Render(w, r, status, workView(d))
}

// act carries out the form of the address.
func (h *Handlers) act(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.Roadmap.Project(r.Context(), req.Base.Programme.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	run := map[string]func(context.Context, accounts.Actor, roadmap.Project, *page.Form) error{formReport: h.submit, formMilestone: h.milestone,
		formMoney: h.money, formBlocker: h.openBlocker, formState: h.decideState}[r.PathValue("form")]
	if run == nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	err = run(r.Context(), req.Actor, p, form)
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showWork(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/work/delivery/projects/"+p.Number+"/"+r.PathValue("form")), page.Done, "delivery.flash."+r.PathValue("form"))
}

// unread is the fault of a form whose fields could not be read: nothing is done with it.
func unread(form *page.Form) bool { return len(form.Faults) > 0 }

func (h *Handlers) submit(ctx context.Context, actor accounts.Actor, p roadmap.Project, form *page.Form) error {
	d := delivery.ReportDraft{Project: p.Number, NothingChanged: form.Has("nothing_changed", "yes"), Once: form.Once()}
	if !d.NothingChanged {
		for i := range p.Components {
			d.Done = append(d.Done, form.Thousandths(doneField(i)))
		}
		d.ForecastEnd, d.Statement = form.Time("forecast_end"), form.Words("statement")
	}
	if unread(form) {
		return nil
	}
	_, err := h.Delivery.SubmitReport(ctx, actor, d)
	return err
}

func doneField(component int) string { return "done_" + strconv.Itoa(component) }

func (h *Handlers) milestone(ctx context.Context, actor accounts.Actor, p roadmap.Project, form *page.Form) error {
	d := delivery.MilestoneDraft{Project: p.Number, Code: form.Text("code"), Forecast: form.Time("forecast"), Actual: form.Time("actual"),
		Version: form.Version(), Once: form.Once()}
	if unread(form) {
		return nil
	}
	return h.Delivery.RecordMilestone(ctx, actor, d)
}

func (h *Handlers) money(ctx context.Context, actor accounts.Actor, p roadmap.Project, form *page.Form) error {
	d := delivery.MoneyDraft{Project: p.Number, Kind: form.Text("kind"), Amount: form.Dirhams("amount"), At: form.Time("at"), Payer: form.Text("payer"),
		Note: form.Words("note"), Once: form.Once()}
	if unread(form) {
		return nil
	}
	return h.Delivery.RecordMoney(ctx, actor, d)
}

func (h *Handlers) openBlocker(ctx context.Context, actor accounts.Actor, p roadmap.Project, form *page.Form) error {
	d := delivery.BlockerDraft{Project: p.Number, Kind: form.Text("kind"), Text: form.Words("text"), Owner: form.Text("owner"), Due: form.Time("due"), Once: form.Once()}
	if unread(form) {
		return nil
	}
	_, err := h.Delivery.OpenBlocker(ctx, actor, d)
	return err
}

func (h *Handlers) decideState(ctx context.Context, actor accounts.Actor, p roadmap.Project, form *page.Form) error {
	return h.Delivery.DecideState(ctx, actor, p.Number, delivery.State(form.Text("state")), form.Words("reason"), form.Version(), form.Once())
}

// blocker answers, closes or publishes an obstacle, by the button that was pressed.
func (h *Handlers) blocker(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	number, version, once := r.PathValue("number"), form.Version(), form.Once()
	switch form.Text("do") {
	case "answer":
		err = h.Delivery.AnswerBlocker(r.Context(), req.Actor, number, form.Words("reply"), version, once)
	case "close":
		err = h.Delivery.CloseBlocker(r.Context(), req.Actor, number, form.Words("lesson"), version, once)
	case "publish":
		err = h.Delivery.PublishBlocker(r.Context(), req.Actor, number, version, once)
	default:
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		// The obstacle's project, whose page the form stands on.
		r.SetPathValue("number", form.Text("project"))
		r.SetPathValue("form", formBlocker)
		return h.showWork(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/work/delivery/projects/"+form.Text("project")+"/"+formBlocker), page.Done, "delivery.flash.blocker_"+form.Text("do"))
}

func (h *Handlers) report(w http.ResponseWriter, r *http.Request) error {
	return h.showReport(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showReport(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	rep, err := h.Delivery.Report(r.Context(), req.Actor, r.PathValue("number"))
	if err != nil {
		return err
	}
	r.SetPathValue("number", rep.Project)
	p, sheet, err := h.load(r)
	if err != nil {
		return err
	}
	d := reportData{projectData: projectData{Base: req.Titled(rep.Number), Project: p, Sheet: sheet, Inside: true, names: h.Accounts.OrganisationName}, Report: rep, Form: form,
		May: req.Actor.Can(accounts.ReportApprove, "", p.Axis), Own: rep.SubmittedBy == req.Actor.Person}
	d.Base = d.With(page.Crumb{Label: d.T("delivery.work.title"), Href: d.P("/work/delivery/projects")}, page.Crumb{Label: rep.Number})
	return page.Render(w, r, status, reportView(d))
}

// decide approves or returns a report, by the button that was pressed.
func (h *Handlers) decide(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	number, flash := r.PathValue("number"), "delivery.flash.approved"
	if form.Has("do", "return") {
		flash = "delivery.flash.returned"
		err = h.Delivery.ReturnReport(r.Context(), req.Actor, number, form.Text("reason"), form.Version(), form.Once())
	} else {
		err = h.Delivery.ApproveReport(r.Context(), req.Actor, number, form.Version(), form.Once())
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showReport(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/work/delivery/projects"), page.Done, flash, "number", number)
}

// workListData is the staff's list.
type workListData struct {
	page.Base
	Lines   []line
	Waiting []delivery.Report
}

func (d workListData) mine() (n int) {
	for _, l := range d.Lines {
		if l.Mine {
			n++
		}
	}
	return n
}

// title finds the project of a waiting report.
func (d workListData) title(number string) i18n.Text {
	for _, l := range d.Lines {
		if l.Project.Number == number {
			return l.Project.Title
		}
	}
	return i18n.Text{Ar: number}
}

// workData is a project's work page with its current form.
type workData struct {
	projectData
	Form          *page.Form
	Forms         []string
	Current       string
	Organisations []accounts.Organisation
	Actor         accounts.Actor
}

// coordinates tells whether the reader may act on any obstacle, and publish it.
func (d workData) coordinates() bool { return d.Actor.Can(accounts.ReportApprove, "", d.Project.Axis) }

// manages tells whether the reader may open and close this project's obstacles.
func (d workData) manages() bool { return d.coordinates() || mine(d.Actor, d.Project) }

// answers tells whether the reader may reply to an obstacle.
func (d workData) answers(b delivery.Blocker) bool {
	return d.coordinates() || mine(d.Actor, roadmap.Project{MOA: b.Owner})
}

// reportData is one report before those who approve.
type reportData struct {
	projectData
	Report   delivery.Report
	Form     *page.Form
	May, Own bool
}

// milestone is the one with a code, or else the next to come, or the last.
func (d workData) milestone(code string) (m delivery.MilestoneLine) {
	list := d.milestones()
	i := slices.IndexFunc(list, func(m delivery.MilestoneLine) bool { return m.Code == code })
	if i < 0 {
		i = slices.IndexFunc(list, func(m delivery.MilestoneLine) bool { return m.Actual.IsZero() })
	}
	switch {
	case i >= 0:
		return list[i]
	case len(list) > 0:
		return list[len(list)-1]
	}
	return m
}

// firstValues fills the form with what stands: the quantities last approved, or
// the dates told of the milestone that the address names.
func (d workData) firstValues(code string) *page.Form {
	var values []string
	switch d.Current {
	case formMilestone:
		m := d.milestone(code)
		values = append(values, "code", m.Code, "version", strconv.FormatInt(m.Version, 10))
		for name, t := range map[string]time.Time{"forecast": m.Told, "actual": m.Actual} {
			if !t.IsZero() {
				values = append(values, name, i18n.ShortDate(d.Lang, t))
			}
		}
	case formState:
		values = append(values, "version", strconv.FormatInt(d.Sheet.Version, 10))
	case formReport:
		for i, n := range d.Sheet.Done {
			values = append(values, doneField(i), page.Thousandths(n))
		}
		if t := d.Sheet.Progress.ForecastEnd; !t.IsZero() {
			values = append(values, "forecast_end", i18n.ShortDate(d.Lang, t))
		}
	}
	return page.NewForm(values...)
}

// fields are those of the current form, in its order.
func (d workData) fields() []ui.Field {
	l := d.Lang
	of := func(name, key string) ui.Field { return ui.FieldOf(l, d.Form, name, d.T(key)) }
	switch d.Current {
	case formReport:
		var fields []ui.Field
		for i, c := range d.Project.Components {
			name, _ := c.Title.In(l)
			f := ui.FieldOf(l, d.Form, doneField(i), name)
			f.Unit, _ = c.Unit.In(l)
			f.Hint = d.T("delivery.form.done_hint", "planned", i18n.Thousandths(l, c.Quantity))
			if i == 0 && f.Error == "" {
				f.Error = d.Form.Error(l, "done")
			}
			fields = append(fields, f.Must())
		}
		return append(append(fields, of("forecast_end", "delivery.form.forecast_end").Must()), d.words("statement", "delivery.form.statement")...)
	case formMilestone:
		forecast := of("forecast", "delivery.column.forecast")
		if forecast.Error == "" {
			forecast.Error = d.Form.Error(l, "code")
		}
		return []ui.Field{forecast, of("actual", "delivery.column.actual")}
	case formMoney:
		return append([]ui.Field{of("kind", "delivery.column.kind").WithOptions(d.options("delivery.money.", delivery.MoneyKinds)...).Must(),
			of("amount", "delivery.column.amount").WithHint(d.T("delivery.form.amount_hint")).Must(), of("at", "delivery.column.date").Must(),
			of("payer", "delivery.column.payer").WithOptions(d.partners()...).Must()}, d.words("note", "delivery.form.note")...)
	case formBlocker:
		return append([]ui.Field{of("kind", "delivery.form.blocker_kind").WithOptions(d.options("delivery.blocker.kind.", delivery.BlockerKinds)...).Must(),
			of("owner", "delivery.form.owner").WithOptions(d.organisationOptions()...).Must(), of("due", "delivery.form.due").Must()}, d.words("text", "delivery.form.text")...)
	case formState:
		next := make([]string, 0, len(delivery.States))
		for _, s := range d.Sheet.Progress.State.Next() {
			next = append(next, string(s))
		}
		return append([]ui.Field{of("state", "delivery.form.state").WithOptions(d.options("delivery.state.", next)...).Must()}, d.words("reason", "delivery.form.reason")...)
	}
	return nil
}

// words are the fields of a text in three languages; a fault of the whole text
// stands on the first.
func (d workData) words(name, key string) []ui.Field {
	fields := ui.Words(d.Lang, d.Form, name, d.T(key))
	if fields[0].Error == "" {
		fields[0].Error = d.Form.Error(d.Lang, name)
	}
	return fields
}

func (d workData) options(prefix string, values []string) (list []ui.Option) {
	for _, v := range values {
		list = append(list, ui.Option{Value: v, Label: d.T(prefix + v)})
	}
	return list
}

func (d workData) organisationOptions() (list []ui.Option) {
	for _, o := range d.Organisations {
		name, _ := o.Name.In(d.Lang)
		list = append(list, ui.Option{Value: o.ID, Label: name})
	}
	return list
}

// partners are the organisations that pay for the project.
func (d workData) partners() (list []ui.Option) {
	pays := func(id string) bool {
		return d.Project.For(id) || slices.ContainsFunc(d.Project.Funding, func(f roadmap.Funding) bool { return f.Organisation == id })
	}
	for _, o := range d.organisationOptions() {
		if pays(o.Value) {
			list = append(list, o)
		}
	}
	return list
}
