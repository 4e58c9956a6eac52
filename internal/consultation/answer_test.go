package consultation

import (
	"testing"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
)

func TestTwoCoordinatorsAnswerTheSameProposal(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, number := w.Context(), w.published()
		form, err := w.WorkProposal(ctx, w.coordinator, number) // both open the form
		w.must(err)
		mine := w.answerDraft(number, form.Version)
		mine.Once = "first"
		w.must(w.AnswerProposal(ctx, w.coordinator, mine))
		w.must(w.AnswerProposal(ctx, w.coordinator, mine)) // a doubled click
		theirs := w.answerDraft(number, form.Version)
		theirs.Decision, theirs.Reason = NotRetained, reason("غير محتفظ به")
		w.wants(w.AnswerProposal(ctx, w.examiner, theirs), fault.Conflict, "fault.conflict")
		p, err := w.WorkProposal(ctx, w.examiner, number)
		w.must(err)
		if a, ok := p.Answer(); !ok || len(p.Answers) != 1 || a.Decision != Retained || a.ByRole != "coordinator" {
			w.Errorf("after the conflict the answers are %+v", p.Answers)
		}
		// Having read the first, the second one decides to answer again.
		theirs.Version = p.Version
		w.must(w.AnswerProposal(ctx, w.examiner, theirs))
		if p, err = w.Proposal(ctx, w.p.ID, number); err != nil || p.Outcome != NotRetained || len(p.Answers) != 2 || p.Answers[0].Decision != Retained {
			w.Errorf("reopened: %s with %+v, %v", p.Outcome, p.Answers, err)
		}
		theirs.Version = 0
		w.wants(w.AnswerProposal(ctx, w.examiner, theirs), fault.Conflict, "fault.conflict")
	})
}

func TestWhatAnAnswerNeeds(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, number, other := w.Context(), w.published(), w.published()
		version := func() int64 {
			p, err := w.WorkProposal(ctx, w.coordinator, number)
			w.must(err)
			return p.Version
		}
		fails := func(kind fault.Kind, key string, change func(*AnswerDraft)) {
			w.Helper()
			d := w.answerDraft(number, version())
			change(&d)
			w.wants(w.AnswerProposal(ctx, w.examiner, d), kind, key)
		}
		fails(fault.Invalid, "fault.choose_one", func(d *AnswerDraft) { d.Decision = UnderReview })
		fails(fault.Invalid, "fault.required_language", func(d *AnswerDraft) { d.Reason = i18n.Text{En: "A reason that only some can read"} })
		fails(fault.Invalid, "fault.too_short", func(d *AnswerDraft) { d.Reason = i18n.Text{Ar: "لا"} })
		fails(fault.Invalid, "consultation.error.number_mistyped", func(d *AnswerDraft) { d.Decision, d.MergedInto = Merged, "P-0001-0" })
		fails(fault.Invalid, "consultation.error.proposal_unknown", func(d *AnswerDraft) {
			d.Decision, d.MergedInto = Merged, programme.FormatNumber(programme.Proposal, 99)
		})
		fails(fault.Invalid, "consultation.error.merged_into", func(d *AnswerDraft) { d.Decision, d.MergedInto = Merged, number })
		fails(fault.Invalid, "fault.choose_one", func(d *AnswerDraft) { d.Decision = Referred })
		fails(fault.Invalid, "fault.required_language", func(d *AnswerDraft) { d.Decision = Deferred })
		fails(fault.Invalid, "consultation.error.review_past", func(d *AnswerDraft) { d.Decision, d.ReviewAt = Deferred, w.clock.Now().Add(-time.Hour) })
		waiting := w.proposal()
		d := w.answerDraft(waiting, 1)
		w.wants(w.AnswerProposal(ctx, w.examiner, d), fault.Closed, "consultation.error.proposal_not_published")
		d = w.answerDraft(number, version())
		w.wants(w.AnswerProposal(ctx, w.rapporteur, d), fault.Forbidden, "fault.forbidden")
		w.wants(w.AnswerProposal(ctx, w.visitor, d), fault.Unauthenticated, "fault.sign_in")

		d.Decision, d.MergedInto = Merged, other
		w.must(w.AnswerProposal(ctx, w.examiner, d))
		into, err := w.Proposal(ctx, w.p.ID, other)
		w.must(err)
		if len(into.Merged) != 1 || into.Merged[0].Number != number || into.Merged[0].Title.Empty() {
			w.Errorf("merged into it: %+v", into.Merged)
		}
		// No circle: what others were merged into is not merged itself.
		back := w.answerDraft(other, into.Version)
		back.Decision, back.MergedInto = Merged, w.published()
		w.wants(w.AnswerProposal(ctx, w.examiner, back), fault.Invalid, "consultation.error.others_merged")
		d = w.answerDraft(number, version())
		w.must(w.AnswerProposal(ctx, w.examiner, d))
		if into, err = w.Proposal(ctx, w.p.ID, other); err != nil || len(into.Merged) != 0 {
			w.Errorf("after another answer %d are merged into it: %v", len(into.Merged), err)
		}
	})
}

func TestOnlyWhatWasScreenedMayBecomeAnOption(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, number := w.Context(), w.published()
		screened := func() []ProposalRef {
			w.Helper()
			list, err := w.ScreenedProposals(ctx, w.p.ID, 1)
			w.must(err)
			return list
		}
		w.must(w.StartExamination(ctx, w.examiner, number, 0, ""))
		w.wants(w.StartExamination(ctx, w.examiner, number, 0, ""), fault.Closed, "consultation.error.proposal_not_submitted")
		w.wants(w.ScreenProposal(ctx, w.examiner, ScreeningDraft{Number: number, Result: Passed, Motive: i18n.Text{Ar: "نعم"}}), fault.Invalid, "fault.too_short")
		w.must(w.ScreenProposal(ctx, w.examiner, ScreeningDraft{Number: number, Result: Passed, Motive: reason("الجماعة مختصة والوعاء متوفر")}))
		if len(screened()) != 0 {
			w.Error("a proposal without an answer may become an option")
		}
		p, err := w.WorkProposal(ctx, w.examiner, number)
		w.must(err)
		w.must(w.AnswerProposal(ctx, w.examiner, w.answerDraft(number, p.Version)))
		if list := screened(); len(list) != 1 || list[0].Eligible() {
			w.Errorf("without an estimate: %+v", list)
		}
		w.wants(w.EstimateProposal(ctx, w.examiner, number, 0, 0, ""), fault.Invalid, "consultation.error.estimate")
		w.must(w.EstimateProposal(ctx, w.examiner, number, 0, 580_000_000, ""))
		list := screened()
		if len(list) != 1 || !list[0].Eligible() || list[0].Estimate != 580_000_000 || list[0].Title.Empty() {
			w.Errorf("screened and estimated: %+v", list)
		}
		public, err := w.Proposal(ctx, w.p.ID, number)
		w.must(err)
		if public.Estimate != 0 || public.Screening != Passed || public.Screened.Reason.Empty() {
			w.Errorf("everyone reads estimate %d, screening %q", public.Estimate, public.Screening)
		}
		for _, r := range w.log() {
			if r.Kind == ChangeProposalEstimated && r.Open {
				w.Error("the log opens an estimate")
			}
		}
		w.must(w.ScreenProposal(ctx, w.examiner, ScreeningDraft{Number: number, Result: Failed, Motive: reason("تبين أن العقار محل نزاع")}))
		if len(screened()) != 0 {
			w.Error("a proposal that failed the screening may become an option")
		}
	})
}

func TestWhoMovesNext(t *testing.T) {
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		p    Proposal
		step Step
		due  time.Time
	}{
		{Proposal{State: Waiting, SubmittedAt: at}, StepRead, at.Add(3 * 24 * time.Hour)},
		{Proposal{State: Published, Outcome: UnderReview, SubmittedAt: at}, StepAnswer, at.Add(30 * 24 * time.Hour)},
		{Proposal{State: Published, Outcome: RetainedInPart}, StepVote, time.Time{}},
		{Proposal{State: Published, Outcome: Merged}, StepFollow, time.Time{}},
		{Proposal{State: Published, Outcome: Deferred, ReviewAt: at}, StepReview, at},
		{Proposal{State: Published, Outcome: Referred}, StepHandle, time.Time{}},
		{Proposal{State: Published, Outcome: NotRetained}, StepNone, time.Time{}},
		{Proposal{State: ProposalWithdrawn, Outcome: Submitted, SubmittedAt: at}, StepNone, time.Time{}},
	} {
		if got := c.p.Next(DefaultTimes); got.Step != c.step || !got.Due.Equal(c.due) {
			t.Errorf("%s %s: %+v, want %s by %s", c.p.State, c.p.Outcome, got, c.step, c.due)
		}
	}
	// Days are those of the calendar in Morocco: an hour before midnight one day is left.
	due := Move{Step: StepAnswer, Due: time.Date(2026, time.March, 2, 0, 30, 0, 0, i18n.Zone)}
	for _, c := range []struct {
		now  time.Time
		want int
	}{
		{due.Due.Add(-90 * time.Minute), 1}, {due.Due.Add(20 * time.Hour), 0}, {due.Due.Add(24 * time.Hour), -1},
	} {
		if got, _ := due.Days(c.now.UTC()); got != c.want {
			t.Errorf("at %s %d days are left, want %d", c.now, got, c.want)
		}
	}
}
