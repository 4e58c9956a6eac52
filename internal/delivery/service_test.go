package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

// world is a programme with one adopted project of two organisations.
type world struct {
	db                               *store.DB
	roadmap                          *roadmap.Service
	service                          *delivery.Service
	programme                        string
	project                          string // adopted
	draft                            string // not in any version
	coordinator, governor, authority accounts.Actor
}

var (
	reason    = i18n.Text{Ar: "صدر الأمر بالخدمة وانطلقت الأشغال بالورش", Fr: "Ordre de service notifié, travaux commencés"}
	statement = i18n.Text{Ar: "وُضع كيلومتر ونصف من القنوات"}
)

func (w world) actor(person string, g accounts.Grant) accounts.Actor {
	return accounts.Actor{Programme: w.programme, Person: person, Grants: []accounts.Grant{g}}
}

func newWorld(t *testing.T, db *store.DB) world {
	t.Helper()
	ctx := context.Background()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	programmes := programme.NewService(db)
	p, err := programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش"}})
	if err != nil {
		t.Fatal(err)
	}
	talks := consultation.NewService(db, programmes, pack)
	w := world{db: db, programme: p.ID, roadmap: roadmap.NewService(db, programmes, talks, prioritisation.NewService(db, talks), pack)}
	w.service = delivery.NewService(db, w.roadmap)
	w.coordinator = w.actor("coordinator", accounts.Grant{Role: accounts.Coordinator})
	w.governor = w.actor("governor", accounts.Grant{Role: accounts.Governor})
	w.authority = w.actor("engineer", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: "commune"})
	if _, err := programmes.BeginCycle(ctx, w.coordinator, i18n.Text{Ar: "الدورة الأولى"}, ""); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []programme.Stage{programme.Roadmap, programme.Delivery} {
		if _, err := programmes.OpenPhase(ctx, w.coordinator, programme.Phase{Cycle: 1, Stage: stage,
			OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.project, w.draft = w.save(t), w.save(t)
	w.adopt(t, w.project)
	return w
}

func (w world) save(t *testing.T) string {
	t.Helper()
	ctx, now := context.Background(), w.db.Now()
	objective, err := w.roadmap.SetObjective(ctx, w.coordinator, roadmap.Objective{Axis: "water", Title: i18n.Text{Ar: "تعميم الماء الصالح للشرب"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	number, err := w.roadmap.SaveProject(ctx, w.coordinator, roadmap.Project{Cycle: 1, Objective: objective, Axis: "water",
		Title: i18n.Text{Ar: "توسيع شبكة الماء بأولاد دليم"}, Summary: i18n.Text{Ar: "تمديد القنوات وربط أربعمائة أسرة بالشبكة"},
		MOA: "commune", MOD: "srm", Entry: "committee", EntryReason: i18n.Text{Ar: "أضافته لجنة القيادة بتعليل منشور للعموم"},
		Components: []roadmap.Component{
			{Title: i18n.Text{Ar: "قنوات"}, Unit: i18n.Text{Ar: "كلم"}, Quantity: 12_000, UnitCost: 300_000_00},
			{Title: i18n.Text{Ar: "ربط"}, Unit: i18n.Text{Ar: "ربط"}, Quantity: 400_000, UnitCost: 6_000_00}},
		Cost: 6_000_000_00, Shares: []roadmap.Share{{Unit: "07.351.03.11", Num: 1, Den: 1}},
		Funding:       []roadmap.Funding{{Organisation: "council", Year: now.Year(), Amount: 6_000_000_00}},
		Beneficiaries: roadmap.Beneficiaries{Count: 1470, Households: 300, Who: i18n.Text{Ar: "الأسر غير المرتبطة"}},
		Milestones:    []roadmap.Milestone{{Code: "start", PlannedAt: now.AddDate(0, 0, -30)}, {Code: "accept", PlannedAt: now.AddDate(0, 0, 60)}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func (w world) adopt(t *testing.T, projects ...string) {
	t.Helper()
	ctx := context.Background()
	n, err := w.roadmap.DraftVersion(ctx, w.coordinator, 1, i18n.Text{Ar: "خارطة الطريق"}, i18n.Text{Ar: "تضم هذه النسخة مشروعا واحدا"}, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []func(row int64) error{
		func(row int64) error { return w.roadmap.SetVersionProjects(ctx, w.coordinator, n, projects, row, "") },
		func(row int64) error { return w.roadmap.AdoptVersion(ctx, w.governor, n, row, "") },
	} {
		v, err := w.roadmap.VersionOf(ctx, w.programme, n)
		if err == nil {
			err = step(v.Row)
		}
		if err != nil {
			t.Fatal(i, err)
		}
	}
}

func (w world) draftReport(kilometres int64) delivery.ReportDraft {
	return delivery.ReportDraft{Project: w.project, Done: []int64{kilometres * 1000, 0}, ForecastEnd: w.db.Now().AddDate(0, 0, 90), Statement: statement}
}

func (w world) submit(t *testing.T, d delivery.ReportDraft) string {
	t.Helper()
	number, err := w.service.SubmitReport(context.Background(), w.authority, d)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func (w world) sheet(t *testing.T) delivery.Sheet {
	t.Helper()
	s, err := w.service.Sheet(context.Background(), w.programme, w.project)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// want checks the key of a fault.
func want(t *testing.T, what string, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// open tells, for each change of a subject, whether it is open on the log.
func (w world) open(t *testing.T, subject string) (kinds []string) {
	t.Helper()
	list, err := w.db.Changes(context.Background(), w.programme, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Subject == subject && c.Open {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

func TestAReportCountsOnceAnotherRoleApprovesIt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		d := w.draftReport(3)
		d.Once = "form-1"
		number := w.submit(t, d)
		if again := w.submit(t, d); again != number {
			t.Errorf("a doubled click made %s beside %s", again, number)
		}
		s := w.sheet(t)
		if len(s.Reports) != 1 || s.Progress.PhysicalNum != 0 || len(s.Public().Reports) != 0 || len(w.open(t, "report/"+number)) != 0 {
			t.Errorf("before approval: %d reports, physical %d, %d public, open %v", len(s.Reports), s.Progress.PhysicalNum, len(s.Public().Reports), w.open(t, "report/"+number))
		}
		both := w.authority
		both.Grants = append([]accounts.Grant{{Role: accounts.Coordinator}}, both.Grants...)
		want(t, "approving one's own", w.service.ApproveReport(ctx, both, number, 1, ""), "delivery.error.own_report")
		want(t, "approving as authority", w.service.ApproveReport(ctx, w.authority, number, 1, ""), "fault.forbidden")
		want(t, "an old version", w.service.ApproveReport(ctx, w.coordinator, number, 7, ""), "fault.conflict")
		for range 2 {
			if err := w.service.ApproveReport(ctx, w.coordinator, number, 1, "form-2"); err != nil {
				t.Fatal(err)
			}
		}
		want(t, "approving again", w.service.ApproveReport(ctx, w.coordinator, number, 2, ""), "fault.conflict")
		s = w.sheet(t)
		if s.Progress.Physical() != .15 || len(s.Public().Reports) != 1 || s.Done[0] != 3000 || s.Progress.LateDays != 30 || !s.Milestones[1].Forecast.Equal(s.Progress.ForecastEnd) {
			t.Errorf("after approval: physical %v, done %v, %d days late", s.Progress.Physical(), s.Done, s.Progress.LateDays)
		}
		if got := strings.Join(w.open(t, "report/"+number), " "); got != delivery.ChangeReportSubmitted+" "+delivery.ChangeReportApproved {
			t.Errorf("open on the log: %s", got)
		}
		links, err := programme.LinksFrom(ctx, db.Read(), w.programme, "project/"+w.project)
		if err != nil {
			t.Fatal(err)
		}
		tied := 0
		for _, l := range links {
			if l.Kind == programme.ReportedIn && l.Target == "report/"+number {
				tied++
			}
		}
		if tied != 1 {
			t.Errorf("%d links lead to the report: %v", tied, links)
		}
	})
}

func TestQuantitiesNeverFallAndNothingChangedKeepsThem(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		first := w.submit(t, w.draftReport(6))
		_, err := w.service.SubmitReport(ctx, w.authority, w.draftReport(5))
		want(t, "fewer kilometres", err, "delivery.error.falling")
		_, err = w.service.SubmitReport(ctx, w.authority, w.draftReport(programme.MaxAmount/1000+1))
		want(t, "more kilometres than fit", err, "delivery.error.quantities")
		short := w.draftReport(6)
		short.Done = short.Done[:1]
		_, err = w.service.SubmitReport(ctx, w.authority, short)
		want(t, "one component left out", err, "delivery.error.quantities")
		same := w.submit(t, delivery.ReportDraft{Project: w.project, NothingChanged: true})
		for _, n := range []string{first, same} {
			if err := w.service.ApproveReport(ctx, w.coordinator, n, 1, ""); err != nil {
				t.Fatal(err)
			}
		}
		if s := w.sheet(t); s.Done[0] != 6000 || s.Reports[0].Number != same || s.Progress.LateDays != 30 {
			t.Errorf("after nothing changed: %v, %s, %d days late", s.Done, s.Reports[0].Number, s.Progress.LateDays)
		}
		// A returned report no longer binds the next one.
		much := w.submit(t, w.draftReport(12))
		want(t, "no reason", w.service.ReturnReport(ctx, w.coordinator, much, "لا", 1, ""), "fault.too_short")
		if err := w.service.ReturnReport(ctx, w.coordinator, much, "الكمية المصرح بها لا توافق جدول المنجزات الموقع", 1, ""); err != nil {
			t.Fatal(err)
		}
		w.submit(t, w.draftReport(7))
		if s := w.sheet(t); s.Done[0] != 6000 || len(s.Public().Reports) != 2 {
			t.Errorf("after a return: %v, %d public", s.Done, len(s.Public().Reports))
		}
	})
}

func TestOnlyTheProjectsOwnAuthoritySpeaksOfIt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		now := db.Now()
		acts := map[string]func(a accounts.Actor, project string) error{
			"report": func(a accounts.Actor, project string) error {
				_, err := w.service.SubmitReport(ctx, a, delivery.ReportDraft{Project: project, NothingChanged: true})
				return err
			},
			"milestone": func(a accounts.Actor, project string) error {
				return w.service.RecordMilestone(ctx, a, delivery.MilestoneDraft{Project: project, Code: "start", Actual: now.AddDate(0, 0, -20), Version: w.sheet(t).Milestones[0].Version})
			},
			"money": func(a accounts.Actor, project string) error {
				return w.service.RecordMoney(ctx, a, delivery.MoneyDraft{Project: project, Kind: "paid", Amount: 100, At: now.AddDate(0, 0, -1), Payer: "council"})
			},
		}
		for name, act := range acts {
			other := w.actor("other", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: "another"})
			none := w.actor("none", accounts.Grant{Role: accounts.ContractingAuthority})
			want(t, name+" by another organisation", act(other, w.project), "delivery.error.not_yours")
			want(t, name+" without organisation", act(none, w.project), "delivery.error.not_yours")
			want(t, name+" by the coordinator", act(w.coordinator, w.project), "fault.forbidden")
			want(t, name+" by a visitor", act(accounts.Visitor(w.programme), w.project), "fault.sign_in")
			want(t, name+" of a project not adopted", act(w.authority, w.draft), "delivery.error.not_adopted")
			for _, org := range []string{"commune", "srm"} {
				if err := act(w.actor("engineer", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: org}), w.project); err != nil {
					t.Errorf("%s by %s: %v", name, org, err)
				}
			}
		}
		s := w.sheet(t)
		if len(s.Reports) != 2 || s.Progress.Money.Paid != 200 || s.Milestones[0].Actual.IsZero() {
			t.Errorf("%d reports, %d paid, start %v", len(s.Reports), s.Progress.Money.Paid, s.Milestones[0].Actual)
		}
	})
}

func TestASecondWordOnAMilestoneKeepsTheFirst(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		actual, forecast := db.Now().AddDate(0, 0, -12).Truncate(time.Millisecond), db.Now().AddDate(0, 0, -10).Truncate(time.Millisecond)
		say := func(d delivery.MilestoneDraft) error {
			d.Project, d.Code = w.project, "start"
			return w.service.RecordMilestone(ctx, w.authority, d)
		}
		if err := say(delivery.MilestoneDraft{Actual: actual}); err != nil {
			t.Fatal(err)
		}
		want(t, "of the page before", say(delivery.MilestoneDraft{Forecast: forecast}), "fault.conflict")
		want(t, "of a page that never was", say(delivery.MilestoneDraft{Forecast: forecast, Version: 7}), "fault.conflict")
		if err := say(delivery.MilestoneDraft{Forecast: forecast, Version: w.sheet(t).Milestones[0].Version}); err != nil {
			t.Fatal(err)
		}
		if m := w.sheet(t).Milestones[0]; !m.Actual.Equal(actual) || !m.Forecast.Equal(forecast) || m.Version != 2 {
			t.Errorf("after a forecast the milestone was reached on %v, forecast %v, version %d", m.Actual, m.Forecast, m.Version)
		}
		list, err := db.ChangesOf(ctx, w.programme, programme.Subject(programme.Project, w.project))
		if err != nil {
			t.Fatal(err)
		}
		if last := string(list[len(list)-1].Public.Body); !strings.Contains(last, fmt.Sprintf(`"actual":%d`, actual.UnixMilli())) || !strings.Contains(last, fmt.Sprintf(`"forecast":%d`, forecast.UnixMilli())) {
			t.Errorf("the log says %s", last)
		}
	})
}

func TestMoneyAddsUpAndCorrectionsNeverGoBelowZero(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		at := db.Now().AddDate(0, 0, -3)
		note := i18n.Text{Fr: "Erreur de saisie"}
		line := func(kind, payer string, amount int64, note i18n.Text) error {
			return w.service.RecordMoney(ctx, w.authority, delivery.MoneyDraft{Project: w.project, Kind: kind, Amount: amount, At: at, Payer: payer, Note: note, Once: fmt.Sprint(kind, payer, amount)})
		}
		for range 2 { // the second time is a doubled click
			for _, err := range []error{line("committed", "council", 500_00, i18n.Text{}), line("executed", "council", 300_00, i18n.Text{}),
				line("executed", "commune", 100_00, i18n.Text{}), line("executed", "council", -50_00, note)} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		want(t, "below zero for one payer", line("executed", "commune", -100_01, note), "delivery.error.below_zero")
		want(t, "a correction without a note", line("executed", "commune", -1_00, i18n.Text{}), "delivery.error.correction_note")
		want(t, "a stranger pays", line("paid", "stranger", 1_00, i18n.Text{}), "delivery.error.not_partner")
		want(t, "in the future", w.service.RecordMoney(ctx, w.authority, delivery.MoneyDraft{Project: w.project, Kind: "paid", Amount: 1,
			At: db.Now().AddDate(0, 0, 2), Payer: "council"}), "delivery.error.future")
		want(t, "more than there is", line("paid", "council", programme.MaxAmount+1, i18n.Text{}), "delivery.error.amount")
		want(t, "a correction of more than there is", line("paid", "council", -programme.MaxAmount-1, note), "delivery.error.amount")
		want(t, "more than there is in two lines", errors.Join(line("committed", "commune", programme.MaxAmount, i18n.Text{}), line("committed", "commune", 1, i18n.Text{})), "delivery.error.amount")
		if err := line("committed", "commune", -programme.MaxAmount, note); err != nil {
			t.Error(err)
		}
		s := w.sheet(t)
		if m := s.Progress.Money; m.Committed != 500_00 || m.Executed != 350_00 || m.Paid != 0 || !m.At.Equal(at.Truncate(time.Millisecond)) || len(s.Money) != 6 {
			t.Errorf("money %+v of %d lines", m, len(s.Money))
		}
		if n := len(w.open(t, "project/"+w.project)); n < 4 {
			t.Errorf("%d open changes of the project", n)
		}
	})
}

func TestStatesMoveByDecisionWithAReason(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		decide := func(a accounts.Actor, to delivery.State, why i18n.Text, version int64) error {
			return w.service.DecideState(ctx, a, w.project, to, why, version, "")
		}
		want(t, "by the authority", decide(w.authority, delivery.Agreed, reason, 0), "fault.forbidden")
		want(t, "a short reason", decide(w.coordinator, delivery.Agreed, i18n.Text{Ar: "نعم"}, 0), "fault.too_short")
		want(t, "a jump", decide(w.coordinator, delivery.InService, reason, 0), "delivery.error.transition")
		if err := decide(w.coordinator, delivery.Agreed, reason, 0); err != nil {
			t.Fatal(err)
		}
		want(t, "two at once", decide(w.governor, delivery.UnderWay, reason, 0), "fault.conflict")
		for i, to := range []delivery.State{delivery.UnderWay, delivery.Suspended, delivery.UnderWay, delivery.Accepted, delivery.InService} {
			if err := decide(w.governor, to, reason, int64(i+1)); err != nil {
				t.Fatal(to, err)
			}
		}
		if s := w.sheet(t); s.Progress.State != delivery.InService || s.Progress.Served != 1470 || len(s.States) != 6 || s.States[0].By != "governor" || s.Version != 6 {
			t.Errorf("%s, %d served, %d decisions", s.Progress.State, s.Progress.Served, len(s.States))
		}
		if err := decide(w.coordinator, delivery.Closed, reason, 6); err != nil {
			t.Fatal(err)
		}
		_, err := w.service.SubmitReport(ctx, w.authority, delivery.ReportDraft{Project: w.project, NothingChanged: true})
		want(t, "a report after the end", err, "delivery.error.ended")
		want(t, "money after the end", w.service.RecordMoney(ctx, w.authority, delivery.MoneyDraft{Project: w.project, Kind: "paid", Amount: 1,
			At: db.Now().AddDate(0, 0, -1), Payer: "council"}), "delivery.error.ended")
	})
}

func TestAnObstacleHasAnOwnerAndIsPublishedAfterTheReply(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number, err := w.service.OpenBlocker(ctx, w.authority, delivery.BlockerDraft{Project: w.project, Kind: "land",
			Text: i18n.Text{Ar: "مقطع يعبر ملكا خاصا"}, Owner: "land-office", Due: db.Now().AddDate(0, 0, 10), Once: "form"})
		if err != nil {
			t.Fatal(err)
		}
		subject := "blocker/" + number
		if len(w.sheet(t).Public().Blockers) != 0 || len(w.open(t, subject)) != 0 {
			t.Error("an internal obstacle is shown")
		}
		want(t, "published before the reply", w.service.PublishBlocker(ctx, w.coordinator, number, 1, ""), "delivery.error.reply_first")
		reply := i18n.Text{Ar: "سيُعرض البديل على المالك"}
		want(t, "answered by another", w.service.AnswerBlocker(ctx, w.authority, number, reply, 1, ""), "delivery.error.not_yours")
		owner := w.actor("owner", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: "land-office"})
		if err := w.service.AnswerBlocker(ctx, owner, number, reply, 1, ""); err != nil {
			t.Fatal(err)
		}
		want(t, "published by the authority", w.service.PublishBlocker(ctx, w.authority, number, 2, ""), "fault.forbidden")
		if err := w.service.PublishBlocker(ctx, w.coordinator, number, 2, ""); err != nil {
			t.Fatal(err)
		}
		if got := w.open(t, subject); len(got) != 3 {
			t.Errorf("open on the log: %v", got)
		}
		want(t, "closed on an old page", w.service.CloseBlocker(ctx, w.authority, number, reason, 2, ""), "fault.conflict")
		if err := w.service.CloseBlocker(ctx, w.authority, number, reason, 3, ""); err != nil {
			t.Fatal(err)
		}
		if s := w.sheet(t).Public(); len(s.Blockers) != 1 || s.Blockers[0].Open() || s.Blockers[0].Lesson != reason || s.Blockers[0].Reply != reply {
			t.Errorf("published: %+v", s.Blockers)
		}
		if got := w.open(t, subject); got[len(got)-1] != delivery.ChangeBlockerClosed {
			t.Errorf("open on the log: %v", got)
		}
	})
}

func TestProgressTellsAllProjectsAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number := w.submit(t, w.draftReport(12))
		if err := w.service.ApproveReport(ctx, w.coordinator, number, 1, ""); err != nil {
			t.Fatal(err)
		}
		projects, err := w.roadmap.Projects(ctx, w.programme)
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.service.Progress(ctx, w.programme, projects)
		if err != nil || len(all) != 2 {
			t.Fatal(len(all), err)
		}
		if p := all[w.project]; p.Physical() != .6 || !p.Troubled || !p.Late() || p.State != delivery.Programmed {
			t.Errorf("the adopted project: %+v", p)
		}
		if p := all[w.draft]; p.PhysicalNum != 0 || p.Troubled || p.Stale {
			t.Errorf("the other: %+v", p)
		}
	})
}

func TestAnObstacleTroublesInPublicOnceItIsPublished(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		clock := testkit.NewClock(time.Now().Truncate(time.Millisecond))
		w, ctx := newWorld(t, testkit.Open(t, dsn, store.Options{Clock: clock.Now})), context.Background()
		number, err := w.service.OpenBlocker(ctx, w.authority, delivery.BlockerDraft{Project: w.project, Kind: "land",
			Text: i18n.Text{Ar: "مقطع يعبر ملكا خاصا"}, Owner: "land-office", Due: w.db.Now().AddDate(0, 0, 10)})
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(20 * 24 * time.Hour)
		project, err := w.roadmap.Project(ctx, w.programme, w.project)
		if err != nil {
			t.Fatal(err)
		}
		troubled := func() (public, work bool) {
			t.Helper()
			open, err := w.service.Progress(ctx, w.programme, []roadmap.Project{project})
			if err != nil {
				t.Fatal(err)
			}
			all, err := w.service.WorkProgress(ctx, w.coordinator, []roadmap.Project{project})
			if err != nil {
				t.Fatal(err)
			}
			s := w.sheet(t)
			if s.Public().Progress.Troubled != open[w.project].Troubled || s.Progress.Troubled != all[w.project].Troubled {
				t.Errorf("the sheet and the list differ: %+v, %+v", s.Public().Progress, s.Progress)
			}
			return open[w.project].Troubled, all[w.project].Troubled
		}
		if public, work := troubled(); public || !work {
			t.Errorf("before it is published: troubled in public %v, for staff %v", public, work)
		}
		if _, err := w.service.WorkProgress(ctx, accounts.Visitor(w.programme), nil); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a visitor reads what is internal: %v", err)
		}
		if err := w.service.PublishBlocker(ctx, w.coordinator, number, 1, ""); err != nil { // no reply in fifteen days
			t.Fatal(err)
		}
		if public, work := troubled(); !public || !work {
			t.Errorf("once published: troubled in public %v, for staff %v", public, work)
		}
	})
}
