package consultation

import (
	"context"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// PageSize is the number of rows on one page of a list.
const PageSize = 20

// maxPage bounds the depth of a list, so that an address cannot ask for the end of the world.
const maxPage = 100_000

// Pages says which part of a list this is.
type Pages struct {
	Page  int // from 1
	Size  int
	Total int
}

// From and To are the places of the first and last row shown, from 1; 0 in an empty list.
func (p Pages) From() int {
	if p.Total == 0 {
		return 0
	}
	return (p.Page-1)*p.Size + 1
}

// To is the place of the last row shown.
func (p Pages) To() int { return min(p.Page*p.Size, p.Total) }

// Last is the number of pages, at least 1.
func (p Pages) Last() int { return max(1, (p.Total+p.Size-1)/p.Size) }

func pageOf(page int) Pages { return Pages{Page: min(max(page, 1), maxPage), Size: PageSize} }

// ProposalFilter narrows a list of proposals; its zero value asks for all of them.
type ProposalFilter struct {
	Cycle    int64 // 0: all
	Unit     string
	Axis     string
	College  string
	Outcomes []Outcome
	Words    string // beginnings of words, or a number
	Oldest   bool   // first, instead of the newest
	Page     int    // from 1

	states []ProposalState
}

// ProposalList is one page of proposals.
type ProposalList struct {
	Pages
	Rows []Proposal
}

// Proposals lists what has been published, the newest first.
func (s *Service) Proposals(ctx context.Context, programmeID string, f ProposalFilter) (list ProposalList, err error) {
	defer fault.Wrap(&err, "consultation.Proposals")
	f.states = []ProposalState{Published}
	if list, err = s.proposals(ctx, programmeID, f); err != nil {
		return list, err
	}
	for i := range list.Rows {
		list.Rows[i] = list.Rows[i].forEveryone()
	}
	return list, nil
}

// ProposalPage is a proposal with all that its page tells.
type ProposalPage struct {
	Proposal
	Answers []Answer // oldest first; the last one stands
	Cites   []Contribution
	Into    ProposalRef   // what it was merged into; empty otherwise
	Merged  []ProposalRef // what was merged into it
	Next    Move
	Times   Times
}

// Answer is the answer that stands; ok is false before the first.
func (p ProposalPage) Answer() (a Answer, ok bool) {
	if len(p.Answers) == 0 {
		return a, false
	}
	return p.Answers[len(p.Answers)-1], true
}

// Proposal is a proposal as everyone may read it, in a constant number of
// queries. One that waits, was refused, withdrawn or hidden shows its state and
// dates, never its text.
func (s *Service) Proposal(ctx context.Context, programmeID, number string) (p ProposalPage, err error) {
	defer fault.Wrap(&err, "consultation.Proposal(%s)", number)
	if p, err = s.proposal(ctx, programmeID, number); err != nil {
		return p, err
	}
	p.Proposal = p.forEveryone()
	if !p.Readable() {
		p.Cites = nil
	}
	for i := range p.Cites {
		p.Cites[i] = p.Cites[i].forEveryone()
	}
	for i := range p.Merged {
		p.Merged[i] = p.Merged[i].forEveryone()
	}
	p.Into = p.Into.forEveryone()
	return p, nil
}

func (s *Service) proposal(ctx context.Context, programmeID, number string) (p ProposalPage, err error) {
	q := s.read
	if p.Proposal, err = one(ctx, q, scanProposal, "consultation.error.proposal_unknown", sqlProposal, programmeID, number); err != nil {
		return p, err
	}
	if p.Times, err = s.Times(ctx, programmeID); err != nil {
		return p, err
	}
	p.Next = p.Proposal.Next(p.Times)
	answers, err := all(ctx, q, scanAnswer, sqlAnswers+store.In(2, 1)+` ORDER BY ordinal`, programmeID, number)
	if err != nil {
		return p, err
	}
	for _, a := range answers {
		p.Answers = append(p.Answers, a.Answer)
	}
	links, err := programme.LinksTo(ctx, q, programmeID, programme.Subject(programme.Proposal, number))
	if err != nil {
		return p, err
	}
	var cited, related []string
	for _, l := range links {
		switch _, source, _ := programme.ParseSubject(l.Source); l.Kind {
		case programme.Cited:
			cited = append(cited, source)
		case programme.MergedInto:
			related = append(related, source)
		}
	}
	if p.Cites, err = s.byNumber(ctx, programmeID, cited); err != nil {
		return p, err
	}
	last, _ := p.Answer()
	refs, err := Refs(ctx, q, programmeID, append(related, last.MergedInto)...)
	if err != nil {
		return p, err
	}
	p.Into = refs[last.MergedInto]
	for _, n := range related {
		p.Merged = append(p.Merged, refs[n])
	}
	return p, nil
}

// byNumber lists contributions by their numbers, the oldest first.
func (s *Service) byNumber(ctx context.Context, programmeID string, numbers []string) ([]Contribution, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	w := whereProgramme(programmeID)
	in(w, "number", numbers)
	return all(ctx, s.read, scanContribution, sqlContributions+w.text.String()+oldestFirst, w.args...)
}

// Receipt is a proposal as its author may see it: with the text while it waits,
// when the code is the follow-up code. own is false when it is not, and then the
// proposal is as everyone may read it.
func (s *Service) Receipt(ctx context.Context, programmeID, number, code string) (p Proposal, own bool, err error) {
	defer fault.Wrap(&err, "consultation.Receipt(%s)", number)
	found, err := one(ctx, s.read, scanStored, "consultation.error.proposal_unknown", sqlProposal, programmeID, number)
	if err != nil {
		return p, false, err
	}
	if !found.fits(code) {
		return found.forEveryone(), false, nil
	}
	found.Estimate, found.EstimatedAt = 0, time.Time{} // internal, to the author too
	return found.Proposal, true, nil
}
