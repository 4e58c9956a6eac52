package consultation

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/web/page"
)

const (
	workMeetings      = "/work/consultation/meetings"
	workContributions = "/work/consultation/contributions"
	workProposals     = "/work/consultation/proposals"
)

// workRoutes lists the addresses of the work area.
func (h *Handlers) workRoutes() []page.Route {
	const work = "/p/{slug}"
	return []page.Route{
		page.Get(work+"/work", h.today),
		page.Get(work+workMeetings, h.staffMeetings),
		page.Get(work+workMeetings+"/new", h.newMeeting),
		page.Post(work+workMeetings+"/new", h.createMeeting),
		page.Get(work+workMeetings+"/{number}", h.staffMeeting),
		page.Post(work+workMeetings+"/{number}", h.actOnMeeting),
		page.Get(work+workMeetings+"/{number}/edit", h.editMeeting),
		page.Post(work+workMeetings+"/{number}/edit", h.changeMeeting),
		page.Get(work+workMeetings+"/{number}/capture", h.capture),
		page.Post(work+workMeetings+"/{number}/capture", h.record),
		page.Get(work+workContributions, h.staffContributions),
		page.Post(work+workContributions, h.actOnContributions),
		page.Get(work+workContributions+"/{number}", h.staffContribution),
		page.Post(work+workContributions+"/{number}", h.actOnContribution),
		page.Get(work+workProposals, h.staffProposals),
		page.Get(work+workProposals+"/{number}", h.staffProposal),
		page.Post(work+workProposals+"/{number}", h.actOnProposal),
	}
}

// somewhere asks for a right over any part of the programme: a role may cover one
// cercle only, and the command still checks the place.
func somewhere(req *page.Request, right accounts.Right) error {
	if req.Actor.Somewhere(right) {
		return nil
	}
	return req.Actor.Require(right, "", "")
}

// staffFrame starts the values of a page of the work area.
func (h *Handlers) staffFrame(r *http.Request, titleKey string) (publicData, error) {
	p, err := h.programme(r)
	if err != nil {
		return publicData{}, err
	}
	return publicData{Base: page.Of(r).Page(titleKey), frame: p, territory: h.Territory, organisation: h.Accounts.OrganisationName}, nil
}

// today is what waits for whom.
func (h *Handlers) today(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "nav.today")
	if err != nil {
		return err
	}
	d := todayData{publicData: frame}
	if !req.Actor.Somewhere(accounts.InternalRead) {
		return page.Render(w, r, http.StatusOK, todayView(d)) // an administrator of the installation has no voice here
	}
	d.Others = r.URL.Query().Get("all") == "1"
	d.List, err = h.Consultation.Tasks(r.Context(), req.Actor, consultation.TaskFilter{Others: d.Others, Page: pageAsked(r)})
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, todayView(d))
}

// actOnContribution withdraws, hides, sets aside or restores, each with its reason.
func (h *Handlers) actOnContribution(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	ctx, reason, once := r.Context(), form.Words("reason"), form.OnceFor(form.Text("act"))
	switch form.Text("act") {
	case "correct":
		err = h.correct(r, req, form, number)
	case "withdraw":
		err = h.Consultation.WithdrawContribution(ctx, req.Actor, number, reason, once)
	case "hide":
		err = h.Consultation.HideContribution(ctx, req.Actor, number, reason, once)
	case "set_aside":
		err = h.Consultation.SetAside(ctx, req.Actor, number, reason, once)
	case "restore":
		err = h.Consultation.RestoreContribution(ctx, req.Actor, number, reason, once)
	default:
		err = fault.New(fault.Invalid, "error.bad_form")
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showStaffContribution(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workContributions+"/"+number), page.Done, "consultation_work.flash.saved")
}

// correct changes what the form shows and keeps the rest as it stands.
func (h *Handlers) correct(r *http.Request, req *page.Request, form *page.Form, number string) error {
	now, err := h.Consultation.WorkContribution(r.Context(), req.Actor, number)
	if err != nil {
		return err
	}
	reformulation := now.Reformulation
	reformulation.Ar = form.Text("reformulation")
	return h.Consultation.CorrectContribution(r.Context(), req.Actor, consultation.ContributionDraft{Number: number, Version: form.Version(), Kind: consultation.ContributionKind(form.Text("kind")),
		Raw: form.Text("raw"), RawLang: form.Text("raw_lang"), Reformulation: reformulation, College: form.Text("college"), Unit: form.Text("unit"), Axis: form.Text("axis"), Table: form.Text("table"),
		Channel: consultation.Channel(form.Text("channel")), Origin: now.Origin, ByScribe: form.Text("scribe") == "1", Once: form.OnceFor(form.Text("act"))})
}

func (h *Handlers) staffContribution(w http.ResponseWriter, r *http.Request) error {
	return h.showStaffContribution(w, r, http.StatusOK, page.NewForm())
}

// showStaffContribution shows a contribution with its two forms: the one that
// corrects it is filled from what stands, unless it is the one that was sent.
func (h *Handlers) showStaffContribution(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "nav.contributions")
	if err != nil {
		return err
	}
	d := staffContributionData{publicData: frame, Form: page.NewForm(), Act: form}
	if d.Page, err = h.Consultation.WorkContribution(r.Context(), req.Actor, r.PathValue("number")); err != nil {
		return err
	}
	if form.Text("act") == "correct" {
		d.Form, d.Act = form, d.Form
	} else {
		c := d.Page.Contribution
		scribe := ""
		if c.Scribe != "" {
			scribe = "1"
		}
		d.Form = page.NewForm("kind", string(c.Kind), "raw", c.Raw, "raw_lang", c.RawLang, "reformulation", c.Reformulation.Ar, "college", c.College, "unit", c.Unit, "axis", c.Axis,
			"table", c.Table, "channel", string(c.Channel), "scribe", scribe, "version", strconv.FormatInt(c.Version, 10))
	}
	d.Form.Stands(d.Page.Version)
	d.Crumbs = []page.Crumb{{Label: d.T("nav.contributions"), Href: d.P(workContributions)}, {Label: d.Page.Number}}
	d.MayRecord, d.MayModerate = req.Actor.Can(accounts.ContributionRecord, d.Page.Unit, d.Page.Axis), req.Actor.Can(accounts.ContributionModerate, d.Page.Unit, d.Page.Axis)
	return page.Render(w, r, status, staffContributionView(d))
}

func (h *Handlers) staffContributions(w http.ResponseWriter, r *http.Request) error {
	return h.showStaffContributions(w, r, http.StatusOK, page.NewForm())
}

var contributionStates = []string{"pending", "classified", "set_aside", "hidden"}

// contributionFilter is what the address asks the list for.
func contributionFilter(r *http.Request) consultation.ContributionFilter {
	q := r.URL.Query()
	f := consultation.ContributionFilter{State: q.Get("state"), College: q.Get("college"), Unit: q.Get("unit"), Axis: q.Get("axis"), Kind: consultation.ContributionKind(q.Get("kind")), Page: pageAsked(r)}
	if !slices.Contains(contributionStates, f.State) {
		f.State = "pending"
	}
	return f
}

func (h *Handlers) showStaffContributions(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "nav.contributions")
	if err != nil {
		return err
	}
	d := staffContributionsData{publicData: frame, Form: form, Filter: contributionFilter(r), May: req.Actor.Somewhere(accounts.ContributionModerate)}
	if d.List, err = h.Consultation.WorkContributions(r.Context(), req.Actor, d.Filter); err != nil {
		return err
	}
	return page.Render(w, r, status, staffContributionsView(d))
}

// actOnContributions does with all that were ticked what the pressed button says:
// groups them, or sets them aside.
func (h *Handlers) actOnContributions(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	ticked, once := form.All("contribution"), form.OnceFor(form.Text("act"))
	to, flash := req.Base.P(workContributions)+"?"+filterValues(contributionFilter(r)).Encode(), "consultation_work.flash.set_aside"
	switch form.Text("act") {
	case "group":
		var number string
		number, err = h.Consultation.GroupContributions(r.Context(), req.Actor, consultation.Grouping{Contributions: ticked, Proposal: form.Text("proposal"),
			New: consultation.ProposalDraft{Title: form.Words("title"), Body: form.Text("body")}, Once: once})
		to, flash = req.Base.P(workProposals+"/"+number), "consultation_work.flash.grouped"
	case "set_aside":
		err = h.Consultation.SetAsideAll(r.Context(), req.Actor, ticked, form.Words("reason"), once)
	default:
		err = fault.New(fault.Invalid, "error.bad_form")
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showStaffContributions(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, to, page.Done, flash, "n", len(ticked))
}
