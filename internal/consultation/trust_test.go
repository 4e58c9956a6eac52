package consultation

import (
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// mark is in every text and every person's id that the test below hands to a
// command; none may be found where only public things are.
const mark = "MARKEDSTRING"

// TestNoTextAndNoPersonEntersThePublicLog feeds marked strings through every
// command and looks for them in the public parts, subjects and kinds of the
// leaves, and in errors.
func TestNoTextAndNoPersonEntersThePublicLog(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, err := range everyCommand(w) {
			if strings.Contains(err.Error(), mark) {
				w.Errorf("an error repeats what was typed: %v", err)
			}
		}
		kinds := map[string]bool{}
		texts, people := 0, 0
		for _, r := range w.log() {
			kinds[r.Kind] = true
			if strings.Contains(string(r.Public.Body)+r.Kind+r.Subject+r.Once, mark) {
				w.Errorf("%s %s has a marked string in its public part: %s", r.Kind, r.Subject, r.Public.Body)
			}
			if strings.Contains(string(r.Text.Body), "person-"+mark) {
				w.Errorf("%s names a person in its text: %s", r.Kind, r.Text.Body)
			}
			texts += strings.Count(string(r.Text.Body), mark)
			people += strings.Count(string(r.Person.Body), "person-"+mark)
		}
		if texts < 30 || people < 15 {
			w.Errorf("only %d marked texts and %d marked people reached the log: the test looks past them", texts, people)
		}
		for _, kind := range []string{ChangeMeetingCreated, ChangeMeetingChanged, ChangeMeetingCancelled, ChangeMeetingHeld,
			ChangeContributionRecorded, ChangeContributionCorrected, ChangeContributionWithdrawn, ChangeContributionSetAside, ChangeContributionHidden, ChangeContributionRestored,
			ChangeProposalSubmitted, ChangeProposalGrouped, ChangeProposalCited, ChangeProposalUncited, ChangeProposalRefused, ChangeProposalWithdrawn, ChangeProposalHidden,
			ChangeProposalRestored, ChangeProposalExamined, ChangeProposalScreened, ChangeProposalEstimated, ChangeProposalAnswered, ChangeTimesSet} {
			if !kinds[kind] {
				w.Errorf("no command of the test wrote %s", kind)
			}
		}
	})
}

// everyCommand runs each command with marked strings, and returns the errors of
// those that must fail.
func everyCommand(w *world) (errs []error) {
	w.Helper()
	ctx := w.Context()
	marked := func(actor accounts.Actor) accounts.Actor {
		actor.Person, actor.Name = "person-"+mark, "name-"+mark
		return actor
	}
	staff, participant := marked(w.coordinator), marked(w.participant)
	text := i18n.Text{Ar: mark + " نص طويل بما يكفي", Fr: mark + " texte assez long", En: mark + " long enough a text"}
	fails := func(err error) {
		w.Helper()
		if err == nil {
			w.Error("a command that must fail did not")
			return
		}
		errs = append(errs, err)
	}

	d := w.meetingDraft()
	d.Title, d.Place, d.Access, d.Chair, d.Conduct, d.Agenda = text, text, text, text, text, []AgendaItem{{10, text}}
	m, err := w.CreateMeeting(ctx, staff, d)
	w.must(err)
	other, err := w.CreateMeeting(ctx, staff, d)
	w.must(err)
	w.must(w.CancelMeeting(ctx, staff, other.Number, text, ""))
	d.Number, d.Version = m.Number, m.Version
	w.must(w.ChangeMeeting(ctx, staff, d))
	fails(w.ChangeMeeting(ctx, staff, d))

	c := contributionDraft(m.Number)
	c.Raw, c.Reformulation, c.Origin, c.Table, c.Author = mark, text, text, mark, "person-"+mark
	var numbers []string
	for range 4 {
		got, err := w.RecordContribution(ctx, staff, c)
		w.must(err)
		numbers = append(numbers, got.Number)
	}
	c.Number, c.Version = numbers[0], 1
	w.must(w.CorrectContribution(ctx, staff, c))
	w.must(w.SetAside(ctx, staff, numbers[1], text, ""))
	w.must(w.RestoreContribution(ctx, staff, numbers[1], text, ""))
	w.must(w.HideContribution(ctx, staff, numbers[2], text, ""))
	w.must(w.WithdrawContribution(ctx, staff, numbers[3], text, ""))
	fails(w.SetAside(ctx, staff, numbers[3], text, ""))
	w.must(w.CloseMeeting(ctx, staff, m.Number, ""))
	w.must(w.ReleaseMeeting(ctx, staff, m.Number, ""))

	p := proposalDraft()
	p.Title, p.Body, p.Place, p.Origin, p.Code = text, mark+" نص المقترح بتفصيل", mark, text, NewFollowUpCode()
	submit := func() string {
		number, err := w.SubmitProposal(ctx, participant, p)
		w.must(err)
		return number
	}
	w.must(w.WithdrawProposal(ctx, participant, submit(), p.Code, mark, ""))
	w.must(w.RefuseProposal(ctx, staff, submit(), 0, text, ""))
	number := submit()
	fails(w.WithdrawProposal(ctx, participant, number, mark, mark, ""))
	w.must(w.PublishProposal(ctx, staff, number, 0, ""))
	w.must(w.HideProposal(ctx, staff, number, 0, text, ""))
	w.must(w.RestoreProposal(ctx, staff, number, 0, text, ""))
	w.must(w.StartExamination(ctx, staff, number, 0, ""))
	w.must(w.ScreenProposal(ctx, staff, ScreeningDraft{Number: number, Result: Passed, Motive: text}))
	w.must(w.EstimateProposal(ctx, staff, number, 0, 100_000, ""))
	page, err := w.WorkProposal(ctx, staff, number)
	w.must(err)
	a := AnswerDraft{Number: number, Version: page.Version, Decision: Deferred, Sentence: text, Reason: text, DeferredTo: text}
	w.must(w.AnswerProposal(ctx, staff, a))
	fails(w.AnswerProposal(ctx, staff, a))
	grouped, err := w.GroupContributions(ctx, staff, Grouping{Contributions: numbers[:1], New: ProposalDraft{Title: text, Body: p.Body, Origin: text}})
	w.must(err)
	_, err = w.GroupContributions(ctx, staff, Grouping{Contributions: numbers[1:2], Proposal: grouped})
	w.must(err)
	w.must(w.UngroupContribution(ctx, staff, grouped, numbers[1], text, ""))
	_, err = w.GroupContributions(ctx, staff, Grouping{Contributions: numbers[2:], Proposal: grouped})
	fails(err)
	w.must(w.SetTimes(ctx, staff, Times{2, 40}, ""))
	return errs
}

func TestAnErasedAuthorLeavesTheProof(t *testing.T) {
	eachWorld(t, func(w *world) {
		d := contributionDraft(w.meeting().Number)
		d.Author = "person-" + mark
		c, err := w.RecordContribution(w.Context(), w.rapporteur, d)
		w.must(err)
		subject := "contribution/" + c.Number
		// The author is in the person part and nowhere else, so that erasing it there forgets it.
		w.must(w.db.Write(w.Context(), w.p.ID, func(tx *store.Tx) error {
			if _, err := tx.Append(store.Change{Kind: "person.erased.v1", Subject: "person"}); err != nil {
				return err
			}
			return tx.ErasePerson(subject)
		}))
		changes, err := w.db.ChangesOf(w.Context(), w.p.ID, subject)
		w.must(err)
		if changes[0].Person != nil || changes[0].Text == nil {
			w.Errorf("erased: person %v, text %v", changes[0].Person, changes[0].Text)
		}
		page, err := w.WorkContribution(w.Context(), w.auditor, c.Number)
		if err != nil || page.Raw == "" {
			w.Errorf("the words went with their author: %v", err)
		}
	})
}

func TestAClosedPhaseStopsNoReading(t *testing.T) {
	eachWorld(t, func(w *world) {
		number := w.published()
		w.clock.Advance(40 * 24 * time.Hour)
		if _, err := w.Proposal(w.Context(), w.p.ID, number); err != nil {
			w.Error(err)
		}
		_, err := w.Proposal(w.Context(), w.p.ID, "P-0001-0")
		w.wants(err, fault.NotFound, "consultation.error.proposal_unknown")
	})
}
