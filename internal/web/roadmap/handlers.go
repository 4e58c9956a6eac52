// Package roadmap shows the participatory roadmap: its projects under axes and
// objectives, the adopted versions as they were frozen, and the staff's sheets.
package roadmap

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the pages of the stage.
type Handlers struct {
	Roadmap        *roadmap.Service
	Delivery       *delivery.Service
	Prioritisation *prioritisation.Service
	Programmes     *programme.Service
	Accounts       *accounts.Service
	Territory      *territory.Pack
}

const workPath = "/work/roadmap"

// Routes lists the addresses of the stage.
func (h *Handlers) Routes() []page.Route {
	const public, work = "/p/{slug}/roadmap", "/p/{slug}" + workPath
	return []page.Route{
		page.Get(public, h.list),
		page.Get(public+"/versions/{version}", h.version),
		page.Raw(http.MethodGet, "/p/{slug}/roadmap-versions/{version}/content.json", h.content),
		page.Get(work, h.work),
		page.Post(work, h.draftVersion),
		page.Get(work+"/versions/{version}", h.draft),
		page.Post(work+"/versions/{version}/projects", h.setProjects),
		page.Post(work+"/versions/{version}/adopt", h.adopt),
		page.Get(work+"/objectives/{number}", h.objective),
		page.Post(work+"/objectives/{number}", h.setObjective),
		page.Get(work+"/projects/new", h.sheet),
		page.Post(work+"/projects/new", h.saveSheet),
		page.Get(work+"/projects/{number}/edit", h.sheet),
		page.Post(work+"/projects/{number}/edit", h.saveSheet),
		page.Get(work+"/projects/{number}/money", h.money),
		page.Post(work+"/projects/{number}/money", h.saveMoney),
	}
}

func (h *Handlers) frame(r *http.Request, b page.Base) (frame, error) {
	p, err := h.Programmes.Programme(r.Context(), b.Programme.Slug)
	return frame{Base: b, programme: p, pack: h.Territory, organisation: h.Accounts.OrganisationName}, err
}

func (h *Handlers) list(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	f, err := h.frame(r, req.Page("stage.roadmap").Here("roadmap"))
	if err != nil {
		return err
	}
	d := listData{frame: f}
	projects, err := h.Roadmap.Projects(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	d.Projects = slices.DeleteFunc(projects, func(p roadmap.Project) bool { return p.Release != programme.Public })
	if d.Objectives, err = h.Roadmap.Objectives(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	versions, err := h.Roadmap.Versions(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	if d.Progress, err = h.Delivery.Progress(r.Context(), req.Actor.Programme, d.Projects); err != nil {
		return err
	}
	d.Versions = slices.DeleteFunc(versions, func(v roadmap.Version) bool { return v.State != roadmap.Adopted })
	return page.Render(w, r, http.StatusOK, listView(d))
}

// adopted finds the adopted version in the address; drafts do not exist here.
func (h *Handlers) adopted(r *http.Request) (roadmap.Version, error) {
	asked := r.PathValue("version")
	if k, number, ok := programme.ParseNumber(asked); ok && k == programme.Version { // RV-0001-3, as the log has it
		asked = strings.Split(number, "-")[1]
	}
	number, err := strconv.Atoi(asked)
	if err != nil {
		return roadmap.Version{}, fault.New(fault.NotFound, "fault.not_found")
	}
	v, err := h.Roadmap.VersionOf(r.Context(), page.Of(r).Actor.Programme, number)
	if err == nil && v.State != roadmap.Adopted {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return v, err
}

func (h *Handlers) version(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	v, err := h.adopted(r)
	if err != nil {
		return err
	}
	title, _ := v.Title.In(req.Base.Lang)
	f, err := h.frame(r, req.Titled(title).Here("roadmap"))
	if err != nil {
		return err
	}
	d := versionData{frame: f, Version: v}
	d.Crumbs = []page.Crumb{{Label: d.T("stage.roadmap"), Href: d.P("/roadmap")}, {Label: d.T("roadmap.version_n", "number", v.Number)}}
	if d.Frozen, err = v.Frozen(); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, versionView(d))
}

func (h *Handlers) content(w http.ResponseWriter, r *http.Request) error {
	v, err := h.adopted(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(v.Content)
	return err
}
