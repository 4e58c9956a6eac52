package delivery_test

import (
	"slices"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/roadmap"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

// pipes is 12 km at 300,000 dirhams and 400 connections at 6,000: 60 % and 40 % of 6 million.
var pipes = []roadmap.Component{{Quantity: 12_000, UnitCost: 300_000_00}, {Quantity: 400_000, UnitCost: 6_000_00}}

func TestPhysicalWeighsQuantitiesByCost(t *testing.T) {
	cases := []struct {
		name string
		done []int64
		want float64
	}{
		{"nothing reported", nil, 0},
		{"half of the pipes", []int64{6_000, 0}, .3},
		{"a tenth of the connections", []int64{0, 40_000}, .04},
		{"more pipes than planned count once", []int64{20_000, 0}, .6},
		{"all", []int64{12_000, 400_000}, 1},
		{"a component reported later", []int64{12_000}, .6},
	}
	for _, c := range cases {
		num, den := delivery.Physical(pipes, c.done)
		if got := float64(num) / float64(den); got != c.want {
			t.Errorf("%s: %d / %d = %v, want %v", c.name, num, den, got, c.want)
		}
	}
	if num, den := delivery.Physical(nil, nil); num != 0 || den != 0 {
		t.Errorf("no components: %d / %d", num, den)
	}
}

func TestAssess(t *testing.T) {
	project := roadmap.Project{Components: pipes, Cost: 6_000_000_00, Beneficiaries: roadmap.Beneficiaries{Count: 1470}}
	plan := func(forecast, actual time.Time, updated int) []delivery.MilestoneLine {
		return []delivery.MilestoneLine{{Code: "start", Planned: day(-100)},
			{Code: "accept", Planned: day(20), Forecast: forecast, Actual: actual, UpdatedAt: day(updated)}, {Code: "service", Planned: day(40)}}
	}
	report := func(at int, done []int64, end time.Time) *delivery.Report {
		return &delivery.Report{Done: done, ForecastEnd: end, SubmittedAt: day(at)}
	}
	var never time.Time
	half := []int64{6_000, 200_000}
	money := delivery.Money{Executed: 3_000_000_00}
	cases := []struct {
		name   string
		facts  delivery.Facts
		late   int
		why    []string
		served int64
	}{
		{"on time", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)), Money: money, Milestones: plan(never, never, 0)}, 0, nil, 0},
		{"late by the report", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(61)), Money: money, Milestones: plan(never, never, 0)},
			41, []string{"delivery.why.late"}, 0},
		{"the newer word counts", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(61)), Money: money, Milestones: plan(day(15), never, -1)}, -5, nil, 0},
		{"a forecast that has passed", delivery.Facts{State: delivery.UnderWay, Report: report(-40, half, day(-3)), Money: money,
			Milestones: []delivery.MilestoneLine{{Code: "accept", Planned: day(-3)}}}, 3, []string{"delivery.why.late"}, 0},
		{"foreseen in the evening of the planned day", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20).Add(9*time.Hour)), Money: money,
			Milestones: plan(never, never, 0)}, 0, nil, 0},
		{"foreseen in the night after it", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20).Add(11*time.Hour)), Money: money,
			Milestones: plan(never, never, 0)}, 1, []string{"delivery.why.late"}, 0},
		{"the morning of the planned day is past", delivery.Facts{State: delivery.UnderWay, Report: report(-40, half, day(0).Add(-12*time.Hour)), Money: money,
			Milestones: []delivery.MilestoneLine{{Code: "accept", Planned: day(0).Add(-12 * time.Hour)}}}, 0, nil, 0},
		{"obstacle due today", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)), Money: money, Milestones: plan(never, never, 0),
			Blockers: []delivery.Blocker{{Due: day(0).Add(-12 * time.Hour)}}}, 0, nil, 0},
		{"accepted late is past", delivery.Facts{State: delivery.Accepted, Report: report(-10, half, day(20)), Money: money, Milestones: plan(never, day(25), 0)}, 5, nil, 0},
		{"overdue obstacle", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)), Money: money, Milestones: plan(never, never, 0),
			Blockers: []delivery.Blocker{{Due: day(-1)}}}, 0, []string{"delivery.why.blocker"}, 0},
		{"obstacles closed or not due", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)), Money: money, Milestones: plan(never, never, 0),
			Blockers: []delivery.Blocker{{Due: day(-1), ClosedAt: day(-2)}, {Due: day(1)}}}, 0, nil, 0},
		{"works 15 points ahead of money", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)),
			Money: delivery.Money{Executed: 2_100_000_00}, Milestones: plan(never, never, 0)}, 0, nil, 0},
		{"more than 15 points", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)),
			Money: delivery.Money{Executed: 2_099_999_99}, Milestones: plan(never, never, 0)}, 0, []string{"delivery.why.gap"}, 0},
		{"money ahead of works", delivery.Facts{State: delivery.UnderWay, Report: report(-10, half, day(20)),
			Money: delivery.Money{Executed: 4_000_000_00}, Milestones: plan(never, never, 0)}, 0, []string{"delivery.why.gap"}, 0},
		{"45 days without report", delivery.Facts{State: delivery.UnderWay, Report: report(-45, half, day(20)), Money: money, Milestones: plan(never, never, 0)}, 0, nil, 0},
		{"46 days without report", delivery.Facts{State: delivery.UnderWay, Report: report(-46, half, day(20)), Money: money, Milestones: plan(never, never, 0)},
			0, []string{"delivery.why.stale"}, 0},
		{"adopted lately, nothing reported", delivery.Facts{State: delivery.Programmed, Adopted: day(-44), Milestones: plan(never, never, 0)}, 0, nil, 0},
		{"adopted long ago, nothing reported", delivery.Facts{State: delivery.Programmed, Adopted: day(-60), Milestones: plan(never, never, 0)},
			0, []string{"delivery.why.stale"}, 0},
		{"in service owes no report", delivery.Facts{State: delivery.InService, Report: report(-90, half, day(20)), Milestones: plan(never, day(20), 0),
			Blockers: []delivery.Blocker{{Due: day(-1)}}}, 0, nil, 1470},
		{"cancelled serves nobody", delivery.Facts{State: delivery.Cancelled, Report: report(-90, half, day(20)), Milestones: plan(never, never, 0)}, 0, nil, 0},
	}
	for _, c := range cases {
		got := delivery.Assess(project, c.facts, noon)
		if got.LateDays != c.late || !slices.Equal(got.Why, c.why) || got.Served != c.served {
			t.Errorf("%s: %d days late, why %v, %d served; want %d, %v, %d", c.name, got.LateDays, got.Why, got.Served, c.late, c.why, c.served)
		}
		if got.Late() != slices.Contains(c.why, "delivery.why.late") || got.Stale != slices.Contains(c.why, "delivery.why.stale") {
			t.Errorf("%s: late %v, stale %v beside %v", c.name, got.Late(), got.Stale, c.why)
		}
	}
}

func TestNoStateIsADeadEndButTheLastTwo(t *testing.T) {
	reached := map[delivery.State]bool{delivery.Programmed: true}
	for _, s := range delivery.States {
		next := s.Next()
		if s.Ended() != (len(next) == 0) {
			t.Errorf("%s leads to %v", s, next)
		}
		for _, n := range next {
			if reached[n] = true; !slices.Contains(delivery.States, n) {
				t.Errorf("%s leads to an unknown state %s", s, n)
			}
		}
	}
	if len(reached) != len(delivery.States) {
		t.Errorf("only %d of %d states can be reached", len(reached), len(delivery.States))
	}
}
