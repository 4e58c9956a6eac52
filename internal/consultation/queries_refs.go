package consultation

import (
	"context"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// ProposalRef is what other stages need to know of a proposal. Estimate is
// internal: a page for everyone must not show it before it is published elsewhere.
type ProposalRef struct {
	Number     string
	Cycle      int64
	Title      i18n.Text
	Units      []string
	Axis       string
	State      ProposalState
	Outcome    Outcome
	Estimate   int64 // centimes; 0 = none yet
	Screening  Screening
	AnsweredAt time.Time
}

// Readable tells whether everyone may read the proposal.
func (r ProposalRef) Readable() bool { return r.State == Published }

// Eligible tells whether the proposal may become an option of a vote: published,
// retained, screened and with an estimated cost.
func (r ProposalRef) Eligible() bool {
	return r.Readable() && (r.Outcome == Retained || r.Outcome == RetainedInPart) && r.Screening == Passed && r.Estimate > 0
}

func (r ProposalRef) forEveryone() ProposalRef {
	r.Estimate = 0
	if !r.Readable() {
		r.Title, r.Units, r.Axis = i18n.Text{}, nil, ""
	}
	return r
}

func scanRef(row scanner) (r ProposalRef, err error) {
	var title, units string
	var answered int64
	if err := row.Scan(&r.Number, &r.Cycle, &title, &units, &r.Axis, &r.State, &r.Outcome, &r.Estimate, &r.Screening, &answered); err != nil {
		return r, err
	}
	r.Units, r.AnsweredAt = splitUnits(units), store.Time(answered)
	return r, decode(title, &r.Title)
}

// Refs are proposals by number, one query for all; unknown numbers are absent.
// q is the reading pool, or the write of a command that must be sure.
func Refs(ctx context.Context, q store.Querier, programmeID string, numbers ...string) (map[string]ProposalRef, error) {
	refs := map[string]ProposalRef{}
	if len(numbers) == 0 {
		return refs, nil
	}
	w := whereProgramme(programmeID)
	in(w, "number", numbers)
	list, err := all(ctx, q, scanRef, sqlProposalRefs+w.text.String(), w.args...)
	for _, r := range list {
		refs[r.Number] = r
	}
	return refs, err
}

// ProposalRefs are proposals by number, one query for all; unknown numbers are absent.
func (s *Service) ProposalRefs(ctx context.Context, programmeID string, numbers ...string) (refs map[string]ProposalRef, err error) {
	defer fault.Wrap(&err, "consultation.ProposalRefs")
	return Refs(ctx, s.read, programmeID, numbers...)
}

// ScreenedProposals lists the published proposals of a cycle (0: of all) that were
// retained and passed the screening: what may become an option, once Eligible.
func (s *Service) ScreenedProposals(ctx context.Context, programmeID string, cycle int64) (list []ProposalRef, err error) {
	defer fault.Wrap(&err, "consultation.ScreenedProposals(%d)", cycle)
	return all(ctx, s.read, scanRef, sqlProposalRefs+sqlScreened, programmeID, cycle)
}

// TracedProposal is a proposal on the page that follows it through all stages.
type TracedProposal struct {
	Proposal
	Answers []Answer
}

// TraceProposals are proposals with their answers, as everyone may read them, in
// two queries whatever the number; unknown ones are absent.
func (s *Service) TraceProposals(ctx context.Context, programmeID string, numbers ...string) (traced map[string]TracedProposal, err error) {
	defer fault.Wrap(&err, "consultation.TraceProposals")
	traced = map[string]TracedProposal{}
	if len(numbers) == 0 {
		return traced, nil
	}
	w := whereProgramme(programmeID)
	in(w, "number", numbers)
	found, err := all(ctx, s.read, scanProposal, sqlProposals+w.text.String(), w.args...)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		traced[p.Number] = TracedProposal{Proposal: p.forEveryone()}
	}
	answers, err := all(ctx, s.read, scanAnswer, sqlAnswers+store.In(2, len(numbers))+` ORDER BY proposal, ordinal`, w.args...)
	for _, a := range answers {
		t := traced[a.proposal]
		t.Answers = append(t.Answers, a.Answer)
		traced[a.proposal] = t
	}
	return traced, err
}

// TraceContributions are contributions by number, as everyone may read them: the
// words of an unreleased, hidden or withdrawn one are empty. One query for all;
// unknown numbers are absent.
func (s *Service) TraceContributions(ctx context.Context, programmeID string, numbers ...string) (traced map[string]Contribution, err error) {
	defer fault.Wrap(&err, "consultation.TraceContributions")
	traced = map[string]Contribution{}
	list, err := s.byNumber(ctx, programmeID, numbers)
	for _, c := range list {
		traced[c.Number] = c.forEveryone()
	}
	return traced, err
}

// TraceMeetings are meetings by number, one query for all; unknown ones are absent.
func (s *Service) TraceMeetings(ctx context.Context, programmeID string, numbers ...string) (traced map[string]Meeting, err error) {
	defer fault.Wrap(&err, "consultation.TraceMeetings")
	traced = map[string]Meeting{}
	if len(numbers) == 0 {
		return traced, nil
	}
	w := whereProgramme(programmeID)
	in(w, "number", numbers)
	list, err := all(ctx, s.read, scanMeeting, sqlMeetings+w.text.String(), w.args...)
	for _, m := range list {
		traced[m.Number] = m
	}
	return traced, err
}

// PublicAddress is the path, inside a programme, of the page that tells what
// became of a numbered thing; a thing without a page of its own has its trace.
func PublicAddress(kind programme.Kind, number string) string {
	switch kind {
	case programme.Meeting:
		return "/consultation/meetings/" + number
	case programme.Contribution:
		return "/consultation/contributions/" + number
	case programme.Proposal:
		return "/consultation/proposals/" + number
	}
	return "/trace/" + number
}
