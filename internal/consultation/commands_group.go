package consultation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// Grouping joins contributions into a proposal that cites them.
type Grouping struct {
	Contributions []string      // numbers
	Proposal      string        // number of the proposal they join, as it was typed; "" for a new one
	New           ProposalDraft // title and body of a new one; what it leaves empty comes from the contributions
	Once          string
}

// GroupContributions makes a proposal of contributions, or joins them to one
// that exists, and returns its number. The proposal cites each of them, and each
// leads to it. A proposal of staff is published at once.
func (s *Service) GroupContributions(ctx context.Context, actor accounts.Actor, g Grouping) (number string, err error) {
	defer fault.Wrap(&err, "consultation.GroupContributions(%s)", g.Proposal)
	if err := may(actor, accounts.ContributionModerate); err != nil {
		return "", err
	}
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return "", err
	}
	slices.Sort(g.Contributions)
	g.Contributions = slices.Compact(g.Contributions)
	if len(g.Contributions) == 0 || len(g.Contributions) > maxGrouped {
		return "", fault.Field("contributions", "consultation.error.tick", "most", maxGrouped)
	}
	if g.Proposal = strings.TrimSpace(g.Proposal); g.Proposal != "" {
		kind, parsed, ok := programme.ParseNumber(g.Proposal)
		if !ok || kind != programme.Proposal {
			return "", fault.Field("proposal", "consultation.error.number_mistyped")
		}
		g.Proposal = parsed
	}
	g.Once = onceOr(g.Once)
	g.New.Once = g.Once
	number = g.Proposal
	defer s.index.forget(actor.Programme)
	_, err = s.write(ctx, actor, g.Once, func(tx *store.Tx) error {
		cited, err := loadCitable(tx, actor, g.Contributions)
		if err != nil {
			return err
		}
		if g.Proposal == "" {
			return s.groupNew(tx, actor, p, g.New, cited)
		}
		return groupInto(tx, actor, g.Proposal, cited)
	})
	if err != nil || g.Proposal != "" {
		return number, err
	}
	stored, err := one(ctx, s.read, scanStored, "fault.not_found", sqlProposalByOnce, actor.Programme, g.Once)
	return stored.Number, err
}

// maxGrouped bounds one grouping; more can join in a second one.
const maxGrouped = 200

// loadNumbered loads contributions inside a write; all of them must be there.
func loadNumbered(tx *store.Tx, numbers []string) ([]Contribution, error) {
	w := whereProgramme(tx.Log())
	in(w, "number", numbers)
	list, err := all(tx.Context(), tx, scanContribution, sqlContributions+w.text.String()+oldestFirst, w.args...)
	if err == nil && len(list) != len(numbers) {
		return nil, fault.New(fault.NotFound, "consultation.error.contribution_unknown")
	}
	return list, err
}

// loadCitable loads the contributions of a grouping; each must be kept and shown,
// and the actor must be allowed to moderate its place and axis.
func loadCitable(tx *store.Tx, actor accounts.Actor, numbers []string) ([]Contribution, error) {
	list, err := loadNumbered(tx, numbers)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if err := actor.Require(accounts.ContributionModerate, c.Unit, c.Axis); err != nil {
			return nil, err
		}
		if c.State != Kept || c.Hidden.Done() {
			return nil, fault.Field("contributions", "consultation.error.not_citable", "number", c.Number)
		}
	}
	return list, nil
}

func (s *Service) groupNew(tx *store.Tx, actor accounts.Actor, p *programme.Programme, d ProposalDraft, cited []Contribution) error {
	d.fromContributions(cited)
	var f fault.Fields
	s.checkProposal(&f, p, &d)
	checkText(&f, "title", d.Title, true, minTitle, MaxTitle)
	if err := f.Err(); err != nil {
		return err
	}
	if err := programme.StaffGate(tx, d.Cycle, programme.Consultation); err != nil {
		return err
	}
	by := actor.By(accounts.ContributionModerate, first(d.Units), d.Axis)
	number, err := insertProposal(tx, actor, d, Published, "")
	if err != nil {
		return err
	}
	change := d.change(ChangeProposalGrouped, number, actor, by)
	change.Open, change.Public["cites"] = true, numbersOf(cited)
	if _, err := tx.Append(change); err != nil {
		return err
	}
	return cite(tx, by, number, cited)
}

// fromContributions fills what staff left empty with what the contributions agree on.
func (d *ProposalDraft) fromContributions(cited []Contribution) {
	agree := func(value func(Contribution) string) string {
		v := value(cited[0])
		for _, c := range cited {
			if value(c) != v {
				return ""
			}
		}
		return v
	}
	if d.College == "" {
		d.College = agree(func(c Contribution) string { return c.College })
	}
	if d.Axis == "" {
		d.Axis = agree(func(c Contribution) string { return c.Axis })
	}
	if d.Channel = Channel(agree(func(c Contribution) string { return string(c.Channel) })); d.Channel == "" {
		d.Channel = Room
	}
	if len(d.Units) == 0 {
		for _, c := range cited {
			d.Units = append(d.Units, c.Unit)
		}
	}
	for _, c := range cited {
		d.Cycle = max(d.Cycle, c.Cycle)
	}
	d.Code = ""
}

func groupInto(tx *store.Tx, actor accounts.Actor, number string, cited []Contribution) error {
	p, err := one(tx.Context(), tx, scanProposal, "consultation.error.proposal_unknown", sqlProposal, tx.Log(), number)
	if fault.Is(err, fault.NotFound) {
		return fault.Field("proposal", "consultation.error.proposal_unknown")
	}
	if err != nil {
		return err
	}
	if err := requireAll(actor, accounts.ContributionModerate, p.Units, p.Axis); err != nil {
		return err
	}
	if p.State != Published {
		return fault.Field("proposal", "consultation.error.proposal_not_published")
	}
	links, err := programme.LinksTo(tx.Context(), tx, tx.Log(), programme.Subject(programme.Proposal, number))
	if err != nil {
		return err
	}
	cited = slices.DeleteFunc(cited, func(c Contribution) bool {
		return slices.ContainsFunc(links, func(l programme.Link) bool { return l.Source == programme.Subject(programme.Contribution, c.Number) })
	})
	if len(cited) == 0 {
		return fault.Field("contributions", "consultation.error.cited_already")
	}
	by := actor.By(accounts.ContributionModerate, first(p.Units), p.Axis)
	if _, err := tx.Append(store.Change{Kind: ChangeProposalCited, Subject: programme.Subject(programme.Proposal, number), Open: true,
		Public: store.Part{"cites": numbersOf(cited), "by": by}, Person: actor.PersonPart()}); err != nil {
		return err
	}
	return cite(tx, by, number, cited)
}

func numbersOf(list []Contribution) []string {
	numbers := make([]string, len(list))
	for i, c := range list {
		numbers[i] = c.Number
	}
	return numbers
}

// cite links contributions to the proposal and counts on both sides.
func cite(tx *store.Tx, by store.Part, number string, cited []Contribution) error {
	links := make([]programme.Link, len(cited))
	for i, c := range cited {
		links[i] = programme.Link{Source: programme.Subject(programme.Contribution, c.Number), Target: programme.Subject(programme.Proposal, number),
			Kind: programme.Cited, ByRole: roleOf(by)}
	}
	if err := programme.AddLinks(tx, links...); err != nil {
		return err
	}
	if err := tx.Exec(sqlProposalCited, tx.Log(), number, len(cited)); err != nil {
		return err
	}
	return countCited(tx, 1, numbersOf(cited))
}

func countCited(tx *store.Tx, by int, numbers []string) error {
	args := []any{tx.Log(), by}
	for _, n := range numbers {
		args = append(args, n)
	}
	return tx.Exec(sqlContributionCited+store.In(3, len(numbers)), args...)
}

// UngroupContribution takes a contribution out of a proposal that should not cite it.
func (s *Service) UngroupContribution(ctx context.Context, actor accounts.Actor, number, contribution string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.UngroupContribution(%s, %s)", number, contribution)
	var f fault.Fields
	reason = trimmed(reason)
	if checkReason(&f, reason); f.Err() != nil {
		return f.Err()
	}
	return s.onProposal(ctx, actor, accounts.ContributionModerate, number, 0, once, func(tx *store.Tx, _ Proposal, by store.Part) error {
		source, target := programme.Subject(programme.Contribution, contribution), programme.Subject(programme.Proposal, number)
		links, err := programme.LinksTo(tx.Context(), tx, tx.Log(), target)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(links, func(l programme.Link) bool { return l.Source == source && l.Kind == programme.Cited }) {
			return fault.From(fault.NotFound, fmt.Errorf("%s does not cite %s", number, contribution), "consultation.error.contribution_unknown")
		}
		if err := programme.RemoveLink(tx, source, target, programme.Cited); err != nil {
			return err
		}
		if err := tx.Exec(sqlProposalCited, tx.Log(), number, -1); err != nil {
			return err
		}
		if err := countCited(tx, -1, []string{contribution}); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeProposalUncited, Subject: target, Open: true, Public: store.Part{"contribution": contribution, "by": by},
			Text: store.Part{"reason": programme.TextValue(reason)}, Person: actor.PersonPart()})
		return err
	})
}
