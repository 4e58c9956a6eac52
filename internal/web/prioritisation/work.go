package prioritisation

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

const workPath = "/work/prioritisation/votes"

func (h *Handlers) workList(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	votes, err := h.Prioritisation.Votes(r.Context(), req.Actor.Programme)
	if err != nil {
		return err
	}
	d := workListData{Base: req.Page("nav.votes"), Votes: votes, May: req.Actor.Can(accounts.VoteManage, "", "")}
	return page.Render(w, r, http.StatusOK, workListView(d))
}

func (h *Handlers) newVote(w http.ResponseWriter, r *http.Request) error {
	return h.showVoteForm(w, r, http.StatusOK, page.NewForm(), "")
}

func (h *Handlers) editVote(w http.ResponseWriter, r *http.Request) error {
	v, err := h.Prioritisation.Vote(r.Context(), page.Of(r).Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	form := page.NewForm("title_ar", v.Title.Ar, "title_fr", v.Title.Fr, "title_en", v.Title.En, "question_ar", v.Question.Ar, "question_fr", v.Question.Fr,
		"question_en", v.Question.En, "budget", page.Dirhams(v.Budget), "opens_at", page.Moment(v.OpensAt), "closes_at", page.Moment(v.ClosesAt),
		"version", strconv.FormatInt(v.Version, 10))
	return h.showVoteForm(w, r, http.StatusOK, form, v.Number)
}

func (h *Handlers) showVoteForm(w http.ResponseWriter, r *http.Request, status int, form *page.Form, number string) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.VoteManage, "", ""); err != nil {
		return err
	}
	if number != "" {
		v, err := h.Prioritisation.Vote(r.Context(), req.Actor.Programme, number)
		if err != nil {
			return err
		}
		form.Stands(v.Version)
	}
	d := voteFormData{Base: req.Page("prioritisation.work.vote_title"), Form: form, Number: number}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.votes"), Href: d.P(workPath)}, {Label: d.T("prioritisation.work.vote_title")}}
	return page.Render(w, r, status, voteFormView(d))
}

func voteDraft(form *page.Form) prioritisation.VoteDraft {
	return prioritisation.VoteDraft{Title: form.Words("title"), Question: form.Words("question"), Budget: form.Dirhams("budget"),
		OpensAt: form.Time("opens_at"), ClosesAt: form.Time("closes_at"), Once: form.Once()}
}

func (h *Handlers) createVote(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := voteDraft(form)
	d.Cycle = p.Cycle()
	var number string
	if len(form.Faults) == 0 {
		number, err = h.Prioritisation.CreateVote(r.Context(), req.Actor, d)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showVoteForm(w, r, http.StatusUnprocessableEntity, form, "")
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/"+number), page.Done, "prioritisation.flash.created")
}

func (h *Handlers) changeVote(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	d := voteDraft(form)
	if len(form.Faults) == 0 {
		err = h.Prioritisation.ChangeVote(r.Context(), req.Actor, number, form.Version(), d)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showVoteForm(w, r, http.StatusUnprocessableEntity, form, number)
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/"+number), page.Done, "prioritisation.flash.saved")
}

func (h *Handlers) workVote(w http.ResponseWriter, r *http.Request) error {
	return h.showWorkVote(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showWorkVote(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.InternalRead, "", ""); err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	v, err := h.Prioritisation.Vote(r.Context(), p.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	title, _ := v.Title.In(req.Base.Lang)
	d := workVoteData{Base: req.Titled(title), Vote: v, Programme: p, Form: form, May: req.Actor.Can(accounts.VoteManage, "", ""),
		MayPublish: req.Actor.Can(accounts.ResultPublish, "", "")}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.votes"), Href: d.P(workPath)}, {Label: v.Number}}
	if d.Options, err = h.Prioritisation.Options(r.Context(), p.ID, v.Number); err != nil {
		return err
	}
	if d.Classes, err = h.Prioritisation.Classes(r.Context(), p.ID, v); err != nil {
		return err
	}
	return page.Render(w, r, status, workVoteView(d))
}

// step runs one command of a vote's life from the work page and returns there.
func (h *Handlers) step(w http.ResponseWriter, r *http.Request, flash string, do func(req *page.Request, number string, form *page.Form) error) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	if again, err := form.Take(do(req, number, form)); err != nil {
		return err
	} else if again {
		return h.showWorkVote(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/"+number), page.Done, flash)
}

func (h *Handlers) freeze(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "prioritisation.flash.frozen", func(req *page.Request, number string, form *page.Form) error {
		return h.Prioritisation.FreezeCharter(r.Context(), req.Actor, number, form.Version(), form.OnceFor("freeze"))
	})
}

func (h *Handlers) drawSeed(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "prioritisation.flash.seed", func(req *page.Request, number string, form *page.Form) error {
		return h.Prioritisation.DrawSeed(r.Context(), req.Actor, number, form.Text("seed"), form.Version(), form.OnceFor("seed"))
	})
}

func (h *Handlers) tally(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "prioritisation.flash.tallied", func(req *page.Request, number string, form *page.Form) error {
		return h.Prioritisation.Tally(r.Context(), req.Actor, number, form.OnceFor("tally"))
	})
}

func (h *Handlers) publish(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "prioritisation.flash.published", func(req *page.Request, number string, form *page.Form) error {
		return h.Prioritisation.PublishResult(r.Context(), req.Actor, number, form.Version(), form.OnceFor("publish"))
	})
}

func (h *Handlers) discardCodes(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "prioritisation.flash.discarded", func(req *page.Request, number string, form *page.Form) error {
		return h.Prioritisation.DiscardCodes(r.Context(), req.Actor, number, form.Text("college"), form.OnceFor("discard", form.Text("college")))
	})
}

// makeCodes answers with the sheet to print: the codes are shown this once.
func (h *Handlers) makeCodes(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	n := form.Int("count")
	var codes []string
	if len(form.Faults) == 0 {
		codes, err = h.Prioritisation.MakeCodes(r.Context(), req.Actor, p, number, form.Text("college"), int(n), form.OnceFor("codes", form.Text("college"), strconv.FormatInt(n, 10)))
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showWorkVote(w, r, http.StatusUnprocessableEntity, form)
	}
	v, err := h.Prioritisation.Vote(r.Context(), p.ID, number)
	if err != nil {
		return err
	}
	college, _ := p.College(form.Text("college"))
	d := codesData{Base: req.Page("prioritisation.codes.title"), Vote: v, College: college, Codes: codes, Host: r.Host, Secure: req.Secure}
	return page.Render(w, r, http.StatusOK, codesView(d))
}

func (h *Handlers) newOption(w http.ResponseWriter, r *http.Request) error {
	return h.showOptionForm(w, r, http.StatusOK, h.firstOption(r), prioritisation.Option{Vote: r.PathValue("number")})
}

// firstOption fills the form from the proposal that was chosen, if one was.
func (h *Handlers) firstOption(r *http.Request) *page.Form {
	number := r.URL.Query().Get("proposal")
	form := page.NewForm("proposal", number)
	refs, err := h.Consultation.ProposalRefs(r.Context(), page.Of(r).Actor.Programme, number)
	if ref, ok := refs[number]; err == nil && ok {
		form.Values.Set("title_ar", ref.Title.Ar)
		form.Values.Set("title_fr", ref.Title.Fr)
		form.Values.Set("title_en", ref.Title.En)
		form.Values.Set("cost", page.Dirhams(ref.Estimate))
		form.Values["units"] = ref.Units
	}
	return form
}

func (h *Handlers) editOption(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Prioritisation.Option(r.Context(), page.Of(r).Actor.Programme, r.PathValue("option"))
	if err != nil {
		return err
	}
	form := page.NewForm("proposal", o.Proposal, "title_ar", o.Title.Ar, "title_fr", o.Title.Fr, "title_en", o.Title.En,
		"description_ar", o.Description.Ar, "description_fr", o.Description.Fr, "description_en", o.Description.En,
		"opinion_ar", o.Opinion.Ar, "opinion_fr", o.Opinion.Fr, "opinion_en", o.Opinion.En,
		"cost", page.Dirhams(o.Cost), "version", strconv.FormatInt(o.Version, 10))
	form.Values["units"] = o.Units
	return h.showOptionForm(w, r, http.StatusOK, form, o)
}

func (h *Handlers) showOptionForm(w http.ResponseWriter, r *http.Request, status int, form *page.Form, o prioritisation.Option) error {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.VoteManage, "", ""); err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	if o.Number != "" {
		now, err := h.Prioritisation.Option(r.Context(), p.ID, o.Number)
		if err != nil {
			return err
		}
		form.Stands(now.Version)
	}
	d := optionFormData{Base: req.Page("prioritisation.work.option_title"), Form: form, Option: o, Units: h.units(p, req.Base.Lang)}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.votes"), Href: d.P(workPath)}, {Label: o.Vote, Href: d.P(workPath + "/" + o.Vote)}, {Label: d.T("prioritisation.work.option_title")}}
	screened, err := h.Consultation.ScreenedProposals(r.Context(), p.ID, 0)
	if err != nil {
		return err
	}
	for _, s := range screened {
		if s.Eligible() {
			title, _ := s.Title.In(req.Base.Lang)
			d.Proposals = append(d.Proposals, ui.Option{Value: s.Number, Label: s.Number + " · " + title})
		}
	}
	return page.Render(w, r, status, optionFormView(d))
}

func (h *Handlers) units(p *programme.Programme, l i18n.Lang) (list []ui.Option) {
	for _, u := range territory.ByName(h.Territory.Communes(p.Territory), l) {
		name, _ := u.Name.In(l)
		list = append(list, ui.Option{Value: u.Code, Label: name})
	}
	return list
}

func optionDraft(vote string, form *page.Form) prioritisation.OptionDraft {
	units := slices.Clone(form.All("units"))
	slices.Sort(units)
	return prioritisation.OptionDraft{Vote: vote, Proposal: form.Text("proposal"), Title: form.Words("title"), Description: form.Words("description"),
		Opinion: form.Words("opinion"), Cost: form.Dirhams("cost"), Units: slices.Compact(units), Once: form.Once()}
}

func (h *Handlers) addOption(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	d := optionDraft(number, form)
	if len(form.Faults) == 0 {
		_, err = h.Prioritisation.AddOption(r.Context(), req.Actor, d)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showOptionForm(w, r, http.StatusUnprocessableEntity, form, prioritisation.Option{Vote: number})
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/"+number), page.Done, "prioritisation.flash.saved")
}

func (h *Handlers) changeOption(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	d := optionDraft(number, form)
	if len(form.Faults) == 0 {
		err = h.Prioritisation.ChangeOption(r.Context(), req.Actor, r.PathValue("option"), form.Version(), d)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showOptionForm(w, r, http.StatusUnprocessableEntity, form, prioritisation.Option{Vote: number, Number: r.PathValue("option"), Proposal: d.Proposal})
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/"+number), page.Done, "prioritisation.flash.saved")
}

func (h *Handlers) removeOption(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "prioritisation.flash.removed", func(req *page.Request, number string, form *page.Form) error {
		return h.Prioritisation.RemoveOption(r.Context(), req.Actor, number, r.PathValue("option"), form.OnceFor("remove"))
	})
}
