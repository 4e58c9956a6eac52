package roadmap

import (
	"net/http"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/web/page"
)

func (h *Handlers) work(w http.ResponseWriter, r *http.Request) error {
	return h.showWork(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showWork(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	f, err := h.frame(r, req.Page("nav.roadmap"))
	if err != nil {
		return err
	}
	d := workData{frame: f, Form: form, MayDraft: req.Actor.Can(accounts.RoadmapDraft, "", ""), MayAdopt: req.Actor.Can(accounts.RoadmapAdopt, "", "")}
	if d.Projects, err = h.Roadmap.Projects(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	if d.Versions, err = h.Roadmap.Versions(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	return page.Render(w, r, status, workView(d))
}

// step runs one command from the work page and returns there.
func (h *Handlers) step(w http.ResponseWriter, r *http.Request, do func(req *page.Request, form *page.Form) error) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	if again, err := form.Take(do(req, form)); err != nil {
		return err
	} else if again {
		return h.showWork(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workPath), page.Done, "roadmap.flash.saved")
}

func (h *Handlers) draftVersion(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, func(req *page.Request, form *page.Form) error {
		p, err := h.Programmes.Programme(r.Context(), req.Base.Programme.Slug)
		if err != nil {
			return err
		}
		_, err = h.Roadmap.DraftVersion(r.Context(), req.Actor, p.Cycle(), form.Words("title"), form.Words("preamble"), form.Once())
		return err
	})
}

func (h *Handlers) setProjects(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, func(req *page.Request, form *page.Form) error {
		number, err := strconv.Atoi(r.PathValue("version"))
		if err != nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return h.Roadmap.SetVersionProjects(r.Context(), req.Actor, number, form.All("projects"), form.Version(), form.Once())
	})
}

func (h *Handlers) adopt(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, func(req *page.Request, form *page.Form) error {
		number, err := strconv.Atoi(r.PathValue("version"))
		if err != nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return h.Roadmap.AdoptVersion(r.Context(), req.Actor, number, form.Version(), form.Once())
	})
}

func (h *Handlers) newObjective(w http.ResponseWriter, r *http.Request) error {
	return h.showObjective(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showObjective(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.RoadmapDraft, "", ""); err != nil {
		return err
	}
	f, err := h.frame(r, req.Page("roadmap.new_objective"))
	if err != nil {
		return err
	}
	return page.Render(w, r, status, objectiveView(formData{frame: f, Form: form}))
}

func (h *Handlers) addObjective(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = h.Roadmap.SetObjective(r.Context(), req.Actor, roadmap.Objective{Axis: form.Text("axis"), Title: form.Words("title")}, form.Once())
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showObjective(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workPath), page.Done, "roadmap.flash.saved")
}

func (h *Handlers) newProject(w http.ResponseWriter, r *http.Request) error {
	return h.showProject(w, r, http.StatusOK, page.NewForm("entry", roadmap.ByVote))
}

func (h *Handlers) editProject(w http.ResponseWriter, r *http.Request) error {
	p, err := h.Roadmap.Project(r.Context(), page.Of(r).Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	return h.showProject(w, r, http.StatusOK, fill(p))
}

func (h *Handlers) showProject(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.RoadmapDraft, "", ""); err != nil {
		return err
	}
	f, err := h.frame(r, req.Page("roadmap.sheet"))
	if err != nil {
		return err
	}
	d := formData{frame: f, Form: form, Number: r.PathValue("number")}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.roadmap"), Href: d.P(workPath)}, {Label: d.T("roadmap.sheet")}}
	if d.Objectives, err = h.Roadmap.Objectives(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	if d.Organisations, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	if d.Options, err = h.included(r, req); err != nil {
		return err
	}
	return page.Render(w, r, status, projectView(d))
}

// included lists the options that a published result included.
func (h *Handlers) included(r *http.Request, req *page.Request) (list []prioritisation.Option, err error) {
	votes, err := h.Prioritisation.Votes(r.Context(), req.Actor.Programme)
	if err != nil {
		return nil, err
	}
	for _, v := range votes {
		if v.State != prioritisation.Published {
			continue
		}
		options, err := h.Prioritisation.Options(r.Context(), req.Actor.Programme, v.Number)
		if err != nil {
			return nil, err
		}
		for _, o := range options {
			if v.Outcome.Won(o.Number) {
				list = append(list, o)
			}
		}
	}
	return list, nil
}

func (h *Handlers) saveProject(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p := sheet(form)
	p.Number = r.PathValue("number")
	if p.Number != "" {
		before, err := h.Roadmap.Project(r.Context(), req.Actor.Programme, p.Number)
		if err != nil {
			return err
		}
		p.Cycle, p.Proposals, p.Release = before.Cycle, before.Proposals, before.Release
		keepLanguages(p.Components, before.Components)
	} else if err := h.begin(r, req, &p); err != nil {
		return err
	}
	if len(form.Faults) == 0 {
		_, err = h.Roadmap.SaveProject(r.Context(), req.Actor, p, form.Once())
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showProject(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workPath), page.Done, "roadmap.flash.saved")
}

// begin gives a new sheet its cycle and the proposals of its options.
func (h *Handlers) begin(r *http.Request, req *page.Request, p *roadmap.Project) error {
	frame, err := h.Programmes.Programme(r.Context(), req.Base.Programme.Slug)
	if err != nil {
		return err
	}
	p.Cycle, p.Release = frame.Cycle(), programme.Internal
	for _, number := range p.Options {
		o, err := h.Prioritisation.Option(r.Context(), req.Actor.Programme, number)
		if err != nil {
			return err
		}
		p.Proposals = append(p.Proposals, o.Proposal)
	}
	return nil
}

// keepLanguages gives the components whose words were left as they were shown
// their other languages back: the form has room for one.
func keepLanguages(typed, before []roadmap.Component) {
	for i := range min(len(typed), len(before)) {
		if typed[i].Title.Ar == before[i].Title.String() {
			typed[i].Title = before[i].Title
		}
		if typed[i].Unit.Ar == before[i].Unit.String() {
			typed[i].Unit = before[i].Unit
		}
	}
}

// rows is how many rows the form has: those it offers, or up to the last that
// is filled. A row cleared in between does not hide the ones after it.
func rows(form *page.Form, name string, offered int) int {
	for n := offered + 1; n <= maxRows; n++ {
		if form.Text(name+"_"+strconv.Itoa(n)) != "" {
			offered = n
		}
	}
	return offered
}

// maxRows bounds the rows that are looked for in one group of a sheet.
const maxRows = 60

// The rows that the form of a sheet offers.
const (
	shareRows     = 6
	fundingRows   = 8
	componentRows = 5
)

// sheet reads a project from its form; faults are added to the form.
func sheet(form *page.Form) roadmap.Project {
	p := roadmap.Project{Title: form.Words("title"), Summary: form.Words("summary"), Objective: form.Text("objective"), MOA: form.Text("moa"), MOD: form.Text("mod"),
		Options: form.All("options"), Entry: form.Text("entry"), EntryReason: form.Words("entry_reason"), Cost: form.Dirhams("cost"),
		Beneficiaries: roadmap.Beneficiaries{Count: form.Int("count"), Households: form.Int("households"), Who: form.Words("who")}, Version: form.Version()}
	for i := range rows(form, "unit", shareRows) {
		n := strconv.Itoa(i + 1)
		if unit := form.Text("unit_" + n); unit != "" {
			p.Shares = append(p.Shares, roadmap.Share{Unit: unit, Num: form.Int("num_" + n), Den: form.Int("den_" + n)})
		}
	}
	for i := range rows(form, "org", fundingRows) {
		n := strconv.Itoa(i + 1)
		if org := form.Text("org_" + n); org != "" {
			p.Funding = append(p.Funding, roadmap.Funding{Organisation: org, Year: int(form.Int("year_" + n)), Amount: form.Dirhams("amount_" + n)})
		}
	}
	for i := range rows(form, "part", componentRows) {
		n := strconv.Itoa(i + 1)
		if title := form.Text("part_" + n); title != "" {
			p.Components = append(p.Components, roadmap.Component{Title: i18n.Text{Ar: title}, Unit: i18n.Text{Ar: form.Text("measure_" + n)},
				Quantity: thousandths(form, "quantity_"+n), UnitCost: form.Dirhams("unit_cost_" + n)})
		}
	}
	for _, code := range roadmap.MilestoneCodes {
		if at := form.Time("m_" + code); !at.IsZero() {
			p.Milestones = append(p.Milestones, roadmap.Milestone{Code: code, PlannedAt: at})
		}
	}
	return p
}

func thousandths(form *page.Form, field string) int64 {
	q, err := i18n.ParseNumber(form.Text(field))
	if err != nil {
		form.Add(field, "fault.number", "typed", form.Text(field), "example", "12")
	}
	return int64(q*1000 + .5)
}

// fill makes the form of a sheet that stands.
func fill(p roadmap.Project) *page.Form {
	f := page.NewForm("title_ar", p.Title.Ar, "title_fr", p.Title.Fr, "title_en", p.Title.En, "summary_ar", p.Summary.Ar, "summary_fr", p.Summary.Fr, "summary_en", p.Summary.En,
		"objective", p.Objective, "moa", p.MOA, "mod", p.MOD, "entry", p.Entry, "entry_reason_ar", p.EntryReason.Ar, "entry_reason_fr", p.EntryReason.Fr, "entry_reason_en", p.EntryReason.En, "cost", dirhams(p.Cost),
		"count", strconv.FormatInt(p.Beneficiaries.Count, 10), "households", strconv.FormatInt(p.Beneficiaries.Households, 10), "who_ar", p.Beneficiaries.Who.Ar, "who_fr", p.Beneficiaries.Who.Fr, "who_en", p.Beneficiaries.Who.En,
		"version", strconv.FormatInt(p.Version, 10))
	f.Values["options"] = p.Options
	set := func(name string, i int, value string) { f.Values.Set(name+"_"+strconv.Itoa(i+1), value) }
	for i, sh := range p.Shares {
		set("unit", i, sh.Unit)
		set("num", i, strconv.FormatInt(sh.Num, 10))
		set("den", i, strconv.FormatInt(sh.Den, 10))
	}
	for i, fu := range p.Funding {
		set("org", i, fu.Organisation)
		set("year", i, strconv.Itoa(fu.Year))
		set("amount", i, dirhams(fu.Amount))
	}
	for i, c := range p.Components {
		set("part", i, c.Title.String())
		set("measure", i, c.Unit.String())
		set("quantity", i, strconv.FormatFloat(float64(c.Quantity)/1000, 'f', -1, 64))
		set("unit_cost", i, dirhams(c.UnitCost))
	}
	for _, m := range p.Milestones {
		f.Values.Set("m_"+m.Code, i18n.ISO(m.PlannedAt))
	}
	return f
}

func dirhams(centimes int64) string {
	if centimes%100 == 0 {
		return strconv.FormatInt(centimes/100, 10)
	}
	return strconv.FormatFloat(float64(centimes)/100, 'f', 2, 64)
}
