package consultation

import (
	"fmt"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
)

func TestAListIsFilteredAndPaged(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		var numbers []string
		for i := range 45 {
			d := proposalDraft()
			d.Title.Ar = fmt.Sprintf("مقترح الإنارة رقم %d", i)
			switch i % 3 {
			case 1:
				d.Units, d.Axis = []string{gueliz}, "upgrading"
			case 2:
				d.Units, d.College, d.Body = []string{mnabha, city}, "civil", "Réparer l’éclairage public du quartier, rue par rue."
			}
			number, err := w.SubmitProposal(ctx, w.visitor, d)
			w.must(err)
			w.must(w.PublishProposal(ctx, w.examiner, number, 0, ""))
			numbers = append(numbers, number)
		}
		w.must(w.StartExamination(ctx, w.examiner, numbers[7], 0, ""))
		for _, c := range []struct {
			name   string
			filter ProposalFilter
			total  int
			first  string
		}{
			{"all, the newest first", ProposalFilter{}, 45, numbers[44]},
			{"the oldest first", ProposalFilter{Oldest: true}, 45, numbers[0]},
			{"the third page", ProposalFilter{Page: 3}, 45, numbers[4]},
			{"a page beyond the end", ProposalFilter{Page: 9}, 45, ""},
			{"the city with its arrondissements", ProposalFilter{Unit: city}, 30, numbers[44]},
			{"one arrondissement", ProposalFilter{Unit: gueliz}, 15, numbers[43]},
			{"a cercle", ProposalFilter{Unit: bour}, 30, numbers[44]},
			{"an axis", ProposalFilter{Axis: "upgrading"}, 15, numbers[43]},
			{"a college", ProposalFilter{College: "civil"}, 15, numbers[44]},
			{"an outcome", ProposalFilter{Outcomes: []Outcome{UnderReview}}, 1, numbers[7]},
			{"a word in another spelling", ProposalFilter{Words: "إناره"}, 45, numbers[44]},
			{"the beginnings of two words", ProposalFilter{Words: "éclair QUART"}, 15, numbers[44]},
			{"a word that nobody wrote", ProposalFilter{Words: "مطار"}, 0, ""},
			{"a number", ProposalFilter{Words: numbers[9]}, 1, numbers[9]},
			{"a number without its check digit", ProposalFilter{Words: "10"}, 1, numbers[9]},
			{"another cycle", ProposalFilter{Cycle: 2}, 0, ""},
			{"all at once", ProposalFilter{Cycle: 1, Unit: city, Axis: "social", College: "civil", Outcomes: Outcomes, Words: "éclairage"}, 15, numbers[44]},
		} {
			list, err := w.Proposals(ctx, w.p.ID, c.filter)
			w.must(err)
			first := ""
			if len(list.Rows) > 0 {
				first = list.Rows[0].Number
			}
			if list.Total != c.total || first != c.first {
				w.Errorf("%s: %d beginning with %q, want %d with %q", c.name, list.Total, first, c.total, c.first)
			}
		}
		list, err := w.Proposals(ctx, w.p.ID, ProposalFilter{Page: 3})
		w.must(err)
		if list.From() != 41 || list.To() != 45 || list.Last() != 3 {
			w.Errorf("the third page is %d–%d of %d pages", list.From(), list.To(), list.Last())
		}
	})
}

func TestContributionsAreNarrowedByWhatTheyAre(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		say := func(change func(*ContributionDraft)) {
			d := contributionDraft(m.Number)
			d.College, d.Unit, d.Axis, d.Kind = "citizens", dlim, "", Problem
			change(&d)
			_, err := w.RecordContribution(ctx, w.rapporteur, d)
			w.must(err)
		}
		say(func(*ContributionDraft) {})
		say(func(d *ContributionDraft) { d.College = "civil" })
		say(func(d *ContributionDraft) { d.Unit = gueliz })
		say(func(d *ContributionDraft) { d.Axis = "water" })
		say(func(d *ContributionDraft) { d.Kind = Question })
		for _, c := range []struct {
			f    ContributionFilter
			want int
		}{
			{ContributionFilter{State: "pending"}, 5},
			{ContributionFilter{State: "classified"}, 0},
			{ContributionFilter{College: "civil"}, 1},
			{ContributionFilter{Unit: city}, 1}, // its arrondissements lie in it
			{ContributionFilter{Axis: "water"}, 1},
			{ContributionFilter{Kind: Question}, 1},
			{ContributionFilter{State: "pending", College: "citizens", Unit: dlim, Axis: "water", Kind: Problem}, 1},
			{ContributionFilter{College: "nobody"}, 0},
		} {
			list, err := w.WorkContributions(ctx, w.coordinator, c.f)
			w.must(err)
			if list.Total != c.want || len(list.Rows) != c.want {
				w.Errorf("%+v finds %d, want %d", c.f, list.Total, c.want)
			}
		}
	})
}

// TestAPageTakesTheSameNumberOfQueries however long the list is, and however
// much a page shows.
func TestAPageTakesTheSameNumberOfQueries(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		var number string
		measure := func() map[string]int {
			w.Helper()
			count := map[string]int{}
			for name, fn := range map[string]func() error{
				"proposals": func() error { _, err := w.Proposals(ctx, w.p.ID, ProposalFilter{}); return err },
				"proposal":  func() error { _, err := w.Proposal(ctx, w.p.ID, number); return err },
				"meeting":   func() error { _, err := w.MeetingPage(ctx, w.p.ID, m.Number, "", 1); return err },
				"meetings":  func() error { _, err := w.Meetings(ctx, w.p.ID, MeetingFilter{}); return err },
				"figures":   func() error { _, err := w.Figures(ctx, w.p.ID, 1, w.clock.Now()); return err },
				"tasks":     func() error { _, err := w.Tasks(ctx, w.coordinator, TaskFilter{}); return err },
				"contributions": func() error {
					_, err := w.WorkContributions(ctx, w.coordinator, ContributionFilter{})
					return err
				},
				"filtered": func() error {
					_, err := w.WorkContributions(ctx, w.coordinator, ContributionFilter{State: "classified", College: "citizens", Unit: bour, Kind: Problem})
					return err
				},
				"trace": func() error { _, err := w.TraceProposals(ctx, w.p.ID, number, number); return err },
			} {
				count[name] = w.queries(fn)
			}
			return count
		}
		var cited []string
		grow := func(n int) {
			for range n {
				cited = append(cited, w.contribution(m.Number).Number)
				w.published()
			}
			var err error
			number, err = w.GroupContributions(ctx, w.coordinator, Grouping{Contributions: cited,
				New: ProposalDraft{Title: i18n.Text{Ar: "مقترح مجمع من المساهمات"}, Body: "مقترح يستشهد بكل ما قيل في الورشة."}})
			w.must(err)
		}
		grow(1)
		w.must(w.CloseMeeting(ctx, w.coordinator, m.Number, ""))
		w.must(w.ReleaseMeeting(ctx, w.coordinator, m.Number, ""))
		few := measure()
		grow(15)
		many := measure()
		for name, n := range few {
			if many[name] != n || n == 0 || n > 8 {
				w.Errorf("%s takes %d queries with few rows, %d with many", name, n, many[name])
			}
		}
	})
}

func TestFiguresShowNoSmallCell(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		say := func(n int, college, unit string) {
			for range n {
				d := contributionDraft(m.Number)
				d.College, d.Unit = college, unit
				_, err := w.RecordContribution(ctx, w.rapporteur, d)
				w.must(err)
			}
		}
		say(14, "citizens", dlim)
		say(12, "civil", mnabha)
		say(3, "elected", gueliz)
		w.published()
		w.proposal()
		f, err := w.Figures(ctx, w.p.ID, 1, w.clock.Now().Add(-time.Hour))
		w.must(err)
		if f.Captured != 29 || f.Pending != 29 || f.Recent != 29 || f.Proposals != 1 || f.Waiting != 1 || f.Answered != 0 || f.Unanswered() != 1 || f.Planned != 1 || f.OldestOpen.IsZero() {
			w.Errorf("figures %+v", f)
		}
		cells := map[string]Cell{}
		for _, c := range append(f.ByCollege, f.ByUnit...) {
			cells[c.Key] = c
		}
		// The total would give the one small cell away, so the next smallest goes too.
		for key, want := range map[string]Cell{
			"citizens": {Key: "citizens", N: 14}, "civil": {Key: "civil", Hidden: true}, "elected": {Key: "elected", Few: true},
			dlim: {Key: dlim, N: 14}, mnabha: {Key: mnabha, Hidden: true}, gueliz: {Key: gueliz, Few: true},
		} {
			if cells[key] != want {
				w.Errorf("%s: %+v, want %+v", key, cells[key], want)
			}
		}
		if f, err = w.Figures(ctx, w.p.ID, 1, w.clock.Now().Add(time.Hour)); err != nil || f.Recent != 0 {
			w.Errorf("since the future %d are recent: %v", f.Recent, err)
		}
	})
}

func TestTheWorkListSaysWhatWaitsForWhom(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, m := w.Context(), w.meeting()
		w.contribution(m.Number)
		unread, open := w.proposal(), w.published()
		w.clock.Advance(5 * 24 * time.Hour) // the reading time of three days is over, the answer time is not
		steps := func(actor accounts.Actor, f TaskFilter) map[string]string {
			w.Helper()
			list, err := w.Tasks(ctx, actor, f)
			w.must(err)
			got := map[string]string{}
			for _, task := range list.Rows {
				got[task.Step] = task.Number
			}
			return got
		}
		all := steps(w.coordinator, TaskFilter{})
		for step, number := range map[string]string{"read": unread, "answer": open, "close": m.Number, "classify": m.Number} {
			if all[step] != number {
				w.Errorf("%s waits for %q, want %q", step, all[step], number)
			}
		}
		if got := steps(w.rapporteur, TaskFilter{}); len(got) != 1 || got["close"] == "" {
			w.Errorf("for the rapporteur waits %v", got)
		}
		if got := steps(w.auditor, TaskFilter{}); len(got) != 0 {
			w.Errorf("for the auditor waits %v", got)
		}
		if got := steps(w.auditor, TaskFilter{Others: true}); len(got) != 4 {
			w.Errorf("an auditor sees what waits for others: %v", got)
		}
		if got := steps(w.coordinator, TaskFilter{Late: true}); got["read"] == "" || got["answer"] != "" {
			w.Errorf("late are %v", got)
		}
		if got := steps(w.coordinator, TaskFilter{Unit: "07.351.07"}); len(got) != 0 {
			w.Errorf("in the cercle of Saada waits %v", got)
		}
		ofSaada := accounts.Actor{Programme: w.p.ID, Person: "s", Within: w.pack.Within, Grants: []accounts.Grant{{Role: accounts.Examiner, Unit: "07.351.07"}}}
		if got := steps(ofSaada, TaskFilter{}); len(got) != 0 {
			w.Errorf("for the examiner of Saada waits %v", got)
		}
		if _, err := w.Tasks(ctx, w.visitor, TaskFilter{}); !fault.Is(err, fault.Unauthenticated) {
			w.Errorf("a visitor is shown the work list: %v", err)
		}
		w.must(w.SetTimes(ctx, w.coordinator, Times{ReadingDays: 7, AnswerDays: 15}, ""))
		w.wants(w.SetTimes(ctx, w.coordinator, Times{ReadingDays: 7, AnswerDays: 5}, ""), fault.Invalid, "fault.number_range")
		if got := steps(w.coordinator, TaskFilter{Late: true}); len(got) != 0 {
			w.Errorf("with a week to read, late are %v", got)
		}
	})
}

func TestWhatEveryoneMayNotAskFor(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, number := w.Context(), w.published()
		c := w.contribution(w.meeting().Number)
		for _, actor := range []accounts.Actor{w.visitor, w.participant} {
			for name, ask := range map[string]func() error{
				"WorkProposals":     func() error { _, err := w.WorkProposals(ctx, actor, ProposalFilter{}); return err },
				"WorkProposal":      func() error { _, err := w.WorkProposal(ctx, actor, number); return err },
				"WorkContributions": func() error { _, err := w.WorkContributions(ctx, actor, ContributionFilter{}); return err },
				"WorkContribution":  func() error { _, err := w.WorkContribution(ctx, actor, c.Number); return err },
				"WorkMeeting":       func() error { _, err := w.WorkMeeting(ctx, actor, c.Meeting, 1); return err },
				"WorkNumbered":      func() error { _, err := w.WorkNumbered(ctx, actor, []string{c.Number}); return err },
			} {
				if err := ask(); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Unauthenticated) {
					w.Errorf("%s answers %v to whoever is no staff", name, err)
				}
			}
		}
		// Another programme's staff are nobody here: an actor's programme decides what is read.
		stranger := w.coordinator
		stranger.Programme = "another"
		if _, err := w.WorkProposal(ctx, stranger, number); !fault.Is(err, fault.NotFound) {
			w.Errorf("a coordinator of another programme reads it: %v", err)
		}
		if got := PublicAddress(programme.Statement, "S-0001-3"); got != "/trace/S-0001-3" {
			w.Errorf("address of a statement: %s", got)
		}
	})
}
