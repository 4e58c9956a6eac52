package evaluation_test

import (
	"context"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

func TestStateFollowsTheDirection(t *testing.T) {
	for _, c := range []struct {
		direction              evaluation.Direction
		baseline, target, last int64
		want                   evaluation.State
	}{
		{evaluation.Up, 800, 950, 950, evaluation.Reached}, {evaluation.Up, 800, 950, 810, evaluation.Better},
		{evaluation.Up, 800, 950, 800, evaluation.Unchanged}, {evaluation.Up, 800, 950, 790, evaluation.Worse},
		{evaluation.Down, 300, 100, 90, evaluation.Reached}, {evaluation.Down, 300, 100, 200, evaluation.Better}, {evaluation.Down, 300, 100, 310, evaluation.Worse},
	} {
		in := evaluation.Indicator{Direction: c.direction, Baseline: c.baseline, Target: c.target, Actuals: []evaluation.Actual{{At: time.Unix(1, 0), Value: c.last}}}
		if got := in.State(); got != c.want {
			t.Errorf("%s %d→%d at %d: %s, want %s", c.direction, c.baseline, c.target, c.last, got, c.want)
		}
	}
	if got := (evaluation.Indicator{}).State(); got != evaluation.NoValue {
		t.Errorf("without a value: %s", got)
	}
}

// TestAReachedTargetIsNoImprovement where it was no better than the baseline.
func TestAReachedTargetIsNoImprovement(t *testing.T) {
	for _, c := range []struct {
		direction              evaluation.Direction
		baseline, target, last int64
		want                   bool
	}{
		{evaluation.Up, 900, 900, 900, false}, {evaluation.Up, 900, 900, 901, true}, {evaluation.Up, 900, 950, 890, false}, {evaluation.Down, 300, 300, 300, false}, {evaluation.Down, 300, 100, 290, true},
	} {
		in := evaluation.Indicator{Direction: c.direction, Baseline: c.baseline, Target: c.target, Actuals: []evaluation.Actual{{At: time.Unix(1, 0), Value: c.last}}}
		if got := in.Improved(); got != c.want {
			t.Errorf("%s %d→%d at %d: improved is %v", c.direction, c.baseline, c.target, c.last, got)
		}
	}
	if (evaluation.Indicator{Baseline: -1}).Improved() {
		t.Error("improved without a value")
	}
}

func TestStaleAfterOneAndAHalfTimes(t *testing.T) {
	day := time.Date(2026, 1, 1, 9, 0, 0, 0, i18n.Zone)
	in := evaluation.Indicator{EveryMonths: 1, CreatedAt: day}
	if _, stale := in.Stale(day.AddDate(0, 0, 45)); stale {
		t.Error("stale after 45 days, though a month and a half have not passed")
	}
	if since, stale := in.Stale(day.AddDate(0, 0, 47)); !stale || !since.Equal(day) {
		t.Errorf("47 days without a first value: %v since %v", stale, since)
	}
	// A missing value is an answer, not a value.
	in.Actuals = []evaluation.Actual{{At: day.AddDate(0, 0, 40), Status: evaluation.Measured, Value: 5}, {At: day.AddDate(0, 0, 80), Status: evaluation.Missing}}
	if since, stale := in.Stale(day.AddDate(0, 0, 90)); !stale || !since.Equal(day.AddDate(0, 0, 40)) {
		t.Errorf("50 days after the only value: %v since %v", stale, since)
	}
	in.EveryMonths = 0
	if _, stale := in.Stale(day.AddDate(9, 0, 0)); stale {
		t.Error("an indicator without a fixed time is never stale")
	}
}

// judged is the objective that the indicators of these tests judge, second another.
var (
	judged = programme.FormatNumber(programme.Objective, 1)
	second = programme.FormatNumber(programme.Objective, 2)
)

// world is a programme whose evaluation has begun.
type world struct {
	service     *evaluation.Service
	programmes  *programme.Service
	db          *store.DB
	programme   *programme.Programme
	coordinator accounts.Actor
}

func newWorld(t *testing.T, db *store.DB) world {
	t.Helper()
	ctx := context.Background()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := world{db: db, programmes: programme.NewService(db), service: evaluation.NewService(db, pack)}
	w.programme, err = w.programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "m", Territory: "07.351", Name: i18n.Text{Ar: "مراكش"}})
	if err != nil {
		t.Fatal(err)
	}
	w.coordinator = accounts.Actor{Programme: w.programme.ID, Person: "c", Grants: []accounts.Grant{{Role: accounts.Coordinator}}}
	if _, err := w.programmes.BeginCycle(ctx, w.coordinator, i18n.Text{Ar: "الدورة الأولى"}, ""); err != nil {
		t.Fatal(err)
	}
	talks := consultation.NewService(db, w.programmes, pack)
	roads := roadmap.NewService(db, w.programmes, talks, prioritisation.NewService(db, talks), pack)
	for range 2 {
		if _, err := roads.SetObjective(ctx, w.coordinator, roadmap.Objective{Axis: "water", Title: i18n.Text{Ar: "الماء"}}, ""); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w world) open(t *testing.T) {
	t.Helper()
	_, err := w.programmes.OpenPhase(context.Background(), w.coordinator, programme.Phase{Cycle: 1, Stage: programme.Evaluation,
		OpensAt: w.db.Now().Add(-time.Hour), ClosesAt: w.db.Now().Add(time.Hour)}, "")
	if err != nil {
		t.Fatal(err)
	}
}

// water is an indicator that reads its baseline from the census.
func (w world) water() evaluation.Indicator {
	return evaluation.Indicator{Cycle: 1, Title: i18n.Text{Ar: "الماء"}, Definition: i18n.Text{Ar: "نسبة الأسر"}, UnitLabel: i18n.Text{Ar: "في المائة"}, Level: evaluation.Outcome,
		Direction: evaluation.Up, Territory: "07.351.03.11", CensusIndicator: "running_water", Decimals: 1, EveryMonths: 1, Target: 989, TargetAt: w.db.Now().AddDate(1, 0, 0),
		Objectives: []string{judged}}
}

func (w world) add(t *testing.T) string {
	t.Helper()
	number, err := w.service.AddIndicator(context.Background(), w.coordinator, w.water(), "")
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func (w world) read(t *testing.T, number string) evaluation.Indicator {
	t.Helper()
	in, err := w.service.Indicator(context.Background(), w.programme.ID, number)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestAnIndicatorFromBaselineToValue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		if _, err := w.service.AddIndicator(ctx, w.coordinator, w.water(), ""); !fault.Is(err, fault.Closed) {
			t.Fatalf("before the stage has begun: %v", err)
		}
		w.open(t)
		first, err := w.service.AddIndicator(ctx, w.coordinator, w.water(), "form")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.service.AddIndicator(ctx, w.coordinator, w.water(), "form"); err != nil || again != first {
			t.Errorf("the same form twice: %s, %v, want %s", again, err, first)
		}
		for _, value := range []struct {
			at   time.Time
			want fault.Kind
		}{{db.Now().AddDate(0, 0, 1), fault.Invalid}, {time.Date(2024, 8, 1, 0, 0, 0, 0, i18n.Zone), fault.Invalid}} {
			err := w.service.RecordActual(ctx, w.coordinator, evaluation.ActualDraft{Indicator: first, At: value.at, Value: 912, Status: evaluation.Measured, Source: i18n.Text{Ar: "المكتب"}})
			if !fault.Is(err, value.want) {
				t.Errorf("a value of %v: %v", value.at, err)
			}
		}
		value := evaluation.ActualDraft{Indicator: first, At: db.Now().Add(-time.Minute), Value: 912, Status: evaluation.Measured, Source: i18n.Text{Ar: "المكتب"}, Once: "one"}
		for range 2 {
			if err := w.service.RecordActual(ctx, w.coordinator, value); err != nil {
				t.Fatal(err)
			}
		}
		in := w.read(t, first)
		if in.Baseline != 889 || len(in.Actuals) != 1 || in.State() != evaluation.Better || in.PackVersion == "" {
			t.Fatalf("%+v: want the census's 88.9 and one value", in)
		}
		links, err := programme.LinksTo(ctx, db.Read(), w.programme.ID, programme.Subject(programme.Indicator, first))
		if err != nil || len(links) != 1 || links[0].Source != "objective/"+judged || links[0].Kind != programme.JudgedBy {
			t.Errorf("links %+v, %v", links, err)
		}
	})
}

// TestAnIndicatorNamesWhatThereIs: the command refuses what the page does not offer.
func TestAnIndicatorNamesWhatThereIs(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		w.open(t)
		stated := func(in *evaluation.Indicator) {
			in.CensusIndicator, in.Baseline, in.BaselineSource = "", 900, i18n.Text{Ar: "المكتب"}
		}
		for name, change := range map[string]func(in *evaluation.Indicator){
			"a baseline to come":           func(in *evaluation.Indicator) { stated(in); in.BaselineAt = db.Now().AddDate(0, 0, 1) },
			"a target before the baseline": func(in *evaluation.Indicator) { stated(in); in.BaselineAt, in.TargetAt = db.Now(), db.Now() },
			"a target that has passed":     func(in *evaluation.Indicator) { in.TargetAt = db.Now().AddDate(0, 0, -1) },
			"an objective there is not": func(in *evaluation.Indicator) {
				in.Objectives = []string{programme.FormatNumber(programme.Objective, 9)}
			},
			"the region":                    func(in *evaluation.Indicator) { in.Territory = "07" },
			"other decimals than published": func(in *evaluation.Indicator) { in.Decimals = 2; in.Target *= 10 },
		} {
			in := w.water()
			change(&in)
			if number, err := w.service.AddIndicator(ctx, w.coordinator, in, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %s, %v", name, number, err)
			}
		}
		number := w.add(t)
		if err := w.service.ChangeTarget(ctx, w.coordinator, number, 950, db.Now().AddDate(0, 0, -1), "تأخر الشطر الثاني من الأشغال", 1, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a target changed to a day that has passed: %v", err)
		}
		in := w.read(t, number)
		in.Objectives = []string{programme.FormatNumber(programme.Objective, 9)}
		if err := w.service.EditIndicator(ctx, w.coordinator, in, "edit"); !fault.Is(err, fault.Invalid) {
			t.Errorf("edited to an objective there is not: %v", err)
		}
		in.Objectives = []string{second}
		if err := w.service.EditIndicator(ctx, w.coordinator, in, "edit"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.service.AddIndicator(ctx, w.coordinator, w.water(), "edit"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the once of another command: %v", err)
		}
	})
}

func TestACorrectionKeepsWhatItCorrects(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		w.open(t)
		number := w.add(t)
		morning := time.Date(2026, 3, 2, 9, 0, 0, 0, i18n.Zone)
		value := evaluation.ActualDraft{Indicator: number, At: morning, Value: 999, Status: evaluation.Measured, Source: i18n.Text{Ar: "المكتب"}}
		if err := w.service.RecordActual(ctx, w.coordinator, value); err != nil {
			t.Fatal(err)
		}
		// As a form sends it: the same date, without an hour.
		value.Value, value.At = 909, time.Date(2026, 3, 2, 0, 0, 0, 0, i18n.Zone)
		if err := w.service.RecordActual(ctx, w.coordinator, value); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a second value of the date without a reason: %v", err)
		}
		value.Reason = i18n.Text{Ar: "خطأ في نقل الرقم من السجل"}
		if err := w.service.RecordActual(ctx, w.coordinator, value); err != nil {
			t.Fatal(err)
		}
		in := w.read(t, number)
		if len(in.Actuals) != 2 || !in.Actuals[0].Corrected || in.Actuals[1].Corrected {
			t.Fatalf("series %+v", in.Actuals)
		}
		if a, ok := in.Latest(); !ok || a.Value != 909 || in.State() != evaluation.Better {
			t.Errorf("latest %+v: want the correction", a)
		}
		missing := evaluation.ActualDraft{Indicator: number, At: db.Now(), Value: 5, Status: evaluation.Missing}
		if err := w.service.RecordActual(ctx, w.coordinator, missing); !fault.Is(err, fault.Invalid) {
			t.Errorf("missing without a reason: %v", err)
		}
		missing.Reason = i18n.Text{Fr: "Le service n’a pas répondu à la demande"}
		if err := w.service.RecordActual(ctx, w.coordinator, missing); err != nil {
			t.Fatal(err)
		}
		if a, _ := w.read(t, number).Latest(); a.Value != 909 {
			t.Errorf("a missing value stands for %d", a.Value)
		}
	})
}

func TestTargetsAndWordsChangeInTheOpen(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		w.open(t)
		number := w.add(t)
		next := db.Now().AddDate(2, 0, 0).Truncate(time.Second)
		if err := w.service.ChangeTarget(ctx, w.coordinator, number, 700, next, "هدف دون القيمة المرجعية لا معنى له", 1, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a target worse than the baseline: %v", err)
		}
		if err := w.service.ChangeTarget(ctx, w.coordinator, number, 950, next, "تأخر الشطر الثاني من الأشغال", 1, ""); err != nil {
			t.Fatal(err)
		}
		if err := w.service.ChangeTarget(ctx, w.coordinator, number, 940, next, "تأخر الشطر الثاني من الأشغال", 1, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		in := w.read(t, number)
		if len(in.Targets) != 2 || in.Targets[0].Value != 989 || in.Targets[1].Value != 950 || in.Target != 950 || i18n.ISO(in.TargetAt) != i18n.ISO(next) {
			t.Errorf("targets %+v", in.Targets)
		}
		edited := in
		edited.Title, edited.Objectives, edited.Baseline, edited.Territory = i18n.Text{Ar: "الماء الجاري"}, []string{second}, 0, "07.351"
		if err := w.service.EditIndicator(ctx, w.coordinator, edited, ""); err != nil {
			t.Fatal(err)
		}
		in = w.read(t, number)
		if in.Title.Ar != "الماء الجاري" || in.Baseline != 889 || in.Territory != "07.351.03.11" {
			t.Errorf("edited %+v: only the words may change", in)
		}
		found, err := w.service.ByObjective(ctx, w.programme.ID, judged, second)
		if err != nil || len(found[judged]) != 0 || len(found[second]) != 1 {
			t.Errorf("by objective %+v, %v", found, err)
		}
		links, err := programme.LinksTo(ctx, db.Read(), w.programme.ID, programme.Subject(programme.Indicator, number))
		if err != nil || len(links) != 1 || links[0].Source != "objective/"+second {
			t.Errorf("links %+v, %v", links, err)
		}
	})
}

func TestWhoMayWhat(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		w.open(t)
		number := w.add(t)
		role := func(r accounts.Role, unit string) accounts.Actor {
			return accounts.Actor{Programme: w.programme.ID, Person: string(r), Grants: []accounts.Grant{{Role: r, Unit: unit}}}
		}
		value := evaluation.ActualDraft{Indicator: number, At: db.Now().Add(-time.Hour), Value: 909, Status: evaluation.Measured, Source: i18n.Text{Ar: "المكتب"}}
		for _, c := range []struct {
			name  string
			actor accounts.Actor
			want  fault.Kind
		}{
			{"a visitor", accounts.Visitor(w.programme.ID), fault.Unauthenticated},
			{"an auditor", role(accounts.Auditor, ""), fault.Forbidden},
			{"an authority of another commune", role(accounts.ContractingAuthority, "07.351.03.03"), fault.Forbidden},
		} {
			if err := w.service.RecordActual(ctx, c.actor, value); !fault.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		authority := role(accounts.ContractingAuthority, "07.351.03.11")
		if err := w.service.RecordActual(ctx, authority, value); err != nil {
			t.Errorf("the commune's authority: %v", err)
		}
		if _, err := w.service.AddIndicator(ctx, authority, w.water(), ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an authority adds an indicator: %v", err)
		}
		if err := w.service.ReleaseIndicator(ctx, authority, number, 1, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an authority releases: %v", err)
		}
	})
}

// TestNothingIsOpenBeforeRelease: the log keeps an internal indicator closed, and
// opens all of it with its release.
func TestNothingIsOpenBeforeRelease(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		w.open(t)
		number := w.add(t)
		value := evaluation.ActualDraft{Indicator: number, At: db.Now().Add(-time.Hour), Value: 909, Status: evaluation.Measured, Source: i18n.Text{Ar: "المكتب"}}
		if err := w.service.RecordActual(ctx, w.coordinator, value); err != nil {
			t.Fatal(err)
		}
		count := func() (open, all int) {
			changes, err := db.ChangesOf(ctx, w.programme.ID, programme.Subject(programme.Indicator, number))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				if c.Open {
					open++
				}
			}
			return open, len(changes)
		}
		if open, all := count(); open != 0 || all != 2 {
			t.Errorf("before the release %d of %d are open", open, all)
		}
		if err := w.service.ReleaseIndicator(ctx, w.coordinator, number, 1, ""); err != nil {
			t.Fatal(err)
		}
		value.At = value.At.AddDate(0, 0, -1)
		if err := w.service.RecordActual(ctx, w.coordinator, value); err != nil {
			t.Fatal(err)
		}
		if open, all := count(); open != all || all != 4 {
			t.Errorf("after the release %d of %d are open", open, all)
		}
	})
}
