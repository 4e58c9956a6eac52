// Package trace shows the way of one thing through all stages, drawn as the
// khettara and as a table.
package trace

import (
	"context"
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the one page.
type Handlers struct {
	Trace      *trace.Service
	Roadmap    *roadmap.Service
	Delivery   *delivery.Service
	Evaluation *evaluation.Service
	Accounts   *accounts.Service
	Programmes *programme.Service
	Territory  *territory.Pack
}

// Routes lists the address.
func (h *Handlers) Routes() []page.Route {
	return []page.Route{page.Get("/p/{slug}/trace/{number}", h.trace)}
}

func (h *Handlers) trace(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	kind, number, ok := programme.ParseNumber(r.PathValue("number"))
	if !ok {
		return fault.New(fault.NotFound, "trace.error.number")
	}
	if !trace.Followed(kind) {
		// Of what has no way, its number leads to its own page.
		if at := kind.Page(); at != "" {
			return page.Redirect(w, r, req.Base.P(at+number), page.Done, "")
		}
		return fault.New(fault.NotFound, "trace.error.not_followed")
	}
	if number != r.PathValue("number") {
		return page.Redirect(w, r, req.Base.P("/trace/"+number), page.Done, "")
	}
	p, err := h.Programmes.Programme(r.Context(), req.Base.Programme.Slug)
	if err != nil {
		return err
	}
	way, err := h.Trace.Way(r.Context(), p, kind, number)
	if err != nil {
		return err
	}
	d := data{Base: req.Page("trace.title", "number", number).Here(string(stageOf(kind))), Way: way, frame: p, territory: h.Territory}
	d.Crumbs = []page.Crumb{{Label: d.T("stage." + string(stageOf(kind))), Href: d.P("/" + string(stageOf(kind)))}, {Label: number, Href: d.P(kind.Page() + number)}, {Label: d.T("trace.crumb")}}
	if err := h.deliver(r.Context(), &d); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, view(d))
}

// deliver adds what the later stages know, for the steps that tell it: titles of
// projects and indicators, the money paid, and what was measured.
func (h *Handlers) deliver(ctx context.Context, d *data) error {
	var numbers []string
	reported, judged := false, false
	for _, s := range d.Way.Steps {
		for _, p := range s.Projects {
			numbers = append(numbers, p.Number)
		}
		reported = reported || s.Kind == trace.Paid && s.State != trace.Ahead
		judged = judged || s.Kind == trace.Judged && len(s.Also) > 0
	}
	d.titles = map[string]i18n.Text{}
	if err := h.projects(ctx, d, numbers, reported); err != nil || !judged {
		return err
	}
	d.indicators = map[string]evaluation.Indicator{}
	indicators, err := h.Evaluation.Indicators(ctx, d.frame.ID)
	for _, in := range indicators {
		if in.Release == programme.Public {
			d.titles[in.Number], d.indicators[in.Number] = in.Title, in
		}
	}
	return err
}

// projects adds the titles and the cost of the public projects, and what was paid once it is reported.
func (h *Handlers) projects(ctx context.Context, d *data, numbers []string, reported bool) error {
	if len(numbers) == 0 {
		return nil
	}
	found, err := h.Roadmap.ProjectsByNumber(ctx, d.frame.ID, numbers...)
	if err != nil {
		return err
	}
	var projects []roadmap.Project
	for _, p := range found {
		if p.Release == programme.Public {
			projects = append(projects, p)
			d.titles[p.Number] = p.Title
			d.cost += p.Cost
		}
	}
	if !reported {
		return nil
	}
	progress, err := h.Delivery.Progress(ctx, d.frame.ID, projects)
	for _, p := range progress {
		d.paid += p.Money.Paid
	}
	return err
}

// stageOf is the stage of the line to which a thing belongs.
func stageOf(k programme.Kind) programme.Stage {
	switch k {
	case programme.Statement:
		return programme.Deliberation
	case programme.Option:
		return programme.Prioritisation
	case programme.Project:
		return programme.Roadmap
	}
	return programme.Consultation
}
