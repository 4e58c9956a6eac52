package consultation

import (
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
)

func TestAProposalFromTheWebWaitsUntilAPersonHasReadIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		d := proposalDraft()
		d.Once, d.Code = "form", NewFollowUpCode()
		number, err := w.SubmitProposal(ctx, w.visitor, d)
		w.must(err)
		if kind, _, ok := programme.ParseNumber(number); !ok || kind != programme.Proposal {
			w.Fatalf("tracking number %q", number)
		}
		again, err := w.SubmitProposal(ctx, w.visitor, d) // the answer was lost, the form posted again
		w.must(err)
		if again != number {
			w.Errorf("posted again it became %s, first %s", again, number)
		}
		p, err := w.Proposal(ctx, w.p.ID, number)
		w.must(err)
		if p.State != Waiting || !p.Title.Empty() || p.Body != "" || p.Place != "" || len(p.Units) > 0 || p.Next.Step != StepRead {
			w.Errorf("while it waits everyone reads %+v", p)
		}
		if list, err := w.Proposals(ctx, w.p.ID, ProposalFilter{}); err != nil || list.Total != 0 {
			w.Errorf("while it waits the list has %d: %v", list.Total, err)
		}
		mine, own, err := w.Receipt(ctx, w.p.ID, number, strings.ToLower(d.Code))
		w.must(err)
		if !own || mine.Body == "" {
			w.Error("its author does not see it on the receipt")
		}
		for _, code := range []string{"", "ABCD", NewFollowUpCode()} {
			if other, own, err := w.Receipt(ctx, w.p.ID, number, code); err != nil || own || other.Body != "" {
				w.Errorf("with code %q the receipt shows %q, %v", code, other.Body, err)
			}
		}
		for _, r := range w.log() {
			if r.Kind == ChangeProposalSubmitted && r.Open {
				w.Error("the log opens a proposal that nobody has read")
			}
		}
		w.wants(w.PublishProposal(ctx, w.rapporteur, number, 0, ""), fault.Forbidden, "fault.forbidden")
		w.must(w.PublishProposal(ctx, w.examiner, number, p.Version, ""))
		w.wants(w.PublishProposal(ctx, w.examiner, number, 0, ""), fault.Closed, "consultation.error.proposal_not_waiting")
		if p, err = w.Proposal(ctx, w.p.ID, number); err != nil || !p.Readable() || p.Body == "" || p.Next.Step != StepAnswer {
			w.Errorf("published: %+v, %v", p, err)
		}
		if days, ok := p.Next.Days(w.clock.Now()); !ok || days != 30 {
			w.Errorf("answered within %d days, want 30", days)
		}
		for _, r := range w.log() {
			if !r.Open {
				w.Errorf("%s stays closed after publication", r.Kind)
			}
		}
	})
}

func TestTheGateOfProposals(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		w.clock.Advance(31 * 24 * time.Hour) // the consultation is over
		_, err := w.SubmitProposal(ctx, w.visitor, proposalDraft())
		w.wants(err, fault.Closed, "programme.error.closed_consultation")
		phone := proposalDraft()
		phone.Channel, phone.ByScribe = Phone, true
		_, err = w.SubmitProposal(ctx, w.visitor, phone)
		w.wants(err, fault.Unauthenticated, "fault.sign_in")
		number, err := w.SubmitProposal(ctx, w.rapporteur, phone) // staff note what came in time
		w.must(err)
		p, err := w.WorkProposal(ctx, w.coordinator, number)
		w.must(err)
		if p.Channel != Phone || p.Scribe != "rapporteur" || p.State != Waiting {
			w.Errorf("by phone: %+v", p.Proposal)
		}
	})
}

func TestAllThatIsWrongWithAProposalIsSaidAtOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		_, err := w.SubmitProposal(w.Context(), w.visitor, ProposalDraft{Title: i18n.Text{Ar: "قصير"}, Units: []string{"01.001"}, Axis: "gold", Code: "x"})
		got := map[string]string{}
		for _, f := range fault.All(err) {
			got[f.Field] = f.Key
		}
		want := map[string]string{"title": "fault.too_short", "body": "fault.required", "unit": "fault.unknown_choice", "axis": "fault.unknown_choice",
			"college": "fault.required", "": "consultation.error.code"}
		for field, key := range want {
			if got[field] != key {
				w.Errorf("field %q: %q, want %q", field, got[field], key)
			}
		}
	})
}

func TestAnAuthorWithdrawsWithTheCode(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		d := proposalDraft()
		d.Code = NewFollowUpCode()
		number, err := w.SubmitProposal(ctx, w.visitor, d)
		w.must(err)
		w.must(w.PublishProposal(ctx, w.examiner, number, 0, ""))
		w.wants(w.WithdrawProposal(ctx, w.visitor, number, "not a code", "", ""), fault.Invalid, "consultation.error.code_mistyped")
		w.wants(w.WithdrawProposal(ctx, w.visitor, number, NewFollowUpCode(), "", ""), fault.Invalid, "consultation.error.code_wrong")
		w.must(w.WithdrawProposal(ctx, w.visitor, number, " "+strings.ToLower(d.Code), "", "once"))
		w.must(w.WithdrawProposal(ctx, w.visitor, number, d.Code, "", "once"))
		p, err := w.Proposal(ctx, w.p.ID, number)
		w.must(err)
		if p.State != ProposalWithdrawn || p.Body != "" || !p.Put.Done() || p.Put.Role != "author" {
			w.Errorf("withdrawn: %+v", p.Proposal)
		}
		if list, err := w.Proposals(ctx, w.p.ID, ProposalFilter{Words: "حافلة"}); err != nil || list.Total != 0 {
			w.Errorf("a withdrawn one is found by its words: %d, %v", list.Total, err)
		}
		// Why it was withdrawn is a text that nobody has read before: whoever may send
		// one without a name must not have it published by taking it back.
		unread, err := w.SubmitProposal(ctx, w.visitor, d)
		w.must(err)
		w.must(w.WithdrawProposal(ctx, w.visitor, unread, d.Code, "كلام لم يقرأه أحد", ""))
		p, err = w.Proposal(ctx, w.p.ID, unread)
		w.must(err)
		traced, err := w.TraceProposals(ctx, w.p.ID, unread)
		w.must(err)
		if other, _, err := w.Receipt(ctx, w.p.ID, unread, ""); err != nil || !other.Put.Reason.Empty() || !p.Put.Reason.Empty() || !traced[unread].Put.Reason.Empty() {
			w.Errorf("the reason of an author is published unread: %v %v %v %v", p.Put.Reason, traced[unread].Put.Reason, other.Put.Reason, err)
		}
		if staff, err := w.WorkProposal(ctx, w.examiner, unread); err != nil || staff.Put.Reason.Empty() {
			w.Errorf("the coordination cell does not read it: %v", err)
		}
		number, err = w.SubmitProposal(ctx, w.visitor, d)
		w.must(err)
		w.must(w.PublishProposal(ctx, w.examiner, number, 0, ""))
		page, err := w.WorkProposal(ctx, w.examiner, number)
		w.must(err)
		w.must(w.AnswerProposal(ctx, w.examiner, w.answerDraft(number, page.Version)))
		w.wants(w.WithdrawProposal(ctx, w.visitor, number, d.Code, "", ""), fault.Closed, "consultation.error.proposal_decided")
	})
}

func TestRefusingHidingAndRestoring(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		refused, hidden := w.proposal(), w.published()
		w.wants(w.RefuseProposal(ctx, w.examiner, hidden, 0, reason("يسيء إلى شخص"), ""), fault.Closed, "consultation.error.proposal_not_waiting")
		w.must(w.RefuseProposal(ctx, w.examiner, refused, 0, reason("يسيء إلى شخص"), ""))
		w.must(w.HideProposal(ctx, w.examiner, hidden, 0, reason("يذكر اسم شخص"), ""))
		for number, state := range map[string]ProposalState{refused: Refused, hidden: ProposalHidden} {
			p, err := w.Proposal(ctx, w.p.ID, number)
			w.must(err)
			if p.State != state || p.Body != "" || !p.Title.Empty() || p.Put.Reason.Empty() {
				w.Errorf("%s: %+v", state, p.Proposal)
			}
			staff, err := w.WorkProposal(ctx, w.auditor, number)
			w.must(err)
			mayExamine, err := w.WorkProposal(ctx, w.examiner, number)
			w.must(err)
			if staff.Body != "" || mayExamine.Body == "" {
				w.Errorf("%s: the auditor reads %q, the examiner %q", state, staff.Body, mayExamine.Body)
			}
		}
		for _, r := range w.log() {
			if r.Subject == "proposal/"+refused && r.Kind == ChangeProposalSubmitted && r.Open {
				w.Error("the log opens what was refused")
			}
		}
		w.must(w.RestoreProposal(ctx, w.examiner, hidden, 0, reason("حُذف الاسم"), ""))
		if list, err := w.Proposals(ctx, w.p.ID, ProposalFilter{Words: "مستوصف"}); err != nil || list.Total != 1 {
			w.Errorf("restored, it is found %d times: %v", list.Total, err)
		}
	})
}

func TestGroupingCitesAndCounts(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		a, b := w.contribution(m.Number), w.contribution(m.Number)
		other := contributionDraft(m.Number)
		other.Unit, other.College = mnabha, "civil"
		c, err := w.RecordContribution(ctx, w.rapporteur, other)
		w.must(err)
		g := Grouping{Contributions: []string{a.Number, c.Number}, Once: "group",
			New: ProposalDraft{Title: i18n.Text{Ar: "الربط الفردي بالماء الصالح للشرب"}, Body: "تمديد شبكة الماء إلى الدواوير غير المرتبطة بها."}}
		_, err = w.GroupContributions(ctx, w.rapporteur, g)
		w.wants(err, fault.Forbidden, "fault.forbidden")
		number, err := w.GroupContributions(ctx, w.examiner, g)
		w.must(err)
		again, err := w.GroupContributions(ctx, w.examiner, g)
		w.must(err)
		p, err := w.Proposal(ctx, w.p.ID, number)
		w.must(err)
		if again != number || p.State != Published || p.College != "" || p.Axis != "water" || len(p.Units) != 2 || p.Cited != 2 || len(p.Cites) != 2 {
			w.Errorf("grouped %s, %s: %+v", number, again, p.Proposal)
		}
		if p.Cites[0].Raw != "" {
			w.Error("the words of an unreleased meeting are shown on the proposal's page")
		}
		_, err = w.GroupContributions(ctx, w.examiner, Grouping{Contributions: []string{a.Number, b.Number}, Proposal: number})
		w.must(err)
		_, err = w.GroupContributions(ctx, w.examiner, Grouping{Contributions: []string{a.Number, b.Number}, Proposal: number})
		w.wants(err, fault.Invalid, "consultation.error.cited_already")
		for typed, key := range map[string]string{"P-0001-0": "number_mistyped", m.Number: "number_mistyped", programme.FormatNumber(programme.Proposal, 9999): "proposal_unknown"} {
			_, err = w.GroupContributions(ctx, w.examiner, Grouping{Contributions: []string{b.Number}, Proposal: typed})
			w.wants(err, fault.Invalid, "consultation.error."+key)
		}
		_, err = w.GroupContributions(ctx, w.examiner, Grouping{Contributions: []string{"C-9999-0"}, Proposal: number})
		w.wants(err, fault.NotFound, "consultation.error.contribution_unknown")
		w.must(w.UngroupContribution(ctx, w.examiner, number, c.Number, reason("لا تخص المقترح"), ""))
		if p, err = w.Proposal(ctx, w.p.ID, number); err != nil || p.Cited != 2 || len(p.Cites) != 2 {
			w.Errorf("after one left: %d, %d, %v", p.Cited, len(p.Cites), err)
		}
		row, err := w.WorkContribution(ctx, w.auditor, c.Number)
		w.must(err)
		if row.Cited != 0 || len(row.Proposals) != 0 {
			w.Errorf("the contribution that left is still cited: %+v", row.ContributionRow)
		}
		// An examiner of one cercle must not decide for another.
		ofBour := accounts.Actor{Programme: w.p.ID, Person: "b", Within: w.pack.Within, Grants: []accounts.Grant{{Role: accounts.Examiner, Unit: bour}}}
		ofSaada := accounts.Actor{Programme: w.p.ID, Person: "s", Within: w.pack.Within, Grants: []accounts.Grant{{Role: accounts.Examiner, Unit: "07.351.07"}}}
		_, err = w.GroupContributions(ctx, ofSaada, Grouping{Contributions: []string{c.Number}, Proposal: number})
		w.wants(err, fault.Forbidden, "fault.forbidden")
		// The number is read as people type it.
		_, err = w.GroupContributions(ctx, ofBour, Grouping{Contributions: []string{c.Number}, Proposal: " " + strings.ToLower(strings.ReplaceAll(number, "-", " ")) + " "})
		w.must(err)
	})
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
	}{
		{"الماء الصالح للشرب", "ماء صالح شرب"},
		{"بالأحياءِ والإنارة", "احياء اناره"},
		{"Éclairage public, à l’école", "eclairage public ecole"},
		{"ماء ماء Eau EAU", "ماء eau"},
		{"ا و", ""},
	} {
		if got := strings.Join(words(c.text, maxWords), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	if got := len(words(strings.Repeat("كلمة ", 10), 3)); got != 1 {
		t.Errorf("a word repeated counts %d times", got)
	}
}

func TestWrittenIn(t *testing.T) {
	for text, want := range map[string]string{"نريد الماء في Marrakech": "ar", "De l’eau à مراكش et partout": "fr", "ⴰⵎⴰⵏ ⵉ ⵎⴰⵔⵔⴰⴽⵛ": "zgh", "123": "ar"} {
		if got := WrittenIn(text, i18n.Ar); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := WrittenIn("Water for all", i18n.En); got != "en" {
		t.Errorf("on an English page: %s", got)
	}
}
