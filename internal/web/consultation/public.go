package consultation

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
)

// publicRoutes lists the addresses that everyone may open.
func (h *Handlers) publicRoutes() []page.Route {
	const stage = "/p/{slug}/consultation"
	return []page.Route{
		page.Get(stage, h.overview),
		page.Get(stage+"/meetings", h.meetings),
		page.Get(stage+"/meetings/{number}", h.meeting),
		page.Get(stage+"/contributions/{number}", h.contribution),
		page.Get(stage+"/proposals", h.proposals),
		page.Get(stage+"/proposals/new", h.newProposal),
		page.Post(stage+"/proposals/new", h.submitProposal),
		page.Get(stage+"/proposals/{number}", h.proposal),
		page.Get(stage+"/proposals/{number}/withdraw", h.askWithdrawal),
		page.Post(stage+"/proposals/{number}/withdraw", h.withdraw),
		page.Raw(http.MethodGet, "/r/{slug}/{tracking}", h.track),
	}
}

// frameOf starts the values of a page that everyone may open.
func (h *Handlers) frameOf(r *http.Request, titleKey string, args ...any) (publicData, error) {
	p, err := h.programme(r)
	if err != nil {
		return publicData{}, err
	}
	return publicData{Base: page.Of(r).Page(titleKey, args...).Here(string(programme.Consultation)), frame: p, territory: h.Territory, organisation: h.Accounts.OrganisationName}, nil
}

// pageAsked is the number of the page of a list in the address; 1 when it is none.
func pageAsked(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// number reads the number in the address; a fault that says why when it is none
// of the kind wanted.
func number(r *http.Request, kind programme.Kind) (string, error) {
	got, number, ok := programme.ParseNumber(r.PathValue("number"))
	if !ok || got != kind {
		return "", fault.New(fault.NotFound, "consultation.error.number_mistyped")
	}
	return number, nil
}

// upcoming is how many meetings the first page names.
const upcoming = 5

func (h *Handlers) overview(w http.ResponseWriter, r *http.Request) error {
	f, err := h.frameOf(r, "consultation.title")
	if err != nil {
		return err
	}
	d := overviewData{publicData: f}
	d.Phase, d.IsOpen = d.frame.OpenPhase(programme.Consultation, d.Now)
	if !d.IsOpen {
		d.Phase, d.Planned = nextPhase(d.frame, d.Now)
	}
	if d.Figures, err = h.Consultation.Figures(r.Context(), d.frame.ID, 0, d.Now); err != nil {
		return err
	}
	next, err := h.Consultation.Meetings(r.Context(), d.frame.ID, consultation.MeetingFilter{From: d.Now})
	if err != nil {
		return err
	}
	d.Next, d.More = next.Rows[:min(len(next.Rows), upcoming)], next.Total-min(len(next.Rows), upcoming)
	if d.Times, err = h.Consultation.Times(r.Context(), d.frame.ID); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, overviewView(d))
}

func (h *Handlers) meetings(w http.ResponseWriter, r *http.Request) error {
	f, err := h.frameOf(r, "consultation.meetings.title")
	if err != nil {
		return err
	}
	d := meetingsData{publicData: f.under()}
	d.MeetingList, err = h.Consultation.Meetings(r.Context(), d.frame.ID, consultation.MeetingFilter{Page: pageAsked(r)})
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, meetingsView(d))
}

func (h *Handlers) meeting(w http.ResponseWriter, r *http.Request) error {
	number, err := number(r, programme.Meeting)
	if err != nil {
		return err
	}
	f, err := h.frameOf(r, "consultation.meeting.title", "number", number)
	if err != nil {
		return err
	}
	d := meetingData{publicData: f.under(page.Crumb{Label: f.T("consultation.meetings.title"), Href: f.P("/consultation/meetings")}, page.Crumb{Label: number})}
	if axis := r.URL.Query().Get("axis"); axis != "" {
		if _, known := d.frame.Axis(axis); known {
			d.Axis = axis
		}
	}
	d.MeetingPage, err = h.Consultation.MeetingPage(r.Context(), d.frame.ID, number, d.Axis, pageAsked(r))
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, meetingView(d))
}

func (h *Handlers) contribution(w http.ResponseWriter, r *http.Request) error {
	number, err := number(r, programme.Contribution)
	if err != nil {
		return err
	}
	f, err := h.frameOf(r, "consultation.contribution.title", "number", number)
	if err != nil {
		return err
	}
	d := contributionData{publicData: f}
	if d.ContributionPage, err = h.Consultation.Contribution(r.Context(), d.frame.ID, number); err != nil {
		return err
	}
	at := d.P("/consultation/meetings/" + d.Meeting.Number)
	d.publicData = f.under(page.Crumb{Label: f.T("consultation.meetings.title"), Href: f.P("/consultation/meetings")},
		page.Crumb{Label: d.text(d.Meeting.Title), Href: at}, page.Crumb{Label: number})
	return page.Render(w, r, http.StatusOK, contributionView(d))
}

// asked is the filter in the address; what no list offers is left out.
func (h *Handlers) asked(r *http.Request, p *programme.Programme) consultation.ProposalFilter {
	q := r.URL.Query()
	f := consultation.ProposalFilter{Words: page.Clean(q.Get("q")), Page: pageAsked(r)}
	if unit := q.Get("unit"); h.Territory.Within(unit, p.Territory) {
		f.Unit = unit
	}
	if axis, ok := p.Axis(q.Get("axis")); ok {
		f.Axis = axis.ID
	}
	if college, ok := p.College(q.Get("college")); ok {
		f.College = college.ID
	}
	if o := consultation.Outcome(q.Get("outcome")); slices.Contains(consultation.Outcomes, o) {
		f.Outcomes = []consultation.Outcome{o}
	}
	return f
}

func (h *Handlers) proposals(w http.ResponseWriter, r *http.Request) error {
	f, err := h.frameOf(r, "consultation.proposals.title")
	if err != nil {
		return err
	}
	d := proposalsData{publicData: f.under(), Filter: h.asked(r, f.frame)}
	if d.ProposalList, err = h.Consultation.Proposals(r.Context(), d.frame.ID, d.Filter); err != nil {
		return err
	}
	_, d.IsOpen = d.frame.OpenPhase(programme.Consultation, d.Now)
	return page.Render(w, r, http.StatusOK, proposalsView(d))
}

func (h *Handlers) proposal(w http.ResponseWriter, r *http.Request) error {
	number, err := number(r, programme.Proposal)
	if err != nil {
		return err
	}
	f, err := h.frameOf(r, "consultation.proposal.title", "number", number)
	if err != nil {
		return err
	}
	d := proposalData{publicData: f.ofProposal(number), Lang: f.Lang}
	if d.ProposalPage, err = h.Consultation.Proposal(r.Context(), d.frame.ID, number); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, proposalView(d))
}

// track leads from the address in a code image to the page of what it follows,
// in the visitor's language.
func (h *Handlers) track(w http.ResponseWriter, r *http.Request) error {
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	kind, number, ok := programme.ParseNumber(r.PathValue("tracking"))
	if !ok {
		return fault.New(fault.NotFound, "consultation.error.number_mistyped")
	}
	at, err := h.pageOf(r.Context(), p.ID, kind, number)
	if err != nil {
		return err
	}
	return page.Redirect(w, r, page.Of(r).Base.Href("/p/"+p.Slug+at), page.Done, "")
}

// pageOf is where a number of the stage is shown, if it exists.
func (h *Handlers) pageOf(ctx context.Context, programmeID string, kind programme.Kind, number string) (at string, err error) {
	switch kind {
	case programme.Proposal:
		_, _, err = h.Consultation.Receipt(ctx, programmeID, number, "")
		return "/consultation/proposals/" + number, err
	case programme.Contribution:
		_, err = h.Consultation.Contribution(ctx, programmeID, number)
		return "/consultation/contributions/" + number, err
	case programme.Meeting:
		_, err = h.Consultation.Meeting(ctx, programmeID, number)
		return "/consultation/meetings/" + number, err
	}
	return "", fault.New(fault.NotFound, "consultation.error.number_elsewhere")
}
