// Package evaluation shows the indicators: baseline, values and target, in words
// and beside each other, and the staff's forms for them.
package evaluation

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// Handlers serve the pages of the stage.
type Handlers struct {
	Evaluation *evaluation.Service
	Roadmap    *roadmap.Service
	Programmes *programme.Service
	Territory  *territory.Pack
}

// Routes lists the addresses of the stage.
func (h *Handlers) Routes() []page.Route {
	const public, work = "/p/{slug}/evaluation", "/p/{slug}/work/evaluation/indicators"
	return []page.Route{
		page.Get(public, h.list),
		page.Get(public+"/indicators/{number}", h.indicator),
		page.Get(work, h.workList),
		page.Get(work+"/new", h.newIndicator),
		page.Post(work+"/new", h.addIndicator),
		page.Get(work+"/{number}", h.workIndicator),
		page.Post(work+"/{number}/actual", h.recordActual),
		page.Post(work+"/{number}/target", h.changeTarget),
		page.Post(work+"/{number}/release", h.release),
	}
}

func (h *Handlers) programme(r *http.Request) (*programme.Programme, error) {
	return h.Programmes.Programme(r.Context(), page.Of(r).Base.Programme.Slug)
}

func (h *Handlers) list(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	all, err := h.Evaluation.Indicators(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	d := listData{Base: req.Page("stage.evaluation").Here("evaluation"), Territory: h.Territory}
	for _, in := range all {
		if in.Release == programme.Public {
			d.Indicators = append(d.Indicators, in)
		}
	}
	return page.Render(w, r, http.StatusOK, listView(d))
}

func (h *Handlers) indicator(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	in, err := h.Evaluation.Indicator(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	if in.Release != programme.Public && !req.Actor.Can(accounts.InternalRead, "", "") {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	title, _ := in.Title.In(req.Base.Lang)
	d := indicatorData{Base: req.Titled(title).Here("evaluation"), Indicator: in, Territory: h.Territory}
	d.Crumbs = []page.Crumb{{Label: d.T("stage.evaluation"), Href: d.P("/evaluation")}, {Label: in.Number}}
	if d.Objectives, err = h.objectives(r, in); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, indicatorView(d))
}

// objectives finds the objectives that an indicator judges.
func (h *Handlers) objectives(r *http.Request, in evaluation.Indicator) (list []roadmap.Objective, err error) {
	all, err := h.Roadmap.Objectives(r.Context(), page.Of(r).Actor.Programme)
	for _, o := range all {
		if slices.Contains(in.Objectives, o.Number) {
			list = append(list, o)
		}
	}
	return list, err
}

func (h *Handlers) workList(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	list, err := h.Evaluation.Indicators(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	d := listData{Base: req.Page("nav.indicators"), Indicators: list, Territory: h.Territory, May: req.Actor.Can(accounts.IndicatorManage, "", "")}
	return page.Render(w, r, http.StatusOK, workListView(d))
}

func (h *Handlers) newIndicator(w http.ResponseWriter, r *http.Request) error {
	return h.showForm(w, r, http.StatusOK, page.NewForm("decimals", "1"))
}

func (h *Handlers) showForm(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.IndicatorManage, "", ""); err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("evaluation.new"), Form: form}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.indicators"), Href: d.P("/work/evaluation/indicators")}, {Label: d.T("evaluation.new")}}
	for _, u := range territory.ByName(h.Territory.Leaves(p.Territory), d.Lang) {
		name, _ := u.Name.In(d.Lang)
		d.Units = append(d.Units, ui.Option{Value: u.Code, Label: name})
	}
	for _, in := range h.Territory.Indicators() {
		name, _ := in.Short.In(d.Lang)
		d.Census = append(d.Census, ui.Option{Value: in.Key, Label: name})
	}
	objectives, err := h.Roadmap.Objectives(r.Context(), p.ID)
	if err != nil {
		return err
	}
	for _, o := range objectives {
		title, _ := o.Title.In(d.Lang)
		d.Objectives = append(d.Objectives, ui.Option{Value: o.Number, Label: title})
	}
	return page.Render(w, r, status, formView(d))
}

func (h *Handlers) addIndicator(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	in := evaluation.Indicator{Cycle: p.Cycle(), Title: form.Words("title"), Definition: form.Words("definition"), UnitLabel: form.Words("unit_label"),
		Direction: evaluation.Direction(form.Text("direction")), Territory: form.Text("territory"), CensusIndicator: form.Text("census_indicator"),
		Decimals: int(form.Int("decimals")), BaselineAt: form.Time("baseline_at"), BaselineSource: form.Words("baseline_source"), TargetAt: form.Time("target_at"), Objectives: form.All("objectives")}
	in.Target = scaled(form, "target", in.Decimals)
	if in.CensusIndicator == "" {
		in.Baseline = scaled(form, "baseline", in.Decimals)
	}
	if phase, ok := p.OpenPhase(programme.Evaluation, req.Base.Now); ok {
		in.Cycle = phase.Cycle
	}
	number := ""
	if len(form.Faults) == 0 {
		number, err = h.Evaluation.AddIndicator(r.Context(), req.Actor, in, form.Once())
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showForm(w, r, http.StatusUnprocessableEntity, form)
	}
	to := "/work/evaluation/indicators"
	if number != "" {
		to += "/" + number
	}
	return page.Redirect(w, r, req.Base.P(to), page.Done, "evaluation.flash.saved")
}

// scaled reads a value with the indicator's decimals; a fault is added to the form.
func scaled(form *page.Form, field string, decimals int) int64 {
	v, ok := evaluation.Scale(form.Text(field), decimals)
	if !ok {
		form.Add(field, "fault.number", "typed", form.Text(field), "example", "88,9")
	}
	return v
}

func (h *Handlers) workIndicator(w http.ResponseWriter, r *http.Request) error {
	return h.showIndicator(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showIndicator(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	in, err := h.Evaluation.Indicator(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	title, _ := in.Title.In(req.Base.Lang)
	d := indicatorData{Base: req.Titled(title), Indicator: in, Territory: h.Territory, Form: form, May: req.Actor.Can(accounts.IndicatorManage, "", ""), MayRecord: req.Actor.Can(accounts.ActualRecord, "", "")}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.indicators"), Href: d.P("/work/evaluation/indicators")}, {Label: in.Number}}
	return page.Render(w, r, status, workIndicatorView(d))
}

// act runs one command on an indicator from its work page and returns there.
func (h *Handlers) act(w http.ResponseWriter, r *http.Request, do func(req *page.Request, in evaluation.Indicator, form *page.Form) error) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := h.Evaluation.Indicator(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	if again, err := form.Take(do(req, in, form)); err != nil {
		return err
	} else if again {
		return h.showIndicator(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/work/evaluation/indicators/"+in.Number), page.Done, "evaluation.flash.saved")
}

func (h *Handlers) recordActual(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(req *page.Request, in evaluation.Indicator, form *page.Form) error {
		d := evaluation.ActualDraft{Indicator: in.Number, At: form.Time("at"), Value: scaled(form, "value", in.Decimals), Status: evaluation.Status(form.Text("status")),
			Source: form.Words("source"), Once: form.Once()}
		if len(form.Faults) > 0 {
			return nil
		}
		return h.Evaluation.RecordActual(r.Context(), req.Actor, d)
	})
}

func (h *Handlers) changeTarget(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(req *page.Request, in evaluation.Indicator, form *page.Form) error {
		target, at := scaled(form, "target", in.Decimals), form.Time("target_at")
		if len(form.Faults) > 0 {
			return nil
		}
		return h.Evaluation.ChangeTarget(r.Context(), req.Actor, in.Number, target, at, form.Text("reason"), form.Version(), form.Once())
	})
}

func (h *Handlers) release(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(req *page.Request, in evaluation.Indicator, form *page.Form) error {
		return h.Evaluation.ReleaseIndicator(r.Context(), req.Actor, in.Number, form.Version(), form.Once())
	})
}

func version(in evaluation.Indicator) string { return strconv.FormatInt(in.Version, 10) }
