// Package prioritisation shows the consultative votes: what is on the ballot,
// the basket in focus mode, the receipt, the result with its reasons, and the
// staff's preparation.
package prioritisation

import (
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the pages of the stage.
type Handlers struct {
	Prioritisation *prioritisation.Service
	Consultation   *consultation.Service
	Programmes     *programme.Service
	Territory      *territory.Pack
	Guard          *accounts.Guard // slows the guessing of codes
}

// Routes lists the addresses of the stage.
func (h *Handlers) Routes() []page.Route {
	const public, work = "/p/{slug}/prioritisation", "/p/{slug}/work/prioritisation/votes"
	return []page.Route{
		page.Get(public, h.list),
		page.Get(public+"/votes/{number}", h.vote),
		page.Get(public+"/votes/{number}/ballot", h.ballot),
		page.Post(public+"/votes/{number}/ballot", h.review),
		page.Post(public+"/votes/{number}/basket", h.basket),
		page.Post(public+"/votes/{number}/cast", h.cast),
		page.Get(public+"/votes/{number}/ballots", h.ballotNumbers),
		page.Get(public+"/options/{number}", h.option),
		page.Raw(http.MethodGet, "/p/{slug}/votes/{number}/charter.json", h.charter),
		page.Raw(http.MethodGet, "/p/{slug}/votes/{number}/ballots.pb", h.pabulib),
		page.Raw(http.MethodGet, "/p/{slug}/votes/{number}/hashes.txt", h.hashes),
		page.Raw(http.MethodGet, "/p/{slug}/votes/{number}/outcome.json", h.outcome),

		page.Get(work, h.workList),
		page.Get(work+"/new", h.newVote),
		page.Post(work+"/new", h.createVote),
		page.Get(work+"/{number}", h.workVote),
		page.Get(work+"/{number}/edit", h.editVote),
		page.Post(work+"/{number}/edit", h.changeVote),
		page.Get(work+"/{number}/options/new", h.newOption),
		page.Post(work+"/{number}/options/new", h.addOption),
		page.Get(work+"/{number}/options/{option}", h.editOption),
		page.Post(work+"/{number}/options/{option}", h.changeOption),
		page.Post(work+"/{number}/options/{option}/remove", h.removeOption),
		page.Post(work+"/{number}/codes", h.makeCodes),
		page.Post(work+"/{number}/codes/discard", h.discardCodes),
		page.Post(work+"/{number}/freeze", h.freeze),
		page.Post(work+"/{number}/seed", h.drawSeed),
		page.Post(work+"/{number}/tally", h.tally),
		page.Post(work+"/{number}/publish", h.publish),
	}
}

func (h *Handlers) programme(r *http.Request) (*programme.Programme, error) {
	return h.Programmes.Programme(r.Context(), page.Of(r).Base.Programme.Slug)
}

// publicVote finds a vote that everyone may see: its charter is frozen.
func (h *Handlers) publicVote(r *http.Request) (prioritisation.Vote, []prioritisation.Option, error) {
	req := page.Of(r)
	v, err := h.Prioritisation.Vote(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return v, nil, err
	}
	if v.State == prioritisation.Draft {
		return v, nil, fault.New(fault.NotFound, "fault.not_found")
	}
	options, err := h.Prioritisation.Options(r.Context(), req.Actor.Programme, v.Number)
	return v, options, err
}

func (h *Handlers) list(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	votes, err := h.Prioritisation.Votes(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	d := listData{Base: req.Page("prioritisation.title").Here("prioritisation")}
	for _, v := range votes {
		if v.State != prioritisation.Draft {
			d.Votes = append(d.Votes, v)
		}
	}
	return page.Render(w, r, http.StatusOK, listView(d))
}

func (h *Handlers) vote(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	v, options, err := h.publicVote(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	title, _ := v.Title.In(req.Base.Lang)
	d := voteData{Base: req.Titled(title).Here("prioritisation"), Vote: v, Options: options, Programme: p, Territory: h.Territory}
	d.Crumbs = []page.Crumb{{Label: d.T("stage.prioritisation"), Href: d.P("/prioritisation")}, {Label: v.Number}}
	if d.Classes, err = h.Prioritisation.Classes(r.Context(), p.ID, v); err != nil {
		return err
	}
	if v.State != prioritisation.Published {
		n, _, err := h.Prioritisation.LoggedCount(r.Context(), p.ID, v.Number)
		if err != nil {
			return err
		}
		d.Count = int(n)
		return page.Render(w, r, http.StatusOK, voteView(d))
	}
	if d.Support, err = h.Prioritisation.Support(r.Context(), p.ID, v.Number); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, resultView(d))
}

func (h *Handlers) option(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	o, err := h.Prioritisation.Option(r.Context(), req.Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	v, err := h.Prioritisation.Vote(r.Context(), req.Actor.Programme, o.Vote)
	if err != nil {
		return err
	}
	if v.State == prioritisation.Draft {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	title, _ := o.Title.In(req.Base.Lang)
	d := optionData{Base: req.Titled(title).Here("prioritisation"), Option: o, Vote: v, Territory: h.Territory}
	voteTitle, _ := v.Title.In(req.Base.Lang)
	d.Crumbs = []page.Crumb{{Label: d.T("stage.prioritisation"), Href: d.P("/prioritisation")},
		{Label: voteTitle, Href: d.P("/prioritisation/votes/" + v.Number)}, {Label: o.Number}}
	return page.Render(w, r, http.StatusOK, optionView(d))
}
