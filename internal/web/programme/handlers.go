// Package programme is the work area's page of a programme's frame: its phases
// and cycles, the steps of its procedure, its axes and colleges; and the page that founds one.
package programme

import (
	"net/http"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the page and its forms.
type Handlers struct {
	Programmes *programme.Service
	Territory  *territory.Pack
}

const work = "/work/programme"

// Routes lists the addresses. A thing is named by its key or its place in the
// list: the ids of steps and phases stand in no address.
func (h *Handlers) Routes() []page.Route {
	const at = "/p/{slug}" + work
	return []page.Route{
		page.Get(founding, h.newProgramme),
		page.Post(founding, h.found),
		page.Get(at, h.overview),
		page.Get(at+"/axes/{id}", h.editAxis),
		page.Post(at+"/axes/{id}", h.setAxis),
		page.Get(at+"/colleges/{id}", h.editCollege),
		page.Post(at+"/colleges/{id}", h.setCollege),
		page.Get(at+"/steps/{place}", h.editStep),
		page.Post(at+"/steps/{place}", h.setStep),
		page.Post(at+"/steps/{place}/done", h.finishStep),
		page.Get(at+"/cycles/new", h.newCycle),
		page.Post(at+"/cycles/new", h.beginCycle),
		page.Get(at+"/phases/new", h.newPhase),
		page.Post(at+"/phases/new", h.openPhase),
		page.Get(at+"/phases/{id}", h.editPhase),
		page.Post(at+"/phases/{id}", h.extendPhase),
	}
}

// fresh is the word in place of a key or a number for what does not exist yet.
const fresh = "new"

// frame finds the programme for whoever may change its frame.
func (h *Handlers) frame(r *http.Request) (*page.Request, *programme.Programme, error) {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.ProgrammeManage, "", ""); err != nil {
		return req, nil, err
	}
	p, err := h.Programmes.Programme(r.Context(), req.Base.Programme.Slug)
	return req, p, err
}

func (h *Handlers) overview(w http.ResponseWriter, r *http.Request) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, overviewView(overviewData{Base: req.Page("frame.title"), frame: p}))
}

// post reads a form, runs its command, and leads back to the overview. Faults of
// the form and a conflict show it again: with what was typed, and with what
// somebody else has saved meanwhile.
func (h *Handlers) post(w http.ResponseWriter, r *http.Request, flash string, run func(req *page.Request, p *programme.Programme, form *page.Form) error,
	show func(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	err = run(req, p, form)
	if fault.Is(err, fault.Conflict) {
		form.Values.Set("conflict", "1")
		return show(w, r, http.StatusConflict, form)
	}
	again, err := form.Take(err)
	if err != nil {
		return err
	}
	if again {
		ofLanguage(form)
		return show(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(work), page.Done, flash)
}

// ofLanguage gives the fault of a text in three languages to its first field: the
// command speaks of the text as a whole.
func ofLanguage(form *page.Form) {
	for _, f := range form.Faults {
		if f.Field == "name" || f.Field == "title" {
			f.Field += "_ar"
		}
	}
}

// numbered finds a step by its place in the list, from 1.
func numbered(p *programme.Programme, place string) (programme.Step, error) {
	n, err := strconv.Atoi(place)
	if err != nil || n < 1 || n > len(p.Steps) {
		return programme.Step{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return p.Steps[n-1], nil
}

// phase finds the phase that an address names.
func phase(r *http.Request, p *programme.Programme) (programme.Phase, error) {
	for _, f := range p.Phases {
		if f.ID == r.PathValue("id") {
			return f, nil
		}
	}
	return programme.Phase{}, fault.New(fault.NotFound, "fault.not_found")
}
