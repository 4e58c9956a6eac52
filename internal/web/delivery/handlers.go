// Package delivery shows how the adopted projects go: the list and each
// project's page for everyone, and the forms of those who report and decide.
package delivery

import (
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the pages of the stage.
type Handlers struct {
	Delivery   *delivery.Service
	Roadmap    *roadmap.Service
	Programmes *programme.Service
	Accounts   *accounts.Service
	Territory  *territory.Pack
}

// Routes lists the addresses of the stage. A project's page stands under the
// roadmap, where it was adopted.
func (h *Handlers) Routes() []page.Route {
	const work = "/p/{slug}/work/delivery"
	return []page.Route{
		page.Get("/p/{slug}/delivery", h.list),
		page.Get("/p/{slug}/roadmap/projects/{number}", h.project),
		page.Get(work+"/projects", h.workList),
		page.Get(work+"/projects/{number}", h.work),
		page.Get(work+"/projects/{number}/{form}", h.work),
		page.Post(work+"/projects/{number}/{form}", h.act),
		page.Post(work+"/blockers/{number}", h.blocker),
		page.Get(work+"/reports/{number}", h.report),
		page.Post(work+"/reports/{number}", h.decide),
	}
}

// inside tells whether the reader may see what is internal.
func inside(req *page.Request) bool { return req.Actor.Can(accounts.InternalRead, "", "") }

// projects lists the adopted projects that the reader may see, with their progress.
func (h *Handlers) projects(r *http.Request) ([]line, error) {
	req := page.Of(r)
	programmeID := req.Base.Programme.ID
	all, err := h.Roadmap.Projects(r.Context(), programmeID)
	if err != nil {
		return nil, err
	}
	var shown []roadmap.Project
	for _, p := range all {
		if p.AdoptedIn > 0 && (p.Release == programme.Public || inside(req)) {
			shown = append(shown, p)
		}
	}
	progress, err := h.progress(r, shown)
	if err != nil {
		return nil, err
	}
	lines := make([]line, len(shown))
	for i, p := range shown {
		lines[i] = line{Project: p, Progress: progress[p.Number], Places: h.places(req.Base.Lang, p)}
	}
	return lines, nil
}

// progress is where projects stand, as far as the reader may know.
func (h *Handlers) progress(r *http.Request, projects []roadmap.Project) (map[string]delivery.Progress, error) {
	req := page.Of(r)
	if inside(req) {
		return h.Delivery.WorkProgress(r.Context(), req.Actor, projects)
	}
	return h.Delivery.Progress(r.Context(), req.Base.Programme.ID, projects)
}

func (h *Handlers) list(w http.ResponseWriter, r *http.Request) error {
	lines, err := h.projects(r)
	if err != nil {
		return err
	}
	d := listData{Base: page.Of(r).Page("delivery.title").Here("delivery"), Lines: lines}
	return page.Render(w, r, http.StatusOK, listView(d))
}

func (h *Handlers) project(w http.ResponseWriter, r *http.Request) error {
	req, ctx := page.Of(r), r.Context()
	p, sheet, err := h.load(r)
	if err != nil {
		return err
	}
	objectives, err := h.Roadmap.Objectives(ctx, req.Base.Programme.ID)
	if err != nil {
		return err
	}
	title, _ := p.Title.In(req.Base.Lang)
	d := projectData{Base: req.Titled(title).Here("delivery"), Project: p, Sheet: sheet, Inside: inside(req), names: h.Accounts.OrganisationName}
	for _, o := range objectives {
		if o.Number == p.Objective {
			d.Objective = o.Title
		}
	}
	d.Base = d.With(page.Crumb{Label: d.T("stage.delivery"), Href: d.P("/delivery")}, page.Crumb{Label: p.Number})
	for _, s := range p.Shares {
		d.Shares = append(d.Shares, share{Share: s, Name: h.unit(s.Unit)})
	}
	if d.Adopted, d.Changed, err = h.Roadmap.SinceAdoption(ctx, req.Base.Programme.ID, p); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, projectView(d))
}

// load finds the project of the address and its sheet, as far as the reader may
// see them: what is not public does not exist for others.
func (h *Handlers) load(r *http.Request) (p roadmap.Project, sheet delivery.Sheet, err error) {
	req := page.Of(r)
	if p, err = h.Roadmap.Project(r.Context(), req.Base.Programme.ID, r.PathValue("number")); err != nil {
		return p, sheet, err
	}
	if p.Release != programme.Public && !inside(req) {
		return p, sheet, fault.New(fault.NotFound, "fault.not_found")
	}
	if sheet, err = h.Delivery.Sheet(r.Context(), req.Base.Programme.ID, p.Number); err == nil && !inside(req) {
		sheet = sheet.Public()
	}
	return p, sheet, err
}
