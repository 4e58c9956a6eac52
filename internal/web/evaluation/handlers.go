// Package evaluation shows the indicators: baseline, values and target, in words
// and beside each other, and the staff's forms for them.
package evaluation

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// workPath is where staff keep the indicators, inside a programme.
const workPath = "/work/evaluation/indicators"

// maxDecimals is the precision that the form still reads values with; the command judges it.
const maxDecimals = 9

// Handlers serve the pages of the stage.
type Handlers struct {
	Evaluation *evaluation.Service
	Roadmap    *roadmap.Service
	Programmes *programme.Service
	Territory  *territory.Pack
}

// Routes lists the addresses of the stage.
func (h *Handlers) Routes() []page.Route {
	const public, work = "/p/{slug}/evaluation", "/p/{slug}" + workPath
	return []page.Route{
		page.Get(public, h.list),
		page.Get(public+"/indicators/{number}", h.indicator),
		page.Get(work, h.workList),
		page.Get(work+"/new", h.newIndicator),
		page.Post(work+"/new", h.addIndicator),
		page.Get(work+"/{number}", h.workIndicator),
		page.Get(work+"/{number}/edit", h.editIndicator),
		page.Post(work+"/{number}/edit", h.saveIndicator),
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
	if in.Release != programme.Public && !req.Actor.Can(accounts.InternalRead, in.Territory, "") {
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
	if !req.Actor.Somewhere(accounts.InternalRead) {
		return req.Actor.Require(accounts.InternalRead, "", "")
	}
	all, err := h.Evaluation.Indicators(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	d := listData{Base: req.Page("nav.indicators"), Territory: h.Territory, May: req.Actor.Somewhere(accounts.IndicatorManage)}
	for _, in := range all {
		if in.Release == programme.Public || req.Actor.Can(accounts.InternalRead, in.Territory, "") {
			d.Indicators = append(d.Indicators, in)
		}
	}
	return page.Render(w, r, http.StatusOK, workListView(d))
}

func (h *Handlers) newIndicator(w http.ResponseWriter, r *http.Request) error {
	return h.showForm(w, r, http.StatusOK, page.NewForm("decimals", "1"))
}

func (h *Handlers) showForm(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if !req.Actor.Somewhere(accounts.IndicatorManage) {
		return req.Actor.Require(accounts.IndicatorManage, "", "")
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("evaluation.new"), Form: form}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.indicators"), Href: d.P(workPath)}, {Label: d.T("evaluation.new")}}
	d.Units = h.units(d.Base, p.Territory)
	for _, in := range h.Territory.Indicators() {
		name, _ := in.Short.In(d.Lang)
		d.Census = append(d.Census, ui.Option{Value: in.Key, Label: name})
	}
	if d.Objectives, err = h.objectiveOptions(r); err != nil {
		return err
	}
	return page.Render(w, r, status, formView(d))
}

// units are the places an indicator may speak of, the prefecture as a whole first.
func (h *Handlers) units(b page.Base, prefecture string) (options []ui.Option) {
	places := h.Evaluation.Places(prefecture)
	if len(places) == 0 {
		return nil
	}
	for _, u := range append(places[:1:1], territory.ByName(places[1:], b.Lang)...) {
		options = append(options, ui.Option{Value: u.Code, Label: place(b, u)})
	}
	return options
}

func (h *Handlers) objectiveOptions(r *http.Request) (options []ui.Option, err error) {
	req := page.Of(r)
	list, err := h.Roadmap.Objectives(r.Context(), req.Actor.Programme)
	for _, o := range list {
		title, _ := o.Title.In(req.Base.Lang)
		options = append(options, ui.Option{Value: o.Number, Label: title})
	}
	return options, err
}

// words reads from a form what may be changed later, too.
func words(form *page.Form) evaluation.Indicator {
	return evaluation.Indicator{Title: form.Words("title"), Definition: form.Words("definition"), Caution: form.Words("caution"),
		Level: evaluation.Level(form.Text("level")), EveryMonths: int(form.Int("every_months")), Objectives: form.All("objectives")}
}

// editIndicator shows the words of an indicator, to be changed.
func (h *Handlers) editIndicator(w http.ResponseWriter, r *http.Request) error {
	in, err := h.Evaluation.Indicator(r.Context(), page.Of(r).Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	form := page.NewForm("level", string(in.Level), "version", version(in), "every_months", strconv.Itoa(in.EveryMonths))
	for name, t := range map[string]i18n.Text{"title": in.Title, "definition": in.Definition, "caution": in.Caution} {
		form.SetWords(name, t)
	}
	form.Values["objectives"] = in.Objectives
	return h.showEdit(w, r, http.StatusOK, form)
}

func (h *Handlers) showEdit(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	in, err := h.Evaluation.Indicator(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	if err := req.Actor.Require(accounts.IndicatorManage, in.Territory, ""); err != nil {
		return err
	}
	form.Stands(in.Version)
	title, _ := in.Title.In(req.Base.Lang)
	d := formData{Base: req.Titled(title), Form: form, Number: in.Number}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.indicators"), Href: d.P(workPath)}, {Label: in.Number, Href: d.P(workPath + "/" + in.Number)}, {Label: d.T("common.edit")}}
	if d.Objectives, err = h.objectiveOptions(r); err != nil {
		return err
	}
	return page.Render(w, r, status, editView(d))
}

func (h *Handlers) saveIndicator(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	d := words(form)
	d.Number, d.Version = r.PathValue("number"), form.Version()
	if len(form.Faults) == 0 {
		err = h.Evaluation.EditIndicator(r.Context(), req.Actor, d, form.Once())
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showEdit(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/"+d.Number), page.Done, "evaluation.flash.saved")
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
	in := words(form)
	in.Cycle, in.UnitLabel, in.Direction = p.Cycle(), form.Words("unit_label"), evaluation.Direction(form.Text("direction"))
	in.Territory, in.CensusIndicator, in.Decimals = form.Text("territory"), form.Text("census_indicator"), int(form.Int("decimals"))
	in.BaselineAt, in.BaselineSource, in.TargetAt = form.Time("baseline_at"), form.Words("baseline_source"), form.Time("target_at")
	if census, ok := h.Territory.Indicator(in.CensusIndicator); ok {
		in.Decimals = census.Decimals // as exact as the census publishes it
	} else {
		in.Baseline = scaled(form, "baseline", in.Decimals)
	}
	in.Target = scaled(form, "target", in.Decimals)
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
	return page.Redirect(w, r, req.Base.P(workPath+"/"+number), page.Done, "evaluation.flash.saved")
}

// scaled reads a value with the indicator's decimals; a fault is added to the form.
func scaled(form *page.Form, field string, decimals int) int64 {
	typed := form.Text(field)
	v, err := i18n.ParseDecimal(typed, min(max(decimals, 0), maxDecimals))
	switch {
	case typed == "":
		form.Add(field, "fault.required")
	case errors.Is(err, i18n.ErrAmbiguous):
		form.Add(field, "fault.ambiguous_number")
	case err != nil:
		form.Add(field, "evaluation.error.value", "typed", typed, "n", decimals)
	}
	return v
}

func (h *Handlers) workIndicator(w http.ResponseWriter, r *http.Request) error {
	return h.showIndicator(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showIndicator(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	in, err := h.Evaluation.Indicator(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	if err := req.Actor.Require(accounts.InternalRead, in.Territory, ""); err != nil {
		return err
	}
	// A form that comes back keeps the version it was made from.
	if form.Value("version") == "" {
		form.Values.Set("version", version(in))
	}
	form.Stands(in.Version)
	title, _ := in.Title.In(req.Base.Lang)
	d := indicatorData{Base: req.Titled(title), Indicator: in, Territory: h.Territory, Form: form, May: req.Actor.Can(accounts.IndicatorManage, in.Territory, ""), MayRecord: req.Actor.Can(accounts.ActualRecord, in.Territory, "")}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.indicators"), Href: d.P(workPath)}, {Label: in.Number}}
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
	return page.Redirect(w, r, req.Base.P(workPath+"/"+in.Number), page.Done, "evaluation.flash.saved")
}

func (h *Handlers) recordActual(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(req *page.Request, in evaluation.Indicator, form *page.Form) error {
		d := evaluation.ActualDraft{Indicator: in.Number, At: form.Time("at"), Status: evaluation.Status(form.Text("status")),
			Source: form.Words("source"), Reason: form.Words("actual_reason"), Once: form.Once()}
		if d.Status != evaluation.Missing {
			d.Value = scaled(form, "value", in.Decimals)
		}
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
