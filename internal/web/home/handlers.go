// Package home shows where everyone begins: the list of programmes, the first
// page of one, the steps of its procedure, and what stands behind the links of
// the footer.
package home

import (
	"context"
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve these pages.
type Handlers struct {
	Programmes     *programme.Service
	Territory      *territory.Pack
	Consultation   *consultation.Service
	Deliberation   *deliberation.Service
	Prioritisation *prioritisation.Service
	Roadmap        *roadmap.Service
	Delivery       *delivery.Service
	Evaluation     *evaluation.Service
}

// Routes lists the addresses.
func (h *Handlers) Routes() []page.Route {
	return []page.Route{
		page.Get("/{$}", h.start),
		page.Get("/about", h.about),
		page.Get("/p/{slug}", h.home),
		page.Get("/p/{slug}/steps", h.steps),
		page.Get("/p/{slug}/about", h.about),
	}
}

// start lists the programmes of the installation; where there is one, it is the start.
func (h *Handlers) start(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	list, err := h.Programmes.Programmes(r.Context())
	if err != nil {
		return err
	}
	if len(list) == 1 {
		return page.Redirect(w, r, req.Base.Href("/p/"+list[0].Slug), page.Done, "")
	}
	return page.Render(w, r, http.StatusOK, startView(startData{Base: req.Base, Programmes: list, MayFound: req.Actor.Can(accounts.ProgrammeCreate, "", ""), territory: h.Territory}))
}

func (h *Handlers) programme(r *http.Request) (*programme.Programme, error) {
	return h.Programmes.Programme(r.Context(), page.Of(r).Base.Programme.Slug)
}

func (h *Handlers) home(w http.ResponseWriter, r *http.Request) error {
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	req := page.Of(r)
	d := homeData{Base: req.Page("home.title"), frame: p, territory: h.Territory, MayVote: deliberation.MayVote(req.Actor) == nil}
	if err := h.read(r.Context(), &d); err != nil {
		return err
	}
	d.Line = d.lineFacts()
	return page.Render(w, r, http.StatusOK, homeView(d))
}

// read fetches what the page counts, in a number of queries that does not depend
// on how much there is.
func (h *Handlers) read(ctx context.Context, d *homeData) (err error) {
	p, now := d.frame, d.Now
	if d.Consultation, err = h.Consultation.Figures(ctx, p.ID, 0, now); err != nil {
		return err
	}
	next, err := h.Consultation.Meetings(ctx, p.ID, consultation.MeetingFilter{From: now})
	if err != nil {
		return err
	}
	if len(next.Rows) > 0 {
		d.Next = &next.Rows[0]
	}
	if phase, ok := p.OpenPhase(programme.Deliberation, now); ok {
		if d.Statements, err = h.openStatements(ctx, p.ID, phase.Cycle); err != nil {
			return err
		}
		if d.Turnout, err = h.Deliberation.Turnout(ctx, p.ID, phase.Cycle); err != nil {
			return err
		}
	}
	votes, err := h.Prioritisation.Votes(ctx, p.ID)
	for _, v := range votes {
		if v.Open(now) {
			d.Votes = append(d.Votes, v)
		}
	}
	if err != nil {
		return err
	}
	d.Works, err = h.works(ctx, p.ID)
	return err
}

func (h *Handlers) openStatements(ctx context.Context, programmeID string, cycle int64) (n int, err error) {
	list, err := h.Deliberation.Statements(ctx, programmeID, cycle)
	for _, s := range list {
		if s.State == deliberation.Open {
			n++
		}
	}
	return n, err
}

// steps lists the procedure as the administration runs it.
func (h *Handlers) steps(w http.ResponseWriter, r *http.Request) error {
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := stepsData{Base: page.Of(r).Page("home.steps.title"), frame: p}
	d.Crumbs = []page.Crumb{{Label: d.T("home.crumb"), Href: d.P("")}, {Label: d.T("home.steps.title")}}
	return page.Render(w, r, http.StatusOK, stepsView(d))
}

func (h *Handlers) about(w http.ResponseWriter, r *http.Request) error {
	d := aboutData{Base: page.Of(r).Page("about.title")}
	return page.Render(w, r, http.StatusOK, aboutView(d))
}
