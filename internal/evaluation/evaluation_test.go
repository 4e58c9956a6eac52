package evaluation_test

import (
	"context"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
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

func TestScaleIsExact(t *testing.T) {
	for s, want := range map[string]int64{"88,9": 889, "88.9": 889, "90": 900, "-1,5": -15, "1 250,4": 12504} {
		if got, ok := evaluation.Scale(s, 1); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "88,95", "x", ",5"} {
		if got, ok := evaluation.Scale(s, 1); ok {
			t.Errorf("%q was read as %d", s, got)
		}
	}
}

func TestAnIndicatorFromBaselineToValue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		pack, err := territory.Load()
		if err != nil {
			t.Fatal(err)
		}
		programmes, service := programme.NewService(db), evaluation.NewService(db, pack)
		p, err := programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "m", Territory: "07.351", Name: i18n.Text{Ar: "مراكش"}})
		if err != nil {
			t.Fatal(err)
		}
		actor := accounts.Actor{Programme: p.ID, Person: "c", Grants: []accounts.Grant{{Role: accounts.Coordinator}}}
		if _, err := programmes.BeginCycle(ctx, actor, i18n.Text{Ar: "الدورة الأولى"}, ""); err != nil {
			t.Fatal(err)
		}
		d := evaluation.Indicator{Cycle: 1, Title: i18n.Text{Ar: "الماء"}, Definition: i18n.Text{Ar: "نسبة الأسر"}, UnitLabel: i18n.Text{Ar: "في المائة"}, Direction: evaluation.Up,
			Territory: "07.351.03.11", CensusIndicator: "running_water", Decimals: 1, Target: 989, TargetAt: db.Now().AddDate(1, 0, 0), Objectives: []string{"OB-0001-3"}}
		if _, err := service.AddIndicator(ctx, actor, d, ""); !fault.Is(err, fault.Closed) {
			t.Fatalf("before the stage has begun: %v", err)
		}
		if _, err := programmes.OpenPhase(ctx, actor, programme.Phase{Cycle: 1, Stage: programme.Evaluation, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, ""); err != nil {
			t.Fatal(err)
		}
		number, err := service.AddIndicator(ctx, actor, d, "")
		if err != nil {
			t.Fatal(err)
		}
		value := evaluation.ActualDraft{Indicator: number, At: db.Now().Add(-time.Minute), Value: 912, Status: evaluation.Measured, Source: i18n.Text{Ar: "المكتب"}, Once: "one"}
		for range 2 {
			if err := service.RecordActual(ctx, actor, value); err != nil {
				t.Fatal(err)
			}
		}
		value.At, value.Once = db.Now().Add(time.Hour), ""
		if err := service.RecordActual(ctx, actor, value); !fault.Is(err, fault.Invalid) {
			t.Errorf("a value of the future: %v", err)
		}
		in, err := service.Indicator(ctx, p.ID, number)
		if err != nil || in.Baseline != 889 || len(in.Actuals) != 1 || in.State() != evaluation.Better {
			t.Fatalf("%+v, %v: want the census's 88.9 and one value", in, err)
		}
		if err := service.ReleaseIndicator(ctx, actor, number, in.Version, ""); err != nil {
			t.Fatal(err)
		}
		if err := service.ChangeTarget(ctx, actor, number, 950, db.Now().AddDate(1, 0, 0), "تأخر الشطر الثاني من الأشغال", in.Version, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
	})
}
