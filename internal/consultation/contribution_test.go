package consultation

import (
	"slices"
	"testing"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
)

func TestAContributionIsNotedOnceWithItsOrdinal(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		d := contributionDraft(m.Number)
		d.Once = "tap"
		first, err := w.RecordContribution(ctx, w.rapporteur, d)
		w.must(err)
		again, err := w.RecordContribution(ctx, w.rapporteur, d) // a doubled tap
		w.must(err)
		second := w.contribution(m.Number)
		if again.Number != first.Number || first.Ordinal != 1 || second.Ordinal != 2 {
			w.Errorf("ordinals %d, %d, %d", first.Ordinal, again.Ordinal, second.Ordinal)
		}
		if first.Scribe != "rapporteur" || first.Channel != Room || first.Raw == first.Reformulation.Ar {
			w.Errorf("noted %+v", first)
		}
		own := contributionDraft(m.Number)
		own.ByScribe, own.Channel, own.Origin = false, Paper, i18n.Text{Ar: "جذاذة مجهولة الاسم"}
		slip, err := w.RecordContribution(ctx, w.rapporteur, own)
		w.must(err)
		if slip.Scribe != "" || slip.Channel != Paper || slip.Origin.Ar == "" {
			w.Errorf("channel, origin and scribe of a slip are %q, %q, %q", slip.Channel, slip.Origin, slip.Scribe)
		}
		_, err = w.RecordContribution(ctx, w.rapporteur, ContributionDraft{Meeting: m.Number})
		for _, f := range fault.All(err) {
			if f.Field == "axis" || f.Field == "author" {
				w.Errorf("%s is optional, and was asked for", f.Field)
			}
		}
		w.wants(err, fault.Invalid, "fault.required")
		links, err := programme.LinksTo(ctx, w.db.Read(), w.p.ID, "contribution/"+first.Number)
		w.must(err)
		if len(links) != 1 || links[0].Source != "meeting/"+m.Number || links[0].Kind != programme.SaidAt {
			w.Errorf("links %+v", links)
		}
		_, err = w.RecordContribution(ctx, w.visitor, contributionDraft(m.Number))
		w.wants(err, fault.Unauthenticated, "fault.sign_in")
		_, err = w.RecordContribution(ctx, w.auditor, contributionDraft(m.Number))
		w.wants(err, fault.Forbidden, "fault.forbidden")
	})
}

func TestTheWordingsBeforeStayReadable(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		c := w.contribution(w.meeting().Number)
		d := contributionDraft(c.Meeting)
		d.Number, d.Version, d.Raw = c.Number, c.Version, "حنا فالدوار باقين كنجيبو الما من السقاية، والعيالات هوما اللي كيتعدبو"
		w.must(w.CorrectContribution(ctx, w.rapporteur, d))
		w.wants(w.CorrectContribution(ctx, w.coordinator, d), fault.Conflict, "fault.conflict")
		d.Version = 0 // a form that does not say what it was made from would overwrite a colleague
		w.wants(w.CorrectContribution(ctx, w.coordinator, d), fault.Conflict, "fault.conflict")
		p, err := w.WorkContribution(ctx, w.auditor, c.Number)
		w.must(err)
		if p.Raw != d.Raw || p.CorrectedAt.IsZero() || len(p.Versions) != 1 || p.Versions[0].Raw != c.Raw || p.Versions[0].Reformulation != c.Reformulation {
			w.Errorf("page %+v", p)
		}
		if _, err := w.WorkContribution(ctx, w.participant, c.Number); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a participant reads the work page: %v", err)
		}
	})
}

func TestHiddenAndWithdrawnWordsAreReadNowhere(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		hidden, withdrawn, shown := w.contribution(m.Number), w.contribution(m.Number), w.contribution(m.Number)
		w.must(w.CloseMeeting(ctx, w.coordinator, m.Number, ""))
		w.must(w.ReleaseMeeting(ctx, w.coordinator, m.Number, ""))
		number, err := w.GroupContributions(ctx, w.examiner, Grouping{Contributions: []string{hidden.Number, withdrawn.Number, shown.Number},
			New: ProposalDraft{Title: i18n.Text{Ar: "الربط الفردي بالماء"}, Body: "تمديد شبكة الماء إلى الدواوير غير المرتبطة."}})
		w.must(err)
		w.wants(w.HideContribution(ctx, w.rapporteur, hidden.Number, reason("يذكر اسم شخص"), ""), fault.Forbidden, "fault.forbidden")
		w.must(w.HideContribution(ctx, w.coordinator, hidden.Number, reason("يذكر اسم شخص"), ""))
		w.must(w.WithdrawContribution(ctx, w.rapporteur, withdrawn.Number, reason("سحبها صاحبها"), ""))

		texts := map[string]string{}
		note := func(where string, c Contribution) {
			texts[where+" "+c.Number] = c.Raw + c.Reformulation.String() + c.Origin.String() + c.Table
		}
		for _, c := range []string{hidden.Number, withdrawn.Number, shown.Number} {
			page, err := w.Contribution(ctx, w.p.ID, c)
			w.must(err)
			note("page", page.Contribution)
			staff, err := w.WorkContribution(ctx, w.auditor, c)
			w.must(err)
			note("auditor", staff.Contribution)
			if texts["auditor "+c] == "" && len(staff.Versions) > 0 {
				w.Error("the wordings before a hiding are shown")
			}
		}
		meeting, err := w.MeetingPage(ctx, w.p.ID, m.Number, "", 1)
		w.must(err)
		for _, row := range meeting.Rows {
			note("meeting", row.Contribution)
		}
		proposal, err := w.Proposal(ctx, w.p.ID, number)
		w.must(err)
		for _, c := range proposal.Cites {
			note("proposal", c)
		}
		traced, err := w.TraceContributions(ctx, w.p.ID, hidden.Number, withdrawn.Number, shown.Number)
		w.must(err)
		for _, c := range traced {
			note("trace", c)
		}
		for _, where := range []string{"page", "auditor", "meeting", "proposal", "trace"} {
			for _, c := range []string{hidden.Number, withdrawn.Number} {
				if text, ok := texts[where+" "+c]; !ok || text != "" {
					w.Errorf("%s %s shows %q (found %v)", where, c, text, ok)
				}
			}
			if texts[where+" "+shown.Number] == "" {
				w.Errorf("%s hides what nobody hid", where)
			}
		}
		page, err := w.Contribution(ctx, w.p.ID, hidden.Number)
		w.must(err)
		if page.Hidden.Role != string(accounts.Coordinator) || page.Hidden.Reason.Empty() || page.College == "" {
			w.Errorf("the dated note lacks role, reason or college: %+v", page.Hidden)
		}
		w.must(w.RestoreContribution(ctx, w.coordinator, hidden.Number, reason("حُذف الاسم"), ""))
		if page, err = w.Contribution(ctx, w.p.ID, hidden.Number); err != nil || page.Raw == "" {
			w.Errorf("restored: %+v, %v", page, err)
		}
		w.wants(w.RestoreContribution(ctx, w.coordinator, withdrawn.Number, reason("رجوع عن السحب"), ""), fault.Closed, "consultation.error.contribution_not_put_aside")
	})
}

func TestWhatWasCapturedIsAccountedFor(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		var numbers []string
		for range 6 {
			numbers = append(numbers, w.contribution(m.Number).Number)
		}
		_, err := w.GroupContributions(ctx, w.coordinator, Grouping{Contributions: numbers[:2],
			New: ProposalDraft{Title: i18n.Text{Fr: "Branchement individuel"}, Body: "Étendre le réseau aux douars non raccordés."}})
		w.must(err)
		w.must(w.SetAside(ctx, w.rapporteur, numbers[2], reason("نزاع خاص"), ""))
		w.must(w.WithdrawContribution(ctx, w.rapporteur, numbers[3], reason("سحبها صاحبها"), ""))
		w.must(w.HideContribution(ctx, w.coordinator, numbers[4], reason("يذكر اسم شخص"), ""))
		w.wants(w.SetAside(ctx, w.coordinator, numbers[0], reason("بعد التجميع"), ""), fault.Closed, "consultation.error.contribution_cited")
		page, err := w.MeetingPage(ctx, w.p.ID, m.Number, "", 1)
		w.must(err)
		f := page.Figures
		if f.Captured != 6 || f.Classified != 2 || f.SetAside != 2 || f.Withdrawn != 1 || f.Pending != 2 || f.Hidden != 1 || len(page.Rows) != 0 {
			w.Errorf("figures %+v with %d rows before the release", f, len(page.Rows))
		}
		if f.Captured != f.Classified+f.Pending+f.SetAside {
			w.Errorf("%d captured are not accounted for: %+v", f.Captured, f)
		}
		w.must(w.CloseMeeting(ctx, w.coordinator, m.Number, ""))
		w.must(w.ReleaseMeeting(ctx, w.coordinator, m.Number, ""))
		w.wants(w.SetAside(ctx, w.rapporteur, numbers[5], reason("بعد النشر"), ""), fault.Forbidden, "fault.forbidden")
		_, err = w.GroupContributions(ctx, w.coordinator, Grouping{Contributions: numbers[2:4], New: ProposalDraft{Title: i18n.Text{Fr: "Ce qui fut écarté"}, Body: "Ce qui fut écarté ne se cite pas."}})
		w.wants(err, fault.Invalid, "consultation.error.not_citable")
	})
}

func TestSeveralContributionsAreSetAsideWithOneReason(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		var numbers []string
		for range 4 {
			numbers = append(numbers, w.contribution(m.Number).Number)
		}
		_, err := w.GroupContributions(ctx, w.coordinator, Grouping{Contributions: numbers[3:], New: ProposalDraft{Title: i18n.Text{Ar: "مقترح مجمع من المساهمات"}, Body: "مقترح يستشهد بكل ما قيل في الورشة."}})
		w.must(err)
		states := func() (list []ContributionState) {
			w.Helper()
			for _, number := range numbers {
				c, err := w.WorkContribution(ctx, w.coordinator, number)
				w.must(err)
				list = append(list, c.State)
			}
			return list
		}
		w.wants(w.SetAsideAll(ctx, w.coordinator, nil, i18n.Text{Ar: "قصير"}, ""), fault.Invalid, "consultation.error.tick")
		w.wants(w.SetAsideAll(ctx, w.coordinator, numbers[:1], i18n.Text{Ar: "قصير"}, ""), fault.Invalid, "fault.too_short")
		w.wants(w.SetAsideAll(ctx, w.rapporteur, numbers[:1], reason("خارج الاختصاص"), ""), fault.Forbidden, "fault.forbidden")
		w.wants(w.SetAsideAll(ctx, w.coordinator, []string{numbers[0], "C-9999-0"}, reason("خارج الاختصاص"), ""), fault.NotFound, "consultation.error.contribution_unknown")
		w.wants(w.SetAsideAll(ctx, w.coordinator, numbers, reason("خارج الاختصاص"), ""), fault.Invalid, "consultation.error.not_to_set_aside")
		if got := states(); got[0] != Kept {
			w.Errorf("one of them may not be set aside, and the others were: %v", got)
		}
		for range 2 { // the second press of the same button does nothing and is no error
			w.must(w.SetAsideAll(ctx, w.coordinator, []string{numbers[0], numbers[1], numbers[0]}, reason("خارج الاختصاص"), "once-aside"))
		}
		if got := states(); !slices.Equal(got, []ContributionState{SetAside, SetAside, Kept, Kept}) {
			w.Errorf("the states are %v", got)
		}
		n := 0
		for _, r := range w.log() {
			if r.Kind == ChangeContributionSetAside {
				n++
			}
		}
		if n != 2 {
			w.Errorf("the log holds %d of 2", n)
		}
	})
}

func TestTheWordingsBeforeACorrectionStay(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, c := w.Context(), w.contribution(w.meeting().Number)
		for _, raw := range []string{"l’eau vient un jour sur deux", "الما كيجي نهار إيه نهار لا"} {
			now, err := w.WorkContribution(ctx, w.coordinator, c.Number)
			w.must(err)
			d := contributionDraft("")
			d.Number, d.Version, d.Raw, d.RawLang = c.Number, now.Version, raw, ""
			w.must(w.CorrectContribution(ctx, w.rapporteur, d))
		}
		now, err := w.WorkContribution(ctx, w.coordinator, c.Number)
		w.must(err)
		if v := now.Versions; len(v) != 2 || v[0].Raw != c.Raw || v[0].RawLang != c.RawLang || v[1].RawLang != "fr" {
			w.Errorf("the wordings before are %+v", v)
		}
		w.must(w.HideContribution(ctx, w.coordinator, c.Number, reason("يسمي شخصا"), ""))
		auditor := w.coordinator
		auditor.Grants = []accounts.Grant{{Role: accounts.Auditor}}
		if now, err = w.WorkContribution(ctx, auditor, c.Number); err != nil || now.Raw != "" || len(now.Versions) != 0 {
			w.Errorf("who does not moderate reads what was hidden: %q and %+v, %v", now.Raw, now.Versions, err)
		}
	})
}
