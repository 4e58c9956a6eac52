package consultation

import (
	"net/http"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/web/page"
)

// proposalTabs are the views of the work list, by what waits.
var proposalTabs = []struct {
	key      string
	states   []consultation.ProposalState
	outcomes []consultation.Outcome
}{
	{"waiting", []consultation.ProposalState{consultation.Waiting}, nil},
	{"open", []consultation.ProposalState{consultation.Published}, []consultation.Outcome{consultation.Submitted, consultation.UnderReview}},
	{"answered", []consultation.ProposalState{consultation.Published}, consultation.Decisions},
	{"hidden", []consultation.ProposalState{consultation.ProposalHidden}, nil},
}

func (h *Handlers) staffProposals(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "nav.proposals")
	if err != nil {
		return err
	}
	d := staffProposalsData{publicData: frame, Tab: r.URL.Query().Get("tab"), Counts: map[string]int{}}
	for i, tab := range proposalTabs {
		list, err := h.Consultation.WorkProposals(r.Context(), req.Actor, consultation.ProposalFilter{Outcomes: tab.outcomes, Page: pageAsked(r), Oldest: true}, tab.states...)
		if err != nil {
			return err
		}
		d.Counts[tab.key] = list.Total
		if tab.key == d.Tab || d.Tab == "" && (list.Total > 0 || i == len(proposalTabs)-1) {
			d.Tab, d.List = tab.key, list
		}
	}
	return page.Render(w, r, http.StatusOK, staffProposalsView(d))
}

func (h *Handlers) staffProposal(w http.ResponseWriter, r *http.Request) error {
	return h.showStaffProposal(w, r, http.StatusOK, page.NewForm(), "")
}

// showStaffProposal shows a proposal with what may be done to it; refused says
// why a command was refused as a whole.
func (h *Handlers) showStaffProposal(w http.ResponseWriter, r *http.Request, status int, form *page.Form, refused string) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "nav.proposals")
	if err != nil {
		return err
	}
	d := staffProposalData{publicData: frame, Form: form, Refused: refused}
	if d.Page, err = h.Consultation.WorkProposal(r.Context(), req.Actor, r.PathValue("number")); err != nil {
		return err
	}
	if d.Organisations, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.proposals"), Href: d.P(workProposals)}, {Label: d.Page.Number}}
	d.MayExamine, d.MayAnswer = req.Actor.Somewhere(accounts.ProposalExamine), req.Actor.Somewhere(accounts.ProposalAnswer)
	return page.Render(w, r, status, staffProposalView(d))
}

// actOnProposal runs the command that the pressed button names. When somebody
// else was first, the page comes back with their answer above and one's own text kept.
func (h *Handlers) actOnProposal(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	err = h.proposalCommand(r, req, number, form)
	if fault.Is(err, fault.Conflict) {
		return h.showStaffProposal(w, r, http.StatusConflict, form, "consultation_work.somebody_was_first")
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showStaffProposal(w, r, http.StatusUnprocessableEntity, form, "")
	}
	return page.Redirect(w, r, req.Base.P(workProposals+"/"+number), page.Done, "consultation_work.flash.saved")
}

func (h *Handlers) proposalCommand(r *http.Request, req *page.Request, number string, form *page.Form) error {
	ctx, version, once := r.Context(), form.Version(), form.OnceFor(form.Text("act"))
	switch form.Text("act") {
	case "publish":
		return h.Consultation.PublishProposal(ctx, req.Actor, number, version, once)
	case "refuse":
		return reasonIn("refusal", h.Consultation.RefuseProposal(ctx, req.Actor, number, version, form.Words("refusal"), once))
	case "hide":
		return reasonIn("hiding", h.Consultation.HideProposal(ctx, req.Actor, number, version, form.Words("hiding"), once))
	case "restore":
		return reasonIn("hiding", h.Consultation.RestoreProposal(ctx, req.Actor, number, version, form.Words("hiding"), once))
	case "examine":
		return h.Consultation.StartExamination(ctx, req.Actor, number, version, once)
	case "screen":
		return h.Consultation.ScreenProposal(ctx, req.Actor, consultation.ScreeningDraft{Number: number, Version: version, Result: consultation.Screening(form.Text("result")), Motive: form.Words("motive"), Once: once})
	case "estimate":
		centimes := form.Dirhams("estimate")
		if len(form.Faults) > 0 {
			return nil
		}
		return h.Consultation.EstimateProposal(ctx, req.Actor, number, version, centimes, once)
	case "answer":
		review := form.Time("review_at")
		if len(form.Faults) > 0 {
			return nil
		}
		return h.Consultation.AnswerProposal(ctx, req.Actor, consultation.AnswerDraft{Number: number, Version: version, Decision: consultation.Outcome(form.Text("decision")),
			Sentence: form.Words("sentence"), Reason: form.Words("reason"), MergedInto: form.Text("merged_into"), ReferredTo: form.Text("referred_to"), DeferredTo: form.Words("deferred_to"),
			ReviewAt: review, Once: once})
	}
	return fault.New(fault.Invalid, "error.bad_form")
}

// reasonIn puts the faults of a reason beside the field that its form gave it.
func reasonIn(field string, err error) error {
	for _, f := range fault.All(err) {
		f.Field = strings.Replace(f.Field, "reason", field, 1)
	}
	return err
}
