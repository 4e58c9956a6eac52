package consultation

import (
	"net/http"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
)

func (h *Handlers) newProposal(w http.ResponseWriter, r *http.Request) error {
	return h.showNew(w, r, http.StatusOK, page.NewForm())
}

// showNew shows the form. It carries the follow-up code, so that the same form
// sent twice is one proposal with one code.
func (h *Handlers) showNew(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	f, err := h.frameOf(r, "consultation.new.title")
	if err != nil {
		return err
	}
	d := newData{publicData: f.under(page.Crumb{Label: f.T("consultation.proposals.title"), Href: f.P("/consultation/proposals")}, page.Crumb{Label: f.Title}), Form: form}
	if _, err := accounts.ParseCode(form.Text("code"), accounts.CodeBytes); err != nil {
		form.Values.Set("code", consultation.NewFollowUpCode())
	}
	d.Phase, d.IsOpen = d.frame.OpenPhase(programme.Consultation, d.Now)
	if d.Times, err = h.Consultation.Times(r.Context(), d.frame.ID); err != nil {
		return err
	}
	return page.Render(w, r, status, newView(d))
}

func (h *Handlers) submitProposal(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	draft := consultation.ProposalDraft{Title: written(form.Text("title"), req.Base.Lang), Body: form.Text("body"), Place: form.Text("place"),
		College: form.Text("college"), Axis: form.Text("axis"), Code: form.Text("code"), Once: form.Once()}
	if unit := form.Text("unit"); unit != "" {
		draft.Units = []string{unit}
	}
	number, err := h.takeIn(r, draft)
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showNew(w, r, http.StatusUnprocessableEntity, form)
	}
	return h.receipt(w, r, number, draft.Code)
}

// takeIn submits a proposal unless too many have come from where it comes, or to
// the programme, in a short time.
func (h *Handlers) takeIn(r *http.Request, draft consultation.ProposalDraft) (number string, err error) {
	req, intake := page.Of(r), h.Accounts.Intake()
	if err := intake.Admit(req.Address, req.Actor.Programme); err != nil {
		return "", err
	}
	if number, err = h.Consultation.SubmitProposal(r.Context(), req.Actor, draft); err == nil {
		intake.Took(req.Address, req.Actor.Programme)
	}
	return number, err
}

// receipt answers the form itself: the code must stand in no address, where
// browsers and servers would keep it.
func (h *Handlers) receipt(w http.ResponseWriter, r *http.Request, number, code string) error {
	f, err := h.frameOf(r, "consultation.receipt.title", "number", number)
	if err != nil {
		return err
	}
	d := receiptData{publicData: f.ofProposal(number), Address: trackingAddress(r, f.frame.Slug, number)}
	if d.Proposal, d.Own, err = h.Consultation.Receipt(r.Context(), d.frame.ID, number, code); err != nil {
		return err
	}
	if d.Own {
		d.Code = code
	}
	if d.Times, err = h.Consultation.Times(r.Context(), d.frame.ID); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, receiptView(d))
}

// trackingAddress is the absolute address behind a receipt's code image: short
// and without a language.
func trackingAddress(r *http.Request, slug, number string) string {
	scheme := "http"
	if page.Of(r).Secure {
		scheme = "https"
	}
	return scheme + "://" + r.Host + "/r/" + slug + "/" + number
}

// written is what one person wrote, as a text in the language nearest to its letters.
func written(s string, onPage i18n.Lang) i18n.Text {
	switch consultation.WrittenIn(s, onPage) {
	case "fr":
		return i18n.Text{Fr: s}
	case "en":
		return i18n.Text{En: s}
	}
	return i18n.Text{Ar: s}
}

func (h *Handlers) askWithdrawal(w http.ResponseWriter, r *http.Request) error {
	return h.showWithdrawal(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showWithdrawal(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	number, err := number(r, programme.Proposal)
	if err != nil {
		return err
	}
	f, err := h.frameOf(r, "consultation.withdraw.title", "number", number)
	if err != nil {
		return err
	}
	d := withdrawData{publicData: f.ofProposal(number), Form: form}
	if d.Proposal, _, err = h.Consultation.Receipt(r.Context(), d.frame.ID, number, ""); err != nil {
		return err
	}
	return page.Render(w, r, status, withdrawView(d))
}

func (h *Handlers) withdraw(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	number, err := number(r, programme.Proposal)
	if err != nil {
		return err
	}
	guard := h.Accounts.Guard()
	if err := guard.Wait(r.Context(), req.Address, req.Actor.Programme); err != nil {
		return err
	}
	err = h.Consultation.WithdrawProposal(r.Context(), req.Actor, number, form.Text("code"), form.Text("reason"), form.Once())
	if wrongCode(err) {
		guard.Fail(req.Address, req.Actor.Programme)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showWithdrawal(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/consultation/proposals/"+number), page.Done, "consultation.flash.withdrawn")
}

// wrongCode tells a guess from a slip of the keyboard, which the check digit finds.
func wrongCode(err error) bool {
	for _, f := range fault.All(err) {
		if f.Key == "consultation.error.code_wrong" {
			return true
		}
	}
	return false
}
