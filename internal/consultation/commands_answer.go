package consultation

import (
	"context"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// StartExamination says that somebody is at work on a proposal.
func (s *Service) StartExamination(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "consultation.StartExamination(%s)", number)
	return s.onProposal(ctx, actor, accounts.ProposalExamine, number, version, once, func(tx *store.Tx, p Proposal, by store.Part) error {
		if p.State != Published || p.Outcome != Submitted {
			return fault.New(fault.Closed, "consultation.error.proposal_not_submitted")
		}
		if err := tx.Exec(sqlProposalExamined, tx.Log(), number, tx.Millis()); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeProposalExamined, Subject: programme.Subject(programme.Proposal, number), Open: true,
			Public: store.Part{"by": by}, Person: actor.PersonPart()})
		return err
	})
}

// ScreeningDraft is the result of the technical and competence screening: is the
// contracting authority competent, is it funded under another name, the land,
// the plans, who accepts to run it. The motive is published.
type ScreeningDraft struct {
	Number  string
	Version int64
	Result  Screening
	Motive  i18n.Text
	Once    string
}

// ScreenProposal records the screening. Only a proposal that passed it may become
// an option of a vote; a later screening replaces an earlier one.
func (s *Service) ScreenProposal(ctx context.Context, actor accounts.Actor, d ScreeningDraft) (err error) {
	defer fault.Wrap(&err, "consultation.ScreenProposal(%s)", d.Number)
	var f fault.Fields
	d.Motive = trimmed(d.Motive)
	f.Check(d.Result == Passed || d.Result == Failed, "result", "fault.choose_one")
	checkText(&f, "motive", d.Motive, true, MinReason, MaxText)
	if err := f.Err(); err != nil {
		return err
	}
	return s.onProposal(ctx, actor, accounts.ProposalExamine, d.Number, d.Version, d.Once, func(tx *store.Tx, p Proposal, by store.Part) error {
		if p.State != Published {
			return fault.New(fault.Closed, "consultation.error.proposal_not_published")
		}
		if err := tx.Exec(sqlProposalScreened, tx.Log(), d.Number, string(d.Result), encodeText(d.Motive), roleOf(by), tx.Millis()); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeProposalScreened, Subject: programme.Subject(programme.Proposal, d.Number), Open: true,
			Public: store.Part{"result": d.Result, "by": by}, Text: store.Part{"motive": programme.TextValue(d.Motive)}, Person: actor.PersonPart()})
		return err
	})
}

// maxEstimate bounds an estimated cost, in centimes: 10 thousand million dirhams.
const maxEstimate = 10_000_000_000 * 100

// EstimateProposal records the estimated cost in centimes. It is internal: an
// estimate before the tender is never published, so the log keeps it closed.
func (s *Service) EstimateProposal(ctx context.Context, actor accounts.Actor, number string, version, centimes int64, once string) (err error) {
	defer fault.Wrap(&err, "consultation.EstimateProposal(%s)", number)
	if centimes <= 0 || centimes > maxEstimate {
		return fault.Field("estimate", "consultation.error.estimate")
	}
	return s.onProposal(ctx, actor, accounts.ProposalExamine, number, version, once, func(tx *store.Tx, p Proposal, by store.Part) error {
		if p.State != Published {
			return fault.New(fault.Closed, "consultation.error.proposal_not_published")
		}
		if err := tx.Exec(sqlProposalEstimate, tx.Log(), number, centimes, tx.Millis()); err != nil {
			return err
		}
		// A subject of its own, since a release opens all that its subject holds.
		_, err := tx.Append(store.Change{Kind: ChangeProposalEstimated, Subject: "estimate/" + number,
			Public: store.Part{"proposal": number, "centimes": centimes, "by": by}, Person: actor.PersonPart()})
		return err
	})
}

// AnswerDraft is an answer as its form holds it.
type AnswerDraft struct {
	Number     string
	Version    int64 // of the proposal that the form was made from; required
	Decision   Outcome
	Sentence   i18n.Text
	Reason     i18n.Text
	MergedInto string    // for Merged
	ReferredTo string    // for Referred: id of an organisation
	DeferredTo i18n.Text // for Deferred: in words, "the second cycle"
	ReviewAt   time.Time // for Deferred: when it is looked at again
	Once       string
}

func (d *AnswerDraft) check() error {
	var f fault.Fields
	d.Sentence, d.Reason, d.DeferredTo = trimmed(d.Sentence), trimmed(d.Reason), trimmed(d.DeferredTo)
	f.Check(slices.Contains(Decisions, d.Decision), "decision", "fault.choose_one")
	checkText(&f, "sentence", d.Sentence, true, minTitle, MaxText)
	checkReason(&f, d.Reason)
	if d.Decision == Merged {
		kind, number, ok := programme.ParseNumber(d.MergedInto)
		f.Check(ok && kind == programme.Proposal, "merged_into", "consultation.error.number_mistyped")
		d.MergedInto = number
	} else {
		d.MergedInto = ""
	}
	if d.Decision == Referred {
		f.Check(d.ReferredTo != "", "referred_to", "fault.choose_one")
	} else {
		d.ReferredTo = ""
	}
	if d.Decision == Deferred {
		checkText(&f, "deferred_to", d.DeferredTo, d.ReviewAt.IsZero(), 1, MaxTitle)
	} else {
		d.DeferredTo, d.ReviewAt = i18n.Text{}, time.Time{}
	}
	return f.Err()
}

// AnswerProposal decides on a proposal and says why. A proposal may be answered
// again, for example after a request for a new examination; the answers before
// stay. Conflict when somebody else touched the proposal since the form was made.
func (s *Service) AnswerProposal(ctx context.Context, actor accounts.Actor, d AnswerDraft) (err error) {
	defer fault.Wrap(&err, "consultation.AnswerProposal(%s)", d.Number)
	if err := d.check(); err != nil {
		return err
	}
	if d.Version == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return s.onProposal(ctx, actor, accounts.ProposalAnswer, d.Number, d.Version, d.Once, func(tx *store.Tx, p Proposal, by store.Part) error {
		if p.State != Published {
			return fault.New(fault.Closed, "consultation.error.proposal_not_published")
		}
		if !d.ReviewAt.IsZero() && !d.ReviewAt.After(tx.Now()) {
			return fault.Field("review_at", "consultation.error.review_past")
		}
		before, err := all(tx.Context(), tx, scanAnswer, sqlAnswers+store.In(2, 1)+` ORDER BY ordinal`, tx.Log(), d.Number)
		if err != nil {
			return err
		}
		if err := relink(tx, by, d, before); err != nil {
			return err
		}
		ordinal := int64(len(before) + 1)
		if err := tx.Exec(sqlInsertAnswer, tx.Log(), d.Number, ordinal, string(d.Decision), encodeText(d.Sentence), encodeText(d.Reason), d.MergedInto,
			d.ReferredTo, encodeText(d.DeferredTo), millis(d.ReviewAt), roleOf(by), organisationOf(by), tx.Millis()); err != nil {
			return err
		}
		if err := tx.Exec(sqlProposalAnswered, tx.Log(), d.Number, string(d.Decision), tx.Millis(), millis(d.ReviewAt)); err != nil {
			return err
		}
		_, err = tx.Append(d.change(ordinal, actor, by))
		return err
	})
}

// relink moves the thread of a merger: away from where an earlier answer led, to
// where this one leads. A proposal never merges into one that is itself merged,
// so the thread has no circle and ends at what is being decided.
func relink(tx *store.Tx, by store.Part, d AnswerDraft, before []answerOf) error {
	source := programme.Subject(programme.Proposal, d.Number)
	if len(before) > 0 && before[len(before)-1].MergedInto != "" {
		last := programme.Subject(programme.Proposal, before[len(before)-1].MergedInto)
		if err := programme.RemoveLink(tx, source, last, programme.MergedInto); err != nil {
			return err
		}
	}
	if d.Decision != Merged {
		return nil
	}
	into, err := one(tx.Context(), tx, scanProposal, "consultation.error.proposal_unknown", sqlProposal, tx.Log(), d.MergedInto)
	if fault.Is(err, fault.NotFound) {
		return fault.Field("merged_into", "consultation.error.proposal_unknown")
	}
	if err != nil {
		return err
	}
	if into.Number == d.Number || into.State != Published || into.Outcome == Merged {
		return fault.Field("merged_into", "consultation.error.merged_into")
	}
	links, err := programme.LinksTo(tx.Context(), tx, tx.Log(), source)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(links, func(l programme.Link) bool { return l.Kind == programme.MergedInto }) {
		return fault.Field("decision", "consultation.error.others_merged")
	}
	return programme.AddLinks(tx, programme.Link{Source: source, Target: programme.Subject(programme.Proposal, into.Number),
		Kind: programme.MergedInto, Reason: d.Sentence.String(), ByRole: roleOf(by)})
}

func (d AnswerDraft) change(ordinal int64, actor accounts.Actor, by store.Part) store.Change {
	return store.Change{Kind: ChangeProposalAnswered, Subject: programme.Subject(programme.Proposal, d.Number), Open: true,
		Public: store.Part{"answer": ordinal, "decision": d.Decision, "merged_into": d.MergedInto, "referred_to": d.ReferredTo, "review": millis(d.ReviewAt), "by": by},
		Text: store.Part{"sentence": programme.TextValue(d.Sentence), "reason": programme.TextValue(d.Reason),
			"deferred_to": programme.TextValue(d.DeferredTo)},
		Person: actor.PersonPart()}
}
