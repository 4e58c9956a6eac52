package roadmap

import (
	"net/http"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
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
	d := workData{frame: f, Form: form, MayDraft: req.Actor.Can(accounts.RoadmapDraft, "", "")}
	if d.Projects, err = h.Roadmap.Projects(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	if d.Objectives, err = h.Roadmap.Objectives(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	if d.Versions, err = h.Roadmap.Versions(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	return page.Render(w, r, status, workView(d))
}

func (h *Handlers) draftVersion(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.Programmes.Programme(r.Context(), req.Base.Programme.Slug)
	if err != nil {
		return err
	}
	number, err := h.Roadmap.DraftVersion(r.Context(), req.Actor, p.Cycle(), form.Words("title"), form.Words("preamble"), form.Once())
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showWork(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, versionPath(req, number), page.Done, "roadmap.flash.drafted")
}

func versionPath(req *page.Request, number int) string {
	return req.Base.P(workPath + "/versions/" + strconv.Itoa(number))
}

// draft shows what a draft holds and what its adoption would change.
func (h *Handlers) draft(w http.ResponseWriter, r *http.Request) error {
	return h.showDraft(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showDraft(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	number, err := strconv.Atoi(r.PathValue("version"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	d := draftData{Form: form, MayDraft: req.Actor.Can(accounts.RoadmapDraft, "", ""), MayAdopt: req.Actor.Can(accounts.RoadmapAdopt, "", "")}
	d.Preview, err = h.Roadmap.Preview(r.Context(), req.Actor, number)
	if fault.Is(err, fault.Closed) && status == http.StatusOK { // adopted meanwhile
		return page.Redirect(w, r, req.Base.P("/roadmap/versions/"+strconv.Itoa(number)), page.Done, "")
	}
	if err != nil {
		return err
	}
	title, _ := d.Preview.Version.Title.In(req.Base.Lang)
	if d.frame, err = h.frame(r, req.Titled(title)); err != nil {
		return err
	}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.roadmap"), Href: d.P(workPath)}, {Label: d.T("roadmap.version_n", "number", number)}}
	if d.Projects, err = h.Roadmap.Projects(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	return page.Render(w, r, status, draftView(d))
}

// step runs one command on the draft of the address and goes on to a page.
func (h *Handlers) step(w http.ResponseWriter, r *http.Request, to, flash string, do func(req *page.Request, number int, form *page.Form) error) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PathValue("version"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if again, err := form.Take(do(req, number, form)); err != nil {
		return err
	} else if again {
		return h.showDraft(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(to+"/versions/"+strconv.Itoa(number)), page.Done, flash)
}

func (h *Handlers) setProjects(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, workPath, "roadmap.flash.saved", func(req *page.Request, number int, form *page.Form) error {
		return h.Roadmap.SetVersionProjects(r.Context(), req.Actor, number, form.All("projects"), form.Version(), form.Once())
	})
}

func (h *Handlers) adopt(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "/roadmap", "roadmap.flash.adopted", func(req *page.Request, number int, form *page.Form) error {
		return h.Roadmap.AdoptAsShown(r.Context(), req.Actor, number, form.Version(), form.Text("hash"), form.Once())
	})
}

// newNumber stands in the address of what has no number yet.
const newNumber = "new"

// objectiveOf is the objective of the address; the zero one for a new one.
func (h *Handlers) objectiveOf(r *http.Request) (o roadmap.Objective, err error) {
	number := r.PathValue("number")
	if number == newNumber {
		return o, nil
	}
	list, err := h.Roadmap.Objectives(r.Context(), page.Of(r).Actor.Programme)
	if err != nil {
		return o, err
	}
	for _, o := range list {
		if o.Number == number {
			return o, nil
		}
	}
	return o, fault.New(fault.NotFound, "fault.not_found")
}

func (h *Handlers) objective(w http.ResponseWriter, r *http.Request) error {
	o, err := h.objectiveOf(r)
	if err != nil {
		return err
	}
	return h.showObjective(w, r, http.StatusOK, page.NewForm("axis", o.Axis, "title_ar", o.Title.Ar, "title_fr", o.Title.Fr, "title_en", o.Title.En,
		"version", strconv.FormatInt(o.Version, 10)))
}

func (h *Handlers) showObjective(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.RoadmapDraft, "", ""); err != nil {
		return err
	}
	title := "roadmap.objective"
	if r.PathValue("number") == newNumber {
		title = "roadmap.new_objective"
	}
	f, err := h.frame(r, req.Page(title))
	if err != nil {
		return err
	}
	if form.Refused != nil {
		now, err := h.objectiveOf(r)
		if err != nil {
			return err
		}
		form.Stands(now.Version)
	}
	f.Crumbs = []page.Crumb{{Label: f.T("nav.roadmap"), Href: f.P(workPath)}, {Label: f.Title}}
	return page.Render(w, r, status, objectiveView(objectiveData{frame: f, Form: form, Number: r.PathValue("number")}))
}

func (h *Handlers) setObjective(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	o := roadmap.Objective{Axis: form.Text("axis"), Title: form.Words("title"), Version: form.Version()}
	if number := r.PathValue("number"); number != newNumber {
		o.Number = number
	}
	_, err = h.Roadmap.SetObjective(r.Context(), req.Actor, o, form.Once())
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showObjective(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workPath), page.Done, "roadmap.flash.saved")
}
